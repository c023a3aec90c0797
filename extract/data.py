"""Categories of personal data: noun phrases that the lexicon knows, and their neighbours in a list of data."""

import re
from collections.abc import Iterator
from itertools import chain

from spacy.tokens import Doc, Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped
from extract.data_list import listing, names
from extract.described import Description, descriptions, restricted
from extract.enumeration import can_be_data, examples, first_phrase, is_named, members, phrases
from extract.extent import extent, with_complement, with_subject
from extract.frame import Clause, actor_of
from extract.handed import changes_hands, governed, is_placed, is_remembered, is_wanted, may_be_ours
from extract.matcher import Match, longest, matcher
from extract.operations import OUTWARD, is_handling, is_under, operation
from extract.passage import Passage, Policy
from extract.recorded import examples_behind, lets_us_act, recorded
from extract.topics import cue, of_list, stands_under

_ONTOLOGY = ontology.load()
_HAS_DATA = _ONTOLOGY.term("dpv:hasPersonalData")
_TOP = _ONTOLOGY.term("dpv:PersonalData")
_GENERIC = frozenset(
    _ONTOLOGY.term(name)
    for name in ("dpv:PersonalData", "dpv:CollectedPersonalData", "dpv:ProvidedPersonalData", "dpv:Data")
)
_TOOL = _ONTOLOGY.term("pgc:CookieData")
_TABLE = "personal-data"
_CUES = "cues/data"
_GIVING = "cues/giving"
_EARLY = 3  # tokens at the start of an item, or beside its only phrase, that say nothing
_LONGEST_NAME = 7  # words of a category that the lexicon does not know
_SHORT_ITEM = 14  # words; a longer item of a list of data is a sentence
_LIST_RUN = 2  # known members that make a list of data of a coordination


def is_generic(iri: str) -> bool:
    """Tell whether a concept only says that there are data, not which."""
    return iri in _GENERIC


def data(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each category of personal data that is named."""
    yield from _of_headings(policy)
    for passage in policy.body():
        if stands_under(passage, cue("ChangeTopic"), cue("ContactTopic")):
            continue
        yield from _of_passage(passage)


def _of_passage(passage: Passage) -> Iterator[Claim]:
    """Yield the claims of one passage: words of the lexicon first, then words that it does not know."""
    spans = _phrases(passage)
    sure = [_sure(passage, span, match, spans) for span, match in spans]
    lead = _unknown_lead(passage, [span for (span, _), rule in zip(spans, sure, strict=True) if rule])
    listed = (*examples(passage, _heads(passage, spans, sure, lead)), *examples_behind(passage))
    within = {token.i for part in listed for token in part}
    known: list[Span] = []
    for (span, match), certain in zip(spans, sure, strict=True):
        is_example = not is_generic(match.term) and span.root.i in within
        rule = certain or ("member of an enumeration" if is_example else None)
        if rule is None:
            continue
        others = [other for other, other_match in spans if not is_generic(other_match.term)]
        which = restricted(passage, span) if is_generic(match.term) else None
        if which is not None and _is_apart(which.span, others):
            known.append(which.span)
            yield _described(passage, which)
        else:
            known.append(span)
            yield _claim(passage, span, Concept(match.term), rule, 0.85)
    if lead is not None:
        known.append(lead)
        yield _unmapped(passage, lead, "item of a list of data", 0.7)
    yield from _unknown(passage, known, listed)


def _is_apart(span: Span, others: list[Span]) -> bool:
    """Tell whether a span has no words of `others`."""
    return all(other.end <= span.start or span.end <= other.start for other in others)


def _described(passage: Passage, found: Description) -> Claim:
    if found.concept is None:
        return _unmapped(passage, found.span, found.rule, 0.6)
    return _claim(passage, found.span, found.concept, found.rule, 0.75)


def _unknown_lead(passage: Passage, known: list[Span]) -> Span | None:
    """Return the phrase with which an item of a list of data begins if the lexicon does not know it."""
    if passage.block.kind not in ("item", "cell") or listing(passage) is None:
        return None
    span = first_phrase(passage)
    return (
        None
        if span is None or any(span.start < other.end and other.start < span.end for other in known)
        else span
    )


def _heads(
    passage: Passage, spans: list[tuple[Span, Match]], sure: list[str | None], lead: Span | None
) -> Iterator[Span]:
    """Yield the phrases whose examples are data: data themselves, "information" alone or about something."""
    if lead is not None:
        yield lead
    for (span, match), rule in zip(spans, sure, strict=True):
        if rule is not None or (is_generic(match.term) and not _is_excluded(passage, span)):
            yield span
    for sign in passage.found("cues/about-data"):
        noun = passage.doc.char_span(sign.start, sign.end, alignment_mode="expand")
        if noun is not None and not _is_excluded(passage, noun):
            yield with_subject(noun)


def _of_headings(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each heading that is the name of a category and nothing else, as app stores list them."""
    for passage in policy.passages:
        if passage.block.boilerplate or not _is_label(passage) or _is_denied_below(passage):
            continue
        phrases = [(span, match) for span, match in _phrases(passage) if not is_generic(match.term)]
        if phrases and not _words_outside(passage.doc, [span for span, _ in phrases]):
            for span, match in phrases:
                yield _claim(passage, span, Concept(match.term), "heading", 0.7)


def _is_label(passage: Passage) -> bool:
    """Tell whether a block may be a label of what stands below it: a heading about data, a word above a list."""
    if passage.block.kind == "heading":
        return stands_under(passage, cue("DataTopic"))
    following = passage.policy.passages[passage.index + 1 : passage.index + 2]
    return (
        passage.block.kind == "paragraph"
        and len(passage.doc) <= _LABEL
        and passage.text[-1:].isalnum()
        and any(below.block.kind == "item" for below in following)
    )


_LABEL = 5  # words of a label that is no heading


def _is_denied_below(heading: Passage) -> bool:
    """Tell whether the block below a heading denies something, so that the heading names what is not done."""
    following = heading.policy.passages[heading.index + 1 : heading.index + 2]
    return any(clause.negator is not None for below in following for clause in below.clauses[:1])


def _words_outside(doc: Doc, spans: list[Span]) -> list[Token]:
    """Return the words of a text that stand in none of `spans`."""
    inside = {token.i for span in spans for token in span}
    return [
        token
        for token in doc
        if token.is_alpha and len(token) > 1 and token.i not in inside and token.pos_ not in ("DET", "CCONJ")
    ]


def _sure(  # noqa: PLR0911  one return a rule, in the order in which they are tried
    passage: Passage, span: Span, match: Match, spans: list[tuple[Span, Match]]
) -> str | None:
    """Return the name of the rule by which words of the lexicon count as data here; None if none holds.

    Words that say by themselves that they are data ("e-mail address") need no more than a sentence about data;
    an everyday word ("company", "age") has to stand where data are listed or handled.
    """
    if _is_defined(passage, span) or _is_contact_detail(passage, span):
        return None
    listed = listing(passage)
    if listed is not None and listed.start <= span.start < listed.end:
        return "list of data"
    if _is_collected(passage, span):
        return "what is handled"
    given = _changes_hands(passage, span, match)
    if given is not None:
        return given
    if _of_the_reader(passage, span):
        return None
    clause = passage.clause_of(span.root)
    handled = operation(passage, clause)
    if _is_of_purpose(passage, handled) and not _is_yours(span):
        return None
    if _neighbour(span, match, spans):
        return "among other data"
    if is_under(handled, "dpv:Processing") and not is_under(handled, *OUTWARD) and may_be_ours(clause):
        rule = _handled(span, clause, match)
        if rule is not None:
            return rule
    return _by_place(passage, span, match, handled)


def _is_collected(passage: Passage, span: Span) -> bool:
    """Tell whether a phrase is the object of a collecting verb anywhere, which nobody but the company does."""
    token, verb = governed(passage, span.root)
    if token.dep_ != "obj" or any(
        child.dep_ == "nsubj" and actor_of(child) == "person" for child in verb.children
    ):
        return False
    subject = verb.tag_ == "VBG" and (
        verb.dep_.startswith("csubj") or _by_doing(verb)
    )  # "processing it is …"
    gerund = subject and passage.clause_of(verb).actor != "person"
    return is_handling(passage, verb, "dpv:Processing" if gerund else "dpv:Collect")


def _by_doing(verb: Token) -> bool:
    """Tell whether a gerund says by which means something is done ("by analysing your history, we …")."""
    return verb.dep_ == "advcl" and any(
        child.lower_ == "by" and child.dep_ == "mark" for child in verb.children
    )


def _changes_hands(  # noqa: PLR0911  one return a rule, in the order in which they are tried
    passage: Passage, span: Span, match: Match
) -> str | None:
    """Return the rule by which the reader gives the data, or the company passes them on; None if neither does."""
    if is_generic(match.term):
        return None
    if _is_given(passage, span.root):
        return "what the reader gives"
    if is_wanted(passage, span.root):
        return "what somebody wants to know"
    if lets_us_act(passage, span.root):
        return "what lets us act"
    if is_remembered(passage, span.root):
        return "what is remembered"
    if _ONTOLOGY.is_under(match.term, _TOOL) and is_placed(passage, span.root):
        return "what is placed on a device"
    return "what is passed on" if changes_hands(passage, span.root) else None


def _is_given(passage: Passage, noun: Token) -> bool:
    """Tell whether the reader gives the data, or is asked for them ("you provide us with …", "we ask for …")."""
    token, verb = governed(passage, noun)
    between = {word.lower_ for word in token.doc[verb.i + 1 : token.i]}
    about = token.dep_ == "obl" and "about" in between  # "tell us about …"
    if token.dep_ not in ("obj", "nsubj:pass") and not (
        token.dep_ == "obl" and not between.isdisjoint(("with", "for", "about"))
    ):
        return False
    return (passage.is_in(verb, _CUES, cue("Giving")) and not about) or (
        (token.dep_ == "obj" or about)
        and passage.is_in(verb, _GIVING, cue("GivingVerb"))
        and _is_by_reader(passage, verb)
    )


def _is_by_reader(passage: Passage, verb: Token) -> bool:
    """Tell whether it is the reader who does what a verb says, is asked to, or is told to by an imperative."""
    clause = passage.clause_of(verb)
    if clause.is_hypothetical or clause.negator is not None:
        return False  # "if you leave a comment" names an occasion
    while verb.dep_ == "conj" and verb != clause.head:
        verb = verb.head
    if verb.dep_ == "xcomp" and verb.head == clause.head:
        asked = clause.passive or any(child.dep_ in ("obj", "iobj") for child in clause.head.children)
        return clause.actor == "person" or (asked and passage.is_in(clause.head, _GIVING, cue("WantingVerb")))
    if verb != clause.head or clause.passive:
        return False
    return clause.actor == "person" or (clause.subject is None and verb.tag_ in ("VB", "VBP"))


def _handled(span: Span, clause: Clause, match: Match) -> str | None:
    """Return the rule by which a phrase is what the verb of its clause handles; None if it is not."""
    if _is_object(span, clause.head):
        return "what is handled"
    strong = len(ontology.split(match.form)) > 1
    about = strong and not is_generic(match.term) and _of_information(span)
    return "information about it is handled" if about else None


def _by_place(passage: Passage, span: Span, match: Match, handled: Match | None) -> str | None:
    """Return the rule by which the place of a phrase makes it data; None if none holds."""
    strong = len(ontology.split(match.form)) > 1
    if passage.block.kind in ("item", "cell") and span.start <= _EARLY:
        return "begins an item" if strong or _alone(passage, span) else None
    if is_generic(match.term):
        return "data as such" if handled is not None else None
    if _is_label_of_use(passage, span):
        return "label of what it is used for"
    return "example of data" if strong and _example_before(passage, span) else None


def _is_label_of_use(passage: Passage, span: Span) -> bool:
    """Tell whether a paragraph names data and goes on with what for ("Location: used to show nearby shops")."""
    return (
        passage.block.kind == "paragraph"
        and _words_before(span) == 0
        and not any(actor_of(token) == "company" for token in span)
        and _USED.match(passage.text, span.end_char) is not None
    )


def _words_before(span: Span) -> int:
    """Return how many words besides "your" and articles stand before a phrase in its paragraph."""
    return sum(token.is_alpha and token.pos_ not in ("DET", "PRON") for token in span.doc[: span.start])


_USED = re.compile(
    r"(?::|\s+[–—-])\s+(?:to\s+[a-z]|(?:is|are)?\s*(?:used|needed|required|collected)\s+(?:to|for)\s|for\s+[a-z])"
)


def _is_yours(span: Span) -> bool:
    """Tell whether a phrase of more than one word is said to be the reader's ("your contact preferences")."""
    own = span[0].lower_ == "your"
    before = span.start > 0 and span.doc[span.start - 1].lower_ == "your"
    return (own or before) and len(span) - own > 1


def _is_contact_detail(passage: Passage, span: Span) -> bool:
    """Tell whether the words are followed by an address or a number itself ("E-mail: privacy@…")."""
    return _CONTACT.match(passage.text, span.end_char) is not None


_CONTACT = re.compile(r"\s*(?:address|number)?\s*[:：]\s*\S*(?:@|https?:|www\.|\+?\(?\d)", re.IGNORECASE)


def _is_of_purpose(passage: Passage, handled: Match | None) -> bool:
    """Tell whether an item says what is done for the reader ("to respond to your comments")."""
    if passage.block.kind != "item" or of_list(passage) != cue("PurposeTopic"):
        return False
    first = next((token for token in passage.doc if token.is_alpha), None)
    return (
        first is not None
        and (first.tag_ == "TO" or first.pos_ == "VERB")
        and not is_under(handled, *_HANDLING)
    )


_HANDLING = ("dpv:Obtain", "dpv:Store", "dpv:Use", "dpv:Disclose", "dpv:Transfer")


def _of_information(span: Span) -> bool:
    """Tell whether the noun stands behind "information about", "details of" or the like."""
    head = span.root.head
    return span.root.dep_ in ("nmod", "obl") and head.lower_ in _DATA_NOUNS


def _neighbour(span: Span, match: Match, spans: list[tuple[Span, Match]]) -> bool:
    """Tell whether only a comma or a conjunction lies between this and another specific category."""
    for other, other_match in spans:
        if other is span or is_generic(other_match.term) or other_match.term == match.term:
            continue
        first, second = (span, other) if span.start < other.start else (other, span)
        if 0 < second.start - first.end <= _GAP and all(
            token.lower_ in _BETWEEN for token in span.doc[first.end : second.start]
        ):
            return True
    return False


def _is_defined(passage: Passage, span: Span) -> bool:
    """Tell whether the sentence explains a term, so that what it lists is no practice."""
    sentence = span.sent
    return any(
        sign.term == cue("Definition") and sign.end <= span.start_char
        for sign in passage.found(_CUES, sentence.start_char, sentence.end_char)
    )


def _of_the_reader(passage: Passage, span: Span) -> bool:
    """Tell whether it is the reader who does something with the data, and not giving them to the company."""
    clause = passage.clause_of(span.root)
    if clause.actor != "person" or clause.passive or _is_beside(clause, span):
        return False
    return (
        not is_under(operation(passage, clause), *_HANDLING, "dpv:Processing")
        and passage.block.kind != "item"
    )


def _is_beside(clause: Clause, span: Span) -> bool:
    """Tell whether data stand behind a clause that describes other data, or hold it ("the browser you use, …")."""
    if not _is_relative(clause):
        return False
    verb = clause.head.i
    return verb < span.end and (
        span.start <= verb or any(token.is_punct for token in span.doc[verb + 1 : span.start])
    )


def _is_relative(clause: Clause) -> bool:
    """Tell whether a clause describes the noun before it ("the browser you use"), so that others may follow."""
    subject = clause.subject
    if clause.head.dep_ in ("acl:relcl", "acl") or subject is None or subject.i == clause.sentence.start:
        return clause.head.dep_ in ("acl:relcl", "acl")
    before = subject.nbor(-1)
    return before.is_alpha and before.lower_ not in _OPENS_A_CLAUSE


_OPENS_A_CLAUSE = frozenset(
    (
        "if",
        "when",
        "where",
        "as",
        "because",
        "while",
        "and",
        "or",
        "but",
        "that",
        "whether",
        "once",
        "until",
        "unless",
    )
)
_GAP = 4
_BETWEEN = frozenset(
    (",", ";", "and", "or", "/", "&", "and/or", "your", "the", "their", "(", ")", "as", "well", "a")
)


def _is_object(span: Span, verb: Token) -> bool:
    """Tell whether a noun is what the verb acts on, directly or in a coordination."""
    token = span.root
    for _ in range(5):
        if token.dep_ in ("obj", "nsubj:pass") and token.head == verb:
            return True
        if token.dep_ not in ("conj", "nmod", "obl", "appos", "obj", "compound"):
            return False
        token = token.head
        if token == verb:
            return False
    return False


def _alone(passage: Passage, span: Span) -> bool:
    """Tell whether an item or a cell says hardly more than the category."""
    return len(passage.doc) - len(span) <= _EARLY


def _example_before(passage: Passage, span: Span) -> bool:
    """Tell whether the words are an example of the data that the sentence speaks of."""
    first = span.sent.start_char
    return any(
        sign.term == cue("Example")
        and span.start_char - _FAR < sign.end <= span.start_char
        and any(
            True for table in (_TABLE, "cues/about-data") for _ in passage.found(table, first, sign.start)
        )
        for sign in passage.found(_CUES)
    )


_FAR = 80  # characters from "such as" to its last example


def _claim(passage: Passage, span: Span, value: Concept | Unmapped, rule: str, confidence: float) -> Claim:
    evidence = passage.evidence(span.start_char, span.end_char, confidence=confidence, rule=rule)
    return Claim(_HAS_DATA, value, (evidence,))


def _phrases(passage: Passage) -> list[tuple[Span, Match]]:
    """Return the phrases around the matches of a passage; of two that overlap the one that reaches further."""
    matches = list(passage.found(_TABLE))
    found: list[tuple[Span, Match]] = []
    for match in matches:
        core = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
        if core is None or not _is_nominal(core) or _is_means(passage, match):
            continue
        others = [other for other in matches if other is not match and not is_generic(other.term)]
        phrase = extent(passage, match, others)
        if phrase is not None:
            found.append((phrase, _better(passage, phrase, match)))
    return [
        (phrase, match)
        for phrase, match in found
        if not any(
            other.start <= phrase.start and phrase.end <= other.end and len(other) > len(phrase)
            for other, _ in found
        )
    ]


def _better(passage: Passage, phrase: Span, match: Match) -> Match:
    """Return the match that names the head of a phrase if it is another ("contact information")."""
    if (
        phrase.end_char <= match.end
        or phrase[0].tag_ != "PRP$"
        or phrase.doc[phrase.end - 1].idx <= match.end - 1
    ):
        return match
    start = phrase[1:].start_char
    inside = [
        other
        for other in matcher().find(passage.text[start : phrase.end_char])
        if other.table == _TABLE and start + other.end == phrase.end_char
    ]
    return (
        max(inside, key=lambda other: other.end - other.start)._replace(start=match.start, end=match.end)
        if inside
        else match
    )


def _is_nominal(span: Span) -> bool:
    """Tell whether the head of the match is a noun in its sentence, and no part of an address or a constant."""
    if len(span) > 1:
        return True
    token = span[0]
    if token.like_url or "_" in token.text or "/" in token.text.strip("/"):
        return False
    if token.pos_ in ("VERB", "AUX") and token.tag_ not in ("VBG", "VBN"):
        return token.dep_ == "conj" and token.head.pos_ == "NOUN"  # "your username and password"
    if token.dep_ in ("amod", "compound") and token.head.i > token.i and token.head.pos_ in ("NOUN", "PROPN"):
        return token.head.lower_ in _DATA_NOUNS
    return token.pos_ in ("NOUN", "PROPN", "ADJ", "X", "NUM") or token.tag_ == "VBG"


_DATA_NOUNS = frozenset(
    (
        "data",
        "information",
        "details",
        "detail",
        "number",
        "numbers",
        "records",
        "history",
        "identifier",
        "identifiers",
        "id",
        "ids",
        "address",
        "addresses",
    )
)


def _is_means(passage: Passage, match: Match) -> bool:
    """Tell whether the words belong to the company or name a way to reach somebody."""
    return any(
        cue_match.start <= match.end and match.start <= cue_match.end + 3
        for cue_match in passage.found(_CUES)
        if cue_match.term == cue("NotOfThePerson")
    )


def _is_excluded(passage: Passage, span: Span) -> bool:
    """Tell whether examples behind a phrase are none of data: of rights, of measures, of what is explained."""
    above = span.root.head
    other = span.root.dep_ == "nmod" and any(
        match.start <= above.idx < match.end
        for table in ("cues/security", "measures", "rights", "transfers")
        for match in passage.found(table)
    )
    return other or _is_defined(passage, span) or _of_the_reader(passage, span)


def _unknown(passage: Passage, known: list[Span], listed: tuple[Span, ...]) -> Iterator[Claim]:
    """Yield the categories that the lexicon does not know: among other data, or as what is collected."""
    taken = {token.i for span in known for token in span}
    for rule, parts in (
        ("label of a list of data", (name for name in names(passage) if _says_data(passage, name))),
        ("unknown example of data", listed),
        ("member of a list of data", chain(members(passage, taken), _members(passage))),
    ):
        for part in parts:
            if taken.isdisjoint(range(part.start, part.end)):
                taken.update(range(part.start, part.end))
                yield _unmapped(passage, part, rule, 0.6)
    told = ((found.span, _described(passage, found)) for found in descriptions(passage))
    for part, claim in chain(told, ((part, _of_record(passage, part)) for part in recorded(passage))):
        if taken.isdisjoint(range(part.start, part.end)):
            taken.update(range(part.start, part.end))
            yield claim
    for token in _bare_objects(passage):
        if taken.isdisjoint(range(token.sent.start, token.sent.end)):
            yield _claim(passage, passage.doc[token.i : token.i + 1], Concept(_TOP), "data as such", 0.7)
    for part in _objects(passage, frozenset(taken)):
        if taken.isdisjoint(range(part.start, part.end)):
            taken.update(range(part.start, part.end))
            yield _unmapped(passage, part, "what is collected", 0.65)


def _of_record(passage: Passage, part: Span) -> Claim:
    """Return the claim for a phrase that ends in a noun for records, with its concept if the lexicon has one."""
    known = longest(passage.found(_TABLE, part.start_char, part.end_char))
    rule = "noun for records"
    if known is None or is_generic(known.term) or known.end <= part.root.idx:
        return _unmapped(passage, part, rule, 0.65)
    return _claim(passage, part, Concept(known.term), rule, 0.7)


def _members(passage: Passage) -> Iterator[Span]:
    """Yield the phrases of a list of data."""
    listed = listing(passage)
    if listed is not None:
        yield from phrases(passage, listed)


def _unmapped(passage: Passage, span: Span, rule: str, confidence: float) -> Claim:
    return _claim(passage, span, Unmapped("personal-data", _TOP, span.text), rule, confidence)


def _objects(passage: Passage, known: frozenset[int]) -> Iterator[Span]:
    """Yield the noun phrases that are what is taken, kept, shared or given and that can be data.

    They say so, stand beside one that is among the `known` tokens, or are the reader's and taken or given.
    """
    for clause in passage.clauses:
        handled = operation(passage, clause)
        taken = is_under(handled, *_TAKING) and may_be_ours(clause) and not is_under(handled, *OUTWARD)
        for token in clause.tokens:
            if token.pos_ not in ("NOUN", "PROPN"):
                continue
            is_object = taken and _is_object(passage.doc[token.i : token.i + 1], clause.head)
            part = _with_modifiers(token) if is_object else None
            if part is not None and _says_data(passage, part) and not is_named(passage, part):
                yield part
            elif _is_member_of_data(passage, token, known, handled if is_object else None):
                whole = with_complement(passage.doc, token.i + 1, token.sent.end)
                yield passage.doc[_start(token) : whole]


def _is_member_of_data(passage: Passage, noun: Token, known: frozenset[int], handled: Match | None) -> bool:
    """Tell whether an object that does not say that it is data can be some, by whose it is or by its neighbours."""
    of_reader = _is_of_reader(noun)
    if not of_reader and (not known or not _is_coordinated(noun)):
        return False
    start = _start(noun)
    if governed(passage, noun)[0].dep_ not in ("obj", "nsubj:pass", "obl") or _is_ours(noun):
        return False
    beside = start < noun.i and _is_beside_known(noun, known)
    if not (beside or of_reader) or not can_be_data(passage, passage.doc[start : noun.i + 1]):
        return False
    if beside and (handled is not None or is_wanted(passage, noun)):
        return True
    acted = governed(passage, noun)[0].dep_ != "obl"
    taken = is_under(handled, "dpv:Collect", "dpv:Record", "dpv:Store", "dpv:Monitor", "dpv:Tracking")
    passed = changes_hands(passage, noun) or is_remembered(passage, noun)
    return acted and (taken or passed or _is_given(passage, noun))


def _is_beside_known(noun: Token, known: frozenset[int]) -> bool:
    """Tell whether a noun is coordinated with one of the `known` tokens."""
    first = noun
    while first.dep_ == "conj":
        first = first.head
    return first.i in known or any(token.dep_ == "conj" and token.i in known for token in first.subtree)


def _is_coordinated(noun: Token) -> bool:
    """Tell whether a noun is a member of a coordination."""
    return noun.dep_ == "conj" or any(child.dep_ == "conj" for child in noun.children)


def _is_of_reader(noun: Token) -> bool:
    """Tell whether a noun is said to be the reader's ("your shoe size")."""
    return any(child.dep_ == "nmod:poss" and actor_of(child) == "person" for child in noun.children)


def _is_ours(noun: Token) -> bool:
    """Tell whether a noun is said to be the company's ("our audience size")."""
    return any(child.dep_ == "nmod:poss" and actor_of(child) == "company" for child in noun.children)


def _bare_objects(passage: Passage) -> Iterator[Token]:
    """Yield the words "information" and "data" themselves where they are what the company takes, keeps or uses."""
    for sign in passage.found("cues/about-data"):
        token = passage.token_at(sign.start)
        if token is None or token.lower_ not in ("information", "data"):
            continue
        verb = _acted_on(token)
        if verb is None or not may_be_ours(passage.clause_of(token)):
            continue
        if is_handling(passage, verb, "dpv:Obtain", "dpv:Store", "dpv:Use"):
            yield token


def _acted_on(token: Token) -> Token | None:
    """Return the verb of which a noun is the object, directly or in a coordination."""
    for _ in range(5):
        if token.dep_ in ("obj", "nsubj:pass"):
            return token.head if token.head.pos_ == "VERB" else None
        if token.dep_ not in ("conj", "nmod", "appos", "compound"):
            return None
        token = token.head
    return None


_TAKING = ("dpv:Obtain", "dpv:Store", "dpv:Disclose", "dpv:Transfer")


def _with_modifiers(token: Token) -> Span | None:
    """Return a noun with the modifiers before it."""
    start = _start(token)
    return token.doc[start : token.i + 1] if start < token.i else None


def _start(token: Token) -> int:
    """Return where a noun starts with the modifiers before it."""
    start = token.i
    while (
        start > 0
        and token.doc[start - 1].dep_ in ("compound", "amod", "nmod", "flat")
        and token.doc[start - 1].head == token
    ):
        start -= 1
    return int(start)


def _says_data(passage: Passage, part: Span) -> bool:
    """Tell whether a phrase ends with a noun for data and has a word before it that says which."""
    is_data = passage.is_in(part[-1], "cues/about-data")
    empty = [token for token in part[:-1] if token.is_punct or passage.is_in(token, "cues/no-category")]
    return is_data and len(empty) < len(part) - 1
