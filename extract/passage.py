"""A policy ready for the extractors: each block with its words, its sentences, its matches and its context."""

import tomllib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path

from spacy.tokens import Doc, Span, Token

from extract.asides import asides, put_back, without
from extract.claim import Evidence, Support
from extract.document import Block, Document
from extract.frame import Clause, clauses
from extract.matcher import Match, matcher
from extract.parser import NAMES
from ontology import Ontology

_START, _END = attrgetter("start"), attrgetter("end")  # matches of a table stand in order, none over another
_MEASURED = Path(__file__).with_name("confidence.toml")
GAZETTEER = (
    "services",
    "companies",
)  # the tables of those that are known by name; a product is asked for first


@cache
def _measured() -> Mapping[str, float]:
    """Return how often each rule is right, for the rules of which that was measured."""
    figures = tomllib.loads(_MEASURED.read_text(encoding="utf-8"))
    return {rule: float(figure["right"]) for rule, figure in figures.items()}


@dataclass(frozen=True, eq=False)
class Passage:
    """One block of a policy. Offsets into `text` count characters; `evidence` turns them into stored ones."""

    policy: "Policy"
    index: int
    doc: Doc
    matches: Mapping[str, tuple[Match, ...]]

    @cached_property
    def block(self) -> Block:
        """Return the block of the document."""
        return self.policy.document.blocks[self.index]

    @cached_property
    def text(self) -> str:
        """Return what a reader sees of the block."""
        return self.policy.document.visible(self.index)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return the tokens as they are written: strings, as each step to a token makes an object."""
        return tuple([token.text for token in self.doc])

    @cached_property
    def lowered(self) -> tuple[str, ...]:
        """Return the tokens in small letters."""
        return tuple([token.lower_ for token in self.doc])

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Return the tags of the tokens."""
        return tuple([token.tag_ for token in self.doc])

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the word classes of the tokens."""
        return tuple([token.pos_ for token in self.doc])

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple([token.idx for token in self.doc])

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Return the sentences of the block."""
        return tuple(self.doc.sents)

    @cached_property
    def sentence_spans(self) -> tuple[tuple[int, int], ...]:
        """Return the characters of each sentence, without the blanks at its end."""
        spans = ((sentence.start_char, sentence.end_char) for sentence in self.sentences)
        return tuple((start, start + len(self.text[start:end].rstrip())) for start, end in spans)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """Return the clauses of the sentences, in the order of their heads."""
        return tuple(clause for sentence in self.sentences for clause in clauses(sentence))

    @cached_property
    def _clause_at(self) -> dict[int, Clause]:
        return {token.i: clause for clause in self.clauses for token in clause.tokens}

    def clause_of(self, token: Token) -> Clause:
        """Return the clause to which a token belongs."""
        return self._clause_at[token.i]

    def token_at(self, character: int) -> Token | None:
        """Return the token that holds a character of the text."""
        place = bisect_right(self._starts, character) - 1
        if place >= 0 and character < self._starts[place] + len(self.words[place]):
            return self.doc[place]
        span = self.doc.char_span(character, character + 1, alignment_mode="expand")
        return span[0] if span is not None and len(span) else None

    def found(self, table: str, start: int = 0, end: int | None = None) -> Iterator[Match]:
        """Yield the matches of `table` that lie within characters `start` to `end`."""
        matches = self.matches.get(table, ())
        if not matches or (start == 0 and end is None):
            return iter(matches)
        first = bisect_left(matches, start, key=_START)
        behind = None if end is None else bisect_right(matches, end, first, key=_END)
        return iter(matches[first:behind])

    def is_in(self, token: Token, table: str, term: str | None = None) -> bool:
        """Tell whether a match of `table`, or of one `term` of it, covers the first character of a token."""
        matches = self.matches.get(table)
        if matches is None:
            return False
        place = token.idx
        for match in matches:
            if match.start > place:
                return False
            if place < match.end and (term is None or match.term == term):
                return True
        return False

    def evidence(
        self, start: int, end: int, *, support: Support = "Explicit", confidence: float = 0.8, rule: str = ""
    ) -> Evidence:
        """Return characters `start` to `end` of this passage as evidence, in offsets of the stored text.

        Its confidence is the measured share of right mentions of `rule`, or `confidence` if nobody measured it.
        """
        first, last = self.policy.document.span(self.index, start, end)
        return Evidence(first, last, support, _measured().get(rule, confidence), rule)

    @cached_property
    def section(self) -> "Passage | None":
        """Return the heading that governs the block."""
        index = self.block.section
        return None if index is None else self.policy.passages[index]

    @cached_property
    def headings(self) -> tuple["Passage", ...]:
        """Return the headings above the block, the nearest first."""
        chain: list[Passage] = []
        above = self.section
        while above is not None and above not in chain:
            chain.append(above)
            above = above.section
        return tuple(chain)

    @cached_property
    def lead_in(self) -> "Passage | None":
        """Return the passage that introduces the list in which this item stands."""
        index = self.block.lead_in
        return None if index is None else self.policy.passages[index]

    @cached_property
    def items(self) -> tuple["Passage", ...]:
        """Return the items that this passage introduces."""
        return tuple(self.policy.introduced.get(self.index, ()))


@dataclass(frozen=True, eq=False)
class Policy:
    """A document with one passage for each of its blocks, in the same order."""

    document: Document
    ontology: Ontology
    passages: tuple[Passage, ...]

    @cached_property
    def introduced(self) -> Mapping[int, list[Passage]]:
        """Return the items that each passage introduces, by its index."""
        items: dict[int, list[Passage]] = defaultdict(list)
        for passage in self.passages:
            if passage.block.lead_in is not None:
                items[passage.block.lead_in].append(passage)
        return items

    def body(self) -> Iterator[Passage]:
        """Yield the passages that can state something: no headings, no page furniture."""
        return (p for p in self.passages if not p.block.boilerplate and p.block.kind != "heading")


def parsed(document: Document, lexicon: Ontology) -> Policy:
    """Return `document` parsed and matched. Blocks are parsed one by one, in the order of the text."""
    from extract.parser import load  # noqa: PLC0415  spaCy takes over a second to import

    pipeline = load()
    texts = [document.visible(index) for index in range(len(document.blocks))]
    found = [matcher().tables(text) for text in texts]
    docs = [_with_names(pipeline.make_doc(text), matches) for text, matches in zip(texts, found, strict=True)]
    aside = [asides(doc, matches) for doc, matches in zip(docs, found, strict=True)]
    bare = (without(doc, words) if words else doc for doc, words in zip(docs, aside, strict=True))
    passages: list[Passage] = []
    policy = Policy(document, lexicon, ())
    for index, parse in enumerate(pipeline.pipe(bare, batch_size=128)):
        doc = put_back(docs[index], parse, aside[index]) if aside[index] else parse
        passages.append(Passage(policy, index, doc, found[index]))
    object.__setattr__(policy, "passages", tuple(passages))
    return policy


def _with_names(doc: Doc, matches: Mapping[str, tuple[Match, ...]]) -> Doc:
    """Return `doc` with the known names of one word marked; in longer ones stand words that the parser knows."""
    named = {(match.start, match.end) for table in GAZETTEER for match in matches.get(table, ())}
    if named:
        doc.user_data[NAMES] = [
            token.i
            for token in doc
            if token.text[0].isupper() and (token.idx, token.idx + len(token)) in named
        ]
    return doc
