"""What one transaction adds to a store and takes out of it, and what follows from that.

Companies and phrases that no statement names any more go in the same transaction, and companies whose derived
edges are outdated by it are marked: whatever ends the process, a store is whole, and knows what is left to do.

Most of what is new are mentions and texts, which a transaction takes three times as long for as a bulk load. If
they are many they are loaded before it, as the bytes that they are, under a mark: nothing leads to them until the
transaction is through, and if it never is, `recover` removes them.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph import iri
from graph.quads import Said, parsed
from graph.terms import Term, name_of, term

_PARTS = ("graph", "evidence", "text", "report")
_CONTROLLERS = ("dpv:hasDataController", "dpv:hasJointDataControllers")
_SHARED: tuple[iri.SharedGraph, ...] = ("companies", "unmapped")
_SHARED_ENDS = tuple(f"/{name}" for name in _SHARED)
_MANY = 12 << 20  # bytes of mentions from which on to load them ahead is worth the files that this makes
_STATEMENTS = "/graph"  # what the names of graphs of statements end with


class Change:
    """Quads to be added to a store and to be removed from it, all at once or not at all."""

    def __init__(self, store: ox.Store, base: str) -> None:
        self._store = store
        self._base = base
        self._added: dict[ox.Quad, None] = {}
        self._removed: dict[ox.Quad, None] = {}
        self._dropped: dict[str, None] = {}
        self._touched: dict[str, None] = {}
        self._new: dict[str, bytes] = {}

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads, whatever else is removed."""
        self._added |= dict.fromkeys(quads)

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Remove quads that the store holds, unless they are added, too."""
        self._removed |= dict.fromkeys(quads)

    def put(self, said: Said) -> None:
        """Let this be all that is said of a version and of what it shares; file names only join others."""
        version = said.version
        title = (ox.NamedNode(version), term("dct:title"))
        held = [quad for quad in self._of_version(version) if (quad.subject, quad.predicate) != title]
        if held:
            fresh = dict.fromkeys(said.quads())
            # Only a store can tell: it keeps values, not their spelling (P12M comes back as P1Y).
            same = ox.Store()
            same.bulk_extend(quad for quad in fresh if name_of(quad.graph_name).startswith(version))
            self.remove(quad for quad in held if quad not in same)
            self.add(quad for quad in fresh if quad not in self._store)
        else:
            self._new[version] = said.evidence
            self.add(parsed(said.stated))
        self._touched[version + "graph"] = None

    def drop(self, version: str) -> None:
        """Remove all that is said of a version."""
        self._dropped |= {version + part: None for part in _PARTS}

    def drop_graph(self, graph: ox.NamedNode) -> None:
        """Remove a graph and its name."""
        self._dropped[graph.value] = None

    def commit(self) -> None:
        """Write everything in one transaction."""
        gone = [
            quad
            for graph in self._dropped
            for quad in self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        ]
        self._redescribe()
        self._sweep([*gone, *self._removed])
        self._mark(gone)
        loading = self._load_ahead()
        removed = [quad for quad in self._removed if quad not in self._added]
        if removed or self._dropped:
            drops = [f"DROP SILENT GRAPH {ox.NamedNode(graph)}" for graph in self._dropped]
            self._store.update(" ;\n".join([*drops, data("DELETE", removed), data("INSERT", self._added)]))
        elif self._added:
            self._store.extend(self._added)
        for mark in loading:
            self._store.remove(mark)

    def _load_ahead(self) -> list[ox.Quad]:
        """Load the mentions and texts of new versions if they are many; return the marks that say so."""
        ahead = b"".join(self._new.values())
        if len(ahead) < _MANY:
            self.add(parsed(ahead))
            return []
        graph = ox.NamedNode(iri.sources_graph(self._base))
        loading = [ox.Quad(graph, term("pg:loading"), ox.NamedNode(one), graph) for one in self._new]
        self._store.extend(loading)
        self._store.bulk_load(ahead, format=ox.RdfFormat.N_QUADS, lenient=True)  # we wrote or checked it
        return loading

    # --- what follows ----------------------------------------------------------------------------------------

    def _redescribe(self) -> None:
        """Remove what used to be said of the companies and phrases that are described anew.

        What is said of them depends on nothing but the ontology and the code.
        """
        for graph in self._shared():
            fresh = [quad for quad in self._added if quad.graph_name == graph]
            if not fresh:
                continue
            said = ox.Store()
            said.bulk_extend(fresh)
            for node in {quad.subject for quad in fresh}:
                held = self._store.quads_for_pattern(node, None, None, graph)
                self.remove(quad for quad in held if quad not in said)

    def _sweep(self, gone: Iterable[ox.Quad]) -> None:
        """Remove companies and phrases that no statement names any more, now that `gone` is gone."""
        said = (*_SHARED_ENDS, _STATEMENTS)
        at_stake = self._described(q.object for q in gone if name_of(q.graph_name).endswith(said))
        named = {name_of(q.object) for q in self._added if isinstance(q.object, ox.NamedNode)}
        waiting = [
            node
            for node in at_stake
            if node in named or self._is_stated(node) or self._is_linked(node, at_stake)
        ]
        kept: set[str] = set()
        while waiting:
            node = waiting.pop()
            if node in at_stake and node not in kept:
                kept.add(node)
                waiting += [quad.object.value for quad in at_stake[node] if isinstance(quad.object, Term)]
        for node, held in at_stake.items():
            if node not in kept:
                self.remove(held)

    def _described(self, nodes: Iterable[object]) -> dict[str, list[ox.Quad]]:
        """Return what the shared graphs say of nodes, and of those that this leads to."""
        found: dict[str, list[ox.Quad]] = {}
        waiting = list(dict.fromkeys(node for node in nodes if isinstance(node, ox.NamedNode)))
        while waiting:
            node = waiting.pop()
            if node.value in found:
                continue
            held = [
                quad
                for graph in self._shared()
                for quad in self._store.quads_for_pattern(node, None, None, graph)
            ]
            if held:
                found[node.value] = held
                waiting += [quad.object for quad in held if isinstance(quad.object, ox.NamedNode)]
        return found

    def _is_stated(self, node: str) -> bool:
        """Tell whether some statement that stays has `node` as its object."""
        return any(
            name_of(quad.graph_name).endswith(_STATEMENTS) and self._stays(quad)
            for quad in self._store.quads_for_pattern(None, None, ox.NamedNode(node), None)
        )

    def _is_linked(self, node: str, at_stake: Iterable[str]) -> bool:
        """Tell whether something that is not at stake itself leads to `node`."""
        return any(
            name_of(quad.subject) not in at_stake and self._stays(quad)
            for graph in self._shared()
            for quad in self._store.quads_for_pattern(None, None, ox.NamedNode(node), graph)
        )

    def _is_new(self, quad: ox.Quad) -> bool:
        return quad in self._added and quad not in self._store

    def _stays(self, quad: ox.Quad) -> bool:
        return name_of(quad.graph_name) not in self._dropped and quad not in self._removed

    def _mark(self, gone: Iterable[ox.Quad]) -> None:
        """Mark the nodes whose derived edges may be others now, and the order of the names with them."""
        changed = [*self._added, *self._removed, *gone]
        touched = {name_of(quad.graph_name) for quad in changed} | self._touched.keys()
        statements = [ox.NamedNode(graph) for graph in touched if graph.endswith(_STATEMENTS)]
        predicates = [term(curie) for curie in _CONTROLLERS]
        held = [
            quad
            for graph in statements
            for predicate in predicates
            for quad in self._store.quads_for_pattern(None, predicate, None, graph)
        ]
        nodes = {name_of(q.object) for q in (*changed, *held) if q.predicate in predicates}
        names = (quad for quad in changed if quad.predicate == term("dpv:hasName"))
        nodes |= {name_of(quad.subject) for quad in names if self._is_new(quad) or not self._stays(quad)}
        if nodes:
            self.add(marks(nodes, self._base))

    def _shared(self) -> list[ox.NamedNode]:
        return [ox.NamedNode(iri.shared_graph(name, self._base)) for name in _SHARED]

    def _of_version(self, version: str) -> Iterator[ox.Quad]:
        for part in _PARTS:
            yield from self._store.quads_for_pattern(None, None, None, ox.NamedNode(version + part))


def recover(store: ox.Store, base: str) -> None:
    """Remove what was loaded ahead of a transaction that never came."""
    graph = ox.NamedNode(iri.sources_graph(base))
    loading = list(store.quads_for_pattern(graph, term("pg:loading"), None, graph))
    if not loading:
        return
    change = Change(store, base)
    change.remove(loading)
    for mark in loading:
        version = name_of(mark.object)
        node, said = ox.NamedNode(version), ox.NamedNode(version + "graph")
        if ox.Quad(node, term("rdf:type"), term("pg:PolicyVersion"), said) not in store:
            change.drop(version)
    change.commit()


def marks(nodes: Iterable[str], base: str) -> Iterator[ox.Quad]:
    """Yield what says that the derived edges of nodes are outdated, and with them the order of names."""
    graph = ox.NamedNode(iri.sources_graph(base))
    for node in sorted({*nodes, iri.shared_graph("derived", base)}):
        yield ox.Quad(graph, term("pg:outdated"), ox.NamedNode(node), graph)


def data(what: str, quads: Iterable[ox.Quad]) -> str:
    """Return the SPARQL update that inserts or deletes quads ("INSERT", "DELETE")."""
    # The lines are quads as the store itself writes them, so nothing can break out of them.
    lines = [f"GRAPH {quad.graph_name} {{ {quad.triple} }}" for quad in quads]
    return f"{what} DATA {{\n" + "\n".join(lines) + "\n}"
