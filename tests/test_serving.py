"""`policygraph serve` keeps to the SPARQL 1.1 protocol, whoever asks."""

import csv
import io
import json
import re
import socket
import struct
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit
from xml.dom.minidom import Document

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serving import Reply, sample_folder, send, serving
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

import queries
from graph import Store
from graph.iri import shared_graph
from policygraph import asking, endpoint
from policygraph.serving.negotiation import ROWS, TRIPLES, negotiate
from policygraph.serving.protocol import Refused, asked

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SELECT = "SELECT ?label WHERE { pd:EmailAddress skos:prefLabel ?label }"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
GRAPHS = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
CONSTRUCT = (
    "CONSTRUCT { pd:EmailAddress skos:prefLabel ?label } WHERE { pd:EmailAddress skos:prefLabel ?label }"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("serving") / "store")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder, "--cors", "https://example.org") as found:
        yield found


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with Store(folder, read_only=True) as opened:
        yield opened


@dataclass(frozen=True)
class Case:
    """A request and how it has to be answered; the names are those of the W3C protocol tests if they have one."""

    name: str
    status: int
    media: str = ""
    method: str = "GET"
    path: str = "/sparql"
    query: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    holds: str = ""

    def send(self, url: str) -> Reply:
        """Return what the server at `url` answers."""
        pairs = ([("query", self.query)] if self.query else []) + list(self.parameters)
        path = f"{self.path}?{urlencode(pairs)}" if pairs else self.path
        return send(url, path, method=self.method, body=self.body, headers=self.headers)


def form(*pairs: tuple[str, str]) -> bytes:
    return urlencode(pairs).encode()


def accept(text: str) -> dict[str, str]:
    return {"Accept": text}


ONTOLOGY = shared_graph("ontology")
JSON_ROWS = "application/sparql-results+json"
XML_ROWS = "application/sparql-results+xml"
TEXT = {"Content-Type": "text/plain"}
AS_FORM = {"Content-Type": FORM}
AS_QUERY = {"Content-Type": DIRECT}
ONE = (("graph", ONTOLOGY),)
CASES = (
    Case("query_get", 200, JSON_ROWS, query=SELECT, holds="email address"),
    Case("query_post_form", 200, JSON_ROWS, "POST", body=form(("query", SELECT)), headers=AS_FORM),
    Case(
        "query_post_form_charset", 200, JSON_ROWS, "POST", body=form(("query", SELECT)),
        headers={"Content-Type": FORM + "; charset=UTF-8"},
    ),
    Case("query_post_direct", 200, JSON_ROWS, "POST", body=SELECT.encode(), headers=AS_QUERY),
    Case("query_content_type_ask", 200, JSON_ROWS, query="ASK { ?s ?p ?o }", holds="true"),
    Case("query_content_type_construct", 200, "text/turtle", query=CONSTRUCT, holds="pd:EmailAddress"),
    Case("query_content_type_describe", 200, "text/turtle", query="DESCRIBE pd:EmailAddress", holds="prefLabel"),
    Case("bad_query_method", 405, method="PUT", query=SELECT),
    Case("bad_query_delete", 405, method="DELETE", query=SELECT),
    Case("bad_multiple_queries", 400, query=SELECT, parameters=(("query", COUNT),), holds="2 queries"),
    Case("bad_query_wrong_media_type", 415, method="POST", body=SELECT.encode(), headers=TEXT),
    Case("bad_query_missing_form_type", 415, method="POST", body=form(("query", SELECT))),
    Case("bad_query_missing_direct_type", 415, method="POST", body=SELECT.encode()),
    Case(
        "bad_query_non_utf8", 400, method="POST", body=SELECT.encode("utf-16"), headers=AS_QUERY,
        holds="UTF-8",
    ),
    Case("bad_query_syntax", 400, query="ASK {", holds="no SPARQL query: error at 1:"),
    Case("bad_query_empty", 400, method="POST", body=b"", headers=AS_FORM),
    Case("bad_query_is_an_update", 400, query="DROP ALL", holds="no SPARQL query"),
    Case("bad_update_get", 403, parameters=(("update", "DROP ALL"),), holds="read-only"),
    Case("bad_update_post_form", 403, method="POST", body=form(("update", "DROP ALL")), headers=AS_FORM),
    Case(
        "bad_update_post_direct", 403, method="POST", body=b"DROP ALL",
        headers={"Content-Type": "application/sparql-update"},
    ),
    Case("percent_is_decoded_once", 200, query='SELECT ("%41" AS ?x) {}', holds='"%41"'),
    Case("plus_is_a_space", 200, query='SELECT ("a+b c" AS ?x) {}', holds='"a+b c"'),
    Case("accept_json", 200, JSON_ROWS, query=SELECT, headers=accept(JSON_ROWS)),
    Case("accept_xml", 200, XML_ROWS, query=SELECT, headers=accept(XML_ROWS)),
    Case("accept_csv", 200, "text/csv", query=SELECT, headers=accept("text/csv")),
    Case("accept_tsv", 200, "text/tab-separated-values", query=SELECT, headers=accept("text/tab-separated-values")),
    Case("accept_q", 200, "text/csv", query=SELECT, headers=accept(f"text/csv;q=0.9, {JSON_ROWS};q=0.2")),
    Case("accept_q_of_nothing", 200, "text/csv", query=SELECT, headers=accept(f"{JSON_ROWS};q=0, text/csv;q=0.1")),
    Case("accept_kind", 200, "text/csv", query=SELECT, headers=accept("text/*")),
    Case("accept_none", 406, query=SELECT, headers=accept("image/png"), holds=JSON_ROWS),
    Case("accept_graph_for_rows", 406, query=SELECT, headers=accept("text/turtle")),
    Case("accept_rows_for_graph", 406, query=CONSTRUCT, headers=accept("text/csv"), holds="text/turtle"),
    Case("accept_triples", 200, "application/n-triples", query=CONSTRUCT, headers=accept("application/n-triples")),
    Case("accept_jsonld", 200, "application/ld+json", query=CONSTRUCT, headers=accept("application/ld+json")),
    Case("accept_quads", 200, "application/n-quads", query=CONSTRUCT, headers=accept("application/n-quads")),
    Case("accept_rdf_xml", 200, "application/rdf+xml", query=CONSTRUCT, headers=accept("application/rdf+xml")),
    Case(
        "query_dataset_default_graph", 200, query=SELECT, parameters=(("default-graph-uri", ONTOLOGY),),
        holds="email address",
    ),
    Case(
        "query_dataset_other_default_graph", 200, query=SELECT, parameters=(("default-graph-uri", "urn:none"),),
        holds='"bindings":[]',
    ),
    Case(
        "query_dataset_named_graph", 200, query=GRAPHS, parameters=(("named-graph-uri", ONTOLOGY),),
        holds=f'"bindings":[{{"g":{{"type":"uri","value":"{ONTOLOGY}"}}}}]',
    ),
    Case(
        "query_dataset_named_graph_post", 200, method="POST", headers=AS_FORM,
        body=form(("query", GRAPHS), ("named-graph-uri", ONTOLOGY), ("named-graph-uri", "urn:none")),
        holds=f'"bindings":[{{"g":{{"type":"uri","value":"{ONTOLOGY}"}}}}]',
    ),
    Case(
        "query_dataset_only_named", 200, query=SELECT, parameters=(("named-graph-uri", ONTOLOGY),),
        holds='"bindings":[]',
    ),
    Case(
        "query_dataset_direct", 200, method="POST", body=SELECT.encode(), headers=AS_QUERY,
        parameters=(("default-graph-uri", "urn:none"),), holds='"bindings":[]',
    ),
    Case(
        "query_multiple_dataset", 200, query=SELECT.replace("WHERE", "FROM <urn:none> WHERE"),
        parameters=(("default-graph-uri", ONTOLOGY),), holds="email address",
    ),
    Case("query_from", 200, query=SELECT.replace("WHERE", f"FROM <{ONTOLOGY}> WHERE"), holds="email address"),
    Case("query_from_nowhere", 200, query=SELECT.replace("WHERE", "FROM <urn:none> WHERE"), holds='"bindings":[]'),
    Case("query_from_is_a_word", 200, query="# FROM\n" + SELECT, holds="email address"),
    Case("bad_graph_iri", 400, query=SELECT, parameters=(("default-graph-uri", "no iri"),), holds="absolute IRI"),
    Case("service_description", 200, "text/turtle", holds="SPARQL11Query"),
    Case("service_description_jsonld", 200, "application/ld+json", headers=accept("application/ld+json")),
    Case("service_description_none", 406, headers=accept("image/png")),
    Case("store_graph", 200, "text/turtle", path="/store", parameters=ONE, holds="pd:EmailAddress"),
    Case("store_default", 200, "text/turtle", path="/store", parameters=(("default", ""),), holds="pd:Email"),
    Case("store_absent", 404, path="/store", parameters=(("graph", "urn:none"),)),
    Case("store_bad_iri", 400, path="/store", parameters=(("graph", "x"),)),
    Case("store_neither", 400, path="/store"),
    Case("store_both", 400, path="/store", parameters=(("graph", ONTOLOGY), ("default", ""))),
    Case("store_put", 405, path="/store", method="PUT", parameters=ONE, body=b""),
    Case("store_delete", 405, path="/store", method="DELETE", parameters=ONE),
    Case("no_such_path", 404, path="/other"),
    Case("by_another_name", 400, query=SELECT, headers={"Host": "evil.example"}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_protocol(case: Case, url: str) -> None:
    reply = case.send(url)
    assert reply.status == case.status, reply.text
    assert reply.media == (case.media or reply.media)
    assert case.holds in reply.text


def test_all_formats_hold_the_same_rows(url: str, store: Store) -> None:
    query = "SELECT ?name ?label WHERE { ?name skos:prefLabel ?label } ORDER BY ?name ?label LIMIT 50"
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    expected = [[row["name"].value, row["label"].value] for row in found]
    path = f"/sparql?query={quote(query)}"
    bindings = json.loads(send(url, path).body)["results"]["bindings"]
    assert [[row["name"]["value"], row["label"]["value"]] for row in bindings] == expected
    rows = list(csv.reader(io.StringIO(send(url, path, headers=accept("text/csv")).text)))
    assert rows == [["name", "label"], *expected]
    lines = send(url, path, headers=accept("text/tab-separated-values")).text.splitlines()
    assert [line.partition("\t")[0] for line in lines] == ["?name", *(f"<{name}>" for name, _ in expected)]
    tree = ET.fromstring(send(url, path, headers=accept("application/sparql-results+xml")).body)  # noqa: S314  ours
    cells = [cell.text for cell in tree.iter() if cell.tag.endswith(("}uri", "}literal"))]
    assert cells == [cell for row in expected for cell in row]


@pytest.mark.parametrize("media", TRIPLES)
def test_all_formats_hold_the_same_triples(media: str, url: str) -> None:
    reply = send(url, f"/store?graph={quote(ONTOLOGY)}", headers=accept(media))
    assert reply.media == media
    turtle = send(url, f"/store?graph={quote(ONTOLOGY)}")
    count = len({quad.triple for quad in ox.parse(reply.body, TRIPLES[media])})
    assert count == len(set(ox.parse(turtle.body, ox.RdfFormat.TURTLE))) > 1000


def test_head_gives_the_headers_of_get(url: str) -> None:
    for path in (f"/store?graph={quote(ONTOLOGY)}", f"/sparql?query={quote(SELECT)}"):
        whole, head = send(url, path), send(url, path, method="HEAD")
        assert head.status == 200
        assert head.body == b""
        assert head.headers["content-length"] == str(len(whole.body))
    assert send(url, "/store?graph=urn:none", method="HEAD").status == 404


def test_the_description_names_every_format(url: str) -> None:
    said = send(url, "/sparql").text
    assert said.count("/formats/") == len(set(ROWS.values())) + len(set(TRIPLES.values()))
    assert f"<{url}sparql>" in said


def test_pages_of_one_origin_may_ask(url: str) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    ours = send(url, path, headers={"Origin": "https://example.org"})
    assert ours.headers["access-control-allow-origin"] == "https://example.org"
    assert (
        "access-control-allow-origin"
        not in send(url, path, headers={"Origin": "https://evil.example"}).headers
    )
    asked_first = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    assert send(url, "/sparql", method="OPTIONS", headers=asked_first).status == 200


def test_rows_beyond_the_limit_are_refused_not_cut(folder: Path) -> None:
    with serving(folder, "--rows", "10") as url:
        for media in (*ROWS, *TRIPLES):
            query = (
                "SELECT ?s ?o { ?s a ?o } LIMIT %d"
                if media in ROWS
                else "CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT %d"
            )
            few, many = (
                send(url, f"/sparql?query={quote(query % n)}", headers=accept(media)) for n in (10, 12)
            )
            assert few.status == 200
            assert many.status == 413
            assert "LIMIT and OFFSET" in many.text
        assert send(url, f"/store?graph={quote(ONTOLOGY)}").status == 200


def test_who_leaves_in_the_middle_of_an_answer_ends_nothing(url: str) -> None:
    """The server writes to a connection that its client has reset."""
    query, place = quote("SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 9000"), urlsplit(url)
    paths = (f"/sparql?query={query}", "/", "/static/look.css")
    for number in range(24):
        request = f"GET {paths[number % 3]} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n"
        with socket.create_connection((place.hostname or "", place.port or 0)) as client, suppress(OSError):
            client.sendall(request.encode() * 4)
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if number % 4 < 2:
                client.recv(50)
    assert send(url, "/").status == 200


def test_a_token_opens_what_others_may_reach(folder: Path) -> None:
    with serving(folder, "--host", "0.0.0.0", "--token", "s3cret") as url:  # noqa: S104  that is the case
        here = url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        path = f"/sparql?query={quote(SELECT)}"

        def status(header: str) -> int:
            return send(here, path, headers={"Authorization": header} if header else {}).status

        assert status("") == 401
        assert status("Bearer wrong") == 401
        assert status("Basic !") == 401
        assert status("Digest s3cret") == 401
        assert status("Bearer s3cret") == 200
        assert status("Basic " + b64encode(b"anyone:s3cret").decode()) == 200


def test_a_build_is_seen_by_the_next_query(tmp_path: Path) -> None:
    folder = sample_folder(tmp_path / "store")
    ask = f"/sparql?query={quote('ASK { GRAPH <urn:new> { ?s ?p ?o } }')}"
    with serving(folder) as url:
        assert "false" in send(url, ask).text
        node = ox.NamedNode("urn:new")
        with Store(folder) as store:
            store.replace(node, [(node, node, node)])
        assert "true" in send(url, ask).text


# --- the page ----------------------------------------------------------------------------------------------


def test_the_editor_loads_nothing_from_elsewhere(url: str) -> None:
    page = send(url, "/editor")
    assert page.media == "text/html"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|<link [^>]*href)="([^"]+)"', page.text)
    assert len(loaded) == 7
    for path in (*loaded, "/editor/LICENSE"):
        assert send(url, path).status == 200
    assert send(url, "/editor/../app.py").status == 404


def test_the_page_offers_questions_that_can_be_sent(url: str) -> None:
    library = json.loads(send(url, "/library.json").body)
    assert {one["name"] for one in library["questions"]} == set(queries.questions())
    for one in library["questions"]:
        reply = send(url, f"/sparql?query={quote(one['sparql'])}")
        assert reply.status == 200, reply.text
    assert "https://w3id.org/dpv/pd#EmailAddress" in library["terms"]
    assert library["prefixes"]["dpv"] == "https://w3id.org/dpv#"


# --- clients -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one.name for one in queries.questions().values()])
def test_a_question_gives_the_rows_of_the_store(name: str, url: str, store: Store) -> None:
    asked_for = queries.question(name)
    here = asking.select(store, asked_for, {})
    there = endpoint.select(url + "sparql", asked_for, {})
    assert there.columns == here.columns
    assert sorted(map(str, there.rows)) == sorted(map(str, here.rows))


def test_sparqlwrapper(url: str) -> None:
    client = SPARQLWrapper(url + "sparql")
    for method in ("GET", POST):
        client.setMethod(method)
        client.setQuery(SELECT)
        for form_of_rows in (JSON, XML, CSV):
            client.setReturnFormat(form_of_rows)
            found = client.query().convert()
            text = found.toxml() if isinstance(found, Document) else str(found)
            assert "email address" in text
        client.setQuery(CONSTRUCT)
        client.setReturnFormat(TURTLE)
        assert b"email address" in client.query().response.read()


def test_rdflib(url: str) -> None:
    graph = rdflib.Graph(SPARQLStore(url + "sparql"))
    assert [str(row.label) for row in graph.query(SELECT)] == ["email address"]  # type: ignore[union-attr]
    assert graph.query("ASK { ?s ?p ?o }").askAnswer
    email = rdflib.URIRef("https://w3id.org/dpv/pd#EmailAddress")
    assert list(graph.objects(email, rdflib.SKOS.prefLabel)) == [rdflib.Literal("email address", lang="en")]
    built = graph.query(CONSTRUCT).graph
    assert built is not None
    assert len(built) == 1


# --- what is refused before it is asked --------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://h/> { ?s ?p ?o } }",
        "SELECT * {SERVICE<http://h/>{?s ?p ?o}}",
        "SELECT * { ?s ?p 1SERVICE <http://h/> { ?s ?p ?o } }",
        "SELECT * { SERVICE # why\n SILENT #\r<http://h/> # {\n { ?s ?p ?o } }",
        "PREFIX : <http://h/> SELECT * { SERVICE : { ?s ?p ?o } }",
        "PREFIX h: <http://h/> SELECT * { SERVICE h:a%20b { ?s ?p ?o } }",
        "SELECT * { VALUES ?h { <http://h/> } SERVICE ?h { ?s ?p ?o } }",
        'SELECT * { ?a ?b ?c FILTER(?a<?b#>"""\n) SERVICE <http://h/> { ?s ?p ?o } } #"""',
        "ASK { FILTER EXISTS { { SELECT * { SERVICE <http://h/> { ?s ?p ?o } } } } }",
    ],
)
def test_a_query_reaches_no_other_server(query: str) -> None:
    with pytest.raises(Refused, match="SERVICE is not allowed"):
        asked(query, "")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?service ?p ?o }",
        "SELECT * { ?p dpv:hasService ?service { SELECT ?o { ?s ?p ?o } } }",
        'SELECT * { ?s ?p "service" . FILTER(?s != pgc:Service) }',
        "SELECT * { GRAPH ?service { ?s ?p ?o } }",
        "# What does the service do?\nSELECT * { ?s ?p ?o }",
    ],
)
def test_a_word_is_no_service(query: str) -> None:
    assert asked(query, "").query == query


def test_no_question_is_refused() -> None:
    assert all(asked(one.sparql, "").union for one in queries.questions().values())


@pytest.mark.parametrize(
    ("header", "offer"),
    [
        ("", "a/x"),
        ("*/*", "a/x"),
        ("b/y", "b/y"),
        ("a/*;q=0.1, b/*;q=0.2", "b/y"),
        ("a/x;q=0, */*;q=0.1", "a/z"),
        ("A/X ; Q=0.5", "a/x"),
        ("a/z;q=nonsense, a/x;q=0.9", "a/z"),
        ("a/x;q=0", None),
        ("c/c", None),
    ],
)
def test_what_is_liked_best_is_sent(header: str, offer: str | None) -> None:
    assert negotiate(header, ("a/x", "a/z", "b/y")) == offer
