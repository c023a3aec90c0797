"""A page is what it would be if the whole answer were asked for, and is asked of a few values only."""

from collections.abc import Iterable, Sequence

import pyoxigraph as ox
import pytest

from policygraph.paging import page
from queries.reader import Term

_ROWS = 10  # of each value that has any


class Answers:
    """Answers about values, of which only some have rows, and keeps for which it was asked."""

    def __init__(self, number: int, *, every: int = 1, alike: int = 1) -> None:
        self.asked: list[int] = []
        self._store = ox.Store()
        for index in range(number):
            node, key = ox.NamedNode(f"urn:{index}"), ox.NamedNode("urn:key")
            self._store.add(ox.Quad(node, key, ox.Literal(index // alike)))
            for row in range(_ROWS if index % every == 0 else 0):
                self._store.add(ox.Quad(node, ox.NamedNode("urn:row"), ox.Literal(row)))

    def listed(self) -> Iterable[ox.QuerySolution]:
        """Return the values in their order."""
        return self._rows("SELECT ?node ?key { ?node <urn:key> ?key } ORDER BY ?key ?node")

    def ask(self, nodes: Sequence[Term] = ()) -> list[ox.QuerySolution]:
        """Return the rows of some values, or of all."""
        self.asked.append(len(nodes))
        values = f"VALUES ?node {{ {' '.join(map(str, nodes))} }}" if nodes else ""
        return self._rows(
            f"SELECT ?node ?row {{ {values} ?node <urn:key> ?key ; <urn:row> ?row }} ORDER BY ?key ?row ?node"
        )

    def _rows(self, sparql: str) -> list[ox.QuerySolution]:
        found = self._store.query(sparql)
        assert isinstance(found, ox.QuerySolutions)
        return list(found)


def shown(rows: Iterable[ox.QuerySolution] | None) -> list[tuple[str, ...]]:
    """Return rows as texts."""
    assert rows is not None
    return [(str(row["node"]), str(row["row"])) for row in rows]


@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (10, 0), (11, 5), (100, 250), (50, 1990), (5, 3000)])
@pytest.mark.parametrize("alike", [1, 3])
def test_a_page_is_a_part_of_the_whole_answer(limit: int, offset: int, alike: int) -> None:
    answers = Answers(200, alike=alike)
    whole = shown(answers.ask())
    found = page(answers.listed(), answers.ask, limit=limit, offset=offset)
    assert shown(found) == whole[offset : offset + limit]


def test_a_page_is_asked_of_a_few_values() -> None:
    answers = Answers(500)
    assert len(shown(page(answers.listed(), answers.ask, limit=100, offset=0))) == 100
    assert sum(answers.asked) < 20


def test_where_few_values_have_rows_a_page_is_no_cheaper() -> None:
    answers = Answers(2000, every=200)
    assert page(answers.listed(), answers.ask, limit=300, offset=0) is None
    assert sum(answers.asked) < 100


def test_few_values_without_rows_are_asked_to_the_end() -> None:
    answers = Answers(30, every=10)
    assert shown(page(answers.listed(), answers.ask, limit=100, offset=0)) == shown(answers.ask())


def test_values_with_one_key_are_asked_together() -> None:
    answers = Answers(40, alike=20)
    whole = shown(answers.ask())
    answers.asked.clear()
    assert shown(page(answers.listed(), answers.ask, limit=5, offset=0)) == whole[:5]
    assert answers.asked == [20]
