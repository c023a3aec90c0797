"""Prints how long the lexicon takes to be read, and its forms to be made ready for matching."""

import time
from collections.abc import Callable
from typing import TypeVar

import ontology
from extract.matcher import Matcher

Made = TypeVar("Made")


def timed(what: str, make: Callable[[], Made]) -> Made:
    """Return what `make` returns; print its CPU time in milliseconds."""
    begun = time.process_time()
    made = make()
    print(f"{what:<28}{(time.process_time() - begun) * 1000:7.0f} ms")
    return made


def main() -> None:
    """Read the ontology once, as a command does, and print the time of each step."""
    lexicon = timed("ontology.load()", ontology.load)
    timed("forms and their keys", lambda: lexicon.forms)
    matcher = timed("Matcher", lambda: Matcher(lexicon))
    text = "We share your e-mail address with our advertising partners to improve our services. " * 500
    timed(f"{len(text.split())} words matched", lambda: matcher.find(text))
    print(f"{len(lexicon.terms)} terms, {len(lexicon.forms)} forms")


if __name__ == "__main__":
    main()
