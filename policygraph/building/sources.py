"""What a source is called in the ledger of a store, and where it lies by that name.

Files are called as they are seen from the folder of the store, so that both can be moved together. A URL is its
own name.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from policygraph.building.listing import at, is_policy
from policygraph.building.named import Source
from policygraph.building.urls import is_url


class Places:
    """Names sources for one store, whose folder is given; None if it is in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = "" if folder is None else os.path.realpath(folder)

    def name(self, source: Source) -> str:
        """Return what a source is called in the ledger."""
        if isinstance(source, str):
            return source
        place = str(at(source))
        try:
            return os.path.relpath(place, self._folder) if self._folder else place
        except ValueError:  # on another drive, to which no relative path leads
            return place

    def source(self, name: str) -> Source:
        """Return where a source lies that is called `name` in the ledger."""
        return name if is_url(name) else Path(os.path.normpath(os.path.join(self._folder, name)))  # noqa: PTH118  as relpath has it

    def gone(self, name: str, folders: Iterable[Path]) -> bool:
        """Tell whether a source was below one of `folders` (by `at`) and is not there any more."""
        path = self.source(name)
        if (
            isinstance(path, str)
            or not is_policy(path)
            or not any(folder in path.parents for folder in folders)
        ):
            return False
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False  # nobody can tell
        return False
