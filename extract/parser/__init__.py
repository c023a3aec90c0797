"""The spaCy pipeline that ships with the project: sentences, tags, word classes and dependencies."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["load"]


@cache
def load() -> "Language":
    """Return the pipeline, read from disk once; spaCy itself is imported here, not before."""
    import spacy  # noqa: PLC0415  importing spaCy takes a second, which no import of ours should

    from . import sentences, word_classes  # noqa: F401, PLC0415, TID252  registers the components

    return spacy.load(Path(__file__).with_name("model"))
