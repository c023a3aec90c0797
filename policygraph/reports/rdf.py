"""Findings as a SHACL validation report in Turtle."""

import io

import pyoxigraph as ox

from graph import report
from ontology import NAMESPACES
from policygraph.checking import Checked


def as_turtle(checked: Checked) -> str:
    """Return the reports of all versions, under sorted prefixes and in a fixed order."""
    triples = sorted({ox.Triple(*triple) for triple in report.triples(checked.findings)}, key=str)
    output = io.BytesIO()
    ox.serialize(triples, output, format=ox.RdfFormat.TURTLE, prefixes=NAMESPACES)
    lines = output.getvalue().decode().splitlines(keepends=True)
    return "".join((*sorted(lines[: len(NAMESPACES)]), *lines[len(NAMESPACES) :]))
