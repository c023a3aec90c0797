"""Categories of personal data: noun phrases that the lexicon knows, and their neighbours in a list of data."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped
from extract.extent import extent
from extract.frame import Clause
from extract.matcher import Match, matcher
from extract.operations import is_under, operation
from extract.passage import Passage, Policy
from extract.topics import cue, of_list, stands_under

_ONTOLOGY = ontology.load()
_HAS_DATA = _ONTOLOGY.term("dpv:hasPersonalData")
_TOP = _ONTOLOGY.term("dpv:PersonalData")
_GENERIC = frozenset(
    _ONTOLOGY.term(name)
    for name in ("dpv:PersonalData", "dpv:CollectedPersonalData", "dpv:ProvidedPersonalData", "dpv:Data")
)
_TABLE = "personal-data"
_CUES = "cues/data"
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
        spans = _phrases(passage)
        sure = [_sure(passage, span, match, spans) for span, match in spans]
        for (span, match), rule in zip(spans, sure, strict=True):
            if rule is not None:
                yield _claim(passage, span, Concept(match.term), rule, 0.85)
        yield from _unknown(passage, [span for (span, _), rule in zip(spans, sure, strict=True) if rule])


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
    if of_list(passage) == cue("DataTopic") and span.sent.start == passage.sentences[0].start:
        return "list of data"
    if _of_the_reader(passage, span):
        return None
    clause = passage.clause_of(span.root)
    handled = operation(passage, clause)
    if _is_of_purpose(passage, handled) and not _is_yours(span):
        return None
    if _neighbour(span, match, spans):
        return "among other data"
    if is_under(handled, *_HANDLING) and not is_under(handled, *_SENDING) and _is_company(clause):
        rule = _handled(span, clause, match)
        if rule is not None:
            return rule
    return _by_place(passage, span, match, handled)


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
    return "example of data" if strong and _example_before(passage, span) else None


def _is_yours(span: Span) -> bool:
    """Tell whether a phrase of more than one word is said to be the reader's ("your contact preferences")."""
    own = span[0].lower_ == "your"
    before = span.start > 0 and span.doc[span.start - 1].lower_ == "your"
    return (own or before) and len(span) - own > 1


def _is_company(clause: Clause) -> bool:
    """Tell whether it may be the company that acts, and not the reader or somebody described ("users who …")."""
    return clause.actor != "person" and (clause.subject is None or clause.subject.lower_ != "who")


def _is_contact_detail(passage: Passage, span: Span) -> bool:
    """Tell whether the words are followed by an address or a number itself ("E-mail: privacy@…")."""
    return _CONTACT.match(passage.text, span.end_char) is not None


_CONTACT = re.compile(r"\s*(?:address|number)?\s*[:：]\s*\S*(?:@|https?:|www\.|\+?\(?\d)", re.IGNORECASE)


def _is_of_purpose(passage: Passage, handled: Match | None) -> bool:
    """Tell whether an item says what is done for the reader ("to respond to your comments")."""
    if passage.block.kind != "item" or of_list(passage) != cue("PurposeTopic"):
        return False
    words = [token for token in passage.doc if token.is_alpha]
    return (
        bool(words)
        and (words[0].tag_ == "TO" or words[0].pos_ == "VERB")
        and not is_under(handled, *_HANDLING)
    )


_HANDLING = ("dpv:Obtain", "dpv:Store", "dpv:Use", "dpv:Disclose", "dpv:Transfer")
_SENDING = ("dpv:Transmit", "dpv:Display")


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
        between = [token.lower_ for token in span.doc[first.end : second.start]]
        if between and len(between) <= _GAP and all(word in _BETWEEN for word in between):
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
    """Tell whether the head of the match is a noun in its sentence."""
    if len(span) > 1:
        return True
    token = span[0]
    if token.pos_ in ("VERB", "AUX") and token.tag_ not in ("VBG", "VBN"):
        return False
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


def _unknown(passage: Passage, known: list[Span]) -> Iterator[Claim]:
    """Yield the categories that the lexicon does not know: in a list of data, or as what is collected."""
    if passage.block.kind in ("item", "cell") and not known and of_list(passage) == cue("DataTopic"):
        span = _first_phrase(passage.doc)
        if span is not None:
            yield _unmapped(passage, span, "item of a list of data", 0.7)
    taken = {token.i for span in known for token in span}
    for part in _members(passage, taken):
        taken.update(range(part.start, part.end))
        yield _unmapped(passage, part, "member of a list of data", 0.6)
    for token in _bare_objects(passage):
        if taken.isdisjoint(range(token.sent.start, token.sent.end)):
            yield _claim(passage, passage.doc[token.i : token.i + 1], Concept(_TOP), "data as such", 0.7)
    for part in _objects(passage):
        if taken.isdisjoint(range(part.start, part.end)):
            taken.update(range(part.start, part.end))
            yield _unmapped(passage, part, "what is collected", 0.65)


def _unmapped(passage: Passage, span: Span, rule: str, confidence: float) -> Claim:
    return _claim(passage, span, Unmapped("personal-data", _TOP, span.text), rule, confidence)


def _members(passage: Passage, taken: set[int]) -> Iterator[Span]:
    """Yield the unknown members of the coordinations of which at least half is known to be data."""
    for sentence in passage.sentences:
        for run in _runs(sentence):
            known = [not taken.isdisjoint(range(part.start, part.end)) for part in run]
            if sum(known) < _LIST_RUN or sum(known) * 2 < len(run):
                continue
            for part, is_known in zip(run, known, strict=True):
                bare = _bare(part)
                if is_known or bare is None or len(bare) < _LEAST_UNKNOWN:
                    continue
                if _plausible(bare) and not _is_named(passage, bare):
                    yield bare


_LEAST_UNKNOWN = 2  # words of an unknown member; one alone is mostly half of its neighbour ("name or number")


def _bare(part: Span) -> Span | None:
    """Return a member of a list without what leads to it: "such as", determiners."""
    start = part.start
    while start < part.end and (
        part.doc[start].lower_ in _LEADING or part.doc[start].pos_ in ("DET", "PRON")
    ):
        start += 1
    return part.doc[start : part.end] if start < part.end else None


_LEADING = frozenset(
    ("such", "as", "like", "including", "e.g.", "namely", "include", "includes", "is", "are", "also")
)


def _is_named(passage: Passage, part: Span) -> bool:
    """Tell whether the words are known as something else: a recipient, a company, a purpose, an operation."""
    return any(
        match.start < part.end_char and part.start_char < match.end
        for table in ("recipients-roles", "companies", "services", "purposes", "countries")
        for match in passage.found(table, part.start_char, part.end_char)
    ) or any(match.start == part.start_char for match in passage.found("processing"))


def _objects(passage: Passage) -> Iterator[Span]:
    """Yield the noun phrases that are what the company collects, stores or shares and say that they are data."""
    for clause in passage.clauses:
        handled = operation(passage, clause)
        if not is_under(handled, *_TAKING) or not _is_company(clause) or is_under(handled, *_SENDING):
            continue
        for token in clause.tokens:
            if token.pos_ not in ("NOUN", "PROPN") or not _is_object(
                passage.doc[token.i : token.i + 1], clause.head
            ):
                continue
            part = _with_modifiers(token)
            if part is not None and _says_data(passage, part) and not _is_named(passage, part):
                yield part


def _bare_objects(passage: Passage) -> Iterator[Token]:
    """Yield the words "information" and "data" themselves where they are what the company takes, keeps or uses."""
    for sign in passage.found("cues/about-data"):
        token = passage.token_at(sign.start)
        if token is None or token.lower_ not in ("information", "data"):
            continue
        verb = _acted_on(token)
        if verb is None or not _is_company(passage.clause_of(token)):
            continue
        if any(
            match.start <= verb.idx < match.end
            and is_under(match, "dpv:Obtain", "dpv:Store", "dpv:Use")
            and not is_under(match, *_SENDING)
            for match in passage.found("processing")
        ):
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
    start = token.i
    while (
        start > token.sent.start
        and token.doc[start - 1].head == token
        and token.doc[start - 1].dep_
        in (
            "compound",
            "amod",
            "nmod",
            "flat",
        )
    ):
        start -= 1
    return token.doc[start : token.i + 1] if start < token.i else None


def _says_data(passage: Passage, part: Span) -> bool:
    """Tell whether a phrase ends with a noun for data and has a word before it that says which."""
    is_data = any(sign.start <= part[-1].idx < sign.end for sign in passage.found("cues/about-data"))
    empty = [
        token
        for token in part[:-1]
        if token.is_punct
        or any(sign.start <= token.idx < sign.end for sign in passage.found("cues/no-category"))
    ]
    return is_data and len(empty) < len(part) - 1


def _first_phrase(doc: Doc) -> Span | None:
    """Return the noun phrase with which a short item begins."""
    words = [token for token in doc if not token.is_punct and not token.is_space]
    if not words or words[0].tag_ in ("TO", "VB", "MD") or words[0].pos_ == "VERB":
        return None
    start = words[0].i
    while start < len(doc) and doc[start].pos_ in ("DET", "PRON", "CCONJ"):
        start += 1
    end = start
    while (
        end < len(doc)
        and doc[end].text not in (",", ";", ".", ":", "(", "–", "-", "|")
        and not _goes_on(doc[end])
    ):
        end += 1
    if end < len(doc) and len(words) > _SHORT_ITEM and not _goes_on(doc[end]):
        return None
    part = doc[start:end]
    whole = end >= len(doc.text.rstrip(" .;,")) or end == len(doc) or doc[end].text in (".", ";", ",")
    return part if len(part) and (_plausible(part) or (whole and len(part) <= _NAME_OF_A_CATEGORY)) else None


def _goes_on(token: Token) -> bool:
    """Tell whether a token opens a clause about the noun before it ("the image you upload", "if any")."""
    return (
        token.lower_ in ("you", "we", "which", "that", "if", "when", "where", "who", "such")
        or token.tag_ == "MD"
    )


_NAME_OF_A_CATEGORY = (
    2  # words; "Technical" in a column of data is a category that the policy defines elsewhere
)


def _runs(sentence: Span) -> Iterator[list[Span]]:
    """Yield the coordinated noun phrases of a sentence as lists of spans, cut at commas and conjunctions."""
    run: list[Span] = []
    start = sentence.start
    for token in sentence:
        if token.text in (",", ";") or token.lower_ in ("and", "or", "and/or"):
            if token.i > start:
                run.append(sentence.doc[start : token.i])
            start = token.i + 1
        elif token.tag_ in ("MD", "VBZ", "VBP", "VBD", "TO", "WRB", "WP", "WDT") or token.text in (
            ".",
            ":",
            "(",
            ")",
        ):
            if len(run) > 1:
                yield run
            run, start = [], token.i + 1
    if start < sentence.end:
        run.append(sentence.doc[start : sentence.end])
    if len(run) > 1:
        yield run


def _plausible(part: Span) -> bool:
    """Tell whether a span can be a category of data: a short noun phrase without a verb."""
    words = [token for token in part if not token.is_punct]
    return (
        0 < len(words) <= _LONGEST_NAME
        and words[-1].pos_ in ("NOUN", "PROPN")
        and not any(
            token.pos_ in ("VERB", "AUX", "PRON", "SCONJ") and token.lower_ != "your" for token in words
        )
        and words[0].pos_ not in ("ADV", "ADP", "SCONJ")
    )
