"""What one text of a policy states, read from its graphs: statements with their values and the words for each."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import ontology
from graph.iri import span_of
from graph.source import Source
from ontology import expand, shorten
from policygraph.explorer.asker import Asker
from policygraph.explorer.marking import Span

NOT_STATED = "not stated"

_ANCHOR = re.compile(r"/([pn])/[^/]*?\.?(\d+)-(\d+)(?:\.(\d+))?$")
_KINDS = {expand("dpv:Process"): False, expand("pg:DeniedPractice"): True}
_INNER = (
    "dpv:hasDuration",
    "dpv:hasLocation",
    "dct:description",
    "dpv:hasContact",
    "dpv:hasName",
    "dpv:hasAddress",
)
_COMPANIES = frozenset(("companies", "services"))
_STORAGE = {
    expand("dpv:StorageDeletion"): ("deleted: {}", "deleted, but not when"),
    expand("dpv:StorageLocation"): ("stored in {}", "where is not stated"),
}
_SILENT = frozenset(
    (
        "rdf:type",
        "pg:inPolicy",
        "pg:signature",
        "pg:scenario",
        "pg:modality",
        "pg:isExhaustive",
        "dpv:hasProcess",
    )
)
_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?.*)?")
_UNITS = ("year", "month", "week", "day", "hour")


@dataclass(frozen=True, slots=True)
class Value:
    """What a statement says in one slot: its IRI or text, its name, where the words for it stand, how certainly."""

    value: str
    name: str
    spans: tuple[Span, ...] = ()
    certain: float = 1.0

    @property
    def id(self) -> str:
        """Return what names the value in a page; nothing for none."""
        return re.sub(r"[^A-Za-z0-9]+", "-", shorten(self.value)).strip("-")

    @property
    def is_concept(self) -> bool:
        """Tell whether it is a concept of the ontology, or a phrase in the place of one."""
        known = ontology.load().terms.get(self.value)
        return known.table not in _COMPANIES if known else "/concept/" in self.value

    @property
    def is_company(self) -> bool:
        """Tell whether it is a company."""
        return "/company/" in self.value


@dataclass(frozen=True)
class Statement:
    """A process or a denied practice: `slots` has its values by property (a CURIE), `anchor` its place."""

    iri: str
    version: str
    denied: bool
    possible: bool
    only: bool
    heading: str
    slots: Mapping[str, tuple[Value, ...]]
    anchor: Span

    @property
    def id(self) -> str:
        """Return what names the statement in a page: the beginning of its version, its kind and its place."""
        found = _ANCHOR.search(self.iri)
        assert found is not None  # statements have no other IRIs
        tail = f"-{found[4]}" if found[4] else ""
        return f"s{self.version.rstrip('/')[-12:][:6]}-{found[1]}{found[2]}-{found[3]}{tail}"

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Return the words of the whole statement, each once, in the order of the text."""
        return tuple(sorted({span for one in self.all_values() for span in one.spans}))

    def all_values(self) -> Iterator[Value]:
        """Yield the values of all properties."""
        return (one for values in self.slots.values() for one in values)

    def has(self, value: str) -> bool:
        """Tell whether the statement has a value, in whichever slot."""
        return any(one.value == value for one in self.all_values())

    def values(self, *properties: str) -> tuple[Value, ...]:
        """Return the values of some properties, each once."""
        found = {one.value: one for curie in properties for one in self.slots.get(curie, ())}
        return tuple(found.values())


@dataclass(frozen=True)
class Policy:
    """One text of a policy: where its words are, its statements in their order, and what it says as a whole."""

    version: str
    source: Source
    statements: tuple[Statement, ...]
    facts: Mapping[str, tuple[Value, ...]]
    about: Mapping[str, Mapping[str, tuple[str, ...]]]
    names: Mapping[str, str]
    value: Callable[[str, str, str], Value]
    """Makes a value of a node, a property (a CURIE) and what the graph has for them."""

    @cached_property
    def by_iri(self) -> Mapping[str, Statement]:
        """Return the statements by IRI."""
        return {one.iri: one for one in self.statements}


def read(asker: Asker, version: str) -> Policy | None:
    """Return what a version states; None if the graph has no such version."""
    about: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in asker.rows("graph", {"graph": version + "graph"}):
        about[row["node"]][shorten(row["property"])].append(row["value"])
    if version not in about:
        return None
    names = {
        row["value"]: row["name"] for row in reversed(asker.rows("labels", {"graph": version + "graph"}))
    }
    spans: dict[tuple[str, str, str], set[Span]] = defaultdict(set)
    certain: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in asker.rows("words", {"graph": version + "evidence"}):
        if place := span_of(row["span"]):
            said = row["node"], shorten(row["property"]), row["value"]
            spans[said].add(place)
            certain[said] = max(certain[said], float(row["certain"]))
    frozen = {
        node: {curie: tuple(sorted(set(values))) for curie, values in said.items()}
        for node, said in about.items()
    }
    places = {key: tuple(sorted(found)) for key, found in spans.items()}
    reader = _Reader(version, frozen, names, places, certain)
    statements = sorted(reader.statements(), key=lambda one: (one.anchor, one.iri))
    return Policy(
        version, asker.source(version), tuple(statements), reader.slots(version), frozen, names, reader.value
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    version: str
    about: Mapping[str, Mapping[str, tuple[str, ...]]]
    names: Mapping[str, str]
    spans: Mapping[tuple[str, str, str], tuple[Span, ...]]
    certain: Mapping[tuple[str, str, str], float]

    def statements(self) -> Iterator[Statement]:
        """Yield what is stated; what is only inferred is left aside, as in checks and questions."""
        for node, said in self.about.items():
            kinds = [_KINDS[kind] for kind in said.get("rdf:type", ()) if kind in _KINDS]
            found = _ANCHOR.search(node)
            if kinds and found and expand("pg:Inferred") not in said.get("pg:support", ()):
                yield Statement(
                    node,
                    self.version,
                    kinds[0],
                    expand("pg:Possible") in said.get("pg:modality", ()),
                    "true" in said.get("pg:isExhaustive", ()),
                    next(iter(said.get("pg:scenario", ())), ""),
                    self.slots(node),
                    (int(found[2]), int(found[3])),
                )

    def slots(self, node: str) -> dict[str, tuple[Value, ...]]:
        """Return the values of a node by property, those of one in the order of the text."""
        return {
            curie: tuple(sorted((self.value(node, curie, one) for one in values), key=_place))
            for curie, values in self.about[node].items()
            if curie not in _SILENT
        }

    def value(self, node: str, curie: str, value: str) -> Value:
        """Return what a node has in a slot, with its name and the words for it."""
        said = node, curie, value
        return Value(value, self.name(value), self.spans.get(said, ()), self.certain.get(said, 1.0))

    def name(self, value: str) -> str:
        """Return the name of a concept or company, a text as it is, and of an inner node what it holds."""
        known = ontology.load()
        if value in known.terms and known.terms[value].table not in _COMPANIES:
            return known.label(value)
        if value in self.names:
            return self.names[value]
        if value in self.about:
            return self._inner(value)
        return period(value) if "://" not in value else known.label(value)

    def _inner(self, node: str) -> str:
        """Return what a node holds that stands for a storage condition, a consequence or a contact."""
        said = self.about[node]
        held = ", ".join(dict.fromkeys(self.name(one) for curie in _INNER for one in said.get(curie, ())))
        kinds = [_STORAGE[kind] for kind in said.get("rdf:type", ()) if kind in _STORAGE]
        words, silent = kinds[0] if kinds else ("{}", NOT_STATED)
        return words.format(held) if held else silent


def period(text: str) -> str:
    """Return a duration in words; any other text as it is.

    >>> period("P1Y6M")
    '1 year 6 months'
    """
    found = _PERIOD.fullmatch(text)
    if not found or not any(found.groups()):
        return text
    pairs = zip(found.groups(), _UNITS, strict=True)
    return " ".join(f"{number} {unit}{'' if number == '1' else 's'}" for number, unit in pairs if number)


def _place(value: Value) -> tuple[bool, Span, str]:
    return not value.spans, value.spans[0] if value.spans else (0, 0), value.name


def grouped(statements: Iterable[Statement], curie: str) -> list[tuple[Value, list[Statement]]]:
    """Return statements by their values of a property, the commonest first; those without any at the end."""
    found: dict[str, list[Statement]] = defaultdict(list)
    values: dict[str, Value] = {}
    silent: list[Statement] = []
    for one in statements:
        for value in one.values(curie):
            found[value.value].append(one)
            values[value.value] = value
        if not one.values(curie):
            silent.append(one)
    listed = sorted(values.values(), key=lambda value: (-len(found[value.value]), value.name))
    groups = [(value, found[value.value]) for value in listed]
    return [*groups, (Value("", NOT_STATED), silent)] if silent else groups
