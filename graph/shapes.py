"""The shapes of the ontology as records, and as the graphs that an engine validates with."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pyoxigraph as ox

import ontology
from ontology import NAMESPACES, expand

if TYPE_CHECKING:
    from rdflib import Graph

Severity = Literal["Violation", "Warning", "Info"]
Group = Literal["requirements", "integrity", "lexicon"]
"""The shapes on what a policy says, on what the data model promises, and on the words of the ontology."""

FOLDER = ontology.FOLDER / "shapes"
_OWN = ("integrity", "lexicon")  # files whose shapes judge our graphs, not a policy
_PREFIXES = "prefixes"  # what the SPARQL of all others is written with


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: what it asks for and, as SPARQL, when it applies, what touches it and what meets it.

    `alias` is another number of the same requirement; `remedy` tells what would meet it.
    """

    iri: str
    requirement: str
    alias: str
    item: str
    name: str
    message: str
    remedy: str
    severity: Severity
    provision: str
    applicability: str
    touched: str
    evidence: str

    @property
    def is_consistency(self) -> bool:
        """Tell whether the shape finds what a policy says twice, rather than what it leaves out."""
        return self.requirement.startswith("C")


@cache
def requirements() -> tuple[Shape, ...]:
    """Return the shapes on what a policy says; of those with one number the first that applies counts."""
    return of("requirements")


@cache
def of(group: Group) -> tuple[Shape, ...]:
    """Return the shapes of a group in the order of their numbers."""
    found = [shape for path in files(group) for shape in _read(path)]
    return tuple(sorted(found, key=lambda shape: (shape.requirement, shape.iri)))


@cache
def files(group: Group) -> tuple[Path, ...]:
    """Return the Turtle files of a group, the prefixes among them."""
    found = sorted(FOLDER.glob("*.ttl"))
    wanted = {path.stem for path in found if path.stem not in _OWN} if group == "requirements" else {group}
    return tuple(path for path in found if path.stem in wanted | {_PREFIXES})


@cache
def graph(group: Group) -> "Graph":
    """Return the shapes of a group as one rdflib graph, read once."""
    from rdflib import Graph  # noqa: PLC0415  rdflib takes a quarter of a second to import

    merged = Graph()
    for path in files(group):
        merged.parse(path, format="ox-turtle")
    return merged


@cache
def turtle(group: Group) -> str:
    """Return the shapes of a group as one Turtle document."""
    merged = ox.Store()
    for path in files(group):
        merged.load(path=str(path), format=ox.RdfFormat.TURTLE)
    written = ox.serialize(
        (quad.triple for quad in merged), format=ox.RdfFormat.TURTLE, prefixes=dict(NAMESPACES)
    )
    assert written is not None  # it is None only where the output goes to a file
    return written.decode()


def _read(path: Path) -> list[Shape]:
    """Return the shapes of one file; raise ValueError that names the file if it is broken."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    constraints: dict[str, str] = {}
    try:
        for triple in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            subject = str(triple.subject)
            if isinstance(triple.object, ox.NamedNode | ox.Literal):
                said[subject][triple.predicate.value] = triple.object.value
            elif triple.predicate.value == expand("sh:sparql"):
                constraints[subject] = str(triple.object)
    except SyntaxError as error:
        raise ValueError(f"{path.name}: {error}") from error
    asked = [subject for subject, facts in said.items() if expand("pg:requirement") in facts]
    return [_shape(iri, {**said[constraints.get(iri, "")], **said[iri]}) for iri in asked]


def _shape(node: str, facts: dict[str, str]) -> Shape:
    """Return a shape from its facts and those of its SPARQL constraint, if it has one."""
    level = facts[expand("sh:severity")].rpartition("#")[2]
    severity = next((known for known in get_args(Severity) if known == level), None)
    if severity is None:
        raise ValueError(f"{node}: no severity {level!r}; known are {', '.join(get_args(Severity))}")
    return Shape(
        node.strip("<>"),
        facts[expand("pg:requirement")],
        facts.get(expand("pg:alias"), ""),
        facts.get(expand("pg:item"), ""),
        facts[expand("sh:name")],
        facts.get(expand("sh:message"), ""),
        facts.get(expand("pg:remedy"), ""),
        severity,
        facts.get(expand("pg:provision"), ""),
        facts.get(expand("pg:applicability"), ""),
        facts.get(expand("pg:touched"), ""),
        facts.get(expand("pg:evidence"), ""),
    )
