"""Versions of a policy: read from dated files and from git, which of them is the latest, and what held on a day."""

import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from test_cli import run

import queries
from extract.claim import Reading
from extract.reading import read
from graph import Store, versions
from graph.versions import Dates, Seen, in_order
from policygraph import asking, building, history
from policygraph.explorer import changed, company
from policygraph.explorer.asker import Asker
from policygraph.explorer.directory import directory
from policygraph.explorer.links import Links
from policygraph.explorer.rendering import render
from policygraph.explorer.site import NothingThere, Site

FIRST = "Privacy Policy of Acme Limited\n\nWe share your name with Stripe.\n"
SECOND = FIRST.replace("Stripe", "Stripe and Mailchimp")
THIRD = SECOND.replace("Acme Limited", "Acme Holdings Limited")
ACME = "https://w3id.org/policygraph/id/company/acme-limited"


def git(folder: Path, *words: str, day: str = "2020-01-01") -> None:
    """Run git in a folder, at noon of a day."""
    moment = f"{day}T12:00:00Z"
    who = {
        f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    when = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", *words],  # noqa: S607
        cwd=folder, env={**os.environ, **who, **when, **settings}, check=True, capture_output=True,
    )  # fmt: skip


def built(paths: list[Path], folder: Path) -> Store:
    """Return a store in memory with the histories at some paths, which are laid out in a folder."""
    seen = history.lay_out(paths, folder)
    store = Store()
    building.build([folder], store)
    versions.chronicle(store, seen)
    store.rebuild_derived()
    return store


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """Return a folder with three versions of a policy, the last under another name of the company."""
    folder = tmp_path / "policies" / "acme"
    folder.mkdir(parents=True)
    for day, text in (("2021-05-25", FIRST), ("2022-01-01", SECOND), ("2023-07-01", THIRD)):
        (folder / f"{day}.txt").write_text(text, encoding="utf-8")
    return folder.parent


# --- dates -------------------------------------------------------------------------------------------------


def test_a_text_holds_from_the_day_it_states_else_from_when_it_was_seen() -> None:
    found = in_order(
        {
            "a": Dates("2018-05-25", ("2018-06-01T00:00:00Z",)),
            "b": Dates("", ("2019-03-01T00:00:00Z",)),
            "c": Dates("2020-01-01", ("2019-12-01T00:00:00Z",)),  # announced before it holds
        }
    )
    assert found == [("2018-05-25", "a"), ("2019-03-01", "b"), ("2020-01-01", "c")]


def test_a_date_that_was_not_changed_with_the_text_tells_nothing() -> None:
    found = in_order(
        {
            "a": Dates("2018-05-25", ("2018-06-01T00:00:00Z",)),
            "b": Dates("2018-05-25", ("2021-02-03T00:00:00Z",)),
        }
    )
    assert found == [("2018-05-25", "a"), ("2021-02-03", "b")]


def test_a_text_that_came_back_holds_twice() -> None:
    moments = ("2018-06-01T00:00:00Z", "2020-06-01T00:00:00Z")
    found = in_order({"a": Dates("", moments), "b": Dates("", ("2019-06-01T00:00:00Z",))})
    assert found == [("2018-06-01", "a"), ("2019-06-01", "b"), ("2020-06-01", "a")]


def test_without_any_date_the_one_that_is_not_stale_is_the_last() -> None:
    assert in_order({"a": Dates(), "b": Dates(stale=True)}) == [("", "b"), ("", "a")]


# --- folders and git ---------------------------------------------------------------------------------------


def test_a_folder_of_dated_files_is_a_history(dated: Path, tmp_path: Path) -> None:
    (tmp_path / "laid").mkdir()
    seen = history.lay_out([dated], tmp_path / "laid")
    assert seen == {
        f"policies_acme@{day}.txt": Seen("policies/acme", f"{day}T00:00:00Z")
        for day in ("2021-05-25", "2022-01-01", "2023-07-01")
    }
    assert (tmp_path / "laid" / "policies_acme@2022-01-01.txt").read_text(encoding="utf-8") == SECOND


def test_names_before_the_date_tell_histories_of_one_folder_apart(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("acme_2021-01-01.md", "acme_2022-01-01.md", "bluth-2021-01-01.txt"):
        (folder / name).write_text(f"We collect your name, {name}.", encoding="utf-8")
    (folder / "acme_2022-02-01.md").write_text("We collect your name, acme_2022-01-01.md.", encoding="utf-8")
    (tmp_path / "laid").mkdir()
    seen = history.lay_out([folder], tmp_path / "laid")
    assert list(seen) == ["in_acme@2021-01-01.md", "in_acme@2022-01-01.md", "in_bluth@2021-01-01.txt"]


def test_every_commit_that_changed_a_file_is_a_version_wherever_it_lay(tmp_path: Path) -> None:
    repo, laid = tmp_path / "repo", tmp_path / "laid"
    (repo / "legal").mkdir(parents=True)
    laid.mkdir()
    git(repo, "init", "-q")
    (repo / "-privacy.md").write_text(FIRST, encoding="utf-8")
    git(repo, "add", "--", "-privacy.md")
    git(repo, "commit", "-qm", "first", day="2020-01-01")
    git(repo, "mv", "--", "-privacy.md", "legal/privacy.md")
    git(repo, "commit", "-qm", "moved", day="2020-02-01")
    for day, text in (("2021-03-01", SECOND), ("2021-03-01", THIRD), ("2022-01-01", SECOND)):
        (repo / "legal" / "privacy.md").write_text(text, encoding="utf-8")
        git(repo, "commit", "-qam", "changed", day=day)
    (repo / ".git" / "hooks" / "post-index-change").write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    git(repo, "config", "core.fsmonitor", "touch ran")
    seen = history.lay_out([repo], laid)
    assert seen == {
        "repo_legal_privacy@2020-01-01.md": Seen("repo/legal/privacy", "2020-01-01T12:00:00Z"),
        "repo_legal_privacy@2021-03-01.md": Seen("repo/legal/privacy", "2021-03-01T12:00:00Z"),
        "repo_legal_privacy@2021-03-01.2.md": Seen("repo/legal/privacy", "2021-03-01T12:00:01Z"),
        "repo_legal_privacy@2022-01-01.md": Seen("repo/legal/privacy", "2022-01-01T12:00:00Z"),
    }
    assert [(laid / name).read_text(encoding="utf-8") for name in seen] == [FIRST, SECOND, THIRD, SECOND]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("acme.txt", "no date in its name, and git tells no history"),
        ("acme_2021-02-30.txt", "2021-02-30 in its name is no date"),
    ],
)
def test_what_has_no_history_is_named(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / name).write_text(FIRST, encoding="utf-8")
    with pytest.raises(history.HistoryError, match=why) as error:
        history.lay_out([tmp_path / name], tmp_path)
    assert name in str(error.value)
    assert "acme_2021-05-25.txt" in str(error.value)


def test_a_folder_of_texts_is_brought_up_to_date_and_keeps_other_histories(tmp_path: Path) -> None:
    for name in ("acme", "bluth"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "2021-05-25.txt").write_text(FIRST, encoding="utf-8")
    history.lay_out([tmp_path / "acme"], tmp_path / "laid")
    history.lay_out([tmp_path / "bluth"], tmp_path / "laid")
    (tmp_path / "acme" / "2021-05-25.txt").rename(tmp_path / "acme" / "2021-06-25.txt")
    seen = history.lay_out([tmp_path / "acme"], tmp_path / "laid")
    assert seen == {
        "bluth@2021-05-25.txt": Seen("bluth", "2021-05-25T00:00:00Z"),
        "acme@2021-06-25.txt": Seen("acme", "2021-06-25T00:00:00Z"),
    }
    assert {path.name for path in (tmp_path / "laid").iterdir()} == {*seen, "histories.json"}
    (tmp_path / "laid" / "histories.json").write_text("[", encoding="utf-8")
    with pytest.raises(history.HistoryError, match="no list of histories"):
        history.lay_out([tmp_path / "acme"], tmp_path / "laid")


def test_two_histories_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    for place in ("one", "other"):
        (tmp_path / place / "acme").mkdir(parents=True)
        (tmp_path / place / "acme" / "2021-05-25.txt").write_text(FIRST, encoding="utf-8")
    with pytest.raises(history.HistoryError, match="name the folder above both"):
        history.lay_out([tmp_path / "one" / "acme", tmp_path / "other" / "acme"], tmp_path)


# --- in a store --------------------------------------------------------------------------------------------


@pytest.fixture
def store(dated: Path, tmp_path: Path) -> Iterator[Store]:
    with built([dated], tmp_path / "laid") as made:
        yield made


def test_the_latest_by_date_holds_whatever_it_calls_the_company(store: Store) -> None:
    status = {version.files[0]: version.stale for version in store.versions()}
    assert status == {
        "policies_acme@2021-05-25.txt": True,
        "policies_acme@2022-01-01.txt": True,
        "policies_acme@2023-07-01.txt": False,
    }
    (timeline,) = versions.timelines(store)
    assert [held.since for held in timeline] == ["2021-05-25", "2022-01-01", "2023-07-01"]
    rows = asking.select(store, queries.question("overview"), {})
    assert [row[0] for row in rows.rows] == ["Acme Holdings Limited"]


def test_built_again_nothing_changes(store: Store, dated: Path, tmp_path: Path) -> None:
    before = sorted(map(str, store._store))
    seen = {f"policies_acme@{d}.txt": Seen("policies/acme", f"{d}T00:00:00Z") for d in ("2021-05-25",)}
    building.build([tmp_path / "laid"], store)
    versions.chronicle(store, {**seen, **history.lay_out([dated], tmp_path / "laid")})
    store.rebuild_derived()
    assert sorted(map(str, store._store)) == before


@pytest.mark.parametrize(
    ("day", "recipients"),
    [("2021-05-24", None), ("2021-05-25", ["Stripe"]), ("2022-06-01", ["Mailchimp", "Stripe"])],
)
def test_a_store_as_of_a_day_knows_what_held_then(
    store: Store, day: str, recipients: list[str] | None, tmp_path: Path
) -> None:
    current = versions.current(store, day)
    if recipients is None:
        assert not current.versions
        return
    assert current.undated == 0
    versions.copy(store, current.versions, tmp_path / "then")
    with Store(tmp_path / "then", read_only=True) as then:
        rows = asking.select(then, queries.question("top-recipients"), {})
        assert sorted(str(row[0]) for row in rows.rows) == recipients
        assert [version.stale for version in then.versions()] == [False]


def test_what_has_no_date_is_current_on_every_day(seed_store: Store) -> None:
    current = versions.current(seed_store, "1999-01-01")
    assert current.undated == len(current.versions) == 2
    assert len(versions.current(seed_store, "2030-01-01").versions) == 5


def test_questions_are_about_the_latest_texts(
    seeds: tuple[Path, ...], seed_readings: tuple[Reading, ...], seed_store: Store, tmp_path: Path
) -> None:
    old = tmp_path / seeds[0].name
    text = seeds[0].read_text(encoding="utf-8").replace("Hubspot CRM", "Oldcorp CRM")
    old.write_text(text.replace("your name and email", "your name, blood type and email"), encoding="utf-8")
    with Store() as both:
        both.add([read(old), *seed_readings[1:]])
        both.add(seed_readings[:1], keep_versions=True)
        both.rebuild_derived()
        assert sum(version.stale for version in both.versions()) == 1
        differ = {
            name
            for name, one in queries.questions().items()
            if one.group != "lookups"
            and asking.select(both, one, {}).rows != asking.select(seed_store, one, {}).rows
        }
    assert differ == {"changes", "dates"}


# --- the command -------------------------------------------------------------------------------------------


def test_the_command_builds_compares_and_asks_a_history(dated: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "store")
    assert run("build", "--history", str(dated), "--store", folder).exit_code == 0
    told = run("diff", "Acme Limited", "--from", "2021-06-01", "--to", "2022-06-01", "--store", folder)
    assert told.exit_code == 1
    assert "+ new recipient: Mailchimp" in told.stdout
    renamed = run("diff", "Acme Limited@2022-01-01", "Acme Holdings Limited", "--store", folder, "-f", "json")
    assert renamed.exit_code == 1
    assert '"controller-changed"' in renamed.stdout
    assert run("diff", "Acme Limited@2022-01-01", "Acme Limited@2023-01-01", "--store", folder).exit_code == 0
    then = run("query", "top-recipients", "--as-of", "2021-06-01", "--store", folder, "--format", "csv")
    assert "Stripe" in then.stdout
    assert "Mailchimp" not in then.stdout
    shown = run("show", "Acme Limited", "--as-of", "2021-06-01", "--store", folder)
    assert "Stripe" in shown.stdout
    assert "Mailchimp" not in shown.stdout
    for command in (
        ["check"],
        ["network", "-o", str(tmp_path / "n.json")],
        ["report", "--all", "-f", "ropa-csv"],
    ):
        assert run(*command, "--as-of", "2021-06-01", "--store", folder).exit_code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["diff", "{old}"], "name the file to compare it with"),
        (["diff", "{old}", "nowhere.txt"], "nowhere.txt: no such file"),
        (["diff", "Bluth", "--store", "{store}"], "no policy of 'Bluth' in the store; there are: Acme"),
        (
            ["diff", "Acme Limited@1999-01-01", "Acme Limited", "--store", "{store}"],
            "no version held on 1999-01-01",
        ),
        (["diff", "Acme Limited@soon", "Acme Limited", "--store", "{store}"], "after @ comes a date"),
        (
            ["diff", "Acme Limited@abcd", "Acme Limited", "--store", "{store}"],
            "no version begins with this SHA-256",
        ),
        (
            ["diff", "https://x.example/", "Acme Limited", "--store", "{store}"],
            "no such version in the store",
        ),
        (
            ["diff", "Acme Limited", "--to", "2021-06-01", "--store", "{store}"],
            "no version before that of",
        ),
        (["diff", "{old}", "{old}", "--to", "2021-06-01"], "--from and --to are for one company"),
        (
            ["query", "dates", "--as-of", "1999-01-01", "--store", "{store}"],
            "no policy here held on 1999-01-01",
        ),
        (["build", "--history", "{old}", "--store", "{store}"], "no date in its name"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(
    words: list[str], why: str, dated: Path, tmp_path: Path
) -> None:
    old, folder = tmp_path / "acme.txt", tmp_path / "store"
    old.write_text(FIRST, encoding="utf-8")
    with built([dated], tmp_path / "laid") as made:
        made.save(folder)
    with Store(folder) as kept:
        versions.chronicle(kept, history.lay_out([dated], tmp_path / "laid"))
    done = run(*(word.format(old=old, store=folder) for word in words))
    assert done.exit_code == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_the_example_of_the_page_on_versions_runs(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    page = (root / "docs" / "history.md").read_text(encoding="utf-8")
    edits = re.findall(r"s/([^/]+)/([^/]+)/", page.partition("```text")[0])
    assert len(edits) == 2
    seed = root / "seeds" / "000_6f7f262a6d51d04d.txt"
    text = seed.read_text(encoding="utf-8")
    for old, new in edits:
        text = "\n".join(line.replace(old, new, 1) for line in text.split("\n"))  # as sed does
    (tmp_path / "newer.txt").write_text(text, encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("\n```")[0]
    told = run("diff", seed, tmp_path / "newer.txt").stdout.splitlines()
    assert [line for line in shown.splitlines() if line not in told] == ["…"]


# --- in the explorer ---------------------------------------------------------------------------------------


def test_the_explorer_lists_versions_and_says_what_changed(store: Store) -> None:
    asker = Asker(partial(asking.select, store))
    site = Site(asker, directory(asker), Links())
    (known,) = site.directory.companies
    page = render(company.page(site, known.iri), site.links)
    assert all(day in page for day in ("2021-05-25", "2022-01-01", "2023-07-01"))
    first, second, third = (held.version.iri for held in versions.timelines(store)[0])
    assert "what changed</a>" in page
    told = render(changed.page(site, first, second), site.links)
    assert "new recipient" in told
    assert "<mark>Mailchimp</mark>" in told
    assert site.links.policy(first) in told
    assert "other company responsible" in render(changed.page(site, "", third), site.links)
    with pytest.raises(NothingThere, match="no version before"):
        changed.page(site, "", first)
    with pytest.raises(NothingThere, match="no policy"):
        changed.page(site, ACME, first)
