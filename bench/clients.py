"""Many clients ask a server at once, some of them with bad and some with endless queries: who is answered how?

    python bench/clients.py --seconds 60

builds a store of the policies in seeds/ in a temporary folder, or serves the one of --store.
"""

import argparse
import itertools
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = (
    "SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p a dpv:Process }",
    "SELECT ?label WHERE { pd:EmailAddress skos:prefLabel ?label }",
    "SELECT DISTINCT ?name WHERE { ?v dpv:hasDataController/dpv:hasName ?name } ORDER BY ?name",
    "ASK { ?p dpv:hasRecipient ?r }",
)
BAD = ("SELECT {", "ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "DROP ALL")
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c",
    "SELECT (COUNT(*) AS ?n) WHERE { ?a (!<urn:a>|!<urn:b>)+ ?b . ?b (!<urn:c>|^!<urn:d>)* ?c }",
)


@dataclass
class Tally:
    """What came of one kind of query: how often which status, which answers, and after how long."""

    statuses: Counter[int] = field(default_factory=Counter)
    answers: set[tuple[str, bytes]] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)


def post(url: str, query: str, seconds: float) -> tuple[int, bytes]:
    """Return status and body of the answer to a query, 0 if the connection broke."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=seconds)
    try:
        connection.request("POST", "/sparql", urlencode({"query": query}), FORM)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


def load(url: str, *, seconds: float, clients: Sequence[Sequence[str]]) -> list[Tally]:
    """Let every client ask its queries in turn for `seconds`; return a tally for each client."""
    until = time.monotonic() + seconds
    tallies = [Tally() for _ in clients]

    def ask(queries: Sequence[str], tally: Tally) -> None:
        for query in itertools.cycle(queries):
            begun = time.monotonic()
            if begun > until:
                return
            status, body = post(url, query, 300)
            tally.statuses[status] += 1
            tally.seconds.append(time.monotonic() - begun)
            tally.answers.add((query, body if status == 200 else b""))  # noqa: PLR2004  OK

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(clients, tallies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies


def crowd(number: int) -> list[tuple[str, ...]]:
    """Return the queries of so many clients: one in ten asks endless ones, one in ten bad ones."""
    kinds = (ENDLESS, BAD, *(GOOD,) * 8)
    return [kinds[index % len(kinds)] for index in range(number)]


def memory(process: int) -> int:
    """Return how many MB a process and those that it started hold (Linux)."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    held = 0
    for one in (str(process), *children):
        try:
            found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())
        except FileNotFoundError:  # it has ended since
            continue
        held += int(found[1]) // 1024 if found else 0
    return held


def watch(process: int, most: list[int], stop: threading.Event) -> None:
    """Add how much memory is held, four times a second, until told to stop."""
    while not stop.wait(0.25):
        most.append(memory(process))


def _report(tallies: Sequence[Tally], clients: Sequence[Sequence[str]]) -> None:
    for name, kind in (("good", GOOD), ("bad", BAD), ("endless", ENDLESS)):
        mine = [tally for tally, queries in zip(tallies, clients, strict=True) if tuple(queries) == kind]
        statuses = sum((tally.statuses for tally in mine), Counter[int]())
        times = sorted(second for tally in mine for second in tally.seconds)
        print(
            f"{name:8} {len(mine):3} clients {len(times):6} answers {dict(statuses)} "
            f"median {median(times):.3f} s, 99 % {times[int(len(times) * 0.99)]:.3f} s, longest {times[-1]:.3f} s"
        )
        print(
            f"         different answers to {len(kind)} queries: {len(set().union(*(t.answers for t in mine)))}"
        )


def main() -> None:
    """Serve a store, let the clients ask, print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--limit", type=float, default=10, help="seconds for a query")
    parser.add_argument("--clients", type=int, default=50)
    given = parser.parse_args()
    policygraph = (sys.executable, "-m", "policygraph.cli")
    with tempfile.TemporaryDirectory() as folder:
        store = given.store or Path(folder) / "store"
        if not given.store:
            subprocess.run([*policygraph, "build", "seeds", "-q", "--store", str(store)], check=True)  # noqa: S603  ours
        command = [*policygraph, "serve", "--store", str(store), "--port", "0", "--seconds", str(given.limit)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  ours
            assert server.stderr is not None
            url = server.stderr.readline().split()[0]
            threading.Thread(target=server.stderr.read, daemon=True).start()
            held: list[int] = []
            stop = threading.Event()
            watching = threading.Thread(target=watch, args=(server.pid, held, stop))
            watching.start()
            clients = crowd(given.clients)
            _report(load(url, seconds=given.seconds, clients=clients), clients)
            stop.set()
            watching.join()
            print(f"memory of all processes: {max(held)} MB at the most")
            server.terminate()


if __name__ == "__main__":
    main()
