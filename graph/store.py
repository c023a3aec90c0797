"""Keeps the graph of many policies on disk or in memory, and answers what is asked of it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Literal, Self

import pyoxigraph as ox

import ontology
from extract.claim import Reading
from graph import derive, iri, serial, shared
from graph.errors import StoreError
from graph.quads import in_graph, quads, version_of
from graph.terms import Term, name_of, term
from ontology import NAMESPACES, Ontology
from ontology.reader import files as turtle_files

if TYPE_CHECKING:
    from rdflib import Dataset

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """One text of a policy that a store holds; `files` are the names under which it was read."""

    iri: str
    policy: str
    sha256: str
    files: tuple[str, ...]
    stale: bool = False

    @property
    def graph(self) -> ox.NamedNode:
        """Return the graph of its statements."""
        return ox.NamedNode(self.iri + "graph")

    @property
    def evidence(self) -> ox.NamedNode:
        """Return the graph of its mentions."""
        return ox.NamedNode(self.iri + "evidence")

    @property
    def text(self) -> ox.NamedNode:
        """Return the stored text, which is the name of its graph too."""
        return ox.NamedNode(self.iri + "text")

    @property
    def report(self) -> ox.NamedNode:
        """Return the graph of what was found when the policy was checked."""
        return ox.NamedNode(self.iri + "report")


class Store:
    """The graph of many policies, in the folder `path`, or in memory if that is None.

    The ontology graph is brought up to date on opening, unless the store is opened to be read only. A store
    closes when it is let go of; use it in a `with` statement to say when.
    """

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        base: str = iri.BASE,
        lexicon: Ontology | None = None,
        read_only: bool = False,
    ) -> None:
        self.base = base
        self.ontology = lexicon or ontology.load()
        self._read_only = read_only
        self._store = _open(path, read_only=read_only)
        if not read_only:
            self._keep_ontology()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write everything to disk and let go of the folder."""
        self.close()

    def __len__(self) -> int:
        """Return how many quads the store holds."""
        return len(self._store)

    def close(self) -> None:
        """Write everything to disk and let go of the folder; the store is empty afterwards."""
        if not self._read_only:
            self._store.flush()
        self._store = ox.Store()

    # --- writing -------------------------------------------------------------------------------------------

    def add(self, readings: Iterable[Reading], *, keep_versions: bool = False) -> tuple[str, ...]:
        """Write readings in one transaction and return the IRIs of their versions.

        A version that is read again is replaced. Another text of the same policy, read from a file of the
        same name, takes the place of the older one; with `keep_versions` the older one stays, marked stale.
        Shortcut edges stay as they are until `rebuild_derived`.
        """
        made = ((quads(reading, self.ontology, base=self.base), reading.name) for reading in readings)
        return self._write(made, keep_versions=keep_versions)

    def load(self, parts: Iterable[tuple[bytes, str]]) -> tuple[str, ...]:
        """Write the quads of readings, each as N-Quads with the name of its file, as `add` writes readings."""
        parsed = ((ox.parse(part, format=ox.RdfFormat.N_QUADS), name) for part, name in parts)
        return self._write(parsed)

    def _write(
        self, parts: Iterable[tuple[Iterable[ox.Quad], str]], *, keep_versions: bool = False
    ) -> tuple[str, ...]:
        fresh: dict[ox.Quad, None] = {}
        read: dict[str, set[str]] = defaultdict(set)
        for part, name in parts:
            made = dict.fromkeys(part)
            fresh |= made
            read[version_of(made)].add(name)
        outdated = [quad for version in read for quad in self._outdated(version, fresh)]
        for version, files in read.items():
            for old in self._older(version, files):
                if old.iri in read:
                    continue
                if keep_versions:
                    fresh[_stale(old)] = None
                else:
                    outdated += self._without(old, files)
        # New quads first: a crash in between leaves something to clean up, but loses nothing.
        self._store.extend(fresh)
        self._remove(outdated)
        if outdated:
            self._sweep()
        return tuple(sorted(read))

    def rebuild_derived(self) -> int:
        """Make the shortcut edges anew from all statements that are not stale; return their number."""
        made = list(derive.edges(self._store, self.base))
        for graph in self._graphs(iri.shared_graph("derived", self.base)):
            self._store.remove_graph(graph)
        self._store.extend(made)
        return len(made)

    def replace(
        self, graph: ox.NamedNode, triples: Iterable[tuple[ox.NamedNode, ox.NamedNode, Term]]
    ) -> None:
        """Put `triples` in the place of what a named graph holds, in one transaction."""
        fresh = set(in_graph(graph.value, triples))
        held = set(self._store.quads_for_pattern(None, None, None, graph))
        if fresh != held:
            self._store.update("\n".join([_data("DELETE", held - fresh), ";", _data("INSERT", fresh - held)]))

    def record(self, run: str, facts: Mapping[str, Term]) -> None:
        """Write what is known of one run (CURIEs and values: times, versions), the only place for times."""
        node = ox.NamedNode(iri.run_graph(run, self.base))
        said = [(node, term("rdf:type"), term("pg:ExtractionRun"))]
        said += [(node, term(curie), value) for curie, value in facts.items()]  # type: ignore[misc]
        self._store.extend(in_graph(node.value, said))

    # --- reading -------------------------------------------------------------------------------------------

    def versions(self) -> Iterator[Version]:
        """Yield the versions of policies in the store, in the order of their IRIs."""
        found = self._store.quads_for_pattern(None, term("rdf:type"), term("pg:PolicyVersion"), None)
        for node in sorted({name_of(quad.subject) for quad in found}):
            yield self.version(node)

    def version(self, node: str) -> Version:
        """Return what the store knows of one version, by its IRI."""
        graph = ox.NamedNode(node + "graph")
        status = self._values(node, "dpv:hasNoticeStatus", graph)
        return Version(
            node,
            next(iter(self._values(node, "dct:isVersionOf", graph)), ""),
            next(iter(self._values(node, "pg:textSha256", graph)), ""),
            tuple(self._values(node, "dct:title", graph)),
            term("dpv:NoticeStale").value in status,
        )

    def graphs(self) -> Iterator[ox.NamedNode]:
        """Yield the names of the graphs in the store."""
        return (graph for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))

    def triples(self, graph: ox.NamedNode | str) -> Iterator[ox.Triple]:
        """Yield the triples of one named graph."""
        node = ox.NamedNode(graph) if isinstance(graph, str) else graph
        return (quad.triple for quad in self._store.quads_for_pattern(None, None, None, node))

    def about(self, node: ox.NamedNode, graph: ox.NamedNode) -> Iterator[ox.Triple]:
        """Yield the triples of one named graph that have `node` as their subject."""
        return (quad.triple for quad in self._store.quads_for_pattern(node, None, None, graph))

    def said(
        self, predicate: ox.NamedNode, graph: ox.NamedNode
    ) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
        """Yield the subjects (IRIs) and objects of one property in one named graph."""
        for quad in self._store.quads_for_pattern(None, predicate, None, graph):
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                yield name_of(quad.subject), quad.object

    def query(self, sparql: str, substitutions: Mapping[str, Term] | None = None) -> Answer:
        """Return the answer to a SPARQL query over all graphs together; GRAPH asks for one of them.

        `substitutions` gives values to variables by name; the engine asks that the query selects these. A
        triple that stands in two graphs is found twice: ask for DISTINCT rows. The prefixes of the ontology
        need not be declared. Raise SyntaxError if it is no SPARQL.
        """
        return self._store.query(
            sparql,
            prefixes=dict(NAMESPACES),
            use_default_graph_as_union=True,
            substitutions={ox.Variable(name): value for name, value in (substitutions or {}).items()},
        )

    def export(
        self, output: IO[bytes], form: serial.Format, *, lexicon: bool = True, runs: bool = False
    ) -> None:
        """Write the store in a fixed order: equal graphs give equal bytes, however they came about.

        `lexicon` tells whether the ontology graph is written too, `runs` whether the records of runs are,
        which hold the time and so differ from run to run.
        """
        left_out = [] if lexicon else [iri.shared_graph("ontology", self.base)]
        run = iri.run_graphs(self.base)
        names = sorted(graph.value for graph in self.graphs())
        chosen = (n for n in names if n not in left_out and (runs or not n.startswith(run)))
        serial.write(self._store, [ox.NamedNode(name) for name in chosen], output, form)

    def dataset(self) -> "Dataset":
        """Return the store as an rdflib Dataset: the same data, asked and changed through rdflib."""
        from oxrdflib import OxigraphStore  # noqa: PLC0415  rdflib takes a quarter of a second to import
        from rdflib import Dataset  # noqa: PLC0415

        return Dataset(store=OxigraphStore(store=self._store), default_union=True)

    # --- inside --------------------------------------------------------------------------------------------

    def _values(self, node: str, curie: str, graph: ox.NamedNode) -> list[str]:
        found = self._store.quads_for_pattern(ox.NamedNode(node), term(curie), None, graph)
        return sorted(quad.object.value for quad in found if isinstance(quad.object, Term))

    def _graphs(self, prefix: str) -> list[ox.NamedNode]:
        """Return the named graphs whose IRI is `prefix` or goes on with a slash."""
        return [
            graph for graph in self.graphs() if graph.value == prefix or graph.value.startswith(prefix + "/")
        ]

    def _keep_ontology(self) -> None:
        """Load the ontology graph unless the store holds it as the Turtle files say it now."""
        graph = iri.shared_graph("ontology", self.base)
        node, digest = ox.NamedNode(graph), ox.Literal(_digest())
        mark = ox.Quad(node, term("pg:textSha256"), digest, node)
        if mark in self._store:
            return
        self._store.remove_graph(node)
        self._store.bulk_extend([*in_graph(graph, shared.lexicon(self.ontology)), mark])

    def _older(self, version: str, files: set[str]) -> Iterator[Version]:
        """Yield the stored versions from `files` that are of the same policy or have the same text."""
        digest = version.rstrip("/").rpartition("/")[2]
        policy = version.removesuffix(digest + "/")
        for name in sorted(files):
            for quad in self._store.quads_for_pattern(None, term("dct:title"), ox.Literal(name), None):
                node = name_of(quad.subject)
                if node != version and (node.startswith(policy) or node.endswith(f"/{digest}/")):
                    yield self.version(node)

    def _without(self, old: Version, files: set[str]) -> Iterator[ox.Quad]:
        """Yield what goes when `files` hold `old` no more: all, unless another file has the same text."""
        if set(old.files) <= files:
            yield from self._of_version(old.iri)
            return
        for name in files & set(old.files):
            yield ox.Quad(ox.NamedNode(old.iri), term("dct:title"), ox.Literal(name), old.graph)

    def _outdated(self, version: str, fresh: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield what was said of a version that is read again and is not said any more."""
        title = (ox.NamedNode(version), term("dct:title"))
        held = [quad for quad in self._of_version(version) if (quad.subject, quad.predicate) != title]
        if held:
            # Only a store can tell: it keeps values, not their spelling (P12M comes back as P1Y).
            said = ox.Store()
            said.bulk_extend(quad for quad in fresh if name_of(quad.graph_name).startswith(version))
            yield from (quad for quad in held if quad not in said)

    def _of_version(self, version: str) -> Iterator[ox.Quad]:
        for part in ("graph", "evidence", "text", "report"):
            yield from self._store.quads_for_pattern(None, None, None, ox.NamedNode(version + part))

    def _remove(self, outdated: Iterable[ox.Quad]) -> None:
        """Remove quads in one transaction."""
        self._store.update(_data("DELETE", outdated))

    def _sweep(self) -> None:
        """Remove companies and phrases that no statement names any more."""
        for name in ("companies", "unmapped"):
            graph = ox.NamedNode(iri.shared_graph(name, self.base))
            held: dict[str, list[ox.Quad]] = defaultdict(list)
            for quad in self._store.quads_for_pattern(None, None, None, graph):
                held[name_of(quad.subject)].append(quad)
            kept: set[str] = set()
            waiting = [node for node in held if self._is_stated(node)]
            while waiting:
                node = waiting.pop()
                if node in held and node not in kept:
                    kept.add(node)
                    waiting += [quad.object.value for quad in held[node] if isinstance(quad.object, Term)]
            self._remove(quad for node, found in held.items() if node not in kept for quad in found)

    def _is_stated(self, node: str) -> bool:
        """Tell whether some statement has `node` as its object."""
        found = self._store.quads_for_pattern(None, None, ox.NamedNode(node), None)
        return any(name_of(quad.graph_name).endswith("/graph") for quad in found)


def _open(path: Path | str | None, *, read_only: bool) -> ox.Store:
    """Return an open store; raise StoreError that says what is in the way."""
    if path is None:
        return ox.Store()
    try:
        return ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
    except (
        OSError,
        RuntimeError,
    ) as error:  # the engine raises either for a folder that holds something else
        if "lock" in str(error).lower():
            problem, advice = "it is open elsewhere", "wait for the other process, or name another folder"
        elif not Path(path).exists():
            problem, advice = "there is no store here", "build one first, or name another folder"
        else:
            problem, advice = f"this is no store ({error})", "name another folder, or build it anew"
        raise StoreError(str(path), problem, advice) from error


def _stale(old: Version) -> ox.Quad:
    return ox.Quad(ox.NamedNode(old.iri), term("dpv:hasNoticeStatus"), term("dpv:NoticeStale"), old.graph)


def _data(what: Literal["INSERT", "DELETE"], quads: Iterable[ox.Quad]) -> str:
    """Return the SPARQL update that inserts or deletes quads."""
    # The lines are quads as the store itself writes them, so nothing can break out of them.
    lines = [f"GRAPH {quad.graph_name} {{ {quad.triple} }}" for quad in quads]
    return f"{what} DATA {{\n" + "\n".join(lines) + "\n}"


def _digest() -> str:
    """Return the SHA-256 of the Turtle files, by which a change of the ontology shows."""
    total = hashlib.sha256()
    for path in turtle_files():
        total.update(path.read_bytes())
    return total.hexdigest()
