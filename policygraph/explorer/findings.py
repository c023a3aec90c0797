"""Reports of checks, read back from the graph: how each requirement stands, and the words for it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graph import shapes
from graph.iri import span_of
from ontology import shorten
from policygraph.explorer.asker import Asker
from policygraph.explorer.marking import Span
from policygraph.reports import provisions
from policygraph.reports.page import STATES
from policygraph.reports.wording import twice
from policygraph.settings import LEVELS

STANDS: Mapping[str, str] = {
    "pg:meets": "met",
    "pg:isVagueOn": "vague",
    "pg:leavesOut": "absent",
    "pg:contradicts": "conflict",
    "pg:isUnclearOn": "unclear",
    "pg:isExemptFrom": "none",
}
"""How the properties of a report that name requirements are shown; what does not apply is none of a bar."""

MARKS = {name: (mark, word) for mark, word, name in reversed(STATES.values())} | {"met": ("●", "present")}


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found open, or somebody waived: how it stands, what was found, and what would meet it."""

    requirement: str
    state: str
    level: str
    message: str
    remedy: str
    provision: str
    law: str
    waived: str
    spans: tuple[Span, ...]
    against: tuple[Span, ...]

    @property
    def order(self) -> tuple[bool, int, str, tuple[Span, ...]]:
        """Return the key by which findings are listed: the gravest first."""
        return bool(self.waived), LEVELS.index(self.level), self.requirement, self.spans


@dataclass(frozen=True, slots=True)
class Report:
    """How the requirements stand in one text of a policy, by number, and what was found open."""

    states: Mapping[str, str]
    found: tuple[Found, ...]

    def missing(self) -> list[Found]:
        """Return what is left out or vague."""
        return [one for one in self.found if not twice(one.requirement)]

    def contradictions(self) -> list[Found]:
        """Return what a policy says twice in different ways."""
        return [one for one in self.found if twice(one.requirement)]


def report(asker: Asker, version: str) -> Report | None:
    """Return the report of a version; None if it has not been checked."""
    standing = states(asker, version)
    if not standing:
        return None
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in asker.rows("findings", {"graph": version + "report"}):
        said[row["node"]][shorten(row["property"])].append(row["value"])
    found = sorted((_found(facts) for facts in said.values()), key=lambda one: one.order)
    waived = {one.requirement: one.state for one in found if one.waived}
    return Report({**standing, **waived}, tuple(found))


def states(asker: Asker, version: str) -> dict[str, str]:
    """Return how the requirements stand in a version, by number; none if it has not been checked."""
    rows = asker.rows("outcomes", {"report": version + "report"})
    return {row["requirement"]: STANDS[shorten(row["property"])] for row in rows}


def _found(facts: Mapping[str, list[str]]) -> Found:
    def first(curie: str) -> str:
        return next(iter(facts.get(curie, ())), "")

    def spans(curie: str) -> tuple[Span, ...]:
        return tuple(sorted(span for iri in facts.get(curie, ()) if (span := span_of(iri))))

    waived = first("pg:waived")
    return Found(
        first("pg:requirement"),
        "waived" if waived else STATES[first("pg:state")][2],
        first("sh:resultSeverity").rpartition("#")[2].lower(),
        first("sh:resultMessage"),
        first("pg:remedy"),
        first("pg:provision"),
        provisions.title(first("pg:provision")) if first("pg:provision") else "",
        waived,
        spans("pg:standsOn"),
        spans("pg:against"),
    )


@cache
def names() -> Mapping[str, str]:
    """Return the requirements by number with their names: first what has to be stated, then what must agree."""
    found = {shape.requirement: shape.name for shape in shapes.requirements()}
    return dict(sorted(found.items(), key=lambda item: (twice(item[0]), item[0])))
