"""A SPARQL server made of the sample graph: the questions give the same rows through SPARQLWrapper."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

import queries
from graph import Store
from policygraph import asking, endpoint, virtuoso

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


@pytest.mark.parametrize("name", ["who-shares-with", "who-processes", "top-recipients"])
def test_rows_come_a_page_at_a_time(
    name: str, url: str, sample: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = queries.question(name)
    here = asking.select(sample, asked, {})
    sent: list[str] = []
    ask = endpoint._ask
    monkeypatch.setattr(endpoint, "_ask", lambda *given: sent.append(given[1]) or ask(*given))  # type: ignore[func-returns-value]
    monkeypatch.setattr(endpoint, "_PAGE", 3)
    there = endpoint.select(url, asked, {})
    assert there.rows == here.rows
    asks = endpoint.with_values(asked.sparql, {}).partition("SELECT")[2][:20]
    assert len([query for query in sent if asks in query]) >= len(here.rows) // 3


@pytest.mark.parametrize(
    ("sparql", "can"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("# ASK\nPREFIX ask: <urn:ask#> SELECT * { ?s ?p 'LIMIT }' } ORDER BY ?s # LIMIT 1", True),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 3 } }", True),
        ("SELECT * { VALUES ?s { 1 } }", True),
        ("SELECT * { ?s ?p ?o } limit 3", False),
        ("SELECT * { ?s ?p ?o } OFFSET 3", False),
        ("SELECT * { ?s ?p ?o } VALUES ?s { 1 }", False),
        ("SELECT * { ?s ?p ?o } VALUES (?s ?p) { (1 2) }", False),
        ("ASK { { SELECT * { ?s ?p ?o } } }", False),
    ],
)
def test_which_queries_can_come_in_pages(sparql: str, can: bool) -> None:  # noqa: FBT001  a table
    assert endpoint._can_page(sparql) is can
    ox.Store().query(sparql + " LIMIT 1" if can else sparql)


def test_a_page_can_be_asked_for(url: str, sample: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = queries.question("data-by-company")
    whole = asking.select(sample, asked, {})
    monkeypatch.setattr(endpoint, "_PAGE", 4)
    for limit, offset in ((1, 0), (4, 2), (9, 3), (len(whole.rows), 0), (5, len(whole.rows) - 2)):
        here = asking.select(sample, asked, {}, limit=limit, offset=offset)
        there = endpoint.select(url, asked, {}, limit=limit, offset=offset)
        assert (there.rows, there.more) == (here.rows, here.more)


@pytest.mark.parametrize(
    ("sparql", "asked"),
    [
        (
            "SELECT (MIN(?n) AS ?m) { ?c dpv:hasName|skos:prefLabel ?n } GROUP BY ?c ORDER BY DESC(?m)",
            "SELECT (MIN(STR(?n)) AS ?m) { ?c dpv:hasName|skos:prefLabel ?n } GROUP BY ?c ORDER BY DESC(?m)",
        ),
        (
            "SELECT ?n (MAX(?at) AS ?m) { ?w oa:exact ?n ; oa:start ?at } GROUP BY ?n ORDER BY ?m DESC(?n)",
            "SELECT ?n (MAX(?at) AS ?m) { ?w oa:exact ?n ; oa:start ?at } GROUP BY ?n ORDER BY ?m DESC(STR(?n))",
        ),
        (
            "SELECT ?n { ?c (pg:activity/skos:prefLabel) ?n } order by ?n STR(?n) LIMIT 3",
            "SELECT ?n { ?c (pg:activity/skos:prefLabel) ?n } order by STR(?n) STR(?n) LIMIT 3",
        ),
    ],
)
def test_texts_are_compared_as_strings(sparql: str, asked: str) -> None:
    assert virtuoso.rewritten(sparql, {}) == asked


def test_a_query_within_another_gives_its_rows(sample: Store) -> None:
    asked = endpoint.with_values(queries.question("denials").sparql + "# the end", {})
    plain = asking.select(sample, asking.find(asked), {})
    assert asking.select(sample, asking.find(virtuoso.within(asked)), {}).rows == plain.rows
    assert len(plain.rows) > 2


@contextmanager
def _busy(times: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the URL of a server that is busy so many times, and the list of what it is asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            busy = len(asked) <= times
            body = b"come back later" if busy else b'{"head": {}, "boolean": true}'
            self.send_response(503 if busy else 200)
            self.send_header("Content-Type", "text/plain" if busy else "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql", asked
        server.shutdown()


def test_a_busy_server_is_asked_again_while_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "_PAUSES", (0.0, 0.0))
    question = asking.find("ASK { ?s ?p ?o }")
    with _busy(2) as (url, asked):
        assert endpoint.select(url, question, {}).rows == (("true",),)
        assert len(asked) == 3
    with _busy(3) as (url, asked), pytest.raises(endpoint.EndpointError, match="503 come back later"):
        endpoint.select(url, question, {})
    monkeypatch.setattr(endpoint, "_PAUSES", (1000.0,))
    with _busy(1) as (url, asked), pytest.raises(endpoint.EndpointError, match="503"):
        endpoint.select(url, question, {}, seconds=30)
    assert len(asked) == 1


def test_what_a_server_says_is_passed_on(url: str) -> None:
    with pytest.raises(endpoint.EndpointError) as caught:
        endpoint.select(url, asking.find("SELECT { broken }"), {})
    assert "\n" not in str(caught.value)


def test_rows_of_a_server_are_sparql_results_too(url: str, sample: Store) -> None:
    asked = queries.question("top-recipients")
    here, there = asking.select(sample, asked, {}), endpoint.select(url, asked, {})
    assert there.results()["head"] == here.results()["head"]
    values = [
        [{name: cell["value"] for name, cell in row.items()} for row in rows.results()["results"]["bindings"]]
        for rows in (here, there)
    ]
    assert values[0] == values[1]
    assert len(values[0]) > 2
