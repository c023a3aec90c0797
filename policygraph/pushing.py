"""The graphs of a store are written to a SPARQL server, each in the place of what the server holds of it."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

import pyoxigraph as ox

from graph import Store
from policygraph.endpoint import EndpointError

_SECONDS = 300
_BATCH = 2_000  # triples of an update; Virtuoso takes no more than 10,000 lines
_ABSENT = frozenset((400, 404, 405, 501))  # what servers say where there is nothing to put a graph to
_STORES = ("store", "data", "sparql-graph-crud-auth", "rdf-graphs/service")
_UPDATES = ("update", "statements", "sparql-auth", "sparql")

Way = Literal["graph store", "update"]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was done: how, to which URL, how many graphs and triples, and how many graphs were new there."""

    way: Way
    url: str
    graphs: int
    triples: int
    new: int | None
    """Graphs that the server says it did not have; None if it does not say."""


def push(
    store: Store,
    url: str,
    *,
    graph_store: str = "",
    update: str = "",
    seconds: float = _SECONDS,
    done: Callable[[str], None] = lambda _: None,
) -> Pushed:
    """Write every graph of `store` to the server whose query endpoint is `url`; return what was done.

    Graphs go by the Graph Store Protocol where the server has it, else by SPARQL Update in batches; a graph
    takes the place of the one of the same name, so that pushing again changes nothing. The URLs for both are
    guessed from `url` if they are not given. `done` is called with each graph. POLICYGRAPH_USER and
    POLICYGRAPH_PASSWORD are sent if they are set. Raise EndpointError.
    """
    server = _Server(_opener(url), seconds)
    names = sorted(name.value for name in store.graphs())
    if not names:
        raise EndpointError(f"{url}: there is no graph to push; build a store first")
    if not update:
        for target in (graph_store,) if graph_store else _beside(url, _STORES):
            if pushed := _put(store, names, target, server, done):
                return pushed
        if graph_store:
            raise EndpointError(f"{graph_store}: no graphs can be put here; is it a graph store?")
    for target in (update,) if update else _beside(url, _UPDATES):
        if pushed := _update(store, names, target, server, done):
            return pushed
    raise EndpointError(
        f"{url}: this server takes neither graphs nor updates at the usual places; "
        "name one with --graph-store or --update"
    )


def _put(
    store: Store, names: Sequence[str], target: str, server: "_Server", done: Callable[[str], None]
) -> Pushed | None:
    """Put each graph to a graph store; return None if there is none at `target`."""
    server.greet(f"{target}?default")
    total = new = 0
    for number, name in enumerate(names):
        triples = list(store.triples(name))
        place = f"{target}?graph={quote(name, safe='')}"
        status = server.send("PUT", place, _lines(triples), "application/n-triples", may_fail=not number)
        if status in _ABSENT:
            return None
        total += len(triples)
        new += status == 201  # noqa: PLR2004  created
        done(name)
    return Pushed("graph store", target, len(names), total, new)


def _update(
    store: Store, names: Sequence[str], target: str, server: "_Server", done: Callable[[str], None]
) -> Pushed | None:
    """Replace each graph by updates; return None if `target` takes none."""
    server.greet(target)
    total = 0
    for number, name in enumerate(names):
        drop = f"DROP SILENT GRAPH <{name}>"
        if server.update(target, drop, may_fail=not number) in _ABSENT:
            return None
        triples = store.triples(name)
        for batch in iter(lambda: list(islice(triples, _BATCH)), []):  # noqa: B023  used up before the next
            lines = _lines(batch).decode()
            server.update(target, f"INSERT DATA {{ GRAPH <{name}> {{\n{lines}}} }}")
            total += len(batch)
        done(name)
    return Pushed("update", target, len(names), total, None)


def _lines(triples: Sequence[ox.Triple]) -> bytes:
    """Return triples as N-Triples."""
    return "".join(f"{triple} .\n" for triple in triples).encode()


@dataclass(frozen=True, slots=True)
class _Server:
    """Sends requests with the user's credentials."""

    opener: OpenerDirector
    seconds: float

    def greet(self, url: str) -> None:
        """Learn how the server wants to be told who we are; a graph may be too large to be sent twice."""
        with suppress(OSError), self.opener.open(Request(url, method="HEAD"), timeout=self.seconds):  # noqa: S310
            pass

    def update(self, url: str, sparql: str, *, may_fail: bool = False) -> int:
        return self.send("POST", url, sparql.encode(), "application/sparql-update", may_fail=may_fail)

    def send(self, method: str, url: str, body: bytes, kind: str, *, may_fail: bool = False) -> int:
        """Return the status; raise EndpointError, but not for a request that `may_fail` at such a place."""
        place = url.partition("?")[0]
        try:
            request = Request(url, body, {"Content-Type": kind}, method=method)  # noqa: S310  the user's server
            with self.opener.open(request, timeout=self.seconds) as answer:
                answer.read()
                return int(answer.status)
        except HTTPError as error:
            with error:
                if may_fail and error.code in _ABSENT:
                    return error.code
                said = error.read(500).decode(errors="replace").strip().splitlines()
            advice = "; set POLICYGRAPH_USER and POLICYGRAPH_PASSWORD" if error.code in (401, 403) else ""
            raise EndpointError(
                f"{place}: the server refuses: {error.code} {said[0] if said else error.reason}{advice}"
            ) from error
        except (URLError, OSError) as error:
            raise EndpointError(
                f"{place}: no answer within {self.seconds:g} s ({error}); is the server running?"
            ) from error


class _Digest(HTTPDigestAuthHandler):
    """Answers the last challenge of the server with every request, not only when it is made again."""

    _challenge = ""

    def retry_http_digest_auth(self, req: Request, auth: str) -> Any:
        """Keep the challenge, and answer it."""
        self._challenge = auth.partition(" ")[2]
        return super().retry_http_digest_auth(req, auth)

    def http_request(self, req: Request) -> Request:
        """Return the request with the answer to the last challenge."""
        if self._challenge and not req.has_header(self.auth_header):
            asked = parse_keqv_list([part for part in parse_http_list(self._challenge) if part])
            given = self.get_authorization(req, asked)
            if given:
                req.add_unredirected_header(self.auth_header, f"Digest {given}")
        return req

    https_request = http_request


def _opener(url: str) -> OpenerDirector:
    """Return what opens URLs of this server, with the user's name and password if they are set."""
    known = HTTPPasswordMgrWithDefaultRealm()
    user = os.environ.get("POLICYGRAPH_USER")
    if user:
        place = urlsplit(url)
        known.add_password(
            None, f"{place.scheme}://{place.netloc}/", user, os.environ.get("POLICYGRAPH_PASSWORD", "")
        )
    return build_opener(HTTPBasicAuthHandler(known), _Digest(known))


def _beside(url: str, names: Sequence[str]) -> Iterator[str]:
    """Yield where a server whose query endpoint is `url` may have something: in its place and below it."""
    whole = url.rstrip("/")
    beside = whole.rpartition("/")[0] if urlsplit(whole).path else whole
    for name in names:
        yield f"{beside}/{name}"
    if urlsplit(whole).path:
        for name in names:
            yield f"{whole}/{name}"
