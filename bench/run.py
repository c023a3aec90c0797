"""Prints how fast policies are read, stored, checked, asked and drawn, and how much memory that takes.

    python bench/run.py [--corpora FOLDER] [--runs N] [--policies N] [--checked N...]
                        [--synthetic N] [--beside N] [--words N] [--stores FOLDER]

Times are CPU times of this process, medians of several runs; nothing uses the network. What is read is the
seeds, and policies of the corpora if they are there; questions are asked, and checks grow, on synthetic ones.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import asked
import instead
import pages
import wide
from asked import timed
from corpora import CORPORA, SEEDS, policies
from memory import peak

if TYPE_CHECKING:
    from extract.claim import Reading
    from extract.document import Document

_LENGTHS = (3_000, 6_000, 12_000)  # words; twice the words should take twice the time
_CHECKED = (10, 100, 1000)  # policies; a check of one should take as long however many there are
_COPIES = (10, 50)  # of the seeds, which are as long as ten synthetic ones
_BATCH = 50
_STORES = Path(".bench")
_PATIENCE = 20  # seconds of CPU time until a question is given up
_READ = ("gdpr-t200", "gold", "goppc")


def show(what: str, value: float, unit: str, more: str = "") -> None:
    """Print one measure."""
    digits = 0 if value >= 100 else 1  # noqa: PLR2004  three figures are enough
    print(f"{what:<34}{value:>12,.{digits}f} {unit:<12}{more}".rstrip())


def loading() -> dict[str, float]:
    """Return the CPU seconds that each thing takes which is loaded once; in a fresh process only."""
    times: dict[str, float] = {}

    def load(what: str, make: Callable[[], object]) -> None:
        begun = time.process_time()
        make()
        times[what] = time.process_time() - begun

    import ontology  # noqa: PLC0415  what is measured is the first time

    load("ontology", ontology.load)  # before the readers, which load it as they are imported
    from extract.matcher import matcher  # noqa: PLC0415
    from extract.parser import load as parser  # noqa: PLC0415

    load("matcher", matcher)
    load("parser (with spaCy)", parser)
    return times


def show_loading(runs: int) -> None:
    """Print the times of loading, each from processes of their own."""
    command = [sys.executable, __file__, "--loading"]
    seen = [
        json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603  ourselves
        for _ in range(runs)
    ]
    for what in seen[0]:
        show(f"load: {what}", 1000 * median(times[what] for times in seen), "ms")


def show_reading(name: str, paths: Sequence[Path], runs: int) -> "list[Reading]":
    """Print how fast a group of policies is read, from text to claims, and return the readings."""
    from extract.readers import read  # noqa: PLC0415
    from extract.reading import read_policy  # noqa: PLC0415

    begun = time.process_time()
    documents = [read(path) for path in paths]
    laid_out = time.process_time() - begun
    readings: list[Reading] = []

    def read_all() -> None:
        readings[:] = [read_policy(document) for document in documents]

    seconds = timed(read_all, runs)
    words = sum(len(document.text.split()) for document in documents)
    counted = f"{len(paths)} policies, {words:,} words"
    show(f"read: {name}", words / seconds, "words/s", counted)
    show(
        "",
        len(paths) / seconds,
        "policies/s",
        f"and {1000 * laid_out / len(paths):.1f} ms a file for its layout",
    )
    return readings


def show_lengths(paths: Sequence[Path], runs: int) -> None:
    """Print how long policies of growing length take."""
    from extract.readers import read_text  # noqa: PLC0415
    from extract.reading import read_policy  # noqa: PLC0415

    text = "\n\n".join(path.read_text(encoding="utf-8") for path in paths)
    for length in _LENGTHS:
        cut = _beginning(text, length)
        document: Document = read_text("long.txt", cut.encode(), "text/plain")
        seconds = timed(lambda document=document: read_policy(document), runs)  # type: ignore[misc]
        show(f"read: one policy of {length:,} words", 1000 * seconds, "ms")


def _beginning(text: str, words: int) -> str:
    """Return the beginning of a text that holds that many words, the text being repeated if need be."""
    lines: list[str] = []
    held = 0
    while held < words:
        for line in text.split("\n"):
            lines.append(line)
            held += len(line.split())
            if held >= words:
                break
    return "\n".join(lines)


def show_graph(readings: "Sequence[Reading]", runs: int) -> None:
    """Print how long it takes to store and derive."""
    from graph import Store  # noqa: PLC0415

    with TemporaryDirectory() as folder, Store(Path(folder) / "store") as store:
        before = len(store)
        seconds = timed(lambda: store.add(readings), 1)
        show("store: load", (len(store) - before) / seconds, "quads/s", f"{len(store) - before:,} quads")
        edges = store.rebuild_derived()
        show("store: derived edges", 1000 * timed(store.rebuild_derived, runs), "ms", f"{edges:,} edges")


def show_checks(readings: "Sequence[Reading]", sizes: Sequence[int]) -> None:
    """Print how long a check takes on real policies: copies of `readings` under names of their own."""
    from many import batched  # noqa: PLC0415  loads the ontology, whose first loading is measured

    from graph import Store  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        with Store(path) as store:
            for batch in batched(copies(readings, max(sizes)), _BATCH):
                store.add(batch)
        show_growth(path, sizes)


def show_growth(path: Path, sizes: Sequence[int]) -> None:
    """Print how long a check takes with each engine, and how much memory, for ever more policies of a store.

    Each size and engine has a process of its own, whose start and loading are not counted; findings are let
    go policy by policy.
    """
    from graph.engine import fastest  # noqa: PLC0415

    for engine in dict.fromkeys((fastest(), "pyshacl")):
        for size in sizes:
            command = [sys.executable, __file__, "--checking", str(path), engine, str(size)]
            done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  ourselves
            took = json.loads(done.stdout)
            show(
                f"check: {engine}, {took['policies']:,} policies",
                took["ms"],
                "ms/policy",
                f"{took['mb']:,.0f} MB",
            )


def copies(readings: "Sequence[Reading]", number: int) -> "Iterator[Reading]":
    """Yield as many readings as asked for, each of a text and a name of its own."""
    for index, reading in zip(range(number), cycle(readings), strict=False):
        digest = hashlib.sha256(f"{index} {reading.sha256}".encode()).hexdigest()
        yield replace(reading, name=f"{index}-{reading.name}", sha256=digest)


def checking(folder: str, engine: str, size: int) -> dict[str, float]:
    """Return CPU milliseconds a policy and the peak of memory in MB; in a fresh process only."""
    from graph import Store, check  # noqa: PLC0415

    with Store(folder, read_only=True) as store:
        versions = list(islice(store.versions(), size))
        check(store, versions[:1], using=engine)  # type: ignore[arg-type]  the engine is one of ours
        begun = time.process_time()
        for version in versions:
            check(store, [version], using=engine)  # type: ignore[arg-type]
        seconds = time.process_time() - begun
    return {"ms": 1000 * seconds / len(versions), "mb": peak(), "policies": len(versions)}


def show_many(options: argparse.Namespace) -> None:
    """Print how long deriving, questions and checks take with many synthetic policies."""
    many, fewer = (_kept(options, size) for size in (options.synthetic, options.beside))
    for path in (many, fewer):
        _derive_anew(path)
    asked.show(many, beside=fewer, runs=options.runs, seconds=_PATIENCE)
    show_growth(many, options.checked)
    pages.show(many, runs=options.runs, check=False)


def _kept(options: argparse.Namespace, size: int) -> Path:
    """Return the store of so many policies, which is built if it is not there, and kept for the next time."""
    path: Path = options.stores / f"{size}-{options.words}"
    if not path.exists():
        begun = path.with_name(path.name + ".part")
        shutil.rmtree(begun, ignore_errors=True)
        begun.parent.mkdir(parents=True, exist_ok=True)
        print(f"builds {size:,} synthetic policies in {path}", flush=True)
        command = [sys.executable, str(Path(__file__).parent / "many.py"), str(begun)]
        subprocess.run([*command, "--number", str(size), "--words", str(options.words)], check=True)  # noqa: S603
        begun.rename(path)
    return path


def _derive_anew(path: Path) -> None:
    """Make the derived edges of a store as they are made now, and print how long that takes."""
    from graph import Store  # noqa: PLC0415

    with Store(path) as store:
        begun = time.process_time()
        edges = store.rebuild_derived()
        show("store: derived edges", time.process_time() - begun, "s", f"{edges:,} edges of {path.name}")


def main() -> None:
    """Measure everything once and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--corpora", type=Path, default=CORPORA, help="folder of the corpora, if there are any"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--policies", type=int, default=20, help="policies to read of each corpus")
    parser.add_argument(
        "--checked", type=int, nargs="+", default=_CHECKED, help="how many policies to check, several times"
    )
    parser.add_argument("--synthetic", type=int, default=10_000, help="synthetic policies to ask and check")
    parser.add_argument("--words", type=int, default=100, help="words of a synthetic policy")
    parser.add_argument("--beside", type=int, default=100, help="synthetic policies that rdflib is asked of")
    parser.add_argument("--stores", type=Path, default=_STORES, help="folder that keeps the synthetic stores")
    parser.add_argument("--checking", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--loading", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.loading:
        print(json.dumps(loading()))
        return
    if options.checking:
        folder, engine, size = options.checking
        print(json.dumps(checking(folder, engine, int(size))))
        return
    begun = time.process_time()
    show_loading(options.runs)
    seeds = tuple(policies(SEEDS))
    show_reading("warming up", seeds[:1], 1)
    readings = show_reading("seeds", seeds, options.runs)
    for name in _READ:
        paths = tuple(policies(options.corpora / name))[: options.policies]
        if paths:
            show_reading(name, paths, options.runs)
        else:
            print(f"read: {name:<28}{'-':>12} not there")
    show_lengths(seeds, options.runs)
    show_graph(readings, options.runs)
    show("memory at its peak", peak(), "MB", "so far; the checks below have processes of their own")
    show_checks(readings, _COPIES)
    show_many(options)
    wide.show(wide.NODES, wide.EDGES)
    instead.show(instead.texts(options.corpora, options.policies), options.runs)
    show("everything together", time.process_time() - begun, "s")


if __name__ == "__main__":
    main()
