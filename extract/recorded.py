"""Data that the lexicon does not know, by their head noun: "crash logs", "the minutes of your hearing"."""

from collections.abc import Iterator

from spacy.tokens import Span, Token

from extract.described import governor, is_by_others, start_of
from extract.enumeration import OTHERWISE, can_be_data, last_of, listed_from
from extract.extent import is_question, with_complement
from extract.frame import actor_of, is_infinitive
from extract.handed import changes_hands
from extract.operations import is_handling
from extract.passage import Passage
from extract.topics import cue

_HEADS = "cues/data-heads"
_MODIFYING = frozenset(("amod", "compound", "nmod", "nummod", "flat"))
_EMPTY = "cues/no-category"


def recorded(passage: Passage) -> Iterator[Span]:
    """Yield the phrases that end in a noun for records and are what somebody other than the reader handles.

    Those that the lexicon knows are among them.
    """
    for match in passage.found(_HEADS):
        head = passage.token_at(match.end - 1)
        if head is None or head.pos_ not in ("NOUN", "PROPN") or _is_part_of_name(head):
            continue
        if _is_defined_term(head):
            continue
        start = _start(head)
        phrase = head.doc[start : with_complement(head.doc, head.i + 1, head.sent.end)]
        if (
            _says_which(passage, phrase, head)
            and can_be_data(passage, head.doc[start : head.i + 1])
            and (_is_handled(passage, head) or lets_us_act(passage, head) or _is_passed(passage, head))
        ):
            yield phrase


def examples_behind(passage: Passage) -> Iterator[Span]:
    """Yield examples of data that stand further before: "information when you visit us, such as your height".

    As other things may stand between, examples count only if they say that they are data.
    """
    for sign in passage.found("cues/data"):
        if sign.term != cue("Example") or sign.form.lower().startswith(OTHERWISE):
            continue
        first, last = passage.token_at(sign.start), passage.token_at(sign.end - 1)
        if first is None or last is None or not _exemplifies_data(passage, first):
            continue
        for part in listed_from(passage.doc, last.i + 1, last_of(last)):
            if _says_data(passage, part):
                yield part


def _exemplifies_data(passage: Passage, sign: Token) -> bool:
    """Tell whether information that somebody other than the reader takes or keeps stands before a sign."""
    for noun in passage.found("cues/about-data", sign.sent.start_char, sign.idx):
        token = passage.token_at(noun.start)
        if token is not None and token.pos_ == "NOUN":
            verb = governor(token)
            if (
                verb is not None
                and is_by_others(verb)
                and is_handling(passage, verb, "dpv:Obtain", "dpv:Store")
            ):
                return True
    return False


def _says_data(passage: Passage, part: Span) -> bool:
    """Tell whether an example asks about the reader, is known as data, or ends in a noun for records."""
    if is_question(part[0]):
        return any(actor_of(token) == "person" for token in part if token.dep_ == "nsubj")
    known = any(passage.is_in(part.root, table) for table in (_HEADS, "personal-data"))
    return known and can_be_data(passage, part)


def _is_part_of_name(head: Token) -> bool:
    """Tell whether a noun only says which of the thing behind it ("report form")."""
    return head.dep_ in _MODIFYING and head.head.i > head.i and head.head.pos_ in ("NOUN", "PROPN")


def _is_defined_term(head: Token) -> bool:
    """Tell whether a noun is written as one that the policy defines elsewhere ("Employee Records")."""
    return head.is_title and head.dep_ not in ("conj", "appos") and not head.is_sent_start


def _start(head: Token) -> int:
    """Return where a noun starts with the modifiers before it."""
    start = start_of(head, _MODIFYING)
    while start > 1 and head.doc[start - 1].text == "-":
        start -= 2  # "sole-trader details"
    return start


def _says_which(passage: Passage, phrase: Span, head: Token) -> bool:
    """Tell whether a phrase says which records, and not that they are the company's."""
    if any(child.dep_ == "nmod:poss" and actor_of(child) == "company" for child in head.children):
        return False
    behind = any(token.tag_ == "PRP$" and actor_of(token) == "person" for token in phrase if token.i > head.i)
    before = any(
        token.pos_ in ("NOUN", "PROPN", "ADJ", "VERB") and not passage.is_in(token, _EMPTY)
        for token in phrase
        if token.i < head.i
    )
    return before or behind or _is_readers(head)


def _is_readers(head: Token) -> bool:
    """Tell whether a noun is said to be the reader's."""
    return any(child.dep_ == "nmod:poss" and actor_of(child) == "person" for child in head.children)


def _is_passed(passage: Passage, head: Token) -> bool:
    """Tell whether records of the reader, or those that a clause is about, change hands."""
    return (_is_readers(head) or head.dep_.startswith("nsubj")) and changes_hands(passage, head)


def _is_handled(passage: Passage, head: Token) -> bool:
    """Tell whether a noun is what somebody other than the reader handles."""
    verb = governor(head)
    if verb is None or not is_by_others(verb) or not is_handling(passage, verb, "dpv:Processing"):
        return False
    if verb.pos_ != "VERB" or verb.tag_ == "VBG" or is_infinitive(verb):
        return False  # "to track your movements" says what for, "the processing of biometric data" may be defined
    clause = passage.clause_of(head)
    told = clause.head.tag_ == "VB" and clause.subject is None and not is_infinitive(clause.head)
    return clause.actor != "person" and not told


def lets_us_act(passage: Passage, head: Token) -> bool:
    """Tell whether a noun is what lets the company do something ("your credit report helps us to decide")."""
    first = head
    while first.dep_ == "conj":
        first = first.head
    verb = first.head
    return (
        first.dep_ == "nsubj"
        and passage.is_in(verb, "cues/stated-purposes", cue("LettingVerb"))
        and any(child.dep_ == "obj" and actor_of(child) == "company" for child in verb.children)
    )
