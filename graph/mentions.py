"""Mentions read back from a store: which words of a policy say which triple."""

import re
from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from graph.store import Store, Version
from graph.terms import name_of, term

_SPAN = re.compile(r"#char=(\d+),(\d+)$")
_WEAK = 0.5  # a mention below this confidence is a sign, not a statement


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a policy and where they stand in its stored text."""

    start: int
    end: int
    text: str

    def row(self) -> dict[str, str | int]:
        """Return the quote as a JSON object."""
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that say one triple, how directly (`support`, an IRI) and how surely."""

    triple: ox.Triple
    quote: Quote
    support: str
    confidence: float

    @property
    def weak(self) -> bool:
        """Tell whether these words alone would leave it unclear."""
        return self.support == term("pg:Inferred").value or self.confidence < _WEAK


def mentions(store: Store, version: Version) -> dict[ox.Triple, tuple[Mention, ...]]:
    """Return the mentions of one version by the triple that they say, each group in the order of the text."""
    parts: dict[ox.NamedNode, dict[ox.NamedNode, ox.NamedNode | ox.Literal]] = defaultdict(dict)
    for triple in store.triples(version.evidence):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            parts[triple.subject][triple.predicate] = triple.object
    found: dict[ox.Triple, list[Mention]] = defaultdict(list)
    for said in parts.values():
        if said.get(term("rdf:type")) == term("pg:Mention"):
            mention = _mention(parts, said)
            found[mention.triple].append(mention)
    return {triple: tuple(sorted(said, key=lambda one: one.quote)) for triple, said in found.items()}


def _mention(
    parts: dict[ox.NamedNode, dict[ox.NamedNode, ox.NamedNode | ox.Literal]],
    said: dict[ox.NamedNode, ox.NamedNode | ox.Literal],
) -> Mention:
    subject, predicate = (
        ox.NamedNode(name_of(said[term(part)])) for part in ("rdf:subject", "rdf:predicate")
    )
    target = name_of(said[term("oa:hasTarget")])
    place = _SPAN.search(target)
    assert place is not None  # integrity shape I04
    words = parts[ox.NamedNode(target + ";quote")][term("oa:exact")].value
    return Mention(
        ox.Triple(subject, predicate, said[term("rdf:object")]),
        Quote(int(place[1]), int(place[2]), words),
        name_of(said[term("pg:support")]),
        float(said[term("pg:confidence")].value),
    )
