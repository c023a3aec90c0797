"""What can go wrong between a question and its SPARQL. Messages say where, and what is near.

QuestionError
├── BrokenQuestionError     the head of a .rq file cannot be read
├── BrokenSparqlError       what is asked is no SPARQL
├── UnknownQuestionError    no file of that name
├── UnknownParameterError   a question has no parameter of that name
├── MissingParameterError   a question is asked without a value that it needs
└── UnknownValueError       a value is no number, IRI, concept or company, or it is several
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

_PLACE = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<problem>.+)", re.DOTALL)
_LONGEST = 120  # characters of what would have been expected


class QuestionError(Exception):
    """Raised when a question cannot be asked; above all other errors of this package."""


class BrokenQuestionError(QuestionError):
    """Raised when the head of a question's file is not as the others: whoever wrote the file is at fault."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}, line {line}: {problem}; see the head of queries/who-shares-with.rq")
        self.path = path
        self.line = line


class BrokenSparqlError(QuestionError, SyntaxError):
    """Raised when a query is no SPARQL; shows the line and the place in it where reading ended."""

    def __init__(self, name: str, sparql: str, problem: str) -> None:
        found = _PLACE.match(problem)
        where, shown = "", ""
        if found:
            line, column = int(found["line"]), int(found["column"])
            text = [*sparql.splitlines(), ""][line - 1]
            where, shown = f", line {line}, column {column}", f"\n  {text}\n  {' ' * (column - 1)}^"
            problem = found["problem"]
        short = problem if len(problem) <= _LONGEST else problem[:_LONGEST].rpartition(",")[0] + ", …"
        super().__init__(f"{name}{where}: this is no SPARQL: {short}{shown}")


class UnknownQuestionError(QuestionError, LookupError):
    """Raised when a question is asked for by a name that no file has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no question {name!r}; {_near(name, known)}")


class UnknownParameterError(QuestionError, LookupError):
    """Raised when a value is given for a parameter that the question does not have."""

    def __init__(self, question: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"the question {question} has no parameter {name!r}; {_near(name, known)}")


class MissingParameterError(QuestionError, LookupError):
    """Raised when a parameter that has no default is given no value."""

    def __init__(self, question: str, name: str, what: str) -> None:
        super().__init__(f"the question {question} needs a value for {name} ({what}): give {name}=VALUE")


class UnknownValueError(QuestionError, ValueError):
    """Raised when a value given for a parameter means nothing, or more than one thing."""

    def __init__(self, parameter: str, value: str, problem: str) -> None:
        super().__init__(f"{parameter}={value}: {problem}")
        self.parameter = parameter
        self.value = value


def near(name: str, known: Iterable[str], count: int = 5) -> list[str]:
    """Return at most `count` of the known names that look like `name`, the nearest first."""
    by_key = {one.casefold(): one for one in sorted(known, reverse=True)}
    return [by_key[key] for key in difflib.get_close_matches(name.casefold(), by_key, count, 0.5)]


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = near(name, names)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return "there are " + ", ".join(names) if names else "it has none"
