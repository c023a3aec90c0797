"""What the text states becomes mentions: each reifies one triple and targets the characters that say it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from extract.claim import Evidence, Reading
from graph.errors import BrokenClaim
from graph.iri import VersionIris
from graph.statements import Fact
from graph.terms import Term, decimal, term, typed

_AROUND = 16  # characters before and after a quote, by which it is found again in a changed text
_SUPPORT = ("Explicit", "Inherited", "Default", "Inferred")

Triples = Iterator[tuple[ox.NamedNode, ox.NamedNode, Term]]


def mentions(reading: Reading, version: VersionIris, facts: Iterable[Fact]) -> Triples:
    """Yield the triples of the evidence graph. Raise BrokenClaim if a span lies outside the text."""
    by_span: dict[tuple[int, int], list[tuple[Fact, Evidence]]] = defaultdict(list)
    for fact in facts:
        for span, evidence in _best(fact.evidence).items():
            by_span[span].append((fact, evidence))
    for (start, end), said in sorted(by_span.items()):
        if not 0 <= start < end <= len(reading.text):
            size = len(reading.text)
            raise BrokenClaim(reading.name, f"{start}-{end}", f"no such place in {size} characters")
        target = ox.NamedNode(version.span(start, end))
        yield from _span(reading, version, target, start, end)
        said.sort(key=lambda pair: (str(pair[0].subject), str(pair[0].predicate), str(pair[0].object)))
        for number, (fact, evidence) in enumerate(said, 1):
            yield from _mention(ox.NamedNode(version.mention(start, end, number)), target, fact, evidence)


def _best(evidence: tuple[Evidence, ...]) -> dict[tuple[int, int], Evidence]:
    """Return one evidence for each span: the most direct, then the surest."""
    ranked = sorted(evidence, key=lambda one: (_SUPPORT.index(one.support), -one.confidence, one.rule))
    best: dict[tuple[int, int], Evidence] = {}
    for one in ranked:
        best.setdefault((one.start, one.end), one)
    return best


def _mention(node: ox.NamedNode, target: ox.NamedNode, fact: Fact, evidence: Evidence) -> Triples:
    yield node, term("rdf:type"), term("pg:Mention")
    yield node, term("rdf:subject"), fact.subject
    yield node, term("rdf:predicate"), fact.predicate
    yield node, term("rdf:object"), fact.object
    yield node, term("oa:hasTarget"), target
    yield node, term("pg:support"), term(f"pg:{evidence.support}")
    yield node, term("pg:confidence"), decimal(evidence.confidence)
    if evidence.rule:
        yield node, term("pg:rule"), ox.Literal(evidence.rule)


def _span(reading: Reading, version: VersionIris, target: ox.NamedNode, start: int, end: int) -> Triples:
    """Yield a span and its two selectors, by position and by quote."""
    position = ox.NamedNode(f"{target.value};position")
    quote = ox.NamedNode(f"{target.value};quote")
    yield target, term("rdf:type"), term("oa:SpecificResource")
    yield target, term("oa:hasSource"), ox.NamedNode(version.text)
    yield target, term("oa:hasSelector"), position
    yield target, term("oa:hasSelector"), quote
    yield position, term("rdf:type"), term("oa:TextPositionSelector")
    yield position, term("oa:start"), typed(str(start), "integer")
    yield position, term("oa:end"), typed(str(end), "integer")
    yield quote, term("rdf:type"), term("oa:TextQuoteSelector")
    yield quote, term("oa:exact"), ox.Literal(reading.text[start:end])
    before, after = reading.text[max(0, start - _AROUND) : start], reading.text[end : end + _AROUND]
    if before:
        yield quote, term("oa:prefix"), ox.Literal(before)
    if after:
        yield quote, term("oa:suffix"), ox.Literal(after)
