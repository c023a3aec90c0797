"""Validates with the reference engine, and holds the fast one against it."""

from importlib.util import find_spec

import pyoxigraph as ox

from graph.engine import Result, validate
from graph.shapes import Group

FAST = find_spec("pyrudof") is not None  # not every machine has a wheel of it


def results(data: ox.Store, group: Group) -> list[Result]:
    """Return what pySHACL reports; what rudof reports, if it is installed, has to be equal."""
    reference = validate(data, group, engine="pyshacl")
    if FAST:
        assert validate(data, group, engine="rudof") == reference
    return reference
