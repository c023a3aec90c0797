"""What a source is called in the ledger of a store, and where it lies by that name.

Files are called as they are seen from the folder of the store, so that both can be moved together.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from policygraph.building.listing import at, is_policy


class Places:
    """Names sources for one store, whose folder is given; None if it is in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = "" if folder is None else os.path.realpath(folder)

    def name(self, path: Path) -> str:
        """Return what a file is called in the ledger."""
        place = str(at(path))
        try:
            return os.path.relpath(place, self._folder) if self._folder else place
        except ValueError:  # on another drive, to which no relative path leads
            return place

    def path(self, name: str) -> Path:
        """Return where a source lies that is called `name` in the ledger."""
        return Path(os.path.normpath(os.path.join(self._folder, name)))  # noqa: PTH118  as relpath has it

    def gone(self, name: str, folders: Iterable[Path]) -> bool:
        """Tell whether a source was below one of `folders` (by `at`) and is not there any more."""
        path = self.path(name)
        if not is_policy(path) or not any(folder in path.parents for folder in folders):
            return False
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False  # nobody can tell
        return False
