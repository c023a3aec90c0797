"""Policies on disk become a graph in a store: what has changed is read, what has gone leaves."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Self, TypeVar, cast

from graph import Store
from graph.ledger import Entry, Ledger
from graph.quads import Said
from policygraph.building.engines import Engine, here
from policygraph.building.fingerprint import fingerprint
from policygraph.building.job import (
    DEFAULT,
    Failure,
    FailureKind,
    Job,
    Limits,
    Outcome,
    PolicyCount,
    prepared,
)
from policygraph.building.listing import at
from policygraph.building.named import Named, Source, named, source_of
from policygraph.building.sources import Places
from policygraph.building.urls import is_url

BATCH = 32  # policies that are stored in one transaction,
LARGE = 96 << 20  # unless they come to so many bytes before: these are in memory some eight times over
_WAITING = (
    512  # policies at most that wait to be written: the fewer times, the less the store merges its files;
)
_SHARE = 8  # and at most the eighth part of what is done, so that a build that is ended loses little
_LISTED = 40  # policies that a summary names one by one

_Item = TypeVar("_Item")


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

    def ended(self, quads: int) -> Self:
        """Return the summary in order, with the number of quads that there are."""
        self.policies.sort(key=lambda policy: policy.name)
        self.failures.sort(key=lambda failure: failure.source)
        self.quads = quads
        return self


def build(
    paths: Iterable[Source] | Named,
    store: Store,
    *,
    engine: Engine = here,
    limits: Limits = DEFAULT,
    retry_failed: bool = False,
    done: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Read the policies at `paths` (or URLs) into `store` and return what was read and what was not.

    What was read before is read again only if its bytes have changed, or the code or the words that read it;
    what failed, with `retry_failed`, too. A file that was below one of `paths` and is not there any more
    leaves the graph with all that came from it. A file that cannot be read is named in the summary and stops
    no other. Batches are stored in one transaction each, so that whatever ends a build, the next goes on from
    there. `done` is called as the build goes on. Raise FileNotFoundError for a path that is not there, before
    anything is read, SourceError for such a URL; StoreError if the store cannot be written.
    """
    found = paths if isinstance(paths, Named) else named(paths)
    summary = Summary(total=sum(1 for _ in found))
    places = Places(store.folder)
    work = _Build(store, engine, limits, retry_failed, summary, done, Ledger(store), places)
    work.read(found)
    work.forget(found)
    work.read_again()
    store.refresh_derived()
    return summary.ended(len(store))


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

    def read(self, sources: Iterable[Source]) -> None:
        """Read what has changed, and write it a batch at a time; if that is stopped, what is whole is written."""
        waiting: list[Outcome] = []
        try:
            for outcome in self.engine(self._jobs(sources), self.limits):
                self._count(outcome)
                waiting.append(outcome)
                if len(waiting) >= max(BATCH, min(_WAITING, self.summary.done // _SHARE)):
                    whole, waiting = waiting, []
                    self._write(whole)
        finally:
            self._write(waiting)

    def forget(self, found: Named) -> None:
        """Let go of the sources below the folders that are named that are not there any more.

        What disappeared while it was read may be back soon: it stays until the next build.
        """
        failures = (one.source for one in self.summary.failures if one.kind == "missing")
        missing = {at(Path(source)) for source in failures if not is_url(source)}
        names = (
            entry.source
            for entry in self.ledger.entries()
            if found.lost(entry.source)
            or (
                self.places.gone(entry.source, found.folders)
                and missing.isdisjoint((place := Path(self.places.source(entry.source)), *place.parents))
            )
        )
        while some := list(islice(names, BATCH)):
            self.ledger.keep((), some)
            self.summary.gone += len(some)

    def read_again(self) -> None:
        """Read the sources whose text another one had spoken for that has changed or gone."""
        waiting = [entry.source for entry in self.ledger.entries() if not entry.reader]
        there = [one for one in map(self.places.source, waiting) if isinstance(one, str) or one.exists()]
        self.summary.total += len(there)
        self.read(there)

    def _jobs(self, sources: Iterable[Source]) -> Iterator[Job]:
        """Yield what has to be read, and what may have to be: only who reads behind a URL knows its bytes."""
        for source in sources:
            entry = self.ledger.entry(self.places.name(source))
            known = "" if entry is None or self._is_open(entry) else entry.sha256
            job = prepared(str(source), self.store.base, known)
            if isinstance(job, Outcome):
                self._count(job)
            else:
                yield job

    def _is_open(self, entry: Entry) -> bool:
        """Tell whether a source is to be read again though its bytes are the same."""
        return entry.reader != fingerprint() or bool(entry.kind and self.retry_failed)

    def _repeat(self, source: str, entry: Entry | None) -> None:
        """Count a source whose bytes are those that were read before: they say what they said, or fail again."""
        if entry is None or not entry.kind:
            self.summary.unchanged += 1
        else:
            self.summary.failures.append(Failure(source, entry.reason, cast("FailureKind", entry.kind)))
            self.summary.repeated += 1

    def _count(self, outcome: Outcome) -> None:
        if outcome.count is not None:
            self.summary.add(outcome.count)
        elif outcome.failure is not None:
            self.summary.failures.append(outcome.failure)
        else:
            source = outcome.job.source
            self._repeat(source, self.ledger.entry(self.places.name(source_of(source))))
        self.done(self.summary)

    def _write(self, outcomes: Iterable[Outcome]) -> None:
        """Write what became of some jobs; a file that could not be opened leaves what was read from it before."""
        news = (one for one in outcomes if (one.failure.kind != "missing" if one.failure else one.count))
        for batch in batches(news, lambda outcome: outcome.said.size):
            self.ledger.keep(map(self._kept, batch))
            self.store.refresh_derived(order=False)  # while others read: at the end nothing would

    def _kept(self, outcome: Outcome) -> tuple[Entry, Said]:
        name, said = self.places.name(source_of(outcome.job.source)), outcome.said.unpacked
        if outcome.failure is None:
            return Entry(name, outcome.sha256, fingerprint(), said.version, said.sha256), said
        kind, reason = outcome.failure.kind, outcome.failure.reason
        return Entry(name, outcome.sha256, fingerprint(), kind=kind, reason=reason), said


def batches(items: Iterable[_Item], size: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """Yield items, of so many bytes each, as lists of those that one transaction takes."""
    batch: list[_Item] = []
    held = 0
    for item in items:
        batch.append(item)
        held += size(item)
        if len(batch) == BATCH or held >= LARGE:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
