"""A SPARQL server made of the sample graph: the questions give the same rows through SPARQLWrapper."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

import queries
from graph import Store
from policygraph import asking, endpoint

_SAMPLE = Path(__file__).parent / "golden" / "sample.trig"


@pytest.fixture(scope="module")
def sample() -> Store:
    store = Store()
    store._store.bulk_load(path=str(_SAMPLE), format=ox.RdfFormat.TRIG)
    store.rebuild_derived()
    return store


@pytest.fixture(scope="module")
def url(sample: Store) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            try:
                found = sample._store.query(parse_qs(body)["query"][0], use_default_graph_as_union=True)
            except SyntaxError as error:
                self.send_error(400, "Bad query", str(error))
                return
            answer = io.BytesIO()
            assert isinstance(found, ox.QuerySolutions | ox.QueryBoolean)
            found.serialize(answer, format=ox.QueryResultsFormat.JSON)
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            self.wfile.write(answer.getvalue())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/sparql"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "name",
    [
        "who-shares-with",
        "who-processes",
        "top-recipients",
        "denials",
        "no-retention",
        "companies-like",
        "words",
    ],
)
def test_a_server_gives_the_rows_of_the_store(name: str, url: str, sample: Store) -> None:
    asked = queries.question(name)
    here = asking.select(sample, asked, {})
    there = endpoint.select(url, asked, {})
    assert here.rows
    assert sorted(map(str, there.rows)) == sorted(map(str, here.rows))


def test_an_ask_gives_one_row(url: str) -> None:
    asked = asking.find("ASK { ?p a dpv:Process }")
    assert endpoint.select(url, asked, {}).rows == (("true",),)


def test_a_bad_query_and_an_absent_server_are_said(url: str) -> None:
    with pytest.raises(endpoint.EndpointError, match="refuses"):
        endpoint.select(url, asking.find("SELECT { broken }"), {})
    with pytest.raises(endpoint.EndpointError, match="is the server running"):
        endpoint.select("http://127.0.0.1:9/sparql", asking.find("ASK { ?s ?p ?o }"), {}, seconds=2)
