"""Drafts with a kind become blocks: sections, lead-ins, table headers and tables of contents are found."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from extract.document import Block, Document
from extract.readers import looks
from extract.readers.draft import Draft, cut, narrowed
from extract.readers.flat_table import unflatten
from extract.readers.judge import judge

SHORTEST_CONTENTS = 3
# Characters; the longest paragraphs of real policies have 10,000. Extractors look through a block again and again.
LONGEST_BLOCK = 12_000


def document(name: str, text: str, drafts: Sequence[Draft], media_type: str, *, marked: bool) -> Document:
    """Return the document of `text`, its blocks in the order of the text."""
    drafts = [narrowed(text, line) for line in drafts]
    lines = judge(text, unflatten(text, drafts), marked=marked)
    short = [part for line in lines for part in cut(text, line, LONGEST_BLOCK)]
    return Document(name, text, settle(short), media_type)


def settle(lines: Sequence[Draft]) -> tuple[Block, ...]:
    """Return the blocks of `lines`, each with what governs it."""
    lines = _without_contents(lines)
    sections = _sections(lines)
    leads = _leads(lines)
    rows, columns = _headers(lines)
    return tuple(
        Block(
            kind=line.kind or "paragraph",
            pieces=line.pieces,
            level=line.level if line.kind in ("heading", "item") else 0,
            section=sections[place],
            lead_in=leads[place],
            table=line.table,
            row=line.row,
            column=line.column,
            row_header=rows[place],
            column_header=columns[place],
            boilerplate=line.boilerplate,
        )
        for place, line in enumerate(lines)
    )


def _sections(lines: Sequence[Draft]) -> list[int | None]:
    """Return the heading above each line; a heading has the one of a higher level."""
    found: list[int | None] = []
    stack: list[int] = []
    for place, line in enumerate(lines):
        if line.kind == "heading":
            while stack and lines[stack[-1]].level >= line.level:
                stack.pop()
        found.append(stack[-1] if stack else None)
        if line.kind == "heading" and not line.boilerplate:
            stack.append(place)
    return found


def _leads(lines: Sequence[Draft]) -> list[int | None]:
    """Return the line that introduces the list of each item, or the other lines of its cell."""
    found: list[int | None] = []
    by_group: dict[int, int | None] = {}
    parents: dict[int, int] = {}
    opener: int | None = None
    for place, line in enumerate(lines):
        lead = None
        if line.kind == "cell":
            if opener is not None and not _same_cell(lines[opener], line):
                opener = None
            lead = opener
            if looks.opens_list(line.shown):
                opener = place
        elif line.kind == "heading":
            parents = {}
        elif line.kind == "item":
            group = line.group if line.group is not None else place
            if group not in by_group:
                by_group[group] = _lead(lines, found, place, parents.get(line.level - 1))
            parents[line.level] = place
            lead = by_group[group]
        found.append(lead)
    return found


def _lead(lines: Sequence[Draft], found: Sequence[int | None], place: int, parent: int | None) -> int | None:
    """Return what introduces the list that begins at `place`."""
    if not place:
        return None
    line, before = lines[place], lines[place - 1]
    if before.boilerplate != line.boilerplate or before.kind == "cell":
        return parent
    if before.kind == "heading" or (
        before.kind == "paragraph" and looks.introduces(before.shown, line.shown)
    ):
        return place - 1
    if before.kind == "item" and parent is None:
        return (
            place - 1
            if looks.opens_list(before.shown)
            else found[place - 1]
            if before.level == line.level
            else None
        )
    return parent


def _headers(lines: Sequence[Draft]) -> tuple[list[int | None], list[int | None]]:
    """Return the row header and the column header of each cell."""
    rows: list[int | None] = []
    columns: list[int | None] = []
    by_row: dict[tuple[int | None, int], int] = {}
    by_column: dict[tuple[int | None, int], int] = {}
    for place, line in enumerate(lines):
        row = column = None
        if line.kind == "cell" and line.row is not None:
            row = by_row.get((line.table, line.row))
            if line.column is not None:
                column = by_column.get((line.table, line.column))
            if row is not None and _same_cell(lines[row], line):
                row = None
            if column is not None and lines[column].row == line.row:
                column = None
            if line.heads:
                _note_header(line, place, by_row, by_column)
        rows.append(row)
        columns.append(column)
    return rows, columns


def _same_cell(one: Draft, other: Draft) -> bool:
    """Return whether both are lines of one cell."""
    return (one.table, one.row, one.column) == (other.table, other.row, other.column)


def _note_header(
    line: Draft,
    place: int,
    by_row: dict[tuple[int | None, int], int],
    by_column: dict[tuple[int | None, int], int],
) -> None:
    """Remember a header cell for the rows or columns it covers; only the first line of a cell counts."""
    row, column = line.row or 0, line.column
    if line.heads == "column":
        for covered in range(column or 0, (column or 0) + line.spans[1]):
            by_column.setdefault((line.table, covered), place)
    else:
        for covered in range(row, row + line.spans[0]):
            by_row.setdefault((line.table, covered), place)


def _without_contents(lines: Sequence[Draft]) -> list[Draft]:
    """Return `lines` with tables of contents marked: lines that repeat later headings in their order."""
    later: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if line.kind == "heading":
            later.setdefault(_bare(line.shown), []).append(place)
    done = list(lines)
    place = 0
    while place < len(lines):
        run, end = _contents(lines, place, later)
        if len(run) >= SHORTEST_CONTENTS:
            for member in range(run[0], run[-1] + 1):
                done[member] = replace(done[member], boilerplate=True)
        place = max(end, place + 1)
    return done


def _contents(lines: Sequence[Draft], place: int, later: dict[str, list[int]]) -> tuple[list[int], int]:
    """Return the lines from `place` on that repeat headings below, odd ones skipped, and where they end."""
    run: list[int] = []
    first = len(lines)
    reached = -1
    here = place
    while here < first:
        targets = later.get(_bare(lines[here].shown), [])
        target = targets[at] if (at := bisect_right(targets, max(here, reached))) < len(targets) else None
        if target is not None:
            run.append(here)
            reached = target
            first = min(first, target)
        elif not run or run[-1] < here - 1 or looks.is_body(lines[here]):
            break
        here += 1
    return run, here


def _bare(shown: str) -> str:
    """Return the letters and digits of a line in lower case, without its number."""
    return re.sub(r"\W+", " ", re.sub(r"^[\d.\s]+", "", shown.lower())).strip()
