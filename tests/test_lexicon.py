"""Is the lexicon consistent, and are its forms found in a text as it says?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontology
from extract.matcher import Matcher, matcher
from ontology import NAMESPACES, expand, shorten
from ontology.reader import read

RULES = ontology.FOLDER / "ambiguous.ttl"
PG = NAMESPACES["pg"]
PGC = NAMESPACES["pgc"]
DPV = "https://w3id.org/dpv"
SCHEME = NAMESPACES["skos"] + "ConceptScheme"
CONCEPT = NAMESPACES["skos"] + "Concept"
CONDITIONS = ("notWithin", "onlyNear", "capitalsOnly", "capitalisedOnly")
FILES = sorted((ontology.FOLDER / "concepts").glob("*.ttl"))
HEAD = """@prefix ex: <https://example.org/> . @prefix pg: <https://w3id.org/policygraph/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
WORDS = """
ex:Address a skos:Concept ; skos:prefLabel "address" .
ex:EmailAddress a skos:Concept ; skos:prefLabel "email address" ; skos:altLabel "e-mail" .
ex:Behaviour a skos:Concept ; skos:prefLabel "behaviour", "anonymised data" .
ex:Order a skos:Concept ; skos:prefLabel "order" .
ex:Identifier a skos:Concept ; skos:prefLabel "IDS" .
ex:Steps a skos:Concept ; skos:prefLabel "steps" .
ex:Category a skos:Concept ; skos:prefLabel "category" .
ex:Bookkeeping a skos:Concept ; skos:prefLabel "accounting" .
ex:Turkey a skos:Concept ; skos:prefLabel "Turkey" .
ex:Children a skos:Concept ; skos:prefLabel "child" . ex:children pg:form "children" ; pg:irregularOf "child" .
"""
CONDITIONED = """
ex:order pg:form "orders" ; pg:candidate ex:Order ; pg:notWithin "in order to" .
ex:steps pg:form "steps" ; pg:candidate ex:Steps ; pg:onlyNear "Fitness" .
ex:turkey pg:form "Turkey" ; pg:candidate ex:Turkey ; pg:capitalisedOnly true .
ex:address pg:form "address" ; pg:candidate ex:EmailAddress ; pg:notWithin "address book" .
"""
PURPOSES = """
ex:Improve a skos:Concept ; skos:prefLabel "improve our services" .
ex:Ask a skos:Concept ; skos:prefLabel "ask you" .
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    folder = tmp_path_factory.mktemp("ontology")
    (folder / "words.ttl").write_text(HEAD + WORDS, encoding="utf-8")
    (folder / "ambiguous.ttl").write_text(HEAD + CONDITIONED, encoding="utf-8")
    (folder / "purposes.ttl").write_text(HEAD + PURPOSES, encoding="utf-8")
    return Matcher(read(folder))


def named(matches: Matcher, text: str) -> list[tuple[str, str]]:
    return [(match.term.rpartition("/")[2], match.form) for match in matches.find(text)]


@cache
def rules() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return what ambiguous.ttl says: rule -> property of pg: -> values."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for quad in ox.parse(path=str(RULES), format=ox.RdfFormat.TURTLE):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        said = found[quad.subject.value]
        name = quad.predicate.value.removeprefix(PG)
        said[name] = (*said.get(name, ()), quad.object.value)
    return found


def conditioned() -> Iterator[tuple[str, str, tuple[str, ...], Mapping[str, tuple[str, ...]]]]:
    """Yield (rule, form, candidates, all that is said) for each rule that the reader applies."""
    for rule, said in rules().items():
        if any(condition in said for condition in CONDITIONS):
            yield rule, said["form"][0], said["candidate"], said


@cache
def forms_of() -> Mapping[str, frozenset[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for form in ontology.load().forms:
        found[form.term].add(form.keys)
    return {term: frozenset(keys) for term, keys in found.items()}


# --- the lexicon -----------------------------------------------------------------------------------------------


def test_no_form_belongs_to_two_concepts_of_one_table() -> None:
    owners: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    tables = {path.stem for path in FILES} | {"companies", "services"}
    for form in ontology.load().forms:
        if form.term and form.table in tables:
            spelled = tuple(word.lower() for word in form.spelled)
            owners[form.table, spelled].add(shorten(form.term))
    assert {form: terms for form, terms in owners.items() if len(terms) > 1} == {}


def test_forms_that_share_their_keys_differ_in_spelling_only_where_we_know_it() -> None:
    owners: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for form in ontology.load().forms:
        if form.term and form.table in {path.stem for path in FILES}:
            owners[form.table, form.keys].add(shorten(form.term))
    assert {keys: terms for (_, keys), terms in owners.items() if len(terms) > 1} == {
        ("call", "record"): {"pd:VoiceCommunicationRecording", "pd:CallLog"},
        ("fingerprint", "data"): {"pd:BrowserFingerprint", "pd:Fingerprint"},
        ("school",): {"pd:Education", "pd:School"},
    }


def test_every_broader_concept_is_known() -> None:
    known = ontology.load().terms
    assert {
        (term.iri, above) for term in known.values() for above in term.broader if above not in known
    } == set()


def test_no_concept_is_above_itself() -> None:
    known = ontology.load()
    for term in known.terms.values():
        assert not any(term.iri in known.ancestors(above) for above in term.broader), term.iri


def test_every_concept_of_ours_is_under_one_of_dpv() -> None:
    known = ontology.load()
    ours = [term for term in known.terms.values() if term.iri.startswith(PGC) and CONCEPT in term.types]
    assert len(ours) > 200
    orphans = [t.iri for t in ours if not any(above.startswith(DPV) for above in known.ancestors(t.iri))]
    assert orphans == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_concept_has_a_name(path: Path) -> None:
    known = ontology.load()
    unnamed = [t.iri for t in known.table(path.stem) if SCHEME not in t.types and not t.label]
    assert unnamed == []


# --- the rules for ambiguous forms -----------------------------------------------------------------------------


def test_every_rule_has_a_form_and_says_itself_in_words() -> None:
    assert len(rules()) >= 237
    for rule, said in rules().items():
        assert len(said["form"]) == 1, rule
        assert said[NAMESPACES["rdfs"] + "comment"][0], rule


def test_every_candidate_is_a_known_concept() -> None:
    known = ontology.load().terms
    unknown = {c for said in rules().values() for c in said.get("candidate", ()) if c not in known}
    assert unknown == set()


def test_every_rule_that_is_applied_is_about_a_form_of_its_candidates() -> None:
    known = ontology.load()
    missing = [
        (form, shorten(candidate))
        for _, form, candidates, _ in conditioned()
        for candidate in candidates
        if known.keys(form) not in forms_of()[candidate]
    ]
    assert missing == []


def test_a_phrase_that_means_nothing_is_longer_than_its_form_and_holds_it() -> None:
    known = ontology.load()
    for rule, form, _, said in conditioned():
        inner = known.keys(form)
        for phrase in said.get("notWithin", ()):
            keys = known.keys(phrase)
            starts = range(len(keys) - len(inner) + 1)
            assert len(keys) > len(inner), (rule, phrase)
            assert any(keys[at : at + len(inner)] == inner for at in starts), (rule, phrase)


# --- the matcher -----------------------------------------------------------------------------------------------


def test_the_longest_form_wins(small: Matcher) -> None:
    assert named(small, "your email address and your address") == [
        ("EmailAddress", "email address"),
        ("Address", "address"),
    ]


@pytest.mark.parametrize("text", ["e-mail", "e‑mail", "E-Mail", "e mail"])
def test_hyphen_and_space_are_alike(small: Matcher, text: str) -> None:
    assert named(small, text) == [("EmailAddress", text)]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("addresses", "Address"),
        ("categories", "Category"),
        ("ordered", "Order"),
        ("children", "Children"),
        ("behavior", "Behaviour"),
        ("behaviours", "Behaviour"),
        ("anonymized data", "Behaviour"),
    ],
)
def test_inflection_and_spelling_are_set_aside(small: Matcher, text: str, term: str) -> None:
    assert named(small, text) == [(term, text)]


def test_a_form_in_capitals_is_found_in_capitals_only(small: Matcher) -> None:
    assert named(small, "IDS, ids, IDs") == [("Identifier", "IDS")]


def test_a_form_can_ask_for_its_capital_letters(small: Matcher) -> None:
    assert named(small, "turkey from Turkey") == [("Turkey", "Turkey")]


def test_within_a_phrase_that_means_nothing_there_is_no_match(small: Matcher) -> None:
    assert named(small, "in order to keep your orders") == [("Order", "orders")]


def test_a_rule_is_only_about_its_candidates(small: Matcher) -> None:
    assert named(small, "address book") == [("Address", "address")]


def test_a_form_can_ask_for_a_word_that_stands_near(small: Matcher) -> None:
    assert named(small, "We take steps. " + "x" * 300) == []
    assert named(small, "Fitness data: steps") == [("Steps", "steps")]
    assert named(small, "Fitness data." + " " * 300 + "steps") == []


def test_a_word_in_ing_names_nothing_without_its_ending(small: Matcher) -> None:
    assert named(small, "your account, for accounting") == [("Bookkeeping", "accounting")]


@pytest.mark.parametrize("text", ["improve our services", "improving the services", "improve services"])
def test_articles_inside_a_purpose_do_not_matter(small: Matcher, text: str) -> None:
    assert named(small, text) == [("Improve", text)]


def test_an_article_at_the_end_belongs_to_no_match(small: Matcher) -> None:
    assert named(small, "we improve our services the best we can") == [("Improve", "improve our services")]


def test_a_match_says_where_it_stands(small: Matcher) -> None:
    (match,) = small.find("Your e-mail.")
    assert (match.start, match.end, match.table) == (5, 11, "words")


@pytest.mark.parametrize(
    ("text", "table", "terms"),
    [
        ("we take reasonable steps in good faith", "personal-data", []),
        ("children under the age of 13", "personal-data", []),
        ("located outside of your state, province, country", "personal-data", []),
        ("your name, age, city and country", "personal-data", ["pd:Name", "pd:Age", "pd:City", "pd:Country"]),
        ("in order to use the Service you need an account", "purposes", []),
        ("in the event of an error", "purposes", []),
        ("improve its services", "purposes", ["dpv:ServiceOptimisation"]),
        ("the safety of our users or others", "recipients-roles", []),
        ("New Jersey", "countries", []),
        ("Jersey", "countries", ["loc:JE"]),
        ("turkey", "countries", []),
    ],
)
def test_misleading_words_are_left_alone(text: str, table: str, terms: list[str]) -> None:
    assert [m.term for m in matcher().find(text) if m.table == table] == [expand(term) for term in terms]
