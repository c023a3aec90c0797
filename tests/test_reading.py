"""Real policies: what is read stands in the text, and the graph of it keeps its promises."""

import gc
import os
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from both_engines import results

from extract.claim import Claim, Evidence, Node, Reading, Statement
from extract.errors import ExtractError
from extract.reading import read
from graph import Store, Version, integrity, mentions
from graph.terms import term
from graph.view import view

ROOT = Path(__file__).parents[1]
CORPORA = Path(os.environ.get("POLICYGRAPH_CORPORA", ROOT.parent / "shared" / "corpora"))
ALL = os.environ.get("POLICYGRAPH_ALL") == "1"
AT_ONCE = 6  # documents of each corpus that are read unless all are asked for
CONTROLLERS = {
    "000_6f7f262a6d51d04d.txt": "Clik Limited",
    "001_2cf0bf97fb51e529.txt": "Clickacall Live Limited",
    "002_74524e79dab96182.txt": "Clear Ring Ltd",
    "003_3b88bc9d22bb1adb.txt": "Clique AI Communities LTD",
    "004_e65d1c2f0f719941.txt": "Client Share Ltd",
}
NOT_FROM_THE_TEXT = frozenset(
    ("rdf:type", "pg:inPolicy", "pg:signature", "dpv:hasProcess", "pg:hasException")
)


def claims_in(claims: tuple[Claim, ...]) -> list[Claim]:
    """Return claims with those about the nodes that are their values."""
    inner = [claim.value.claims for claim in claims if isinstance(claim.value, Node)]
    return [*claims, *(claim for said in inner for claim in claims_in(said))]


def claims_of(statement: Statement) -> list[Claim]:
    others = (*statement.children, *statement.exceptions)
    return [*claims_in(statement.claims), *(claim for other in others for claim in claims_of(other))]


def all_claims(reading: Reading) -> list[Claim]:
    own = [claim for controller in reading.controllers for claim in claims_in(controller.claims)]
    said = [claim for statement in reading.statements for claim in claims_of(statement)]
    return [*own, *claims_in(reading.unnamed), *claims_in(reading.facts), *said]


def all_evidence(reading: Reading) -> list[Evidence]:
    return [evidence for claim in all_claims(reading) for evidence in claim.evidence]


def slots(store: Store, version: Version) -> set[ox.Triple]:
    """Return the triples of statements that come from the text."""
    kinds = {term("dpv:Process"), term("pg:DeniedPractice")}
    triples = list(store.triples(version.graph))
    nodes = {t.subject for t in triples if t.predicate == term("rdf:type") and t.object in kinds}
    made = {term(curie) for curie in NOT_FROM_THE_TEXT}
    return {t for t in triples if t.subject in nodes and t.predicate not in made}


# --- the seeds ---------------------------------------------------------------------------------------------


def test_every_seed_is_read_and_says_much(seed_readings: tuple[Reading, ...]) -> None:
    assert [reading.name for reading in seed_readings] == list(CONTROLLERS)
    for reading in seed_readings:
        assert reading.language == "en"
        assert reading.kind == "privacy"
        assert len([one for one in reading.statements if not one.denied]) >= 10
        assert any(one.denied for one in reading.statements)
        assert reading.facts
        assert reading.headings


def test_controllers_have_their_legal_names(seed_readings: tuple[Reading, ...]) -> None:
    assert {reading.name: reading.controllers[0].company.name for reading in seed_readings} == CONTROLLERS


def test_all_evidence_lies_in_the_text(seed_readings: tuple[Reading, ...]) -> None:
    for reading in seed_readings:
        for evidence in all_evidence(reading):
            assert 0 <= evidence.start < evidence.end <= len(reading.text)
            assert 0 < evidence.confidence <= 1
            assert reading.text[evidence.start : evidence.end].strip()


def test_every_claim_of_a_statement_has_evidence_and_a_rule(seed_readings: tuple[Reading, ...]) -> None:
    for reading in seed_readings:
        for claim in all_claims(reading):
            assert claim.evidence, claim
            assert all(evidence.rule for evidence in claim.evidence), claim


def test_anchors_lie_in_the_text_and_are_words(seed_readings: tuple[Reading, ...]) -> None:
    for reading in seed_readings:
        for statement in reading.statements:
            start, end = statement.anchor
            assert reading.text[start:end].strip() == reading.text[start:end] != ""


def test_quotes_in_the_graph_are_slices_of_the_text(
    seed_store: Store, seed_readings: tuple[Reading, ...]
) -> None:
    texts = {reading.sha256: reading.text for reading in seed_readings}
    versions = list(seed_store.versions())
    assert len(versions) == len(texts)
    for version in versions:
        text = texts[version.sha256]
        for said in mentions(seed_store, version).values():
            for quote in (mention.quote for mention in said):
                assert text[quote.start : quote.end] == quote.text


def test_every_slot_of_a_statement_has_a_mention(seed_store: Store) -> None:
    for version in seed_store.versions():
        said = mentions(seed_store, version)
        wanted = slots(seed_store, version)
        assert len(wanted) > 100
        assert wanted <= said.keys(), sorted(map(str, wanted - said.keys()))[:5]


def test_the_graph_of_the_seeds_keeps_its_promises(
    seed_store: Store, seed_readings: tuple[Reading, ...]
) -> None:
    assert list(map(str, integrity(seed_store, seed_readings))) == []


def test_both_engines_say_the_same_of_the_seeds(seed_store: Store) -> None:
    for version in seed_store.versions():
        assert results(view(seed_store, version), "requirements")


def test_companies_of_several_policies_are_one_node(seed_store: Store) -> None:
    found: Any = seed_store.query(
        "SELECT DISTINCT ?company WHERE { ?company pg:sharesWith ?google . ?google dpv:hasName 'Google' }"
    )
    names = {row["company"].value.rpartition("/")[2] for row in found}
    assert {"clik-limited", "clique-ai-communities-ltd"} <= names


# --- the corpora -------------------------------------------------------------------------------------------


def documents() -> list[Path]:
    """Return policies of the corpora: some of each, spread over it, or all."""
    chosen: list[Path] = []
    for folder in ("gold", "gdpr-t200"):
        found = sorted(p for p in (CORPORA / folder).glob("*.*") if p.suffix in (".txt", ".md"))
        policies = [path for path in found if path.name not in ("README.md", "GUIDELINES.md")]
        fresh = [path for path in policies if path.name not in CONTROLLERS]
        chosen += policies if ALL else fresh[:: max(1, len(fresh) // AT_ONCE)][:AT_ONCE]
    return chosen


def test_there_are_documents_in_the_corpora() -> None:
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora in {CORPORA}; set POLICYGRAPH_CORPORA")
    assert len(documents()) >= (110 if ALL else AT_ONCE)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_policy_of_the_corpora(path: Path) -> None:
    try:
        reading = read(path)
    except ExtractError as error:
        pytest.skip(str(error))  # another language, or no text
    assert all(0 <= e.start < e.end <= len(reading.text) for e in all_evidence(reading))
    with Store() as store:
        store.add([reading])
        store.rebuild_derived()
        assert list(map(str, integrity(store, [reading]))) == []
        (version,) = store.versions()
        assert slots(store, version) <= mentions(store, version).keys()
        assert results(view(store, version), "requirements")


def test_the_garbage_collector_is_left_as_it_was(tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_text("We collect your name to send you our newsletter.", encoding="utf-8")
    read(policy)
    assert gc.isenabled()
    gc.disable()
    try:
        read(policy)
        assert not gc.isenabled()
    finally:
        gc.enable()
