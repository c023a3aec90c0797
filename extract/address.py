"""Reads postal addresses: within a sentence, and on lines of their own below "contact us at:"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ontology
from extract import naming
from extract.matcher import Match
from extract.passage import Passage

LONGEST_LINE = 100
LONGEST_ADDRESS = 200
MOST_LINES = 8
_FEWEST_LETTERS = 8
_LONGEST_WORD_OF_TWO = 2

_WORD = re.compile(r"[^\s,;()“”\"]+")
_GAP = re.compile(r"[\s,]*(?:[-–—#*:]\s*)?$")
_OPENING = re.compile(
    r"[\s:“\"*\[-]*(?:the\s+following\s*:|at\s*:?\s|in\s+(?=[A-Z\d])|on\s+(?=[A-Z\d])|is\s*:?\s)?\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s*[\w .'’/-]{2,30}\s*[:：]\s*")
_POST_CODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]{2}\s\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s\d[A-Z]\d|(?:[A-Z]{1,2}-)?\d{4,6}|\d{3}\s\d{2,3})\b"
)
_NUMBER_ALONE = re.compile(r"[\d\s()+./–-]{7,}$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:St|Co|No|Attn|Att|Art|Ltd|Inc|Nr|Rd|Ave|Blvd|Bldg|Dr|Ste|Str|Apt|Opp|Sq|Jl|P\.O|P\.o|\w)\.)$"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address: its words on one line, and the places (passage, start, end) that hold them."""

    value: str
    places: tuple[tuple[Passage, int, int], ...]


def _strip(word: str) -> str:
    return word.strip(".:'’*[]").lower()


def _is_part(word: str) -> bool:
    """Tell whether a word may stand in an address: a capital, a number, or a word such as "street"."""
    return (
        word[0].isupper()
        or any(letter.isdigit() for letter in word)
        or word in "&-–—#/"
        or naming.is_legal_form(word)
        or _strip(word) in naming.words_of("pgq:AddressWord")
        or _strip(word) in naming.words_of("pgq:AddressLink")
    )


def _is_strong(passage: Passage, start: int, end: int) -> bool:
    """Tell whether the words are surely an address: a number or a word such as "street" among them."""
    words = [_strip(word) for word in _WORD.findall(passage.text[start:end])]
    sure = [
        word
        for word in words
        if word in naming.words_of("pgq:AddressWord") and len(word) > _LONGEST_WORD_OF_TWO
    ]
    return bool(sure) or any(letter.isdigit() for letter in passage.text[start:end])


def countries(passage: Passage, start: int = 0, end: int | None = None) -> Iterator[Match]:
    """Yield the countries named within characters `start` to `end` of a passage, in order."""
    lexicon = passage.policy.ontology
    country = ontology.expand("dpv:Country")
    found = [match for table in ("countries", "transfers") for match in passage.found(table, start, end)]
    return (match for match in sorted(found) if country in lexicon.terms[match.term].broader)


def read(passage: Passage, start: int, *, lenient: bool = False) -> tuple[int, int] | None:
    """Return where the address stands that begins at `start`, or None.

    `lenient` takes a town and a country for an address too; otherwise it needs a number and a street, or a
    post code.
    """
    text = passage.text
    opening = _OPENING.match(text, start)
    first = opening.end() if opening else start
    first = _behind_name(text, first)
    last = _last_word(text, first)
    if last is None or last - first < _FEWEST_LETTERS or last - first > LONGEST_ADDRESS:
        return None
    piece = text[first:last]
    strong = any(letter.isdigit() for letter in piece) and _is_strong(passage, first, last)
    parts = piece.count(",") + 1
    words = {_strip(word) for word in _WORD.findall(piece)}
    street = any(
        len(word) > _LONGEST_WORD_OF_TWO and word in naming.words_of("pgq:AddressWord") for word in words
    )
    located = strong and (street or _POST_CODE.search(piece)) and (parts > 1 or street)
    spread = parts > 1 or len(words) > _LONGEST_WORD_OF_TWO
    placed = lenient and spread and not piece[0].isdigit() and any(countries(passage, first, last))
    return (first, last) if located or placed else None


def numbered(passage: Passage, start: int) -> tuple[int, int] | None:
    """Return the words in capitals and numbers that begin at `start`, if they are long enough for an address."""
    last = _last_word(passage.text, start)
    if last is None or not _FEWEST_LETTERS <= last - start <= LONGEST_ADDRESS:
        return None
    return (start, last) if any(letter.isdigit() for letter in passage.text[start:last]) else None


def _behind_name(text: str, first: int) -> int:
    """Return where the address begins if a name such as "Acme Ltd," or "our office," stands before it."""
    span = naming.name_after(text, first)
    if span and naming.has_legal_form(text[span[0] : span[1]]):
        return len(text) - len(text[span[1] :].lstrip(" ,."))
    if (
        span
        and text[span[1] : span[1] + 1] in (",", ".")
        and not any(c.isdigit() for c in text[span[0] : span[1]])
    ):
        name = text[span[0] : span[1]]
        rest = text[span[1] + 1 :].lstrip()
        if rest[:1].isdigit() and " " not in name:
            return len(text) - len(rest)
    return first


def _last_word(text: str, first: int) -> int | None:
    """Return where the words that may stand in an address end."""
    last: int | None = None
    reached = first
    for word in _WORD.finditer(text, first):
        gap = text[reached : word.start()]
        if (
            _strip(word[0]) in naming.words_of("pgq:AddressEnd")
            or (last is not None and not _GAP.match(gap))
            or not _is_part(word[0])
            or "@" in word[0]
            or "://" in word[0]
        ):
            break
        reached = word.end()
        if _strip(word[0]) not in naming.words_of("pgq:AddressLink") and word[0] not in "&-–—#/":
            last = word.end()
        if word[0].endswith((".", ":")) and not _ABBREVIATION.search(word[0]):
            break
    if last is None:
        return None
    kept = text[first:last].rstrip(" .,:-–—*]")
    return first + len(kept)


def is_line(passage: Passage) -> bool:
    """Tell whether a passage is short like a line of an address; a reader may take such a line for a heading."""
    if len(passage.text) > LONGEST_LINE:
        return False
    return passage.block.kind != "heading" or is_placed(passage)


def is_placed(passage: Passage) -> bool:
    """Tell whether a whole line is a street with its number, a post code or a place: "2nd Floor, 12 Mill Road"."""
    span = _line(passage)
    if span is None:
        return False
    numbered = any(letter.isdigit() for letter in passage.text)
    placed = any(countries(passage)) or _is_strong(passage, *span) or _POST_CODE.search(passage.text)
    named = _covered(passage, *span)
    return bool((numbered and placed and not _NUMBERED.match(passage.text)) or named)


def _covered(passage: Passage, start: int, end: int) -> bool:
    """Tell whether the name of a country is all that stands between two characters."""
    return any(match.start <= start and end <= match.end for match in countries(passage, start))


def whole(passage: Passage) -> tuple[int, int] | None:
    """Return the characters of a passage that is one whole address: a street with its number, and its place."""
    span = _line(passage) if len(passage.text) <= LONGEST_ADDRESS else None
    span = span and (_behind_name(passage.text, span[0]), span[1])
    if span is None or not any(letter.isdigit() for letter in passage.text):
        return None
    coded = _POST_CODE.search(passage.text, *span) is not None
    street = _is_strong(passage, *span) and any(
        _strip(word) in naming.words_of("pgq:AddressWord")
        for word in _WORD.findall(passage.text[slice(*span)])
        if len(_strip(word)) > _LONGEST_WORD_OF_TWO
    )
    located = coded or any(countries(passage, *span))
    return span if located and street and "," in passage.text and not _NUMBERED.match(passage.text) else None


_NUMBERED = re.compile(r"\s*\d+(?:\.\d+)*[.)]\s")


def _line(passage: Passage) -> tuple[int, int] | None:
    """Return the part of a line that can belong to an address: all of it but the last comma, or None."""
    text = passage.text
    first = len(text) - len(text.lstrip(" *[‍•-"))
    last = _last_word(text, first)
    if last is None or text[last:].strip(" ,.*]_") or _NUMBER_ALONE.match(text, first, last):
        return None
    words = [_strip(word) for word in _WORD.findall(text[first:last])]
    common = naming.words_of("pgq:NoName") - naming.words_of("pgq:AddressWord")
    return None if all(word in common for word in words) and words != ["uk"] else (first, last)


def below(passages: Sequence[Passage], names: frozenset[str]) -> Iterator[Address]:
    """Yield the address on the lines `passages`, the first of which may be a name; it ends where they do."""
    places: list[tuple[Passage, int, int]] = []
    for count, passage in enumerate(passages[:MOST_LINES]):
        span = _line(passage) if is_line(passage) else None
        if span is None:
            if places:
                break
            if count < 1 or is_line(passage):
                continue
            break
        name = passage.text[span[0] : span[1]]
        if not places and (naming.has_legal_form(name) or naming.core(name) in names):
            continue
        places.append((passage, *span))
    strong = any(any(countries(*place)) or any(c.isdigit() for c in place[0].text) for place in places)
    if strong and (len(places) > 1 or _POST_CODE.search(places[0][0].text)):
        yield Address(", ".join(p.text[start:end].strip(" ,") for p, start, end in places), tuple(places))


def after_label(passage: Passage) -> int:
    """Return where the text behind a label such as "Address:" begins; 0 if there is none."""
    found = _LABEL.match(passage.text)
    return found.end() if found else 0
