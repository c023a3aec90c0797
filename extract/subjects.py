"""Finds whose data are processed: "data of customers", "employee data", "information from children"."""

import re
from collections.abc import Iterator

import ontology
from extract.around import cued, cues
from extract.claim import Claim, Concept
from extract.matcher import Match
from extract.passage import Passage, Policy

_FILE = "subjects"
_TABLE = "data-subjects"
_NEAR = 34  # characters between "data about" and the people
_VERB_NEAR = 70  # characters between "collect" and "from children"
_COMPOUND = re.compile(r"(?:['’]s?)?\s+(?:personal\s+)?(?:data|information|details|records)\b", re.IGNORECASE)
_JOINT = re.compile(
    r"\s*(?:,|and|or|and/or|/|,\s*and|,\s*or|and\s+our|or\s+our|,\s*our)?\s*(?:other|potential|our|any)?\s*"
)
_AGE = re.compile(
    r"\s+(?:under|below|younger)\b[^.;,)]{0,40}?\d+(?:\s+years(?:\s+of\s+age|\s+old)?)?", re.IGNORECASE
)


def _sources() -> frozenset[str]:
    """Return the people who behind "from" are where data come from, not whose data they are."""
    lexicon = ontology.load()
    return frozenset(lexicon.values(lexicon.term("pgq:AsSource"), ontology.NAMESPACES["skos"] + "related"))


def _is_owned(passage: Passage, people: Match, start: int) -> bool:
    """Tell whether words before `people` make them the ones whose data are meant: "information about"."""
    link = next(iter(reversed(list(cues(passage, _FILE, "pgq:Whose", start, people.start)))), None)
    if link is None or people.start - link.end > _NEAR:
        return False
    if link.form.lower().endswith("from") and people.term in _sources():
        return False
    since = max(start, link.start - _VERB_NEAR)
    nouns = [
        cue for cue in cues(passage, _FILE, "pgq:DataOf", since, people.start) if cue.end <= people.start
    ]
    return bool(nouns) and link.start - nouns[-1].end < _NEAR


def _subjects(passage: Passage, start: int, stop: int) -> Iterator[Match]:
    """Yield the people whose data the sentence `start` to `stop` is about."""
    everyone = passage.policy.ontology.term("dpv:DataSubject")
    aside = [(cue.start, cue.end) for cue in cues(passage, _FILE, "pgq:OtherPeople", start, stop)]
    before: Match | None = None
    for people in passage.found(_TABLE, start, stop):
        if people.term == everyone or any(
            first < people.end and people.start < last for first, last in aside
        ):
            continue
        if before is not None and before.term == people.term and people.start - before.end <= 1:
            continue  # "children under 13" names one group twice
        joined = before is not None and _JOINT.fullmatch(passage.text, before.end, people.start) is not None
        compound = _COMPOUND.match(passage.text, people.end, stop) is not None
        if joined or compound or _is_owned(passage, people, start):
            before = people
            yield people


def subjects(policy: Policy) -> Iterator[Claim]:
    """Yield whose data the policy says are processed, or are not."""
    predicate = policy.ontology.term("dpv:hasDataSubject")
    for passage in policy.body():
        for start, stop in passage.sentence_spans:
            verb = next(cues(passage, _FILE, "pgq:DataVerb", start, stop), None)
            if verb is None or cued(passage, _FILE, "pgq:SubjectSupposed", start, stop):
                continue
            for people in _subjects(passage, start, stop):
                denied = cued(
                    passage,
                    _FILE,
                    "pgq:SubjectDenied",
                    max(start, people.start - 2 * _NEAR - _VERB_NEAR),
                    people.start,
                )
                age = _AGE.match(passage.text, people.end, stop)
                evidence = passage.evidence(
                    people.start, age.end() if age else people.end, confidence=0.8, rule="data-subject"
                )
                yield Claim(predicate, Concept(people.term), (evidence,), denied=denied)
