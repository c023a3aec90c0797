"""Every node of one reading gets its IRI before a triple is written: statements, and the nodes they hold."""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from extract.claim import Claim, Company, Controller, Evidence, Node, Reading, Service, Statement
from graph import iri
from graph.errors import BrokenClaim
from graph.iri import VersionIris
from graph.terms import term
from ontology import Ontology

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement with its IRI, and the statement that holds it as child or exception (None: the policy)."""

    statement: Statement
    iri: str
    parent: "Placed | None" = None
    exception: bool = False


@dataclass(frozen=True)
class Names:
    """The IRIs of one reading: of the version, of its statements and of the nodes in them."""

    reading: Reading
    ontology: Ontology
    version: VersionIris
    statements: tuple[Placed, ...]
    nodes: Mapping[tuple[Node, Span], str]

    def company(self, company: Company) -> str:
        """Return the IRI of a company: the gazetteer's, or one made from its name."""
        return company.iri or iri.company(company.name, self.version.base)

    def service(self, service: Service) -> str:
        """Return the IRI of a service: the gazetteer's, or one made from its name."""
        return service.iri or iri.service(service.name, self.version.base)

    def node(self, node: Node, evidence: tuple[Evidence, ...]) -> str:
        """Return the IRI of a node that a claim with this evidence holds."""
        return self.nodes[node, place(self.reading, node, evidence)]

    @cached_property
    def recipient_roles(self) -> frozenset[str]:
        """Return the properties that name a recipient's role; what they say holds for dpv:hasRecipient too."""
        above = term("dpv:hasRecipient").value
        return frozenset(self.ontology.subjects(term("rdfs:subPropertyOf").value, above))

    @cached_property
    def owners(self) -> tuple[Controller, ...]:
        """Return the companies whose policy it is; one named like the file stands in if none is named."""
        return owners(self.reading)


def names(reading: Reading, ontology: Ontology, base: str = iri.BASE) -> Names:
    """Return the IRIs of everything that `reading` states. Raise BrokenClaim if offsets are impossible."""
    first = owners(reading)[0].company
    slug = first.iri.rstrip("/").rpartition("/")[2] if first.iri else iri.slug(first.name)
    version = VersionIris(slug, reading.kind, reading.sha256, base)
    placed = tuple(_placed(reading, version))
    return Names(reading, ontology, version, placed, dict(_nodes(reading, version)))


def owners(reading: Reading) -> tuple[Controller, ...]:
    """Return the controllers of a reading; a company named like the file if the policy names none."""
    return reading.controllers or (Controller(Company(PurePath(reading.name).stem), reading.unnamed),)


def heading_before(reading: Reading, position: int) -> Span | None:
    """Return the span of the last heading that begins at or before `position`."""
    starts = sorted(reading.headings)
    index = bisect_right(starts, (position, len(reading.text)))
    return starts[index - 1] if index else None


def place(reading: Reading, node: Node, evidence: tuple[Evidence, ...]) -> Span:
    """Return the first span that says something about `node`, else the first of the claim that holds it."""
    inner = [(found.start, found.end) for claim in node.claims for found in claim.evidence]
    spans = inner or [(found.start, found.end) for found in evidence]
    if not spans:
        raise BrokenClaim(reading.name, f"node {node.kind}", "nothing in the text says it")
    return min(spans)


def _walk(reading: Reading) -> Iterator[tuple[Statement, int | None, bool]]:
    """Yield each statement, the number of its parent in this order, and whether it is an exception to it."""
    queue: deque[tuple[Statement, int | None, bool]] = deque((one, None, False) for one in reading.statements)
    number = 0
    while queue:
        statement, parent, exception = queue.popleft()
        yield statement, parent, exception
        queue += [(child, number, False) for child in statement.children]
        queue += [(child, number, True) for child in statement.exceptions]
        number += 1


def _placed(reading: Reading, version: VersionIris) -> Iterator[Placed]:
    """Yield the statements with their IRIs; those on one anchor are numbered by their first argument."""
    rows = list(_walk(reading))
    shared: dict[str, list[int]] = defaultdict(list)
    for number, (statement, _, _) in enumerate(rows):
        _check_span(reading, statement.anchor, "anchor")
        shared[_statement_iri(version, statement)].append(number)
    named: dict[int, str] = {}
    for members in shared.values():
        ordered = sorted(members, key=lambda number: (_first_argument(rows[number][0]), number))
        for count, number in enumerate(ordered, 1):
            named[number] = _statement_iri(version, rows[number][0], count)
    made: list[Placed] = []
    for number, (statement, parent, exception) in enumerate(rows):
        above = None if parent is None else made[parent]
        made.append(Placed(statement, named[number], above, exception))
    yield from made


def _statement_iri(version: VersionIris, statement: Statement, number: int = 1) -> str:
    return version.statement(statement.section, statement.anchor, number, denied=statement.denied)


def _first_argument(statement: Statement) -> Span:
    """Return the first span that fills a slot of `statement`, the anchor itself aside."""
    spans = [(found.start, found.end) for claim in statement.claims for found in claim.evidence]
    return min((span for span in spans if span != statement.anchor), default=statement.anchor)


def _check_span(reading: Reading, span: Span, what: str) -> None:
    if not 0 <= span[0] < span[1] <= len(reading.text):
        size = len(reading.text)
        raise BrokenClaim(reading.name, f"{what} {span[0]}-{span[1]}", f"no such place in {size} characters")


def _held(claims: tuple[Claim, ...]) -> Iterator[tuple[Node, tuple[Evidence, ...]]]:
    """Yield the nodes that `claims` hold, and the nodes in these, with the evidence of the claim."""
    for claim in claims:
        if isinstance(claim.value, Node):
            yield claim.value, claim.evidence
            yield from _held(claim.value.claims)


def _nodes(reading: Reading, version: VersionIris) -> Iterator[tuple[tuple[Node, Span], str]]:
    """Yield (node, place) and IRI; equal nodes at one place are one node, as where a child inherits it."""
    groups = (reading.facts, *(controller.claims for controller in owners(reading)))
    claims = (*groups, *(statement.claims for statement, _, _ in _walk(reading)))
    found = {
        (node, place(reading, node, evidence)): None for group in claims for node, evidence in _held(group)
    }
    shared: dict[tuple[str, str, Span | None], list[tuple[Node, Span]]] = defaultdict(list)
    for node, span in sorted(found, key=lambda key: (key[1], key[0].kind, repr(key[0]))):
        heading = heading_before(reading, span[0])
        section = reading.text[slice(*heading)] if heading else ""
        # Storage conditions count up within their section, other nodes only where they share a span.
        shared[node.kind, section, None if node.kind == "storage" else span].append((node, span))
    for (kind, section, anchor), members in shared.items():
        for number, key in enumerate(members, 1):
            if anchor is None:
                yield key, version.storage(section, number)
            else:
                yield key, version.node(kind, section, anchor, number)
