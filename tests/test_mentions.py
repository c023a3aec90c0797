"""Which kind of mention a claim makes."""

import ontology
from extract.claim import Claim, Company, Concept, Controller, Evidence, Node, Reading, Statement, Text
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
        "required by law": "mandatory-disclosure"
    }


def test_a_legal_duty_to_do_anything_else_is_a_basis() -> None:
    kept = Claim(TERM("dpv:hasProcessing"), Concept(TERM("dpv:Store")), at("disclose"))
    assert kinds(reading(Statement((3, 11), "", (kept, duty())))) == {"required by law": "legal-basis"}


def test_a_denied_disclosure_is_no_mandatory_one() -> None:
    disclosed = Claim(TERM("dpv:hasProcessing"), Concept(TERM("dpv:Disclose")), at("disclose"))
    found = reading(Statement((3, 11), "", (disclosed, duty()), denied=True))
    assert kinds(found) == {"required by law": "legal-basis"}


def test_each_piece_about_the_officer_is_a_mention_of_his() -> None:
    ways = (
        Claim(TERM("dpv:hasName"), Text("Jo Lin"), at("Jo Lin")),
        Claim(TERM("dpv:hasContact"), Text("jo@example.org"), at("jo@example.org")),
    )
    officer = Node("dpo", (TERM("dpv:DataProtectionOfficer"),), ways)
    said = Claim(TERM("dpv:hasDataProtectionOfficer"), officer, (*ways[0].evidence, *ways[1].evidence))
    found = reading(controllers=(Controller(Company("Acme"), (said,)),))
    assert kinds(found) == {"Jo Lin": "dpo-contact", "jo@example.org": "dpo-contact"}
