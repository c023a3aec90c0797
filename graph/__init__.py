"""Claims become a checked RDF graph, kept in a store that can be asked."""

from graph.errors import BrokenClaim, PolicyGraphError, ShapeViolation, StoreError
from graph.quads import quads
from graph.store import Store, Version

__all__ = [
    "BrokenClaim",
    "PolicyGraphError",
    "ShapeViolation",
    "Store",
    "StoreError",
    "Version",
    "quads",
]
