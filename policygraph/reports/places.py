"""Offsets become places that people and editors go to: line and column, and the words around them."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph import Finding
from graph.mentions import Quote
from graph.source import Source
from policygraph.reports import provisions, wording

_AS_STORED = frozenset({"text/plain", "text/markdown"})  # the lines of the stored text are those of the file
_MET = ("fulfilled", "vague", "unclear", "consistent")  # their evidence shows where a policy speaks of it
_SENTENCE_END = re.compile(r"[.!?][’”\")]?\s+(?=[^a-z\d\s])")
_LONGEST = 200

AT_HEADING = "No statement found; shown at the nearest heading."
AT_BEGINNING = "No statement found; shown at the beginning."


@dataclass(frozen=True, slots=True)
class Place:
    """A region of a file: lines and columns from 1 on, the last column exclusive; columns are code points."""

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        """Return how editors write where it begins."""
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote with what stands around it, on one line; "…" where something is cut."""

    before: str
    words: str
    after: str

    def __str__(self) -> str:
        """Return the line with the quote between guillemets."""
        return f"{self.before}»{self.words}«{self.after}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a finding is shown: at words of the text, or at its beginning; a note says if it is only nearby."""

    quote: Quote | None
    note: str = ""


def exact(source: Source) -> bool:
    """Tell whether the lines of the stored text are those of the file, as they are not in HTML and PDF."""
    return source.media_type in _AS_STORED


def place(source: Source, quote: Quote | None) -> Place:
    """Return the region of a quote in the stored text; the beginning, if there is no quote or no text."""
    if quote is None or quote.end > len(source.text):
        return Place()
    return Place(*_position(source.text, quote.start), *_position(source.text, quote.end))


def region(source: Source, quote: Quote | None) -> Place:
    """Return the region of a quote in the file; the beginning, if the file has other lines than the text."""
    return place(source, quote) if exact(source) else Place()


def excerpt(source: Source, quote: Quote) -> Excerpt:
    """Return a quote within its line, or within its sentence if the line is long."""
    text = source.text
    if text[quote.start : quote.end] != quote.text:  # a graph made elsewhere may come without its text
        return Excerpt("", _cut(_flat(quote.text), _LONGEST), "")
    before = _flat(text[text.rfind("\n", 0, quote.start) + 1 : quote.start]).lstrip()
    end = text.find("\n", quote.end)
    after = _flat(text[quote.end : end if end >= 0 else len(text)]).rstrip()
    words = _cut(_flat(quote.text), _LONGEST)
    if len(before) + len(words) + len(after) > _LONGEST:
        before = _SENTENCE_END.split(before + words[:1])[-1][:-1]
        stop = _SENTENCE_END.search(after)
        after = after[: stop.end()].rstrip() if stop else after
    room = _LONGEST - len(words)
    left = min(len(before), max(room // 2, room - len(after)))
    return Excerpt(_cut_left(before, left), words, _cut(after, room - left))


def telling(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """Return the quotes that do not lie within others, in the order of the text."""
    chosen: list[Quote] = []
    for quote in sorted(set(quotes), key=lambda one: (one.start, -one.end)):
        if not chosen or quote.end > chosen[-1].end:
            chosen.append(quote)
    return tuple(chosen)


def excerpts(source: Source, quotes: Iterable[Quote]) -> list[tuple[Quote, Excerpt]]:
    """Return the telling quotes in their sentences; of those in one sentence the first."""
    found: dict[str, tuple[Quote, Excerpt]] = {}
    for quote in telling(quotes):
        around = excerpt(source, quote)
        found.setdefault(around.before + around.words + around.after, (quote, around))
    return list(found.values())


def spot(source: Source, finding: Finding, findings: Sequence[Finding]) -> Spot:
    """Return where a finding is shown; `findings` are all of the same policy.

    What is missing is shown at the heading of the section that says most about the same point, paragraph or
    article, or else at the first heading.
    """
    quotes = telling(finding.evidence)
    if quotes:
        return Spot(quotes[0])
    if not source.headings:
        return Spot(None, AT_BEGINNING)
    start, end = _nearest(source, finding, findings)
    return Spot(Quote(start, end, source.text[start:end]), AT_HEADING)


def account(source: Source, finding: Finding, at: Spot) -> str:
    """Return what was found, what would meet it and, where no line shows it, the words, for a plain report."""
    remedy = wording.advice(finding)
    said = [wording.message(finding), f"To meet it: {remedy}" if remedy else "", at.note]
    if at.quote is not None and not exact(source):
        said.append(f"In the text: {excerpt(source, at.quote)}")
    said += [f"It also says: {excerpt(source, quote)}" for quote in telling(finding.against)[:1]]
    return " ".join(filter(None, said))


def _nearest(source: Source, finding: Finding, findings: Sequence[Finding]) -> tuple[int, int]:
    """Return the heading under which most findings on the same provision have their evidence."""
    wanted = provisions.point(finding)
    met = [one for one in findings if one.state in _MET]
    for length in range(len(wanted), 0, -1):
        near = [one for one in met if provisions.point(one)[:length] == wanted[:length]]
        if length < len(
            wanted
        ):  # points that follow each other belong together: who it is, how to reach them
            letters = sorted(
                {provisions.point(one)[length : length + 1] for one in near},
                key=lambda letter: (_apart(letter, wanted[length]), letter),
            )
            near = [one for one in near if provisions.point(one)[length : length + 1] == letters[0]]
        sections = Counter(heading for one in near for heading in _sections(source, one.evidence))
        if sections:
            return min(sections, key=lambda heading: (-sections[heading], heading))
    return source.headings[0]


def _apart(letter: Sequence[str], wanted: str) -> int:
    """Return how far two points, or paragraphs, are from each other; what names none is farthest."""
    return abs(ord(letter[0][0]) - ord(wanted[0])) if letter else sys.maxunicode


def _sections(source: Source, quotes: Iterable[Quote]) -> set[tuple[int, int]]:
    """Return the headings under which quotes stand."""
    above = ([span for span in source.headings if span[0] <= quote.start] for quote in quotes)
    return {spans[-1] for spans in above if spans}


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", wording.plain(text))


def _cut(text: str, length: int) -> str:
    """Return text that is not longer than `length`, cut between words if need be."""
    if len(text) <= length:
        return text
    return text[: max(0, length - 1)].rpartition(" ")[0] + "…"


def _cut_left(text: str, length: int) -> str:
    return _cut(text[::-1], length)[::-1]
