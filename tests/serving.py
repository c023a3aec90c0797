"""Starts servers of policygraph for tests, and asks them without any library."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
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
    """Yield the URL of a server of `folder`, in a process of its own; fail if that ends before it is told to.

    What it says goes to a file, as a pipe that nobody reads would hold it up, and into the output of the tests.
    """
    named = ("--store", str(folder), "--port", "0", *options)
    command = [sys.executable, "-m", "policygraph.cli", "serve", *named]
    with (
        TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=said) as process,
    ):
        try:
            yield _url(process, said)
            assert process.poll() is None, _last_words(process, said)
        except BaseException as error:
            if process.poll() is not None:
                error.add_note(_last_words(process, said))
            raise
        finally:
            process.terminate()
            process.wait()
            said.seek(0)
            sys.stdout.write(said.read())


def _url(process: "subprocess.Popen[bytes]", said: IO[str]) -> str:
    """Return the URL that a server says; it listens before it says so."""
    found = None
    while found is None and process.poll() is None:
        time.sleep(0.02)
        said.seek(0)
        found = re.match(r"http://\S+/(?= .*\n)", said.readline())
    assert found is not None, _last_words(process, said)
    return found[0]


def _last_words(process: "subprocess.Popen[bytes]", said: IO[str]) -> str:
    """Return how a server ended: below 0 by which signal, and what it had said."""
    said.seek(0)
    return f"the server ended by itself, with {process.poll()}, and had said:\n{said.read()}"


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
