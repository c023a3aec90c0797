"""Questions are asked of a store, by name, by file or in SPARQL; the answers are rows of plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

import queries
from graph import Store
from queries import Question, Resolver


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT or ASK: names of the columns, and rows of values (None where there is none)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]

    def dicts(self) -> list[dict[str, str | int | float | None]]:
        """Return each row as a dictionary by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def ask(question: str, store: Store | Path | str, **values: str) -> list[dict[str, str | int | float | None]]:
    """Return the rows that answer a question of the library, asked by its name, as dictionaries.

    `values` gives the parameters: `ask("who-processes", "my-store", data="email address")`. Raise
    queries.QuestionError, which says what is near, for an unknown question, parameter or value.
    """
    if isinstance(store, Store):
        return select(store, queries.question(question), values).dicts()
    with Store(store, read_only=True) as opened:
        return select(opened, queries.question(question), values).dicts()


def find(text: str) -> Question:
    """Return the question that `text` means: the name of one, the path of a .rq file, or SPARQL itself.

    Raise queries.UnknownQuestionError or queries.BrokenQuestionError.
    """
    path = Path(text)
    if path.suffix in (".rq", ".sparql") or (len(text) < 256 and path.is_file()):  # noqa: PLR2004  longest file name
        sparql = path.read_text(encoding="utf-8")
        return (
            queries.read(path)
            if sparql.lstrip().startswith("# ")
            else Question(path.stem, "", "", "", (), sparql)
        )
    if any(letter in text for letter in "{}"):
        return Question("query", "", "", "", (), text)
    return queries.question(text)


def answer(
    store: Store, question: Question, values: Mapping[str, str]
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Return the answer of the store, with `values` bound to the parameters. Raise SyntaxError for bad SPARQL."""
    return store.query(question.sparql, queries.bound(question, values, _resolver(store)))


def select(store: Store, question: Question, values: Mapping[str, str]) -> Rows:
    """Return the rows of an answer; an ASK gives one row, a CONSTRUCT its triples as rows."""
    found = answer(store, question, values)
    if isinstance(found, ox.QueryBoolean):
        return Rows(("answer",), ((str(bool(found)).lower(),),))
    if isinstance(found, ox.QueryTriples):
        return Rows(
            ("subject", "predicate", "object"),
            tuple(sorted((str(t.subject), str(t.predicate), str(t.object)) for t in found)),
        )
    variables = [variable.value for variable in found.variables]
    shown = question.columns(variables)
    return Rows(shown, tuple(_row(solution, shown) for solution in found))


def _row(solution: ox.QuerySolution, shown: Sequence[str]) -> tuple[str | int | float | None, ...]:
    return tuple(_plain(solution[name]) for name in shown)


def _plain(value: Any) -> str | int | float | None:
    """Return an RDF term as a value of Python."""
    if value is None:
        return None
    if isinstance(value, ox.Literal) and value.datatype.value.rpartition("#")[2] in ("integer", "int"):
        return int(value.value)
    if isinstance(value, ox.Literal) and value.datatype.value.rpartition("#")[2] in (
        "decimal",
        "double",
        "float",
    ):
        return float(value.value)
    return str(value.value)


def _resolver(store: Store) -> Resolver:
    """Return what finds a company or concept by its name, in the store and in the ontology."""

    def rows(sparql: str) -> Iterator[Mapping[str, str]]:
        found = store.query(sparql)
        if isinstance(found, ox.QuerySolutions):
            names = [variable.value for variable in found.variables]
            for solution in found:
                yield {name: str(solution[name].value) for name in names if solution[name] is not None}

    return Resolver(rows, lexicon=store.ontology)
