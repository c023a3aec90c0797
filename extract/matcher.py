"""Finds the forms of the lexicon in a text: by base form, the longest first, table by table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
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


class _Ending(NamedTuple):
    """The forms of one table that end at a branch; `term` if they name it whatever the letters and what is near."""

    table: str
    forms: tuple[Form, ...]
    term: str | None


@dataclass(slots=True)
class _Branch:
    """A node of the tree of words: where one can go on, and what ends here, a table at a time."""

    next: dict[str, "_Branch"] = field(default_factory=dict)
    endings: tuple[_Ending, ...] = ()


class _Path(NamedTuple):
    """A branch that the words of a text have led to; `loosely` if over articles, `on_article` if just over one."""

    branch: _Branch
    loosely: bool = False
    on_article: bool = False


_PLACE = attrgetter("start", "end", "table")
_Hit: TypeAlias = tuple[int, int, str]
"""The first and the last word of a form in a text, and the term that it names."""


class Matcher:
    """All forms of an ontology as trees of words, one for each first word, grown when the word is first met."""

    def __init__(self, lexicon: Ontology) -> None:
        self._reducer = lexicon.reducer
        self._seeds: dict[str, list[Form]] = {}
        self._grown: dict[str, tuple[_Path, ...]] = {}
        for form in lexicon.forms:
            if form.keys:
                self._seeds.setdefault(form.keys[0], []).append(form)

    def _tree(self, first: str) -> Sequence[_Path]:
        """Return the path to the tree of the forms that begin with a word, given by its key, if there are any."""
        tree = self._grown.get(first)
        if tree is None:
            if first not in self._seeds:
                return ()
            tree = self._grown[first] = (_Path(_grow(self._seeds[first], 1)),)
        return tree

    def find(self, text: str) -> tuple[Match, ...]:
        """Return the matches in `text`, in its order; within one table no two overlap, the longest wins."""
        return tuple(sorted(chain.from_iterable(self.tables(text).values()), key=_PLACE))

    def tables(self, text: str) -> Mapping[str, tuple[Match, ...]]:
        """Return the matches in `text` by table, those of each in the order of the text."""
        words = ontology.split(text)
        found: dict[str, list[_Hit]] = {}
        crossing = set()
        for table, hit in self._hits(text, words):
            there = found.get(table)
            if there is None:
                found[table] = [hit]
                continue
            if there[-1][1] >= hit[0]:
                crossing.add(table)
            there.append(hit)
        for table in crossing:
            found[table] = _longest(found[table])
        return {table: tuple(_matches(text, words, table, hits)) for table, hits in found.items()}

    def _hits(self, text: str, words: list[Word]) -> Iterator[tuple[str, _Hit]]:
        """Yield a table and a hit, in the order of the text, for each form that stands somewhere in it.

        There is one for each table, place and length.
        """
        keys = [self._reducer.key(word.text) for word in words]
        for start, first in enumerate(keys):
            paths = self._tree(first)
            index = start
            while paths:
                for table, forms, term in _endings(paths):
                    named = _named(forms, text, words[start : index + 1]) if term is None else term
                    if named is not None:
                        yield table, (start, index, named)
                index += 1
                paths = _onward(paths, keys[index]) if index < len(keys) else ()


def _matches(text: str, words: list[Word], table: str, hits: list[_Hit]) -> Iterator[Match]:
    """Yield a match for each hit of a table that names something."""
    for first, last, term in hits:
        if term:
            start, end = words[first].start, words[last].end
            yield Match(start, end, table, term, text[start:end])


def _onward(paths: Sequence[_Path], key: str) -> list[_Path]:
    """Return the paths one word further."""
    onward = []
    for branch, loosely, _ in paths:
        following = branch.next.get(key)
        if following is not None:
            onward.append(_Path(following, loosely=loosely))
        if key in ARTICLES and branch.next:
            onward.append(_Path(branch, loosely=True, on_article=True))
    return onward


def _endings(paths: Sequence[_Path]) -> Iterable[_Ending]:
    """Return what ends where `paths` have led to; over articles only loose forms do."""
    if len(paths) == 1 and not paths[0].loosely:
        return paths[0].branch.endings
    forms = [
        form
        for path in paths
        if not path.on_article
        for ending in path.branch.endings
        for form in ending.forms
        if path.loosely <= form.loose
    ]
    return _by_table(forms)


def _by_table(forms: Iterable[Form]) -> tuple[_Ending, ...]:
    """Return the forms that end at one place, table by table."""
    tables: dict[str, list[Form]] = {}
    for form in forms:
        tables.setdefault(form.table, []).append(form)
    return tuple(_Ending(table, tuple(there), _sure(there)) for table, there in tables.items())


def _sure(forms: list[Form]) -> str | None:
    """Return the term that forms of one table name wherever their words stand; None if that depends."""
    asking = any(form.capitals or form.capitalised or form.near or _is_only_gerund(form) for form in forms)
    return None if asking or len({form.term for form in forms}) > 1 else forms[0].term


def _named(forms: Iterable[Form], text: str, there: list[Word]) -> str | None:
    """Return what the form names that fits the words `there` and is most like them; None if none fits."""
    fitting = [form for form in forms if _fits(form, text, there)]
    if len(fitting) > 1:
        return max(fitting, key=lambda form: _closeness(form, there)).term
    return fitting[0].term if fitting else None


def _grow(forms: list[Form], depth: int) -> _Branch:
    """Return the tree of forms that begin with the same words, `depth` of them, from behind those."""
    onward: dict[str, list[Form]] = {}
    ending = []
    for form in forms:
        if len(form.keys) == depth:
            ending.append(form)
        else:
            onward.setdefault(form.keys[depth], []).append(form)
    return _Branch({key: _grow(longer, depth + 1) for key, longer in onward.items()}, _by_table(ending))


def _longest(hits: list[_Hit]) -> list[_Hit]:
    """Return the hits of one table in their order, without those that a longer one overlaps."""
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: hit[0] - hit[1]):
        span = range(hit[0], hit[1] + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(hit)
    return sorted(kept)


def _fits(form: Form, text: str, words: list[Word]) -> bool:
    """Tell whether the letters and the neighbourhood are as `form` asks."""
    if form.capitals and not all(word.text.isupper() for word in words):
        return False
    if _is_only_gerund(form) and not _is_gerund(words[0].text):
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


def _is_only_gerund(form: Form) -> bool:
    """Tell whether a form is a word that ends in -ing, and nothing else."""
    return len(form.keys) == 1 and "ing" in form.words and _is_gerund(form.spelled[0])


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


def longest(matches: Iterable[Match]) -> Match | None:
    """Return the longest match, the first of equals; None if there is none."""
    return max(matches, key=lambda match: (match.end - match.start, -match.start), default=None)
