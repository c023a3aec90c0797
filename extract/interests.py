"""Finds which legitimate interest a policy names, in its own words."""

import re
from collections.abc import Iterator

from extract.around import clause_end, cued, cues, sentence
from extract.claim import Claim, Evidence, Text
from extract.matcher import Match
from extract.passage import Passage, Policy

_TABLE = "interests"
_GAP = re.compile(r"\s*(?:\((?:or\b[^()]{0,40}|[^()\s]{0,12})\)\s*)?[,:(–—-]*\s*")
_TOO_SHORT = 12  # characters; less is no interest
_NO_INTEREST = re.compile(r"(?:with|if|where|when|unless)\b", re.IGNORECASE)


def interests(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each interest named behind the words "legitimate interest" or in a list below."""
    stated = policy.ontology.term("pg:statedInterest")
    for passage in policy.body():
        if passage.block.kind == "item" and _listed(passage):
            end = clause_end(passage.text, 0, len(passage.text))
            if end >= _TOO_SHORT and not _NO_INTEREST.match(passage.text):
                yield _claim(stated, passage, 0, end, "interest-item")
            continue
        until = -1
        for word in cues(passage, _TABLE, "pgq:InterestWord"):
            found = _after(passage, word)
            if found is not None and found[0] >= until:
                until = found[1]
                yield _claim(stated, passage, *found, "interest-after")


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
    gap = _GAP.match(passage.text, word.end, closes)
    at = gap.end() if gap else word.end
    bracketed = "(" in passage.text[word.end : at]
    lead = next(
        (cue for cue in cues(passage, _TABLE, "pgq:InterestLead", at, closes) if cue.start == at), None
    )
    if lead is None:
        return None
    start = lead.end
    end = clause_end(passage.text, start, closes)
    if bracketed:
        close = passage.text.find(")", start, closes)
        end = close if close >= 0 else end
    holder = any(
        cue.start <= start + len(" the ") for cue in cues(passage, _TABLE, "pgq:InterestHolder", start, end)
    )
    holder = holder or passage.text[start:end].lstrip()[:1].isupper()
    return None if holder or end - start < _TOO_SHORT else (start, end)
