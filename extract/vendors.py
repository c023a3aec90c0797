"""Lists of vendors: an item or a cell that names a provider and, behind a mark, what it is used for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import ontology
from extract.claim import Claim, Company, Concept, Service, Unmapped, Value
from extract.controller import own_names
from extract.matcher import Match, longest
from extract.parties import is_agent
from extract.passage import GAZETTEER, Passage, Policy
from extract.readers import looks
from extract.topics import announced, cue, of_list, stands_under

_ONTOLOGY = ontology.load()
_HAS_RECIPIENT = _ONTOLOGY.term("dpv:hasRecipient")
_HAS_SERVICE = _ONTOLOGY.term("dpv:hasService")
_HAS_PURPOSE = _ONTOLOGY.term("dpv:hasPurpose")
_PROVIDER = _ONTOLOGY.term("dpv:hasServiceProvider")
_CONTACTS = frozenset((_ONTOLOGY.term("dpv:DataProtectionOfficer"), _ONTOLOGY.term("dpv:Representative")))
_TOP = _ONTOLOGY.term("dpv:Purpose")
_MARK = re.compile(r"\s*[–—|]\s*|\s+-\s*|-\s+|\s*:\s+|\s+\((?=[a-z])|\s+for\s+")
_NAME = re.compile(
    r"(?:(?:the|our)\s+)?(?:[A-Z0-9][\w.&’'+-]*|[a-z]+[A-Z]\w*|[a-z]+\.(?:to|io|com|ai|co|net|app)\b)"
    r"(?:\s+(?:[A-Z0-9&][\w.&’'+-]*|of|and|for|de|data|cloud|api|apis|graph|relic|buster|performance|studio|sign|in)){0,5}"
)
_BETWEEN_NAMES = re.compile(r"\s*(?:/|,|\s+and\s+|\s*&\s*)\s*")
_SEPARATOR = re.compile(
    r"(\s*/\s*|\s*,(?!\s*(?:Inc|LLC|Ltd|Limited|Corp|GmbH|S\.?A|B\.?V|plc)\b)\s*|\s+and\s+)"
)
_LONGEST = 160  # characters; a vendor line is short
_LONGEST_FUNCTION = 90
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A vendor line: the characters of the names, and those of the function if it has one."""

    names: tuple[tuple[int, int], ...]
    function: tuple[int, int] | None


def vendors(policy: Policy) -> Iterator[Claim]:
    """Yield the providers of each vendor line, and what each is used for."""
    own = own_names(policy)
    for passage in policy.body():
        line = vendor_line(passage)
        if line is None:
            continue
        for start, end in line.names:
            if passage.text[start:end].lower() not in own:
                yield from _provider(passage, start, end)
        if line.function is not None:
            yield from _function(passage, *line.function)


def vendor_line(passage: Passage) -> Line | None:
    """Return the parts of a vendor line; None if the passage is none."""
    if len(passage.text) > _LONGEST or not _is_line(passage) or not _is_place(passage):
        return None
    text = passage.text
    mark = _MARK.search(text)
    stop = mark.start() if mark else len(text.rstrip(" .;,"))
    names = tuple(_names(passage, 0, stop))
    if not names:
        return None if mark is None else _behind_label(passage, mark)
    function = None
    if mark:
        rest = re.split(r"[|(;.]", text[mark.end() :])[0].rstrip(" .;,)")
        if 0 < len(rest) <= _LONGEST_FUNCTION and any(letter.isalpha() for letter in rest):
            function = (mark.end(), mark.end() + len(rest))
    return Line(names, function)


def _behind_label(passage: Passage, mark: re.Match[str]) -> Line | None:
    """Return the parts of a line that says first what for, then who: "Payments: Barclaycard"."""
    stop = len(passage.text.rstrip(" .;,"))
    names = tuple(_names(passage, mark.end(), stop))
    if mark[0].strip() not in _LABEL_MARKS or not names or names[-1][1] < stop:
        return None
    if looks.field_name(passage.text) or _SAYS_WHO.search(passage.text, 0, mark.start()):
        return Line(names, None)
    if passage.doc[0].pos_ not in ("NOUN", "PROPN", "ADJ", "VERB"):
        return None  # "From our site: Acme"
    return Line(names, (0, mark.start()))


_LABEL_MARKS = frozenset((":", "–", "—"))
_SAYS_WHO = re.compile(
    r"\b(?:name|providers?|processors?|vendors?|recipients?|compan(?:y|ies)|partners?|part(?:y|ies))\b",
    re.IGNORECASE,
)


def _is_line(passage: Passage) -> bool:
    """Tell whether a passage is an item, a cell, or one of several short paragraphs that are marked alike."""
    if passage.block.kind != "paragraph":
        return passage.block.kind in ("item", "cell")
    passages = passage.policy.passages
    beside = passages[max(0, passage.index - 1) : passage.index + 2]
    alike = [p for p in beside if p.block.kind == "paragraph" and p.block.section == passage.block.section]
    return len([p for p in alike if _MARKED.match(p.text) and len(p.text) <= _LONGEST]) > 1


_MARKED = re.compile(r"[A-Z0-9][^:–—|.]{1,40}(?:\s?[–—:|]\s|\s-\s)")


def _is_place(passage: Passage) -> bool:
    """Tell whether vendors are listed here, by the lead-in, the head of the column or the heading."""
    if of_list(passage) == cue("RecipientTopic"):
        return True
    lead = passage.lead_in
    if lead is None:
        return passage.block.kind == "paragraph" and stands_under(passage, cue("RecipientTopic"))
    if any(match.term in _CONTACTS for match in lead.found("recipients-roles")):
        return False
    return announced(lead) not in (cue("DataTopic"), cue("RightsTopic"), cue("BasisTopic")) and (
        any(m.term == cue("RecipientTopic") for m in lead.found("cues/topics"))
        or stands_under(passage, cue("RecipientTopic"))
    )


def _names(passage: Passage, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the names from a character on, up to another: known ones, or capitalised words."""
    text = passage.text
    known = [m for table in GAZETTEER for m in passage.found(table, begin, stop)]
    position = begin
    for part in _SEPARATOR.split(text[begin:stop]):
        start, position = position, position + len(part)
        words = part.strip()
        if not words or _BETWEEN_NAMES.fullmatch(part):
            continue
        first = start + part.index(words)
        if any(m.start <= first and first + len(words) <= m.end for m in known) or (
            _is_unknown_name(passage, first, words) and not _is_kind(passage, first, words)
        ):
            yield first, first + len(words)
        elif (
            (inside := [m for m in known if first <= m.start and m.end <= first + len(words)])
            and first == inside[0].start
            and ":" not in words
        ):
            yield inside[0].start, inside[-1].end
        else:
            return


def _is_unknown_name(passage: Passage, start: int, words: str) -> bool:
    """Tell whether capitalised words name a company rather than a category of recipients or data."""
    if not _NAME.fullmatch(words) or len(words) < _SHORTEST:
        return False
    keys = _ONTOLOGY.keys(words)
    if all(_ONTOLOGY.reducer.is_word(key) for key in keys):
        return False
    return not any(_covers(passage, table, start, start + len(words)) for table in _TAKEN)


def _is_kind(passage: Passage, start: int, words: str) -> bool:
    """Tell whether a label is a noun for those who do something, not a name: "Exhibitors"."""
    noun = passage.token_at(start)
    return noun is not None and noun.text == words and is_agent(passage, noun)


_TAKEN = ("recipients-roles", "personal-data", "countries", "transfers", "purposes", "legal-bases")


def _covers(passage: Passage, table: str, start: int, end: int) -> bool:
    return any(m.start == start and m.end >= end - 1 for m in passage.found(table, start, end + 1))


def _provider(passage: Passage, start: int, end: int) -> Iterator[Claim]:
    evidence = (passage.evidence(start, end, confidence=0.85, rule="vendor list"),)
    match = next(
        (m for table in GAZETTEER for m in passage.found(table, start, end) if m.start == start),
        None,
    )
    if match is None:
        yield Claim(_HAS_RECIPIENT, Company(passage.text[start:end]), evidence)
    else:
        predicate, value = named_value(match)
        yield Claim(predicate, value, evidence)


def named_value(match: Match) -> tuple[str, Value]:
    """Return the predicate and the value for a known company or service."""
    name = _ONTOLOGY.label(match.term)
    if match.table == "companies":
        return _HAS_RECIPIENT, Company(name, match.term)
    provider = next(iter(_ONTOLOGY.values(match.term, _PROVIDER)), None)
    return _HAS_SERVICE, Service(
        name, match.term, Company(_ONTOLOGY.label(provider), provider) if provider else None
    )


def _function(passage: Passage, start: int, end: int) -> Iterator[Claim]:
    place = next(chain(passage.found("countries", start, end), passage.found("transfers", start, end)), None)
    if place is not None:
        end = passage.text.rfind(",", start, place.start)  # "hosting, UK"
        if end < 0:
            return
    if any(match.start == start for match in passage.found("cues/no-purpose", start, end)):
        return
    evidence = (passage.evidence(start, end, confidence=0.8, rule="function of a vendor"),)
    best = longest(passage.found("purposes", start, end))
    if best is None and passage.text[start:end].istitle():
        return  # a name: "Analytics for Firebase"
    value: Value = Concept(best.term) if best else Unmapped("purpose", _TOP, passage.text[start:end])
    yield Claim(_HAS_PURPOSE, value, evidence)
