"""A process beside a worker of a cluster, which does blocks for it: `python -m policygraph.building.host`.

A worker of Dask may not have processes of its own (it is daemonic, unless its cluster was set up otherwise),
and shares one interpreter among its threads. So it starts this, once, and each of its threads has its blocks
done here, in a process forked for that. It ends with the worker (when its standard input is closed), or when
nobody has asked for anything for some time.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import active_children
from multiprocessing.connection import Client, Connection, Listener
from subprocess import PIPE, Popen
from threading import Lock, Thread

from policygraph.building.block import Answer, Block, LostReader, done

_KEY = 32  # bytes by which the host knows its worker
_IDLE = 300.0  # seconds after which a host that nobody asks ends
_STARTING = Lock()


class Host:
    """A host that runs, as its worker sees it."""

    def __init__(self) -> None:
        self._key = os.urandom(_KEY)
        command = [sys.executable, "-m", __name__]
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = Popen(  # noqa: S603  our own module
            command, stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": paths}
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._key.hex().encode() + b"\n")
        self._process.stdin.flush()
        self._address = self._process.stdout.readline().decode().rstrip("\n")

    @property
    def runs(self) -> bool:
        """Tell whether the host is there to be asked."""
        return bool(self._address) and self._process.poll() is None

    def done(self, block: Block) -> Answer:
        """Return what `block.done` returns or raise what it raises, and LostReader if the host ends meanwhile."""
        try:
            with Client(self._address, authkey=self._key) as connection:
                connection.send(block)
                answer = connection.recv()
        except (EOFError, OSError) as error:
            raise LostReader(f"the process that reads policies ended ({error!r})") from error
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, tuple)
        return answer


@cache
def _started() -> Host:
    return Host()


def ask(block: Block) -> Answer:
    """Return what the host of this process makes of a block; start one if there is none. Raise as `Host.done`."""
    try:
        with _STARTING:
            if not _started().runs:
                _started.cache_clear()
            host = _started()
    except OSError as error:
        raise LostReader(f"no process that reads policies can be started ({error})") from error
    return host.done(block)


@dataclass(slots=True)
class _Work:
    """How many blocks are under way in this process, and since when there is none."""

    lock: Lock = field(default_factory=Lock)
    blocks: int = 0
    since: float = field(default_factory=time.monotonic)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a block as long as it is under way."""
        with self.lock:
            self.blocks += 1
        yield
        with self.lock:
            self.blocks -= 1
            self.since = time.monotonic()

    def wait(self) -> None:
        """Return when there has been nothing to do for long enough."""
        while self.blocks or time.monotonic() - self.since < _IDLE:
            time.sleep(_IDLE / 10)


def main() -> None:
    """Do what whoever started this process asks for, until it is gone."""
    key = bytes.fromhex(sys.stdin.readline())
    with Listener(backlog=64, authkey=key) as listener:
        sys.stdout.write(f"{listener.address!s}\n")
        sys.stdout.flush()
        work = _Work()
        Thread(target=_end_after, args=(sys.stdin.read,), daemon=True).start()
        Thread(target=_end_after, args=(work.wait,), daemon=True).start()
        while True:
            Thread(target=_answer, args=(listener.accept(), work), daemon=True).start()


def _answer(connection: Connection, work: _Work) -> None:
    """Do one block and send what became of it, or what was raised."""
    with work.one(), connection:
        try:
            answer: Answer | Exception = done(connection.recv())
        except Exception as error:  # noqa: BLE001  it is raised where the block was sent from
            answer = error
        connection.send(answer)


def _end_after(event: Callable[[], object]) -> None:
    """End this process and those that it started when a function returns."""
    event()
    for process in active_children():
        process.kill()
    os._exit(0)


if __name__ == "__main__":
    main()
