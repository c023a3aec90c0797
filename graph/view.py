"""One version of a policy as the small graph that shapes look at."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import pyoxigraph as ox

from graph import iri
from graph.shared import Triples, closure
from graph.store import Store, Version
from graph.terms import term, typed
from ontology import Ontology

_LAW = term("dpv:hasApplicableLaw")
_SUPPORT = term("pg:support")
_BROADER = term("skos:broader")
_SCHEMA = ("pg:PolicyVersion", "pg:DeniedPractice", "pg:Mention", "pg:UnmappedConcept", "pg:ExtractionRun")


def view(
    store: Store,
    version: Version,
    *,
    evidence: bool = False,
    laws: Collection[str] = (),
    read_on: date | None = None,
) -> ox.Store:
    """Return the statements of `version` and what has to be known about the values in them, as one graph.

    What has to be known is: companies and services, unmapped phrases, types and closure of the concepts, when
    transfer mechanisms and adequacy decisions held, and the sub-classes of the schema. Processes that are only
    inferred are left out, as shapes judge what a policy says; with `evidence` there are all, and the mentions
    too. `laws` (IRIs) take the place of those that the policy states, if there are any; `read_on` is the date
    of a policy that states none.
    """
    said = [t for t in store.triples(version.graph) if not laws or t.predicate != _LAW]
    inferred = set() if evidence else {t.subject for t in said if t.predicate == _SUPPORT}
    stated = [t for t in said if t.subject not in inferred and t.object not in inferred]
    node = ox.NamedNode(version.iri)
    triples = [*stated, *(ox.Triple(node, _LAW, ox.NamedNode(law)) for law in sorted(laws))]
    if read_on is not None:
        day = typed(f"{read_on.isoformat()}T00:00:00Z", "dateTime")
        triples.append(ox.Triple(node, term("pg:retrievedAt"), day))
    for name in ("companies", "unmapped"):
        graph = ox.NamedNode(iri.shared_graph(name, store.base))
        triples += described(store, graph, {triple.object for triple in stated})
    triples += _concepts(store.ontology, triples)
    if evidence:
        triples += store.triples(version.evidence)
    small = ox.Store()
    small.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return small


def described(store: Store, graph: ox.NamedNode, used: Iterable[object]) -> Iterator[ox.Triple]:
    """Yield what `graph` says of the nodes in `used`, and of the nodes that this leads to."""
    waiting = [node for node in used if isinstance(node, ox.NamedNode)]
    seen: set[ox.NamedNode] = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        for triple in store.about(node, graph):
            yield triple
            if isinstance(triple.object, ox.NamedNode):
                waiting.append(triple.object)


def _concepts(known: Ontology, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield what is known of the concepts among the objects, and the sub-classes of the schema."""
    said = list(triples)
    nodes = {triple.object.value for triple in said if isinstance(triple.object, ox.NamedNode)}
    used = sorted(node for node in nodes if node in known.terms)
    for node in used:
        for kind in known.terms[node].types:
            yield ox.Triple(ox.NamedNode(node), term("rdf:type"), ox.NamedNode(kind))
    for subject, predicate, value in (*closure(known, used), *_validity(known, used)):
        yield ox.Triple(subject, predicate, value)
    for triple in said:
        # a phrase that is no concept lies below the concept that its words are in
        if triple.predicate == _BROADER and isinstance(triple.object, ox.NamedNode):
            for above in sorted({str(triple.subject).strip("<>"), *known.ancestors(triple.object.value)}):
                yield ox.Triple(triple.subject, term("skos:broaderTransitive"), ox.NamedNode(above))
    below = term("rdfs:subClassOf")
    for name in _SCHEMA:
        for above in known.values(term(name).value, below.value):
            yield ox.Triple(term(name), below, ox.NamedNode(above))


def _validity(known: Ontology, used: Iterable[str]) -> Triples:
    """Yield between which dates the concepts in `used` hold, and the decisions on adequacy about them."""
    asked = set(used)
    for name in known.subjects(term("rdf:type").value, term("pg:Adequacy").value):
        if asked.isdisjoint(known.values(name, term("dpv:hasCountry").value)):
            continue
        asked.add(name)
        yield ox.NamedNode(name), term("rdf:type"), term("pg:Adequacy")
        for curie in ("dpv:hasCountry", "dpv:hasApplicableLaw", "pg:decision"):
            for value in known.values(name, term(curie).value):
                yield ox.NamedNode(name), term(curie), ox.NamedNode(value)
    for node in sorted(asked):
        for curie in ("pg:validFrom", "pg:validUntil"):
            for value in known.values(node, term(curie).value):
                yield ox.NamedNode(node), term(curie), typed(value, "date")
