"""Findings become a SHACL validation report in RDF, linked to the words that they stand on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from graph.check import Finding
from graph.iri import span_iri
from graph.store import Store
from graph.terms import Term, term

Triple = tuple[ox.NamedNode, ox.NamedNode, Term]

_STANDS = {
    "fulfilled": "pg:meets",
    "consistent": "pg:meets",
    "vague": "pg:isVagueOn",
    "not found": "pg:leavesOut",
    "contradiction": "pg:contradicts",
    "unclear": "pg:isUnclearOn",
    "not applicable": "pg:isExemptFrom",
}


def triples(findings: Iterable[Finding]) -> Iterator[Triple]:
    """Yield the triples of the reports of all versions that `findings` are about, each once.

    Every node has an IRI below its version. The report names each requirement by how it
    stands; what is fulfilled, unclear or does not apply is no result. What is waived is one, with the reason.
    """
    by_version: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_version[finding.version].append(finding)
    for version, found in by_version.items():
        yield from dict.fromkeys(_report(version, found))


def kept(store: Store, findings: Iterable[Finding]) -> bool:
    """Tell whether `store` holds the reports of these findings already."""
    return all(
        set(store.triples(graph)) == {ox.Triple(*triple) for triple in said}
        for graph, said in _by_graph(findings).items()
    )


def keep(store: Store, findings: Iterable[Finding]) -> None:
    """Put the report of each version in the place of the one that `store` holds."""
    for graph, said in _by_graph(findings).items():
        store.replace(graph, said)


def _by_graph(findings: Iterable[Finding]) -> dict[ox.NamedNode, list[Triple]]:
    """Return the triples of each report; the name of its graph is the IRI of the report."""
    found: dict[ox.NamedNode, list[Triple]] = defaultdict(list)
    for triple in triples(findings):
        found[ox.NamedNode(triple[0].value.partition("#")[0])].append(triple)
    return found


def _report(version: str, findings: list[Finding]) -> Iterator[Triple]:
    node = ox.NamedNode(version + "report")
    failed = any(finding.open for finding in findings)
    yield node, term("rdf:type"), term("sh:ValidationReport")
    yield node, term("sh:conforms"), ox.Literal(not failed)
    for finding in findings:
        yield node, term(_STANDS[finding.state]), ox.Literal(finding.requirement)
        if finding.unmet:
            result = ox.NamedNode(f"{node.value}#{_name(finding)}")
            yield node, term("sh:result"), result
            yield from _result(result, finding)


def _name(finding: Finding) -> str:
    """Return the name of a result: its requirement, and of a contradiction its words too."""
    several = finding.state == "contradiction"
    return f"{finding.requirement}-{finding.fingerprint}" if several else finding.requirement


def _result(node: ox.NamedNode, finding: Finding) -> Iterator[Triple]:
    yield from _place(node, finding)
    yield node, term("sh:resultMessage"), ox.Literal(finding.message or finding.name, language="en")
    yield node, term("pg:requirement"), ox.Literal(finding.requirement)
    yield node, term("pg:state"), ox.Literal(finding.state)
    yield node, term("pg:fingerprint"), ox.Literal(finding.fingerprint)
    if finding.provision:
        yield node, term("pg:provision"), ox.NamedNode(finding.provision)
    if finding.remedy:
        yield node, term("pg:remedy"), ox.Literal(finding.remedy, language="en")
    if finding.waived:
        yield node, term("pg:waived"), ox.Literal(finding.waived)
    for curie, quotes in (("pg:standsOn", finding.evidence), ("pg:against", finding.against)):
        for quote in quotes:
            yield node, term(curie), ox.NamedNode(span_iri(finding.version + "text", quote.start, quote.end))
    if len(finding.nodes) == 1:
        yield node, term("sh:value"), ox.NamedNode(finding.nodes[0])
        return
    # SHACL allows a result one value: the others are details
    for number, value in enumerate(finding.nodes, 1):
        detail = ox.NamedNode(f"{node.value}.{number}")
        yield node, term("sh:detail"), detail
        yield from _place(detail, finding)
        yield detail, term("sh:value"), ox.NamedNode(value)


def _place(node: ox.NamedNode, finding: Finding) -> Iterator[Triple]:
    """Yield what SHACL asks of each result and each detail of one."""
    yield node, term("rdf:type"), term("sh:ValidationResult")
    yield node, term("sh:focusNode"), ox.NamedNode(finding.version)
    yield node, term("sh:sourceConstraintComponent"), term("pg:RequirementConstraintComponent")
    yield node, term("sh:resultSeverity"), term(f"sh:{finding.severity}")
    if finding.shape:
        yield node, term("sh:sourceShape"), ox.NamedNode(finding.shape)
