"""Statements become shortcut edges, one CONSTRUCT query to an edge (the .rq files in `derived/`).

What SPARQL cannot say is the order of names: to sort by a number takes a small part of the time that texts take.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from graph import iri
from graph.terms import name_of, term
from ontology import NAMESPACES

FOLDER = Path(__file__).parent / "derived"

_WITH_CONCEPTS: tuple[iri.SharedGraph, ...] = ("ontology", "unmapped")
_NAME = "name"
_BY_COMPANY = "sharesData"  # says nothing of whose data they are, so each company has a graph of its own


@cache
def constructs() -> dict[str, str]:
    """Return the CONSTRUCT queries by the name of the edge that they make."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.rq"))}


def edges(store: ox.Store, base: str = iri.BASE) -> Iterator[ox.Quad]:
    """Yield the shortcut edges of everything in `store` that is not stale."""
    graph = ox.NamedNode(iri.shared_graph("derived", base))
    companies = _controllers(store)
    for name, query in constructs().items():
        if name != _BY_COMPANY:
            made = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in _ask(store, query, base)]
            yield from made
            if name == _NAME:
                yield from _in_order((quad for quad in made if name_of(quad.subject) in companies), graph)
    for company, texts in sorted(companies.items()):
        own = ox.NamedNode(f"{graph.value}/{company.rstrip('/').rpartition('/')[2]}")
        for triple in _ask(
            store, constructs()[_BY_COMPANY], base, within=texts, company=ox.NamedNode(company)
        ):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, own)


def _in_order(names: Iterable[ox.Quad], graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Yield the place of each company in the order of their names; equal names have the same place."""
    by_name = groupby(sorted(names, key=_said), key=_said)
    for place, (_, quads) in enumerate(by_name):
        for quad in quads:
            yield ox.Quad(quad.subject, term("pg:nameOrder"), ox.Literal(place), graph)


def _said(quad: ox.Quad) -> str:
    assert isinstance(quad.object, ox.Literal)
    return quad.object.value


def _ask(
    store: ox.Store,
    query: str,
    base: str,
    *,
    within: list[ox.NamedNode] | None = None,
    **given: ox.NamedNode,
) -> Iterator[ox.Triple]:
    """Yield what a CONSTRUCT makes; outside GRAPH it asks the ontology, which knows what is narrower.

    `within` are the graphs that GRAPH asks, all of them if it is None.
    """
    found = store.query(
        query,
        prefixes=dict(NAMESPACES),
        default_graph=[ox.NamedNode(iri.shared_graph(name, base)) for name in _WITH_CONCEPTS],
        named_graphs=None if within is None else [*within],
        substitutions={ox.Variable(name): value for name, value in given.items()},
    )
    assert isinstance(found, ox.QueryTriples)
    yield from found


def _controllers(store: ox.Store) -> dict[str, list[ox.NamedNode]]:
    """Return each company with the graphs of its policies: to ask only these takes no longer when others join."""
    texts: dict[str, list[ox.NamedNode]] = defaultdict(list)
    for role in ("dpv:hasDataController", "dpv:hasJointDataControllers"):
        for quad in store.quads_for_pattern(None, term(role), None, None):
            if isinstance(quad.graph_name, ox.NamedNode):
                texts[name_of(quad.object)].append(quad.graph_name)
    return texts
