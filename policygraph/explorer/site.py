"""What all pages are made from, and what a page is."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from policygraph.explorer.asker import Asker
from policygraph.explorer.directory import Directory
from policygraph.explorer.links import Linking


class NothingThere(Exception):  # noqa: N818  a page that is not there is no error of ours
    """Raised when there is no page: the message says what there is not."""


@dataclass(frozen=True, slots=True)
class Site:
    """The graph, its companies, and the links between pages.

    If the graph is that of a day, `whole` asks the one that holds all texts, those of other days, too, and
    `undated` tells how many policies are taken to hold on the day because nobody dates them.
    """

    asker: Asker
    directory: Directory
    links: Linking
    whole: Asker | None = None
    undated: int = 0

    @property
    def texts(self) -> Asker:
        """Return what asks for texts of any day."""
        return self.whole or self.asker


@dataclass(frozen=True, slots=True)
class When:
    """The day that a page is as of ("" for now), and the address of the page, which a form asks for as of another.

    `others` are the parameters of the address beside the day; `undated` is that of the site.
    """

    day: str
    path: str
    others: tuple[tuple[str, str], ...] = ()
    undated: int = 0

    @property
    def now(self) -> str:
        """Return the address of the page as of now."""
        return f"{self.path}?{urlencode(self.others)}" if self.others else self.path


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows."""

    template: str
    title: str
    shown: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of a long list: which page of how many this is, and of how many entries."""

    number: int
    pages: int
    total: int
    first: int

    @classmethod
    def of(cls, total: int, size: int, number: int) -> "Slice":
        """Return the slice that page `number` (from 1 on) shows; the last one if there are not as many."""
        pages = max(1, -(-total // size))
        here = min(max(number, 1), pages)
        return cls(here, pages, total, (here - 1) * size)
