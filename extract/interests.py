"""Finds which legitimate interest a policy names, in its own words."""

import re
from collections.abc import Iterator

from extract.around import clause_end, cued, cues, sentence
from extract.claim import Claim, Evidence, Text
from extract.matcher import Match
from extract.passage import Passage, Policy

_TABLE = "interests"
_GAP = re.compile(r"['’‘”\"]*\s*(?:\((?:(?:or|and)\b[^()]{0,40}|[^()\s]{0,12})\)\s*)?[,:(–—-]*\s*")
_TOO_SHORT = 12  # characters; less is no interest
_NO_INTEREST = re.compile(r"(?:with|if|where|when|unless|we|you|our|your|this|these)\b", re.IGNORECASE)
_LONGEST_ASIDE = 300  # characters in brackets, which the parser may have cut at "e.g."


def interests(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each interest named behind the words "legitimate interest" or in a list below."""
    stated = policy.ontology.term("pg:statedInterest")
    for passage in policy.body():
        rule = "interest-item" if passage.block.kind == "item" and _listed(passage) else "interest-after"
        for start, end in interest_spans(passage):
            yield _claim(stated, passage, start, end, rule)


def interest_spans(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the characters that word an interest in `passage`, one after the other."""
    if passage.block.kind == "item" and _listed(passage):
        end = clause_end(passage.text, 0, len(passage.text))
        if end >= _TOO_SHORT and not _NO_INTEREST.match(passage.text):
            yield 0, end
        return
    until = -1
    for word in cues(passage, _TABLE, "pgq:InterestWord"):
        found = _after(passage, word) or _before(passage, word)
        if found is not None and found[0] >= until:
            until = found[1]
            yield found


def _claim(stated: str, passage: Passage, start: int, end: int, rule: str) -> Claim:
    words = passage.text[start:end]
    start, end = start + len(words) - len(words.lstrip(" ,:")), end - len(words) + len(words.rstrip(" ,;."))
    evidence: Evidence = passage.evidence(start, end, confidence=0.8, rule=rule)
    return Claim(stated, Text(" ".join(passage.text[start:end].split())), (evidence,))


def _listed(passage: Passage) -> bool:
    """Tell whether the item stands in a list of legitimate interests."""
    lead = passage.lead_in
    if lead is None or cued(lead, _TABLE, "pgq:InterestRight"):
        return False
    words = list(cues(lead, _TABLE, "pgq:InterestWord"))
    if not words:
        return False
    return sentence(lead, words[-1].start)[1] >= len(lead.text.rstrip())


def _after(passage: Passage, word: Match) -> tuple[int, int] | None:
    """Return the characters that word the interest named by `word`, if some do."""
    opens, closes = sentence(passage, word.start)
    if cued(passage, _TABLE, "pgq:InterestRight", opens, word.start):
        return None
    gap = _GAP.match(passage.text, word.end)
    at = gap.end() if gap else word.end
    bracketed = "(" in passage.text[word.end : at]
    if bracketed:
        close = passage.text.find(")", at, at + _LONGEST_ASIDE)
        closes = max(closes, close + 1)
    lead = next(
        (cue for cue in cues(passage, _TABLE, "pgq:InterestLead", at, closes) if cue.start == at), None
    )
    set_off = bracketed or ":" in passage.text[word.end : at]
    if lead is None and not (set_off and passage.text[at : at + 1].islower()):
        return None
    start = at if lead is None else lead.end
    end = _before_other_ground(passage, start, clause_end(passage.text, start, closes))
    if bracketed:
        close = passage.text.find(")", start, closes)
        end = close if close >= 0 else end
    if "," in passage.text[word.end : at] and _opens_with_ground(passage, start, end):
        return None
    holder = any(
        cue.start <= start + len(" the ") for cue in cues(passage, _TABLE, "pgq:InterestHolder", start, end)
    )
    holder = holder or passage.text[start:end].lstrip()[:1].isupper()
    return None if holder or end - start < _TOO_SHORT else (start, end)


def _before(passage: Passage, word: Match) -> tuple[int, int] | None:
    """Return the characters that word an interest in "fraud prevention and other legitimate interests"."""
    opens, _ = sentence(passage, word.start)
    other = _AND_OTHER.search(passage.text, opens, word.start)
    if other is None:
        return None
    starts = [opens, *(mark.end() for mark in _PART.finditer(passage.text, opens, other.start()))]
    leads = (cue.end for cue in cues(passage, _TABLE, "pgq:InterestLead", max(starts), other.start()))
    start = max([*starts, *leads])
    return (start, other.start()) if other.start() - start >= _TOO_SHORT else None


_AND_OTHER = re.compile(r",?\s+(?:and|or)\s+(?:any\s+)?(?:(?:our|its)\s+)?other\s+(?:similar\s+|such\s+)?$")
_PART = re.compile(r"[;:]\s*|\([ivx\d]{1,4}\)\s*|\b[a-d]\)\s*")


def _opens_with_ground(passage: Passage, start: int, end: int) -> bool:
    """Tell whether another ground follows at once: "our legitimate interests, to perform a contract, or"."""
    named = next(passage.found("legal-bases", start, end), None)
    verbs = (
        next(cues(passage, "bases", curie, start, end), None)
        for curie in ("pgq:LawGround", "pgq:ContractGround", "pgq:Fulfil")
    )
    return any(found is not None and found.start <= start + len(" the ") for found in (named, *verbs))


def _before_other_ground(passage: Passage, start: int, end: int) -> int:
    """Return where the interest ends: before "and for our legal obligation", if another ground follows."""
    lexicon = passage.policy.ontology
    for match in passage.found("legal-bases", start, end):
        other = _OTHER_GROUND.search(passage.text[start : match.start])
        if other and not lexicon.is_under(match.term, lexicon.term("dpv:LegitimateInterest")):
            return start + other.start()
    return end


_OTHER_GROUND = re.compile(
    r"(?:,|\s(?:and|or))[\s,]+(?:(?:and|or)\s)?(?:for|on|under|based\son|with)\s(?:the\s|our\s|a\s|your\s)?$"
)
