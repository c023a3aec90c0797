"""What the extractors hand to the graph: claims, each with the words that say it.

A `Claim` is one triple to be: a predicate, a value and its evidence; the node that holds it is its subject.
`Statement` is one process or denied practice, `Reading` all that one policy says.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Support = Literal["Explicit", "Inherited", "Default", "Inferred"]


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """The characters `start` to `end` of the stored text that say something, and how surely.

    `support` tells whether they stand in the statement itself; `confidence` lies between 0 and 1; `rule`
    names the reading rule.
    """

    start: int
    end: int
    support: Support = "Explicit"
    confidence: float = 0.9
    rule: str = ""

    def overlaps(self, other: "Evidence") -> bool:
        """Tell whether some characters belong to both."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Evidence") -> bool:
        """Tell whether all characters of the other belong to this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of the ontology."""

    iri: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A phrase that fills a slot but is not in the lexicon.

    `slot` is the slug used in its IRI ("personal-data", "purpose", "recipient", ...), `top` the IRI of the
    top class of that slot, `nearest` a concept whose head word it shares, `score` how near (0 to 1).
    """

    slot: str
    top: str
    phrase: str
    nearest: str | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Company:
    """An organisation: the IRI of the gazetteer's node if it is known there, else None and a name."""

    name: str
    iri: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A product that is used, with the company that provides it if that is known."""

    name: str
    iri: str | None = None
    provider: Company | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A literal: words of the policy, a date or an ISO 8601 duration, by its XSD or RDF datatype."""

    value: str
    datatype: Literal["string", "langString", "date", "duration", "boolean", "decimal"] = "string"


@dataclass(frozen=True, slots=True)
class Node:
    """A node without a name of its own, such as a storage condition or a data protection officer.

    `kind` is the path under which its IRI is made: "storage", "c" (consequence), "dpo", "representative",
    "notice", "logic". `types` are class IRIs; `claims` what is said about it.
    """

    kind: str
    types: tuple[str, ...]
    claims: "tuple[Claim, ...]" = ()


Value: TypeAlias = Concept | Unmapped | Company | Service | Text | Node


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a policy says, and the words that say it; `predicate` is the IRI of a property."""

    predicate: str
    value: Value
    evidence: tuple[Evidence, ...]
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A process, or a denied practice: what one clause, list item or table row says.

    `anchor` is the span of the governing verb, or of the item or cell, in the stored text; `section` the
    heading above it ("" if there is none). Exceptions belong to denials and are processes themselves.
    """

    anchor: tuple[int, int]
    section: str
    claims: tuple[Claim, ...]
    denied: bool = False
    children: "tuple[Statement, ...]" = ()
    exceptions: "tuple[Statement, ...]" = ()


@dataclass(frozen=True, slots=True)
class Controller:
    """The company whose policy it is, and what the policy says about the company itself."""

    company: Company
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one policy states.

    `kind` is the kind of policy as it stands in IRIs ("privacy", "cookies", "applicants"); `facts` hold for
    the policy as a whole (rights, retention, law, dates, measures, transfer bases). `unnamed` is said of the
    company by a policy that does not name it; then there are no `controllers`.
    """

    name: str
    text: str
    sha256: str
    media_type: str
    language: str
    kind: str
    controllers: tuple[Controller, ...]
    facts: tuple[Claim, ...]
    statements: tuple[Statement, ...]
    headings: tuple[tuple[int, int], ...] = ()
    unnamed: tuple[Claim, ...] = ()
