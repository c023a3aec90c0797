"""Reports show each finding where it stands, in the form that a reader, an editor or a build server takes."""

import base64
import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args, get_type_hints
from xml.etree.ElementTree import Element, fromstring

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text
from sarif_pydantic import Sarif

from graph import Finding, Store, report
from graph.check import State
from graph.mentions import Quote
from graph.source import Source
from ontology import expand
from policygraph import cli
from policygraph.building import Failure
from policygraph.checking import Checked, Policy
from policygraph.reports import ENDINGS, FORMATS, places, table, wording
from policygraph.reports.places import Place, Spot
from policygraph.reports.sarif import uri

ELI = "http://data.europa.eu/eli/reg/2016/679"
HOSTILE = "<script>alert('x')</script> ]]> 100%, \"a\": \x1b[31m\x00\u202eb & ${c}"
TEXT = f"""# Policy of 🦊 Acme

=SUM(A1) is who we are. We never share 🦊 your data with anybody.

## Your rights

You may access your data. You may erase them, {HOSTILE}.

## Sharing

We share your data with partners.
Nothing else.
"""
VERSION = "https://w3id.org/policygraph/id/policy/acme/privacy/0123456789ab/"
HEADINGS = tuple((found.start(), found.end()) for found in re.finditer(r"(?<=# )[^#\n]+", TEXT))


def quote(words: str) -> Quote:
    start = TEXT.index(words)
    return Quote(start, start + len(words), words)


def finding(requirement: str, state: State, *quotes: str, **more: Any) -> Finding:
    """Return a finding; what a policy or its author can put in it is as bad as it gets."""
    said = {
        "policy": "policy.md",
        "version": VERSION,
        "requirement": requirement,
        "item": requirement.lower(),
        "name": f"name of {requirement}",
        "state": state,
        "severity": "Violation",
        "message": ""
        if state in ("fulfilled", "not applicable")
        else f"{requirement}: {HOSTILE}\nsecond line",
        "provision": f"{ELI}/art_13/par_2/pnt_b/oj",
        "shape": f"https://w3id.org/policygraph/shapes#{requirement}",
        "evidence": tuple(quote(words) for words in quotes),
    }
    return Finding(**{**said, **more})


FINDINGS = (
    finding("R01", "fulfilled", "=SUM(A1)", provision=f"{ELI}/art_13/par_1/pnt_a/oj"),
    finding("R03", "not applicable", severity="Warning"),
    finding("R13a", "fulfilled", "access your data"),
    finding(
        "R13b",
        "not found",
        remedy="=State the right: 100%",
        nodes=(f"{VERSION}p/top.1-2", f"{VERSION}p/top.3-4"),
    ),
    finding("R13c", "vague", "erase them", HOSTILE, severity="Warning", nodes=(f"{VERSION}p/top.1-2",)),
    finding("R13d", "unclear", "You may", severity="Info"),
    finding("R15", "not found", severity="Info", waived="The DPO said: <b>fine</b>"),
    finding(
        "C01", "contradiction", "never share 🦊 your data", against=(quote("share your data with partners"),)
    ),
    finding("C01", "contradiction", "with anybody", against=(quote("Nothing else"),)),
    finding("C02", "consistent", "We never share"),
)


def policy(path: str, *, media_type: str = "text/markdown", name: str = "policy.md") -> Policy:
    return Policy(name, path, f"Acme {HOSTILE}", Source(TEXT, media_type, HEADINGS))


def checked(fail_on: str = "none", media_type: str = "text/markdown") -> Checked:
    """Return findings of two policies with one file name, and of a file that was not read."""
    other = "https://w3id.org/policygraph/id/policy/acme/privacy/ba9876543210/"
    copies = tuple(replace(one, policy="b/policy.md", version=other) for one in FINDINGS)
    policies = {
        (VERSION, "policy.md"): policy("a b/policy.md", media_type=media_type),
        (other, "b/policy.md"): policy("b/policy.md", media_type=media_type, name="b/policy.md"),
    }
    failure = Failure("bad,file.txt", "bad,file.txt: is no text: file\nat all")
    return Checked((*FINDINGS, *copies), policies, (failure,), fail_on)


# --- places ------------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab \n🦊\u0301", min_size=1), st.data())
def test_a_place_leads_back_to_the_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    source = Source(text)
    place = places.place(source, Quote(start, end, text[start:end]))
    lines = text.split("\n")
    offsets = [sum(len(line) + 1 for line in lines[: line - 1]) for line in (place.line, place.end_line)]
    assert (offsets[0] + place.column - 1, offsets[1] + place.end_column - 1) == (start, end)


@given(st.text(alphabet="ab.! \n", min_size=1, max_size=900), st.data())
def test_an_excerpt_is_one_short_line_with_the_words(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = places.excerpt(Source(text), Quote(start, end, text[start:end]))
    assert "\n" not in str(found)
    assert len(str(found)) <= 203
    assert found.words.removesuffix("…") in re.sub(r"\s+", " ", text[start:end])


def test_an_excerpt_is_the_sentence_where_the_line_is_long() -> None:
    text = "We like the sea. " * 20 + "We keep your data for ever. " + "We like the sun, no. 3. " * 20
    start = text.index("your data")
    found = places.excerpt(Source(text), Quote(start, start + 9, "your data"))
    assert str(found) == "We keep »your data« for ever."
    start = text.index("We keep")
    assert (
        str(places.excerpt(Source(text), Quote(start, start + 7, "We keep")))
        == "»We keep« your data for ever."
    )


def test_quotes_within_others_are_left_out() -> None:
    inner, outer, later = Quote(3, 5, "ll"), Quote(1, 9, "a llama "), Quote(9, 12, "end")
    assert places.telling([later, inner, outer, outer]) == (outer, later)


def test_what_is_missing_is_shown_at_the_nearest_heading() -> None:
    source = Source(TEXT, "text/plain", HEADINGS)
    rights = places.spot(source, FINDINGS[3], FINDINGS)
    assert rights.quote is not None
    assert (rights.quote.text, rights.note) == ("Your rights", places.AT_HEADING)
    assert str(places.place(source, rights.quote)) == "5:4"
    same_paragraph = finding("R12", "not found")
    british = finding("R13e", "not found", provision="https://www.legislation.gov.uk/eur/2016/679/article/13")
    own = finding("mine", "not found", provision=f"{ELI}/art_13/par_9/oj")
    nowhere = finding("R30", "not found")
    asked = (same_paragraph, british, own, nowhere)
    spots = [places.spot(source, one, FINDINGS).quote for one in asked]
    assert [spot.text for spot in spots if spot] == [*["Your rights"] * 3, "Policy of 🦊 Acme"]
    assert places.spot(Source(TEXT), nowhere, FINDINGS) == Spot(None, places.AT_BEGINNING)


def test_files_with_other_lines_than_their_text_are_shown_at_the_beginning() -> None:
    page = Source(TEXT, "text/html", HEADINGS)
    vague = FINDINGS[4]
    at = places.spot(page, vague, FINDINGS)
    assert places.region(page, at.quote) == Place(1, 1, 1, 1)
    assert "In the text: You may access your data. You may »erase them«, <script>" in places.account(
        page, vague, at
    )
    text = Source(TEXT, "text/plain", HEADINGS)
    assert "In the text" not in places.account(text, vague, at)
    assert places.region(text, at.quote) == Place(7, 35, 7, 45)


def test_a_graph_without_texts_can_be_reported() -> None:
    bare = Policy("policy.md", "policy.md", "Acme", Source())
    found = Checked(FINDINGS, {(VERSION, "policy.md"): bare})
    for form in FORMATS.values():
        assert form(found)
    assert list(table.parts(found, 80))


# --- all formats -------------------------------------------------------------------------------------------


def test_the_command_takes_every_format_and_each_ending_means_one() -> None:
    hints = get_type_hints(cli.check, include_extras=False)
    assert set(get_args(get_args(hints["form"])[0])) == {"table", *FORMATS}
    assert set(ENDINGS.values()) <= {"table", *FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_equal_findings_give_equal_bytes_in_which_nothing_steers_a_terminal(name: str) -> None:
    made = FORMATS[name](checked())
    assert made == FORMATS[name](checked())
    assert made.endswith("\n")
    if name != "csv":  # keeps texts as they are, like all data
        assert not set("\x00\x1b\u202e") & set(made) or name in ("json", "jsonl", "ttl")


# --- rows --------------------------------------------------------------------------------------------------


def test_rows_of_json_have_the_finding_and_its_place() -> None:
    rows = json.loads(FORMATS["json"](checked()))
    assert [json.loads(line) for line in FORMATS["jsonl"](checked()).splitlines()] == rows
    assert len(rows) == 2 * len(FINDINGS)
    assert {**rows[4], **FINDINGS[4].row()} == rows[4]
    assert (rows[4]["path"], rows[4]["line"], rows[4]["column"]) == ("a b/policy.md", 7, 35)
    assert rows[-1]["policy"] == "b/policy.md"


def test_no_cell_of_a_csv_is_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](checked()))))
    assert len(rows) == 2 * len(FINDINGS)
    assert rows[0]["evidence"] == "'=SUM(A1)"
    assert rows[3]["remedy"] == "'=State the right: 100%"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


# --- RDF ---------------------------------------------------------------------------------------------------


def test_the_report_is_shacl_with_a_name_for_every_node() -> None:
    store = ox.Store()
    store.load(FORMATS["ttl"](checked()).encode(), format=ox.RdfFormat.TURTLE)
    assert not [q for q in store if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    results = of(store, f"{VERSION}report", "sh:result")
    names = [result.removeprefix(f"{VERSION}report#") for result in results]
    fingerprints = [one.fingerprint for one in FINDINGS if one.requirement == "C01"]
    assert sorted(names) == sorted([*(f"C01-{mark}" for mark in fingerprints), "R13b", "R13c", "R15"])
    assert of(store, f"{VERSION}report", "sh:conforms") == ["false"]
    for result in results:
        assert len(of(store, result, "sh:value")) <= 1
        for once in ("sh:focusNode", "sh:resultSeverity", "sh:sourceConstraintComponent"):
            assert len(of(store, result, once)) == 1
    for curie, states in (
        ("pg:leavesOut", "not found"),
        ("pg:meets", ("fulfilled", "consistent")),
        ("pg:contradicts", "contradiction"),
    ):
        assert of(store, f"{VERSION}report", curie) == sorted(
            {one.requirement for one in FINDINGS if one.state in states}
        )
    details = of(store, f"{VERSION}report#R13b", "sh:detail")
    assert [value for one in details for value in of(store, one, "sh:value")] == list(FINDINGS[3].nodes)
    (span,) = of(store, f"{VERSION}report#{names[0]}", "pg:against")
    assert span in {f"{VERSION}text#char={q.start},{q.end}" for one in FINDINGS for q in one.against}


def of(store: ox.Store, subject: str, curie: str) -> list[str]:
    found = store.quads_for_pattern(ox.NamedNode(subject), ox.NamedNode(expand(curie)), None)
    return sorted(quad.object.value for quad in found if isinstance(quad.object, ox.NamedNode | ox.Literal))


def test_a_store_keeps_one_report_a_version() -> None:
    with Store() as store:
        before = len(store)
        assert not report.kept(store, FINDINGS)
        report.keep(store, FINDINGS)
        assert report.kept(store, FINDINGS)
        held = len(store)
        assert held > before
        report.keep(store, FINDINGS)
        assert len(store) == held
        report.keep(store, FINDINGS[:3])
        # What the report is, that all is well, and which requirements are settled.
        assert len(store) == before + 2 + len({one.requirement for one in FINDINGS[:3]})


# --- SARIF, JUnit, GitHub ----------------------------------------------------------------------------------


def sarif(found: Checked) -> dict[str, Any]:
    log = json.loads(FORMATS["sarif"](found))
    missing = {
        "columnKind",
        "suppressions",
        "toolExecutionNotifications",
    }  # SARIF has them, the model does not
    assert set(unknown(Sarif.model_validate(log))) <= missing
    run: dict[str, Any] = log["runs"][0]
    return run


def unknown(value: object) -> Iterator[str]:
    """Yield the properties that SARIF does not know, which the model takes without a word."""
    if isinstance(value, BaseModel):
        yield from value.model_extra or {}
        for name in type(value).model_fields:
            yield from unknown(getattr(value, name))
    elif isinstance(value, list):
        for one in value:
            yield from unknown(one)


def test_sarif_has_a_rule_for_each_requirement_and_a_result_for_what_is_open() -> None:
    run = sarif(checked())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({one.requirement for one in FINDINGS})
    results = run["results"]
    assert Counter(one["ruleId"] for one in results) == {"R13b": 2, "R13c": 2, "R15": 2, "C01": 4}
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    assert run["columnKind"] == "unicodeCodePoints"
    waived = [one for one in results if "suppressions" in one]
    assert {one["ruleId"] for one in waived} == {"R15"}
    assert waived[0]["suppressions"][0]["justification"] == "The DPO said: <b>fine</b>"
    assert run["invocations"][0]["executionSuccessful"] is False


def test_sarif_regions_hold_their_snippets() -> None:
    lines = TEXT.split("\n")
    for result in sarif(checked())["results"]:
        for location in (*result["locations"], *result["relatedLocations"]):
            region = location["physicalLocation"]["region"]
            assert region["startLine"] == region["endLine"]
            line = lines[region["startLine"] - 1]
            words = line[region["startColumn"] - 1 : region["endColumn"] - 1]
            assert wording.plain(words) == region["snippet"]["text"]
    conflict = next(one for one in sarif(checked())["results"] if one["ruleId"] == "C01")
    other = conflict["relatedLocations"][0]
    assert other["message"]["text"] == "the other side"
    assert other["physicalLocation"]["region"]["startLine"] == 11


def test_sarif_of_a_page_names_the_first_line_only() -> None:
    for result in sarif(checked(media_type="text/html"))["results"]:
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_files_are_named_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri("a b/ü%.md") == "a%20b/%C3%BC%25.md"
    assert uri(str(tmp_path / "policy.md")) == "policy.md"
    assert uri("/elsewhere/policy.md") == "file:///elsewhere/policy.md"


@pytest.mark.parametrize(
    ("fail_on", "failed"),
    [("none", set()), ("violation", {"R13b", "C01"}), ("info", {"R13b", "R13c", "C01"})],
)
def test_junit_fails_what_fails_the_check(fail_on: str, failed: set[str]) -> None:
    root = fromstring(FORMATS["junit"](checked(fail_on)))  # noqa: S314  our own output
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["a b/policy.md", "b/policy.md", "bad,file.txt"]
    assert numbers(suites[0], "failure") == failed
    assert numbers(suites[0], "skipped") == {"R03"}
    assert suites[0].get("tests") == str(len({one.requirement for one in FINDINGS}))
    assert (root.get("failures"), root.get("errors")) == (str(2 * len(failed)), "1")
    conflict = next(case for case in suites[0] if str(case.get("name")).startswith("C01"))
    assert (conflict[0].text or "").count("contradiction:") == 2


def numbers(suite: Element, what: str) -> set[str]:
    """Return the requirements whose case holds an element of this name."""
    return {str(case.get("name")).split()[0] for case in suite if case.find(what) is not None}


def test_workflow_commands_are_lines_that_only_we_have_written() -> None:
    lines = FORMATS["github"](checked()).splitlines()
    form = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*,?)+)::([^\r\n]*)")
    found = [form.fullmatch(line) for line in lines]
    assert len(found) == 9
    assert all(found)
    first = dict(part.split("=", 1) for part in str(found[0] and found[0][2]).split(","))
    assert first["file"] == "a b/policy.md"
    assert lines[-1].startswith("::error file=bad%2Cfile.txt,title=not read::")
    assert "100%25" in lines[0]
    assert "%0Asecond line" in lines[0]


# --- the page ----------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))


def test_the_page_loads_and_runs_nothing_and_its_links_lead_somewhere() -> None:
    page = FORMATS["html"](checked())
    parser = Tags()
    parser.feed(page)
    assert not {tag for tag, _ in parser.tags} & {"script", "link", "img", "iframe", "object", "form", "base"}
    said = [attributes for _, attributes in parser.tags]
    assert not [
        one for one in said if {"src", "style", "srcset"} & set(one) or any(k.startswith("on") for k in one)
    ]
    links = {str(one["href"]) for one in said if "href" in one}
    anchors = [one["id"] for one in said if "id" in one]
    assert len(set(anchors)) == len(anchors)
    assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
    assert all(link.startswith(("#", f"{ELI}/art_13/")) for link in links)
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_the_page_shows_both_sides_and_what_would_meet_a_requirement() -> None:
    page = FORMATS["html"](checked())
    assert "<mark>never share 🦊 your data</mark>" in page
    assert "<mark>share your data with partners</mark>" in page
    assert "=State the right: 100%" in page
    assert "The DPO said: &lt;b&gt;fine&lt;/b&gt;" in page
    assert "bad,file.txt: is no text" in page


# --- the table ---------------------------------------------------------------------------------------------


def printed(found: Checked, width: int) -> Sequence[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for part in table.parts(found, width):
        console.print(part, soft_wrap=isinstance(part, Text))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 120, 150])
@pytest.mark.parametrize("companies", [1, 5, 60])
def test_no_line_is_wider_than_the_terminal(width: int, companies: int) -> None:
    found = checked()
    versions = [f"{VERSION}{number}/" for number in range(companies)]
    many = Checked(
        tuple(replace(one, version=version) for version in versions for one in FINDINGS),
        {(version, "policy.md"): policy(f"folder-{version[-3:-1]}/policy.md") for version in versions},
    )
    for lines in (printed(found, width), printed(many, width)):
        assert [line for line in lines if len(line) > width + lines.count("🦊")] == []


def test_the_table_says_what_is_missing_why_and_where() -> None:
    text = "\n".join(printed(checked(), 120))
    for words in (
        "✗ conflict ×2",
        "~ waived",
        "R13b  name of R13b",
        "=State the right: 100%",
        "7:35        You may access your data. You may »erase them«",
        "it also says",
        "5:4         nearest heading: Your rights",
        "»share your data with partners«",
        "The DPO said: <b>fine</b>",
        "3 violations, 1 warning",
    ):
        assert words in text


def test_of_many_places_a_few_are_shown() -> None:
    words = tuple(
        quote(word) for word in ("Policy", "SUM", "who", "never", "access", "erase", "Sharing", "Nothing")
    )
    many = Checked((finding("R07", "vague", evidence=words),), {(VERSION, "policy.md"): policy("policy.md")})
    text = "\n".join(printed(many, 100))
    assert text.count("»") == 3
    assert "and 2 more places" in text
