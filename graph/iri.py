"""Names, offsets and headings become IRIs. No part depends on time, chance or the order of input.

>>> slug("Clik Limited")
'clik-limited'
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath, PurePosixPath
from typing import Literal

BASE = "https://w3id.org/policygraph/id/"
"""The base IRI unless another is set; everything that is not a term of a vocabulary lies below it."""

_OTHER = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"['’]")
_SPAN = re.compile(r"#char=(\d+),(\d+)$")
_BEHIND = re.compile(r"[?#].*$", re.DOTALL)  # what a URL of the web has behind its path
_HEX = 12
_WORDS = 4  # of a heading; offsets make the IRI unique, the words are there for the reader

SharedGraph = Literal["ontology", "unmapped", "companies", "derived"]


def slug(name: str) -> str:
    """Return `name` in lower-case ASCII with hyphens; 12 hex of its SHA-256 if no letter or digit is left."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", ascii_only).strip("-") or hashlib.sha256(name.encode()).hexdigest()[:_HEX]


def section_slug(heading: str) -> str:
    """Return the slug of the first words of a heading; "top" for text above the first heading.

    >>> section_slug("How Long We Keep Your Information For")
    'how-long-we-keep'
    """
    return "-".join(slug(heading).split("-")[:_WORDS]) if heading.strip() else "top"


def phrase_slug(phrase: str) -> str:
    """Return the slug of a phrase; apostrophes do not split words."""
    return slug(_APOSTROPHES.sub("", phrase))


def company(name: str, base: str = BASE) -> str:
    """Return the IRI of a company that no gazetteer knows."""
    return f"{base}company/{slug(name)}"


def service(name: str, base: str = BASE) -> str:
    """Return the IRI of a service that no gazetteer knows."""
    return f"{base}service/{slug(name)}"


def unmapped(slot: str, phrase: str, base: str = BASE) -> str:
    """Return the IRI of a phrase that fills a slot but is no concept: the same for all policies."""
    return f"{base}concept/{slot}/{phrase_slug(phrase)}"


def shared_graph(name: SharedGraph, base: str = BASE) -> str:
    """Return the IRI of a graph that is not about one policy alone."""
    return f"{base}graph/{name}"


def run_graph(run: str, base: str = BASE) -> str:
    """Return the IRI of the graph that says when and by what the graph was made."""
    return f"{run_graphs(base)}{slug(run)}"


def run_graphs(base: str = BASE) -> str:
    """Return what the IRIs of all graphs of runs begin with."""
    return f"{base}graph/run/"


def sources_graph(base: str = BASE) -> str:
    """Return the IRI of the graph of what was read from which source."""
    return run_graph("sources", base)


def source(place: str, base: str = BASE) -> str:
    """Return the IRI of a source, which does not tell where its file lies."""
    return f"{base}source/{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[: 2 * _HEX]}"


def file_name(place: str) -> str:
    """Return what the file at a path or URL is called.

    >>> file_name("policies/acme.txt"), file_name("https://example.org/legal/privacy.html?lang=en#top")
    ('acme.txt', 'privacy.html')
    >>> file_name("zip://en/acme.txt::s3://bucket/policies.zip")
    'acme.txt'
    """
    if "://" not in place:
        return PurePath(place).name
    first = place.partition("::")[0]
    return PurePosixPath(_BEHIND.sub("", first) if first.startswith("http") else first).name


def span_iri(text: str, start: int, end: int) -> str:
    """Return the IRI of characters `start` to `end` (exclusive) of the text at the IRI `text`, after RFC 5147.

    >>> span_iri("https://example.org/text", 3, 9)
    'https://example.org/text#char=3,9'
    """
    return f"{text}#char={start},{end}"


def span_of(iri: str) -> tuple[int, int] | None:
    """Return the characters that an IRI stands for; none if it is that of no span.

    >>> span_of("https://example.org/text#char=3,9")
    (3, 9)
    """
    found = _SPAN.search(iri)
    return (int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True)
class VersionIris:
    """The IRIs of one text of a policy; `owner` is the slug of the company whose policy it is."""

    owner: str
    kind: str
    sha256: str
    base: str = BASE

    @property
    def policy(self) -> str:
        """Return the IRI of the policy, whatever its text."""
        return f"{self.base}policy/{self.owner}/{slug(self.kind)}/"

    @cached_property
    def version(self) -> str:
        """Return the IRI of this text of the policy; the IRIs below begin with it."""
        return f"{self.policy}{self.sha256[:_HEX]}/"

    @property
    def graph(self) -> str:
        """Return the IRI of the graph of statements."""
        return self.version + "graph"

    @property
    def evidence(self) -> str:
        """Return the IRI of the graph of mentions and spans."""
        return self.version + "evidence"

    @property
    def text(self) -> str:
        """Return the IRI of the stored text."""
        return self.version + "text"

    def span(self, start: int, end: int) -> str:
        """Return the IRI of characters `start` to `end` (exclusive) of the stored text."""
        return span_iri(self.text, start, end)

    def statement(
        self, section: str, anchor: tuple[int, int], number: int = 1, *, denied: bool = False
    ) -> str:
        """Return the IRI of a process or a denied practice; `number` counts those with the same anchor."""
        return self._numbered("n" if denied else "p", section, anchor, number)

    def node(self, kind: str, section: str, anchor: tuple[int, int], number: int = 1) -> str:
        """Return the IRI of a node that a statement holds, such as a consequence ("c")."""
        return self._numbered(kind, section, anchor, number)

    def storage(self, section: str, number: int) -> str:
        """Return the IRI of storage condition `number` of a section."""
        return f"{self.version}storage/{section_slug(section)}.{number}"

    def mention(self, start: int, end: int, number: int) -> str:
        """Return the IRI of mention `number` of a span."""
        return f"{self.version}m/{start}-{end}.{number}"

    def _numbered(self, folder: str, section: str, anchor: tuple[int, int], number: int) -> str:
        name = f"{self.version}{folder}/{section_slug(section)}.{anchor[0]}-{anchor[1]}"
        return name if number == 1 else f"{name}.{number}"
