"""Policies on disk become a graph in a store: each file is read on its own, and a broken one stops no other."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extract.claim import Reading, Statement
from extract.errors import ExtractError
from graph import Store

_LOG = logging.getLogger(__name__)
_SUFFIXES = frozenset((".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf"))
_BATCH = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that was not read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyCount:
    """What was read from one policy: its file name, its company, and how much it states."""

    name: str
    company: str
    processes: int
    denials: int
    data: int
    purposes: int
    recipients: int
    rights: int


@dataclass(slots=True)
class Summary:
    """What a build did."""

    policies: list[PolicyCount] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    quads: int = 0


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the policies among `paths`: files as they are, folders searched by file ending, in a fixed order.

    Raise FileNotFoundError for a path that is not there.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
        for found in inside if path.is_dir() else (path,):
            real = found.resolve()
            if real not in seen:
                seen.add(real)
                yield found


def build(paths: Sequence[Path], store: Store, *, done: Callable[[Path], None] | None = None) -> Summary:
    """Read the policies at `paths` into `store` and return what was read and what was not.

    `done` is called after each file. A file that cannot be read is named in the summary. The derived edges
    are made anew at the end. Raise FileNotFoundError for a path that is not there, before anything is read.
    """
    summary = Summary()
    batch: list[Reading] = []
    for reading in readings(list(files(paths)), summary, done=done):
        batch.append(reading)
        summary.policies.append(count(reading))
        if len(batch) >= _BATCH:
            store.add(batch)
            batch = []
    if batch:
        store.add(batch)
    store.rebuild_derived()
    summary.quads = len(store)
    return summary


def readings(
    paths: Iterable[Path], summary: Summary, *, done: Callable[[Path], None] | None = None
) -> Iterator[Reading]:
    """Yield the reading of each file that can be read; the others become failures in `summary`."""
    for path in paths:
        reading = _reading(path, summary)
        if reading is not None:
            yield reading
        if done is not None:
            done(path)


def _reading(path: Path, summary: Summary) -> Reading | None:
    """Return the reading of a file; None, and a failure in the summary, if it cannot be read."""
    from extract.reading import read  # noqa: PLC0415  spaCy takes over a second to import

    try:
        return read(path)
    except ExtractError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{path.name}: cannot be opened ({error.strerror or error})"
    except Exception as error:  # noqa: BLE001  whatever one policy trips must not cost the others
        _LOG.debug("reading %s failed", path, exc_info=True)
        what = f"{type(error).__name__}: {error}"
        reason = f"{path.name}: reading it failed inside policygraph ({what}); please report it"
    summary.failures.append(Failure(path, reason))
    return None


def _with_exceptions(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements, each with those that are part of it: exceptions from a denial are practices, too."""
    for statement in statements:
        yield statement
        yield from _with_exceptions((*statement.children, *statement.exceptions))


def count(reading: Reading) -> PolicyCount:
    """Return how much a reading states."""
    import ontology  # noqa: PLC0415

    term = ontology.load().term
    statements = list(_with_exceptions(reading.statements))
    said = [claim for statement in statements if not statement.denied for claim in statement.claims]

    def distinct(*curies: str) -> int:
        predicates = {term(curie) for curie in curies}
        return len({claim.value for claim in said if claim.predicate in predicates})

    return PolicyCount(
        reading.name,
        reading.controllers[0].company.name if reading.controllers else "not named",
        sum(not statement.denied for statement in statements),
        sum(statement.denied for statement in statements),
        distinct("dpv:hasPersonalData"),
        distinct("dpv:hasPurpose"),
        distinct("dpv:hasRecipient", "dpv:hasService"),
        len({claim.value for claim in reading.facts if claim.predicate == term("dpv:hasRight")}),
    )
