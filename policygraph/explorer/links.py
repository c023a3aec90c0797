"""Where pages are: the links from one page to another, as a server has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol
from urllib.parse import quote, urlencode

from graph.iri import BASE
from ontology import expand, shorten
from policygraph.explorer.marking import Span

Query = str | int | Sequence[str] | None


class Linking(Protocol):
    """Makes the links of pages; a link to a page that is not there is empty."""

    served: ClassVar[bool]
    """Tells whether a server answers them: with pages that can be searched, sorted and filtered."""

    @property
    def as_of(self) -> str:
        """Return the day that pages are as of, which forms hand on, too; "" for now."""
        ...

    def page(self, name: str, **query: Query) -> str:
        """Return the link to a page that is there once."""
        ...

    def static(self, name: str) -> str:
        """Return the link to a style or script."""
        ...

    def company(self, iri: str, place: str = "", /, **query: Query) -> str:
        """Return the link to a company, to a `place` in its page."""
        ...

    def said(self, company: str, value: str) -> str:
        """Return the link to what a company states of a value, an IRI."""
        ...

    def policy(self, version: str, words: Span | None = None, **query: Query) -> str:
        """Return the link to the text of a policy, to some words in it."""
        ...

    def words(self, version: str, words: Span, show: str = "") -> str:
        """Return the link to what some words of a policy say, with the kinds of words to `show`."""
        ...

    def concept(self, iri: str, **query: Query) -> str:
        """Return the link to a concept."""
        ...

    def question(self, name: str, form: str = "", **query: Query) -> str:
        """Return the link to a question with values for its parameters; `form` is that of its rows."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links that begin with `root`, to pages as of a day if there is one."""

    root: str = "/"
    as_of: str = ""
    served: ClassVar[bool] = True

    def page(self, name: str, **query: Query) -> str:
        """Return the link to a page that is there once."""
        return self._to(name, query)

    def static(self, name: str) -> str:
        """Return the link to a style or script."""
        return f"{self.root}static/{name}"

    def company(self, iri: str, place: str = "", /, **query: Query) -> str:
        """Return the link to a company, to a `place` in its page."""
        return self._to(f"company/{local(iri, 'company/')}", query, place)

    def said(self, company: str, value: str) -> str:
        """Return the link to what a company states of a value, an IRI."""
        return self.company(company, "statements", by="text", only=shorten(value))

    def policy(self, version: str, words: Span | None = None, **query: Query) -> str:
        """Return the link to the text of a policy, to some words in it."""
        name = f"policy/{local(version, 'policy/')}"
        if words is None:
            return self._to(name, query)
        return self._to(name, {**query, "words": f"{words[0]}-{words[1]}"}, f"c{words[0]}")

    def words(self, version: str, words: Span, show: str = "") -> str:
        """Return the link to what some words of a policy say, with the kinds of words to `show`."""
        return self.policy(version, words, show=show)

    def concept(self, iri: str, **query: Query) -> str:
        """Return the link to a concept."""
        name = shorten(iri)
        return self._to(
            f"concept/{quote(name, safe=':') if '://' not in name else local(iri, 'concept/')}", query
        )

    def question(self, name: str, form: str = "", **query: Query) -> str:
        """Return the link to a question with values for its parameters; `form` is that of its rows."""
        return self._to(f"questions/{name}{'.' if form else ''}{form}", query)

    def _to(self, name: str, query: "dict[str, Query]", at: str = "") -> str:
        given = {key.rstrip("_"): value for key, value in query.items() if value not in (None, "")}
        if self.as_of:
            given["as-of"] = self.as_of
        asked = f"?{urlencode(given, doseq=True)}" if given else ""
        return f"{self.root}{name}{asked}{'#' if at else ''}{at}"


def local(iri: str, kind: str) -> str:
    """Return the last part of a link to an IRI of a kind, all of it if it does not lie below our base."""
    own = iri.removeprefix(BASE + kind)
    return quote(own, safe="/") if own != iri else quote(iri, safe="")


def iri_of(path: str, kind: str) -> str:
    """Return the IRI that the last part of a link means."""
    if "://" in path:
        return path
    if kind == "concept/" and ":" in path:
        return expand(path)
    return BASE + kind + path
