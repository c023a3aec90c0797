"""Pages as of a day: a store of what held then, with workers of its own, made when somebody asks for the day."""

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from policygraph.serving.limits import Limits
from policygraph.serving.pool import Pool, Stamp, surroundings
from policygraph.serving.protocol import Refused
from policygraph.serving.selecting import Companies

_KEPT = 2  # days whose stores stay when nobody asks for them any more
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Day:
    """What held on a day: who answers for it, its companies, and how many of its policies nobody dates."""

    name: str
    pool: Pool
    companies: Companies
    undated: int
    stamp: Stamp
    """That of the store when this was taken from it."""
    users: int = 0


class Days:
    """What held on each of some days, the last ones that were asked for."""

    def __init__(self, folder: Path, limits: Limits, now: Pool) -> None:
        self._folder = folder
        self._limits = limits
        self._now = now
        self._held: list[Day] = []
        self._making: dict[str, asyncio.Task[Day]] = {}
        self._one = asyncio.Lock()
        self._copies: TemporaryDirectory[str] | None = None
        self._number = 0

    async def __aenter__(self) -> Self:
        """Hold no day yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let all days go."""
        for task in self._making.values():
            task.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)
        await asyncio.gather(*(self._end(day) for day in self._held))
        if self._copies is not None:
            await asyncio.to_thread(self._copies.cleanup)

    @asynccontextmanager
    async def of(self, text: str) -> AsyncIterator[Day]:
        """Yield what held on a day (YYYY-MM-DD), which stays while it is used.

        Raise Refused if that is no day, if nothing held on it, or if it takes longer than a query may.
        """
        name = read(text)
        day = await self._found(name)
        day.users += 1
        try:
            yield day
        finally:
            day.users -= 1
            await self._let_go()

    async def _found(self, name: str) -> Day:
        for day in self._held:
            if day.name == name and day.stamp == self._now.stamp:
                return day
        if name not in self._making:
            task = self._making[name] = asyncio.create_task(self._made(name))
            task.add_done_callback(lambda _: self._making.pop(name, None))
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await asyncio.shield(self._making[name])
        except TimeoutError as error:
            raise Refused(503, f"what held on {name} is being put together; ask again in a while") from error

    async def _made(self, name: str) -> Day:
        async with self._one:  # it takes a core
            self._number += 1
            self._copies = self._copies or TemporaryDirectory(prefix="policygraph-")
            copy, stamp = Path(self._copies.name) / str(self._number), self._now.stamp
            try:
                undated = await self._copied(name, copy)
                pool = await Pool(copy, self._limits).__aenter__()
            except BaseException:
                await asyncio.to_thread(shutil.rmtree, copy, ignore_errors=True)
                raise
            self._held.append(Day(name, pool, Companies(pool), undated, stamp))
            return self._held[-1]

    async def _copied(self, name: str, copy: Path) -> int:
        """Write what held on a day into a folder; return how many policies of it nobody dates."""
        command = (sys.executable, "-m", "policygraph.serving.day", str(self._folder), name, str(copy))
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, env=surroundings()
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise Refused(503, f"what held on {name} cannot be put together now; ask later")
        found = json.loads(said)
        if not found["policies"]:
            raise Refused(404, f"No policy in this store held on {name}.")
        undated: int = found["undated"]
        return undated

    async def _let_go(self) -> None:
        """End the days that nobody uses, but for the last ones that were made."""
        for day in [day for day in self._held if not day.users][:-_KEPT]:
            self._held.remove(day)
            await self._end(day)

    async def _end(self, day: Day) -> None:
        await day.pool.__aexit__(None, None, None)
        await asyncio.to_thread(shutil.rmtree, day.pool.folder, ignore_errors=True)


def read(text: str) -> str:
    """Return the day that a text says; raise Refused."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Refused(400, "as-of takes a day that there is, such as 2021-06-01")
