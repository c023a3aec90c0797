"""What Virtuoso 7 does in ways of its own, and how what is sent to it and comes from it goes round that.

- A duration becomes a number of months or of seconds and loses the rest: P1Y2M3D is read back as 14. What
  Virtuoso cannot read it keeps as it is, so durations are written to it with a blank behind them, which is
  taken off again where they come back.
- No more than 10,000 sorted rows can be left out and asked for at once (error SR353), unless the sorted
  query stands within another.

- MIN, MAX and ORDER BY compare strings of the graph by their numbers in a dictionary, and MIN of them is none
  where nothing is grouped; so names and other texts are compared by STR.
- What is joined with a path that may have no length (`?x pg:parent* ?y`) is lost or not as the query happens to
  be planned; so a path to a parameter becomes two parts: the value itself, or a path of some length to it.

Bugs that a question can go round as readably are gone round in its file, with a word about it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import pyoxigraph as ox

TOO_FAR = "SR353"
"""The number of the error for too many sorted rows."""

_DURATION = ox.NamedNode("http://www.w3.org/2001/XMLSchema#duration")
_KEPT = re.compile(r"-?P[\dTYMDHS.]+ ")
_TEXTS = (  # properties whose values are strings, with a language or without
    "dpv:hasName",
    "dct:title",
    "dct:description",
    "oa:exact",
    "pg:hasCondition",
    "pg:name",
    "pg:requirement",
    "pg:scenario",
    "pg:state",
    "pg:statedInterest",
    "rdfs:label",
    "sh:resultMessage",
    "skos:altLabel",
    "skos:prefLabel",
)
_TEXT = re.compile(rf"(?:{'|'.join(_TEXTS)})\)* \?(?P<variable>\w+)")
_EXTREME = re.compile(r"(?i)\b(?P<which>MIN|MAX)\(\?(?P<variable>\w+)\)")
_ORDER = re.compile(r"(?i)(?<=ORDER BY)[^{}]*")
_KEY = re.compile(r"(?i)(?:(?<=\s)|(?<=ASC\()|(?<=DESC\())\?(?P<variable>\w+)")
_EMPTY = re.compile(
    r"(?P<from>\?\w+) (?P<path>[\w:-]+|\((?:[^()]|\([^()]*\))*\))(?P<often>[?*]) \?(?P<to>\w+) \."
)
_PROLOGUE = re.compile(r"(?is)\A(?:\s+|#[^\n]*\n|PREFIX\s+[^<]*<[^>]*>|BASE\s+<[^>]*>)*")


def is_virtuoso(software: str) -> bool:
    """Tell whether the Server header of an answer is one of Virtuoso."""
    return software.startswith("Virtuoso")


def kept(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return triples with their durations written so that Virtuoso keeps them."""
    return _with_durations(triples, lambda text: f"{text} ")


def given_back(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return triples as they were before they were written to Virtuoso."""
    return _with_durations(triples, restored)


def restored(text: str) -> str:
    """Return the value of a literal as it was before it was written to Virtuoso.

    >>> restored("P6Y "), restored("Policy ")
    ('P6Y', 'Policy ')
    """
    return text.rstrip() if _KEPT.fullmatch(text) else text


def _with_durations(triples: Iterable[ox.Triple], change: Callable[[str], str]) -> list[ox.Triple]:
    return [
        ox.Triple(
            triple.subject, triple.predicate, ox.Literal(change(triple.object.value), datatype=_DURATION)
        )
        if isinstance(triple.object, ox.Literal) and triple.object.datatype == _DURATION
        else triple
        for triple in triples
    ]


def rewritten(sparql: str, terms: Mapping[str, object]) -> str:
    """Return a query as Virtuoso gives the right rows for it; `terms` are the values of its parameters."""
    return _without_empty_paths(_comparing_strings(sparql), terms)


def _without_empty_paths(sparql: str, terms: Mapping[str, object]) -> str:
    """Return a query in which no path to a parameter has no length.

    >>> _without_empty_paths("?x pg:parent* ?y .", {"y": "<urn:a>"})
    '{ VALUES (?x ?y) { (<urn:a> <urn:a>) } } UNION { VALUES ?y { <urn:a> } ?x pg:parent+ ?y }'
    """

    def parts(found: re.Match[str]) -> str:
        if found["to"] not in terms:
            return found[0]
        here, there, term = found["from"], f"?{found['to']}", terms[found["to"]]
        path = found["path"] + ("+" if found["often"] == "*" else "")
        itself = f"{{ VALUES ({here} {there}) {{ ({term} {term}) }} }}"
        return f"{itself} UNION {{ VALUES {there} {{ {term} }} {here} {path} {there} }}"

    return _EMPTY.sub(parts, sparql)


def _comparing_strings(sparql: str) -> str:
    """Return a query that compares the texts of the graph as strings.

    >>> _comparing_strings("SELECT (MIN(?name) AS ?of) WHERE { ?c dpv:hasName ?name } GROUP BY ?c ORDER BY ?of")
    'SELECT (MIN(STR(?name)) AS ?of) WHERE { ?c dpv:hasName ?name } GROUP BY ?c ORDER BY ?of'
    """
    texts = {found["variable"] for found in _TEXT.finditer(sparql)}

    def extreme(found: re.Match[str]) -> str:
        name = found["variable"]
        return f"{found['which']}(STR(?{name}))" if name in texts else found[0]

    def order(found: re.Match[str]) -> str:
        return _KEY.sub(lambda one: f"STR({one[0]})" if one["variable"] in texts else one[0], found[0])

    return _ORDER.sub(order, _EXTREME.sub(extreme, sparql))


def within(sparql: str) -> str:
    """Return a query that gives the rows of a SELECT in its order, with the columns in theirs."""
    prologue = _PROLOGUE.match(sparql)
    assert prologue is not None  # it can be empty
    query = sparql[prologue.end() :]
    names = " ".join(_columns(query.partition("{")[0])) or "*"
    return f"{prologue[0]}SELECT {names} WHERE {{ {{ {query}\n}} }}"


def _columns(clause: str) -> Iterator[str]:
    """Yield the variables that a SELECT clause gives: those that stand alone, and those behind AS."""
    depth = 0
    for part in re.finditer(r"(?i)[()]|(?P<new>\bAS\s+)?(?P<variable>\?\w+)", clause):
        if part["variable"] is None:
            depth += 1 if part[0] == "(" else -1
        elif depth == (1 if part["new"] else 0):
            yield part["variable"]
