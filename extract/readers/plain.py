"""Plain text becomes blocks: the text stays as it is, the look of its lines says what they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extract.document import Document
from extract.readers import looks
from extract.readers.draft import WIDTHLESS, Draft, Pieces, draft, joined
from extract.readers.settle import document
from extract.readers.tables import table_headers

TAB_WIDTH = 4
NARROWEST_WRAP = 40
WIDEST_WRAP = 130
FEWEST_WRAPPED = 6
FEWEST_MARKED = 2
FEWEST_COLUMNS = 2
FEWEST_ROWS = 2

_HASHES = re.compile(r"[ \t\ufeff]{0,3}(#{1,6})[ \t]+(?=\S)")
_RULE = re.compile(r"\s*(?:[-=_*~#•.]\s*){3,}$")
_TABLE_RULE = re.compile(r"[\s|:+=-]+")
_UNDERLINE = re.compile(r"\s*(=+|-+|~+)\s*$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file: where it stands, its visible part, and whether a blank line stands before it."""

    start: int
    end: int
    indent: int
    gap: bool


def read_plain(name: str, text: str) -> Document:
    """Return the document of a plain text file."""
    drafts = list(_drafts(text, list(_lines(text))))
    marked = sum(line.kind == "heading" for line in drafts) > FEWEST_MARKED
    return document(name, text, table_headers(drafts), "text/plain", marked=marked)


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines that are not blank."""
    start = 0
    gap = True
    for raw in text.split("\n"):
        end = start + len(raw)
        bare = _bare(raw)
        if bare:
            lead = raw[: raw.index(bare[0])]
            yield _Line(start, end, len(lead.expandtabs(TAB_WIDTH)), gap)
        gap = not bare
        start = end + 1


def _bare(line: str) -> str:
    """Return what a reader sees of a line."""
    return WIDTHLESS.sub("", line).strip()


def _drafts(text: str, lines: Sequence[_Line]) -> Iterator[Draft]:
    """Yield headings with marks, cells, and the rest as drafts to be judged."""
    width = _wrap_width(lines)
    pending: list[Draft] = []
    place = tables = 0
    while place < len(lines):
        line = lines[place]
        cells, rows = _table(text, lines, place, tables)
        if cells:
            if pending:
                yield joined(text, pending, _line_break)
            pending = []
            yield from cells
            tables += 1
            place += rows
            continue
        under = _underline(text, lines, place)
        made = _marked_heading(text, line, under)
        rule = _RULE.match(text, line.start, line.end)
        fresh = made or rule or not pending or not _goes_on(text, lines, place, width)
        if fresh and pending:
            yield joined(text, pending, _line_break)
            pending = []
        if made:
            yield made
        elif not rule:
            here = draft(text, [(line.start, line.end)])
            if here:
                pending.append(replace(here, gap=line.gap, indent=line.indent))
        place += 2 if made and under else 1
    if pending:
        yield joined(text, pending, _line_break)


def _table(text: str, lines: Sequence[_Line], place: int, number: int) -> tuple[list[Draft], int]:
    """Return the cells of a table with bars or tabs that begins at `place`, and how many lines it has."""
    sign = next((sign for sign in "|\t" if sign in text[lines[place].start : lines[place].end].strip()), "")
    width = len(_cells(text, lines[place], sign)) if sign else 0
    end = place
    while width >= FEWEST_COLUMNS and end < len(lines) and (end == place or not lines[end].gap):
        if len(_cells(text, lines[end], sign)) != width:
            break
        end += 1
    if end - place < FEWEST_ROWS:
        return [], 0
    ruled = _TABLE_RULE.fullmatch(text, lines[place + 1].start, lines[place + 1].end)
    cells = [
        replace(
            looks.listed(text, made),
            kind="cell",
            mark="",
            table=number,
            row=row,
            column=column,
            heads="column" if ruled and row == 0 else "",
        )
        for row, line in enumerate(lines[place:end])
        if not _TABLE_RULE.fullmatch(text, line.start, line.end)
        for column, (start, stop) in enumerate(_cells(text, line, sign))
        if (made := draft(text, [(start, stop)]))
    ]
    return cells, end - place


def _cells(text: str, line: _Line, sign: str) -> list[tuple[int, int]]:
    """Return where the cells of a table row stand; a row may begin and end with a bar."""
    row = text[line.start : line.end]
    bars = row.strip().startswith("|"), row.strip().endswith("|")
    start = line.start + (row.index("|") + 1 if bars[0] else 0)
    end = line.end - (len(row) - row.rindex("|") if bars[1] else 0)
    cells = []
    while start < end:
        stop = text.find(sign, start, end)
        stop = end if stop < 0 else stop
        cells.append((start, stop))
        start = stop + 1
    # "1.<tab>Your rights" is a numbered line and no row.
    return [] if cells and looks.bare_mark(_bare(text[slice(*cells[0])])) else cells


def _underline(text: str, lines: Sequence[_Line], place: int) -> str:
    """Return the mark by which the next line underlines this one, or nothing."""
    if place + 1 >= len(lines) or lines[place + 1].gap:
        return ""
    line = _bare(text[lines[place].start : lines[place].end])
    match = _UNDERLINE.match(text[lines[place + 1].start : lines[place + 1].end])
    if not match or len(match.group(1)) < max(3, len(line) // 2) or len(line) > looks.LONGEST_HEADING:
        return ""
    return match.group(1)[0]


def _marked_heading(text: str, line: _Line, under: str) -> Draft | None:
    """Return the heading of a line that begins with # or is underlined."""
    hashes = _HASHES.match(text, line.start, line.end)
    if hashes:
        made = draft(text, [(hashes.end(), line.end)], "heading")
        level = len(hashes.group(1))
    elif under:
        made = draft(text, [(line.start, line.end)], "heading")
        level = 1 if under == "=" else 2
    else:
        return None
    if made is None:
        return None
    bare = looks.listed(text, replace(made, kind=None))
    return replace(bare, kind="heading", level=level, gap=line.gap)


def _wrap_width(lines: Sequence[_Line]) -> int:
    """Return the width at which the file was wrapped by hand, or 0 if a line is a paragraph."""
    lengths = sorted(before.end - before.start for before, after in pairwise(lines) if not after.gap)
    if len(lengths) < FEWEST_WRAPPED:
        return 0
    width = lengths[len(lengths) * 19 // 20]
    full = sum(length * 4 >= width * 3 for length in lengths)
    return width if NARROWEST_WRAP <= width <= WIDEST_WRAP and full * 2 >= len(lengths) else 0


def _goes_on(text: str, lines: Sequence[_Line], place: int, width: int) -> bool:
    """Return whether the line at `place` continues the one before it."""
    before, line = lines[place - 1], lines[place]
    if line.gap:
        return False
    shown = _bare(text[line.start : line.end])
    if looks.has_mark(shown):
        return False
    previous = _bare(text[before.start : before.end])
    if width:
        first = len(shown.split(maxsplit=1)[0])
        if len(previous) + first >= width - 1:
            return True
        return shown[0].islower() and not re.search(r"[.:;!?]$", previous)
    last = previous.rsplit(maxsplit=1)[-1].lower()
    return shown[0].islower() and last in looks.words().hanging


def _line_break(text: str, before: Draft) -> Pieces:
    """Return what stands for the break behind a line: the line feed, or nothing inside a word."""
    if before.shown.endswith("-") and before.shown[-2:-1].isalpha():
        return ()
    feed = text.find("\n", before.pieces[-1][1])
    return ((feed, feed + 1),)
