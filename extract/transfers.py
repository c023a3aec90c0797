"""Finds where data go and are kept: places, transfers out of an area, their denials, their safeguards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import ontology
from extract.around import cued, cues, sentence
from extract.claim import Claim, Concept, Node, Value
from extract.controller import controllers
from extract.matcher import Match, matcher
from extract.passage import Passage, Policy

_TABLE = "transfers"
_RELATED = ontology.NAMESPACES["skos"] + "related"
_PLACE_TABLES = ("transfers", "countries")
_REACH = 48  # characters between "outside" and the first area, and between two areas of a list
_JOINT = re.compile(
    r"[\s,(/)]*(?:(?:and|or|the|other|your|our|of|any|in|governmental|region|area|located|then|also|both)\b[\s,(/)]*)*",
    re.IGNORECASE,
)
_LEADING = (
    r"(?:(?<!according\s)(?<!pursuant\s)(?<!subject\s)(?<!due\s)\bto"
    r"|\b(?:in|into|at|including|inside|within|throughout))\s"
)
_MAIN_CLAUSE = re.compile(
    r"[,;)]\s*(?:we|you|your|our|it|this|they|please|by|the\sdata|the\sinformation)\b", re.IGNORECASE
)
_ABBREVIATION = re.compile(r"\s*\([“”\"']?(?:the\s)?[“”\"']?[A-Z.]{2,6}[“”\"']?\)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Characters that name one place or several in a row, in the sentence `opens` to `closes`."""

    start: int
    end: int
    terms: tuple[Match, ...]
    opens: int
    closes: int


def transfers(policy: Policy) -> Iterator[Claim]:
    """Yield the places to which data go or in which they are kept, and what makes the transfers lawful."""
    home = _home(policy)
    for passage in policy.body():
        taken: list[tuple[int, int]] = []
        for place in (*_outside(passage), *_left(passage)):
            taken.append((place.start, place.end))
            yield from _out_of(passage, place)
        for place in _named(passage, tuple(taken)):
            yield from _into(passage, place, home)
        yield from _safeguards(passage)


@lru_cache(maxsize=1)  # each place of the passage at hand asks for all of them
def _places(passage: Passage) -> tuple[Match, ...]:
    """Return the matches that name a country, a union or a place of storage, each stretch of text once."""
    lexicon = passage.policy.ontology
    tops = (lexicon.term("dpv:Location"), lexicon.term("dpv:Country"), lexicon.term("dpv:ThirdCountry"))
    found = [match for table in _PLACE_TABLES for match in passage.found(table)]
    kept = [match for match in found if any(lexicon.is_under(match.term, top) for top in tops)]
    chosen: list[Match] = []
    for match in sorted(kept, key=lambda match: (match.start - match.end, match.start)):
        if all(match.end <= other.start or other.end <= match.start for other in chosen):
            chosen.append(match)
    return tuple(sorted(chosen))


def _about_data(passage: Passage, place: _Place) -> bool:
    """Tell whether the sentence says that data go to or stay in a place."""
    opens, closes = place.opens, place.closes
    if cued(passage, _TABLE, "pgq:OtherPlace", opens, closes):
        return False
    persons = [cue.end for cue in cues(passage, _TABLE, "pgq:PersonPlace", opens, place.start)]
    if persons and not _MAIN_CLAUSE.search(passage.text, persons[-1], place.start):
        return False
    if cued(passage, _TABLE, "pgq:TransferVerb", opens, closes):
        return True
    keeps = any(cued(passage, _TABLE, curie, opens, closes) for curie in ("pgq:PlaceVerb", "pgq:ShareVerb"))
    held = any(
        cued(passage, _TABLE, curie, opens, closes)
        for curie in ("pgq:DataWord", "pgq:StoreVerb", "pgq:HolderWord")
    )
    return (keeps and held) or cued(passage, _TABLE, "pgq:StoreVerb", opens, closes)


def _outside(passage: Passage) -> Iterator[_Place]:
    """Yield the phrases that say "outside an area", and "abroad" and its like."""
    lexicon = passage.policy.ontology
    abroad = {lexicon.term("dpv:ThirdCountry"), lexicon.term("pgc:Worldwide")}
    last = -1
    for match in sorted(
        [*_places(passage), *cues(passage, _TABLE, "pgq:OutsideWord")], key=lambda m: m.start
    ):
        if match.start < last or not (match.table == f"cues/{_TABLE}" or match.term in abroad):
            continue
        opens, closes = sentence(passage, match.start)
        areas = _row(passage, match, closes)
        if match.table == f"cues/{_TABLE}" and not areas:
            continue
        end = areas[-1].end if areas else match.end
        place = _Place(
            _led_by(passage, match, opens), _closed(passage.text, end), tuple(areas), opens, closes
        )
        if _about_data(passage, place):
            last = place.end
            yield place


def _left(passage: Passage) -> Iterator[_Place]:
    """Yield the areas that data are said to leave, or never to: "your data do not leave the European Union"."""
    for verb in cues(passage, _TABLE, "pgq:TransferVerb"):
        opens, closes = sentence(passage, verb.start)
        if not verb.form.lower().startswith("leav"):
            continue
        areas = _row(passage, verb, closes)
        if areas and cued(passage, _TABLE, "pgq:DataWord", opens, verb.start):
            yield _Place(verb.start, areas[-1].end, tuple(areas), opens, closes)


def _led_by(passage: Passage, outside: Match, opens: int) -> int:
    """Return where the phrase starts: with the countries or computers that lie outside, if they are named."""
    nouns = [
        cue.start
        for curie in ("pgq:PlaceNoun", "pgq:AreaWord", "pgq:PlaceVerb")
        for cue in cues(passage, _TABLE, curie, opens, outside.start)
        if cue.end + 1 >= outside.start
    ]
    return min(nouns, default=outside.start)


def _row(passage: Passage, first: Match, closes: int) -> list[Match]:
    """Return the areas that follow `first` one upon the other: "your state, province or country"."""
    inside = [match for match in _places(passage) if first.start < match.start and match.end <= closes]
    areas = [*inside, *cues(passage, _TABLE, "pgq:AreaWord", first.end, closes)]
    row: list[Match] = []
    at = first.end
    for area in sorted(areas, key=lambda match: (match.start, -match.end)):
        if area.start < at:
            continue
        joint = _JOINT.match(passage.text, at)
        if joint is None or joint.end() != area.start:
            break
        row.append(area)
        at = _closed(passage.text, area.end)
    return row


def _closed(text: str, end: int) -> int:
    """Return `end` moved behind an abbreviation in brackets, if one follows."""
    found = _ABBREVIATION.match(text, end)
    return found.end() if found else end


def _out_of(passage: Passage, place: _Place) -> Iterator[Claim]:
    """Yield a claim for a transfer out of an area, or one for each area if it is denied."""
    lexicon = passage.policy.ontology
    words = passage.evidence(place.start, place.end, rule="transfer-outside")
    verbs = [cue.start for cue in cues(passage, _TABLE, "pgq:TransferVerb", place.opens, place.closes)]
    verbs += [cue.start for cue in cues(passage, _TABLE, "pgq:PlaceVerb", place.opens, place.start)]
    until = max(verbs, default=place.start)
    if _is_denied(passage, place.opens, max(until, place.start)):
        named = [match.term for match in place.terms if match.table != f"cues/{_TABLE}"]
        for term in dict.fromkeys(named or _areas_in(passage, place)):
            yield Claim(lexicon.term("dpv:isOutsideOfLocation"), Concept(term), (words,), denied=True)
        return
    yield Claim(lexicon.term("dpv:hasThirdCountry"), Concept(lexicon.term("dpv:ThirdCountry")), (words,))


def _areas_in(passage: Passage, place: _Place) -> list[str]:
    """Return the areas named within a phrase that the lexicon knows as a whole ("outside the EEA")."""
    lexicon = passage.policy.ontology
    words = passage.text[place.start : place.end]
    named = (match.term for match in matcher().find(words.partition(" ")[2]) if match.table in _PLACE_TABLES)
    areas = [term for term in named if lexicon.is_under(term, lexicon.term("dpv:Location"))]
    return areas or [lexicon.term("dpv:ThirdCountry")]


def _named(passage: Passage, taken: tuple[tuple[int, int], ...]) -> Iterator[_Place]:
    """Yield the countries and unions that are named as a place to which data go or in which they are."""
    lexicon = passage.policy.ontology
    abroad = lexicon.term("dpv:ThirdCountry")
    for match in _places(passage):
        if match.term == abroad or any(start < match.end and match.start < end for start, end in taken):
            continue
        opens, closes = sentence(passage, match.start)
        place = _Place(match.start, match.end, (match,), opens, closes)
        if _about_data(passage, place) and _reached(passage, place):
            yield place


def _reached(passage: Passage, place: _Place) -> bool:
    """Tell whether a preposition of place, or a list that one opens, leads to the name."""
    before = passage.text[place.opens : place.start]
    basis = passage.policy.ontology.term("dpv:DataTransferLegalBasis")
    said = (
        match
        for match in passage.found("transfers", place.opens, place.start)
        if match.end + len(" to the ") >= place.start
    )
    if any(passage.policy.ontology.is_under(match.term, basis) for match in said):
        return False
    names = "|".join(
        re.escape(match.form.removeprefix(_opening(match.form)))
        for match in _places(passage)
        if match.end <= place.start
    )
    listed = rf"(?:(?:{names})(?:\s?\([^)]*\))?[\s,]*(?:and|or|,|/|to)?\s*(?:the\s)?)*" if names else ""
    return bool(
        re.search(
            rf"{_LEADING}(?:the\s|both\s|either\s)*{listed}$",
            before + _opening(place.terms[0].form),
            re.IGNORECASE,
        )
    ) or (
        bool(re.search(r"\bspecify\s(?:the\s)?$", before))
        and cued(passage, _TABLE, "pgq:StoreVerb", place.end, place.closes)
    )


def _opening(form: str) -> str:
    """Return the preposition that is part of a form ("in India"), with a blank behind it, or nothing."""
    first, _, rest = form.partition(" ")
    return f"{first} " if rest and first.islower() else ""


def _is_denied(passage: Passage, start: int, end: int) -> bool:
    """Tell whether characters `start` to `end` deny what follows: a condition before the main clause does not."""
    begins = [clause.end() for clause in _MAIN_CLAUSE.finditer(passage.text, start, end)]
    conditional = begins and passage.text[start : start + len("if ")].lower() in ("if ", "whe", "wha")
    return cued(passage, _TABLE, "pgq:Negation", begins[0] if conditional else start, end)


def _into(passage: Passage, place: _Place, home: frozenset[str]) -> Iterator[Claim]:
    """Yield where the data go or are kept: a place of storage, a third country, or both.

    Which country is a third one depends on where the company is: the EU is one to a company in the United
    Kingdom (UK GDPR Art. 44), and the other way round; without knowing it, the EEA and the UK are none.
    """
    lexicon = passage.policy.ontology
    term = place.terms[0].term
    words = passage.evidence(place.start, place.end, rule="transfer-place")
    verb = min(
        (cue.start for cue in cues(passage, _TABLE, "pgq:TransferVerb", place.opens, place.start)), default=-1
    )
    if _is_denied(passage, place.opens, place.start):
        yield Claim(lexicon.term("dpv:hasThirdCountry"), Concept(term), (words,), denied=True)
        return
    where = Claim(lexicon.term("dpv:hasLocation"), Concept(term), (words,))
    if not any(lexicon.is_under(term, area) for area in home):
        yield Claim(lexicon.term("dpv:hasThirdCountry"), Concept(term), (words,))
        if verb < 0 and not cued(passage, _TABLE, "pgq:ShareVerb", place.opens, place.closes):
            yield where
    elif verb >= 0:
        yield where
    else:
        stored: Value = Node("storage", (lexicon.term("dpv:StorageLocation"),), (where,))
        yield Claim(lexicon.term("dpv:hasStorageCondition"), stored, (words,))


def _home(policy: Policy) -> frozenset[str]:
    """Return the areas that are not abroad for the company of a policy, by the country that it states.

    For a company that lies elsewhere there is none: to those whom the GDPR protects its own country is abroad,
    and to the company theirs.
    """
    lexicon = policy.ontology
    eea, union, kingdom = (lexicon.term(curie) for curie in ("loc:EEA", "loc:EU", "loc:GB"))
    stated = {
        claim.value.iri
        for controller in controllers(policy)
        for claim in controller.claims
        if claim.predicate == lexicon.term("dpv:hasCountry") and isinstance(claim.value, Concept)
    }
    if any(lexicon.is_under(country, eea) for country in stated) or not stated.isdisjoint((eea, union)):
        return frozenset((eea, union, *stated))
    if kingdom in stated:
        return frozenset((kingdom,))
    return frozenset() if stated else frozenset((eea, union, kingdom))


def _safeguards(passage: Passage) -> Iterator[Claim]:
    """Yield what makes transfers lawful: clauses, decisions, frameworks, safeguards in general.

    Those by which the parties bind themselves to protect the data are measures as well.
    """
    lexicon = passage.policy.ontology
    top = lexicon.term("dpv:DataTransferLegalBasis")
    general = lexicon.term("dpv:SafeguardForDataTransfer")
    seen: set[tuple[int, str]] = set()
    for match in passage.found("transfers"):
        if not (lexicon.is_under(match.term, top) or match.term == general):
            continue
        opens, closes = sentence(passage, match.start)
        term = top if match.term == general else match.term
        if (opens, term) in seen or not _safeguards_here(passage, match, opens, closes):
            continue
        seen.add((opens, term))
        start, end = _safeguard_span(passage, match, opens, closes)
        words = passage.evidence(start, end, rule="transfer-basis")
        yield Claim(lexicon.term("pg:hasTransferBasis"), Concept(term), (words,))
        if term in lexicon.values(lexicon.term("pgq:SafeguardMeasure"), _RELATED):
            measure = Concept(lexicon.term("dpv:SafeguardForDataTransfer"))
            yield Claim(lexicon.term("dpv:hasTechnicalOrganisationalMeasure"), measure, (words,))


def _safeguards_here(passage: Passage, match: Match, opens: int, closes: int) -> bool:
    """Tell whether a safeguard is said of a transfer: by its name, its sentence or its heading."""
    if cued(passage, _TABLE, "pgq:Negation", max(opens, match.start - _REACH // 2), match.start):
        return False
    if any(
        cue.start < match.end and match.start < cue.end for cue in cues(passage, _TABLE, "pgq:NamedSafeguard")
    ):
        return True
    verbs = cues(passage, _TABLE, "pgq:TransferVerb", opens, closes)
    moved = any("transfer" in verb.form.lower() for verb in verbs)
    moved = moved or cued(passage, _TABLE, "pgq:NoTransfer", opens, match.start)
    topics = ("pgq:TransferTopic", "pgq:TransferVerb", "pgq:OutsideWord")
    return moved or any(cued(passage.section, _TABLE, topic) for topic in topics)


def _safeguard_span(passage: Passage, match: Match, opens: int, closes: int) -> tuple[int, int]:
    """Return the safeguard, with the transfer that depends on it where that is said in one clause."""
    first = next(cues(passage, _TABLE, "pgq:NoTransfer", opens, match.start), None)
    last = next(cues(passage, _TABLE, "pgq:InPlace", match.end, min(closes, match.end + _REACH // 3)), None)
    return (first.start if first else match.start), (last.end if last else match.end)
