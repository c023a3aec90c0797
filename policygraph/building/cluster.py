"""An engine that runs jobs on the workers of a Dask cluster: one that is there, or one on this machine for now.

Jobs go out in blocks, few more than the workers can do at once, so that memory stays flat here, at the scheduler
and at the workers. Limits hold there as they do here. A block whose workers end is set aside; when all others
are done, its jobs are done one by one with nothing else under way, so that it shows which of them is to blame.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from graph.iri import file_name
from policygraph.building.block import Answer, Block, LostReader, OtherReader, carried
from policygraph.building.engines import Engine, EngineError, Work
from policygraph.building.fingerprint import fingerprint
from policygraph.building.host import ask
from policygraph.building.job import Failure, Job, Limits, Outcome, read_job

if TYPE_CHECKING:
    from distributed import Client, Future

_LOG = logging.getLogger(__name__)

_FIRST = 2  # jobs of the first blocks; later ones become larger, so that a few jobs reach all workers, too
_MOST = 32  # jobs of a block: seconds of work, a few MB to send
_AHEAD = 2  # blocks a thread of the workers that are handed out before the first is done
_LISTEN = 2.0  # seconds after which it is looked whether there still are workers
_PATIENCE = 600.0  # seconds that there may be no worker
_CONNECT = 20  # seconds within which a scheduler has to answer
_LOCAL = "local"
_AGAIN = "what was read is kept; run the same command again to go on"


def cluster(address: str, *, work: Work = read_job, most: int = _MOST, patience: float = _PATIENCE) -> Engine:
    """Return an engine that runs jobs on the cluster whose scheduler is at `address`.

    "local" or "local:N" is a cluster of N processes (one a core) on this machine, which ends with the engine.
    Blocks have up to `most` jobs; `patience` is how many seconds there may be no worker. EngineError is raised
    if there is no Dask, scheduler or worker, or the workers read otherwise than this process would.
    """

    def run(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
        with _connected(address) as client:
            form = Block((), limits, work, fingerprint())
            yield from _Blocks(client, address, form, most, patience).run(iter(jobs))

    return run


@dataclass(slots=True)
class _Blocks:
    """The blocks of one build that are under way on a cluster."""

    client: "Client"
    address: str
    form: Block
    most: int
    patience: float
    running: dict["Future[Answer]", tuple[Job, ...]] = field(default_factory=dict)
    suspects: deque[Job] = field(default_factory=deque)
    given: int = 0
    answered: int = 0
    lost: str = ""

    def run(self, jobs: Iterator[Job]) -> Iterator[Outcome]:
        """Yield the outcomes of jobs. Raise EngineError."""
        try:
            yield from self._all(jobs)
            while self.suspects:
                yield from self._alone(self.suspects.popleft())
        finally:
            self._let_go()

    def _all(self, jobs: Iterator[Job]) -> Iterator[Outcome]:
        """Yield the outcomes of jobs, but of those whose workers end, which become suspects."""
        while True:
            yield from self._hand_out(jobs)
            if not self.running:
                return
            for block, answer in self._answers():
                if answer is None:
                    self.suspects += block
                else:
                    yield from answer

    def _alone(self, job: Job) -> Iterator[Outcome]:
        """Yield the outcome of a job that is done while nothing else is."""
        self._submit((job,))
        while self.running:
            for _, answer in self._answers():
                yield from answer if answer is not None else [self._blamed(job)]

    def _blamed(self, job: Job) -> Outcome:
        """Return the failure of a job that ends whoever does it. Raise EngineError if none was ever done."""
        if not self.answered:
            raise EngineError(f"{self.address}: no worker can read policies ({self.lost}); {_AGAIN}")
        why = f"{file_name(job.source)}: it cannot be read on a cluster ({self.lost})"
        return Outcome(job, job.sha256, failure=Failure(job.source, why, "died"))

    def _hand_out(self, jobs: Iterator[Job]) -> Iterator[Outcome]:
        """Give the workers what they will do next; yield the failures of jobs that cannot even be sent."""
        threads = max(1, sum(self._threads().values()))
        while len(self.running) < threads * _AHEAD:
            size = min(self.most, _FIRST << self.given // (threads * _AHEAD))
            block = [carried(job) for job in islice(jobs, size)]
            if not block:
                return
            self._submit(tuple(one for one in block if isinstance(one, Job)))
            yield from (one for one in block if isinstance(one, Outcome))

    def _submit(self, jobs: tuple[Job, ...]) -> None:
        if jobs:
            block = Block(jobs, self.form.limits, self.form.work, self.form.reader)
            with self._connection():
                future = self.client.submit(ask, block, pure=False, key=f"policygraph-{self._name()}")
            self.running[future] = jobs
            self.given += 1

    def _name(self) -> str:
        return f"{id(self):x}-{time.time_ns():x}"

    def _finished(self) -> list["Future[Answer]"]:
        """Return the blocks that are done, at least one. Raise EngineError if nobody is left to do any."""
        from distributed import wait  # noqa: PLC0415

        seen, warned = time.monotonic(), False
        while True:
            with self._connection(), self.client.as_current(), suppress(TimeoutError):
                wait(list(self.running), timeout=_LISTEN, return_when="FIRST_COMPLETED")
            done = [future for future in self.running if future.status != "pending"]
            if done:
                return done
            if self._threads():
                seen = time.monotonic()
                continue
            if not warned:
                _LOG.warning("%s: there are no workers; waiting for some", self.address)
                warned = True
            if time.monotonic() - seen > self.patience:
                raise EngineError(f"{self.address}: there are no workers; start some; {_AGAIN}")

    def _answers(self) -> Iterator[tuple[tuple[Job, ...], Answer | None]]:
        """Yield the blocks that are done and what came of them; nothing if those who did it ended."""
        for future in self._finished():
            try:
                answer = self._answer(future)
            except TimeoutError:
                continue  # it went with the worker that kept it, and is done anew
            block = self.running.pop(future)
            future.release()
            self.answered += answer is not None
            yield block, answer

    def _answer(self, future: "Future[Answer]") -> Answer | None:
        """Return what came of a block; None if those who did it ended. Raise EngineError, TimeoutError."""
        from distributed.scheduler import KilledWorker  # noqa: PLC0415

        with self._connection():
            error = future.exception(timeout=_CONNECT)
            answer = future.result(timeout=_CONNECT) if error is None else None
        match error:
            case None:
                return answer
            case KilledWorker():
                self.lost = "the workers that are given it end"
                return None
            case LostReader():
                self.lost = str(error)
                return None
            case OtherReader():
                raise EngineError(
                    f"{self.address}: a worker has another policygraph or other libraries than are here "
                    f"(reader {str(error)[:12]}, not {self.form.reader[:12]}); install the same on all machines"
                ) from error
            case _:
                raise EngineError(
                    f"{self.address}: a worker failed ({error!r}); is the same policygraph[cluster] on all "
                    f"machines? {_AGAIN}"
                ) from error

    def _threads(self) -> dict[str, int]:
        """Return how many blocks each worker does at once."""
        try:
            with self._connection():
                return dict(self.client.nthreads())
        except TimeoutError as error:
            raise self._lost() from error

    @contextmanager
    def _connection(self) -> Iterator[None]:
        """Let what befalls the connection to the scheduler be an EngineError."""
        from concurrent.futures import CancelledError  # noqa: PLC0415

        try:
            yield
        except TimeoutError:
            raise
        except (OSError, CancelledError, RuntimeError) as error:
            raise self._lost() from error
        if self.client.status != "running":
            raise self._lost()

    def _lost(self) -> EngineError:
        return EngineError(f"{self.address}: the connection to the scheduler was lost; {_AGAIN}")

    def _let_go(self) -> None:
        """Take back what is still to be done."""
        if self.client.status == "running":
            with suppress(Exception):  # whatever has ended the build tells more
                self.client.cancel(list(self.running), force=True)
        self.running.clear()


@contextmanager
def _connected(address: str) -> "Iterator[Client]":
    """Yield a client of the scheduler at `address`, or of one that ends with the context."""
    try:
        from distributed import Client  # noqa: PLC0415  it is an extra, and takes half a second to import
    except ImportError as error:
        raise EngineError("--cluster needs Dask; install policygraph[cluster]") from error
    # It tells a lot of itself; what it tells is for those who ask this process to tell what it does.
    logging.getLogger("distributed").setLevel(logging.getLogger().getEffectiveLevel())
    with ExitStack() as stack:
        kind, _, number = address.partition(":")
        where = stack.enter_context(_local(number)) if kind == _LOCAL else address
        try:
            client = Client(where, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise EngineError(
                f"{address}: no scheduler answers here ({error}); start one with: dask scheduler"
            ) from error
        stack.callback(_close, client)
        yield client


@contextmanager
def _local(number: str) -> Iterator[Any]:
    """Yield a cluster of so many processes on this machine. Raise EngineError if that is no number."""
    import dask  # noqa: PLC0415
    from distributed import LocalCluster  # noqa: PLC0415

    if number and not (number.isdecimal() and int(number)):
        raise EngineError(f"local:{number}: give the number of processes, such as local:4")
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        try:
            made = LocalCluster(
                n_workers=int(number) if number else None,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # without it, all that reach this machine can ask its status
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError) as error:
            raise EngineError(f"local:{number}: no processes can be started ({error})") from error
        with made:
            yield made


def _close(client: "Client") -> None:
    with suppress(Exception):  # a scheduler that is gone cannot be told
        client.close(timeout=5)
