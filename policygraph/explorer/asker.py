"""Pages ask a graph through one function, wherever the graph is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import queries
from graph.iri import span_of
from graph.source import Source
from ontology import expand
from policygraph.asking import Rows
from queries import Question

FOLDER = Path(__file__).parent / "questions"


class Select(Protocol):
    """Answers a question, as `policygraph.asking.select` does for a store."""

    def __call__(
        self, question: Question, values: Mapping[str, str], *, limit: int | None = None, offset: int = 0
    ) -> Rows:
        """Return the rows, at most `limit` from `offset` on."""
        ...


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the questions of pages (the files in `questions/`) and those of the library."""

    select: Select

    def rows(
        self, name: str, values: Mapping[str, str] | None = None, *, limit: int | None = None, offset: int = 0
    ) -> list[dict[str, str]]:
        """Return the rows of a question of pages, each a dictionary of what its variables stand for."""
        found = self.select(own(name), values or {}, limit=limit, offset=offset)
        return [{key: cell["value"] for key, cell in row.items()} for row in found.bindings]

    def source(self, version: str) -> Source:
        """Return the stored text of a version; an empty one if there is none."""
        text, media_type = "", "text/plain"
        headings = []
        for row in self.rows("graph", {"graph": version + "text"}):
            if row["property"] == expand("cnt:chars"):
                text = row["value"]
            elif row["property"] == expand("dct:format"):
                media_type = row["value"]
            elif found := span_of(row["value"]):
                headings.append(found)
        return Source(text, media_type, tuple(sorted(headings)))


@cache
def own(name: str) -> Question:
    """Return a question of pages."""
    return queries.read(FOLDER / f"{name}.rq")
