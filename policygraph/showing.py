"""What the policy of one company states, as lines for a terminal: each value with its words."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import NoReturn

import pyoxigraph as ox
from rich.markup import escape

import ontology
from graph import Mention, Store, Version, mentions
from graph.versions import timeline_of

_SHOWN = (
    ("dpv:hasProcessing", "does"),
    ("dpv:hasPersonalData", "data"),
    ("dpv:hasPurpose", "for"),
    ("dpv:hasLegalBasis", "basis"),
    ("pg:statedInterest", "interest"),
    ("dpv:hasRecipient", "to"),
    ("dpv:hasService", "with"),
    ("dpv:hasDataSource", "from"),
    ("dpv:hasStorageCondition", "kept"),
    ("dpv:hasThirdCountry", "transfer"),
    ("dpv:isOutsideOfLocation", "outside"),
    ("pg:hasTransferBasis", "safeguard"),
    ("dpv:hasNecessity", "must"),
    ("dpv:hasConsequence", "else"),
    ("pg:hasCondition", "if"),
)
_OF_THE_POLICY = (
    ("dpv:hasRight", "right"),
    ("dpv:hasTechnicalOrganisationalMeasure", "measure"),
    ("dpv:hasAuthority", "authority"),
    ("dpv:hasApplicableLaw", "law"),
    ("dct:issued", "dated"),
    ("dct:valid", "valid"),
)
_LONGEST = 90


def versions_of(store: Store, company: str, stop: Callable[[str], NoReturn]) -> list[Version]:
    """Return the versions that hold of the company called `company`; call `stop`, with what there is, if none is.

    A file names its own version, even an older one; an older text may call the company by another name.
    """
    wanted = company.casefold()
    found: dict[str, Version] = {}
    known: list[str] = []
    for version in store.versions():
        names = company_names(store, version)
        known += names[:1]
        if wanted in (name.casefold() for name in version.files):
            found[version.iri] = version
        elif wanted in (name.casefold() for name in names):
            held = timeline_of(store, version.iri)[-1].version if version.stale else version
            found[held.iri] = held
    if not found:
        stop(f"no policy of {company!r} in the store; there are: {', '.join(sorted(set(known)))}")
    return list(found.values())


def lines(store: Store, company: str, stop: Callable[[str], NoReturn]) -> Iterator[str]:
    """Yield what the policies of a company state, in the order of the text."""
    for version in versions_of(store, company, stop):
        said = mentions(store, version)
        names = company_names(store, version)
        yield f"[bold]{escape(names[0] if names else company)}[/]  [dim]{escape(', '.join(version.files))}[/]"
        by_subject: dict[str, list[tuple[ox.Triple, tuple[Mention, ...]]]] = defaultdict(list)
        for triple, places in said.items():
            by_subject[str(triple.subject)].append((triple, places))
        yield from _facts(store, version, by_subject)
        denied = {str(t.subject) for t in store.triples(version.graph) if _is_denial(t)}
        inferred = {str(t.subject) for t in store.triples(version.graph) if _curie(t) == "pg:support"}
        nodes = {s: places for s, places in by_subject.items() if "/p/" in s or "/n/" in s}
        for subject in sorted(
            nodes, key=lambda s: min(m.quote.start for _, places in nodes[s] for m in places)
        ):
            yield from _statement(store, version, nodes[subject], _mark(subject, denied, inferred))


def _facts(
    store: Store, version: Version, by_subject: dict[str, list[tuple[ox.Triple, tuple[Mention, ...]]]]
) -> Iterator[str]:
    whole = by_subject.get(f"<{version.iri}>", [])
    yield from _values(store, version, whole, _OF_THE_POLICY + _SHOWN)


def _mark(subject: str, denied: Collection[str], inferred: Collection[str]) -> str:
    """Return the words before what a statement says: stated, denied, or joined by us."""
    if subject in denied:
        return "[red]✗ does not[/]"
    return "[yellow]≈ suggests[/]" if subject in inferred else "[green]✓ states[/]"


def _statement(
    store: Store, version: Version, said: list[tuple[ox.Triple, tuple[Mention, ...]]], mark: str
) -> Iterator[str]:
    heading = next((t.object.value for t, _ in said if _curie(t) == "pg:scenario"), "")  # type: ignore[union-attr]
    yield f"\n{mark}  [dim]{escape(heading[:_LONGEST])}[/]"
    yield from _values(store, version, said, _SHOWN)


def _values(
    store: Store,
    version: Version,
    said: list[tuple[ox.Triple, tuple[Mention, ...]]],
    shown: tuple[tuple[str, str], ...],
) -> Iterator[str]:
    for curie, word in shown:
        rows = [(t, places) for t, places in said if _curie(t) == curie]
        for triple, places in sorted(rows, key=lambda row: row[1][0].quote):
            quote = places[0].quote
            words = " ".join(quote.text.split())
            text = words if len(words) <= _LONGEST else words[:_LONGEST] + "…"
            name = _label(store, version, triple.object)
            yield f"  {word:9} {escape(name):42} [dim]{quote.start}–{quote.end}[/] “{escape(text)}”"


def _label(
    store: Store, version: Version, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
) -> str:
    """Return the name of a value: a concept's, a company's, or what a storage condition or consequence holds."""
    if isinstance(value, ox.Literal):
        return value.value
    if not isinstance(value, ox.NamedNode):
        return ""
    if value.value in store.ontology.terms:
        return store.ontology.label(value.value)
    if value.value.startswith(version.iri):
        inner = [
            _label(store, version, t.object)
            for t in store.triples(version.graph)
            if t.subject == value and _curie(t) in ("dpv:hasDuration", "dpv:hasLocation", "dct:description")
        ]
        return "; ".join(sorted(inner)) or ontology.shorten(value.value).rpartition("/")[2]
    names = store.query(
        "SELECT (MIN(STR(?name)) AS ?label) ?node WHERE "
        "{ ?node dpv:hasName|dct:title|skos:prefLabel ?name } GROUP BY ?node",
        {"node": value},
    )
    if isinstance(names, ox.QuerySolutions):
        for row in names:
            if row["label"] is not None:
                return str(row["label"].value)
    return store.ontology.label(value.value)


def company_names(store: Store, version: Version) -> list[str]:
    """Return the names of the company of a version, its main one first."""
    rows = store.query(
        "SELECT DISTINCT ?name ?version WHERE { ?version dpv:hasDataController ?c . "
        "?c dpv:hasName|skos:altLabel ?name } ORDER BY ?name",
        {"version": ox.NamedNode(version.iri)},
    )
    names = [str(row["name"].value) for row in rows] if isinstance(rows, ox.QuerySolutions) else []
    return sorted(names, key=lambda name: (-len(name), name))


def _curie(triple: ox.Triple) -> str:
    return ontology.shorten(triple.predicate.value)


def _is_denial(triple: ox.Triple) -> bool:
    return _curie(triple) == "rdf:type" and ontology.shorten(str(triple.object)[1:-1]) == "pg:DeniedPractice"
