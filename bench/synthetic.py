"""Writes policies of made-up companies, which imitate real ones in layout, vocabulary and length.

    python bench/synthetic.py FOLDER [--number N] [--words N] [--seed N]

Their words are drawn from the labels of the ontology, so it grows with that; how they are put together is in
synthetic.toml. What has many names in the ontology is named often (a Zipf distribution), so a few recipients
are everybody's and most are rare. Some recipients are other synthetic companies, whose policies name others in
turn. Some policies leave sections out, some contradict themselves. The same seed gives the same bytes.
"""

import argparse
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import ontology
from graph import iri
from ontology import Form, Ontology, expand

_RECIPES = Path(__file__).with_suffix(".toml")
_SYNTHETIC = 0.2  # of the recipients are synthetic companies
_MARKDOWN = 0.3  # of the policies are Markdown
_TABLES = 0.3  # of what a Markdown policy adds to a section that can have a table is one
_CHANGED = 0.1  # of the values are others in a later edition of a policy
_FIRST = 0.95  # what so many policies have, even short ones have
_FILLER = 0.5  # of the paragraphs that are added have one behind them that states nothing
_SLOT = re.compile(r"\{(?P<name>\w+)(?:(?P<how>[:*])(?P<least>\d)-(?P<most>\d))?\}")
_VERBS = expand("pgq:OpeningVerb")
_PROVIDER = expand("dpv:hasServiceProvider")
_ALSO = expand("skos:altLabel")
_STARTS = (
    *("Al", "Bel", "Cor", "Dra", "El", "Fen", "Gal", "Hol", "Is", "Jor", "Kel", "Lum", "Mar", "Nor", "Or"),
    *("Pel", "Quin", "Ros", "Sol", "Tar", "Ul", "Vel", "Wex", "Yar", "Zen"),
)
_MIDDLES = ("a", "e", "i", "o", "u", "ara", "eni", "ilo", "ova", "umi")
_ENDS = (
    "bex",
    "dane",
    "fort",
    "gard",
    "lyn",
    "mora",
    "nix",
    "pont",
    "quay",
    "ric",
    "stow",
    "tava",
    "vane",
    "wick",
)
_FIELDS = (
    "Health",
    "Media",
    "Software",
    "Travel",
    "Foods",
    "Games",
    "Energy",
    "Retail",
    "Learning",
    "Motors",
)
_KINDS = ("Ltd", "Limited", "Inc.", "GmbH", "LLC", "B.V.", "AG")
_STEP = 151_421  # no factor in common with the number of parts: no name comes twice, neighbours differ


@dataclass(frozen=True, slots=True)
class Policy:
    """A synthetic policy: its file name, the company whose it is, its text, and what it was made to state.

    `stated` are properties (CURIEs) with their values (IRIs, or durations), those of denials left out.
    """

    name: str
    company: str
    text: str
    stated: frozenset[tuple[str, str]]


class _Slot(NamedTuple):
    """What fills a slot: values, the most usual first, each with the words for it; and the property."""

    property: str
    values: tuple[tuple[str, tuple[str, ...]], ...]


class _Block(NamedTuple):
    """A paragraph, with a list below it or not; a heading if it is one; or the rows of a table."""

    text: str
    items: tuple[str, ...] = ()
    is_heading: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


def policies(number: int, *, words: int = 100, seed: int = 0) -> Iterator[Policy]:
    """Yield `number` policies of about so many words, each of another company."""
    return (policy(index, number, words=words, seed=seed) for index in range(number))


def policy(index: int, number: int, *, words: int = 100, seed: int = 0, edition: int = 0) -> Policy:
    """Return policy `index` of `number`, whose companies it may name; each `edition` has other changes."""
    writer = _Writer(index, number, f"{seed} {index}", edition)
    markdown = writer.random.random() < _MARKDOWN
    blocks = writer.blocks(words, tables=markdown)
    text = "\n\n".join(_laid_out(block, markdown=markdown) for block in blocks) + "\n"
    name = f"{index:06}-{iri.slug(writer.company)}.{'md' if markdown else 'txt'}"
    return Policy(name, writer.company, text, frozenset(writer.stated))


def company(index: int) -> str:
    """Return the name of the company that has policy `index`; no two have the same."""
    rest = index * _STEP
    parts = []
    for choices in (_STARTS, _MIDDLES, _ENDS, _FIELDS, _KINDS):
        rest, place = divmod(rest, len(choices))
        parts.append(choices[place])
    start, middle, end, field_of_work, kind = parts
    return f"{start}{middle}{end} {field_of_work} {kind}"


class _Writer:
    """Writes one policy, and keeps what it states."""

    def __init__(self, index: int, number: int, seed: str, edition: int) -> None:
        self.company = company(index)
        self.random = Random(seed)  # noqa: S311  nothing is secret here
        self.stated: set[tuple[str, str]] = set()
        self._changes = Random(f"{seed} {edition}") if edition else None  # noqa: S311
        self._number = number
        self._denies = False

    def blocks(self, words: int, *, tables: bool) -> Iterator[_Block]:
        """Yield the blocks of a policy of about so many words."""
        told: list[tuple[Mapping[str, Any], list[_Block]]] = []
        length = 0
        for section in self._sections():
            if length < words or section["share"] == 1:
                told.append((section, [*self._heading(section), *self._paragraph(section)]))
                length += _length(told[-1][1])
        again = [pair for pair in told if "repeats" in pair[0]]
        while length < words:
            section, blocks = self.random.choice(again)
            table = tables and "table" in section and self.random.random() < _TABLES
            more = [self._table(section)] if table else [*self._paragraph(section), *self._filler()]
            blocks += more
            length += _length(more)
        told.sort(key=lambda pair: _recipes()["sections"].index(pair[0]))
        for _, blocks in told:
            yield from blocks

    def _sections(self) -> list[Mapping[str, Any]]:
        """Return the sections that this policy has if it is long enough, the usual first."""
        chosen = [section for section in _recipes()["sections"] if self.random.random() < section["share"]]
        return sorted(chosen, key=lambda section: (section["share"] < _FIRST, self.random.random()))

    def _heading(self, section: Mapping[str, Any]) -> Iterator[_Block]:
        if "headings" in section:
            yield _Block(self.random.choice(section["headings"]), is_heading=True)

    def _filler(self) -> Iterator[_Block]:
        """Yield a paragraph that states nothing, as often as not."""
        if self.random.random() < _FILLER:
            yield _Block(" ".join(self.random.sample(_recipes()["filler"], 2)))

    def _paragraph(self, section: Mapping[str, Any]) -> Iterator[_Block]:
        """Yield a paragraph of a section, and the list below its first sentence if it has one."""
        self._denies = section.get("denies", False)
        first = self._sentence(self.random.choice(section["opening"]))
        more = self.random.sample(section.get("sentences", ()), min(len(section.get("sentences", ())), 1))
        said = [self._sentence(sentence) for sentence in more]
        if first.items:
            yield first
            yield from said
        else:
            yield _Block(" ".join(block.text for block in (first, *said)))

    def _table(self, section: Mapping[str, Any]) -> _Block:
        """Return a table of a section."""
        self._denies = False
        columns: Mapping[str, str] = section["table"]
        rows = [
            tuple(self._sentence(cell).text for cell in columns.values())
            for _ in range(self.random.randint(2, 4))
        ]
        return _Block("", rows=(tuple(columns), *rows))

    def _sentence(self, recipe: str) -> _Block:
        """Return a sentence with its slots filled, and the list that one of them asks for."""
        items: list[str] = []

        def fill(found: re.Match[str]) -> str:
            number = self.random.randint(int(found["least"]), int(found["most"])) if found["how"] else 1
            values = list(dict.fromkeys(self._value(found["name"]) for _ in range(number)))
            if found["how"] == "*":
                items.extend(values)
                return ""
            return " and ".join(part for part in (", ".join(values[:-1]), values[-1]) if part)

        return _Block(_SLOT.sub(fill, recipe).replace("..", "."), tuple(items))

    def _value(self, name: str) -> str:
        """Return words for a slot, and note what they state."""
        if name == "company":
            return self.company
        if name == "email":
            return f"privacy@{iri.slug(self.company)}.example"
        if name == "recipient" and self._number > 1 and self.random.random() < _SYNTHETIC:
            other = company(self._rank(self._number))
            self._note("dpv:hasRecipient", iri.company(other))
            return other
        slot = _slots()[name]
        value, words = slot.values[self._rank(len(slot.values))]
        self._note(slot.property, value)
        return words[int(len(words) * self.random.random())]

    def _rank(self, size: int) -> int:
        """Return a number below `size`: n about 1 / (n + 1) as often as 0."""
        drawn = self.random.random()
        if self._changes and self._changes.random() < _CHANGED:
            drawn = self._changes.random()
        return int((size + 1) ** drawn) - 1

    def _note(self, prop: str, value: str) -> None:
        if prop and not self._denies:
            self.stated.add((prop, value))


def _length(blocks: Iterable[_Block]) -> int:
    """Return how many words there are in some blocks."""
    cells = (cell for block in blocks for row in block.rows for cell in row)
    return sum(len(text.split()) for text in (*(t for b in blocks for t in (b.text, *b.items)), *cells))


def _laid_out(block: _Block, *, markdown: bool) -> str:
    """Return a block as it stands in a file."""
    if block.is_heading:
        return f"## {block.text}" if markdown else block.text
    if block.rows:
        lines = [f"| {' | '.join(row)} |" for row in block.rows]
        return "\n".join((lines[0], "|---" * len(block.rows[0]) + "|", *lines[1:]))
    mark = "- " if markdown else "  • "
    return "\n".join(
        (block.text + "\n" * (markdown and bool(block.items)), *(mark + item for item in block.items))
    )


@cache
def _recipes() -> Mapping[str, Any]:
    return tomllib.loads(_RECIPES.read_text(encoding="utf-8"))


@cache
def _slots() -> Mapping[str, _Slot]:
    """Return what fills the slots, from the ontology and from the recipes."""
    known = ontology.load()
    return {name: _slot(known, recipe) for name, recipe in _recipes()["slots"].items()}


def _slot(known: Ontology, recipe: Mapping[str, Any]) -> _Slot:
    if "other" in recipe:
        return _Slot("", tuple((words, (words,)) for words in recipe["other"]))
    if "values" in recipe:
        return _Slot(
            recipe["property"], tuple((value, tuple(words)) for value, words in recipe["values"].items())
        )
    usual = _times_named(known)
    of_term: dict[str, list[str]] = defaultdict(list)
    for form in known.forms:
        if form.table == recipe["table"] and _fits(known, form, recipe):
            of_term[form.term].append(_plural(form.words) if "plural" in recipe else form.words)
    ranked = sorted(of_term, key=lambda term: (-usual[term], term))
    return _Slot(recipe["property"], tuple((term, tuple(of_term[term])) for term in ranked))


def _times_named(known: Ontology) -> Counter[str]:
    """Return how many names each term has, a company those of its services, too."""
    named = Counter(form.term for form in known.forms)
    for service in known.table("services"):
        for provider in known.values(service.iri, _PROVIDER):
            named[provider] += named[service.iri]
    return named


def _fits(known: Ontology, form: Form, recipe: Mapping[str, Any]) -> bool:
    """Tell whether a form is what a slot asks for, and means one thing only."""
    if not re.fullmatch(recipe["words"], form.words) or known.find(form.words) != (form.term,):
        return False
    if "label" in recipe and form.words != known.label(form.term):
        return False
    if "leaf" in recipe and form.term in _inner():
        return False
    opens = form.words.partition(" ")[0] in known.values(_VERBS, _ALSO)
    return bool(recipe.get("verb", opens) == opens)


@cache
def _inner() -> frozenset[str]:
    """Return the terms that others are narrower than."""
    return frozenset(above for term in ontology.load().terms.values() for above in term.broader)


def _plural(words: str) -> str:
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def write(folder: Path, made: Iterable[Policy]) -> None:
    """Write policies to a folder, each as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in made:
        (folder / one.name).write_text(one.text, encoding="utf-8")


def main() -> None:
    """Write as many policies as the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument(
        "--words", type=int, default=100, help="words of a policy; real ones have 1,500 to 4,000"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write(options.folder, policies(options.number, words=options.words, seed=options.seed))


if __name__ == "__main__":
    main()
