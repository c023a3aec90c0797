"""Finds practices that protect people in words that stand apart: "only employees who need it have access"."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import ontology
from extract.claim import Concept, Unmapped, Value
from extract.matcher import Match
from extract.passage import Passage

_TABLE = "cues/promises"
_BROADER = ontology.NAMESPACES["skos"] + "broader"
_NEEDED = ontology.NAMESPACES["skos"] + "related"
_EXCLUDED = ontology.NAMESPACES["owl"] + "disjointWith"
_CONCEPT = ontology.NAMESPACES["skos"] + "exactMatch"
_WITHIN = ontology.NAMESPACES["rdf"] + "value"


@dataclass(frozen=True, slots=True)
class _Promise:
    """A practice: the groups of cues that say it together, within how many characters, and what excludes it."""

    value: Value
    needed: tuple[str, ...]
    excluded: frozenset[str]
    within: int


@cache
def _promises() -> tuple[_Promise, ...]:
    """Return the promises that the cues describe, in the order of the Turtle."""
    lexicon = ontology.load()
    top = lexicon.term("dpv:TechnicalOrganisationalMeasure")
    made = []
    for iri in lexicon.subjects(_BROADER, lexicon.term("pgq:Promise")):
        concept = next(iter(lexicon.values(iri, _CONCEPT)), None)
        value = Concept(concept) if concept else Unmapped("measure", top, lexicon.label(iri))
        made.append(
            _Promise(
                value,
                lexicon.values(iri, _NEEDED),
                frozenset(lexicon.values(iri, _EXCLUDED)),
                int(lexicon.values(iri, _WITHIN)[0]),
            )
        )
    return tuple(made)


def promises(passage: Passage, start: int, stop: int) -> Iterator[tuple[int, int, Value]]:
    """Yield the practices that characters `start` to `stop` promise: where they are said, and what they are."""
    groups: dict[str, list[Match]] = {}
    above = passage.policy.ontology.ancestors
    for cue in passage.found(_TABLE, start, stop):
        for group in above(cue.term):
            groups.setdefault(group, []).append(cue)
    for promise in _promises() if groups else ():
        if promise.excluded.isdisjoint(groups) and groups.keys() >= set(promise.needed):
            first, last = _together([groups[group] for group in promise.needed])
            if last - first <= promise.within:
                yield first, last, promise.value


def _together(groups: list[list[Match]]) -> tuple[int, int]:
    """Return the shortest stretch that holds a cue of each group, around one of the first group."""
    return min((_around(cue, groups[1:]) for cue in groups[0]), key=lambda span: span[1] - span[0])


def _around(cue: Match, others: list[list[Match]]) -> tuple[int, int]:
    """Return the stretch from `cue` to the nearest cue of each other group."""
    nearest = [min(group, key=lambda other: abs(other.start - cue.start)) for group in others]
    return min(cue.start, *(near.start for near in nearest)), max(cue.end, *(near.end for near in nearest))
