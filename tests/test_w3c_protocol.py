"""The SPARQL 1.1 protocol tests of the W3C that apply to a service that only answers queries.

The names, what is asked and what is expected are those of the list at
https://w3c.github.io/rdf-tests/sparql/sparql11/protocol/ (34 tests, approved 2012-11-20). The seven update_*
tests that ask for a change to be made do not apply; those that ask for a bad update to be refused do, and so do the
tests of the service description at https://w3c.github.io/rdf-tests/sparql/sparql11/service-description/.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from serving import Reply, send, serving

from graph import Store

FORM, QUERY, UPDATE = (
    f"application/{kind}" for kind in ("x-www-form-urlencoded", "sparql-query", "sparql-update")
)
DATA = tuple(f"http://kasei.us/2009/09/sparql/data/data{number}.rdf" for number in range(4))
NOTHING = (("default-graph-uri", DATA[0]),)  # a graph that is there and empty, or not there
ONE = f"<{DATA[1]}> a ?one"
TWO = f"<{DATA[2]}> a ?two"
BOTH = f"ASK {{ {ONE} . {TWO} }}"
NAMED = f"{{ GRAPH ?g {{ {ONE} }} GRAPH ?h {{ {TWO} }} }}"
DEFAULTS = (("default-graph-uri", DATA[1]), ("default-graph-uri", DATA[2]))
NAMES = (("named-graph-uri", DATA[1]), ("named-graph-uri", DATA[2]))
BOOLEAN = ("application/sparql-results+json", "application/sparql-results+xml")
ROWS = (*BOOLEAN, "text/csv", "text/tab-separated-values")
TRIPLES = ("text/turtle", "application/rdf+xml", "application/n-triples")
CONFLICT = "WITH <http://example/a> DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }"


@dataclass(frozen=True)
class Case:
    """A request, and the media types of the answer: true if those are of booleans, a refusal if there are none."""

    name: str
    media: tuple[str, ...] = ()
    method: str = "POST"
    kind: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def send(self, url: str) -> Reply:
        """Return what the server at `url` answers."""
        path = f"/sparql?{urlencode(self.parameters)}" if self.parameters else "/sparql"
        return send(
            url,
            path,
            method=self.method,
            body=self.body,
            headers={"Content-Type": self.kind} if self.kind else {},
        )


def get(name: str, media: tuple[str, ...], *parameters: tuple[str, str], method: str = "GET") -> Case:
    return Case(name, media, method, parameters=parameters)


def post(
    name: str, media: tuple[str, ...], kind: str, body: str, *parameters: tuple[str, str], code: str = "utf-8"
) -> Case:
    return Case(name, media, kind=kind, body=body.encode(code), parameters=parameters)


CASES = (
    get("query_get", BOOLEAN, ("query", "ASK {}"), *NOTHING),
    post("query_post_form", BOOLEAN, FORM, "query=ASK%20%7B%7D", *NOTHING),
    post("query_post_direct", BOOLEAN, QUERY, "ASK {}", *NOTHING),
    get("query_dataset_default_graphs_get", BOOLEAN, ("query", BOTH), *DEFAULTS),
    post("query_dataset_default_graphs_post", BOOLEAN, QUERY, BOTH, *DEFAULTS),
    get("query_dataset_named_graphs_get", BOOLEAN, ("query", f"ASK {NAMED}"), *NAMES),
    post("query_dataset_named_graphs_post", BOOLEAN, QUERY, f"ASK {NAMED}", *NAMES),
    post(
        "query_dataset_full",
        BOOLEAN,
        QUERY,
        f"ASK {{ <{DATA[3]}> a ?three {NAMED} }}",
        ("default-graph-uri", DATA[3]),
        *NAMES,
    ),
    post("query_multiple_dataset", BOOLEAN, QUERY, f"ASK FROM <{DATA[3]}> {NAMED}", *NAMES),
    post("query_content_type_select", ROWS, QUERY, "SELECT (1 AS ?value) {}", *NOTHING),
    post("query_content_type_ask", BOOLEAN, QUERY, "ASK {}", *NOTHING),
    post("query_content_type_describe", TRIPLES, QUERY, "DESCRIBE <http://example.org/>", *NOTHING),
    post("query_content_type_construct", TRIPLES, QUERY, "CONSTRUCT { <s> <p> 1 } WHERE {}", *NOTHING),
    get("bad_query_method", (), ("query", "ASK {}"), *NOTHING, method="PUT"),
    get("bad_multiple_queries", (), ("query", "ASK {}"), ("query", "SELECT * {}")),
    post("bad_query_wrong_media_type", (), "text/plain", "ASK {}", *NOTHING),
    post("bad_query_missing_form_type", (), "", "query=ASK%20%7B%7D"),
    post("bad_query_missing_direct_type", (), "", "ASK {}", *NOTHING),
    post("bad_query_non_utf8", (), f"{QUERY}; charset=UTF-16", "ASK {}", *NOTHING, code="utf-16"),
    get("bad_query_syntax", (), ("query", "ASK {"), *NOTHING),
    get("bad_update_get", (), ("update", "CLEAR ALL")),
    post("bad_multiple_updates", (), FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"),
    post("bad_update_wrong_media_type", (), "text/plain", "CLEAR NAMED"),
    post("bad_update_missing_form_type", (), "", "update=CLEAR%20NAMED"),
    post("bad_update_non_utf8", (), f"{UPDATE}; charset=UTF-16", "CLEAR NAMED", code="utf-16"),
    post("bad_update_syntax", (), FORM, "update=CLEAR%20XYZ"),
    post(
        "bad_update_dataset_conflict",
        (),
        FORM,
        urlencode({"using-named-graph-uri": "http://example/p", "update": CONFLICT}),
    ),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the URL of a server that holds the graphs of the tests, each about itself alone."""
    folder = tmp_path_factory.mktemp("w3c") / "store"
    document = ox.NamedNode("http://xmlns.com/foaf/0.1/Document")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    with Store(folder) as store:
        for name in DATA[1:]:
            store.replace(ox.NamedNode(name), [(ox.NamedNode(name), kind, document)])
    with serving(Path(folder)) as found:
        yield found


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_protocol(case: Case, url: str) -> None:
    reply = case.send(url)
    if not case.media:
        assert 400 <= reply.status < 500, reply.text
        return
    assert reply.status == 200, reply.text
    assert reply.media in case.media
    if case.media == BOOLEAN:
        assert json.loads(reply.body)["boolean"] is True


def test_what_is_refused_changes_nothing(url: str) -> None:
    for case in CASES:
        case.send(url)
    ask = f"ASK {{ {' '.join(f'GRAPH <{name}> {{ <{name}> ?p ?o }}' for name in DATA[1:])} }}"
    assert json.loads(get("", (), ("query", ask)).send(url).body)["boolean"] is True


def test_a_dataset_that_is_chosen_hides_the_rest(url: str) -> None:
    others = (("default-graph-uri", DATA[3]), ("named-graph-uri", DATA[3]))
    for query in (BOTH, f"ASK {NAMED}"):
        assert json.loads(get("", (), ("query", query), *others).send(url).body)["boolean"] is False


def test_service_description(url: str) -> None:
    """Test has-endpoint-triple, returns-rdf and conforms-to-schema."""
    reply = send(url, "/sparql")
    assert reply.media == "text/turtle"
    triples = {quad.triple for quad in ox.parse(reply.body, ox.RdfFormat.TURTLE)}
    sd = "http://www.w3.org/ns/sparql-service-description#"
    here = ox.NamedNode(f"{url}sparql")
    services = [t.subject for t in triples if t.object == ox.NamedNode(sd + "Service")]
    assert [t.object for t in triples if t.predicate == ox.NamedNode(sd + "endpoint")] == [here]
    assert len(services) == 1
    said = {t.predicate.value.removeprefix(sd) for t in triples if t.subject == services[0]}
    assert {"endpoint", "supportedLanguage", "resultFormat", "feature", "defaultDataset"} <= said
