"""Cuts lists of nouns and gerunds that name purposes apart: "analytics, spam prevention and sending you alerts".

A noun is a purpose if the lexicon knows it as one; where purposes are announced, also if it names an action.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from spacy.tokens import Doc, Span, Token

from extract.passage import Passage
from extract.topics import cue
from extract.verb_phrase import verb_phrases

_TABLE = "purposes"
_CUES = "cues/noun-purposes"
_NO_PROCESSING = "cues/no-processing"
_NOMINAL = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))
_PURPOSE = frozenset(("purpose", "purposes", "reasons"))
_OVER = frozenset(("of", "as", "like", "including"))
_POINTING = frozenset(("such", "this", "these", "that", "those", "other"))
_LINKS = frozenset((",", "and", "or", "&", "/", "and/or"))
_ACTION = re.compile(r"(?:[tsx]ion|ment|ing|[ae]nce|[ae]ncy|sis|very|wal|val|ics|dling|age|ship|ery|ure)s?$")
"""The endings of nouns that name what is done."""


def members(passage: Passage, start: int, sentence: Span, *, actions: bool) -> Iterator[tuple[int, int]]:
    """Yield the purposes, as tokens from and to, in the list of nouns and gerunds that begins at token `start`.

    With `actions`, nouns that the lexicon does not know are purposes too if they name an action.
    """
    doc, index = passage.doc, start
    known = actions
    while index < sentence.end:
        if is_gerund(doc[index]):
            found = list(verb_phrases(passage, index, sentence.end)) if known else []
            end = max((end for _, end in found), default=sentence.end)
        else:
            end = noun_phrase_end(doc[index], sentence)
            found = list(_nouns(passage, doc[index:end], actions=actions))
        yield from found
        known = known or bool(found)
        index = end
        while index < sentence.end and doc[index].lower_ in _LINKS:
            index += 1
        if index == end and doc[end - 1].lower_ not in _LINKS:
            return


def is_gerund(token: Token) -> bool:
    """Tell whether a word in -ing is a verb with an object of its own, and no part of a noun phrase."""
    return token.tag_ == "VBG" and token.dep_ not in ("amod", "compound")


def _nouns(passage: Passage, span: Span, *, actions: bool) -> Iterator[tuple[int, int]]:
    """Yield the purposes among coordinated nouns."""
    names = [(max(left_end(name), span.start), right_end(name, span.end)) for name in named(passage, span)]
    whole = list(parts(span)) if actions else []
    for first, end in names:
        yield (
            first,
            next((stop for start, stop in whole if start <= first and _says_of(span.doc, end, stop)), end),
        )
    for first, end in whole:
        if all(end <= start or stop <= first for start, stop in names) and _is_action(passage, first, end):
            yield first, end


def _says_of(doc: Doc, end: int, stop: int) -> bool:
    """Tell whether a noun phrase goes on with what is acted on: "administration of your pension"."""
    return end < stop and doc[end].lower_ == "of"


def parts(span: Span) -> Iterator[tuple[int, int]]:
    """Yield the parts of coordinated nouns: what stands between its commas, and between their conjunctions.

    Nouns that share what follows stay together ("the creation, maintenance and deletion of accounts").
    """
    cuts = [token.i for token in span if token.text == ","]
    if cuts:
        cuts = [token.i for token in span if token.lower_ in _LINKS]
    found = [(_bare(span.doc, first, end), end) for first, end in pairwise((span.start - 1, *cuts, span.end))]
    found = [(start, end) for start, end in found if start < end]
    last = found[-1:]
    shared = any(token.lower_ == "of" for start, end in last for token in span.doc[start:end])
    if shared and all(end - start == 1 for start, end in found[:-1]):
        found = [(found[0][0], found[-1][1])]
    yield from found


def _bare(doc: Doc, link: int, end: int) -> int:
    """Return where the noun behind a link begins, without articles."""
    start = link + 1
    while start < end and (doc[start].lower_ in _LINKS or doc[start].pos_ in ("DET", "ADP")):
        start += 1
    return start


def _is_action(passage: Passage, start: int, end: int) -> bool:
    """Tell whether a noun phrase names something that is done: "the delivery of parcels", "user identification"."""
    span = passage.doc[start:end]
    head = span.root
    if (span[0].tag_ == "PRP$" and span[0].lower_ not in ("our", "your")) or span[0].lower_ in _POINTING:
        return False
    if head.pos_ != "NOUN" or any(token.pos_ in ("VERB", "AUX") and not is_gerund(token) for token in span):
        return False
    here = {match.term for match in passage.found(_CUES, head.idx, head.idx + len(head))}
    is_data = passage.is_in(head, "personal-data")
    return (
        not is_data
        and cue("ThingNoun") not in here
        and (cue("ActionNoun") in here or _ACTION.search(head.lower_) is not None)
    )


def named(passage: Passage, span: Span) -> Iterator[Span]:
    """Yield the names of purposes that are members of the coordination of nouns with which `span` begins."""
    for match in passage.found(_TABLE, span.start_char, span.end_char):
        name = span.doc.char_span(match.start, match.end, alignment_mode="expand")
        if name is None or not is_name(passage, name):
            continue
        between = span.doc[span.start : name.start]
        if any(token.tag_ == "IN" and token.lower_ not in _OVER for token in between):
            continue
        yield name


def is_name(passage: Passage, name: Span) -> bool:
    """Tell whether words of the lexicon name a purpose here: they modify no other noun and are no occasion."""
    return not _modifies(name) and not _is_corporate_change(passage, name)


def _modifies(name: Span) -> bool:
    """Tell whether a name only says which of another thing: "payment" in "payment details"."""
    root = name.root
    head = root.head
    return (
        root.dep_ in ("compound", "amod", "nmod:poss")
        and head.i >= name.end
        and head.lower_ not in _PURPOSE
        and (head.i == name.end or all(token.pos_ in _NOMINAL for token in name.doc[name.end : head.i]))
    )


def noun_phrase_end(first: Token, sentence: Span) -> int:
    """Return the index behind the coordinated noun phrases that begin with `first`."""
    index = first.i
    while index < sentence.end:
        token = sentence.doc[index]
        if token.tag_ in ("MD", "VBZ", "VBP", "VBD", "WDT", "WP", "TO", ".", ":") or token.lower_ in _STOP:
            break
        if index > first.i and is_gerund(token) and token.nbor(-1).lower_ in _LINKS:
            break
        index += 1
    return max(index, first.i + 1)


_STOP = frozenset(
    ("if", "when", "where", "unless", "which", "that", "because", "with", "from", "by", "we", "you", ";")
)


def left_end(span: Span) -> int:
    """Return where the noun phrase that ends in `span` begins."""
    start = span.start
    while (
        start > span.sent.start
        and span.doc[start - 1].pos_ in _NOMINAL
        and span.doc[start - 1].dep_ in ("amod", "compound")
    ):
        start -= 1
    return int(start)


def right_end(span: Span, stop: int) -> int:
    """Return the end of a noun purpose, with the word "purposes" if it follows."""
    end = span.end
    if end < stop and span.doc[end].lower_ in ("purpose", "purposes"):
        end += 1
    return int(end)


def _is_corporate_change(passage: Passage, name: Span) -> bool:
    """Tell whether a noun names a merger or the like: an occasion, no purpose."""
    return any(
        match.term == cue("CorporateChange")
        for match in passage.found(_NO_PROCESSING, name.start_char, name.end_char)
    )
