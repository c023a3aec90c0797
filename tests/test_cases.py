"""Runs tests/cases/NAME.toml on the function NAME of extract/NAME.py: a text goes in, claims must come out.

A case has `text` (with `format` "plain", "markdown" or "html"), or a parse made by hand (`words`, `heads`,
`deps`, and if needed `tags`, `pos`, `lemmas`), and `claims`, the list of all that must be found. A claim
names `predicate` and `value` and may name `text` (the quotes, joined by " … "), `denied`, `support`, and
the `claims` within a node. `only` looks at some predicates alone; `function` calls another function of
the module.
"""

import importlib
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from spacy.tokens import Doc

import ontology
from extract.claim import Claim, Company, Concept, Controller, Node, Service, Text
from extract.document import Block, Document
from extract.matcher import matcher
from extract.parser import load
from extract.passage import Passage, Policy, parsed
from extract.readers import read_text

FOLDER = Path(__file__).with_name("cases")
FILES = sorted(FOLDER.glob("*.toml"))
MEDIA_TYPES = {"plain": "text/plain", "markdown": "text/markdown", "html": "text/html"}


def cases() -> Iterator[Any]:
    for path in FILES:
        for title, case in tomllib.loads(path.read_text(encoding="utf-8")).items():
            yield pytest.param(path.stem, case, id=f"{path.stem}-{title}")


def policy_of(case: dict[str, Any]) -> Policy:
    """Return the policy of a case, parsed by the project's parser or by hand."""
    lexicon = ontology.load()
    if "words" not in case:
        media_type = MEDIA_TYPES[case.get("format", "plain")]
        return parsed(read_text("case", case["text"].encode(), media_type), lexicon)
    doc = Doc(
        load().vocab,
        words=case["words"],
        heads=case["heads"],
        deps=case["deps"],
        tags=case.get("tags"),
        pos=case.get("pos"),
        lemmas=case.get("lemmas"),
    )
    policy = Policy(Document("case", doc.text, (Block("paragraph", ((0, len(doc.text)),)),)), lexicon, ())
    passage = Passage(policy, 0, doc, matcher().tables(doc.text))
    object.__setattr__(policy, "passages", (passage,))
    return policy


def claims_of(found: Iterable[Claim | Controller], lexicon: ontology.Ontology) -> Iterator[Claim]:
    """Yield the claims; a controller counts as one on the company, followed by what is said about it."""
    for item in found:
        if isinstance(item, Claim):
            yield item
        else:
            yield Claim(lexicon.term("dpv:hasDataController"), item.company, ())
            yield from item.claims


def shown(claim: Claim, text: str) -> dict[str, Any]:
    """Return a claim as it is written in a case."""
    value = claim.value
    if isinstance(value, Concept):
        name = ontology.shorten(value.iri)
    elif isinstance(value, Text):
        name = value.value
    elif isinstance(value, Company | Service):
        name = value.name
    elif isinstance(value, Node):
        name = value.kind
    else:
        name = value.phrase
    return {
        "predicate": ontology.shorten(claim.predicate),
        "value": name,
        "text": " … ".join(text[evidence.start : evidence.end] for evidence in claim.evidence),
        "denied": claim.denied,
        "support": claim.evidence[0].support if claim.evidence else None,
        "claims": [shown(inner, text) for inner in value.claims] if isinstance(value, Node) else [],
    }


def fits(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """Tell whether a claim found has all that the wanted one names, and is denied only if that is."""
    if found["denied"] != wanted.get("denied", False):
        return False
    plain = {key: value for key, value in wanted.items() if key not in ("claims", "denied")}
    if any(found[key] != value for key, value in plain.items()):
        return False
    return "claims" not in wanted or not unmatched(wanted["claims"], found["claims"])


def unmatched(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """Return what is missing and what is too much, as lines."""
    left = list(found)
    missing = []
    for claim in wanted:
        hit = next((other for other in left if fits(claim, other)), None)
        if hit is None:
            missing.append(f"missing: {claim}")
        else:
            left.remove(hit)
    return missing + [f"too much: {claim}" for claim in left]


@pytest.mark.parametrize(("name", "case"), list(cases()))
def test_case(name: str, case: dict[str, Any]) -> None:
    policy = policy_of(case)
    function = getattr(importlib.import_module(f"extract.{name}"), case.get("function", name))
    found = [shown(claim, policy.document.text) for claim in claims_of(function(policy), policy.ontology)]
    only = case.get("only")
    if only is not None:
        found = [claim for claim in found if claim["predicate"] in only]
    problems = unmatched(case["claims"], found)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_has_a_case_that_finds_nothing(path: Path) -> None:
    assert any(case["claims"] == [] for case in tomllib.loads(path.read_text(encoding="utf-8")).values())


def test_a_claim_too_much_and_a_claim_missing_are_told() -> None:
    found = {"predicate": "dpv:hasRight", "value": "eu-gdpr:A15", "text": "x", "denied": False, "claims": []}
    wanted = {"predicate": "dpv:hasRight", "value": "eu-gdpr:A16"}
    assert len(unmatched([wanted], [found])) == 2
    assert unmatched([{"predicate": "dpv:hasRight", "value": "eu-gdpr:A15"}], [found]) == []
    assert unmatched([{"predicate": "dpv:hasRight", "value": "eu-gdpr:A15", "denied": True}], [found])
