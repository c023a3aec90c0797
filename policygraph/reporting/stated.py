"""What the policies of one company state, read once for a record or for TILT, without what was only inferred."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from graph import Store
from graph.mentions import Quote
from ontology import expand
from policygraph import asking
from policygraph.explorer import company as pages
from policygraph.explorer import statements
from policygraph.explorer.asker import Asker
from policygraph.explorer.directory import Company, directory
from policygraph.explorer.links import Links
from policygraph.explorer.site import Site
from policygraph.explorer.statements import Policy, Statement, Value
from policygraph.reports.places import exact, place

_STORAGE = "dpv:hasStorageCondition"


@dataclass(frozen=True, slots=True)
class Stated:
    """A company, its policies, and the statements in them: what it does, and what it denies."""

    company: Company
    policies: tuple[Policy, ...]
    statements: tuple[Statement, ...]
    denied: tuple[Statement, ...]
    contact: Mapping[str, list[str]]

    def policy(self, version: str) -> Policy:
        """Return the policy of a version."""
        return next(one for one in self.policies if one.version == version)

    def facts(self, curie: str) -> list[tuple[Policy, Value]]:
        """Return what the policies say as a whole of a property."""
        return [
            (one, value)
            for one in self.policies
            for value in one.facts.get(curie, ())
            if not _place(one, value)
        ]


def site(store: Store) -> Site:
    """Return what pages and reports on the companies of a store are made from."""
    asker = Asker(partial(asking.select, store))
    return Site(asker, directory(asker), Links())


def read(here: Site, chosen: Iterable[Company]) -> Iterator[Stated]:
    """Yield what the policies of some companies state."""
    for one in chosen:
        policies = tuple(
            found for version in one.versions if (found := statements.read(here.asker, version)) is not None
        )
        said = [_without_places(policy, said) for policy in policies for said in policy.statements]
        yield Stated(
            one,
            policies,
            tuple(one for one in said if not one.denied),
            tuple(one for one in said if one.denied),
            pages.contact(policies, one.iri),
        )


def _without_places(policy: Policy, said: Statement) -> Statement:
    """Return a statement in which storage is only how long: where is no time limit."""
    kept = tuple(value for value in said.slots.get(_STORAGE, ()) if not _place(policy, value))
    return replace(said, slots={**said.slots, _STORAGE: kept})


def _place(policy: Policy, value: Value) -> bool:
    """Tell whether a value is a place where something is stored."""
    return expand("dpv:StorageLocation") in policy.about.get(value.value, {}).get("rdf:type", ())


def quoted(policy: Policy, value: Value) -> Iterator[tuple[str, str, str, int, int, str]]:
    """Yield the words of a value: its name, the words, their file, start, end, and place if it has lines."""
    source = policy.source
    file = ", ".join(policy.about.get(policy.version, {}).get("dct:title", ()))
    for start, end in value.spans:
        words = source.text[start:end]
        where = str(place(source, Quote(start, end, words))) if words and exact(source) else ""
        yield value.name, words, file, start, end, where
