"""What holds for any policy, whatever it says: of its document, of its reading, of the graph of it.

Each function raises AssertionError where a promise is broken. Property tests ask them, and so does fuzzing.
"""

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

import ontology
from extract.claim import Claim, Evidence, Node, Reading, Statement
from extract.document import Document
from extract.readers.draft import WIDTHLESS
from graph import Store, integrity, quads
from graph.iri import span_of
from ontology import expand

_EXACT = ox.NamedNode(expand("oa:exact"))


def document(doc: Document) -> None:
    """Hold the text and the blocks of a document against what the extractors rely on."""
    assert unicodedata.is_normalized("NFC", doc.text)
    assert "\r" not in doc.text
    assert doc.text.encode()
    reached = 0
    for index, block in enumerate(doc.blocks):
        for start, end in block.pieces:
            assert reached <= start < end <= len(doc.text)
            reached = end
        _visible(doc, index)
        related = (block.section, block.lead_in, block.row_header, block.column_header)
        assert all(other is None or 0 <= other < index for other in related)
        assert block.section is None or doc.blocks[block.section].kind == "heading"
        assert (1 <= block.level <= 6) if block.kind == "heading" else True
        assert (block.level >= 1) if block.kind == "item" else True
        assert (block.table is not None and block.row is not None) == (block.kind == "cell")


def _visible(doc: Document, index: int) -> None:
    """Hold what a reader sees of a block against the characters that are stored."""
    block, shown = doc.blocks[index], doc.visible(index)
    written = "".join(doc.text[start:end] for start, end in block.pieces)
    assert shown == shown.strip() != ""
    assert not WIDTHLESS.search(shown)
    assert [sign for sign in shown if sign != " "] == [sign for sign in written if not sign.isspace()] or (
        len(shown) == len(written)
    )
    assert doc.span(index, 0, len(shown)) == (block.start, block.end)
    assert doc.locate(block.start) == (index, 0)
    assert doc.locate(block.end - 1) == (index, len(shown) - 1)


def reading(made: Reading) -> None:
    """Hold what was read against the text: every piece of evidence, anchor and heading stands in it."""
    for claim in _all_claims(made):
        assert claim.evidence, claim
        for evidence in claim.evidence:
            _evidence(evidence, made.text)
    for statement in _all_statements(made.statements):
        start, end = statement.anchor
        assert 0 <= start < end <= len(made.text)
        assert made.text[start:end].strip()
    for start, end in made.headings:
        assert made.text[start:end].strip() == made.text[start:end] != ""


def _evidence(evidence: Evidence, text: str) -> None:
    assert 0 <= evidence.start < evidence.end <= len(text), evidence
    assert text[evidence.start : evidence.end].strip(), evidence
    assert 0 < evidence.confidence <= 1, evidence
    assert evidence.rule, evidence


def _all_claims(made: Reading) -> Iterator[Claim]:
    for controller in made.controllers:
        yield from _with_inner(controller.claims)
    yield from _with_inner((*made.unnamed, *made.facts))
    for statement in _all_statements(made.statements):
        yield from _with_inner(statement.claims)


def _with_inner(claims: Iterable[Claim]) -> Iterator[Claim]:
    for claim in claims:
        yield claim
        if isinstance(claim.value, Node):
            yield from _with_inner(claim.value.claims)


def _all_statements(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        yield from _all_statements((*statement.children, *statement.exceptions))


def graph(made: Reading) -> None:
    """Hold the quads of a reading against its text, and against what is read back from N-Quads."""
    found = list(quads(made, ontology.load()))
    assert len(found) == len(set(found))
    for quad in found:
        if quad.predicate == _EXACT:
            assert isinstance(quad.subject, ox.NamedNode)
            span = span_of(quad.subject.value.partition(";")[0])
            assert span is not None
            assert quad.object == ox.Literal(made.text[slice(*span)])
    written = ox.serialize(found, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    # Parsing looks at each IRI, too.
    assert set(ox.parse(written, format=ox.RdfFormat.N_QUADS)) == set(found)


def store(readings: Sequence[Reading]) -> None:
    """Hold a store of several readings against what the order, and coming twice, may change: nothing."""
    with Store() as one, Store() as other:
        one.add(readings)
        one.rebuild_derived()
        assert [str(fault) for fault in integrity(one, readings)] == []
        written = exported(one)
        one.add(readings[:1])
        one.add(readings)
        one.rebuild_derived()
        assert exported(one) == written
        for made in reversed(readings):
            other.add([made])
        other.rebuild_derived()
        assert exported(other) == written
    with Store() as back:
        back._store.load(written, format=ox.RdfFormat.N_QUADS)
        assert exported(back) == written


def exported(held: Store) -> bytes:
    """Return all that a store holds, as N-Quads."""
    output = io.BytesIO()
    held.export(output, "nquads")
    return output.getvalue()
