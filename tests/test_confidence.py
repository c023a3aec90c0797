import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import ontology
from extract.passage import Passage, parsed
from extract.readers import read_text

ROOT = Path(__file__).parents[1]
FILE = ROOT / "extract" / "confidence.toml"
FIGURES = tomllib.loads(FILE.read_text(encoding="utf-8"))


def literals() -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the strings and templates of strings in the extractors."""
    for path in sorted((ROOT / "extract").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            ):
                yield node


def pattern(template: ast.JoinedStr) -> re.Pattern[str]:
    """Return the strings that a template can make; each group is what fills it."""
    parts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else "(.+)" for p in template.values)
    return re.compile("".join(parts))


@pytest.fixture(scope="module")
def passage() -> Passage:
    policy = parsed(read_text("case", b"We collect your email address.", "text/plain"), ontology.load())
    return policy.passages[0]


def test_every_rule_with_a_figure_is_a_rule_of_an_extractor() -> None:
    found = tuple(literals())
    whole = {str(node.value) for node in found if isinstance(node, ast.Constant)}
    fillings = {text.lower() for text in whole}
    templates = [pattern(node) for node in found if isinstance(node, ast.JoinedStr)]
    # A template without words of its own would make any string.
    templates = [one for one in templates if re.search(r"[a-z]{2}", one.pattern)]

    def made(rule: str) -> bool:
        matches = (one.fullmatch(rule) for one in templates)
        return any(match is not None and fillings.issuperset(match.groups()) for match in matches)

    assert [rule for rule in FIGURES if rule not in whole and not made(rule)] == []


def test_figures_are_shares_of_something() -> None:
    assert len(FIGURES) > 50
    for rule, figure in FIGURES.items():
        assert figure.keys() == {"right", "of"}, rule
        assert 0.5 <= figure["right"] <= 1, rule
        assert round(figure["right"], 2) == figure["right"], rule
        assert figure["of"] >= 1, rule


def test_rules_are_sorted_and_the_file_says_how_it_was_made() -> None:
    assert list(FIGURES) == sorted(FIGURES)
    assert "python bench/calibrate.py --write" in FILE.read_text(encoding="utf-8")


def test_evidence_takes_the_measured_figure_of_its_rule(passage: Passage) -> None:
    rule, figure = next((rule, figure["right"]) for rule, figure in FIGURES.items() if figure["right"] < 0.9)
    assert passage.evidence(0, 2, confidence=0.99, rule=rule).confidence == figure
    assert passage.evidence(0, 2, rule=rule, support="Inherited").confidence == figure


def test_evidence_keeps_the_given_figure_of_a_rule_that_nobody_measured(passage: Passage) -> None:
    assert passage.evidence(0, 2, confidence=0.99, rule="no such rule").confidence == 0.99
    assert passage.evidence(0, 2, confidence=0.7).confidence == 0.7


def test_some_rules_are_sure_and_some_are_not() -> None:
    shares = [figure["right"] for figure in FIGURES.values()]
    assert min(shares) < 0.6
    assert max(shares) >= 0.9
