"""What pages ask becomes jobs for workers; the companies of a store are read by them once."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import anyio
import pyoxigraph as ox

import ontology
import queries
from policygraph import asking, endpoint
from policygraph.asking import Rows
from policygraph.explorer.asker import Asker
from policygraph.explorer.directory import Directory, directory
from policygraph.serving import protocol
from policygraph.serving.pool import Pool, Stamp
from queries import Question
from queries.reader import Term

JSON = "application/sparql-results+json"


class Select:
    """Answers questions by the workers; to be called in a thread of its own, which waits for them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._resolve = queries.Resolver(self._named, lexicon=ontology.load())

    def __call__(
        self, question: Question, values: Mapping[str, str], *, limit: int | None = None, offset: int = 0
    ) -> Rows:
        """Return the rows, at most `limit` from `offset` on; raise protocol.Refused and queries.QuestionError."""
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
        return self._pool.answers.of((sparql, values), lambda: self._of_worker(sparql, values))

    def _of_worker(self, sparql: str, values: tuple[tuple[str, str], ...]) -> bytes:
        job = replace(protocol.asked(sparql, JSON), values=values)
        status, _, body = anyio.from_thread.run(self._pool.answer, job)
        if status != 200:  # noqa: PLR2004  what HTTP calls well
            raise protocol.Refused(status, body.decode())
        return body


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
                asker = Asker(Select(self._pool))
                self._held = stamp, await anyio.to_thread.run_sync(directory, asker)
            return self._held[1]
