"""A build in a process of its own that can be killed: what policies say is read beforehand, so it only writes.

    python tests/replaying.py FOLDER STORE OUTCOMES

It says "begun" when it opens the store, "kept NAME SHA256" when a transaction with a source is through, and
"done SECONDS" at the end. With POLICYGRAPH_TEST_FILE_SIZE, no file may grow larger.
"""

import dataclasses
import os
import pickle
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from graph import Store, StoreError, change
from graph.ledger import Entry, Ledger
from graph.quads import Said
from policygraph.building import Engine, Job, Limits, Outcome, build, builder, read_job

BATCH = 4
MANY = 60_000  # bytes of mentions: some batches are loaded ahead of their transaction, some are not


def prepare(paths: Iterable[Path], outcomes: Path) -> None:
    """Read policies, and keep what came of them by the SHA-256 of their bytes."""
    read = [read_job(Job(str(path))) for path in paths]
    outcomes.write_bytes(pickle.dumps({outcome.sha256: outcome for outcome in read}))


def replay(outcomes: Path) -> Engine:
    """Return an engine that has read everything before."""
    known: dict[str, Outcome] = pickle.loads(outcomes.read_bytes())  # noqa: S301  we wrote it

    def run(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:  # noqa: ARG001  what makes it an engine
        for job in jobs:
            found = known[job.sha256]
            then, now = (f'"{Path(one.source).name}"'.encode() for one in (found.job, job))
            said = found.said.unpacked
            said = dataclasses.replace(said, stated=said.stated.replace(then, now))
            yield dataclasses.replace(found, job=job, said=said.packed)

    return run


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Build as the command line says."""
    folder, store, outcomes = map(Path, sys.argv[1:])
    keep = Ledger.keep

    def told(ledger: Ledger, read: Iterable[tuple[Entry, Said]], gone: Iterable[str] = ()) -> None:
        parts = list(read)
        keep(ledger, parts, gone)
        for entry, _ in parts:
            _say(f"kept {entry.source} {entry.sha256}")

    Ledger.keep = told  # type: ignore[assignment, method-assign]
    builder.BATCH = BATCH
    change._MANY = MANY
    engine = replay(outcomes)
    if "POLICYGRAPH_TEST_FILE_SIZE" in os.environ:
        import resource  # noqa: PLC0415  there is none on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["POLICYGRAPH_TEST_FILE_SIZE"]),) * 2)
    begun = time.monotonic()
    _say("begun")
    try:
        with Store(store) as opened:
            build([folder], opened, engine=engine)
    except StoreError as error:
        sys.exit(f"error: {error}")
    _say(f"done {time.monotonic() - begun}")


if __name__ == "__main__":
    main()
