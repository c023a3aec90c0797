"""Is the list of companies consistent, in order, and written with terms that exist?"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

ONTOLOGY = Path(__file__).parent.parent / "ontology"
COMPANIES = ONTOLOGY / "companies.ttl"
BASE = "https://w3id.org/policygraph/id/"
DPV = "https://w3id.org/dpv#"
PG = "https://w3id.org/policygraph/ns#"
PGC = "https://w3id.org/policygraph/concept#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TITLE = "http://purl.org/dc/terms/title"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
NAME = DPV + "hasName"
ALSO = SKOS + "altLabel"

PROPERTIES = {
    "company": frozenset(
        {
            TYPE,
            NAME,
            ALSO,
            PG + "domain",
            DPV + "hasCountry",
            PG + "parent",
            PG + "activity",
            PG + "ambiguous",
        }
    ),
    "service": frozenset(
        {TYPE, TITLE, ALSO, DPV + "hasServiceProvider", PG + "activity", DPV + "hasPurpose", PG + "ambiguous"}
    ),
}
CLASSES = {"company": DPV + "Organisation", "service": DPV + "Service"}


@cache
def nodes() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return what the file says: IRI below the base -> property -> values."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for quad in parse(path=str(COMPANIES), format=RdfFormat.TURTLE):
        subject, value = quad.subject, quad.object
        assert isinstance(subject, NamedNode)
        assert isinstance(value, NamedNode | Literal), f"{subject} has a blank node"
        said = found[subject.value.removeprefix(BASE)]
        said[quad.predicate.value] = (*said.get(quad.predicate.value, ()), value.value)
    return found


@cache
def broader() -> Mapping[str, frozenset[str]]:
    """Return the concepts of the lexicon with the concepts directly above each."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ONTOLOGY / "concepts").glob("*.ttl")):
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            if quad.predicate.value == SKOS + "prefLabel":
                found.setdefault(quad.subject.value, set())
            if quad.predicate.value == SKOS + "broader":
                found[quad.subject.value].add(quad.object.value)
    return {concept: frozenset(above) for concept, above in found.items()}


def is_below(concept: str, top: str) -> bool:
    """Tell whether `concept` is `top` or, at any distance, narrower."""
    return concept == top or any(is_below(above, top) for above in broader().get(concept, ()))


def kind(node: str) -> str:
    """Return "company" or "service"."""
    return node.partition("/")[0]


def values(node: str, prop: str) -> tuple[str, ...]:
    """Return the values of a property, () if it is not stated."""
    return nodes()[node].get(prop, ())


def name(node: str) -> str:
    """Return the everyday name of a company or service."""
    (only,) = values(node, NAME if kind(node) == "company" else TITLE)
    return only


def slug(text: str) -> str:
    """Return the last part of the IRI that belongs to a name."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def form(text: str) -> str:
    """Return `text` as matching sees it: without regard to case, hyphen like space."""
    return " ".join(text.casefold().replace("-", " ").split())


def test_there_are_enough() -> None:
    kinds = Counter(kind(node) for node in nodes())
    assert set(kinds) == {"company", "service"}
    assert kinds["company"] >= 600
    assert kinds["service"] >= 600


def test_nodes_have_their_class_and_known_properties_only() -> None:
    for node, said in nodes().items():
        assert values(node, TYPE) == (CLASSES[kind(node)],), node
        assert said.keys() <= PROPERTIES[kind(node)], node


def test_slug_is_that_of_the_name() -> None:
    wrong = [node for node in nodes() if node != f"{kind(node)}/{slug(name(node))}"]
    assert wrong == []


def test_a_form_names_one_node_and_is_listed_once() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for node in nodes():
        for text in (name(node), *values(node, ALSO)):
            owners[form(text)].append(node)
    assert {text: found for text, found in owners.items() if len(found) > 1} == {}


def test_forms_are_clean_text() -> None:
    for node in nodes():
        for text in (name(node), *values(node, ALSO)):
            assert text == unicodedata.normalize("NFC", " ".join(text.split())), node
            assert re.search(r"\w", text), node


def test_companies_have_one_domain_of_their_own() -> None:
    domains: dict[str, list[str]] = defaultdict(list)
    for node in nodes():
        if kind(node) == "company":
            (domain,) = values(node, PG + "domain")
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain), node
            domains[domain].append(node)
    assert {domain: found for domain, found in domains.items() if len(found) > 1} == {}


def test_parents_exist_and_no_company_is_above_itself() -> None:
    for node in nodes():
        seen = [node]
        while parents := values(seen[-1], PG + "parent"):
            (parent,) = (iri.removeprefix(BASE) for iri in parents)
            assert parent in nodes(), seen[-1]
            assert parent not in seen, seen
            seen.append(parent)


def test_services_have_one_provider_that_exists() -> None:
    for node in nodes():
        if kind(node) == "service":
            (provider,) = (iri.removeprefix(BASE) for iri in values(node, DPV + "hasServiceProvider"))
            assert provider in nodes(), node
            assert kind(provider) == "company", node


def test_everything_has_an_activity() -> None:
    assert [node for node in nodes() if not values(node, PG + "activity")] == []


@pytest.mark.parametrize(
    ("prop", "tops"),
    [
        (PG + "activity", (DPV + "LegalEntity", DPV + "Recipient", DPV + "ThirdParty")),
        (DPV + "hasPurpose", (DPV + "Purpose",)),
        (DPV + "hasCountry", (DPV + "Country",)),
    ],
)
def test_values_are_concepts_of_the_right_table(prop: str, tops: tuple[str, ...]) -> None:
    used = {value for node in nodes() for value in values(node, prop)}
    assert used
    assert sorted(used - broader().keys()) == []
    assert sorted(value for value in used if not any(is_below(value, top) for top in tops)) == []


def test_a_flag_is_true_or_absent() -> None:
    assert {value for node in nodes() for value in values(node, PG + "ambiguous")} == {"true"}


def test_everyday_words_are_flagged() -> None:
    words: tuple[str, ...] = (
        "apple",
        "amazon",
        "drift",
        "front",
        "indeed",
        "line",
        "meta",
        "notion",
        "segment",
        "signal",
    )
    words += ("slack", "square", "stripe", "target", "unity", "visa", "wise", "x", "zoom")
    flagged = {form(name(node)) for node in nodes() if values(node, PG + "ambiguous")}
    assert sorted(set(words) - flagged) == []


def test_blocks_are_in_order() -> None:
    written = re.findall(r"^<(company|service)/([^>]+)>", COMPANIES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(written) == len(nodes())
    companies = [last for what, last in written if what == "company"]
    assert companies == sorted(companies)
    block: list[str] = []
    company = ""
    for what, last in written:
        if what == "company":
            company, block = last, []
            continue
        block.append(last)
        assert values(f"service/{last}", DPV + "hasServiceProvider") == (f"{BASE}company/{company}",), last
        assert block == sorted(block), company


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("Facebook, Inc.", "company/meta"),
        ("Universal Analytics", "service/google-analytics"),
        ("Facebook Pixel", "service/meta-pixel"),
        ("The Rocket Science Group", "company/mailchimp"),
        ("Piwik", "company/matomo"),
        ("Twitter", "company/x"),
        ("Zopim", "service/zendesk-live-chat"),
        ("AWS", "company/amazon-web-services"),
    ],
)
def test_other_names_lead_to_the_node(text: str, node: str) -> None:
    assert text in values(node, ALSO)
