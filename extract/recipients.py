"""Recipients: companies and services, known or not, and categories, where the text lets data reach them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped
from extract.controller import own_names
from extract.frame import Clause, is_infinitive
from extract.functions import is_owned, rendered
from extract.getting import comes_to_know, gets, names_tools, sets_tools
from extract.matcher import Match
from extract.naming import is_legal_form
from extract.operations import is_under, named_by
from extract.parties import is_anybody, unknown_parties
from extract.passage import Passage, Policy
from extract.reach import (
    first_of_coordination,
    is_engaged_by_clause,
    is_misread_verb,
    joins_us,
    reach,
    signed,
)
from extract.topics import cue, of_list, stands_under
from extract.unknown import Names
from extract.vendors import named_value, vendor_line

_ONTOLOGY = ontology.load()
_HAS_RECIPIENT = _ONTOLOGY.term("dpv:hasRecipient")
_HAS_PROCESSOR = _ONTOLOGY.term("dpv:hasDataProcessor")
_HAS_THIRD_PARTY = _ONTOLOGY.term("dpv:hasRecipientThirdParty")
_PROCESSOR = _ONTOLOGY.term("dpv:DataProcessor")
_ACQUIRER = _ONTOLOGY.term("pgc:AcquirerSuccessor")
_THIRD_PARTY = _ONTOLOGY.term("dpv:ThirdParty")
_EVERYBODY = _ONTOLOGY.term("pgc:GeneralPublic")
_USERS = _ONTOLOGY.term("pgc:OtherUsers")
_READERS = frozenset(
    map(_ONTOLOGY.term, ("pgc:OtherUsers", "pgc:Customers", "pgc:StaffAndPersonnel", "pgc:ThirdPartySite"))
)
_PROVIDER = _ONTOLOGY.term("dpv:ServiceProvider")
_ENTITY = _ONTOLOGY.term("dpv:LegalEntity")
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
_SIGNS = frozenset(
    map(cue, ("SharingSign", "TellingVerb", "HoldingSign", "ReceivingSign", "EngagingVerb", "AllowingVerb"))
)
_SIGN_TABLES = (_CUES, "cues/engaging", "cues/getting")
_SIGNS_OF_KINDS = frozenset(map(cue, ("ReachingVerb", "SeeingVerb", "GettingVerb", "SpeakingVerb")))
_LABELS = frozenset((".", ":", "–", "—", "-"))
_DETERMINERS = frozenset(
    (
        "our",
        "its",
        "their",
        "your",
        "my",
        "these",
        "such",
        "any",
        "other",
        "certain",
        "a",
        "an",
        "all",
        "some",
        "various",
    )
)
_COLON = re.compile(r"[^.;:]{0,60}:\s+(?:[\w/-]+\s+){0,2}")
_ENDED = re.compile(r"[);.]")  # closes what was spoken of before
_BEHIND_NAME = ("", " ", "'s ", "’s ")  # before what is the company's own ("Google account"); no bracket
_OUR = frozenset(("our",))
_OWN_SERVICE = " Service"  # in capitals the name of what the policy is about
_JOINT = re.compile(
    r"\s*(?:[,;(]\s*(?:and/or|and|or|as well as|such as|including|e\.g\.,?)?"
    r"|\s(?:and/or|and|or|as well as|such as|including))[\s,]*(?:(?:to|with)\s+)?"
    r"(?:(?!(?:we|you|they|it|who|which|that|is|are|may|will|for)\b)[\w/-]+\s+){0,2}",
    re.IGNORECASE,
)
"""What stands between two members of a row."""

_EXAMPLES = re.compile(
    r"[,(]\s*(?:including|such\sas|e\.g\.,?|for\s(?:example|instance),?|namely)(?:,?\sbut\snot\slimited,?\sto,?)?"
    r"\s+(?:[\w/-]+\s+){0,3}$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"(?:[,;]|\band|\bor)\s+(?:also\s+)?(?:(?:with|to)\s+|\(?[a-h\divx]{1,3}\)\s+)"
    r"(?:(?:a|an|the|our|other|your|any)\s+)?(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
"""What stands before a further target, maybe behind what the one before is told: "to A for this and to B"."""

_COMMA = re.compile(r"\s*(?:,?\s*(?:and|or)|,)\s+", re.IGNORECASE)
_AROUND_TITLE = " •·–—-:.0123456789()"
_MEMBERS = 14  # tokens of the members between two that the lexicon knows
_OF_A_ROW = frozenset(("NOUN", "PROPN", "ADJ", "CCONJ", "DET"))
_ROW_MARKS = frozenset((",", "-", "/", "&", "(", ")", "including", "such", "as", "like"))
_CLOSE = 12  # characters between words that say that nobody receives anything and the name they speak of
_ROLE_NEAR = 120  # characters behind a party, within which its role is named
_WORKER = re.compile(
    r"\b(?:provider|company|partner|agency|processor|gateway|supplier|vendor|contractor|firm|consultant|house|courier|carrier|hosts?)"
)
_LIST_MARK = re.compile(r"[:?]")
_LABEL = re.compile(r"\s?:\s")
_SITE = _ONTOLOGY.term("pgc:ThirdPartySite")
_PUBLIC = frozenset(("anyone", "everyone", "anybody", "everybody"))
_THOSE_WHO_ACT = frozenset(map(cue, ("PartyNoun", "AgentNoun", "AnybodyNoun")))
_OTHERS_PRACTICE = ("receives or handles data", "agent of processing")
_PRACTICES = ("receives or handles data", "agent of processing", "is engaged")
_LISTED = "member of a list of recipients"
_CERTAIN = frozenset(("target of sharing", _LISTED))  # the rules that need no known party


@dataclass(frozen=True, slots=True)
class _Party:
    """Tokens `start` to `end` of a passage name a party (`value`) that data reach by `rule`."""

    start: int
    end: int
    value: Concept | Unmapped
    rule: str


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the last party of a row "A, B and C" ends, and by which rule data reach them."""

    end: int
    rule: str


def recipients(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each recipient, named or by category."""
    own = own_names(policy)
    names = Names(policy, own)
    for passage in policy.passages:
        if passage.block.kind == "heading" and not passage.block.boilerplate:
            yield from _titles(passage, own)
    for passage in policy.body():
        if stands_under(passage, cue("ChangeTopic"), cue("ContactTopic"), cue("RightsTopic")):
            yield from _in_passing(passage, own)
            continue
        defining = stands_under(passage, cue("DefinitionTopic"))
        parties: list[_Party] = []
        for sentence in passage.sentences:
            parties += _categories(passage, sentence, own, parties[-1:])
        parties += [deal for sentence in passage.sentences for deal in _deals(passage, sentence, parties)]
        for party in _once(passage, parties):
            if not defining or party.rule == "is engaged":
                yield from _claims(passage, party)
        if defining:
            continue
        lists = [colon for sentence in passage.sentences if (colon := _opens_list(passage, sentence))]
        for sentence in passage.sentences:
            listed = any(colon.sent == sentence for colon in lists)
            yield from _named(passage, sentence, own, listed=listed)
            yield from names.found(passage, sentence, parties, lists)


def _titles(passage: Passage, own: frozenset[str]) -> Iterator[Claim]:
    """Yield the company or service that is all a heading names: the section below tells what it is used for."""
    title = passage.text.strip(_AROUND_TITLE)
    for sentence in passage.sentences:
        for match in _known(passage, sentence, own):
            if match.form == title:
                yield _claim_of(passage, match)


def _in_passing(passage: Passage, own: frozenset[str]) -> Iterator[Claim]:
    """Yield the companies that a passage on another topic says are used: "We use SurveyMonkey for surveys"."""
    for sentence in passage.sentences:
        for match in _known(passage, sentence, own):
            span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
            if span is None or passage.clause_of(span.root).actor != "company":
                continue
            if span.root.dep_ in ("obj", "obl") and signed(passage, span.root.head, "EngagingVerb"):
                yield _claim_of(passage, match)


def _signs(passage: Passage, sentence: Span, signs: frozenset[str] = _SIGNS) -> frozenset[str]:
    """Return those of `signs` in a sentence that say that data reach somebody."""
    start, end = sentence.start_char, sentence.end_char
    return signs.intersection(
        match.term for table in _SIGN_TABLES for match in passage.found(table, start, end)
    )


def _categories(
    passage: Passage, sentence: Span, own: frozenset[str], before: list[_Party]
) -> Iterator[_Party]:
    """Yield the parties that a sentence names by category; `before` has the last one of the sentences before."""
    listed = of_list(passage) == cue("RecipientTopic")
    under = stands_under(passage, cue("RecipientTopic")) or _is_given(passage)
    last = _gone_on(passage, sentence, before)
    known = list(passage.found(_TABLE, sentence.start_char, sentence.end_char))
    opened = _opens_list(passage, sentence) if known else None
    told = listed or under or last is not None or opened is not None
    told = told or bool(_signs(passage, sentence, _SIGNS | _SIGNS_OF_KINDS))
    certain = any(_is_provider(match) or match.term == _EVERYBODY for match in known)
    certain = certain or (bool(known) and names_tools(passage, sentence))
    if not (told or certain or _acts_by_others(passage, sentence)):
        return
    unknown = dict(unknown_parties(passage, sentence, [match for match in known if match.term != _ENTITY]))
    for match in sorted([*known, *unknown], key=lambda match: (match.start, match in unknown)):
        value = unknown.get(match) or _value(passage, match, last)
        if value is None or _excluded(passage, match) or _is_own(match.form, own):
            continue
        span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
        if span is None or not _is_noun(span):
            continue
        if match in unknown and (_explains(passage, last, match) or _is_of_name(passage, match)):
            continue
        rule = reach(passage, span, listed=listed, under=under) or _by_place(passage, match, span, opened)
        if not _holds(passage, match, span, rule):
            rule = gets(passage, span) if match.term in _THOSE_WHO_ACT else None
        if rule is None and last is not None and _goes_on_to(passage, last, match):
            rule = last.rule
        if rule is not None and (match.term != _SITE or rule not in _OTHERS_PRACTICE):
            last = _Row(match.end, rule)
            yield _Party(_start(passage, span, sentence), span.end, value, rule)


def _by_place(passage: Passage, match: Match, span: Span, opened: Token | None) -> str | None:
    """Return the rule by which a party that no verb speaks of is a recipient; None if no rule holds."""
    if opened is not None and _is_listed(span, opened):
        return _LISTED
    got = gets(passage, span) if match.term not in _READERS and match.term != cue("PartNoun") else None
    if got is not None:
        return got
    if _is_provider(match) and _is_ours(passage, span):
        return "is engaged"
    return "is open to all" if match.term == _EVERYBODY and _is_open(passage, span) else None


def _opens_list(passage: Passage, sentence: Span) -> Token | None:
    """Return the colon behind which a sentence lists recipients, or the mark of the question that it answers.

    "Recipients: banks, couriers", "Who do we share it with? Your bank, our auditors."
    """
    if not _LIST_MARK.search(passage.text):
        return None
    asked = passage.doc[sentence.start - 1] if sentence.start > 0 else None
    answers = asked is not None and asked.text == "?"
    colon = asked if answers else next((token for token in sentence if token.text == ":"), None)
    if colon is None or colon.i + 1 == sentence.end:
        return None
    before = ((colon.sent if answers else sentence).start_char, colon.idx)
    gets = any(
        is_under(verb, "dpv:Obtain") and not verb.form.lower().startswith("rece")
        for verb in passage.found("processing", *before)
    )
    named = any(sign.term == cue("RecipientTopic") for sign in passage.found("cues/topics", *before))
    return colon if named and not gets else None


def _is_listed(span: Span, colon: Token) -> bool:
    """Tell whether a noun is a member of the list that a colon opens, and in no clause of its own."""
    between = span.doc[colon.i + 1 : span.start]
    return span.start > colon.i and not any(
        token.tag_ in _CLAUSAL or token.lower_ == "from" for token in between
    )


_CLAUSAL = frozenset(("MD", "VB", "VBZ", "VBP", "VBD", "TO"))


def _is_provider(match: Match) -> bool:
    """Tell whether words name somebody who works for companies, of a certain kind: "payment processor"."""
    return (
        match.term != _PROVIDER
        and _ONTOLOGY.is_under(match.term, _PROVIDER)
        and _WORKER.search(match.form) is not None
    )


def _is_ours(passage: Passage, span: Span) -> bool:
    """Tell whether a provider is the company's own and nothing says that data come from it or that it gets none."""
    words = {child.lower_ for child in span.root.children if child.dep_ in ("nmod:poss", "case")}
    return "our" in words and "from" not in words and passage.clause_of(span.root).negator is None


def _is_open(passage: Passage, span: Span) -> bool:
    """Tell whether words say of data that everybody can see them: "your name will be public"."""
    said = span.root.head if span.root.pos_ == "ADV" else span.root
    thing = next((child for child in said.children if child.dep_ in ("nsubj", "nsubj:pass")), None)
    if thing is None or said.pos_ not in ("ADJ", "VERB") or passage.clause_of(said).negator is not None:
        return False
    yours = any(child.lower_ == "your" for child in thing.children)
    return yours or passage.is_in(thing, "personal-data")


def _acts_by_others(passage: Passage, sentence: Span) -> bool:
    """Tell whether the company acts together with somebody, or writes to the reader, maybe by means of others."""
    signs = passage.found("cues/engaging", sentence.start_char, sentence.end_char)
    return any(sign.term == cue("ContactingVerb") for sign in signs) or any(
        joins_us(passage, token) or (token.dep_ == "obl:agent" and token.pos_ == "NOUN") for token in sentence
    )


def _holds(passage: Passage, match: Match, span: Span, rule: str | None) -> bool:
    """Tell whether a rule by which data reach somebody is good for the noun that names them."""
    if match.term == _USERS and rule == "is engaged":
        # nobody engages those whom the service is for: "users are informed"
        return signed(passage, span.root.head, "AllowingVerb")
    if match.term in _READERS and (
        rule == "is spoken to" or passage.is_in(span.root.head, "cues/getting", cue("GettingVerb"))
    ):
        return False  # "customers get a discount"
    if match.table == _TABLE:
        return True
    clause = passage.clause_of(span.root)
    known = rule in _CERTAIN or comes_to_know(passage, span.root, clause)
    unsure = match.term == cue("AgentNoun") and not known
    if unsure or is_anybody(match, span.root) or clause.actor == "person" or clause.negator is not None:
        return False
    works = rule == "agent of processing" and rendered(passage, span.root) is not None
    told = match.term in _THOSE_WHO_ACT and rule in _OTHERS_PRACTICE
    works = works or (told and comes_to_know(passage, span.root, clause))
    works = works or (rule == "is engaged" and _is_hired(match, span.root, clause))
    return works or rule not in _PRACTICES or is_engaged_by_clause(passage, span.root)


def _is_hired(match: Match, noun: Token, clause: Clause) -> bool:
    """Tell whether the company engages a company of some kind: "we use an outside payroll company"."""
    return (
        match.term == cue("AnybodyNoun")
        and noun.dep_ == "obj"
        and clause.actor == "company"
        and not clause.passive
        and any(child.dep_ in ("amod", "compound") for child in noun.children)
    )


def _is_of_name(passage: Passage, match: Match) -> bool:
    """Tell whether a noun for those who do something is part of a name in a vendor line: "Phantom buster"."""
    if match.term != cue("AgentNoun"):
        return False
    line = vendor_line(passage)
    return line is not None and any(start <= match.start and match.end <= end for start, end in line.names)


def _explains(passage: Passage, last: _Row | None, match: Match) -> bool:
    """Tell whether a noun explains the label before it: "Suppliers: companies that work for us"."""
    return last is not None and passage.text[last.end : match.start].strip() == ":"


def _goes_on_to(passage: Passage, last: _Row, match: Match) -> bool:
    """Tell whether a match is the next member of a row."""
    if last.rule == "target of sharing" and _AGAIN.search(passage.text, last.end, match.start) is not None:
        return True
    return last.rule != "agent of processing" and _joined(passage, last.end, match.start)


def _start(passage: Passage, span: Span, sentence: Span) -> int:
    """Return the token at which a party begins with the words that describe it."""
    start = span.start
    while start > sentence.start and _modifies(passage, passage.doc[start - 1], start, span.end):
        start -= 1
    return int(start)


def _value(passage: Passage, match: Match, last: _Row | None) -> Concept | None:
    """Return the party that a match names; "organisations" are others behind "other companies or", else nobody."""
    if match.term == _ENTITY and last is not None and _JOINT.fullmatch(passage.text, last.end, match.start):
        return Concept(_THIRD_PARTY)
    return None if match.term in _NOT_RECIPIENTS else Concept(match.term)


def _gone_on(passage: Passage, sentence: Span, before: list[_Party]) -> _Row | None:
    """Return the row that a sentence goes on with by "These include", if the one before it ends with a party."""
    if not before or passage.doc[before[-1].start].sent.end != sentence.start:
        return None
    for sign in passage.found(_CUES, sentence.start_char, sentence.end_char):
        if sign.term == cue("RowGoesOn") and sign.start == sentence.start_char:
            return _Row(sign.end, before[-1].rule)
    return None


def _joined(passage: Passage, start: int, end: int) -> bool:
    """Tell whether only what joins the members of a row, or other members of it, stands between two characters."""
    if any(joint.fullmatch(passage.text, start, end) is not None for joint in (_JOINT, _COLON)):
        return True
    if _EXAMPLES.search(passage.text, start, end) is not None:
        return True
    between = passage.doc.char_span(start, end, alignment_mode="contract")
    return (
        between is not None
        and 0 < len(between) <= _MEMBERS
        and all(token.pos_ in _OF_A_ROW or token.text in _ROW_MARKS for token in between)
    )


def _is_given(passage: Passage) -> bool:
    """Tell whether the sentence above a list says that data are given away: "we disclose your data … to any …"."""
    above = (passage.lead_in, passage.section)
    return any(
        sign.term == cue("SharingSign") for words in above if words is not None for sign in words.found(_CUES)
    )


def _deals(passage: Passage, sentence: Span, parties: list[_Party]) -> Iterator[_Party]:
    """Yield the other side of a sale of the business, where data go to it and the sentence names nobody."""
    if any(sentence.start <= party.start < sentence.end for party in parties):
        return
    signs = list(passage.found(_CUES, sentence.start_char, sentence.end_char))
    deals = [sign for sign in signs if sign.term == cue("TransactionSign")]
    if not deals:
        return
    given = any(sign.term == cue("SharingSign") and sign.end < deals[0].start for sign in signs)
    if given or of_list(passage) == cue("RecipientTopic"):
        words = passage.doc.char_span(deals[0].start, deals[-1].end, alignment_mode="expand")
        if words is not None:
            yield _Party(words.start, words.end, Concept(_ACQUIRER), "other side of a transaction")


def _once(passage: Passage, parties: list[_Party]) -> Iterator[_Party]:
    """Yield the parties; one that a clause or the label of an item names again only once, in most words."""
    for party in parties:
        rivals = [other for other in parties if other is party or _is_same(passage, party, other)]
        best = max(
            rivals, key=lambda rival: (rival.end - rival.start, not _is_label(passage, rival), -rival.start)
        )
        if best is party:
            yield party


def _is_same(passage: Passage, one: _Party, other: _Party) -> bool:
    """Tell whether two parties are the same, named twice in one clause or in a label and what follows it."""
    words, others = passage.doc[one.end - 1], passage.doc[other.end - 1]
    said, again = (
        {token.lower_ for token in passage.doc[p.start : p.end]} - _DETERMINERS for p in (one, other)
    )
    if one.value != other.value or not (said <= again or again <= said):
        return False
    clause, second = passage.clause_of(words), passage.clause_of(others)
    labelled = _LISTED in (one.rule, other.rule)
    return clause is second or (labelled and (clause.negator is None) == (second.negator is None))


def _is_label(passage: Passage, party: _Party) -> bool:
    """Tell whether a party stands as a label before a sentence of its own: "Affiliates. We may share …"."""
    return party.start == 0 and party.end < len(passage.doc) and passage.doc[party.end].text in _LABELS


def _claims(passage: Passage, party: _Party) -> Iterator[Claim]:
    """Yield that a party is a recipient, and in which role if the text names it."""
    words = passage.doc[party.start : party.end]
    evidence = (passage.evidence(words.start_char, words.end_char, confidence=0.8, rule=party.rule),)
    yield Claim(_HAS_RECIPIENT, party.value, evidence)
    role = _role(passage, words, party.value)
    if role is not None:
        yield Claim(role, party.value, evidence)


def _role(passage: Passage, words: Span, value: Concept | Unmapped) -> str | None:
    """Return the property that tells the role of a recipient; None if the text does not name it."""
    if isinstance(value, Concept) and _ONTOLOGY.is_under(value.iri, _PROCESSOR):
        return _HAS_PROCESSOR
    end = min(words.end_char + _ROLE_NEAR, words.sent.end_char)
    found = {sign.term for sign in passage.found("cues/recipient-roles", words.end_char, end)}
    if cue("ProcessorSign") in found:
        return _HAS_PROCESSOR
    return _HAS_THIRD_PARTY if cue("ThirdPartySign") in found else None


def _is_noun(span: Span) -> bool:
    last = span[-1]
    if (last.tag_ in ("VBG", "VB", "VBZ") and len(span) == 1) or span[0].dep_ == "case" or "://" in last.text:
        return False
    if last.pos_ == "PRON":
        by = any(child.lower_ == "by" for child in last.children)
        return last.lower_ in _PUBLIC and (last.dep_ == "nsubj" or by)
    if len(span) == 1 and last.lower_.endswith("ing"):
        return False
    if last.dep_ in ("compound", "amod") and last.head.i >= span.end and last.head.pos_ in ("NOUN", "PROPN"):
        return False
    return last.pos_ in ("NOUN", "PROPN", "ADJ") or len(span) > 1


def _modifies(passage: Passage, token: Token, start: int, end: int) -> bool:
    if not start <= token.head.i < end or is_misread_verb(passage, token):
        return False
    if token.lower_ in _DETERMINERS:
        return True
    return token.dep_ in ("amod", "compound") and token.pos_ in ("ADJ", "NOUN", "PROPN")


def _excluded(passage: Passage, match: Match) -> bool:
    """Tell whether the words before the name say that it receives nothing."""
    return any(
        sign.term == cue("NoRecipient") and sign.start <= match.end and match.start <= sign.end + _CLOSE
        for sign in passage.found(_CUES)
    )


def _is_own(words: str, own: frozenset[str]) -> bool:
    """Tell whether words are a name of the company itself, such as "the Service Provider" where it says so."""
    name = words.lower()
    return words[:1].isupper() and (name in own or f"the {name}" in own)


def _named(passage: Passage, sentence: Span, own: frozenset[str], *, listed: bool) -> Iterator[Claim]:
    """Yield the companies and services of the gazetteer that data reach, all if the sentence lists recipients."""
    anywhere = listed or _names_recipients(passage, sentence)
    for match in _known(passage, sentence, own):
        rules = (_runs_it, _is_predicate, _renders, _is_embedded, _is_example_of_setter)
        if anywhere or any(holds(passage, match) for holds in rules):
            yield _claim_of(passage, match)


def _is_embedded(passage: Passage, match: Match) -> bool:
    """Tell whether something of a company's is part of the site: "we embed videos from YouTube"."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    if span is None:
        return False
    token = first_of_coordination(span.root)
    verb = token.head.head if token.dep_ == "nmod" else token.head
    from_it = any(child.dep_ == "case" and child.lower_ == "from" for child in token.children)
    clause = passage.clause_of(verb)
    return from_it and clause.actor == "company" and passage.is_in(verb, "cues/getting", cue("EmbeddingVerb"))


def _renders(passage: Passage, match: Match) -> bool:
    """Tell whether what a name stands for does something for the company: "parcels are delivered by DPD"."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    return span is not None and rendered(passage, span.root) is not None


def _is_predicate(passage: Passage, match: Match) -> bool:
    """Tell whether a name says who a provider of the company is: "Our payment provider is Stripe"."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    first = first_of_coordination(span.root) if span is not None else None
    words = [] if span is None or first is None else [*span, first]
    below = [child for word in words for child in word.children]
    subject = next((child for child in below if child.dep_ == "nsubj"), None)
    if subject is None or not any(child.dep_ == "cop" for child in below):
        return False
    return any(
        role.start <= subject.idx < role.end and _ONTOLOGY.is_under(role.term, _PROVIDER)
        for role in passage.found(_TABLE)
    )


def _runs_it(passage: Passage, match: Match) -> bool:
    """Tell whether data are kept in, or sent through, what a name stands for ("kept in Salesforce")."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    if span is None:
        return False
    token = first_of_coordination(span.root)
    clause = passage.clause_of(token)
    above = token.head.head if token.dep_ == "nmod" else token.head  # "we keep your name in X"
    cases = {child.lower_ for child in token.children if child.dep_ == "case"}
    if not cases.isdisjoint(_BY_MEANS) and token.head == clause.head and _is_our_own(clause):
        return True
    return (
        not cases.isdisjoint(_INSIDE)
        and clause.actor != "person"
        and (
            is_under(named_by(passage, above), "dpv:Store", "dpv:Transmit", "dpv:Copy")
            or passage.is_in(above, "cues/giving", cue("MovingVerb"))
        )
    )


def _is_our_own(clause: Clause) -> bool:
    """Tell whether what a clause speaks of is the company's or is done by it: "our newsletter goes out via X"."""
    subject = clause.subject
    ours = subject is not None and any(child.lower_ == "our" for child in subject.children)
    return ours or (clause.passive and clause.actor == "company")


_BY_MEANS = frozenset(("through", "via", "over", "using"))
_INSIDE = frozenset(("in", "on", "to", "through", "via", "with", "by", "using"))


def _known(passage: Passage, sentence: Span, own: frozenset[str]) -> Iterator[Match]:
    """Yield the companies and services of the gazetteer that a sentence names where data can reach them."""
    start, end = sentence.start_char, sentence.end_char
    services = list(passage.found("services", start, end))
    companies = [
        match
        for match in passage.found("companies", start, end)
        if not any(service.start <= match.start and match.end <= service.end for service in services)
    ]
    passed = -1  # where a name ends that stands for something else; the next ones of its row do so too
    for match in sorted([*services, *companies]):
        if match.form.lower() in own or is_legal_form(match.form):
            continue
        in_row = passed >= 0 and _COMMA.fullmatch(passage.text, passed, match.start) is not None
        if in_row or _excluded(passage, match) or _is_other_matter(passage, sentence, match):
            passed = match.end
        elif not (_acts(passage, match) or _owns(passage, match)):
            yield match


def _owns(passage: Passage, match: Match) -> bool:
    """Tell whether a company is named for what is its own: "Google's practices", but not "Google's servers"."""
    if passage.text[match.end : match.end + 2] not in ("'s", "’s"):
        return False
    parts = passage.found(_CUES, match.end, match.end + _CLOSE * 2)
    return all(sign.term != cue("PartOfTheCompany") for sign in parts)


def _claim_of(passage: Passage, match: Match) -> Claim:
    predicate, value = named_value(match)
    rule = f"known {'service' if match.table == 'services' else 'company'}"
    return Claim(predicate, value, (passage.evidence(match.start, match.end, confidence=0.85, rule=rule),))


def _names_recipients(passage: Passage, sentence: Span) -> bool:
    """Tell whether a name in this sentence can be one of a recipient."""
    lead = passage.lead_in
    if lead is not None and any(sign.term == cue("OtherMatter") for sign in lead.found(_CUES)):
        return False
    return (
        of_list(passage) == cue("RecipientTopic")
        or stands_under(passage, cue("RecipientTopic"))
        or bool(_signs(passage, sentence))
    )


def _acts(passage: Passage, match: Match) -> bool:
    """Tell whether a name is the subject of a practice of its own: "Google may use these data to …"."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    if span is None or of_list(passage) == cue("RecipientTopic") or _LABEL.match(passage.text, match.end):
        return False
    token = first_of_coordination(span.root)
    if token.dep_ != "nsubj" or token.head.pos_ not in ("VERB", "AUX") or is_infinitive(token.head):
        return False
    return not _acts_for_us(passage, span, token.head)


def _acts_for_us(passage: Passage, span: Span, verb: Token) -> bool:
    """Tell whether what a company does is done on the company's own site or for it."""
    things = {child.lower_ for child in verb.children if child.dep_ == "obj"}
    if rendered(passage, span.root) is not None or _sets_as_example(passage, span):
        return True
    ours = any(is_owned(thing, _OUR) for thing in verb.children if thing.dep_ == "obj")
    if ours and stands_under(passage, cue("RecipientTopic")):
        return True
    handles = signed(passage, verb, "HoldingSign") or not things.isdisjoint(("cookie", "cookies"))
    return handles and any(
        sign.term == cue("OurPlace") for sign in passage.found(_CUES, span.end_char, span.sent.end_char)
    )


def _sets_as_example(passage: Passage, span: Span) -> bool:
    """Tell whether a company is an example of those who set cookies: "vendors, including Google, use cookies"."""
    return first_of_coordination(span.root).pos_ == "NOUN" and sets_tools(passage, span.root)


def _is_example_of_setter(passage: Passage, match: Match) -> bool:
    """Tell whether a name is one of an example of those who set cookies."""
    span = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    return span is not None and _sets_as_example(passage, span)


def _is_other_matter(passage: Passage, sentence: Span, match: Match) -> bool:
    """Tell whether a name is part of another ("Google account"), or stands in advice or in a way to log in."""
    if passage.text[match.end : match.end + len(_OWN_SERVICE)] == _OWN_SERVICE:
        return True
    for sign in passage.found(_CUES, sentence.start_char, sentence.end_char):
        follows = sign.start >= match.end and passage.text[match.end : sign.start] in _BEHIND_NAME
        if sign.term == cue("NotTheCompany") and (
            follows or match.start < sign.start < sign.end == match.end
        ):
            return True
        between = passage.text[sign.end : match.start]
        if sign.term == cue("OtherMatter") and 0 < len(between) <= _CLOSE and not _ENDED.search(between):
            return True
    return False
