"""What the heading, the lead-in or the column head of a passage announces."""

import re
from collections.abc import Iterator

import ontology
from extract.matcher import Match
from extract.passage import Passage

_CUES = ontology.load().vocabularies["pgq"]


def announced(passage: Passage) -> str | None:
    """Return the topic (IRI of a cue) that `passage` announces for the list below it: its last cue."""
    cues = sorted(passage.found("cues/topics"), key=lambda cue: (cue.end, cue.end - cue.start))
    if cues and cues[-1].term == _CUES["RightsTopic"]:
        return cues[-1].term
    if _OPEN_SHARING.search(passage.text):
        return _CUES["RecipientTopic"]
    if _OPEN_PURPOSE.search(passage.text) or _uses_what_is_collected(cues):
        return _CUES["PurposeTopic"]
    if cues:
        return cues[-1].term
    if _OPEN_PRACTICE.search(passage.text) and stands_under(passage, _CUES["PurposeTopic"]):
        return _CUES["PurposeTopic"]
    return None


def _uses_what_is_collected(cues: list[Match]) -> bool:
    """Tell whether the cue for data is only the object of one for use ("we use the information we collect:")."""
    return (
        len(cues) > 1
        and cues[-1].term == _CUES["DataTopic"]
        and cues[-2].term == _CUES["PurposeTopic"]
        and cues[-1].start - cues[-2].end < _OBJECT
    )


_OBJECT = 30  # characters between a verb and its object
_OPEN_PRACTICE = re.compile(r"\bwe (?:may|might|will|can)\s*[:\-–—]\s*$", re.IGNORECASE)
_OPEN_SHARING = re.compile(
    r"\b(?:(?:shar|disclos|exchang)\w*\b.*\bwith|(?:disclos|transferr?|pass|sold|sell)\w*\b[^.:]{0,60}\bto)"
    r"(?: the following)?\s*[:\-–—]\s*$",
    re.IGNORECASE,
)
_OPEN_PURPOSE = re.compile(r"\b(?:(?<!limited )to|for|including to|by)\s*[:\-–—]?\s*$")


def of_list(passage: Passage) -> str | None:
    """Return the topic of the list in which an item stands, or of the column of a cell."""
    block = passage.block
    if block.kind == "cell" and block.column_header is not None:
        return announced(passage.policy.passages[block.column_header])
    lead = passage.lead_in
    while lead is not None:
        found = announced(lead)
        if found is not None or lead.block.lead_in is None:
            return found
        lead = lead.lead_in
    return None


def of_sections(passage: Passage) -> Iterator[str]:
    """Yield the topics of the headings above a passage, the nearest first."""
    for heading in passage.headings:
        found = {cue.term for cue in heading.found("cues/topics")}
        yield from sorted(found)


def stands_under(passage: Passage, *topics: str) -> bool:
    """Tell whether the nearest heading with a topic announces one of `topics`."""
    for heading in passage.headings:
        found = {cue.term for cue in heading.found("cues/topics")}
        if found:
            return not found.isdisjoint(topics)
    return False


def cue(name: str) -> str:
    """Return the IRI of a cue by its name; raise UnknownTermError for a misspelt one."""
    return _CUES[name]
