"""A SHACL engine behind one function: pySHACL over a small Oxigraph store.

pySHACL hands SPARQL constraints to Oxigraph, which parses and plans them itself: there is no query cache to
keep and no order of triple patterns to mind. Another engine has to offer the same function, nothing else.
"""

import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from graph.shapes import shapes_graph
from ontology import expand

if TYPE_CHECKING:
    from pyshacl.graph_abstraction import DataGraph


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One validation result: the shape that is not met, the node it is not met by, and what it says."""

    shape: str
    focus: str
    value: str
    message: str


def validate(data: ox.Store, shapes: list[str]) -> list[Result]:
    """Return the results of `shapes` (IRIs) on the default graph of `data`, in a fixed order."""
    import pyshacl  # noqa: PLC0415  pySHACL takes a third of a second to import
    from rdflib import RDF, Graph, URIRef  # noqa: PLC0415
    from rdflib.term import Node  # noqa: PLC0415

    if not shapes:
        return []
    logging.getLogger("pyshacl-validate").setLevel(logging.ERROR)
    _, report, text = pyshacl.validate(
        _data_graph().from_oxigraph_store(data),
        shacl_graph=shapes_graph(),
        inference="none",
        use_shapes=shapes,
        inplace=True,
    )
    if not isinstance(report, Graph):
        raise TypeError(f"the shapes cannot be used: {text}")

    def value(node: Node, curie: str) -> str:
        return str(report.value(node, URIRef(expand(curie))) or "")

    return sorted(
        Result(
            value(node, "sh:sourceShape"),
            value(node, "sh:focusNode"),
            value(node, "sh:value"),
            value(node, "sh:resultMessage"),
        )
        for node in report.subjects(RDF.type, URIRef(expand("sh:ValidationResult")))
    )


@cache
def _data_graph() -> "type[DataGraph]":
    """Return the class by which pySHACL sees an Oxigraph store, made to answer at once whether it is there.

    For each result pySHACL asks several times `if graph`, and its own class counts all triples to answer:
    with a few hundred results this took ten times as long as the validation.
    """
    from pyshacl.graph_abstraction import OxigraphDataGraph  # noqa: PLC0415

    class Present(OxigraphDataGraph):
        def __bool__(self) -> bool:
            return True

    return Present
