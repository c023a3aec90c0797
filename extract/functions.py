"""Functions of providers: what "service providers who …" do for the company, which is the purpose of sharing."""

from collections.abc import Iterator

from spacy.tokens import Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped, Value
from extract.matcher import longest
from extract.passage import Passage, Policy
from extract.topics import cue

_ONTOLOGY = ontology.load()
_HAS_PURPOSE = _ONTOLOGY.term("dpv:hasPurpose")
_TOP = _ONTOLOGY.term("dpv:Purpose")
_RECIPIENTS = ("recipients-roles", "companies", "services")
_CUES = "cues/functions"
_GAP = 3  # tokens between the name of the provider and "who", "that" or "which"
_LONGEST = 14  # tokens of a function
_RELATIVE = frozenset(("who", "that", "which"))
_BEHIND = frozenset(
    ("for", "to", "on", "so", "in", "and", "as", "who", "which", "when", "if", "only", "under")
)


def functions(policy: Policy) -> Iterator[Claim]:
    """Yield a purpose for each relative clause that says what a kind of provider does."""
    for passage in policy.body():
        for token in passage.doc:
            if (
                token.lower_ in _RELATIVE
                and token.i + 1 < len(passage.doc)
                and _follows_provider(passage, token)
            ):
                span = _function(passage, token)
                if span is not None:
                    yield _claim(passage, span)


def _follows_provider(passage: Passage, relative: Token) -> bool:
    """Tell whether a recipient stands directly before the relative pronoun."""
    start = passage.doc[max(0, relative.i - _GAP)].idx
    return any(
        start <= match.end <= relative.idx
        for table in _RECIPIENTS
        for match in passage.found(table, 0, relative.idx)
    )


def _function(passage: Passage, relative: Token) -> Span | None:
    """Return what the provider does: the object of a rendering verb, or a working verb with its object."""
    sentence = relative.sent
    for match in passage.found(_CUES, relative.idx + len(relative), sentence.end_char):
        verb = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
        if verb is None or verb.start - relative.i > _GAP or verb[0].pos_ not in ("VERB", "NOUN"):
            continue
        first = verb.end if match.term == cue("RenderingVerb") else verb.start
        while first < sentence.end and passage.doc[first].pos_ in ("DET", "PRON") and first >= verb.end:
            first += 1
        end = _object_end(passage, max(first, verb.end), sentence)
        has_object = any(t.pos_ in ("NOUN", "PROPN") or t.tag_ == "VBG" for t in passage.doc[verb.end : end])
        return passage.doc[first:end] if has_object and end > first else None
    return None


def _object_end(passage: Passage, first: int, sentence: Span) -> int:
    """Return the index behind the noun phrases that begin with token `first`, without a closing "for us"."""
    index = first
    while index < min(sentence.end, first + _LONGEST):
        token = passage.doc[index]
        if token.text in (".", ";", ":", "(", ")") or token.tag_ in ("MD", "WDT", "WP", "WRB"):
            break
        if token.lower_ in _BEHIND and not (token.lower_ == "and" and _goes_on(passage, index)):
            break
        index += 1
    while index > first and (passage.doc[index - 1].is_punct or passage.doc[index - 1].lower_ == "and"):
        index -= 1
    return index


def _goes_on(passage: Passage, index: int) -> bool:
    """Tell whether a conjunction joins two nouns, and no new clause."""
    following = passage.doc[index + 1] if index + 1 < len(passage.doc) else None
    return following is not None and following.pos_ in ("NOUN", "ADJ", "PROPN", "DET")


def _claim(passage: Passage, span: Span) -> Claim:
    start, end = span.start_char, span.end_char
    evidence = (passage.evidence(start, end, confidence=0.75, rule="function of providers"),)
    best = longest(passage.found("purposes", start, end))
    value: Value = Concept(best.term) if best else Unmapped("purpose", _TOP, span.text)
    return Claim(_HAS_PURPOSE, value, evidence)
