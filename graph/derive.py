"""Statements become shortcut edges, one CONSTRUCT query to an edge (the .rq files in `derived/`).

What SPARQL cannot say is the order of names: to sort by a number takes a small part of the time that texts take.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby, islice
from pathlib import Path

import pyoxigraph as ox

from graph import iri
from graph.change import Change, marks
from graph.terms import name_of, term
from ontology import NAMESPACES

FOLDER = Path(__file__).parent / "derived"

_WITH_CONCEPTS: tuple[iri.SharedGraph, ...] = ("ontology", "unmapped")
_CONTROLLERS = ("dpv:hasDataController", "dpv:hasJointDataControllers")
_AT_ONCE = 16  # nodes whose edges are made together: fewer questions to ask, and none becomes large
_NAME = "name"
_BY_COMPANY = "sharesData"  # says nothing of whose data they are, so each company has a graph of its own


@cache
def constructs() -> dict[str, str]:
    """Return the CONSTRUCT queries by the name of the edge that they make."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.rq"))}


def refresh(store: ox.Store, base: str = iri.BASE, *, order: bool = True) -> bool:
    """Make the shortcut edges of the nodes anew that are marked as outdated; tell whether there were any.

    Some nodes at a time are looked at, and the marks of these go in the same transaction. The order of the names
    depends on all of them: without `order` it is left for later.
    """
    _mark_all_if_new(store, base)
    graph = ox.NamedNode(iri.sources_graph(base))
    total = ox.Quad(graph, term("pg:outdated"), ox.NamedNode(iri.shared_graph("derived", base)), graph)
    marked = store.quads_for_pattern(graph, term("pg:outdated"), None, graph)
    nodes = (quad for quad in marked if quad != total)
    while some := list(islice(nodes, _AT_ONCE)):
        _put(store, [name_of(quad.object) for quad in some], some, base)
    if total not in store:
        return False
    if order:
        _put_order(store, total, base)
    return True


def nodes(store: ox.Store, base: str = iri.BASE) -> Iterator[str]:
    """Yield each node that has shortcut edges or should have some, perhaps more than once."""
    for curie in _CONTROLLERS:
        for quad in store.quads_for_pattern(None, term(curie), None, None):
            yield name_of(quad.object)
    for quad in store.quads_for_pattern(None, term("dpv:hasName"), None, None):
        yield name_of(quad.subject)
    for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(iri.shared_graph("derived", base))):
        yield name_of(quad.subject)


def edges(store: ox.Store, nodes: Sequence[str], base: str = iri.BASE) -> Iterator[ox.Quad]:
    """Yield the shortcut edges of some companies, as their statements that are not stale make them."""
    graph = ox.NamedNode(iri.shared_graph("derived", base))
    texts = {node: _texts(store, node) for node in nodes}
    within = list({name for names in texts.values() for name in names})
    for name, query in constructs().items():
        if name not in (_NAME, _BY_COMPANY) and within:
            for triple in _ask(store, query, base, within=within):
                if name_of(triple.subject) in texts:
                    yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
    for node, names in texts.items():
        for triple in _ask(store, constructs()[_NAME], base, company=ox.NamedNode(node)):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)
        if names:
            own = _own(node, base)
            found = _ask(store, constructs()[_BY_COMPANY], base, within=names, company=ox.NamedNode(node))
            yield from (ox.Quad(triple.subject, triple.predicate, triple.object, own) for triple in found)


def mark_all(store: ox.Store, base: str) -> None:
    """Mark all nodes that have shortcut edges, or should have some, in one transaction."""
    store.extend(marks(nodes(store, base), base))


def _mark_all_if_new(store: ox.Store, base: str) -> None:
    """Mark all nodes unless their edges were made by the rules and the ontology of today."""
    graph, made_by = ox.NamedNode(iri.sources_graph(base)), term("pg:derivedBy")
    total = hashlib.sha256("\0".join(constructs().values()).encode())
    for quad in store.quads_for_pattern(None, term("pg:textSha256"), None, _ontology(base)):
        total.update(str(quad.object).encode())
    today = ox.Quad(graph, made_by, ox.Literal(total.hexdigest()), graph)
    if today not in store:
        change = Change(store, base)
        change.remove(store.quads_for_pattern(graph, made_by, None, graph))
        change.add([today, *marks(nodes(store, base), base)])
        change.commit()


def _ontology(base: str) -> ox.NamedNode:
    return ox.NamedNode(iri.shared_graph("ontology", base))


def _put(store: ox.Store, nodes: Sequence[str], marked: Iterable[ox.Quad], base: str) -> None:
    """Put the edges of some nodes in the place of those that the store holds, and remove the marks."""
    graph = ox.NamedNode(iri.shared_graph("derived", base))
    fresh = dict.fromkeys(edges(store, nodes, base))
    full = {quad.graph_name for quad in fresh}
    held: dict[ox.Quad, None] = {}
    change = Change(store, base)
    for node in nodes:
        about = store.quads_for_pattern(ox.NamedNode(node), None, None, graph)
        held |= dict.fromkeys(quad for quad in about if quad.predicate != term("pg:nameOrder"))
        own = _own(node, base)
        if own in full:
            held |= dict.fromkeys(store.quads_for_pattern(None, None, None, own))
        elif store.contains_named_graph(own):
            change.drop_graph(own)
    change.remove(quad for quad in held if quad not in fresh)
    change.add(quad for quad in fresh if quad not in held)
    change.remove(marked)
    change.commit()


def _put_order(store: ox.Store, mark: ox.Quad, base: str) -> None:
    """Put the order of the names of companies in the place of the one that the store holds."""
    graph = ox.NamedNode(iri.shared_graph("derived", base))
    companies = {
        name_of(quad.object)
        for curie in _CONTROLLERS
        for quad in store.quads_for_pattern(None, term(curie), None, None)
    }
    named = store.quads_for_pattern(None, term("pg:name"), None, graph)
    fresh = set(_in_order((quad for quad in named if name_of(quad.subject) in companies), graph))
    held = set(store.quads_for_pattern(None, term("pg:nameOrder"), None, graph))
    change = Change(store, base)
    change.remove([*(held - fresh), mark])
    change.add(fresh - held)
    change.commit()


def _own(company: str, base: str) -> ox.NamedNode:
    """Return the graph of the edges of one company that do not say whose they are."""
    return ox.NamedNode(f"{iri.shared_graph('derived', base)}/{company.rstrip('/').rpartition('/')[2]}")


def _texts(store: ox.Store, company: str) -> list[ox.NamedNode]:
    """Return the graphs of the policies of a company: to ask only these takes no longer when others join."""
    found = (
        quad.graph_name
        for curie in _CONTROLLERS
        for quad in store.quads_for_pattern(None, term(curie), ox.NamedNode(company), None)
    )
    return list(dict.fromkeys(graph for graph in found if isinstance(graph, ox.NamedNode)))


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
