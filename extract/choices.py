"""Finds the choices that a policy offers: to opt out or in, and how consent is withdrawn."""

from collections.abc import Iterator

import ontology
from extract.around import cued, cues
from extract.claim import Claim, Concept
from extract.matcher import Match
from extract.passage import Passage, Policy

_FILE = "choices"
_OFFERS = ("pgq:NoOptOut", "pgq:OptOutVerb", "pgq:SwitchOff", "pgq:OptInVerb")
_RELATED = ontology.NAMESPACES["skos"] + "related"


def _is_choosers(passage: Passage, start: int, verb: Match) -> bool:
    """Tell whether the person chooses: the nearest actor before the verb does, or nobody is named."""
    choosers = [cue.start for cue in cues(passage, _FILE, "pgq:Chooser", start, verb.start)]
    others = [cue.start for cue in cues(passage, _FILE, "pgq:NotChooser", start, verb.start)]
    return max(choosers, default=start) > max(others, default=-1)


def _offered(passage: Passage, start: int, stop: int) -> Iterator[Claim]:
    """Yield one claim for each kind of choice that the sentence `start` to `stop` offers."""
    lexicon = passage.policy.ontology
    seen: set[str] = set()
    for cue in _OFFERS:
        for verb in cues(passage, _FILE, cue, start, stop):
            value = lexicon.values(verb.term, _RELATED)[0]
            idle = cue == "pgq:SwitchOff" and not cued(passage, _FILE, "pgq:Switched", start, stop)
            if value in seen or idle or not _is_choosers(passage, start, verb):
                continue
            seen.add(value)
            evidence = passage.evidence(verb.start, stop, confidence=0.8, rule="choice")
            yield Claim(lexicon.term("dpv:hasEntityInvolvement"), Concept(value), (evidence,))


def choices(policy: Policy) -> Iterator[Claim]:
    """Yield the ways to opt out, to opt in and to withdraw consent."""
    term = policy.ontology.term
    control, withdraw = term("dpv:hasConsentControl"), Concept(term("dpv:WithdrawConsent"))
    for passage in policy.body():
        for start, stop in passage.sentence_spans:
            yield from _offered(passage, start, stop)
            taken = next(cues(passage, _FILE, "pgq:ConsentTaken", start, stop), None)
            if taken is not None and cued(passage, _FILE, "pgq:Way", start, stop):
                evidence = passage.evidence(taken.start, stop, confidence=0.85, rule="withdraw-consent")
                yield Claim(control, withdraw, (evidence,))
