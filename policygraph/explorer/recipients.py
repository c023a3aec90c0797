"""The pages of the network: who receives data of how many companies, and one of these recipients."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

import ontology
from policygraph.explorer.asker import own
from policygraph.explorer.directory import Company
from policygraph.explorer.site import NothingThere, Page, Site, Slice
from queries import reader

DRAWN = 300  # companies whose network is drawn; of more it would be a hairball
_SIZE = 50  # recipients, or companies that name one, on one page
_FOUND = 10  # companies that are offered for a name
_SAID = {
    "dpv:hasPersonalData": "data",
    "dpv:hasPurpose": "purposes",
    "dpv:hasService": "services",
}
_ROLES = {"dpv:hasDataProcessor": "processor", "dpv:hasRecipientThirdParty": "third party"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A company that names a recipient, and what it says of that: names of data, purposes, services and roles."""

    company: Company
    data: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def page(site: Site, *, text: str = "", number: int = 1) -> Page:
    """Return the page of the recipients whose name has the words of `text` in it, most named first."""
    words = text.casefold().split()
    reach = [
        (row["value"], _name(site, row["value"]), int(row["number"]))
        for row in site.asker.rows("stated", {"edge": ontology.expand("pg:sharesWith")})
    ]
    found = [one for one in reach if all(word in one[1].casefold() for word in words)]
    found.sort(key=lambda one: (-one[2], one[1].casefold()))
    here = Slice.of(len(found), _SIZE, number)
    shown = {
        "text": text,
        "named": site.directory.search(text)[:_FOUND] if words else [],
        "recipients": found[here.first : here.first + _SIZE],
        "most": max((one[2] for one in reach), default=1),
        "slice": here,
        "drawn": len(site.directory.companies) <= DRAWN,
        "companies": len(site.directory.companies),
        "limit": DRAWN,
    }
    return Page("network", "Network", shown)


def one(site: Site, iri: str, number: int) -> Page:
    """Return the page of a recipient without a policy: who names it, for what; raise NothingThere."""
    rows = site.asker.rows("named-by", {"recipient": iri})
    if not rows and iri not in site.directory.names:
        raise NothingThere(f"There is no company {iri} in this store.")
    companies = {row["company"] for row in rows}
    listed = sorted(companies, key=lambda one: site.directory.name(one).casefold())
    here = Slice.of(len(listed), _SIZE, number)
    shown = {
        "iri": iri,
        "name": site.directory.name(iri),
        "companies": _naming(site, iri, listed[here.first : here.first + _SIZE]),
        "all": len(site.directory.companies),
        "slice": here,
    }
    return Page("recipient", site.directory.name(iri), shown)


def _naming(site: Site, iri: str, companies: Sequence[str]) -> list[Naming]:
    """Return what some companies say of a recipient."""
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    if companies:
        asked = reader.among(own("received"), ("company",), [(ox.NamedNode(one),) for one in companies])
        for binding in site.asker.select(asked, {"recipient": iri}).bindings:
            row = {name: cell["value"] for name, cell in binding.items()}
            curie = ontology.shorten(row["property"])
            if curie in _SAID:
                said[row["company"]][_SAID[curie]][_called(site, row)] = None
            elif row["value"] == iri:
                said[row["company"]]["roles"][_ROLES[curie]] = None
    return [
        Naming(
            Company(one, site.directory.name(one), ()),
            **{slot: tuple(sorted(names, key=str.casefold)) for slot, names in said[one].items()},
        )
        for one in companies
    ]


def _called(site: Site, row: Mapping[str, str]) -> str:
    return row.get("name") or _name(site, row["value"])


def _name(site: Site, iri: str) -> str:
    known = ontology.load()
    if iri in site.directory.names:
        return site.directory.names[iri]
    return known.label(iri)
