"""Named graphs become bytes in a fixed order."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Literal

import pyoxigraph as ox

from ontology import NAMESPACES

Format = Literal["nquads", "trig", "turtle", "jsonld"]

_IN_MEMORY = 64 * 1024 * 1024

_FORMATS = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def write(store: ox.Store, graphs: Sequence[ox.NamedNode], output: IO[bytes], form: Format) -> None:
    """Write `graphs` one after the other, each sorted; Turtle, which has no graphs, gets them merged."""
    if form == "turtle":
        _with_prefixes(_merged(store, graphs), output, form)
    elif form == "trig":
        _with_prefixes(_sorted(store, graphs), output, form)
    else:
        ox.serialize(_sorted(store, graphs), output, format=_FORMATS[form])


def turtle(triples: Iterable[ox.Triple], output: IO[bytes]) -> None:
    """Write `triples` as Turtle, each once, sorted."""
    _with_prefixes(iter(sorted(set(triples), key=_order)), output, "turtle")


def triples(found: Iterable[ox.Triple], form: Literal["turtle", "jsonld"]) -> bytes:
    """Return triples as Turtle or JSON-LD, each once, sorted."""
    output = BytesIO()
    if form == "turtle":
        turtle(found, output)
    else:
        ox.serialize(iter(sorted(set(found), key=_order)), output, format=_FORMATS[form])
    return output.getvalue()


def _with_prefixes(rows: Iterator[ox.Quad] | Iterator[ox.Triple], output: IO[bytes], form: Format) -> None:
    """Write rows under sorted prefixes; the serializer writes these first, in an order that changes."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as unsorted:
        ox.serialize(rows, unsorted, format=_FORMATS[form], prefixes=NAMESPACES)
        unsorted.seek(0)
        output.writelines(sorted(unsorted.readline() for _ in NAMESPACES))
        shutil.copyfileobj(unsorted, output)


def _sorted(store: ox.Store, graphs: Iterable[ox.NamedNode]) -> Iterator[ox.Quad]:
    for graph in graphs:
        yield from sorted(store.quads_for_pattern(None, None, None, graph), key=_order)


def _merged(store: ox.Store, graphs: Iterable[ox.NamedNode]) -> Iterator[ox.Triple]:
    found = {quad.triple for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)}
    yield from sorted(found, key=_order)


def _order(row: ox.Quad | ox.Triple) -> tuple[str, str, str]:
    """Return the sort key: terms as N-Triples write them, by code point."""
    return str(row.subject), str(row.predicate), str(row.object)
