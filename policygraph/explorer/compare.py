"""The page that puts companies side by side: what each states, and how its policy stands to each requirement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ontology
from policygraph.explorer import findings
from policygraph.explorer.directory import Company
from policygraph.explorer.site import Page, Site

MOST = 6  # companies side by side
_OFFERED = 30  # companies that are all shown to choose from; of more one is typed
_GROUPS: Mapping[str, tuple[str, str]] = {
    "pg:processes": ("Data", "statements"),
    "pg:usesFor": ("Purposes", "statements"),
    "pg:reliesOn": ("Legal bases", "statements"),
    "pg:sharesWith": ("Recipients", "statements"),
    "pg:transfersTo": ("Countries that data go to", "statements"),
    "pg:grantsRight": ("Rights", "rights"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A value and which of the companies state it."""

    iri: str
    name: str
    stated: tuple[bool, ...]

    @property
    def differs(self) -> bool:
        """Tell whether some companies state it and others do not."""
        return len(set(self.stated)) > 1


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one property, how many values each company states, and the part of its page that has them."""

    title: str
    part: str
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]


def page(site: Site, iris: Sequence[str], *, differences: bool = False) -> Page:
    """Return the page of some companies beside each other; with `differences` only where they differ."""
    known = site.directory.by_iri
    chosen = [known[iri] for iri in dict.fromkeys(iris) if iri in known][:MOST]
    groups = _groups(site, chosen, differences=differences)
    requirements = _requirements(site, chosen, differences=differences)
    shown = {
        "companies": chosen,
        "few": len(site.directory.companies) <= _OFFERED,
        "most": MOST,
        "others": [one for one in site.directory.companies[:2000] if one not in chosen]
        if len(chosen) < MOST
        else [],
        "groups": groups if chosen else [],
        "requirements": requirements,
        "marks": findings.MARKS,
        "differences": differences,
    }
    return Page("compare", "Compare", shown)


def _groups(site: Site, chosen: Sequence[Company], *, differences: bool) -> list[Group]:
    stated: dict[str, dict[str, set[int]]] = {curie: {} for curie in _GROUPS}
    names: dict[str, str] = {}
    for index, company in enumerate(chosen):
        for row in site.asker.rows("edges", {"company": company.iri}):
            curie = ontology.shorten(row["property"])
            if curie in stated:
                stated[curie].setdefault(row["value"], set()).add(index)
                names[row["value"]] = _name(site, row)
    made = []
    for curie, (title, by) in _GROUPS.items():
        rows = [
            Row(value, names[value], tuple(index in found for index in range(len(chosen))))
            for value, found in stated[curie].items()
        ]
        rows.sort(key=lambda row: (-sum(row.stated), row.name.casefold()))
        numbers = tuple(sum(row.stated[index] for row in rows) for index in range(len(chosen)))
        made.append(Group(title, by, tuple(row for row in rows if row.differs or not differences), numbers))
    return made


def _name(site: Site, row: Mapping[str, str]) -> str:
    value = row["value"]
    if value in site.directory.names:
        return site.directory.names[value]
    return row.get("name") or ontology.load().label(value)


def _requirements(
    site: Site, chosen: Sequence[Company], *, differences: bool
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return each requirement with its name and how it stands in each company."""
    columns = [states(site, company) for company in chosen]
    if not any(columns):
        return []
    rows = [
        (number, name, tuple(column.get(number, "") for column in columns))
        for number, name in findings.names().items()
    ]
    return [row for row in rows if any(row[2]) and (len(set(row[2])) > 1 or not differences)]


def states(site: Site, company: Company) -> dict[str, str]:
    """Return how each requirement stands in the policies of a company, the worst of several first."""
    worst = ("conflict", "absent", "vague", "unclear", "waived", "met", "none")
    found: dict[str, str] = {}
    for version in company.versions:
        for number, state in findings.states(site.asker, version).items():
            found[number] = min(found.get(number, state), state, key=worst.index)
    return found


def of_names(site: Site, texts: Sequence[str]) -> list[str]:
    """Return the IRIs of companies given by name or IRI; what means none is left out."""
    by_name = {one.name.casefold(): one.iri for one in reversed(site.directory.companies)}
    return [iri for text in texts if (iri := by_name.get(text.casefold(), text)) in site.directory.by_iri]
