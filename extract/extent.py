"""How far a phrase that names data reaches: to its head noun, its modifiers and what it is of or about."""

from spacy.tokens import Doc, Span, Token

from extract.matcher import Match
from extract.passage import Passage

_NOUNS = frozenset(("NOUN", "PROPN"))
_NOMINAL = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))
_MODIFIERS = frozenset(("amod", "compound", "nummod", "nmod:npmod", "flat"))
_BEFORE_HEAD = frozenset(
    ("amod", "compound", "nummod", "nmod", "nmod:poss", "nmod:npmod", "flat", "obl:npmod")
)
_POINTING = frozenset(("such", "certain", "same", "following", "any", "some"))
_OWNERS = frozenset(
    ("the", "a", "an", "your", "their", "its", "our", "each", "any", "this", "that", "his", "her")
)
_POSSESSIVE = frozenset(("'s", "’s", "'", "’"))
_LONGEST_OWNER = 4  # words before "'s"
_LONGEST_OF = 6  # words behind "of"
_LONGEST_BRACKET = 7  # tokens in brackets that only say the same again
_LONGEST_RELATIVE = 6  # words of "you choose to provide"


def extent(passage: Passage, match: Match, others: list[Match]) -> Span | None:
    """Return the phrase around a match; None if its words only describe something that is no data.

    `others` are the other matches of the passage that say which data.
    """
    found = passage.doc.char_span(match.start, match.end, alignment_mode="expand")
    if found is None or not len(found):
        return None
    core = _from_noun(passage, found)
    end = _head_end(passage, core, others)
    if end is None:
        return None
    start = _with_modifiers(core.doc, core.start, end, core.sent.start)
    start = _with_measure(passage, start, others, core.sent.start)
    end = _with_same(passage, end, match, others, core.sent.end)
    end = with_complement(core.doc, end, core.sent.end)
    return core.doc[start:end]


def _from_noun(passage: Passage, span: Span) -> Span:
    """Return a span without the verb at its start ("collect information" has the words of "collected …")."""
    if len(span) == 1 or span[0].tag_ not in ("VB", "VBP", "VBZ") or span[1].pos_ not in _NOMINAL:
        return span
    first, end = span[0].idx, span[0].idx + len(span[0])
    verb = any(match.start == first and match.end >= end for match in passage.found("processing"))
    return span[1:] if verb else span


def _head_end(passage: Passage, core: Span, others: list[Match]) -> int | None:
    """Return where the head noun behind a core ends; None if that head is no data ("credit card processors")."""
    doc, end = core.doc, core.end
    if end < core.sent.end and doc[end].text in _POSSESSIVE and doc[end].tag_ == "POS":
        return None
    last = core[-1]
    if end >= core.sent.end or doc[end].pos_ not in _NOUNS or last.dep_ not in _BEFORE_HEAD:
        return end
    head = last.head
    if head.i < end or any(token.pos_ not in _NOMINAL for token in doc[end : head.i + 1]):
        return end
    is_data = passage.is_in(head, "cues/data-nouns")
    inside = [other for other in others if other.start <= head.idx < other.end]
    if any(not is_data or other.end - other.start > len(head) for other in inside):
        return None
    return head.i + 1 if is_data else None


def _with_modifiers(doc: Doc, start: int, end: int, first: int) -> int:
    """Return where a noun phrase starts with its modifiers and its owner ("your device's IP address")."""
    while start > first and _modifies(doc[start - 1], start, end):
        start -= 1
    if start - 1 > first and doc[start - 1].text in _POSSESSIVE and doc[start - 1].tag_ == "POS":
        owner = doc[start - 2]
        left = start - 2
        while left > first and start - left <= _LONGEST_OWNER and doc[left - 1].head == owner:
            left -= 1
        return left
    return start


def _modifies(token: Token, start: int, end: int) -> bool:
    how = token.tag_ == "RB" and token.dep_ == "advmod" and token.head.i == token.i + 1
    return (
        (how or (token.pos_ in _NOMINAL and token.dep_ in _MODIFIERS))
        and start <= token.head.i < end
        and token.lower_ not in _POINTING
    )


def _with_measure(passage: Passage, start: int, others: list[Match], first: int) -> int:
    """Return where a phrase starts with the noun that says what about it is meant ("the type of …")."""
    doc = passage.doc
    before = start - 1
    while before >= first and doc[before].lower_ in _OWNERS:
        before -= 1
    if before <= first:
        return start
    table = "cues/data-parts" if doc[before].lower_ == "of" else "cues/about-data"
    if doc[before].lower_ not in ("of", "about", "on", "regarding", "concerning"):
        return start
    head = doc[before - 1]
    signs = [sign for sign in passage.found(table) if sign.start <= head.idx < sign.end]
    if not signs or any(other.start <= head.idx < other.end for other in others):
        return start
    opens = passage.token_at(signs[0].start)
    return start if opens is None else _with_modifiers(doc, max(opens.i, first), before, first)


def _with_same(passage: Passage, end: int, match: Match, others: list[Match], last: int) -> int:
    """Return where a phrase ends with brackets that only name the same again: "(e.g. IP address)", "(DOB)"."""
    doc = passage.doc
    if end >= last or doc[end].text != "(":
        return end
    close = next((t.i for t in doc[end : min(end + _LONGEST_BRACKET, last)] if t.text == ")"), None)
    if close is None:
        return end
    inside = doc[end + 1 : close]
    words = [token for token in inside if token.is_alpha]
    named = [m for m in others if inside.start_char <= m.start and m.end <= inside.end_char]
    same = bool(named) and all(m.term == match.term for m in named)
    short = not named and len(words) == 1 and words[0].text.isupper()
    return close + 1 if same or short else end


def with_complement(doc: Doc, end: int, last: int) -> int:
    """Return where a phrase ends with "of …" and with what the reader does with it ("you use")."""
    if end + 1 < last and doc[end].lower_ == "of":
        stop = end + 1
        while stop < last and stop - end <= _LONGEST_OF and _in_noun_phrase(doc[stop]):
            stop += 1
        if doc[stop - 1].pos_ in (*_NOUNS, "PRON") and stop > end + 1:
            end = stop
    return _with_relative(doc, end, last)


def with_subject(noun: Span) -> Span:
    """Return a noun with what it is about ("information related to your movement")."""
    doc, end, last = noun.doc, noun.end, noun.sent.end
    if end < last and doc[end].lower_ in ("related", "relating"):
        end += 1
    if end == last or doc[end].lower_ not in _LEADING_TO_SUBJECT:
        return noun
    end += 1
    if end < last and is_question(doc[end]):
        return doc[noun.start : end_of_question(doc[end], last)]
    stop = end
    while (
        stop < last
        and stop - end <= _LONGEST_OF
        and (_in_noun_phrase(doc[stop]) or doc[stop].pos_ == "CCONJ")
    ):
        stop += 1
    return doc[noun.start : with_complement(doc, stop, last)]


def is_question(token: Token) -> bool:
    """Tell whether a word opens a clause that stands for data ("how you use the app", "which pages you see")."""
    return token.lower_ in ASKING


def end_of_question(opening: Token, last: int) -> int:
    """Return where the clause ends that a question word opens, `last` at the latest."""
    verb = opening
    while verb.pos_ != "VERB" and verb.head.i > verb.i:
        verb = verb.head
    end = max(opening.i + 1, min(verb.right_edge.i + 1, last, opening.i + _LONGEST_QUESTION))
    return next((token.i for token in opening.doc[verb.i + 1 : end] if token.text in (",", ";")), end)


ASKING = frozenset(("how", "what", "which", "whether"))
_LONGEST_QUESTION = 20  # words

_LEADING_TO_SUBJECT = frozenset(("about", "on", "regarding", "concerning", "to", "of"))


def _in_noun_phrase(token: Token) -> bool:
    return (
        token.pos_ in _NOMINAL
        or token.pos_ == "DET"
        or token.tag_ in ("PRP$", "POS")
        or token.lower_ in _OWNERS
    )


def _with_relative(doc: Doc, end: int, last: int) -> int:
    """Return where a phrase ends with a short relative clause: "you use", "you choose to provide"."""
    stop = end + 1 if end < last and doc[end].lower_ in ("that", "which") else end
    if stop >= last or doc[stop].lower_ != "you":
        return end
    stop += 1
    verb = None
    while stop < last and stop - end <= _LONGEST_RELATIVE and _in_verb_group(doc[stop]):
        verb = stop if doc[stop].pos_ == "VERB" else verb
        stop += 1
    return end if verb is None else _with_place(doc, verb + 1, last)


def _with_place(doc: Doc, end: int, last: int) -> int:
    """Return where a relative clause ends with its object or place ("you use on your mobile device")."""
    stop = end
    while (
        stop < last
        and stop - end <= _LONGEST_OF
        and (
            _in_noun_phrase(doc[stop])
            or doc[stop].lower_ in ("on", "in", "of", "to", "at")
            or doc[stop].tag_ == "VB"
        )
    ):
        stop += 1
    done = doc[stop - 1].pos_ in _NOUNS and (stop >= last or doc[stop].is_punct or doc[stop].pos_ == "CCONJ")
    return stop if done else end


def _in_verb_group(token: Token) -> bool:
    return token.pos_ in ("VERB", "AUX", "ADV", "PART")
