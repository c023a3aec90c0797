"""Finds the concept, company or service that a name means, in the ontology and among the names of a graph."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

import pyoxigraph as ox

import ontology
from ontology import Ontology, UnknownTermError
from queries.errors import UnknownValueError, near
from queries.reader import Parameter, Term, question

_RECIPIENTS = ("companies", "services", "recipients-roles")


class Resolver:
    """Tells which IRI a name means for a parameter. Called with (parameter, name), as `bound` does.

    `ask` takes SPARQL and the terms of its parameters, and returns its rows by variable. A name is asked for as
    it is spelled; only one that is found nowhere is held against all names of the graph, which are asked for
    once. Without `ask` only the names of the ontology are known.
    """

    def __init__(
        self,
        ask: Callable[[str, Mapping[str, Term]], Iterable[Mapping[str, str]]] | None = None,
        *,
        lexicon: Ontology | None = None,
    ) -> None:
        self._ask = ask
        self._ontology = lexicon or ontology.load()

    def __call__(self, parameter: Parameter, name: str) -> str:
        """Return the IRI that `name` means; raise UnknownValueError, which says what is near."""
        if "://" in name:
            return name
        found = self._in_graph(parameter, name) or self._in_ontology(parameter, name)
        widest = [one for one in found if not any(self._above(other, one) for other in found)]
        if len(widest) == 1:
            return widest[0]
        if widest:
            choices = ", ".join(
                f"{ontology.shorten(iri)} ({self._ontology.label(iri)})" for iri in sorted(widest)
            )
            raise UnknownValueError(parameter.name, name, f"this can mean {choices}: give one of them")
        raise UnknownValueError(parameter.name, name, self._advice(parameter, name))

    @cached_property
    def _names(self) -> tuple[tuple[str, str, str], ...]:
        rows = self._ask(question("names").sparql, {}) if self._ask else ()
        return tuple((row["name"], row["kind"], row["node"]) for row in rows)

    def _spelled(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the kind and the node of what is called `name` in the graph, with the usual capitals."""
        sparql = question("lookup-name").sparql
        for spelling in dict.fromkeys((name, name.lower(), name.title(), name.upper())):
            for literal in (ox.Literal(spelling), ox.Literal(spelling, language="en")):
                for row in self._ask(sparql, {"name": literal}) if self._ask else ():
                    yield row["kind"], row["node"]

    def _in_graph(self, parameter: Parameter, name: str) -> list[str]:
        """Return the companies and services of that name (or that begin with it), or the phrases."""
        wanted = {"company", "service"} if parameter.kind == "company" else {"phrase"}
        spelled = dict.fromkeys(iri for kind, iri in self._spelled(name) if kind in wanted)
        if spelled or self._in_ontology(parameter, name):
            return list(spelled)
        key = name.casefold()
        known = [(one.casefold(), iri) for one, kind, iri in self._names if kind in wanted]
        exact = [iri for one, iri in known if one == key]
        if exact or parameter.kind != "company":
            return list(dict.fromkeys(exact))
        return list(dict.fromkeys(iri for one, iri in known if one.startswith(key + " ")))

    def _in_ontology(self, parameter: Parameter, name: str) -> list[str]:
        try:
            found = self._ontology.find(name)
        except UnknownTermError:
            return []
        written_out = ":" in name  # a CURIE says itself what it means, whatever its table
        return [iri for iri in found if written_out or _fits(parameter, self._ontology.terms[iri].table)]

    def _above(self, other: str, iri: str) -> bool:
        return other != iri and self._ontology.is_under(iri, other)

    def _advice(self, parameter: Parameter, name: str) -> str:
        known = {form.words for form in self._ontology.forms if form.term and _fits(parameter, form.table)}
        what = f"no name of a concept in {parameter.table}" if parameter.table else "no name of a concept"
        if parameter.kind == "company":
            known |= {one for one, kind, _ in self._names if kind != "phrase"}
            what = "no name of a company, service or kind of recipient"
        close = near(name, known)
        return f"this is {what}" + (f"; did you mean {' or '.join(close)}?" if close else "")


def _fits(parameter: Parameter, table: str) -> bool:
    """Tell whether what stands in `table` of the ontology can be a value of `parameter`."""
    if parameter.kind == "company":
        return table in _RECIPIENTS
    if parameter.table:
        return table == parameter.table
    return table not in ("companies", "services", "policygraph") and not table.startswith("cues/")
