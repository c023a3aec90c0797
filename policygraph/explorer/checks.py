"""The page of the checks: companies beside requirements."""

from policygraph.explorer import findings
from policygraph.explorer.compare import states
from policygraph.explorer.directory import SORTS, ordered
from policygraph.explorer.site import Page, Site, Slice
from policygraph.reports.wording import LEAD

SIZE = 20  # companies beside each other


def page(site: Site, *, text: str = "", sort: str = "name", number: int = 1) -> Page:
    """Return the matrix of some companies, those whose names have the words of `text` in them."""
    by = sort if sort.removeprefix("-") in SORTS else "name"
    found = ordered(site.directory.search(text), by)
    here = Slice.of(len(found), SIZE, number)
    companies = found[here.first : here.first + SIZE]
    columns = [states(site, company) for company in companies]
    rows = [
        (requirement, name, [column.get(requirement, "") for column in columns])
        for requirement, name in findings.names().items()
        if any(requirement in column for column in columns)
    ]
    shown = {
        "text": text,
        "sort": by,
        "lead": LEAD,
        "companies": companies,
        "rows": rows,
        "marks": findings.MARKS,
        "slice": here,
        "checked": any(one.states for one in site.directory.companies),
    }
    return Page("checks", "Checks", shown)
