"""Engines run the jobs of a build: in this process, or in processes of their own that limits hold for.

An engine takes jobs and limits and yields an outcome for each job, in any order. It asks for few more jobs
than it can run at once, so that memory does not grow with their number. Another engine needs nothing from here
but the type: it runs `read_job`, which can be pickled as jobs and outcomes can.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, TypeAlias

from graph.iri import file_name
from policygraph.building.job import Failure, FailureKind, Job, Limits, Outcome, read_job
from policygraph.memory import limit_memory

if TYPE_CHECKING:
    from pebble import ProcessPool

Work: TypeAlias = Callable[[Job], Outcome]
Engine: TypeAlias = Callable[[Iterable[Job], Limits], Iterator[Outcome]]

_AHEAD = 256  # jobs a worker that are handed out before the first is done: no worker waits for the writer
_COLLECTED = 8  # jobs after which garbage is collected: almost all of what a reading makes goes without that
_RENEWED = 500  # jobs after which a worker begins anew, so that no leak adds up
_GRACE = 60  # seconds beyond twice the limit until workers that say nothing are held for lost
_BROKEN = 3  # times that all workers may be lost, one after the other, without an outcome
_DONE = count(1)  # jobs of this process
_OUT_OF_MEMORY = 77  # what a worker ends with that had no memory left: what it holds is let go with it


class EngineError(Exception):
    """Raised when no worker can be started; the message says what to do."""


def here(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:  # noqa: ARG001  what makes it an engine
    """Yield outcomes of jobs that this process runs, one after the other; nothing holds it to the limits."""
    return map(read_job, jobs)


def processes(workers: int, *, work: Work = read_job) -> Engine:
    """Return an engine that runs jobs in `workers` processes, each of which has the pipeline loaded once.

    A job that takes too long or too much memory ends with its process and fails; the others go on. One whose
    process ends otherwise is run once more, alone, before it fails. EngineError is raised if no process starts.
    """

    def run(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
        alone: list[Job] = []
        rest = iter(jobs)
        first = deque(islice(rest, workers))
        if first:
            yield from _Workers(len(first), work, limits, again=first).run(rest, alone)
        if alone:
            died: list[Job] = []
            yield from _Workers(1, work, limits, ahead=1).run(iter(alone), died)
            yield from (_failed(job, "died", "the process that read it ended") for job in died)

    return run


@dataclass(slots=True)
class _Workers:
    """A pool of processes, which is made anew if it breaks."""

    number: int
    work: Work
    limits: Limits
    ahead: int = _AHEAD
    running: dict["Future[Outcome]", Job] = field(default_factory=dict)
    again: deque[Job] = field(default_factory=deque)

    def run(self, jobs: Iterator[Job], died: list[Job]) -> Iterator[Outcome]:
        """Yield the outcomes of jobs; put those whose process ended into `died`."""
        broken = 0
        while broken < _BROKEN:
            try:
                for outcome in self._run(jobs, died):
                    broken = 0
                    yield outcome
            except BrokenProcessPool:
                broken += 1
                self.again += self.running.values()
                self.running.clear()
            else:
                return
        raise EngineError(
            "the processes that read policies end as soon as they start: "
            "allow fewer with --workers, or more memory with --memory"
        )

    def _run(self, jobs: Iterator[Job], died: list[Job]) -> Iterator[Outcome]:
        with _pool(self.number, self.limits.memory) as pool:
            while True:
                self._hand_out(jobs, pool)
                if not self.running:
                    return
                patience = self.limits.seconds * 2 + _GRACE
                done, _ = wait(self.running, timeout=patience, return_when=FIRST_COMPLETED)
                if not done:
                    raise BrokenProcessPool("nothing is heard of the workers")
                for future in done:
                    outcome = self._outcome(future)
                    job = self.running.pop(future)
                    self._hand_out(jobs, pool)
                    if outcome is None:
                        died.append(job)
                    else:
                        yield outcome

    def _hand_out(self, jobs: Iterator[Job], pool: "ProcessPool") -> None:
        """Give the workers what they will do next."""
        while len(self.running) < self.number * self.ahead:
            job = self.again.popleft() if self.again else next(jobs, None)
            if job is None:
                return
            future = pool.schedule(_run_job, (self.work, job), timeout=self.limits.seconds)
            self.running[future] = job

    def _outcome(self, future: "Future[Outcome]") -> Outcome | None:
        """Return what became of the job of a future; None if its process ended. Raise BrokenProcessPool."""
        from pebble import ProcessExpired  # noqa: PLC0415

        job = self.running[future]
        try:
            return future.result()
        except TimeoutError:
            seconds = f"{self.limits.seconds:g} seconds"
            return _failed(job, "time", f"reading it takes longer than {seconds}; allow more with --timeout")
        except ProcessExpired as error:
            if error.exitcode == _OUT_OF_MEMORY:
                most = f"{self.limits.memory >> 20:,} MB"
                return _failed(job, "memory", f"reading it takes more than {most}; allow more with --memory")
            return None


def _failed(job: Job, kind: FailureKind, why: str) -> Outcome:
    return Outcome(job, job.sha256, failure=Failure(job.source, f"{file_name(job.source)}: {why}", kind))


@contextmanager
def _pool(workers: int, memory: int) -> "Iterator[ProcessPool]":
    """Yield processes that are ready to read; they end with the context, whatever they are at."""
    from pebble import ProcessPool  # noqa: PLC0415  only those who build need it

    pool = ProcessPool(workers, _RENEWED, initializer=_prepare, initargs=(memory,), context=_context())
    with _uninterrupted():
        pool.schedule(os.getpid)  # starts them
    try:
        yield pool
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the context ends: processes that are half started would complain, and stay."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> BaseContext:
    """Return how processes are started: from one that has everything loaded, where there is such a thing."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["policygraph.building.loaded"])
    return context


def _prepare(memory: int) -> None:
    """Make a new process ready to read: everything is loaded, and it may take `memory` bytes more."""
    import policygraph.building.loaded  # noqa: F401, PLC0415  it is there already where a fork server is

    limit_memory(memory)
    gc.disable()


def _run_job(work: Work, job: Job) -> Outcome:
    """Return what becomes of a job; end this process if it had not enough memory, and let go of all it took."""
    try:
        outcome = work(job)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    if outcome.failure is not None and outcome.failure.kind == "memory":
        os._exit(_OUT_OF_MEMORY)
    if next(_DONE) % _COLLECTED == 0:
        gc.collect()
    return outcome
