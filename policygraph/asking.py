"""Questions are asked of a store, by name, by file or in SPARQL; the answers are rows of plain values."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

import queries
from graph import Store
from graph.store import Answer
from policygraph import paging
from queries import Question, Resolver
from queries.errors import BrokenSparqlError
from queries.reader import Term, sparql_of, with_values

if TYPE_CHECKING:
    from pandas import DataFrame
    from rdflib import Graph

Value: TypeAlias = str | int | float | None
Cell: TypeAlias = dict[str, str]
"""A term as SPARQL 1.1 results in JSON write it: its type and value, a datatype, a language."""

Query: TypeAlias = Callable[[str, Mapping[str, Term]], ox.QuerySolutions]
"""Answers a SELECT with values in the place of variables."""

STORE = Path(".policygraph")
_STRING = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT or ASK: names of the columns, and rows of values (None where there is none).

    `bindings` are the same rows as terms, with the variables that no column shows; `boolean` is the answer to
    an ASK; `more` tells whether rows follow that were not asked for.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    bindings: tuple[Mapping[str, Cell], ...] = ()
    boolean: bool | None = None
    more: bool = False

    def dicts(self) -> list[dict[str, Value]]:
        """Return each row as a dictionary by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def results(self) -> dict[str, Any]:
        """Return the answer as SPARQL 1.1 query results in JSON."""
        if self.boolean is not None:
            return {"head": {}, "boolean": self.boolean}
        shown = [
            {name: binding[name] for name in self.columns if name in binding} for binding in self.bindings
        ]
        return {"head": {"vars": list(self.columns)}, "results": {"bindings": shown}}


def ask(
    question: str,
    store: Store | Path | str | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
    **values: str,
) -> list[dict[str, Value]]:
    """Return the rows that answer a question, as dictionaries: one of the library by name, a file, or SPARQL.

    `values` gives the parameters: `ask("who-processes", "my-store", data="email address")`; one that is a
    word of Python takes an underscore (`with_`). Without a store, the one of the command line is asked. Raise
    queries.QuestionError, which says what is near, for an unknown question, parameter or value.
    """
    with _opened(store) as opened:
        return select(opened, find(question), _named(values), limit=limit, offset=offset).dicts()


def frame(question: str, store: Store | Path | str | None = None, **values: str) -> "DataFrame":
    """Return what `ask` returns as a pandas DataFrame; raise ImportError, which says how to get pandas."""
    try:
        from pandas import DataFrame  # noqa: PLC0415  an optional extra
    except ImportError as error:
        raise ImportError("a DataFrame needs pandas: pip install 'policygraph[pandas]'") from error
    with _opened(store) as opened:
        found = select(opened, find(question), _named(values))
    return DataFrame(list(found.rows), columns=list(found.columns))


def construct(question: str, store: Store | Path | str | None = None, **values: str) -> "Graph":
    """Return the triples that a CONSTRUCT or DESCRIBE gives as an rdflib graph; raise TypeError for others."""
    from rdflib import Graph  # noqa: PLC0415  it takes a quarter of a second to import

    with _opened(store) as opened:
        found = triples(opened, find(question), _named(values))
        written = ox.serialize(found, format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=written, format="nt")


def find(text: str) -> Question:
    """Return the question that `text` means: the name of one, the path of a .rq file, or SPARQL itself.

    Raise queries.UnknownQuestionError or queries.errors.BrokenQuestionError; OSError for a file that is not there.
    """
    path = Path(text)
    if path.suffix in (".rq", ".sparql") or _is_file(path):
        sparql = sparql_of(path)
        return (
            queries.read(path)
            if sparql.lstrip().startswith("# ")
            else Question(path.stem, "", "", "", (), sparql)
        )
    if any(letter in text for letter in "{}"):
        return Question("query", "", "", "", (), text)
    return queries.question(text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # longer than the name of a file may be
        return False


def answer(store: Store, question: Question, values: Mapping[str, str]) -> Answer:
    """Return the answer of the store, with `values` bound to the parameters.

    Raise queries.errors.BrokenSparqlError, a SyntaxError that shows where, and the other queries.QuestionError.
    """
    return _answer(store, question, queries.bound(question, values, _resolver(store)))


def _answer(store: Store, question: Question, terms: Mapping[str, Term]) -> Answer:
    try:
        return store.query(with_values(question.sparql, terms), terms)
    except SyntaxError as error:
        raise BrokenSparqlError(question.name, question.sparql, str(error)) from error


def triples(store: Store, question: Question, values: Mapping[str, str]) -> Iterator[ox.Triple]:
    """Return the triples that a CONSTRUCT or DESCRIBE gives; raise TypeError for others."""
    found = answer(store, question, values)
    if not isinstance(found, ox.QueryTriples):
        raise TypeError("only a CONSTRUCT or DESCRIBE gives a graph; ask() gives rows")
    return found


def select(
    store: Store,
    question: Question,
    values: Mapping[str, str],
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Rows:
    """Return the rows of an answer, at most `limit` from `offset` on.

    An ASK gives one row, a CONSTRUCT its triples as rows.
    """
    terms = queries.bound(question, values, _resolver(store))
    try:
        part = page(partial(_solutions, store), question, terms, limit, offset)
    except SyntaxError as error:
        raise BrokenSparqlError(question.name, question.sparql, str(error)) from error
    if part is not None:
        return part
    found = _answer(store, question, terms)
    if isinstance(found, ox.QueryBoolean):
        return Rows(("answer",), ((str(bool(found)).lower(),),), boolean=bool(found))
    if isinstance(found, ox.QueryTriples):
        return of_triples(found, limit, offset)
    return _rows_of(question, [variable.value for variable in found.variables], found, limit, offset)


def page(
    query: Query, question: Question, terms: Mapping[str, Term], limit: int | None, offset: int
) -> Rows | None:
    """Return a page of a long answer that needs few values of a variable, such as a few companies.

    `query` answers a SELECT with values in the place of its parameters. None is returned for an answer that has
    no parts, such as one about one company, and for a page that needs many values.
    """
    pages = question.pages
    free = (parameter.name for parameter in question.parameters if parameter.default == queries.ANY)
    if limit is None or pages is None or not terms.keys().isdisjoint(free):
        return None
    variables: list[str] = []

    def ask(nodes: Sequence[Term]) -> Iterable[ox.QuerySolution]:
        # The parameters are no VALUES here: the engine would begin with these, and read for all values.
        found = query(with_values(question.sparql, {pages.variable: nodes}), terms)
        variables[:] = [variable.value for variable in found.variables]
        return found

    listed = query(queries.question(pages.listed).sparql, {})
    # One row too many tells whether more rows follow.
    rows = paging.page(listed, ask, limit=limit + 1, offset=offset)
    return None if rows is None or not variables else _rows_of(question, variables, rows, limit, 0)


def _solutions(store: Store, sparql: str, terms: Mapping[str, Term]) -> ox.QuerySolutions:
    found = store.query(sparql, terms)
    assert isinstance(found, ox.QuerySolutions)
    return found


def _rows_of(
    question: Question,
    variables: Sequence[str],
    found: Iterable[ox.QuerySolution],
    limit: int | None,
    offset: int,
) -> Rows:
    """Return the rows of a SELECT, at most `limit` from `offset` on."""
    shown = question.columns(variables)
    solutions, more = _page(found, limit, offset)
    bindings = tuple(_binding((name, solution[name]) for name in variables) for solution in solutions)
    return Rows(shown, tuple(row(binding, shown) for binding in bindings), bindings, more=more)


def of_triples(found: Iterable[ox.Triple], limit: int | None, offset: int) -> Rows:
    """Return triples as rows, in an order that depends on nothing else."""
    parts = ("subject", "predicate", "object")
    triples = sorted(found, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))
    chosen, more = _page(triples, limit, offset)
    return Rows(
        parts,
        tuple((str(t.subject), str(t.predicate), str(t.object)) for t in chosen),
        tuple(_binding(zip(parts, (t.subject, t.predicate, t.object), strict=True)) for t in chosen),
        more=more,
    )


def _page(found: Iterable[Any], limit: int | None, offset: int) -> tuple[list[Any], bool]:
    """Return what is asked for of `found`, and whether more follows."""
    chosen = list(islice(found, offset, None if limit is None else offset + limit + 1))
    return (chosen, False) if limit is None else (chosen[:limit], len(chosen) > limit)


def _binding(values: Iterable[tuple[str, Any]]) -> dict[str, Cell]:
    """Return the terms of a row by variable, those that have a value."""
    return {name: _cell(value) for name, value in values if value is not None}


def _cell(value: ox.NamedNode | ox.BlankNode | ox.Literal) -> Cell:
    if isinstance(value, ox.NamedNode):
        return {"type": "uri", "value": value.value}
    if isinstance(value, ox.BlankNode):
        return {"type": "bnode", "value": value.value}
    cell = {"type": "literal", "value": str(value.value)}
    if value.language:
        return cell | {"xml:lang": value.language}
    datatype = value.datatype.value
    return cell if datatype == _STRING else cell | {"datatype": datatype}


def row(binding: Mapping[str, Cell], shown: Sequence[str]) -> tuple[Value, ...]:
    """Return the values of the columns that are shown as values of Python."""
    return tuple(_plain(binding.get(name)) for name in shown)


def _plain(cell: Cell | None) -> Value:
    if cell is None:
        return None
    kind = cell.get("datatype", "").rpartition("#")[2]
    if kind in ("integer", "int", "long"):
        return int(cell["value"])
    return float(cell["value"]) if kind in ("decimal", "double", "float") else cell["value"]


@contextmanager
def _opened(store: Store | Path | str | None) -> Iterator[Store]:
    """Yield the store that is meant, and close it if it was opened here."""
    if isinstance(store, Store):
        yield store
        return
    with Store(store or os.environ.get("POLICYGRAPH_STORE") or STORE, read_only=True) as opened:
        yield opened


def _named(values: Mapping[str, str]) -> dict[str, str]:
    """Return values by the names of parameters: `with_` is `with`, which Python keeps for itself."""
    return {name.removesuffix("_"): value for name, value in values.items()}


def _resolver(store: Store) -> Resolver:
    """Return what finds a company or concept by its name, in the store and in the ontology."""

    def rows(sparql: str, terms: Mapping[str, Term]) -> Iterator[Mapping[str, str]]:
        found = store.query(with_values(sparql, terms), terms)
        if isinstance(found, ox.QuerySolutions):
            names = [variable.value for variable in found.variables]
            for solution in found:
                yield {name: str(solution[name].value) for name in names if solution[name] is not None}

    return Resolver(rows, lexicon=store.ontology)
