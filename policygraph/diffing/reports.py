"""What changed between two texts as JSON, as Markdown, as a page, and as lines for a terminal."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from rich.markup import escape

from graph.mentions import Quote
from policygraph.diffing.changes import Change
from policygraph.diffing.editions import Diff, Edition, quotes
from policygraph.diffing.kinds import kinds
from policygraph.explorer.company import Words
from policygraph.explorer.marking import Span
from policygraph.explorer.site import Page
from policygraph.reports.places import exact, place
from policygraph.reports.wording import number_of, plain

SIGNS: Mapping[str, str] = MappingProxyType({"new": "+", "dropped": "−"})
_OTHER = "≠"
_AROUND, _MARKED = 45, 110  # characters beside marked words in a terminal, and of such words
_COLOURS = {"major": "red", "notable": "yellow", "minor": "dim"}


def sign(change: Change) -> str:
    """Return the sign of a change: something came, went, or became something else."""
    return SIGNS.get(change.kind.how, _OTHER)


def what(change: Change) -> str:
    """Return what a change is about, and what it was and is now."""
    about = "; ".join(change.about)
    if change.kind.about in kinds().aspects and change.about:
        return about
    turn = " → ".join(filter(None, (", ".join(change.old), ", ".join(change.new))))
    return f"{about}: {turn}" if about else turn


def along(change: Change) -> list[tuple[str, str]]:
    """Return what is stated along with a change, each with the word for what it is."""
    return [(kinds().aspects[name].noun, ", ".join(values)) for name, values in change.along.items()]


def grouped(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    """Return changes under the headings that they stand under."""
    return [(name, list(found)) for name, found in groupby(changes, key=lambda change: change.kind.group)]


def summary(diff: Diff) -> str:
    """Return how much changed, in a sentence."""
    if not diff.changes:
        return "Both state the same."
    counts = dict.fromkeys(_COLOURS, 0)
    for change in diff.changes:
        counts[change.kind.severity] += 1
    graded = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    return f"{number_of(len(diff.changes), 'change')}: {graded}."


# --- data --------------------------------------------------------------------------------------------------


def as_json(diff: Diff) -> str:
    """Return the changes as JSON: each with its kind, what changed, and the words of both sides."""
    row = {
        "old": _edition(diff.old),
        "new": _edition(diff.new),
        "changes": [_change(diff, change) for change in diff.changes],
    }
    return json.dumps(row, ensure_ascii=False, indent=1) + "\n"


def _edition(one: Edition) -> dict[str, Any]:
    return {"version": one.policy.version, "company": one.company, "file": one.file, "since": one.since}


def _change(diff: Diff, change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.name,
        "severity": change.kind.severity,
        "group": change.kind.group,
        "title": change.kind.title,
        "about": list(change.about),
        "old": list(change.old),
        "new": list(change.new),
        "with": {name: list(values) for name, values in change.along.items()},
        "before": _words(diff.old, change.before),
        "after": _words(diff.new, change.after),
    }


def _words(one: Edition, spans: Sequence[Span]) -> list[dict[str, Any]]:
    source = one.policy.source
    found = []
    for start, end in spans:
        words = Quote(start, end, source.text[start:end])
        at = place(source, words) if exact(source) else None
        lines = {"line": at.line, "column": at.column} if at else {}
        found.append({**words.row(), **lines})
    return found


def as_markdown(diff: Diff) -> str:
    """Return the changes as Markdown, in which nothing that a policy says is markup."""
    lines = [
        f"# {_safe(diff.new.company)}: what changed",
        "",
        f"From {_safe(diff.old.title)} to {_safe(diff.new.title)}.",
    ]
    lines += ["", summary(diff)]
    for heading, changes in grouped(diff.changes):
        lines += ["", f"## {heading}"]
        for change in changes:
            lines += [
                "",
                f"- {sign(change)} **{change.kind.title}** ({change.kind.severity}): {_safe(what(change))}",
            ]
            lines += [f"  - {noun}: {_safe(values)}" for noun, values in along(change)]
            for name, one, spans in (("before", diff.old, change.before), ("after", diff.new, change.after)):
                found = quotes(one, spans)
                lines += [f"  - {name} {words.place}: {_safe(_line(words))}" for words in found.lines]
    return "\n".join(lines) + "\n"


def _entry(diff: Diff, change: Change) -> Iterator[str]:
    """Yield a change as an item of a list."""
    kind = change.kind
    yield f"- {sign(change)} **{kind.title}** ({kind.severity}): {_safe(what(change))}"
    yield from (f"  - {noun}: {_safe(values)}" for noun, values in along(change))
    for name, one, spans in (("before", diff.old, change.before), ("after", diff.new, change.after)):
        yield from (f"  - {name} {words.place}: {_safe(_line(words))}" for words in quotes(one, spans).lines)


def _safe(text: str) -> str:
    """Return text with a stroke before every character that Markdown or HTML could take for markup."""
    return "".join(
        f"\\{one}" if one in "\\`*_{}[]()<>#+-!|~&" else one for one in " ".join(plain(text).split())
    )


def _line(words: Words) -> str:
    return "".join(f"»{part.text}«" if part.spans else part.text for part in words.excerpt)


# --- pages and lines ---------------------------------------------------------------------------------------


def as_html(diff: Diff) -> str:
    """Return the changes as a page that needs no server, script or other file."""
    from policygraph.reporting.pages import Files, alone  # noqa: PLC0415  only pages need templates

    return alone(page(diff), Files({}, {}))


def page(diff: Diff, **shown: object) -> Page:
    """Return the page of a comparison; `shown` is what else its template shows."""
    around: dict[str, object] = {
        "diff": diff,
        "summary": summary(diff),
        "groups": [
            (heading, [_row(diff, change) for change in changes])
            for heading, changes in grouped(diff.changes)
        ],
        "company_iri": "",
        "versions": [],
    }
    return Page("changes", f"{diff.new.company}: what changed", {**around, **shown})


def _row(diff: Diff, change: Change) -> tuple[object, ...]:
    """Return what a page shows of a change."""
    before, after = quotes(diff.old, change.before), quotes(diff.new, change.after)
    return change, sign(change), what(change), along(change), before, after


def lines(diff: Diff) -> Iterator[str]:
    """Yield the changes as lines for a terminal."""
    company, *titles = (escape(plain(one)) for one in (diff.new.company, diff.old.title, diff.new.title))
    yield f"[bold]{company}[/]  {' → '.join(titles)}"
    yield summary(diff)
    for heading, changes in grouped(diff.changes):
        yield ""
        yield f"[bold]{heading}[/]"
        for change in changes:
            yield from _lines(diff, change)


def _lines(diff: Diff, change: Change) -> Iterator[str]:
    colour = _COLOURS[change.kind.severity]
    yield f"[{colour}]{sign(change)} {change.kind.title}[/]: {escape(plain(what(change)))}"
    yield from (f"    {noun:9} {escape(plain(values))}" for noun, values in along(change))
    for mark, one, spans in (("−", diff.old, change.before), ("+", diff.new, change.after)):
        found = quotes(one, spans)
        for words in found.lines:
            yield f"    [dim]{mark} {words.place:8}[/] {_shown(words)}"
        if found.more:
            yield f"    [dim]  and {number_of(found.more, 'more line')}[/]"


def _shown(words: Words) -> str:
    """Return a line with its words marked, cut where it is far from them."""
    texts = [escape(" ".join(plain(part.text).split("\n"))) for part in words.excerpt]
    marked = [number for number, part in enumerate(words.excerpt) if part.spans]
    if not marked:
        return _cut("".join(texts), _MARKED)
    before, after = "".join(texts[: marked[0]]), "".join(texts[marked[-1] + 1 :])
    inside = [
        f"[bold]»{_cut(texts[number], _MARKED)}«[/]" if number in marked else _cut(texts[number], _AROUND)
        for number in range(marked[0], marked[-1] + 1)
    ]
    return "".join([_cut(before[::-1], _AROUND)[::-1], *inside, _cut(after, _AROUND)]).strip()


def _cut(text: str, length: int) -> str:
    """Return text that is not much longer than `length`, cut between words."""
    return text if len(text) <= length else text[:length].rpartition(" ")[0] + " …"


FORMATS: Mapping[str, Callable[[Diff], str]] = MappingProxyType(
    {"json": as_json, "html": as_html, "markdown": as_markdown}
)
ENDINGS: Mapping[str, str] = MappingProxyType(
    {".json": "json", ".html": "html", ".htm": "html", ".md": "markdown"}
)
