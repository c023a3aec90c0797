"""Finds the supervisory authorities that a policy names."""

from collections.abc import Iterator

import ontology
from extract.claim import Claim, Concept
from extract.passage import Policy

_TOP = "eu-gdpr:DataProtectionAuthority"


def authority(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each place that names a certain supervisory authority, such as the ICO."""
    top = ontology.expand(_TOP)
    for passage in policy.body():
        for match in passage.found("recipients-roles"):
            if match.term != top and policy.ontology.is_under(match.term, top):
                evidence = passage.evidence(match.start, match.end, rule="authority-named")
                yield Claim(policy.ontology.term("dpv:hasAuthority"), Concept(match.term), (evidence,))
