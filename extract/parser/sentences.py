"""A block of text becomes sentences, by rules; the parser, which comes after, keeps to them."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

if TYPE_CHECKING:
    from thinc.types import Ints2d

_DATA = tomllib.loads(Path(__file__).with_name("abbreviations.toml").read_text(encoding="utf-8"))
_NEVER_END = frozenset(_DATA["never_end"])
_BEFORE_NUMBER = frozenset(_DATA["before_number"])
_MAY_END = frozenset(_DATA["may_end"])
_OPENERS = frozenset(_DATA["openers"])
_OPENERS_IN_SMALL = frozenset(word.lower() for word in _OPENERS) - {"i", "a"}
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_QUOTES = frozenset("\"'”’»`")
_CLOSING = _QUOTES | frozenset(_CLOSED_BY.values()) | {"''"}
_OPENING = frozenset("\"'“‘«`") | frozenset(_CLOSED_BY) | {"``"}
_LONGEST = 200  # tokens; the parser's time and its mistakes both grow with a sentence
_LONGEST_BRACKET = 80  # tokens; one that closes later, or never, is a slip of the pen
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_NUMBERING = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]|[ivxIVX]+")


@Language.component("policygraph_sentences")
def sentences(doc: Doc) -> Doc:
    """Return the doc with each token marked as starting a sentence or not."""
    marks = np.full((len(doc), 1), -1, dtype=np.int64)
    marks[list(starts(doc))] = 1
    return doc.from_array(["SENT_START"], cast("Ints2d", marks.astype(np.uint64)))


def starts(doc: Doc) -> Iterator[int]:
    """Yield the index of each token that starts a sentence."""
    words = [token.text for token in doc]
    apart = [bool(token.whitespace_) for token in doc]
    bracketed = _bracketed(words)
    start = 0
    for index in range(len(words)):
        if index == 0:
            yield 0
        elif index > start and not bracketed[index] and _begins(words, apart, start, index):
            start = index
            yield index
        elif index - start >= _LONGEST:
            start = _shortened(words, start, index)
            yield start


def _shortened(words: list[str], start: int, limit: int) -> int:
    """Return where to cut an endless sentence: after its last semicolon, or comma, or at the limit."""
    for mark in (";", ","):
        for index in range(limit - 1, start + _LONGEST // 2, -1):
            if words[index] == mark:
                return index + 1
    return limit


def _bracketed(words: list[str]) -> list[bool]:
    """Return for each token whether it stands inside a pair of brackets."""
    inside = [False] * len(words)
    opened: list[int] = []
    for index, word in enumerate(words):
        if word in _CLOSED_BY:
            opened.append(index)
        elif opened and word == _CLOSED_BY[words[opened[-1]]]:
            first = opened.pop()
            if index - first <= _LONGEST_BRACKET:
                inside[first + 1 : index + 1] = [True] * (index - first)
    return inside


def _begins(words: list[str], apart: list[bool], start: int, index: int) -> bool:
    """Return whether a sentence, the one from `start` having ended, begins at a token."""
    last = index - 1
    while last > start and (words[last].isspace() or (words[last] in _CLOSING and not apart[last - 1])):
        last -= 1
    end = words[last]
    if end[-1] not in ".?!…" or words[index].isspace() or _continues(words, apart, index):
        return False
    if not (apart[index - 1] or words[index - 1].isspace()):
        return words[index] in _OPENERS and len(end) == 1
    if end[-1] == "." or end == "!":
        return _ends(words, apart, start, last, words[index])
    return _can_open(words[index])


def _continues(words: list[str], apart: list[bool], index: int) -> bool:
    """Return whether a token closes what came before it, rather than opening something."""
    word = words[index]
    return word in ".?!…,;:" or (word in _CLOSING and (word not in _OPENING or not apart[index - 1]))


def _ends(words: list[str], apart: list[bool], start: int, last: int, following: str) -> bool:
    """Return whether the full stop in or as a token ends the sentence, given the word that follows."""
    end = words[last].lower()
    if len(end) == 1 and last > start and not apart[last - 1]:
        if last == start + 1 and _NUMBERING.fullmatch(words[start]):
            return False
        end = words[last - 1].lower() + end
    if end in _NEVER_END:
        return False
    if end in _BEFORE_NUMBER and not following[0].isalpha():
        return False
    if end in _BEFORE_NUMBER or end in _MAY_END or _INITIALS.fullmatch(end):
        return following in _OPENERS or (following in _OPENING and end in _MAY_END)
    return _can_open(following)


def _can_open(word: str) -> bool:
    return not word[0].islower() or word in _OPENERS_IN_SMALL
