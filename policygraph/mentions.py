"""Readings become mentions: one row for each place of a policy that says something."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product

import ontology
from extract.claim import (
    Claim,
    Company,
    Concept,
    Evidence,
    Node,
    Reading,
    Service,
    Statement,
    Text,
    Unmapped,
    Value,
)


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """Characters `start` to `end` of a policy name `concept` (an IRI, or None) in a slot called `kind`."""

    policy: str
    start: int
    end: int
    kind: str
    concept: str | None
    text: str
    negated: bool
    confidence: float

    def row(self) -> dict[str, str | int | float | bool | None]:
        """Return the mention as a row of the JSON lines."""
        return asdict(self)


def mentions(reading: Reading, *, generic: bool = False) -> Iterator[Mention]:
    """Yield the mentions of a reading in the order of the text, each place once for each kind.

    With `generic`, words that only say that there are data ("your information") are mentions too.
    """
    yield from (mention for mention, _ in evidenced(reading, generic=generic))


def evidenced(reading: Reading, *, generic: bool = False) -> Iterator[tuple[Mention, Evidence]]:
    """Yield the mentions of a reading as `mentions` does, each with the evidence from which it is made."""
    found: dict[tuple[str, int, int], tuple[Mention, Evidence]] = {}
    for claim, slot, denied in _claims(reading):
        fills = () if slot is None or (_is_generic(claim, reading) and not generic) else (slot,)
        for kind, evidence in product((*fills, *_topics(claim)), claim.evidence):
            if evidence.support in ("Default", "Inferred"):
                continue
            mention = Mention(
                reading.name,
                evidence.start,
                evidence.end,
                kind,
                _concept(claim.value),
                reading.text[evidence.start : evidence.end],
                denied,
                evidence.confidence,
            )
            found.setdefault((kind, evidence.start, evidence.end), (mention, evidence))
    yield from sorted(found.values(), key=lambda pair: (pair[0].start, pair[0].end, pair[0].kind))


def _concept(value: Value) -> str | None:
    """Return the concept that a value is, or of which it is an example (a period or place of storage)."""
    match value:
        case Concept(iri):
            return iri
        case Node(types=(first, *_)):
            return first
    return None


def _claims(reading: Reading) -> Iterator[tuple[Claim, str | None, bool]]:
    """Yield all claims of a reading, with the kind of mention of their slot and whether they are denied."""
    of_the_policy = [claim for controller in reading.controllers for claim in controller.claims]
    for claim in (*of_the_policy, *reading.unnamed, *reading.facts):
        yield claim, _kind(claim), False
    for statement in reading.statements:
        yield from _of_statement(statement)


def _of_statement(statement: Statement) -> Iterator[tuple[Claim, str | None, bool]]:
    disclosure = not statement.denied and _is_disclosure(statement)
    for claim in statement.claims:
        kind = None if _is_denied_basis(claim) else _kind(claim)
        if disclosure and _is_legal_duty(claim):
            kind = _MANDATORY_DISCLOSURE
        yield claim, kind, statement.denied
    for other in (*statement.children, *statement.exceptions):
        yield from _of_statement(other)


_MANDATORY_DISCLOSURE = "mandatory-disclosure"


def _is_disclosure(statement: Statement) -> bool:
    """Tell whether a statement says that data are given to somebody, or that an authority gets them."""
    lexicon = ontology.load()
    tops = {
        lexicon.term("dpv:hasProcessing"): lexicon.term("dpv:Disclose"),
        lexicon.term("dpv:hasRecipient"): lexicon.term("dpv:Authority"),
    }
    return any(
        claim.predicate in tops
        and isinstance(claim.value, Concept)
        and lexicon.is_under(claim.value.iri, tops[claim.predicate])
        for claim in statement.claims
    )


def _is_denied_basis(claim: Claim) -> bool:
    """Tell whether a claim says what is no basis: "without your consent" names none."""
    return claim.denied and claim.predicate == ontology.load().term("dpv:hasLegalBasis")


def _is_legal_duty(claim: Claim) -> bool:
    lexicon = ontology.load()
    duty = lexicon.term("eu-gdpr:A6-1-c")
    return (
        claim.predicate == lexicon.term("dpv:hasLegalBasis")
        and isinstance(claim.value, Concept)
        and lexicon.is_under(claim.value.iri, duty)
    )


def _kind(claim: Claim) -> str | None:
    """Return the kind of mention that a claim makes: that of its value, else that of its property.

    What a node is said to have goes before its class: storage on the device is no transfer.
    What is said of an officer or a representative makes no mentions of its own: its places are those of the
    claim that names them.
    """
    lexicon = ontology.load()
    predicate = lexicon.term("pg:mentionKind")
    for iri in (*_within(claim.value), *_terms(claim.value), claim.predicate):
        for kind in lexicon.values(iri, predicate):
            return kind
    return None


def _within(value: Value) -> Iterator[str]:
    """Yield the concepts that a node is said to have, such as the device on which data are stored."""
    if isinstance(value, Node):
        for inner in value.claims:
            yield from _terms(inner.value)


def _topics(claim: Claim) -> tuple[str, ...]:
    """Return the kinds of mention that a claim makes beside that of its slot, in a fixed order.

    They are those of its value and of the concepts above it: a cookie is data, and cookies are a topic of
    their own.
    """
    lexicon = ontology.load()
    predicate = lexicon.term("pg:mentionTopic")
    above = {iri for term in _terms(claim.value) for iri in lexicon.ancestors(term)}
    return tuple(sorted({topic for iri in above for topic in lexicon.values(iri, predicate)}))


def _terms(value: Value) -> tuple[str, ...]:
    """Return the terms of the ontology that a value is or belongs to."""
    return (value.iri,) if isinstance(value, Concept) else value.types if isinstance(value, Node) else ()


def _is_generic(claim: Claim, reading: Reading) -> bool:
    """Tell whether the ontology says that a concept names no category ("true", or "alone": by one word)."""
    if not isinstance(claim.value, Concept):
        return False
    lexicon = ontology.load()
    said = lexicon.values(claim.value.iri, lexicon.term("pg:generic"))
    where = claim.evidence[0]
    return "true" in said or ("alone" in said and " " not in reading.text[where.start : where.end].strip())


def label(claim: Claim) -> str:
    """Return the value of a claim as words for people."""
    value = claim.value
    match value:
        case Concept(iri):
            return ontology.load().label(iri)
        case Text(words, _):
            return words
        case Node():
            return "; ".join(label(inner) for inner in value.claims)
        case Unmapped():
            return value.phrase
        case Company() | Service():
            return value.name
