"""Reads the name of an organisation off the words beside a place in a text."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import ontology

MOST_WORDS = 9
MOST_LETTERS = 80
LONGEST_SENTENCE = 1000  # letters; what stands further ahead is another sentence
LONGEST_LEGAL_WORD = 16
MAYBE_LEGAL_FORM = r"(?:\s(?:Inc|Ltd|LLC|Limited|GmbH)\.?)?"
"""The pattern of what may stand behind a name before what is said of it."""

_COUNTRY_NAMES = frozenset(("US",))  # no pronoun in spite of its letters
MOST_INITIAL = 2  # letters of an initial with its point

_TOKEN = re.compile(r"(?:[^\s,;:()\[\]{}<>“”„\"|•]|:(?=[^\s/]))+")
_POSSESSIVE = re.compile(r"['’]s?$")
_EDGE = ".!?'‘’*_–—-/"
_GAP = re.compile(r"[\s“”„\"‘’'*_\[]*$")
_COMMA = re.compile(r"\s*,\s*$")
_QUOTED = re.compile(r"[“\"„‘']([^“”\"„‘’']{1,60}|[^“”\"]{1,60})[”\"’']")
_BRACKET = re.compile(r"\(([^()]{1,200})\)")
_BRANCH = re.compile(r"\s\((?P<place>[A-Z][\w&.]*(?:\s[A-Z][\w&.]*)?)\)\s(?P<form>[A-Za-z][\w.]+)")
_SENTENCE_END = re.compile(r"[.!?]['’”\"]?\s+(?=[A-Z“\"])")
_FREE_END = re.compile(
    r"\s+(?:at\s+no\s+cost|as\s+an?\b|and\s+is\b|has\b|having\b|is\b|to\b|who\b|which\b)|[(\[,;:|]|\.(?=\s|$|\.)|$"
)
_OPENER = re.compile(
    r"[\s“”„\"‘’'*_\[\]]*"
    r"(?:(?:(?:We|Here)\s+at|We|At|This|Our|If|When|The|In|By|For|To|While|Our company|As|Please|From|"
    r"Here|Welcome|How|Why|And|But|Your|See)\s+"
    r"[“\"]?(?=\S))?"
)
_NEW_SENTENCE = re.compile(r"(?:We|Our|You|Your)\s+[a-z]")
_PRONOUNS = frozenset(
    ("it", "its", "you", "your", "they", "their", "this", "that", "which", "we", "our", "i")
)
_FORBIDDEN = re.compile(r"https?:|www\.|@|\d{6}|\bprivacy\s+(?:policy|notice|statement)\b", re.IGNORECASE)


@cache
def words_of(curie: str) -> frozenset[str]:
    """Return the hidden labels of a cue in lower case."""
    lexicon = ontology.load()
    return frozenset(
        label.lower() for label in lexicon.values(lexicon.term(curie), ontology.expand("skos:hiddenLabel"))
    )


@cache
def _legal_words() -> frozenset[str]:
    return frozenset(_plain(word) for form in words_of("pgq:LegalForm") for word in form.split())


def _plain(word: str) -> str:
    """Return a word without the points and strokes in which spellings of legal forms differ."""
    return re.sub(r"[./\-]", "", word).lower()


@lru_cache(maxsize=1 << 14)  # every word of a policy is asked for
def is_legal_form(word: str) -> bool:
    """Tell whether `word` is a legal form such as "Ltd."; in small letters only if it is no other word."""
    plain = _plain(word)
    small = word.islower() and "." not in word.rstrip(".")
    return plain in _legal_words() and not (small and plain not in words_of("pgq:SmallLegalForm"))


def has_legal_form(name: str) -> bool:
    """Tell whether a name ends in a legal form."""
    parts = name.replace(",", " ").split()
    return len(parts) > 1 and is_legal_form(parts[-1])


def core(name: str) -> str:
    """Return what tells a name from others: no legal form, no spaces, small letters."""
    parts = [part for part in re.split(r"[\s,]+", name.strip(_EDGE + " ")) if part]
    while len(parts) > 1 and is_legal_form(parts[-1]):
        parts.pop()
    if len(parts) > 1 and parts[0].lower() == "the":
        parts.pop(0)
    return re.sub(r"[\W_]+", "", "".join(parts)).lower()


def short(name: str) -> str:
    """Return a name without its legal form."""
    parts = re.split(r"(?<=\S)[\s,]+(?=\S)", name.strip())
    kept = list(parts)
    while len(kept) > 1 and is_legal_form(kept[-1]):
        kept.pop()
    found = name.find(kept[-1], sum(len(part) for part in kept[:-1]))
    return name[: found + len(kept[-1])].rstrip(",. ")


def is_name(text: str) -> bool:
    """Tell whether `text` can be a name: not too long, no address of the web, not all common words."""
    words = [word.strip(_EDGE) for word in _TOKEN.findall(text)]
    words = [word for word in words if word]
    if not words or len(words) > MOST_WORDS or len(text) > MOST_LETTERS or _FORBIDDEN.search(text):
        return False
    if not any(letter.isalpha() for letter in text) or not _PRONOUNS.isdisjoint(words):
        return False
    if len(words) > 1 and is_legal_form(words[-1]):
        return not all(word.lower() in words_of("pgq:NameLink") for word in words[:-1])
    common = words_of("pgq:NoName")
    return not all(not common.isdisjoint(_bases(word)) or is_legal_form(word) for word in words)


def _bases(word: str) -> tuple[str, ...]:
    """Return a word in small letters, and what it may be the plural of."""
    lower = _POSSESSIVE.sub("", word.lower())
    return lower, lower.removesuffix("s"), lower.removesuffix("es"), re.sub("ies$", "y", lower)


def _looks_named(word: str) -> bool:
    """Tell whether a word is written like a part of a name."""
    return word[:1].isdigit() or word == "&" or any(letter.isupper() for letter in word)


def _is_scriptless(word: str) -> bool:
    """Tell whether a word is in a script without capital letters."""
    return word[:1].isalpha() and word.lower() == word.upper()


def name_after(text: str, start: int, stop: int | None = None) -> tuple[int, int] | None:
    """Return where the name stands that begins at `start` (blanks and quotes set aside), or None."""
    first: int | None = None
    last = start
    pending = False
    for token in _TOKEN.finditer(text, start, len(text) if stop is None else stop):
        gap, raw = text[last : token.start()], token[0]
        legal = is_legal_form(raw.rstrip(",;"))
        if first is None:
            if not _GAP.match(gap):
                return None
        elif (not gap.isspace() and not (legal and _COMMA.match(gap))) or _NEW_SENTENCE.match(
            text, token.start()
        ):
            break
        if not (_looks_named(raw) or _is_scriptless(raw) or (legal and first is not None)):
            if first is None or pending or raw.lower() not in words_of("pgq:NameLink"):
                break
            pending = True
            last_named, last = last, token.end()
            continue
        first = token.start() if first is None else first
        last, pending = token.end(), False
        if last - first > MOST_LETTERS:
            return None
        bare = _POSSESSIVE.sub("", raw)
        ends = bare != raw or (raw[-1] in ".!?" and not legal and len(raw) > MOST_INITIAL)
        if ends or (has_legal_form(text[first:last]) and not _legal_follows(text, last)):
            break
    if first is None:
        return None
    return _trimmed(text, first, last_named if pending else _branch_end(text, last, stop))


def _branch_end(text: str, last: int, stop: int | None) -> int:
    """Return where a name ends that a place in brackets and a legal form may follow: "Acme (UK) Ltd"."""
    found = _BRANCH.match(text, last, len(text) if stop is None else stop)
    return found.end() if found and is_legal_form(found["form"]) else last


def _legal_follows(text: str, place: int) -> bool:
    """Tell whether the next word is a legal form too, as in "Pty Ltd"."""
    following = _TOKEN.search(text, place)
    return (
        following is not None and is_legal_form(following[0]) and not text[place : following.start()].strip()
    )


def name_before(text: str, end: int, floor: int = 0) -> tuple[int, int] | None:
    """Return where the name stands that ends at `end` (blanks and quotes set aside), or None."""
    tokens = list(_TOKEN.finditer(text, floor, end))
    first: int | None = None
    last = right = end
    for token in reversed(tokens):
        raw, gap = token[0], text[token.end() : right]
        if first is None:
            if gap.strip("\"”“’'*_ ,]\t"):
                return None
        elif not gap.isspace() and not (
            _COMMA.match(gap) and is_legal_form(text[first:last].split(maxsplit=1)[0])
        ):
            break
        if first is not None and raw[-1] in ".!?" and not is_legal_form(raw):
            break
        if (
            first is not None
            and is_legal_form(raw)
            and (
                text[token.end() : first].strip(" ,")
                or (raw.endswith(".") and not _legal_follows(text, token.end()))
            )
        ):
            break
        if not (_looks_named(raw) or _is_scriptless(raw) or (first is None and is_legal_form(raw))):
            if first is None or raw.lower() not in words_of("pgq:NameLink"):
                break
            right = token.start()
            continue
        if first is None:
            last = token.end()
        first = right = token.start()
    return None if first is None else _trimmed(text, first, last)


def free_name(text: str, start: int, stop: int | None = None) -> tuple[int, int] | None:
    """Return the words up to the next mark or "at no cost", whatever their letters, if they can be a name."""
    end = len(text) if stop is None else stop
    found = _FREE_END.search(text, start, end)
    last = found.start() if found else end
    while found and text[found.start() : found.start() + 1] == ",":
        legal = re.compile(r",\s*(\S+)").match(text, found.start(), end)
        if legal is None or not is_legal_form(legal[1].rstrip(",.(")):
            break
        last = legal.end()
        found = _FREE_END.search(text, last, end)
    return _trimmed(text, start, last)


def _trimmed(text: str, first: int, last: int) -> tuple[int, int] | None:
    """Return the span without quotes, stops and opening words such as "The", or None if no name is left."""
    opener = _OPENER.match(text, first, last)
    first = opener.end() if opener else first
    piece = text[first:last].rstrip(' \t“”„"*_[]–—-/:|,')
    words = piece.split()
    piece = piece.rstrip("!")
    if words and piece[-1:] in ".'’?" and not is_legal_form(words[-1]):
        piece = piece.rstrip(".") if piece[-1] != "?" else piece
    if words and piece.endswith(".") and words[-1].lower().rstrip(".") in words_of("pgq:UncutLegalForm"):
        piece = piece.rstrip(".")
    piece = _POSSESSIVE.sub("", piece)
    if not is_name(piece):
        return None
    return first, first + len(piece)


def brackets(text: str) -> Iterator[re.Match[str]]:
    """Yield the round brackets of `text`."""
    yield from _BRACKET.finditer(text)


def defined_names(inside: str) -> tuple[str, ...] | None:
    """Return the other names that a bracket such as (“Acme”, “we”) gives, or None if it defines nobody."""
    own = words_of("pgq:SelfWord")
    quoted = [match[1].strip(" ,.") for match in _QUOTED.finditer(inside)]
    parts = quoted or [part.strip(" ,.") for part in re.split(r"\s*(?:[,/;]|\bor\b|\band\b)\s*", inside)]
    parts = [part for part in parts if part]
    if not any(part.lower() in own and part not in _COUNTRY_NAMES for part in parts):
        return None
    if not quoted and sum(part.lower() not in own for part in parts) > 1:
        return None
    return tuple(part for part in parts if part.lower() not in own and is_name(part) and quoted)


def sentence_start(text: str, place: int) -> int:
    """Return where the sentence around character `place` begins; points of legal forms end none."""
    start = max(0, place - LONGEST_SENTENCE)
    for stop in _SENTENCE_END.finditer(text, start, place):
        before = text[max(start, stop.start() - LONGEST_LEGAL_WORD) : stop.start() + 1].split()
        if not (before and is_legal_form(before[-1])):
            start = stop.end()
    return start
