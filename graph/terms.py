"""CURIEs become RDF terms; a name that no Turtle file describes is an error."""

from functools import cache
from typing import TypeAlias

import pyoxigraph as ox

import ontology

Term: TypeAlias = ox.NamedNode | ox.Literal

_BUILT_IN = frozenset({"rdf", "rdfs", "skos", "xsd"})  # used by the ontology, but not described in it
XSD = ontology.NAMESPACES["xsd"]


@cache
def term(curie: str) -> ox.NamedNode:
    """Return the node of a CURIE; raise UnknownTermError if the ontology does not describe it."""
    if curie.partition(":")[0] in _BUILT_IN:
        return ox.NamedNode(ontology.expand(curie))
    return ox.NamedNode(ontology.load().term(curie))


def name_of(node: object) -> str:
    """Return the IRI of a node; our graphs hold no blank nodes and no triples as terms."""
    assert isinstance(node, ox.NamedNode)
    return node.value


def typed(value: str, datatype: str) -> ox.Literal:
    """Return a literal of an XSD datatype, given by its local name such as "date"."""
    return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


def decimal(value: float) -> ox.Literal:
    """Return `value` with two decimals at most, in the canonical form in which a store gives it back."""
    return typed(f"{value:.2f}".rstrip("0").rstrip("."), "decimal")
