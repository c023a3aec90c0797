"""Tables that lost their frame: header cells and cells that became paragraphs are cells again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extract.readers import looks
from extract.readers.draft import Draft

FEWEST_COLUMNS = 3
MOST_COLUMNS = 9
LONGEST_HEADER = 90
LONGEST_CELL = 300
FEWEST_CELLS = 3


def unflatten(text: str, drafts: Sequence[Draft]) -> list[Draft]:
    """Return `drafts` with the paragraphs of flattened tables as cells.

    A cell that says when a record holds ("When you visit our website") is the header of its row; it has no
    column unless the table has one for it.
    """
    seen = {line.shown: place for place, line in enumerate(drafts)}
    number = 1 + max((line.table for line in drafts if line.table is not None), default=-1)
    done: list[Draft] = []
    place = 0
    while place < len(drafts):
        columns = _header(drafts, place, seen)
        body = _body(text, drafts, place + len(columns), columns) if columns else []
        if not body:
            done.append(drafts[place])
            place += 1
            continue
        heads = drafts[place : place + len(columns)]
        done += [
            replace(line, kind="cell", table=number, row=0, column=column, heads="column")
            for column, line in enumerate(heads)
        ]
        done += [replace(line, table=number) for line in body]
        number += 1
        place += len(heads) + len(body)
    return done


def _header(drafts: Sequence[Draft], place: int, seen: dict[str, int]) -> list[str]:
    """Return what the columns are called whose headers stand from `place` on, or nothing."""
    names: list[str] = []
    for line in drafts[place : place + MOST_COLUMNS]:
        name = _header_name(line)
        # A line that comes again is an entry of a table of contents.
        if not name or name in names or seen[line.shown] > place + len(names):
            break
        names.append(name)
    telling = set(names) - {"scenario", "data", "transfer"}
    return names if len(names) >= FEWEST_COLUMNS and telling else []


def _header_name(line: Draft) -> str:
    """Return which column the line heads, or nothing."""
    shown = line.shown
    short = len(shown) <= LONGEST_HEADER and not shown.endswith((".", ";", ","))
    if line.kind is not None or not short or not shown[0].isupper() or looks.has_mark(shown):
        return ""
    if looks.cell_name(shown) in ("scenario", "purpose", "consequence") and not shown.endswith("?"):
        return ""
    return looks.column_name(shown)


def _body(text: str, drafts: Sequence[Draft], place: int, columns: Sequence[str]) -> list[Draft]:
    """Return the cells from `place` on, each with its row and column, or nothing if they are none."""
    lines = list(_cells(text, drafts, place))
    looked = [_look(line, columns) for line in lines]
    told = [look for look in looked if look]
    if len(told) > 1 and _is_grid(looked, columns):
        return [
            replace(line, row=1 + at // len(columns), column=at % len(columns), heads="")
            for at, line in enumerate(lines)
        ]
    if len(lines) < FEWEST_CELLS or len(set(told)) <= 1 or len(told) * 3 < len(looked):
        return []
    return list(_placed(lines, looked, columns))


def _cells(text: str, drafts: Sequence[Draft], place: int) -> Iterator[Draft]:
    """Yield the lines from `place` on that could be cells: up to a heading or running text."""
    for line in drafts[place:]:
        bare = looks.listed(text, line)
        basis = looks.cell_name(bare.shown) == "basis"
        long = len(bare.shown) > LONGEST_CELL or (looks.several_sentences(bare.shown) and not basis)
        if line.kind is not None or long or looks.heading_look(bare.shown) == "caps":
            return
        yield replace(bare, kind="cell")


def _look(line: Draft, columns: Sequence[str]) -> str:
    """Return which column a cell belongs to by its look, or nothing."""
    name = looks.cell_name(line.shown)
    if name in columns or name == "scenario":
        return name
    return "recipients" if line.mark and "recipients" in columns else ""


def _is_grid(looked: Sequence[str], columns: Sequence[str]) -> bool:
    """Return whether the cells come row by row, one for each column."""
    if len(looked) % len(columns) or "scenario" in set(looked) - set(columns):
        return False
    told = [(look, columns[at % len(columns)]) for at, look in enumerate(looked) if look]
    return sum(look == column for look, column in told) * 4 >= len(told) * 3


def _placed(lines: Sequence[Draft], looked: Sequence[str], columns: Sequence[str]) -> Iterator[Draft]:
    """Yield the cells with row and column by their look; one without a look stands by the one before it."""
    scenarios = "scenario" in looked
    row = 0 if scenarios else 1
    column = -1
    for line, look in zip(lines, looked, strict=True):
        if look == "scenario":
            row, column = row + 1, -1
            own = columns.index("scenario") if "scenario" in columns else None
            yield replace(line, row=row, column=own, heads="row")
            continue
        before = column
        column = columns.index(look) if look else _next(before, columns)
        if not scenarios and column < before:
            row += 1
        yield replace(line, row=max(row, 1), column=column)


def _next(column: int, columns: Sequence[str]) -> int:
    """Return the column of a cell that has no look, after one in `column`."""
    if column < 0:
        return 1 if columns[0] == "scenario" else 0
    # Whoever receives the data is told by name, so the cell after the legal basis has no look of its own.
    return min(column + 1, len(columns) - 1) if columns[column] == "basis" else column
