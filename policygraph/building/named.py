"""What a user names, paths and URLs of files and folders, becomes the sources of a build."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from policygraph.building.listing import at, files
from policygraph.building.urls import Listed, is_url, listed

Source: TypeAlias = Path | str
"""A policy: a path, or a URL, which is a text."""


def source_of(name: str) -> Source:
    """Return the policy that is named by the text of a path or URL."""
    return name if is_url(name) else Path(name)


@dataclass(frozen=True)
class Named:
    """The policies that are named; what lies behind URLs is looked at once."""

    paths: tuple[Path, ...]
    urls: tuple[Listed, ...]

    def __iter__(self) -> Iterator[Source]:
        """Yield each policy once, those of paths as `files` does. Raise FileNotFoundError."""
        yield from files(self.paths)
        yield from self._behind

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """Return where the folders lie that are named by paths."""
        return tuple(at(path) for path in self.paths if path.is_dir())

    def lost(self, source: str) -> bool:
        """Tell whether a URL was behind one of the URLs, and is not any more."""
        return source not in self._behind and any(one.held(source) for one in self.urls)

    @cached_property
    def _behind(self) -> dict[str, None]:
        return dict.fromkeys(source for one in self.urls for source in one.sources)


def named(names: Iterable[Source]) -> Named:
    """Return what paths and URLs name. Raise SourceError for a URL behind which nothing is found."""
    given = list(names)
    paths = tuple(Path(one) for one in given if not is_url(str(one)))
    return Named(paths, tuple(listed(str(one)) for one in given if is_url(str(one))))
