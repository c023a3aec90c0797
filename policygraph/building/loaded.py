"""Imported by processes that read policies: the pipeline and the ontology are in memory afterwards.

A process from which workers are forked can import a module, but call nothing; so this one works on import.
"""

import ontology
from extract.matcher import matcher
from extract.parser import load
from extract.reading import read  # the extractors, and what they load  # noqa: F401

ontology.load()
load()
matcher()
