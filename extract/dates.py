"""Finds when a policy was issued ("last updated") and from when it holds ("effective").

A date in figures may mean two things: 03/04/2021 is March 4 in the United States and 3 April elsewhere. The
order is read off the numbers if one of them is no month, off points between them (the day comes first then),
or off the country of the company; if none of these tells, only the year is stated.

A date that stands alone below the title is when the policy was issued, if nothing else says so.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import ontology
from extract import naming
from extract.around import cued, cues
from extract.claim import Claim, Text
from extract.passage import Passage, Policy

Precision = Literal["day", "month", "year"]

_REACH = 45  # characters between "last updated" and the date
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MONTHS = 12
_CENTURY = 2000
_TWO_FIGURES = 100

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NAMED = r"(?P<month>[^\W\d_]{3,9})\.?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_YEAR}\s?[-/.]\s?(?P<number>\d{{1,2}})\s?[-/.]\s?(?P<day>\d{{1,2}})(?!\d)",
        rf"\b{_DAY}\s*(?:of\s+|[-/.,]\s?)?{_NAMED}\s*[,/-]?\s*{_YEAR}\b",
        rf"\b{_NAMED}\s*[-/]?\s*{_DAY}\s*,?\s*[-/]?\s*{_YEAR}\b",
        rf"\b{_NAMED}\s*,?\s*(?:of\s+)?{_YEAR}\b",
        r"\b(?P<first>\d{1,2})\s?(?P<mark>[/.,-])\s?(?P<second>\d{1,2})\s?[/.,-]\s?(?P<year>(?:19|20)?\d\d)\b",
        r"\b(?P<number>\d{1,2})[/.-](?P<year>20\d\d)\b",
        rf"\b{_YEAR}\b",
    )
)
_ATTRIBUTES = re.compile(r"[\s.*_]*(?:\{:[^{}]*\}\s*)?")
"""What may follow a date that stands alone: marks, and the attributes that some Markdown has."""

_TOP = 4  # passages at the start of a policy, of which one may be its date
_BETWEEN = re.compile(r"[.!?]\s+[A-Z]")


@dataclass(frozen=True, slots=True)
class Stated:
    """A date as the text gives it, and the characters of the passage that do."""

    value: date
    precision: Precision
    start: int
    end: int


def dates(policy: Policy) -> Iterator[Claim]:
    """Yield dct:issued and dct:valid of the policy, the latest of each, and the coarser precision."""
    said: list[Stated] = []
    named = {
        predicate: [pair for passage in policy.passages for pair in _beside(passage, curie)]
        for curie, predicate in (("pgq:UpdatedOn", "dct:issued"), ("pgq:EffectiveOn", "dct:valid"))
    }
    if not any(named.values()):
        named["dct:issued"] = list(_alone(policy))
    for predicate, found in named.items():
        if found:
            stated, passage = max(found, key=lambda pair: (pair[0].value, -pair[1].index, -pair[0].start))
            said.append(stated)
            evidence = passage.evidence(stated.start, stated.end, rule=f"dates-{predicate.partition(':')[2]}")
            yield Claim(policy.ontology.term(predicate), Text(stated.value.isoformat(), "date"), (evidence,))
            if len(said) == 1:
                last = evidence
    if said:
        coarsest = max((stated.precision for stated in said), key=("day", "month", "year").index)
        yield Claim(policy.ontology.term("pg:datePrecision"), Text(coarsest), (last,))


def _alone(policy: Policy) -> Iterator[tuple[Stated, Passage]]:
    """Yield the date that is all that a passage at the start of the policy says, with that passage."""
    for passage in policy.passages[:_TOP]:
        stated = read_date(passage.text, 0, 0, policy)
        if (
            stated is not None
            and stated.precision == "day"
            and _ATTRIBUTES.fullmatch(passage.text, stated.end) is not None
        ):
            yield stated, passage
            return


def _beside(passage: Passage, curie: str) -> Iterator[tuple[Stated, Passage]]:
    """Yield the dates behind such a cue or on the line below it, with the passage that holds them."""
    for cue in cues(passage, "dates", curie):
        text = passage.text
        start = naming.sentence_start(text, cue.start)
        if cue.form.lower() in _WEAK and start < cue.start and text[start : cue.start].strip(' ([*_“"'):
            continue
        if cued(passage, "dates", "pgq:DatesOthers", start, cue.start):
            continue
        stated = read_date(text, cue.end, cue.end + _REACH, passage.policy)
        if stated and not _BETWEEN.search(text, cue.end, stated.start):
            yield stated, passage
        elif not text[cue.end :].strip(" :.*_"):
            for below in passage.policy.passages[passage.index + 1 : passage.index + 2]:
                stated = read_date(below.text, 0, 2, passage.policy)
                if stated:
                    yield stated, below


_WEAK = frozenset(
    ("date", "status", "updated", "effective", "revised")
)  # words that must open their sentence


def read_date(text: str, start: int, stop: int, policy: Policy) -> Stated | None:
    """Return the first date in `text` that begins between `start` and `stop`, or None."""
    found = [
        (match.start(), place, match)
        for place, form in enumerate(_FORMS)
        for match in _first(form, text, start, stop)
    ]
    for _, _, match in sorted(found, key=lambda item: item[:2]):
        value = _value(match.groupdict(), policy)
        if value is not None:
            return Stated(*value, match.start(), match.end())
    return None


def _first(form: re.Pattern[str], text: str, start: int, stop: int) -> Iterator[re.Match[str]]:
    for match in form.finditer(text, start):
        if match.start() > stop:
            return
        yield match


def _value(parts: Mapping[str, str | None], policy: Policy) -> tuple[date, Precision] | None:
    """Return the date that the parts of a match mean and how precise it is, or None if they mean none."""
    year = int(parts["year"] or 0)
    year += _CENTURY if year < _TWO_FIGURES else 0
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if parts.get("first"):
        return _figures(
            int(parts["first"] or 0), int(parts["second"] or 0), year, parts["mark"] or "", policy
        )
    month = _months().get((parts.get("month") or "").lower(), 0) or int(parts.get("number") or 0)
    if parts.get("month") or parts.get("number"):
        if not 1 <= month <= _MONTHS:
            return None
        return (
            _date(year, month, int(parts["day"] or 0))
            if parts.get("day")
            else (date(year, month, 1), "month")
        )
    return date(year, 1, 1), "year"


def _date(year: int, month: int, day: int) -> tuple[date, Precision] | None:
    try:
        return date(year, month, day), "day"
    except ValueError:
        return None


def _figures(first: int, second: int, year: int, mark: str, policy: Policy) -> tuple[date, Precision] | None:
    """Return what two figures and a year mean."""
    if first > _MONTHS or mark == "." or first == second:
        return _date(year, second, first)
    if second > _MONTHS:
        return _date(year, first, second)
    country = _country(policy)
    if country is None:
        return date(year, 1, 1), "year"
    if country in {policy.ontology.term(curie) for curie in _MONTH_FIRST}:
        return _date(year, first, second)
    return _date(year, second, first)


_MONTH_FIRST = ("loc:US", "loc:PH")  # countries that write the month first


def _country(policy: Policy) -> str | None:
    """Return the country of the company, if the policy tells it."""
    from extract.controller import country  # noqa: PLC0415  needed for few policies, and costly

    return country(policy)


@cache
def _months() -> Mapping[str, int]:
    """Return the names of the months with their numbers."""
    lexicon = ontology.load()
    notation = ontology.expand("skos:notation")
    return {
        name: int(iri.rsplit("-", 1)[1])
        for iri in lexicon.subjects(notation, "month")
        for name in lexicon.values(iri, ontology.expand("skos:hiddenLabel"))
    }
