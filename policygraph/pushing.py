"""The graphs of a store are written to a SPARQL server, each in the place of what the server holds of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import OpenerDirector, Request

import pyoxigraph as ox

from graph import Store, iri
from policygraph import credentials, virtuoso
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

    Records of builds stay here: where files lie is nobody else's business.
    Graphs go by the Graph Store Protocol where the server has it, else by SPARQL Update in batches; a graph
    takes the place of the one of the same name, so that pushing again changes nothing. The URLs for both are
    guessed from `url` if they are not given. `done` is called with each graph. POLICYGRAPH_USER and
    POLICYGRAPH_PASSWORD are sent if they are set. Raise EndpointError.
    """
    server = _Server(credentials.opener(url), seconds)
    names = sorted(name.value for name in store.graphs())
    names = [name for name in names if not name.startswith(iri.run_graphs(store.base))]
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
    written = _writer(server.greet(f"{target}?default"))
    total = new = 0
    for number, name in enumerate(names):
        triples = written(store.triples(name))
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
    written = _writer(server.greet(target))
    total = 0
    for number, name in enumerate(names):
        drop = f"DROP SILENT GRAPH <{name}>"
        if server.update(target, drop, may_fail=not number) in _ABSENT:
            return None
        triples = store.triples(name)
        for batch in iter(lambda: list(islice(triples, _BATCH)), []):  # noqa: B023  used up before the next
            lines = _lines(written(batch)).decode()
            server.update(target, f"INSERT DATA {{ GRAPH <{name}> {{\n{lines}}} }}")
            total += len(batch)
        done(name)
    return Pushed("update", target, len(names), total, None)


def _writer(software: str) -> Callable[[Iterable[ox.Triple]], list[ox.Triple]]:
    """Return what makes of triples those that are written to a server of that name."""
    return virtuoso.kept if virtuoso.is_virtuoso(software) else list


def _lines(triples: Sequence[ox.Triple]) -> bytes:
    """Return triples as N-Triples."""
    return "".join(f"{triple} .\n" for triple in triples).encode()


@dataclass(frozen=True, slots=True)
class _Server:
    """Sends requests with the user's credentials."""

    opener: OpenerDirector
    seconds: float

    def greet(self, url: str) -> str:
        """Return the name of the software, and be known by then; a graph may be too large to be sent twice."""
        return credentials.software(self.opener, url, self.seconds)

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
            if may_fail and error.code in _ABSENT:
                error.close()
                return error.code
            raise EndpointError(f"{place}: the server refuses: {credentials.refusal(error)}") from error
        except (URLError, OSError) as error:
            raise EndpointError(
                f"{place}: no answer within {self.seconds:g} s ({error}); is the server running?"
            ) from error


def _beside(url: str, names: Sequence[str]) -> Iterator[str]:
    """Yield where a server whose query endpoint is `url` may have something: in its place and below it."""
    whole = url.rstrip("/")
    beside = whole.rpartition("/")[0] if urlsplit(whole).path else whole
    for name in names:
        yield f"{beside}/{name}"
    if urlsplit(whole).path:
        for name in names:
            yield f"{whole}/{name}"
