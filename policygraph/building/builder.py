"""Policies on disk become a graph in a store: what has changed is read, what has gone leaves."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from graph import Store
from graph.ledger import Entry, Ledger
from graph.terms import term
from policygraph.building.engines import Engine, here
from policygraph.building.fingerprint import fingerprint
from policygraph.building.job import (
    Failure,
    FailureKind,
    Job,
    Limits,
    Outcome,
    PolicyCount,
    digest_of,
    failed,
)
from policygraph.building.listing import at, files
from policygraph.building.sources import Places

if TYPE_CHECKING:
    import pyoxigraph as ox

_BATCH = 32  # policies that are stored in one transaction,
_LARGE = (
    16 << 20
)  # unless they come to so many bytes before: what is written at once is in memory several times
_LISTED = 40  # policies that a summary names one by one
_LIMITS = Limits()


@dataclass(slots=True)
class Summary:
    """What a build did: how many policies were read, how many were not since nothing of them has changed.

    `gone` are sources that are not there any more; `policies` the first that were read, `stated` what all of
    them state together. `repeated` of the failures are from an earlier build, and were not tried again.
    """

    total: int = 0
    read: int = 0
    unchanged: int = 0
    repeated: int = 0
    gone: int = 0
    quads: int = 0
    policies: list[PolicyCount] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    stated: Counter[str] = field(default_factory=Counter)

    @property
    def is_complete(self) -> bool:
        """Tell whether `policies` are all that were read."""
        return len(self.policies) == self.read

    @property
    def done(self) -> int:
        """Return how many sources have been seen to."""
        return self.read + self.unchanged + len(self.failures)

    def add(self, count: PolicyCount) -> None:
        """Count a policy that was read."""
        self.read += 1
        if self.read <= _LISTED:
            self.policies.append(count)
        self.stated += Counter(processes=count.processes, denials=count.denials)


def build(
    paths: Sequence[Path],
    store: Store,
    *,
    engine: Engine = here,
    limits: Limits = _LIMITS,
    retry_failed: bool = False,
    done: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Read the policies at `paths` into `store` and return what was read and what was not.

    What was read before is read again only if its bytes have changed, or the code or the words that read it;
    what failed, with `retry_failed`, too. A file that was below one of `paths` and is not there any more
    leaves the graph with all that came from it. A file that cannot be read is named in the summary and stops
    no other. Batches are stored in one transaction each, so that whatever ends a build, the next goes on from
    there. `done` is called as the build goes on. Raise FileNotFoundError for a path that is not there, before
    anything is read; StoreError if the store cannot be written.
    """
    summary = Summary(total=sum(1 for _ in files(paths)))
    places = Places(store.folder)
    work = _Build(store, engine, limits, retry_failed, summary, done, Ledger(store), places)
    work.read(files(paths))
    work.forget([at(path) for path in paths if path.is_dir()])
    work.read_again()
    store.refresh_derived()
    summary.policies.sort(key=lambda policy: policy.name)
    summary.failures.sort(key=lambda failure: failure.source)
    summary.quads = len(store)
    return summary


@dataclass(slots=True)
class _Build:
    """One build of a store."""

    store: Store
    engine: Engine
    limits: Limits
    retry_failed: bool
    summary: Summary
    done: Callable[[Summary], None]
    ledger: Ledger
    places: Places

    def read(self, paths: Iterable[Path]) -> None:
        """Read what has changed, and write it a batch at a time; if that is stopped, what is whole is written."""
        batch: list[Outcome] = []
        try:
            for outcome in self.engine(self._jobs(paths), self.limits):
                self._count(outcome)
                batch.append(outcome)
                if len(batch) == _BATCH or sum(len(one.quads) for one in batch) >= _LARGE:
                    whole, batch = batch, []
                    self._keep(whole)
        finally:
            if batch:
                self._keep(batch)

    def forget(self, folders: Sequence[Path]) -> None:
        """Let go of the sources below some folders that are not there any more.

        What disappeared while it was read may be back soon: it stays until the next build.
        """
        missing = {at(Path(one.source)) for one in self.summary.failures if one.kind == "missing"}
        names = (
            entry.source
            for entry in self.ledger.entries()
            if self.places.gone(entry.source, folders)
            and missing.isdisjoint((place := self.places.path(entry.source), *place.parents))
        )
        while some := list(islice(names, _BATCH)):
            self.ledger.keep((), some)
            self.summary.gone += len(some)

    def read_again(self) -> None:
        """Read the sources whose text another one had spoken for that has changed or gone."""
        waiting = [entry.source for entry in self.ledger.entries() if not entry.reader]
        there = [path for path in map(self.places.path, waiting) if path.exists()]
        self.summary.total += len(there)
        self.read(there)

    def _jobs(self, paths: Iterable[Path]) -> Iterator[Job]:
        """Yield what has to be read."""
        for path in paths:
            try:
                digest = digest_of(path)
            except OSError as error:
                self.summary.failures.append(failed(path, error))
                continue
            entry = self.ledger.entry(self.places.name(path))
            if entry is None or (entry.sha256, entry.reader) != (digest, fingerprint()):
                yield Job(str(path), digest, self.store.base)
            elif not entry.kind:
                self.summary.unchanged += 1
            elif self.retry_failed:
                yield Job(str(path), digest, self.store.base)
            else:
                self.summary.failures.append(
                    Failure(str(path), entry.reason, cast("FailureKind", entry.kind))
                )
                self.summary.repeated += 1
            self.done(self.summary)

    def _count(self, outcome: Outcome) -> None:
        if outcome.count is not None:
            self.summary.add(outcome.count)
        if outcome.failure is not None:
            self.summary.failures.append(outcome.failure)
        self.done(self.summary)

    def _keep(self, outcomes: Iterable[Outcome]) -> None:
        """Write what became of some jobs; a file that could not be opened leaves what was read from it before."""
        known = [one for one in outcomes if one.failure is None or one.failure.kind != "missing"]
        self.ledger.keep((self._entry(outcome), _parsed(outcome.quads)) for outcome in known)

    def _entry(self, outcome: Outcome) -> Entry:
        name = self.places.name(Path(outcome.job.source))
        if outcome.failure is None:
            return Entry(name, outcome.sha256, fingerprint(), outcome.version, _said(outcome))
        return Entry(
            name, outcome.sha256, fingerprint(), kind=outcome.failure.kind, reason=outcome.failure.reason
        )


def _said(outcome: Outcome) -> str:
    """Return the SHA-256 of what a policy says, in the order in which it is said, but for the name of its file."""
    title = f"<{outcome.version}> {term('dct:title')} ".encode()
    lines = (line for line in outcome.quads.splitlines() if not line.startswith(title))
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def _parsed(quads: bytes) -> "Iterator[ox.Quad]":
    import pyoxigraph as ox  # noqa: PLC0415

    return ox.parse(quads, format=ox.RdfFormat.N_QUADS)
