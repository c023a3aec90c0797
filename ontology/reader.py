"""Reads the Turtle of this folder into one `Ontology`: terms, concepts, forms, companies and rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from ontology.vocabulary import NAMESPACES, UnknownTermError, Vocabulary, expand, shorten
from ontology.words import Reducer, split

FOLDER = Path(__file__).parent
_SKOS = NAMESPACES["skos"]
_PG = NAMESPACES["pg"]
_DPV = NAMESPACES["dpv"]
_RDF_TYPE = NAMESPACES["rdf"] + "type"
_LABELS = (_SKOS + "prefLabel", NAMESPACES["rdfs"] + "label", _DPV + "hasName", NAMESPACES["dct"] + "title")
_BASE = "https://w3id.org/policygraph/id/"


@dataclass(frozen=True, slots=True)
class Term:
    """A concept, company, service or cue: its IRI, name, table, broader concepts and classes."""

    iri: str
    label: str
    table: str
    broader: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Words by which a term is named, in the table it belongs to; `term` "" makes the words mean nothing.

    `capitals` asks for capital letters throughout, `capitalised` for a capital letter at the start of each
    word that has one here. `near` lists words of which one must stand in the same sentence.
    """

    words: str
    table: str
    term: str
    capitals: bool = False
    capitalised: bool = False
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ontology:
    """All that the Turtle files say, ready to be asked. Made by `load`."""

    terms: Mapping[str, Term]
    forms: tuple[Form, ...]
    facts: Mapping[str, Mapping[str, tuple[str, ...]]]
    reducer: Reducer
    _above: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def label(self, iri: str) -> str:
        """Return the name of a term; for an IRI that is none, its last part."""
        term = self.terms.get(iri)
        if term is not None:
            return term.label
        return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].replace("-", " ")

    def values(self, iri: str, predicate: str) -> tuple[str, ...]:
        """Return what the Turtle says of `iri` under `predicate` (both IRIs), as IRIs or literal texts."""
        return self.facts.get(iri, {}).get(predicate, ())

    def subjects(self, predicate: str, value: str | None = None) -> Iterator[str]:
        """Yield the IRIs that have `predicate`, with `value` if that is given, in the order of the Turtle."""
        for subject, said in self.facts.items():
            if predicate in said and (value is None or value in said[predicate]):
                yield subject

    def ancestors(self, iri: str) -> frozenset[str]:
        """Return every concept above `iri`, and `iri` itself."""
        found = self._above.get(iri)
        if found is None:
            self._above[iri] = frozenset({iri})  # a cycle in the Turtle ends here
            term = self.terms.get(iri)
            parents = term.broader if term else ()
            found = frozenset({iri}).union(*(self.ancestors(parent) for parent in parents))
            self._above[iri] = found
        return found

    def is_under(self, iri: str, top: str) -> bool:
        """Tell whether `iri` is `top` or narrower."""
        return top in self.ancestors(iri)

    @cached_property
    def closure(self) -> tuple[tuple[str, str], ...]:
        """Return every (concept, ancestor) pair in order, each concept being its own ancestor."""
        return tuple((iri, top) for iri in sorted(self.terms) for top in sorted(self.ancestors(iri)))

    def table(self, name: str) -> Iterator[Term]:
        """Yield the terms of one table ("personal-data", "purposes", "companies", "services", ...)."""
        return (term for term in self.terms.values() if term.table == name)

    @cached_property
    def _named(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        named: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for form in self.forms:
            if form.term and form.term not in named[self.keys(form.words)]:
                named[self.keys(form.words)].append(form.term)
        return {words: tuple(iris) for words, iris in named.items()}

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the keys of the words of `text`."""
        return tuple(self.reducer.key(word.text) for word in split(text))

    def find(self, name: str) -> tuple[str, ...]:
        """Return the IRIs of the terms that are called `name` (a name, a form, a CURIE or an IRI)."""
        if "://" in name or name.partition(":")[0] in NAMESPACES:
            iri = expand(name)
            return (iri,) if iri in self.terms else ()
        return self._named.get(self.keys(name), ())

    @cached_property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """Return the closed namespaces by prefix."""
        names: dict[str, set[str]] = defaultdict(set)
        for iri in self.facts:
            prefix, colon, name = shorten(iri).partition(":")
            if colon and prefix in NAMESPACES:
                names[prefix].add(name)
        return MappingProxyType({p: Vocabulary(p, NAMESPACES[p], names[p]) for p in NAMESPACES})

    def term(self, curie: str) -> str:
        """Return the IRI of a CURIE that the Turtle describes; raise UnknownTermError if it does not."""
        iri = expand(curie)
        if iri not in self.facts:
            raise UnknownTermError(f"{curie} is no term of the ontology; see ontology/*.ttl")
        return iri


def files() -> tuple[Path, ...]:
    """Return the Turtle files of the lexicon and the schema in a fixed order; shapes are read elsewhere."""
    return tuple(path for path in sorted(FOLDER.rglob("*.ttl")) if path.parent.name != "shapes")


def _triples(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the triples of one Turtle file as texts; raise ValueError that names the file if it is broken."""
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=_BASE):
            yield quad.subject.value, quad.predicate.value, quad.object.value
    except SyntaxError as error:
        raise ValueError(f"{path.relative_to(FOLDER)}: {error}") from error


def _table(path: Path, iri: str) -> str:
    if path.parent.name == "cues":
        return f"cues/{path.stem}"
    if path.stem == "companies":
        return "services" if "/service/" in iri else "companies"
    return path.stem


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, value in _triples(path):
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    return said


def _forms_of(iri: str, table: str, said: Mapping[str, list[str]]) -> Iterator[Form]:
    """Yield the forms of one subject of a Turtle file."""
    if table in ("hierarchy", "policygraph"):
        return
    ambiguous = (_PG + "ambiguous") in said
    names = [name for label in (*_LABELS[:1], *_LABELS[2:]) for name in said.get(label, ())]
    named = table in ("companies", "services")
    if table.startswith("cues/"):
        names = []
    for words in dict.fromkeys([*names, *said.get(_SKOS + "altLabel", ())]):
        yield Form(
            words,
            table,
            iri,
            capitals=words.isupper() and len(words) > 1 and words.isalpha(),
            capitalised=ambiguous or (named and words[:1].isupper()),
        )


def _rules(path: Path) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]]]:
    """Return the rules for ambiguous forms: form -> (candidates, not within, only near, capitals only)."""
    rules: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]]] = {}
    for said in _read(path).values() if path.exists() else ():
        for form in said.get(_PG + "form", ()):
            rules.setdefault(form, []).append(
                (
                    tuple(said.get(_PG + "candidate", ())),
                    tuple(said.get(_PG + "notWithin", ())),
                    tuple(said.get(_PG + "onlyNear", ())),
                    (_PG + "capitalsOnly") in said,
                )
            )
    return rules


def _ruled(
    forms: list[Form], rules: Mapping[str, list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]]]
) -> Iterator[Form]:
    """Yield `forms` with the rules for ambiguous forms applied, and the longer phrases that mean nothing."""
    blocked: set[tuple[str, str]] = set()
    taken = {(form.words.lower(), form.table) for form in forms}
    for form in forms:
        near: tuple[str, ...] = form.near
        capitals = form.capitals
        for candidates, not_within, only_near, capitals_only in rules.get(form.words, ()):
            if form.term not in candidates:
                continue
            near += only_near
            capitals = capitals or capitals_only
            for phrase in not_within:
                if (phrase.lower(), form.table) not in taken | blocked:
                    blocked.add((phrase.lower(), form.table))
                    yield Form(phrase, form.table, "")
        yield Form(form.words, form.table, form.term, capitals, form.capitalised, near)


@cache
def load() -> Ontology:
    """Return the ontology of this folder, read once. Raise ValueError if a Turtle file is broken."""
    facts: dict[str, dict[str, list[str]]] = {}
    terms: dict[str, Term] = {}
    forms: list[Form] = []
    for path in files():
        if path.stem == "ambiguous":
            continue
        for iri, said in _read(path).items():
            table = _table(path, iri)
            merged = facts.setdefault(iri, {})
            for predicate, values in said.items():
                merged.setdefault(predicate, []).extend(values)
            forms += _forms_of(iri, table, said)
            label = next((said[name][0] for name in _LABELS if name in said), "")
            known = terms.get(iri)
            if label or known is None:
                terms[iri] = Term(
                    iri,
                    known.label if known and known.label else label,
                    known.table if known and known.table != "policygraph" else table,
                    tuple(dict.fromkeys((*(known.broader if known else ()), *said.get(_SKOS + "broader", ())))),
                    tuple(dict.fromkeys((*(known.types if known else ()), *said.get(_RDF_TYPE, ())))),
                )
    forms = list(_ruled(forms, _rules(FOLDER / "ambiguous.ttl")))
    irregular = {
        word: base
        for said in facts.values()
        if _PG + "irregularOf" in said
        for base in said[_PG + "irregularOf"]
        for word in said.get(_PG + "form", ())
    }
    vocabulary = {word.text for form in forms for word in split(form.words)}
    frozen = {iri: {p: tuple(dict.fromkeys(v)) for p, v in said.items()} for iri, said in facts.items()}
    return Ontology(
        MappingProxyType(terms), tuple(forms), MappingProxyType(frozen), Reducer(vocabulary, irregular)
    )
