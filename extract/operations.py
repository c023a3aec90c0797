"""Operations: what a clause says is done with data, by its verb or a noun made from one."""

from collections.abc import Iterator

from spacy.tokens import Token

import ontology
from extract.claim import Claim, Concept
from extract.frame import Clause
from extract.matcher import Match
from extract.passage import Passage, Policy

_ONTOLOGY = ontology.load()
_HAS_PROCESSING = _ONTOLOGY.term("dpv:hasProcessing")
_TABLE = "processing"


def operations(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each operation that is the verb of a clause."""
    for passage in policy.body():
        for clause in passage.clauses:
            match = operation(passage, clause)
            if (
                match is not None and clause.negator != clause.head
            ):  # "restricted from using" restricts no data
                evidence = passage.evidence(match.start, match.end, confidence=0.85, rule="verb of a clause")
                yield Claim(_HAS_PROCESSING, Concept(match.term), (evidence,))


def operation(passage: Passage, clause: Clause) -> Match | None:
    """Return the match that names what the verb of the clause does; None if it is no operation on data."""
    head = clause.head
    end = head.idx + len(head)
    for match in passage.found(_TABLE, clause.sentence.start_char, clause.sentence.end_char):
        if match.start <= head.idx and end <= match.end:
            return match
    return None


def named_by(passage: Passage, token: Token) -> Match | None:
    """Return the match that names the operation of which a verb, or a noun made from one, is a word."""
    return next((m for m in passage.found(_TABLE) if m.start <= token.idx < m.end), None)


def is_handling(passage: Passage, token: Token, *tops: str) -> bool:
    """Tell whether a word names one of `tops` (CURIEs) or a narrower operation, and no showing or sending."""
    match = named_by(passage, token)
    return is_under(match, *tops) and not is_under(match, *OUTWARD)


OUTWARD = ("dpv:Transmit", "dpv:Display")
"""Operations whose object is mostly no data: messages that are sent, pages that are shown."""


def is_under(match: Match | None, *tops: str) -> bool:
    """Tell whether an operation is one of `tops` (CURIEs) or narrower."""
    return match is not None and any(_ONTOLOGY.is_under(match.term, ontology.expand(top)) for top in tops)
