"""Prints how the time of reading hostile files grows, and fails if any grows faster than the file.

    python bench/growth.py [NAME...] [--size BYTES] [--seconds N] [--files | --texts]

Each recipe of `hostile.py` is read at three sizes, each in a process of its own that is stopped after some CPU
time. Growth is that of the time beside that of the file, from the second size to the third: 1.0 is in
proportion, 2.0 is quadratic.
"""

import argparse
import math
import multiprocessing
import resource
import sys
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

from hostile import FILES, TEXTS, Recipe
from memory import peak

MOST_GROWTH = 1.4
LEAST_TIME = 0.4  # seconds; what is shorter says nothing
MOST_TIME = 60  # seconds of CPU time for one file
MOST_MEMORY = 4 << 30


class Cost(NamedTuple):
    """What reading a file took: CPU seconds, megabytes, and what came of it."""

    seconds: float
    megabytes: float
    outcome: str


def main() -> None:
    """Measure the recipes that are asked for, all of them unless some are named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="recipes, or parts of their names")
    parser.add_argument("--size", type=int, help="bytes of the largest file")
    parser.add_argument("--seconds", type=int, default=MOST_TIME, help="for one file (%(default)s)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--files", action="store_true", help="only what aims at the readers")
    which.add_argument("--texts", action="store_true", help="only what aims at the extractors")
    options = parser.parse_args()
    bad = []
    for what, recipes, size in (("read", FILES, 800_000), ("extract", TEXTS, 100_000)):
        if (options.files and what == "extract") or (options.texts and what == "read"):
            continue
        _warm()  # once, for all processes that are made from this one
        print(f"{what:<36}{'bytes':>12}{'CPU s':>8}{'growth':>8}{'MB':>7}  outcome")
        for name, recipe in recipes.items():
            if not options.names or any(part in name for part in options.names):
                growth = measured(
                    name, recipe, options.size or size, seconds=options.seconds, extract=what == "extract"
                )
                bad += [name] if growth > MOST_GROWTH else []
    if bad:
        sys.exit(f"grows faster than the file: {', '.join(bad)}")


def measured(name: str, recipe: Recipe, size: int, *, seconds: int, extract: bool) -> float:
    """Print what a recipe costs at three sizes; return how fast that grows, infinite if it was stopped."""
    lengths, costs = [], []
    for part in (4, 2, 1):
        raw = recipe.make(size // part)
        lengths.append(len(raw))
        costs.append(cost(raw, recipe.media_type, seconds, extract=extract))
        if costs[-1].outcome.startswith("stopped"):
            break
    growth = math.inf if costs[-1].outcome.startswith("stopped") else grown(lengths, costs)
    last = costs[-1]
    flag = "  <<<" if growth > MOST_GROWTH else ""
    print(
        f"{name:<36}{lengths[-1]:>12,}{last.seconds:>8.2f}{growth:>8.2f}{last.megabytes:>7.0f}"
        f"  {last.outcome}{flag}",
        flush=True,
    )
    return growth


def grown(lengths: list[int], costs: list[Cost]) -> float:
    """Return how the time grows beside the size, from the second file to the third."""
    if costs[-1].seconds < LEAST_TIME:
        return 0.0
    longer = math.log(max(lengths[-1] / lengths[-2], 1.01))
    return math.log(costs[-1].seconds / max(costs[-2].seconds, 0.001)) / longer


def cost(raw: bytes, media_type: str, seconds: int, *, extract: bool) -> Cost:
    """Return what reading `raw` costs in a process of its own."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_read, args=(there, raw, media_type, seconds, extract)
    )
    process.start()
    there.close()
    try:
        found: Cost = here.recv()
    except EOFError:
        found = Cost(seconds, 0, "stopped: more time or memory than allowed")
    process.join()
    return found


def _read(there: Connection, raw: bytes, media_type: str, seconds: int, extract: bool) -> None:  # noqa: FBT001  args of a process
    from extract.errors import ExtractError  # noqa: PLC0415
    from extract.readers import read_text  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    begun = time.process_time()
    try:
        document = read_text("hostile", raw, media_type)
        outcome = f"{len(document.blocks):,} blocks"
        if extract:
            from extract.reading import read_policy  # noqa: PLC0415

            begun = time.process_time()
            reading = read_policy(document)
            outcome += f", {len(reading.statements):,} statements"
    except ExtractError as error:
        outcome = str(error)[:70]
    except Exception as error:  # noqa: BLE001  what is sought
        outcome = f"FAILED {type(error).__name__}: {error}"[:90]
    there.send(Cost(time.process_time() - begun, peak(), outcome))


def _warm() -> None:
    """Load what every reading needs, so that it is not counted."""
    from extract.readers import read_text  # noqa: PLC0415
    from extract.reading import read_policy  # noqa: PLC0415

    read_policy(
        read_text("warm", b"We collect your name and share it with Google to help you.", "text/plain")
    )


if __name__ == "__main__":
    main()
