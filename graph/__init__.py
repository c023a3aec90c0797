"""Claims become a checked RDF graph, kept in a store that can be asked."""

from graph.check import Finding, check
from graph.errors import BrokenClaim, PolicyGraphError, ShapeViolation, StoreError
from graph.integrity import integrity
from graph.mentions import Mention, mentions
from graph.quads import quads
from graph.store import Store, Version

__all__ = [
    "BrokenClaim",
    "Finding",
    "Mention",
    "PolicyGraphError",
    "ShapeViolation",
    "Store",
    "StoreError",
    "Version",
    "check",
    "integrity",
    "mentions",
    "quads",
]
