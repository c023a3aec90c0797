"""The spaCy pipeline that ships with the project: sentences, tags, classes and dependencies."""

import gc
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["load"]

NAMES = "names"
"""The key in `Doc.user_data` of the tokens that are names of companies or services; the parser reads them alike."""


@cache
def load() -> "Language":
    """Return the pipeline, read from disk once."""
    # spaCy takes a second to import, which those who only read an ontology should not wait for.
    from extract.parser.pipeline import read  # noqa: PLC0415

    pipeline = read(Path(__file__).with_name("model"))
    gc.freeze()  # what is loaded by now stays: the collector need not look through it again and again
    return pipeline
