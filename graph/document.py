"""The text of a policy becomes a graph of its own: its characters, its media type, its headings."""

from collections.abc import Iterator

import pyoxigraph as ox

from extract.claim import Reading
from graph.iri import VersionIris
from graph.terms import Term, term


def document(reading: Reading, version: VersionIris) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, Term]]:
    """Yield the triples of the graph of a text; its name is the IRI of the text."""
    node = ox.NamedNode(version.text)
    yield node, term("cnt:chars"), ox.Literal(reading.text)
    yield node, term("dct:format"), ox.Literal(reading.media_type)
    for start, end in reading.headings:
        yield node, term("pg:heading"), ox.NamedNode(version.span(start, end))
