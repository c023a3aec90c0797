"""The files and folders that a user names become a list of policies."""

from collections.abc import Iterable, Iterator
from pathlib import Path

_SUFFIXES = frozenset((".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf"))


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the policies among `paths`: files as they are, folders searched by file ending, in a fixed order.

    Raise FileNotFoundError for a path that is not there.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
        for found in inside if path.is_dir() else (path,):
            real = found.resolve()
            if real not in seen:
                seen.add(real)
                yield found
