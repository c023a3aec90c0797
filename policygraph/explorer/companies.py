"""The page of all companies: searched, sorted, and how complete each policy is at a glance."""

from policygraph.explorer.directory import SORTS, ordered
from policygraph.explorer.site import Page, Site, Slice

SIZE = 50  # companies on one page


def page(site: Site, *, text: str = "", sort: str = "name", number: int = 1, size: int = SIZE) -> Page:
    """Return the page of the companies whose name has the words of `text` in it."""
    by = sort if sort.removeprefix("-") in SORTS else "name"
    found = ordered(site.directory.search(text), by)
    here = Slice.of(len(found), size, number)
    shown = {
        "text": text,
        "sort": by,
        "companies": found[here.first : here.first + size],
        "slice": here,
        "all": len(site.directory.companies),
        "policies": len(site.directory.by_version),
        "checked": any(one.states for one in site.directory.companies),
    }
    return Page("companies", "Companies", shown)
