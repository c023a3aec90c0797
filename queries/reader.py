"""Reads the .rq files of this folder into `Question`s, and binds values to their parameters.

A file begins with its question in English, and then says in comments what can be asked differently:

    # Who processes a given category of data?
    # @group data
    # @param data: concept in personal-data = "email address"  A category of data; narrower ones count too
    # @evidence ?c: dpv:hasPersonalData ?d, dpv:hasPurpose ?p

A parameter is a `concept` (of one table of the ontology, or of any), a `company` (a service or a kind of
recipient too), an `integer`, a `text` or an `iri`. The default `*` leaves the parameter free: any value will
do; without a default it must be given. A parameter is a variable that the query selects; its value is bound,
never pasted into the query.

`@evidence` says what a row stands on: `?c: dpv:hasPurpose ?p` on the statements of the company ?c with the
purpose ?p (`?c denies:` on its denials), `?node` on a statement or finding itself; `none: REASON` that there
are no words for it. Its variables are selected too, and not shown; `?any` and what begins so stands for
anything. `@pages ?c in QUESTION` says that the rows of one ?c come after those of another, in the order in
which QUESTION lists them as ?node, equal ones with the same ?key: so a page is asked of a few of them, and the
question is answered in pages. `@slow REASON` marks one that is answered in pages although each takes long.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

import pyoxigraph as ox

from queries.errors import (
    BrokenQuestionError,
    MissingParameterError,
    UnknownParameterError,
    UnknownQuestionError,
    UnknownValueError,
)

FOLDER = Path(__file__).parent
ANY = "*"

Kind = Literal["concept", "company", "integer", "text", "iri"]
Term: TypeAlias = ox.NamedNode | ox.Literal

_PARAMETER = re.compile(
    r"@param (?P<name>[a-z_]+): (?P<kind>\w+)(?: in (?P<table>[\w-]+))?"
    r'(?: = (?:"(?P<quoted>[^"]*)"|(?P<bare>\S+)))?  (?P<help>\S.*)'
)
_GROUP = re.compile(r"@group (?P<group>[a-z -]+)")
_SLOW = re.compile(r"@slow (?P<reason>\S.*)")
_PAGES = re.compile(r"@pages \?(?P<variable>[a-z_]+) in (?P<listed>[a-z-]+)")
_NONE = re.compile(r"@evidence none: (?P<reason>\S.*)")
_VARIABLE = r"\?[a-z_]+"
_SLOT = rf"(?:{_VARIABLE}|[a-z-]+:[A-Za-z]+) {_VARIABLE}"
_EVIDENCE = re.compile(
    rf"@evidence (?P<node>{_VARIABLE})(?:(?P<denies> denies)?: (?P<slots>{_SLOT}(?:, {_SLOT})*))?"
)


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
class Evidence:
    """What a row stands on: the statements of a company that have all of some values, or one node itself.

    `node` is the variable of the company, or of the node if there are no `slots`; a slot is a property (a
    CURIE, or a variable with its question mark) and the variable of its value.
    """

    node: str
    slots: tuple[tuple[str, str], ...] = ()
    denied: bool = False

    def variables(self) -> Iterator[str]:
        """Yield the variables of the query that tell what a row stands on."""
        yield self.node
        for prop, value in self.slots:
            if prop.startswith("?"):
                yield prop.removeprefix("?")
            yield value


@dataclass(frozen=True, slots=True)
class Pages:
    """What a page is made of: the rows of a few values of a variable, in the order that a question lists."""

    variable: str
    listed: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question in English, its SPARQL, and what can be asked differently; `name` is that of its file.

    `slow` says why it takes long, "" if it does not; `no_evidence` why no words stand for a row; `pages` of
    what a page is made, if one costs less than the whole answer.
    """

    name: str
    text: str
    group: str
    notes: str
    parameters: tuple[Parameter, ...]
    sparql: str
    evidence: tuple[Evidence, ...] = ()
    no_evidence: str = ""
    slow: str = ""
    pages: Pages | None = None

    @property
    def is_long(self) -> bool:
        """Tell whether the answer comes in pages, unless all of it is asked for."""
        return bool(self.slow or self.pages)

    def columns(self, variables: Iterable[str]) -> tuple[str, ...]:
        """Return the selected variables that are worth showing: no parameters, nothing for evidence alone."""
        hidden = {parameter.name for parameter in self.parameters}
        hidden.update(variable for one in self.evidence for variable in one.variables())
        return tuple(variable for variable in variables if variable not in hidden)


Resolve: TypeAlias = Callable[[Parameter, str], str]
"""Returns the IRI that a name means for a parameter; raises UnknownValueError if it means none."""


def read(path: Path) -> Question:
    """Return the question of a .rq file; raise BrokenQuestionError with the line that cannot be read."""
    sparql = sparql_of(path)
    head = list(_head(sparql))
    if not head or not head[0].endswith("?"):
        raise BrokenQuestionError(path, 1, 'the first line must be "# " and a question that ends in "?"')
    said: dict[str, str] = {"group": "", "slow": "", "none": ""}
    notes: list[str] = []
    evidence: list[Evidence] = []
    pages: Pages | None = None
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(head[1:], 2):
        if line.startswith("@param"):
            parameter = _parameter(path, number, line)
            if parameter.name in parameters:
                raise BrokenQuestionError(path, number, f"the parameter {parameter.name} is declared twice")
            parameters[parameter.name] = parameter
        elif found := _NONE.fullmatch(line):
            said["none"] = found["reason"]
        elif found := _PAGES.fullmatch(line):
            pages = Pages(found["variable"], found["listed"])
        elif line.startswith("@evidence"):
            evidence.append(_evidence(path, number, line))
        elif found := _GROUP.fullmatch(line) or _SLOW.fullmatch(line):
            said |= {"slow" if key == "reason" else key: value for key, value in found.groupdict().items()}
        elif line.startswith("@"):
            known = "@param, @group, @evidence, @pages nor @slow"
            raise BrokenQuestionError(path, number, f"{line.split()[0]} is neither {known}")
        else:
            notes.append(line)
    return Question(
        path.stem,
        head[0],
        said["group"],
        " ".join(notes),
        tuple(parameters.values()),
        sparql,
        tuple(evidence),
        said["none"],
        said["slow"],
        pages,
    )


def sparql_of(path: Path) -> str:
    """Return what a file with a query says. Raise BrokenQuestionError with the line that is no UTF-8; OSError."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BrokenQuestionError(path, line, "this is no UTF-8 text: save it as UTF-8") from error


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

    `resolve` finds the IRI that a concept or company is meant by. Where a single parameter takes a company,
    "company" names it too, and so for the other kinds. Parameters left free are not in the result. Raises
    UnknownParameterError, MissingParameterError and UnknownValueError.
    """
    given = {_named(asked, name): value for name, value in values.items()}
    terms: dict[str, Term] = {}
    for parameter in asked.parameters:
        value = given.get(parameter.name, parameter.default)
        if not value:
            raise MissingParameterError(asked.name, parameter.name, parameter.help)
        if value != ANY:
            terms[parameter.name] = _term(parameter, value, resolve)
        elif parameter.default != ANY and parameter.kind != "iri":
            raise UnknownValueError(parameter.name, value, "this question needs a value here")
    return terms


def with_values(sparql: str, terms: Mapping[str, Term | Sequence[Term]]) -> str:
    """Return a query with its parameters bound, to one value or to any of several, each line where it was.

    VALUES stands first in each group whose SELECT names the parameter, where every engine can use it: one
    that learns the values only when it answers has decided before to read everything.
    """

    def with_given(found: re.Match[str]) -> str:
        given = (
            f"VALUES ?{name} {{ {_listed(term)} }}"
            for name, term in sorted(terms.items())
            if re.search(rf"\?{name}\b", found["selected"])
        )
        return " ".join((found[0], *given))

    return re.sub(r"(?is)\bSELECT\b(?P<selected>[^{}]*)\bWHERE\s*\{", with_given, sparql)


def among(asked: Question, names: Sequence[str], rows: Iterable[Sequence[Term]]) -> Question:
    """Return a question about some rows of values alone, as VALUES of the variables `names` in its first group."""
    lines = " ".join(f"({' '.join(map(str, row))})" for row in rows)
    given = f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {lines} }}"
    sparql = re.sub(r"(?i)\bWHERE\s*\{", lambda found: f"{found[0]} {given}", asked.sparql, count=1)
    return replace(asked, sparql=sparql)


def _listed(term: Term | Sequence[Term]) -> str:
    return str(term) if isinstance(term, Term) else " ".join(map(str, term))


def _named(asked: Question, name: str) -> str:
    """Return the parameter that `name` means: that of the name, or the only one of the kind."""
    names = [parameter.name for parameter in asked.parameters]
    of_kind = [parameter.name for parameter in asked.parameters if parameter.kind == name]
    if name in names:
        return name
    if len(of_kind) == 1:
        return of_kind[0]
    raise UnknownParameterError(asked.name, name, names)


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
    default = found["quoted"] or found["bare"] or ""
    kind = cast("Kind", found["kind"])
    return Parameter(found["name"], kind, found["table"] or "", default, found["help"])


def _evidence(path: Path, number: int, line: str) -> Evidence:
    found = _EVIDENCE.fullmatch(line)
    if found is None:
        shape = (
            "@evidence ?company: PROPERTY ?value, PROPERTY ?value; @evidence ?node; or @evidence none: REASON"
        )
        raise BrokenQuestionError(path, number, f"evidence is written {shape}")
    slots = [slot.split() for slot in (found["slots"] or "").split(", ") if slot]
    return Evidence(
        found["node"].removeprefix("?"),
        tuple((prop, value.removeprefix("?")) for prop, value in slots),
        found["denies"] is not None,
    )


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
