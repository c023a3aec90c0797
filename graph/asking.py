"""Asks a store one of the questions of `queries` and returns the answer as a table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from graph.store import Store
from graph.terms import Term
from queries import Question, Resolver, bound


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that answer a question, in its order; a cell is None where the policies say nothing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def texts(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows as texts; an empty cell is ""."""
        for row in self.rows:
            yield tuple("" if cell is None else cell.value for cell in row)


def ask(store: Store, question: Question, values: Mapping[str, str] | None = None) -> Table:
    """Return what `store` answers to `question` with `values` for its parameters, given as texts.

    Raises UnknownParameterError or UnknownValueError (see `queries`) if a value cannot be bound.
    """
    resolver = Resolver(lambda sparql: _records(store, sparql), lexicon=store.ontology)
    return table(store, question, bound(question, values or {}, resolver))


def table(store: Store, question: Question, terms: Mapping[str, Term]) -> Table:
    """Return what `store` answers to `question` with `terms` bound to its variables."""
    found = store.query(question.sparql, terms)
    assert isinstance(found, ox.QuerySolutions)
    columns = question.columns(variable.value for variable in found.variables)
    rows = tuple(tuple(_term(row[column]) for column in columns) for row in found)
    return Table(columns, rows)


def _term(value: object) -> Term | None:
    return value if isinstance(value, ox.NamedNode | ox.Literal) else None


def _records(store: Store, sparql: str) -> Iterator[Mapping[str, str]]:
    found = store.query(sparql)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    for row in found:
        yield {name: row[name].value for name in names}
