"""One policy becomes quads, or a reason why not: what every engine runs, wherever it runs it."""

import errno
import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from extract.claim import Reading, Statement
from extract.errors import ExtractError
from graph import iri
from graph.quads import Packed, said
from policygraph.building.urls import SourceError, fetched, iri_of, is_ours, is_url

_LOG = logging.getLogger(__name__)

FailureKind = Literal["missing", "unreadable", "fault", "time", "memory", "died"]


@dataclass(frozen=True, slots=True)
class Job:
    """A policy to be read: its source, as the user names it (a path or URL), and the base of the IRIs to make.

    `sha256` is that of the file's bytes if it is known beforehand, so that it is known of a policy, too, that
    ends the process that reads it. `raw` are these bytes where the process that reads them could not get them.
    If they have the SHA-256 `known`, they are not read.
    """

    source: str
    sha256: str = ""
    base: str = iri.BASE
    known: str = ""
    raw: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one policy may take: seconds, and bytes of memory beyond what the reader itself holds."""

    seconds: float = 120
    memory: int = 2 << 30


DEFAULT = Limits()
_NOTHING = Packed()


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that was not read, and why.

    `kind` tells what went wrong: its bytes could not be had ("missing"), they are no policy that can be read
    ("unreadable"), the reader tripped ("fault"), took too long ("time") or too much ("memory"), or its
    process ended ("died").
    """

    source: str
    reason: str
    kind: FailureKind = "unreadable"


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: what a policy says and how much that is, or else a failure.

    It has neither if the bytes were known.

    `sha256` is that of the file's bytes; "" if they could not be had.
    """

    job: Job
    sha256: str = ""
    said: Packed = _NOTHING
    count: PolicyCount | None = None
    failure: Failure | None = None


def prepared(source: str, base: str, known: str = "") -> Job | Outcome:
    """Return the job of a source; what becomes of it if that shows at once: its bytes are known, or cannot be had.

    Whoever reads behind a URL knows its bytes, unless they are ours to fetch.
    """
    try:
        digest = "" if is_url(source) else digest_of(Path(source))
        raw = fetched(source) if is_ours(source) else None
    except (OSError, ExtractError) as error:
        return Outcome(Job(source), failure=failed(source, error))
    job = Job(source, digest, base, known, raw)
    return Outcome(job, digest) if digest and digest == known else job


def read_job(job: Job) -> Outcome:
    """Return what becomes of a job; whatever a policy trips is a failure, never an exception."""
    digest = job.sha256
    try:
        raw = fetched(job.source) if job.raw is None and is_url(job.source) else job.raw
        digest = digest or (digest_of(Path(job.source)) if raw is None else hashlib.sha256(raw).hexdigest())
        return Outcome(job, digest) if digest == job.known else _read(job, raw, digest)
    except Exception as error:  # noqa: BLE001  whatever one policy trips must not cost the others
        return Outcome(job, digest, failure=failed(job.source, error))


def bytes_of(source: str) -> bytes:
    """Return the bytes of a source. Raise OSError, or UnreadablePolicy if they are more than readers take."""
    if is_url(source):
        return fetched(source)
    from extract.readers import check_size  # noqa: PLC0415  the readers take time to import

    path = Path(source)
    check_size(path.name, path.stat().st_size)
    return path.read_bytes()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file, however large it is. Raise OSError.

    What gives its bytes once, such as a pipe, is no file here: it could not be read afterwards.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "this is no file: save what it gives, and name that", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def readings(paths: Iterable[Path], failures: list[Failure]) -> Iterator[Reading]:
    """Yield the reading of each file that can be read; the others are added to `failures`."""
    from extract.reading import read  # noqa: PLC0415  spaCy takes over a second to import

    for path in paths:
        try:
            yield read(path)
        except Exception as error:  # noqa: BLE001  as above
            failures.append(failed(str(path), error))


def _read(job: Job, raw: bytes | None, digest: str) -> Outcome:
    """Return what a policy states; without its bytes its source is a path."""
    import ontology  # noqa: PLC0415  engines need not load what their workers do
    from extract.readers import read_bytes  # noqa: PLC0415
    from extract.reading import read, read_policy  # noqa: PLC0415

    named = iri.file_name(job.source)
    reading = read(Path(job.source)) if raw is None else read_policy(read_bytes(named, raw))
    where = iri_of(job.source) if is_url(job.source) else ""
    made = said(reading, ontology.load(), base=job.base, source=where)
    return Outcome(job, digest, made.packed, count(reading))


def failed(source: str, error: Exception) -> Failure:
    """Return what is said of a source whose reading, or that of its bytes, raised `error`."""
    name = iri.file_name(source)
    if isinstance(error, ExtractError):
        return Failure(source, str(error))
    if isinstance(error, SourceError):
        return Failure(source, str(error), "missing")
    if isinstance(error, OSError):
        return Failure(source, f"{name}: cannot be opened ({error.strerror or error})", "missing")
    if isinstance(error, MemoryError):
        return Failure(source, f"{name}: reading it takes more memory than it may have", "memory")
    _LOG.debug("reading %s failed", source, exc_info=error)
    what = f"{type(error).__name__}: {error}"
    reason = f"{name}: reading it failed inside policygraph ({what}); please report it"
    return Failure(source, reason, "fault")


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


def _with_exceptions(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements, each with those that are part of it: exceptions from a denial are practices, too."""
    for statement in statements:
        yield statement
        yield from _with_exceptions((*statement.children, *statement.exceptions))
