"""Policies on disk become a graph in a store: each is read on its own, and a broken one stops no other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from graph import Store
from policygraph.building.engines import Engine, here
from policygraph.building.job import Failure, Job, Limits, Outcome, PolicyCount
from policygraph.building.listing import files

_BATCH = 32  # policies that are stored in one transaction
_LIMITS = Limits()


@dataclass(slots=True)
class Summary:
    """What a build did."""

    policies: list[PolicyCount] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    quads: int = 0


def build(
    paths: Sequence[Path],
    store: Store,
    *,
    engine: Engine = here,
    limits: Limits = _LIMITS,
    done: Callable[[Outcome], None] | None = None,
) -> Summary:
    """Read the policies at `paths` into `store` and return what was read and what was not.

    `done` is called with each outcome. A file that cannot be read is named in the summary. The derived edges
    are made anew at the end. Raise FileNotFoundError for a path that is not there, before anything is read.
    """
    summary = Summary()
    jobs = [Job(str(path), base=store.base) for path in files(paths)]
    _write(engine(jobs, limits), store, summary, done)
    store.rebuild_derived()
    summary.policies.sort(key=lambda policy: policy.name)
    summary.failures.sort(key=lambda failure: failure.source)
    summary.quads = len(store)
    return summary


def _write(
    outcomes: Iterable[Outcome], store: Store, summary: Summary, done: Callable[[Outcome], None] | None
) -> None:
    """Put outcomes into the store, so many in a transaction, and into the summary."""
    waiting = iter(outcomes)
    while batch := list(islice(waiting, _BATCH)):
        read = [outcome for outcome in batch if outcome.count is not None]
        store.load((outcome.quads, Path(outcome.job.source).name) for outcome in read)
        summary.policies += [outcome.count for outcome in read if outcome.count is not None]
        summary.failures += [outcome.failure for outcome in batch if outcome.failure is not None]
        for outcome in batch:
            if done is not None:
                done(outcome)
