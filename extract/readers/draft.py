"""Drafts of blocks, as the readers make them, become the blocks of a document."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from extract.document import BlockKind

Pieces = tuple[tuple[int, int], ...]

# Characters without width carry nothing to read, and hide words from any match.
WIDTHLESS = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]+")
_BLANK = re.compile(r"[^\S ]")
WIDEST_GAP = 16
_WIDE = re.compile(rf"\s{{{WIDEST_GAP + 1},}}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before its place is known.

    `kind` is None where only the look of the text can tell; `shown` is the visible text. `gap` says that a
    blank line (or the edge of an element) stands before it, `bold` that all of it is in bold, `mark` is the
    bullet or number that was cut off, `group` numbers the list an item belongs to. `heads` says what a header
    cell heads, `spans` how many rows and columns a cell covers.
    """

    kind: BlockKind | None
    pieces: Pieces
    shown: str
    level: int = 0
    gap: bool = True
    bold: bool = False
    indent: int = 0
    mark: str = ""
    group: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    heads: Literal["", "row", "column"] = ""
    spans: tuple[int, int] = (1, 1)
    boilerplate: bool = False


def draft(text: str, ranges: Iterable[tuple[int, int]], kind: BlockKind | None = None) -> Draft | None:
    """Return a draft of the visible part of `ranges`, or None if nothing is visible there."""
    pieces = _tidy(text, ranges)
    if not pieces:
        return None
    return Draft(kind, pieces, shown(text, pieces))


def shown(text: str, pieces: Pieces) -> str:
    """Return what a reader sees of `pieces`, every kind of blank as a space."""
    return _BLANK.sub(" ", "".join([text[start:end] for start, end in pieces]))


def part(item: Draft, text: str, start: int, end: int | None = None) -> Draft:
    """Return `item` with only the visible characters from `start` to `end`."""
    end = len(item.shown) if end is None else end
    ranges = []
    at = 0
    for first, last in item.pieces:
        begin, stop = max(start - at, 0), min(end - at, last - first)
        if begin < stop:
            ranges.append((first + begin, first + stop))
        at += last - first
    pieces = _tidy(text, ranges)
    return replace(item, pieces=pieces, shown=shown(text, pieces))


def narrowed(text: str, item: Draft) -> Draft:
    """Return `item` without blanks beyond `WIDEST_GAP` in a row: patterns with blanks take ages over thousands."""
    wide = list(_WIDE.finditer(item.shown))
    if not wide:
        return item
    pieces = deque(item.pieces)
    kept: list[tuple[int, int]] = []
    at = 0
    for gap in wide:
        kept += _taken(pieces, gap.start() + WIDEST_GAP - at)
        deque(_taken(pieces, gap.end() - gap.start() - WIDEST_GAP), maxlen=0)
        at = gap.end()
    left = _tidy(text, [*kept, *pieces])
    return replace(item, pieces=left, shown=shown(text, left))


def cut(text: str, item: Draft, longest: int) -> Iterator[Draft]:
    """Yield `item` in parts of at most `longest` visible characters, cut where a sentence ends if one does."""
    if len(item.shown) <= longest:
        yield item
        return
    begin = 0
    pieces = deque(item.pieces)
    while begin < len(item.shown):
        end = _sentence_end(item.shown, begin, begin + longest)
        taken = _tidy(text, _taken(pieces, end - begin))
        if taken:
            yield replace(item, pieces=taken, shown=shown(text, taken))
        begin = end


def _sentence_end(shown: str, begin: int, end: int) -> int:
    """Return where to cut: behind the last sentence that ends in the second half, or else blank, or at `end`."""
    if end >= len(shown):
        return len(shown)
    middle = (begin + end) // 2
    for signs in ((". ", "! ", "? ", "; "), (" ",)):
        found = max(shown.rfind(sign, middle, end) + len(sign) for sign in signs)
        if found > middle:
            return found
    return end


def _taken(pieces: deque[tuple[int, int]], count: int) -> Iterator[tuple[int, int]]:
    """Yield the first `count` characters of `pieces`, which lose them."""
    while count and pieces:
        start, end = pieces.popleft()
        stop = min(end, start + count)
        yield start, stop
        count -= stop - start
        if stop < end:
            pieces.appendleft((stop, end))


def joined(text: str, parts: Sequence[Draft], between: Callable[[str, Draft], Pieces]) -> Draft:
    """Return one draft of several lines; `between` says what stands for the break behind a line."""
    if len(parts) == 1:
        return parts[0]
    ranges: list[tuple[int, int]] = list(parts[0].pieces)
    for before, after in pairwise(parts):
        ranges += between(text, before)
        ranges += after.pieces
    pieces = _tidy(text, ranges)
    return replace(parts[0], pieces=pieces, shown=shown(text, pieces), bold=all(part.bold for part in parts))


def _tidy(text: str, ranges: Iterable[tuple[int, int]]) -> Pieces:
    """Return `ranges` without characters of no width and blank edges, neighbours merged."""
    seen: list[tuple[int, int]] = []
    for start, end in ranges if text.isascii() else _visible(text, ranges):
        if seen and seen[-1][1] == start:
            seen[-1] = (seen[-1][0], end)
        elif start < end:
            seen.append((start, end))
    while seen:
        start, end = seen[0]
        begin = _skip(text, start, end)
        if begin < end:
            seen[0] = (begin, end)
            break
        seen.pop(0)
    while seen:
        start, end = seen[-1]
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            seen[-1] = (start, end)
            break
        seen.pop()
    return tuple(seen)


def _skip(text: str, start: int, end: int) -> int:
    """Return the offset of the first character in a range that is not blank."""
    while start < end and text[start].isspace():
        start += 1
    return start


def _visible(text: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of `ranges` that have a width."""
    for start, end in ranges:
        at = start
        for match in WIDTHLESS.finditer(text, start, end):
            if match.start() > at:
                yield at, match.start()
            at = match.end()
        if at < end:
            yield at, end
