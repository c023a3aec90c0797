"""Runs tests/composed.toml: what a phrase means by its verb and what the verb acts on."""

import tomllib
from pathlib import Path

import pytest

import ontology
from extract.composed import concept_of

CASES = tomllib.loads(Path(__file__).with_name("composed.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("phrase", "concept"), CASES["means"].items())
def test_a_phrase_means_a_concept(phrase: str, concept: str) -> None:
    found = concept_of(phrase)
    assert found is not None
    assert ontology.shorten(found) == concept


@pytest.mark.parametrize("phrase", CASES["nothing"]["phrases"])
def test_a_phrase_means_no_concept(phrase: str) -> None:
    assert concept_of(phrase) is None


def test_each_entry_names_a_purpose_and_has_a_place_of_its_own() -> None:
    lexicon = ontology.load()
    means, order = (ontology.expand(f"pgq:{name}") for name in ("means", "order"))
    entries = list(lexicon.subjects(means))
    assert len({lexicon.values(entry, order) for entry in entries}) == len(entries)
    for entry in entries:
        (concept,) = lexicon.values(entry, means)
        assert lexicon.is_under(concept, ontology.expand("dpv:Purpose")), entry
        assert ontology.expand("dpv:Purpose") in lexicon.terms[concept].types, entry
