"""Workers that answer jobs, a few at once; one that takes too long is ended, and another takes its place."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from policygraph.serving.answers import Answers
from policygraph.serving.limits import Limits
from policygraph.serving.protocol import Job, Refused

Answer = tuple[int, str, bytes]
Stamp = frozenset[tuple[str, int]]

_PATIENT = 15  # of 19, which is the most
_PAUSE = 0.2  # seconds until a worker is started again that could not start
_log = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[2]


class Pool:
    """The workers of one store.

    A query that is not answered soon is set aside and a fresh worker takes its place, so that quick queries
    never wait for slow ones, which have the rest of the machine. A worker sees the store as it was
    when the worker started; once the store has changed, the next query gets a new one.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.answers = Answers(lambda: self.stamp)
        self._limits = limits
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        self._all: set[_Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._aside = asyncio.Semaphore(limits.aside)

    async def __aenter__(self) -> Self:
        """Start the workers."""
        await asyncio.gather(*(self._add() for _ in range(self._limits.workers)))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*map(self._end, tuple(self._all)))

    @property
    def stamp(self) -> Stamp:
        """Return what changes whenever the store is written."""
        return _stamp(self.folder)

    async def answer(self, job: Job) -> Answer:
        """Return status, media type and bytes; raise Refused (503) if there is no answer within the limits."""
        worker = await self._free()
        answering = asyncio.create_task(worker.answer(job))
        try:
            async with asyncio.timeout(self._quick):
                answer = await asyncio.shield(answering)
        except TimeoutError:
            self._refill()
            return await self._answer_aside(job, worker, answering)
        except BaseException:
            self._refill()
            await self._end(worker, answering)
            raise
        self._idle.put_nowait(worker)
        return answer

    @property
    def _quick(self) -> float:
        return min(self._limits.quick, self._limits.seconds)

    async def _answer_aside(self, job: Job, worker: "_Worker", answering: "asyncio.Task[Answer]") -> Answer:
        """Return what a slow worker answers within the limit, and end it.

        While too many are aside, the query is ended here and begun anew as soon as one of them is done.
        """
        try:
            async with asyncio.timeout(self._limits.seconds - self._quick):
                if self._aside.locked():
                    await self._end(worker, answering)
                async with self._aside:
                    if not worker.is_running:
                        worker = await self._start()
                        answering = asyncio.create_task(worker.answer(job))
                    worker.yield_to_others()
                    return await answering
        except TimeoutError as error:
            raise Refused(
                503, f"the query was ended: it takes longer than {self._limits.seconds:g} s"
            ) from error
        finally:
            await self._end(worker, answering)

    async def _free(self) -> "_Worker":
        """Return a worker that nobody else has and that sees the store as it is now."""
        why = "too many queries at once"
        try:
            async with asyncio.timeout(self._limits.seconds):
                while True:
                    worker = await self._idle.get()
                    if worker.is_running and worker.stamp == _stamp(self.folder):
                        return worker
                    if not worker.is_running:
                        why = "the store cannot be opened now"
                    self._refill(pause=0 if worker.is_running else _PAUSE)
                    await self._end(worker)
        except TimeoutError as error:
            raise Refused(503, f"{why}; ask later") from error

    def _refill(self, *, pause: float = 0) -> None:
        """Start a worker, after a pause, without waiting for it."""
        task = asyncio.create_task(self._add(pause))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add(self, pause: float = 0) -> None:
        # One that could not open the store is put among the others too: whoever gets it sees that, and tries again.
        while True:
            await asyncio.sleep(pause)
            try:
                self._idle.put_nowait(await self._start())
            except OSError as error:  # the machine has no process left, or no memory for it
                _log.warning("no worker can be started now: %s", error)
                pause = _PAUSE
            else:
                return

    async def _start(self) -> "_Worker":
        worker = await _Worker.start(self.folder, self._limits)
        self._all.add(worker)
        try:
            await worker.ready()
        except asyncio.CancelledError:
            await self._end(worker)
            raise
        return worker

    async def _end(self, worker: "_Worker", answering: "asyncio.Task[Answer] | None" = None) -> None:
        if answering is not None:
            answering.cancel()
        await worker.end()
        self._all.discard(worker)


class _Worker:
    """A process of policygraph.serving.worker."""

    def __init__(self, process: Process, stamp: Stamp, memory: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.stamp = stamp
        self._process = process
        self._to, self._from = process.stdin, process.stdout
        self._memory = memory

    @classmethod
    async def start(cls, folder: Path, limits: Limits) -> Self:
        stamp = _stamp(folder)
        given = (limits.seconds, limits.rows, limits.memory, limits.size)
        command = (sys.executable, "-m", "policygraph.serving.worker", str(folder), *map(str, given))
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=surroundings())
        return cls(process, stamp, limits.memory)

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def ready(self) -> None:
        """Return when the store is open, or the process has ended."""
        if not await self._from.readline():
            await self._process.wait()

    async def answer(self, job: Job) -> Answer:
        """Return what the process answers; raise Refused if it ends over it."""
        try:
            self._to.write(job.line())
            await self._to.drain()
            head = json.loads(await self._from.readline() or b"null")
            body = await self._from.readexactly(head["size"]) if head else b""
        except (EOFError, ConnectionError):
            head = None
        if head is None:
            await self._process.wait()
            raise Refused(503, f"the query was ended: it needed more than {self._memory} MB of memory")
        return head["status"], head["type"], body

    def yield_to_others(self) -> None:
        """Let the process run only when the others have nothing to do, where the system knows how."""
        if hasattr(os, "setpriority") and self.is_running:
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _PATIENT)

    async def end(self) -> None:
        if self.is_running:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


def surroundings() -> dict[str, str]:
    """Return the variables with which a process of ours finds what this one was made of."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}


def _stamp(folder: Path) -> Stamp:
    """Return what changes whenever the store is written: its files, but for its logs, and their sizes."""
    try:
        with os.scandir(folder) as files:
            return frozenset((file.name, file.stat().st_size) for file in files if "LOG" not in file.name)
    except FileNotFoundError:  # a file that went away while we looked: another stamp than before and after
        return frozenset()
