"""Each shape is kept by one small graph and broken by another (tests/shapes/*.toml), in both engines."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from both_engines import results
from hand_readings import ROOT

from graph import Store, check, integrity, shapes
from graph.engine import Result, validate
from graph.shared import lexicon
from graph.store import Version
from graph.view import view
from ontology import NAMESPACES, expand

BASE = "https://w3id.org/policygraph/id/"
LAWS = {
    "eu": ["legal-eu:law-GDPR"],
    "gb": ["legal-gb:law-GDPR"],
    "both": ["legal-eu:law-GDPR", "legal-gb:law-GDPR"],
}
FOLDER = ROOT / "tests" / "shapes"
REQUIREMENTS: dict[str, list[dict[str, str]]] = tomllib.loads((FOLDER / "requirements.toml").read_text())
INTEGRITY: dict[str, Any] = tomllib.loads((FOLDER / "integrity.toml").read_text())
CONSISTENCY: dict[str, Any] = tomllib.loads((FOLDER / "consistency.toml").read_text())
GOOD: str = INTEGRITY.pop("good")
COMMON: str = CONSISTENCY.pop("common")
TABLE = [(number, index) for number, cases in REQUIREMENTS.items() for index in range(len(cases))]
RULES = [
    (number, kind, index)
    for number, kinds in CONSISTENCY.items()
    for kind, graphs in kinds.items()
    for index in range(len(graphs))
]
FAULTS = [(number, index) for number, cases in INTEGRITY.items() for index in range(len(cases))]


@cache
def store() -> Store:
    """Return one store for all cases, so that the ontology is read once."""
    return Store()


def version(name: str, turtle: str) -> Version:
    """Return a version of its own that states `turtle`."""
    iri = f"{BASE}policy/acme/{name}/0123456789ab/"
    prefixes = {**NAMESPACES, "co": f"{BASE}company/", "svc": f"{BASE}service/"}
    header = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in prefixes.items())
    text = f"{header}{turtle}\n<> a pg:PolicyVersion ; dct:title '{name}' ."
    graph = ox.NamedNode(iri + "graph")
    for triple in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=iri):
        store()._store.add(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
    return store().version(iri)


@pytest.mark.parametrize(("number", "index"), TABLE)
def test_a_requirement_is_found_in_its_state(number: str, index: int) -> None:
    case = REQUIREMENTS[number][index]
    made = version(f"{number.lower()}-{index}", stating_laws(case) + case.get("graph", ""))
    (finding,) = check(store(), [made], only=[number])
    assert finding.state == case["state"]
    assert finding.severity == case.get("severity", finding.severity)
    assert finding.message == case.get("message", finding.message)
    assert bool(finding.message) == (finding.state in ("vague", "not found"))


def test_each_requirement_has_a_graph_that_keeps_it_and_one_that_breaks_it() -> None:
    met: dict[str, set[str]] = {
        number: {case["state"] for case in cases} for number, cases in REQUIREMENTS.items()
    }
    numbers: dict[str, list[shapes.Shape]] = defaultdict(list)
    for shape in shapes.requirements():
        if not shape.is_consistency:
            numbers[shape.requirement].append(shape)
    assert set(met) == set(numbers)
    for number, members in numbers.items():
        conditional = all(shape.applicability for shape in members) and number != "R07"
        assert "fulfilled" in met[number]
        assert met[number] & {"not found", "vague"} or number == "R22"  # to name the source is all it asks
        assert ("not applicable" in met[number]) == conditional, number


@pytest.mark.parametrize(("number", "kind", "index"), RULES)
def test_what_is_said_twice_is_found_unless_something_resolves_it(number: str, kind: str, index: int) -> None:
    made = version(f"{number.lower()}-{kind}-{index}", COMMON + CONSISTENCY[number][kind][index])
    findings = check(store(), [made], only=[number])
    assert {finding.state for finding in findings} == {"contradiction" if kind == "broken" else "consistent"}
    for finding in findings:
        assert bool(finding.message) == bool(finding.nodes) == (kind == "broken")
        assert not re.search(r"https?:|\{|\}", finding.message)  # names, not IRIs; no variable left over


def test_each_rule_on_consistency_has_its_three_graphs() -> None:
    numbers = {shape.requirement for shape in shapes.requirements() if shape.is_consistency}
    aliases = {shape.alias for shape in shapes.requirements()} - {""}
    assert numbers == set(CONSISTENCY)
    assert numbers | aliases == {f"C{number:02}" for number in range(1, 19)}
    assert all(set(kinds) == {"kept", "broken", "saved"} for kinds in CONSISTENCY.values())


def test_a_rule_without_a_denial_does_not_apply() -> None:
    made = version("nothing-denied", COMMON)
    assert {finding.state for finding in check(store(), [made], only=["C01", "C02"])} == {"not applicable"}


def test_both_sides_of_a_contradiction_are_named() -> None:
    made = version("both-sides", COMMON + CONSISTENCY["C01"]["broken"][0])
    (finding,) = check(store(), [made], only=["C01"])
    assert [node.rpartition("/")[2] for node in finding.nodes] == ["n", "p"]
    assert finding.message.endswith("names the recipient Mail.")
    assert finding.remedy


@pytest.mark.parametrize(("number", "index"), FAULTS)
def test_a_broken_promise_is_found(number: str, index: int) -> None:
    case = INTEGRITY[number][index]
    assert GOOD.count(case["from"]) == 1
    assert number in faults(f"{number.lower()}-{index}", GOOD.replace(case["from"], case["to"]))


def faults(name: str, turtle: str) -> set[str]:
    made = version(name, turtle)
    numbers = {shape.iri: shape.requirement for shape in shapes.of("integrity")}
    return {numbers[result.shape] for result in validate(view(store(), made, evidence=True), "integrity")}


def test_a_good_graph_breaks_no_promise() -> None:
    assert faults("good", GOOD) == set()


def test_each_promise_is_broken_by_some_graph() -> None:
    assert set(INTEGRITY) == {shape.requirement for shape in shapes.of("integrity")}
    assert set(INTEGRITY) == {f"I0{number}" for number in range(1, 10)}


def test_the_requirements_of_the_law_are_there_with_their_provisions() -> None:
    found = {shape.requirement for shape in shapes.requirements()}
    asked = {f"R{number:02}" for number in range(1, 31)} - {"R13", "R28"}  # R28 needs two versions
    assert asked | {"R12q", "R14q", "R15q", *(f"R13{letter}" for letter in "abcdef")} <= found
    for shape in shapes.requirements():
        assert re.match(
            r"http://(data\.europa\.eu/eli/reg/2016/679|www\.legislation\.gov\.uk/id)/", shape.provision
        )
        assert shape.message
        assert shape.remedy
        assert not re.search(
            r"\b(violat|breach|illegal|unlawful|infring)", shape.message + shape.remedy, re.IGNORECASE
        )


def test_each_name_in_the_shapes_is_a_term_of_the_ontology() -> None:
    known = store().ontology
    own = {
        prefix for prefix in NAMESPACES if prefix not in ("pgs", "sh", "rdf", "rdfs", "xsd", "skos", "owl")
    }
    for path in sorted(shapes.FOLDER.glob("*.ttl")):
        for prefix, name in re.findall(r"(?<![\w<\"])([a-z][a-z-]*):([A-Za-z][\w-]*)", path.read_text()):
            if prefix in own:
                assert expand(f"{prefix}:{name}") in known.facts, f"{prefix}:{name} in {path.name}"


def graphs_of(number: str) -> dict[str, str]:
    """Return the small graphs of a requirement or a rule, by a name of their own."""
    if number in CONSISTENCY:
        found = [COMMON + turtle for graphs in CONSISTENCY[number].values() for turtle in graphs]
    else:
        found = [stating_laws(case) + case.get("graph", "") for case in REQUIREMENTS[number]]
    return {f"{number.lower()}-again-{index}": turtle for index, turtle in enumerate(found)}


def stating_laws(case: dict[str, str]) -> str:
    """Return the triples for the laws of a case."""
    return "".join(f"<> dpv:hasApplicableLaw {law} . " for law in LAWS.get(case.get("law", "eu"), ()))


@pytest.mark.parametrize("number", [*REQUIREMENTS, *CONSISTENCY])
def test_any_engine_alone_finds_what_check_finds(number: str) -> None:
    """The shapes need none of our code: what an engine reports is what is not met, no more and no less."""
    numbers = {shape.iri: shape.requirement for shape in shapes.requirements()}
    for name, turtle in graphs_of(number).items():
        made = version(name, turtle)
        data = view(store(), made)
        reported = results(data, "requirements")
        open_ = {
            f.requirement
            for f in check(store(), [made])
            if f.state in ("not found", "vague", "contradiction")
        }
        assert {numbers[result.shape] for result in reported} == open_


def test_both_engines_say_the_same_of_broken_promises() -> None:
    numbers = {shape.iri: shape.requirement for shape in shapes.of("integrity")}
    for number, index in FAULTS:
        case = INTEGRITY[number][index]
        made = version(f"{number.lower()}-{index}-again", GOOD.replace(case["from"], case["to"]))
        data = view(store(), made, evidence=True)
        assert number in {numbers[result.shape] for result in results(data, "integrity")}


def test_rdflib_answers_the_shapes_too() -> None:
    """The SPARQL of the shapes holds to the standard: rdflib answers it as Oxigraph does."""
    import pyshacl  # noqa: PLC0415
    from rdflib import RDF, SH, Graph  # noqa: PLC0415

    turtle = " ".join(case.get("graph", "") for case in REQUIREMENTS["R13e"] + REQUIREMENTS["R11"])
    turtle += COMMON + CONSISTENCY["C01"]["broken"][0] + CONSISTENCY["C13"]["broken"][0]
    data = view(store(), version("twice", turtle))
    here = {(result.shape, result.value) for result in validate(data, "requirements")}
    graph = Graph().parse(data=b"".join(_lines(data)), format="ox-nt")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes.graph("requirements"), inference="none")
    assert isinstance(report, Graph)
    there = {
        (str(report.value(node, SH.sourceShape)), str(report.value(node, SH.value) or ""))
        for node in report.subjects(RDF.type, SH.ValidationResult)
    }
    assert here == there
    assert len(here) > 10


def _ontology(*more: str) -> ox.Store:
    """Return the graph of the ontology, with triples in Turtle added."""
    graph = ox.Store()
    graph.bulk_extend(ox.Quad(*triple) for triple in lexicon(store().ontology))
    header = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in NAMESPACES.items())
    graph.bulk_extend(
        ox.Quad(*triple) for triple in ox.parse(header + "".join(more), format=ox.RdfFormat.TURTLE)
    )
    return graph


FLAWS = (
    ("forms", "pgc:GaitData skos:inScheme pgc:personal-data ; skos:altLabel 'email address'@en ."),
    ("broader", "pd:EmailAddress skos:broader pgc:Nothing ."),
    ("cycle", "pd:Contact skos:broaderTransitive pd:EmailAddress ."),
    (
        "top",
        "pgc:GaitData a skos:Concept ; skos:inScheme pgc:personal-data ; skos:broaderTransitive pgc:GaitData .",
    ),
)


def test_the_lexicon_keeps_to_its_shapes() -> None:
    assert validate(_ontology(), "lexicon") == []
    assert {shape.iri.rpartition("-")[2] for shape in shapes.of("lexicon")} == {name for name, _ in FLAWS}


@pytest.mark.parametrize(("name", "flaw"), FLAWS)
def test_a_flaw_of_the_lexicon_is_found_by_both_engines(name: str, flaw: str) -> None:
    data = _ontology(flaw)
    found = results(data, "lexicon")
    assert found
    assert all(name in result.shape or name == "broader" for result in found)


def _lines(data: ox.Store) -> list[bytes]:
    return [f"{quad.triple} .\n".encode() for quad in data]


def test_results_come_in_a_fixed_order() -> None:
    data = view(store(), version("order", REQUIREMENTS["R13e"][2]["graph"]))
    found = validate(data, "requirements")
    assert found == sorted(found)
    assert all(isinstance(result, Result) for result in found)
    assert not integrity(Store())
