"""Starts servers of policygraph for tests, and asks them without any library."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox

from graph import Store

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "tests" / "golden" / "sample.trig"


@dataclass(frozen=True)
class Reply:
    """What a server answered; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """Return the media type."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()


def sample_folder(folder: Path) -> Path:
    """Return a folder that holds the sample graph."""
    with Store(folder) as store:
        store._store.load(path=str(SAMPLE), format=ox.RdfFormat.TRIG)
        store.rebuild_derived()
    return folder


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Yield the URL of a server of `folder`, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "policygraph.cli",
        "serve",
        "--store",
        str(folder),
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            # It listens before it says so.
            first = process.stderr.readline()
            found = re.match(r"http://\S+/(?= )", first)
            assert found is not None, first + process.stderr.read()
            yield found[0]
        finally:
            process.terminate()
            process.stderr.read()


def send(
    url: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = 120,
) -> Reply:
    """Return what a server answers to exactly this request."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=seconds)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, names, answer.read())
    finally:
        connection.close()
