"""`policygraph check` reports what can be read, keeps it in a store, and runs as the documentation says."""

import csv
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graph import Store, engine
from ontology import expand
from policygraph import checking
from policygraph.checking import of_files
from policygraph.cli import app
from policygraph.reports import ENDINGS, FORMATS

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
ACME = "# Privacy policy of Acme Ltd\n\nAcme Ltd is the controller. We collect your name to send you newsletters.\n"
HOSTILE = """# =cmd()|'Policy of Acme Ltd

=Acme Ltd is the controller. We collect your <script>alert(1)</script> name ]]> and your e-mail\x1b[31m address.

+We never share your data with third parties, "100%" ::error::. We share your name with Stripe \u202e for marketing.
"""
OTHER = ACME.replace("your name", "your address")


def run(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with files of one name in several folders, one of which cannot be read."""
    for name, text in (("a", ACME), ("b", OTHER), ("c", ACME), ("d", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.md").write_text(text, encoding="utf-8")
    (tmp_path / "alone.html").write_text(f"<p>{ACME[30:]}</p>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Path:
    """Return a store that holds one policy."""
    assert run("build", folder / "a", "-s", folder / "store", "-q").exit_code == 0
    return folder / "store"


def results(store: Path) -> Iterator[str]:
    """Yield the results of the reports that a store keeps."""
    with Store(store, read_only=True) as opened:
        for version in opened.versions():
            for triple in opened.triples(version.report):
                if triple.predicate.value == expand("sh:result"):
                    yield str(triple.object)


def test_a_text_without_a_company_is_a_policy_of_each_file_that_holds_it(tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("We collect your name to send you newsletters.\n" * 3, encoding="utf-8")
    checked = of_files([tmp_path])
    assert [(policy.name, bool(findings)) for policy, findings in checked.by_policy()] == [
        ("one.txt", True),
        ("two.txt", True),
    ]


def test_files_of_one_name_are_policies_of_their_own(folder: Path) -> None:
    checked = of_files([folder / "c", folder / "a", folder / "b", folder / "alone.html"])
    names = [policy.name for policy, _ in checked.by_policy()]
    assert names == [*(str(folder / one / "policy.md") for one in "cab"), "alone.html"]
    sizes = {len(findings) for _, findings in checked.by_policy()}
    assert len(sizes) == 1
    assert 0 not in sizes
    texts = [policy.source.text for policy, _ in checked.by_policy()]
    assert ["name" in text for text in texts[:3]] == [True, True, False]


@pytest.mark.parametrize("name", ["table", *FORMATS])
@pytest.mark.usefixtures("folder")
def test_a_file_that_cannot_be_read_stops_no_other(name: str) -> None:
    done = run("check", "d", "a", "nowhere.md", "-f", name, "--fail-on", "info")
    assert done.exit_code == 2
    assert "not read: policy.md" in done.stderr
    assert "not read: nowhere.md: no such file" in done.stderr
    assert "Traceback" not in done.stderr
    assert "R12" in done.stdout


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_of_a_file_means_a_format(ending: str, folder: Path) -> None:
    path = folder / f"out{ending}"
    assert run("check", "a", "-o", path).exit_code == 0
    named = run("check", "a", "-f", ENDINGS[ending])
    assert path.read_bytes() == named.stdout_bytes
    assert run("check", "a", "-f", ENDINGS[ending]).stdout_bytes == named.stdout_bytes


@pytest.mark.parametrize("name", ["table", *FORMATS])
def test_what_a_policy_says_stays_text(name: str, folder: Path) -> None:
    path = folder / "x,y%:z.md"
    path.write_text(HOSTILE, encoding="utf-8")
    done = run("check", path.name, "-f", name)
    assert done.exit_code == 0, done.stderr
    made = done.stdout_bytes.decode()
    assert not {"\x1b", "\u202e"} & set(made) or name in ("csv", "ttl")
    if name in ("html", "junit"):
        assert "<script" not in made
    if name == "github":
        assert all(line.startswith("::") for line in made.splitlines())
        assert "file=x%2Cy%25%3Az.md," in made
    if name == "csv":
        rows = list(csv.reader(made.splitlines(keepends=True)))
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_an_unknown_ending_asks_for_a_format(folder: Path) -> None:
    done = run("check", "a", "-o", folder / "out.xlsx")
    assert done.exit_code == 2
    assert "name one with --format" in done.stderr
    assert not (folder / "out.xlsx").exists()
    assert run("check", "a", "-o", folder / "out.xlsx", "-f", "csv").exit_code == 0


def test_nothing_to_check_is_no_clean_bill(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = run("check", "empty")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no policies here" in done.stderr


def test_checking_a_store_keeps_the_report(store: Path) -> None:
    assert list(results(store)) == []
    assert run("check", "-s", store).exit_code == 0
    kept = sorted(results(store))
    assert kept
    exports = [run("export", "-s", store).stdout_bytes for _ in range(2) if run("check", "-s", store)]
    assert exports[0] == exports[1]
    assert sorted(results(store)) == kept


def test_a_report_stays_until_the_text_is_another(store: Path, folder: Path) -> None:
    run("check", "-s", store)
    kept = sorted(results(store))
    run("build", folder / "a", "-s", store, "-q")
    assert sorted(results(store)) == kept
    (folder / "a" / "policy.md").write_text(ACME + "\nWe keep your email address for two years.\n", "utf-8")
    run("build", folder / "a", "-s", store, "-q")
    assert list(results(store)) == []


def test_a_store_in_use_is_checked_and_left_as_it_is(store: Path) -> None:
    with Store(store):
        done = run("check", "-s", store, "-f", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)
    assert list(results(store)) == []


# --- the documentation -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["table", *FORMATS])
def test_every_format_is_documented_with_its_ending(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|(.*?)\|", GUIDE, re.MULTILINE)
    endings = [ending for ending, form in ENDINGS.items() if form == name]
    assert re.findall(r"`(.*?)`", row) == endings


@pytest.mark.usefixtures("folder")
def test_every_field_of_a_row_is_documented() -> None:
    (row, *_) = json.loads(run("check", "a", "-f", "json").stdout)
    fields = GUIDE[GUIDE.index("| field |") : GUIDE.index("GitHub shows ten")]
    named = {
        name
        for cell in re.findall(r"^\|(.*?)\|", fields, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert named == set(row)
    header = run("check", "a", "-f", "csv").stdout.splitlines()[0]
    assert set(header.split(",")) == named - {"nodes"}


def commands() -> list[str]:
    """Return the commands that the guide gives for a file called privacy.md."""
    steps = re.findall(r"^ +- run: (policygraph .*)$", GUIDE, re.MULTILINE)
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    lines = [
        line
        for block in blocks
        for line in block.splitlines()
        if "privacy." in line and "policies/" not in line
    ]
    return [*steps, *lines]


def test_there_are_commands() -> None:
    assert len(commands()) == 7


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_guide_run(
    command: str, seeds: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "privacy.md").write_bytes(seeds[3].read_bytes())
    monkeypatch.chdir(tmp_path)
    accepted = "--baseline" in command
    if accepted:
        assert run("check", "privacy.md", "--write-baseline", "accepted.json").exit_code == 0
    done = run(*shlex.split(command, comments=True)[1:])
    assert done.exit_code == (1 if "--fail-on" in command and not accepted else 0), done.stderr
    for made in re.findall(r"--output (\S+)", command):
        assert (tmp_path / made).stat().st_size


def test_the_query_of_the_guide_finds_what_a_check_keeps(store: Path) -> None:
    (sparql,) = re.findall(r"^policygraph query '(.*?)'$", GUIDE, re.MULTILINE | re.DOTALL)
    run("check", "-s", store)
    printed = run("query", sparql, "-s", store, "-f", "jsonl").stdout
    rows = [json.loads(line) for line in printed.splitlines()]
    assert "R12" in {row["requirement"] for row in rows}


def test_the_hook_runs_as_it_is_written(seeds: tuple[Path, ...]) -> None:
    hook = dict(
        re.findall(r"^[- ] (\w+): (.*)$", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.MULTILINE)
    )
    assert run(*shlex.split(hook["entry"])[1:], seeds[3]).exit_code == 1
    assert run(*shlex.split(hook["entry"])[1:], seeds[2]).exit_code == 0
    assert f"- id: {hook['id']}" in GUIDE
    for path in ("privacy.md", "legal/Privacy-Policy.html", "privacy/privacy_notice.txt"):
        assert re.search(hook["files"], path)
    assert not re.search(hook["files"], "privacy/readme.md")


# --- settings and engines ----------------------------------------------------------------------------------


def rows(*arguments: str | Path) -> list[dict[str, str]]:
    """Return the findings of a check as JSON objects."""
    done = run("check", *arguments, "-f", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_the_settings_of_a_project_hold_and_options_stand_above_them(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        "[tool.policygraph]\nprofile = 'gdpr'\nselect = ['R01', 'R13']\nfail-on = 'violation'\n"
        "[[tool.policygraph.waive]]\nrule = 'R13'\nreason = 'in the app'\n"
    )
    done = run("check", "a", "-f", "json")
    found = json.loads(done.stdout)
    assert {row["requirement"][:3] for row in found} == {"R01", "R13"}
    assert {row["severity"] for row in found if row["requirement"] == "R13a"} == {"Violation"}
    assert {row["waived"] for row in found if row["requirement"] == "R13a"} == {"in the app"}
    assert done.exit_code == 0
    assert run("check", "a", "--select", "R15").exit_code == 1
    assert {row["requirement"] for row in rows("a", "--select", "R3", "--fail-on", "none")} == {"R30"}


def test_a_baseline_accepts_what_is_there_and_fails_on_what_is_new(folder: Path) -> None:
    assert run("check", "a", "--write-baseline", "old.json").exit_code == 0
    assert run("check", "a", "--fail-on", "info").exit_code == 1
    assert run("check", "a", "--fail-on", "info", "--baseline", "old.json").exit_code == 0
    (folder / "a" / "policy.md").write_text(
        ACME + "We never share your name with anybody. We share your name with Mailchimp.\n"
    )
    done = run("check", "a", "--fail-on", "info", "--baseline", "old.json", "-f", "json")
    assert done.exit_code == 1
    assert {r["requirement"] for r in json.loads(done.stdout) if r["state"] == "contradiction"} == {"C01"}


def test_settings_that_cannot_be_used_are_an_error(folder: Path) -> None:
    (folder / "policygraph.toml").write_text("profile = 'ccpa'")
    done = run("check", "a")
    assert done.exit_code == 2
    assert "policygraph.toml: profile = 'ccpa'; it may be auto, gdpr, uk-gdpr" in done.output.replace(
        "\n", ""
    )
    assert run("check", "a", "--config", "nowhere.toml").exit_code == 2


def test_both_engines_and_several_processes_report_the_same(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_AT_ONCE", 1)
    assert run("build", "b", "alone.html", "-s", store, "-q").exit_code == 0
    one = rows("-s", store)
    assert len({row["policy"] for row in one}) == 2
    assert one == rows("-s", store, "--engine", "pyshacl") == rows("-s", store, "--jobs", "2")


@pytest.mark.usefixtures("folder")
def test_an_engine_that_is_not_installed_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    engine.fastest.cache_clear()
    try:
        assert rows("a", "--select", "R01")
        done = run("check", "a", "--engine", "rudof")
    finally:
        engine.fastest.cache_clear()
    assert done.exit_code == 2
    assert "policygraph[fast]" in done.output


def test_settings_that_change_findings_leave_the_kept_report_alone(store: Path) -> None:
    rows("-s", store)
    before = list(results(store))
    rows("-s", store, "--select", "R01")
    assert list(results(store)) == before
    assert before
