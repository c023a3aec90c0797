"""The same questions to a SPARQL 1.1 server that holds the graph: by SPARQLWrapper, with the same rows."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.error import HTTPError, URLError

import ontology
import queries
from ontology import NAMESPACES
from policygraph.asking import Rows
from queries import Question, Resolver

_SECONDS = 60
_NUMBERS = frozenset(("integer", "int", "decimal", "double", "float", "long"))


class EndpointError(Exception):
    """Raised when a SPARQL server cannot be reached, refuses, or answers with something else than rows."""


def select(url: str, question: Question, values: Mapping[str, str], *, seconds: int = _SECONDS) -> Rows:
    """Return the rows that the server at `url` gives to a question, waiting `seconds` at the most.

    POLICYGRAPH_USER and POLICYGRAPH_PASSWORD are sent if they are set. Raise EndpointError, which names the
    server and what to do, or queries.QuestionError for an unknown parameter or value.
    """

    def rows(sparql: str) -> Iterator[Mapping[str, str]]:
        for binding in _ask(url, sparql, seconds)["results"]["bindings"]:
            yield {name: cell["value"] for name, cell in binding.items()}

    bound = queries.bound(question, values, Resolver(rows, lexicon=ontology.load()))
    answer = _ask(
        url, _with_values(question.sparql, {name: str(term) for name, term in bound.items()}), seconds
    )
    if "boolean" in answer:
        return Rows(("answer",), ((str(answer["boolean"]).lower(),),))
    shown = question.columns(answer["head"]["vars"])
    return Rows(
        shown,
        tuple(
            tuple(_plain(binding.get(name)) for name in shown) for binding in answer["results"]["bindings"]
        ),
    )


def _with_values(sparql: str, terms: Mapping[str, str]) -> str:
    """Return a query with its prefixes declared and its parameters bound.

    `terms` are N-Triples; VALUES stands first in each group whose SELECT names the parameter,
    where every engine can use it.
    """
    declared = set(re.findall(r"(?im)^\s*PREFIX\s+([\w-]*):", sparql))
    used = [prefix for prefix in NAMESPACES if prefix not in declared and f"{prefix}:" in sparql]
    head = "".join(f"PREFIX {prefix}: <{NAMESPACES[prefix]}>\n" for prefix in used)

    def with_given(found: re.Match[str]) -> str:
        given = (
            f"VALUES ?{name} {{ {term} }}"
            for name, term in sorted(terms.items())
            if re.search(rf"\?{name}\b", found["selected"])
        )
        return " ".join((found[0], *given))

    return head + re.sub(r"(?is)\bSELECT\b(?P<selected>[^{}]*)\bWHERE\s*\{", with_given, sparql)


def _ask(url: str, sparql: str, seconds: int) -> dict[str, Any]:
    """Return the SPARQL JSON results of a query; raise EndpointError if there are none."""
    from SPARQLWrapper import JSON, POST, SPARQLWrapper  # noqa: PLC0415  it imports rdflib
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException  # noqa: PLC0415

    client = SPARQLWrapper(url)
    client.setTimeout(seconds)
    client.setMethod(POST)
    client.setReturnFormat(JSON)
    client.setQuery(sparql)
    user = os.environ.get("POLICYGRAPH_USER")
    if user:
        client.setCredentials(user, os.environ.get("POLICYGRAPH_PASSWORD", ""))
    try:
        found = client.query().convert()
    except (SPARQLWrapperException, HTTPError) as error:
        detail = str(error).strip().splitlines()
        raise EndpointError(
            f"{url}: the server refuses the query: {detail[0] if detail else error!r}"
        ) from error
    except (URLError, TimeoutError, OSError) as error:
        raise EndpointError(
            f"{url}: no answer within {seconds} s ({error}); is the server running?"
        ) from error
    if not isinstance(found, dict) or not ("boolean" in found or {"head", "results"} <= found.keys()):
        raise EndpointError(f"{url}: the answer is no SPARQL result; is this a SPARQL endpoint?")
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
