"""One version of a policy as the small graph that shapes look at."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph import iri
from graph.shared import closure
from graph.store import Store, Version
from graph.terms import term
from ontology import Ontology

_SCHEMA = ("pg:PolicyVersion", "pg:DeniedPractice", "pg:Mention", "pg:UnmappedConcept", "pg:ExtractionRun")


def view(store: Store, version: Version, *, evidence: bool = False) -> ox.Store:
    """Return the statements of `version` and what has to be known about the values in them, as one graph.

    That is: companies and services, unmapped phrases, types and closure of the concepts, and the sub-classes
    of the schema; with `evidence` the mentions too.
    """
    stated = list(store.triples(version.graph))
    triples = [*stated]
    for name in ("companies", "unmapped"):
        graph = ox.NamedNode(iri.shared_graph(name, store.base))
        triples += _described(store, graph, {triple.object for triple in stated})
    triples += _concepts(store.ontology, triples)
    if evidence:
        triples += store.triples(version.evidence)
    small = ox.Store()
    small.bulk_extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return small


def _described(store: Store, graph: ox.NamedNode, used: Iterable[object]) -> Iterator[ox.Triple]:
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
    """Yield types and closure of the concepts among the objects, and the sub-classes of the schema."""
    nodes = {triple.object.value for triple in triples if isinstance(triple.object, ox.NamedNode)}
    used = sorted(node for node in nodes if node in known.terms)
    for node in used:
        for kind in known.terms[node].types:
            yield ox.Triple(ox.NamedNode(node), term("rdf:type"), ox.NamedNode(kind))
    for subject, predicate, value in closure(known, used):
        yield ox.Triple(subject, predicate, value)
    below = term("rdfs:subClassOf")
    for name in _SCHEMA:
        for above in known.values(term(name).value, below.value):
            yield ox.Triple(term(name), below, ox.NamedNode(above))
