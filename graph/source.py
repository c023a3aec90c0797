"""The text of a policy as a store keeps it, so that what is found can be shown where it stands."""

from dataclasses import dataclass

import pyoxigraph as ox

from graph.iri import span_of
from graph.store import Store, Version
from graph.terms import name_of, term


@dataclass(frozen=True, slots=True)
class Source:
    """The stored text of one version and the spans of its headings, in the order of the text."""

    text: str = ""
    media_type: str = "text/plain"
    headings: tuple[tuple[int, int], ...] = ()


def source(store: Store, version: Version) -> Source:
    """Return the text of a version; an empty one if the graph holds none, as graphs made elsewhere may."""
    text, media_type = "", "text/plain"
    headings: list[tuple[int, int]] = []
    for triple in store.triples(version.text):
        if isinstance(triple.object, ox.Literal):
            if triple.predicate == term("cnt:chars"):
                text = triple.object.value
            else:
                media_type = triple.object.value
        elif found := span_of(name_of(triple.object)):
            headings.append(found)
    return Source(text, media_type, tuple(sorted(headings)))
