"""Finds the law that a policy goes by: the GDPR of the European Union, of the United Kingdom, or both.

The bare word GDPR means the British one in a policy of a British company, or beside a British law; else the
European one. Other laws have no term in the ontology and are left out.
"""

from collections.abc import Iterator

import ontology
from extract.address import countries
from extract.around import cues
from extract.claim import Claim, Concept, Evidence
from extract.controller import country
from extract.passage import Policy

_EUROPEAN = "legal-eu:law-GDPR"
_BRITISH = "legal-gb:law-GDPR"


def law(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each law with the places that name it, the European one first."""
    european = _places(policy, "pgq:EuropeanLaw")
    british = _places(policy, "pgq:BritishLaw")
    either = _places(policy, "pgq:EitherLaw")
    residents = _places(policy, "pgq:EuropeanPlace")
    home = country(policy) if either or not (european or british) else None
    if home == policy.ontology.term("loc:GB") or (british and not (european or residents)):
        british += either
    elif either:
        european += either
    if not european and residents and (either or british):
        european = _inferred(residents)
    if not (european or british):
        british, european = _at_home(policy, home)
    for curie, places in ((_EUROPEAN, european), (_BRITISH, british)):
        if places:
            yield Claim(
                policy.ontology.term("dpv:hasApplicableLaw"),
                Concept(policy.ontology.term(curie)),
                tuple(sorted(places)),
            )


def _places(policy: Policy, curie: str) -> list[Evidence]:
    return [
        passage.evidence(cue.start, cue.end, rule="law-named")
        for passage in policy.passages
        for cue in cues(passage, "law", curie)
    ]


def _inferred(places: list[Evidence]) -> list[Evidence]:
    return [Evidence(place.start, place.end, "Inferred", 0.6, "law-residents") for place in places]


def _at_home(policy: Policy, home: str | None) -> tuple[list[Evidence], list[Evidence]]:
    """Return the British and the European places that follow from the country of the company alone."""
    if home is None:
        return [], []
    british = home == policy.ontology.term("loc:GB")
    european = policy.ontology.is_under(home, ontology.expand("loc:EEA"))
    if not (british or european):
        return [], []
    places = [
        Evidence(found.start, found.end, "Inferred", 0.5, "law-country")
        for passage in policy.passages
        for match in countries(passage)
        if match.term == home
        for found in (passage.evidence(match.start, match.end),)
    ][:1]
    return (places, []) if british else ([], places)
