"""Treebank files become sentences, and sentences their variants as policies would print them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_ID, _FORM, _XPOS, _HEAD, _DEPREL, _MISC = 0, 1, 4, 6, 7, 9
_ALL_CAPS, _TITLE, _LOWER = 0.05, 0.12, 0.20  # upper ends of the shares of recased sentences
_FRAGMENT, _NO_STOP, _CURLY, _LIST_MARK = 0.15, 0.15, 0.5, 0.35
_LIST_MARKS = ((";", ":"), (",", ","), (":", ":"), (".", "."))
_PARTS_OF_A_LIST = frozenset(("acl", "advcl", "ccomp", "conj", "nmod", "nsubj", "obj", "obl", "xcomp"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A gold sentence: its words, whether a space follows each, tags, heads (by index) and relations."""

    words: tuple[str, ...]
    spaces: tuple[bool, ...]
    tags: tuple[str, ...]
    heads: tuple[int, ...]
    deps: tuple[str, ...]
    opens_paragraph: bool = False


def read(path: Path) -> tuple[Sentence, ...]:
    """Return the sentences of a CoNLL-U file; the words of a contraction stand side by side, unmerged."""
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return tuple(_sentence(block.split("\n")) for block in blocks)


def _sentence(lines: list[str]) -> Sentence:
    rows = [line.split("\t") for line in lines if line[0] != "#"]
    contractions = [row for row in rows if "-" in row[_ID]]
    words = [row for row in rows if row[_ID].isdigit()]
    spaces = ["SpaceAfter=No" not in row[_MISC] for row in words]
    for row in contractions:
        first, last = (int(number) for number in row[_ID].split("-"))
        spaces[first - 1 : last] = [False] * (last - first) + ["SpaceAfter=No" not in row[_MISC]]
    return Sentence(
        words=tuple(row[_FORM] for row in words),
        spaces=tuple(spaces),
        tags=tuple(row[_XPOS] for row in words),
        heads=tuple(index if row[_HEAD] == "0" else int(row[_HEAD]) - 1 for index, row in enumerate(words)),
        deps=tuple("ROOT" if row[_DEPREL] == "root" else row[_DEPREL] for row in words),
        opens_paragraph=any(line.startswith("# newpar") for line in lines),
    )


def paragraphs(sentences: Iterable[Sentence]) -> Iterator[tuple[Sentence, ...]]:
    """Yield the sentences of each paragraph together."""
    gathered: list[Sentence] = []
    for sentence in sentences:
        if sentence.opens_paragraph and gathered:
            yield tuple(gathered)
            gathered = []
        gathered.append(sentence)
    yield tuple(gathered)


def variant(sentence: Sentence, rng: random.Random) -> Sentence:
    """Return the sentence as a heading, a list item, in curly quotes, ... or, mostly, as it is."""
    if rng.random() < _FRAGMENT:
        sentence = _fragment(sentence, rng)
    elif rng.random() < _NO_STOP:
        sentence = _without_stop(sentence)
    if rng.random() < _CURLY:
        sentence = _in_curly_quotes(sentence)
    return _recased(sentence, rng)


def _fragment(sentence: Sentence, rng: random.Random) -> Sentence:
    """Return one phrase of the sentence, as an item of a list, perhaps with the mark that ends it."""
    phrases = [
        (start, end, top)
        for top, dep in enumerate(sentence.deps)
        if dep.split(":")[0] in _PARTS_OF_A_LIST
        for start, end in _unbroken(sentence.heads, top)
    ]
    if not phrases:
        return sentence
    start, end, top = rng.choice(phrases)
    while end - 1 > top and sentence.deps[end - 1] == "punct":
        end -= 1
    while start < top and sentence.deps[start] in ("punct", "cc"):
        start += 1
    heads = [head - start for head in sentence.heads[start:end]]
    heads[top - start] = top - start
    deps = list(sentence.deps[start:end])
    deps[top - start] = "ROOT"
    phrase = Sentence(
        sentence.words[start:end], sentence.spaces[start:end], sentence.tags[start:end], tuple(heads), tuple(deps)
    )
    if rng.random() < _LIST_MARK:
        return _with_mark(phrase, *rng.choice(_LIST_MARKS))
    return phrase


def _unbroken(heads: tuple[int, ...], top: int) -> Iterator[tuple[int, int]]:
    """Yield the range under a word, if its words stand side by side and are more than one."""
    below = {top}
    grown = True
    while grown:
        more = {index for index, head in enumerate(heads) if head in below} - below
        below |= more
        grown = bool(more)
    start, end = min(below), max(below) + 1
    if end - start == len(below) > 1:
        yield start, end


def _with_mark(sentence: Sentence, mark: str, tag: str) -> Sentence:
    root = sentence.deps.index("ROOT")
    return Sentence(
        (*sentence.words, mark),
        (*sentence.spaces[:-1], False, True),
        (*sentence.tags, tag),
        (*sentence.heads, root),
        (*sentence.deps, "punct"),
    )


def _without_stop(sentence: Sentence) -> Sentence:
    last = len(sentence.words) - 1
    if sentence.words[-1] != "." or last == 0 or last in sentence.heads:
        return sentence
    return Sentence(
        sentence.words[:last],
        sentence.spaces[:last],
        sentence.tags[:last],
        sentence.heads[:last],
        sentence.deps[:last],
    )


def _in_curly_quotes(sentence: Sentence) -> Sentence:
    curly = {"``": "“", "''": "”"}
    words = [
        curly.get(tag, word) if word == '"' else word.replace("'", "’")
        for word, tag in zip(sentence.words, sentence.tags, strict=True)
    ]
    return replace(sentence, words=tuple(words))


def _recased(sentence: Sentence, rng: random.Random) -> Sentence:
    share = rng.random()
    if share < _ALL_CAPS:
        words = [word.upper() for word in sentence.words]
    elif share < _TITLE:
        small = rng.random() < 0.5  # noqa: PLR2004  half of all headings leave small words small
        words = [
            word if small and tag in ("IN", "CC", "DT", "TO") and index else word[:1].upper() + word[1:]
            for index, (word, tag) in enumerate(zip(sentence.words, sentence.tags, strict=True))
            if word
        ]
        words = [
            old if old[:1] in "'’" or tag == "RB" and old.lower() in ("n't", "n’t") else new
            for old, new, tag in zip(sentence.words, words, sentence.tags, strict=True)
        ]
    elif share < _LOWER:
        words = [word.lower() for word in sentence.words]
    else:
        return sentence
    return replace(sentence, words=tuple(words))
