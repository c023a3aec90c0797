"""Finds whether data must be provided (Art. 13(2)(e)), and what follows if they are not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import ontology
from extract.around import cued, cues
from extract.claim import Claim, Concept, Node, Text
from extract.matcher import Match
from extract.passage import Passage, Policy

_FILE = "necessity"
_CONFIDENCE = 0.85
_FRAMES = "providing"
_GAP = 45  # characters between two words of a frame
_LEAST = 12  # characters; a shorter consequence is a fragment
_LEVELS = ("pgq:MustProvide", "pgq:NeedNotProvide", "pgq:MayProvide")
_RELATED = ontology.NAMESPACES["skos"] + "related"
_TURN = re.compile(r",\s+(?:then\s+)?|\s+then\s+|\)\s+")

_LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "Giver": "G",
        "GiverOther": "O",
        "GiveVerb": "V",
        "Giving": "W",
        "GivenThing": "T",
        "Field": "F",
        "FieldMark": "K",
        "OptionalMark": "P",
        "Must": "M",
        "NeedNot": "N",
        "IsMust": "I",
        "IsFree": "J",
        "NotNeeded": "j",
        "If": "C",
        "Demand": "D",
        "NotGiving": "r",
        "ChoosingNot": "q",
        "Refusing": "R",
        "Without": "X",
        "WithoutIt": "Y",
        "GivenUp": "U",
    }
)
"""A sentence is read as the letters of its cues, in their order: "you do not have to give us data" is GNVT."""
_LEVEL = re.compile(
    r"G(?P<free>N)[Gr]?T?VT?|(?<!C)G(?P<choosing>q)VG?T|(?P<choice>N)G?r?VT|G(?P<must>M)VG?T"
    r"|WG?T[TG]*(?P<given>[IJj])|T[TG]*(?P<thing>J)|T[TGI]*(?P<demand>D)|(?P<mark>[KP])|F[TG]*(?P<field>[IJ])|(?P<kind>[IJ])F"
)
_REFUSED = re.compile(r"C[GT]+[rq]+V|Gq[Vr]|C[GT]+R(?:V|T)|(?:^|[CTU])[rqR]+[VW]|R[VW]?T|^R|XG?V?G?T|Y")
_AHEAD = re.compile(r"U[^C]*C[GT]+(?:[rq]+|R)V|OU[^C]*(?:Y|X(?:G?V)?G?T)")


def _cues(passage: Passage, start: int, stop: int) -> list[Match]:
    """Return the cues of frames between two characters."""
    return list(passage.found(f"cues/{_FRAMES}", start, stop))


def _letters(found: Sequence[Match]) -> str:
    """Return a letter for each cue."""
    return "".join(_LETTERS[cue.term.rsplit("#", 1)[1]] for cue in found)


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


def _framed_outcome(passage: Passage, start: int, stop: int) -> tuple[int, int] | None:
    """Return the characters that say what follows if data are not given, in the sentence `start` to `stop`."""
    found = _cues(passage, start, stop)
    letters = _letters(found)
    refused = _REFUSED.search(letters)
    if refused is not None and "U" in letters[refused.end() :]:
        last = found[refused.end() - 1].end
        turn = _TURN.search(passage.text, last, found[letters.index("U", refused.end())].start)
        return (turn.end() if turn else start), stop
    if _AHEAD.search(letters):
        return start, stop
    return None


def _consequences(passage: Passage) -> Iterator[Claim]:
    """Yield what follows if data are not provided.

    That a site works less well without cookies, or that services end with consent, follows from no failure
    to provide data.
    """
    for start, stop in passage.sentence_spans:
        refusal = next(cues(passage, _FILE, "pgq:Failure", start, stop), None)
        if refusal is not None and cued(passage, _FILE, "pgq:LawDemands", start, refusal.end):
            refusal = None
        if "OrV" in _letters(_cues(passage, start, stop)):  # "if the surveyors do not provide a report"
            continue
        if any(cued(passage, _FILE, other, start, stop) for other in ("pgq:NoOutcome", "pgq:SiteFunction")):
            continue
        span = None if refusal is None else _followed_by(passage, refusal, start, stop)
        if span is None and not cued(passage, _FILE, "pgq:Authorities", start, stop):
            span = _framed_outcome(passage, start, stop)
        if span is not None and span[1] - span[0] >= _LEAST:
            yield _consequence(passage, *span, "consequence")


def _necessity(passage: Passage, found: Match, start: int, stop: int) -> Claim:
    """Return that data must be provided, or need not be, as the cue `found` says in a sentence."""
    value = passage.policy.ontology.values(found.term, _RELATED)[0]
    evidence = passage.evidence(start, stop, confidence=_CONFIDENCE, rule="necessity")
    return Claim(passage.policy.ontology.term("dpv:hasNecessity"), Concept(value), (evidence,))


def _framed(passage: Passage, start: int, stop: int) -> Match | None:
    """Return the cue that says whether the reader must give data: "you do not have to tell us your name"."""
    found = _cues(passage, start, stop)
    for frame in _LEVEL.finditer(_letters(found)):
        own = found[frame.start() : frame.end()]
        if frame.lastgroup and all(b.start - a.end <= _GAP for a, b in pairwise(own)):
            return found[frame.start(frame.lastgroup)]
    return None


def _levels(passage: Passage) -> Iterator[Claim]:
    """Yield whether the data that a sentence speaks of must be provided."""
    for start, stop in passage.sentence_spans:
        framed = _framed(passage, start, stop)
        if framed is not None:
            yield _necessity(passage, framed, start, stop)
            continue
        if not cued(passage, _FILE, "pgq:ProvidedThing", start, stop) or cued(
            passage, _FILE, "pgq:LawDemands", start, stop
        ):
            continue
        for level in _LEVELS:
            found = next(cues(passage, _FILE, level, start, stop), None)
            if found is not None:
                yield _necessity(passage, found, start, stop)
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
