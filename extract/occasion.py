"""Purposes that an occasion states: data are passed on where the law demands it, or as the business is sold."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from spacy.tokens import Span

import ontology
from extract.matcher import Match
from extract.operations import is_under
from extract.passage import Passage
from extract.topics import cue, of_list

_ONTOLOGY = ontology.load()
_CUES = "cues/demands"
_SHARING = "cues/recipients"
_GIVING = ("dpv:Disclose", "dpv:Transfer")
_KEEPING = ("dpv:Store",)
_DATA = ("personal-data", "cues/about-data", "cues/data-nouns")
_PARTIES = ("recipients-roles", "cues/party-nouns")
_APART = 6  # words between two names of one deal
_BEFORE = frozenset(("ADJ", "VERB", "CCONJ"))

DEMAND = "demanded by law"
DEAL = "change of the business"
OCCASIONS: Mapping[str, str] = MappingProxyType(
    {DEMAND: _ONTOLOGY.term("dpv:LegalCompliance"), DEAL: _ONTOLOGY.term("pgc:BusinessTransfer")}
)
"""The purpose (IRI) of each rule by which an occasion is one."""

Occasion = tuple[int, int, str]
"""Tokens from and to that name a purpose, and the rule that found them."""


def occasions(passage: Passage, sentence: Span) -> Iterator[Occasion]:
    """Yield the occasions on which a sentence lets data be passed on or kept, as far as they are what for."""
    signs = list(passage.found(_CUES, sentence.start_char, sentence.end_char))
    if not signs:
        return
    demands = [sign for sign in signs if sign.term == cue("DemandOfLaw")]
    limits = [sign.start for sign in signs if sign.term == cue("NotDemanded")]
    if demands and _moves(passage, sentence, *_GIVING, *_KEEPING):
        first = demands[0]
        if not any(limit < first.start for limit in limits):
            yield *_tokens(passage, first, first), DEMAND
    deals = [sign for sign in signs if sign.term == cue("BusinessDeal") and not _modifies(passage, sign)]
    if deals and _moves(passage, sentence, *_GIVING):
        yield _deal(passage, deals)


def _moves(passage: Passage, sentence: Span, *tops: str) -> bool:
    """Tell whether data are given away, or handled as `tops` say, in a sentence or the list it stands in."""
    start, end = sentence.start_char, sentence.end_char
    if of_list(passage) == cue("RecipientTopic"):
        return _names(passage, _DATA, start, end) or _names(passage, _PARTIES, start, end)
    handled = any(is_under(match, *tops) for match in passage.found("processing", start, end))
    given = any(sign.term == cue("SharingSign") for sign in passage.found(_SHARING, start, end))
    return (handled or given) and _names(passage, _DATA, start, end)


def _modifies(passage: Passage, sign: Match) -> bool:
    """Tell whether words only say which of another thing is meant: "merger partners"."""
    token = passage.token_at(sign.end - 1)
    return token is not None and token.i + 1 < len(token.doc) and token.nbor().pos_ == "NOUN"


def _names(passage: Passage, tables: tuple[str, ...], start: int, end: int) -> bool:
    """Tell whether words of one of the tables stand between two characters."""
    return any(next(passage.found(table, start, end), None) is not None for table in tables)


def _deal(passage: Passage, deals: list[Match]) -> Occasion:
    """Return the first deal, with those beside it and what it is said to be ("a proposed merger or sale")."""
    last = deals[0]
    for deal in deals[1:]:
        between = passage.doc.char_span(last.end, deal.start, alignment_mode="contract")
        if between is not None and (len(between) > _APART or any(t.tag_ in _FINITE for t in between)):
            break
        last = deal
    start, end = _tokens(passage, deals[0], last)
    opens = passage.doc[start].sent.start
    while start > opens and passage.doc[start - 1].dep_ in ("amod", "compound", "conj", "cc"):
        if passage.doc[start - 1].pos_ not in _BEFORE:
            break
        start -= 1
    return start + (passage.doc[start].pos_ == "CCONJ"), end, DEAL


_FINITE = frozenset(("VBD", "VBP", "VBZ", "MD", "WDT", "WP"))


def _tokens(passage: Passage, first: Match, last: Match) -> tuple[int, int]:
    """Return the tokens from the words of one sign to those of another."""
    opening, closing = passage.token_at(first.start), passage.token_at(last.end - 1)
    if opening is None or closing is None:
        return 0, 0
    return opening.i, closing.i + 1
