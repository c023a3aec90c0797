"""The graph is held against the promises of the data model (the integrity shapes)."""

from collections.abc import Iterable, Iterator

from extract.claim import Reading
from graph import engine, shapes
from graph.errors import ShapeViolation
from graph.iri import span_iri
from graph.mentions import mentions
from graph.store import Store, Version
from graph.view import view


def integrity(store: Store, readings: Iterable[Reading] = ()) -> list[ShapeViolation]:
    """Return the promises that the graph breaks, in a fixed order: none, if all is well.

    The quotes of a policy are held against its text if its reading is given.
    """
    texts = {reading.sha256: reading.text for reading in readings}
    return [fault for version in store.versions() for fault in _faults(store, version, texts)]


def _faults(store: Store, version: Version, texts: dict[str, str]) -> Iterator[ShapeViolation]:
    policy = ", ".join(version.files) or version.iri
    known = {shape.iri: shape for shape in shapes.of("integrity")}
    for result in engine.validate(view(store, version, evidence=True), "integrity"):
        requirement = known[result.shape].requirement
        yield ShapeViolation(policy, requirement, result.message, result.value or result.focus)
    text = texts.get(version.sha256)
    if text is not None:
        quotes = sorted({one.quote for said in mentions(store, version).values() for one in said})
        for quote in quotes:
            if text[quote.start : quote.end] != quote.text:
                place = span_iri(version.iri + "text", quote.start, quote.end)
                yield ShapeViolation(policy, "I04", f"{quote.text!r} does not stand there", place)
