"""Some jobs together are a block: what a cluster sends to a worker at once, and what comes back of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from policygraph.building.engines import EngineError, processes
from policygraph.building.fingerprint import fingerprint
from policygraph.building.job import Job, Limits, Outcome, bytes_of, failed
from policygraph.building.urls import is_shared


@dataclass(frozen=True, slots=True)
class Block:
    """Jobs, what each may take, the function that does them, and the fingerprint of who may do them."""

    jobs: tuple[Job, ...]
    limits: Limits
    work: Callable[[Job], Outcome]
    reader: str


Answer: TypeAlias = tuple[Outcome, ...]


class OtherReader(Exception):  # noqa: N818  it says what is the matter with a worker
    """Raised where jobs would be read by other code or words than those of whoever asks."""


class LostReader(Exception):  # noqa: N818  as above
    """Raised when the processes of a worker end in the middle of a block."""


def done(block: Block) -> Answer:
    """Return what became of the jobs of a block, in any order, each read in a process that limits hold for.

    Raise OtherReader if this is not the reader that was asked for, LostReader if no process can be started.
    """
    if fingerprint() != block.reader:
        raise OtherReader(fingerprint())
    run = processes(1, work=block.work)
    try:
        return tuple(_light(outcome) for outcome in run(block.jobs, block.limits))
    except EngineError as error:
        raise LostReader(str(error)) from error


def carried(job: Job) -> Job | Outcome:
    """Return a job with the bytes of its file if no other machine could get at them; a failure if they are gone."""
    if job.raw is not None or is_shared(job.source):
        return job
    try:
        return replace(job, raw=bytes_of(job.source))
    except Exception as error:  # noqa: BLE001  one file that cannot be opened must not cost the others
        return Outcome(job, job.sha256, failure=failed(job.source, error))


def _light(outcome: Outcome) -> Outcome:
    """Return an outcome as it travels: without the bytes that whoever asked has got."""
    return replace(outcome, job=replace(outcome.job, raw=None))
