"""Findings for people at a terminal: a matrix of requirements and companies, then what each policy leaves open."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import TypeVar

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from graph import Finding
from graph.mentions import Quote
from policygraph.checking import Checked, Policy
from policygraph.reports import places, wording
from policygraph.settings import LEVELS

_MARKS = {
    "fulfilled": ("● present", "green"),
    "consistent": ("● consistent", "green"),
    "vague": ("◐ vague", "yellow"),
    "not found": ("○ absent", "red"),
    "contradiction": ("✗ conflict", "red"),
    "unclear": ("? unclear", "cyan"),
    "waived": ("~ waived", "dim"),
    "not applicable": ("– n/a", "dim"),
}
_COLOURS = {"violation": "red", "warning": "yellow", "info": "cyan"}
_NAME, _NARROW = 18, 12  # columns of a company's name, at most and at least
_FRAME = 3  # columns that the frame takes for each column of a table
_TABLES = 2  # more tables than this would have to be read together: then names become numbers
_NUMBERS = 12  # companies that are to stand beside each other even where titles need more than one line
_LEFT = 14  # columns of what stands left of the words of a finding
_Item = TypeVar("_Item")
_SHOWN = 3  # places of one finding


def parts(checked: Checked, width: int, *, brief: bool = False) -> Iterator[RenderableType]:
    """Yield the matrix and, unless it is to be brief, the findings of each policy, for `width` columns."""
    yield from matrix(checked, width)
    for policy, findings in () if brief else checked.by_policy():
        yield from _policy(policy, findings, width)
    yield Text("")
    policies = "1 policy" if len(checked.policies) == 1 else f"{len(checked.policies):,} policies"
    yield Text(f"{policies}: {_counts(checked.findings)}", "bold")


# --- the matrix --------------------------------------------------------------------------------------------


def matrix(checked: Checked, width: int) -> Iterator[RenderableType]:
    """Yield tables of requirements (rows) and policies (columns) that fit into `width`."""
    states = _states(checked)
    titles = wording.titles(checked.findings)
    left = max(map(len, titles), default=0) + 2 * _FRAME + 1
    title = min(46, max(20, (width - left) // 2), max(map(len, titles.values()), default=0))
    room = width - left - title
    count = len(checked.policies)
    if count > _TABLES * max(1, room // (_NARROW + _FRAME)):
        yield from _numbered(checked, states, titles, width)
        return
    tables = ceil(count / max(1, room // (_NARROW + _FRAME))) or 1
    each = ceil(count / tables)
    size = max(_NARROW, min(_NAME, room // max(1, each) - _FRAME))
    for keys in _chunks(list(checked.policies), each):
        table = _empty(title)
        for key in keys:
            table.add_column(Text(_short(checked.policies[key].company)), width=size, no_wrap=False)
        yield _filled(table, titles, [[_word(states.get((one, key), [])) for key in keys] for one in titles])


def _numbered(
    checked: Checked, states: dict[tuple[str, tuple[str, str]], list[str]], titles: dict[str, str], width: int
) -> Iterator[RenderableType]:
    """Yield tables whose columns are as narrow as numbers, and the names that the numbers stand for."""
    digits = len(str(len(checked.policies)))
    numbered = list(enumerate(checked.policies, 1))
    left = max(map(len, titles), default=0) + 2 * _FRAME + 1
    wanted = min(len(numbered), _NUMBERS) * (digits + 1)
    title = min(46, max(20, width - left - wanted), max(map(len, titles.values()), default=0))
    room = width - left - title
    for some in _chunks(numbered, max(1, room // (digits + 1))):
        table = _empty(title)
        table.box, table.padding = box.SIMPLE_HEAD, (0, 0, 0, 0)
        for number, _ in some:
            table.add_column(str(number), width=digits, justify="right")
        yield _filled(
            table, titles, [[_sign(states.get((one, key), [])) for _, key in some] for one in titles]
        )
    legend = Text("  ").join(Text(word.replace(" ", "\u00a0"), style) for word, style in _MARKS.values())
    yield from _hanging(Text(""), legend, width, left=0)
    for number, key in numbered:
        policy = checked.policies[key]
        said = Text.assemble(wording.plain(policy.company), ("  " + wording.plain(policy.path), "dim"))
        yield from _hanging(Text(f"{number:>{digits}}"), said, width, left=digits + 2)


def _empty(title: int) -> Table:
    table = Table(title="Completeness", title_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("what the law asks a policy to state", width=title)
    return table


def _filled(table: Table, titles: dict[str, str], rows: Iterable[Sequence[Text]]) -> Table:
    """Return a table with a row for each requirement, those on what is said twice in a section of their own."""
    before = False
    for (requirement, name), marks in zip(titles.items(), rows, strict=True):
        if wording.twice(requirement) and not before:
            table.add_section()
        before = wording.twice(requirement)
        table.add_row(requirement, Text(wording.plain(name)), *marks)
    return table


def _states(checked: Checked) -> dict[tuple[str, tuple[str, str]], list[str]]:
    """Return how each requirement stands in each policy, often several times; what is waived comes last."""
    found: dict[tuple[str, tuple[str, str]], list[str]] = defaultdict(list)
    for finding in sorted(checked.findings, key=lambda finding: bool(finding.waived)):
        state = "waived" if finding.waived else finding.state
        found[finding.requirement, (finding.version, finding.policy)].append(state)
    return found


def _word(states: Sequence[str]) -> Text:
    """Return a mark with its word, and how often it is found if that is more than once."""
    if not states:
        return Text("")
    word, style = _MARKS[states[0]]
    times = states.count(states[0])
    return Text(f"{word} ×{times}" if times > 1 else word, style)


def _sign(states: Sequence[str]) -> Text:
    """Return a mark alone."""
    if not states:
        return Text("")
    word, style = _MARKS[states[0]]
    return Text(word[0], style)


def _short(name: str) -> str:
    """Return a name cut to two lines of a column."""
    name = wording.plain(name)
    return name if len(name) <= 2 * _NAME else name[: 2 * _NAME - 1] + "…"


def _chunks(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + size] for start in range(0, len(items), max(1, size)))


# --- the findings ------------------------------------------------------------------------------------------


def _policy(policy: Policy, findings: Sequence[Finding], width: int) -> Iterator[Text]:
    """Yield the heading of a policy and what it leaves open, the gravest first."""
    listed = sorted(filter(wording.noted, findings), key=wording.order)
    yield Text("")
    yield from _hanging(Text(""), Text.assemble(*_heading(policy, findings)), width, left=0)
    for finding in listed:
        yield Text("")
        yield from _finding(policy, finding, findings, width)


def _heading(policy: Policy, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    yield wording.plain(policy.company), "bold"
    if policy.path != policy.company:
        yield "  " + wording.plain(policy.path), "dim"
    yield "  " + _counts(findings), ""


def _counts(findings: Iterable[Finding]) -> str:
    """Return how much is open, by severity."""
    counts = Counter(wording.level(finding) for finding in findings if finding.open)
    said = [wording.number_of(counts[level], wording.NOUNS[level]) for level in LEVELS if counts[level]]
    return ", ".join(said) or "nothing open"


def _finding(policy: Policy, finding: Finding, findings: Sequence[Finding], width: int) -> Iterator[Text]:
    """Yield what is missing, why, what would meet it, and the words."""
    level = wording.level(finding)
    label = Text.assemble("  ", ("waived", "dim") if finding.waived else (level, _COLOURS[level]))
    state, style = _MARKS[finding.state]
    title = Text.assemble((state, style), (f"  {finding.requirement}  {wording.plain(finding.name)}", "bold"))
    yield from _hanging(label, title, width)
    yield from _hanging(Text(""), Text(wording.message(finding)), width)
    if finding.remedy:
        yield from _hanging(Text("  to meet it", "dim"), Text(wording.advice(finding)), width)
    if finding.waived:
        yield from _hanging(Text("  because", "dim"), Text(wording.plain(finding.waived)), width)
    yield from _quotes(policy, finding.evidence, width)
    at = places.spot(policy.source, finding, findings)
    if at.quote is not None and at.note:
        where = Text(f"  {_where(policy, at.quote)}", "dim")
        heading = Text(f"nearest heading: {places.excerpt(policy.source, at.quote).words}", "dim")
        yield from _hanging(where, heading, width)
    if finding.against:
        yield from _hanging(Text("  but", "dim"), Text("it also says", "dim"), width)
        yield from _quotes(policy, finding.against, width)


def _quotes(policy: Policy, quotes: Sequence[Quote], width: int) -> Iterator[Text]:
    """Yield the first few quotes in their sentences, each with its place, and the number of the others."""
    found = places.excerpts(policy.source, quotes)
    for quote, around in found[:_SHOWN]:
        words = Text.assemble((around.before, "dim"), f"»{around.words}«", (around.after, "dim"))
        yield from _hanging(Text(f"  {_where(policy, quote)}", "dim"), words, width)
    if len(found) > _SHOWN:
        more = wording.number_of(len(found) - _SHOWN, "more place")
        yield from _hanging(Text(""), Text(f"and {more}", "dim"), width)


def _where(policy: Policy, quote: Quote) -> str:
    """Return line and column; of a file that has other lines than its text, that it is in the text."""
    return str(places.place(policy.source, quote)) if places.exact(policy.source) else "in the text"


def _hanging(label: Text, text: Text, width: int, *, left: int = _LEFT) -> Iterator[Text]:
    """Yield lines of text that stand beside a label, `left` columns wide, and end before `width`."""
    console = Console(width=width)
    for number, line in enumerate(text.wrap(console, max(20, width - left))):
        line.rstrip()
        head = label.copy() if not number else Text("")
        head.pad_right(max(0, left - len(head)))
        yield head + line
