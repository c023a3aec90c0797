"""What policies state is held against what the law asks them to state; each finding points to the text."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import Any, Literal

import pyoxigraph as ox

from graph import engine, shapes
from graph.mentions import Mention, Quote, mentions
from graph.shapes import Severity, Shape
from graph.source import source
from graph.store import Store, Version
from graph.terms import name_of, term
from graph.view import view
from ontology import NAMESPACES, expand

State = Literal["fulfilled", "vague", "not found", "not applicable", "unclear", "consistent", "contradiction"]
"""How a requirement stands; the last two are of rules on what a policy says twice (C01, C02, ...)."""

Profile = Literal["auto", "gdpr", "uk-gdpr"]
"""By which law policies are judged: the laws that each one states, or one law for all."""

_LAWS: Mapping[Profile, tuple[str, ...]] = MappingProxyType(
    {"auto": (), "gdpr": ("legal-eu:law-GDPR",), "uk-gdpr": ("legal-gb:law-GDPR",)}
)
_IRI = re.compile(r"https?://[^\s(){}]*[\w/]")
_ANCHOR = re.compile(r"\.(\d+)-(\d+)(?:\.\d+)?$")
_ARTICLE = re.compile(r"http://data\.europa\.eu/eli/reg/2016/679/art_(\d+)/")
_UNCLEAR = "Only weak signs of it were found."
_FINGERPRINT = 16
_LONGEST = 80  # characters of a quote within a message
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
    shape: str = ""
    nodes: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()
    against: tuple[Quote, ...] = ()
    waived: str = ""

    @property
    def unmet(self) -> bool:
        """Tell whether a requirement is not met, waived or not."""
        return self.state in ("not found", "vague", "contradiction")

    @property
    def open(self) -> bool:
        """Tell whether there is something for a reader to look at."""
        return self.unmet and not self.waived

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
    """One version under examination: the graph that the shapes look at, its text, and the mentions in it."""

    store: Store
    version: Version
    data: ox.Store
    text: str
    said: Mapping[ox.Triple, tuple[Mention, ...]]

    def holds(self, ask: str) -> bool:
        """Return the answer to an ASK query about this version."""
        return bool(self._query(ask))

    def triples(self, construct: str) -> set[ox.Triple]:
        """Return what a CONSTRUCT query about this version makes."""
        found = self._query(construct)
        assert isinstance(found, ox.QueryTriples)
        return set(found)

    def words(self, node: str) -> Quote | None:
        """Return the words at which a statement is anchored; None for what is no statement of this version."""
        anchor = _ANCHOR.search(node) if node.startswith(self.version.iri) else None
        if anchor is None:
            return None
        start, end = int(anchor[1]), int(anchor[2])
        return Quote(start, end, self.text[start:end]) if self.text[start:end] else None

    def quotes(self, nodes: Collection[str], values: Collection[str] = ()) -> set[Quote]:
        """Return the words that state `nodes`: those that say one of `values` about them, else all.

        Of the policy itself there are only the former: all words about it would be half of the policy.
        """
        about = {triple: found for triple, found in self.said.items() if name_of(triple.subject) in nodes}
        chosen = [found for triple, found in about.items() if _value(triple) in values] or [
            found for triple, found in about.items() if name_of(triple.subject) != self.version.iri
        ]
        return {mention.quote for found in chosen for mention in found}

    def _query(self, sparql: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        this = {ox.Variable("this"): ox.NamedNode(self.version.iri)}
        return self.data.query(sparql, prefixes=dict(NAMESPACES), substitutions={**this})


def _value(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.NamedNode | ox.Literal) else ""


def check(
    store: Store,
    versions: Iterable[Version] | None = None,
    *,
    only: Collection[str] = (),
    profile: Profile = "auto",
    read_on: date | None = None,
    using: engine.Engine | None = None,
) -> list[Finding]:
    """Return how each requirement stands in each policy of `store` that is not stale, or in `versions`.

    `only` names the requirements that are asked for ("R13a", "C01", ...); all, if it is empty. `read_on` is
    the date of policies that state none: some requirements hold from a date on. `using` is the SHACL engine,
    the fastest that is installed unless one is named.
    """
    if versions is None:
        versions = [version for version in store.versions() if not version.stale]
    wanted = [shape for shape in shapes.requirements() if not only or shape.requirement in only]
    laws = [expand(law) for law in _LAWS[profile]]
    found: list[Finding] = []
    for version in versions:
        data = view(store, version, laws=laws, read_on=read_on)
        text = source(store, version).text
        found += _findings(_Case(store, version, data, text, mentions(store, version)), wanted, using)
    return found


def _findings(case: _Case, wanted: list[Shape], using: engine.Engine | None) -> Iterator[Finding]:
    """Yield what is found of each requirement, for each file in which this version was read."""
    results: dict[str, list[engine.Result]] = {}
    for result in engine.validate(case.data, "requirements", engine=using):
        results.setdefault(result.shape, []).append(result)
    lawful = case.holds("ASK { $this dpv:hasApplicableLaw ?law }")
    british = lawful and not case.holds("ASK { $this dpv:hasApplicableLaw legal-eu:law-GDPR }")
    for _, group in groupby(wanted, key=lambda shape: shape.requirement):
        members = list(group)
        of_group = _contradictions if members[0].is_consistency else _requirement
        for finding in of_group(case, members, results):
            judged = replace(
                finding,
                severity=finding.severity if lawful else "Info",  # no law is stated: nothing more than a hint
                provision=_in_uk_law(finding.provision) if british else finding.provision,
            )
            for name in case.version.files:
                yield replace(judged, policy=name)


def _requirement(
    case: _Case, members: Sequence[Shape], results: Mapping[str, list[engine.Result]]
) -> Iterator[Finding]:
    """Yield how one requirement stands; of the shapes with its number the first that applies counts."""
    shape = next((one for one in members if not one.applicability or case.holds(one.applicability)), None)
    if shape is None:
        yield _made(case, members[0])
    else:
        yield _finding(case, shape, results.get(shape.iri, []))


def _finding(case: _Case, shape: Shape, results: Sequence[engine.Result]) -> Finding:
    """Return what the results of one shape come to."""
    meeting = case.triples(shape.evidence) if shape.evidence else set()
    said = [mention for triple in meeting for mention in case.said.get(triple, ())]
    quotes = {mention.quote for mention in said}
    if not results:
        if said and all(mention.weak for mention in said):
            return _made(case, shape, "unclear", _UNCLEAR, quotes=quotes)
        return _made(case, shape, "fulfilled", quotes=quotes)
    first, *_ = ordered = sorted(results, key=lambda result: _position(result.value))
    nodes = dict.fromkeys(result.value for result in ordered if result.value not in ("", case.version.iri))
    anchors = [words for node in nodes if (words := case.words(node))]
    touched = bool(shape.touched) and case.holds(shape.touched)
    state: State = "vague" if touched else "not found"
    made = _made(case, shape, state, _readable(case, first.message), nodes=tuple(nodes))
    # The words of the statement that the message names come first.
    shown = (*dict.fromkeys((*anchors, *sorted(quotes))),) or tuple(sorted(case.quotes(nodes)))
    return replace(made, evidence=shown)


def _contradictions(
    case: _Case, members: Sequence[Shape], results: Mapping[str, list[engine.Result]]
) -> Iterator[Finding]:
    """Yield a finding for each statement that others contradict; else one that all is well."""
    found = False
    for shape in members:
        by_side: dict[str, list[tuple[engine.Result, list[str]]]] = {}
        for result in results.get(shape.iri, ()):
            named = _IRI.findall(result.message)
            sides = list(dict.fromkeys(iri for iri in named if iri.startswith(case.version.iri)))
            side = sides[0] if len(sides) > 1 else ""  # what stands alone is one finding for the whole policy
            by_side.setdefault(side, []).append((result, sides))
        for side, contradicting in sorted(by_side.items(), key=lambda item: _position(item[0])):
            found = True
            yield _contradiction(case, shape, side, contradicting)
    if not found:
        applies = next((one for one in members if case.holds(one.applicability)), None)
        yield _made(case, members[0], "consistent" if applies else "not applicable")


def _contradiction(
    case: _Case, shape: Shape, side: str, contradicting: Sequence[tuple[engine.Result, list[str]]]
) -> Finding:
    """Return what stands against one statement, or what contradicts itself (`side` ""), as one finding."""
    others = sorted({node for _, sides in contradicting for node in sides} - {side}, key=_position)
    values = {iri for result, _ in contradicting for iri in _IRI.findall(result.message)} - {side, *others}
    meeting = {_value(triple) for triple in case.triples(shape.evidence)}
    first = min(contradicting, key=lambda pair: _position(pair[1][-1] if pair[1] else ""))[0]
    more = len(others) - 1
    tail = {0: "", 1: " So does 1 more statement."}.get(max(more, 0), f" So do {more} more statements.")
    mine, theirs = ([side], others) if side else (others, [])
    finding = _made(
        case,
        shape,
        "contradiction",
        _readable(case, first.message) + tail,
        nodes=(*mine, *theirs),
        quotes=case.quotes(mine or [case.version.iri], values | meeting),
    )
    return replace(finding, against=tuple(sorted(case.quotes(theirs, values))))


def _position(node: str) -> tuple[int, str]:
    """Return where in the text a statement stands, by its IRI."""
    anchor = _ANCHOR.search(node)
    return (int(anchor[1]) if anchor else 0, node)


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
        remedy=shape.remedy,
        shape=shape.iri,
        nodes=nodes,
        evidence=tuple(sorted(quotes)),
    )


def _in_uk_law(provision: str) -> str:
    """Return the page of UK law that has the article of a provision of the GDPR (an ELI); others stay.

    The numbers are the same in the UK GDPR (Regulation (EU) 2016/679 as it forms part of the law there).
    """
    article = _ARTICLE.match(provision)
    return f"https://www.legislation.gov.uk/eur/2016/679/article/{article[1]}" if article else provision


def _readable(case: _Case, message: str) -> str:
    """Return a message with names and quotes in the place of IRIs, and a capital letter at its start."""
    plain = _IRI.sub(lambda found: _name(case, found[0]), message)
    return plain[:1].upper() + plain[1:]


def _name(case: _Case, iri: str) -> str:
    """Return what a reader calls a node: a statement by its words and its heading, others by their name."""
    node = ox.NamedNode(iri)
    words = case.words(iri)
    if words is not None:
        heading = _literal(case, node, "pg:scenario")
        return f"“{_short(words.text)}” in “{_short(heading)}”" if heading else f"“{_short(words.text)}”"
    known = (_literal(case, node, curie) for curie in _NAMES)
    return next((name for name in known if name), case.store.ontology.label(iri))


def _short(words: str) -> str:
    """Return words on one line, cut where a message would grow too long."""
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rsplit(' ', 1)[0]}…"


def _literal(case: _Case, node: ox.NamedNode, curie: str) -> str:
    found = case.data.quads_for_pattern(node, term(curie), None, None)
    return min((quad.object.value for quad in found if isinstance(quad.object, ox.Literal)), default="")
