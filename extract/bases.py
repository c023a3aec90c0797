"""Finds the legal bases that a policy gives for its processing: Art. 6, 9 and 10 GDPR, and their UK kin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from extract.around import clause_end, cued, cues, sentence
from extract.claim import Claim, Concept, Support
from extract.interests import interest_spans
from extract.matcher import Match
from extract.passage import Passage, Policy

_TABLE = "bases"
_REACH = 34  # characters between a marker and the word it makes a ground; about five words
_ARTICLE = re.compile(
    r"(?P<article>\b(?:art(?:icle|\.)?s?\.?\s*)?(?P<number>6|9)\s*"
    r"(?:\(\s*(?P<first>[12])\s*\)|,?\s*(?:para(?:graph)?|abs|sec(?:tion)?)\b\.?\s*\(?(?P<second>[12])\)?|\.(?P<third>[12])\b)"
    r"\s*,?\s*(?:(?:sentence|s\.)\s*1\s*,?\s*)?(?:\(|(?:lit(?:era)?|letter|point|pt)\b\.?\s*\(?)\s*(?P<letter>[a-j])(?![a-z])\)?)",
    re.IGNORECASE,
)
_STATUTE = re.compile(
    r"\b(?:required|obliged|obligated|obligations?|mandated|dut(?:y|ies)|bound|imposed)"
    r"\s(?:on\sus\s)?(?:by|under|of|in)\s(?:(?:section|regulation|article|paragraph|schedule|part|rule)s?\s[\w().]+\s(?:of|to)\s)?(?:the\s)?"
    r"(?:(?:[A-Z][\w’'-]*|and|of|\([^()]{1,30}\)|etc\.?|\d{4}),?\s){1,10}?(?:Acts?|Regulations?|Rules|Order|Code|Directive)\b(?:\s\d{4})?"
)
_REQUIRES = re.compile(r"\s(?:may\s|also\s|normally\s|will\s)*requires?\s(?:us\b|that\swe\b)")
_LABEL_START = re.compile(r"[\W\d]*(?:[\w-]+\s+){0,4}")
_LABEL_END = re.compile(r"\s*(?::|[–—]|\s-\s)")
_OPENS = re.compile(
    r"\w\s+[(\[](?:(?:our|your|a|legal\sbas[ie]s|lawful\sbas[ie]s)[\s:]+){0,2}$", re.IGNORECASE
)
_CLOSES = re.compile(r"\s?(?:with you|to you)?[)\]]")
_TITLE_END = re.compile(r"\s*[.:–—-]")
_LATER = re.compile(
    r"\s*(?:,|and|or|&|/)+\s*(?:lit\.?\s*)?(?P<article>\(?(?P<letter>[a-j])\))(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Ground:
    """Words that may name a legal basis: where they stand, in which sentence, and which basis they name."""

    start: int
    end: int
    term: str
    opens: int
    closes: int


def bases(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each place where the policy gives a legal basis as the ground for processing."""
    for passage in policy.passages:
        if passage.block.boilerplate or (passage.block.kind == "heading" and not _in_basis_place(passage)):
            continue
        if passage.block.kind == "cell" and passage.block.row == 0 and passage.block.column_header is None:
            continue
        yield from _in_passage(passage)


def _in_passage(passage: Passage) -> Iterator[Claim]:
    lexicon = passage.policy.ontology
    has_basis = lexicon.term("dpv:hasLegalBasis")
    seen: set[tuple[int, str]] = set()
    found = [
        *_named(passage),
        *_lawful(passage),
        *_statutes(passage),
        *_contracts(passage),
        *_articles(passage),
    ]
    grounds = sorted(found, key=lambda ground: (ground.start, -ground.end))
    for ground in grounds:
        family = _family(passage, ground.term)
        verdict = _judged(passage, ground, family)
        key = (
            ground.opens,
            ground.term if family == "dpv:Consent" and _is_parental(passage, ground) else family,
        )
        if (
            verdict is None
            or key in seen
            or (_is_label(passage, ground) and _is_said_again(passage, ground, grounds))
        ):
            continue
        seen.add(key)
        term, denied, rule = verdict
        support: Support = "Inherited" if passage.block.kind == "heading" else "Explicit"
        words = passage.evidence(ground.start, ground.end, support=support, rule=rule)
        yield Claim(has_basis, Concept(term), (words,), denied)


def _is_label(passage: Passage, ground: _Ground) -> bool:
    """Tell whether the words of a ground open a passage as its title: "With your consent: we may …"."""
    return (
        _LABEL_START.fullmatch(passage.text, 0, ground.start) is not None
        and _LABEL_END.match(passage.text, ground.end) is not None
    )


def _is_said_again(passage: Passage, ground: _Ground, grounds: list[_Ground]) -> bool:
    """Tell whether a ground of the same kind stands behind this one and is judged to be one."""
    family = _family(passage, ground.term)
    return any(
        other.start >= ground.end
        and _family(passage, other.term) == family
        and _judged(passage, other, family) is not None
        for other in grounds
    )


def _named(passage: Passage) -> Iterator[_Ground]:
    """Yield the legal bases that are named in words."""
    lexicon = passage.policy.ontology
    top = lexicon.term("dpv:LegalBasis")
    for match in passage.found("legal-bases"):
        if match.term != top:
            yield _Ground(match.start, match.end, match.term, *sentence(passage, match.start))


def _lawful(passage: Passage) -> Iterator[_Ground]:
    """Yield "comply with" and its like where a law follows."""
    term = passage.policy.ontology.term("eu-gdpr:A6-1-c")
    for verb in _verbs(passage, "pgq:LawGround"):
        law = next(cues(passage, _TABLE, "pgq:LawObject", verb.end, verb.end + _REACH + 12), None)
        if law is not None and not re.search(r"[.;:]", passage.text[verb.end : law.start]):
            yield _Ground(verb.start, law.end, term, *sentence(passage, verb.start))


def _statutes(passage: Passage) -> Iterator[_Ground]:
    """Yield the statutes and the authorities that require something of the company."""
    lexicon = passage.policy.ontology
    term = lexicon.term("eu-gdpr:A6-1-c")
    for found in _STATUTE.finditer(passage.text):
        yield _Ground(found.start(), found.end(), term, *sentence(passage, found.start()))
    for role in passage.found("recipients-roles"):
        required = _REQUIRES.match(passage.text, role.end)
        if required and lexicon.is_under(role.term, lexicon.term("dpv:Authority")):
            yield _Ground(role.start, required.end(), term, *sentence(passage, role.start))


def _verbs(passage: Passage, curie: str) -> Iterator[Match]:
    """Yield the cues `curie`, and those that are said of contracts and laws alike."""
    yield from cues(passage, _TABLE, curie)
    yield from cues(passage, _TABLE, "pgq:Fulfil")


def _contracts(passage: Passage) -> Iterator[_Ground]:
    """Yield "perform" and its like where the contract follows."""
    term = passage.policy.ontology.term("eu-gdpr:A6-1-b-contract-performance")
    for verb in _verbs(passage, "pgq:ContractGround"):
        end = verb.end + _REACH
        words = chain.from_iterable(cues(passage, _TABLE, word, verb.end, end) for word in _CONTRACTS)
        contract = min(words, default=None)
        if contract is not None and not re.search(r"[.;:,(]", passage.text[verb.end : contract.start]):
            yield _Ground(verb.start, contract.end, term, *sentence(passage, verb.start))
    for verb in cues(passage, _TABLE, "pgq:LawGround"):
        duty = next(cues(passage, _TABLE, "pgq:ContractDuty", verb.end, verb.end + 2 * _REACH), None)
        if duty is not None and not re.search(r"[.;:(]", passage.text[verb.end : duty.start]):
            yield _Ground(duty.start, duty.end, term, *sentence(passage, verb.start))


_CONTRACTS = ("pgq:ContractWord", "pgq:ContractDuty")


def _articles(passage: Passage) -> Iterator[_Ground]:
    """Yield references to Art. 6(1) and 9(2) GDPR with their letters."""
    lexicon = passage.policy.ontology
    for found in _ARTICLE.finditer(passage.text):
        number, part = found["number"], found["first"] or found["second"] or found["third"]
        if (number, part) not in (("6", "1"), ("9", "2")):
            continue
        following: re.Match[str] | None = found
        while following is not None:
            iri = f"eu-gdpr:A{number}-{part}-{following['letter'].lower()}"
            term = next(iter(lexicon.find(iri)), None)
            if term is not None:
                yield _Ground(*following.span("article"), term, *sentence(passage, found.start()))
            following = _LATER.match(passage.text, following.end())


def _family(passage: Passage, term: str) -> str:
    """Return the kind of ground that `term` is: each kind is told from other uses in its own way."""
    lexicon = passage.policy.ontology
    for name in _FAMILIES:
        if lexicon.is_under(term, lexicon.term(name)):
            return "special" if "#A9" in term else name
    return "special" if any(name in term for name in ("#A9", "A10", "Schedule1")) else term


_FAMILIES = (
    "dpv:ImpliedConsent",
    "dpv:Consent",
    "dpv:Contract",
    "dpv:LegalObligation",
    "dpv:LegitimateInterest",
    "dpv:VitalInterest",
    "dpv:PublicInterest",
    "dpv:OfficialAuthorityOfController",
)


def _judged(passage: Passage, ground: _Ground, family: str) -> tuple[str, bool, str] | None:
    """Return the basis, whether it is denied and the rule, or None if the words are no ground here."""
    if _ARTICLE.fullmatch(passage.text, ground.start, ground.end) or _is_letter(ground):
        return ground.term, False, "basis-article"
    if family in ("dpv:Consent", "dpv:ImpliedConsent"):
        return _consent(passage, ground)
    if family != "dpv:LegitimateInterest" and any(a <= ground.start < b for a, b in interest_spans(passage)):
        return None
    return _other(passage, ground, family)


def _other(passage: Passage, ground: _Ground, family: str) -> tuple[str, bool, str] | None:
    """Return what `_judged` does, for grounds that are no article and no consent."""
    placed = _placed(passage, ground)
    if family == "special":
        close = cued(passage, _TABLE, "pgq:SpecialCategory")
        return (ground.term, False, "basis-special") if placed and close else None
    if cued(passage, _TABLE, "pgq:RightsMarker", ground.opens, ground.start):
        return None
    if family == "dpv:LegalObligation":
        keeps = cued(passage, _TABLE, "pgq:KeepingMarker", ground.opens, ground.start)
        other = cued(passage, _TABLE, "pgq:OtherDuty", ground.opens, ground.closes)
        idle = ((keeps or other) and not placed) or _demands_consent(passage, ground)
        return None if idle else (ground.term, False, "basis-law")
    if family == "dpv:Contract":
        return _contract(passage, ground, placed=placed)
    named = "interest" in passage.text[ground.start : ground.end].lower()
    if family == "dpv:LegitimateInterest" and not named and not placed:
        return None
    return ground.term, False, "basis-named"


def _demands_consent(passage: Passage, ground: _Ground) -> bool:
    """Tell whether it is consent that the law requires: "with your consent, where required by law"."""
    lexicon = passage.policy.ontology
    asked = [
        match
        for match in passage.found("legal-bases", ground.opens, ground.start)
        if lexicon.is_under(match.term, lexicon.term("dpv:Consent"))
    ]
    if not asked or not passage.text[ground.start : ground.end].lower().startswith(
        ("required", "as required")
    ):
        return False
    without = cued(passage, _TABLE, "pgq:WithoutConsent", ground.opens, asked[-1].start)
    return not without and not any(True for _ in passage.found("processing", asked[-1].end, ground.start))


def _placed(passage: Passage, ground: _Ground) -> bool:
    """Tell whether words before or right behind the ground call it a legal basis."""
    return (
        _in_basis_place(passage)
        or _fills_brackets(passage, ground)
        or cued(passage, _TABLE, "pgq:BasisMarker", ground.opens, ground.end)
        or cued(passage, _TABLE, "pgq:BasisMarker", ground.end, min(ground.closes, ground.end + _REACH))
    )


def _fills_brackets(passage: Passage, ground: _Ground) -> bool:
    """Tell whether brackets hold nothing but the ground, as a note on what stands before: "… (contract)"."""
    closes = _CLOSES.match(passage.text, ground.end)
    return closes is not None and _OPENS.search(passage.text, 0, ground.start) is not None


def _is_letter(ground: _Ground) -> bool:
    """Tell whether the ground is a further letter of an article: "(a) and (f)"."""
    return ground.end - ground.start <= len("(f)")


def _contract(passage: Passage, ground: _Ground, *, placed: bool) -> tuple[str, bool, str] | None:
    """Return the basis if the contract is with the person and is the reason: not every contract is."""
    if passage.text[ground.start : ground.end].lower().startswith("entered"):
        return None  # "clients who have entered into a contract" are a kind of person, not a ground
    lexicon = passage.policy.ontology
    before = max(ground.opens, ground.start - _REACH)
    things = cues(passage, _TABLE, "pgq:ContractThing", before, ground.closes)
    if any(thing.start < ground.end and thing.end > before for thing in things):
        return None
    generic = lexicon.term("dpv:Contract")
    broad = ground.term in (lexicon.term("eu-gdpr:A6-1-b"), generic)
    performed = any(
        verb.start >= before and verb.end <= ground.end for verb in _verbs(passage, "pgq:ContractGround")
    )
    if broad and not placed and not performed:
        return None
    term = lexicon.term("eu-gdpr:A6-1-b") if ground.term == generic else ground.term
    return term, False, "basis-contract"


def _consent(passage: Passage, ground: _Ground) -> tuple[str, bool, str] | None:
    """Return the basis if consent is asked for, given or relied on."""
    lexicon = passage.policy.ontology
    before = max(ground.opens, ground.start - _REACH)
    things = any(thing.start < ground.end and ground.start < thing.end for thing in _things(passage))
    if things or _is_to_terms(passage, ground) or _is_eligibility(passage, ground):
        return None
    if cued(passage, _TABLE, "pgq:WithoutConsent", before, ground.end):
        return _without(passage, ground)
    if cued(passage, _TABLE, "pgq:ConsentNoGround", before, ground.end):
        return None
    parental = _is_parental(passage, ground)
    clause = max(ground.opens, passage.text.rfind(";", ground.opens, ground.start))
    used = cued(passage, _TABLE, "pgq:UseAsConsent", clause, ground.start)
    behind = cued(passage, _TABLE, "pgq:FollowsConsent", ground.end, ground.closes)
    if (used or behind) and not parental:
        return lexicon.term("dpv:ImpliedConsent"), False, "basis-implied"
    if cued(passage, _TABLE, "pgq:RightsMarker", ground.opens, _clause_end(passage, ground)):
        return None
    opens_passage = ground.start == 0 and _TITLE_END.match(passage.text, ground.end)
    marked = (
        _placed(passage, ground)
        or opens_passage
        or cued(passage, _TABLE, "pgq:ConsentMarker", before, ground.end)
        or cued(passage, _TABLE, "pgq:ConsentGiven", ground.end, min(ground.closes, ground.end + _REACH))
    )
    generic = ground.term == lexicon.term("dpv:Consent")
    term = lexicon.term("eu-gdpr:A6-1-a") if generic else ground.term
    return (term, False, "basis-consent") if marked else None


def _clause_end(passage: Passage, ground: _Ground) -> int:
    return clause_end(passage.text, ground.end, ground.closes)


def _is_parental(passage: Passage, ground: _Ground) -> bool:
    lexicon = passage.policy.ontology
    return lexicon.is_under(ground.term, lexicon.term("pgc:ParentalConsent"))


def _is_to_terms(passage: Passage, ground: _Ground) -> bool:
    """Tell whether it is terms that are consented to, and no processing: "your consent to be bound by them"."""
    after = min(ground.closes, ground.end + _REACH)
    terms = next(
        cues(passage, "consent", "pgq:ConsentToTerms", max(ground.start, ground.end - 3), after), None
    )
    return terms is not None and not any(True for _ in passage.found("processing", terms.end, ground.closes))


def _is_eligibility(passage: Passage, ground: _Ground) -> bool:
    """Tell whether consent lets somebody use the service, and no data are spoken of."""
    return cued(passage, "consent", "pgq:Eligibility", ground.opens, ground.closes) and not cued(
        passage, "sources", "pgq:SourceData", ground.opens, ground.closes
    )


def _without(passage: Passage, ground: _Ground) -> tuple[str, bool, str] | None:
    """Return consent as denied where data are processed without it; "not without" is a condition."""
    said = cued(passage, _TABLE, "pgq:WeProcess", ground.opens, ground.start)
    refused = any(
        cued(passage, _TABLE, curie, ground.opens, ground.start)
        for curie in ("pgq:Denied", "pgq:ConsentNoGround")
    )
    return (ground.term, True, "basis-without-consent") if said and not refused else None


def _things(passage: Passage) -> Iterator[Match]:
    """Yield the things that are called after consent."""
    return cues(passage, _TABLE, "pgq:ConsentThing")


def _in_basis_place(passage: Passage) -> bool:
    """Tell whether the passage stands where bases are listed: a column, a list or a section of them."""
    block = passage.block
    passages = passage.policy.passages
    if block.kind == "cell":
        return block.column_header is not None and cued(
            passages[block.column_header], _TABLE, "pgq:BasisMarker"
        )
    if block.kind == "heading":
        return any(cued(heading, _TABLE, "pgq:BasisMarker") for heading in passage.headings)
    return cued(passage.lead_in, _TABLE, "pgq:BasisMarker")
