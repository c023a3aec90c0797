"""The pages of concepts: what there is, what is narrower, and which companies state it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import ontology
from ontology import Term, expand, shorten
from policygraph.explorer.directory import Company
from policygraph.explorer.site import NothingThere, Page, Site, Slice

TABLES: Mapping[str, tuple[str, str]] = {
    "personal-data": ("Personal data", "pg:processes"),
    "purposes": ("Purposes", "pg:usesFor"),
    "legal-bases": ("Legal bases", "pg:reliesOn"),
    "recipients-roles": ("Kinds of recipients", "pg:sharesWith"),
    "rights": ("Rights", "pg:grantsRight"),
    "transfers": ("Countries and safeguards", "pg:transfersTo"),
    "processing": ("What is done", ""),
    "measures": ("Measures", ""),
    "retention": ("Storage", ""),
    "data-subjects": ("People", ""),
    "data-sources": ("Sources", ""),
}
"""The tables of the ontology that have pages: their titles and the shortcut edges that lead to their concepts."""

_SLOTS = {
    "personal-data": "personal-data",
    "purpose": "purposes",
    "recipient": "recipients-roles",
    "measure": "measures",
    "data-source": "data-sources",
    "right": "rights",
}
_NO_CONCEPTS = frozenset(("companies", "services"))
_SIZE = 50  # companies on one page
_FOUND = 200  # concepts that a search shows


@dataclass(frozen=True, slots=True)
class Branch:
    """A concept with how many companies state it, and the concepts below it."""

    term: Term
    number: int
    below: tuple["Branch", ...]

    @property
    def said(self) -> bool:
        """Tell whether some company states it, or something below it."""
        return bool(self.number) or any(one.said for one in self.below)


def page(site: Site, *, table: str = "personal-data", text: str = "") -> Page:
    """Return the page of the concepts of a table, or of those that are called by the words of `text`."""
    table = table if table in TABLES else "personal-data"
    numbers = _numbers(site, TABLES[table][1])
    found = sorted(_search(text), key=lambda term: (term.label.casefold(), term.iri))[:_FOUND] if text else []
    shown = {
        "tables": {name: title for name, (title, _) in TABLES.items()},
        "table": table,
        "text": text,
        "counted": bool(TABLES[table][1]),
        "branches": [] if text else _branches(table, numbers),
        "found": [(term, TABLES[term.table][0], numbers.get(term.iri, 0)) for term in found],
        "new": [] if text else _new(numbers),
    }
    return Page("concepts", "Concepts", shown)


def one(site: Site, iri: str, *, number: int = 1) -> Page:
    """Return the page of a concept: who states it or anything narrower; raise NothingThere."""
    known = ontology.load()
    term = known.terms.get(iri)
    if term is None or term.table in _NO_CONCEPTS:
        return _phrase(site, iri, number)
    table = _table(term)
    title, edge = TABLES.get(table, ("Concepts", ""))
    stated = _stated(site, iri, edge, number)
    return Page(
        "concept",
        term.label,
        {
            "term": term,
            "iri": iri,
            "curie": shorten(iri),
            "broader": [known.terms[one] for one in term.broader if one in known.terms],
            "narrower": sorted(_below(table, iri), key=lambda one: one.label),
            "words": _forms().get(iri, []),
            "table": table,
            "of": title,
            "edge": edge,
            **stated,
        },
    )


def _table(term: Term) -> str:
    """Return the table of a concept; of one that stands above a table, that table."""
    if term.table in TABLES:
        return term.table
    below = (one for one in ontology.load().terms.values() if term.iri in one.broader)
    return next((one.table for one in below if one.table in TABLES), "")


def _below(table: str, iri: str) -> list[Term]:
    return [term for term in ontology.load().table(table) if iri in term.broader]


def _stated(site: Site, iri: str, edge: str, number: int) -> dict[str, object]:
    """Return the companies that state a concept or a narrower one, and which of them."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    if edge:
        for row in site.asker.rows("stating", {"edge": expand(edge), "concept": iri}):
            found[row["company"]][row["value"]] = row.get("name", "")
    directory = site.directory
    companies = sorted((directory.by_iri[one] for one in found if one in directory.by_iri), key=_by_name)
    here = Slice.of(len(companies), _SIZE, number)
    known = ontology.load()
    return {
        "companies": [
            (one, sorted((name or known.label(value), value) for value, name in found[one.iri].items()))
            for one in companies[here.first : here.first + _SIZE]
        ],
        "slice": here,
    }


def _phrase(site: Site, iri: str, number: int) -> Page:
    """Return the page of a phrase that is no concept yet."""
    facts = site.asker.rows("phrase", {"phrase": iri})
    if not facts:
        raise NothingThere(f"There is no concept {iri}, and no policy of this store has such a phrase.")
    known = ontology.load()
    table = _SLOTS.get(iri.rstrip("/").split("/")[-2], "")
    edge = TABLES.get(table, ("", ""))[1]
    name = facts[0]["name"]
    shown = {
        "term": Term(iri, name, table),
        "iri": iri,
        "curie": "",
        "broader": [known.terms[row["broader"]] for row in facts if row["broader"] in known.terms],
        "narrower": [],
        "words": [],
        "table": table,
        "of": TABLES.get(table, ("Concepts", ""))[0],
        "edge": edge,
        **_stated(site, iri, edge, number),
    }
    return Page("concept", name, shown)


def _by_name(company: Company) -> tuple[str, str]:
    return company.name.casefold(), company.iri


def _numbers(site: Site, edge: str) -> dict[str, int]:
    """Return by how many companies each value of an edge is stated."""
    if not edge:
        return {}
    return {row["value"]: int(row["number"]) for row in site.asker.rows("stated", {"edge": expand(edge)})}


@cache
def _children(table: str) -> Mapping[str, list[Term]]:
    """Return the concepts of a table by what is directly above them; "" has those that stand on top."""
    known = ontology.load()
    found: dict[str, list[Term]] = defaultdict(list)
    for term in known.table(table):
        if expand("skos:ConceptScheme") in term.types:
            continue
        above = [one for one in term.broader if one in known.terms and known.terms[one].table == table]
        for iri in above or [""]:
            found[iri].append(term)
    return found


def _branches(table: str, numbers: Mapping[str, int]) -> list[Branch]:
    children = _children(table)

    def branch(term: Term, above: frozenset[str]) -> Branch:
        below = [one for one in children.get(term.iri, ()) if one.iri not in above]
        return Branch(
            term,
            numbers.get(term.iri, 0),
            tuple(branch(one, above | {term.iri}) for one in sorted(below, key=lambda one: one.label)),
        )

    return [branch(term, frozenset()) for term in sorted(children.get("", ()), key=lambda one: one.label)]


def _search(text: str) -> Iterator[Term]:
    words = text.casefold().split()
    forms = _forms()
    for term in ontology.load().terms.values():
        if term.table in TABLES and expand("skos:ConceptScheme") not in term.types:
            said = " ".join([term.label, *forms.get(term.iri, [])]).casefold()
            if all(word in said for word in words):
                yield term


@cache
def _forms() -> Mapping[str, list[str]]:
    """Return the words by which each concept is recognised."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for form in ontology.load().forms:
        if form.term:
            found[form.term][form.words] = None
    return {iri: sorted(words) for iri, words in found.items()}


def _new(numbers: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return the commonest phrases that are no concepts yet: their IRIs, names and numbers."""
    known = [
        (iri, number)
        for iri, number in numbers.items()
        if iri not in ontology.load().terms and "/concept/" in iri
    ]
    known.sort(key=lambda item: (-item[1], item[0]))
    return [(iri, iri.rpartition("/")[2].replace("-", " "), number) for iri, number in known[:40]]
