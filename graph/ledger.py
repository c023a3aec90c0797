"""The ledger of a store: which source was read when its bytes were which, by what, and what became of it.

It is a graph of its own, beside the records of runs, which exports leave out: what a policy states does not
depend on where its file lies. What a source says and its entry are written in one transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pyoxigraph as ox

from graph import iri
from graph.change import Change
from graph.quads import Said
from graph.store import Store
from graph.terms import Term, term

_PARTS = {
    "source": "pg:location",
    "sha256": "pg:bytesSha256",
    "reader": "pg:readBy",
    "version": "pg:readAs",
    "said": "pg:saidSha256",
    "kind": "pg:failureKind",
    "reason": "pg:failureReason",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a source: the SHA-256 of its bytes when they were read, and the reader that read them.

    `version` is what it was read as, `said` the SHA-256 of what is said there, its file name left out; a
    failure has a `kind` and a `reason` instead. Without a `reader` the source has to be read again.
    """

    source: str
    sha256: str
    reader: str
    version: str = ""
    said: str = ""
    kind: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """Return the name of the file, which the version has as a title."""
        return iri.file_name(self.source)


class Ledger:
    """Keeps what was read from which source in a store, and lets go of what no source says any more.

    Equal texts in several files are one version. If they were not read alike, as a text file and as Markdown
    perhaps, the version says what the first of them does, in the order of their names.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._graph = ox.NamedNode(iri.sources_graph(store.base))

    @cached_property
    def unclaimed(self) -> frozenset[str]:
        """Return the versions that no source was read as when this was first asked: others wrote them."""
        claims = term(_PARTS["version"])
        return frozenset(
            node
            for node in self._store.having(term("rdf:type"), term("pg:PolicyVersion"))
            if not any(self._store.having(claims, ox.NamedNode(node), self._graph))
        )

    def entry(self, source: str) -> Entry | None:
        """Return what is known of a source; None if nothing is."""
        return self._entry(self._node(source))

    def entries(self) -> Iterator[Entry]:
        """Yield what is known of each source; the ledger may be changed meanwhile."""
        for node, _ in self._store.said(term(_PARTS["source"]), self._graph):
            found = self._entry(ox.NamedNode(node))
            if found is not None:
                yield found

    def keep(self, read: Iterable[tuple[Entry, Said]], gone: Iterable[str] = ()) -> None:
        """Write what was read from some sources and their entries, and forget the sources in `gone`.

        All of it is one transaction. A version that no source says any more goes with all that came from it.
        """
        with self._store.change() as change:
            by_source = {entry.source: (entry, said) for entry, said in read}
            _Settling(self, self._store, change, by_source, frozenset(gone)).settle()

    def holders(self, version: str) -> dict[str, Entry]:
        """Return the sources that were read as a version, with their entries."""
        found = self._store.having(term(_PARTS["version"]), ox.NamedNode(version), self._graph)
        entries = (self._entry(ox.NamedNode(node)) for node in found)
        return {entry.source: entry for entry in entries if entry is not None}

    def quads(self, entry: Entry) -> Iterator[ox.Quad]:
        """Yield an entry as it stands in the store."""
        node = self._node(entry.source)
        yield ox.Quad(node, term("rdf:type"), term("pg:Source"), self._graph)
        for name, curie in _PARTS.items():
            value = getattr(entry, name)
            if value:
                said: Term = ox.NamedNode(value) if name == "version" else ox.Literal(value)
                yield ox.Quad(node, term(curie), said, self._graph)

    def _entry(self, node: ox.NamedNode) -> Entry | None:
        said = {triple.predicate: triple.object for triple in self._store.about(node, self._graph)}
        if not said:
            return None
        values = (said.get(term(curie)) for curie in _PARTS.values())
        return Entry(*(value.value if isinstance(value, Term) else "" for value in values))

    def _node(self, source: str) -> ox.NamedNode:
        return ox.NamedNode(iri.source(source, self._store.base))


@dataclass
class _Settling:
    """Works out what becomes of the versions that sources come to or leave."""

    ledger: Ledger
    store: Store
    change: Change
    read: Mapping[str, tuple[Entry, Said]]
    gone: frozenset[str]

    @cached_property
    def before(self) -> dict[str, Entry]:
        """Return what was known of the sources."""
        found = ((source, self.ledger.entry(source)) for source in sorted({*self.read, *self.gone}))
        return {source: entry for source, entry in found if entry is not None}

    def settle(self) -> None:
        """Put everything into the change."""
        for old in self.before.values():
            self.change.remove(self.ledger.quads(old))
        for entry, _ in self.read.values():
            self.change.add(self.ledger.quads(entry))
        left: dict[str, set[str]] = defaultdict(set)
        come: dict[str, set[str]] = defaultdict(set)
        for source, old in self.before.items():
            if old.version:
                left[old.version].add(source)
        for source, (entry, _) in self.read.items():
            if entry.version:
                come[entry.version].add(source)
        for version in sorted({*left, *come}):
            self._settle(version, left[version], come[version])

    def _settle(self, version: str, left: set[str], come: set[str]) -> None:
        """Decide on one version, which some sources leave and others come to; one may do both."""
        before = self.ledger.holders(version)
        stay = {source: entry for source, entry in before.items() if source not in left}
        if not stay and not come:
            self.change.drop(version)
            return
        first = min({*stay, *come})
        spoke = before[min(before)] if before else None
        held = spoke.said if spoke is not None and spoke.reader else ""
        if first in come:
            self._put(first, held)
        elif first != min(before) and stay[first].said != held:
            self._read_again(stay[first])  # what stands there is what another said that was before it
        elif come and stay[first].reader != self.read[min(come)][0].reader:
            self._put(min(come), held)
            self._read_again(stay[first])  # by the reader of today
        names = {entry.name for entry in (*stay.values(), *(self.read[source][0] for source in come))}
        self.change.add(self._title(version, name) for name in names)
        self.change.remove(self._title(version, before[source].name) for source in left - come)
        self._take_over(version, come)

    def _put(self, source: str, held: str) -> None:
        """Let the version of a source say what it does, unless it does: `held` tells what it says, if known."""
        entry, said = self.read[source]
        if not entry.said or entry.said != held:
            self.change.put(said)

    def _read_again(self, entry: Entry) -> None:
        self.change.remove(self.ledger.quads(entry))
        self.change.add(self.ledger.quads(replace(entry, reader="")))

    def _take_over(self, version: str, come: set[str]) -> None:
        """Let a version take the place of those that files of its name left before there was a ledger."""
        if not self.ledger.unclaimed:
            return
        names = {self.read[source][0].name for source in come}
        for old in self.store.older(version, names):
            if old.iri in self.ledger.unclaimed and not old.stale:
                self.store.leave(self.change, old, names)

    @staticmethod
    def _title(version: str, name: str) -> ox.Quad:
        return ox.Quad(
            ox.NamedNode(version), term("dct:title"), ox.Literal(name), ox.NamedNode(version + "graph")
        )
