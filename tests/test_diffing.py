"""What changed between two versions of a policy (tests/diffs.toml, tests/versions.toml), and how it is told."""

import json
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from extract.reading import read
from graph import Store
from policygraph import asking
from policygraph.diffing import Diff, Edition, compare, diff, kinds, of_file, reports
from policygraph.diffing.kinds import HOW, SEVERITIES
from policygraph.explorer import statements
from policygraph.explorer.asker import Asker
from policygraph.explorer.statements import Policy

HERE = Path(__file__).parent
CASES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "diffs.toml").read_text(encoding="utf-8"))
TEXTS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "versions.toml").read_text(encoding="utf-8"))


def stated(path: Path) -> Policy:
    """Return what a policy states."""
    return of_file(path).policy


def edited(text: str, case: dict[str, Any]) -> str:
    """Return a text with the edits of a case."""
    for old, new in case.get("edits", ()):
        assert old in text, f"nothing to edit: {old!r}"
        text = text.replace(old, new)
    for first, until, before in case.get("moves", ()):
        lines = text.split("\n")
        start, stop = line_of(lines, first), line_of(lines, until)
        moved = lines[start:stop]
        del lines[start:stop]
        place = line_of(lines, before)
        text = "\n".join([*lines[:place], *moved, *lines[place:]])
    return text


def line_of(lines: list[str], beginning: str) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith(beginning))


@pytest.fixture(scope="module")
def old(seed_store: Store) -> dict[str, Policy]:
    """Return what the seeds state, by their files."""
    asker = Asker(partial(asking.select, seed_store))
    read = {version.files[0]: statements.read(asker, version.iri) for version in seed_store.versions()}
    return {file: policy for file, policy in read.items() if policy is not None}


def version_of(seeds: tuple[Path, ...], case: dict[str, Any], folder: Path) -> Path:
    """Return a file with the edited policy of a case."""
    seed = next(path for path in seeds if path.name == case["policy"])
    path = folder / seed.name
    path.write_text(edited(seed.read_text(encoding="utf-8"), case), encoding="utf-8")
    return path


# --- what changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", CASES)
def test_what_was_edited_is_reported_and_nothing_else(
    title: str, old: dict[str, Policy], seeds: tuple[Path, ...], tmp_path: Path
) -> None:
    case = CASES[title]
    new = stated(version_of(seeds, case, tmp_path))
    before = old[case["policy"]]
    assert before.source.text != new.source.text
    found = compare(before, new)
    assert [f"{change.kind.name}: {reports.what(change)}" for change in found] == case["changes"]
    for change in found:  # what is reported is in the texts
        assert change.before or change.kind.how == "new"
        assert change.after or change.kind.how == "dropped"
        assert all(0 <= start < end <= len(before.source.text) for start, end in change.before)
        assert all(0 <= start < end <= len(new.source.text) for start, end in change.after)


@pytest.mark.parametrize("title", ["kept-longer", "a-right-is-dropped", "vendors-of-a-table"])
def test_turned_round_the_same_is_reported_the_other_way(
    title: str, old: dict[str, Policy], seeds: tuple[Path, ...], tmp_path: Path
) -> None:
    turned = {"new": "dropped", "dropped": "new", "longer": "shorter", "shorter": "longer"}
    case = CASES[title]
    new = stated(version_of(seeds, case, tmp_path))
    there = sorted(
        (turned[one.kind.how], one.about, one.old, one.new) for one in compare(old[case["policy"]], new)
    )
    back = sorted((one.kind.how, one.about, one.new, one.old) for one in compare(new, old[case["policy"]]))
    assert there == back


@pytest.mark.parametrize("title", TEXTS)
def test_of_two_texts_what_changed_is_reported_and_nothing_else(title: str, tmp_path: Path) -> None:
    for side in ("old", "new"):
        (tmp_path / f"{side}.md").write_text(TEXTS[title][side], encoding="utf-8")
    found = compare(stated(tmp_path / "old.md"), stated(tmp_path / "new.md"))
    assert [f"{change.kind.name}: {reports.what(change)}" for change in found] == TEXTS[title]["changes"]


def test_a_policy_has_not_changed_from_itself(old: dict[str, Policy]) -> None:
    for policy in old.values():
        assert compare(policy, policy) == ()


def test_a_text_and_its_markdown_state_the_same(tmp_path: Path) -> None:
    plain = (
        "Privacy Policy\n\nWhat we collect\n\nWe collect:\n\n• your name\n• your email address\n\n"
        "How long we keep data\n\nWe keep your email address for two years.\n"
    )
    marked = (
        "# Privacy Policy\n\n## What we collect\n\nWe collect:\n\n* your **name**\n* your *email address*\n\n"
        "## How long we keep data\n\nWe keep your **email address** for two years.\n"
    )
    (tmp_path / "a.txt").write_text(plain, encoding="utf-8")
    (tmp_path / "a.md").write_text(marked, encoding="utf-8")
    assert compare(stated(tmp_path / "a.txt"), stated(tmp_path / "a.md")) == ()


def test_broader_concepts_are_told_as_one_change(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Privacy\n\nWe collect your email address when you order.\n", encoding="utf-8"
    )
    (tmp_path / "b.txt").write_text(
        "Privacy\n\nWe collect your contact details when you order.\n", encoding="utf-8"
    )
    there = compare(stated(tmp_path / "a.txt"), stated(tmp_path / "b.txt"))
    back = compare(stated(tmp_path / "b.txt"), stated(tmp_path / "a.txt"))
    assert [(one.kind.name, one.old, one.new) for one in there] == [
        ("data-broader", ("email address",), ("contact details",))
    ]
    assert [(one.kind.name, one.old, one.new) for one in back] == [
        ("data-narrower", ("contact details",), ("email address",))
    ]


# --- kinds -------------------------------------------------------------------------------------------------


def test_kinds_are_whole() -> None:
    known = kinds()
    tables = [one.kinds for one in known.aspects.values()] + [one.kinds for one in known.pairs.values()]
    every = [kind for table in tables for kind in table.values()]
    assert {kind.severity for kind in every} == set(SEVERITIES)
    assert {kind.how for kind in every} == set(HOW)
    assert {kind.group for kind in every} == set(known.groups)
    assert len({kind.name for kind in every}) == len(every)
    for aspect in known.aspects.values():
        others = {*aspect.along, *aspect.needs, aspect.told_by, aspect.unless, aspect.besides}
        assert others - {""} <= known.aspects.keys()
        assert aspect.within in {"", "pairs", *known.aspects}
    for pair in known.pairs.values():
        assert {pair.of, pair.value, pair.without} - {""} <= known.aspects.keys()
        assert {pair.told_by} - {""} <= known.pairs.keys()


# --- how it is told ----------------------------------------------------------------------------------------

HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Diff:
    """Return two texts of which the later names a recipient that would be markup."""
    folder = tmp_path_factory.mktemp("told")
    old, new = folder / "old.txt", folder / "new.txt"
    before = "Privacy Policy of Acme Limited\n\nWe keep your email address for 12 months.\n"
    old.write_text(before, encoding="utf-8")
    after = before.replace("12 months", "3 years")
    new.write_text(f"{after}\nWe share your name with Stripe <b>*{HOSTILE}*</b>.\n", encoding="utf-8")
    return diff(of_file(old), of_file(new))


def test_json_has_both_sides_with_line_and_column(found: Diff) -> None:
    told = json.loads(reports.as_json(found))
    longer = next(one for one in told["changes"] if one["kind"] == "retention-data-longer")
    assert (longer["about"], longer["old"], longer["new"]) == (["email address"], ["1 year"], ["3 years"])
    assert {"start": 59, "end": 72, "text": "for 12 months", "line": 3, "column": 28} in longer["before"]
    for side, edition in (("before", found.old), ("after", found.new)):
        for change in told["changes"]:
            for one in change[side]:
                assert edition.policy.source.text[one["start"] : one["end"]] == one["text"]


def test_what_policies_say_is_no_markup(found: Diff) -> None:
    page = reports.as_html(found)
    assert "onerror" in page  # the words are shown
    assert not html.fromstring(page).xpath("//img | //script | //article//b")
    marked = reports.as_markdown(found)
    assert "<b>" not in marked.replace("\\<", "")
    assert "\\*" in marked


def test_lines_for_a_terminal_show_the_words_of_both_sides(found: Diff) -> None:
    lines = "\n".join(reports.lines(found))
    assert "kept longer" in lines
    assert "12 months" in lines
    assert "3 years" in lines


def test_nothing_changed_is_said(found: Diff) -> None:
    same = diff(found.old, found.old)
    assert reports.summary(same) == "Both state the same."
    assert json.loads(reports.as_json(same))["changes"] == []
    assert isinstance(same.old, Edition)


def test_the_same_texts_give_the_same_bytes(found: Diff) -> None:
    again = diff(found.old, found.new)
    assert reports.as_json(again) == reports.as_json(found)
    assert reports.as_html(again) == reports.as_html(found)


def test_a_reading_is_needed_only_once(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Privacy Policy of Acme Limited\n\nWe collect your name.\n", encoding="utf-8")
    assert of_file(path).policy.version.endswith(f"/{read(path).sha256[:12]}/")
