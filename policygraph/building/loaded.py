"""Imported by processes that read policies: the pipeline and the ontology are in memory afterwards.

A process from which workers are forked can import a module, but call nothing; so this one works on import.
"""

import gc
import sys
from types import TracebackType

import ontology
from extract.matcher import matcher
from extract.parser import load
from extract.reading import read  # the extractors, and what they load  # noqa: F401


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error, unless a worker was started for a process that has ended meanwhile."""
    if not isinstance(error, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _tell
ontology.load()
load()
matcher()
gc.freeze()  # all of this stays
