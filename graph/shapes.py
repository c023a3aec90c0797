"""The shapes of the ontology as records, and as the graph that an engine validates with."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pyoxigraph as ox

import ontology
from ontology import expand

if TYPE_CHECKING:
    from rdflib import Graph

Severity = Literal["Violation", "Warning", "Info"]

FOLDER = ontology.FOLDER / "shapes"
_INTEGRITY = "integrity"  # the one file whose shapes judge our graph, not a policy


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: what it asks for and, as SPARQL, when it applies, what touches it and what meets it."""

    iri: str
    requirement: str
    item: str
    name: str
    message: str
    severity: Severity
    provision: str
    applicability: str
    touched: str
    evidence: str


@cache
def requirements() -> tuple[Shape, ...]:
    """Return the shapes on what a policy says; of those with one number the first that applies counts."""
    found = [shape for path in _files() if path.stem != _INTEGRITY for shape in _read(path)]
    return tuple(sorted(found, key=_order))


@cache
def integrity() -> tuple[Shape, ...]:
    """Return the shapes on what the data model promises."""
    return tuple(sorted(_read(FOLDER / f"{_INTEGRITY}.ttl"), key=_order))


@cache
def shapes_graph() -> "Graph":
    """Return all shapes as one rdflib graph, read once."""
    from rdflib import Graph  # noqa: PLC0415  rdflib takes a quarter of a second to import

    graph = Graph()
    for path in _files():
        graph.parse(path, format="ox-turtle")
    return graph


def _files() -> list[Path]:
    return sorted(FOLDER.glob("*.ttl"))


def _read(path: Path) -> list[Shape]:
    """Return the shapes of one file; raise ValueError that names the file if it is broken."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    try:
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(triple.subject, ox.NamedNode) and isinstance(
                triple.object, ox.NamedNode | ox.Literal
            ):
                said[triple.subject.value][triple.predicate.value] = triple.object.value
    except SyntaxError as error:
        raise ValueError(f"{path.name}: {error}") from error
    return [_shape(iri, facts) for iri, facts in said.items() if expand("pg:requirement") in facts]


def _order(shape: Shape) -> tuple[str, str]:
    return shape.requirement, shape.iri


def _shape(iri: str, facts: dict[str, str]) -> Shape:
    level = facts[expand("sh:severity")].rpartition("#")[2]
    severity = next((known for known in get_args(Severity) if known == level), None)
    if severity is None:
        raise ValueError(f"{iri}: no severity {level!r}; known are {', '.join(get_args(Severity))}")
    return Shape(
        iri,
        facts[expand("pg:requirement")],
        facts.get(expand("pg:item"), ""),
        facts[expand("sh:name")],
        facts[expand("sh:message")],
        severity,
        facts.get(expand("pg:provision"), ""),
        facts.get(expand("pg:applicability"), ""),
        facts.get(expand("pg:touched"), ""),
        facts.get(expand("pg:evidence"), ""),
    )
