"""The page that says what changed between two versions of a policy, with the words of both."""

from policygraph.diffing import Edition, diff
from policygraph.diffing.reports import page as page_of
from policygraph.explorer import statements
from policygraph.explorer.site import NothingThere, Page, Site
from policygraph.explorer.versions import versions


def page(site: Site, old: str, new: str) -> Page:
    """Return the page of what changed from one version to another (IRIs); without `old`, to the one before.

    Raise NothingThere if there is no such version, or none before.
    """
    listed = versions(site, new)
    if not old:
        old = next((one.before for one in listed if one.iri == new), "")
        if not old:
            raise NothingThere(f"no version before {new} in this store")
    since = {one.iri: one.since for one in reversed(listed)}
    known = site.directory.by_version
    company = next((known[one.iri] for one in listed if one.iri in known), None)
    found = diff(*(_edition(site, one, since.get(one, "")) for one in (old, new)))
    choice: dict[str, str] = {}
    for one in listed:  # what came back stands in the list once, as of the last time
        choice.setdefault(one.iri, one.title)
    return page_of(found, company_iri=company.iri if company else "", versions=list(choice.items()))


def _edition(site: Site, version: str, since: str) -> Edition:
    policy = statements.read(site.texts, version)
    if policy is None:
        raise NothingThere(f"no policy {version} in this store")
    owners = policy.facts.get("dpv:hasDataController", ())
    name = next((site.directory.names.get(one.value) or one.name for one in owners), "The company")
    files = ", ".join(one.value for one in policy.facts.get("dct:title", ()))
    return Edition(policy, name, files, since)
