"""The same questions to a SPARQL 1.1 server that holds the graph: by SPARQLWrapper, with the same rows."""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import OpenerDirector

import pyoxigraph as ox

import ontology
import queries
from graph import Store, iri
from graph.source import Source, source
from graph.terms import Term
from ontology import NAMESPACES
from policygraph import asking, credentials, quoting, virtuoso
from policygraph.asking import Rows
from policygraph.serving.protocol import SKIPPED as _SKIPPED
from queries import Question, Resolver, reader

_SECONDS = 60
_GREETING = 5  # seconds for a server to say what it is, which it need not
_PAGE = 5_000
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before a busy server is asked again
_BUSY = frozenset((429, 502, 503, 504))
_OF_TRIPLES = ("CONSTRUCT", "DESCRIBE")


class EndpointError(Exception):
    """Raised when a SPARQL server cannot be reached, refuses, or answers with something else than rows."""


@dataclass(frozen=True, slots=True)
class _Server:
    """A server by the URL of its query endpoint, how it is opened, and how long an answer may take."""

    url: str
    opener: OpenerDirector
    seconds: float
    is_virtuoso: bool


def select(
    url: str,
    question: Question,
    values: Mapping[str, str],
    *,
    limit: int | None = None,
    offset: int = 0,
    seconds: float = _SECONDS,
) -> Rows:
    """Return the rows that the server at `url` gives to a question, at most `limit` from `offset` on.

    A CONSTRUCT gives its triples as rows. No answer may take more than `seconds`. POLICYGRAPH_USER and
    POLICYGRAPH_PASSWORD are sent if the server asks for them. Raise EndpointError, which names the server and
    what to do, or queries.QuestionError for an unknown parameter or value.
    """
    return _select(_server(url, seconds), question, values, limit, offset)


def triples(
    url: str, question: Question, values: Mapping[str, str], *, seconds: float = _SECONDS
) -> list[ox.Triple]:
    """Return the triples that a server gives to a CONSTRUCT or DESCRIBE; raise TypeError for others."""
    if _form(question.sparql) not in _OF_TRIPLES:
        raise TypeError("only a CONSTRUCT or DESCRIBE gives a graph; select() gives rows")
    server = _server(url, seconds)
    sparql = _bound(server, question, values)
    found: list[ox.Triple] = _ask(server, sparql)["triples"]
    return found


def _server(url: str, seconds: float) -> _Server:
    opener = credentials.opener(url)
    software = credentials.software(opener, url, min(seconds, _GREETING))
    return _Server(url, opener, seconds, virtuoso.is_virtuoso(software))


def _select(
    server: _Server, question: Question, values: Mapping[str, str], limit: int | None = None, offset: int = 0
) -> Rows:
    sparql = _bound(server, question, values)
    # One row too many tells whether more rows follow.
    answer = _pages(server, sparql, None if limit is None else limit + 1, offset)
    if "triples" in answer:
        return asking.of_triples(answer["triples"], limit, offset)
    return rows(question, answer, limit)


def rows(question: Question, answer: Mapping[str, Any], limit: int | None = None) -> Rows:
    """Return SPARQL JSON results as rows, at most `limit`; if there is one more, more follow."""
    if "boolean" in answer:
        return Rows(("answer",), ((str(answer["boolean"]).lower(),),), boolean=bool(answer["boolean"]))
    shown = question.columns(answer["head"]["vars"])
    found = answer["results"]["bindings"]
    bindings = tuple(found[:limit])
    return Rows(
        shown,
        tuple(asking.row(binding, shown) for binding in bindings),
        bindings,
        more=len(found) > len(bindings),
    )


def _bound(server: _Server, question: Question, values: Mapping[str, str]) -> str:
    """Return the SPARQL of a question with the terms that `values` mean on the server."""

    def rows(sparql: str, terms: Mapping[str, Term]) -> Iterator[Mapping[str, str]]:
        for binding in _pages(server, _for(server, sparql, terms))["results"]["bindings"]:
            yield {name: cell["value"] for name, cell in binding.items()}

    bound = queries.bound(question, values, Resolver(rows, lexicon=ontology.load()))
    return _for(server, question.sparql, bound)


def _for(server: _Server, sparql: str, terms: Mapping[str, Term]) -> str:
    """Return a query with its parameters bound, as the server gives the right rows for it."""
    bound = with_values(sparql, terms)
    return virtuoso.rewritten(bound, terms) if server.is_virtuoso else bound


def with_values(sparql: str, terms: Mapping[str, Term]) -> str:
    """Return a query with its prefixes declared and its parameters bound."""
    # SPARQLWrapper takes words of a head for the kind of query.
    sparql = re.sub(r"(?m)\A(?:#.*\n)+", "", sparql)
    declared = set(re.findall(r"(?im)^\s*PREFIX\s+([\w-]*):", sparql))
    used = [prefix for prefix in NAMESPACES if prefix not in declared and f"{prefix}:" in sparql]
    head = "".join(f"PREFIX {prefix}: <{NAMESPACES[prefix]}>\n" for prefix in used)
    return head + reader.with_values(sparql, terms)


def evidence(
    url: str, question: Question, rows: Rows, *, seconds: float = _SECONDS
) -> list[tuple[quoting.Said, ...]]:
    """Return for each row of a server's answer the words that it stands on; raise EndpointError."""
    server = _server(url, seconds)

    def ask(asked: Question, values: Mapping[str, str]) -> Rows:
        return _select(server, asked, values)

    with Store() as texts:

        def text(version: str) -> tuple[str, Source]:
            held = texts.version(version)
            _fetch(server, texts, (held.graph.value, held.text.value))
            held = texts.version(version)
            return ", ".join(held.files), source(texts, held)

        return quoting.words(quoting.LookUp(ask, text), question, rows)


def copy(url: str, store: Store, *, seconds: float = _SECONDS) -> int:
    """Load the graphs that the server at `url` holds of policies into `store`; return the number of quads.

    So that what reads a store can read a server: the ontology, which every store has, and records of runs stay
    there. Raise EndpointError.
    """
    server = _server(url, seconds)
    skipped = (iri.shared_graph("ontology", store.base), iri.run_graphs(store.base))
    known = _pages(server, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
    names = [row["g"]["value"] for row in known["results"]["bindings"]]
    ours = [name for name in names if name.startswith(store.base) and not name.startswith(skipped)]
    if not ours:
        raise EndpointError(f"{url}: this server holds no graph of policies; push one with: policygraph push")
    return _fetch(server, store, ours)


def _fetch(server: _Server, store: Store, graphs: Iterable[str]) -> int:
    """Load graphs of a server into `store`; return the number of triples."""
    total = 0
    for name in graphs:
        sparql = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
        rows = _pages(server, sparql)["results"]["bindings"]
        total += len(rows)
        store.replace(ox.NamedNode(name), (_triple(row) for row in rows))
    return total


def _triple(row: Mapping[str, Mapping[str, str]]) -> tuple[ox.NamedNode, ox.NamedNode, Term]:
    subject, predicate = (ox.NamedNode(row[name]["value"]) for name in ("s", "p"))
    cell = row["o"]
    if cell["type"] == "uri":
        return subject, predicate, ox.NamedNode(cell["value"])
    if "xml:lang" in cell:
        return subject, predicate, ox.Literal(cell["value"], language=cell["xml:lang"])
    kind = ox.NamedNode(cell["datatype"]) if "datatype" in cell else None
    return subject, predicate, ox.Literal(cell["value"], datatype=kind)


def _pages(server: _Server, sparql: str, limit: int | None = None, offset: int = 0) -> dict[str, Any]:
    """Return the answer to a query, at most `limit` rows from `offset` on; rows come a page at a time.

    Servers cut long answers short, some without a word; none does so with pages of this size. A query with a
    limit of its own is asked as it is.
    """
    if not _can_page(sparql):
        whole = _ask(server, sparql)
        if "results" in whole:
            whole["results"]["bindings"] = whole["results"]["bindings"][offset:][:limit]
        return whole
    size = _PAGE if limit is None else min(_PAGE, limit)
    whole = page = _page(server, sparql, size, offset)
    rows = whole["results"]["bindings"]
    while len(page["results"]["bindings"]) == size and len(rows) != limit:
        size = _PAGE if limit is None else min(_PAGE, limit - len(rows))
        page = _page(server, sparql, size, offset + len(rows))
        rows += page["results"]["bindings"]
    return whole


def _page(server: _Server, sparql: str, size: int, offset: int) -> dict[str, Any]:
    part = f"\nLIMIT {size}" + (f" OFFSET {offset}" if offset else "")
    try:
        return _ask(server, sparql + part)
    except EndpointError as error:
        if virtuoso.TOO_FAR not in str(error):
            raise
        return _ask(server, virtuoso.within(sparql) + part)


def paged(sparql: str, limit: int | None, offset: int = 0) -> str:
    """Return a SELECT that has no limit of its own with one: a row more than `limit`, from `offset` on."""
    return sparql if limit is None else f"{sparql}\nLIMIT {limit + 1} OFFSET {offset}"


def _can_page(sparql: str) -> bool:
    """Tell whether LIMIT and OFFSET can be written at the end of a query: a SELECT that has none of its own."""
    text = _SKIPPED.sub(" ", sparql)
    end = text.rpartition("}")[2]
    values = re.search(r"(?is)\}\s*VALUES\s*(\?\w+|\([^)]*\))\s*\{[^{}]*\}\s*$", text)
    return _form(sparql) == "SELECT" and not values and not re.search(r"(?i)LIMIT|OFFSET", end)


def _form(sparql: str) -> str:
    """Return the word that says what kind of query this is, "" if there is none."""
    text = _SKIPPED.sub(" ", sparql)
    found = re.search(r"(?i)(?<![\w:?$-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])", text)
    return found[1].upper() if found else ""


def _ask(server: _Server, sparql: str) -> dict[str, Any]:
    """Return the SPARQL JSON results of a query, or its "triples"; raise EndpointError if there are neither.

    A server that is busy is asked again, after ever longer pauses, as long as there is time.
    """
    until = time.monotonic() + server.seconds
    for pause in (*_PAUSES, None):
        late = pause is None or time.monotonic() + pause > until
        try:
            return _asked(server, sparql)
        except HTTPError as error:
            if error.code not in _BUSY or late:
                said = credentials.refusal(error)
                raise EndpointError(f"{server.url}: the server refuses the query: {said}") from error
            error.close()
        except (URLError, OSError) as error:
            if late or _is_timeout(error):
                problem = f"no answer within {server.seconds:g} s ({error}); is the server running?"
                raise EndpointError(f"{server.url}: {problem}") from error
        time.sleep(pause or 0)
    raise AssertionError  # the last turn returns or raises


def _is_timeout(error: OSError) -> bool:
    return isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)


def _asked(server: _Server, sparql: str) -> dict[str, Any]:
    """Ask once; raise EndpointError, HTTPError or OSError."""
    from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper  # noqa: PLC0415  it imports rdflib

    gives_triples = _form(sparql) in _OF_TRIPLES
    client = SPARQLWrapper(server.url)
    client.setMethod(POST)
    client.setReturnFormat(TURTLE if gives_triples else JSON)
    client.setQuery(sparql)
    # Sent by itself, it would keep a password for the whole process, and for one kind of authentication.
    request = client._createRequest()  # noqa: SLF001
    with server.opener.open(request, timeout=max(1, server.seconds)) as answer:
        media, body = answer.headers.get_content_type(), answer.read()
    try:
        return {"triples": _triples(media, body)} if gives_triples else _results(body)
    except ValueError as error:
        raise EndpointError(f"{server.url}: the answer is no SPARQL result; is this an endpoint?") from error


def _results(body: bytes) -> dict[str, Any]:
    """Return SPARQL JSON results; raise ValueError if this is something else."""
    found = json.loads(body)
    if not isinstance(found, dict) or not ("boolean" in found or {"head", "results"} <= found.keys()):
        raise ValueError
    for cell in (cell for row in found.get("results", {}).get("bindings", ()) for cell in row.values()):
        cell["value"] = virtuoso.restored(cell["value"])
    return found


def _triples(media: str, body: bytes) -> list[ox.Triple]:
    """Return the triples of an RDF document; raise ValueError if this is something else."""
    form = ox.RdfFormat.from_media_type(media)
    if form is None:
        raise ValueError
    try:
        return virtuoso.given_back(quad.triple for quad in ox.parse(body, form))
    except SyntaxError as error:
        raise ValueError from error
