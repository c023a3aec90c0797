"""Graphs are pushed to the servers of others, and questions give the same rows there as in the store."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from servers import OXIGRAPH, VIRTUOSO, oxigraph, virtuoso
from serving import sample_folder, serving
from typer.testing import CliRunner

import queries
from graph import Store
from policygraph import asking, endpoint
from policygraph.cli import app
from policygraph.pushing import push
from queries import Question

COUNT = asking.find("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
QUESTIONS = tuple(queries.questions().values())
BY_NAME = pytest.mark.parametrize("asked", QUESTIONS, ids=[one.name for one in QUESTIONS])
NEEDS_OXIGRAPH = pytest.mark.skipif(OXIGRAPH is None, reason="the server comes with pip install '.[dev]'")
NOT_ON_VIRTUOSO = {
    "retention-by-data": "Virtuoso 7 keeps a duration as its months",
    "evidence": "Virtuoso 7 keeps a duration as its months",
    "pairs-of-companies": "Virtuoso 7 joins no names that carry a language (SR066)",
    "recipients-in-common": "Virtuoso 7 joins no names that carry a language (SR066)",
    "who-shares-with": "Virtuoso 7 takes another way through an optional path",
}
NEEDS_VIRTUOSO = pytest.mark.skipif(
    VIRTUOSO is None, reason="Virtuoso is not installed (Debian: virtuoso-opensource-7)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("pushing") / "store")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with Store(folder, read_only=True) as opened:
        yield opened


def same(url: str, store: Store, asked: Question) -> None:
    here = asking.select(store, asked, {})
    there = endpoint.select(url, asked, {})
    assert there.columns == here.columns
    assert sorted(map(str, there.rows)) == sorted(map(str, here.rows))


# --- Oxigraph ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def oxigraph_url(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as url:
        push(store, f"{url}/query")
        yield url


@NEEDS_OXIGRAPH
@BY_NAME
def test_oxigraph_gives_the_rows_of_the_store(asked: Question, oxigraph_url: str, store: Store) -> None:
    same(f"{oxigraph_url}/query", store, asked)


@NEEDS_OXIGRAPH
def test_pushing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    number = len(list(store.graphs()))
    with oxigraph(tmp_path) as url:
        for update in ("", f"{url}/update"):
            seen: list[str] = []
            first = push(store, f"{url}/query", update=update, done=seen.append)
            assert len(seen) == first.graphs == number
            assert first.triples == len(store)
            assert endpoint.select(f"{url}/query", COUNT, {}).rows == ((len(store),),)
        again = push(store, f"{url}/query")
        assert (again.way, again.new) == ("graph store", 0)
        assert endpoint.select(f"{url}/query", COUNT, {}).rows == ((len(store),),)


@NEEDS_OXIGRAPH
def test_what_is_pushed_takes_the_place_of_what_was(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    node = ox.NamedNode("urn:graph")
    ask = asking.find("SELECT ?o { GRAPH <urn:graph> { ?s ?p ?o } }")
    with oxigraph(tmp_path_factory.mktemp("server")) as url, Store(tmp_path / "store") as store:
        for way in ("", f"{url}/update"):
            for value in ('first "one"\n', "second {}"):
                store.replace(node, [(node, node, ox.Literal(value))])
                push(store, f"{url}/query", update=way)
                assert endpoint.select(f"{url}/query", ask, {}).rows == ((value,),)


@NEEDS_OXIGRAPH
def test_the_command_says_what_it_did(folder: Path, tmp_path: Path) -> None:
    with oxigraph(tmp_path) as url:
        arguments = ["push", "--store", str(folder), "--endpoint", f"{url}/query"]
        first = CliRunner().invoke(app, arguments)
        again = CliRunner().invoke(app, arguments)
    assert first.exit_code == again.exit_code == 0
    assert f"{url}/store: " in first.stderr
    assert "by graph store" in first.stderr
    assert ", 0 of them new there" in again.stderr
    assert ", 0 of them new there" not in first.stderr


@NEEDS_OXIGRAPH
@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "Alder Books Ltd"),
        ("check", "--format", "csv"),
        ("network", "--quiet", "--output", "{folder}/network.json"),
    ],
    ids=["show", "check", "network"],
)
def test_commands_read_a_server_as_they_read_a_store(
    arguments: tuple[str, ...], folder: Path, oxigraph_url: str, tmp_path: Path
) -> None:
    def run(*options: str) -> tuple[str, str]:
        found = CliRunner().invoke(app, [*(one.format(folder=tmp_path) for one in arguments), *options])
        assert found.exit_code == 0, found.stderr
        return found.stdout, "".join(path.read_text("utf-8") for path in tmp_path.glob("*"))

    there = run("--endpoint", f"{oxigraph_url}/query", "--store", str(tmp_path / "none"))
    assert any(there)
    assert run("--store", str(folder)) == there


@NEEDS_OXIGRAPH
def test_a_server_without_policies_is_said(tmp_path: Path) -> None:
    with oxigraph(tmp_path) as url:
        found = CliRunner().invoke(app, ["show", "Alder Books Ltd", "--endpoint", f"{url}/query"])
    assert found.exit_code == 2
    assert "holds no graph of policies" in found.stderr


def test_files_are_checked_without_a_server(seeds: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYGRAPH_ENDPOINT", "http://127.0.0.1:9/query")
    found = CliRunner().invoke(app, ["check", str(seeds[0]), "--format", "csv"])
    assert found.exit_code == 0, found.stderr


# --- Virtuoso ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def virtuoso_url(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLICYGRAPH_USER", "dba")
        patch.setenv("POLICYGRAPH_PASSWORD", "dba")
        pushed = push(store, f"{url}/sparql")
        assert pushed.way == "graph store"
        patch.undo()
        yield url


@NEEDS_VIRTUOSO
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            one,
            id=one.name,
            marks=[pytest.mark.xfail(reason=NOT_ON_VIRTUOSO[one.name])]
            if one.name in NOT_ON_VIRTUOSO
            else [],
        )
        for one in QUESTIONS
    ],
)
def test_virtuoso_gives_the_rows_of_the_store(asked: Question, virtuoso_url: str, store: Store) -> None:
    same(f"{virtuoso_url}/sparql", store, asked)


# --- what cannot be done -----------------------------------------------------------------------------------


def test_a_server_that_takes_nothing_is_said(store: Store, folder: Path) -> None:
    with (
        serving(folder) as url,
        pytest.raises(endpoint.EndpointError, match=r"neither graphs nor updates|refuses"),
    ):
        push(store, f"{url}sparql")


def test_an_absent_server_is_said(store: Store) -> None:
    with pytest.raises(endpoint.EndpointError, match="is the server running"):
        push(store, "http://127.0.0.1:9/query", seconds=5)


@pytest.mark.parametrize("user", ["", "ann"])
def test_credentials_come_from_the_environment(
    user: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            known = self.headers.get("Authorization") == "Basic YW5uOnNlY3JldA=="
            self.send_response(204 if known else 401)
            if not known:
                self.send_header("WWW-Authenticate", 'Basic realm="here"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            """Say nothing."""

    monkeypatch.setenv("POLICYGRAPH_USER", user)
    monkeypatch.setenv("POLICYGRAPH_PASSWORD", "secret")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/query"
        if user:
            assert push(store, url).new == 0
        else:
            with pytest.raises(endpoint.EndpointError, match=r"401.*POLICYGRAPH_USER"):
                push(store, url)
        server.shutdown()
