"""A reading becomes quads: what a policy states, the words that state it, and what it shares with others."""

import hashlib
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Self

import pyoxigraph as ox

from extract.claim import Reading
from graph import iri, shared
from graph.document import document
from graph.evidence import mentions
from graph.naming import names
from graph.statements import facts, merged
from graph.terms import Term, term
from ontology import Ontology

_LEVEL = 1  # of compression: N-Quads become a twentieth in a hundredth of the time that reading takes


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one version as N-Quads: what it states, and apart from that the words that state it.

    `stated` are the version's graph and what it adds to the graphs shared by all; `evidence` its evidence graph
    and the graph of its text. This is most of it, and nothing but a look at a version asks for it.
    """

    version: str = ""
    stated: bytes = b""
    evidence: bytes = b""

    @classmethod
    def of(cls, version: str, lines: Iterable[bytes]) -> Self:
        """Return what lines of N-Quads say of a version, in any order. Raise SyntaxError if they are none."""
        ends = tuple(f"<{version}{part}> .\n".encode() for part in ("evidence", "text"))
        parts: tuple[list[bytes], list[bytes]] = [], []
        for line in lines:
            parts[line.endswith(ends)].append(line)
        stated, evidence = map(b"".join, parts)
        deque(parsed(evidence), maxlen=0)  # a store takes it as it is
        return cls(version, stated, evidence)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of what is said, in the order in which it is, but for the name of the file."""
        start = self.stated.find(f"<{self.version}> {term('dct:title')} ".encode())
        total = hashlib.sha256(self.stated[:start])
        total.update(self.stated[self.stated.index(b"\n", start) + 1 :])
        total.update(self.evidence)
        return total.hexdigest()

    def quads(self) -> Iterator[ox.Quad]:
        """Yield all quads."""
        for part in (self.stated, self.evidence):
            yield from parsed(part)

    @property
    def packed(self) -> "Packed":
        """Return the same, compressed."""
        parts = (zlib.compress(part, _LEVEL) for part in (self.stated, self.evidence))
        return Packed(self.version, len(self), *parts)

    def __add__(self, other: "Said") -> "Said":
        """Return what two say of the same version."""
        return Said(self.version, self.stated + other.stated, self.evidence + other.evidence)

    def __len__(self) -> int:
        """Return the number of bytes."""
        return len(self.stated) + len(self.evidence)


@dataclass(frozen=True, slots=True)
class Packed:
    """What is said of one version as it waits or travels: a twentieth of its `size` in bytes."""

    version: str = ""
    size: int = 0
    stated: bytes = b""
    evidence: bytes = b""

    @property
    def unpacked(self) -> Said:
        """Return what is said."""
        return Said(self.version, *(zlib.decompress(part) for part in (self.stated, self.evidence) if part))


def said(reading: Reading, ontology: Ontology, *, base: str = iri.BASE, source: str = "") -> Said:
    """Return what one reading says, each quad once, in an order that depends on the reading alone.

    `source` is the IRI of the document if it has one. Raise BrokenClaim if a claim points outside the text.
    """
    named = names(reading, ontology, base)
    found = tuple(merged(facts(named)))
    stated = [*in_graph(named.version.graph, ((one.subject, one.predicate, one.object) for one in found))]
    if source:
        where = (ox.NamedNode(named.version.version), term("dct:source"), ox.NamedNode(source))
        stated += in_graph(named.version.graph, [where])
    stated += in_graph(iri.shared_graph("companies", base), shared.companies(found, ontology))
    stated += in_graph(iri.shared_graph("unmapped", base), shared.unmapped(named, found))
    evidence = _lines(mentions(reading, named.version, found), named.version.evidence)
    text = _written(in_graph(named.version.text, document(reading, named.version)))
    return Said(named.version.version, _written(stated), evidence + text)


def quads(
    reading: Reading, ontology: Ontology, *, base: str = iri.BASE, source: str = ""
) -> Iterator[ox.Quad]:
    """Yield the quads of one reading; arguments, order and errors are those of `said`."""
    yield from said(reading, ontology, base=base, source=source).quads()


def parsed(written: bytes) -> Iterator[ox.Quad]:
    """Yield the quads of N-Quads."""
    return ox.parse(written, format=ox.RdfFormat.N_QUADS)


def in_graph(graph: str, triples: Iterable[tuple[ox.NamedNode, ox.NamedNode, Term]]) -> Iterator[ox.Quad]:
    """Yield `triples` as quads of one graph, each once."""
    node = ox.NamedNode(graph)
    for subject, predicate, value in dict.fromkeys(triples):
        yield ox.Quad(subject, predicate, value, node)


def _written(quads: Iterable[ox.Quad]) -> bytes:
    output = BytesIO()
    ox.serialize(quads, output, format=ox.RdfFormat.N_QUADS)
    return output.getvalue()


def _lines(triples: Iterable[tuple[str, str, str]], graph: str) -> bytes:
    """Return triples, whose terms are written as N-Quads write them, as quads of one graph."""
    end = f" {ox.NamedNode(graph)} .\n"
    return "".join(f"{subject} {predicate} {value}{end}" for subject, predicate, value in triples).encode()
