"""Finds how long data are kept: periods, conditions that end them, deletion, and storage on the device."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.around import clause_end, cued, cues, sentence
from extract.claim import Claim, Concept, Evidence, Node, Text
from extract.matcher import Match
from extract.passage import Passage, Policy
from extract.readers import looks
from ontology import NAMESPACES

_TABLE = "retention"
_VALUE = NAMESPACES["rdf"] + "value"
_UNITS = ("pgq:Hour", "pgq:Minute", "pgq:Day", "pgq:Week", "pgq:Month", "pgq:Year")
_NEAR = 60  # characters between a period and a word that tells what it is about
_MOST = 4  # digits of the number of a period; longer ones are identifiers
_NUMBER_BEFORE = re.compile(
    r"(?:(?<!\w)(?P<low>\w+)(?:\s?[-–]\s?|\s(?:to|or|and)\s))?(?<!\w)(?P<high>\w+)[\s-]*(?:\(\s*(?P<digits>\d+)\s*\)\s*)?$"
)
_LED_BY = re.compile(
    r"(?:\b(?:for|within|after|up\s?to|upto|at\s(?:least|most)|no\s(?:longer|more)\sthan|not\s(?:longer|more)\sthan|longer\sthan"
    r"|of|approximately|about|a|an|the|maximum|minimum|limited|further|additional|period|of\sup\sto|between|over|only"
    r"|more\sthan|than|duration|term|another|around)\s+)+$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:\([^()]{0,80}\)\s*)?(?:or\s(?:more|less)\s*)?(?:after|from|following|of|since|once|before|when|as\sof|starting|beginning)\b",
    re.IGNORECASE,
)
_OPENER_LED_BY = re.compile(r"(?:\b(?:only|for|but)\s+)+$", re.IGNORECASE)
_COMPANY = re.compile(r"\b(?:we|i|us|our|company|will be|is|are|shall|automatically)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Period:
    """A phrase that says how long: its characters, the rule that found it, and the durations in it."""

    start: int
    end: int
    rule: str
    iso: tuple[str, ...] = ()


def retention(policy: Policy) -> Iterator[Claim]:
    """Yield a claim with a storage node for each period or condition of storage that the policy states."""
    for passage in policy.body():
        taken: list[_Period] = []
        for period in sorted(_periods(passage), key=lambda found: (found.start - found.end, found.start)):
            if all(period.end <= other.start or other.end <= period.start for other in taken):
                taken.append(period)
        for period in sorted(taken, key=lambda found: found.start):
            yield _claim(passage, period)


def _periods(passage: Passage) -> Iterator[_Period]:
    yield from _counted(passage)
    yield from _opened(passage)
    yield from _worded(passage)
    yield from _dependent(passage)
    yield from _deleted(passage)
    yield from _deleted_when(passage)
    yield from _of_column(passage)
    for match in cues(passage, _TABLE, "pgq:KeepPhrase"):
        closes = sentence(passage, match.start)[1]
        yield _Period(match.start, clause_end(passage.text, match.end, closes), "retention-words")
    for match in cues(passage, _TABLE, "pgq:OnDevice"):
        yield _Period(match.start, match.end, "retention-on-device")


def _counted(passage: Passage) -> Iterator[_Period]:
    """Yield the periods with a number and a unit."""
    for unit in (match for curie in _UNITS for match in cues(passage, _TABLE, curie)):
        opens, closes = sentence(passage, unit.start)
        found = _count(passage, opens, unit)
        if found is None or not _about_keeping(passage, unit.start, opens, closes):
            continue
        start, number = found
        end = unit.end
        if _TAIL.match(passage.text[end:closes]):
            end = clause_end(passage.text, end, closes)
        led = _LED_BY.search(passage.text, opens, start)
        yield _Period(led.start() if led else start, end, "retention-period", (_iso(passage, unit, number),))


def _count(passage: Passage, opens: int, unit: Match) -> tuple[int, int] | None:
    """Return where the number before `unit` starts and what it is; of a range the longer end counts."""
    found = _NUMBER_BEFORE.search(passage.text, max(opens, unit.start - 40), unit.start)
    if found is None:
        return None
    number = _number(passage, found["digits"] or "") or _number(passage, found["high"])
    if number is None:
        return None
    low = found["low"]
    return (found.start("low") if low and _number(passage, low) else found.start("high")), number


def _number(passage: Passage, word: str) -> int | None:
    """Return what a number in digits or words stands for."""
    if word.isdecimal():
        return int(word) if len(word) <= _MOST else None
    if word.lower() in ("a", "an"):
        return 1
    for term in passage.policy.ontology.find(word) if word else ():
        values = passage.policy.ontology.values(term, _VALUE)
        if values and values[0].isdecimal():
            return int(values[0])
    return None


def _iso(passage: Passage, unit: Match, number: int) -> str:
    """Return the ISO 8601 duration of `number` units."""
    code = passage.policy.ontology.values(unit.term, _VALUE)[0]
    return f"PT{number}{code[1]}" if code.startswith("T") else f"P{number}{code}"


def _about_keeping(passage: Passage, start: int, opens: int, closes: int) -> bool:
    """Tell whether a period at `start` says how long data are kept, by its sentence or its column."""
    if _is_in_column(passage):
        return True
    if cued(passage, _TABLE, "pgq:NoRetention", opens, min(closes, start + _NEAR)):
        return False
    if _keeps(passage, opens, closes):
        return True
    heading = passage.section
    return cued(heading, _TABLE, "pgq:RetentionTopic") or (
        cued(passage.lead_in, _TABLE, "pgq:KeepVerb")
        and start - opens < len("call recordings and their transcripts ")
    )


def _is_in_column(passage: Passage) -> bool:
    """Tell whether a passage is a cell of a column about how long data are kept."""
    index = passage.block.column_header
    if passage.block.kind != "cell" or index is None:
        return False
    head = passage.policy.passages[index]
    return cued(head, _TABLE, "pgq:RetentionTopic") or cued(head, "topics", "pgq:RetentionTopic")


def _keeps(passage: Passage, opens: int, closes: int) -> bool:
    """Tell whether the sentence, or the label above it, speaks of keeping or deleting."""
    words = ("pgq:KeepVerb", "pgq:DeleteVerb", "pgq:RetentionTopic")
    if any(cued(passage, _TABLE, word, opens, closes) for word in words):
        return True
    return passage.lead_in is not None and looks.field_name(passage.lead_in.text) == "storage"


def _opened(passage: Passage) -> Iterator[_Period]:
    """Yield the clauses that "as long as", "until" and their like open."""
    for opener in cues(passage, _TABLE, "pgq:PeriodOpener"):
        opens, closes = sentence(passage, opener.start)
        if cued(passage, _TABLE, "pgq:RightsCase", opens, closes) or _grants_erasure(passage):
            continue
        if not _keeps(passage, opens, closes) and not cued(passage.section, _TABLE, "pgq:RetentionTopic"):
            continue
        led = _OPENER_LED_BY.search(passage.text, opens, opener.start)
        start = led.start() if led else opener.start
        end = clause_end(passage.text, opener.end, closes)
        yield _Period(start, end, "retention-condition", tuple(_isos(passage, start, end)))


def _grants_erasure(passage: Passage) -> bool:
    """Tell whether the passage stands under the heading of a right, whose cases are no periods."""
    return cued(passage.section, _TABLE, "pgq:RightsCase")


def _isos(passage: Passage, start: int, end: int) -> Iterator[str]:
    """Yield the durations that stand within characters `start` to `end`."""
    for unit in (match for curie in _UNITS for match in cues(passage, _TABLE, curie, start, end)):
        found = _count(passage, start, unit)
        if found is not None:
            yield _iso(passage, unit, found[1])


def _worded(passage: Passage) -> Iterator[_Period]:
    """Yield the periods that are named without a number and without an opening word."""
    for word in cues(passage, _TABLE, "pgq:PeriodWord"):
        opens, closes = sentence(passage, word.start)
        if _keeps(passage, max(opens, word.start - _NEAR), min(closes, word.end + _NEAR)):
            yield _Period(word.start, clause_end(passage.text, word.end, closes), "retention-words")


def _dependent(passage: Passage) -> Iterator[_Period]:
    """Yield what the period is said to depend on: "how long we keep them varies from tool to tool"."""
    for criterion in cues(passage, _TABLE, "pgq:PeriodCriterion"):
        opens, closes = sentence(passage, criterion.start)
        topics = cues(passage, _TABLE, "pgq:RetentionTopic", opens, criterion.start)
        if any(criterion.start - topic.end < _NEAR for topic in topics):
            end = clause_end(passage.text, criterion.end, closes)
            yield _Period(criterion.start, end, "retention-words")


def _deleted(passage: Passage) -> Iterator[_Period]:
    """Yield what the company says it deletes, where it says no period."""
    for verb in cues(passage, _TABLE, "pgq:DeleteVerb"):
        opens, closes = sentence(passage, verb.start)
        if cued(passage, _TABLE, "pgq:PersonActs", opens, closes) or not cued(
            passage.section, _TABLE, "pgq:RetentionTopic"
        ):
            continue
        told = cued(passage, _TABLE, "pgq:NoRetention", opens, verb.start)
        if _COMPANY.search(passage.text, opens, verb.start) and not told:
            yield _Period(verb.start, clause_end(passage.text, verb.end, closes), "retention-deletion")


def _deleted_when(passage: Passage) -> Iterator[_Period]:
    """Yield on which event, or how soon, the company deletes data: "we erase your file once the case is closed"."""
    child = passage.policy.ontology.term("dpv:Child")
    for verb in cues(passage, _TABLE, "pgq:DeleteVerb"):
        opens, closes = sentence(passage, verb.start)
        token = passage.token_at(verb.start)
        if token is None:
            continue
        before = _FRONTED.match(passage.text, opens, verb.start)
        if cued(passage, _TABLE, "pgq:PersonActs", before.end() if before else opens, closes):
            continue
        if any(people.term == child for people in passage.found("data-subjects", opens, closes)):
            continue  # data that should not be there end no period
        if "cookie" in passage.text[opens : verb.start].lower():
            continue  # that the browser deletes them is said by words of their own
        clause = passage.clause_of(token)
        if clause.actor != "company" or clause.negator is not None or clause.is_hypothetical:
            continue
        event = _EVENT.search(passage.text, verb.end, min(closes, verb.end + _NEAR))
        soon = next(cues(passage, _TABLE, "pgq:Promptly", max(opens, clause.start), closes), None)
        if event is not None:
            yield _Period(event.start(), clause_end(passage.text, event.end(), closes), "retention-condition")
        elif soon is not None or (
            before is not None and cued(passage, "endings", "pgq:Ending", before.start(), before.end())
        ):
            start = min(verb.start, soon.start) if soon is not None else verb.start
            yield _Period(start, clause_end(passage.text, verb.end, closes), "retention-deletion")


_EVENT = re.compile(
    r"\b(?:as\ssoon\sas|once|when)\s(?=(?:you|the|your|they|their|it|a|an)\b)"
    r"|\b(?:immediately\s|shortly\s|directly\s)?(?:after|following|upon|on\scompletion\sof|at\sthe\send\sof|by\sthe\send\sof)\s(?!all\b|\d)",
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"(?:when|once|if|after|upon|as\ssoon\sas|where|following)\b[^,;]{5,120},\s", re.IGNORECASE
)


def _of_column(passage: Passage) -> Iterator[_Period]:
    """Yield what a cell says in a column about how long data are kept."""
    end = len(passage.text.rstrip(" ."))
    if end <= _LONGEST_CELL and _is_in_column(passage) and any(letter.isalpha() for letter in passage.text):
        isos = tuple(_isos(passage, 0, end))
        yield _Period(0, end, "retention-period" if isos else "retention-words", isos)


_LONGEST_CELL = 100  # characters of a cell that is nothing but a period


def _claim(passage: Passage, period: _Period) -> Claim:
    """Return the storage condition that a period phrase states."""
    lexicon = passage.policy.ontology
    start, end = _trimmed(passage.text, period.start, period.end)
    evidence: Evidence = passage.evidence(start, end, rule=period.rule)
    if period.rule == "retention-on-device":
        place = Claim(lexicon.term("dpv:hasLocation"), Concept(lexicon.term("dpv:WithinDevice")), (evidence,))
        node = Node("storage", (lexicon.term("dpv:StorageLocation"),), (place,))
        return Claim(lexicon.term("dpv:hasStorageCondition"), node, (evidence,))
    has_duration = lexicon.term("dpv:hasDuration")
    said = [Claim(has_duration, Text(iso, "duration"), (evidence,)) for iso in dict.fromkeys(period.iso)]
    said += [Claim(has_duration, Concept(term), (evidence,)) for term in _conditions(passage, period)]
    kind = "dpv:StorageDeletion" if _ends_keeping(passage, period) else "dpv:StorageDuration"
    node = Node("storage", (lexicon.term(kind),), tuple(said))
    return Claim(lexicon.term("dpv:hasStorageCondition"), node, (evidence,))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without spaces and commas at its ends."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip(" ,")), end - (len(words) - len(words.rstrip(" ,")))


def _ends_keeping(passage: Passage, period: _Period) -> bool:
    """Tell whether the phrase says when data are deleted rather than how long they are kept."""
    opens, closes = sentence(passage, period.start)
    if period.rule == "retention-deletion":
        return True
    kept = [cue.start for cue in cues(passage, _TABLE, "pgq:KeepVerb", opens, closes)]
    deleted = [cue.start for cue in cues(passage, _TABLE, "pgq:DeleteVerb", opens, closes)]
    near = [abs(place - period.start) for place in kept] or [len(passage.text) + 1]
    return bool(deleted) and min(abs(place - period.start) for place in deleted) < min(near)


def _conditions(passage: Passage, period: _Period) -> tuple[str, ...]:
    """Return the concepts of the conditions within a phrase, or the broadest one that fits."""
    lexicon = passage.policy.ontology
    broad = {lexicon.term(f"dpv:{name}") for name in _BROAD}
    found = [
        match.term
        for match in passage.found("retention", period.start, period.end)
        if match.term not in broad
    ]
    if period.iso:
        vague = lexicon.term("dpv:IndeterminateDuration")
        return tuple(term for term in dict.fromkeys(found) if term != vague)
    if found:
        return tuple(dict.fromkeys(found))
    if period.rule == "retention-deletion":
        return ()
    text = passage.text[period.start : period.end].lower()
    if cued(passage, _TABLE, "pgq:Necessity", period.start, period.end):
        return (lexicon.term("pgc:UntilPurposeFulfilled"),)
    return (lexicon.term("dpv:UntilEventDuration" if "until" in text else "dpv:IndeterminateDuration"),)


_BROAD = (
    "StorageCondition",
    "StorageDuration",
    "TemporalDuration",
    "UntilTimeDuration",
    "UntilEventDuration",
    "StorageDeletion",
    "StorageLocation",
    "StorageRestoration",
)
