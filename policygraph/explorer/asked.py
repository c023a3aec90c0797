"""The pages of the questions of the library: a list, and each with a form for its parameters and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import ontology
import queries
from graph.iri import BASE
from graph.source import Source
from policygraph import quoting
from policygraph.asking import Cell, Rows, Value
from policygraph.explorer.site import NothingThere, Page, Site
from queries import ANY, Parameter, Question, QuestionError

_LOOKUPS = "lookups"  # questions that are asked of one node at a time
_FIRST = "overview"
SIZE = 100  # rows on one page
_QUOTED = 20  # rows on one page with their words
_STATING = 8  # statements whose words are shown where a row counts those of all companies
_OFFERED = 1000  # names that a form offers at most
_BARS = 25  # bars of a picture


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter with the value that was asked for, and the names that may be given."""

    parameter: Parameter
    value: str
    names: tuple[str, ...]
    free: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A value in a cell and the IRI of the concept or company that it names, if there is one."""

    value: Value
    company: str = ""
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a picture, and its part of the longest."""

    label: str
    number: float
    percent: float


def listed() -> Page:
    """Return the page of all questions, by group; the overview stands first."""
    known = [one for one in queries.questions().values() if one.group != _LOOKUPS]
    known.sort(key=lambda one: one.group != _FIRST)
    groups = [(group.capitalize(), list(found)) for group, found in groupby(known, key=lambda one: one.group)]
    return Page("questions", "Questions", {"groups": groups})


def page(
    site: Site, name: str, values: Mapping[str, str], *, offset: int = 0, evidence: bool = False
) -> Page:
    """Return the page of a question with the rows that answer it; raise NothingThere."""
    question = find(name)
    given = _given(question, values)
    size = _QUOTED if evidence else SIZE
    rows, problem = Rows((), ()), ""
    quotes: Sequence[Sequence[quoting.Said]] = ()
    try:
        rows = site.asker.select(question, given, limit=size, offset=offset)
        quotes = _quotes(site, question, rows) if evidence else ()
    except QuestionError as error:
        problem = str(error)
    shown = {
        "question": question,
        "fields": [_field(site, parameter, given) for parameter in question.parameters],
        "given": given,
        "problem": problem,
        "columns": [column.replace("_", " ") for column in rows.columns],
        "numbers": [_is_number(rows, index) for index in range(len(rows.columns))],
        "rows": _linked(site, rows),
        "quotes": [_once(quotes[index]) if quotes else [] for index in range(len(rows.rows))],
        "evidence": evidence,
        "stating": _STATING if _is_of_any(question) else 0,
        "bars": _bars(rows),
        "offset": offset,
        "size": size,
        "more": rows.more,
    }
    return Page("question", question.text, shown)


def ready() -> list[str]:
    """Return the names of the questions that can be asked as they are."""
    known = (one for one in queries.questions().values() if one.group != _LOOKUPS)
    return [one.name for one in known if all(parameter.default for parameter in one.parameters)]


def find(name: str) -> Question:
    """Return a question of the library; raise NothingThere."""
    found = queries.questions().get(name)
    if found is None or found.group == _LOOKUPS:
        raise NothingThere(f"There is no question called {name}.")
    return found


def answer(
    site: Site, name: str, values: Mapping[str, str], *, limit: int | None = None, offset: int = 0
) -> Rows:
    """Return the rows of a question as data; raise NothingThere and queries.QuestionError."""
    question = find(name)
    return site.asker.select(question, _given(question, values), limit=limit, offset=offset)


def _given(question: Question, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values that were given for parameters of a question."""
    names = {parameter.name for parameter in question.parameters}
    return {name: value.strip() for name, value in values.items() if name in names and value.strip()}


def _field(site: Site, parameter: Parameter, given: Mapping[str, str]) -> Field:
    # A default that is no word to type, as dpv:Purpose, is the widest concept there is: it says "any", too.
    free = parameter.default == ANY or (parameter.kind == "concept" and ":" in parameter.default)
    value = given.get(parameter.name, "" if free else parameter.default)
    return Field(parameter, "" if value == ANY else value, _offered(site, parameter), free)


def _offered(site: Site, parameter: Parameter) -> tuple[str, ...]:
    """Return names that can be given for a parameter."""
    known = ontology.load()
    if parameter.kind == "company":
        names = sorted(set(site.directory.names.values()), key=str.casefold)
        return tuple(names[:_OFFERED])
    if parameter.kind == "concept" and parameter.table:
        return tuple(sorted({term.label for term in known.table(parameter.table)}))
    return ()


def _quotes(site: Site, question: Question, rows: Rows) -> list[tuple[quoting.Said, ...]]:
    """Return for each row the words that it stands on; what they are said in is the IRI of a version."""

    def text(version: str) -> tuple[str, Source]:
        return version, Source()  # only lines and columns would need the text

    def some(pairs: Sequence[tuple[str, str]]) -> list[str]:
        (prop, value), (other, another) = pairs[0], pairs[-1]
        values = {"property": prop, "value": value, "other": other, "another": another}
        found = site.asker.rows("some-statements", values, limit=_STATING)
        return [row["node"] for row in found]

    return quoting.words(quoting.LookUp(site.asker.select, text, some), question, rows)


def _is_of_any(question: Question) -> bool:
    """Tell whether a row may stand on words of more statements than are shown."""
    return any(one.node.startswith("any") for one in question.evidence)


def _once(found: Sequence[quoting.Said]) -> list[quoting.Said]:
    """Return words without those that a policy says again."""
    return list(
        {(one.said_in, " ".join(one.words.casefold().split())): one for one in reversed(found)}.values()
    )[::-1]


def _linked(site: Site, rows: Rows) -> list[list[Linked]]:
    """Return the rows with the companies and concepts among their terms linked to by name."""
    found = []
    for row, binding in zip(rows.rows, rows.bindings or ({},) * len(rows.rows), strict=True):
        named = _named(site, binding)
        found.append(
            [
                named.get(str(value), Linked(value)) if isinstance(value, str) else Linked(value)
                for value in row
            ]
        )
    return found


def _named(site: Site, binding: Mapping[str, Cell]) -> dict[str, Linked]:
    known = ontology.load()
    named: dict[str, Linked] = {}
    for cell in binding.values():
        iri = cell["value"]
        if cell["type"] != "uri":
            continue
        if iri.startswith(BASE + "company/"):
            name = site.directory.name(iri)
            named[name] = Linked(name, company=iri)
        elif iri in known.terms:
            name = known.label(iri)
            named[name] = Linked(name, concept=iri)
    return named


def _is_number(rows: Rows, index: int) -> bool:
    found = [row[index] for row in rows.rows if row[index] is not None]
    return bool(found) and all(isinstance(value, int | float) for value in found)


def _bars(rows: Rows) -> list[Bar]:
    """Return a picture of rows that have a name and a number; nothing where there is none."""
    numbers = [index for index in range(len(rows.columns)) if _is_number(rows, index)]
    words = [index for index in range(len(rows.columns)) if index not in numbers]
    if not numbers or not words or len(rows.rows) < 2:  # noqa: PLR2004  one bar says nothing
        return []
    pairs = [(str(row[words[0]] or ""), float(row[numbers[0]] or 0)) for row in rows.rows[:_BARS]]
    most = max(number for _, number in pairs)
    if most <= 0 or min(number for _, number in pairs) < 0:
        return []
    return [Bar(label, number, 100 * number / most) for label, number in pairs]
