"""Settings choose the law, the rules and what is accepted; what nobody knows is an error that says so."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graph import Finding
from graph.check import State
from graph.shapes import Severity
from policygraph import settings
from policygraph.settings import Settings, SettingsError

WHOLE = """
profile = "uk-gdpr"
as-of = 2026-06-19
fail-on = "warning"
select = ["R", "C01"]
ignore = ["R03", "R13"]
severity = { R30 = "warning", C01 = "violation" }
[[waive]]
rule = "R17"
policy = "apps/*.md"
reason = "told at the counter"
"""


def finding(
    requirement: str = "R17", *, policy: str = "a.md", state: State = "not found", severity: Severity = "Info"
) -> Finding:
    return Finding(policy, "v", requirement, "", "", state, severity, "missing", "")


def written(folder: Path, text: str, name: str = "policygraph.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def judged(chosen: Settings, one: Finding, path: str = "a.md") -> Finding:
    (found,) = chosen.judged([one], {(one.version, one.policy): path})
    return found


def test_all_settings_are_read(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, WHOLE))
    assert (found.profile, found.as_of, found.fail_on) == ("uk-gdpr", date(2026, 6, 19), "warning")
    assert {"R01", "R12q", "C01"} <= set(found.rules)
    assert not {"R03", "R13a", "C02"} & set(found.rules)


def test_without_settings_all_rules_hold_and_nothing_is_accepted() -> None:
    assert {"R01", "R13f", "C18"} <= set(Settings().rules)
    assert judged(Settings(), finding()) == finding()


def test_a_rule_has_the_severity_of_the_project(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, WHOLE))
    assert judged(found, finding("R30")).severity == "Warning"
    assert judged(found, finding("R29")).severity == "Info"


def test_a_waiver_gives_its_reason_for_the_policies_it_is_about(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, WHOLE))
    assert judged(found, finding(), "apps/a.md").waived == "told at the counter"
    assert not judged(found, finding(), "apps/a.md").open
    assert judged(found, finding(), "site/a.md").waived == ""
    assert judged(found, finding(state="fulfilled"), "apps/a.md").waived == ""
    assert judged(found, finding("R18"), "apps/a.md").waived == ""


def test_a_rule_answers_to_its_other_number(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, 'ignore = ["C06"]'))
    assert "R14" not in found.rules
    assert "R14q" in found.rules


def test_a_baseline_accepts_what_was_open_and_nothing_else(tmp_path: Path) -> None:
    old = [finding(), finding("R18"), finding("R19", state="fulfilled")]
    written(tmp_path, settings.baseline_of(reversed(old)), "old.json")
    found = settings.load(written(tmp_path, 'baseline = "old.json"'))
    assert [row["requirement"] for row in json.loads((tmp_path / "old.json").read_text())] == ["R17", "R18"]
    assert judged(found, finding()).waived == "accepted in old.json"
    assert judged(found, finding("R20")).waived == ""
    assert judged(found, replace(finding(), policy="b.md")).waived == ""
    assert settings.baseline_of(old) == settings.baseline_of(reversed(old))


def test_the_nearest_file_holds(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    written(tmp_path, "", "policygraph.toml")
    other = written(tmp_path / "a", "[tool.ruff]", "pyproject.toml")
    assert settings.find(inner) == tmp_path / "policygraph.toml"
    other.write_text("[tool.policygraph]\nfail-on = 'info'")
    assert settings.find(inner) == other
    assert settings.load(other).fail_on == "info"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profil = 'gdpr'", r"nobody knows 'profil'; known are profile"),
        ("profile = 'ccpa'", r"profile = 'ccpa'; it may be auto, gdpr, uk-gdpr"),
        ("fail-on = 'always'", r"it may be violation, warning, info, none"),
        ("as-of = 'today'", r"as-of must be a date"),
        ("as-of = 2026-01-01T00:00:00", r"as-of must be a date"),
        ("select = 'R01'", r"select must be a list of rules"),
        ("ignore = ['R99']", r"ignore: there is no rule 'R99'; there are C01"),
        ("severity = { R01 = 'fatal' }", r"severity.R01 = 'fatal'; it may be violation, warning, info"),
        ("severity = 'warning'", r"severity must be a table"),
        ("[[waive]]\nrule = 'R01'", r"each waiver needs a rule and a reason"),
        ("[[waive]]\nreason = 'so'", r"waive: there is no rule ''"),
        ("waive = 'R01'", r"waive must be a list of tables"),
        ("baseline = 'none.json'", r"none\.json: cannot be opened \(No such file"),
        ("baseline = 3", r"baseline must be the name of a file"),
        ("= 3", r"this is no TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError, match=message) as raised:
        settings.load(path)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize("text", ["[1]", "{", '[{"policy": "a.md"}]', "3"])
def test_what_is_no_baseline_is_said_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text, "old.json")
    with pytest.raises(SettingsError, match=r"old\.json: this is no baseline; make it anew with"):
        settings.with_baseline(Settings(), path)


def test_a_file_about_other_tools_is_refused_if_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"it has no table \[tool\.policygraph\]"):
        settings.load(written(tmp_path, "[tool.ruff]", "pyproject.toml"))
