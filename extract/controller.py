"""Says who the company is: its names, its number in a register, its country, and how to reach it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import ontology
from extract import address, naming
from extract.around import cued, cues
from extract.author import Naming, author, full_name, introductions, own_names
from extract.claim import Claim, Company, Concept, Controller, Evidence, Text
from extract.contact import Detail, claims_of, details
from extract.passage import Passage, Policy

__all__ = ["controller", "controllers", "country", "own_names", "unnamed"]

_NUMBER = re.compile(
    r"[\s,.:;*#)(’'-]{0,4}(?:(?:with|under|and|is|as|company|registration|registered|the|no|nr|number|num)\b[\s.:*#]{0,3}){0,4}"
    r"(?P<number>(?:[A-Z]{1,3}\s?)?\d[\dA-Z]*(?:[\s./-]?\d+){0,6})",
    re.IGNORECASE,
)
_UK = re.compile(
    r"\b(?:England|Wales|Scotland|Northern\s+Ireland|United\s+Kingdom|UK|Companies\s+House|Charity\s+Commission)\b"
)
_UK_POST_CODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_US_POST_CODE = re.compile(r"\b[A-Z]{2},?\s\d{5}(?:-\d{4})?\b")
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
        *_countries(policy, places, said),
        *claims_of(said, policy),
    )
    first = Controller(_company(name, policy), claims)
    return (first, *_joint(policy, places))


def unnamed(policy: Policy) -> tuple[Claim, ...]:
    """Return what a policy that names no company says about it all the same: its country and how to reach it."""
    if author(policy):
        return ()
    said = _said(policy)
    return (*_countries(policy, (), said), *claims_of(said, policy))


def controller(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each place that introduces the company whose policy it is by one of its names."""
    for place in introductions(author(policy)):
        yield Claim(policy.ontology.term("dpv:hasName"), Text(place.name), (place.evidence,))


def country(policy: Policy) -> str | None:
    """Return the IRI of the country of the company, if the policy tells it."""
    claims = _countries(policy, author(policy), _said(policy))
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
    british = _UK.search(passage.text) or _UK_POST_CODE.search(passage.text)
    compact = re.sub(r"[\s.-]", "", number).upper()
    if charity and british:
        return f"GB-CHC-{compact}"
    if british and _UK_COMPANY.match(compact):
        return f"GB-COH-{compact.zfill(_NUMBER_LENGTH)}"
    return number


def _countries(policy: Policy, places: Sequence[Naming], said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country of the company: as stated, else from its address, else from its phone numbers."""
    for found in (_stated(policy, places), _of_addresses(policy, said), _of_phones(policy, said)):
        claims = tuple(found)
        if claims:
            yield claims[0]
            return


def _country(policy: Policy, iri: str, evidence: Evidence) -> Claim:
    return Claim(policy.ontology.term("dpv:hasCountry"), Concept(iri), (evidence,))


def _stated(policy: Policy, places: Sequence[Naming]) -> Iterator[Claim]:
    """Yield the country behind "incorporated in", "Country refers to" and the like, said of the company."""
    named = {place.passage.index: place.start for place in reversed(places)}
    for passage in policy.passages:
        for cue in cues(passage, "seat", "pgq:BasedIn"):
            label = cue.start == 0 or passage.text[: cue.start].strip(' “"-•') == ""
            start = naming.sentence_start(passage.text, cue.start)
            own = start <= named.get(passage.index, -1) < cue.start
            if not (own or (label and "country" in cue.form.lower())):
                continue
            for match in address.countries(passage, cue.start, min(len(passage.text), cue.end + _REACH)):
                evidence = passage.evidence(match.start, match.end, rule="controller-country")
                yield _country(policy, match.term, evidence)


def _of_addresses(policy: Policy, said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country that an address of the company names, or that its post code shows."""
    for detail in said:
        if detail.owner != "controller" or detail.sort != "address":
            continue
        first, last = detail.evidence[0].start, detail.evidence[-1].end
        for passage in policy.passages:
            for match in reversed(tuple(address.countries(passage))):
                evidence = passage.evidence(
                    match.start, match.end, confidence=0.8, rule="controller-address-country"
                )
                if first <= evidence.start and evidence.end <= last:
                    yield _country(policy, match.term, evidence)
        for pattern, curie in ((_UK_POST_CODE, "loc:GB"), (_US_POST_CODE, "loc:US")):
            if pattern.search(detail.value):
                evidence = Evidence(first, last, "Inferred", 0.7, "controller-post-code")
                yield _country(policy, policy.ontology.term(curie), evidence)


def _of_phones(policy: Policy, said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country whose calling code a phone number of the company begins with."""
    codes = {
        code: country
        for cue in policy.ontology.subjects(ontology.expand("skos:notation"))
        for code in policy.ontology.values(cue, ontology.expand("skos:notation"))
        for country in policy.ontology.values(cue, ontology.expand("dpv:hasCountry"))
    }
    for detail in said:
        number = re.sub(r"[^\d+]", "", detail.value)
        if detail.owner == "controller" and detail.sort == "phone" and number.startswith("+"):
            for length in (4, 3, 2, 1):
                iri = codes.get(number[1 : 1 + length])
                if iri:
                    place = detail.evidence[0]
                    evidence = Evidence(place.start, place.end, "Inferred", 0.5, "controller-calling-code")
                    yield _country(policy, iri, evidence)
                    break
