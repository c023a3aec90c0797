"""Two texts are laid side by side, sentence by sentence: which stand in both, which were reworded, which are new.

Sentences may have moved; words are compared by their base forms, whatever their spelling, order and case.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from math import log
from statistics import median

import ontology
from graph.source import Source
from ontology.words import texts
from policygraph.diffing.kinds import stem, words_of
from policygraph.explorer.marking import Span, blocks

_END = re.compile(r"(?<=[.!?;])[”’\")\]]*\s+(?=[^a-z\s])")
_END_OR_LINE = re.compile(rf"{_END.pattern}|\n+")
_WRAPPED = re.compile(r"[^\s.!?:;]\s*\n\s*[a-z]")  # a line that goes on in the next
_LINE = 50  # characters of most lines of a wrapped text, at least
_ALIKE = 0.45  # of the weight of the shorter sentence, in words that both have
_BEST = 0.7  # of the best, in others that a sentence may have become as well
_GAP = 3  # sentences that stand between the same two on both sides and may have become each other
_COMMON = 300  # sentences that have a word, from which on it leads to none of them
_SHORTEST = 2  # words in common, below which two sentences are alike only if that is all they have


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading, list item or cell: where it stands, its words, and what it stands under.

    `keys` are the base forms of all words, `content` the stems of those that tell something; `lead_in` is the
    number of the sentence that announces it, `heading` that of its heading; -1 for none.
    """

    number: int
    span: Span
    keys: tuple[str, ...]
    content: frozenset[str]
    lead_in: int = -1
    heading: int = -1


@dataclass(frozen=True)
class Text:
    """A policy's text in sentences."""

    source: Source
    sentences: tuple[Sentence, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [one.span[0] for one in self.sentences]

    @cached_property
    def lead_ins(self) -> frozenset[int]:
        """Return the sentences that announce others."""
        return frozenset(one.lead_in for one in self.sentences) - {-1}

    @cached_property
    def headings(self) -> frozenset[int]:
        """Return the sentences that are headings of others."""
        return frozenset(one.heading for one in self.sentences) - {-1}

    def at(self, span: Span) -> range:
        """Return the numbers of the sentences that `span` has characters of."""
        first = max(0, bisect_right(self._starts, span[0]) - 1)
        last = max(first, bisect_right(self._starts, span[1] - 1) - 1)
        return range(first, min(last + 1, len(self.sentences)))

    def around(self, number: int) -> Iterator[Sentence]:
        """Yield a sentence, and what it stands under."""
        one = self.sentences[number]
        yield one
        for above in {one.lead_in, one.heading} - {-1, number}:
            yield self.sentences[above]

    def context(self, number: int) -> tuple[tuple[str, ...], ...]:
        """Return the words that a sentence stands under: its lead-in, else its heading."""
        one = self.sentences[number]
        above = one.lead_in if one.lead_in >= 0 else one.heading
        return (self.sentences[above].keys,) if above >= 0 else ()


def text(source: Source) -> Text:
    """Return a stored text in sentences."""
    found: list[Sentence] = []
    last_of_block: dict[int, int] = {}
    heading = -1
    key, silent = ontology.load().reducer.key, words_of("silent")
    for index, block in enumerate(blocks(source)):
        lead_in = last_of_block.get(block.lead_in, -1) if block.lead_in is not None else -1
        for span in _spans(source.text, block.start, block.end):
            keys = tuple(key(word) for word in texts(source.text[slice(*span)]) if word.isalnum())
            if keys:
                content = frozenset(map(stem, keys)) - silent
                found.append(Sentence(len(found), span, keys, content, lead_in, heading))
        if not found:
            continue
        last_of_block[index] = found[-1].number
        if block.kind == "heading":
            heading = found[-1].number
    return Text(source, tuple(found))


def _spans(source: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences between two offsets; lines end them, too, unless the text is wrapped there."""
    begin = start
    for mark in (_END if _is_wrapped(source[start:end]) else _END_OR_LINE).finditer(source, start, end):
        if source[begin : mark.start()].strip():
            yield begin, mark.start()
        begin = mark.end()
    if source[begin:end].strip():
        yield begin, end


def _is_wrapped(block: str) -> bool:
    """Tell whether the lines of a block are those of one paragraph: most are long, and one goes on in the next."""
    lines = [len(line) for line in block.split("\n")[:-1]]
    return bool(lines) and median(lines) >= _LINE and _WRAPPED.search(block) is not None


@dataclass(frozen=True)
class Alignment:
    """What became of the sentences of one text in another: `same` has those with the same words there.

    `near` has the numbers of those there that a sentence seems to have become, or to have come from; one that
    is in neither is only here. `kept` are those whose heading or lead-in is the same there, too.
    """

    same: Mapping[int, int]
    near: Mapping[int, tuple[int, ...]]
    kept: frozenset[int]

    def there(self, number: int) -> tuple[int, ...]:
        """Return the numbers of the sentences there that correspond to one here."""
        return (self.same[number],) if number in self.same else self.near.get(number, ())


Said = Mapping[int, frozenset[str]]
"""The values that the words of each sentence say."""


def aligned(old: Text, new: Text, said: tuple[Said, Said]) -> tuple[Alignment, Alignment]:
    """Return what became of the sentences of `old` in `new`, and where those of `new` come from."""
    same = _same(old, new)
    back = {there: here for here, there in same.items()}
    near = _near(_Pair(old, new, said), same, back)
    kept = {here: there for here, there in same.items() if old.context(here) == new.context(there)}
    forward: dict[int, list[int]] = defaultdict(list)
    backward: dict[int, list[int]] = defaultdict(list)
    for one, other in sorted(near):
        forward[one].append(other)
        backward[other].append(one)
    return (
        Alignment(same, {one: tuple(found) for one, found in forward.items()}, frozenset(kept)),
        Alignment(back, {one: tuple(found) for one, found in backward.items()}, frozenset(kept.values())),
    )


def _same(old: Text, new: Text) -> dict[int, int]:
    """Return which sentences have the same words, those first that stand under the same, then in their order."""
    found: dict[int, int] = {}
    taken: set[int] = set()
    for with_context in (True, False):
        waiting: dict[object, list[int]] = defaultdict(list)
        for one in reversed(new.sentences):
            if one.number not in taken:
                waiting[one.keys, new.context(one.number) if with_context else ()].append(one.number)
        for one in old.sentences:
            there = waiting.get((one.keys, old.context(one.number) if with_context else ()))
            if one.number not in found and there:
                found[one.number] = there.pop()
        taken = set(found.values())
    return found


@dataclass(frozen=True)
class _Pair:
    """Two texts, and how alike their sentences are."""

    old: Text
    new: Text
    said: tuple[Said, Said]
    _marks: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Return how much each word tells: the rarer, the more."""
        both = (self.old.sentences, self.new.sentences)
        counts = Counter(
            mark for side, sentences in enumerate(both) for one in sentences for mark in self.marks(side, one)
        )
        total = sum(map(len, both))
        return {mark: log(1 + total / count) for mark, count in counts.items()}

    def marks(self, side: int, one: Sentence) -> frozenset[str]:
        """Return what a sentence is known by: its telling words, and what they say."""
        known = self._marks.get((side, one.number))
        if known is None:
            known = one.content | self.said[side].get(one.number, frozenset())
            self._marks[side, one.number] = known
        return known

    def weight(self, marks: Iterable[str]) -> float:
        """Return how much some marks tell together."""
        return sum(self.weights[mark] for mark in sorted(marks))


def _near(pair: _Pair, same: Mapping[int, int], back: Mapping[int, int]) -> set[tuple[int, int]]:
    """Return the pairs of sentences of which one seems to have become the other."""
    olds = [one for one in pair.old.sentences if one.number not in same]
    news = [one for one in pair.new.sentences if one.number not in back]
    holders: dict[str, list[Sentence]] = defaultdict(list)
    for one in olds:
        for mark in pair.marks(0, one):
            holders[mark].append(one)
    scores: dict[tuple[int, int], float] = {}
    for one in news:
        mine = pair.marks(1, one)
        near = (holders.get(mark, ()) for mark in mine)
        for other in {other.number for found in near if len(found) <= _COMMON for other in found}:
            scores[other, one.number] = _score(pair, pair.old.sentences[other], one)
    chosen = {link for link, score in scores.items() if score >= _ALIKE}
    best: dict[tuple[int, int], float] = defaultdict(float)
    for link in chosen:
        for side in (0, 1):
            best[side, link[side]] = max(best[side, link[side]], scores[link])
    # One may have become several, or several one: it is enough to be near the best of either end.
    chosen = {
        link for link in chosen if any(scores[link] >= _BEST * best[side, link[side]] for side in (0, 1))
    }
    linked = [{link[side] for link in chosen} for side in (0, 1)]
    for gap_old, gap_new in _gaps(pair, same, back):
        lone = [one for one in gap_new if one not in linked[1]]
        chosen |= {(one, other) for one in gap_old for other in lone if one not in linked[0]}
    return chosen


def _score(pair: _Pair, one: Sentence, other: Sentence) -> float:
    """Return how alike two sentences are, from 0 to 1: how much of the shorter the longer has, too."""
    mine, others = pair.marks(0, one), pair.marks(1, other)
    both = mine & others
    if len(both) < min(_SHORTEST, len(mine), len(others)):
        return 0.0
    least = min(pair.weight(mine), pair.weight(others))
    return pair.weight(both) / least if least else 0.0


def _gaps(
    pair: _Pair, same: Mapping[int, int], back: Mapping[int, int]
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield the few sentences on both sides that stand between the same two."""
    runs = {}
    for lone, found in groupby(range(len(pair.old.sentences)), key=lambda one: one not in same):
        numbers = list(found)
        if lone:
            runs[same.get(numbers[0] - 1, -1), same.get(numbers[-1] + 1, len(pair.new.sentences))] = numbers
    for lone, found in groupby(range(len(pair.new.sentences)), key=lambda one: one not in back):
        numbers = list(found)
        there = runs.get((numbers[0] - 1, numbers[-1] + 1)) if lone else None
        if there and len(there) <= _GAP and len(numbers) <= _GAP:
            yield there, numbers
