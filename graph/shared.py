"""What many policies share: companies known beforehand, phrases that are no concepts, and the ontology."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

import ontology
from extract.claim import Claim, Node, Reading, Statement, Unmapped
from graph import iri
from graph.naming import Names
from graph.statements import Fact
from graph.terms import Term, decimal, term
from ontology import Ontology
from ontology.reader import files

Triples = Iterator[tuple[ox.NamedNode, ox.NamedNode, Term]]

_NAMED = ("dpv:hasName", "dct:title", "pg:domain")
_LINKED = ("dpv:hasCountry", "dpv:hasServiceProvider", "pg:parent", "pg:activity")
_COMPANY_TABLES = frozenset({"companies", "services"})


def companies(found: Iterable[Fact], known: Ontology) -> Triples:
    """Yield what the gazetteer says of the companies and services in `found`, and of those behind them."""
    waiting = [fact.object.value for fact in found if isinstance(fact.object, ox.NamedNode)]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        entry = known.terms.get(node)
        if node in seen or entry is None or entry.table not in _COMPANY_TABLES:
            continue
        seen.add(node)
        subject = ox.NamedNode(node)
        kind = "dpv:Service" if entry.table == "services" else "dpv:Organisation"
        yield subject, term("rdf:type"), term(kind)
        for name in _NAMED:
            for value in known.values(node, term(name).value):
                yield subject, term(name), ox.Literal(value)
        for name in _LINKED:
            for value in known.values(node, term(name).value):
                yield subject, term(name), ox.NamedNode(value)
                waiting.append(value)


def unmapped(names: Names, found: Iterable[Fact]) -> Triples:
    """Yield the phrases among the objects of `found`, each under the concept nearest to it."""
    used = {fact.object for fact in found}
    for value in sorted(set(_phrases(names.reading)), key=repr):
        node = ox.NamedNode(iri.unmapped(value.slot, value.phrase, names.version.base))
        if node not in used:
            continue
        label = iri.phrase_slug(value.phrase).replace("-", " ")
        nearest = value.nearest or value.top
        yield node, term("rdf:type"), term("pg:UnmappedConcept")
        yield node, term("rdf:type"), ox.NamedNode(value.top)
        yield node, term("skos:prefLabel"), ox.Literal(label, language="en")
        yield node, term("skos:broader"), ox.NamedNode(nearest)
        if value.nearest:
            yield node, term("pg:matchScore"), decimal(value.score)
        for above in sorted({node.value, value.top, *names.ontology.ancestors(nearest)}):
            yield node, term("skos:broaderTransitive"), ox.NamedNode(above)


def _phrases(reading: Reading) -> Iterator[Unmapped]:
    """Yield the unmapped phrases of a reading, wherever they stand."""

    def of_claims(claims: Iterable[Claim]) -> Iterator[Unmapped]:
        for claim in claims:
            if isinstance(claim.value, Unmapped):
                yield claim.value
            elif isinstance(claim.value, Node):
                yield from of_claims(claim.value.claims)

    def of_statements(statements: Iterable[Statement]) -> Iterator[Unmapped]:
        for statement in statements:
            yield from of_claims(statement.claims)
            yield from of_statements((*statement.children, *statement.exceptions))

    yield from of_claims((*reading.facts, *reading.unnamed))
    for controller in reading.controllers:
        yield from of_claims(controller.claims)
    yield from of_statements(reading.statements)


def lexicon(known: Ontology) -> Triples:
    """Yield schema, concepts, adequacy decisions and the closure of broader; cues and companies stay out."""
    for path in files():
        if not _is_lexicon(path):
            continue
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=iri.BASE):
            if isinstance(triple.subject, ox.NamedNode) and isinstance(
                triple.object, ox.NamedNode | ox.Literal
            ):
                yield triple.subject, triple.predicate, triple.object
    yield from closure(known, _concepts(known))


def closure(known: Ontology, concepts: Iterable[str]) -> Triples:
    """Yield skos:broaderTransitive from each of `concepts` to itself and to all above it."""
    above = term("skos:broaderTransitive")
    for concept in concepts:
        for ancestor in sorted(known.ancestors(concept)):
            yield ox.NamedNode(concept), above, ox.NamedNode(ancestor)


def _concepts(known: Ontology) -> Iterator[str]:
    """Yield the concepts of the lexicon; cues, companies and the schema are none."""
    tables = {path.stem for path in (ontology.FOLDER / "concepts").glob("*.ttl")}
    return (concept for concept in sorted(known.terms) if known.terms[concept].table in tables)


def _is_lexicon(path: Path) -> bool:
    return path.parent.name != "cues" and path.stem not in ("companies", "ambiguous")
