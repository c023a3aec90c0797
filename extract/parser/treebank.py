"""Treebank files become sentences, and sentences their variants as policies would print them."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from string import ascii_lowercase

_ID, _FORM, _XPOS, _HEAD, _DEPREL, _MISC = 0, 1, 4, 6, 7, 9
_ALL_CAPS, _TITLE, _LOWER = 0.05, 0.12, 0.20  # upper ends of the shares of recased sentences
_FRAGMENT, _NO_STOP, _CURLY, _LIST_MARK = 0.15, 0.15, 0.5, 0.35
_NOUNS_LISTED, _VERBS_LISTED, _LAST_COMMA = 0.10, 0.06, 0.4
_LONGEST_IN_LIST = 3
_DESCRIBED, _LONGEST_CLAUSE = 0.08, 10
_CLAUSES = frozenset(("acl", "acl:relcl"))
_PLAIN_NOUNS = frozenset(("obj", "obl", "nmod", "nsubj", "nsubj:pass", "ROOT"))
_SMALL_STAY_SMALL, _BLANK = 0.5, 0.04
_BLANKS = (" ", "  ", "\n")
_UNKNOWN, _LETTERS_OF_UNKNOWN = 0.03, 6
_LIST_MARKS = ((";", ":"), (",", ","), (":", ":"), (".", "."))
_MARKS = {"-": "HYPH", "/": ",", ",": ",", ".": ".", "?": ".", "!": "."}
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


@dataclass(frozen=True, slots=True)
class Stock:
    """What sentences can be made longer with: noun phrases, clauses that describe a noun, verbs by tag."""

    nouns: tuple[Sentence, ...]
    clauses: tuple[Sentence, ...]
    verbs: dict[str, tuple[str, ...]]


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


def cut(sentence: Sentence, pieces: Sequence[Sequence[str]]) -> Sentence:
    """Return the sentence with each word in pieces, which depend on the last that has a letter or digit."""
    cores = [_core(parts) for parts in pieces]
    starts = list(accumulate((len(parts) for parts in pieces), initial=0))
    words, spaces, tags, heads, deps = [], [], [], [], []
    for index, parts in enumerate(pieces):
        core = starts[index] + cores[index]
        for place, part in enumerate(parts, starts[index]):
            whole = place == core
            head = sentence.heads[index]
            words.append(part)
            spaces.append(place == starts[index + 1] - 1 and sentence.spaces[index])
            tags.append(sentence.tags[index] if whole else _MARKS.get(part, sentence.tags[index]))
            heads.append(starts[head] + cores[head] if whole else core)
            deps.append(sentence.deps[index] if whole else "compound" if part.isalnum() else "punct")
    return replace(
        sentence,
        words=tuple(words),
        spaces=tuple(spaces),
        tags=tuple(tags),
        heads=tuple(heads),
        deps=tuple(deps),
    )


def _core(parts: Sequence[str]) -> int:
    return max((place for place, part in enumerate(parts) if part.isalnum()), default=0)


def stock(sentences: Iterable[Sentence]) -> Stock:
    """Return the short noun phrases, the short clauses on nouns and the verbs with objects."""
    nouns: list[Sentence] = []
    clauses: list[Sentence] = []
    verbs: dict[str, list[str]] = {}
    for sentence in sentences:
        for index, dep in enumerate(sentence.deps):
            if _is_noun(sentence, index) and dep in _PLAIN_NOUNS:
                nouns.extend(
                    _phrase(sentence, start, end, index)
                    for whole, end in _unbroken(sentence.heads, index, shortest=1)
                    if end - whole <= _LONGEST_IN_LIST
                    and end == index + 1
                    and _is_plain(sentence, whole, end)
                    for start in {whole, whole + (sentence.deps[whole] in ("det", "nmod:poss"))}
                )
            head = sentence.heads[index]
            if dep in _CLAUSES and _is_noun(sentence, head):
                clauses.extend(
                    _phrase(sentence, start, end, index, dep=dep)
                    for start, end in _unbroken(sentence.heads, index)
                    if end - start <= _LONGEST_CLAUSE and "".join(sentence.words[start:end]).isalpha()
                )
            if dep == "obj" and sentence.tags[head].startswith("VB") and sentence.words[head].islower():
                verbs.setdefault(sentence.tags[head], []).append(sentence.words[head])
    return Stock(tuple(nouns), tuple(clauses), {tag: tuple(words) for tag, words in verbs.items()})


def _is_noun(sentence: Sentence, index: int) -> bool:
    return sentence.tags[index] in ("NN", "NNS")


def _is_plain(sentence: Sentence, start: int, end: int) -> bool:
    return all(
        word.isalpha()
        and word.islower()
        and (place == end - 1 or dep in ("amod", "compound", "nmod:poss", "det"))
        for place, (word, dep) in enumerate(
            zip(sentence.words[start:end], sentence.deps[start:end], strict=True), start
        )
    )


def variant(sentence: Sentence, rng: random.Random, spare: Stock) -> Sentence:
    """Return the sentence as a heading, a list item, with longer lists, ... or, mostly, as it is."""
    if rng.random() < _NOUNS_LISTED:
        sentence = _with_nouns(sentence, rng, spare)
    if rng.random() < _DESCRIBED:
        sentence = _with_clause(sentence, rng, spare)
    if rng.random() < _VERBS_LISTED:
        sentence = _with_verbs(sentence, rng, spare)
    if rng.random() < _FRAGMENT:
        sentence = _fragment(sentence, rng)
    elif rng.random() < _NO_STOP:
        sentence = _without_stop(sentence)
    if rng.random() < _CURLY:
        sentence = _in_curly_quotes(sentence)
    if rng.random() < _BLANK:
        sentence = with_blank(sentence, rng)
    return _recased(_with_unknown_words(sentence, rng), rng)


def with_blank(sentence: Sentence, rng: random.Random) -> Sentence:
    """Return the sentence with more than one space somewhere, which spaCy makes a word of."""
    places = [place for place, space in enumerate(sentence.spaces[:-1], 1) if space]
    if not places:
        return sentence
    at = rng.choice(places)
    wider = _inserted(sentence, at, [(rng.choice(_BLANKS), "_SP", at - 1, "dep")])
    return replace(wider, spaces=(*wider.spaces[:at], False, *wider.spaces[at + 1 :]))


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
    if not all(start <= sentence.heads[index] < end for index in range(start, end) if index != top):
        return sentence
    phrase = _phrase(sentence, start, end, top)
    if rng.random() < _LIST_MARK:
        return _with_mark(phrase, *rng.choice(_LIST_MARKS))
    return phrase


def _phrase(sentence: Sentence, start: int, end: int, top: int, *, dep: str = "ROOT") -> Sentence:
    """Return a range of the sentence as a sentence of its own, with the word at `top` as its root."""
    heads = [head - start for head in sentence.heads[start:end]]
    heads[top - start] = top - start
    deps = list(sentence.deps[start:end])
    deps[top - start] = dep
    return Sentence(
        sentence.words[start:end],
        sentence.spaces[start:end],
        sentence.tags[start:end],
        tuple(heads),
        tuple(deps),
    )


def _with_clause(sentence: Sentence, rng: random.Random, spare: Stock) -> Sentence:
    """Return the sentence with one of its subjects described by a clause."""
    places = [
        index
        for index, dep in enumerate(sentence.deps)
        if dep in ("nsubj", "nsubj:pass")
        and _is_noun(sentence, index)
        and not _has_dependents_after(sentence, index)
    ]
    if not places:
        return sentence
    place = rng.choice(places)
    clause = rng.choice(spare.clauses)
    added = [
        (word, tag, place if head == at else place + 1 + head, dep)
        for at, (word, tag, head, dep) in enumerate(
            zip(clause.words, clause.tags, clause.heads, clause.deps, strict=True)
        )
    ]
    return _inserted(sentence, place + 1, added)


def _with_nouns(sentence: Sentence, rng: random.Random, spare: Stock) -> Sentence:
    """Return the sentence with one of its nouns made the first of a list."""
    places = [
        index
        for index, dep in enumerate(sentence.deps)
        if dep in _PLAIN_NOUNS and _is_noun(sentence, index) and not _has_dependents_after(sentence, index)
    ]
    if not places:
        return sentence
    return _with_list(
        sentence, rng.choice(places), rng.choices(spare.nouns, k=rng.choice((1, 2, 2, 3, 4))), rng
    )


def _with_verbs(sentence: Sentence, rng: random.Random, spare: Stock) -> Sentence:
    """Return the sentence with one of its verbs made the first of a list that shares its object."""
    places = [
        sentence.heads[index]
        for index, dep in enumerate(sentence.deps)
        if dep in ("obj", "aux:pass")
        and sentence.tags[sentence.heads[index]] in spare.verbs
        and "conj"
        not in (sentence.deps[at] for at, head in enumerate(sentence.heads) if head == sentence.heads[index])
        and (dep == "aux:pass" or _first(sentence.heads, index) == sentence.heads[index] + 1)
    ]
    if not places:
        return sentence
    place = rng.choice(places)
    tag = sentence.tags[place]
    words = rng.choices(spare.verbs[tag], k=rng.choice((1, 1, 2, 3)))
    return _with_list(
        sentence, place, [Sentence((word,), (True,), (tag,), (0,), ("ROOT",)) for word in words], rng
    )


def _has_dependents_after(sentence: Sentence, index: int) -> bool:
    return any(
        head == index and sentence.deps[at] != "punct" for at, head in enumerate(sentence.heads) if at > index
    )


def _first(heads: tuple[int, ...], top: int) -> int:
    return min((start for start, _ in _unbroken(heads, top)), default=top)


def _with_list(sentence: Sentence, place: int, phrases: list[Sentence], rng: random.Random) -> Sentence:
    """Return the sentence with phrases added to a word: `, a`, `, b`, ..., `and c`."""
    added: list[tuple[str, str, int, str]] = []
    comma_before_last = len(phrases) > 1 and rng.random() < _LAST_COMMA
    conjunction = rng.choice(("and", "and", "or"))
    at = place + 1
    for number, phrase in enumerate(phrases, 1):
        start = len(added)
        marks: list[tuple[str, str, str]] = []
        if number < len(phrases) or comma_before_last:
            marks.append((",", ",", "punct"))
        if number == len(phrases):
            marks.append((conjunction, "CC", "cc"))
        first = at + start + len(marks)
        top = first + phrase.deps.index("ROOT")
        added.extend((word, tag, top, dep) for word, tag, dep in marks)
        for word, tag, head, dep in zip(phrase.words, phrase.tags, phrase.heads, phrase.deps, strict=True):
            added.append((word, tag, *((place, "conj") if dep == "ROOT" else (first + head, dep))))
    return _inserted(sentence, at, added)


def _inserted(sentence: Sentence, at: int, added: list[tuple[str, str, int, str]]) -> Sentence:
    """Return the sentence with words put in before a place; a space goes before all but commas."""
    words, tags, heads, deps = zip(*added, strict=True)
    spaces = [following != "," for following in words]
    shift = len(added)
    return replace(
        sentence,
        words=(*sentence.words[:at], *words, *sentence.words[at:]),
        spaces=(*sentence.spaces[: at - 1], *spaces, sentence.spaces[at - 1], *sentence.spaces[at:]),
        tags=(*sentence.tags[:at], *tags, *sentence.tags[at:]),
        heads=(
            *(head + shift * (head >= at) for head in sentence.heads[:at]),
            *heads,
            *(head + shift * (head >= at) for head in sentence.heads[at:]),
        ),
        deps=(*sentence.deps[:at], *deps, *sentence.deps[at:]),
    )


def _unbroken(heads: tuple[int, ...], top: int, *, shortest: int = 2) -> Iterator[tuple[int, int]]:
    """Yield the range under a word, if its words stand side by side and are not too few."""
    below = {top}
    grown = True
    while grown:
        more = {index for index, head in enumerate(heads) if head in below} - below
        below |= more
        grown = bool(more)
    start, end = min(below), max(below) + 1
    if end - start == len(below) >= shortest:
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


def _with_unknown_words(sentence: Sentence, rng: random.Random) -> Sentence:
    """Return the sentence with a few long words made up, but for their beginning, ending and shape."""
    words = [
        word[:2] + "".join(rng.choices(ascii_lowercase, k=len(word) - 5)) + word[-3:]
        if len(word) >= _LETTERS_OF_UNKNOWN
        and word[1:].islower()
        and word.isalpha()
        and rng.random() < _UNKNOWN
        else word
        for word in sentence.words
    ]
    return replace(sentence, words=tuple(words))


def _recased(sentence: Sentence, rng: random.Random) -> Sentence:
    share = rng.random()
    if share < _ALL_CAPS:
        words = [word.upper() for word in sentence.words]
    elif share < _TITLE:
        words = _title_case(sentence, small=rng.random() < _SMALL_STAY_SMALL)
    elif share < _LOWER:
        words = [word.lower() for word in sentence.words]
    else:
        return sentence
    return replace(sentence, words=tuple(words))


def _title_case(sentence: Sentence, *, small: bool) -> list[str]:
    """Return the words as in a title, which may leave small words small."""
    return [
        word
        if (small and index and tag in ("IN", "CC", "DT", "TO")) or word.lower() in ("n't", "n’t")
        else word[:1].upper() + word[1:]
        for index, (word, tag) in enumerate(zip(sentence.words, sentence.tags, strict=True))
    ]
