"""Statements become shortcut edges, one CONSTRUCT query to an edge (the .rq files in `derived/`)."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from graph import iri
from graph.terms import name_of, term
from ontology import NAMESPACES

FOLDER = Path(__file__).parent / "derived"

_BY_COMPANY = "sharesData"  # says nothing of whose data they are, so each company has a graph of its own


@cache
def constructs() -> dict[str, str]:
    """Return the CONSTRUCT queries by the name of the edge that they make."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.rq"))}


def edges(store: ox.Store, base: str = iri.BASE) -> Iterator[ox.Quad]:
    """Yield the shortcut edges of everything in `store` that is not stale."""
    graph = ox.NamedNode(iri.shared_graph("derived", base))
    for name, query in constructs().items():
        if name == _BY_COMPANY:
            continue
        for triple in _ask(store, query, {"ontology": ox.NamedNode(iri.shared_graph("ontology", base))}):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
    for company in sorted(_controllers(store)):
        node = ox.NamedNode(company)
        own = ox.NamedNode(f"{graph.value}/{company.rstrip('/').rpartition('/')[2]}")
        known = {"ontology": ox.NamedNode(iri.shared_graph("ontology", base)), "company": node}
        for triple in _ask(store, constructs()[_BY_COMPANY], known):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, own)


def _ask(store: ox.Store, query: str, known: dict[str, ox.NamedNode]) -> Iterator[ox.Triple]:
    found = store.query(
        query,
        prefixes=dict(NAMESPACES),
        substitutions={ox.Variable(name): value for name, value in known.items()},
    )
    assert isinstance(found, ox.QueryTriples)
    yield from found


def _controllers(store: ox.Store) -> set[str]:
    found = store.quads_for_pattern(None, term("dpv:hasDataController"), None, None)
    return {name_of(quad.object) for quad in found}
