"""Tells the language of a text by its script and its small words, so that none is taken for English."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

UNKNOWN = "und"  # the tag for a text whose language cannot be told

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_SAMPLE = 200_000
_SCRIPT_SHARE = 0.4  # of all letters, from which on a script decides
_LETTER_SHARE = 0.01  # of the letters of a script, from which on rarer letters tell a language
_FEWEST_HITS = 2
_HIT_SHARE = 0.08  # of all words; plain prose has over a third


def language(text: str) -> str:
    """Return the tag (ISO 639-1) of the language that most of `text` is in, or "und" if it cannot be told."""
    sample = text[:_LONGEST_SAMPLE]
    return _by_script(sample) or _by_words(sample) or UNKNOWN


@cache
def _data() -> dict[str, Any]:
    """Return the words, ranges and letters of the file beside this one."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _by_script(text: str) -> str | None:
    """Return the language whose script most letters belong to; None for Latin letters."""
    letters = Counter(letter for letter in text.lower() if letter.isalpha())
    total = letters.total()
    if not total:
        return None
    shares = {
        tag: sum(
            count for letter, count in letters.items() if any(low <= letter <= high for low, high in ranges)
        )
        for tag, ranges in _data()["scripts"].items()
    }
    kana = {
        tag: sum(letters[letter] for letter in rule["letters"]) for tag, rule in _data()["letters"].items()
    }
    shares["zh"] += kana["ja"]
    tag = max(shares, key=lambda each: (shares[each], each))
    if shares[tag] < _SCRIPT_SHARE * total:
        return None
    for other, rule in _data()["letters"].items():
        if rule["of"] == tag and kana[other] >= _LETTER_SHARE * shares[tag]:
            return str(other)
    return str(tag)


def _by_words(text: str) -> str | None:
    """Return the language whose small words are most frequent, or None if there are too few of any."""
    words = Counter(word.lower() for word in _WORD.findall(text))
    hits = {tag: sum(words[word] for word in small) for tag, small in _data()["words"].items()}
    best = max(hits, key=lambda tag: (hits[tag], tag == "en", tag))
    if hits[best] < max(_FEWEST_HITS, _HIT_SHARE * words.total()):
        return None
    return str(best)
