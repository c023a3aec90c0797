"""Cuts coordinated verb phrases apart: "send you newsletters and respond to your enquiries" says two things.

Verbs that share an object stay together ("provide and improve the Service").
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from spacy.tokens import Token

from extract.passage import Passage

PURPOSE_VERBS = "cues/purpose-verbs"
_BASE = frozenset(("VB", "VBP"))
_LINKS = frozenset((",", ";", "and", "or", "&", "/", "and/or", "as", "well"))
_LONG = 26  # words; what goes on longer is more than one thing
_MARK = re.compile(r"(?:(?<=\s)|^)\(?(?:[ivx]{1,4}|[a-k]|\d{1,2})\)(?=\s)")
_NOUN_END = re.compile(r"(?:[tsx]ion|ity|cy|ness)s?$")
_FINITE = frozenset(("MD", "VBP", "VBZ", "VBD"))


def verb_phrases(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the coordinated verb phrases, as tokens from and to, that begin at token `start` before `stop`."""
    marks = list_marks(passage)
    end = _limit(passage, start, min(stop, passage.doc[start].sent.end), marks)
    gerund = passage.doc[start].tag_ == "VBG" or passage.doc[start].lower_.endswith("ing")
    first = latest = start
    index = start + 1
    while index < end:
        following = None
        if passage.doc[index].lower_ in _LINKS or index in marks:
            following = _next_verb(passage, index, end, marks, gerund=gerund)
        if following is None and index in marks and passage.doc[index - 1].text in (",", ";"):
            end = index  # a member of another kind follows: "(b) to contact you; (c) for internal purposes"
            break
        if following is None:
            index += 1
            continue
        if _has_object(passage, latest, index):
            yield first, _trimmed(passage, first, index, marks)
            first = following
        latest = following
        index = following + 1
    yield first, _trimmed(passage, first, end, marks)
    beyond = _behind_parenthesis(passage, end, stop)
    if beyond is not None:
        following = _next_verb(passage, beyond, stop, marks, gerund=gerund)
        if following is not None:
            yield from verb_phrases(passage, following, stop)


def _behind_parenthesis(passage: Passage, end: int, stop: int) -> int | None:
    """Return the comma or conjunction behind the parenthesis that begins at `end`, if there is one."""
    doc = passage.doc
    if end >= stop or doc[end].text != "(":
        return None
    close = next((i for i in range(end, min(stop, end + _LONG)) if doc[i].text == ")"), stop)
    return close + 1 if close + 1 < stop and doc[close + 1].lower_ in _LINKS else None


def _next_verb(passage: Passage, index: int, end: int, marks: frozenset[int], *, gerund: bool) -> int | None:
    """Return the verb that a comma or conjunction at `index` adds to the coordination."""
    doc = passage.doc
    probe = index
    while probe < end and (
        doc[probe].lower_ in _LINKS or probe in marks or doc[probe].tag_ in ("TO", "RB", "RBR")
    ):
        if opens_verb(passage, doc[probe]) and doc[probe].tag_ in ("RB", "RBR"):
            break
        probe += 1
    if probe >= end:
        return None
    verb = doc[probe]
    after_to = doc[probe - 1].tag_ == "TO"
    if not _is_verb(passage, verb, gerund=gerund and not after_to):
        return None
    if probe + 1 < end and doc[probe + 1].lower_ in _LINKS and not after_to:
        beyond = _next_verb(passage, probe + 1, end, marks, gerund=gerund)
        if beyond is None and doc[probe + 1].text != ";":
            return None
    return probe


def _is_verb(passage: Passage, token: Token, *, gerund: bool) -> bool:
    """Tell whether a word after a comma or conjunction is a verb; the tagger often takes it for a noun."""
    if (token.text.isupper() and len(token) > 1) or not token.is_alpha:
        return False
    if gerund:
        return token.tag_ == "VBG" or (token.lower_.endswith("ing") and opens_verb(passage, token))
    if token.tag_ in _BASE and token.pos_ in ("VERB", "AUX"):
        return not _NOUN_END.search(token.lower_)
    if token.tag_ not in ("NN", "JJ", "NNP", "VBN", "VBD", "RB", "IN", "UH", "VBZ") or token.lower_.endswith(
        ("s", "ed", "ing")
    ):
        return token.lower_ in ("process", "assess", "address") and takes_object(token)
    following = token.nbor().lower_ if token.i + 1 < len(token.doc) else ""
    return opens_verb(passage, token) and (following in _LINKS or takes_object(token))


def takes_object(token: Token) -> bool:
    """Tell whether the word behind a token can begin the object of a verb."""
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return following is not None and (
        following.pos_ in ("NOUN", "PROPN", "PRON", "DET", "ADJ", "ADP", "VERB", "ADV", "SCONJ")
        and following.lower_ != "of"
    )


def opens_verb(passage: Passage, token: Token) -> bool:
    """Tell whether a word is one of those that policies use as a verb where they name a purpose."""
    return next(passage.found(PURPOSE_VERBS, token.idx, token.idx + len(token)), None) is not None


def _has_object(passage: Passage, verb: int, index: int) -> bool:
    """Tell whether the last verb before `index` has words of its own, not only other verbs."""
    verb = next(
        (
            i
            for i in range(index - 1, verb, -1)
            if passage.doc[i].tag_ == "VB" and passage.doc[i].pos_ == "VERB"
        ),
        verb,
    )
    return any(
        token.pos_ in ("NOUN", "PROPN", "PRON", "NUM") or token.tag_ in ("RP", "WRB", "WP")
        for token in passage.doc[verb + 1 : index]
    )


def _limit(passage: Passage, start: int, stop: int, marks: frozenset[int]) -> int:
    """Return the index behind the last token that can belong to the phrases beginning at `start`."""
    doc = passage.doc
    for index in range(start + 1, stop):
        token = doc[index]
        if index in marks:
            continue
        following = doc[index + 1].lower_ if index + 1 < stop else ""
        if (
            token.text in (":", "(", "[", "–", "—", "•", "--")
            or token.text.startswith("http")
            or (token.lower_ in _ENDS and index > start + 1 and not _inside_object(token))
            or (token.lower_, following) in (("in", "case"), ("in", "order"), ("whether", "as"))
            or (token.lower_ == "so" and following in _SUBJECTS | {"that"})
            or (token.lower_ in (",", "and", "or") and following and _starts_clause(token))
            or (token.lower_ in _SUBJECTS and token.dep_ == "nsubj" and _heads_sentence(token, start))
            or (index > start + _LONG and token.text in (",", ";"))
        ):
            return index
    return stop


def _heads_sentence(subject: Token, start: int) -> bool:
    """Tell whether a subject has the main verb, also where this was taken for a relative clause that lacks nothing.

    "To prevent fraud we use Acme", but not "to provide the services we offer".
    """
    verb = subject.head
    return verb.dep_ == "ROOT" or (
        verb.dep_ == "acl:relcl"
        and subject.lower_ == "we"
        and start - subject.sent.start <= _AT_START
        and any(child.i > verb.i and child.pos_ == "PROPN" for child in verb.children)
    )


_AT_START = 3  # tokens before the verb of a purpose that opens a sentence: "In order to"


_ENDS = frozenset(
    (
        "if",
        "unless",
        "because",
        "whereas",
        "provided",
        "including",
        "e.g.",
        "i.e.",
        "until",
        "without",
        "but",
        "when",
        "where",
        "while",
        "pursuant",
        "except",
        "namely",
    )
)
_SUBJECTS = frozenset(("we", "you", "they", "it", "i"))
_AFTER_COMMA = frozenset(
    (
        "which",
        "who",
        "this",
        "such",
        "for",
        "based",
        "in",
        "as",
        "then",
        "so",
        "these",
        "with",
        "your",
        "either",
        "please",
        "resulting",
    )
)
_AFTER_AND = frozenset(("for", "in", "as", "by", "then", "pursuant", "with"))


def _inside_object(token: Token) -> bool:
    """Tell whether a word that mostly opens a clause belongs to the object ("how and when you …")."""
    if token.lower_ not in _QUESTIONS:
        return False
    before = token.nbor(-1).lower_
    return before in ("of", "about", "on") or (
        before in ("and", "or") and token.nbor(-2).lower_ in _QUESTIONS
    )


_QUESTIONS = frozenset(("when", "where", "how", "why", "what", "which", "whether", "if"))


def _starts_clause(link: Token) -> bool:
    """Tell whether a comma or conjunction leads on to something else than another member."""
    first = link.nbor()
    if link.text == "," and first.lower_ in ("and", "or") and first.i + 1 < len(first.doc):
        link, first = first, first.nbor()
    if first.lower_ in _SUBJECTS:
        following = first.nbor() if first.i + 1 < len(first.doc) else None
        return link.text == "," or (following is not None and following.tag_ in _FINITE)
    if first.lower_ == "as" and first.i + 1 < len(first.doc) and first.nbor().lower_ == "well":
        return False
    return first.lower_ in (_AFTER_COMMA if link.text == "," else _AFTER_AND)


def _trimmed(passage: Passage, start: int, end: int, marks: frozenset[int]) -> int:
    """Return `end` moved left over marks and linking words."""
    doc = passage.doc
    while end > start + 1 and (
        doc[end - 1].is_punct or doc[end - 1].is_space or doc[end - 1].lower_ in _TRAILING or end - 1 in marks
    ):
        end -= 1
    if end > start + 1 and doc[end - 2 : end].text.lower() == "in order":
        return _trimmed(passage, start, end - 2, marks)
    return end


_TRAILING = frozenset(("and", "or", "to", "also", "&", "then", "as", "well", "in", "/", "and/or"))


@lru_cache(maxsize=1)  # asked again for each verb of a passage
def list_marks(passage: Passage) -> frozenset[int]:
    """Return the tokens that number the members of a list within a sentence: (i), b), (3)."""
    found: set[int] = set()
    for match in _MARK.finditer(passage.text):
        span = passage.doc.char_span(match.start(), match.end(), alignment_mode="expand")
        if span is not None:
            found.update(range(span.start, span.end))
    return frozenset(found)
