"""The web application: the explorer, the query endpoint, and the graphs one by one."""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anyio
import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from policygraph.explorer import asked
from policygraph.explorer.asker import Asker
from policygraph.explorer.links import Links
from policygraph.explorer.site import Site
from policygraph.serving import explorer, protocol
from policygraph.serving.days import Days
from policygraph.serving.limits import Limits
from policygraph.serving.negotiation import TRIPLES, negotiate
from policygraph.serving.pool import Pool
from policygraph.serving.selecting import Companies, Select

_HERE = Path(__file__).parent
_DESCRIPTION = (_HERE / "description.ttl").read_text(encoding="utf-8")
_HEADERS = MappingProxyType(
    {
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    }
)
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask: whoever has the `token`, if there is one; pages from `origin` too, if there is one.

    `hosts` are the names by which this server may be called; others are refused, so that a page elsewhere
    cannot pass itself off as this server by a name of its own.
    """

    token: str = ""
    origin: str = ""
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]", "::1")


def application(
    folder: Path, limits: Limits, access: Access, library: Mapping[str, Any] = MappingProxyType({})
) -> Starlette:
    """Return the application that answers from the store in `folder`; `library` is what its page offers."""

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        async with Pool(folder, limits) as pool, Days(folder, limits, pool) as days:
            app.state.pool, app.state.days = pool, days
            app.state.companies = Companies(pool)
            # Whoever comes first need not wait for all of it.
            warming = asyncio.create_task(_warm(app))
            yield
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)

    app = Starlette(
        routes=[
            *explorer.routes(),
            Route("/sparql", _sparql, methods=["GET", "POST"]),
            Route("/store", _store, methods=["GET"]),
            Route("/library.json", _library),
            Mount("/editor", StaticFiles(directory=_HERE / "editor")),
        ],
        middleware=_middleware(access),
        exception_handlers={protocol.Refused: _refused},
        lifespan=running,
    )
    app.state.limits = limits
    app.state.library = json.dumps(dict(library)).encode()
    return app


async def _warm(app: Starlette) -> None:
    """Read what pages need: the companies first, then what questions answer that need no more to be asked."""
    with suppress(protocol.Refused):  # whoever asks for a page will be told
        directory = await app.state.companies.directory()
        site = Site(Asker(Select(app.state.pool)), directory, Links())
        for name in asked.ready():
            with suppress(protocol.Refused):
                await anyio.to_thread.run_sync(_ask, site, name)


def _ask(site: Site, name: str) -> None:
    asked.page(site, name, {})
    if asked.find(name).evidence:
        asked.page(site, name, {}, evidence=True)


def _middleware(access: Access) -> list[Middleware]:
    found = [Middleware(TrustedHostMiddleware, allowed_hosts=list(access.hosts), www_redirect=False)]
    if access.origin:
        found.append(
            Middleware(
                CORSMiddleware,
                allow_origins=[access.origin],
                allow_methods=["GET", "POST"],
                allow_headers=["Accept", "Authorization", "Content-Type"],
            )
        )
    if access.token:
        found.append(Middleware(_Guard, token=access.token))
    return found


class _Guard:
    """Lets in who has the token, as a bearer's or as the password of any user."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._knows(Request(scope).headers.get("authorization", "")):
            await self._app(scope, receive, send)
            return
        ask = {"WWW-Authenticate": 'Basic realm="policygraph", charset="UTF-8"'}
        await PlainTextResponse("the token is missing or wrong", 401, ask)(scope, receive, send)

    def _knows(self, header: str) -> bool:
        kind, _, given = header.partition(" ")
        if kind.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return False
        elif kind.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode(), self._token.encode())


async def _library(request: Request) -> Response:
    return Response(request.app.state.library, media_type="application/json", headers=_HEADERS)


async def _sparql(request: Request) -> Response:
    """Answer a query; asked none, say what this service is."""
    accept = _accept(request)
    job = protocol.job(
        "POST" if request.method == "POST" else "GET",
        request.scope["query_string"].decode("latin-1"),
        request.headers.get("content-type", ""),
        await _body(request),
        accept,
    )
    here = str(request.url.replace(query=""))
    if job is None:
        return _description(here, accept)
    return await _answer(request, replace(job, base=here))


async def _store(request: Request) -> Response:
    """Give one graph, as the Graph Store Protocol has it."""
    return await _answer(
        request, protocol.graph(request.scope["query_string"].decode("latin-1"), _accept(request))
    )


async def _answer(request: Request, job: protocol.Job) -> Response:
    status, media, body = await request.app.state.pool.answer(job)
    return Response(body, status, {**_HEADERS, "Content-Type": media})


async def _body(request: Request) -> bytes:
    """Return what was sent; raise Refused before it fills the memory."""
    most = request.app.state.limits.query * _MB
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise protocol.Refused(413, f"the request is larger than {most // _MB} MB")
    return body


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))


def _description(url: str, accept: str) -> Response:
    """Return what the service at `url` can do, as RDF."""
    media = negotiate(accept, tuple(TRIPLES))
    if media is None:
        raise protocol.Refused(406, f"this description can be had as: {', '.join(TRIPLES)}")
    quads = ox.parse(_DESCRIPTION, ox.RdfFormat.TURTLE, base_iri=url)
    body = ox.serialize((quad.triple for quad in quads), format=TRIPLES[media])
    return Response(body, headers={**_HEADERS, "Content-Type": media})


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, protocol.Refused)
    again: dict[str, Any] = {"Retry-After": "1"} if error.status == 503 else {}  # noqa: PLR2004  busy
    return PlainTextResponse(error.why + "\n", error.status, {**_HEADERS, **again})
