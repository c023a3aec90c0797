"""Recipients: companies and services, known or not, and categories, where the text lets data reach them."""

from collections.abc import Iterator

from spacy.tokens import Span, Token

import ontology
from extract.claim import Claim, Concept
from extract.controller import own_names
from extract.matcher import Match
from extract.operations import is_under, operation
from extract.passage import Passage, Policy
from extract.topics import cue, of_list, stands_under
from extract.vendors import named_value

_ONTOLOGY = ontology.load()
_HAS_RECIPIENT = _ONTOLOGY.term("dpv:hasRecipient")
_TABLE = "recipients-roles"
_CUES = "cues/recipients"
_NOT_RECIPIENTS = frozenset(
    _ONTOLOGY.term(name)
    for name in (
        "dpv:DataController",
        "dpv:JointDataControllers",
        "dpv:LegalEntity",
        "dpv:DataExporter",
        "dpv:Representative",
        "dpv:DataProtectionOfficer",
        "dpv:DataProtectionAuthority",
        "legal-gb:DPA-GB",
        "dpv:Recipient",
        "dpv:DataImporter",
    )
)


def recipients(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each recipient, named or by category."""
    own = own_names(policy)
    for passage in policy.body():
        if stands_under(
            passage, cue("ChangeTopic"), cue("ContactTopic"), cue("RightsTopic"), cue("DefinitionTopic")
        ):
            continue
        listed = of_list(passage) == cue("RecipientTopic")
        under = stands_under(passage, cue("RecipientTopic"))
        for sentence in passage.sentences:
            signs = _signs(passage, sentence)
            if listed or under or cue("SharingSign") in signs or cue("ReceivingSign") in signs:
                yield from _categories(passage, sentence, own, listed=listed)
            if listed or under or signs:
                yield from _named(passage, sentence, own)


def _signs(passage: Passage, sentence: Span) -> frozenset[str]:
    """Return the signs in a sentence that data reach somebody."""
    start, end = sentence.start_char, sentence.end_char
    return frozenset(
        match.term for table in (_CUES, "cues/engaging") for match in passage.found(table, start, end)
    ) - {cue("NoRecipient")}


def _categories(passage: Passage, sentence: Span, own: frozenset[str], *, listed: bool) -> Iterator[Claim]:
    for match in passage.found(_TABLE, sentence.start_char, sentence.end_char):
        if match.term in _NOT_RECIPIENTS or _excluded(passage, match) or _is_own(match.form, own):
            continue
        span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
        if span is None or not _is_noun(span):
            continue
        rule = _part(passage, span, listed=listed)
        if rule is None:
            continue
        start = span.start
        while start > sentence.start and _modifies(passage.doc[start - 1], span):
            start -= 1
        whole = passage.doc[start : span.end]
        evidence = passage.evidence(whole.start_char, whole.end_char, confidence=0.8, rule=rule)
        yield Claim(_HAS_RECIPIENT, Concept(match.term), (evidence,))


def _part(passage: Passage, span: Span, *, listed: bool) -> str | None:
    """Return the name of the rule by which somebody takes part as a recipient; None if no rule holds."""
    token = _first_of_coordination(span.root)
    head = token.head
    cases = {child.lower_ for child in token.children if child.dep_ == "case"}
    clause = passage.clause_of(span.root)
    verb = operation(passage, clause)
    if listed and span.start <= _EARLY:
        return "member of a list of recipients"
    if cases & _TARGETS and (is_under(verb, *_GIVING) or _sign_near(passage, token, "SharingSign")):
        return "target of sharing"
    if "by" in cases and (verb is not None or clause.passive):
        return "agent of processing"
    if token.dep_ == "nsubj" and (is_under(verb, *_HANDLING) or _sign_near(passage, token, "ReceivingSign")):
        return "receives or handles data"
    if token.dep_ in ("obj", "obl", "nsubj:pass") and _is_cue(passage, head, "EngagingVerb"):
        return "is engaged"
    return None


_TARGETS = frozenset(("with", "to", "among", "between", "amongst", "onto"))
_GIVING = ("dpv:Disclose", "dpv:Transfer", "dpv:Share", "dpv:Store", "dpv:Move")
_HANDLING = ("dpv:Obtain", "dpv:Use", "dpv:Store", "dpv:Disclose")
_EARLY = 6
_NEAR = 80


def _first_of_coordination(token: Token) -> Token:
    """Return the noun whose place in the sentence a coordinated, apposed or exemplified noun shares."""
    for _ in range(8):
        exemplified = token.dep_ == "nmod" and any(
            child.dep_ == "case" and child.lower_ in ("as", "including", "like") for child in token.children
        )
        if token.dep_ in ("conj", "appos", "compound", "flat") or exemplified:
            token = token.head
        else:
            break
    return token


def _sign_near(passage: Passage, token: Token, name: str) -> bool:
    """Tell whether a cue stands in the same sentence, not far from the noun."""
    sentence = token.sent
    return any(
        sign.term == cue(name) and -_NEAR < token.idx - sign.start < 2 * _NEAR
        for sign in passage.found(_CUES, sentence.start_char, sentence.end_char)
    )


def _is_cue(passage: Passage, token: Token, name: str) -> bool:
    return any(
        sign.term == cue(name) and sign.start <= token.idx < sign.end
        for sign in passage.found("cues/engaging", token.sent.start_char, token.sent.end_char)
    )


def _is_noun(span: Span) -> bool:
    last = span[-1]
    if last.tag_ in ("VBG", "VB", "VBZ"):
        return False
    if last.dep_ in ("compound", "amod") and last.head.i >= span.end and last.head.pos_ in ("NOUN", "PROPN"):
        return False
    return last.pos_ in ("NOUN", "PROPN", "ADJ") or len(span) > 1


def _modifies(token: Token, span: Span) -> bool:
    return (
        token.dep_ in ("amod", "compound")
        and span.start <= token.head.i < span.end
        and token.pos_ in ("ADJ", "NOUN", "PROPN")
    )


def _excluded(passage: Passage, match: Match) -> bool:
    """Tell whether the words before the name say that it receives nothing."""
    return any(
        sign.term == cue("NoRecipient") and sign.start <= match.end and match.start <= sign.end + 12
        for sign in passage.found(_CUES)
    )


def _is_own(words: str, own: frozenset[str]) -> bool:
    """Tell whether words are a name of the company itself, such as "the Service Provider" where it says so."""
    name = words.lower()
    return words[:1].isupper() and (name in own or f"the {name}" in own)


def _named(passage: Passage, sentence: Span, own: frozenset[str]) -> Iterator[Claim]:
    start, end = sentence.start_char, sentence.end_char
    services = list(passage.found("services", start, end))
    companies = [
        match
        for match in passage.found("companies", start, end)
        if not any(service.start <= match.start and match.end <= service.end for service in services)
    ]
    for match in sorted([*services, *companies]):
        if match.form.lower() in own or _excluded(passage, match):
            continue
        predicate, value = named_value(match)
        rule = f"known {'service' if match.table == 'services' else 'company'}"
        yield Claim(predicate, value, (passage.evidence(match.start, match.end, confidence=0.85, rule=rule),))
