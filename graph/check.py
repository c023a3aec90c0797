"""What policies state is held against what the law asks them to state; each finding points to the text."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

import pyoxigraph as ox

from graph import engine, shapes
from graph.mentions import Mention, Quote, mentions
from graph.shapes import Severity, Shape
from graph.store import Store, Version
from graph.terms import term
from graph.view import view
from ontology import NAMESPACES

State = Literal["fulfilled", "vague", "not found", "not applicable", "unclear", "consistent", "contradiction"]
"""How a requirement stands; the last two are of rules on what a policy says twice (C01, C02, ...)."""

_IRI = re.compile(r"https?://[^\s(){}]*[\w/]")
_ANCHOR = re.compile(r"\.(\d+)-(\d+)(?:\.\d+)?$")
_UNCLEAR = "Only weak signs of it were found."
_FINGERPRINT = 16
_NAMES = ("dpv:hasName", "dct:title", "skos:prefLabel")


@dataclass(frozen=True, slots=True)
class Finding:
    """How one requirement stands in one policy: a lead for a reader, not a verdict.

    `remedy` tells what would meet the requirement. `nodes` are the statements that a message is about,
    `evidence` the words that meet the requirement or, where it is not met, the words from which it follows;
    of a contradiction the words of one side, those of the other being `against`. `waived` is the reason for
    which somebody has accepted it.
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
    remedy: str = ""
    nodes: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()
    against: tuple[Quote, ...] = ()
    waived: str = ""

    @property
    def open(self) -> bool:
        """Tell whether there is something for a reader to look at."""
        return self.state in ("not found", "vague", "contradiction") and not self.waived

    @property
    def fingerprint(self) -> str:
        """Return 16 hex digits that stay the same while the words do, wherever in the text they stand."""
        words = (" ".join(quote.text.split()) for quote in (*self.evidence, *self.against))
        said = sorted(words) if self.state == "contradiction" else ()
        return hashlib.sha256("\n".join((self.requirement, *said)).encode()).hexdigest()[:_FINGERPRINT]

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
            "remedy": self.remedy,
            "nodes": list(self.nodes),
            "evidence": [quote.row() for quote in self.evidence],
            "against": [quote.row() for quote in self.against],
            "fingerprint": self.fingerprint,
            "waived": self.waived,
        }


@dataclass(frozen=True, slots=True)
class _Case:
    """One version under examination: the graph that the shapes look at, and the mentions behind it."""

    store: Store
    version: Version
    data: ox.Store
    said: Mapping[ox.Triple, tuple[Mention, ...]]

    def holds(self, ask: str) -> bool:
        """Return the answer to an ASK query about this version."""
        return bool(self._query(ask))

    def triples(self, construct: str) -> set[ox.Triple]:
        """Return what a CONSTRUCT query about this version makes."""
        found = self._query(construct)
        assert isinstance(found, ox.QueryTriples)
        return set(found)

    def _query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        this = {ox.Variable("this"): ox.NamedNode(self.version.iri)}
        return self.data.query(sparql, prefixes=dict(NAMESPACES), substitutions={**this})


def check(
    store: Store, versions: Iterable[Version] | None = None, *, only: Collection[str] = ()
) -> list[Finding]:
    """Return how each requirement stands in each policy of `store` that is not stale, or in `versions`.

    `only` names the requirements that are asked for ("R13a", ...); all, if it is empty.
    """
    if versions is None:
        versions = [version for version in store.versions() if not version.stale]
    wanted = [shape for shape in shapes.requirements() if not only or shape.requirement in only]
    return [finding for version in versions for finding in _findings(store, version, wanted)]


def _findings(store: Store, version: Version, wanted: list[Shape]) -> Iterator[Finding]:
    """Yield a finding for each requirement and each file in which this version was read."""
    case = _Case(store, version, view(store, version), mentions(store, version))
    numbered = groupby(wanted, key=lambda shape: shape.requirement)
    chosen = [_first_that_applies(case, list(members)) for _, members in numbered]
    results: dict[str, list[engine.Result]] = {}
    for result in engine.validate(case.data, [shape.iri for shape, applies in chosen if applies]):
        results.setdefault(result.shape, []).append(result)
    lawful = case.holds("ASK { $this dpv:hasApplicableLaw ?law }")
    for shape, applies in chosen:
        finding = _finding(case, shape, results.get(shape.iri, [])) if applies else _made(case, shape)
        severity = finding.severity if lawful else "Info"  # no law is stated: nothing more than a hint
        for name in version.files:
            yield replace(finding, policy=name, severity=severity)


def _first_that_applies(case: _Case, members: list[Shape]) -> tuple[Shape, bool]:
    """Return the first of the shapes with one number that applies, else the first and False."""
    for shape in members:
        if not shape.applicability or case.holds(shape.applicability):
            return shape, True
    return members[0], False


def _finding(case: _Case, shape: Shape, results: list[engine.Result]) -> Finding:
    """Return what the results of one shape come to."""
    meeting = case.triples(shape.evidence) if shape.evidence else set()
    said = [mention for triple in meeting for mention in case.said.get(triple, ())]
    quotes = {mention.quote for mention in said}
    if not results:
        if said and all(mention.weak for mention in said):
            return _made(case, shape, "unclear", _UNCLEAR, quotes=quotes)
        return _made(case, shape, "fulfilled", quotes=quotes)
    nodes = tuple(sorted({result.value for result in results} - {"", case.version.iri}))
    if not quotes:
        about = {ox.NamedNode(node) for node in nodes}
        quotes = {m.quote for triple, found in case.said.items() if triple.subject in about for m in found}
    touched = bool(shape.touched) and case.holds(shape.touched)
    message = _readable(case, results[0].message)
    state: State = "vague" if touched else "not found"
    return _made(case, shape, state, message, nodes=nodes, quotes=quotes)


def _made(
    case: _Case,
    shape: Shape,
    state: State = "not applicable",
    message: str = "",
    *,
    nodes: tuple[str, ...] = (),
    quotes: Iterable[Quote] = (),
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
        evidence=tuple(sorted(quotes)),
    )


def _readable(case: _Case, message: str) -> str:
    """Return a message with names and quotes in the place of IRIs, and a capital letter at its start."""
    plain = _IRI.sub(lambda found: _name(case, found[0]), message)
    return plain[:1].upper() + plain[1:]


def _name(case: _Case, iri: str) -> str:
    """Return what a reader calls a node: a statement by its words and its heading, others by their name."""
    node = ox.NamedNode(iri)
    anchor = _ANCHOR.search(iri)
    if anchor and iri.startswith(case.version.iri):
        span = (int(anchor[1]), int(anchor[2]))
        words = {m.quote.text for found in case.said.values() for m in found if _span(m) == span}
        heading = _literal(case, node, "pg:scenario")
        place = f"“{min(words)}”" if words else f"the statement at {span[0]}"
        return f"{place} in “{heading}”" if heading else place
    known = (_literal(case, node, curie) for curie in _NAMES)
    return next((name for name in known if name), case.store.ontology.label(iri))


def _span(mention: Mention) -> tuple[int, int]:
    return mention.quote.start, mention.quote.end


def _literal(case: _Case, node: ox.NamedNode, curie: str) -> str:
    found = case.data.quads_for_pattern(node, term(curie), None, None)
    return min((quad.object.value for quad in found if isinstance(quad.object, ox.Literal)), default="")
