"""The two sides of a comparison: files, or versions of a policy in a store, named as people write them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path, PurePath

from graph import Store
from graph.versions import Held, Timeline, timeline_of, timelines
from policygraph import asking
from policygraph.building.listing import is_policy
from policygraph.diffing.changes import Change, compare
from policygraph.explorer import statements
from policygraph.explorer.asker import Asker
from policygraph.explorer.company import Cards, Words
from policygraph.explorer.marking import Span
from policygraph.explorer.statements import Policy
from policygraph.showing import company_names

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_HASH = re.compile(r"[0-9a-f]{4,64}")


class NoSuchVersionError(Exception):
    """Raised when words mean no version of a policy, or several; the message says which there are."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One text of a policy: what it states, whose it is, its file, and since when it held ("" if unknown)."""

    policy: Policy
    company: str
    file: str
    since: str = ""

    @property
    def title(self) -> str:
        """Return what the text is called: its file, and its date where that does not tell it."""
        dated = f" ({self.since})" if self.since and self.since not in self.file else ""
        return self.file + dated


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from one text to another."""

    old: Edition
    new: Edition
    changes: tuple[Change, ...]


def diff(old: Edition, new: Edition) -> Diff:
    """Return what changed from one text to another."""
    return Diff(old, new, compare(old.policy, new.policy))


def of_file(path: Path) -> Edition:
    """Return the text in a file. Raise UnreadablePolicy if it cannot be read, OSError if it cannot be opened."""
    from extract.reading import read  # noqa: PLC0415  spaCy takes over a second to import

    with Store() as store:
        (version,) = store.add([read(path)])
        store.rebuild_derived()  # the names of companies
        return edition(store, Held("", store.version(version)))


def edition(store: Store, held: Held) -> Edition:
    """Return a version of a store."""
    version = held.version
    read = statements.read(Asker(partial(asking.select, store)), version.iri)
    assert read is not None  # versions are those of the store
    names = company_names(store, version)
    return Edition(read, names[0] if names else "not named", ", ".join(version.files), _since(read, held))


def _since(policy: Policy, held: Held) -> str:
    if held.since:
        return held.since
    dates = (*policy.facts.get("dct:valid", ()), *policy.facts.get("dct:issued", ()))
    return next((one.value for one in dates), "")


def of_store(store: Store, text: str) -> Edition:
    """Return the version that `text` means: an IRI, COMPANY@DATE, COMPANY@SHA256 or COMPANY, the latest of it.

    Raise NoSuchVersionError if it means none.
    """
    if "://" in text:
        return edition(store, _by_iri(store, text))
    company, _, which = text.rpartition("@") if "@" in text else (text, "", "")
    if _HASH.fullmatch(which) and not _DAY.fullmatch(which):
        return edition(store, _by_hash(store, company, which))
    if which and not _DAY.fullmatch(which):
        raise NoSuchVersionError(
            f"{text}: after @ comes a date (2021-05-25) or the first digits of a SHA-256"
        )
    timeline = _one(store, company)
    return edition(store, _at(timeline, which, company) if which else timeline[-1])


def of_dates(store: Store, company: str, start: str, stop: str) -> tuple[Edition, Edition]:
    """Return the versions of a company that held on two days (YYYY-MM-DD).

    Without `stop` it is the latest, without `start` the one before. Raise NoSuchVersionError if there is none.
    """
    timeline = _one(store, company)
    last = _at(timeline, stop, company) if stop else timeline[-1]
    if start:
        return edition(store, _at(timeline, start, company)), edition(store, last)
    place = max(number for number, held in enumerate(timeline) if held is last)
    if not place:
        raise NoSuchVersionError(
            f"{company}: no version before that of {last.since or 'its file'}; {_all(timeline)}"
        )
    return edition(store, timeline[place - 1]), edition(store, last)


def _by_iri(store: Store, node: str) -> Held:
    found = (held for held in timeline_of(store, node) if held.version.iri == node)
    held = next(found, None)
    if held is None:
        raise NoSuchVersionError(f"{node}: no such version in the store")
    return held


def _by_hash(store: Store, company: str, digits: str) -> Held:
    known = [held for timeline in _of_company(store, company) for held in timeline]
    found = {held.version.iri: held for held in known if held.version.sha256.startswith(digits)}
    if len(found) != 1:
        what = "several versions begin" if found else "no version begins"
        raise NoSuchVersionError(f"{company}@{digits}: {what} with this SHA-256; {_all(known)}")
    return next(iter(found.values()))


def _one(store: Store, company: str) -> Timeline:
    """Return the versions of the only policy of a company."""
    found = _of_company(store, company)
    if len(found) > 1:
        known = "; ".join(_all(timeline) for timeline in found)
        raise NoSuchVersionError(f"{company} has several policies; name versions as COMPANY@SHA256: {known}")
    return found[0]


def _of_company(store: Store, company: str) -> list[Timeline]:
    """Return the versions of each policy of a company, by any of its names, its file or its history."""
    wanted = company.casefold()
    known: set[str] = set()
    found = []
    for timeline in timelines(store):
        names = {name for held in timeline for name in company_names(store, held.version)}
        known |= names
        files = {file for held in timeline for file in held.version.files}
        if wanted in {name.casefold() for name in (*names, *files)}:
            found.append(timeline)
    if not found:
        problem = f"no policy of {company!r} in the store; there are: {', '.join(sorted(known))}"
        raise NoSuchVersionError(
            f"{company}: no such file; {problem}" if is_policy(PurePath(company)) else problem
        )
    return found


def _at(timeline: Timeline, day: str, company: str) -> Held:
    """Return the version that held on a day."""
    found = [held for held in timeline if held.since and held.since <= day]
    if not found:
        raise NoSuchVersionError(f"{company}: no version held on {day}; {_all(timeline)}")
    return found[-1]


def _all(held: Iterable[Held]) -> str:
    """Return what versions there are, as they can be named."""
    return "there are: " + ", ".join(f"{one.since or 'undated'} ({one.version.sha256[:12]})" for one in held)


# --- quotes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quotes:
    """Lines of a text with some of their words marked, and how many more there are."""

    lines: tuple[Words, ...]
    more: int = 0


def quotes(edition: Edition, spans: Sequence[Span], *, most: int = 3) -> Quotes:
    """Return the lines that words stand in, each once, with the words marked."""
    text = edition.policy.source.text
    maker = Cards(edition.company, edition.policy)
    found: list[Words] = []
    for _, group in groupby(sorted(spans), key=lambda span: text.count("\n", 0, span[0])):
        inside = list(group)
        found.append(Words(inside[0], maker.excerpt(inside, inside[0]), maker.place(inside[0])))
    return Quotes(tuple(found[:most]), max(0, len(found) - most))
