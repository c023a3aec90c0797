"""The rows of an answer get the words they stand on, as the question says in its `@evidence` lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import ontology
import queries
from graph import Store
from graph.mentions import Quote
from graph.source import Source, source
from policygraph.asking import Cell, Rows, Value, select
from policygraph.reports import places
from queries import Question
from queries.reader import Evidence

COLUMNS = ("said_in", "line", "column", "words")


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """Words of a policy and where they stand: in which file, from which line and column on, at which offsets.

    Line and column are 0 where the lines of the file are not those of the text, as in HTML and PDF.
    """

    said_in: str
    start: int
    end: int
    words: str
    line: int = 0
    column: int = 0
    section: str = ""

    def cells(self) -> tuple[Value, ...]:
        """Return what the `COLUMNS` show."""
        return self.said_in, self.line or None, self.column or None, self.words


@dataclass(frozen=True, slots=True)
class LookUp:
    """Where words are looked up: `ask` answers a question of the library with parameters.

    `text` gives the files and the text of a version by its IRI.
    """

    ask: Callable[[str, Mapping[str, str]], Rows]
    text: Callable[[str], tuple[str, Source]]


def evidence(store: Store, question: Question, rows: Rows) -> list[tuple[Said, ...]]:
    """Return for each row the words that it stands on, in the order of the texts; none where there are none."""

    def ask(name: str, values: Mapping[str, str]) -> Rows:
        return select(store, queries.question(name), values)

    def text(version: str) -> tuple[str, Source]:
        held = store.version(version)
        return ", ".join(held.files), source(store, held)

    return words(LookUp(ask, text), question, rows)


def words(there: LookUp, question: Question, rows: Rows) -> list[tuple[Said, ...]]:
    """Return for each row the words that it stands on, wherever they have to be looked up."""
    finder = _Finder(there)
    return [
        tuple(sorted({said for one in question.evidence for said in finder.said(one, binding)}))
        for binding in rows.bindings
    ]


def with_quotes(rows: Rows, found: Iterable[tuple[Said, ...]]) -> Rows:
    """Return rows with the columns of their words, one row for each quote; a row without words stays one."""
    wide: list[tuple[Value, ...]] = []
    bindings: list[Mapping[str, Cell]] = []
    nothing: tuple[Value, ...] = (None,) * len(COLUMNS)
    for row, binding, quotes in zip(rows.rows, rows.bindings, found, strict=True):
        for cells in [said.cells() for said in quotes] or [nothing]:
            wide.append((*row, *cells))
            named = zip(COLUMNS, cells, strict=True)
            bindings.append({**binding, **{name: _cell(value) for name, value in named if value is not None}})
    return Rows((*rows.columns, *COLUMNS), tuple(wide), tuple(bindings), more=rows.more)


def _cell(value: Value) -> Cell:
    cell = {"type": "literal", "value": str(value)}
    return cell | {"datatype": "http://www.w3.org/2001/XMLSchema#integer"} if isinstance(value, int) else cell


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks words up, each thing once however many rows ask for it."""

    there: LookUp
    _answers: dict[tuple[str, ...], Rows] = field(default_factory=dict)
    _texts: dict[str, tuple[str, Source]] = field(default_factory=dict)

    def said(self, one: Evidence, binding: Mapping[str, Cell]) -> Iterator[Said]:
        """Yield the words of what `one` says that a row stands on."""
        if not one.slots:
            for node in _values(binding, one.node):
                yield from self._words(self._ask("lookup-node", node=node).dicts())
            return
        by_slot = [
            [
                row
                for value in ([queries.ANY] if _is_free(binding, name) else _values(binding, name))
                for row in self._of(one, binding, prop, value)
            ]
            for prop, name in one.slots
            if name in binding or _is_free(binding, name)
        ]
        if by_slot:
            together = set.intersection(*({str(row["node"]) for row in rows} for rows in by_slot))
            for rows in by_slot:
                yield from self._words(row for row in rows if row["node"] in together)

    def _of(
        self, one: Evidence, binding: Mapping[str, Cell], prop: str, value: str
    ) -> Iterator[dict[str, Value]]:
        """Yield the rows for one slot: statements of the company, or its denials, that have the value."""
        whose = binding[one.node]["value"] if one.node in binding else queries.ANY
        if prop.startswith("?"):
            known = binding.get(prop.removeprefix("?"))
            iri = known["value"] if known else queries.ANY
        else:
            iri = ontology.load().term(prop)
        found = self._ask("lookup-values", property=iri, value=value, whose=whose)
        for row, terms in zip(found.dicts(), found.bindings, strict=True):
            if (row["kind"] == "denies") == one.denied:
                yield {**row, "node": terms["node"]["value"]}

    def _ask(self, name: str, **values: str) -> Rows:
        key = (name, *values.values())
        if key not in self._answers:
            self._answers[key] = self.there.ask(name, values)
        return self._answers[key]

    def _words(self, rows: Iterable[Mapping[str, Value]]) -> Iterator[Said]:
        for row in rows:
            if row["quote"] is None:
                continue
            file, text = self._text(str(row["version"]))
            start, end = int(row["start"] or 0), int(row["end"] or 0)
            place = places.place(text, Quote(start, end, str(row["quote"])))
            known = places.exact(text) and bool(text.text)
            line, column = (place.line, place.column) if known else (0, 0)
            yield Said(file, start, end, str(row["quote"]), line, column, str(row["section"] or ""))

    def _text(self, version: str) -> tuple[str, Source]:
        if version not in self._texts:
            self._texts[version] = self.there.text(version)
        return self._texts[version]


def _values(binding: Mapping[str, Cell], name: str) -> list[str]:
    """Return the IRIs that a variable of a row has: one, or several with spaces between them."""
    return binding[name]["value"].split() if name in binding else []


def _is_free(binding: Mapping[str, Cell], name: str) -> bool:
    """Tell whether a variable stands for anything: its name begins with "any"."""
    return name.startswith("any") and name not in binding
