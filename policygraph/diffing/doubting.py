"""Words that say too little to be news, though only one of two texts has them.

A phrase that no concept stands for is held against the other text by its words alone. It is worth a line only if
these words tell something, and are not the rest of a sentence, an example, or what a label explains that both have.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from ontology.words import texts
from policygraph.diffing.facts import Item, Stated, phrase
from policygraph.diffing.hearing import Hearing, Side, exactly, telling
from policygraph.diffing.kinds import kinds, words_of
from policygraph.diffing.passages import Sentence
from policygraph.explorer.marking import Span

_LONGEST = 14  # words of a purpose; what goes on for longer is the rest of a sentence
_LEAST = 2  # telling words of a purpose
_BEFORE = 40  # characters before a purpose, in which is what leads to it
_LABEL = re.compile(r"[\W_]*(?P<label>[^\W\d_][^:.\n]{0,60}?)[\W_]*:")
_VERSION = re.compile(r"/\d+\.")  # "Browser/5.0"
_FIGURES = 0.4  # of a sentence that is a line of a log: characters that are no letters


def doubtful(hearing: Hearing, item: Item, places: Sequence[Stated], *, dropped: bool) -> bool:
    """Tell whether all words for a value, of which the other text has none, say too little to be news."""
    aspect, value = item
    return all(
        (aspect in kinds().sampled and _of_sample(hearing.here, span))
        or (aspect in kinds().aiming and _is_no_aim(hearing.here, span))
        or (not exactly(value) and _is_bare(aspect, place))
        or (phrase(value) and _is_no_news(hearing, aspect, (span, place), dropped=dropped))
        for place in places
        for span in place.spans
    )


def _is_no_aim(side: Side, span: Span) -> bool:
    """Tell whether words go on across the end of a sentence or of a list's item, and so are no purpose."""
    return len(side.text.at(span)) > 1


def _is_bare(aspect: str, place: Stated) -> bool:
    """Tell whether nothing is stated along with a value of what it needs: no data for an aim or a recipient."""
    needs = kinds().aspects[aspect].needs
    return bool(needs) and not any(place.along.get(other) for other in needs)


def _is_no_news(hearing: Hearing, aspect: str, words: tuple[Span, Stated], *, dropped: bool) -> bool:
    """Tell whether a phrase says too little: by its words, its sentence, or what the other text says."""
    span, place = words
    side, quote = hearing.here, hearing.here.text.source.text[slice(*span)]
    if words_of("unspecific").issuperset(telling(quote)):
        return True
    if aspect in kinds().aiming:
        size = sum(word.isalnum() for word in texts(quote))
        if size > _LONGEST or len(telling(quote)) < _LEAST or _is_asked(side, span):
            return True
        if not side.denied.isdisjoint(side.text.at(span)):
            return True
        return dropped and _echoed(hearing, quote, place)
    return dropped and _is_explained(hearing, aspect, span)


def _is_asked(side: Side, span: Span) -> bool:
    """Tell whether a phrase is what somebody is led to do ("… that referred you to install it")."""
    before = [
        word for word in texts(side.text.source.text[max(0, span[0] - _BEFORE) : span[0]]) if word.isalnum()
    ]
    return len(before) > _LEAST and before[-1] == "to" and bool(telling(before[-3]) & words_of("leading"))


def _echoed(hearing: Hearing, quote: str, place: Stated) -> bool:
    """Tell whether the older text's phrase is in part in a sentence of the newer that is about the same data."""
    general = kinds().aspects["data"].general
    data = {one.value for one in place.along.get("data", ()) if one.value not in general}
    numbers = {number for word in telling(quote) for number in hearing.there.holders({word})}
    return any(not data.isdisjoint(hearing.there.said.get(number, frozenset())) for number in numbers)


def _is_explained(hearing: Hearing, aspect: str, span: Span) -> bool:
    """Tell whether a phrase of the older text explains the label of its sentence, which the newer has, too."""
    side = hearing.here
    return any(
        _labelled(side, side.text.sentences[number], aspect, hearing.there.facts.values(aspect), span)
        for number in side.text.at(span)
    )


def _labelled(side: Side, sentence: Sentence, aspect: str, others: Collection[str], span: Span) -> bool:
    """Tell whether a sentence begins with a label, before a span, that names one of some values of an aspect."""
    found = _LABEL.match(side.text.source.text, *sentence.span)
    if found is None or found.end() > span[0]:
        return False
    start, end = found.span("label")
    return any(
        value in others and any(start <= one[0] and one[1] <= end for place in places for one in place.spans)
        for (name, value), places in side.facts.items.items()
        if name == aspect
    )


def _of_sample(side: Side, span: Span) -> bool:
    """Tell whether words are a line of a log or part of what a browser sends, or announce an example of one."""
    if _VERSION.match(side.text.source.text, span[1]):
        return True
    return all(_is_sample(side, side.text.sentences[number]) for number in side.text.at(span))


def _is_sample(side: Side, sentence: Sentence) -> bool:
    """Tell whether a sentence is a line of a log, or announces an example."""
    words = side.text.source.text[slice(*sentence.span)]
    letters = sum(character.isalpha() or character.isspace() for character in words)
    return letters < (1 - _FIGURES) * len(words) or _has(words, kinds().samples)


def _has(words: str, phrases: Iterable[str]) -> bool:
    return any(one in words.casefold() for one in phrases)
