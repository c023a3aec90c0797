"""What usually goes together: a section names data and purposes, and does not say which belong together.

A reader joins them by what everybody knows: a page that has been visited is measured, an email address is written
to. Which pairs are that common is said by the ontology (`usual.ttl`). Such a statement is marked as inferred. It is
made only of what one section says close together, for pairs that the policy does not state anyway, and never of
what the section denies.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import ontology
from extract.claim import Claim, Company, Concept, Service, Value
from extract.draft import BASIS, DATA, PURPOSE, RECIPIENT, SERVICE, SOURCE, Draft
from extract.passage import Policy

_PARTIES = (RECIPIENT, SERVICE)
_JOINED = (
    ((PURPOSE,), (DATA,)),
    ((SOURCE,), (DATA,)),
    (_PARTIES, (DATA,)),
    (_PARTIES, (PURPOSE,)),
    ((BASIS,), (PURPOSE,)),
)
"""What is joined to what: for each of the first kind a statement with all of the second that belong to it."""

_ONCE = (BASIS,)  # a purpose whose basis is stated somewhere rests on no other
_NEAR = 8  # sentences; a section may be long
_CONFIDENCE = 0.6  # two of three pairs joined here are stated by policies read by hand (bench/accuracy.py)
_ONE, _OTHER, _JUST_ONE, _JUST_OTHER = (
    ontology.expand(f"pgq:{name}") for name in ("one", "other", "justOne", "justOther")
)
_ACTIVITY = ontology.expand("pg:activity")
_SUPPORT = ontology.load().term("pg:support")
_INFERRED = ontology.load().term("pg:Inferred")


@dataclass(frozen=True, slots=True)
class _Named:
    """A value that a statement of a section names, with the number of its sentence in the policy."""

    draft: Draft
    claim: Claim
    sentence: int


def usual(policy: Policy, drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Yield the statements that join what usually goes together and stands under one heading."""
    number = _numbers(policy)
    stated = _stated(drafts)
    sections: dict[int, list[Draft]] = {}
    for draft in drafts:
        if draft.section is not None:
            sections.setdefault(draft.section, []).append(draft)
    for here in sections.values():
        denied = {claim.value for draft in here if draft.denied for claim in draft.claims}
        named = [
            _Named(draft, claim, number[draft.passage.index] + _sentence(draft))
            for draft in here
            if not draft.denied
            for claim in draft.claims
            if claim.value not in denied and claim.evidence[0].support != "Inherited"
        ]
        for first, second in _JOINED:
            yield from _join(
                [one for one in named if one.claim.predicate in first],
                [one for one in named if one.claim.predicate in second],
                stated,
            )


def _join(heads: list[_Named], others: list[_Named], stated: set[tuple[Value, Value]]) -> Iterator[Draft]:
    """Yield a statement for each of `heads` and those of `others` that usually go with it; note them as stated."""
    for head in heads:
        partners: dict[Value, Claim] = {}
        for other in others:
            pair = (head.claim.value, other.claim.value)
            if (
                pair not in stated
                and abs(head.sentence - other.sentence) <= _NEAR
                and go_together(*pair)
                and not (head.claim.predicate in _ONCE and _has_one(other.claim.value, heads, stated))
            ):
                partners.setdefault(other.claim.value, other.claim)
        if partners:
            stated.update((head.claim.value, value) for value in partners)
            claims = [_inferred(claim) for claim in (head.claim, *partners.values())]
            said = claims[0].evidence[0]
            claims.append(Claim(_SUPPORT, Concept(_INFERRED), (said,)))
            yield Draft(head.draft.passage, (said.start, said.end), denied=False, claims=claims)


def _has_one(value: Value, heads: list[_Named], stated: set[tuple[Value, Value]]) -> bool:
    return any((head.claim.value, value) in stated for head in heads)


def _inferred(claim: Claim) -> Claim:
    """Return a claim as one that follows from what is usual."""
    evidence = tuple(
        replace(
            said, support="Inferred", confidence=min(said.confidence, _CONFIDENCE), rule="usually together"
        )
        for said in claim.evidence
    )
    return replace(claim, evidence=evidence)


def _stated(drafts: Iterable[Draft]) -> set[tuple[Value, Value]]:
    """Return the pairs that statements of the policy join."""
    return {
        (one.value, other.value)
        for draft in drafts
        if not draft.denied
        for first, second in _JOINED
        for one in draft.of(*first)
        for other in draft.of(*second)
    }


def _numbers(policy: Policy) -> list[int]:
    """Return the number of sentences before each passage."""
    numbers = [0]
    for passage in policy.passages:
        numbers.append(numbers[-1] + len(passage.sentences))
    return numbers


def _sentence(draft: Draft) -> int:
    return sum(start < draft.sentence for start, _ in draft.passage.sentence_spans)


def go_together(one: Value, other: Value) -> bool:
    """Tell whether the ontology says that two values usually go together, in whichever order."""
    first, second = _sides(one), _sides(other)
    return not (first[0].isdisjoint(second[1]) and first[1].isdisjoint(second[0]))


def _sides(value: Value) -> tuple[frozenset[str], frozenset[str]]:
    """Return the pairs of which a value can be the one side, and those of which it can be the other."""
    if isinstance(value, Concept):
        return _pairs_of(value.iri)
    if isinstance(value, Company | Service) and value.iri is not None:
        return _pairs_of_kind(value.iri)
    return _NO_PAIRS


_NO_PAIRS: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


@cache
def _pairs_of(iri: str) -> tuple[frozenset[str], frozenset[str]]:
    lexicon = ontology.load()
    exact = (lexicon.subjects(_JUST_ONE, iri), lexicon.subjects(_JUST_OTHER, iri))
    return _under(iri, _ONE).union(exact[0]), _under(iri, _OTHER).union(exact[1])


@cache
def _pairs_of_kind(iri: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the pairs of a company or service by the kinds of recipients it belongs to."""
    kinds = ontology.load().values(iri, _ACTIVITY)
    return (
        frozenset().union(*(_under(kind, _ONE) for kind in kinds)),
        frozenset().union(*(_under(kind, _OTHER) for kind in kinds)),
    )


def _under(iri: str, side: str) -> frozenset[str]:
    lexicon = ontology.load()
    return frozenset(pair for above in lexicon.ancestors(iri) for pair in lexicon.subjects(side, above))
