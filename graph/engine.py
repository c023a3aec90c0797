"""SHACL engines behind one function: rudof, the faster one where it is installed, and pySHACL, the reference.

Both take the shapes as they stand in the ontology and give the same results (a test holds them against each
other). pySHACL works over a small Oxigraph store: this parses and plans the SPARQL of the shapes itself, so
there is no query cache to keep and no order of triple patterns to mind.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pyoxigraph as ox

from graph import shapes
from graph.shapes import Group
from ontology import expand

if TYPE_CHECKING:
    from pyrudof import Rudof
    from pyshacl.graph_abstraction import DataGraph

Engine = Literal["rudof", "pyshacl"]


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One validation result: the shape that is not met, the node it is not met by, and what it says."""

    shape: str
    focus: str
    value: str
    message: str


def validate(data: ox.Store, group: Group, *, engine: Engine | None = None) -> list[Result]:
    """Return the results of a group of shapes on the default graph of `data`, in a fixed order."""
    return sorted(set(_ENGINES[engine or fastest()](data, group)))


@cache
def fastest() -> Engine:
    """Return the fastest engine that is installed: not every machine has a wheel of rudof."""
    return "rudof" if find_spec("pyrudof") is not None else "pyshacl"


def _with_rudof(data: ox.Store, group: Group) -> Iterator[Result]:
    """Yield the results that rudof gives."""
    from pyrudof import RDFFormat  # noqa: PLC0415  only who checks pays for it

    validator = _rudof(group)
    written = data.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    assert written is not None  # it is None only where the output goes to a file
    validator.begin_staging()
    try:
        validator.read_data(written.decode(), RDFFormat.NTriples, merge=True)
        for entry in validator.validate_shacl():
            yield Result(
                entry.source_shape or "",
                entry.focus_node or "",
                entry.value or "",
                _unquoted(entry.message or ""),
            )
    finally:
        validator.rollback_staging()


@cache
def _rudof(group: Group) -> "Rudof":
    """Return a validator that has read the shapes of a group, and one triple that matters to none.

    To make room for data takes it 50 ms, to put data aside again less than one: so each policy is staged on
    top of that triple and rolled back.
    """
    from pyrudof import RDFFormat, Rudof, RudofConfig, ShaclFormat  # noqa: PLC0415  only who checks pays for it

    validator = Rudof(RudofConfig())
    validator.read_shacl(shapes.turtle(group), ShaclFormat.Turtle)
    validator.read_data("<urn:nothing> <urn:nothing> <urn:nothing> .", RDFFormat.NTriples)
    return validator


def _unquoted(message: str) -> str:
    """Return a message without the quotation marks that rudof, which writes it as a literal, puts round it."""
    return message[1:-1] if message[:1] == '"' == message[-1:] else message


def _with_pyshacl(data: ox.Store, group: Group) -> Iterator[Result]:
    """Yield the results that pySHACL gives."""
    import pyshacl  # noqa: PLC0415  pySHACL takes a third of a second to import
    from rdflib import RDF, Graph, URIRef  # noqa: PLC0415
    from rdflib.term import Node  # noqa: PLC0415

    logging.getLogger("pyshacl-validate").setLevel(logging.ERROR)
    _, report, text = pyshacl.validate(
        _data_graph().from_oxigraph_store(data),
        shacl_graph=shapes.graph(group),
        inference="none",
        inplace=True,
    )
    if not isinstance(report, Graph):
        raise TypeError(f"the shapes cannot be used: {text}")

    def value(node: Node, curie: str) -> str:
        return str(report.value(node, URIRef(expand(curie))) or "")

    for node in report.subjects(RDF.type, URIRef(expand("sh:ValidationResult"))):
        yield Result(
            value(node, "sh:sourceShape"),
            value(node, "sh:focusNode"),
            value(node, "sh:value"),
            value(node, "sh:resultMessage"),
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


_ENGINES: Mapping[Engine, Callable[[ox.Store, Group], Iterator[Result]]] = MappingProxyType(
    {"rudof": _with_rudof, "pyshacl": _with_pyshacl}
)
