"""What reads policies has a fingerprint: while it stays the same, the same bytes give the same quads."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import extract
import graph
import ontology

_LIBRARIES = ("lxml", "markdown-it-py", "numpy", "pypdfium2", "resiliparse", "spacy", "thinc")
_GRAPH = ("document", "evidence", "iri", "naming", "quads", "shared", "statements", "terms")
"""The modules of `graph` that make the quads of a reading."""
_OTHER = frozenset(("__pycache__", "shapes"))  # folders that have no say in it


@cache
def fingerprint() -> str:
    """Return the SHA-256 of all that decides on what is read: code, words, weights and libraries."""
    total = hashlib.sha256()
    for path in _files():
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    for name in _LIBRARIES:
        total.update(f"{name} {_version(name)}\0".encode())
    return total.hexdigest()


def _files() -> Iterator[Path]:
    """Yield the files that decide on what is read, in a fixed order."""
    for package in (extract, ontology):
        folder = Path(str(package.__file__)).parent
        found = (path for path in folder.rglob("*") if path.is_file() and not _OTHER & set(path.parts))
        yield from sorted(found, key=lambda path: path.relative_to(folder).as_posix())
    yield from (Path(str(graph.__file__)).with_name(f"{name}.py") for name in _GRAPH)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
