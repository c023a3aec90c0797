"""Finds technical and organisational measures: those the lexicon names, and those a sentence describes."""

from collections.abc import Iterator

import ontology
from extract.around import clause_end, cued, cues
from extract.claim import Claim, Concept, Unmapped, Value
from extract.matcher import Match
from extract.passage import Passage, Policy
from extract.promises import promises

_FILE = "measures"
_TABLE = "measures"
_NEAR = 60  # characters around a measure within which it is disclaimed or put to the reader
_REACH = 75  # characters between "measures" and "protect"
_RELATED = ontology.NAMESPACES["skos"] + "related"
_BROADER = ontology.NAMESPACES["skos"] + "broader"


def _is_put_aside(passage: Passage, start: int, place: Match) -> bool:
    """Tell whether words before `place`, from `start` on, make it no measure: "no method ... is secure"."""
    return cued(passage, _FILE, "pgq:MeasureAside", max(start, place.start - _NEAR), place.end)


def _speaks_of_security(passage: Passage, start: int, stop: int) -> bool:
    """Tell whether the sentence, or the heading above it, is about security."""
    return cued(passage, "security", "pgq:SecurityWord", start, stop) or any(
        cued(heading, "security", "pgq:SecurityWord") for heading in passage.headings[:1]
    )


def _named(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield the measures that the lexicon names in a sentence about security, and those that need none."""
    secure = _speaks_of_security(passage, start, stop)
    plain = passage.policy.ontology.values(passage.policy.ontology.term("pgq:PlainMeasure"), _RELATED)
    for match in passage.found(_TABLE, start, stop):
        if (secure or match.term in plain) and not _is_put_aside(passage, start, match):
            yield match.start, match.end, Concept(match.term)


def _in_general(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield measures of no kind: "we use commercially acceptable means to protect your data"."""
    if cued(passage, _FILE, "pgq:NotProtection", start, stop):
        return
    for noun in cues(passage, _FILE, "pgq:MeansNoun", start, stop):
        used = cued(passage, _FILE, "pgq:MeansVerb", max(start, noun.start - _REACH), noun.start)
        after = next(cues(passage, _FILE, "pgq:ProtectVerb", noun.end, min(stop, noun.end + _REACH)), None)
        if used and after is not None and not _is_put_aside(passage, start, noun):
            yield (
                noun.start,
                after.end,
                Concept(passage.policy.ontology.term("dpv:TechnicalOrganisationalMeasure")),
            )
            return


def _of_suppliers(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield what those who receive the data must do to protect it."""
    if not cued(passage, "duties", "pgq:Supplier", start, stop):
        return
    done = start
    whole = tuple(cues(passage, "duties", "pgq:WholeDuty", start, stop))
    for duty in sorted((*whole, *cues(passage, "duties", "pgq:Duty", start, stop))):
        content = (
            duty
            if duty in whole
            else next(cues(passage, "duties", "pgq:DutyContent", duty.start, stop), None)
        )
        if duty.start >= done and content is not None and not _is_put_aside(passage, start, duty):
            done = clause_end(passage.text, max(content.end, duty.end), stop)
            yield duty.start, done, Concept(passage.policy.ontology.term("dpv:ThirdPartySecurityProcedures"))


def _fits(passage: Passage, kind: str, start: int, stop: int) -> bool:
    """Tell whether a described measure stands where it is one: near requests, near children."""
    if kind.endswith("IdentityCheck"):
        above = (*passage.headings[:1], *((passage.lead_in,) if passage.lead_in else ()))
        return any(cued(place, _FILE, "pgq:AskedRight") for place in (passage, *above))
    if kind.endswith("ChildDataRemoval"):
        whole = cued(passage, _FILE, "pgq:ChildWord", 0, stop)
        asked = any(cued(passage, "rights", cue, start, stop) for cue in ("pgq:Ask", "pgq:Reach"))
        return whole and not asked
    return True


def _described(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield the measures that are described in words for which there is no concept."""
    lexicon = passage.policy.ontology
    top = lexicon.term("dpv:TechnicalOrganisationalMeasure")
    group = lexicon.term("pgq:OtherMeasure")
    for match in passage.found(f"cues/{_FILE}", start, stop):
        if group in lexicon.values(match.term, _BROADER) and _fits(passage, match.term, start, stop):
            yield match.start, match.end, Unmapped("measure", top, lexicon.label(match.term))


def _promised(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield the practices that are promised in words which stand apart, unless they are put aside."""
    if not cued(passage, _FILE, "pgq:MeasureAside", start, stop):
        yield from promises(passage, start, stop)


def measures(policy: Policy) -> Iterator[Claim]:
    """Yield the measures by which a policy says that data are protected."""
    predicate = policy.ontology.term("dpv:hasTechnicalOrganisationalMeasure")
    for passage in policy.body():
        for start, stop in passage.sentence_spans:
            taken: list[tuple[int, int]] = []
            for rule in (_named, _of_suppliers, _described, _promised, _in_general):
                for first, last, value in rule(passage, start, stop):
                    if any(first < end and begin < last for begin, end in taken):
                        continue
                    taken.append((first, last))
                    evidence = passage.evidence(first, last, confidence=0.85, rule=rule.__name__.strip("_"))
                    yield Claim(predicate, value, (evidence,))
