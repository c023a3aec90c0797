"""Findings say how a requirement stands, why, and where in the text."""

import dataclasses
import subprocess
import sys
from datetime import date
from functools import cache

import pytest
from hand_readings import CLIK, ROOT, Said, clik, reading

from extract.claim import Claim, Company, Controller, Node, Reading, Statement, Text
from graph import Finding, ShapeViolation, Store, check, integrity
from graph.check import Profile, State
from graph.mentions import Quote
from ontology import expand

TEXT = (
    "Acme keeps your email as long as needed. You may access it. Acme uses it, with consent, for marketing."
)
SAID = Said(TEXT)
PROFILES: tuple[Profile, ...] = ("auto", "gdpr", "uk-gdpr")


def acme(
    *facts: Claim, name: str = "acme.txt", law: bool = True, statements: tuple[Statement, ...] = ()
) -> Reading:
    named = Controller(Company("Acme"), (SAID.claim("dpv:hasName", Text("Acme"), "Acme"),))
    stated = SAID.claim("dpv:hasApplicableLaw", "legal-eu:law-GDPR", "Acme")
    return reading(
        TEXT,
        name=name,
        controllers=[named],
        facts=(*facts, *([stated] if law else [])),
        statements=statements,
    )


def found(made: Reading, number: str) -> Finding:
    store = Store()
    store.add([made])
    (finding,) = check(store, only=[number])
    return finding


@cache
def of_clik() -> dict[str, Finding]:
    store = Store()
    store.add([clik()])
    return {finding.requirement: finding for finding in check(store)}


def test_what_is_found_comes_with_the_words_that_say_it() -> None:
    finding = of_clik()["R13a"]
    assert (finding.policy, finding.state, finding.item) == (CLIK, "fulfilled", "right-access")
    assert [(q.start, q.end, q.text) for q in finding.evidence] == [(12724, 12739, "right to access")]
    assert (
        finding.provision == "https://www.legislation.gov.uk/eur/2016/679/article/13"
    )  # it states UK law alone


def test_what_is_missing_names_statements_by_their_words_and_heading() -> None:
    finding = of_clik()["R14"]
    assert finding.state == "not found"
    expected = (
        "Consent is a stated legal basis (“consent” in “Live Chat”), but the right to withdraw consent is not"
    )
    assert finding.message.startswith(expected)
    assert [node.rpartition("/")[2] for node in finding.nodes] == ["live-chat.4734-4741"]
    assert "consent" in [quote.text for quote in finding.evidence]


def test_each_requirement_has_one_finding_in_a_fixed_order() -> None:
    store = Store()
    store.add([clik(), acme()])
    rows = [(finding.version, finding.requirement) for finding in check(store)]
    assert rows == sorted(set(rows))
    assert {finding.state for finding in check(store)} >= {
        "fulfilled",
        "vague",
        "not found",
        "not applicable",
    }


def test_weak_signs_alone_leave_it_unclear() -> None:
    access = "dpv:hasRight", "eu-gdpr:A15", "access"
    assert found(acme(SAID.claim(*access, support="Inferred")), "R13a").state == "unclear"
    assert found(acme(SAID.claim(*access, confidence=0.49)), "R13a").state == "unclear"
    assert found(acme(SAID.claim(*access, confidence=0.5)), "R13a").state == "fulfilled"
    both = (SAID.claim(*access, support="Inferred"), SAID.claim("dpv:hasRight", "eu-gdpr:A15", "may access"))
    assert found(acme(*both), "R13a").state == "fulfilled"


def test_without_a_law_everything_is_a_hint() -> None:
    assert found(acme(), "R13a").severity == "Violation"
    assert found(acme(law=False), "R13a").severity == "Info"


def test_one_law_can_be_asked_for_whatever_is_stated() -> None:
    store = Store()
    store.add([acme(law=False)])
    by_profile = {profile: check(store, only=["R13a"], profile=profile)[0] for profile in PROFILES}
    assert {name: finding.severity for name, finding in by_profile.items()} == {
        "auto": "Info",
        "gdpr": "Violation",
        "uk-gdpr": "Violation",
    }
    assert by_profile["gdpr"].provision == "http://data.europa.eu/eli/reg/2016/679/art_13/par_2/pnt_b/oj"
    assert by_profile["uk-gdpr"].provision == "https://www.legislation.gov.uk/eur/2016/679/article/13"


def test_rules_that_hold_from_a_date_on_ask_when_an_undated_policy_was_read() -> None:
    store = Store()
    store.add([acme()])
    states = [
        check(store, only=["R16"], profile="uk-gdpr", read_on=day)[0].state
        for day in (None, date(2026, 6, 18), date(2026, 6, 19))
    ]
    assert states == ["not applicable", "not applicable", "not found"]


def test_a_fingerprint_stays_while_the_words_do() -> None:
    def fingerprint(*words: str, state: State = "contradiction", start: int = 0) -> str:
        one, other = (Quote(start, start + 9, text) for text in words)
        return dataclasses.replace(
            of_clik()["R13a"], state=state, evidence=(one,), against=(other,)
        ).fingerprint

    assert fingerprint("we share", "not  share") == fingerprint("we share", "not share", start=50)
    assert fingerprint("we share", "not share") != fingerprint("we share", "never share")
    assert fingerprint("a", "b", state="not found") == fingerprint("a", "c", state="not found")


def test_what_is_accepted_or_all_right_is_not_open() -> None:
    finding = of_clik()["R14"]
    assert finding.open
    assert not dataclasses.replace(finding, waived="told people in the app").open
    assert not of_clik()["R13a"].open


def test_as_long_as_necessary_is_vague() -> None:
    needed = SAID.claim("dpv:hasDuration", "pgc:UntilPurposeFulfilled", "as long as needed")
    storage = Node("storage", (expand("dpv:StorageDuration"),), (needed,))
    made = acme(SAID.claim("dpv:hasStorageCondition", storage, "keeps"))
    assert found(made, "R12").state == "fulfilled"
    assert found(made, "R12q").state == "vague"
    assert [quote.text for quote in found(made, "R12q").evidence] == ["as long as needed"]


def test_what_a_policy_says_as_a_whole_is_shown_by_its_own_words_alone() -> None:
    forever = Node(
        "storage",
        (expand("dpv:StorageDuration"),),
        (SAID.claim("dpv:hasDuration", "dpv:EndlessDuration", "keeps"),),
    )
    needed = Node(
        "storage",
        (expand("dpv:StorageDuration"),),
        (SAID.claim("dpv:hasDuration", "pgc:UntilPurposeFulfilled", "as long as needed"),),
    )
    finding = found(
        acme(
            SAID.claim("dpv:hasStorageCondition", forever, "keeps"),
            SAID.claim("dpv:hasStorageCondition", needed, "as long as needed"),
            SAID.claim("dpv:hasRight", "eu-gdpr:A15", "You may access it"),
        ),
        "C11",
    )
    assert finding.state == "contradiction"
    assert "You may access it" not in {quote.text for quote in (*finding.evidence, *finding.against)}


def test_a_policy_read_from_two_files_has_findings_for_both() -> None:
    store = Store()
    store.add([acme(), acme(name="copy.txt")])
    assert [finding.policy for finding in check(store, only=["R01"])] == ["acme.txt", "copy.txt"]


def test_stale_versions_are_left_out_unless_asked_for() -> None:
    later = Said("Acme changed this.")
    named = Controller(Company("Acme"), (later.claim("dpv:hasName", Text("Acme"), "Acme"),))
    store = Store()
    store.add([acme()])
    store.add([reading(later.text, controllers=[named])], keep_versions=True)
    assert len(check(store, only=["R01"])) == 1
    assert len(check(store, store.versions(), only=["R01"])) == 2


def test_a_policy_without_a_company_does_not_name_its_controller() -> None:
    finding = found(reading(TEXT, name="nobody.txt"), "R01")
    assert (finding.state, finding.policy) == ("not found", "nobody.txt")


def test_a_row_has_what_a_reader_of_json_needs() -> None:
    row = of_clik()["R13a"].row()
    assert row["evidence"] == [{"start": 12724, "end": 12739, "text": "right to access"}]
    assert (row["policy"], row["requirement"], row["state"]) == (CLIK, "R13a", "fulfilled")
    assert set(row) >= {"item", "severity", "message", "provision", "nodes"}


def test_a_graph_made_from_claims_keeps_all_promises() -> None:
    store = Store()
    store.add(
        [clik(), acme(SAID.claim("dpv:hasRight", "eu-gdpr:A15", "access")), reading(TEXT, name="nobody.txt")]
    )
    assert integrity(store, [clik(), acme()]) == []


def test_a_broken_promise_names_the_policy_and_can_be_raised() -> None:
    statement = Statement(
        SAID.at("uses"), "", (Claim(expand("dpv:hasPurpose"), clik().statements[0].claims[2].value, ()),)
    )
    store = Store()
    store.add([acme(statements=(statement,))])
    (fault,) = integrity(store)
    assert (fault.policy, fault.requirement) == ("acme.txt", "I03")
    with pytest.raises(
        ShapeViolation, match=r"acme\.txt, .*no mention shows where the text says this\. \(I03"
    ):
        raise fault


def test_a_quote_that_does_not_stand_in_the_text_is_found() -> None:
    made = acme(SAID.claim("dpv:hasRight", "eu-gdpr:A15", "access"))
    store = Store()
    store.add([made])
    other = dataclasses.replace(made, text=TEXT.replace("access", "excess"))
    faults = integrity(store, [other])
    assert [fault.requirement for fault in faults] == ["I04"]
    assert "'access' does not stand there" in str(faults[0])


def test_checking_is_what_loads_the_engine() -> None:
    code = "import sys, graph; before = 'pyshacl' in sys.modules; graph.check(graph.Store()); print(before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
