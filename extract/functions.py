"""Functions of providers: what they do for the company, which is the purpose of their getting data.

"Service providers who host our website", "payments are processed by Stripe", "we send our newsletter via
Mailchimp", "we engage couriers. They deliver your parcels."
"""

import re
from collections.abc import Iterator

from spacy.tokens import Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped, Value
from extract.composed import concept_of
from extract.data import is_generic
from extract.frame import Clause, actor_of
from extract.matcher import longest, matcher
from extract.naming import MAYBE_LEGAL_FORM
from extract.operations import is_under, named_by
from extract.passage import GAZETTEER, Passage, Policy
from extract.topics import cue, stands_under

_ONTOLOGY = ontology.load()
_HAS_PURPOSE = _ONTOLOGY.term("dpv:hasPurpose")
_TOP = _ONTOLOGY.term("dpv:Purpose")
_TABLE = "purposes"
_RECIPIENTS = ("recipients-roles", *GAZETTEER)
_PARTIES = (*_RECIPIENTS, "cues/party-nouns")
_CUES = "cues/functions"
_GAP = 3  # tokens between the name of the provider and "who", "that" or "which"
_LONGEST = 14  # tokens of a function
_RELATIVE = frozenset(("who", "that", "which"))
_AGENT = frozenset(("by",))
_CHANNEL = frozenset(("via", "through", "using", "with", "in", "on"))
_CERTAIN_CHANNEL = frozenset(("via", "through", "using"))
_THEY = frozenset(("they", "it"))
_NOUNS = frozenset(("NOUN", "PROPN"))
_POINTING = frozenset(("these", "those", "such", "this", "that"))
_STEPS = 8  # from a coordinated noun to the first one
_HANDLING = ("dpv:Obtain", "dpv:Store", "dpv:Disclose", "dpv:Transfer", "dpv:Use", "dpv:Access", "dpv:Remove")
_BEHIND = frozenset(
    ("for", "to", "on", "so", "in", "and", "as", "who", "which", "when", "if", "only", "under")
)


def functions(policy: Policy) -> Iterator[Claim]:
    """Yield a purpose for each thing that a clause says providers do."""
    for passage in policy.body():
        found: set[tuple[int, int]] = set()
        named = "companies" in passage.matches or "services" in passage.matches
        for index, word in enumerate(passage.lowered):
            if not (named or word in _RELATIVE or word in _THEY or passage.classes[index] in _NOUNS):
                continue
            span = _of_token(passage, passage.doc[index])
            if span is not None and (span.start, span.end) not in found:
                found.add((span.start, span.end))
                yield _claim(passage, span)


def _of_token(passage: Passage, token: Token) -> Span | None:
    """Return the function that the clause of a relative pronoun, or of a party, tells."""
    if token.lower_ in _RELATIVE and token.i + 1 < len(passage.doc) and _follows_provider(passage, token):
        return _function(passage, token)
    if token.pos_ in _NOUNS and _is_party(passage, token):
        named = token.pos_ == "PROPN"
        told = _told_of_label(passage, token) or (_told_of_name(passage, token) if named else None)
        return rendered(passage, token) or told
    if _is_known(passage, token):
        return _told_of_label(passage, token) or _told_of_name(passage, token)
    if token.lower_ in _THEY and token.dep_ == "nsubj" and _goes_on_about_provider(passage, token):
        return _done(passage, token)
    return None


def rendered(passage: Passage, party: Token) -> Span | None:
    """Return the words for what a clause says that a party does for the company; None if it says nothing of it."""
    first = party
    for _ in range(_STEPS):
        if first.dep_ not in ("conj", "appos", "compound", "flat") or first.head == first:
            break
        first = first.head
    cases = {child.lower_ for child in first.children if child.dep_ in ("case", "mark")}
    if cases == {"of"} and passage.is_in(first.head, "cues/engaging", cue("EngagingNoun")):
        first, cases = first.head, {child.lower_ for child in first.head.children if child.dep_ == "case"}
    verb = first.head
    if first.dep_ == "nsubj" and first.i < verb.i:
        return _done(passage, first) if _is_for_us(passage, first, verb) else None
    if verb.lower_ == "using" and first.dep_ == "obj":
        cases, first, verb = {"using"}, verb, verb.head
    if verb.pos_ not in ("VERB", "AUX") and cases & _CERTAIN_CHANNEL:
        first, verb = verb, verb.head
    clause = passage.clause_of(verb)
    if verb.pos_ != "VERB" or clause.negator is not None or clause.is_hypothetical:
        return None
    if verb.tag_ == "VBN" and clause.passive and cases & (_AGENT | _CHANNEL):
        certain = bool(cases & (_AGENT | _CERTAIN_CHANNEL)) or named_by(passage, verb) is not None
        return _acted(passage, clause, verb) if certain or _works(passage, verb) else None
    if verb == clause.head and clause.actor == "company" and not clause.passive and cases & _CERTAIN_CHANNEL:
        return _undertaken(passage, verb, party)
    return None


def _told_of_label(passage: Passage, party: Token) -> Span | None:
    """Return the nouns for what a party that stands as a label is used for: "Slack: used for team chat"."""
    told = _USED_FOR.match(passage.text, party.idx + len(party))
    first = passage.token_at(told.end()) if told is not None else None
    if first is None or first.pos_ not in ("NOUN", "ADJ", "PROPN", "DET", "PRON"):
        return None
    words = _nouns_from(passage, first)
    return words if len(words) else None


def _nouns_from(passage: Passage, first: Token) -> Span:
    """Return the noun phrases that begin with a token, without their determiners."""
    while first.pos_ in ("DET", "PRON") and first.i + 1 < first.sent.end:
        first = first.nbor()
    return passage.doc[first.i : max(first.i, _object_end(passage, first.i, first.sent))]


def _engaged_for(passage: Passage, party: Token) -> Span | None:
    """Return the nouns for what the company engages a party: "we use Zoom for our meetings, Xero as …"."""
    told = _FOR.match(passage.text, party.idx + len(party))
    first = passage.token_at(told.end()) if told is not None else None
    if first is None or first.tag_ == "VBG" or not _is_in_row_of_engaged(passage, party):
        return None
    nouns = _nouns_from(passage, first)
    words = passage.doc[nouns.start : next((token.i for token in nouns if _is_joint(token)), nouns.end)]
    taken = any(
        match.end == words.end_char
        for table in _FOUND_ELSEWHERE
        for match in passage.found(table, words.start_char, words.end_char)
    )
    return None if taken or not any(token.pos_ == "NOUN" for token in words) else words


_FOUND_ELSEWHERE = (_TABLE, "data-subjects", "personal-data")  # known purposes have rules of their own
_FOR = re.compile(rf"{MAYBE_LEGAL_FORM}\s(?:for|as)\s")


def _is_joint(token: Token) -> bool:
    """Tell whether the next name of a row follows a token."""
    return token.text == "," or (token.lower_ in ("and", "or") and token.nbor().pos_ == "PROPN")


def _is_in_row_of_engaged(passage: Passage, party: Token) -> bool:
    """Tell whether a party is what the company engages, or stands in the sentence behind one in a row."""
    for verb in party.sent:
        if verb.i >= party.i or not passage.is_in(verb, "cues/engaging", cue("EngagingVerb")):
            continue
        clause = passage.clause_of(verb)
        if clause.head == verb and clause.actor == "company" and not (clause.passive or clause.negator):
            return True
    return False


_USED_FOR = re.compile(rf"{MAYBE_LEGAL_FORM}\s?:\s(?:is\s|are\s)?used\s(?:by\s\w+\s)?for\s", re.IGNORECASE)


def _told_of_name(passage: Passage, party: Token) -> Span | None:
    return _bracketed(passage, party) or _before_bracket(passage, party) or _engaged_for(passage, party)


def _before_bracket(passage: Passage, party: Token) -> Span | None:
    """Return the nouns behind which a known name stands alone in brackets: "payment processing (Stripe)"."""
    begins, ends = party.idx, party.idx + len(party)
    known = (m for table in GAZETTEER for m in passage.found(table, begins, ends))
    name = next((m for m in known if passage.text[m.start - 1 : m.start] == "("), None)
    if name is None or passage.text[name.end : name.end + 1] != ")":
        return None
    noun = passage.token_at(len(passage.text[: name.start - 1].rstrip()) - 1)
    if (
        noun is None
        or noun.pos_ != "NOUN"
        or not noun.text.islower()
        or noun.sent != party.sent
        or _is_party(passage, noun)
    ):
        return None
    first = noun
    while first.i > noun.sent.start and first.nbor(-1).dep_ in ("compound", "amod"):
        first = first.nbor(-1)
    span = passage.doc[first.i : noun.i + 1]
    return None if any(passage.found("personal-data", span.start_char, span.end_char)) else span


def _bracketed(passage: Passage, party: Token) -> Span | None:
    """Return what stands in brackets behind a name of a row: "Mailjet (transactional email), OVH (hosting)"."""
    told = _BRACKETS.match(passage.text, party.idx + len(party))
    if told is None:
        return None
    known = any(passage.found(_TABLE, told.start(1), told.end(1)))
    row = passage.text[party.sent.start_char : party.sent.end_char]
    if not known and len(_BRACKETS.findall(row)) < _ROW:
        return None
    return passage.doc.char_span(told.start(1), told.end(1), alignment_mode="contract")


_BRACKETS = re.compile(
    r"\s\((?:for\s)?(?!e\.g|i\.e|formerly|such|including|see|or\s|and\s|the\s|a\s|an\s|our\s|to\s|for\s|who|which)([a-z][\w\s/&-]{2,40})\)"
)
_ROW = 2  # names with brackets that make a row of functions


def _is_known(passage: Passage, token: Token) -> bool:
    """Tell whether a token is part of the name of a known company or service."""
    return any(passage.is_in(token, table) for table in GAZETTEER)


def _is_party(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun stands for somebody who can be a provider: a known one, or a name."""
    if noun.lower_ in ("us", "you") or noun.dep_ in ("compound", "amod", "nmod:poss"):
        return False
    return any(passage.is_in(noun, table) for table in _PARTIES) or (
        noun.pos_ == "PROPN" and noun.is_title and actor_of(noun) == "other"
    )


def _acted(passage: Passage, clause: Clause, verb: Token) -> Span | None:
    """Return what is done by or by means of a party: "our website is hosted by", "parcels are sent via"."""
    thing = clause.subject
    if thing is None or thing.pos_ not in ("NOUN", "PROPN") or thing.i > verb.i:
        return None
    if actor_of(thing) == "person" or _is_handled(passage, verb, thing) or _is_party_of(passage, thing):
        return None
    owned = any(child.lower_ == "our" for child in thing.children)
    if _is_of_nobody(passage, verb) or (
        actor_of(thing) == "company" and not owned and not _works(passage, verb)
    ):
        return None
    start = thing.left_edge.i + (thing.left_edge.dep_ == "cc")
    return passage.doc[start : _verb_end(verb)] if 0 < verb.i - start < _LONGEST else None


def _verb_end(verb: Token) -> int:
    """Return the index behind a participle with its particle: "looked after by", "carried out by"."""
    behind = verb.doc[verb.i + 1 : min(verb.i + 3, verb.sent.end)]
    particle = (
        len(behind) > 1 and behind[0].tag_ in ("RP", "IN") and behind[1].lower_ in _AGENT | _CERTAIN_CHANNEL
    )
    return int(verb.i + 1 + particle)


def _undertaken(passage: Passage, verb: Token, party: Token) -> Span | None:
    """Return what the company does by means of a party: "we send our newsletter via"."""
    thing = next((child for child in verb.children if child.dep_ == "obj" and child.i > verb.i), None)
    thing = thing or next((child for child in verb.children if child.dep_ == "iobj"), None)
    if thing is None or _is_handled(passage, verb, thing) or _is_of_nobody(passage, verb):
        return None
    channel = next((t for t in passage.doc[thing.i + 1 : party.i] if t.lower_ in _CERTAIN_CHANNEL), None)
    if channel is None or channel.i - verb.i > _LONGEST:
        return None
    return passage.doc[verb.i : channel.i]


def _done(passage: Passage, doer: Token) -> Span | None:
    """Return what the subject of a verb does: "they deliver your parcels"."""
    verb = doer.head
    clause = passage.clause_of(verb)
    if verb.pos_ != "VERB" or clause.passive or clause.negator is not None or clause.is_hypothetical:
        return None
    thing = next((child for child in verb.children if child.dep_ == "obj" and child.i > verb.i), None)
    if thing is not None and _is_handled(passage, verb, thing):
        return None
    return _function(passage, doer)


def _is_handled(passage: Passage, verb: Token, thing: Token) -> bool:
    """Tell whether a verb says no more than that data are handled, or what is done with cookies."""
    data = [match for match in passage.found("personal-data") if match.start <= thing.idx < match.end]
    if not data:
        return passage.is_in(thing, "cues/data-nouns")
    if any(is_generic(match.term) or match.form.lower() in ("cookie", "cookies") for match in data):
        return True
    named = passage.is_in(thing, _TABLE)
    return not named and is_under(named_by(passage, verb), "dpv:Processing")


def _is_party_of(passage: Passage, thing: Token) -> bool:
    """Tell whether what something is done with is itself somebody: "advertisers are shown by"."""
    return any(passage.is_in(thing, table) for table in _RECIPIENTS)


def _works(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb is one for what providers do."""
    return passage.is_in(verb, _CUES, cue("WorkingVerb"))


def _is_of_nobody(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb says nothing that a provider does for the company: "is required by", "is owned by"."""
    return passage.is_in(verb, "cues/no-function")


def _is_for_us(passage: Passage, party: Token, verb: Token) -> bool:
    """Tell whether what a party does is done for the company: "Stripe handles our payments"."""
    if any(child.lower_ in _POINTING for child in party.children):
        return True
    if not _is_known(passage, party):
        return False
    things = [child for child in verb.children if child.dep_ in ("obj", "iobj")]
    owners = _US | _YOU if stands_under(passage, cue("RecipientTopic")) else _US
    ours = any(is_owned(thing, owners) for thing in things)
    below = passage.doc[verb.i + 1 : verb.sent.end]
    ours = ours or any(passage.is_in(token, "cues/recipient-roles", cue("ProcessorSign")) for token in below)
    ours = ours or any(token.lower_ == "us" and token.nbor(-1).lower_ == "for" for token in below)
    return ours or any(
        sign.term == cue("OurPlace")
        for sign in passage.found("cues/recipients", verb.idx, verb.sent.end_char)
    )


def is_owned(thing: Token, owners: frozenset[str]) -> bool:
    """Tell whether words such as "our" stand in a noun phrase, given by its head."""
    return any(word.lower_ in owners for word in thing.subtree)


_US, _YOU = frozenset(("us", "our")), frozenset(("you", "your"))


def _goes_on_about_provider(passage: Passage, pronoun: Token) -> bool:
    """Tell whether a pronoun goes on about providers: the sentence before ends with one, or a heading names it."""
    start = pronoun.sent.start
    if start == 0:
        return False
    before = passage.doc[start - 1].sent
    things = [token for token in before if token.pos_ in ("NOUN", "PROPN") and _is_party(passage, token)]
    return (
        bool(things) and things[-1].dep_ != "nsubj:pass" and _is_plural(things) == (pronoun.lower_ == "they")
    )


def _is_plural(things: list[Token]) -> bool:
    """Tell whether "they" can stand for parties: for several, and for a company as well."""
    last = things[-1]
    return len(things) > 1 or last.tag_ in ("NNS", "NNPS") or last.pos_ == "PROPN"


def _follows_provider(passage: Passage, relative: Token) -> bool:
    """Tell whether a recipient stands directly before the relative pronoun."""
    start = passage.doc[max(0, relative.i - _GAP)].idx
    return any(
        start <= match.end <= relative.idx
        for table in _RECIPIENTS
        for match in passage.found(table, 0, relative.idx)
    )


def _function(passage: Passage, doer: Token) -> Span | None:
    """Return what a doer does: the object of a rendering verb behind it, or a working verb with its object."""
    sentence = doer.sent
    for match in passage.found(_CUES, doer.idx + len(doer), sentence.end_char):
        verb = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
        if verb is None or verb.start - doer.i > _GAP or verb[0].pos_ not in ("VERB", "NOUN"):
            continue
        first = verb.end if match.term == cue("RenderingVerb") else verb.start
        while first < sentence.end and passage.doc[first].pos_ in ("DET", "PRON") and first >= verb.end:
            first += 1
        end = _object_end(passage, max(first, verb.end), sentence)
        has_object = any(t.pos_ in ("NOUN", "PROPN") or t.tag_ == "VBG" for t in passage.doc[verb.end : end])
        return passage.doc[first:end] if has_object and end > first else None
    return _other_work(passage, doer)


def _other_work(passage: Passage, doer: Token) -> Span | None:
    """Return the verb of a name with its object, whatever it is, unless a provider does no such thing."""
    verb = doer.head
    if doer.dep_ != "nsubj" or doer.pos_ != "PROPN" or not 0 < verb.i - doer.i <= _GAP:
        return None
    thing = next((child for child in verb.children if child.dep_ == "obj" and child.i > verb.i), None)
    if thing is None or thing.pos_ not in ("NOUN", "PROPN") or _is_of_nobody(passage, verb):
        return None
    if _is_known(passage, verb):
        return None  # part of the name: "Acme Live Chat"
    end = _object_end(passage, verb.i + 1, verb.sent)
    return passage.doc[verb.i : end] if end > thing.i else None


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
    """Tell whether a conjunction joins two nouns or two verbs, and no new clause."""
    following = passage.doc[index + 1] if index + 1 < len(passage.doc) else None
    return following is not None and (
        following.pos_ in ("NOUN", "ADJ", "PROPN", "DET") or passage.is_in(following, _CUES)
    )


def _claim(passage: Passage, span: Span) -> Claim:
    start, end = span.start_char, span.end_char
    evidence = (passage.evidence(start, end, confidence=0.75, rule="function of providers"),)
    term = _concept(passage, span) or concept_of(span.text)
    value: Value = Concept(term) if term else Unmapped("purpose", _TOP, span.text)
    return Claim(_HAS_PURPOSE, value, evidence)


def _concept(passage: Passage, span: Span) -> str | None:
    """Return the concept that a function names, also with its verb before its object ("host" our "website")."""
    best = longest(passage.found(_TABLE, span.start_char, span.end_char))
    verb = span[-1]
    if best is None and verb.tag_ == "VBN" and len(span) > 1:
        words = f"{verb.text} {span[:-1].text}"
        best = longest(match for match in matcher().find(words) if match.table == _TABLE)
    return best.term if best else None
