"""The versions of a policy, with the dates from which they held."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from graph.versions import Dates, in_order
from ontology import expand
from policygraph.explorer.site import Site


@dataclass(frozen=True, slots=True)
class Listed:
    """A version in a list: its IRI, since when it held ("" if unknown), its file, and the version before."""

    iri: str
    since: str
    file: str
    before: str = ""

    @property
    def title(self) -> str:
        """Return what the version is called in a list."""
        return (
            " · ".join(filter(None, (self.since, self.file if self.since not in self.file else "")))
            or self.file
        )


def versions(site: Site, version: str) -> list[Listed]:
    """Return the versions of the policy that a version (an IRI) is of, the latest first."""
    seen: dict[str, set[str]] = defaultdict(set)
    files: dict[str, set[str]] = defaultdict(set)
    stated: dict[str, str] = {}
    stale: set[str] = set()
    for row in site.texts.rows("versions", {"version": version}):
        node = row["other"]
        files[node].add(row["file"])
        seen[node] |= {row["seen"]} if "seen" in row else set()
        stated[node] = row.get("valid") or row.get("issued") or ""
        stale |= {node} if row.get("status") == expand("dpv:NoticeStale") else set()
    dates = {node: Dates(stated[node], tuple(sorted(seen[node])), node in stale) for node in sorted(files)}
    found: list[Listed] = []
    for since, node in in_order(dates):
        found.append(Listed(node, since, ", ".join(sorted(files[node])), found[-1].iri if found else ""))
    return found[::-1]


def of_policies(site: Site, policies: Iterable[str]) -> list[list[Listed]]:
    """Return the versions of those of some policies (IRIs of versions) that have several."""
    return [found for one in policies if len(found := versions(site, one)) > 1]
