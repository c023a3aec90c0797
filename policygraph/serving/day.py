"""A process of its own that writes what held on a day into a store of its own, for pages as of that day.

It prints a line of JSON: how many policies held, and how many of these nobody dates.
"""

import argparse
import json
import sys
from pathlib import Path

from graph import Store, StoreError, versions
from policygraph.checking import complete


def main() -> None:
    """Copy what held, check it if the store is checked, and say how much it is; copy nothing where nothing held.

    End with what is wrong with the store.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("day")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    try:
        with Store(given.store, read_only=True) as now:
            current = versions.current(now, given.day)
            is_checked = any(graph.value.endswith("/report") for graph in now.graphs())
            if current.versions:
                versions.copy(now, current.versions, given.folder)
        if current.versions and is_checked:  # older texts were not: what holds no more is left out of checks
            complete(given.folder)
    except StoreError as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps({"policies": len(current.versions), "undated": current.undated}) + "\n")


if __name__ == "__main__":
    main()
