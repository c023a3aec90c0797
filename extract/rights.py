"""Finds the rights that a policy grants, the authorities it names and how the rights are exercised.

A right is granted where the person may do something to the data: "you have the right to", "you can", "ask
us to", "if you wish to". The words of a sentence are walked from the left; who acts decides whether an act
counts: "we may delete your data" grants nothing. An act needs a fitting object: data, processing, consent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import ontology
from extract import naming
from extract.claim import Claim, Company, Concept, Node, Text
from extract.passage import Passage, Policy

_TABLE = "cues/rights"
_REACH = 110  # characters within which an act finds its object
_BEHIND = 120  # characters within which a passive finds what it is about
_HOLDER_REACH = 55  # characters between "you" and "right" that still make one phrase
_ASIDE_REACH = 16  # "request that the company": who is asked is no new actor
_STRONG = frozenset(("Right", "Ask", "Enable"))
_BREAK = re.compile(r"[.;:?!](?=\s|$)|\s[-–—•]\s")
_TAIL_BREAK = re.compile(r"[.,;:()?!\[\]“”\"]|\s[-–—•]\s")
_SENTENCE_END = re.compile(r"[.?!][\"”’)]*\s*$")
_TITLE_START = re.compile(r"\W*(?:(?:the|your)\s+)?", re.IGNORECASE)
_TITLE_END = re.compile(r"[\"”’*]*\s*[.:–—-]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s)\]>,]*[^\s)\]>,.]")
_OBJECTS: Mapping[str, frozenset[str]] = {
    "DataAct": frozenset(("Data",)),
    "ChangeAct": frozenset(("Data", "Account")),
    "ProcessingAct": frozenset(("Data", "Processing", "Account")),
    "ConsentAct": frozenset(("Consent",)),
    "LimitingAct": frozenset(("Processing",)),
    "MarketingAct": frozenset(("Marketing", "Processing")),
    "NamedAct": frozenset(("Data", "Processing")),
    "PortingAct": frozenset(("Data",)),
}
_CONFIDENCE = {"Right": 0.95, "Ask": 0.9, "Enable": 0.85, "Can": 0.85, "Free": 0.7}
_HEADING_CONFIDENCE = 0.6
_BARE = frozenset(("DataAct", "ChangeAct", "ProcessingAct"))
_REPAIRS = frozenset(("CorrectAct", "DeleteAct", "HaveCorrected", "HaveErased"))
_ALONE = re.compile(r"\s+(?:if|where|when|at\s+any\s+time|on\s+grounds)\b", re.IGNORECASE)
_SECTION_TITLE = re.compile(
    r"\b(?:sections?|headings?|headed|entitled|titled|chapter|paragraph)\b[^“\"]{0,15}[“\"]([^“”\"]{3,100})[”\"]",
    re.IGNORECASE,
)
_INVITED = re.compile(r"(?:^|[,:;•–—]|\b(?:please|or|also|then|instead|directly|to))\s*$", re.IGNORECASE)
_IT = re.compile(r"\s+(?:it|this|that|them|these)\b")
_YOU = re.compile(r"\b(?:if|when|once|unless|until|after)\s+you\s+$", re.IGNORECASE)
_OF_OTHERS = re.compile(r"\s+(?:of|by|from)\b")
_RIGHT_TO = re.compile(r"\bright(?:s\b[^.?!]{0,60}|\s+to)\s*:", re.IGNORECASE)
_BEGINS_ACT = re.compile(r"(?:have|has|be|ask|request|to)\b", re.IGNORECASE)
_OUT_OF_PLACE = frozenset(("Other", "Stop", "Company"))
_TAIL_STOPS = frozenset(("Stop", "Tail", "Company", "Can", "Reach", "Notify", "OnRequest"))


@dataclass(frozen=True, slots=True)
class _Cue:
    """A cue or a named right in a passage: its words, its name, its group and the right it is about."""

    start: int
    end: int
    words: str
    name: str
    group: str
    right: str


@dataclass(frozen=True, slots=True)
class _Grant:
    """What lets the person act: the kind of words, where they stand, and where a quote of them begins."""

    kind: str
    place: int
    quote: int | None = None


@dataclass(frozen=True, slots=True)
class _Granted:
    """A right that is granted, and the characters that grant it."""

    right: str
    start: int
    end: int
    grant: _Grant


@cache
def _known() -> Mapping[str, tuple[str, str, str]]:
    """Return name, group and right ("" if none) of each cue by its IRI."""
    lexicon = ontology.load()
    related = ontology.NAMESPACES["skos"] + "related"
    known: dict[str, tuple[str, str, str]] = {}
    for term in lexicon.terms.values():
        if term.iri.startswith(ontology.NAMESPACES["pgq"]):
            name = term.iri.rsplit("#", 1)[1]
            group = term.broader[0].rsplit("#", 1)[1] if term.broader else name
            known[term.iri] = (name, group, next(iter(lexicon.values(term.iri, related)), ""))
    return known


@cache
def _read_from_acts() -> frozenset[str]:
    """Return the rights that are read from acts and their objects, not from phrases of the lexicon."""
    lexicon = ontology.load()
    acts = {right for _, group, right in _known().values() if right and group.endswith("Act")}
    tops = {lexicon.term("dpv:Right"), lexicon.term("dpv:DataSubjectRight")}
    return frozenset(acts | tops)


@cache
def _free() -> frozenset[str]:
    """Return the rights whose phrases grant them by themselves: "complain to us", "will not discriminate"."""
    term = ontology.load().term
    return frozenset((term("pgc:RightToNonDiscrimination"), term("pgc:RightToComplainToController")))


def _cues(passage: Passage, start: int, end: int) -> list[_Cue]:
    """Return the cues and the named rights within characters `start` to `end`, in the order of the text."""
    found = [
        _Cue(m.start, m.end, m.form.lower(), *_known()[m.term]) for m in passage.found(_TABLE, start, end)
    ]
    found += [
        _Cue(m.start, m.end, m.form.lower(), "Phrase", "PhraseAct", m.term)
        for m in passage.found("rights", start, end)
        if m.term not in _read_from_acts()
    ]
    found = sorted(found, key=lambda cue: (cue.start, cue.end, cue.right))
    asides = [
        _own_words(bracket, found)
        for bracket in naming.brackets(passage.text[:end])
        if bracket.start() >= start
    ]
    asides += [title.span(1) for title in _SECTION_TITLE.finditer(passage.text, start, end)]
    return [cue for cue in found if not any(first <= cue.start < last for first, last in asides)]


def _own_words(bracket: re.Match[str], found: Sequence[_Cue]) -> tuple[int, int]:
    """Return the characters in a bracket from where the company speaks of itself: "(we may refuse)"."""
    inside = (c.start for c in found if c.group == "Company" and bracket.start() < c.start < bracket.end())
    return next(inside, bracket.end()), bracket.end()


def _after(cue: _Cue, grant: _Grant | None, holder: _Cue | None) -> _Grant | None:
    """Return the grant that holds after `cue`, which is no act; `holder` is who was named last."""
    person = holder is not None and holder.group == "Person"
    strong = grant is not None and grant.kind in _STRONG
    after = grant
    if cue.group in ("OtherRight", "Not") or (cue.group == "Person" and not strong):
        after = None
    elif cue.group == "Company":
        asked = grant is not None and grant.kind == "Ask" and cue.start - grant.place < _ASIDE_REACH
        after = grant if asked else None
    elif cue.group == "Right" or (cue.group == "Exercise" and cue.words.endswith(("right", "rights"))):
        after = _right(cue, holder)
    elif cue.group == "Enable":
        after = _Grant("Enable", cue.start)
    elif cue.group == "Ask" and (person or strong):
        quote = grant.quote if grant is not None and grant.kind == "Right" else None
        after = _Grant("Ask", cue.start, cue.start if quote is None else quote)
    elif cue.group == "Can" and person and not strong:
        after = _Grant("Can", cue.start)
    return after


def _right(cue: _Cue, holder: _Cue | None) -> _Grant:
    """Return the grant of the word "right"; a quote of it begins with its holder if that stands near."""
    near = holder is not None and holder.group == "Person" and cue.start - holder.start < _HOLDER_REACH
    return _Grant("Right", cue.start, holder.start if holder is not None and near else cue.start)


def _walk(cues: Sequence[_Cue], opening: _Grant | None) -> Iterator[tuple[_Cue, _Grant | None]]:
    """Yield each of `cues` with the grant that holds at it; `opening` holds from the start."""
    holder: _Cue | None = None
    grant = opening
    for number, cue in enumerate(cues):
        if cue.group.endswith("Act"):
            if cue.words.startswith(("right", "entitled")):
                grant = _right(cue, holder)
            yield cue, grant
            grant = grant and replace(grant, quote=None)
            continue
        asks_first = number == 0 and cue.group == "Ask"
        grant = _Grant("Ask", cue.start, cue.start) if asks_first else _after(cue, grant, holder)
        if cue.group in ("Person", "Company", "OtherRight") or (cue.group == "Other" and grant is None):
            holder = cue
        yield cue, grant


def _object(passage: Passage, cues: Sequence[_Cue], act: _Cue, grant: _Grant) -> _Cue | None:
    """Return what `act` is done to: the first fitting noun behind it, or before it in a passive."""
    fitting = _OBJECTS[act.group]
    text = passage.text
    for cue in cues:
        if cue.start < act.end and not (cue.start >= act.start and cue.end > act.end):
            continue
        if cue.start > act.end + _REACH or _BREAK.search(text, act.end, cue.start):
            break
        if cue.group in fitting:
            return cue
        if cue.group in _OUT_OF_PLACE:
            if cue.group == "Other":
                return None
            break
    named = _IT.search(f" {act.words}") or _IT.match(text, act.end)
    refers = act.group == "ConsentAct" and named is not None
    if refers or act.words.endswith(("ed", "wn")):
        since = -1 if refers or (act.group == "ConsentAct" and grant.kind not in _STRONG) else grant.place
        behind = [c for c in cues if since < c.start < act.start and act.start - c.end < _BEHIND]
        return next((c for c in reversed(behind) if c.group in fitting), None)
    return None


def _is_bare(passage: Passage, act: _Cue, grant: _Grant) -> bool:
    """Tell whether an act without an object is granted all the same: "right to access, and to delete"."""
    if act.name == "ObjectAct" and grant.kind in (*_STRONG, "Can") and _ALONE.match(passage.text, act.end):
        return True
    following = passage.text[act.end :].lstrip(' )”"’*')
    ends = not following or following[0] in ".,;:–—-/(" or following.startswith(("and ", "or "))
    return grant.kind == "Right" and act.group in _BARE and ends


def _tail(passage: Passage, cues: Sequence[_Cue], end: int, stop: int) -> int:
    """Return where the words end that belong to the noun that ends at `end`: "data we hold about you"."""
    found = _TAIL_BREAK.search(passage.text, end, stop)
    limits = [cue.start for cue in cues if cue.start >= end and cue.group in _TAIL_STOPS]
    limit = min([*limits, found.start() if found else stop])
    return end + len(passage.text[end:limit].rstrip())


def _complaint_end(cues: Sequence[_Cue], act: _Cue, grant: _Grant) -> int | None:
    """Return where the words end by which a complaint to an authority is granted; None if it is not."""
    authorities = [cue for cue in cues if cue.group == "Authority"]
    following = next((cue for cue in authorities if act.end <= cue.end <= act.end + _REACH), None)
    if act.name == "ContactAct":
        near = following is not None and following.start - act.end < _ASIDE_REACH
        return following.end if following is not None and near else None
    if following is not None:
        return following.end
    if act.name == "TakeFurther":
        return None
    return act.end if authorities or grant.kind == "Right" else None


def _named_end(passage: Passage, cues: Sequence[_Cue], act: _Cue, grant: _Grant, stop: int) -> int | None:
    """Return where the words end that ask for a right by name ("erasure of"), None if it is of no data."""
    behind = next((cue for cue in cues if cue.start >= act.end), None)
    misfit = behind is not None and behind.group == "Other" and behind.start - act.end < _ASIDE_REACH
    plain = act.name == "PortabilityNoun" or act.words.endswith("access request")
    if misfit or (grant.kind not in _STRONG and not plain):
        return None
    thing = _object(passage, cues, act, grant)
    return _tail(passage, cues, act.end if thing is None else max(thing.end, act.end), stop)


def _ported_end(passage: Passage, cues: Sequence[_Cue], act: _Cue, grant: _Grant) -> int | None:
    """Return where "transfer your data to another" ends; None if the person does not say where data go."""
    thing = _object(passage, cues, act, grant) if grant.kind in _STRONG else None
    behind = 0 if thing is None else max(thing.end, act.end)
    whither = (c for c in cues if c.name == "Elsewhere" and behind <= c.start <= behind + _REACH)
    found = next(whither, None) if thing is not None else None
    return None if found is None or _BREAK.search(passage.text, behind, found.start) else found.end


def _found(passage: Passage, cues: Sequence[_Cue], act: _Cue, grant: _Grant, stop: int) -> _Granted | None:
    """Return the right that `act` under `grant` grants, or None if it grants nothing."""
    begin, right = act.start, act.right
    end: int | None = None
    if act.group == "ComplaintAct":
        end = _complaint_end(cues, act, grant)
    elif act.group == "WrongAct" and grant.kind != "Free":
        return None
    elif act.group in ("PhraseAct", "PlainAct", "WrongAct"):
        end = _tail(passage, cues, act.end, stop)
    elif act.group == "NamedAct":
        end = _named_end(passage, cues, act, grant, stop)
    elif act.group == "PortingAct":
        end = _ported_end(passage, cues, act, grant)
    else:
        thing = _object(passage, cues, act, grant)
        if thing is not None:
            begin = min(begin, thing.start)
            end = _tail(passage, cues, max(thing.end, act.end), stop)
            right = thing.right if act.group == "MarketingAct" else right
        elif "unsubscrib" in act.words or _is_bare(passage, act, grant):
            end = act.end
    if end is None:
        return None
    return _Granted(right, begin if grant.quote is None else min(begin, grant.quote), end, grant)


def _of_child(passage: Passage, act: _Cue) -> bool:
    """Tell whether data are deleted that a child should never have given: that is no right of the reader."""
    if act.right != passage.policy.ontology.term("eu-gdpr:A17"):
        return False
    child = passage.policy.ontology.term("dpv:Child")
    return any(match.term == child for match in passage.found("data-subjects"))


def _free_grant(passage: Passage, cues: Sequence[_Cue], act: _Cue) -> _Grant | None:
    """Return what lets the person act where no words do: an act that nobody else could mean, or a promise."""
    asked = any(
        (cue.name == "OnRequest" and not _OF_OTHERS.match(passage.text, cue.end))
        or (cue.group == "Ask" and cue.start > act.end and _YOU.search(passage.text, act.end, cue.start))
        for cue in cues
    )
    told = any(cue.name == "Notify" for cue in cues)
    invited = any(cue.name in ("Notify", "Wrong") and cue.end < act.start for cue in cues)
    if (asked and (act.group in _BARE or act.name == "ConfirmAct")) or (
        (asked or invited) and act.name in _REPAIRS
    ):
        return _Grant("Ask", act.start)
    if told and act.name == "ObjectAct" and "not want" in act.words:
        return _Grant("Ask", act.start)
    invited = act.name == "ContactAct" and _INVITED.search(passage.text, 0, act.start) is not None
    invited = invited and not any(
        cue.group == "Other" and cue.end <= act.start for cue in cues
    )  # "for more information"
    if invited and any(0 <= cue.start - act.end < _ASIDE_REACH for cue in cues if cue.group == "Authority"):
        return _Grant("Free", act.start)
    wrong = told and act.group == "WrongAct" and any(cue.group == "Data" for cue in cues)
    to_authority = (
        act.group == "ComplaintAct"
        and act.name != "ContactAct"
        and any(cue.group == "Authority" and cue.end >= act.end for cue in cues)
    )
    by_company = any(cue.group == "Company" and cue.end <= act.start for cue in cues)
    if act.right in _free() or act.group == "ConsentAct" or wrong or (to_authority and not by_company):
        return _Grant("Free", act.start)
    return None


def _granted(passage: Passage, start: int, stop: int, opening: _Grant | None) -> Iterator[_Granted]:
    """Yield the rights that characters `start` to `stop` grant; acts in a row for one right are one."""
    cues = _cues(passage, start, stop)
    portable = any(cue.name == "PortabilityNoun" for cue in cues)
    open_: dict[str, _Granted] = {}
    for act, grant in _walk(cues, opening):
        if not act.group.endswith("Act") or (portable and act.name == "CopyAct"):
            continue
        let = grant or (None if _of_child(passage, act) else _free_grant(passage, cues, act))
        found = None if let is None else _found(passage, cues, act, let, stop)
        if found is None:
            continue
        before = open_.get(found.right)
        if before is not None and (before.grant.place == found.grant.place or found.start < before.end):
            found = replace(before, end=max(before.end, found.end))
        elif before is not None:
            yield before
        open_[found.right] = found
    yield from open_.values()


def _opening(passage: Passage, start: int, stop: int) -> _Grant | None:
    """Return what lets the person act from the start of a sentence: its lead-in, or "To delete, write"."""
    cues = _cues(passage, start, stop)
    if passage.text[start:stop].lower().startswith("to ") and any(
        cue.group in ("Reach", "Notify") for cue in cues
    ):
        return _Grant("Can", start)
    if start > 0 and _RIGHT_TO.search(passage.text, 0, start) and _begins_act(passage, cues, start):
        return _Grant("Right", start)
    lead = passage.lead_in
    if start > 0 or lead is None or (cues and cues[0].group == "Stop" and cues[0].start == 0):
        return None
    steps = list(_walk(_cues(lead, 0, len(lead.text)), None))
    if not steps or steps[-1][0].group == "Stop":
        return None
    if any(cue.group == "Right" for cue, _ in steps):
        return _Grant("Right", start)
    return steps[-1][1] and _Grant(steps[-1][1].kind, start)


def _begins_act(passage: Passage, cues: Sequence[_Cue], start: int) -> bool:
    """Tell whether a sentence begins with an act, as those of a list run together do: "Have it deleted"."""
    opens = cues[0].start == start and cues[0].group.endswith("Act") if cues else False
    return opens or _BEGINS_ACT.match(passage.text, start) is not None


def _sentences(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the characters of each sentence; pieces that end in no full stop are joined with what follows."""
    begin: int | None = None
    for sentence in passage.sentences:
        begin = sentence.start_char if begin is None else begin
        if _SENTENCE_END.search(passage.text[sentence.start_char : sentence.end_char]):
            yield begin, sentence.end_char
            begin = None
    if begin is not None:
        yield begin, len(passage.text)


def _of(passage: Passage) -> Iterator[_Granted]:
    """Yield the rights that a passage grants; one that is its label only if no sentence behind grants it too."""
    found = [
        granted
        for start, stop in _sentences(passage)
        for granted in _granted(passage, start, stop, _opening(passage, start, stop))
    ]
    for place, granted in enumerate(found):
        again = any(other.right == granted.right for other in found[place + 1 :])
        if not (again and _is_label(passage, granted)):
            yield granted


def _is_label(passage: Passage, granted: _Granted) -> bool:
    """Tell whether the words of a right open a passage as its title: "Rectification: you have the right to …"."""
    return (
        _TITLE_START.fullmatch(passage.text, 0, granted.start) is not None
        and _TITLE_END.match(passage.text, granted.end) is not None
    )


def _claim(passage: Passage, found: _Granted, predicate: str, confidence: float) -> Claim:
    evidence = passage.evidence(
        found.start, found.end, confidence=confidence, rule=f"right-{found.grant.kind.lower()}"
    )
    return Claim(predicate, Concept(found.right), (evidence,))


def _authorities(passage: Passage, predicate: str) -> Iterator[Claim]:
    """Yield the authorities that a passage names and for which there is no concept, as companies by name."""
    for match in passage.found(_TABLE):
        _, group, concept = _known()[match.term]
        if group == "Authority" and not concept:
            name = passage.policy.ontology.label(match.term)
            evidence = passage.evidence(match.start, match.end, confidence=0.9, rule="authority-by-name")
            yield Claim(predicate, Company(name), (evidence,))


def _notice(passage: Passage, predicate: str) -> Iterator[Claim]:
    """Yield how the rights are exercised, if a passage says so and gives an address for it."""
    term = passage.policy.ontology.term
    for start, stop in _sentences(passage):
        if not any(_known()[m.term][0] == "Exercise" for m in passage.found(_TABLE, start, stop)):
            continue
        places = [*_EMAIL.finditer(passage.text, start, stop), *_LINK.finditer(passage.text, start, stop)]
        contacts = tuple(
            Claim(
                term("dpv:hasContact"),
                Text(place[0]),
                (passage.evidence(place.start(), place.end(), confidence=0.9, rule="right-exercise"),),
            )
            for place in places
        )
        if contacts:
            end = start + len(passage.text[start:stop].rstrip())
            evidence = passage.evidence(start, end, confidence=0.85, rule="right-exercise")
            yield Claim(predicate, Node("notice", (term("dpv:RightExerciseNotice"),), contacts), (evidence,))


def rights(policy: Policy) -> Iterator[Claim]:
    """Yield the rights that a policy grants, the authorities it names and how the rights are exercised."""
    term = policy.ontology.term
    right, authority, notice = term("dpv:hasRight"), term("dpv:hasAuthority"), term("dpv:hasNotice")
    seen: set[str] = set()
    against_marketing: Claim | None = None
    for passage in policy.body():
        for found in _of(passage):
            seen.add(found.right)
            claim = _claim(passage, found, right, _CONFIDENCE[found.grant.kind])
            if found.right == term("pgc:RightToObjectDirectMarketing"):
                against_marketing = against_marketing or claim
            yield claim
        yield from _authorities(passage, authority)
        yield from _notice(passage, notice)
    for passage in policy.passages:
        if passage.block.kind == "heading" and not passage.block.boilerplate:
            for found in _of(passage):
                if found.grant.kind == "Right" and found.right not in seen:
                    seen.add(found.right)
                    yield _claim(passage, found, right, _HEADING_CONFIDENCE)
    objection = term("eu-gdpr:A21")
    if against_marketing is not None and objection not in seen:  # Art. 21(2) is part of the right to object
        evidence = tuple(replace(said, support="Inferred") for said in against_marketing.evidence)
        yield replace(against_marketing, value=Concept(objection), evidence=evidence)
