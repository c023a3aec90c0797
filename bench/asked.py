"""Prints how long each question takes on a store of synthetic policies, and on plain rdflib.

    python bench/asked.py FOLDER [--beside FOLDER] [--runs N] [--seconds N]

FOLDER is a store that many.py has built; `--beside` a smaller one, which rdflib loads into memory. Each question
is asked of all companies and, where it can be, of the one that the most others name, in a process of its
own, which ends after `--seconds` of CPU time. Times are CPU times, medians of `--runs` runs. Of a long answer
one page is asked, as the command line does; `--whole` asks for all rows.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from memory import peak

_PAGE = 100  # rows, as the command line gives them
_FAST, _SLOW = 100.0, 2000.0  # milliseconds
_OF_ONE = frozenset(("whose", "like"))


def show(folder: Path, *, beside: Path | None, runs: int, seconds: int, whole: bool = False) -> None:
    """Print a table of all questions: all companies, one company, and rdflib.

    End with what is wrong if `folder` holds no store of synthetic policies.
    """
    import queries  # noqa: PLC0415  a process of its own asks each

    _look_at(folder)
    plain = rdflib_times(beside, seconds) if beside else {}
    print(
        f"{'question':<29}{'all companies':>15}{'rows':>9}{'one company':>14}{'rdflib':>12}  all times in ms"
    )
    times: list[float] = []
    for question in queries.questions().values():
        if question.group == "lookups":
            continue  # they are asked of one node at a time
        what = "--whole-of" if whole else "--asking"
        took = {one["of"]: one for one in _in_process(what, question.name, folder, runs, seconds)}
        every, single = took.get("all"), took.get("one")
        times.append(every["ms"] if every else 1000 * seconds)
        cells = (
            f"{every['ms']:,.1f}" if every else f"> {seconds} s",
            f"{every['rows']:,}{'+' * bool(every['more'])}" if every else "",
            f"{single['ms']:,.1f}" if single else "",
            plain.get(question.name, ""),
        )
        print(f"{question.name:<29}{cells[0]:>15}{cells[1]:>9}{cells[2]:>14}{cells[3]:>12}", end="")
        print("  page" * (question.is_long and not whole), flush=True)
    fast, slow = (sum(map(test, times)) for test in (_FAST.__gt__, _SLOW.__lt__))
    print(
        f"{fast} of {len(times)} questions take less than {_FAST:g} ms, {slow} more than {_SLOW / 1000:g} s"
    )


def _look_at(folder: Path) -> None:
    """End with a message if `folder` holds no store of synthetic policies."""
    from synthetic import company  # noqa: PLC0415

    from graph import Store, iri  # noqa: PLC0415
    from graph.errors import StoreError  # noqa: PLC0415

    advice = f"build one first: python bench/many.py {folder}"
    try:
        with Store(folder, read_only=True) as store:
            if not store.query(f"ASK {{ <{iri.company(company(0))}> pg:nameOrder ?place }}"):
                sys.exit(
                    f"{folder}: this store holds no synthetic policies with their derived edges; {advice}"
                )
    except StoreError as error:
        sys.exit(f"{error}: python bench/many.py {folder}")


def rdflib_times(folder: Path, seconds: int) -> dict[str, str]:
    """Return the time of each question on rdflib; print what it takes to load the store."""
    times: dict[str, str] = {}
    for one in _in_process("--rdflib", "", folder, 1, seconds):
        if "loaded" in one:
            text = f"rdflib: {one['quads']:,} quads loaded in {one['loaded']:.0f} s, {one['mb']:,.0f} MB"
            print(text, flush=True)
        else:
            times[one["name"]] = f"{one['ms']:,.1f}" if one["ms"] is not None else f"> {seconds} s"
    return times


def _in_process(what: str, name: str, folder: Path, runs: int, seconds: int) -> Iterator[dict[str, Any]]:
    """Yield what another process prints before its CPU time is up."""
    command = [
        sys.executable,
        __file__,
        str(folder),
        what,
        name,
        "--runs",
        str(runs),
        "--seconds",
        str(seconds),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  ourselves
        printed, _ = process.communicate()
    yield from map(json.loads, printed.splitlines())


def asking(folder: Path, name: str, runs: int, seconds: int, *, whole: bool = False) -> None:
    """Ask a question of one company and of all, and print the times as JSON; in a fresh process only."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    from synthetic import company  # noqa: PLC0415

    import queries  # noqa: PLC0415
    from graph import Store  # noqa: PLC0415
    from policygraph.asking import Rows, select  # noqa: PLC0415

    question = queries.question(name)
    of_one = {p.name: company(0) for p in question.parameters if p.name in _OF_ONE}
    with Store(folder, read_only=True) as store:
        for of, values in (("one", of_one), ("all", {})):
            if of == "one" and not of_one:
                continue

            def ask(values: dict[str, str] = values) -> Rows:
                limit = _PAGE if question.is_long and not whole else None
                return select(store, question, values, limit=limit)

            rows, ms = ask(), 1000 * timed(ask, runs)
            found = {"of": of, "ms": ms, "rows": len(rows.rows), "more": rows.more, "mb": peak()}
            print(json.dumps(found), flush=True)


def timed(make: Callable[[], object], runs: int) -> float:
    """Return the median CPU time of several calls, in seconds."""
    times = []
    for _ in range(runs):
        begun = time.process_time()
        make()
        times.append(time.process_time() - begun)
    return median(times)


def on_rdflib(folder: Path, seconds: int) -> None:
    """Load a store into the memory of rdflib, ask each question once, and print the times as JSON."""
    import pyoxigraph as ox  # noqa: PLC0415
    from rdflib import Dataset  # noqa: PLC0415

    import queries  # noqa: PLC0415
    from graph import Store  # noqa: PLC0415
    from policygraph.endpoint import with_values  # noqa: PLC0415

    warnings.simplefilter("ignore")  # rdflib warns of itself
    with Store(folder, read_only=True) as store:
        begun = time.process_time()
        dataset = Dataset(default_union=True)
        for name in store.graphs():
            triples = ox.serialize(store.triples(name), format=ox.RdfFormat.N_TRIPLES)
            dataset.graph(name.value).parse(data=triples, format="nt")
        loaded = time.process_time() - begun
        print(json.dumps({"loaded": loaded, "quads": len(store), "mb": peak()}), flush=True)
    resolver = queries.Resolver()
    for question in queries.questions().values():
        if question.group == "lookups":
            continue
        sparql = with_values(question.sparql, queries.bound(question, {}, resolver))
        begun = time.process_time()
        signal.signal(signal.SIGPROF, _stop)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            list(dataset.query(sparql))
            took: float | None = 1000 * (time.process_time() - begun)
        except TimeoutError:
            took = None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps({"name": question.name, "ms": took}), flush=True)


def _stop(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--beside", type=Path, help="a smaller store, which rdflib loads")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="after which a question is given up")
    parser.add_argument("--whole", action="store_true", help="ask for all rows of long answers")
    parser.add_argument("--whole-of", help=argparse.SUPPRESS)
    parser.add_argument("--asking", help=argparse.SUPPRESS)
    parser.add_argument("--rdflib", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if name := options.asking or options.whole_of:
        whole = bool(options.whole_of)
        asking(options.folder, name, options.runs, options.seconds, whole=whole)
    elif options.rdflib is not None:
        on_rdflib(options.folder, options.seconds)
    else:
        show(
            options.folder,
            beside=options.beside,
            runs=options.runs,
            seconds=options.seconds,
            whole=options.whole,
        )


if __name__ == "__main__":
    main()
