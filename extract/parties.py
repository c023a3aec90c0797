"""Parties that common nouns name and the lexicon has no category for: "the relevant bank", "your guardian"."""

import re
from collections.abc import Collection, Iterator
from itertools import chain

from spacy.tokens import Span, Token

import ontology
from extract.claim import Unmapped
from extract.matcher import Match
from extract.passage import Passage
from extract.topics import cue

_TOP = ontology.load().term("dpv:Recipient")
_CUES = "cues/party-nouns"
_PARTIES = frozenset(map(cue, ("PartyNoun", "AnybodyNoun", "PartNoun", "PlaceNoun", "AgentNoun")))
_AGENT = re.compile(
    r".{3,}(?:er|or|ist|ee|ian|ant|man|men|people)s?$"
)  # "exhibitors", "speakers", "therapist"
_OF_THE_COMPANY = frozenset(map(cue, ("AnybodyNoun", "PartNoun", "PlaceNoun")))
_POINTING = frozenset(("these", "those", "such", "this", "that", "many", "most"))
_NOT_WHICH = frozenset(("other", "any", "certain", "such", "following", "many", "own", "same", "various"))
_WITHIN = frozenset(("in", "within", "of", "under"))
_MODIFIERS = ("amod", "compound", "nmod:poss", "flat")
_SAID_WHICH = ("acl", "acl:relcl", "nmod")
_OWNERS = frozenset(("our", "your", "their", "its", "the"))


def unknown_parties(
    passage: Passage, sentence: Span, known: Collection[Match]
) -> Iterator[tuple[Match, Unmapped]]:
    """Yield the nouns of a sentence that can be a party and stand in none of the `known` matches."""
    signs = list(passage.found(_CUES, sentence.start_char, sentence.end_char))
    for sign in chain(signs, _agents(passage, sentence, signs)):
        noun = passage.token_at(sign.end - 1)
        if sign.term not in _PARTIES or noun is None or not _is_head(noun):
            continue
        if any(match.start < sign.end and sign.start < match.end for match in known):
            continue
        if _is_the_company(sign, noun) or _is_pointed_at(noun) or _describes(passage, noun, "TheReader"):
            continue
        if sign.term != cue("PlaceNoun") or _describes(passage, noun, "OfOthers", "PartyNoun"):
            yield sign, Unmapped("recipient", _TOP, _phrase(noun))


def _agents(passage: Passage, sentence: Span, signs: Collection[Match]) -> Iterator[Match]:
    """Yield the nouns that name somebody by what they do and that are no part of a cue: "exhibitors"."""
    for index in range(sentence.start, sentence.end):
        if passage.tags[index] not in _COMMON_NOUNS:
            continue
        token = passage.doc[index]
        end = token.idx + len(token)
        if not any(sign.start < end and token.idx < sign.end for sign in signs) and is_agent(passage, token):
            yield Match(token.idx, end, _CUES, cue("AgentNoun"), token.text)


def is_agent(passage: Passage, token: Token) -> bool:
    """Tell whether a word is a common noun for somebody named by what they do: "exhibitors"."""
    return (
        token.tag_ in _COMMON_NOUNS
        and _AGENT.match(token.lower_) is not None
        and not passage.is_in(token, _CUES, cue("NoAgent"))
        and not any(passage.is_in(token, table) for table in _NO_AGENTS)
    )


_COMMON_NOUNS = frozenset(("NN", "NNS"))
_NO_AGENTS = ("personal-data", "data-subjects", "purposes", "companies", "services", "cues/data-nouns")


def is_anybody(match: Match, noun: Token) -> bool:
    """Tell whether a noun is too general to be a party, and nothing is said of it: "to businesses"."""
    if match.term != cue("AnybodyNoun") or noun.doc[min(noun.i + 1, len(noun.doc) - 1)].lower_ in _WITHIN:
        return False
    return not _is_described_by_verb(noun) and not any(
        child.dep_ in _SAID_WHICH or (child.dep_ in _MODIFIERS and child.lower_ not in _NOT_WHICH)
        for child in noun.children
    )


def _is_described_by_verb(noun: Token) -> bool:
    """Tell whether the parser took for a verb what describes a noun: "trusted firms", "fraud screening firms"."""
    if noun.i < noun.sent.start + 2:
        return False
    before, first = noun.nbor(-1), noun.nbor(-2)
    return (before.tag_ == "VBG" and first.pos_ == "NOUN") or (
        before.tag_ == "VBN" and first.lower_ in ("to", "with")
    )


def _is_head(noun: Token) -> bool:
    """Tell whether a noun stands for itself: not "company policy", not "the company's policy"."""
    if noun.pos_ != "NOUN":
        return False
    following = noun.nbor(1) if noun.i + 1 < noun.sent.end else None
    if following is not None and (following.tag_ == "POS" or following.text == "-"):
        return False
    return noun.dep_ not in ("compound", "amod", "nmod:poss") or noun.head.i < noun.i


def _is_the_company(sign: Match, noun: Token) -> bool:
    """Tell whether a noun can only be the company itself, or a part of it: "our business", "the company"."""
    if sign.term not in _OF_THE_COMPANY:
        return False
    before = {child.lower_ for child in noun.children if child.i < noun.i}
    return "our" in before or ("the" in before and is_anybody(sign, noun))


def _is_pointed_at(noun: Token) -> bool:
    """Tell whether a noun only stands for a party that was named before: "these companies"."""
    return any(child.lower_ in _POINTING and child.i < noun.i for child in noun.children)


def _describes(passage: Passage, noun: Token, *names: str) -> bool:
    """Tell whether a cue stands among the words before a noun, or directly behind it."""
    behind = noun.doc[min(noun.i + 1, len(noun.doc) - 1)]
    terms = {cue(name) for name in names}
    signs = passage.found(_CUES, noun.left_edge.idx, behind.idx + len(behind))
    return any(sign.term in terms for sign in signs)


def _phrase(noun: Token) -> str:
    """Return a noun with the words before it that describe it, without whose it is."""
    start = noun.i
    while start > noun.sent.start and _is_part(noun.doc[start - 1]):
        start -= 1
    return noun.doc[start : noun.i + 1].text


def _is_part(token: Token) -> bool:
    return token.dep_ in _MODIFIERS and token.lower_ not in _OWNERS | _NOT_WHICH
