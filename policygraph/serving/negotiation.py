"""Which of the formats that we write a client wants most."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pyoxigraph as ox

ROWS: Mapping[str, ox.QueryResultsFormat] = MappingProxyType(
    {
        "application/sparql-results+json": ox.QueryResultsFormat.JSON,
        "application/sparql-results+xml": ox.QueryResultsFormat.XML,
        "text/csv": ox.QueryResultsFormat.CSV,
        "text/tab-separated-values": ox.QueryResultsFormat.TSV,
        "application/json": ox.QueryResultsFormat.JSON,
        "application/xml": ox.QueryResultsFormat.XML,
        "text/xml": ox.QueryResultsFormat.XML,
    }
)
TRIPLES: Mapping[str, ox.RdfFormat] = MappingProxyType(
    {
        "text/turtle": ox.RdfFormat.TURTLE,
        "application/n-triples": ox.RdfFormat.N_TRIPLES,
        "application/ld+json": ox.RdfFormat.JSON_LD,
        "application/n-quads": ox.RdfFormat.N_QUADS,
        "application/trig": ox.RdfFormat.TRIG,
        "application/rdf+xml": ox.RdfFormat.RDF_XML,
        "text/plain": ox.RdfFormat.N_TRIPLES,
    }
)
"""What can be written, the first where the client does not mind."""


def negotiate(accept: str, offers: Sequence[str]) -> str | None:
    """Return the offer that an Accept header likes best, None if it takes none of them.

    Of equally liked ones the first offer wins; the most exact range of the header decides how much an offer
    is liked, as RFC 9110 has it. A header that is empty takes everything.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    liked = {offer: _quality(offer, ranges) for offer in offers}
    best = max(offers, key=lambda offer: liked[offer])
    return best if liked[best] > 0 else None


def _range(part: str) -> tuple[str, float]:
    """Return a media range and its q-value; a q that is no number is as good as none."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return name, 1.0
    return name, 1.0


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much `offer` is liked: by its own name, else by its kind, else by */*."""
    for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
        found = [quality for name, quality in ranges if name == pattern]
        if found:
            return max(found)
    return 0.0
