"""Privacy policies become a checked, queryable knowledge graph of what each one states.

Everything here is imported when it is used, so that `import policygraph` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extract.reading import read
    from graph import Store, check
    from graph.network import network
    from policygraph.asking import ask, construct, frame
    from policygraph.building import build

__version__ = "0.1.0"

__all__ = ["Store", "__version__", "ask", "build", "check", "construct", "frame", "network", "read"]

_HOMES = {
    "Store": "graph",
    "ask": "policygraph.asking",
    "build": "policygraph.building",
    "check": "graph",
    "construct": "policygraph.asking",
    "frame": "policygraph.asking",
    "network": "graph.network",
    "read": "extract.reading",
}


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it; raise AttributeError for any other."""
    if name not in _HOMES:
        raise AttributeError(f"module 'policygraph' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
