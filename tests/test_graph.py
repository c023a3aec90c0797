"""Readings written by hand become the quads of the data model."""

import dataclasses
import subprocess
import sys
from collections import Counter
from types import MappingProxyType

import pyoxigraph as ox
import pytest
from hand_readings import CLIK, CO, ROOT, SVC, Said, clik, concept, reading

import graph
import ontology
from extract.claim import (
    Claim,
    Company,
    Controller,
    Evidence,
    Node,
    Reading,
    Service,
    Statement,
    Text,
    Unmapped,
)
from graph import BrokenClaim, quads
from graph.terms import name_of
from ontology import Term, expand

VERSION = "https://w3id.org/policygraph/id/policy/clik-limited/privacy/94264ec739c5/"
TEXT = "Acme shares your email and your reward ledger with Initech. We do not sell data, except to Initech."
SAID = Said(TEXT)
INITECH = Company("Initech")


def node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(expand(iri))


def triples(made: Reading, graph_name: str = "graph") -> set[ox.Triple]:
    found = quads(made, ontology.load())
    return {
        quad.triple for quad in found if str(quad.graph_name).removesuffix(">").endswith(f"/{graph_name}")
    }


def values(found: set[ox.Triple], subject: str, predicate: str) -> list[str]:
    here = (node(subject), node(predicate))
    return sorted(
        t.object.value
        for t in found
        if (t.subject, t.predicate) == here and isinstance(t.object, ox.NamedNode | ox.Literal)
    )


def acme(*statements: Statement, facts: tuple[Claim, ...] = ()) -> Reading:
    name = SAID.claim("dpv:hasName", Text("Acme"), "Acme")
    controllers = [Controller(Company("Acme"), (name,))]
    return reading(TEXT, controllers=controllers, facts=facts, statements=statements)


def shares(*claims: Claim, anchor: str = "shares", denied: bool = False) -> Statement:
    return Statement(SAID.at(anchor), "", claims, denied=denied)


def only_process(found: set[ox.Triple]) -> str:
    (iri,) = {name_of(t.subject) for t in found if t.object == node("dpv:Process")}
    return iri


def test_the_worked_example_is_the_graph_of_the_data_model() -> None:
    golden = ROOT / "tests" / "golden" / "clik-live-chat.ttl"
    expected = {quad.triple for quad in ox.parse(path=str(golden), format=ox.RdfFormat.TURTLE)}
    others = (CO + "hubspot", CO + "zendesk", SVC)
    found = {t for t in triples(clik()) if not str(t.subject)[1:].startswith(others)}
    assert found == expected


def test_each_quote_is_the_slice_of_the_text_with_what_stands_around_it() -> None:
    made = clik()
    found = triples(made, "evidence")
    quotes = [t for t in found if t.predicate == node("oa:exact")]
    assert len(quotes) > 20
    for quote in quotes:
        iri = name_of(quote.subject)
        start, end = map(int, iri.partition("#char=")[2].partition(";")[0].split(","))
        assert quote.object == ox.Literal(made.text[start:end])
        assert values(found, iri, "oa:prefix") == [made.text[max(0, start - 16) : start]]
        assert values(found, iri, "oa:suffix") == [made.text[end : end + 16]]


def test_each_slot_of_a_process_has_a_mention() -> None:
    made = clik()
    stated, evidence = triples(made), triples(made, "evidence")
    processes = {t.subject for t in stated if t.object == node("dpv:Process")}
    structure = {node(name) for name in ("rdf:type", "pg:inPolicy", "pg:signature")}
    slots = {t for t in stated if t.subject in processes and t.predicate not in structure}
    assert len(slots) > 20
    assert slots <= reified(evidence)
    assert reified(evidence) <= stated


def reified(evidence: set[ox.Triple]) -> set[ox.Triple]:
    subjects = {t.subject: name_of(t.object) for t in evidence if t.predicate == node("rdf:subject")}
    predicates = {t.subject: name_of(t.object) for t in evidence if t.predicate == node("rdf:predicate")}
    objects = {t.subject: t.object for t in evidence if t.predicate == node("rdf:object")}
    return {ox.Triple(ox.NamedNode(subjects[m]), ox.NamedNode(predicates[m]), objects[m]) for m in subjects}


def test_mentions_of_one_span_are_numbered_by_what_they_say() -> None:
    found = triples(clik(), "evidence")
    said = [
        (name_of(t.subject), name_of(t.object).rpartition("#")[2])
        for t in found
        if t.predicate == node("rdf:predicate") and "/m/4568-4585." in str(t.subject)
    ]
    expected = {1: "hasDataProcessor", 2: "hasRecipient", 3: "hasService"}
    assert sorted(said) == [(f"{VERSION}m/4568-4585.{n}", name) for n, name in expected.items()]


def test_a_triple_said_twice_has_a_mention_for_each_place_and_keeps_the_surest() -> None:
    first = Evidence(*SAID.at("email"), confidence=0.6)
    surer = Evidence(*SAID.at("email"), confidence=0.8)
    other = Evidence(*SAID.at("data"), support="Inherited", confidence=1.0)
    claim = Claim(expand("dpv:hasPersonalData"), concept("pd:EmailAddress"), (first, surer, other))
    found = triples(acme(shares(claim)), "evidence")
    process = only_process(triples(acme(shares(claim))))
    mentions = [
        name_of(t.subject) for t in found if t.predicate == node("rdf:subject") and process in str(t.object)
    ]
    confidences = [values(found, mention, "pg:confidence") for mention in sorted(mentions)]
    assert sorted(confidences) == [["0.8"], ["1"]]


def test_a_denial_is_no_process_and_its_exception_is_one() -> None:
    exception = shares(SAID.claim("dpv:hasRecipient", INITECH, "Initech", 80), anchor="except")
    sale = SAID.claim("dpv:hasProcessing", "pgc:Sell", "sell", denied=True)
    denial = dataclasses.replace(shares(sale, anchor="sell", denied=True), exceptions=(exception,))
    found = triples(acme(denial))
    (version,) = {name_of(t.subject) for t in found if t.object == node("pg:PolicyVersion")}
    (denied,) = values(found, version, "dpv:hasProhibition")
    assert "/n/top." in denied
    assert values(found, denied, "rdf:type") == [expand("pg:DeniedPractice")]
    assert values(found, denied, "dpv:hasProcessing") == [expand("pgc:Sell")]
    assert values(found, denied, "pg:hasException") == values(found, version, "dpv:hasProcess")
    assert only_process(found) == values(found, denied, "pg:hasException")[0]


def test_a_child_hangs_on_its_parent_alone() -> None:
    child = shares(SAID.claim("dpv:hasRecipient", INITECH, "Initech"), anchor="Initech")
    parent = dataclasses.replace(shares(), children=(child,))
    found = triples(acme(parent))
    links = [(t.subject, t.object) for t in found if t.predicate == node("dpv:hasProcess")]
    names = {str(subject).rpartition("/")[2] for subject, _ in links}
    assert names == {">", "top.5-11>"}
    assert Counter(t.predicate for t in found)[node("pg:inPolicy")] == 2


def test_what_is_denied_of_the_policy_as_a_whole_is_not_stated() -> None:
    denied = SAID.claim("dpv:hasRight", "eu-gdpr:A15", "data", denied=True)
    assert not [t for t in triples(acme(facts=(denied,))) if t.predicate == node("dpv:hasRight")]


def test_nodes_on_one_anchor_are_numbered_by_their_first_argument() -> None:
    late = shares(SAID.claim("dpv:hasPersonalData", "pd:Name", "reward"))
    early = shares(SAID.claim("dpv:hasPersonalData", "pd:EmailAddress", "email"))
    for order in ((late, early), (early, late)):
        found = triples(acme(*order))
        data = {
            str(t.subject).rpartition("/")[2]: str(t.object)
            for t in found
            if t.predicate == node("dpv:hasPersonalData")
        }
        assert data == {"top.5-11>": str(node("pd:EmailAddress")), "top.5-11.2>": str(node("pd:Name"))}


def test_a_company_that_nobody_knows_has_a_name_and_is_marked() -> None:
    found = triples(acme(shares(SAID.claim("dpv:hasRecipientThirdParty", INITECH, "Initech"))))
    process = only_process(found)
    assert values(found, CO + "initech", "dpv:hasName") == ["Initech"]
    assert values(found, CO + "initech", "pg:resolution") == [expand("pg:Unresolved")]
    assert values(found, process, "dpv:hasRecipient") == [CO + "initech"]
    assert values(found, process, "dpv:hasRecipientThirdParty") == [CO + "initech"]
    assert not values(found, CO + "acme", "pg:resolution")


def test_what_the_gazetteer_knows_goes_to_the_graph_of_companies() -> None:
    known = ontology.load()
    ledger, initech = SVC + "initech-ledger", CO + "initech"
    gazetteer = dataclasses.replace(
        known,
        terms=MappingProxyType(
            {
                **known.terms,
                ledger: Term(ledger, "Initech Ledger", "services"),
                initech: Term(initech, "Initech Corporation", "companies"),
            }
        ),
        facts=MappingProxyType(
            {
                **known.facts,
                ledger: {
                    expand("dct:title"): ("Initech Ledger",),
                    expand("dpv:hasServiceProvider"): (initech,),
                },
                initech: {
                    expand("dpv:hasName"): ("Initech Corporation",),
                    expand("dpv:hasCountry"): (expand("loc:US"),),
                },
            }
        ),
    )
    claim = SAID.claim("dpv:hasDataProcessor", Service("ledger", ledger), "ledger")
    found = tuple(quads(acme(shares(claim)), gazetteer))
    shared = {q.triple for q in found if name_of(q.graph_name).endswith("graph/companies")}
    stated = {q.triple for q in found if name_of(q.graph_name).endswith("/graph")}
    assert values(shared, initech, "dpv:hasName") == ["Initech Corporation"]
    assert values(shared, initech, "dpv:hasCountry") == [expand("loc:US")]
    assert values(shared, ledger, "dct:title") == ["Initech Ledger"]
    assert not values(stated, initech, "dpv:hasName")
    process = only_process(stated)
    for slot, value in (("hasService", ledger), ("hasDataProcessor", initech), ("hasRecipient", initech)):
        assert values(stated, process, f"dpv:{slot}") == [value]


def test_a_phrase_that_is_no_concept_is_one_node_for_all_policies() -> None:
    top = expand("dpv:PersonalData")
    spelled = [Unmapped("personal-data", top, phrase) for phrase in ("Reward ledger", "reward  ledger")]
    found = [
        triples(acme(shares(SAID.claim("dpv:hasPersonalData", phrase, "reward ledger"))), "unmapped")
        for phrase in spelled
    ]
    iri = "https://w3id.org/policygraph/id/concept/personal-data/reward-ledger"
    assert found[0] == found[1]
    assert values(found[0], iri, "skos:prefLabel") == ["reward ledger"]
    assert values(found[0], iri, "rdf:type") == [top, expand("pg:UnmappedConcept")]
    assert values(found[0], iri, "skos:broaderTransitive") == [expand("dpv:Data"), top, iri]


def test_a_policy_that_names_no_company_is_known_by_its_file() -> None:
    found = triples(reading(TEXT, name="shop.example.md"))
    assert values(found, CO + "shop-example", "dpv:hasName") == ["shop.example"]
    assert values(found, CO + "shop-example", "pg:resolution") == [expand("pg:Unresolved")]


def test_what_a_policy_says_of_the_company_that_it_does_not_name_is_kept() -> None:
    way = SAID.claim("dpv:hasContact", Text("reward"), "reward")
    found = triples(dataclasses.replace(reading(TEXT, name="shop.example.md"), unnamed=(way,)))
    assert values(found, CO + "shop-example", "dpv:hasContact") == ["reward"]


def test_inherited_nodes_are_one_node_and_other_places_make_others() -> None:
    duration = SAID.claim("dpv:hasDuration", Text("P12M", "duration"), "reward")
    storage = Node("storage", (expand("dpv:StorageDuration"),), (duration,))
    said = SAID.claim("dpv:hasStorageCondition", storage, "reward ledger")
    inherited = SAID.claim("dpv:hasStorageCondition", storage, "reward ledger", support="Inherited")
    elsewhere = Node("storage", (expand("dpv:StorageDeletion"),))
    deleted = SAID.claim("dpv:hasStorageCondition", elsewhere, "sell data")
    child = shares(inherited, anchor="Initech")
    parent = dataclasses.replace(shares(said, deleted), children=(child,))
    found = triples(acme(parent))
    nodes = {
        str(t.object).rpartition("/")[2] for t in found if t.predicate == node("dpv:hasStorageCondition")
    }
    assert nodes == {"top.1>", "top.2>"}


def test_equal_statements_have_equal_signatures_wherever_they_stand() -> None:
    def signature(quote: str, value: str) -> list[str]:
        storage = Node("storage", (), (SAID.claim("dpv:hasDuration", value, quote),))
        found = triples(acme(shares(SAID.claim("dpv:hasStorageCondition", storage, quote))))
        return values(found, only_process(found), "pg:signature")

    here, there = signature("email", "pgc:UntilContractEnd"), signature("data", "pgc:UntilContractEnd")
    assert here == there
    assert len(here[0]) == 16
    assert here != signature("email", "pgc:UntilInactivity")


@pytest.mark.parametrize("span", [(5, 5), (-1, 3), (90, 4000)])
def test_a_claim_that_points_nowhere_names_policy_and_place(span: tuple[int, int]) -> None:
    claim = Claim(expand("dpv:hasRight"), concept("eu-gdpr:A15"), (Evidence(*span),))
    with pytest.raises(BrokenClaim, match=rf"acme\.txt, {span[0]}-{span[1]}: "):
        tuple(quads(acme(facts=(claim,)), ontology.load()))
    with pytest.raises(BrokenClaim, match=r"acme\.txt, anchor "):
        tuple(quads(acme(Statement(span, "", ())), ontology.load()))


def test_quads_come_once_in_an_order_of_their_own_and_without_blank_nodes() -> None:
    made = list(quads(clik(), ontology.load()))
    assert len(made) == len(set(made))
    assert made == list(quads(clik(), ontology.load()))
    assert not any(isinstance(part, ox.BlankNode) for quad in made for part in quad)


def test_a_graph_is_made_without_the_slow_libraries() -> None:
    slow = ("rdflib", "pyshacl", "spacy", "networkx")
    code = f"import sys, graph; print([name for name in {slow!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_few_and_there() -> None:
    assert len(graph.__all__) <= 12
    assert all(hasattr(graph, name) for name in graph.__all__)
    assert CLIK.endswith(".txt")
