"""Words as the lexicon compares them: split alike, inflection and British or American spelling set aside.

Both sides, the forms in the Turtle and the text of a policy, go through the same function, so a form is found
by its singular or base verb form. No model is needed: a word is reduced to a base only if that base is a word
of the lexicon.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:(?:\.[^\W_]+)*\.(?<=\w\.\w\.))?|[^\w\s]")
_SILENT = frozenset("-‐‑‒'’`\"“”*")
_POSSESSIVE = re.compile(r"['’]s\b|(?<=s)['’](?=\s)")
_MIN_STEM = 3
ARTICLES = frozenset(
    ("a", "an", "the", "our", "your", "its", "their", "his", "her", "my", "this", "these", "any")
)
"""Words before a noun that change nothing in what a verb phrase is for."""


class Word(NamedTuple):
    """A word or a punctuation mark, and where it stands in the text it was split from."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Word]:
    """Return the words of `text`; hyphens, quotes and possessive endings are left out, other marks are words."""
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub(lambda found: " " * len(found[0]), text)
    return [Word(found[0], *found.span()) for found in _WORD.finditer(text) if found[0] not in _SILENT]


def texts(text: str) -> list[str]:
    """Return the words of `text` as `split` finds them, without their places."""
    if text.isalpha():
        return [text]
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub(" ", text)
    return [word for word in _WORD.findall(text) if word not in _SILENT]


def _bases(word: str) -> Iterable[str]:
    """Yield the bases that `word` may be an inflection of, the likeliest first."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith("es"):
            yield word[:-2]
    for ending in ("ing", "ed"):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            yield stem + "e"
            yield stem
            if len(stem) > _MIN_STEM and stem[-1] == stem[-2]:
                yield stem[:-1]
            if stem.endswith("i"):
                yield stem[:-1] + "y"


def _spelling(word: str) -> str:
    """Return `word` in one spelling: -isation and -ise as -ization and -ize, -our as -or, -yse as -yze."""
    if "is" in word:
        word = _ISE.sub(r"iz\1", word)
    if "lys" in word:
        word = _YSE.sub(r"yz\1", word)
    return _OUR.sub(r"or\1", word) if "our" in word else word


_ISE = re.compile(r"(?<=[a-z]{2})is(e|ed|es|er|ers|ing|ation|ations)$")
_YSE = re.compile(r"(?<=al)ys(e|ed|es|er|ing)$")
_OUR = re.compile(r"(?<=[a-z]{3})our(s|ed|ing|al|ally)?$")


class Reducer:
    """Reduces words to keys, with the words of the lexicon as the only bases.

    Irregular forms ("children": "child") are given by `irregular`.
    """

    def __init__(self, vocabulary: Iterable[str], irregular: dict[str, str]) -> None:
        self._vocabulary = frozenset(_spelling(word.lower()) for word in vocabulary)
        self._irregular = {_spelling(word): _spelling(base) for word, base in irregular.items()}
        self._keys: dict[str, str] = {}

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the keys of the words of `text`."""
        return tuple(map(self.key, texts(text)))

    def key(self, word: str) -> str:
        """Return the key under which `word` is looked up; equal keys are inflections of one word."""
        found = self._keys.get(word)
        if found is None:
            found = self._keys[word] = self._reduce(_spelling(word.lower()))
        return found

    def _reduce(self, word: str) -> str:
        seen = {word}
        while True:
            known = self._irregular.get(word)
            if known is None:
                known = next((base for base in _bases(word) if self._is_base(base)), None)
            if known is None or known in seen:
                return word
            seen.add(known)
            word = known

    def _is_base(self, base: str) -> bool:
        return len(base) >= _MIN_STEM and base in self._vocabulary

    def is_word(self, key: str) -> bool:
        """Tell whether `key` is a word of the lexicon."""
        return key in self._vocabulary
