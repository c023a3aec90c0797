"""The cells of a table get their header row and their row headers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from extract.readers import looks
from extract.readers.draft import Draft

LONGEST_HEADER = 90
FEWEST_COLUMNS = 2


def table_headers(drafts: Sequence[Draft]) -> list[Draft]:
    """Return `drafts` with headers for each table in them."""
    done: list[Draft] = []
    for table, group in groupby(drafts, key=lambda line: line.table if line.kind == "cell" else None):
        lines = list(group)
        done += lines if table is None else _with_headers(lines)
    return done


def _with_headers(cells: Sequence[Draft]) -> list[Draft]:
    """Return the cells of one table, rows numbered from 0, with what heads its rows and columns."""
    numbers = {row: place for place, row in enumerate(sorted({cell.row or 0 for cell in cells}))}
    cells = [replace(cell, row=numbers[cell.row or 0]) for cell in cells]
    width = max((cell.column or 0) + cell.spans[1] for cell in cells)
    if (
        not any(cell.heads == "column" for cell in cells)
        and width >= FEWEST_COLUMNS
        and _is_header_row(cells)
    ):
        cells = [replace(cell, heads="column") if cell.row == 0 else cell for cell in cells]
    if width < FEWEST_COLUMNS:
        return cells
    return [replace(cell, heads="row") if cell.column == 0 and not cell.heads else cell for cell in cells]


def _is_header_row(cells: Sequence[Draft]) -> bool:
    """Return whether the first row names the columns."""
    first = [cell for cell in cells if cell.row == 0]
    others = [cell for cell in cells if cell.row != 0]
    if not others or len(first) < FEWEST_COLUMNS or len({cell.column for cell in first}) < len(first):
        return False
    if all(cell.bold for cell in first):
        return True
    short = all(len(cell.shown) <= LONGEST_HEADER and not cell.shown.endswith((".", ";")) for cell in first)
    named = sum(looks.column_name(cell.shown) != "" for cell in first)
    return short and named * 2 >= len(first)
