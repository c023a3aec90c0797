"""Builds a store of many synthetic policies, on which questions and checks are measured.

    python bench/many.py FOLDER [--number N] [--words N] [--seed N]

One company in twenty has changed its policy: the older text is kept beside the latest.
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from synthetic import Policy, policy

if TYPE_CHECKING:
    from extract.claim import Reading
    from graph import Store

_BATCH = 50  # policies that are stored in one transaction
_CHANGED = 20  # one company of so many has changed its policy
_TYPES = {".md": "text/markdown", ".txt": "text/plain"}

Item = TypeVar("Item")


def fill(store: "Store", number: int, *, words: int, seed: int = 0) -> None:
    """Put the policies of so many companies into a store, and make its derived edges."""
    for edition, indexes in enumerate((range(number), range(0, number, _CHANGED))):
        made = (policy(index, number, words=words, seed=seed, edition=edition) for index in indexes)
        for batch in batched(made, _BATCH):
            store.add(map(reading, batch), keep_versions=True)
    store.rebuild_derived()


def reading(made: Policy) -> "Reading":
    """Return what the reader finds in a synthetic policy."""
    from extract.readers import read_text  # noqa: PLC0415  spaCy takes over a second to import
    from extract.reading import read_policy  # noqa: PLC0415

    return read_policy(read_text(made.name, made.text.encode(), _TYPES[Path(made.name).suffix]))


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of `size` items, the last perhaps shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def main() -> None:
    """Build a store as the command line asks for, and print how long that took."""
    from graph import Store  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--words", type=int, default=100, help="words of a policy")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun = time.process_time()
    with Store(options.folder) as store:
        fill(store, options.number, words=options.words, seed=options.seed)
        print(f"{options.number:,} companies, {len(store):,} quads, {time.process_time() - begun:,.0f} s")


if __name__ == "__main__":
    main()
