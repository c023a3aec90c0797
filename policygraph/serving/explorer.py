"""The explorer: each address becomes a page, made from what the workers answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anyio
import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

import ontology
import queries
from policygraph import asking, cells, endpoint, explorer
from policygraph.asking import Rows
from policygraph.explorer import (
    asked,
    changed,
    checks,
    companies,
    company,
    compare,
    concepts,
    policy,
    recipients,
)
from policygraph.explorer.asker import Asker
from policygraph.explorer.directory import Directory, directory
from policygraph.explorer.links import Links, iri_of
from policygraph.explorer.marking import Span
from policygraph.explorer.rendering import render
from policygraph.explorer.site import NothingThere, Page, Site
from policygraph.reports import page as report_page
from policygraph.serving import protocol
from policygraph.serving.pool import Pool, Stamp
from queries import Question, QuestionError
from queries.reader import Term

_CONTENT = (
    "default-src 'none'; style-src {styles}; script-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": _CONTENT.format(styles="'self'"),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }
)
"""What is sent with every page: it may load what lies beside it, and run nothing that stands in it."""

_EDITOR = {"Content-Security-Policy": _CONTENT.format(styles="'self' 'unsafe-inline'")}
_NETWORK = "default-src 'none'; {}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_STATIC = Path(explorer.__file__).parent / "static"
_FILES = MappingProxyType(
    {
        "look.css": (report_page.FOLDER / "look.css", "text/css"),
        "explorer.css": (_STATIC / "explorer.css", "text/css"),
        "explorer.js": (_STATIC / "explorer.js", "text/javascript"),
        "icon.svg": (_STATIC / "icon.svg", "image/svg+xml"),
    }
)
_JSON = "application/sparql-results+json"
_LINKS = Links()

Values = Mapping[str, str]


def routes() -> list[Route]:
    """Return the addresses of the explorer."""
    return [
        Route("/", _list(companies.page, "text", "sort", "number")),
        Route("/company/{path:path}", _company),
        Route("/policy/{path:path}", _policy),
        Route("/compare", _compare),
        Route("/changes", _changes),
        Route("/concepts", _list(concepts.page, "table", "text")),
        Route("/concept/{path:path}", _concept),
        Route("/questions", _questions),
        Route("/questions/{name}.{form}", _rows),
        Route("/questions/{name}", _question),
        Route("/checks", _list(checks.page, "text", "sort", "number")),
        Route("/network", _list(recipients.page, "text", "number")),
        Route("/network/picture", _picture),
        Route("/editor", _editor),
        Route("/static/{name}", _static),
    ]


class Companies:
    """The companies of the store as it is now: read once, and again when the store has changed."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = asyncio.Lock()
        self._held: tuple[Stamp, Directory] | None = None

    async def directory(self) -> Directory:
        """Return the companies; whoever comes while they are read waits for them."""
        async with self._lock:
            stamp = self._pool.stamp
            if self._held is None or self._held[0] != stamp:
                asker = Asker(_Select(self._pool))
                self._held = stamp, await anyio.to_thread.run_sync(directory, asker)
            return self._held[1]


class _Select:
    """Answers questions by the workers; to be called in a thread of its own, which waits for them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._resolve = queries.Resolver(self._named, lexicon=ontology.load())

    def __call__(
        self, question: Question, values: Values, *, limit: int | None = None, offset: int = 0
    ) -> Rows:
        terms = queries.bound(question, values, self._resolve)
        part = asking.page(self._solutions, question, terms, limit, offset)
        if part is not None:
            return part
        sparql = endpoint.paged(endpoint.with_values(question.sparql, terms), limit, offset)
        return endpoint.rows(question, self._answer(sparql, terms), limit)

    def _named(self, sparql: str, terms: Mapping[str, Term]) -> Iterator[Mapping[str, str]]:
        found = self._answer(endpoint.with_values(sparql, terms), terms)
        for binding in found["results"]["bindings"]:
            yield {name: cell["value"] for name, cell in binding.items()}

    def _answer(self, sparql: str, terms: Mapping[str, Term]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._asked(sparql, terms))
        return found

    def _solutions(self, sparql: str, terms: Mapping[str, Term]) -> ox.QuerySolutions:
        found = ox.parse_query_results(self._asked(sparql, terms), format=ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        return found

    def _asked(self, sparql: str, terms: Mapping[str, Term]) -> bytes:
        # As for a store that is open here: the engine plans better with values in the place of variables, too.
        values = tuple((name, str(term)) for name, term in terms.items())
        job = replace(protocol.asked(sparql, _JSON), values=values)
        status, _, body = anyio.from_thread.run(self._pool.answer, job)
        if status != 200:  # noqa: PLR2004  what HTTP calls well
            raise protocol.Refused(status, body.decode())
        return body


# --- pages -------------------------------------------------------------------------------------------------


def _list(make: Callable[..., Page], *names: str) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a request with the page that `make` makes of some parameters of the address."""

    async def answer(request: Request) -> Response:
        asks = request.query_params
        given = {name: asks[name] for name in names if name in asks}
        number = {"number": _number(asks.get("page", ""))} if "number" in names else {}
        return await _made(request, lambda site: make(site, **given, **number))

    return answer


async def _company(request: Request) -> Response:
    asks, path = request.query_params, request.path_params["path"]
    by, number, at = asks.get("by", ""), _number(asks.get("page", "")), asks.get("at", "")

    def make(site: Site) -> Page:
        only = iri_of(asks["only"], "concept/") if asks.get("only") else ""
        return company.page(site, iri_of(path, "company/"), by=by, number=number, at=at, only=only)

    return await _made(request, make)


async def _policy(request: Request) -> Response:
    version = iri_of(request.path_params["path"], "policy/")
    words = _span(request.query_params.get("words", ""))
    show = request.query_params.get("show", "").split(",")
    return await _made(request, lambda site: policy.page(site, version, words=words, show=show))


async def _compare(request: Request) -> Response:
    chosen = request.query_params.getlist("company")
    differences = bool(request.query_params.get("differences"))
    return await _made(
        request, lambda site: compare.page(site, compare.of_names(site, chosen), differences=differences)
    )


async def _changes(request: Request) -> Response:
    asks = request.query_params
    old, new = (iri_of(asks[name], "policy/") if asks.get(name) else "" for name in ("old", "new"))
    return await _made(request, lambda site: changed.page(site, old, new))


async def _concept(request: Request) -> Response:
    path, number = request.path_params["path"], _number(request.query_params.get("page", ""))
    return await _made(request, lambda site: concepts.one(site, iri_of(path, "concept/"), number=number))


async def _questions(request: Request) -> Response:
    return await _made(request, lambda _: asked.listed())


async def _question(request: Request) -> Response:
    asks = dict(request.query_params)
    name, offset = request.path_params["name"], _count(asks.get("offset", ""))
    words = bool(asks.get("evidence"))
    return await _made(request, lambda site: asked.page(site, name, asks, offset=offset, evidence=words))


async def _editor(request: Request) -> Response:
    return await _made(request, lambda _: Page("editor", "SPARQL", {}), headers=_EDITOR)


async def _made(
    request: Request, make: Callable[[Site], Page], *, headers: Values = MappingProxyType({})
) -> Response:
    """Answer with a page, or with one that says why there is none."""
    status, extra = 200, dict(headers)
    try:
        page = await anyio.to_thread.run_sync(make, await _site(request))
    except (NothingThere, QuestionError, ontology.UnknownTermError) as error:  # the latter two: no such IRI
        status, page = 404, Page("problem", "Nothing here", {"why": str(error), "status": 404})
    except protocol.Refused as error:
        status, page = (
            error.status,
            Page("problem", _title(error.status), {"why": error.why, "status": error.status}),
        )
        if status == 503:  # noqa: PLR2004  busy
            extra["Retry-After"] = "1"
    body = await anyio.to_thread.run_sync(render, page, _LINKS)
    return HTMLResponse(body, status, {**HEADERS, **extra})


async def _site(request: Request) -> Site:
    state = request.app.state
    return Site(Asker(_Select(state.pool)), await state.companies.directory(), _LINKS)


def _title(status: int) -> str:
    return "This takes too long" if status == 503 else "This cannot be answered"  # noqa: PLR2004  busy


# --- what is no page ---------------------------------------------------------------------------------------


async def _rows(request: Request) -> Response:
    """Answer a question with its rows as CSV or as SPARQL results in JSON."""
    name, form = request.path_params["name"], request.path_params["form"]
    asks = dict(request.query_params)
    if form not in ("csv", "json"):
        return PlainTextResponse("rows can be had as .csv and .json\n", 404, dict(HEADERS))
    site = await _site(request)
    try:
        rows = await anyio.to_thread.run_sync(lambda: asked.answer(site, name, asks))
    except (NothingThere, QuestionError) as error:
        return PlainTextResponse(f"{error}\n", 404 if isinstance(error, NothingThere) else 400, dict(HEADERS))
    shown = {**HEADERS, "Content-Disposition": f'inline; filename="{name}.{form}"'}
    if form == "csv":
        return Response(cells.table(rows.columns, rows.rows), headers=shown, media_type="text/csv")
    return Response(json.dumps(rows.results(), ensure_ascii=False), headers=shown, media_type=_JSON)


async def _picture(request: Request) -> Response:
    """Answer with the network as a page of its own; it is made by a worker, within its limits."""
    site = await _site(request)
    if len(site.directory.companies) > recipients.DRAWN:
        return await _made(request, _too_many)
    try:
        status, media, body = await request.app.state.pool.answer(protocol.Job("", make="network"))
    except protocol.Refused as error:
        return await _made(request, _raising(error))
    policy_of_page = _NETWORK.format(_of_network())
    return Response(
        body, status, {**HEADERS, "Content-Type": media, "Content-Security-Policy": policy_of_page}
    )


def _too_many(_: Site) -> Page:
    raise NothingThere(
        f"The network of more than {recipients.DRAWN} companies is not drawn: search it instead."
    )


def _raising(error: Exception) -> Callable[[Site], Page]:
    def make(_: Site) -> Page:
        raise error

    return make


@cache
def _of_network() -> str:
    from graph.page import security  # noqa: PLC0415  networkx takes a third of a second to import

    return security()


async def _static(request: Request) -> Response:
    found = _FILES.get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("nothing here\n", 404, dict(HEADERS))
    path, media = found
    return Response(path.read_bytes(), headers=dict(HEADERS), media_type=media)


def _span(text: str) -> Span | None:
    start, _, end = text.partition("-")
    if not (start.isdecimal() and end.isdecimal()) or len(text) > 20 or int(start) >= int(end):  # noqa: PLR2004
        return None
    return int(start), int(end)


def _number(text: str) -> int:
    return max(1, _count(text))


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004  no list is longer
