"""Companies that no gazetteer knows, told by their look and their place."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from spacy.tokens import Span, Token

import ontology
from extract.claim import Claim, Company
from extract.functions import rendered
from extract.naming import has_legal_form, is_legal_form, is_name, name_after, name_before
from extract.passage import GAZETTEER, Passage, Policy
from extract.reach import reach
from extract.topics import cue, stands_under

_ONTOLOGY = ontology.load()
_HAS_RECIPIENT = _ONTOLOGY.term("dpv:hasRecipient")
_TAKEN = (
    "recipients-roles",
    "personal-data",
    "countries",
    "transfers",
    "purposes",
    "legal-bases",
    "measures",
    "rights",
    "context",
)
_WORD = re.compile(r"[^\W\d_]+")
_BRACKET = re.compile(r"\s\((?=[a-z][^()]{2,60}\))")
_TOLD = re.compile(
    r"\s\((?P<what>[a-z][^()]{2,60})\)|\s(?:for|as|to)\s[^.:;()]{3,90}?(?=,\s[A-Z]|\s(?:and|or)\s[A-Z])"
)
"""What is said of a name before the next one of its row: "Xero (invoices), Zoom for calls and …"."""

_JOINT = re.compile(r"\s*(?:,\s*(?:and|or)\s+|,\s*|\s+and\s+|\s+or\s+|;\s*(?:and\s+)?)(?=[A-Z])")
_EXAMPLE = re.compile(
    r",?\s*(?:\(?(?:such as|including(?:,? but not limited,? to,?)?|like|e\.g\.,?|namely|for example,?|i\.e\.,?)\s+"
    r"|\(\s*|[–—]\s*|:\s+|\s)(?=[A-Z])"
)
_FUNCTION = re.compile(r"(?<=[\w.])\s?:\s+(?:to|for|used|provides?|helps?|acts|our)\s", re.IGNORECASE)
_CLOSED = re.compile(r"\s*[,.;)]|\s+(?:to|for|in\s+order)\s")
_AND = re.compile(r"\s(?:and|or)\s")
_LEAST = 3  # letters of a name
_RULES = ("target of sharing", "is engaged", "agent of processing")
_CHANNELS = frozenset(("through", "via", "using", "by"))
_CASES = frozenset(("with", "into", "on", "to", "by"))


class _Place(Protocol):
    """Tokens from `start` to `end` of a passage."""

    @property
    def end(self) -> int:
        """Return the token behind the last one."""


def _is_in_apposition(text: str, end: int) -> bool:
    """Tell whether a name between commas says who a party is: "a third party, Acme, …"."""
    if text[end : end + 2] != ", ":
        return False
    name = name_after(text, end + 2)
    return name is not None and name[0] == end + 2 and _CLOSED.match(text, name[1]) is not None


def _labels(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where names begin behind which it is said what for: "Acme: To send you parcels"."""
    for mark in _FUNCTION.finditer(text, start, end):
        name = name_before(text, mark.start(), start)
        if name is not None:
            yield name[0]


def _bracketed(passage: Passage, sentence: Span) -> Iterator[int]:
    """Yield where names begin that brackets explain, if one of their row is known: "Xero (books), Acme (mail)"."""
    rows = [
        (name, mark)
        for mark in _BRACKET.finditer(passage.text, sentence.start_char, sentence.end_char)
        if (name := name_before(passage.text, mark.start(), sentence.start_char)) is not None
    ]
    if len(rows) > 1:
        known = {match.end for table in GAZETTEER for match in passage.found(table)}
        if any(mark.start() in known for _, mark in rows):
            yield from (name[0] for name, _ in rows)


def _engaged(passage: Passage, sentence: Span) -> Iterator[int]:
    """Yield where names begin that are the object of a verb of engaging, or that data are shared with."""
    listed = stands_under(passage, cue("RecipientTopic"))
    for index in range(sentence.start, sentence.end):
        legal = is_legal_form(passage.words[index])
        if not legal and not passage.words[index][0].isupper():
            continue
        token = passage.doc[index]
        name = _in_full(passage, token) if legal else _capitalised(token)
        if name is None:
            continue
        if listed and legal and len(name) > 1:
            yield name.start_char  # a section on recipients names no other companies in full
        clause = passage.clause_of(name.root)
        cases = {child.lower_ for child in name.root.children if child.dep_ == "case"}
        if listed and "by" in cases and clause.passive:
            yield name.start_char
        if clause.actor not in ("company", "nobody"):
            continue
        rules = _RULES if clause.actor == "company" else _RULES[:1]  # "your results go to Acme"
        reached = reach(passage, name, listed=False) in rules and cases <= _CASES
        if reached or (cases & _CHANNELS and rendered(passage, name.root) is not None):
            yield name.start_char


def _in_full(passage: Passage, form: Token) -> Span | None:
    """Return the name that a legal form ends, whatever the parser makes of its words."""
    place = name_before(passage.text, form.idx + len(form), form.sent.start_char)
    return None if place is None else passage.doc.char_span(*place, alignment_mode="expand")


def _capitalised(token: Token) -> Span | None:
    """Return the words in capitals of which `token` is the last, if a verb or a preposition governs it."""
    if (
        not token.text[0].isupper()
        or token.text.isupper()
        or token.dep_ not in ("obj", "obl", "obl:agent", "nmod")
    ):
        return None
    first = token
    while (
        first.i > token.sent.start and first.nbor(-1).dep_ == "compound" and first.nbor(-1).text[0].isupper()
    ):
        first = first.nbor(-1)
    return token.doc[first.i : token.i + 1]


class Names:
    """Reads the names of unknown companies in a policy; keeps which words occur there in small letters."""

    def __init__(self, policy: Policy, own: frozenset[str]) -> None:
        """Take the words that the policy writes in small letters, which are no names."""
        self._small = frozenset(
            word[0]
            for passage in policy.passages
            for word in _WORD.finditer(passage.text)
            if word[0].islower()
        )
        self._own = own

    def found(
        self, passage: Passage, sentence: Span, parties: Iterable[_Place], lists: Sequence[Token]
    ) -> Iterator[Claim]:
        """Yield the names that follow an opener ("powered by") or are examples of a recipient of the sentence.

        `lists` are the colons in the passage behind which recipients are listed.
        """
        seen = -1
        named = list(self._called(passage, sentence))
        rows = (
            name
            for start in sorted(self._starts(passage, sentence, parties, lists))
            for name in self._row(passage, start, sentence.end_char)
        )
        for first, last in sorted({*named, *rows}):
            if first >= seen:
                seen = last
                evidence = passage.evidence(first, last, confidence=0.65, rule="unknown company")
                yield Claim(_HAS_RECIPIENT, Company(passage.text[first:last]), (evidence,))

    def _called(self, passage: Passage, sentence: Span) -> Iterator[tuple[int, int]]:
        """Yield the names behind "a service called" and the like, which may be words of the language too."""
        for sign in passage.found("cues/named-recipients", sentence.start_char, sentence.end_char):
            before = passage.text[: sign.start].rstrip().lower()
            if sign.term == cue("NameGiver") and not before.endswith(("our", "this")):
                name = name_after(passage.text, sign.end, sentence.end_char)
                if name is not None and self._can_be_one(passage, *name):
                    yield name

    def _starts(
        self, passage: Passage, sentence: Span, parties: Iterable[_Place], lists: Sequence[Token]
    ) -> Iterator[int]:
        """Yield the characters at which the name of a recipient can begin."""
        openers = passage.found("cues/named-recipients", sentence.start_char, sentence.end_char)
        for sign in openers:
            if sign.term == cue("NameOpener"):
                yield sign.end
        for party in parties:
            if sentence.start < party.end < sentence.end:
                end = passage.doc[party.end - 1].idx + len(passage.doc[party.end - 1])
                example = _EXAMPLE.match(passage.text, end)
                if example:
                    yield example.end()
                elif _is_in_apposition(passage.text, end):
                    yield end + 2
        yield from (colon.nbor().idx for colon in lists if colon.sent == sentence)
        if parties or lists:
            yield from _labels(passage.text, sentence.start_char, sentence.end_char)
        yield from _engaged(passage, sentence)
        yield from _bracketed(passage, sentence)

    def _row(self, passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the names of a row "A, B and C" that begins at a character; known ones are passed over."""
        while start < end:
            known = next(
                (
                    match
                    for table in GAZETTEER
                    for match in passage.found(table, start, end)
                    if match.start - start <= 1
                ),
                None,
            )
            if known is not None:
                last = known.end
            else:
                joined = _AND.search(passage.text, start, end)
                name = name_after(passage.text, start, joined.start() if joined else end)
                if name is None or not (
                    self._is_company(passage, *name) or self._is_explained(passage, *name)
                ):
                    return
                yield name
                last = name[1]
            told = _TOLD.match(passage.text, last, end)
            joint = _JOINT.match(passage.text, told.end() if told else last, end)
            if joint is None:
                return
            start = joint.end()

    def _can_be_one(self, passage: Passage, start: int, end: int) -> bool:
        """Tell whether a name can be one of a company: not the company's own, nothing that the lexicon knows."""
        name = passage.text[start:end]
        if name.lower() in self._own or len(name) < _LEAST or not name[:1].isupper() or not is_name(name):
            return False
        return has_legal_form(name) or not any(
            match.start < end and start < match.end for table in _TAKEN for match in passage.found(table)
        )

    def _is_explained(self, passage: Passage, start: int, end: int) -> bool:
        """Tell whether brackets say what a name is used for, one that may be a word: "Amplitude (statistics)"."""
        told = _TOLD.match(passage.text, end)
        return told is not None and told["what"] is not None and self._can_be_one(passage, start, end)

    def _is_company(self, passage: Passage, start: int, end: int) -> bool:
        """Tell whether a name is one of a company by itself: its words are no words of the text or the language."""
        name = passage.text[start:end]
        if not self._can_be_one(passage, start, end):
            return False
        if has_legal_form(name):
            return True
        words = _WORD.findall(name)
        if all(word.lower() in self._small for word in words):
            return False
        return not all(_ONTOLOGY.reducer.is_word(key) for key in _ONTOLOGY.keys(name))
