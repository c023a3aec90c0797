"""The files and folders that a user names become a list of policies, however many there are."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

_SUFFIXES = frozenset((".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf"))


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the policies among `paths`: files as they are, folders searched by file ending, each once.

    They come in the order of `paths`, those of a folder in the order of their names. A folder inside that
    cannot be searched is yielded itself. Raise FileNotFoundError for a path that is not there.
    """
    files_named: set[Path] = set()
    folders: list[Path] = []
    for path in dict.fromkeys(paths):
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        place = at(path)
        if path.is_dir():
            yield from _inside(path, place, files_named, folders)
            folders.append(place)
        elif place not in files_named and not (is_policy(place) and _is_below(place, folders)):
            files_named.add(place)
            yield path


def at(path: Path) -> Path:
    """Return where a file or a folder lies, by whatever way its folder is reached; a link keeps its name."""
    if path.is_symlink() and path.is_file():
        return Path(os.path.realpath(path.parent)) / path.name
    return Path(os.path.realpath(path))


def is_policy(path: PurePath) -> bool:
    """Tell whether a file is taken for a policy by its ending when its folder is searched."""
    return path.suffix.lower() in _SUFFIXES


def _inside(path: Path, place: Path, taken: set[Path], folders: list[Path]) -> Iterator[Path]:
    """Yield the policies below a folder that are not taken yet, in the order of their names."""
    if place in folders or _is_below(place, folders):
        return
    try:
        with os.scandir(path) as found:
            inside = sorted(found, key=lambda one: one.name)
    except OSError:
        yield path
        return
    for one in inside:
        if one.is_dir(follow_symlinks=False):
            yield from _inside(path / one.name, place / one.name, taken, folders)
        elif is_policy(Path(one.name)) and one.is_file() and place / one.name not in taken:
            yield path / one.name


def _is_below(place: Path, folders: Iterable[Path]) -> bool:
    return any(folder in place.parents for folder in folders)
