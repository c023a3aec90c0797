"""Whether the other text says it, too: a fact is news only if its words are not found where they would have to be.

The reader may see another concept, or none, where a sentence was reworded. So nothing is reported because it was
not found on one side: the sentence there that corresponds must not have the words, nor a concept related to it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

import ontology
from ontology.words import texts
from policygraph.diffing.facts import Facts, phrase
from policygraph.diffing.kinds import kinds, stem, words_of
from policygraph.diffing.passages import Alignment, Said, Sentence, Text
from policygraph.explorer.marking import Span

_MOST = 0.5  # of the telling words of a quote, which make it the same
_LONG, _NEARLY = 4, 0.7  # telling words of a long quote, and how many of them make it the same elsewhere
_LISTED = 3  # things, above which a sentence is a list
_ITEM = re.compile(r"[,;:()]|\b(?:and|or)\b", re.IGNORECASE)
_BEFORE_IT = re.compile(r"\s*(?:(?:including|such as|like|your|the|an?|any)\s+)*", re.IGNORECASE)
_SAID_OF_IT = re.compile(r"\s(?:you|we|that|which|who)\b", re.IGNORECASE)
_DENIER, _NO_DENIAL = "pgq:Denier", "pgq:NoDenial"


@dataclass(frozen=True)
class Side:
    """One of two texts: its sentences, what it states, and what became of its sentences in the other."""

    text: Text
    facts: Facts
    alignment: Alignment

    @cached_property
    def said(self) -> Said:
        """Return the values that the words of each sentence say."""
        return said(self.text, self.facts)

    def holders(self, stems: Iterable[str]) -> frozenset[int]:
        """Return the sentences that have words of all these stems."""
        found = [self._holders.get(stem, frozenset()) for stem in stems]
        return frozenset.intersection(*found) if found else frozenset()

    @cached_property
    def _holders(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for sentence in self.text.sentences:
            for one in _stems(sentence.keys):
                found[one].add(sentence.number)
        return {one: frozenset(numbers) for one, numbers in found.items()}

    @cached_property
    def denied(self) -> frozenset[int]:
        """Return the sentences that deny something."""
        found = {number for one in self.facts.denials for number in self.text.at(one.anchor)}
        return frozenset(number for number in found if negated(self.text.sentences[number]))


@dataclass(frozen=True)
class Hearing:
    """Looks in the text of `there` for what `here` says."""

    here: Side
    there: Side

    def kept(self, spans: Iterable[Span]) -> bool:
        """Tell whether words stand in sentences that the other text has under the same heading or lead-in."""
        numbers = self.numbers(spans)
        return bool(numbers) and all(one in self.here.alignment.kept for one in numbers)

    def numbers(self, spans: Iterable[Span]) -> list[int]:
        """Return the sentences that words stand in."""
        return sorted({number for span in spans for number in self.here.text.at(span)})

    def beside(self, spans: Iterable[Span]) -> list[Sentence]:
        """Return the sentences of the other text that correspond to those in which words stand."""
        found = {there for one in self.numbers(spans) for there in self.here.alignment.there(one)}
        return [self.there.text.sentences[number] for number in sorted(found)]

    def heard(self, aspect: str, value: str, spans: Iterable[Span]) -> bool:
        """Tell whether the other text says a value in some sentence that corresponds to one of its words."""
        return any(True for _ in self._hearing(aspect, value, spans))

    def together(
        self, one: tuple[str, str, tuple[Span, ...]], other: tuple[str, str, tuple[Span, ...]]
    ) -> bool:
        """Tell whether the other text says two values (aspect, value, words) where they belong together."""
        if self.kept((*one[2], *other[2])) or self._set_otherwise(one[2], other[2]):
            return True
        mine, others = set(self._hearing(*one)), set(self._hearing(*other))
        if any(_meet(self.there.text, a, b) for a in mine for b in others):
            return True
        mine = mine.union(self._anywhere(*one), self._saying(one[1]))
        others = others.union(self._anywhere(*other), self._saying(other[1]))
        return any(_under(self.there.text, a, b) for a in mine for b in others)

    def _saying(self, value: str) -> Iterator[int]:
        """Yield the sentences of the other text whose words say a value, or a related concept."""
        for number, values in self.there.said.items():
            if value in values or (not exactly(value) and any(related(value, one) for one in values)):
                yield number

    def _set_otherwise(self, one: Iterable[Span], other: Iterable[Span]) -> bool:
        """Tell whether words stand together only by their heading, in sentences that the other text has, too.

        A page set with other headings says the same; what stands in another list or is the heading, does not.
        """
        sentences, same = self.here.text.sentences, self.here.alignment.same
        numbers, others = self.numbers(one), self.numbers(other)
        return (
            set(numbers).isdisjoint(others)
            and all(number in same and sentences[number].lead_in < 0 for number in (*numbers, *others))
            and not any(
                sentences[a].heading == b or sentences[b].heading == a for a in numbers for b in others
            )
        )

    def beside_each_other(self, one: Sequence[Span], other: Sequence[Span], *, close: bool) -> bool:
        """Tell whether words stand together in this text, so that it is they that say that something belongs so.

        What stands far apart is joined by a reader, whose joining may differ though the words do not. A heading in
        common is not enough for what has to be `close`, but a paragraph or the row of a table is.
        """
        text, numbers = self.here.text, self.numbers(other)
        if close:
            lines = {text.source.text.count("\n", 0, start) for start, _ in one}
            return any(
                _under(text, a, b) or _listed(text, a, b) for a in self.numbers(one) for b in numbers
            ) or any(text.source.text.count("\n", 0, start) in lines for start, _ in other)
        return any(_meet(text, a, b) for a in self.numbers(one) for b in numbers)

    def anywhere(self, aspect: str, value: str, spans: Iterable[Span]) -> bool:
        """Tell whether the other text has all telling words of a quote in one sentence, wherever that is."""
        return any(True for _ in self._anywhere(aspect, value, spans))

    def _anywhere(self, aspect: str, value: str, spans: Iterable[Span]) -> Iterator[int]:
        """Yield the sentences of the other text that have all telling words of a quote, or nearly."""
        text = self.here.text.source.text
        listed = kinds().aspects[aspect].listed
        for quote in {text[slice(*span)] for span in spans}:
            for number in self.there.holders(telling(quote)) - self.there.denied:
                sentence = self.there.text.sentences[number]
                if _has_all(sentence, value, quote) and (
                    exactly(value)
                    or aspect in _aspects_of(self.there, number)
                    or (listed and (_named(sentence, quote) or self._heads(number, quote)))
                    or (listed and self._lists(number, _keys(quote)))
                ):
                    yield number
        if listed:
            yield from self._formed(aspect, value)
        if not exactly(value) and not kinds().aspects[aspect].exact:
            found = chain.from_iterable(
                self._nearly(text[slice(*span)], _nearly_all(aspect, value)) for span in spans
            )
            yield from (number for number in found if aspect in _aspects_of(self.there, number))

    def _formed(self, aspect: str, value: str) -> Iterator[int]:
        """Yield the sentences of the other text with a form of a value: a heading, an item of a list, an aim.

        Forms of data are too short for more: an "address" in some sentence is not any address.
        """
        for form in _forms().get(value, ()):
            for number in self.there.holders(map(stem, form)) - self.there.denied:
                keys = self.there.text.sentences[number].keys
                is_heading = keys == form and number in self.there.text.headings
                if (
                    is_heading
                    or self._lists(number, form)
                    or (aspect in kinds().aiming and self._aims(number, form, aspect))
                ):
                    yield number

    def _aims(self, number: int, form: tuple[str, ...], aspect: str) -> bool:
        """Tell whether a sentence of the other text has a form, and is about an aspect."""
        return _stands(form, self.there.text.sentences[number].keys) and aspect in _aspects_of(
            self.there, number
        )

    def _lists(self, number: int, form: tuple[str, ...]) -> bool:
        """Tell whether a sentence of the other text is a list of several things, and a form one of them."""
        found = _listed_in(self.there.text.source.text[slice(*self.there.text.sentences[number].span)])
        return len(found) > _LISTED and form in found

    def _heads(self, number: int, quote: str) -> bool:
        """Tell whether a sentence of the other text is a heading, and a quote has several telling words."""
        return number in self.there.text.headings and len(telling(quote)) > 1

    def _nearly(self, quote: str, least: float) -> Iterator[int]:
        """Yield the sentences of the other text that have nearly all telling words of a long quote."""
        words = telling(quote)
        if len(words) >= _LONG:
            counts = Counter(number for word in words for number in self.there.holders({word}))
            yield from (
                number
                for number, count in counts.items()
                if count >= least * len(words) and number not in self.there.denied
            )

    def _hearing(self, aspect: str, value: str, spans: Iterable[Span]) -> Iterator[int]:
        """Yield the sentences of the other text in which a value is heard, of those that correspond."""
        text = self.here.text.source.text
        for span in spans:
            quote = text[slice(*span)]
            for number in self.here.text.at(span):
                for there in self.here.alignment.there(number):
                    if self._turned(number, there):
                        continue
                    for sentence in self.there.text.around(there):
                        if self._has(sentence, aspect, value, quote):
                            yield sentence.number
                            break

    def _turned(self, number: int, there: int) -> bool:
        """Tell whether one of two sentences denies what the other states."""
        if (number in self.here.denied) == (there in self.there.denied):
            return False
        return negated(self.here.text.sentences[number]) != negated(self.there.text.sentences[there])

    def _has(self, sentence: Sentence, aspect: str, value: str, quote: str) -> bool:
        """Tell whether a sentence says a value: a related concept, one of its forms, or most words of a quote."""
        values = self.there.said.get(sentence.number, frozenset())
        if value in values or (not exactly(value) and any(self._stays(aspect, value, one) for one in values)):
            return True
        if any(_stands(form, sentence.keys) for form in _forms().get(value, ())):
            return True
        if exactly(value) or kinds().aspects[aspect].exact:
            return _has_all(sentence, value, quote)
        words = telling(quote)
        return bool(words) and len(words & _stems(sentence.keys)) >= _MOST * len(words)

    def _stays(self, aspect: str, value: str, other: str) -> bool:
        """Tell whether a value is related to one that both texts state; else the one became the other."""
        return (aspect, other) in self.here.facts.items and related(value, other)


def _meet(text: Text, one: int, other: int) -> bool:
    """Tell whether two sentences of a text are one, or stand under the same lead-in or heading.

    What belongs to one list does not belong to another, even if both stand under one heading.
    """
    if _listed(text, one, other):
        return True
    lists = [{number, text.sentences[number].lead_in} - {-1} for number in (one, other)]
    if all(found & text.lead_ins for found in lists):
        return False
    headings = [{number, text.sentences[number].heading} - {-1} for number in (one, other)]
    return not headings[0].isdisjoint(headings[1])


def _listed(text: Text, one: int, other: int) -> bool:
    """Tell whether two sentences of a text stand in the same list."""
    lists = [{number, text.sentences[number].lead_in} - {-1} for number in (one, other)]
    return not lists[0].isdisjoint(lists[1])


def _under(text: Text, one: int, other: int) -> bool:
    """Tell whether two sentences of a text are one, or one is what the other stands under."""
    return any(b in {above.number for above in text.around(a)} for a, b in ((one, other), (other, one)))


def said(text: Text, facts: Facts) -> Said:
    """Return the values that the words of each sentence say."""
    found: dict[int, set[str]] = defaultdict(set)
    stated = (value for one in facts.policy.statements for value in one.all_values())
    whole = (value for values in facts.policy.facts.values() for value in values)
    for value in (*stated, *whole):
        for span in value.spans:
            for number in text.at(span):
                found[number].add(value.value)
    for (_, item), places in facts.items.items():
        for span in (span for place in places for span in place.spans):
            for number in text.at(span):
                found[number].add(item)
    return {number: frozenset(values) for number, values in found.items()}


def exactly(value: str) -> bool:
    """Tell whether a value is only said by its own words: a name, a number, a date, an address."""
    return "://" not in value or "/company/" in value or "/service/" in value


def related(one: str, other: str) -> bool:
    """Tell whether one concept lies below the other; the most general ones are related to none."""
    known = ontology.load()
    if one == other:
        return True
    return (other in known.ancestors(one) and other not in _general()) or (
        one in known.ancestors(other) and one not in _general()
    )


@cache
def _general() -> frozenset[str]:
    """Return the concepts that say too little: those of `kinds.toml`, and all above them."""
    known = ontology.load()
    named = {value for aspect in kinds().aspects.values() for value in aspect.general}
    return frozenset(named.union(*(known.ancestors(one) for one in named)))


@cache
def _forms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return the forms of each term, as their base forms."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for form in ontology.load().forms:
        if form.term and not words_of("silent").issuperset(map(stem, form.keys)):
            found[form.term].append(form.keys)
    return {term: tuple(forms) for term, forms in found.items()}


def negated(sentence: Sentence) -> bool:
    """Tell whether a sentence has a word that denies, not in a phrase that denies nothing."""
    forms = _forms_of_cues()
    idle = {
        place + offset
        for form in forms[_NO_DENIAL]
        for place in _places(form, sentence.keys)
        for offset in range(len(form))
    }
    return any(place not in idle for form in forms[_DENIER] for place in _places(form, sentence.keys))


@cache
def _forms_of_cues() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    known = ontology.load()
    found: dict[str, list[tuple[str, ...]]] = {known.term(curie): [] for curie in (_DENIER, _NO_DENIAL)}
    for form in known.forms:
        if form.term in found:
            found[form.term].append(form.keys)
    return {curie: tuple(found[known.term(curie)]) for curie in (_DENIER, _NO_DENIAL)}


def _aspects_of(side: Side, number: int) -> frozenset[str]:
    """Return the aspects that the words of a sentence are about."""
    values = side.said.get(number, frozenset())
    return frozenset(name for name, value in side.facts.items if value in values)


@cache
def telling(quote: str) -> frozenset[str]:
    """Return the telling words of a quote by their stems; all of them if none tells anything."""
    stems = _words(quote)
    return (stems - words_of("silent")) or stems


@cache
def _words(quote: str) -> frozenset[str]:
    """Return the words of a quote by their stems."""
    return _stems(_keys(quote))


@cache
def _keys(words: str) -> tuple[str, ...]:
    """Return the base forms of words."""
    return tuple(ontology.load().reducer.key(word) for word in texts(words) if word.isalnum())


@cache
def _stems(keys: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(stem, keys))


def _has_all(sentence: Sentence, value: str, quote: str) -> bool:
    """Tell whether a sentence has all words that say a value: names as they are, others in any order."""
    if "/company/" in value or "/service/" in value or "@" in value:
        return _stands(_keys(value if "@" in value else quote), sentence.keys)
    words = _words(quote) if exactly(value) else telling(quote)
    return bool(words) and words <= _stems(sentence.keys)


@cache
def _listed_in(words: str) -> frozenset[tuple[str, ...]]:
    """Return the base forms of what a sentence lists between commas, without what is said of each."""
    found = (_keys(_SAID_OF_IT.split(_BEFORE_IT.sub("", item, count=1))[0]) for item in _ITEM.split(words))
    return frozenset(filter(None, found))


def _nearly_all(aspect: str, value: str) -> float:
    """Return how many of the telling words are enough: fewer of a phrase for data, often told in others."""
    return _MOST if phrase(value) and aspect not in kinds().aiming else _NEARLY


def _named(sentence: Sentence, quote: str) -> bool:
    """Tell whether a sentence has all words of the name of some data, "data" included."""
    return not words_of("data").isdisjoint(_words(quote)) and _words(quote) <= _stems(sentence.keys)


def _stands(form: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    return next(_places(form, keys), None) is not None


def _places(form: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[int]:
    """Yield where the words of a form stand side by side."""
    size = len(form)
    for place in range(len(keys) - size + 1):
        if keys[place] == form[0] and keys[place : place + size] == form:
            yield place
