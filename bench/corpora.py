"""Where the measures find texts: the seeds of this repository, and corpora beside it that are not part of it."""

import os
from collections.abc import Iterator
from pathlib import Path

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
