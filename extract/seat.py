"""Says in which country a company is at home, from the surest words that tell it.

What a policy states comes first ("incorporated in", "we are a Canadian company"); then the country, the post
code or the town of an address; then a calling code, and the end of an e-mail address under the own domain.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import ontology
from extract import address, naming
from extract.around import cues
from extract.author import Naming
from extract.claim import Claim, Concept, Evidence
from extract.contact import Detail
from extract.matcher import Match
from extract.passage import Passage, Policy

__all__ = ["UK_POST_CODE", "seats"]

UK_POST_CODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_POST_CODES = (
    (re.compile(r"\b[A-Z]\d[\dW]\s?[A-Z][A-Z\d]{3}\b"), "loc:IE"),
    (UK_POST_CODE, "loc:GB"),
    (re.compile(r"\b[A-Z]{2},?\s\d{5}(?:-\d{4})?\b"), "loc:US"),
    (re.compile(r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"), "loc:CA"),
    (re.compile(r"\b\d{4}\s[A-Z]{2}\s+[A-Z][a-z]"), "loc:NL"),
)
_REACH = 70
_ASIDE = 40  # characters between the name of a country and "where we are based"
_FORM_REACH = 40  # characters of "limited liability" between "Irish" and "company"
_LABEL_MARKS = ' “"-•'
_WE_ARE = re.compile(r"\b(?:we|company|it)\s*,?\s+(?:are|is)\s+(?:an?\s+)?$", re.IGNORECASE)
_OUR = re.compile(r"\b(?:our|the)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_APPOSED = re.compile(r"[\s,]*(?:is\s+)?an?\s+(?:[\w-]+\s+)?$", re.IGNORECASE)
_FORM = re.compile(r"(?:[\s-]+(?:[\w-]+\s+){0,3})")
_WORLDWIDE = re.compile(r"[a-z]{2}")


def seats(policy: Policy, places: Sequence[Naming], said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country of the company that `places` name, as the surest words tell it; nothing if none do."""
    for found in (
        _of_kind(policy, places),
        _stated(policy, places),
        _of_addresses(policy, said),
        _of_phones(policy, said),
        _of_domains(policy, places, said),
    ):
        claim = next(found, None)
        if claim is not None:
            yield claim
            return


def _country(policy: Policy, iri: str, evidence: Evidence) -> Claim:
    return Claim(policy.ontology.term("dpv:hasCountry"), Concept(iri), (evidence,))


def _country_of(passage: Passage, term: str) -> str:
    """Return the country to which a demonym or a town belongs."""
    return next(iter(passage.policy.ontology.values(term, ontology.expand("dpv:hasCountry"))))


def _of_kind(policy: Policy, places: Sequence[Naming]) -> Iterator[Claim]:
    """Yield the country of "our Irish affiliate, Acme Ltd"; those of "we are a Canadian company" come last."""
    named = _by_passage(places)
    later: list[Claim] = []
    for passage in policy.passages:
        for demonym in passage.found("cues/demonyms"):
            kinds = cues(passage, "company-kind", "pgq:CompanyKind", demonym.end, demonym.end + _FORM_REACH)
            kind = next(kinds, None)
            if kind is None or not _FORM.fullmatch(passage.text, demonym.end, kind.start):
                continue
            evidence = passage.evidence(demonym.start, demonym.end, rule="controller-country")
            claim = _country(policy, _country_of(passage, demonym.term), evidence)
            own = named.get(passage.index, ())
            apposed = any(_APPOSED.fullmatch(passage.text, p.end, demonym.start) for p in own)
            follows = _OUR.search(passage.text, 0, demonym.start) and any(
                0 <= p.start - kind.end <= len(" , ") for p in own
            )
            if apposed or follows:
                yield claim
            elif _WE_ARE.search(passage.text, 0, demonym.start):
                later.append(claim)
    yield from later


def _by_passage(places: Sequence[Naming]) -> dict[int, list[Naming]]:
    """Return the places in each passage, by its index."""
    named: dict[int, list[Naming]] = {}
    for place in places:
        named.setdefault(place.passage.index, []).append(place)
    return named


def _stated(policy: Policy, places: Sequence[Naming]) -> Iterator[Claim]:
    """Yield the country behind "incorporated in", "Country refers to", "we are based in", said of the company."""
    named = _by_passage(places)
    for passage in policy.passages:
        for cue in cues(passage, "seat", "pgq:BasedIn"):
            label = cue.start == 0 or passage.text[: cue.start].strip(_LABEL_MARKS) == ""
            start = naming.sentence_start(passage.text, cue.start)
            own = any(
                start <= place.start < cue.start
                and not any(passage.found("processing", place.end, cue.start))
                for place in named.get(passage.index, ())
            )
            if own or (label and "country" in cue.form.lower()):
                yield from _behind(policy, passage, cue)
        for cue in cues(passage, "own-seat", "pgq:WeAreBased"):
            yield from _behind(policy, passage, cue)
        for cue in cues(passage, "own-seat", "pgq:WhereWeAre"):
            before = tuple(address.countries(passage, max(0, cue.start - _ASIDE), cue.start))
            for match in before[-1:]:
                evidence = passage.evidence(match.start, match.end, rule="controller-country")
                yield _country(policy, match.term, evidence)


def _behind(policy: Policy, passage: Passage, cue: Match) -> Iterator[Claim]:
    """Yield the countries that follow within the sentence; "in Ireland" may share its first word with the cue."""
    stop = _CLAUSE.search(passage.text, cue.end)
    end = min(cue.end + _REACH, stop.start() if stop else len(passage.text))
    towns = passage.found("cues/cities", cue.end, end)
    states = passage.found("cues/demonyms", cue.end, end)
    found = sorted((*address.countries(passage, cue.start, end), *towns, *states))
    for match in found:
        town = match.term.startswith(ontology.NAMESPACES["pgq"])
        evidence = passage.evidence(match.start, match.end, rule="controller-country")
        yield _country(policy, _country_of(passage, match.term) if town else match.term, evidence)


_CLAUSE = re.compile(r"[;?!]|[.](?=\s+[A-Z]|$)")


def _of_addresses(policy: Policy, said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country that an address of the company names, or that its post code or its town shows."""
    for detail in said:
        if detail.owner != "controller" or detail.sort != "address":
            continue
        first, last = detail.evidence[0].start, detail.evidence[-1].end
        towns: list[Claim] = []
        for passage in policy.passages:
            for match in reversed(tuple(address.countries(passage))):
                evidence = passage.evidence(
                    match.start, match.end, confidence=0.8, rule="controller-address-country"
                )
                if first <= evidence.start and evidence.end <= last:
                    yield _country(policy, match.term, evidence)
            for match in passage.found("cues/cities"):
                place = passage.evidence(match.start, match.end)
                evidence = Evidence(place.start, place.end, "Inferred", 0.7, "controller-town")
                if first <= evidence.start and evidence.end <= last:
                    towns.append(_country(policy, _country_of(passage, match.term), evidence))
        for pattern, curie in _POST_CODES:
            if pattern.search(detail.value):
                evidence = Evidence(first, last, "Inferred", 0.7, "controller-post-code")
                yield _country(policy, policy.ontology.term(curie), evidence)
        yield from reversed(towns)


@cache
def _calling_codes() -> dict[str, str]:
    """Return the country of each calling code."""
    lexicon = ontology.load()
    return {
        code: country
        for cue in lexicon.subjects(ontology.expand("skos:notation"))
        for code in lexicon.values(cue, ontology.expand("skos:notation"))
        for country in lexicon.values(cue, ontology.expand("dpv:hasCountry"))
    }


def _of_phones(policy: Policy, said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country whose calling code a phone number of the company begins with."""
    codes = _calling_codes()
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


def _of_domains(policy: Policy, places: Sequence[Naming], said: Sequence[Detail]) -> Iterator[Claim]:
    """Yield the country that owns the domain of an e-mail address of the company: "ie" of shop@acme.ie."""
    lexicon = policy.ontology
    cores = {naming.core(place.name) for place in places}
    for detail in said:
        host = detail.value.rpartition("@")[2].lower()
        end = host.rpartition(".")[2]
        if detail.owner != "controller" or detail.sort != "email" or not _WORLDWIDE.fullmatch(end):
            continue
        label = re.sub(r"[^a-z0-9]", "", host.split(".", 1)[0])
        if end in naming.words_of("pgq:OpenDomain") or host in naming.words_of("pgq:WebmailHost"):
            continue
        iri = ontology.NAMESPACES["loc"] + ("GB" if end == "uk" else end.upper())
        if iri in lexicon.terms and any(label.startswith(core) or core.startswith(label) for core in cores):
            place = detail.evidence[0]
            evidence = Evidence(place.start, place.end, "Inferred", 0.5, "controller-domain")
            yield _country(policy, iri, evidence)
