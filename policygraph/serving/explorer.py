"""The explorer: each address becomes a page, made from what the workers answer."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

import ontology
from policygraph import cells, explorer
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
from policygraph.explorer.links import Linking, Links, iri_of
from policygraph.explorer.marking import Span
from policygraph.explorer.rendering import render
from policygraph.explorer.site import NothingThere, Page, Site, When
from policygraph.reports import page as report_page
from policygraph.serving import protocol
from policygraph.serving.pool import Pool
from policygraph.serving.selecting import JSON, Select
from queries import QuestionError

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
_LINKS = Links()

AS_OF = "as-of"
"""The part of an address that names a day."""

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
    links: Linking = _LINKS
    status, extra, when = 200, dict(headers), _when(request)
    try:
        async with _site(request) as site:
            links, when = site.links, _when(request, site)
            page = await anyio.to_thread.run_sync(make, site)
    except (NothingThere, QuestionError, ontology.UnknownTermError) as error:  # the latter two: no such IRI
        status, page = 404, Page("problem", "Nothing here", {"why": str(error), "status": 404})
    except protocol.Refused as error:
        status, page = (
            error.status,
            Page("problem", _title(error.status), {"why": error.why, "status": error.status}),
        )
        if status == 503:  # noqa: PLR2004  busy
            extra["Retry-After"] = "1"
    body = await anyio.to_thread.run_sync(lambda: render(page, links, when=when))
    return HTMLResponse(body, status, {**HEADERS, **extra})


@asynccontextmanager
async def _site(request: Request) -> AsyncIterator[Site]:
    """Yield what pages are made from: the store as it is now, or as of the day that the address names."""
    state, day = request.app.state, request.query_params.get(AS_OF, "")
    now = Asker(Select(state.pool))
    if not day:
        yield Site(now, await state.companies.directory(), _LINKS)
        return
    async with state.days.of(day) as then:
        known = await then.companies.directory()
        yield Site(Asker(Select(then.pool)), known, Links(as_of=day), whole=now, undated=then.undated)


@asynccontextmanager
async def _pool(request: Request) -> AsyncIterator[Pool]:
    """Yield who answers for the store as it is now, or as of the day that the address names."""
    state, day = request.app.state, request.query_params.get(AS_OF, "")
    if not day:
        yield state.pool
        return
    async with state.days.of(day) as then:
        yield then.pool


def _when(request: Request, site: Site | None = None) -> When | None:
    """Return the day that a page is as of, with its address; None where no other day can be asked for."""
    asks, scope = request.query_params, request.scope
    if not (asks.get(AS_OF) or (site and site.directory.older)) or scope["path"] == "/editor":
        return None
    others = tuple(pair for pair in asks.multi_items() if pair[0] not in (AS_OF, "page", "offset"))
    path = "/" + quote(scope["path"].lstrip("/"), safe="/:@!$&'()*+,;=~")
    return When(asks.get(AS_OF, ""), path, others, site.undated if site else 0)


def _title(status: int) -> str:
    if status == 404:  # noqa: PLR2004  what HTTP calls not found
        return "Nothing here"
    return "This takes too long" if status == 503 else "This cannot be answered"  # noqa: PLR2004  busy


# --- what is no page ---------------------------------------------------------------------------------------


async def _rows(request: Request) -> Response:
    """Answer a question with its rows as CSV or as SPARQL results in JSON."""
    name, form = request.path_params["name"], request.path_params["form"]
    asks = dict(request.query_params)
    if form not in ("csv", "json"):
        return PlainTextResponse("rows can be had as .csv and .json\n", 404, dict(HEADERS))
    try:
        async with _site(request) as site:
            rows = await anyio.to_thread.run_sync(lambda: asked.answer(site, name, asks))
    except (NothingThere, QuestionError) as error:
        return PlainTextResponse(f"{error}\n", 404 if isinstance(error, NothingThere) else 400, dict(HEADERS))
    shown = {**HEADERS, "Content-Disposition": f'inline; filename="{name}.{form}"'}
    if form == "csv":
        return Response(cells.table(rows.columns, rows.rows), headers=shown, media_type="text/csv")
    return Response(json.dumps(rows.results(), ensure_ascii=False), headers=shown, media_type=JSON)


async def _picture(request: Request) -> Response:
    """Answer with the network as a page of its own; it is made by a worker, within its limits."""
    try:
        async with _site(request) as site, _pool(request) as pool:
            if len(site.directory.companies) > recipients.DRAWN:
                return await _made(request, _too_many)
            status, media, body = await pool.answer(protocol.Job("", make="network"))
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
