"""Findings as one HTML page that needs nothing but itself: no server, no fonts, no script."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape as _escape
from pathlib import Path
from string import Template

from graph import Finding
from graph.mentions import Quote
from policygraph.checking import Checked, Policy
from policygraph.reports import places, provisions, wording
from policygraph.settings import LEVELS

FOLDER = Path(__file__).parent
STYLES = ("look.css", "report.css")
STATES = {
    "fulfilled": ("●", "present", "met"),
    "consistent": ("●", "consistent", "met"),
    "vague": ("◐", "vague", "vague"),
    "not found": ("○", "absent", "absent"),
    "contradiction": ("✗", "conflict", "conflict"),
    "unclear": ("?", "unclear", "unclear"),
    "waived": ("~", "waived", "waived"),
    "not applicable": ("–", "does not apply", "none"),
}
"""The mark, the word and the class of each state of a finding."""

_BAR = ("met", "vague", "absent", "conflict", "unclear", "waived")
_BAR_WIDTH = 120
_SHOWN, _FOLDED = 3, 30  # places of one finding that are shown, and that can be unfolded


def as_html(checked: Checked) -> str:
    """Return the page: a summary, the matrix, and the findings of each policy with their words in context.

    What a policy says is escaped, and the page may load and run nothing at all.
    """
    style = "".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    policies = list(checked.by_policy())
    return Template((FOLDER / "report.html").read_text(encoding="utf-8")).substitute(
        style=style,
        style_hash=_hash(style),
        lead=escape(wording.LEAD),
        counts=_counts(checked),
        failures=_failures(checked),
        summary="\n".join(_summary(number, *one) for number, one in enumerate(policies, 1)),
        heads="".join(_head(number, policy) for number, (policy, _) in enumerate(policies, 1)),
        matrix="\n".join(_matrix(checked, policies)),
        legend="".join(_legend()),
        policies="\n".join(_policy(number, *one) for number, one in enumerate(policies, 1)),
    )


def escape(text: str) -> str:
    """Return text without markup and without characters that nobody sees."""
    return _escape(wording.plain(text))


def _hash(text: str) -> str:
    """Return the hash by which a content security policy allows an inline style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _state(finding: Finding) -> tuple[str, str, str]:
    """Return the mark, the word and the class of a state."""
    return STATES["waived" if finding.waived else finding.state]


# --- summary and matrix ------------------------------------------------------------------------------------


def _counts(checked: Checked) -> str:
    found = Counter(wording.level(finding) for finding in checked.findings if finding.open)
    numbers = [(len(checked.policies), "policy" if len(checked.policies) == 1 else "policies", "")]
    for level in LEVELS:
        noun = wording.NOUNS[level]
        numbers.append((found[level], noun if found[level] == 1 else noun + "s", level))
    return "".join(
        f'<div class="{name}"><dt>{word}</dt><dd>{number:,}</dd></div>' for number, word, name in numbers
    )


def _failures(checked: Checked) -> str:
    """Return a box that names what was not read; nothing, if all was."""
    if not checked.failures:
        return ""
    reasons = "".join(f"<li>{escape(failure.reason)}</li>" for failure in checked.failures)
    return f'<div class="failures"><b>Not read, so not checked</b><ul>{reasons}</ul></div>'


def _summary(number: int, policy: Policy, findings: Sequence[Finding]) -> str:
    counts = Counter(wording.level(finding) for finding in findings if finding.open)
    cells = "".join(
        f'<td class="number {level if counts[level] else "nothing"}">{counts[level]}</td>' for level in LEVELS
    )
    return (
        f'<tr><th scope="row"><a href="#p{number}">{escape(policy.company)}</a>'
        f'<span class="file">{escape(policy.path)}</span></th>{cells}<td>{_bar(findings)}</td></tr>'
    )


def _bar(findings: Sequence[Finding]) -> str:
    return bar(Counter(_state(finding)[2] for finding in findings))


def bar(counts: Mapping[str, int]) -> str:
    """Return a bar of the states of what applies, as SVG; `counts` has the classes of `STATES`."""
    states = Counter(counts)
    total = sum(states[name] for name in _BAR) or 1
    parts, x = [], 0.0
    for name in _BAR:
        width = _BAR_WIDTH * states[name] / total
        if width:
            parts.append(f'<rect class="{name}" x="{x:.1f}" y="0" width="{width:.1f}" height="10"/>')
        x += width
    said = ", ".join(f"{states[name]} {name}" for name in _BAR if states[name])
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR_WIDTH} 10" role="img" aria-label="{said}">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )


def _head(number: int, policy: Policy) -> str:
    return f'<th scope="col"><a href="#p{number}"><span>{escape(policy.company)}</span></a></th>'


def _matrix(checked: Checked, policies: Sequence[tuple[Policy, Sequence[Finding]]]) -> Iterator[str]:
    """Yield a row for each requirement with the state of each policy."""
    titles = wording.titles(checked.findings)
    columns = [wording.by_requirement(findings) for _, findings in policies]
    before = ""
    for requirement, name in titles.items():
        cells = "".join(_cell(number, one.get(requirement, [])) for number, one in enumerate(columns, 1))
        first = ' class="first"' if wording.twice(requirement) and not wording.twice(before) else ""
        before = requirement
        yield (
            f'<tr{first}><th scope="row"><span class="rule">{escape(requirement)}</span> {escape(name)}</th>'
            f"{cells}</tr>"
        )


def _cell(number: int, findings: Sequence[Finding]) -> str:
    """Return the cell of one requirement and policy, a link to what is said about it."""
    if not findings:
        return "<td></td>"
    first = min(findings, key=wording.order)
    mark, word, name = _state(first)
    times = f" ×{len(findings)}" if len(findings) > 1 else ""
    label = f'<span aria-hidden="true">{mark}</span><span class="unseen">{word}{times}</span>'
    if name in ("none", "met"):
        return f'<td class="{name}" title="{word}">{label}</td>'
    link = f'<a href="#{_anchor(number, first)}">{label}</a>'
    return f'<td class="{name}" title="{word}{times}">{link}</td>'


def _legend() -> Iterator[str]:
    seen: set[str] = set()
    for mark, word, name in STATES.values():
        if mark not in seen:
            seen.add(mark)
            yield f'<li><span class="{name}">{mark}</span> {word}</li>'


def _anchor(number: int, finding: Finding) -> str:
    return f"p{number}-{escape(finding.requirement)}"


# --- findings ----------------------------------------------------------------------------------------------


def _policy(number: int, policy: Policy, findings: Sequence[Finding]) -> str:
    """Return the section of one policy: what is open, then what is met or does not apply."""
    listed = sorted(filter(wording.noted, findings), key=wording.order)
    seen: set[str] = set()
    cards = []
    for finding in listed:
        anchor = "" if finding.requirement in seen else f' id="{_anchor(number, finding)}"'
        seen.add(finding.requirement)
        cards.append(_card(policy, finding, findings, anchor))
    rest = [finding for finding in findings if not wording.noted(finding)]
    nothing = '<p class="fine">Nothing is left open.</p>' if not listed else ""
    return (
        f'<section class="policy" id="p{number}"><h2>{escape(policy.company)}</h2>'
        f'<p class="file">{escape(policy.path)} {_bar(findings)}</p>{nothing}{"".join(cards)}'
        f"{_rest(policy, rest)}</section>"
    )


def _card(policy: Policy, finding: Finding, findings: Sequence[Finding], anchor: str) -> str:
    level = "waived" if finding.waived else wording.level(finding)
    mark, word, name = _state(finding)
    spot = places.spot(policy.source, finding, findings)
    body = [f"<p>{escape(wording.message(finding))}</p>"]
    if finding.remedy:
        body.append(f'<p class="remedy"><b>To meet it</b> {escape(finding.remedy)}</p>')
    if finding.waived:
        body.append(f'<p class="remedy"><b>Waived because</b> {escape(finding.waived)}</p>')
    if finding.against:
        sides = (("It says", finding.evidence), ("It also says", finding.against))
        quoted = "".join(f"<div><h4>{title}</h4>{_quotes(policy, said)}</div>" for title, said in sides)
        body.append(f'<div class="sides">{quoted}</div>')
    else:
        body.append(_quotes(policy, finding.evidence))
    if spot.note:
        body.append(_note(policy, spot))
    return (
        f'<article class="{level} card"{anchor}><h3><span class="level">{wording.NOUNS.get(level, level)}</span>'
        f'<span class="rule">{escape(finding.requirement)}</span> {escape(finding.name)} '
        f'<span class="state {name}">{mark} {word}</span>{_provision(finding)}</h3>{"".join(body)}</article>'
    )


def _note(policy: Policy, spot: places.Spot) -> str:
    """Return the sentence on where something missing would be looked for."""
    if spot.quote is None:
        return f'<p class="near">{escape(spot.note)}</p>'
    heading = escape(" ".join(spot.quote.text.split()))
    where = _where(policy, spot.quote)
    return f'<p class="near">No statement found; the nearest heading is {where} “{heading}”.</p>'


def _provision(finding: Finding) -> str:
    """Return a link to the provision, called by its article, paragraph and point."""
    if not finding.provision.startswith(("http://", "https://")):
        return ""
    name = provisions.title(finding.provision)
    return f'<a class="law" href="{escape(finding.provision)}" rel="noreferrer">{escape(name)}</a>'


def _quotes(policy: Policy, quotes: Sequence[Quote]) -> str:
    """Return the first quotes in their sentences, and the others to be unfolded."""
    found = [_quote(policy, *one) for one in places.excerpts(policy.source, quotes)]
    first, others, rest = found[:_SHOWN], found[_SHOWN:_FOLDED], found[_FOLDED:]
    if not others:
        return "".join(first)
    title = wording.number_of(len(others) + len(rest), "more place")
    end = f"<p>and {len(rest)} more, which other formats list</p>" if rest else ""
    return f"{''.join(first)}<details><summary>{title}</summary>{''.join(others)}{end}</details>"


def _quote(policy: Policy, quote: Quote, around: places.Excerpt) -> str:
    words = f"{escape(around.before)}<mark>{escape(around.words)}</mark>{escape(around.after)}"
    return f"<blockquote>{_where(policy, quote)}<p>{words}</p></blockquote>"


def _where(policy: Policy, quote: Quote) -> str:
    """Return line and column; nothing, where the file has other lines than its text."""
    if not places.exact(policy.source):
        return ""
    return f'<span class="place">{places.place(policy.source, quote)}</span>'


def _rest(policy: Policy, findings: Sequence[Finding]) -> str:
    """Return what is met, with its first words, and what does not apply."""
    rows = []
    for finding in findings:
        mark, word, name = _state(finding)
        first = places.telling(finding.evidence)[:1]
        said = "".join(_quote(policy, quote, places.excerpt(policy.source, quote)) for quote in first)
        rows.append(
            f'<tr><td class="{name}" title="{word}">{mark}</td><th scope="row"><span class="rule">'
            f"{escape(finding.requirement)}</span> {escape(finding.name)}</th><td>{said or word}</td></tr>"
        )
    title = f"{len(findings)} met or not applicable"
    return f"<details class='rest'><summary>{title}</summary><table>{''.join(rows)}</table></details>"
