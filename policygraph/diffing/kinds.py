"""What changes are called, how grave they are and in which order they come: read from `kinds.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ontology

_SHORTEST = 4  # letters of a stem
_FILE = Path(__file__).with_name("kinds.toml")
SEVERITIES = ("major", "notable", "minor")
HOW = ("new", "dropped", "changed", "broader", "narrower", "longer", "shorter")
"""The ways in which something changes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: the aspect or pair it is about, how that changed, what it is called, how grave it is."""

    about: str
    how: str
    title: str
    severity: str
    group: str
    place: int

    @property
    def name(self) -> str:
        """Return what the kind is called in data."""
        return f"{self.about}-{self.how}"


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that policies state: under which properties, and what a change of it names along.

    `general` are values (IRIs) that make no news; if there are some in `only`, nothing else does. What stands
    `within` another change makes none of its own, nor does a phrase without a concept that is `told_by` another.
    Words that are part of those for `unless` say nothing here, nor do values that are those of `besides`, nor
    phrases where there is nothing of what they `needs`. Of an `exact` one all telling words have to be found
    again, of a `listed` one all words of a heading or list; what is `implied` stays where a narrower concept
    does. Of what there is `once`, another takes the place of the one, wherever that stands. Words of a phrase
    for what it is `beyond` say nothing here. Where one text has only this and the other only what it is `instead`
    of, both are the latter.
    """

    name: str
    noun: str
    properties: tuple[str, ...]
    general: frozenset[str]
    only: frozenset[str]
    along: tuple[str, ...]
    within: str
    told_by: str
    unless: str
    besides: str
    needs: tuple[str, ...]
    exact: bool
    listed: bool
    implied: bool
    once: bool
    beyond: str
    instead: str
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Pair:
    """What is stated of two aspects together; `otherwise` stands for the first where there is none.

    Statements that have the aspect `without` are left out. What changes alike in the pairs it is `told_by` is told.
    Pairs of which `both` texts have to state the first are no news otherwise. Both
    have to stand `close` to each other, not only under one heading.
    """

    name: str
    of: str
    value: str
    otherwise: str
    without: str
    told_by: str
    both: bool
    close: bool
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Kinds:
    """All that can be reported: the headings, how denials are compared, what examples are, aspects and pairs."""

    groups: tuple[str, ...]
    denied: tuple[str, ...]
    meant: frozenset[str]
    samples: tuple[str, ...]
    sampled: frozenset[str]
    aiming: frozenset[str]
    aspects: Mapping[str, Aspect]
    pairs: Mapping[str, Pair]


@cache
def kinds() -> Kinds:
    """Return the kinds of changes, in the order of the file. Raise UnknownTermError for a term that is none."""
    said = _said()
    places = {name: place for place, name in enumerate([*said["aspects"], *said["pairs"]])}
    return Kinds(
        tuple(said["groups"]),
        tuple(said["denied"]),
        frozenset(map(ontology.load().term, said["meant"])),
        tuple(said["samples"]),
        frozenset(said["sampled"]),
        frozenset(said["aiming"]),
        MappingProxyType({name: _aspect(name, one, places[name]) for name, one in said["aspects"].items()}),
        MappingProxyType({name: _pair(name, one, places[name]) for name, one in said["pairs"].items()}),
    )


@cache
def words_of(name: str) -> frozenset[str]:
    """Return a list of words of the file, by their stems."""
    return frozenset(map(stem, _said()[name]))


@cache
def stem(word: str) -> str:
    """Return what is common to a word and those of its kin, a number as a figure.

    >>> {stem(word) for word in ("prevention", "preventing", "prevent")}, stem("twelve"), stem("comply")
    ({'prevent'}, '12', 'compl')
    """
    key = ontology.load().reducer.key(word)
    if key in _said()["stems"]:
        return str(_said()["stems"][key])
    endings = tuple(_said()["endings"])
    while key.endswith(endings):
        ending = next(one for one in endings if key.endswith(one))
        if len(key) - len(ending) < _SHORTEST:
            break
        key = key[: -len(ending)]
    return key


def _aspect(name: str, said: Mapping[str, Any], place: int) -> Aspect:
    term = ontology.load().term
    return Aspect(
        name,
        said["noun"],
        tuple(said.get("properties", ())),
        frozenset(term(curie) for curie in said.get("general", ())),
        frozenset(term(curie) for curie in said.get("only", ())),
        tuple(said.get("with", ())),
        said.get("within", ""),
        said.get("told_by", ""),
        said.get("unless", ""),
        said.get("besides", ""),
        tuple(said.get("needs", ())),
        said.get("exact", False),
        said.get("listed", False),
        said.get("implied", False),
        said.get("once", False),
        said.get("beyond", ""),
        said.get("instead", ""),
        _kinds(name, said, place),
    )


def _pair(name: str, said: Mapping[str, Any], place: int) -> Pair:
    return Pair(
        name,
        said["of"],
        said["value"],
        said.get("otherwise", ""),
        said.get("without", ""),
        said.get("told_by", ""),
        said.get("both", False),
        said.get("close", False),
        _kinds(name, said, place),
    )


def _kinds(name: str, said: Mapping[str, Any], place: int) -> Mapping[str, Kind]:
    return {
        how: Kind(name, how, said[how][0], said[how][1], said["group"], place) for how in HOW if how in said
    }


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
