"""Finds the company whose policy it is: its names, its number, its country, and where it says so.

Every place at which policies name their author ("Acme Ltd (“we”)", "X built the app", "Company refers to X") gives
a candidate with a weight. Candidates that are spellings of one name are counted together; the heaviest is the
company, and its fullest spelling with a legal form is its name.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from extract import naming
from extract.around import cues
from extract.claim import Claim, Company, Concept, Controller, Evidence, Text
from extract.contact import Detail, claims_of, details
from extract.passage import Passage, Policy

_REFERS_TO = re.compile(
    r"^[“\"'*]*(?:the\s+)?(?P<term>[A-Za-z][A-Za-z ]{2,30}?)[”\"'*]*\s*(?P<alias>\([^()]*\))?\s*(?:refers\s+to|means|shall\s+mean|is)\s*:?\s*",
    re.IGNORECASE,
)
_AT_NAME = re.compile(r"(?:^|[.!?,]\s+|\band\s+)(?:[Aa]t|[Ww]e,|[Ww]e\s+at)\s+(?=\S)")
_WE = re.compile(r",?\s*(?:we\b|our\b|us\b|it\b|your\b|accessible|one\s+of|the\s+privacy|privacy\b|is\b)", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)\s*(?:©\s*)?(?:(?:19|20)\d\d\s*[-–]?\s*){0,3}(?:by\s+)?", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s+([^\W\d]+(?:['’]t)?)")
_POLICY_TITLE = re.compile(
    r"^(?P<before>.{2,60}?)\s*[-–—:’'s]*\s+(?:privacy|data\s+protection|cookie)\s+(?:policy|notice|statement)\W*$"
    r"|^(?:privacy|data\s+protection)\s+(?:policy|notice|statement)\s*(?:\b(?:for|of)\b|[-–—:|])?\s*(?P<after>.{2,60})$",
    re.IGNORECASE,
)
_APP_TAIL = re.compile(r"\s+(?:mobile\s+)?(?:app|application|game|website|site)$", re.IGNORECASE)
_BUILT_APP = re.compile(r"^\s*[“\"']?(.{2,60}?)[”\"']?\s+(?:app\b|application\b|game\b|as\s+an?\b)")
_HOST = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[\s/,;)”\"'.]|$)", re.IGNORECASE)
_SELF_TERMS = frozenset(("company", "data controller", "controller", "service provider", "developer", "we", "owner"))
_OWN_THINGS = frozenset(("application", "app", "website", "site", "service", "platform", "mobile application", "software"))
_SPEAKING_PART = 12  # passages at the top in which a sentence that a name opens speaks for its author
_REGULAR = 2  # a name that acts so often in its own name is the author's

_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "defined": 10, "refers-to": 14, "service-provided-by": 9, "built": 8, "controller-is": 12, "is-controller": 12,
        "is-company": 8, "operated-by": 4, "policy-of": 6, "welcome": 3, "at": 6, "adopts": 5, "address": 5,
        "copyright": 5, "heading": 2, "speaks": 1, "alias": 0.5, "opens": 3,
    }
)  # fmt: skip
_LEGAL_FORM = 4.0
_LIKELY = 3.0  # a heavier company than this is one the text names as its author
_MENTIONED = frozenset(_WEIGHTS) - {"heading", "alias"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A place that names somebody as the author of the policy; `rule` says by which words."""

    name: str
    passage: Passage
    start: int
    end: int
    rule: str

    @property
    def evidence(self) -> Evidence:
        """Return the place as evidence."""
        sure = 0.95 if _WEIGHTS[self.rule] > _LEGAL_FORM else 0.7
        return self.passage.evidence(self.start, self.end, confidence=sure, rule=f"controller-{self.rule}")


def controllers(policy: Policy) -> tuple[Controller, ...]:
    """Return the companies whose policy it is with all that it says about them; none if it names nobody."""
    chosen = _chosen(policy)
    if not chosen:
        return ()
    said = tuple(details(policy, own_names(policy)))
    first, *others = _companies(policy, chosen)
    facts = (*_identifiers(policy), *_countries(policy, chosen, said), *claims_of(said))
    return (
        Controller(Company(first.name), (*first.claims, *facts)),
        *(Controller(Company(other.name), other.claims) for other in others),
    )


def controller(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each place that names the company whose policy it is."""
    for naming_ in _chosen(policy):
        if naming_.rule in _MENTIONED:
            yield _named(naming_.name, (naming_.evidence,), policy)


def own_names(policy: Policy) -> frozenset[str]:
    """Return in small letters what the policy calls its author, its apps and its sites."""
    found = {"we", "us", "our company", "the company", "company", "the developer", "the service provider"}
    for place in _chosen(policy):
        found |= {place.name.lower(), naming.short(place.name).lower()}
    found |= {name.lower() for name in _own_things(policy)}
    found |= _own_hosts(policy, {naming.core(name) for name in found})
    return frozenset(found)
