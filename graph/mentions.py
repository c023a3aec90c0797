"""Mentions read back from a store: which words of a policy say which triple."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from graph.iri import span_of
from graph.store import Store, Version
from graph.terms import name_of, term

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

    def said(curie: str) -> dict[str, ox.NamedNode | ox.Literal]:
        return dict(store.said(term(curie), version.evidence))

    subjects, predicates, objects = (said(f"rdf:{part}") for part in ("subject", "predicate", "object"))
    targets, supports, confidences = (said(part) for part in ("oa:hasTarget", "pg:support", "pg:confidence"))
    words = said("oa:exact")
    found: dict[ox.Triple, list[Mention]] = defaultdict(list)
    for node, target in targets.items():
        span = name_of(target)
        place = span_of(span)
        assert place is not None  # integrity shape I04
        triple = ox.Triple(_node(subjects[node]), _node(predicates[node]), objects[node])
        quote = Quote(*place, words[span + ";quote"].value)
        support, confidence = name_of(supports[node]), float(confidences[node].value)
        found[triple].append(Mention(triple, quote, support, confidence))
    return {triple: tuple(sorted(those, key=lambda one: one.quote)) for triple, those in found.items()}


def _node(value: ox.NamedNode | ox.Literal) -> ox.NamedNode:
    assert isinstance(value, ox.NamedNode)
    return value
