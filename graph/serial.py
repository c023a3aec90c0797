"""Named graphs become bytes in a fixed order."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Literal

import pyoxigraph as ox

from ontology import NAMESPACES

Format = Literal["nquads", "trig", "turtle", "jsonld"]

_FORMATS = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def write(store: ox.Store, graphs: Sequence[ox.NamedNode], output: IO[bytes], form: Format) -> None:
    """Write `graphs` one after the other, each sorted; Turtle, which has no graphs, gets them merged."""
    prefixes = dict(sorted(NAMESPACES.items())) if form in ("trig", "turtle") else None
    rows: Iterator[ox.Quad] | Iterator[ox.Triple]
    rows = _merged(store, graphs) if form == "turtle" else _sorted(store, graphs)
    ox.serialize(rows, output, format=_FORMATS[form], prefixes=prefixes)


def _sorted(store: ox.Store, graphs: Iterable[ox.NamedNode]) -> Iterator[ox.Quad]:
    for graph in graphs:
        yield from sorted(store.quads_for_pattern(None, None, None, graph), key=_order)


def _merged(store: ox.Store, graphs: Iterable[ox.NamedNode]) -> Iterator[ox.Triple]:
    found = {quad.triple for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)}
    yield from sorted(found, key=_order)


def _order(row: ox.Quad | ox.Triple) -> tuple[str, str, str]:
    """Return the sort key: terms as N-Triples write them, by code point."""
    return str(row.subject), str(row.predicate), str(row.object)
