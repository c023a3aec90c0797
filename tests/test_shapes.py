"""Each shape is kept by one small graph and broken by another (tests/shapes/*.toml)."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from hand_readings import ROOT

from graph import Store, check, integrity, shapes
from graph.engine import Result, validate
from graph.shapes import shapes_graph
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
GOOD: str = INTEGRITY.pop("good")
TABLE = [(number, index) for number, cases in REQUIREMENTS.items() for index in range(len(cases))]
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
    laws = "".join(f"<> dpv:hasApplicableLaw {law} . " for law in LAWS.get(case.get("law", "eu"), ()))
    made = version(f"{number.lower()}-{index}", laws + case.get("graph", ""))
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
        numbers[shape.requirement].append(shape)
    assert set(met) == set(numbers)
    for number, members in numbers.items():
        conditional = all(shape.applicability for shape in members) and number != "R07"
        assert "fulfilled" in met[number]
        assert met[number] & {"not found", "vague"}
        assert ("not applicable" in met[number]) == conditional, number


@pytest.mark.parametrize(("number", "index"), FAULTS)
def test_a_broken_promise_is_found(number: str, index: int) -> None:
    case = INTEGRITY[number][index]
    assert GOOD.count(case["from"]) == 1
    assert number in faults(f"{number.lower()}-{index}", GOOD.replace(case["from"], case["to"]))


def faults(name: str, turtle: str) -> set[str]:
    made = version(name, turtle)
    numbers = {shape.iri: shape.requirement for shape in shapes.integrity()}
    return {numbers[result.shape] for result in validate(view(store(), made, evidence=True), list(numbers))}


def test_a_good_graph_breaks_no_promise() -> None:
    assert faults("good", GOOD) == set()


def test_each_promise_is_broken_by_some_graph() -> None:
    assert set(INTEGRITY) == {shape.requirement for shape in shapes.integrity()}
    assert set(INTEGRITY) == {f"I0{number}" for number in range(1, 10)}


def test_the_requirements_of_the_law_are_there_with_their_provisions() -> None:
    found = {shape.requirement for shape in shapes.requirements()}
    asked = {f"R{number:02}" for number in range(1, 31)} - {"R13", "R22", "R28"}
    assert asked | {"R12q", "R14q", "R15q", *(f"R13{letter}" for letter in "abcdef")} <= found
    for shape in shapes.requirements():
        assert re.match(
            r"http://(data\.europa\.eu/eli/reg/2016/679|www\.legislation\.gov\.uk/id)/", shape.provision
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


def test_another_engine_says_the_same() -> None:
    """The SPARQL of the shapes holds to the standard: rdflib answers it as Oxigraph does."""
    import pyshacl  # noqa: PLC0415
    from rdflib import RDF, SH, Graph  # noqa: PLC0415

    turtle = " ".join(case.get("graph", "") for case in REQUIREMENTS["R13e"] + REQUIREMENTS["R11"])
    data = view(store(), version("twice", turtle))
    shapes_asked = [shape.iri for shape in shapes.requirements()]
    here = {(result.shape, result.value) for result in validate(data, shapes_asked)}
    graph = Graph().parse(data=b"".join(_lines(data)), format="ox-nt")
    _, report, _ = pyshacl.validate(
        graph, shacl_graph=shapes_graph(), inference="none", use_shapes=shapes_asked
    )
    assert isinstance(report, Graph)
    there = {
        (str(report.value(node, SH.sourceShape)), str(report.value(node, SH.value) or ""))
        for node in report.subjects(RDF.type, SH.ValidationResult)
    }
    assert here == there
    assert len(here) > 10


def _lines(data: ox.Store) -> list[bytes]:
    return [f"{quad.triple} .\n".encode() for quad in data]


def test_results_come_in_a_fixed_order() -> None:
    data = view(store(), version("order", REQUIREMENTS["R13e"][2]["graph"]))
    found = validate(data, [shape.iri for shape in shapes.requirements()])
    assert found == sorted(found)
    assert all(isinstance(result, Result) for result in found)
    assert not validate(data, [])
    assert not integrity(Store())
