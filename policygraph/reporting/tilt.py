"""Statements become TILT, the Transparency Information Language (Grünewald and Pallas 2021, schema of TILT 2).

All parts of a document are there; within them only what is stated, with the words of the policy as descriptions.
What the schema requires (`tilt.toml`) and a policy does not state is the empty text or list that the schema
allows, and its path stands in `_notStated`. A truth value, a country or a date has none: its key is missing.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ontology import expand, shorten
from policygraph.explorer.statements import Statement, Value, grouped
from policygraph.reporting.stated import Stated, quoted

Tilt = dict[str, Any]

_RIGHTS = {
    "accessAndDataPortability": ("eu-gdpr:A15", "eu-gdpr:A20"),
    "rightToInformation": ("eu-gdpr:A15",),
    "rightToRectificationOrDeletion": ("eu-gdpr:A16", "eu-gdpr:A17"),
    "rightToDataPortability": ("eu-gdpr:A20",),
    "rightToWithdrawConsent": ("eu-gdpr:A7-3",),
    "rightToComplain": ("eu-gdpr:A77",),
}
_INTERESTS = "GDPR-6-1-f"
_ARTICLE = re.compile(r"eu-gdpr:A(\d+(?:-\d+)?(?:-[a-z](?![a-z]))?)")
_SAFEGUARDS = {
    "adequacyDecision": re.compile(r"A45\b"),
    "appropriateGuarantees": re.compile(r"A46\b|A47\b"),
    "standardDataProtectionClause": re.compile(r"A46-2-[cd]\b|StandardContractualClauses"),
}
_NECESSITY = {"dpv:Required": True, "dpv:Optional": False, "dpv:NotRequired": False}
_EMPTY: Mapping[str, str | tuple[str, ...]] = {"text": "", "texts": ()}
_PUBLIC = "dpv:PublicDataSource"
_DURATION = re.compile(r"P(?=.)[0-9YMWDTHS.]*")
_COUNTRY = re.compile(r"loc:(?!EU$)([A-Z]{2})")
_PHONE = re.compile(r"\+?[\d ()./-]{6,}")


@cache
def required() -> Mapping[str, Any]:
    """Return what the schema requires: the kind of each key, or the keys below it."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def document(one: Stated) -> Tilt:
    """Return the document of a company."""
    found = _stated(one)
    return found | {"_notStated": list(dict.fromkeys(_filled(found, required())))}


def _filled(found: Tilt, wanted: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Put in what may be empty of what is `wanted` and missing, and yield the path of each."""
    for key, kind in wanted.items():
        below = f"{path}{key}"
        if isinstance(kind, str):
            if key not in found:
                if kind in _EMPTY:
                    found[key] = list(_EMPTY[kind]) if kind == "texts" else _EMPTY[kind]
                yield below
        elif "each" in kind:
            if not found.setdefault(key, []):
                yield below
            for item in found[key]:
                yield from _filled(item, kind["each"], f"{below}[].")
        else:
            yield from _filled(found.setdefault(key, {}), kind, f"{below}.")


def _stated(one: Stated) -> Tilt:
    """Return what is stated, in all the parts of a document."""
    return {
        "meta": _meta(one),
        "controller": {**_controller(one), "representative": _person_of(one, "dpv:hasRepresentative")},
        "dataProtectionOfficer": _person_of(one, "dpv:hasDataProtectionOfficer"),
        "dataDisclosed": [
            _disclosed(one, data, found)
            for data, found in grouped(one.statements, "dpv:hasPersonalData")
            if data.value
        ],
        "thirdCountryTransfers": list(_transfers(one)),
        **{key: _right(one, key) for key in _RIGHTS},
        "sources": list(_sources(one)),
        "automatedDecisionMaking": _decisions(one),
        "changesOfPurpose": [],
    }


def _meta(one: Stated) -> Tilt:
    """Return what identifies the document: the policy, or the first of several, and the hash of its text."""
    if not one.policies:
        return {"_id": one.company.iri, "name": one.company.name}
    policy = one.policies[0]
    said = policy.about[policy.version]

    def first(curie: str) -> str | None:
        return next(iter(said.get(curie, ())), None)

    return _known(
        _id=policy.version,
        name=one.company.name,
        created=one.company.date or None,
        modified=one.company.date or None,
        version=1,
        language=first("dct:language"),
        status="active",
        url=first("dct:source") or policy.version,
        _hash=first("pg:textSha256"),
    )


def _known(**values: object) -> Tilt:
    """Return what there is of some values."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _controller(one: Stated) -> Tilt:
    """Return who the controller is, from all of its policies."""
    found: dict[str, list[str]] = {"dpv:hasName": [one.company.name]}
    for policy in one.policies:
        for curie, values in policy.about.get(one.company.iri, {}).items():
            found.setdefault(curie, []).extend(values)
    return _person(found)


def _person_of(one: Stated, curie: str) -> Tilt:
    """Return the first person whom the policies name for their company, nobody if they name none."""
    for policy in one.policies:
        for node in policy.about.get(one.company.iri, {}).get(curie, ()):
            return _person(policy.about.get(node, {}))
    return {}


def _person(said: Mapping[str, Sequence[str]]) -> Tilt:
    """Return name, address, country, e-mail, phone and page of somebody, the first of each."""
    contacts = said.get("dpv:hasContact", ())

    def first(values: Iterable[str]) -> str:
        return next(iter(values), "")

    return _known(
        name=first(said.get("dpv:hasName", ())),
        address=first(said.get("dpv:hasAddress", ())),
        country=first(found[1] for iri in said.get("dpv:hasCountry", ()) if (found := _code(iri))),
        email=first(text for text in contacts if "@" in text),
        phone=first(text for text in contacts if _PHONE.fullmatch(text)),
        url=first(text for text in contacts if text.startswith(("http://", "https://", "www."))),
    )


def _disclosed(one: Stated, data: Value, found: Sequence[Statement]) -> Tilt:
    """Return what is stated of one category of data."""
    bases = _values(found, "dpv:hasLegalBasis")
    interests = _values(found, "pg:statedInterest")
    resting = [value for _, value in bases if _reference(value) == _INTERESTS]
    needed = [value for _, value in _values(found, "dpv:hasNecessity")]
    return _known(
        _id=shorten(data.value),
        category=data.name,
        purposes=[
            {"purpose": value.name, "description": _words(one, said, value)}
            for said, value in _values(found, "dpv:hasPurpose")
        ],
        legalBases=[
            {"reference": _reference(value), "description": value.name or _words(one, said, value)}
            for said, value in bases
        ],
        legitimateInterests=[{"exists": True, "reasoning": value.name} for _, value in interests]
        or [{"exists": True} for _ in resting[:1]],
        recipients=[_recipient(value) for _, value in _values(found, "dpv:hasRecipient")],
        storage=[_storage(one, said, value) for said, value in _values(found, "dpv:hasStorageCondition")],
        nonDisclosure=_known(
            obligationToProvide=next(
                (_NECESSITY[key] for value in needed if (key := shorten(value.value)) in _NECESSITY), None
            ),
            consequences="; ".join(value.name for _, value in _values(found, "dpv:hasConsequence")),
        ),
    )


def _values(found: Iterable[Statement], curie: str) -> list[tuple[Statement, Value]]:
    """Return the values of a property, each once, with a statement that has it."""
    values = {value.value: (said, value) for said in reversed(list(found)) for value in said.values(curie)}
    return sorted(values.values(), key=lambda item: (item[1].name, item[1].value))


def _words(one: Stated, said: Statement, value: Value) -> str:
    """Return the first words of a value in its policy."""
    first = next(quoted(one.policy(said.version), value), None)
    return " ".join(first[1].split()) if first else ""


def _reference(value: Value) -> str:
    """Return the article as TILT writes it: GDPR-6-1-f.

    >>> _reference(Value("https://w3id.org/dpv/legal/eu/gdpr#A6-1-f", "legitimate interests"))
    'GDPR-6-1-f'
    """
    found = _ARTICLE.match(shorten(value.value))
    return f"GDPR-{found[1]}" if found else value.name


def _recipient(value: Value) -> Tilt:
    return {"name": value.name} if value.is_company else {"category": value.name}


def _storage(one: Stated, said: Statement, value: Value) -> Tilt:
    """Return a period that is a length of time as such, any other as the condition that it is."""
    inner = one.policy(said.version).about.get(value.value, {})
    lengths = [text for text in inner.get("dpv:hasDuration", ()) if _DURATION.fullmatch(text)]
    description = _words(one, said, value) or value.name
    if lengths:
        return {"temporal": [{"description": description, "ttl": text} for text in lengths]}
    return {"purposeConditional": [description]}


def _transfers(one: Stated) -> Iterator[Tilt]:
    """Yield the countries that data go to, each with the safeguards that are stated for it."""
    countries: dict[str, str] = {}
    safeguards: dict[str, dict[str, Value]] = defaultdict(dict)
    for said in one.statements:
        bases = said.values("pg:hasTransferBasis")
        named = said.values("dpv:hasThirdCountry") or ((Value("", ""),) if bases else ())
        for country in named:
            found = _code(country.value)
            countries[country.value] = found[1] if found else country.name
            safeguards[country.value].update({value.value: value for value in bases})
    for iri, name in sorted(countries.items(), key=lambda item: (item[1], item[0])):
        stated = _known(country=name)
        for key, pattern in _SAFEGUARDS.items():
            names = sorted(value.name for basis, value in safeguards[iri].items() if pattern.search(basis))
            if names:
                stated[key] = {"available": True, "description": "; ".join(names)}
        if stated:
            yield stated


def _code(iri: str) -> re.Match[str] | None:
    """Return the code of a country, none for what is no single one."""
    return _COUNTRY.fullmatch(shorten(iri))


def _right(one: Stated, key: str) -> Tilt:
    """Return a right that is granted with the words that grant it; nothing of one that is not."""
    wanted = {expand(curie) for curie in _RIGHTS[key]}
    granted = [(policy, value) for policy, value in one.facts("dpv:hasRight") if value.value in wanted]
    if not granted:
        return {}
    said = [rest[1] for policy, value in granted for rest in quoted(policy, value)]
    texts = dict.fromkeys(" ".join(words.split()) for words in said if words)
    authority = next((value.name for _, value in one.facts("dpv:hasAuthority")), "")
    return _known(
        available=True,
        description="; ".join(texts) or "; ".join(value.name for _, value in granted),
        supervisoryAuthority=_known(name=authority) if key == "rightToComplain" else None,
    )


def _sources(one: Stated) -> Iterator[Tilt]:
    """Yield the sources of each category of data for which some are stated."""
    for data, found in grouped(one.statements, "dpv:hasPersonalData"):
        sources = _values(found, "dpv:hasDataSource")
        if data.value and sources:
            yield {
                "_id": shorten(data.value),
                "dataCategory": data.name,
                "sources": [
                    _known(
                        description=value.name,
                        publiclyAvailable=True if shorten(value.value) == _PUBLIC else None,
                    )
                    for _, value in sources
                ],
            }


def _decisions(one: Stated) -> Tilt:
    """Return whether decisions are automated, as far as a policy says that they are or are not."""
    automated = expand("dpv:AutomatedDecisionMaking")
    stated = [said for said in one.statements if said.has(automated)]
    if not stated:
        denied = (said for said in one.denied if said.has(automated))
        # "not without your consent" leaves open what is done with it
        flatly = any(not said.values("pg:hasCondition", "pg:hasException") for said in denied)
        return {"inUse": False} if flatly else {}
    logic = _values(stated, "dpv:hasAlgorithmicLogic")
    effects = _values(stated, "dpv:hasConsequence")
    return _known(
        inUse=True,
        logicInvolved="; ".join(value.name for _, value in logic),
        scopeAndIntendedEffects="; ".join(value.name for _, value in effects),
    )
