"""Findings as a SHACL validation report in Turtle."""

import io

import pyoxigraph as ox

from graph import report, serial
from policygraph.checking import Checked


def as_turtle(checked: Checked) -> str:
    """Return the reports of all versions, under sorted prefixes and in a fixed order."""
    output = io.BytesIO()
    serial.turtle((ox.Triple(*triple) for triple in report.triples(checked.findings)), output)
    return output.getvalue().decode()
