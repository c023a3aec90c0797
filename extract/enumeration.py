"""Lists of data within a text: the members of coordinations, examples and items that the lexicon does not know."""

from collections.abc import Iterable, Iterator

from spacy.tokens import Doc, Span, Token

from extract.extent import end_of_question, is_question, with_complement, with_subject
from extract.passage import Passage
from extract.topics import cue

_LONGEST_NAME = 7  # words of a category that the lexicon does not know
_SHORT_ITEM = 14  # words; a longer item of a list of data is a sentence
_LIST_RUN = 2  # known members that make a list of data of a coordination
_LEAST_UNKNOWN = 2  # words of an unknown member; one alone is mostly half of its neighbour ("name or number")
_NAME_OF_A_CATEGORY = (
    2  # words; "Technical" in a column of data is a category that the policy defines elsewhere
)
_LEADING = frozenset(
    ("such", "as", "like", "including", "e.g.", "namely", "include", "includes", "is", "are", "also")
)
_FINITE = frozenset(("MD", "VBZ", "VBP", "VBD", "TO", "WRB", "WP", "WDT"))
_CLOSES = frozenset((".", ":", "(", ")"))
_JOINS = frozenset((",", ";", "and", "or", "and/or"))


def members(passage: Passage, taken: set[int]) -> Iterator[Span]:
    """Yield the unknown members of the coordinations of which at least half is known to be data."""
    for sentence in passage.sentences:
        for run in _runs(passage, sentence):
            known = [not taken.isdisjoint(range(part.start, part.end)) for part in run]
            if sum(known) < _LIST_RUN or sum(known) * 2 < len(run):
                continue
            for part, is_known in zip(run, known, strict=True):
                bare = _bare(part)
                if is_known or bare is None or len(bare) < _LEAST_UNKNOWN:
                    continue
                if _plausible(bare) and not is_named(passage, bare):
                    yield bare


def examples(passage: Passage, heads: Iterable[Span]) -> Iterator[Span]:
    """Yield what is named as an example of data: "… data, such as A, B of C and the D that you use".

    `heads` are the phrases of the passage that say that there are data.
    """
    ends = {span.end for span in heads}
    for sign in passage.found("cues/data"):
        if sign.term != cue("Example") or sign.form.lower().startswith(OTHERWISE):
            continue
        first, last = passage.token_at(sign.start), passage.token_at(sign.end - 1)
        if first is None or last is None or first.pos_ == "NOUN" or not _follows(first, ends):
            continue
        for part in listed_from(passage.doc, last.i + 1, last_of(last)):
            whole = part if _says_which(passage, part) else with_subject(part)
            if is_question(part[0]):
                if any(token.pos_ == "VERB" for token in part):
                    yield part
            elif _plausible(part) and _says_which(passage, whole) and not is_named(passage, part):
                yield whole


def phrases(passage: Passage, listed: Span) -> Iterator[Span]:
    """Yield the phrases of an enumeration without a verb that can name data."""
    if is_sentence(listed):
        return
    for part in listed_from(passage.doc, listed.start, last_of(listed[0], listed.start)):
        if can_be_data(passage, part):
            yield part


def is_sentence(span: Span) -> bool:
    """Tell whether there is a finite verb among some words."""
    return any(token.tag_ in ("MD", "VBZ", "VBP", "VBD") for token in span)


OTHERWISE = ("i.e", "that is", "as well as", "among other")  # what follows them may be no example


def _follows(sign: Token, ends: set[int]) -> bool:
    """Tell whether a sign that examples follow stands directly behind one of the phrases that end at `ends`."""
    before = sign.i
    while before > sign.sent.start and before not in ends:
        token = sign.doc[before - 1]
        if not (token.is_punct or token.pos_ == "AUX" or token.lower_ in _JOINING):
            return False
        before -= 1
    return before in ends


_JOINING = frozenset(("which", "that", "and", "also", "but", "may", "can"))


def last_of(sign: Token, start: int | None = None) -> int:
    """Return the token at which the examples end that begin behind a sign: at a bracket, or with the sentence."""
    depth = 0
    for token in sign.doc[sign.i + 1 if start is None else start : sign.sent.end]:
        depth += (token.text in _OPEN) - (token.text in _SHUT)
        if depth < 0 or token.text in (".", ":", "–", "—"):
            return token.i
    return sign.sent.end


_OPEN, _SHUT = ("(", "["), (")", "]")


def listed_from(doc: Doc, start: int, last: int) -> Iterator[Span]:
    """Yield the phrases of an enumeration from `start`, until it goes over into a clause."""
    place = start
    while place < last:
        token = doc[place]
        if token.text in _OPEN:
            place = _behind_bracket(doc, place, last)
        elif is_question(token):
            end = with_complement(doc, end_of_question(token, last), last)
            yield doc[place:end]
            place = _next_member(doc, end, last)
        elif _separates(token) or _leads(token):
            place += 1
        else:
            end = _end_of_phrase(doc, place, last)
            if end == place:
                return
            end = with_complement(doc, end, last)
            if end - place > 1 or not _is_half(doc, start, place, last):
                yield doc[place:end]
            place = _next_member(doc, end, last)


def _behind_bracket(doc: Doc, place: int, last: int) -> int:
    return next((token.i + 1 for token in doc[place:last] if token.text in _SHUT), last)


def _leads(token: Token) -> bool:
    return token.pos_ == "DET" or token.tag_ in ("PRP$", "RB") or token.lower_ in _LEADING


def _end_of_phrase(doc: Doc, start: int, last: int) -> int:
    """Return where a noun phrase ends that begins at `start`; `start` if there is none."""
    end = start
    while end < last and (doc[end].pos_ in _NOMINAL or doc[end].tag_ in _INSIDE or doc[end].text == "-"):
        end += 1
    while end > start and doc[end - 1].pos_ not in ("NOUN", "PROPN"):
        end -= 1
    return end


def _is_half(doc: Doc, start: int, place: int, last: int) -> bool:
    """Tell whether a word is half of a member of the enumeration from `start` ("iris or retina scans, keystrokes").

    A conjunction without a comma before it joins two halves, unless it is the last one of the enumeration.
    """
    joined = doc[place - 1].lower_ in _CONJUNCTIONS and doc[place - 2].text not in _COMMAS
    joined = joined or (place + 1 < last and doc[place + 1].lower_ in _CONJUNCTIONS)
    later = any(token.text in _COMMAS for token in doc[place:last])
    ended = any(
        token.lower_ in _CONJUNCTIONS and token.nbor(-1).text in _COMMAS for token in doc[start:place]
    )
    return joined and (later or ended)


_COMMAS = (",", ";")


def _next_member(doc: Doc, place: int, last: int) -> int:
    """Return where the next member begins; `last` if the enumeration goes over into a clause."""
    while place < last and not _separates(doc[place]) and doc[place].text not in _OPEN:
        if doc[place].tag_ in ("MD", "VBZ", "VBP", "VBD") and doc[place - 1].lower_ not in _RELATIVE:
            return last
        place += 1
    return place


_RELATIVE = frozenset(("you", "we", "they", "that", "which", "who", "it"))
_NOMINAL = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))
_INSIDE = frozenset(("POS", "VBN", "VBG"))
_CONJUNCTIONS = frozenset(("and", "or", "and/or", "&"))


def _separates(token: Token) -> bool:
    return token.text in (",", ";", "/") or token.lower_ in _CONJUNCTIONS


def _says_which(passage: Passage, part: Span) -> bool:
    """Tell whether a phrase has a word that says which data."""
    return any(
        token.pos_ in (*_NOMINAL, "VERB")
        and token.is_alpha
        and not any(passage.is_in(token, table) for table in ("cues/about-data", "cues/no-category"))
        for token in part
    )


def _bare(part: Span) -> Span | None:
    """Return a member of a list without what leads to it: "such as", determiners."""
    start = part.start
    while start < part.end and (
        part.doc[start].lower_ in _LEADING or part.doc[start].pos_ in ("DET", "PRON")
    ):
        start += 1
    return part.doc[start : part.end] if start < part.end else None


def can_be_data(passage: Passage, part: Span) -> bool:
    """Tell whether a noun phrase that the lexicon does not know can name data: known as nothing else, no thing."""
    if not _plausible(part) or not _says_which(passage, part) or is_named(passage, part):
        return False
    end = part.root.idx + len(part.root)
    return any(sign.end == end for sign in passage.found("cues/about-data")) or not any(
        sign.end == end for table in _NO_DATA for sign in passage.found(table, part.start_char, part.end_char)
    )


_NO_DATA = ("cues/no-data", "cues/party-nouns", "data-subjects", "measures", "legal-bases", "rights")


def is_named(passage: Passage, part: Span) -> bool:
    """Tell whether the words are known as something else: a recipient, a company, a purpose, an operation."""
    return any(
        match.end == part.end_char or table not in ("recipients-roles", "purposes")
        for table in ("recipients-roles", "companies", "services", "purposes", "countries", "rights")
        for match in passage.found(table, part.start_char, part.end_char)
    ) or any(match.start == part.start_char for match in passage.found("processing"))


def first_phrase(passage: Passage) -> Span | None:
    """Return the noun phrase with which an item begins that is short, or goes on with examples."""
    doc = passage.doc
    words = [token for token in doc if not token.is_punct and not token.is_space]
    if not words or words[0].tag_ in ("TO", "VB", "MD") or words[0].pos_ == "VERB" or words[0].like_url:
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
    part = doc[start:end]
    if (
        end < len(doc)
        and len(words) > _SHORT_ITEM
        and not (_goes_on(doc[end]) or _has_examples(passage, part))
    ):
        return None
    whole = end >= len(doc.text.rstrip(" .;,")) or end == len(doc) or doc[end].text in (".", ";", ",")
    return part if len(part) and (_plausible(part) or (whole and len(part) <= _NAME_OF_A_CATEGORY)) else None


def _has_examples(passage: Passage, part: Span) -> bool:
    """Tell whether examples follow a phrase ("Employment details, such as your job title, …")."""
    signs = (passage.token_at(s.start) for s in passage.found("cues/data") if s.term == cue("Example"))
    return any(_follows(sign, {part.end}) for sign in signs if sign is not None and sign.i >= part.end)


def _goes_on(token: Token) -> bool:
    """Tell whether a token opens a clause about the noun before it ("the image you upload", "if any")."""
    return (
        token.lower_ in ("you", "we", "which", "that", "if", "when", "where", "who", "such")
        or token.tag_ == "MD"
    )


def _runs(passage: Passage, sentence: Span) -> Iterator[list[Span]]:
    """Yield the coordinated noun phrases of a sentence as lists of spans, cut at commas and conjunctions."""
    run: list[Span] = []
    start = sentence.start
    for index in range(sentence.start, sentence.end):
        if passage.lowered[index] in _JOINS:
            if index > start:
                run.append(sentence.doc[start:index])
            start = index + 1
        elif passage.tags[index] in _FINITE or passage.words[index] in _CLOSES:
            if len(run) > 1:
                yield run
            run, start = [], index + 1
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
        and not any(token.like_email for token in words)
    )
