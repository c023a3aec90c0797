"""What `policygraph diff` reports for pairs of versions: FOLDER/NAME/old.* and FOLDER/NAME/new.*, for each NAME.

Each entry is to be read in both texts: whether it is right, nobody but a reader can tell.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from extract.errors import UnreadablePolicy
from policygraph.diffing import Diff, diff, of_file
from policygraph.diffing.reports import lines, sign, what


def pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the older and the newer text of each folder that has one of either, by name."""
    for one in sorted(path for path in folder.iterdir() if path.is_dir()):
        old, new = (sorted(one.glob(f"{side}.*")) for side in ("old", "new"))
        if len(old) == len(new) == 1:
            yield old[0], new[0]


def entries(found: Diff, *, quoted: bool) -> Iterator[str]:
    """Yield the lines of what changed: one for each change, or those of the command with the words of both."""
    if quoted:
        yield from lines(found)
        return
    for number, change in enumerate(found.changes, start=1):
        yield f"{number:4} {sign(change)} {change.kind.title}: {what(change)}"


def main() -> int:
    """Print the changes of each pair and how many there are. Return 2 if there is no pair or one is unreadable."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of folders with one old.* and one new.* each")
    parser.add_argument("--quoted", action="store_true", help="with the words of both texts")
    chosen = parser.parse_args()
    if not chosen.folder.is_dir():
        print(
            f"{chosen.folder}: no such folder; name one that has NAME/old.* and NAME/new.*", file=sys.stderr
        )
        return 2
    counts: dict[str, int] = {}
    for old, new in pairs(chosen.folder):
        try:
            found = diff(of_file(old), of_file(new))
        except (UnreadablePolicy, OSError) as error:
            print(error, file=sys.stderr)
            return 2
        counts[old.parent.name] = len(found.changes)
        print(f"\n{old.parent.name}: {len(found.changes)}")
        print("\n".join(entries(found, quoted=chosen.quoted)))
    if not counts:
        print(f"{chosen.folder}: has no folder with one old.* and one new.*", file=sys.stderr)
        return 2
    silent = list(counts.values()).count(0)
    print(f"\n{len(counts)} pairs, {sum(counts.values())} entries; {silent} pairs have none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
