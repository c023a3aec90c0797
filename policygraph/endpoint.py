"""The same questions to a SPARQL 1.1 server that holds the graph: by SPARQLWrapper, with the same rows."""

import ast
import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError, URLError

import pyoxigraph as ox

import ontology
import queries
from graph import Store, iri
from graph.terms import Term
from ontology import NAMESPACES
from policygraph.asking import Rows
from policygraph.serving.protocol import SKIPPED as _SKIPPED
from queries import Question, Resolver, reader

_SECONDS = 60
_PAGE = 5_000
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before a busy server is asked again
_BUSY = frozenset((429, 502, 503, 504))
_NO_RESULT = "the answer is no SPARQL result; is this a SPARQL endpoint?"
_NUMBERS = frozenset(("integer", "int", "decimal", "double", "float", "long"))


class EndpointError(Exception):
    """Raised when a SPARQL server cannot be reached, refuses, or answers with something else than rows."""


def select(url: str, question: Question, values: Mapping[str, str], *, seconds: float = _SECONDS) -> Rows:
    """Return the rows that the server at `url` gives to a question, waiting `seconds` at the most.

    POLICYGRAPH_USER and POLICYGRAPH_PASSWORD are sent if they are set. Raise EndpointError, which names the
    server and what to do, or queries.QuestionError for an unknown parameter or value.
    """

    def rows(sparql: str, terms: Mapping[str, Term]) -> Iterator[Mapping[str, str]]:
        for binding in _pages(url, with_values(sparql, terms), seconds)["results"]["bindings"]:
            yield {name: cell["value"] for name, cell in binding.items()}

    bound = queries.bound(question, values, Resolver(rows, lexicon=ontology.load()))
    answer = _pages(url, with_values(question.sparql, bound), seconds)
    if "boolean" in answer:
        return Rows(("answer",), ((str(answer["boolean"]).lower(),),), boolean=bool(answer["boolean"]))
    shown = question.columns(answer["head"]["vars"])
    bindings = tuple(answer["results"]["bindings"])
    plain = tuple(tuple(_plain(binding.get(name)) for name in shown) for binding in bindings)
    return Rows(shown, plain, bindings)


def with_values(sparql: str, terms: Mapping[str, Term]) -> str:
    """Return a query with its prefixes declared and its parameters bound."""
    sparql = re.sub(
        r"(?m)\A(?:#.*\n)+", "", sparql
    )  # SPARQLWrapper takes words of a head for the kind of query
    declared = set(re.findall(r"(?im)^\s*PREFIX\s+([\w-]*):", sparql))
    used = [prefix for prefix in NAMESPACES if prefix not in declared and f"{prefix}:" in sparql]
    head = "".join(f"PREFIX {prefix}: <{NAMESPACES[prefix]}>\n" for prefix in used)
    return head + reader.with_values(sparql, terms)


def copy(url: str, store: Store, *, seconds: float = _SECONDS) -> int:
    """Load the graphs that the server at `url` holds of policies into `store`; return the number of quads.

    So that what reads a store can read a server: the ontology, which every store has, and records of runs stay
    there. Raise EndpointError.
    """
    skipped = (iri.shared_graph("ontology", store.base), iri.run_graph("", store.base).rpartition("/")[0])
    known = _pages(url, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", seconds)
    names = [row["g"]["value"] for row in known["results"]["bindings"]]
    ours = [name for name in names if name.startswith(store.base) and not name.startswith(skipped)]
    if not ours:
        raise EndpointError(f"{url}: this server holds no graph of policies; push one with: policygraph push")
    total = 0
    for name in ours:
        sparql = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
        rows = _pages(url, sparql, seconds)["results"]["bindings"]
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


def _pages(url: str, sparql: str, seconds: float) -> dict[str, Any]:
    """Return the whole answer to a query, a page of rows at a time if it sets no limit of its own.

    Servers cut long answers short, some without a word; none does so with pages of this size.
    """
    if not _can_page(sparql):
        return _ask(url, sparql, seconds)
    whole = page = _ask(url, f"{sparql}\nLIMIT {_PAGE}", seconds)
    rows = whole["results"]["bindings"]
    while len(page["results"]["bindings"]) == _PAGE:
        page = _ask(url, f"{sparql}\nLIMIT {_PAGE} OFFSET {len(rows)}", seconds)
        rows += page["results"]["bindings"]
    return whole


def _can_page(sparql: str) -> bool:
    """Tell whether LIMIT and OFFSET can be written at the end of a query: a SELECT that has none of its own."""
    text = _SKIPPED.sub(" ", sparql)
    form = re.search(r"(?i)(?<![\w:?$-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])", text)
    end = text.rpartition("}")[2]
    values = re.search(r"(?is)\}\s*VALUES\s*(\?\w+|\([^)]*\))\s*\{[^{}]*\}\s*$", text)
    return bool(
        form and form[1].upper() == "SELECT" and not values and not re.search(r"(?i)LIMIT|OFFSET", end)
    )


def _ask(url: str, sparql: str, seconds: float) -> dict[str, Any]:
    """Return the SPARQL JSON results of a query; raise EndpointError if there are none.

    A server that is busy is asked again, after ever longer pauses, as long as there is time.
    """
    until = time.monotonic() + seconds
    for pause in (*_PAUSES, None):
        try:
            return _asked(url, sparql, seconds)
        except HTTPError as error:
            if error.code not in _BUSY or pause is None or time.monotonic() + pause > until:
                said = error.read(500).decode(errors="replace").strip()
                raise _refusal(url, f"{error.code} {said or error.reason}") from error
        except (URLError, OSError) as error:
            if pause is None or _is_timeout(error) or time.monotonic() + pause > until:
                raise EndpointError(
                    f"{url}: no answer within {seconds:g} s ({error}); is the server running?"
                ) from error
        time.sleep(pause)
    raise AssertionError  # the last turn returns or raises


def _is_timeout(error: OSError) -> bool:
    return isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)


def _refusal(url: str, said: str) -> EndpointError:
    lines = said.strip().splitlines()
    return EndpointError(f"{url}: the server refuses the query: {lines[0] if lines else 'it says not why'}")


def _asked(url: str, sparql: str, seconds: float) -> dict[str, Any]:
    """Ask once; raise EndpointError, HTTPError or OSError."""
    from SPARQLWrapper import JSON, POST, SPARQLWrapper  # noqa: PLC0415  it imports rdflib
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException  # noqa: PLC0415

    client = SPARQLWrapper(url)
    client.setTimeout(max(1, round(seconds)))
    client.setMethod(POST)
    client.setReturnFormat(JSON)
    client.setQuery(sparql)
    user = os.environ.get("POLICYGRAPH_USER")
    if user:
        client.setCredentials(user, os.environ.get("POLICYGRAPH_PASSWORD", ""))
    try:
        found = client.query().convert()
    except SPARQLWrapperException as error:
        # The message holds what the server said as the repr of bytes.
        said = re.search(r"Response:\s*b(?P<quoted>['\"].*)", str(error), re.DOTALL)
        text = ast.literal_eval("b" + said["quoted"]).decode(errors="replace") if said else str(error)
        raise _refusal(url, text) from error
    except ValueError as error:
        raise EndpointError(f"{url}: {_NO_RESULT}") from error
    if not isinstance(found, dict) or not ("boolean" in found or {"head", "results"} <= found.keys()):
        raise EndpointError(f"{url}: {_NO_RESULT}")
    return found


def _plain(cell: Mapping[str, str] | None) -> str | int | float | None:
    """Return a cell of SPARQL JSON results as a value of Python."""
    if cell is None:
        return None
    kind = cell.get("datatype", "").rpartition("#")[2]
    if kind in _NUMBERS:
        number = float(cell["value"])
        return int(number) if kind in ("integer", "int", "long") else number
    return cell["value"]
