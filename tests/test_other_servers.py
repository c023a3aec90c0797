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
from graph import Store, iri
from graph.terms import name_of
from policygraph import asking, endpoint
from policygraph.cli import app
from policygraph.pushing import push

COUNT = asking.find("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
QUESTIONS = tuple(queries.questions().values())
BY_NAME = pytest.mark.parametrize("asked", QUESTIONS, ids=[one.name for one in QUESTIONS])
NEEDS_OXIGRAPH = pytest.mark.skipif(OXIGRAPH is None, reason="the server comes with pip install '.[dev]'")
NEEDS_VIRTUOSO = pytest.mark.skipif(
    VIRTUOSO is None, reason="Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("pushing") / "store")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with Store(folder, read_only=True) as opened:
        yield opened


# --- Oxigraph ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def oxigraph_url(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as url:
        push(store, f"{url}/query")
        yield url


@NEEDS_OXIGRAPH
def test_pushing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    records = iri.run_graphs(store.base)
    sent = [graph for graph in store.graphs() if not graph.value.startswith(records)]
    number, total = len(sent), sum(1 for graph in sent for _ in store.triples(graph))
    assert total < len(store)
    with oxigraph(tmp_path) as url:
        for update in ("", f"{url}/update"):
            seen: list[str] = []
            first = push(store, f"{url}/query", update=update, done=seen.append)
            assert len(seen) == first.graphs == number
            assert first.triples == total
            assert endpoint.select(f"{url}/query", COUNT, {}).rows == ((total,),)
        again = push(store, f"{url}/query")
        assert (again.way, again.new) == ("graph store", 0)
        assert endpoint.select(f"{url}/query", COUNT, {}).rows == ((total,),)


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
@pytest.mark.parametrize(
    "options",
    [
        ("who-shares-with", "--evidence", "--format", "csv"),
        ("who-sells", "--evidence", "--format", "csv"),
        ("denials", "--evidence", "--format", "jsonl"),
        ("top-data", "--limit", "2", "--offset", "3", "--format", "jsonl"),
        ("words", "--limit", "1", "--format", "csv"),
        ("SELECT ?o { ?s pg:sharesWith ?o } ORDER BY ?o LIMIT 5", "--limit", "2", "--offset", "1"),
        ("CONSTRUCT { ?s pg:sharesWith ?o } WHERE { ?s pg:sharesWith ?o }", "--format", "ttl"),
        (
            "CONSTRUCT { ?s pg:sharesWith ?o } WHERE { ?s pg:sharesWith ?o }",
            "--limit",
            "3",
            "--format",
            "csv",
        ),
    ],
    ids=" ".join,
)
def test_a_server_is_queried_as_a_store_is(options: tuple[str, ...], folder: Path, oxigraph_url: str) -> None:
    here = CliRunner().invoke(app, ["query", *options, "--store", str(folder)])
    there = CliRunner().invoke(app, ["query", *options, "--endpoint", f"{oxigraph_url}/query"])
    assert (there.exit_code, there.stdout, there.stderr) == (here.exit_code, here.stdout, here.stderr)
    assert there.exit_code == 0
    assert len(there.stdout.splitlines()) > 1


@NEEDS_OXIGRAPH
def test_only_triples_are_turtle(oxigraph_url: str) -> None:
    arguments = ["query", "overview", "--format", "ttl", "--endpoint", f"{oxigraph_url}/query"]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 2
    assert "only a CONSTRUCT" in found.stderr


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
        assert push(store, f"{url}/sparql").way == "graph store"
        assert push(store, f"{url}/sparql").new == 0
        patch.undo()
        yield url


def quads(store: Store) -> set[ox.Quad]:
    """Return what a server can give back: all but the ontology, which every store has, and records of builds."""
    stay = (iri.shared_graph("ontology"), iri.run_graphs(store.base))
    return {quad for quad in store._store if not name_of(quad.graph_name).startswith(stay)}


@NEEDS_VIRTUOSO
def test_what_comes_back_from_virtuoso_is_what_was_pushed(virtuoso_url: str, store: Store) -> None:
    with Store() as back:
        assert endpoint.copy(f"{virtuoso_url}/sparql", back) == len(quads(store))
        assert quads(back) == quads(store)
    assert any("Duration" in str(quad.predicate) for quad in quads(store))


DURATIONS = ("P6Y", "P1Y2M3DT4H5M6.5S", "P90D", "PT30M", "-P1M", "PT0S")


@NEEDS_VIRTUOSO
@pytest.mark.parametrize("update", [False, True], ids=["graph store", "update"])
def test_virtuoso_keeps_durations(
    update: bool,  # noqa: FBT001  a table
    virtuoso_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICYGRAPH_USER", "dba")
    monkeypatch.setenv("POLICYGRAPH_PASSWORD", "dba")
    node, kind = ox.NamedNode("urn:durations"), ox.NamedNode("http://www.w3.org/2001/XMLSchema#duration")
    with Store(tmp_path / "store") as store:
        store._store.remove_graph(ox.NamedNode(iri.shared_graph("ontology")))
        store.replace(node, [(node, node, ox.Literal(text, datatype=kind)) for text in DURATIONS])
        push(store, f"{virtuoso_url}/sparql", update=f"{virtuoso_url}/sparql-auth" if update else "")
    asked = asking.find("SELECT ?o (STR(?o) AS ?text) { GRAPH <urn:durations> { ?s ?p ?o } } ORDER BY ?text")
    found = endpoint.select(f"{virtuoso_url}/sparql", asked, {})
    assert found.rows == tuple((text, text) for text in sorted(DURATIONS))
    made = asking.find("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <urn:durations> { ?s ?p ?o } }")
    triples = endpoint.triples(f"{virtuoso_url}/sparql", made, {})
    assert {str(triple.object) for triple in triples} == {f'"{text}"^^{kind}' for text in DURATIONS}


@NEEDS_VIRTUOSO
def test_all_sorted_rows_of_virtuoso_come_in_pages(virtuoso_url: str, store: Store) -> None:
    asked = asking.find(
        f"SELECT ?s ?p ?o {{ GRAPH <{iri.shared_graph('ontology')}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
    )
    here, there = asking.select(store, asked, {}), endpoint.select(f"{virtuoso_url}/sparql", asked, {})
    assert len(there.rows) > 10_000
    assert set(there.rows) == set(here.rows)
    far = endpoint.select(f"{virtuoso_url}/sparql", asked, {}, limit=3, offset=12_000)
    assert far.rows == there.rows[12_000:12_003]
    assert far.more


@NEEDS_VIRTUOSO
def test_a_server_that_asks_who_we_are_is_told(virtuoso_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = f"{virtuoso_url}/sparql-auth"
    with pytest.raises(endpoint.EndpointError, match=r"401.*set POLICYGRAPH_USER"):
        endpoint.select(locked, COUNT, {})
    monkeypatch.setenv("POLICYGRAPH_USER", "dba")
    monkeypatch.setenv("POLICYGRAPH_PASSWORD", "dba")
    asked = queries.question("top-recipients")
    assert endpoint.select(locked, asked, {}) == endpoint.select(f"{virtuoso_url}/sparql", asked, {})


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
    asked: list[bool] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            known = self.headers.get("Authorization") == "Basic YW5uOnNlY3JldA=="
            asked.append(known)
            body = b'{"head": {}, "boolean": true}' if known else b""
            self.send_response(200 if known else 401)
            if not known:
                self.send_header("WWW-Authenticate", 'Basic realm="here"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_PUT()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            """Say nothing."""

    monkeypatch.setenv("POLICYGRAPH_USER", user)
    monkeypatch.setenv("POLICYGRAPH_PASSWORD", "secret")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/query"
        question = asking.find("ASK { ?s ?p ?o }")
        if user:
            assert push(store, url).new == 0
            assert asked.count(False) == 1  # it need not ask again
            assert endpoint.select(url, question, {}).rows == (("true",),)
        else:
            with pytest.raises(endpoint.EndpointError, match=r"401.*POLICYGRAPH_USER"):
                push(store, url)
            with pytest.raises(endpoint.EndpointError, match=r"401.*POLICYGRAPH_USER"):
                endpoint.select(url, question, {})
        server.shutdown()
