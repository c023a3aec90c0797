"""Finds automated decisions: whether they are taken, by what logic, to what effect, with what human hand."""

from collections.abc import Iterator
from functools import partial

from extract.around import cued, cues
from extract.claim import Claim, Concept, Node, Text
from extract.matcher import Match
from extract.passage import Passage, Policy

_FILE = "automated"
_CONFIDENCE = 0.85
_UNDER_HEADING = 0.65
_BEFORE = 90  # characters before the decision within which a "not" denies it
_AFTER = 45  # and behind it: "automated decisions are not made"


def _denied(passage: Passage, start: int, stop: int, mention: tuple[int, int]) -> bool:
    """Tell whether the automated decision at `mention` is denied in the sentence `start` to `stop`."""
    first, last = max(start, mention[0] - _BEFORE), min(stop, mention[1] + _AFTER)
    if any(
        "not" in cue.form.lower().split() for cue in cues(passage, _FILE, "pgq:Subjecting", start, mention[0])
    ):
        return True
    return cued(passage, _FILE, "pgq:NoDecision", first, mention[0]) or cued(
        passage, _FILE, "pgq:NoDecision", mention[1], last
    )


def _described(passage: Passage, predicate: str, kind: tuple[str, str], start: int, stop: int) -> Claim:
    """Return a claim of a node of `kind` (path and class) that quotes characters `start` to `stop`."""
    term = passage.policy.ontology.term
    path, of_class = kind
    evidence = (passage.evidence(start, stop, confidence=_CONFIDENCE, rule=f"automated-{path}"),)
    words = Claim(
        term("dct:description"), Text(" ".join(passage.text[start:stop].split()), "langString"), evidence
    )
    return Claim(predicate, Node(path, (of_class,), (words,)), evidence)


def _details(passage: Passage) -> Iterator[Claim]:
    """Yield the logic, the effects and the human hand of automated decisions that `passage` describes."""
    term = passage.policy.ontology.term
    for start, stop in passage.sentence_spans:
        has = partial(cued, passage, _FILE, start=start, end=stop)
        if has("pgq:DecisionAside"):
            continue
        if has("pgq:DecisionLogic"):
            logic = ("logic", term("dpv:AlgorithmicLogic"))
            yield _described(passage, term("dpv:hasAlgorithmicLogic"), logic, start, stop)
        if has("pgq:DecisionEffect"):
            yield _described(passage, term("dpv:hasConsequence"), ("c", term("dpv:Consequence")), start, stop)
        if has("pgq:HumanHand") and not has("pgq:NoDecision"):
            evidence = passage.evidence(start, stop, confidence=_CONFIDENCE, rule="automated-human")
            yield Claim(term("dpv:hasContext"), Concept(term("dpv:HumanInvolved")), (evidence,))


def _mention(passage: Passage, start: int, stop: int) -> Match | None:
    """Return the words that name an automated decision, or the means without a person by which one is taken."""
    named = next(cues(passage, _FILE, "pgq:AutomatedDecision", start, stop), None)
    device = cued(passage, _FILE, "pgq:DeviceMatter", start, stop)
    if named is None and not device and cued(passage, _FILE, "pgq:Decision", start, stop):
        return next(cues(passage, _FILE, "pgq:AutomatedMeans", start, stop), None)
    return named


def _stated(passage: Passage) -> Iterator[Claim]:
    """Yield a claim for each sentence that states or denies automated decisions."""
    term = passage.policy.ontology.term
    context, value = term("dpv:hasContext"), Concept(term("dpv:AutomatedDecisionMaking"))
    named = any(cued(heading, _FILE, "pgq:AutomatedDecision") for heading in passage.headings[:1])
    for start, stop in passage.sentence_spans:
        has = partial(cued, passage, _FILE, start=start, end=stop)
        found = _mention(passage, start, stop)
        if has("pgq:HumanDecision"):
            evidence = passage.evidence(start, stop, confidence=_UNDER_HEADING, rule="automated-human-only")
            yield Claim(context, value, (evidence,), denied=True)
        elif found is not None:
            if not _aside(passage, found, start, stop):
                denied = _denied(passage, start, stop, (found.start, found.end))
                evidence = passage.evidence(start, stop, confidence=_CONFIDENCE, rule="automated-decision")
                yield Claim(context, value, (evidence,), denied=denied)
        elif named and has("pgq:NoDecision") and (start == 0 or has("pgq:Foregoing")):
            idle = has("pgq:DecisionAside") and not has("pgq:Subjecting")
            evidence = passage.evidence(start, stop, confidence=_UNDER_HEADING, rule="automated-heading")
            yield from () if idle else (Claim(context, value, (evidence,), denied=True),)
        named = named or found is not None


def _aside(passage: Passage, found: Match, start: int, stop: int) -> bool:
    """Tell whether the sentence around the words `found` speaks of a right or asks something of the reader."""
    before = partial(cued, passage, _FILE, start=start, end=found.start)
    if before("pgq:Deciding") and not before("pgq:DecisionAside"):
        return False
    rights = ("pgq:Right", "pgq:Ask")
    lead = passage.lead_in
    if any(cued(passage, "rights", name, start, stop) for name in rights) or (
        start == 0 and any(cued(lead, "rights", name) for name in rights)
    ):
        return True
    return cued(passage, _FILE, "pgq:DecisionAside", start, stop) and not cued(
        passage, _FILE, "pgq:Subjecting", start, stop
    )


def automated(policy: Policy) -> Iterator[Claim]:
    """Yield what a policy says about decisions that no person takes."""
    for passage in policy.body():
        stated = list(_stated(passage))
        yield from stated
        if any(not claim.denied for claim in stated):
            yield from _details(passage)
