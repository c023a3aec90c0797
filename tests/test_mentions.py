"""Which kind of mention a claim makes."""

import dataclasses

import pytest

import ontology
from extract.claim import (
    Claim,
    Company,
    Concept,
    Controller,
    Evidence,
    Node,
    Reading,
    Statement,
    Text,
    Unmapped,
    Value,
)
from policygraph.mentions import mentions

TEXT = "We disclose your name if required by law. Our officer is Jo Lin, jo@example.org."
TERM = ontology.load().term


def at(words: str) -> tuple[Evidence, ...]:
    start = TEXT.index(words)
    return (Evidence(start, start + len(words)),)


def reading(*statements: Statement, controllers: tuple[Controller, ...] = ()) -> Reading:
    return Reading("p.txt", TEXT, "0" * 64, "text/plain", "en", "privacy", controllers, (), statements)


def kinds(found: Reading) -> dict[str, str]:
    """Return the kind of each mention by its words; a place that is named twice fails."""
    rows = [(mention.text, mention.kind) for mention in mentions(found)]
    assert len(rows) == len(set(rows))
    return dict(rows)


def duty() -> Claim:
    return Claim(TERM("dpv:hasLegalBasis"), Concept(TERM("eu-gdpr:A6-1-c")), at("required by law"))


def test_a_legal_duty_to_disclose_is_a_mandatory_disclosure() -> None:
    disclosed = Claim(TERM("dpv:hasProcessing"), Concept(TERM("dpv:Disclose")), at("disclose"))
    assert kinds(reading(Statement((3, 11), "", (disclosed, duty())))) == {
        "disclose": "sharing",
        "required by law": "mandatory-disclosure",
    }


def test_a_legal_duty_to_do_anything_else_is_a_basis() -> None:
    kept = Claim(TERM("dpv:hasProcessing"), Concept(TERM("dpv:Store")), at("disclose"))
    assert kinds(reading(Statement((3, 11), "", (kept, duty())))) == {"required by law": "legal-basis"}


def test_a_denied_disclosure_is_no_mandatory_one() -> None:
    disclosed = Claim(TERM("dpv:hasProcessing"), Concept(TERM("dpv:Disclose")), at("disclose"))
    found = reading(Statement((3, 11), "", (disclosed, duty()), denied=True))
    assert kinds(found) == {"disclose": "sharing", "required by law": "legal-basis"}


def said(predicate: str, value: Value, *, generic: bool = False) -> list[tuple[str, str | None]]:
    """Return the kind and the concept of each mention that one claim makes."""
    claim = Claim(TERM(predicate), value, at("your name"))
    found = mentions(reading(Statement((3, 11), "", (claim,))), generic=generic)
    return [(mention.kind, mention.concept) for mention in found]


def test_a_concept_that_is_a_topic_makes_a_mention_of_it_beside_that_of_its_slot() -> None:
    encryption, top = TERM("dpv:EncryptionInTransfer"), TERM("dpv:TechnicalOrganisationalMeasure")
    predicate = "dpv:hasTechnicalOrganisationalMeasure"
    assert said(predicate, Concept(encryption)) == [("measure", encryption), ("security", encryption)]
    assert said(predicate, Concept(top)) == [("security", top)]
    assert said(predicate, Unmapped("measure", top, "identity verification")) == [("measure", None)]


def test_a_contract_for_transfers_is_a_measure_but_no_security() -> None:
    clauses = TERM("eu-gdpr:A46-2-c")
    assert said("dpv:hasTechnicalOrganisationalMeasure", Concept(clauses)) == [("measure", clauses)]


def test_cookies_are_a_topic_even_where_they_are_no_category_of_data() -> None:
    cookies = TERM("pgc:CookieData")
    assert said("dpv:hasPersonalData", Concept(cookies)) == [("cookies", cookies)]
    both = said("dpv:hasPersonalData", Concept(cookies), generic=True)
    assert both == [("cookies", cookies), ("data-category", cookies)]


def test_data_about_nobody_are_no_category_of_personal_data() -> None:
    anonymous = Concept(TERM("pgc:AnonymousData"))
    assert said("dpv:hasPersonalData", anonymous) == []
    assert said("dpv:hasPersonalData", anonymous, generic=True) == [("data-category", anonymous.iri)]


def test_a_place_of_storage_is_a_transfer_and_a_place() -> None:
    place = TERM("dpv:StorageLocation")
    assert said("dpv:hasStorageCondition", Node("storage", (place,))) == [
        ("storage-location", place),
        ("transfer", place),
    ]


def test_storage_on_the_device_is_no_transfer() -> None:
    place, device = TERM("dpv:StorageLocation"), TERM("dpv:WithinDevice")
    within = Claim(TERM("dpv:hasLocation"), Concept(device), at("your name"))
    assert said("dpv:hasStorageCondition", Node("storage", (place,), (within,))) == [
        ("retention", place),
        ("storage-location", place),
    ]


def test_deletion_is_a_storage_condition_with_its_class() -> None:
    deletion = TERM("dpv:StorageDeletion")
    assert said("dpv:hasStorageCondition", Node("storage", (deletion,))) == [("retention", deletion)]


@pytest.mark.parametrize(
    ("predicate", "value", "expected"),
    [
        ("dpv:hasProcessing", "pgc:Sell", ["sharing"]),
        ("dpv:hasProcessing", "dpv:Collect", []),
        ("dpv:hasDataSubject", "dpv:Child", ["children"]),
        ("dpv:hasDataSubject", "dpv:Customer", []),
        ("dpv:hasLegalBasis", "pgc:ParentalConsent", ["children", "legal-basis"]),
        ("dpv:hasEntityInvolvement", "dpv:OptingOutFromProcess", ["user-choice"]),
        ("dpv:hasNecessity", "dpv:Optional", ["user-choice"]),
        ("dpv:hasNecessity", "dpv:Required", []),
        ("dpv:hasRight", "pgc:RightToOptOutOfSale", ["other-legislation", "right-object"]),
        ("dpv:hasRight", "pgc:RightToKnow", ["other-legislation", "right-access"]),
        ("dpv:hasRight", "eu-gdpr:A13", ["rights"]),
        ("dpv:hasRight", "eu-gdpr:A15", ["right-access"]),
    ],
)
def test_kinds_of_what_a_policy_states(predicate: str, value: str, expected: list[str]) -> None:
    assert [kind for kind, _ in said(predicate, Concept(TERM(value)))] == expected


def test_each_piece_about_the_officer_is_a_mention_of_his() -> None:
    ways = (
        Claim(TERM("dpv:hasName"), Text("Jo Lin"), at("Jo Lin")),
        Claim(TERM("dpv:hasContact"), Text("jo@example.org"), at("jo@example.org")),
    )
    officer = Node("dpo", (TERM("dpv:DataProtectionOfficer"),), ways)
    named = Claim(TERM("dpv:hasDataProtectionOfficer"), officer, (*ways[0].evidence, *ways[1].evidence))
    found = reading(controllers=(Controller(Company("Acme"), (named,)),))
    assert kinds(found) == {"Jo Lin": "dpo-contact", "jo@example.org": "dpo-contact"}


def test_a_company_without_a_name_has_contacts() -> None:
    way = Claim(TERM("dpv:hasContact"), Text("jo@example.org"), at("jo@example.org"))
    found = dataclasses.replace(reading(), unnamed=(way,))
    assert kinds(found) == {"jo@example.org": "controller-contact"}


def test_a_denied_basis_is_no_mention_of_one() -> None:
    without = Claim(TERM("dpv:hasLegalBasis"), Concept(TERM("eu-gdpr:A6-1-a")), at("your name"), denied=True)
    assert kinds(reading(Statement((3, 11), "", (without,)))) == {}
