"""What a phrase names that no form of the lexicon does: its verb, and what the verb acts on, tell the concept.

"Keep an eye on how people move around our shop" is no form of any concept. What such phrases mean is said by the
ontology (`composed.ttl`): words that open the phrase, and words behind them.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache

import ontology

_PGQ = ontology.expand("pgq:")
_OPENING = 6  # words in which the verb stands, behind light words and other verbs: "enable us to contact you"
_LONGEST = 4  # words of an entry

_Words = AbstractSet[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the ontology: the concept, and the keys of the words that tell it."""

    concept: str
    verbs: _Words
    objects: _Words
    also: _Words


@lru_cache(maxsize=4096)
def concept_of(phrase: str) -> str | None:
    """Return the concept (IRI) that a phrase names by what opens it and what follows; None if nothing tells it."""
    keys = ontology.load().keys(phrase)
    opening = _runs(keys[: _verbs_end(keys)], 0)
    behind = _runs(keys, 1)
    for entry in _entries():
        if (
            not entry.verbs.isdisjoint(opening)
            and not (entry.objects and entry.objects.isdisjoint(behind))
            and not (entry.also and entry.also.isdisjoint(behind))
        ):
            return entry.concept
    return None


def _verbs_end(keys: tuple[str, ...]) -> int:
    """Return the index behind the words among which the verb is: the first, and what only leads on."""
    leading = _leading()
    stop = next((index for index, key in enumerate(keys) if key not in leading), len(keys))
    return min(stop + 1, _OPENING)


@cache
def _leading() -> AbstractSet[str]:
    """Return the keys of light words and of the words that are verbs of some entry."""
    lexicon = ontology.load()
    light = (
        words for entry in lexicon.subjects(_PGQ + "light") for words in lexicon.values(entry, _PGQ + "light")
    )
    verbs = {word for entry in _entries() for words in entry.verbs for word in words}
    return verbs.union(*map(lexicon.keys, light))


def _runs(keys: tuple[str, ...], first: int) -> _Words:
    """Return the runs of up to four words that end behind word `first`."""
    return {
        keys[start:end]
        for end in range(first + 1, len(keys) + 1)
        for start in range(max(0, end - _LONGEST), end)
    }


@cache
def _entries() -> tuple[_Entry, ...]:
    """Return the entries in their order."""
    lexicon = ontology.load()

    def words(entry: str, name: str) -> _Words:
        return frozenset(map(lexicon.keys, lexicon.values(entry, _PGQ + name)))

    means = {entry: lexicon.values(entry, _PGQ + "means")[0] for entry in lexicon.subjects(_PGQ + "means")}
    order = {entry: int(lexicon.values(entry, _PGQ + "order")[0]) for entry in means}
    return tuple(
        _Entry(means[entry], words(entry, "verb"), words(entry, "object"), words(entry, "also"))
        for entry in sorted(means, key=lambda entry: order[entry])
    )
