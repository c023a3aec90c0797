"""What policies state is held against what the law asks them to state; each finding points to the text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

import pyoxigraph as ox

from extract.claim import Reading
from graph import engine, shapes
from graph.errors import ShapeViolation
from graph.shapes import Severity, Shape
from graph.store import Store, Version
from graph.terms import name_of, term
from graph.view import view
from ontology import NAMESPACES

State = Literal["fulfilled", "vague", "not found", "not applicable", "unclear"]

_WEAK = 0.5  # a mention below this confidence is a sign, not a statement
_SPAN = re.compile(r"#char=(\d+),(\d+)$")
_IRI = re.compile(r"https?://[^\s(){}]*[\w/]")
_ANCHOR = re.compile(r"\.(\d+)-(\d+)(?:\.\d+)?$")
_UNCLEAR = "Only weak signs of it were found."


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a policy and where they stand in its stored text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How one requirement stands in one policy: a lead for a reader, not a verdict.

    `nodes` are the statements that a message is about, `evidence` the words that meet the requirement or, where
    it is not met, the words from which it follows.
    """

    policy: str
    version: str
    requirement: str
    item: str
    name: str
    state: State
    severity: Severity
    message: str
    provision: str
    nodes: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "policy": self.policy,
            "requirement": self.requirement,
            "item": self.item,
            "name": self.name,
            "state": self.state,
            "severity": self.severity,
            "message": self.message,
            "provision": self.provision,
            "nodes": list(self.nodes),
            "evidence": [{"start": q.start, "end": q.end, "text": q.text} for q in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class _Mention:
    quote: Quote
    weak: bool


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Case:
    """One version under examination: its small graph, and its mentions by the triple that they say."""

    store: Store
    version: Version
    data: ox.Store
    mentions: Mapping[Key, tuple[_Mention, ...]]
    quotes: Mapping[tuple[int, int], str] = field(repr=False)

    def ask(self, sparql: str) -> Any:
        """Return the answer to one of the queries of a shape, asked of this version."""
        this = {ox.Variable("this"): ox.NamedNode(self.version.iri)}
        return self.data.query(sparql, prefixes=dict(NAMESPACES), substitutions=this)


def check(store: Store, versions: Iterable[Version] | None = None) -> list[Finding]:
    """Return how each requirement stands in each policy of `store` that is not stale, or in `versions`."""
    chosen = [version for version in store.versions() if not version.stale] if versions is None else versions
    return [finding for version in chosen for finding in _findings(_case(store, version))]


def integrity(store: Store, readings: Iterable[Reading] = ()) -> list[ShapeViolation]:
    """Return the promises of the data model that the graph breaks: an empty list if all is well.

    Quotes are held against the stored text for those policies whose readings are given.
    """
    texts = {reading.sha256: reading.text for reading in readings}
    return [fault for version in store.versions() for fault in _faults(store, version, texts)]


def _case(store: Store, version: Version) -> _Case:
    quotes = _quotes(store, version)
    return _Case(store, version, view(store, version), _mentions(store, version, quotes), quotes)


def _findings(case: _Case) -> Iterator[Finding]:
    """Yield a finding for each requirement and each file in which this version was read."""
    by_number = groupby(shapes.requirements_in_order(), key=lambda shape: shape.requirement)
    chosen = [_applicable(case, list(members)) for _, members in by_number]
    wanted = [shape.iri for shape, applies in chosen if applies]
    results: dict[str, list[engine.Result]] = {}
    for result in engine.validate(case.data, wanted):
        results.setdefault(result.shape, []).append(result)
    lawful = bool(case.ask("ASK { $this dpv:hasApplicableLaw ?law }"))
    for shape, applies in chosen:
        finding = _finding(case, shape, results.get(shape.iri, [])) if applies else _without(case, shape)
        severity: Severity = finding.severity if lawful else "Info"
        for name in case.version.files:
            yield _replaced(finding, name, severity)


def _replaced(finding: Finding, policy: str, severity: Severity) -> Finding:
    from dataclasses import replace

    return replace(finding, policy=policy, severity=severity)


def _applicable(case: _Case, members: list[Shape]) -> tuple[Shape, bool]:
    """Return the first of the shapes with one number that applies, else the first and False."""
    for shape in members:
        if not shape.applicability or bool(case.ask(shape.applicability)):
            return shape, True
    return members[0], False


def _without(case: _Case, shape: Shape) -> Finding:
    return _made(case, shape, "not applicable", "")


def _made(
    case: _Case,
    shape: Shape,
    state: State,
    message: str,
    nodes: tuple[str, ...] = (),
    evidence: Iterable[Quote] = (),
) -> Finding:
    return Finding(
        policy="",
        version=case.version.iri,
        requirement=shape.requirement,
        item=shape.item,
        name=shape.name,
        state=state,
        severity=shape.severity,
        message=message,
        provision=shape.provision,
        nodes=nodes,
        evidence=tuple(sorted(set(evidence))),
    )


def _finding(case: _Case, shape: Shape, results: list[engine.Result]) -> Finding:
    """Return what the results of one shape come to."""
    found = [mention for key in _meeting(case, shape) for mention in case.mentions.get(key, ())]
    quotes = [mention.quote for mention in found]
    if not results:
        if found and all(mention.weak for mention in found):
            return _made(case, shape, "unclear", _UNCLEAR, (), quotes)
        return _made(case, shape, "fulfilled", "", (), quotes)
    nodes = tuple(sorted({result.value for result in results} - {"", case.version.iri}))
    if not quotes:
        quotes = [m.quote for key, said in case.mentions.items() if key[0] in nodes for m in said]
    touched = bool(shape.touched) and bool(case.ask(shape.touched))
    message = _readable(case, results[0].message)
    return _made(case, shape, "vague" if touched else "not found", message, nodes, quotes)


def _meeting(case: _Case, shape: Shape) -> list[Key]:
    """Return the triples by which the version meets a requirement, or comes near to it."""
    if not shape.evidence:
        return []
    return sorted({_key(triple) for triple in case.ask(shape.evidence)})


def _key(triple: ox.Triple) -> Key:
    return str(triple.subject), str(triple.predicate), str(triple.object)


def _quotes(store: Store, version: Version) -> dict[tuple[int, int], str]:
    """Return the quoted words of a version by their place."""
    quotes: dict[tuple[int, int], str] = {}
    for triple in store.triples(version.evidence):
        if triple.predicate == term("oa:exact") and isinstance(triple.object, ox.Literal):
            place = _SPAN.search(name_of(triple.subject).removesuffix(";quote"))
            if place:
                quotes[int(place[1]), int(place[2])] = triple.object.value
    return quotes


def _mentions(
    store: Store, version: Version, quotes: Mapping[tuple[int, int], str]
) -> dict[Key, tuple[_Mention, ...]]:
    """Return the mentions of a version by the triple that they say."""
    parts: dict[str, dict[ox.NamedNode, str]] = {}
    for triple in store.triples(version.evidence):
        parts.setdefault(str(triple.subject), {})[triple.predicate] = (
            triple.object.value if triple.predicate in _plain() else str(triple.object)  # type: ignore[union-attr]
        )
    found: dict[Key, tuple[_Mention, ...]] = {}
    for said in parts.values():
        if term("rdf:subject") not in said:
            continue
        key = (said[term("rdf:subject")], said[term("rdf:predicate")], said[term("rdf:object")])
        place = _SPAN.search(said[term("oa:hasTarget")])
        if place:
            span = int(place[1]), int(place[2])
            inferred = said[term("pg:support")] == term("pg:Inferred").value
            weak = inferred or float(said[term("pg:confidence")]) < _WEAK
            found[key] = (*found.get(key, ()), _Mention(Quote(*span, quotes.get(span, "")), weak))
    return found
