"""The page of the network: who receives data of how many companies, and the picture of it."""

import ontology
from policygraph.explorer.site import Page, Site, Slice

DRAWN = 300  # companies whose network is drawn; of more it would be a hairball
_SIZE = 50  # recipients on one page


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
        "recipients": found[here.first : here.first + _SIZE],
        "most": max((one[2] for one in reach), default=1),
        "slice": here,
        "drawn": len(site.directory.companies) <= DRAWN,
        "companies": len(site.directory.companies),
        "limit": DRAWN,
    }
    return Page("network", "Network", shown)


def _name(site: Site, iri: str) -> str:
    known = ontology.load()
    if iri in site.directory.names:
        return site.directory.names[iri]
    return known.label(iri)
