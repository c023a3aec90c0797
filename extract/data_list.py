"""Where a policy lists data: below a lead-in, in a column of data, behind a label and a colon, under a heading."""

import re
from collections.abc import Iterator
from functools import lru_cache

from spacy.tokens import Span

from extract.enumeration import is_sentence
from extract.passage import Passage
from extract.topics import announced, cue, of_list, stands_under

_LABEL = 7  # words of a label
_HEAD = 6  # words of the head of a column
_MARK = re.compile(r"\s*:(?=\s|$)|\s+[–—-]\s+")
_CONTACT = re.compile(r"\s*\S*(?:@|https?:|www\.|\+?\(?\d)")


@lru_cache(maxsize=1)  # asked again for each phrase of a passage
def listing(passage: Passage) -> Span | None:
    """Return the words of a passage that list data; None if it is no list."""
    first = passage.sentences[0] if passage.sentences else None
    if first is None:
        return None
    if passage.block.kind in ("item", "cell") and _is_member(passage):
        return passage.doc[:] if passage.block.kind == "cell" else first
    behind = _behind_label(passage)
    if behind is not None:
        return behind
    return first if _is_bare_list(passage, first) else None


def label(passage: Passage) -> Span | None:
    """Return the words before a colon that name the data behind it ("Contact details: …"); None if none do."""
    mark = _MARK.search(passage.text)
    if mark is None or _CONTACT.match(passage.text, mark.end()):
        return None
    span = passage.doc.char_span(0, mark.start(), alignment_mode="expand")
    return span if span is not None and 0 < len(span) <= _LABEL else None


def _is_member(passage: Passage) -> bool:
    """Tell whether an item or a cell stands in a list or a column of data."""
    head = _head(passage)
    if head is not None and _is_of_other_column(head):
        return False
    topic = of_list(passage)
    if topic is not None:
        return topic == cue("DataTopic")
    if head is not None:
        return len(head.doc) <= _HEAD and _ends_in_data(head, head.doc[:])
    lead = passage.lead_in
    return lead is not None and _leads_to_examples(lead) and stands_under(passage, cue("DataTopic"))


def _head(passage: Passage) -> Passage | None:
    index = passage.block.column_header
    return None if index is None else passage.policy.passages[index]


def _is_of_other_column(head: Passage) -> bool:
    """Tell whether the head of a column asks for something about the data ("How long we keep it")."""
    return any(sign.term in (cue("RetentionTopic"), cue("SourceTopic")) for sign in head.found("cues/topics"))


def _leads_to_examples(lead: Passage) -> bool:
    """Tell whether a passage ends with words that examples follow ("This includes:")."""
    until = len(lead.text.rstrip(" :"))
    return any(sign.end >= until for sign in lead.found("cues/data") if sign.term == cue("Example"))


def _behind_label(passage: Passage) -> Span | None:
    """Return what stands behind a label for data."""
    name = label(passage)
    if name is None or name.end + 1 >= len(passage.doc):
        return None
    topics = list(passage.found("cues/topics", 0, name.end_char))
    if topics and topics[-1].term != cue("DataTopic"):
        return None
    if not topics and not _ends_in_data(passage, name):
        return None
    rest = passage.doc[name.end + 1].sent
    return passage.doc[name.end + 1 : rest.end]


def _ends_in_data(passage: Passage, name: Span) -> bool:
    """Tell whether the last word of a phrase is one for data ("Contact details")."""
    words = [token for token in name if token.is_alpha]
    return bool(words) and passage.is_in(words[-1], "cues/about-data")


def _is_bare_list(passage: Passage, sentence: Span) -> bool:
    """Tell whether a sentence without a verb stands directly below a heading that announces data."""
    section = passage.section
    return (
        passage.block.kind == "paragraph"
        and section is not None
        and section.index == passage.index - 1
        and announced(section) == cue("DataTopic")
        and any(token.text == "," for token in sentence)
        and not is_sentence(sentence)
    )


def names(passage: Passage) -> Iterator[Span]:
    """Yield the label of a list of data that stands where data are announced, if it says which data follow."""
    name, listed = label(passage), listing(passage)
    if name is None or listed is None or len(name) == 1 or not _ends_in_data(passage, name):
        return
    if stands_under(passage, cue("DataTopic")) and not is_sentence(listed):
        yield name
