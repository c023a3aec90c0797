"""When each text of a policy held: its date, which of several is the latest, and what was current on a day.

Texts are of one policy if they were read from one history, or from files of one name, one after the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from graph.store import Store, Version
from graph.terms import Term, name_of, term, typed

_STATUS, _SEEN, _HISTORY = term("dpv:hasNoticeStatus"), term("pg:seenAt"), term("pg:inHistory")
_RETRIEVED = term("pg:retrievedAt")
_STATED = (
    "dct:valid",
    "dct:issued",
)  # the day from which a text holds tells more than that of its last change
_DAY = len("2021-05-25")
_AT_ONCE = 50  # versions that go in one transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """That a history, by its name, has a text in place from a moment on (an xsd:dateTime in UTC)."""

    history: str
    moment: str


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """That a text came to hold on a day (YYYY-MM-DD); "" if nobody says when."""

    since: str
    version: Version


Timeline = tuple[Held, ...]
"""The texts of one policy in their order, the latest last; a text that came back stands in it more than once."""


def chronicle(store: Store, seen: Mapping[str, Seen]) -> None:
    """Write down which versions, by the name of their file, were seen when, and which of them are the latest.

    Derived edges stay as they are until `rebuild_derived`.
    """
    for version in list(store.versions()):
        found = [seen[name] for name in version.files if name in seen]
        if not found:
            continue
        moments = sorted({one.moment for one in found} | set(_values(store, version, _SEEN)))
        made: dict[ox.NamedNode, list[Term]] = {
            _HISTORY: [ox.Literal(name) for name in sorted({one.history for one in found})],
            _SEEN: [typed(moment, "dateTime") for moment in moments],
            _RETRIEVED: [typed(moments[0], "dateTime")],
        }
        _put(store, version, made)
    for timeline in timelines(store):
        if any(_values(store, held.version, _HISTORY) for held in timeline):
            _mark(store, timeline)


def _mark(store: Store, timeline: Timeline) -> None:
    latest = timeline[-1].version.iri
    for version in dict.fromkeys(held.version for held in timeline):
        status = "dpv:NoticeLatest" if version.iri == latest else "dpv:NoticeStale"
        _put(store, version, {_STATUS: [term(status)]})


def _put(store: Store, version: Version, made: Mapping[ox.NamedNode, Sequence[Term]]) -> None:
    """Put values in the place of those that a version has of some properties."""
    node = ox.NamedNode(version.iri)
    others = (t for t in store.triples(version.graph) if t.subject != node or t.predicate not in made)
    fresh = ((node, predicate, value) for predicate, values in made.items() for value in values)
    store.replace(version.graph, [*_plain(others), *fresh])


def timelines(store: Store) -> list[Timeline]:
    """Return the texts of each policy, in the order of the IRIs of their first ones."""
    groups: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for version in store.versions():
        histories = _values(store, version, _HISTORY)
        for history in histories:
            groups["history", history].append(version)
        if not histories:
            name = min(version.files, default=version.iri)
            groups[version.policy, name].append(version)
    return [_in_order(store, versions) for _, versions in sorted(groups.items())]


def timeline_of(store: Store, version: str) -> Timeline:
    """Return the texts of the policy that a version (its IRI) is of; none if the store has no such version."""
    found = (one for one in timelines(store) if any(held.version.iri == version for held in one))
    return next(found, ())


@dataclass(frozen=True, slots=True)
class Dates:
    """What tells when a text held: the day that it states, the moments at which it was seen, if it is stale."""

    stated: str = ""
    seen: tuple[str, ...] = ()
    stale: bool = False


def in_order(texts: Mapping[str, Dates]) -> list[tuple[str, str]]:
    """Return since when each of some texts of one policy held, and its IRI, in their order.

    A text holds from the day that it states, unless an older one states the same or a later day, as a date is
    not always changed with the text: then from the day on which it was seen.
    """
    events = [
        # What came back did not come back on the day that it states.
        (moment or dates.stated, not dates.stale, node, "" if number else dates.stated)
        for node, dates in texts.items()
        for number, moment in enumerate(dates.seen or ("",))
    ]
    found: list[tuple[str, str]] = []
    for moment, _, node, stated in sorted(events):
        before = found[-1][0] if found else ""
        found.append((stated if stated > before else max(moment[:_DAY], before), node))
    return found


def _in_order(store: Store, versions: Iterable[Version]) -> Timeline:
    by_node = {version.iri: version for version in versions}
    dates = {
        node: Dates(
            next((day for curie in _STATED for day in _values(store, version, term(curie))), ""),
            tuple(_values(store, version, _SEEN)),
            version.stale,
        )
        for node, version in by_node.items()
    }
    return tuple(Held(since, by_node[node]) for since, node in in_order(dates))


@dataclass(frozen=True, slots=True)
class Current:
    """What was current on a day: the versions, and how many of them nobody dates."""

    versions: tuple[Version, ...]
    undated: int


def current(store: Store, day: str) -> Current:
    """Return the texts that held on a day (YYYY-MM-DD), the latest of each policy; those without any date, too."""
    found = {}
    for timeline in timelines(store):
        held = [one for one in timeline if one.since <= day]
        if held:
            found[held[-1].version.iri] = held[-1]
    chosen = [found[node] for node in sorted(found)]
    return Current(tuple(held.version for held in chosen), sum(not held.since for held in chosen))


def copy(store: Store, versions: Iterable[Version], folder: Path) -> None:
    """Write some versions of `store` into a store in `folder`, as if there were no others.

    It is a copy of all, which costs little; the others are taken out, and the derived edges follow. Raise
    StoreError.
    """
    kept = {version.iri: version for version in versions}
    store.save(folder)
    with Store(folder, base=store.base, lexicon=store.ontology) as made:
        others = (version for version in list(made.versions()) if version.iri not in kept)
        while some := list(islice(others, _AT_ONCE)):
            with made.change() as change:
                for version in some:
                    change.drop(version.iri)
        for version in kept.values():
            if version.stale:
                _put(made, version, {_STATUS: [term("dpv:NoticeLatest")]})
        made.refresh_derived()


def _plain(triples: Iterable[ox.Triple]) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, Term]]:
    for triple in triples:
        assert isinstance(triple.object, ox.NamedNode | ox.Literal)
        yield _node(triple.subject), triple.predicate, triple.object


def _node(node: object) -> ox.NamedNode:
    return ox.NamedNode(name_of(node))


def _values(store: Store, version: Version, predicate: ox.NamedNode) -> list[str]:
    """Return the values of a property of a version, in their order."""
    about = store.about(ox.NamedNode(version.iri), version.graph)
    found = (triple.object for triple in about if triple.predicate == predicate)
    return sorted(value.value for value in found if isinstance(value, ox.NamedNode | ox.Literal))
