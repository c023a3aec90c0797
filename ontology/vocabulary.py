"""Closed namespaces made from the Turtle: a misspelt term is an error at once."""

from collections.abc import Iterable, Iterator
from functools import cache

NAMESPACES = {
    "pg": "https://w3id.org/policygraph/ns#",
    "pgc": "https://w3id.org/policygraph/concept#",
    "pgq": "https://w3id.org/policygraph/cue#",
    "pgs": "https://w3id.org/policygraph/shapes#",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "legal-gb": "https://w3id.org/dpv/legal/gb#",
    "loc": "https://w3id.org/dpv/loc#",
    "ai": "https://w3id.org/dpv/ai#",
    "sector-finance": "https://w3id.org/dpv/sector/finance#",
    "sector-health": "https://w3id.org/dpv/sector/health#",
    "sector-education": "https://w3id.org/dpv/sector/education#",
    "cnt": "http://www.w3.org/2011/content#",
    "dct": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class UnknownTermError(AttributeError, KeyError):
    """Raised when a name is asked for that no Turtle file of the ontology describes."""

    def __str__(self) -> str:
        """Return the message without the quotes that KeyError puts around it."""
        return str(self.args[0]) if self.args else ""


class Vocabulary:
    """The terms of one namespace as attributes: `DPV.hasPurpose` is an IRI, `DPV.hasPurpos` an error."""

    def __init__(self, prefix: str, namespace: str, names: Iterable[str]) -> None:
        self._prefix = prefix
        self._namespace = namespace
        self._names = frozenset(names)

    def __getattr__(self, name: str) -> str:
        """Return the IRI of `name`; raise UnknownTermError, which is an AttributeError, if there is none."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> str:
        """Return the IRI of `name`, for names that are no Python identifiers such as "A6-1-f"."""
        if name not in self._names:
            raise UnknownTermError(f"{self._prefix}:{name} is no term of the ontology; see ontology/*.ttl")
        return self._namespace + name

    def __contains__(self, iri: object) -> bool:
        """Tell whether `iri` is a term of this namespace."""
        return isinstance(iri, str) and iri.removeprefix(self._namespace) in self._names

    def __iter__(self) -> Iterator[str]:
        """Yield the names in alphabetical order."""
        return iter(sorted(self._names))


@cache
def expand(curie: str) -> str:
    """Return the IRI of a CURIE such as `dpv:Marketing`; an IRI comes back as it is.

    Raises UnknownTermError for a prefix that is not in `NAMESPACES`.
    """
    prefix, colon, name = curie.partition(":")
    if name.startswith("//") or not colon:
        return curie
    if prefix not in NAMESPACES:
        raise UnknownTermError(f"{curie}: no prefix {prefix!r}; known are {', '.join(sorted(NAMESPACES))}")
    return NAMESPACES[prefix] + name


def shorten(iri: str) -> str:
    """Return `iri` as a CURIE if one of our prefixes fits, the longest first; else the IRI itself."""
    for prefix, namespace in _LONGEST_FIRST:
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


_LONGEST_FIRST = tuple(sorted(NAMESPACES.items(), key=lambda item: (-len(item[1]), item[0])))
