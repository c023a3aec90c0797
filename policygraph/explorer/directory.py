"""All companies of a graph with what a list shows of each; made once for a graph, searched and sorted in memory.

To sort 10,000 companies by a number takes an engine a second and a list of them no time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ontology import expand
from policygraph.explorer.asker import Asker
from policygraph.explorer.findings import STANDS

_COUNTS = {
    "pg:processes": "data",
    "pg:usesFor": "purposes",
    "pg:sharesWith": "recipients",
}


@dataclass(frozen=True, slots=True)
class Company:
    """A company with a policy: its versions that hold, files, latest date, and numbers.

    `states` counts the requirements by state; it is empty if no policy of it has been checked.
    """

    iri: str
    name: str
    versions: tuple[str, ...]
    files: tuple[str, ...] = ()
    date: str = ""
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    states: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open(self) -> int:
        """Return how many requirements are left open."""
        return sum(self.states.get(state, 0) for state in ("vague", "absent", "conflict"))


@dataclass(frozen=True)
class Directory:
    """Companies in the order of their names, and the names of all companies that are known.

    `older` tells whether the graph holds texts that hold no more, too.
    """

    companies: tuple[Company, ...]
    names: Mapping[str, str]
    older: bool = False

    @cached_property
    def by_iri(self) -> Mapping[str, Company]:
        """Return the companies by IRI."""
        return {company.iri: company for company in self.companies}

    @cached_property
    def by_version(self) -> Mapping[str, Company]:
        """Return the first company of each version."""
        return {version: one for one in reversed(self.companies) for version in one.versions}

    def name(self, iri: str) -> str:
        """Return the name of a company, the last part of its IRI if it has none."""
        return self.names.get(iri) or iri.rstrip("/").rpartition("/")[2].replace("-", " ")

    def search(self, text: str) -> list[Company]:
        """Return the companies whose name, or file, has all words of `text` in it."""
        words = text.casefold().split()
        return [
            company
            for company in self.companies
            if all(
                word in company.name.casefold() or word in " ".join(company.files).casefold()
                for word in words
            )
        ]


SORTS: Mapping[str, Callable[[Company], Any]] = MappingProxyType(
    {
        "name": lambda _: 0,
        "date": lambda one: one.date,
        "data": lambda one: one.counts.get("data", 0),
        "purposes": lambda one: one.counts.get("purposes", 0),
        "recipients": lambda one: one.counts.get("recipients", 0),
        "open": lambda one: one.open,
        "met": lambda one: one.states.get("met", 0),
    }
)
"""What companies can be sorted by."""


def ordered(companies: Iterable[Company], by: str) -> list[Company]:
    """Return companies sorted by one of `SORTS`, from the top down with "-" before it; by name where equal."""
    if by == "-name":
        return list(companies)[::-1]
    key = SORTS.get(by.removeprefix("-"), SORTS["name"])
    return sorted(companies, key=lambda one: (key(one),), reverse=by.startswith("-"))


def directory(asker: Asker) -> Directory:
    """Return the companies of a graph."""
    names = {row["company"]: row["name"] for row in asker.rows("names")}
    versions: dict[str, list[str]] = defaultdict(list)
    stale = {row["version"] for row in asker.rows("stale")}
    for row in asker.rows("controllers"):
        if row["version"] not in stale:
            versions[row["company"]].append(row["version"])
    dates = {row["version"]: row["date"] for row in asker.rows("dates")}
    files: dict[str, list[str]] = defaultdict(list)
    for row in asker.rows("files"):
        files[row["version"]].append(row["file"])
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for edge, name in _COUNTS.items():
        for row in asker.rows("counts", {"edge": expand(edge)}):
            counts[row["company"]][name] = int(row["number"])
    states = _states(asker)
    made = (
        Company(
            iri,
            names.get(iri) or iri.rpartition("/")[2].replace("-", " "),
            tuple(sorted(set(held))),
            tuple(sorted({file for version in held for file in files[version]})),
            max((dates.get(version, "") for version in held), default=""),
            counts.get(iri, {}),
            _added(states[version] for version in sorted(set(held)) if version in states),
        )
        for iri, held in versions.items()
    )
    return Directory(tuple(sorted(made, key=lambda one: (one.name.casefold(), one.iri))), names, bool(stale))


def _states(asker: Asker) -> dict[str, dict[str, int]]:
    """Return how many requirements stand how, by the version that was checked."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for curie, state in STANDS.items():
        for row in asker.rows("standing", {"property": expand(curie)}):
            found[row["report"].removesuffix("report")][state] = int(row["number"])
    return found


def _added(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in several:
        for state, number in one.items():
            total[state] = total.get(state, 0) + number
    return total
