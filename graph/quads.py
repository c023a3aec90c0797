"""A reading becomes quads: what a policy states, the words that state it, and what it shares with others."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from extract.claim import Reading
from graph import iri, shared
from graph.document import document
from graph.evidence import mentions
from graph.naming import names
from graph.statements import facts, merged
from graph.terms import Term, name_of, term
from ontology import Ontology


def quads(
    reading: Reading, ontology: Ontology, *, base: str = iri.BASE, source: str = ""
) -> Iterator[ox.Quad]:
    """Yield the quads of one reading, each once, in an order that depends on the reading alone.

    `source` is the IRI of the document if it has one. They go to the version's graph, its evidence graph, the
    graph of its text, and the shared graphs of companies and of unmapped concepts. Raise BrokenClaim if a claim
    points outside the text.
    """
    named = names(reading, ontology, base)
    said = tuple(merged(facts(named)))
    stated = ((fact.subject, fact.predicate, fact.object) for fact in said)
    yield from in_graph(named.version.graph, stated)
    if source:
        where = (ox.NamedNode(named.version.version), term("dct:source"), ox.NamedNode(source))
        yield from in_graph(named.version.graph, [where])
    yield from in_graph(named.version.evidence, mentions(reading, named.version, said))
    yield from in_graph(named.version.text, document(reading, named.version))
    yield from in_graph(iri.shared_graph("companies", base), shared.companies(said, ontology))
    yield from in_graph(iri.shared_graph("unmapped", base), shared.unmapped(named, said))


def in_graph(graph: str, triples: Iterable[tuple[ox.NamedNode, ox.NamedNode, Term]]) -> Iterator[ox.Quad]:
    """Yield `triples` as quads of one graph, each once."""
    node = ox.NamedNode(graph)
    for subject, predicate, value in dict.fromkeys(triples):
        yield ox.Quad(subject, predicate, value, node)


def version_of(made: Iterable[ox.Quad]) -> str:
    """Return the version that the quads of one reading are about."""
    return next(name_of(quad.subject) for quad in made if quad.object == term("pg:PolicyVersion"))
