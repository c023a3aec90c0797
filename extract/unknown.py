"""Companies that no gazetteer knows, told by their look and their place."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from spacy.tokens import Span

import ontology
from extract.claim import Claim, Company
from extract.naming import has_legal_form, is_name, name_after
from extract.passage import Passage, Policy
from extract.topics import cue

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
_JOINT = re.compile(r"\s*(?:,\s*(?:and|or)\s+|,\s*|\s+and\s+|\s+or\s+|;\s*(?:and\s+)?)(?=[A-Z])")
_EXAMPLE = re.compile(
    r",?\s*(?:\(?(?:such as|including(?:,? but not limited,? to,?)?|like|e\.g\.,?|namely|for example,?|i\.e\.,?)\s+"
    r"|\(\s*|[–—]\s*|\s)(?=[A-Z])"
)
_AND = re.compile(r"\s(?:and|or)\s")
_LEAST = 3  # letters of a name


class _Place(Protocol):
    """Tokens from `start` to `end` of a passage."""

    @property
    def end(self) -> int:
        """Return the token behind the last one."""


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

    def found(self, passage: Passage, sentence: Span, parties: Iterable[_Place]) -> Iterator[Claim]:
        """Yield the names that follow an opener ("powered by") or are examples of a recipient of the sentence."""
        seen = -1
        for start in sorted(self._starts(passage, sentence, parties)):
            if start < seen:
                continue
            for first, last in self._row(passage, start, sentence.end_char):
                seen = last
                evidence = passage.evidence(first, last, confidence=0.65, rule="unknown company")
                yield Claim(_HAS_RECIPIENT, Company(passage.text[first:last]), (evidence,))

    def _starts(self, passage: Passage, sentence: Span, parties: Iterable[_Place]) -> Iterator[int]:
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

    def _row(self, passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the names of a row "A, B and C" that begins at a character; known ones are passed over."""
        while start < end:
            known = next(
                (
                    match
                    for table in ("services", "companies")
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
                if name is None or not self._is_company(passage, *name):
                    return
                yield name
                last = name[1]
            joint = _JOINT.match(passage.text, last, end)
            if joint is None:
                return
            start = joint.end()

    def _is_company(self, passage: Passage, start: int, end: int) -> bool:
        """Tell whether a name is one of a company: not the company's own, no word of the text or the lexicon."""
        name = passage.text[start:end]
        if name.lower() in self._own or len(name) < _LEAST or not name[:1].isupper() or not is_name(name):
            return False
        if has_legal_form(name):
            return True
        if any(match.start < end and start < match.end for table in _TAKEN for match in passage.found(table)):
            return False
        words = _WORD.findall(name)
        if all(word.lower() in self._small for word in words):
            return False
        return not all(_ONTOLOGY.reducer.is_word(key) for key in _ONTOLOGY.keys(name))
