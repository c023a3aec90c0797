"""Where the measures find texts: the seeds of this repository, and corpora beside it that are not part of it."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
SEEDS = REPOSITORY / "seeds"
CORPORA = Path(os.environ.get("POLICYGRAPH_CORPORA") or REPOSITORY.parent / "shared" / "corpora")
SCORERS = CORPORA.parent / "bench"
_SUFFIXES = frozenset((".txt", ".md"))
_NO_POLICIES = frozenset(("README.md", "GUIDELINES.md"))


def policies(folder: Path) -> Iterator[Path]:
    """Yield the policies of a folder in the order of their names; none if there is no such folder."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix in _SUFFIXES and path.name not in _NO_POLICIES:
                yield path


class Measured(NamedTuple):
    """Where the corpora and their scorers are, and whether the figures are to be written down."""

    corpora: Path
    scorers: Path
    write: bool


def measured(description: str, *, target: str) -> Measured | None:
    """Return what the command line asks for; None, with a word about it, where there are no corpora.

    The first line of `description` is what --help says, `target` the file that --write makes.
    """
    parser = argparse.ArgumentParser(description=description.split("\n", maxsplit=1)[0])
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder of the corpora")
    parser.add_argument(
        "--scorers", type=Path, help="folder of the scorers; default: bench beside the corpora"
    )
    parser.add_argument("--write", action="store_true", help=f"write {target}")
    options = parser.parse_args()
    scorers: Path = options.scorers or options.corpora.parent / "bench"
    if not options.corpora.is_dir() or not scorers.is_dir():
        print("No corpora here, so nothing to measure: see bench/README.md.", file=sys.stderr)
        return None
    return Measured(options.corpora, scorers, options.write)
