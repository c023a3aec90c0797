"""Policies are found and read behind URLs, as they are on disk."""

import re
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

pytest.importorskip("fsspec", reason="fsspec is not installed: pip install policygraph[urls]")

import fsspec

from extract.errors import UnreadablePolicy
from graph import Store, integrity
from policygraph.building import Job, build, processes, read_job, urls
from policygraph.building.urls import SourceError, fetched, listed

POLICY = b"# Privacy Policy of Acme Ltd\n\nAcme Ltd collects your email address to send you our newsletter.\n"


class _Pages(SimpleHTTPRequestHandler):
    """Serves a folder without saying so."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Odd(BaseHTTPRequestHandler):
    """Does what servers should not: refuses, says nothing, or sends too much without saying how much."""

    def do_GET(self) -> None:
        """Answer by the path."""
        if self.path == "/slow":
            time.sleep(1)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"privacy " * 1000)
        else:
            self.send_error(int(self.path.strip("/")))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Yield the URL of a web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two policies and something else."""
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "acme.md").write_bytes(POLICY)
    (tmp_path / "b" / "c" / "acme.html").write_bytes(b"<p>" + POLICY.splitlines()[2])
    (tmp_path / "b" / "logo.svg").write_bytes(b"<svg/>")
    return tmp_path / "b"


@pytest.fixture
def memory(folder: Path) -> Iterator[str]:
    """Yield the URL of the same in memory."""
    system = fsspec.filesystem("memory")
    system.put(str(folder), "/policies", recursive=True)
    yield "memory://policies"
    system.rm("/policies", recursive=True)


def test_folders_are_searched_by_file_ending_in_a_fixed_order(folder: Path, memory: str) -> None:
    assert list(listed(memory).sources) == ["memory:///policies/acme.md", "memory:///policies/c/acme.html"]
    assert list(listed(f"file://{folder}/").sources) == [
        f"file://{folder}/acme.md",
        f"file://{folder}/c/acme.html",
    ]
    assert list(listed(f"{memory}/*.svg").sources) == ["memory:///policies/logo.svg"]
    assert list(listed(f"{memory}/acme.md").sources) == ["memory:///policies/acme.md"]


def test_archives_are_folders(folder: Path) -> None:
    archive = folder / "all.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name in ("z.md", "en/a.txt", "en/a.svg"):
            made.writestr(name, POLICY)
    assert list(listed(f"zip://::{archive}").sources) == [
        f"zip://en/a.txt::{archive}",
        f"zip://z.md::{archive}",
    ]
    assert list(listed(f"zip://en/*::{archive}").sources) == [
        f"zip://en/a.svg::{archive}",
        f"zip://en/a.txt::{archive}",
    ]
    assert fetched(f"zip://z.md::file://{archive}") == POLICY


def test_a_policy_behind_a_url_is_read_as_its_file_is_and_says_where_it_is(memory: str, folder: Path) -> None:
    url = f"{memory}/acme.md"
    there, here = read_job(Job(url)), read_job(Job(str(folder / "acme.md")))
    assert (there.sha256, there.said.version, there.count) == (here.sha256, here.said.version, here.count)
    version = there.said.version
    line = f"<{version}> <http://purl.org/dc/terms/source> <{url}> <{version}graph> ."
    assert {line} == set(there.said.unpacked.stated.decode().splitlines()) - set(
        here.said.unpacked.stated.decode().splitlines()
    )
    assert there.said.evidence == here.said.evidence


def test_a_build_from_urls_reads_what_has_changed_and_lets_go_of_what_has_gone(memory: str) -> None:
    system = fsspec.filesystem("memory")
    with Store() as store:
        first = build([memory], store)
        assert (first.read, first.failures) == (2, [])
        assert not list(integrity(store))
        again = build([memory], store)
        assert (again.read, again.unchanged, again.gone) == (0, 2, 0)
        system.pipe("/policies/acme.md", POLICY.replace(b"Acme", b"Emca"))
        system.rm("/policies/c/acme.html")
        later = build([memory], store, engine=processes(1))
        assert (later.read, later.unchanged, later.gone) == (1, 0, 1)
        assert [version.files for version in store.versions()] == [("acme.md",)]
        assert later.policies[0].company == "Emca Ltd"


def test_one_that_is_too_large_or_empty_stops_no_other(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.filesystem("memory").pipe("/policies/none.txt", b"")
    monkeypatch.setattr("extract.readers.LARGEST", len(POLICY) - 1)
    with Store() as store:
        summary = build([memory], store)
        again = build([memory], store)
    assert [one.name for one in summary.policies] == ["acme.html"]
    assert [one.reason.partition(":")[0] for one in summary.failures] == ["acme.md", "none.txt"]
    assert (again.unchanged, again.repeated, len(again.failures)) == (1, 1, 2)


def test_pages_of_the_web_are_read_one_by_one(folder: Path) -> None:
    with serving(partial(_Pages, directory=folder)) as server:
        url = f"{server}/acme.md?lang=en"
        assert list(listed(url).sources) == [url]
        assert fetched(url) == POLICY
        assert read_job(Job(url)).count == read_job(Job(str(folder / "acme.md"))).count


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "there is no such file"), (403, "you may not read it"), (500, "it cannot be had .*500")],
)
def test_a_server_that_refuses_is_a_failure_that_says_why(status: int, said: str) -> None:
    with serving(_Odd) as server:
        outcome = read_job(Job(f"{server}/{status}"))
    assert outcome.failure is not None
    assert outcome.failure.kind == "missing"
    assert re.search(said, outcome.failure.reason)


def test_no_more_is_fetched_than_readers_take(monkeypatch: pytest.MonkeyPatch, memory: str) -> None:
    monkeypatch.setattr("extract.readers.LARGEST", 50)
    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem._open", None)
    with pytest.raises(UnreadablePolicy, match=r"acme\.md: has 95 bytes; files up to 50 bytes are read"):
        fetched(f"{memory}/acme.md")
    with serving(_Odd) as server, pytest.raises(UnreadablePolicy, match="endless: has 51 bytes"):
        fetched(f"{server}/endless")


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "_SECONDS", 0.3)
    urls._web.cache_clear()
    with serving(_Odd) as server, pytest.raises(SourceError, match=r"does not come within 0\.3 seconds"):
        fetched(f"{server}/slow")
    urls._web.cache_clear()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://nothing/here", "there is no such file or folder"),
        ("nosuch://a/b", "nosuch"),
        ("https://me:secret@example.org/a.txt", r"^example.org/a.txt: a password in a URL would be kept"),
        ("zip://a.txt::nowhere.zip", "there is no such file or folder"),
    ],
)
def test_what_cannot_be_reached_is_said_with_its_url(url: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        listed(url)


def test_a_file_system_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(SourceError, match=r"install policygraph\[urls\]"):
        listed("s3://bucket/policies")
