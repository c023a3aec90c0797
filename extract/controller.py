"""Says who the company is: its names, its number in a register, its country, and how to reach it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from extract import naming
from extract.around import cued, cues
from extract.author import Naming, author, full_name, introductions, own_names
from extract.claim import Claim, Company, Concept, Controller, Evidence, Text
from extract.contact import Detail, claims_of, details
from extract.passage import Passage, Policy
from extract.seat import UK_POST_CODE, seats

__all__ = ["controller", "controllers", "country", "own_names", "unnamed"]

_NUMBER = re.compile(
    r"[\s,.:;*#)(’'-]{0,4}(?:(?:with|under|and|is|as|company|registration|registered|the|no|nr|number|num)\b[\s.:*#]{0,3}){0,4}"
    r"(?P<number>(?:[A-Z]{1,3}\s?)?\d[\dA-Z]*(?:[\s./-]?\d+){0,6})",
    re.IGNORECASE,
)
_UK = re.compile(
    r"\b(?:England|Wales|Scotland|Northern\s+Ireland|United\s+Kingdom|UK|Companies\s+House|Charity\s+Commission)\b"
)
_UK_COMPANY = re.compile(r"(?:[A-Z]{2}\d{6}|\d{7,8})$")
_NUMBER_LENGTH = 8
_FEWEST_DIGITS = 5
_REACH = 70


@lru_cache(maxsize=1)  # several extractors ask for the policy at hand
def controllers(policy: Policy) -> tuple[Controller, ...]:
    """Return the company whose policy it is, and its joint controllers; () if the policy names nobody."""
    places = author(policy)
    if not places:
        return ()
    name = full_name(places)
    said = _said(policy)
    claims = (
        *_names(name, places, policy),
        *_identifiers(policy),
        *seats(policy, places, said),
        *claims_of(said, policy),
    )
    first = Controller(_company(name, policy), claims)
    return (first, *_joint(policy, places))


def unnamed(policy: Policy) -> tuple[Claim, ...]:
    """Return what a policy that names no company says about it all the same: its country and how to reach it."""
    if author(policy):
        return ()
    said = _said(policy)
    return (*seats(policy, (), said), *claims_of(said, policy))


def controller(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each place that introduces the company whose policy it is by one of its names."""
    for place in introductions(author(policy)):
        yield Claim(policy.ontology.term("dpv:hasName"), Text(place.name), (place.evidence,))


def country(policy: Policy) -> str | None:
    """Return the IRI of the country of the company, if the policy tells it."""
    claims = seats(policy, author(policy), _said(policy))
    return next((claim.value.iri for claim in claims if isinstance(claim.value, Concept)), None)


@lru_cache(maxsize=1)
def _said(policy: Policy) -> tuple[Detail, ...]:
    """Return how to reach the company, its officer and its representative."""
    return tuple(details(policy, own_names(policy)))


def _company(name: str, policy: Policy) -> Company:
    """Return the company called `name`, with the node that the gazetteer has for it."""
    for iri in policy.ontology.find(name) or policy.ontology.find(naming.short(name)):
        if policy.ontology.terms[iri].table == "companies":
            return Company(name, iri)
    return Company(name)


def _names(name: str, places: Sequence[Naming], policy: Policy) -> Iterator[Claim]:
    """Yield one claim for each spelling of the name, the full name first, with all places that have it."""
    first = next(place for place in places if place.name == name)
    spelled: dict[str, tuple[str, list[Evidence]]] = {_key(name): (name, [])}
    for place in introductions(tuple(places)):
        if not _is_product(place.name, name):
            spelled.setdefault(_key(place.name), (place.name, []))[1].append(place.evidence)
    spelled[_key(name)] = (name, spelled[_key(name)][1] or [first.evidence])
    for spelling, evidence in spelled.values():
        yield Claim(policy.ontology.term("dpv:hasName"), Text(spelling), tuple(evidence))


def _is_product(spelling: str, name: str) -> bool:
    """Tell whether a spelling adds only common words to the name, as "Acme Services" does."""
    words, own = spelling.split(), naming.short(name).split()
    rest = words[len(own) :]
    common = naming.words_of("pgq:NoName")
    return (
        bool(rest) and words[: len(own)] == own and all(word.lower().rstrip("s") in common for word in rest)
    )


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name).strip().lower()


def _joint(policy: Policy, places: Sequence[Naming]) -> Iterator[Controller]:
    """Yield the other companies that a sentence on joint controllers names with their legal form."""
    own = {naming.core(place.name) for place in places}
    for passage in policy.body():
        for cue in cues(passage, "controller", "pgq:JointControllers"):
            start = naming.sentence_start(passage.text, cue.start)
            for span in _full_names(passage, start, cue.start):
                name = passage.text[span[0] : span[1]]
                if naming.core(name) not in own:
                    own.add(naming.core(name))
                    evidence = passage.evidence(*span, rule="controller-joint")
                    yield Controller(
                        _company(name, policy),
                        (Claim(policy.ontology.term("dpv:hasName"), Text(name), (evidence,)),),
                    )


def _full_names(passage: Passage, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where names with a legal form stand, none within another."""
    last = start
    for word in re.finditer(r"(?<![\w’'])[A-Z]", passage.text[start:end]):
        span = naming.name_after(passage.text, start + word.start(), end)
        if span and span[0] >= last and naming.has_legal_form(passage.text[span[0] : span[1]]):
            last = span[1]
            if not re.search(r"\d{2}", passage.text[span[0] : span[1]]):
                yield span


def _identifiers(policy: Policy) -> Iterator[Claim]:
    """Yield the numbers of the company in registers of companies and charities."""
    seen: set[str] = set()
    for passage in policy.passages:
        if cued(passage, "parties", "pgq:ArticleRepresentative"):
            continue
        for curie in ("pgq:CompanyNumber", "pgq:CharityNumber"):
            for cue in cues(passage, "registration", curie):
                found = _NUMBER.match(passage.text, cue.end)
                if found is None or sum(c.isdigit() for c in found["number"]) < _FEWEST_DIGITS:
                    continue
                number = found["number"].strip()
                identifier = _identifier(number, passage, charity=curie == "pgq:CharityNumber")
                if identifier not in seen and not _of_another(passage, cue.start):
                    seen.add(identifier)
                    evidence = passage.evidence(*found.span("number"), rule="controller-number")
                    yield Claim(policy.ontology.term("dpv:hasIdentifier"), Text(identifier), (evidence,))


def _of_another(passage: Passage, start: int) -> bool:
    """Tell whether the number is one of an authority's or a tax register's."""
    floor = max(naming.sentence_start(passage.text, start), start - _REACH)
    return any(True for _ in cues(passage, "registration", "pgq:DataRegister", floor, start))


def _identifier(number: str, passage: Passage, *, charity: bool) -> str:
    """Return a number with its register: GB-COH-01234567, GB-CHC-1234567; as it is if that is unknown."""
    british = _UK.search(passage.text) or UK_POST_CODE.search(passage.text)
    compact = re.sub(r"[\s.-]", "", number).upper()
    if charity and british:
        return f"GB-CHC-{compact}"
    if british and _UK_COMPANY.match(compact):
        return f"GB-COH-{compact.zfill(_NUMBER_LENGTH)}"
    return number
