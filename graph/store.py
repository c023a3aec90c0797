"""Keeps the graph of many policies on disk or in memory, and answers what is asked of it."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import pyoxigraph as ox

import ontology
from extract.claim import Reading
from graph import derive, iri, serial, shared
from graph.change import Change, recover
from graph.errors import StoreError, StoreInUse
from graph.quads import Said, in_graph, said
from graph.terms import Term, name_of, term
from ontology import NAMESPACES, Ontology
from ontology.reader import files as turtle_files

if TYPE_CHECKING:
    from rdflib import Dataset

_TRIES, _PAUSE = 30, 0.1  # how often to open a store that is being written to, and seconds in between
_FULL = ("no space left", "file too large", "quota")  # what the engine says of a disk that is full
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
        self._path = path
        self._store = _open(path, read_only=read_only)
        if not read_only:
            self._keep_ontology()
            with self._writing():
                recover(self._store, base)

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write everything to disk and let go of the folder."""
        try:
            self.close()
        except StoreError:
            if error is None:
                raise  # what ended the work tells more than that it cannot be written down

    def __len__(self) -> int:
        """Return how many quads the store holds."""
        return len(self._store)

    def close(self) -> None:
        """Write everything to disk and let go of the folder; the store is empty afterwards."""
        try:
            if not self._read_only:
                with self._writing():
                    self._store.flush()
        finally:
            self._store = ox.Store()

    def save(self, folder: Path) -> None:
        """Write a copy of the store into a folder that is not there yet; raise StoreError.

        On one disk the copy shares the files of the store, which never change: it takes neither time nor room.
        """
        try:
            if self._path is None:
                ox.Store(str(folder)).bulk_extend(self._store)
            else:
                self._store.backup(str(folder))
        except (OSError, RuntimeError) as error:
            raise _unwritable(folder, error) from error

    @property
    def folder(self) -> Path | None:
        """Return the folder of the store; None if it is in memory."""
        return None if self._path is None else Path(self._path)

    # --- writing -------------------------------------------------------------------------------------------

    def add(self, readings: Iterable[Reading], *, keep_versions: bool = False) -> tuple[str, ...]:
        """Write readings in one transaction and return the IRIs of their versions.

        A version that is read again is replaced. Another text of the same policy, read from a file of the
        same name, takes the place of the older one; with `keep_versions` the older one stays, marked stale.
        Shortcut edges stay as they are until `rebuild_derived`.
        """
        read: dict[str, Said] = {}
        files: dict[str, set[str]] = defaultdict(set)
        for reading in readings:
            made = said(reading, self.ontology, base=self.base)
            read[made.version] = read[made.version] + made if made.version in read else made
            files[made.version].add(reading.name)
        with self.change() as change:
            for version, names in files.items():
                change.put(read[version])
                for old in self.older(version, names):
                    if old.iri in read:
                        continue
                    if keep_versions:
                        change.add([_stale(old)])
                    else:
                        self.leave(change, old, names)
        return tuple(sorted(read))

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Yield a change, and write it in one transaction. Raise StoreError if it cannot be written."""
        made = Change(self._store, self.base)
        yield made
        with self._writing():
            made.commit()

    def leave(self, change: Change, old: Version, files: AbstractSet[str]) -> None:
        """Let a version go whose text `files` hold no more; it stays if it was read from other files, too."""
        if set(old.files) <= files:
            change.drop(old.iri)
        titles = (ox.Literal(name) for name in files & set(old.files))
        change.remove(ox.Quad(ox.NamedNode(old.iri), term("dct:title"), title, old.graph) for title in titles)

    def rebuild_derived(self) -> int:
        """Make the shortcut edges anew from all statements that are not stale; return their number."""
        with self._writing():
            derive.mark_all(self._store, self.base)
        self.refresh_derived()
        graphs = self._graphs(iri.shared_graph("derived", self.base))
        return sum(1 for graph in graphs for _ in self.triples(graph))

    def refresh_derived(self, *, order: bool = True) -> bool:
        """Make the shortcut edges anew that are outdated; tell whether there were any.

        They are made in many transactions. If the process ends between two, the next call does what is left, as
        it does with the order of the names without `order`.
        """
        with self._writing():
            return derive.refresh(self._store, self.base, order=order)

    def replace(
        self, graph: ox.NamedNode, triples: Iterable[tuple[ox.NamedNode, ox.NamedNode, Term]]
    ) -> None:
        """Put `triples` in the place of what a named graph holds, in one transaction."""
        fresh = dict.fromkeys(in_graph(graph.value, triples))
        held = dict.fromkeys(self._store.quads_for_pattern(None, None, None, graph))
        with self.change() as change:
            change.remove(quad for quad in held if quad not in fresh)
            change.add(quad for quad in fresh if quad not in held)

    def record(self, run: str, facts: Mapping[str, Term]) -> None:
        """Write what is known of one run (CURIEs and values: times, versions), the only place for times."""
        node = ox.NamedNode(iri.run_graph(run, self.base))
        said = [(node, term("rdf:type"), term("pg:ExtractionRun"))]
        said += [(node, term(curie), value) for curie, value in facts.items()]  # type: ignore[misc]
        with self._writing():
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

    def older(self, version: str, files: AbstractSet[str]) -> Iterator[Version]:
        """Yield the stored versions from `files` that are of the same policy or have the same text."""
        digest = version.rstrip("/").rpartition("/")[2]
        policy = version.removesuffix(digest + "/")
        for name in sorted(files):
            for node in self.having(term("dct:title"), ox.Literal(name)):
                if node != version and (node.startswith(policy) or node.endswith(f"/{digest}/")):
                    yield self.version(node)

    def having(
        self, predicate: ox.NamedNode, value: Term, graph: ox.NamedNode | None = None
    ) -> Iterator[str]:
        """Yield the subjects (IRIs) that have a value, in one named graph or in any."""
        for quad in self._store.quads_for_pattern(None, predicate, value, graph):
            yield name_of(quad.subject)

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
        with self._writing():
            self._store.remove_graph(node)
            self._store.extend([*in_graph(graph, shared.lexicon(self.ontology)), mark])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn what goes wrong with the disk into a StoreError; what was whole before stays as it was."""
        try:
            yield
        except OSError as error:
            raise _unwritable(self._path, error) from error


def opened(path: Path | str) -> ox.Store:
    """Return the store in a folder as the engine has it, to be read only; raise StoreError."""
    return _open(path, read_only=True)


def _open(path: Path | str | None, *, read_only: bool) -> ox.Store:
    """Return an open store; raise StoreError that says what is in the way."""
    if path is None:
        return ox.Store()
    try:
        return _read_only(Path(path)) if read_only else ox.Store(str(path))
    except (
        OSError,
        RuntimeError,
    ) as error:  # the engine raises either for a folder that holds something else
        if "lock" in str(error).lower():
            advice = "wait for the other process, or name another folder"
            raise StoreInUse(str(path), "it is open elsewhere", advice) from error
        if any(sign in str(error).lower() for sign in _FULL):
            raise _unwritable(path, error) from error
        if not Path(path).exists():
            problem, advice = "there is no store here", "build one first, or name another folder"
        else:
            problem, advice = f"this is no store ({error})", "name another folder, or build it anew"
        raise StoreError(str(path), problem, advice) from error


def _stale(old: Version) -> ox.Quad:
    return ox.Quad(ox.NamedNode(old.iri), term("dpv:hasNoticeStatus"), term("dpv:NoticeStale"), old.graph)


def _read_only(path: Path) -> ox.Store:
    """Return a store to be read, which may be written to meanwhile: files can go while they are opened."""
    for _ in range(_TRIES):
        try:
            return ox.Store.read_only(str(path))
        except (OSError, RuntimeError) as error:
            if not (path / "CURRENT").exists() or "no such file" not in str(error).lower():
                raise
        time.sleep(_PAUSE)
    return ox.Store.read_only(str(path))


def _unwritable(path: Path | str | None, error: Exception) -> StoreError:
    """Return what is said of a store on a disk that is full or broken."""
    return StoreError(
        str(path),
        f"cannot be written ({str(error).partition(chr(10))[0]})",
        "nothing that was stored is lost; make room or mend the disk, and run the same again",
    )


def _digest() -> str:
    """Return the SHA-256 of the Turtle files, by which a change of the ontology shows."""
    total = hashlib.sha256()
    for path in turtle_files():
        total.update(path.read_bytes())
    return total.hexdigest()
