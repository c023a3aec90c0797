"""Without tags, the size and place of the lines of a PDF say what they are."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.readers import looks
from extract.readers.built import Line, tidy
from extract.readers.pdf_page import Char, Page
from extract.readers.pdf_tags import runs_on

LARGER = 1.12
MOST_SIZES = 4
EDGE_LINES = 2
FEWEST_REPEATS = 3
WIDE_GAP = 1.35
FULL = 0.85
WIDE_BLANK = 2.5

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line on a page: its words, font and place."""

    words: str
    size: float
    bold: bool
    left: float
    right: float
    base: float
    page: int
    gaps: bool


def lines(pages: Sequence[Page]) -> list[Line]:
    """Return the lines of `pages`, wrapped ones joined, page headers and footers left out."""
    sheets = [list(_rows(page.chars, number)) for number, page in enumerate(pages)]
    rows = _without_repeats(sheets)
    if not rows:
        return []
    body = _body_size(rows)
    levels = _levels(rows, body)
    step = _line_step(rows)
    width = sorted(row.right for row in rows)[len(rows) * 9 // 10]
    return [_joined(group, levels) for group in _paragraphs(rows, step, width)]


def _rows(chars: Sequence[Char], page: int) -> Iterator[_Row]:
    """Yield the lines of a page as PDFium breaks them."""
    row: list[Char] = []
    for char in chars:
        if char.sign in "\r\n" and char.sign:
            yield from _row(row, page)
            row = []
        else:
            row.append(char)
    yield from _row(row, page)


def _row(chars: Sequence[Char], page: int) -> Iterator[_Row]:
    """Yield the line of `chars`, if it shows anything."""
    words = tidy("".join(char.sign for char in chars), keep_cuts=True)
    placed = [char for char in chars if char.size and char.sign.strip()]
    if not words or not placed:
        return
    sizes = Counter(char.size for char in placed)
    size = max(sizes, key=lambda one: (sizes[one], one))
    yield _Row(
        words,
        size,
        all(char.bold for char in placed),
        placed[0].left,
        placed[-1].right,
        placed[-1].base,
        page,
        any(after.left - before.right > size * WIDE_BLANK for before, after in pairwise(placed)),
    )


def _without_repeats(sheets: Sequence[Sequence[_Row]]) -> list[_Row]:
    """Return the lines of all pages without those that come again at the edge of pages, and page numbers."""
    seen = Counter(
        _alike(row.words) for sheet in sheets for row in {*sheet[:EDGE_LINES], *sheet[-EDGE_LINES:]}
    )
    kept = []
    for sheet in sheets:
        for place, row in enumerate(sheet):
            edge = place < EDGE_LINES or place >= len(sheet) - EDGE_LINES
            numbered = len(sheets) > 1 and _PAGE_NUMBER.fullmatch(row.words)
            if not edge or (seen[_alike(row.words)] < FEWEST_REPEATS and not numbered):
                kept.append(row)
    return kept


def _alike(words: str) -> str:
    """Return `words` with every number the same."""
    return re.sub(r"\d+", "0", words)


def _body_size(rows: Sequence[_Row]) -> float:
    """Return the size in which most of the text is set."""
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[row.size] += len(row.words)
    return max(sizes, key=lambda size: (sizes[size], -size))


def _levels(rows: Sequence[_Row], body: float) -> dict[float, int]:
    """Return the heading level of each size that is larger than the text."""
    larger = sorted({row.size for row in rows if row.size > body * LARGER}, reverse=True)
    return {size: min(place + 1, MOST_SIZES) for place, size in enumerate(larger)}


def _line_step(rows: Sequence[_Row]) -> float:
    """Return the usual distance between two lines."""
    steps = Counter(
        round(after.base - before.base, 1)
        for before, after in pairwise(rows)
        if before.page == after.page and after.base > before.base
    )
    return max(steps, key=lambda step: (steps[step], -step)) if steps else 0.0


def _paragraphs(rows: Sequence[_Row], step: float, width: float) -> Iterator[list[_Row]]:
    """Yield the lines of each paragraph."""
    group = [rows[0]]
    for row in rows[1:]:
        if _goes_on(group[-1], row, step, width):
            group.append(row)
        else:
            yield group
            group = [row]
    yield group


def _goes_on(before: _Row, row: _Row, step: float, width: float) -> bool:
    """Return whether a line continues the paragraph of the one before it; rows of a table never do."""
    if before.gaps or row.gaps:
        return False
    if row.size != before.size or row.bold != before.bold or looks.has_mark(row.words):
        return (
            before.size == row.size
            and not looks.has_mark(row.words)
            and _near(before, row, step)
            and runs_on(before.words, row.words)
        )
    if before.page != row.page or row.base <= before.base:
        return runs_on(before.words, row.words)
    full = before.right + _first_word(row) >= width or before.right >= width * FULL
    return _near(before, row, step) and (full or runs_on(before.words, row.words))


def _near(before: _Row, row: _Row, step: float) -> bool:
    """Return whether a line stands right below another one."""
    return before.page == row.page and 0 <= row.base - before.base <= step * WIDE_GAP


def _first_word(row: _Row) -> float:
    """Return how wide the first word of a line is, about."""
    first = row.words.split(" ", 1)[0]
    return (row.right - row.left) * len(first) / len(row.words)


def _joined(rows: Sequence[_Row], levels: dict[float, int]) -> Line:
    """Return the line of a paragraph; larger ones of the length of a heading are headings."""
    words = " ".join(row.words for row in rows)
    level = levels.get(rows[0].size, 0)
    if level and len(words) <= looks.LONGEST_HEADING * 2 and not looks.has_bullet(words):
        return Line(words, "heading", level)
    return Line(words, bold=all(row.bold for row in rows), gap=True)
