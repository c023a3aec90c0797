"""Finds the forms of the lexicon in a text: by base form, the longest first, table by table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import NamedTuple, TypeAlias

import ontology
from ontology import Form, Ontology, Word
from ontology.words import ARTICLES

_NEAR = 240  # characters on either side that count as near; about two sentences


class Match(NamedTuple):
    """A form found in a text: characters `start` to `end` name `term` (an IRI) of `table`."""

    start: int
    end: int
    table: str
    term: str
    form: str


@dataclass(slots=True)
class _Branch:
    """A node of the tree of words: where one can go on, and the forms that end here."""

    next: dict[str, "_Branch"] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)


class _Path(NamedTuple):
    """A branch that the words of a text have led to; `loosely` if over articles, `on_article` if just over one."""

    branch: _Branch
    loosely: bool = False
    on_article: bool = False


class Matcher:
    """All forms of an ontology as trees of words, one for each first word, grown when the word is first met."""

    def __init__(self, lexicon: Ontology) -> None:
        self._reducer = lexicon.reducer
        self._seeds: dict[str, list[Form]] = {}
        self._grown: dict[str, _Branch] = {}
        for form in lexicon.forms:
            if form.keys:
                self._seeds.setdefault(form.keys[0], []).append(form)

    def _tree(self, first: str) -> _Branch | None:
        """Return the tree of the forms that begin with a word, given by its key; None if there are none."""
        tree = self._grown.get(first)
        if tree is None and first in self._seeds:
            tree = self._grown[first] = _grow(self._seeds[first])
        return tree

    def find(self, text: str) -> tuple[Match, ...]:
        """Return the matches in `text`, in its order; within one table no two overlap, the longest wins."""
        words = ontology.split(text)
        keys = [self._reducer.key(word.text) for word in words]
        found: dict[str, list[_Hit]] = {}
        for start, first in enumerate(keys):
            tree = self._tree(first)
            if tree is not None:
                for hit in _hits(tree, text, words, keys, start):
                    found.setdefault(hit[2].table, []).append(hit)
        chosen = [match for hits in found.values() for match in _longest(text, words, hits)]
        chosen.sort(key=_PLACE)
        return tuple(chosen)


_PLACE = attrgetter("start", "end", "table")
_Hit: TypeAlias = tuple[int, int, Form]
"""The first and the last word of a form in a text, and the form."""


def _hits(tree: _Branch, text: str, words: list[Word], keys: list[str], start: int) -> Iterator[_Hit]:
    """Yield a hit for each form of `tree` that stands at word `start`, one for each table and length."""
    paths = [_Path(tree)]
    for index in range(start, len(keys)):
        if index > start:
            paths = _onward(paths, keys[index])
        if not paths:
            return
        if any(path.branch.forms for path in paths):
            for form in _fitting(paths, text, words[start : index + 1]):
                yield start, index, form


def _onward(paths: list[_Path], key: str) -> list[_Path]:
    """Return the paths one word further."""
    onward = []
    for path in paths:
        following = path.branch.next.get(key)
        if following is not None:
            onward.append(_Path(following, loosely=path.loosely))
        if key in ARTICLES and path.branch.next:
            onward.append(_Path(path.branch, loosely=True, on_article=True))
    return onward


def _fitting(paths: list[_Path], text: str, there: list[Word]) -> Iterable[Form]:
    """Return the forms at the end of `paths` that fit the words `there`: for each table the one most like them."""
    by_table: dict[str, Form] = {}
    for path in paths:
        for form in () if path.on_article else path.branch.forms:
            if path.loosely <= form.loose and _fits(form, text, there):
                best = by_table.get(form.table)
                if best is None or _closeness(form, there) > _closeness(best, there):
                    by_table[form.table] = form
    return by_table.values()


def _grow(forms: list[Form]) -> _Branch:
    """Return the tree of forms that begin with the same word, from behind that word."""
    root = _Branch()
    for form in forms:
        branch = root
        for key in form.keys[1:]:
            following = branch.next.get(key)
            if following is None:
                following = branch.next[key] = _Branch()
            branch = following
        branch.forms.append(form)
    return root


def _longest(text: str, words: list[Word], hits: list[_Hit]) -> Iterator[Match]:
    """Yield the matches of one table, longer ones before shorter ones that they overlap."""
    if len(hits) > 1:
        hits.sort(key=lambda hit: hit[0] - hit[1])
    taken: set[int] = set()
    for first, last, form in hits:
        span = range(first, last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            if form.term:
                start, end = words[first].start, words[last].end
                yield Match(start, end, form.table, form.term, text[start:end])


def _fits(form: Form, text: str, words: list[Word]) -> bool:
    """Tell whether the letters and the neighbourhood are as `form` asks."""
    if form.capitals and not all(word.text.isupper() for word in words):
        return False
    if (
        len(words) == 1
        and "ing" in form.words
        and _is_gerund(form.spelled[0])
        and not _is_gerund(words[0].text)
    ):
        return False
    if form.capitalised and not all(
        there.text.lower() == here.lower() and not (there.text[:1].islower() and here[:1].isupper())
        for there, here in zip(words, form.spelled, strict=False)
    ):
        return False
    if form.near:
        around = text[max(0, words[0].start - _NEAR) : words[-1].end + _NEAR].lower()
        return any(word in around for word in form.near)
    return True


def _is_gerund(word: str) -> bool:
    """Tell whether a word ends in -ing: alone it is a noun with a sense of its own, "accounting" is no account."""
    return word.lower().removesuffix("s").endswith("ing")


def _closeness(form: Form, words: list[Word]) -> int:
    """Return how many words of the text are spelled as in `form`."""
    return sum(there.text.lower() == here.lower() for there, here in zip(words, form.spelled, strict=False))


@cache
def matcher() -> Matcher:
    """Return the matcher of the project's own ontology, made once."""
    return Matcher(ontology.load())


def by_table(matches: tuple[Match, ...]) -> Mapping[str, tuple[Match, ...]]:
    """Return `matches` grouped by table."""
    grouped: dict[str, list[Match]] = {}
    for match in matches:
        grouped.setdefault(match.table, []).append(match)
    return {table: tuple(members) for table, members in grouped.items()}


def longest(matches: Iterable[Match]) -> Match | None:
    """Return the longest match, the first of equals; None if there is none."""
    return max(matches, key=lambda match: (match.end - match.start, -match.start), default=None)
