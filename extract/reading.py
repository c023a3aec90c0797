"""A file becomes a reading: read, parsed, searched by every extractor, put together into statements."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import ontology
from extract.assemble import assemble
from extract.authority import authority
from extract.automated import automated
from extract.bases import bases
from extract.choices import choices
from extract.claim import Claim, Reading
from extract.contact import contact
from extract.controller import controller, controllers, unnamed
from extract.data import data
from extract.dates import dates
from extract.document import Document
from extract.errors import UnreadablePolicy
from extract.functions import functions
from extract.interests import interests
from extract.language import language
from extract.law import law
from extract.measures import measures
from extract.necessity import necessity
from extract.operations import operations
from extract.passage import Policy, parsed
from extract.purposes import purposes
from extract.readers import read as read_document
from extract.recipients import recipients
from extract.refusals import refusals
from extract.retention import retention
from extract.rights import rights
from extract.sources import sources
from extract.subjects import subjects
from extract.transfers import transfers
from extract.vendors import vendors

Extractor: TypeAlias = Callable[[Policy], Iterable[Claim]]

EXTRACTORS: tuple[Extractor, ...] = (
    operations,
    data,
    vendors,
    purposes,
    functions,
    recipients,
    bases,
    interests,
    sources,
    retention,
    transfers,
    rights,
    authority,
    measures,
    automated,
    refusals,
    necessity,
    choices,
    subjects,
    dates,
    law,
)

OF_THE_COMPANY: tuple[Extractor, ...] = (controller, contact)
"""Extractors whose claims are about the company itself; `controllers` puts them together."""

_LONGEST = 1_000_000  # characters; several times the longest policies, half a minute of reading
_READ = frozenset(("en", "und"))  # "und": too little text to tell


def read(path: Path) -> Reading:
    """Return what the policy in the file at `path` states.

    Raise UnreadablePolicy if the file cannot be read, holds no text, or is not in English; OSError if it
    cannot be opened.
    """
    return read_policy(read_document(path))


def read_policy(document: Document) -> Reading:
    """Return what a document states. Raise UnreadablePolicy if it is not in English."""
    if len(document.text) > _LONGEST:
        raise UnreadablePolicy(
            document.name,
            f"has {len(document.text):,} characters",
            f"policies of up to {_LONGEST:,} characters are read; split it, or check that it is one policy",
        )
    tag = language(document.text)
    if tag not in _READ:
        raise UnreadablePolicy(
            document.name,
            f"seems to be in another language ({tag})",
            "only English policies are read so far; give an English version of it",
        )
    with _uncollected():
        return _stated(document, tag)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector out: almost all that a reading makes lives until it is done.

    To look through it again and again takes a tenth of the time; once, afterwards, is enough.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _stated(document: Document, tag: str) -> Reading:
    """Return what a document in the language `tag` states."""
    policy = parsed(document, ontology.load())
    statements, facts = assemble(policy, chain.from_iterable(extractor(policy) for extractor in EXTRACTORS))
    return Reading(
        name=document.name,
        text=document.text,
        sha256=document.sha256,
        media_type=document.media_type,
        language=tag,
        kind=_kind(policy),
        controllers=controllers(policy),
        facts=facts,
        statements=statements,
        headings=tuple(
            (block.start, block.end)
            for block in document.blocks
            if block.kind == "heading" and not block.boilerplate
        ),
        unnamed=unnamed(policy),
    )


def _kind(policy: Policy) -> str:
    """Return the kind of policy, as it stands in its IRI, by what its first headings say it is."""
    top = " ".join(passage.text for passage in policy.passages[:3]).lower()
    for word, kind in (("cookie", "cookies"), ("applicant", "applicants"), ("recruit", "applicants")):
        if word in top and "privacy" not in top:
            return kind
    return "privacy"
