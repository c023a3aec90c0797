"""What the text states becomes mentions: each reifies one triple and targets the characters that say it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

import pyoxigraph as ox

from extract.claim import Evidence, Reading
from graph.errors import BrokenClaim
from graph.iri import VersionIris
from graph.statements import Fact
from graph.terms import decimal, term, typed

_AROUND = 16  # characters before and after a quote, by which it is found again in a changed text
_SUPPORT = ("Explicit", "Inherited", "Default", "Inferred")

Line = tuple[
    str, str, str
]  # the terms of a triple as N-Quads write them: most of what a reading makes is these


def mentions(reading: Reading, version: VersionIris, facts: Iterable[Fact]) -> Iterator[Line]:
    """Yield the triples of the evidence graph. Raise BrokenClaim if a span lies outside the text."""
    by_span: dict[tuple[int, int], list[tuple[str, str, str, Evidence]]] = defaultdict(list)
    for fact in facts:
        if fact.evidence:
            said = (str(fact.subject), str(fact.predicate), str(fact.object))
            for span, evidence in _best(fact.evidence).items():
                by_span[span].append((*said, evidence))
    for (start, end), told in sorted(by_span.items()):
        if not 0 <= start < end <= len(reading.text):
            size = len(reading.text)
            raise BrokenClaim(reading.name, f"{start}-{end}", f"no such place in {size} characters")
        target = version.span(start, end)
        yield from _span(reading, version, target, start, end)
        told.sort(key=lambda one: one[:3])
        for number, (*triple, evidence) in enumerate(told, 1):
            yield from _mention(f"<{version.mention(start, end, number)}>", f"<{target}>", triple, evidence)


def _best(evidence: tuple[Evidence, ...]) -> dict[tuple[int, int], Evidence]:
    """Return one evidence for each span: the most direct, then the surest."""
    if len(evidence) == 1:
        return {(evidence[0].start, evidence[0].end): evidence[0]}
    ranked = sorted(evidence, key=lambda one: (_SUPPORT.index(one.support), -one.confidence, one.rule))
    best: dict[tuple[int, int], Evidence] = {}
    for one in ranked:
        best.setdefault((one.start, one.end), one)
    return best


def _mention(node: str, target: str, triple: Iterable[str], evidence: Evidence) -> Iterator[Line]:
    subject, predicate, value = triple
    yield node, _iri("rdf:type"), _iri("pg:Mention")
    yield node, _iri("rdf:subject"), subject
    yield node, _iri("rdf:predicate"), predicate
    yield node, _iri("rdf:object"), value
    yield node, _iri("oa:hasTarget"), target
    yield node, _iri("pg:support"), _iri(f"pg:{evidence.support}")
    yield node, _iri("pg:confidence"), _decimal(evidence.confidence)
    if evidence.rule:
        yield node, _iri("pg:rule"), _text(evidence.rule)


def _span(reading: Reading, version: VersionIris, target: str, start: int, end: int) -> Iterator[Line]:
    """Yield a span and its two selectors, by position and by quote."""
    node, position, quote = f"<{target}>", f"<{target};position>", f"<{target};quote>"
    yield node, _iri("rdf:type"), _iri("oa:SpecificResource")
    yield node, _iri("oa:hasSource"), f"<{version.text}>"
    yield node, _iri("oa:hasSelector"), position
    yield node, _iri("oa:hasSelector"), quote
    yield position, _iri("rdf:type"), _iri("oa:TextPositionSelector")
    yield position, _iri("oa:start"), str(typed(str(start), "integer"))
    yield position, _iri("oa:end"), str(typed(str(end), "integer"))
    yield quote, _iri("rdf:type"), _iri("oa:TextQuoteSelector")
    yield quote, _iri("oa:exact"), _text(reading.text[start:end])
    before, after = reading.text[max(0, start - _AROUND) : start], reading.text[end : end + _AROUND]
    if before:
        yield quote, _iri("oa:prefix"), _text(before)
    if after:
        yield quote, _iri("oa:suffix"), _text(after)


@cache
def _iri(curie: str) -> str:
    return str(term(curie))


@cache
def _decimal(value: float) -> str:
    return str(decimal(value))


def _text(value: str) -> str:
    return str(ox.Literal(value))
