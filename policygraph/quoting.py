"""The rows of an answer get the words they stand on, as the question says in its `@evidence` lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

import pyoxigraph as ox

import ontology
import queries
from graph import Store
from graph.mentions import Quote
from graph.source import Source, source
from policygraph.asking import Cell, Rows, Value, select
from policygraph.reports import places
from queries import Question, reader
from queries.reader import Evidence

COLUMNS = ("said_in", "line", "column", "words")

_Key: TypeAlias = tuple[str, str, str]
"""Who states what of what: IRIs of a company, a property and a value, ANY for what is free."""

_Pair: TypeAlias = tuple[str, str]
"""A property and a value, IRIs, or ANY."""

_Found: TypeAlias = Mapping[str, Value]
_NAMES = ("whose", "property", "value")
_WHOSE = 0
_AT_ONCE = 200  # lines of values in one question


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
    """Where words are looked up: `ask` answers a question with parameters.

    `text` gives the files and the text of a version by its IRI. `some` gives some of the statements (IRIs)
    that have several values at once: with it, a row that counts what all companies state has the words of these.
    """

    ask: Callable[[Question, Mapping[str, str]], Rows]
    text: Callable[[str], tuple[str, Source]]
    some: Callable[[Sequence[_Pair]], Sequence[str]] | None = None


def evidence(store: Store, question: Question, rows: Rows) -> list[tuple[Said, ...]]:
    """Return for each row the words that it stands on, in the order of the texts; none where there are none."""

    def ask(asked: Question, values: Mapping[str, str]) -> Rows:
        return select(store, asked, values)

    def text(version: str) -> tuple[str, Source]:
        held = store.version(version)
        return ", ".join(held.files), source(store, held)

    return words(LookUp(ask, text), question, rows)


def words(there: LookUp, question: Question, rows: Rows) -> list[tuple[Said, ...]]:
    """Return for each row the words that it stands on, wherever they have to be looked up."""
    finder = _Finder(there)
    finder.look_up(question, rows.bindings)
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
    """Looks words up: those of all rows at once, so that it takes few questions however many rows there are."""

    there: LookUp
    _nodes: dict[str, list[_Found]] = field(default_factory=dict)
    _stated: dict[_Key, list[_Found]] = field(default_factory=dict)
    _chosen: dict[tuple[_Pair, ...], Sequence[str]] = field(default_factory=dict)
    _texts: dict[str, tuple[str, Source]] = field(default_factory=dict)

    def look_up(self, question: Question, bindings: Sequence[Mapping[str, Cell]]) -> None:
        """Read what `said` tells of the rows of a question."""
        nodes: dict[str, None] = {}
        by_shape: dict[tuple[int, ...], dict[_Key, None]] = {}
        chosen: dict[tuple[int, ...], dict[tuple[str, ...], _Key]] = {}
        for one, binding in product(question.evidence, bindings):
            if not one.slots:
                nodes.update(dict.fromkeys(_values(binding, one.node)))
            slots = _keys(one, binding)
            some = self._some(slots)
            for key in (key for keys in slots for key in keys):
                bound = tuple(number for number, value in enumerate(key) if value != queries.ANY)
                if some is None:
                    by_shape.setdefault(bound, {})[key] = None
                else:
                    parts = tuple(key[number] for number in bound)
                    chosen.setdefault(bound, {}).update({(node, *parts): key for node in some})
        for (node,), found in self._among("lookup-node", ("node",), [(node,) for node in nodes]):
            self._nodes.setdefault(node, []).append(found)
        for bound, keys in by_shape.items():
            self._look_up_values(bound, list(keys))
        for bound, of_key in chosen.items():
            names = ("node", *(_NAMES[number] for number in bound))
            for line, found in self._among("lookup-words", names, list(of_key)):
                self._stated.setdefault(of_key[line], []).append(found)

    def said(self, one: Evidence, binding: Mapping[str, Cell]) -> Iterator[Said]:
        """Yield the words of what `one` says that a row stands on."""
        if not one.slots:
            for node in _values(binding, one.node):
                yield from self._words(self._nodes.get(node, ()))
            return
        by_slot = [
            [
                found
                for key in keys
                for found in self._stated.get(key, ())
                if (found["kind"] == "denies") == one.denied
            ]
            for keys in _keys(one, binding)
        ]
        if by_slot:
            together = set.intersection(*({str(found["node"]) for found in slot} for slot in by_slot))
            for slot in by_slot:
                yield from self._words(found for found in slot if found["node"] in together)

    def _some(self, slots: list[list[_Key]]) -> Sequence[str] | None:
        """Return some statements for a row about any company; None where all that are meant are looked up."""
        if self.there.some is None or not slots or any(key[_WHOSE] != queries.ANY for key in slots[0]):
            return None
        found: dict[str, None] = {}
        for keys in product(*slots):
            pairs = tuple((prop, value) for _, prop, value in keys)
            if pairs not in self._chosen:
                self._chosen[pairs] = self.there.some(pairs)
            found.update(dict.fromkeys(self._chosen[pairs]))
        return list(found)

    def _look_up_values(self, bound: tuple[int, ...], keys: Sequence[_Key]) -> None:
        """Read the statements with some values; `bound` tells which parts of the keys are not free."""
        if _WHOSE not in bound:  # every company is meant, so there is nothing to begin with but the value
            for key in keys:
                values = dict(zip(_NAMES, key, strict=True))
                rows = self.there.ask(queries.question("lookup-values"), values)
                self._stated[key] = [found for _, found in _found(rows)]
            return
        names = tuple(_NAMES[number] for number in bound)
        full = {tuple(key[number] for number in bound): key for key in keys}
        for part, found in self._among("lookup-words", names, list(full)):
            self._stated.setdefault(full[part], []).append(found)

    def _among(
        self, name: str, names: tuple[str, ...], values: Sequence[tuple[str, ...]]
    ) -> Iterator[tuple[tuple[str, ...], _Found]]:
        """Yield what a question finds for any of several lines of IRIs, each with its line."""
        asked = queries.question(name)
        free = {parameter.name: queries.ANY for parameter in asked.parameters}
        for start in range(0, len(values), _AT_ONCE):
            lines = [[ox.NamedNode(iri) for iri in line] for line in values[start : start + _AT_ONCE]]
            for binding, found in _found(self.there.ask(reader.among(asked, names, lines), free)):
                yield tuple(binding[one]["value"] for one in names), found

    def _words(self, rows: Iterable[_Found]) -> Iterator[Said]:
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


def _found(rows: Rows) -> Iterator[tuple[Mapping[str, Cell], _Found]]:
    """Yield the rows of a look-up as terms and as values, with the node although it is a parameter."""
    for binding, row in zip(rows.bindings, rows.dicts(), strict=True):
        yield binding, {**row, "node": binding["node"]["value"]}


def _keys(one: Evidence, binding: Mapping[str, Cell]) -> list[list[_Key]]:
    """Return for each slot of a row what is stated with its values, by the company or by any."""
    whose = binding[one.node]["value"] if one.node in binding else queries.ANY
    return [
        [(whose, _property(prop, binding), value) for value in _values(binding, name) or [queries.ANY]]
        for prop, name in one.slots
        if name in binding or _is_free(binding, name)
    ]


def _property(prop: str, binding: Mapping[str, Cell]) -> str:
    """Return the IRI of a property, which may be the value of a variable; ANY if that has none."""
    if prop.startswith("?"):
        known = binding.get(prop.removeprefix("?"))
        return known["value"] if known else queries.ANY
    return ontology.load().term(prop)


def _values(binding: Mapping[str, Cell], name: str) -> list[str]:
    """Return the IRIs that a variable of a row has: one, or several with spaces between them."""
    return binding[name]["value"].split() if name in binding else []


def _is_free(binding: Mapping[str, Cell], name: str) -> bool:
    """Tell whether a variable stands for anything: its name begins with "any"."""
    return name.startswith("any") and name not in binding
