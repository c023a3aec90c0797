"""What a store answered stays while the store is as it was: what is asked again is there at once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeAlias

Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A query, and the values that are given to its variables."""

_MOST = 64 << 20  # bytes of all answers that are kept
_LARGE = 2 << 20  # bytes of one from which on it is not


class Answers:
    """The answers of a store as it is now, the last ones that were asked for."""

    def __init__(self, stamp: Callable[[], object]) -> None:
        """Keep answers while `stamp`, which tells a store from what it becomes, gives the same."""
        self._stamp_of = stamp
        self._lock = Lock()
        self._stamp: object = None
        self._held: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0

    def of(self, key: Key, ask: Callable[[], bytes]) -> bytes:
        """Return the answer to a query, which `ask` gives if it is not there; whatever that raises is raised."""
        stamp = self._stamp_of()
        with self._lock:
            if stamp != self._stamp:
                self._stamp, self._size = stamp, 0
                self._held.clear()
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        found = ask()
        with self._lock:
            if stamp == self._stamp and key not in self._held and len(found) < _LARGE:
                self._held[key] = found
                self._size += len(found)
                while self._size > _MOST:
                    self._size -= len(self._held.popitem(last=False)[1])
        return found
