"""Prints how long many policies take to be built into a store, to be built again unchanged, and with one changed.

    python bench/built.py FOLDER [--number N] [--words N] [--corpora FOLDER] [--workers N]

The policies are synthetic ones of `--words` words; with `--corpora` copies of the real ones in that folder, each
with a made-up company in its first line. They are written to FOLDER/policies, the store to FOLDER/store. A build
is a process of its own, timed by the clock and by the CPU time of it and its workers; memory is the most that one
process of it has held (both are looked up in /proc, so on Linux only). A store that is there is built on.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from corpora import policies
from synthetic import company, policy

_COMMAND = Path(sys.executable).with_name("policygraph")
_OFTEN = 0.25  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")  # of a second, in which /proc counts


def write(folder: Path, number: int, words: int, corpora: Path | None) -> tuple[int, int]:
    """Write so many policies to `folder`, in folders of a thousand; return their number and that of their words."""
    held = 0
    for index, (name, text) in zip(range(number), _texts(number, words, corpora), strict=False):
        path = folder / f"{index // 1000:04d}" / f"{index:07d}-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        held += len(text.split())
    return number, held


def _texts(number: int, words: int, corpora: Path | None) -> Iterator[tuple[str, str]]:
    """Yield names and texts of so many policies, or more."""
    if corpora is None:
        made = (policy(index, number, words=words) for index in range(number))
        yield from ((one.name, one.text) for one in made)
        return
    found = [path for folder in sorted(corpora.iterdir()) if folder.is_dir() for path in policies(folder)]
    if not found:
        sys.exit(f"{corpora}: no policies in the folders of this one")
    for index, path in enumerate(cycle(found)):
        text = path.read_text(encoding="utf-8", errors="replace")
        yield path.name, f"{company(index)} Privacy Policy\n\n{text}"


def build(what: str, folder: Path, workers: int, words: int) -> None:
    """Build the store, and print what that took."""
    begun = time.monotonic()
    command = [str(_COMMAND), "build", str(folder / "policies"), "--store", str(folder / "store")]
    seen: dict[int, tuple[float, float]] = {}
    with subprocess.Popen(  # noqa: S603  ourselves
        [*command, "--workers", str(workers), "--quiet"], start_new_session=True
    ) as process:
        while process.poll() is None:
            seen.update(of_session(process.pid))
            time.sleep(_OFTEN)
    took = time.monotonic() - begun
    cpu, memory = sum(one[0] for one in seen.values()), max((one[1] for one in seen.values()), default=0)
    line = f"{what:<16}{took:>9,.0f} s{cpu:>9,.0f} s CPU{memory:>8,.0f} MB {words / took:>10,.0f} words/s"
    print(f"{line}  exit {process.returncode}", flush=True)


def of_session(leader: int) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield the processes of a session with the CPU seconds that they have used and the MB that they have held."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            status = (folder / "status").read_text()
        except OSError:
            continue  # it has ended in the meantime
        held = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        if int(fields[3]) == leader and held:
            yield int(folder.name), ((int(fields[11]) + int(fields[12])) / _TICKS, int(held[0]) / 1024)


def main() -> None:
    """Write the policies and build them three times."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="folder for the policies and the store")
    parser.add_argument("--number", type=int, default=1000, help="policies")
    parser.add_argument("--words", type=int, default=1000, help="words of a synthetic policy")
    parser.add_argument("--corpora", type=Path, help="folder of folders of real policies to copy instead")
    parser.add_argument("--workers", type=int, default=2, help="processes that read")
    options = parser.parse_args()
    texts = options.folder / "policies"
    number, words = write(texts, options.number, options.words, options.corpora)
    print(f"{number:,} policies, {words:,} words, {options.workers} workers", flush=True)
    build("from nothing", options.folder, options.workers, words)
    build("unchanged", options.folder, options.workers, words)
    first = min(texts.rglob("*-*"))
    first.write_text(
        first.read_text(encoding="utf-8") + "\n\nWe also use Stripe for card payments.\n", encoding="utf-8"
    )
    build("one changed", options.folder, options.workers, words)
    size = sum(path.stat().st_size for path in (options.folder / "store").rglob("*") if path.is_file())
    print(f"{size / 1024**2:,.0f} MB on disk, {size / number / 1024:,.0f} KB a policy")


if __name__ == "__main__":
    main()
