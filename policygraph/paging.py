"""A page of a long answer is asked of a few values at a time, such as companies in the order of their names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from math import ceil

import pyoxigraph as ox

from queries.reader import Term

_GROWTH = 8  # times as many values are asked for as before, at most
_FEW, _CAREFUL = 64, 2  # of so few values one may have most rows of all: growth, then
_TRIED = 50  # values tell how many rows one has
_MOST = 1_000  # values; where more are needed the whole answer takes less

Ask = Callable[[Sequence[Term]], Iterable[ox.QuerySolution]]


def page(
    listed: Iterable[ox.QuerySolution], ask: Ask, *, limit: int, offset: int
) -> list[ox.QuerySolution] | None:
    """Return `limit` rows from `offset` on, or all that are left; None if that takes too many values.

    `listed` gives values as "node" in the order of their rows, and one "key" to those whose rows mingle; `ask`
    returns the rows of some of them, in order. What is in front of the page is asked for too: a page far down
    takes longer.
    """
    every = list(_groups(listed))
    groups, growth = iter(every), _CAREFUL if len(every) < _FEW else _GROWTH
    rows: list[ox.QuerySolution] = []
    wanted = offset + limit
    asked, size = 0, 1
    while len(rows) < wanted and (nodes := _some(groups, size)):
        rows += islice(ask(nodes), wanted - len(rows))
        asked += len(nodes)
        needed = ceil((wanted - len(rows)) * asked / len(rows)) if rows else _MOST + 1
        if asked >= _TRIED and needed > _MOST:
            return None
        size = min(needed + needed // 4, growth * size)  # some more, or little would be missing
    return rows[offset : offset + limit]


def _groups(listed: Iterable[ox.QuerySolution]) -> Iterator[list[Term]]:
    """Yield the values that have one key together."""
    for _, rows in groupby(listed, key=lambda row: row["key"]):
        yield [row["node"] for row in rows]


def _some(groups: Iterator[list[Term]], size: int) -> list[Term]:
    """Return the values of the next groups."""
    return [node for nodes in islice(groups, size) for node in nodes]
