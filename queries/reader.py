"""Reads the .rq files of this folder into `Question`s, and binds values to their parameters.

A file begins with its question in English, and then says in comments what can be asked differently:

    # Who processes a given category of data?
    # @group data
    # @param data: concept in personal-data = "email address"  A category of data; narrower ones count too

A parameter is a `concept` (of one table of the ontology, or of any), a `company` (a service or a kind of
recipient too), an `integer`, a `text` or an `iri`. The default `*` leaves the parameter free: any value will
do. A parameter is a variable that the query selects; its value is bound, never pasted into the query.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

import pyoxigraph as ox

from queries.errors import BrokenQuestionError, UnknownParameterError, UnknownQuestionError, UnknownValueError

FOLDER = Path(__file__).parent
ANY = "*"

Kind = Literal["concept", "company", "integer", "text", "iri"]
Term: TypeAlias = ox.NamedNode | ox.Literal

_PARAMETER = re.compile(
    r"@param (?P<name>[a-z_]+): (?P<kind>\w+)(?: in (?P<table>[\w-]+))?"
    r' = (?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))  (?P<help>\S.*)'
)
_GROUP = re.compile(r"@group (?P<group>[a-z-]+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be asked differently: a variable of the query, and the kind of value that it takes.

    `table` names the table of the ontology that a concept must be in, "" if any; `default` is what is asked
    unless something else is given, `ANY` if that is everything.
    """

    name: str
    kind: Kind
    table: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question in English, its SPARQL, and what can be asked differently; `name` is that of its file."""

    name: str
    text: str
    group: str
    notes: str
    parameters: tuple[Parameter, ...]
    sparql: str

    def columns(self, variables: Iterable[str]) -> tuple[str, ...]:
        """Return the selected variables that are worth showing: all but the parameters."""
        hidden = {parameter.name for parameter in self.parameters}
        return tuple(variable for variable in variables if variable not in hidden)


Resolve: TypeAlias = Callable[[Parameter, str], str]
"""Returns the IRI that a name means for a parameter; raises UnknownValueError if it means none."""


def read(path: Path) -> Question:
    """Return the question of a .rq file; raise BrokenQuestionError with the line if its head is broken."""
    sparql = path.read_text(encoding="utf-8")
    head = list(_head(sparql))
    if not head or not head[0].endswith("?"):
        raise BrokenQuestionError(path, 1, 'the first line must be "# " and a question that ends in "?"')
    group, notes = "", []
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(head[1:], 2):
        if line.startswith("@param"):
            parameter = _parameter(path, number, line)
            if parameter.name in parameters:
                raise BrokenQuestionError(path, number, f"the parameter {parameter.name} is declared twice")
            parameters[parameter.name] = parameter
        elif found := _GROUP.fullmatch(line):
            group = found["group"]
        elif line.startswith("@"):
            raise BrokenQuestionError(path, number, f"{line.split()[0]} is neither @param nor @group")
        else:
            notes.append(line)
    return Question(path.stem, head[0], group, " ".join(notes), tuple(parameters.values()), sparql)


@cache
def questions() -> Mapping[str, Question]:
    """Return all questions by name, those of one group together, in the order of their names."""
    found = sorted((read(path) for path in FOLDER.glob("*.rq")), key=lambda one: (one.group, one.name))
    return MappingProxyType({one.name: one for one in found})


def question(name: str) -> Question:
    """Return the question of that name; raise UnknownQuestionError, which says what is near."""
    known = questions()
    if name not in known:
        raise UnknownQuestionError(name, known)
    return known[name]


def bound(asked: Question, values: Mapping[str, str], resolve: Resolve) -> dict[str, Term]:
    """Return the terms to bind to the variables of `asked`, from `values` and else its defaults.

    `resolve` finds the IRI that a concept or company is meant by. Parameters left free are not in the result.
    Raises UnknownParameterError and UnknownValueError.
    """
    names = [parameter.name for parameter in asked.parameters]
    for name in values:
        if name not in names:
            raise UnknownParameterError(asked.name, name, names)
    terms: dict[str, Term] = {}
    for parameter in asked.parameters:
        value = values.get(parameter.name, parameter.default)
        if value != ANY:
            terms[parameter.name] = _term(parameter, value, resolve)
        elif parameter.default != ANY:
            raise UnknownValueError(parameter.name, value, "this question needs a value here")
    return terms


def _head(sparql: str) -> Iterator[str]:
    """Yield the comment lines with which a file begins, without their marks."""
    for line in sparql.splitlines():
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").strip()


def _parameter(path: Path, number: int, line: str) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if found is None:
        shape = '@param NAME: KIND = "DEFAULT"  HELP, with two spaces before the help'
        raise BrokenQuestionError(path, number, f"a parameter is written {shape}")
    if found["kind"] not in get_args(Kind):
        raise BrokenQuestionError(path, number, f"{found['kind']} is none of {', '.join(get_args(Kind))}")
    default = found["quoted"] if found["bare"] is None else found["bare"]
    kind = cast("Kind", found["kind"])
    return Parameter(found["name"], kind, found["table"] or "", default, found["help"])


def _term(parameter: Parameter, value: str, resolve: Resolve) -> Term:
    """Return the term that `value` means for `parameter`; raise UnknownValueError if it means none."""
    if parameter.kind == "integer":
        if not re.fullmatch(r"-?[0-9]+", value):
            raise UnknownValueError(parameter.name, value, "a whole number is needed")
        return ox.Literal(int(value))
    if parameter.kind == "text":
        return ox.Literal(value)
    iri = value if parameter.kind == "iri" else resolve(parameter, value)
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise UnknownValueError(parameter.name, value, "an IRI is needed") from error
