"""Statements become English sentences, in pieces, so that a page can lead from each value to its words."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from policygraph.explorer.statements import Statement, Value

_FILE = Path(__file__).with_name("sentences.toml")
_RECIPIENTS = ("dpv:hasRecipient", "dpv:hasDataProcessor", "dpv:hasRecipientThirdParty")
_MANNER = (
    ("dpv:hasDataSource", " obtained from "),
    ("dpv:hasService", " through "),
    ("dpv:hasThirdCountry", " sent to "),
    ("dpv:hasLocation", " in "),
    ("dpv:isOutsideOfLocation", " outside "),
    ("pg:hasTransferBasis", " safeguarded by "),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence, and the value that they name, if they name one; `silent` marks what is not said."""

    text: str
    value: Value | None = None
    silent: bool = False


def sentence(company: str, said: Statement) -> tuple[Piece, ...]:
    """Return the sentence of a statement of a company."""
    pieces = [Piece(company), *_verbs(said), *_data(said), *_recipients(said)]
    for curie, word in _MANNER:
        pieces += _listed(word, said.values(curie))
    pieces += _purposes(said)
    if said.values("dpv:hasLegalBasis"):
        pieces += _listed(", based on ", said.values("dpv:hasLegalBasis"))
    pieces += _listed(", as it is in its interest: ", said.values("pg:statedInterest"), quoted=True)
    pieces += _listed("; kept: ", said.values("dpv:hasStorageCondition"))
    pieces += _listed("; this is ", said.values("dpv:hasNecessity"))
    pieces += _listed("; otherwise: ", said.values("dpv:hasConsequence"), quoted=True)
    pieces += _listed("; the person has: ", said.values("dpv:hasConsentControl", "dpv:hasEntityInvolvement"))
    pieces += _listed("; by ", said.values("dpv:hasContext"))
    pieces += _listed(" — ", said.values("pg:hasCondition"), quoted=True)
    return (*pieces, Piece("."))


def plain(company: str, said: Statement) -> str:
    """Return the sentence of a statement as text."""
    return "".join(piece.text for piece in sentence(company, said))


def _verbs(said: Statement) -> Iterator[Piece]:
    values = said.values("dpv:hasProcessing")
    names = [_words()["verbs"].get(value.name, value.name) for value in values] or ["process"]
    only = " only" if said.only else ""
    if said.denied:
        yield Piece(f" does not{only} ")
    elif said.possible:
        yield Piece(f" may{only} ")
    else:
        yield Piece(f"{only} ")
        names = [third_person(name) for name in names]
    given: Sequence[Value | None] = values or [None]
    yield from _joined([Piece(name, value) for name, value in zip(names, given, strict=True)], _and(said))


def _data(said: Statement) -> Iterator[Piece]:
    data = said.values("dpv:hasPersonalData")
    if data:
        yield from _listed(" ", data, join=_and(said))
    elif not _is_complete(said):
        yield Piece(" personal data" if said.denied else " data")
    yield from _listed(" of ", said.values("dpv:hasDataSubject"), article="the ")


def _is_complete(said: Statement) -> bool:
    """Tell whether the operations of a statement name themselves what they are done to."""
    names = [_words()["verbs"].get(value.name, value.name) for value in said.values("dpv:hasProcessing")]
    return bool(names) and names[-1] in _words()["complete"]


def _recipients(said: Statement) -> Iterator[Piece]:
    receiving = said.values(*_RECIPIENTS)
    names = {value.name for value in said.values("dpv:hasProcessing")}
    word = " to " if names & set(_words()["to"]) else " with "
    yield from _listed(word, receiving, join=_and(said))


def _purposes(said: Statement) -> Iterator[Piece]:
    """Yield purposes: those that are verbs follow "to", those that are nouns follow "for"."""
    purposes = said.values("dpv:hasPurpose")
    verbs = [one for one in purposes if one.name.split(" ")[0] in _words()["purposes_to"]]
    nouns = [one for one in purposes if one not in verbs]
    yield from _listed(" to ", verbs, join=_and(said))
    yield from _listed(f" {_and(said)} for " if verbs and nouns else " for ", nouns, join=_and(said))


def _and(said: Statement) -> str:
    return "or" if said.denied else "and"


def _listed(
    word: str, values: Sequence[Value], *, join: str = "and", quoted: bool = False, article: str = ""
) -> Iterator[Piece]:
    """Yield a word and the names of values after it; nothing without values."""
    if not values:
        return
    yield Piece(word)
    marks = ("“", "”") if quoted else (article, "")
    yield from _joined([Piece(f"{marks[0]}{one.name}{marks[1]}", one) for one in values], join)


def _joined(pieces: Sequence[Piece], join: str) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        if number:
            yield Piece(f" {join} " if number == len(pieces) - 1 else ", ")
        yield piece


def third_person(verb: str) -> str:
    """Return a verb phrase as one says it of a company.

    >>> [third_person(verb) for verb in ("store", "make available", "publish", "copy", "display")]
    ['stores', 'makes available', 'publishes', 'copies', 'displays']
    """
    first, blank, rest = verb.partition(" ")
    if first.endswith(("s", "x", "z", "ch", "sh", "o")):
        first += "es"
    elif first.endswith("y") and first[-2:-1] not in tuple("aeiou"):
        first = first[:-1] + "ies"
    else:
        first += "s"
    return first + blank + rest


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
