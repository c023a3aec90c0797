"""The text of a policy as a page shows it: its blocks, cut where the words of a statement begin and end.

Offsets count code points of the stored text, as everywhere; nothing is counted again in a browser.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from extract.document import Block
from extract.errors import UnreadablePolicy
from extract.readers import read_text
from graph.source import Source

Span = tuple[int, int]
_DEEPEST = 6  # of the headings of HTML
_TOP = 2  # a page has its own heading of the first level


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters that the same spans cover: where they stand, what they are, and the numbers of the spans."""

    start: int
    end: int
    text: str
    spans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a paragraph, the items of a list, or the rows of a table, in segments."""

    kind: Literal["heading", "paragraph", "list", "table"]
    level: int = 0
    segments: tuple[Segment, ...] = ()
    items: tuple[tuple[Segment, ...], ...] = ()
    rows: tuple[tuple[tuple[Segment, ...], ...], ...] = ()


def segments(text: str, pieces: Iterable[Span], spans: Sequence[Span]) -> Iterator[Segment]:
    """Yield `pieces` of a text cut at the ends of `spans`, which may overlap, in the order of the text."""
    cuts = sorted({offset for span in spans for offset in span})
    by_start = sorted(range(len(spans)), key=lambda number: spans[number])
    starts = [spans[number][0] for number in by_start]
    longest = max((end - start for start, end in spans), default=0)
    for begin, stop in pieces:
        inner = cuts[bisect_right(cuts, begin) : bisect_left(cuts, stop)]
        for start, end in pairwise([begin, *inner, stop]):
            near = by_start[bisect_left(starts, start - longest) : bisect_right(starts, start)]
            covering = tuple(sorted(number for number in near if spans[number][1] >= end))
            yield Segment(start, end, text[start:end], covering)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans with those made one that overlap or touch.

    >>> joined([(4, 9), (0, 5), (12, 15)])
    [(0, 9), (12, 15)]
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def parts(source: Source, spans: Sequence[Span]) -> Iterator[Part]:
    """Yield the blocks of a text with their words marked."""
    text = source.text
    level = _TOP - 1
    for (kind, table), found in groupby(blocks(source), key=_group):
        members = [(block, tuple(segments(text, block.pieces, spans))) for block in found]
        if kind == "heading":
            for block, cut in members:
                level = min(max(block.level, 1) + _TOP - 1, level + 1, _DEEPEST)
                yield Part("heading", level, cut)
        elif kind == "paragraph":
            yield from (Part("paragraph", segments=cut) for _, cut in members)
        elif kind == "item":
            yield Part("list", items=tuple(cut for _, cut in members))
        elif table is not None:
            by_row = groupby(members, key=lambda one: one[0].row)
            yield Part("table", rows=tuple(tuple(cut for _, cut in row) for _, row in by_row))


def blocks(source: Source) -> tuple[Block, ...]:
    """Return the blocks of a stored text: as its reader finds them, or else its lines.

    The lines of HTML and PDF are their blocks, as their readers store them; their headings are kept beside.
    """
    if source.media_type in ("text/plain", "text/markdown"):
        try:
            return read_text("policy", source.text.encode(), source.media_type).blocks
        except UnreadablePolicy:
            return ()
    headings = dict(source.headings)
    return tuple(_lines(source.text, headings))


def _lines(text: str, headings: dict[int, int]) -> Iterator[Block]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block("heading" if start in headings else "paragraph", ((start, start + len(line)),))
        start += len(line) + 1


def _group(block: Block) -> tuple[str, int | None]:
    return block.kind, block.table
