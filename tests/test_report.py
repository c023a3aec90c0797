"""Reports that are handed on: pages from a file, the record of Art. 30, TILT and RDF."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import openpyxl
import pyoxigraph as ox
import pytest
from exploring import NAME, explored, harmful
from lxml import html
from typer.testing import CliRunner

from extract.readers import read_text
from extract.reading import read_policy
from graph import Store
from graph.iri import company as company_iri
from graph.terms import term
from policygraph import reporting
from policygraph.cli import app
from policygraph.explorer.directory import Company
from policygraph.explorer.site import Site
from policygraph.explorer.statements import NOT_STATED
from policygraph.reporting import pages, record, tilt
from policygraph.reporting.record import COLUMNS, Row
from policygraph.reporting.stated import read
from policygraph.reporting.workbook import workbook

CLIK = company_iri("Clik Limited")
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def folder(seed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explored(seed_folder, tmp_path_factory.mktemp("reported") / "store")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with Store(folder, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(store: Store) -> Site:
    return reporting.site(store)


@pytest.fixture(scope="module")
def harm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(harmful(tmp_path_factory.mktemp("harm") / "store"), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(site: Site) -> list[Row]:
    return list(record.rows(read(site, site.directory.companies)))


@pytest.fixture(scope="module")
def saved(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    assert pages.save(site, site.directory.companies, folder) == len(list(folder.rglob("*.html")))
    return folder


def parsed(path: Path) -> Any:
    """Return a page as a tree; Any, since what an XPath finds can be of any type."""
    return html.fromstring(path.read_text(encoding="utf-8"))


def clik(site: Site) -> Company:
    return site.directory.by_iri[CLIK]


def document(site: Site) -> dict[str, Any]:
    return tilt.document(next(read(site, [clik(site)])))


def inferred(folder: Path, target: Path, curie: str) -> str:
    """Copy a store and mark the statements of Clik with a value as inferred; return the name of that value."""
    shutil.copytree(folder, target)
    with Store(target) as opened:
        found = opened._store.quads_for_pattern(None, term("dpv:hasPurpose"), term(curie), None)
        for quad in [
            one for one in found if "/clik-limited/" in str(one.subject) and "/p/" in str(one.subject)
        ]:
            opened._store.add(ox.Quad(quad.subject, term("pg:support"), term("pg:Inferred"), quad.graph_name))
        return str(opened.ontology.label(term(curie).value))


# --- pages -------------------------------------------------------------------------------------------------


def test_each_link_of_the_pages_leads_to_a_place_in_them(saved: Path) -> None:
    read_pages = {path: parsed(path) for path in saved.rglob("*.html")}
    ids = {path: page.xpath("//@id") for path, page in read_pages.items()}
    for path, page in read_pages.items():
        assert len(ids[path]) == len(set(ids[path])), path
        for link in page.xpath("//@href"):
            parts = urlsplit(link)
            assert not any((parts.scheme, parts.netloc, parts.query)), link
            target = (path.parent / parts.path).resolve() if parts.path else path
            assert target in ids, link
            assert not parts.fragment or parts.fragment in ids[target], link


def test_a_page_may_load_and_run_nothing_but_the_style_in_it(saved: Path) -> None:
    for path in saved.rglob("*.html"):
        page = parsed(path)
        security = page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        digest = base64.b64encode(hashlib.sha256(page.xpath("string(//style)").encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in security
        assert not page.xpath("//script | //img | //iframe | //form | //input | //link | //@style")


def test_pages_have_all_statements_and_lead_from_words_to_them(site: Site, saved: Path) -> None:
    stated = next(read(site, [clik(site)]))
    text = parsed(saved / "clik-limited" / "text.html")
    assert {one.id for one in stated.statements} <= set(text.xpath("//article/@id"))
    policy = parsed(next((saved / "clik-limited").glob("policy-*.html")))
    mark = policy.xpath("//a[@id='c5026']")[0]
    said = policy.xpath(f"//*[@id='{mark.get('href')[1:]}']")[0]
    assert "legitimate interests" in said.text_content()
    assert any(link.endswith("p4938-4944") for link in said.xpath(".//@href"))


def test_pages_are_the_same_every_time(site: Site, saved: Path, tmp_path: Path) -> None:
    pages.save(site, [clik(site)], tmp_path)
    for path in (tmp_path / "clik-limited").iterdir():
        assert path.read_bytes() == (saved / "clik-limited" / path.name).read_bytes()


def test_a_harmful_policy_is_only_text_and_stays_in_its_folder(harm: Store, tmp_path: Path) -> None:
    found = reporting.site(harm)
    pages.save(found, found.directory.companies, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.html"):
        page = parsed(path)
        assert not page.xpath("//script | //img | //svg[@onload] | //iframe")
        assert not [link for link in page.xpath("//@href") if ":" in link]
        assert "\u202e" not in path.read_text(encoding="utf-8")
    index = parsed(tmp_path / "out" / "index.html")
    assert NAME in index.text_content()


@pytest.mark.parametrize("name", ["..", "../../etc", "con", "a b", "x" * 200, "%2e%2e", "Ä"])
def test_folders_have_names_that_every_file_system_takes(name: str) -> None:
    links = pages.files([Company(f"https://example.org/{name}", "one", ("urn:1",))])
    made = next(iter(links.folders.values()))
    assert re.fullmatch(r"[a-z0-9-]{3,80}", made)
    assert made != "con"
    assert links.policy("urn:1").startswith(f"{made}/policy-")


def test_companies_of_one_name_have_folders_of_their_own() -> None:
    found = [Company(f"https://example.org/{part}/acme", "Acme", ("urn:1",)) for part in "ab"]
    assert len(set(pages.files(found).folders.values())) == 2


# --- the record --------------------------------------------------------------------------------------------


def test_the_record_has_a_row_for_each_purpose_of_a_company(store: Store, rows: list[Row]) -> None:
    asked = store.query(
        "SELECT DISTINCT ?version ?purpose WHERE { ?process a dpv:Process ; pg:inPolicy ?version ; "
        "dpv:hasPurpose ?purpose FILTER NOT EXISTS { ?process pg:support pg:Inferred } }"
    )
    silent = store.query(
        "SELECT DISTINCT ?version WHERE { ?process a dpv:Process ; pg:inPolicy ?version "
        "FILTER NOT EXISTS { ?process dpv:hasPurpose ?purpose } }"
    )
    assert isinstance(asked, ox.QuerySolutions)
    assert isinstance(silent, ox.QuerySolutions)
    assert len(rows) == len(list(asked)) + len(list(silent))
    assert sum(row.cells["purpose"] == NOT_STATED for row in rows) == 5


def test_a_row_has_what_is_stated_of_a_purpose_and_nothing_else(rows: list[Row]) -> None:
    row = next(
        one.cells
        for one in rows
        if one.cells["company"] == "Clik Limited" and one.cells["purpose"] == "newsletter"
    )
    assert row["data"] == "email address; personal data"
    assert row["basis"] == "consent (Art. 6(1)(a))"
    assert row["controller"].startswith("Clik; Clik Limited; Tobacco Factory")
    assert row["measures"].startswith("for the whole policy: ")
    assert row["concept"] == "pgc:Newsletter"
    assert "“providing the newsletter” (000_6f7f262a6d51d04d.txt 73:108)" in row["words"]
    silent = ("joint", "representative", "officer", "recipients", "countries", "safeguards", "retention")
    assert {row[key] for key in silent} == {NOT_STATED}


def test_sources_and_rights_are_told(rows: list[Row]) -> None:
    clik = [row.cells for row in rows if row.cells["company"] == "Clik Limited"]
    newsletter = next(one for one in clik if one["purpose"] == "newsletter")
    assert newsletter["sources"] == "the person"
    assert all("right to withdraw" in one["rights"] for one in clik)
    assert {row.cells["automated"] for row in rows} == {NOT_STATED}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("We do not make decisions about you by automated means alone.", "denied: automated decision"),
        ("We use automated decision-making to assess your creditworthiness.", "automated decision"),
    ],
)
def test_automated_decisions_are_told_or_denied(said: str, told: str) -> None:
    text = f"Dara Ltd privacy policy\n\nWe collect your name to provide the service.\n\n{said}\n"
    with Store() as made:
        made.add([read_policy(read_text("dara.txt", text.encode(), "text/plain"))])
        made.rebuild_derived()
        here = reporting.site(made)
        cells = [row.cells["automated"] for row in record.rows(read(here, here.directory.companies))]
    assert any(cell.startswith(told) for cell in cells)


def test_an_officer_and_a_period_are_told(rows: list[Row]) -> None:
    officers = {row.cells["officer"] for row in rows if row.cells["company"] == "Client Share Ltd"}
    assert len(officers) == 1
    assert {"Ian Birch", "dpo@trustibc.com"} <= set(officers.pop().split("; "))
    assert any("5 years" in row.cells["retention"] for row in rows)
    assert not any("stored in" in row.cells["retention"] for row in rows)


def test_the_words_of_a_row_are_those_of_the_text(site: Site, rows: list[Row]) -> None:
    texts = {
        ", ".join(policy.about[policy.version]["dct:title"]): policy.source.text
        for one in read(site, site.directory.companies)
        for policy in one.policies
    }
    words = [one for row in rows for one in row.words]
    assert len(words) > 1000
    assert all(one.quote == texts[one.file][one.start : one.end] for one in words)


def test_what_was_only_inferred_is_left_out(folder: Path, tmp_path: Path) -> None:
    name = inferred(folder, tmp_path / "store", "pgc:Newsletter")
    with Store(tmp_path / "store", read_only=True) as opened:
        found = reporting.site(opened)
        told = list(read(found, [clik(found)]))
        assert name not in {row.cells["purpose"] for row in record.rows(told)}
        assert name not in json.dumps(tilt.document(told[0])["dataDisclosed"])


def test_tables_say_the_same_and_hold_no_formula(harm: Store, site: Site, store: Store) -> None:
    for opened, here in ((store, site), (harm, reporting.site(harm))):
        chosen = [replace(one, name=FORMULA) for one in here.directory.companies]
        read_csv = list(csv.reader(io.StringIO(reporting.FORMATS["ropa-csv"](opened, here, chosen).decode())))
        book = openpyxl.load_workbook(io.BytesIO(reporting.FORMATS["ropa-xlsx"](opened, here, chosen)))
        cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
        assert {cell.data_type for cell in cells} == {"s", "n"}
        texts = [cell.value for cell in cells if cell.data_type == "s"]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
        assert max(map(len, texts)) <= 32_767
        assert not any(cell.hyperlink for cell in cells)
        assert [list(line) for line in book["Record"].iter_rows(values_only=True)] == read_csv
        assert read_csv[0] == list(COLUMNS.values())
        assert {line[0] for line in read_csv[1:]} == {f"'{FORMULA}"}


def test_each_row_of_the_workbook_has_its_words(rows: list[Row]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    counted = [line[0] for line in book["Words"].iter_rows(min_row=2, values_only=True)]
    assert [counted.count(number) for number in range(2, len(rows) + 2)] == [len(row.words) for row in rows]
    assert "not the controller's record" in str(book["About"]["B1"].value)


def test_nothing_in_a_workbook_tells_when_it_was_made(rows: list[Row]) -> None:
    with ZipFile(io.BytesIO(workbook(rows))) as archive:
        assert {one.date_time[0] for one in archive.infolist()} <= {1980, 2000}
        assert re.findall(rb">(\d{4})-", archive.read("docProps/core.xml")) == [b"2000", b"2000"]


# --- TILT --------------------------------------------------------------------------------------------------


def test_tilt_has_all_parts_and_only_what_is_stated(site: Site) -> None:
    found = document(site)
    assert {
        "meta",
        "controller",
        "dataProtectionOfficer",
        "dataDisclosed",
        "thirdCountryTransfers",
        "accessAndDataPortability",
        "sources",
        "rightToInformation",
        "rightToRectificationOrDeletion",
        "rightToDataPortability",
        "rightToWithdrawConsent",
        "rightToComplain",
        "automatedDecisionMaking",
        "changesOfPurpose",
    } == set(found) - {"_notStated"}
    assert found["controller"]["country"] == "GB"
    assert found["controller"]["email"] == "privacy@cliksoftware.com"
    assert found["controller"]["representative"] == {"name": ""}
    assert set(found["dataProtectionOfficer"].values()) == {""}
    assert found["rightToComplain"]["supervisoryAuthority"]["name"] == "ICO (United Kingdom)"
    assert NOT_STATED not in json.dumps(found)
    assert len(found["meta"]["_hash"]) == 64


TRUTHS = frozenset(
    (
        "available",
        "contractualRegulation",
        "exists",
        "inUse",
        "legalRequirement",
        "obligationToProvide",
        "publiclyAvailable",
    )
)
LISTS = frozenset(
    (
        "affectedDataCategories",
        "changesOfPurpose",
        "dataDisclosed",
        "identificationEvidences",
        "legalBasisConditional",
        "legalBases",
        "legitimateInterests",
        "purposeConditional",
        "purposes",
        "recipients",
        "sources",
        "storage",
        "temporal",
        "thirdCountryTransfers",
    )
)
NUMBERS = frozenset(("amount", "version"))
WITHOUT_EMPTY = TRUTHS | NUMBERS | {"country", "created", "email", "modified"}  # no value says nothing
REQUIRED = {  # by the last key of the path to an object, as the schema of TILT lists them
    "meta": "_id name created modified version language status url _hash",
    "controller": "name address country representative",
    "representative": "name email",
    "dataProtectionOfficer": "name address country email",
    "dataDisclosed": "_id category purposes legalBases legitimateInterests recipients storage nonDisclosure",
    "purposes": "purpose description",
    "legalBases": "reference description",
    "legitimateInterests": "exists reasoning",
    "recipients": "category",
    "storage": "temporal purposeConditional legalBasisConditional aggregationFunction",
    "temporal": "description ttl",
    "nonDisclosure": "legalRequirement contractualRegulation obligationToProvide consequences",
    "thirdCountryTransfers": "country adequacyDecision appropriateGuarantees"
    " presenceOfEnforceableRightsAndEffectiveRemedies standardDataProtectionClause",
    "adequacyDecision": "available description",
    "accessAndDataPortability": "available description url email identificationEvidences administrativeFee"
    " dataFormat",
    "administrativeFee": "amount currency",
    "rightToInformation": "available description url email identificationEvidences",
    "rightToComplain": "available description url email identificationEvidences supervisoryAuthority",
    "supervisoryAuthority": "name address country email phone",
    "automatedDecisionMaking": "inUse logicInvolved scopeAndIntendedEffects",
}


def objects(found: object, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects in a document with the key that they stand under."""
    if isinstance(found, dict):
        yield name, found
        for key, value in found.items():
            yield from objects(value, key)
    elif isinstance(found, list):
        for item in found:
            yield from objects(item, name)


def test_tilt_is_as_its_schema_asks_but_for_what_has_no_empty_value(site: Site) -> None:
    seen = set()
    for one in read(site, site.directory.companies):
        made = tilt.document(one)
        silent = {path.rpartition(".")[2] for path in made.pop("_notStated")}
        for name, found in objects(made):
            missing = set(REQUIRED.get(name, "").split()) - found.keys()
            assert missing <= WITHOUT_EMPTY & silent, name
            seen.add(name)
            for key, value in found.items():
                kind = bool if key in TRUTHS else list if key in LISTS else int if key in NUMBERS else str
                assert type(value) in ((dict,) if isinstance(value, dict) else (kind,)), key
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", made["meta"].get("created", "2000-01-01"))
        assert re.fullmatch(r"[a-z]{2}", made["meta"]["language"])
        assert len(made["controller"].get("country", "GB")) == 2
    assert seen >= REQUIRED.keys()


def test_tilt_lists_what_the_schema_wants_and_the_policy_does_not_state(site: Site) -> None:
    silent = document(site)["_notStated"]
    assert {"meta.created", "dataProtectionOfficer.email", "automatedDecisionMaking.inUse"} <= set(silent)
    assert not {"meta.name", "controller.address", "rightToComplain.available"} & set(silent)


def test_tilt_tells_of_each_category_of_data(site: Site) -> None:
    stated = next(read(site, [clik(site)]))
    found = {one["category"]: one for one in document(site)["dataDisclosed"]}
    data = {value.name for said in stated.statements for value in said.values("dpv:hasPersonalData")}
    assert found.keys() == data
    chat = found["chat transcript"]
    assert {"name": "HubSpot", "category": ""} in chat["recipients"]
    assert {one["reference"] for one in chat["legalBases"]} == {"GDPR-6-1-a", "GDPR-6-1-b", "GDPR-6-1-f"}
    text = stated.policies[0].source.text
    flat = " ".join(text.split())
    for one in found.values():
        assert all(purpose["description"] in flat for purpose in one.get("purposes", ()))


def test_tilt_gives_lengths_of_time_as_such(site: Site) -> None:
    documents = [tilt.document(one) for one in read(site, site.directory.companies)]
    periods = [
        one["ttl"]
        for made in documents
        for data in made["dataDisclosed"]
        for storage in data.get("storage", ())
        for one in storage.get("temporal", ())
    ]
    assert "P5Y" in periods
    assert all(one.startswith("P") for one in periods)


def test_tilt_of_several_companies_is_a_list(store: Store, site: Site) -> None:
    found = json.loads(reporting.FORMATS["tilt"](store, site, site.directory.companies))
    assert [one["meta"]["name"] for one in found] == [one.name for one in site.directory.companies]


# --- RDF ---------------------------------------------------------------------------------------------------


def test_rdf_has_what_one_company_states_and_the_names_of_what_it_names(store: Store, site: Site) -> None:
    chosen = [clik(site)]
    turtle = {
        one.triple for one in ox.parse(reporting.FORMATS["turtle"](store, site, chosen), ox.RdfFormat.TURTLE)
    }
    jsonld = {
        one.triple for one in ox.parse(reporting.FORMATS["jsonld"](store, site, chosen), ox.RdfFormat.JSON_LD)
    }
    assert turtle == jsonld
    assert set(store.triples(chosen[0].versions[0] + "graph")) < turtle
    assert ox.Literal("newsletter", language="en") in {triple.object for triple in turtle}
    others = [one for one in site.directory.companies if one.iri != CLIK]
    elsewhere = tuple(f"<{version}" for one in others for version in one.versions)
    assert not [one for one in turtle if str(one.subject).startswith(elsewhere)]


@pytest.mark.parametrize("form", reporting.FORMATS)
def test_files_are_the_same_every_time(form: str, store: Store, site: Site) -> None:
    chosen = [clik(site)]
    assert reporting.FORMATS[form](store, site, chosen) == reporting.FORMATS[form](store, site, chosen)


# --- the command -------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, bytes, str]:
    found = CliRunner().invoke(app, ["report", *arguments])
    return found.exit_code, found.stdout_bytes, found.stderr


def test_the_command_writes_pages_of_one_company(folder: Path, tmp_path: Path) -> None:
    code, _, said = run("clik", "--store", str(folder), "-o", str(tmp_path / "out"))
    assert (code, "6 pages" in said) == (0, True)
    assert (tmp_path / "out" / "clik-limited" / "index.html").is_file()
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize("ending", reporting.ENDINGS)
def test_the_ending_of_a_file_tells_its_format(
    ending: str, folder: Path, store: Store, site: Site, tmp_path: Path
) -> None:
    target = tmp_path / f"report{ending}"
    assert run("--all", "--store", str(folder), "-o", str(target))[0] == 0
    form = reporting.ENDINGS[ending]
    assert target.read_bytes() == reporting.FORMATS[form](store, site, site.directory.companies)
    assert form == reporting.form_of(target)


def test_the_command_says_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    assert run("--store", str(folder))[0] == 2
    assert run("clik", "--all", "--store", str(folder))[0] == 2
    code, _, said = run("nobody", "--store", str(folder))
    assert (code, "Clik Limited" in said) == (2, True)
    (tmp_path / "file").write_text("in the way")
    code, _, said = run("clik", "--store", str(folder), "-o", str(tmp_path / "file"))
    assert (code, "cannot be written" in said) == (2, True)
    with Store(tmp_path / "empty"):
        pass
    code, _, said = run("--all", "--store", str(tmp_path / "empty"))
    assert (code, "no policies" in said) == (2, True)
