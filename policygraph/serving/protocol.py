"""A request of the SPARQL 1.1 protocol or of the Graph Store Protocol becomes a job for a worker, or is refused."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import parse_qsl

import pyoxigraph as ox

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

_GAP = r"(?:\s|#[^\r\n]*+[\r\n])*+"
_SERVICE = re.compile(
    # Read without regard to strings and comments, so that no trick with these can hide one.
    rf"(?i)(?<![a-z_:?$-])SERVICE{_GAP}(?:SILENT{_GAP})?(?:<[^>]*+>|[?$]\w+|[^\s:<>{{}}]*+:[^\s<>{{}}]*+){_GAP}\{{"
)
SKIPPED = re.compile(
    r"""<[^<>"{}|^`\\\x00-\x20]*>|'''.*?'''|\"{3}.*?\"{3}|'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*"|\#[^\r\n]*""",
    re.DOTALL,
)
_FROM = re.compile(r"(?i)(?<![\w:?$-])FROM(?![\w:-])")


class Refused(Exception):  # noqa: N818  a refusal is no error of ours
    """Raised for a request that is not answered with data: its HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Job:
    """One query, over which graphs, and what the client can read.

    Without `default` and `named` the default graph is all graphs together, unless the query itself says FROM.
    `needs` is a graph without which the answer is 404; `whole` lifts the limit of rows; `base` is what IRIs of
    the query are relative to. `make` asks for something else than an answer: the page of the network.
    `values` are terms, as Turtle, in the place of variables.
    """

    query: str
    accept: str = ""
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    union: bool = True
    needs: str = ""
    whole: bool = False
    base: str | None = None
    make: Literal["", "network"] = ""
    values: tuple[tuple[str, str], ...] = ()

    def line(self) -> bytes:
        """Return the job as the line that a worker reads."""
        return json.dumps(asdict(self)).encode() + b"\n"


def job(method: str, parameters: str, kind: str, body: bytes, accept: str) -> Job | None:
    """Return what a request to the query endpoint asks for; None if it asks what this service is.

    `parameters` is the part of the URL after the question mark, `kind` the Content-Type. Raise Refused.
    """
    given = _pairs(parameters)
    media = kind.partition(";")[0].strip().lower()
    if method == "POST":
        given += _posted(media, body)
    texts = [value for name, value in given if name == "query"]
    if any(name == "update" for name, _ in given):
        raise Refused(403, "this endpoint is read-only: it takes no updates")
    if not texts:
        if method == "POST":
            raise Refused(400, "no query: send it as the parameter query, or as application/sparql-query")
        return None
    if len(texts) > 1:
        raise Refused(400, f"{len(texts)} queries at once: send one")
    return asked(
        texts[0],
        accept,
        [value for name, value in given if name == "default-graph-uri"],
        [value for name, value in given if name == "named-graph-uri"],
    )


def asked(query: str, accept: str, default: Sequence[str] = (), named: Sequence[str] = ()) -> Job:
    """Return the job of a query; raise Refused if it leaves the store or names a graph that cannot be."""
    if _SERVICE.search(query):
        raise Refused(400, "SERVICE is not allowed: a query reaches nothing outside this store")
    for graph in (*default, *named):
        _checked(graph)
    chosen = bool(default or named)
    union = not chosen and not _FROM.search(SKIPPED.sub(" ", query))
    return Job(query, accept, tuple(default), tuple(named), union)


def graph(parameters: str, accept: str) -> Job:
    """Return the job that reads one graph, as the Graph Store Protocol names it; raise Refused."""
    given = _pairs(parameters)
    names = [value for name, value in given if name == "graph"]
    defaults = [value for name, value in given if name == "default"]
    if len(names) + len(defaults) != 1:
        raise Refused(400, "say ?graph=IRI for one graph, or ?default for all graphs together")
    if defaults:
        return Job(_EVERYTHING, accept, whole=True)
    return Job(_EVERYTHING, accept, default=(_checked(names[0]),), union=False, needs=names[0], whole=True)


def _posted(media: str, body: bytes) -> list[tuple[str, str]]:
    """Return the parameters that the body of a POST gives."""
    if media == _FORM:
        return _pairs(_text(body))
    if media == _QUERY:
        return [("query", _text(body))]
    if media == _UPDATE:
        raise Refused(403, "this endpoint is read-only: it takes no updates")
    raise Refused(415, f"Content-Type {media or '(none)'}: use {_FORM} or {_QUERY}")


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:  # UnicodeDecodeError is one
        raise Refused(400, f"the parameters cannot be read as UTF-8: {error}") from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"the request is no UTF-8: {error}") from error


def _checked(name: str) -> str:
    try:
        return ox.NamedNode(name).value
    except ValueError as error:
        raise Refused(400, f"{name!r} is no absolute IRI, so it names no graph") from error
