"""Lines that no markup explains become headings, items and paragraphs, by their look."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from extract.readers.draft import Draft, part

LONGEST_HEADING = 110
LONGEST_HEADING_WORDS = 16
LONGEST_ITEM = 160
SHORTEST_BODY = 60
# The look of a line is asked for by its neighbours too.
CACHED = 50_000

_BULLET = re.compile(r"(?:[•●○■□▪▫◦‣⁃∙·➢➤►▶✓✔❖\uf0b7\uf0a7]\s*|[*+]\s+|o\s+(?=\S)|[-–—]\s+|-(?=[a-z]))(?=\S)")
_NUMBER = re.compile(
    r"""(?P<label>
        (?P<noun>(?:section|article|part|clause|step|§)\s*)?
        (?P<digits>\d{1,3}(?:\.\d{1,3})*)[.):]*(?<=[.):])(?!\d)
      | (?P<deep>\d{1,2}(?:\.\d{1,2})+)(?=\s)
      | (?:section|article|part|clause)\s+(?P<named>\d{1,3})(?=\s)
      | \((?!c\)\s*\d{4})(?P<bracket>\d{1,3}|[a-z]|[ivx]{1,5})\.?\)[.:]?
      | (?P<letter>[a-z]|[ivx]{2,5})[.)](?=\s)
    )\s*(?=\S)""",
    re.VERBOSE | re.IGNORECASE,
)
_LABELLED = re.compile(r"\w\s+[-–—]\s+\w")
_LABEL = re.compile(r"^[A-Z“\"][^.:;!?]{2,60}?(?:[:.]\s|\s[-–—]\s|\s(?:means|refers to|is|includes?)\s)")
_FIELD = re.compile(r"[“\"]?(?P<label>[A-Z][^.:?!;()]{2,50}?)[”\"]?\s?(?P<mark>:|\?|\s[-–—]\s)(?=\s|$)")
_QUESTION_WORDS = {"what": "data", "who": "recipients"}
_WHAT_FOR = re.compile(r"what\b.*\bfor\W*$", re.IGNORECASE)
_FIELD_START = re.compile(r"(?:^|(?<=[.;)])\s+)(?=[A-Z])")
_INLINE_DASH = re.compile(r" [-–] (?:(?<=[:;.,] . )|(?<=[;,] and . )|(?<=[;,] or . ))(?=\w)")
_INLINE_BULLET = re.compile(r"(?:^|\s)[•●▪◦■·](?:\s+|(?=\w))(?=\S)")
_INLINE_LETTER = re.compile(r"(?:^|\s)\((?P<letter>[a-z])\)\s+(?=\w)")
_BARE_MARK = re.compile(r"[^\w\s]|o|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5})[.)]{1,2}", re.IGNORECASE)
_STOPPED = re.compile(r"[.!?…][\"”’')\]]*$")
_OPEN_END = re.compile(r"[:：]\s*[-–—]?$|[:：][\"”’')\]]*$|…$|\.\.\.$")
_SERIAL = re.compile(r"(?:[;,]|[;,]?\s(?:and|or|and/or))$", re.IGNORECASE)
_ADDRESS = re.compile(r"@|https?://|www\.|©|\b\d{4,}\b|\+\d|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}\b")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SENTENCE_BREAK = re.compile(r"[a-z0-9)\"”](?<!e\.g)(?<!i\.e)[.!?]\s+[A-Z]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of looks.toml."""

    hanging: frozenset[str]
    small: frozenset[str]
    announcing: tuple[str, ...]
    facts: re.Pattern[str]
    titles: re.Pattern[str]
    beside: frozenset[str]
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    cells: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def words() -> Words:
    """Return the words by which lines are told apart."""
    table = tomllib.loads(Path(__file__).with_name("looks.toml").read_text(encoding="utf-8"))
    columns = table["columns"]
    return Words(
        hanging=frozenset(table["hanging"]),
        small=frozenset(table["small"]),
        announcing=tuple(table["announcing"]),
        facts=_any_of(table["facts"], r"^{}\b"),
        titles=_any_of(table["titles"], r"\b{}\b"),
        beside=frozenset(table["beside"]),
        headers=tuple((name, _any_of(column["header"], r"\b{}\b")) for name, column in columns.items()),
        cells=tuple(
            (name, _any_of(column["cell"], r"^{}\b")) for name, column in columns.items() if column["cell"]
        ),
    )


def _any_of(phrases: Sequence[str], form: str) -> re.Pattern[str]:
    """Return a pattern that finds any of `phrases`, longest first."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    choice = "|".join(re.escape(phrase.strip()) for phrase in ordered)
    return re.compile(form.format(f"(?:{choice})"), re.IGNORECASE)


def stopped(shown: str) -> bool:
    """Return whether the line ends a sentence."""
    return bool(_STOPPED.search(shown))


def introduces(shown: str, item: str) -> bool:
    """Return whether the line announces a list that begins with `item`."""
    if opens_list(shown):
        return True
    if serial(shown):
        return False
    last = _SENTENCE_BREAK.split(shown)[-1].lower()
    announced = any(word in last for word in words().announcing)
    if announced or stopped(shown):
        return announced
    # "Right to object - You have the right to ..." is an item that lost its bullet.
    return item[:1].islower() or not _LABELLED.search(shown)


def alike(one: str, other: str) -> bool:
    """Return whether two lines begin like items of one list: with the same word, or with a label each."""
    if one.split(maxsplit=1)[0].lower() == other.split(maxsplit=1)[0].lower():
        return True
    return labelled(one) and labelled(other)


def labelled(shown: str) -> bool:
    """Return whether a line begins with a label: "Cookies: small files", "Device means any device"."""
    return bool(_LABEL.match(shown))


def serial(shown: str) -> bool:
    """Return whether the line ends like one of a series: in a semicolon, a comma or "and"."""
    return bool(_SERIAL.search(shown))


def opens_list(shown: str) -> bool:
    """Return whether the line ends in a colon."""
    return bool(_OPEN_END.search(shown))


def listed(text: str, line: Draft) -> Draft:
    """Return `line` as an item without its bullet, or with its number split off, or as it is."""
    bullet = _BULLET.match(line.shown)
    if bullet:
        rest = part(line, text, bullet.end() + _second_mark(line.shown[bullet.end() :]))
        return replace(rest, kind="item", mark=bullet.group().strip())
    number = _NUMBER.match(line.shown)
    if number and number.end() < len(line.shown):
        return replace(part(line, text, number.end()), mark=number.group("label"))
    return line


def _second_mark(shown: str) -> int:
    """Return the length of the mark that stands behind a bullet: "- (ii). Names", "- · Names"; or 0."""
    bullet = _BULLET.match(shown)
    number = _NUMBER.match(shown)
    if bullet or number is None or number["noun"] or number["named"]:
        return bullet.end() if bullet else 0
    return number.end() if number.end() < len(shown) else 0


def inline_items(shown: str) -> list[tuple[int, int]]:
    """Return where the parts of a line stand that is a list in itself: "We collect: - names; - ages."."""
    for sign, pattern, fewest in ((":", _INLINE_DASH, 1), ("", _INLINE_BULLET, 2)):
        if sign not in shown or not pattern.search(shown):
            continue
        breaks = list(pattern.finditer(shown))
        if len(breaks) >= fewest and shown[: breaks[0].start()].endswith(sign):
            ends = [found.start() for found in breaks[1:]]
            return [
                (0, breaks[0].start()),
                *zip((found.end() for found in breaks), [*ends, len(shown)], strict=True),
            ]
    return []


def lettered_parts(shown: str) -> list[tuple[int, int]]:
    """Return where the parts of a cell stand that are lettered in one line: "(a) Identity (b) Contact"."""
    breaks: list[re.Match[str]] = []
    for found in _INLINE_LETTER.finditer(shown):
        due = chr(ord(breaks[-1]["letter"]) + 1) if breaks else "ab"
        if found["letter"] in due:
            breaks.append(found)
    if not breaks or breaks[-1]["letter"] == "a":
        return []
    starts = [0, *(found.end() for found in breaks)]
    ends = [*(found.start() for found in breaks), len(shown)]
    return list(zip(starts, ends, strict=True))


def has_mark(shown: str) -> bool:
    """Return whether a line begins with a bullet or a number."""
    return bool(_BULLET.match(shown) or _NUMBER.match(shown))


def has_bullet(shown: str) -> bool:
    """Return whether a line begins with a bullet."""
    return bool(_BULLET.match(shown))


def bare_mark(shown: str) -> bool:
    """Return whether a line is nothing but a bullet or a number."""
    return bool(_BARE_MARK.fullmatch(shown))


@lru_cache(maxsize=CACHED)
def depth(mark: str) -> int:
    """Return how many levels a number has: 0 for a letter, 1 for "4.", 2 for "4.1"."""
    return len(re.findall(r"\d+", mark))


@lru_cache(maxsize=CACHED)
def style(mark: str) -> str:
    """Return the form of a number, for which items of one list agree: "1." and "2." do."""
    if re.search(r"\d", mark):
        return re.sub(r"\d+", "1", mark)
    letters = re.sub(r"[^a-z]", "", mark, flags=re.IGNORECASE)
    kind = "a" if letters.islower() else "A"
    return re.sub(r"[a-z]+", kind, mark, count=1, flags=re.IGNORECASE)


@lru_cache(maxsize=CACHED)
def value(mark: str) -> int:
    """Return the last number of a mark, or the place of its letter in the alphabet."""
    digits = re.findall(r"\d+", mark)
    if digits:
        return int(digits[-1])
    letters = re.sub(r"[^a-z]", "", mark.lower())
    return ord(letters[0]) - ord("a") + 1 if letters else 0


def title_case(shown: str) -> bool:
    """Return whether nearly all words that can take a capital have one."""
    found = [word for word in _WORD.findall(shown) if word[0].isalpha()]
    telling = [word for word in found if word.lower() not in words().small] or found
    capital = sum(word[0].isupper() for word in telling)
    return bool(telling) and capital * 4 >= len(telling) * 3 and found[0][0].isupper()


def all_caps(shown: str) -> bool:
    """Return whether every letter is a capital, and there are some."""
    letters = [letter for letter in shown if letter.isalpha()]
    return len(letters) > 3 and all(letter.isupper() for letter in letters)  # noqa: PLR2004 - a short acronym is none


def is_fact(shown: str) -> bool:
    """Return whether a line states a date, a version or an address."""
    return bool(words().facts.match(shown))


def is_title(shown: str) -> bool:
    """Return whether a heading names the whole text."""
    return bool(words().titles.search(re.sub(r"\b(\w) (?=\w\b)", r"\1", shown)))


def heading_look(shown: str) -> str:
    """Return "caps", "question", "title", "plain" or "" for how much the line looks like a heading."""
    return _heading_look(shown) if len(shown) <= LONGEST_HEADING else ""


@lru_cache(maxsize=CACHED)
def _heading_look(shown: str) -> str:
    """Return the look of a line that has the length of a heading."""
    if (
        shown.endswith((".", "!"))
        or not _short(shown)
        or _ADDRESS.search(shown)
        or serial(shown)
        or is_fact(shown)
    ):
        return ""
    first = _WORD.search(shown)
    if first is None or not (first.group()[0].isupper() or first.group()[0].isdigit()):
        return ""
    if all_caps(shown):
        return "caps"
    if shown.endswith("?"):
        return "question"
    return "title" if title_case(shown) and ": " not in shown else "plain"


def _short(shown: str) -> bool:
    """Return whether the line has the length of a heading."""
    return len(shown.split()) <= LONGEST_HEADING_WORDS and not _SENTENCE_BREAK.search(shown)


def is_body(line: Draft) -> bool:
    """Return whether the line is running text, as it stands below a heading."""
    return line.kind in ("paragraph", None) and (
        len(line.shown) >= SHORTEST_BODY or (stopped(line.shown) and len(line.shown.split()) > 3)  # noqa: PLR2004 - a sentence
    )


@lru_cache(maxsize=CACHED)
def column_name(shown: str) -> str:
    """Return which column of a record a header cell names: "data", "purpose", "basis" ..., or nothing."""
    if _WHAT_FOR.match(shown):
        return "purpose"
    found = [
        (match.start(), -len(match.group()), name)
        for name, pattern in words().headers
        if (match := pattern.search(shown))
    ]
    return min(found)[2] if found else ""


@lru_cache(maxsize=CACHED)
def label_name(shown: str) -> str:
    """Return which column a label names that says nothing else: "Why we need it", "Purpose of the processing"."""
    alone = _QUESTION_WORDS.get(shown.strip(" ?:").lower())
    if alone:
        return alone
    name = column_name(shown)
    rest = shown
    for _, pattern in words().headers:
        rest = pattern.sub(" ", rest)
    allowed = words().small | words().beside
    return name if all(word.lower() in allowed for word in _WORD.findall(rest)) else ""


def field_name(shown: str, start: int = 0) -> str:
    """Return which column of a record the label names with which a line begins at `start`, or nothing."""
    label = _FIELD.match(shown, start)
    return label_name(label["label"]) if label else ""


@lru_cache(maxsize=CACHED)
def fields(shown: str) -> tuple[tuple[int, int], ...]:
    """Return where the labels with a colon and what stands behind each are in a line that begins with one."""
    labels = [
        label
        for place in _FIELD_START.finditer(shown)
        if (label := _FIELD.match(shown, place.end())) and label["mark"] == ":" and label_name(label["label"])
    ]
    if not labels or labels[0].start() or labels[-1].end() >= len(shown):
        return ()
    ends = [*(label.start() for label in labels[1:]), len(shown)]
    return tuple(
        place
        for label, end in zip(labels, ends, strict=True)
        for place in ((label.start(), label.end()), (label.end(), end))
    )


@lru_cache(maxsize=CACHED)
def cell_name(shown: str) -> str:
    """Return in which column of a record a cell belongs that begins like `shown`, or nothing."""
    found = [
        (-len(match.group()), place, name)
        for place, (name, pattern) in enumerate(words().cells)
        if (match := pattern.search(shown))
    ]
    return min(found)[2] if found else ""


def several_sentences(shown: str) -> bool:
    """Return whether one sentence ends and another begins within the line."""
    return bool(_SENTENCE_BREAK.search(shown))
