"""A statement in the making: the claims of a sentence, item or row, until all that belongs to it is gathered."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import ontology
from extract.claim import Claim, Concept, Evidence
from extract.data import is_generic
from extract.passage import Passage

_TERM = ontology.load().term
DATA = _TERM("dpv:hasPersonalData")
PURPOSE = _TERM("dpv:hasPurpose")
BASIS = _TERM("dpv:hasLegalBasis")
RECIPIENT = _TERM("dpv:hasRecipient")
SERVICE = _TERM("dpv:hasService")
SOURCE = _TERM("dpv:hasDataSource")
PROCESSING = _TERM("dpv:hasProcessing")
STORAGE = _TERM("dpv:hasStorageCondition")
CONDITION = _TERM("pg:hasCondition")
_ANONYMOUS = _TERM("pgc:AnonymousData")

_INHERITED_LOSS = 0.85  # confidence that is left when a value is taken over


@dataclass(slots=True)
class Draft:
    """A statement in the making: the clause it comes from and the claims that have been gathered for it.

    `sentence` is the character of the passage at which its sentence begins. `signs_back` are the cues that
    point back in that sentence and in that of its lead-in; `of_others` tells whether neither the company nor the
    person is said to act, `of_them` whether a pronoun is, `declares_basis` whether the sentence speaks of a legal
    basis as such, `last` whether it is the last of its passage, `hands_on_pronoun` whether it discloses a pronoun.
    """

    passage: Passage
    anchor: tuple[int, int]
    denied: bool
    claims: list[Claim] = field(default_factory=list)
    sentence: int = 0
    of_others: bool = False
    of_them: bool = False
    signs_back: frozenset[str] = frozenset()
    declares_basis: bool = False
    last: bool = True
    hands_on_pronoun: bool = False
    exceptions: list["Draft"] = field(default_factory=list)

    def has(self, *predicates: str) -> bool:
        """Tell whether there is a claim under one of `predicates`."""
        return any(claim.predicate in predicates for claim in self.claims)

    def of(self, *predicates: str) -> list[Claim]:
        """Return the claims under `predicates`."""
        return [claim for claim in self.claims if claim.predicate in predicates]

    @property
    def section(self) -> int | None:
        """Return the index of the heading under which the statement stands; a heading stands under itself."""
        block = self.passage.block
        return self.passage.index if block.kind == "heading" else block.section

    @property
    def specific_data(self) -> list[Claim]:
        """Return the claims that say which data."""
        return [claim for claim in self.of(DATA) if not says_only_data(claim)]


def says_only_data(claim: Claim) -> bool:
    """Tell whether a claim says no more than that there are data; anonymous data are data of any kind."""
    return isinstance(claim.value, Concept) and (is_generic(claim.value.iri) or claim.value.iri == _ANONYMOUS)


def taken_over(claim: Claim) -> Claim:
    """Return a claim as it is when another statement takes it over: inherited, and less sure."""
    evidence = tuple(
        Evidence(e.start, e.end, "Inherited", round(e.confidence * _INHERITED_LOSS, 2), e.rule)
        for e in claim.evidence
    )
    return replace(claim, evidence=evidence)


def take_over(draft: Draft, other: Draft, predicates: Iterable[str]) -> None:
    """Give `draft` the claims of `other` under those `predicates` of which it has none of its own."""
    for predicate in predicates:
        own = draft.specific_data if predicate == DATA else draft.of(predicate)
        if own:
            continue
        taken = other.specific_data if predicate == DATA else other.of(predicate)
        if taken and predicate == DATA:
            draft.claims = [claim for claim in draft.claims if claim.predicate != DATA]
        draft.claims += [taken_over(claim) for claim in taken]
