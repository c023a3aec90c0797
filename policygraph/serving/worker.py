"""A process of its own that answers queries from a store, one after the other, until it is ended.

Each line of standard input is a Job; the answer is a line of JSON (status, type, size) and that many bytes.
The process cannot take more memory than it is given, and ends itself when a query outlives its limit, so that
nothing is left behind even if the server was killed.
"""

import argparse
import io
import json
import signal
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from ontology import NAMESPACES
from policygraph.memory import limit_memory
from policygraph.serving.negotiation import ROWS, TRIPLES, negotiate

_MB = 1024 * 1024
_GRACE = 5  # seconds that the server has to end this process itself
_MARKS = {
    # What every row of an answer has once. Quotes in values are escaped, so these stand between rows only.
    ox.QueryResultsFormat.JSON: (b',{"', b'[{"'),
    ox.QueryResultsFormat.XML: (b"<result>",),
    ox.QueryResultsFormat.CSV: (b"\r\n",),
    ox.QueryResultsFormat.TSV: (b"\n",),
}
_PLAIN = "text/plain; charset=utf-8"

Reply = tuple[int, str, bytes]


class TooLarge(Exception):  # noqa: N818  a refusal is no error of ours
    """Raised when an answer grows beyond what this server sends."""


class Capped(io.BytesIO):
    """Bytes in memory, up to `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: Any, /) -> int:
        """Keep `data`; raise TooLarge if that is more than there may be."""
        if self.tell() + len(data) > self._most:
            raise TooLarge(f"the answer is larger than {self._most // _MB} MB")
        return super().write(data)


def answer(store: ox.Store, job: Mapping[str, Any], *, rows: int, size: int) -> Reply:
    """Return status, media type and bytes for a job."""
    if job["needs"] and ox.NamedNode(job["needs"]) not in set(store.named_graphs()):
        return 404, _PLAIN, f"no graph {job['needs']} in this store".encode()
    try:
        return _found(_asked(store, job), job, rows=rows, size=size)
    except SyntaxError as error:
        return 400, _PLAIN, f"this is no SPARQL query: {error}".encode()
    except TooLarge as error:
        return 413, _PLAIN, f"{error}; ask for less, or for a part at a time with LIMIT and OFFSET".encode()
    except (ValueError, OSError) as error:
        return 400, _PLAIN, f"this query cannot be answered: {error}".encode()


def _asked(store: ox.Store, job: Mapping[str, Any]) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    chosen: dict[str, Any] = {}
    if job["default"] or job["named"]:
        chosen["default_graph"] = [ox.NamedNode(name) for name in job["default"]]
        chosen["named_graphs"] = [ox.NamedNode(name) for name in job["named"]]
    return store.query(
        job["query"],
        base_iri=job["base"],
        prefixes=dict(NAMESPACES),
        use_default_graph_as_union=job["union"],
        substitutions={ox.Variable(name): _term(text) for name, text in job["values"]},
        **chosen,
    )


def _term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
    """Return a term that is written as Turtle."""
    quads: list[ox.Quad] = list(ox.parse(f"<urn:a> <urn:b> {text} .", ox.RdfFormat.N_TRIPLES))
    return quads[0].object


def _found(
    found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    job: Mapping[str, Any],
    *,
    rows: int,
    size: int,
) -> Reply:
    """Return an answer in the format that the client likes best; raise TooLarge."""
    triples = isinstance(found, ox.QueryTriples)
    offers = tuple(TRIPLES if triples else ROWS)
    media = negotiate(job["accept"], offers)
    if media is None:
        return 406, _PLAIN, f"this answer can be had as: {', '.join(offers)}".encode()
    output = Capped(size * _MB)
    if isinstance(found, ox.QueryTriples):
        some = found if job["whole"] else _at_most(found, rows)
        ox.serialize(some, output, format=TRIPLES[media], prefixes=_prefixes(TRIPLES[media]))
    else:
        found.serialize(output, format=ROWS[media])
        body = output.getbuffer().tobytes()
        headings = ROWS[media] in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV)
        if sum(body.count(mark) for mark in _MARKS[ROWS[media]]) - headings > rows:
            raise TooLarge(f"the answer has more than {rows:,} rows")
    sent = media if media.startswith("application/") else f"{media}; charset=utf-8"
    return 200, sent, output.getvalue()


def _at_most(triples: ox.QueryTriples, most: int) -> Iterator[ox.Triple]:
    yield from islice(triples, most)
    if next(triples, None) is not None:
        raise TooLarge(f"the answer has more than {most:,} triples")


def _prefixes(form: ox.RdfFormat) -> dict[str, str] | None:
    return dict(NAMESPACES) if form in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None


def network(folder: Path) -> Reply:
    """Return the page of the network of a store."""
    from graph import Store  # noqa: PLC0415  most workers never draw
    from graph.network import network as made  # noqa: PLC0415
    from graph.page import page  # noqa: PLC0415

    with Store(folder, read_only=True) as store:
        return 200, "text/html; charset=utf-8", page(made(store), policies="/policy/").encode()


def serve(
    folder: Path, store: ox.Store, asked: IO[bytes], answers: IO[bytes], *, seconds: float, **limits: int
) -> None:
    """Answer jobs until there are no more."""
    answers.write(b"ready\n")
    answers.flush()
    for line in iter(asked.readline, b""):
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
        job = json.loads(line)
        status, media, body = network(folder) if job["make"] else answer(store, job, **limits)
        head = {"status": status, "type": media, "size": len(body)}
        answers.write(json.dumps(head).encode() + b"\n" + body)
        answers.flush()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def opened(folder: str) -> ox.Store:
    """Return the store in a folder, to be read only; end with what is wrong with it."""
    try:
        return ox.Store.read_only(folder)
    except (OSError, RuntimeError):  # perhaps somebody writes to it: files can go while they are opened
        from graph import StoreError  # noqa: PLC0415  it takes longer to import than to start without it
        from graph.store import opened as again  # noqa: PLC0415

        try:
            return again(folder)
        except StoreError as error:
            sys.exit(str(error))


def main() -> None:
    """Read the limits, open the store and answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    for name in ("seconds", "rows", "memory", "size"):
        parser.add_argument(name, type=float if name == "seconds" else int)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends us
    store = opened(given.folder)
    limit_memory(given.memory * _MB)
    limits = {"rows": given.rows, "size": given.size}
    serve(Path(given.folder), store, sys.stdin.buffer, sys.stdout.buffer, seconds=given.seconds, **limits)


if __name__ == "__main__":
    main()
