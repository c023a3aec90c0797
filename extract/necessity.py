"""Finds whether data must be provided (Art. 13(2)(e)), and what follows if they are not."""

import re
from collections.abc import Iterator

import ontology
from extract.around import cued, cues
from extract.claim import Claim, Concept, Node, Text
from extract.matcher import Match
from extract.passage import Passage, Policy

_FILE = "necessity"
_CONFIDENCE = 0.85
_LEAST = 12  # characters; a shorter consequence is a fragment
_LEVELS = ("pgq:MustProvide", "pgq:NeedNotProvide", "pgq:MayProvide")
_RELATED = ontology.NAMESPACES["skos"] + "related"
_TURN = re.compile(r",\s+(?:then\s+)?|\s+then\s+|\)\s+")


def _consequence(passage: Passage, start: int, stop: int, rule: str) -> Claim:
    """Return characters `start` to `stop` as what follows if data are not provided."""
    term = passage.policy.ontology.term
    evidence = (passage.evidence(start, stop, confidence=_CONFIDENCE, rule=rule),)
    words = Text(" ".join(passage.text[start:stop].split()).rstrip(".;"), "langString")
    described = Claim(term("dct:description"), words, evidence)
    return Claim(
        term("dpv:hasConsequence"), Node("c", (term("dpv:ConsequenceOfFailure"),), (described,)), evidence
    )


def _followed_by(passage: Passage, refusal: Match, start: int, stop: int) -> tuple[int, int] | None:
    """Return the characters that say what follows from `refusal`, in the sentence `start` to `stop`."""
    after = next(cues(passage, _FILE, "pgq:Outcome", refusal.end, stop), None)
    if after is not None:
        turn = next((m for m in _TURN.finditer(passage.text, refusal.end, after.start)), None)
        return (turn.end() if turn else start), stop
    before = next(cues(passage, _FILE, "pgq:Outcome", start, refusal.start), None)
    if before is None:
        return None
    opened = passage.text.rfind(" if ", before.end, refusal.start)
    return start, (opened if opened > 0 else stop)


def _consequences(passage: Passage) -> Iterator[Claim]:
    """Yield what follows if data are not provided.

    That a site works less well without cookies, or that services end with consent, follows from no failure
    to provide data.
    """
    for start, stop in passage.sentence_spans:
        refusal = next(cues(passage, _FILE, "pgq:Failure", start, stop), None)
        if refusal is None or cued(passage, _FILE, "pgq:LawDemands", start, refusal.end):
            continue
        if any(cued(passage, _FILE, other, start, stop) for other in ("pgq:NoOutcome", "pgq:SiteFunction")):
            continue
        span = _followed_by(passage, refusal, start, stop)
        if span is not None and span[1] - span[0] >= _LEAST:
            yield _consequence(passage, *span, "consequence")


def _levels(passage: Passage) -> Iterator[Claim]:
    """Yield whether the data that a sentence speaks of must be provided."""
    term = passage.policy.ontology.term
    for start, stop in passage.sentence_spans:
        if not cued(passage, _FILE, "pgq:ProvidedThing", start, stop) or cued(
            passage, _FILE, "pgq:LawDemands", start, stop
        ):
            continue
        for level in _LEVELS:
            found = next(cues(passage, _FILE, level, start, stop), None)
            if found is not None:
                value = passage.policy.ontology.values(found.term, _RELATED)[0]
                evidence = passage.evidence(start, stop, confidence=_CONFIDENCE, rule="necessity")
                yield Claim(term("dpv:hasNecessity"), Concept(value), (evidence,))
                break


def necessity(policy: Policy) -> Iterator[Claim]:
    """Yield whether data must be provided, and what follows if they are not."""
    for passage in policy.body():
        head = passage.block.column_header
        if head is not None and cued(policy.passages[head], _FILE, "pgq:ConsequenceHead"):
            if len(passage.text.strip()) >= _LEAST:
                yield _consequence(passage, 0, len(passage.text), "consequence-column")
            continue
        yield from _levels(passage)
        yield from _consequences(passage)
