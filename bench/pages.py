"""Prints how long each page of the explorer takes, and each question, on a store of many policies.

    python bench/pages.py [STORE | --store STORE] [--check] [--runs N] [--only TEXT]

STORE is any store that is there, such as one that many.py or built.py has made; `--check` first checks its policies
and keeps the reports in it, which the pages show. A server answers, as `policygraph serve` starts it. Times are
those of the first request and medians of `--runs` more: by the clock, from the request to the last byte, and of
the CPU of the server and its workers (looked up in /proc, so on Linux only). What takes more than half a second the
first time is marked. How long the first page takes, which waits until the companies are read, is printed too, and
how long the server goes on to read what questions answer.
"""

import argparse
import html
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlsplit

from built import of_session

_MOST = 500  # milliseconds that a page may take
_QUIET = 3  # such seconds, one after the other, until it is taken to be at rest
_TAKEN: dict[int, dict[int, float]] = {}  # CPU seconds of processes, by the server that started them
_REST = 0.05  # seconds of CPU at most in a second in which a server does nothing
_LINK = re.compile(r'<a class="name" href="(/company/[^"]+)"[^>]*>([^<]+)</a>')


def show(folder: Path, *, runs: int, check: bool = False, only: str = "") -> None:
    """Print a table of the pages with `only` in their names; raise SystemExit if there is no such store."""
    from graph import StoreError  # noqa: PLC0415
    from policygraph.checking import complete  # noqa: PLC0415

    try:
        number = complete(folder) if check else 0
    except StoreError as error:
        raise SystemExit(str(error)) from error
    if number:
        print(f"pages: {number:,} policies checked before")
    with serving(folder) as (url, process):
        begun = time.perf_counter()
        first = get(url, "/")
        print(f"{'first page, with all companies read':<52}{1000 * (time.perf_counter() - begun):>10,.0f} ms")
        settle(process)
        print(f"{'until the server is at rest':<52}{1000 * (time.perf_counter() - begun):>10,.0f} ms")
        print(f"{'':<52}{'first':>10}   {'again':>10}")
        slowest = 0.0
        for name, path in (*paths(url, first), *questions()):
            if only in name:
                once, clock, cpu = measured(url, path, process, runs)
                slowest = max(slowest, once)
                mark = "" if once <= _MOST else "  slow"
                times = f"{once:>10,.0f} ms{clock:>10,.0f} ms{cpu:>8,.0f} ms CPU"
                print(f"page: {name:<46}{times}{mark}", flush=True)
        said = "within" if slowest <= _MOST else "beyond"
        print(f"page: {'the slowest':<46}{slowest:>10,.0f} ms  {said} {_MOST} ms")


def paths(url: str, page: str) -> Iterator[tuple[str, str]]:
    """Yield the pages to ask for, by what they show; `page` lists companies."""
    found = _LINK.findall(page)
    if len(found) < 2:  # noqa: PLR2004  to be compared
        raise SystemExit("there are no two companies in this store: build one with bench/many.py")
    link, (one, other) = found[0][0], (quote(html.unescape(name)) for _, name in found[:2])
    yield "companies", "/"
    yield "companies, searched and sorted", "/?text=ltd&sort=-recipients"
    yield "companies, last page", "/?page=1000000"
    yield "one company, by purpose", link
    yield "one company, by data", f"{link}?by=data"
    yield "two companies side by side", f"/compare?company={one}&company={other}"
    yield "personal data", "/concepts"
    yield "purposes", "/concepts?table=purposes"
    yield "concepts, searched", "/concepts?text=health"
    yield "who processes health data", "/concept/pd:MedicalHealth"
    yield "who uses data for marketing", "/concept/dpv:Marketing"
    yield "questions", "/questions"
    yield "a question about one company", f"/questions/data-by-company?whose={one}"
    yield "checks", "/checks"
    yield "checks, most left open first", "/checks?sort=-open"
    yield "network", "/network"
    yield "a recipient", recipient_of(url)
    yield "the text of a policy", text_of(url, link)
    yield "editor", "/editor"


def questions() -> Iterator[tuple[str, str]]:
    """Yield the first page of each question of the library, without the words of its rows and with them."""
    import queries  # noqa: PLC0415

    for name, asked in queries.questions().items():
        if asked.group != "lookups":
            yield name, f"/questions/{name}"
            if asked.evidence:
                yield f"{name}, with words", f"/questions/{name}?evidence=1"


def recipient_of(url: str) -> str:
    """Return the page of the recipient that most companies name."""
    found = re.search(r'href="(/company/[^"]+)"', get(url, "/network"))
    return found[1] if found else "/network"


def text_of(url: str, link: str) -> str:
    """Return the page of the text of the policy of a company."""
    read = re.search(r'href="(/policy/[^"?#]+)', get(url, link))
    if read is None:
        raise SystemExit("this company has no policy: build the store with bench/many.py")
    return read[1]


def measured(url: str, path: str, process: subprocess.Popen[str], runs: int) -> tuple[float, float, float]:
    """Return how many milliseconds a page takes the first time, then by the clock, and of the CPU."""
    once = timed(url, path)
    before = cpu_of(process)
    clocks = [timed(url, path) for _ in range(runs)]
    return 1000 * once, 1000 * median(clocks), 1000 * (cpu_of(process) - before) / runs


def settle(process: subprocess.Popen[str]) -> None:
    """Wait until a server is at rest."""
    before, quiet = -1.0, 0
    while quiet < _QUIET:
        now = cpu_of(process)
        quiet = quiet + 1 if now - before < _REST else 0
        before = now
        time.sleep(1)


def cpu_of(process: subprocess.Popen[str]) -> float:
    """Return how many CPU seconds a server and its workers have taken, those that have ended since, too."""
    taken = _TAKEN.setdefault(process.pid, {})
    taken.update({pid: cpu for pid, (cpu, _) in of_session(process.pid)})
    return sum(taken.values())


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Yield the URL of a server of `folder`, and the server, which leads a session of its own."""
    command = (sys.executable, "-m", "policygraph.cli", "serve", "--store", str(folder), "--port", "0")
    with subprocess.Popen(  # noqa: S603  ourselves
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.match(r"http://\S+/(?= )", said)
            if found is None:
                raise SystemExit(said + process.stderr.read())
            yield found[0], process
        finally:
            process.terminate()


def get(url: str, path: str) -> str:
    """Return what the server answers; raise SystemExit if it is no page."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:  # noqa: PLR2004  what HTTP calls well
        raise SystemExit(f"{path}: {answer.status} {body[:300]}")
    return body


def timed(url: str, path: str) -> float:
    """Return how many seconds a page takes."""
    begun = time.perf_counter()
    get(url, path)
    return time.perf_counter() - begun


def main() -> None:
    """Measure the pages of the store that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, nargs="?", metavar="STORE")
    parser.add_argument("--store", type=Path, help="the same")
    parser.add_argument(
        "--check", action="store_true", help="check its policies first, and keep the reports in it"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="only pages and questions with this in their names")
    options = parser.parse_args()
    folder = options.store or options.folder
    if folder is None:
        parser.error("name a store, such as one that bench/many.py has built")
    show(folder, runs=options.runs, check=options.check, only=options.only)


if __name__ == "__main__":
    main()
