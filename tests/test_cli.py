"""The command does what it says: data on standard output, all else on standard error, exit codes that tell."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from extract.readers import read_text
from extract.reading import read_policy
from graph import Store
from policygraph.building.job import count
from policygraph.cli import app

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "build",
    "load",
    "check",
    "query",
    "diff",
    "network",
    "show",
    "export",
    "report",
    "mentions",
    "push",
    "serve",
)
LARGE = os.environ.get("POLICYGRAPH_ALL") == "1"  # 20 MB instead of 100 KB
GERMAN = "Wir verarbeiten Ihre Daten, um die Dienste zu erbringen, und geben sie nicht an Dritte weiter. " * 5
NOBODY = "We collect your e-mail address to send you newsletters. You have the right to access your data.\n"
ACME = """# Privacy policy of Acme Ltd

Acme Ltd is the controller of your personal data.

We collect your name and your e-mail address to send you newsletters. Our legal basis is your consent.

We share your e-mail address with Stripe. We do not sell your personal data.

You have the right to access your personal data.
"""


def command(
    *arguments: str | Path, surroundings: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "policygraph.cli", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **(surroundings or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with policies that can be read and files that cannot."""
    made = tmp_path_factory.mktemp("policies")
    (made / "acme.md").write_text(ACME, encoding="utf-8")
    (made / "nobody.txt").write_text(NOBODY, encoding="utf-8")
    (made / "german.txt").write_text(GERMAN, encoding="utf-8")
    (made / "empty.txt").write_bytes(b"")
    (made / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (made / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog\n")
    (made / "picture.png").write_bytes(b"\x89PNG")
    return made


@pytest.fixture(scope="module")
def built(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Return a store made of that folder by the real command, and what the command said."""
    store = tmp_path_factory.mktemp("built") / "store"
    return store, command("build", folder, "--store", store)


# --- build -------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_named_and_stops_no_other(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    store, done = built
    assert done.returncode == 1
    reasons = {
        line.split()[2].rstrip(":,") for line in done.stderr.splitlines() if line.startswith("not read:")
    }
    assert reasons == {"german.txt", "empty.txt", "binary.txt", "broken.pdf"}
    assert "Traceback" not in done.stderr
    assert "please report" not in done.stderr
    with Store(store, read_only=True) as opened:
        assert sorted(name for version in opened.versions() for name in version.files) == [
            "acme.md",
            "nobody.txt",
        ]


def test_each_reason_says_what_is_wrong(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    said = built[1].stderr
    assert "another language (de)" in said
    assert "holds no text" in said
    assert "is no text file" in said


def test_the_summary_is_data_and_names_each_policy(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = built
    assert "acme.md" in done.stdout
    assert "Acme Ltd" in done.stdout
    assert "not named" in done.stdout
    assert "quads in" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_a_policy_without_a_company_has_a_graph(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    with Store(built[0], read_only=True) as opened:
        (version,) = [one for one in opened.versions() if one.files == ("nobody.txt",)]
        assert any("hasPersonalData" in triple.predicate.value for triple in opened.triples(version.graph))


def test_all_well_is_0_and_quiet_is_quiet(folder: Path, tmp_path: Path) -> None:
    done = command("build", folder / "acme.md", "--store", tmp_path / "store", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_building_twice_adds_nothing(folder: Path, tmp_path: Path) -> None:
    exports = []
    for _ in range(2):
        assert run("build", folder / "acme.md", "-s", tmp_path / "store", "-q").exit_code == 0
        exports.append(run("export", "-s", tmp_path / "store").stdout_bytes)
    assert exports[0] == exports[1]
    assert exports[0]


@pytest.mark.parametrize("what", ["nowhere.txt", "."])
def test_nothing_to_build(what: str, tmp_path: Path) -> None:
    done = run("build", tmp_path / what, "--store", tmp_path / "store")
    assert done.exit_code == 2
    assert "nowhere.txt: no such file" in done.stderr or "no policies here" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "store").exists()


def test_a_long_text_is_read_or_refused_in_time(tmp_path: Path) -> None:
    words = "We like the weather in Dublin, the sea and the long walks that we take along the coast. "
    size = 20_000_000 if LARGE else 100_000
    (tmp_path / "long.txt").write_text(
        ("\n\n".join([words * 4] * (size // len(words) // 4))), encoding="utf-8"
    )
    (tmp_path / "acme.md").write_text(ACME, encoding="utf-8")
    started = time.monotonic()
    done = command("build", tmp_path / "long.txt", tmp_path / "acme.md", "--store", tmp_path / "store")
    assert time.monotonic() - started < (120 if LARGE else 60)
    assert done.returncode == 0 or "not read: long.txt" in done.stderr
    assert "please report" not in done.stderr
    assert "acme.md" in done.stdout


# --- query -------------------------------------------------------------------------------------------------


def test_no_question_lists_them() -> None:
    done = run("query")
    assert done.exit_code == 0
    assert "who-shares-with" in done.stdout
    assert "Who shares" in done.stdout
    assert "ask one with" in done.stderr


def test_rows_in_a_pipe_are_csv(seed_folder: Path) -> None:
    done = run("query", "recipients-in-common", "-s", seed_folder)
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert done.exit_code == 0
    assert rows[0][:2] == ["recipient", "companies"]
    assert "Google" in {row[0] for row in rows[1:]}


def test_rows_as_json_and_as_a_table(seed_folder: Path) -> None:
    asked = ("query", "who-processes", "-p", "data=name", "-s", seed_folder)
    rows: list[dict[str, Any]] = [json.loads(line) for line in run(*asked, "-f", "jsonl").stdout.splitlines()]
    assert rows
    assert all("company" in row for row in rows)
    table = run(*asked, "--format", "table")
    assert rows[0]["company"].split()[0] in table.stdout
    assert f"{len(rows)} rows" in table.stderr


def test_sparql_and_a_file_of_it(seed_folder: Path, tmp_path: Path) -> None:
    sparql = "SELECT ?version WHERE { ?version a pg:PolicyVersion } ORDER BY ?version"
    path = tmp_path / "mine.rq"
    path.write_text(sparql, encoding="utf-8")
    asked = [run("query", what, "-s", seed_folder).stdout for what in (sparql, str(path))]
    assert asked[0] == asked[1]
    assert len(asked[0].splitlines()) == 6


def test_a_file_with_a_head_takes_parameters(seed_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(
        '# Which text?\n# @param title: text = "004_e65d1c2f0f719941.txt"  A file\n'
        "SELECT ?title ?version WHERE { ?version dct:title ?title }\n",
        encoding="utf-8",
    )
    done = run("query", path, "-s", seed_folder, "-f", "json")
    assert len(json.loads(done.stdout)["results"]["bindings"]) == 1
    none = run("query", path, "-s", seed_folder, "-f", "json", "-p", "title=nothing")
    assert json.loads(none.stdout)["results"]["bindings"] == []


def test_a_construct_is_turtle(seed_folder: Path) -> None:
    construct = "CONSTRUCT { ?c pg:sharesWith ?r } WHERE { ?c pg:sharesWith ?r }"
    done = run("query", construct, "--format", "ttl", "-s", seed_folder)
    assert done.exit_code == 0
    assert "@prefix pg:" in done.stdout
    assert "pg:sharesWith" in done.stdout
    rows = run("query", "SELECT * { ?s ?p ?o } LIMIT 1", "--format", "ttl", "-s", seed_folder)
    assert rows.exit_code == 2
    assert "only a CONSTRUCT" in rows.stderr


def test_an_ask_has_one_row(seed_folder: Path) -> None:
    asked = ("query", "ASK { ?s a pg:PolicyVersion }", "-s", seed_folder)
    assert run(*asked).stdout.splitlines() == ["answer", "true"]
    assert json.loads(run(*asked, "-f", "json").stdout) == {"head": {}, "boolean": True}


def test_json_is_that_of_sparql_results(seed_folder: Path) -> None:
    sparql = "SELECT ?s ?label ?n { BIND(dpv:Use AS ?s) ?s skos:prefLabel ?label BIND(2 AS ?n) }"
    found = json.loads(run("query", sparql, "-s", seed_folder, "-f", "json").stdout)
    assert found["head"] == {"vars": ["s", "label", "n"]}
    assert found["results"]["bindings"] == [
        {
            "s": {"type": "uri", "value": "https://w3id.org/dpv#Use"},
            "label": {"type": "literal", "value": "use", "xml:lang": "en"},
            "n": {
                "type": "literal",
                "value": "2",
                "datatype": "http://www.w3.org/2001/XMLSchema#integer",
            },
        }
    ]


def test_rows_come_in_pages(seed_folder: Path) -> None:
    asked = ("query", "top-data", "-s", seed_folder, "-f", "csv")
    whole = run(*asked).stdout.splitlines()
    page = run(*asked, "--limit", "2", "--offset", "1")
    assert page.stdout.splitlines() == [whole[0], *whole[2:4]]
    assert "more rows: --offset 3" in page.stderr
    assert "more rows" not in run(*asked, "--offset", "1").stderr


def test_a_long_answer_comes_in_pages_unless_all_of_it_is_asked_for(seed_folder: Path) -> None:
    asked = ("query", "evidence", "-s", seed_folder, "-f", "csv")
    page = run(*asked)
    assert "more rows: --offset 100, all of them: --limit 0" in page.stderr
    rows = list(csv.reader(io.StringIO(run(*asked, "--limit", "0").stdout)))
    assert list(csv.reader(io.StringIO(page.stdout))) == rows[:101]
    assert len(rows) > 1000


def test_evidence_is_the_words_of_the_policy(seed_folder: Path) -> None:
    asked = ("query", "services-used", "-p", "company=Clik Limited", "-s", seed_folder, "--evidence")
    rows = [json.loads(line) for line in run(*asked, "-f", "jsonl").stdout.splitlines()]
    assert rows
    for row in rows:
        for said in row["evidence"]:
            text = (Path("seeds") / said["said_in"]).read_text(encoding="utf-8")
            line = text.splitlines()[said["line"] - 1]
            assert line[said["column"] - 1 :].startswith(said["words"])
    quotes = {said["words"] for row in rows for said in row["evidence"]}
    assert any("hubspot" in quote.lower() for quote in quotes)
    flat = list(csv.DictReader(io.StringIO(run(*asked, "-f", "csv").stdout)))
    assert {row["words"] for row in flat} == quotes
    assert "“" in run(*asked, "-f", "table").stdout
    none = run("query", "no-retention", "-s", seed_folder, "--evidence")
    assert "these policies say nothing of it" in none.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("who-share-with",), "did you mean who-shares-with"),
        (("who-processes", "-p", "dat=name"), "did you mean data"),
        (("who-processes", "-p", "data=emial address"), "did you mean email address"),
        (("who-processes", "-p", "data"), "write it as name=value"),
        (("top-data", "-p", "at_least=many"), "whole number"),
        (("SELECT nothing {",), "this is no SPARQL"),
        (("missing.rq",), "missing.rq"),
    ],
)
def test_what_cannot_be_asked_says_what_is_near(
    arguments: tuple[str, ...], said: str, seed_folder: Path
) -> None:
    done = run("query", *arguments, "-s", seed_folder)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_cells_are_no_formulas(tmp_path: Path) -> None:
    with Store(tmp_path / "store"):
        pass
    done = run("query", "SELECT ?x { VALUES ?x { '=1+1' '@x' 'plain' } }", "-s", tmp_path / "store")
    assert sorted(done.stdout.splitlines()) == ["'=1+1", "'@x", "plain", "x"]


# --- check, show -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def findings(built: tuple[Path, subprocess.CompletedProcess[str]]) -> list[dict[str, Any]]:
    done = run("check", "Acme Ltd", "-s", built[0], "--format", "json")
    assert done.exit_code == 0
    return list(json.loads(done.stdout))


def test_findings_are_of_one_policy_and_have_their_words(findings: list[dict[str, Any]]) -> None:
    states = {row["requirement"]: row["state"] for row in findings}
    assert {row["policy"] for row in findings} == {"acme.md"}
    assert states["R01"] == states["R13a"] == "fulfilled"
    assert states["R12"] == "not found"
    access = next(row for row in findings if row["requirement"] == "R13a")
    assert all(ACME[one["start"] : one["end"]] == one["text"] for one in access["evidence"])
    assert access["evidence"]


def test_lines_of_json_and_files_without_a_store(folder: Path, findings: list[dict[str, Any]]) -> None:
    done = run("check", folder / "acme.md", "--format", "jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["state"] for row in rows] == [row["state"] for row in findings]


def test_the_matrix_and_the_report(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    done = run("check", "-s", built[0])
    assert done.exit_code == 0
    assert "Completeness" in done.stdout
    assert "R13a" in done.stdout
    assert "○ absent" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("none", 0), ("info", 1)])
def test_the_exit_code_follows_the_severity(
    level: str, code: int, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    assert run("check", "Acme Ltd", "-s", built[0], "--fail-on", level).exit_code == code


def test_show_has_each_statement_with_its_words(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    done = run("show", "acme ltd", "-s", built[0])
    assert done.exit_code == 0
    assert "“e-mail address”" in done.stdout
    assert "Stripe" in done.stdout
    assert "does not" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("what", ["check", "show"])
def test_an_unknown_company_is_told_who_is_there(
    what: str, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    done = run(what, "Nobody Inc", "-s", built[0])
    assert done.exit_code == 2
    assert "no policy of 'Nobody Inc'" in done.stderr
    assert "Acme Ltd" in done.stderr


# --- network, export, mentions -----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["html", "svg", "graphml", "gexf", "json"])
def test_the_network_is_written(ending: str, seed_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / f"network.{ending}"
    done = run("network", "-s", seed_folder, "-o", path)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "nodes" in done.stderr
    assert "Google" in path.read_text(encoding="utf-8")


def test_the_page_of_the_network_has_the_policies(seed_folder: Path, tmp_path: Path) -> None:
    run("network", "-s", seed_folder, "-o", tmp_path / "net.html")
    assert "When someone visits www.cliksoftware.com" in (tmp_path / "net.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["recipients", "companies", "concentration", "countries", "similarity"])
def test_measures_are_printed(
    name: str, seed_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("network", "-s", seed_folder, "--measures", name, "-f", "csv")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows
    told = json.loads(run("network", "-s", seed_folder, "--measures", name, "-f", "json").stdout)
    assert [list(map(str, row.values())) for row in told] == [list(row.values()) for row in rows]
    assert list(tmp_path.iterdir()) == []


def test_no_network_of_that_kind(seed_folder: Path, tmp_path: Path) -> None:
    done = run("network", "-s", seed_folder, "-o", tmp_path / "network.docx")
    assert done.exit_code == 2
    assert "network.docx: no format has this ending" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["nquads", "trig", "turtle", "jsonld"])
def test_the_graph_goes_to_a_pipe_or_a_file(form: str, seed_folder: Path, tmp_path: Path) -> None:
    piped = run("export", "-f", form, "--no-lexicon", "-s", seed_folder, "-o", "-")
    filed = run("export", "-f", form, "--no-lexicon", "-s", seed_folder, "-o", tmp_path / "graph")
    assert piped.exit_code == filed.exit_code == 0
    assert filed.stdout == ""
    assert piped.stdout_bytes == (tmp_path / "graph").read_bytes() != b""
    assert [path.name for path in tmp_path.iterdir()] == ["graph"]


def test_a_file_that_cannot_be_written(seed_folder: Path, tmp_path: Path) -> None:
    done = run("export", "-s", seed_folder, "-o", tmp_path / "nowhere" / "graph.nq")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_mentions_are_lines_of_json_with_their_places(folder: Path) -> None:
    done = run("mentions", folder / "acme.md", "-o", "-")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert {"policy", "kind", "concept", "start", "end", "text", "negated"} <= rows[0].keys()
    assert all(ACME[row["start"] : row["end"]] == row["text"] for row in rows)
    kinds = {row["kind"] for row in rows}
    assert {
        "controller-name",
        "data-category",
        "purpose",
        "legal-basis",
        "recipient",
        "right-access",
    } <= kinds
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)


def test_mentions_of_a_folder_name_what_was_not_read(folder: Path, tmp_path: Path) -> None:
    done = run("mentions", folder, "-o", tmp_path / "mentions.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "mentions.jsonl").read_text("utf-8").splitlines()]
    assert done.exit_code == 1
    assert {row["policy"] for row in rows} == {"acme.md", "nobody.txt"}
    assert done.stderr.count("not read:") == 4


# --- the whole command -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("check",), ("query", "top-data"), ("show", "Acme"), ("export",), ("network",)]
)
def test_a_missing_store_gets_advice(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, "--store", tmp_path / "nothing")
    assert done.exit_code == 2
    assert "policygraph build" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "nothing").exists()


def test_a_folder_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_text("nonsense", encoding="utf-8")
    done = run("query", "top-data", "--store", tmp_path)
    assert done.exit_code == 2
    assert str(tmp_path) in done.stderr
    assert "Traceback" not in done.stderr


def test_the_store_can_be_named_by_the_environment(seed_folder: Path) -> None:
    done = CliRunner(env={"POLICYGRAPH_STORE": str(seed_folder)}).invoke(app, ["query", "top-data"])
    assert done.exit_code == 0
    assert done.stdout.startswith("data,")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert "--help" in done.stdout


def test_the_commands_are_those_and_the_version_is_told() -> None:
    assert {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands} == set(
        COMMANDS
    )
    assert run("--version").stdout.startswith("policygraph 0")


@pytest.fixture
def reader_that_leaves(seed_folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a command whose output nobody reads to its end."""
    with subprocess.Popen(
        [sys.executable, "-m", "policygraph.cli", "export", "--store", str(seed_folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        yield process


def test_a_reader_may_leave_early(reader_that_leaves: subprocess.Popen[bytes]) -> None:
    assert reader_that_leaves.stdout is not None
    assert reader_that_leaves.stderr is not None
    assert reader_that_leaves.stdout.readline().startswith(b"<")
    reader_that_leaves.stdout.close()
    assert reader_that_leaves.stderr.read() == b""
    assert reader_that_leaves.wait() in (0, 1)


@pytest.mark.parametrize(
    "surroundings", ["NO_COLOR=1 FORCE_COLOR=1", "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0"]
)
def test_no_colour_and_no_utf8(surroundings: str, seed_folder: Path) -> None:
    settings = dict(pair.split("=") for pair in surroundings.split())
    done = command("show", "Clik Limited", "--store", seed_folder, surroundings=settings)
    assert done.returncode == 0, done.stderr
    assert "\x1b[3" not in done.stdout
    assert "Clik Limited" in done.stdout
    assert "“" in done.stdout


def test_exceptions_from_a_denial_are_counted() -> None:
    text = "We do not share your data, except with:\n\n- our hosting providers\n- our lawyers\n"
    reading = read_policy(read_text("policy.md", text.encode(), "text/markdown"))
    counted = count(reading)
    assert counted.denials == 1
    assert counted.recipients == 2
