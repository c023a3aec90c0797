"""Reads the Turtle of this folder into one `Ontology`: terms, concepts, forms, companies and rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox

from ontology.vocabulary import NAMESPACES, UnknownTermError, Vocabulary, expand, shorten
from ontology.words import ARTICLES, Reducer, texts

FOLDER = Path(__file__).parent
_SKOS = NAMESPACES["skos"]
_PG = NAMESPACES["pg"]
_DPV = NAMESPACES["dpv"]
_RDF_TYPE = NAMESPACES["rdf"] + "type"
_BROADER = _SKOS + "broader"
_NAMES = (_SKOS + "prefLabel", _DPV + "hasName", NAMESPACES["dct"] + "title")
_LABELS = (_NAMES[0], NAMESPACES["rdfs"] + "label", *_NAMES[1:])
_ALSO = _SKOS + "altLabel"
_AMBIGUOUS = _PG + "ambiguous"
_FORM = _PG + "form"
_IRREGULAR = _PG + "irregularOf"
_COMPOSED = tuple(NAMESPACES["pgq"] + name for name in ("verb", "object", "also", "light"))
_WITHOUT_FORMS = frozenset(("adequacy", "hierarchy", "policygraph", "usual", "composed"))
_RULES = "ambiguous.ttl"
_NAMED = frozenset(("companies", "services"))
_LOOSE = frozenset(("purposes",))  # tables of verb phrases: "improve our services", "improving its services"
_BASE = "https://w3id.org/policygraph/id/"

_Said: TypeAlias = Mapping[str, Sequence[str]]
"""What one file says of one subject: predicate -> values."""


@dataclass(frozen=True, slots=True)
class Term:
    """A concept, company, service or cue: its IRI, name, table, broader concepts and classes."""

    iri: str
    label: str
    table: str
    broader: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


class Form(NamedTuple):
    """Words by which a term is named, in the table it belongs to; `term` "" makes the words mean nothing.

    `spelled` are the words as they are written here, `keys` as they are looked up. `capitals` asks for capital
    letters throughout, `capitalised` for a capital letter at the start of each word that has one here. `near`
    lists words, in small letters, of which one must stand near. A `loose` form holds no articles among its keys,
    and articles that stand between its words in a text are passed over.
    """

    words: str
    table: str
    term: str
    spelled: tuple[str, ...]
    keys: tuple[str, ...]
    capitals: bool = False
    capitalised: bool = False
    near: tuple[str, ...] = ()
    loose: bool = False


class _Rule(NamedTuple):
    """When an ambiguous form names a concept: the conditions of `Form`, and phrases in which it does not."""

    forms: tuple[str, ...]
    not_within: tuple[str, ...]
    near: tuple[str, ...]
    capitals: bool
    capitalised: bool


@dataclass(frozen=True)
class Ontology:
    """All that the Turtle files say, ready to be asked. Made by `load`.

    What only the reading of policies needs (forms and their keys) is made when it is first asked for.
    """

    terms: Mapping[str, Term]
    facts: Mapping[str, Mapping[str, tuple[str, ...]]]
    entries: tuple[tuple[str, str, _Said], ...] = field(repr=False)
    rules: Mapping[str, tuple[_Rule, ...]] = field(repr=False)
    _above: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _holders: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def _spelled(self) -> dict[str, tuple[str, ...]]:
        """Return the words of each form of a term, and of each phrase that means nothing."""
        forms = dict.fromkeys(words for _, table, said in self.entries for words in _forms_of(table, said))
        for rules in self.rules.values():
            forms.update(dict.fromkeys(phrase for rule in rules for phrase in rule.not_within))
        return {words: tuple(texts(words)) for words in forms}

    @cached_property
    def reducer(self) -> Reducer:
        """Return the reducer whose bases are the words of all forms."""
        irregular = {
            word: base
            for subject in self.subjects(_IRREGULAR)
            for base in self.values(subject, _IRREGULAR)
            for word in self.values(subject, _FORM)
        }
        composed = (
            words
            for predicate in _COMPOSED
            for subject in self.subjects(predicate)
            for words in self.values(subject, predicate)
        )
        bases = {word for spelled in self._spelled.values() for word in spelled}
        return Reducer(bases.union(*map(texts, composed)), irregular)

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """Return the forms of all tables with the rules for ambiguous forms applied.

        The phrases that mean nothing come last; those that are forms of the same table are left out.
        """
        key, spelled = self.reducer.key, self._spelled
        keys = {words: tuple(map(key, parts)) for words, parts in spelled.items()}
        made: list[Form] = []
        for iri, table, said in self.entries:
            named, ruled, loose = table in _NAMED, iri in self.rules, table in _LOOSE
            for words in _forms_of(table, said):
                form = Form(
                    words,
                    table,
                    iri,
                    spelled[words],
                    keys[words],
                    words.isupper() and len(words) > 1 and words.isalpha(),
                    _AMBIGUOUS in said or (named and words[:1].isupper()),
                    loose=loose and ARTICLES.isdisjoint(keys[words]),
                )
                made.append(_ruled(form, self._rules_for(form)) if ruled else form)
                if loose and not form.loose:
                    made.append(form._replace(keys=_without_articles(form.keys), loose=True))
        taken = {(form.table, form.keys) for form in made}
        for form in tuple(made):
            for rule in self._rules_for(form) if form.term in self.rules else ():
                for words in rule.not_within:
                    if (form.table, keys[words]) not in taken:
                        taken.add((form.table, keys[words]))
                        made.append(Form(words, form.table, "", spelled[words], keys[words]))
        return tuple(made)

    def _rules_for(self, form: Form) -> list[_Rule]:
        """Return the rules that are about these words and their term."""
        rules = self.rules.get(form.term, ())
        return [rule for rule in rules if any(self.keys(words) == form.keys for words in rule.forms)]

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
        holders = self._holders.get(predicate)
        if holders is None:
            holders = tuple(subject for subject, said in self.facts.items() if predicate in said)
            self._holders[predicate] = holders
        return (iri for iri in holders if value is None or value in self.facts[iri][predicate])

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
            terms = named[form.keys]
            if form.term and form.term not in terms:
                terms.append(form.term)
        return {words: tuple(iris) for words, iris in named.items()}

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the keys of the words of `text`."""
        return self.reducer.keys(text)

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


def files(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Return the Turtle files of the lexicon and the schema in a fixed order; shapes are read elsewhere."""
    return tuple(path for path in sorted(folder.rglob("*.ttl")) if path.parent.name != "shapes")


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return what one Turtle file says of each subject; raise ValueError that names the file if it is broken."""
    said: dict[str, dict[str, list[str]]] = {}
    try:
        for subject, predicate, value, _ in ox.parse(
            path=str(path), format=ox.RdfFormat.TURTLE, base_iri=_BASE, without_named_graphs=True
        ):
            said.setdefault(subject.value, {}).setdefault(predicate.value, []).append(value.value)
    except SyntaxError as error:
        raise ValueError(f"{path.name}: {error}") from error
    return said


def _entries(path: Path) -> Iterator[tuple[str, str, _Said]]:
    """Yield (IRI, table, what is said) for each subject of one Turtle file."""
    table = f"cues/{path.stem}" if path.parent.name == "cues" else path.stem
    for iri, said in _read(path).items():
        yield iri, "services" if table == "companies" and "/service/" in iri else table, said


def _forms_of(table: str, said: _Said) -> tuple[str, ...]:
    """Return the words by which one subject of a Turtle file is named, each once."""
    if table in _WITHOUT_FORMS:
        return ()
    names = () if table.startswith("cues/") else (name for label in _NAMES for name in said.get(label, ()))
    return tuple(dict.fromkeys((*names, *said.get(_ALSO, ()))))


def _without_articles(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return `keys` without the articles behind the first word."""
    return (keys[0], *(key for key in keys[1:] if key not in ARTICLES))


def _rules(paths: list[Path]) -> dict[str, tuple[_Rule, ...]]:
    """Return the rules for ambiguous forms by the concepts that they are about; those in words only left out."""
    rules: dict[str, list[_Rule]] = defaultdict(list)
    for said in (said for path in paths for said in _read(path).values()):
        rule = _Rule(
            tuple(said.get(_FORM, ())),
            tuple(said.get(_PG + "notWithin", ())),
            tuple(word.lower() for word in said.get(_PG + "onlyNear", ())),
            capitals="true" in said.get(_PG + "capitalsOnly", ()),
            capitalised="true" in said.get(_PG + "capitalisedOnly", ()),
        )
        if any(rule[1:]):
            for candidate in said.get(_PG + "candidate", ()):
                rules[candidate].append(rule)
    return {candidate: tuple(members) for candidate, members in rules.items()}


def _ruled(form: Form, rules: list[_Rule]) -> Form:
    """Return `form` with the conditions of its rules."""
    return form._replace(
        capitals=form.capitals or any(rule.capitals for rule in rules),
        capitalised=form.capitalised or any(rule.capitalised for rule in rules),
        near=tuple(word for rule in rules for word in rule.near),
    )


@cache
def load() -> Ontology:
    """Return the ontology of this folder, read once. Raise ValueError if a Turtle file is broken."""
    return read(FOLDER)


def read(folder: Path) -> Ontology:
    """Return the ontology that the Turtle files of `folder` describe. Raise ValueError if one is broken."""
    paths = files(folder)
    entries = tuple(entry for path in paths if path.name != _RULES for entry in _entries(path))
    merged: dict[str, list[tuple[str, _Said]]] = {}
    for iri, table, said in entries:
        merged.setdefault(iri, []).append((table, said))
    terms = {iri: _term(iri, parts) for iri, parts in merged.items()}
    facts = {iri: _facts([said for _, said in parts]) for iri, parts in merged.items()}
    rules = _rules([path for path in paths if path.name == _RULES])
    return Ontology(MappingProxyType(terms), MappingProxyType(facts), entries, MappingProxyType(rules))


def _term(iri: str, parts: list[tuple[str, _Said]]) -> Term:
    """Return the term that the files describe; the first that names it decides its name and its table."""
    table = next((table for table, _ in parts if table != "policygraph"), parts[0][0])
    label = next((said[name][0] for _, said in parts for name in _LABELS if name in said), "")
    return Term(iri, label, table, _all(parts, _BROADER), _all(parts, _RDF_TYPE))


def _all(parts: list[tuple[str, _Said]], predicate: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for _, said in parts for value in said.get(predicate, ())))


def _facts(parts: list[_Said]) -> dict[str, tuple[str, ...]]:
    """Return what several files say of one subject, each value once."""
    if len(parts) == 1:
        return {
            predicate: tuple(values if len(values) == 1 else dict.fromkeys(values))
            for predicate, values in parts[0].items()
        }
    predicates = dict.fromkeys(predicate for said in parts for predicate in said)
    return {
        predicate: tuple(dict.fromkeys(value for said in parts for value in said.get(predicate, ())))
        for predicate in predicates
    }
