"""What the heading, the lead-in or the column head of a passage announces."""

import re
from functools import lru_cache

import ontology
from extract.matcher import Match
from extract.operations import is_under
from extract.passage import Passage
from extract.readers import looks

_CUES = ontology.load().vocabularies["pgq"]


@lru_cache(maxsize=64)  # asked again for each phrase of the items of a list
def announced(passage: Passage) -> str | None:
    """Return the topic (IRI of a cue) that `passage` announces for the list below it: its label or last cue."""
    label = _OF_LABEL.get(looks.field_name(passage.text))
    return _CUES[label] if label else _said_last(passage)


def _said_last(passage: Passage) -> str | None:
    """Return the topic that the words before the list announce, the last of them first."""
    cues = sorted(passage.found("cues/topics"), key=lambda cue: (cue.end, cue.end - cue.start))
    cues = [cue for cue in cues if not _NAMED_ELSEWHERE.match(passage.text, cue.end)]
    cues = [cue for cue in cues if cue.form.lower().startswith("following")] or cues
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


_OF_LABEL = {
    "data": "DataTopic",
    "purpose": "PurposeTopic",
    "basis": "BasisTopic",
    "recipients": "RecipientTopic",
    "storage": "RetentionTopic",
    "source": "SourceTopic",
}
_OBJECT = 30  # characters between a verb and its object
_NAMED_ELSEWHERE = re.compile(
    r"\s(?:(?:that|which)\s)?(?:(?:we|are|have|been)\s){0,3}"
    r"(?:described|set\sout|listed|mentioned|outlined|stated|explained|identified|specified|detailed|given|named)"
    r"\s(?:above|earlier|elsewhere|in\s(?:this|our|the|section|paragraph)\b)",
    re.IGNORECASE,
)
"""What follows words that announce nothing, as what they speak of stands somewhere else."""

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
        head = passage.policy.passages[block.column_header]
        label = _OF_LABEL.get(looks.label_name(head.text))
        return _CUES[label] if label else announced(head)
    if block.kind == "cell" and block.row_header is not None:
        label = _OF_LABEL.get(looks.label_name(passage.policy.passages[block.row_header].text))
        if label:
            return _CUES[label]
    lead = passage.lead_in
    while lead is not None:
        found = announced(lead)
        if found is not None or lead.block.lead_in is None:
            return found
        lead = lead.lead_in
    return None


def stands_under(passage: Passage, *topics: str) -> bool:
    """Tell whether the nearest heading with a topic announces one of `topics`."""
    for heading in passage.headings:
        found = _of_heading(heading)
        if found:
            return not found.isdisjoint(topics)
    return False


def _of_heading(heading: Passage) -> frozenset[str]:
    """Return the topics of a heading: its cues, else what it says is done with data ("What is … used for?")."""
    found = frozenset(cue.term for cue in heading.found("cues/topics"))
    if found or next(heading.found("personal-data"), None) is None:
        return found
    return frozenset(
        _CUES[topic]
        for verb in heading.found("processing")
        for topic, operations in _ANNOUNCED_BY.items()
        if is_under(verb, *operations)
    )


_ANNOUNCED_BY = {
    "DataTopic": ("dpv:Obtain",),
    "PurposeTopic": ("dpv:Use",),
    "RecipientTopic": ("dpv:Disclose",),
}


def cue(name: str) -> str:
    """Return the IRI of a cue by its name; raise UnknownTermError for a misspelt one."""
    return _CUES[name]
