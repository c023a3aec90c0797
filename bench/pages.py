"""Prints how long each page of the explorer takes on a store of synthetic policies.

    python bench/pages.py FOLDER [--check] [--runs N]

FOLDER is a store that many.py has built; `--check` first checks its policies and keeps the reports in it, which the
pages show. A server answers, as `policygraph serve` starts it; times are medians of `--runs` requests, from
the request to the last byte, after a first one. How long the first page takes, which waits until the companies
are read, is printed too.
"""

import argparse
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

_MOST = 500  # milliseconds that a page may take


def show(folder: Path, *, runs: int, check: bool = False) -> None:
    """Print a table of pages with their times; raise SystemExit if there is no such store."""
    from synthetic import company  # noqa: PLC0415

    from graph import StoreError  # noqa: PLC0415
    from policygraph.checking import complete  # noqa: PLC0415

    try:
        number = complete(folder) if check else 0
    except StoreError as error:
        raise SystemExit(str(error)) from error
    if number:
        print(f"pages: {number:,} policies checked before")
    with serving(folder) as url:
        begun = time.perf_counter()
        first = get(url, "/?text=" + quote(company(0)))
        print(f"{'first page, with all companies read':<36}{1000 * (time.perf_counter() - begun):>10,.0f} ms")
        slowest = 0.0
        for name, path in (*paths(first, company(0), company(1)), text_of(url, first)):
            get(url, path)
            ms = 1000 * median(timed(url, path) for _ in range(runs))
            slowest = max(slowest, ms)
            print(f"page: {name:<30}{ms:>10,.0f} ms", flush=True)
        said = "within" if slowest <= _MOST else "beyond"
        print(f"page: {'the slowest':<30}{slowest:>10,.0f} ms  {said} {_MOST} ms")


def paths(page: str, one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the pages to ask for, by what they show; `page` lists the company called `one`."""
    found = re.search(r'href="(/company/[^"]+)"', page)
    if found is None:
        raise SystemExit(f"no company is called {one}: build the store with bench/many.py")
    link = found[1]
    yield "companies", "/"
    yield "companies, searched and sorted", "/?text=ltd&sort=-recipients"
    yield "companies, last page", "/?page=1000000"
    yield "one company, by purpose", link
    yield "one company, by data", f"{link}?by=data"
    yield "two companies side by side", f"/compare?company={quote(one)}&company={quote(other)}"
    yield "personal data", "/concepts"
    yield "purposes", "/concepts?table=purposes"
    yield "concepts, searched", "/concepts?text=health"
    yield "who processes health data", "/concept/pd:MedicalHealth"
    yield "who uses data for marketing", "/concept/dpv:Marketing"
    yield "questions", "/questions"
    yield "who processes e-mail addresses", "/questions/who-processes"
    yield "the same, with their words", "/questions/who-processes?evidence=1"
    yield "the same, of one company", f"/questions/data-by-company?whose={quote(one)}"
    yield "checks", "/checks"
    yield "checks, most left open first", "/checks?sort=-open"
    yield "network", "/network"
    yield "a recipient", "/company/google"
    yield "editor", "/editor"


def text_of(url: str, page: str) -> tuple[str, str]:
    """Return the page of the text of the policy of the first company that `page` lists."""
    found = re.search(r'href="(/company/[^"]+)"', page)
    read = re.search(r'href="(/policy/[^"?#]+)', get(url, found[1])) if found else None
    if read is None:
        raise SystemExit("this company has no policy: build the store with bench/many.py")
    return "the text of a policy", read[1]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Yield the URL of a server of `folder`."""
    command = (sys.executable, "-m", "policygraph.cli", "serve", "--store", str(folder), "--port", "0")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  ourselves
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.match(r"http://\S+/(?= )", said)
            if found is None:
                raise SystemExit(said + process.stderr.read())
            yield found[0]
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
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="check its policies first, and keep the reports in it"
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    show(options.folder, runs=options.runs, check=options.check)


if __name__ == "__main__":
    main()
