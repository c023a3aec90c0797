"""What the pages of the explorer show, and how the server answers for them."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from exploring import NAME, explored, harmful
from lxml import html
from serving import send, serving

import queries
from extract.claim import Reading
from graph import Store
from graph.iri import company as company_iri
from policygraph import asking, checking
from policygraph.asking import Rows
from policygraph.explorer import (
    asked,
    companies,
    company,
    compare,
    concepts,
    findings,
    policy,
    sentences,
    statements,
)
from policygraph.explorer.asker import FOLDER, Asker, own
from policygraph.explorer.directory import SORTS, Directory, directory, ordered
from policygraph.explorer.links import Links, iri_of
from policygraph.explorer.rendering import render
from policygraph.explorer.site import NothingThere, Page, Site, Slice
from policygraph.explorer.statements import Statement, Value
from queries import Question

CLIK = company_iri("Clik Limited")
CLIK_POLICY = "/policy/clik-limited/privacy/94264ec739c5/"
PAGES = (
    "/",
    "/?text=clik&sort=-data",
    "/company/clik-limited",
    "/company/clik-limited?by=data",
    "/company/clik-limited?by=recipient",
    "/company/clik-limited?by=text",
    "/company/google",
    CLIK_POLICY,
    CLIK_POLICY + "?words=4853-4866",
    CLIK_POLICY + "?show=data,purpose",
    "/compare",
    "/compare?company=Clik+Limited&company=client+share+ltd&differences=1",
    "/concepts",
    "/concepts?table=rights",
    "/concepts?text=health+data",
    "/concept/dpv:Marketing",
    "/concept/dpv:Collect",
    "/questions",
    "/questions/who-processes",
    "/questions/who-processes?data=health+data&evidence=1",
    "/checks",
    "/checks?text=clik&sort=-open",
    "/network",
    "/network?text=google",
    "/editor",
)


@pytest.fixture(scope="module")
def folder(seed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explored(seed_folder, tmp_path_factory.mktemp("explored") / "store")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with Store(folder, read_only=True) as store:
        asker = Asker(partial(asking.select, store))
        yield Site(asker, directory(asker), Links())


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as found:
        yield found


def found_in(body: bytes, xpath: str) -> list[str]:
    """Return what an XPath finds in a page: attributes and texts as they are, of elements their text."""
    found = html.fromstring(body).xpath(xpath)
    assert isinstance(found, list)
    return [one.text_content() if isinstance(one, html.HtmlElement) else str(one) for one in found]


def table_of(body: bytes, name: str) -> list[list[str]]:
    """Return the rows of the table in a section of a class, as texts."""
    rows = html.fromstring(body).xpath(f"//section[contains(@class, '{name}')]//tbody/tr")
    assert isinstance(rows, list)
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in rows
        if isinstance(row, html.HtmlElement)
    ]


# --- what pages show ---------------------------------------------------------------------------------------


def test_the_questions_of_pages_are_read_like_those_of_the_library() -> None:
    files = sorted(FOLDER.glob("*.rq"))
    assert len(files) > 10
    for path in files:
        assert own(path.stem).text.endswith("?")


def test_a_company_is_found_by_any_of_its_words_and_sorted(site: Site) -> None:
    names = [one.name for one in site.directory.search("CLI limited")]
    assert names == ["Clickacall Live Limited", "Clik Limited"]
    assert site.directory.search("nobody of this name") == []
    for key in SORTS:
        up, down = (ordered(site.directory.companies, by) for by in (key, f"-{key}"))
        assert len(up) == len(down) == 5
    counted = [one.counts.get("recipients", 0) for one in ordered(site.directory.companies, "-recipients")]
    assert counted == sorted(counted, reverse=True)


def test_long_lists_come_in_pages() -> None:
    assert Slice.of(101, 50, 3) == Slice(3, 3, 101, 100)
    assert Slice.of(101, 50, 99).number == 3
    assert Slice.of(0, 50, 1) == Slice(1, 1, 0, 0)


def test_what_stands_open_is_counted_as_the_check_finds_it(site: Site, folder: Path) -> None:
    with Store(folder, read_only=True) as store:
        found = asking.select(store, queries.question("completeness"), {"whose": CLIK})
    clik = site.directory.by_iri[CLIK]
    assert clik.states["absent"] + clik.states["vague"] == len(found.rows)
    report = findings.report(site.asker, clik.versions[0])
    assert report is not None
    assert {one.requirement for one in report.missing()} == {str(row[1]) for row in found.rows}
    assert set(report.states) == set(findings.names())


def test_statements_are_read_with_their_words(site: Site) -> None:
    found = statements.read(site.asker, site.directory.by_iri[CLIK].versions[0])
    assert found is not None
    stored = next(one for one in found.statements if one.anchor == (4938, 4944))
    assert [value.name for value in stored.values("dpv:hasPersonalData")] == [
        "email address",
        "name",
        "work telephone number",
        "chat transcript",
    ]
    for one in found.statements:
        for value in (value for values in one.slots.values() for value in values):
            assert value.name
            assert all(found.source.text[slice(*span)].strip() for span in value.spans)
    assert len({one.id for one in found.statements}) == len(found.statements)


def test_a_statement_reads_as_a_sentence(site: Site) -> None:
    found = statements.read(site.asker, site.directory.by_iri[CLIK].versions[0])
    assert found is not None
    stored = next(one for one in found.statements if one.anchor == (4938, 4944))
    assert sentences.plain("Clik Limited", stored) == (
        "Clik Limited stores email address, name, work telephone number and chat transcript with HubSpot through "
        "HubSpot CRM, based on legitimate interests (Art. 6(1)(f)) and contract (Art. 6(1)(b))."
    )


def said(*, denied: bool = False, possible: bool = False, only: bool = False, **slots: str) -> Statement:
    """Return a statement with the names of its values, by the last part of its properties."""
    names = {
        f"{'pg' if key == 'Condition' else 'dpv'}:has{key}": tuple(
            Value(f"urn:{name}", name) for name in values.split("|")
        )
        for key, values in slots.items()
    }
    return Statement("urn:v/p/top.1-2", "urn:v/", denied, possible, only, "", names, (1, 2))


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (said(), "Acme processes data."),
        (said(Processing="collect|use", PersonalData="name"), "Acme collects and uses name."),
        (said(Processing="copy", PersonalData="name", possible=True), "Acme may copy name."),
        (
            said(Processing="sell|share", PersonalData="name|email", Recipient="broker", denied=True),
            "Acme does not sell or share name or email to broker.",
        ),
        (said(Processing="identify people", denied=True), "Acme does not identify people."),
        (said(Processing="use", only=True, PersonalData="name"), "Acme only uses name."),
        (
            said(Processing="use", Purpose="answer enquiries|marketing"),
            "Acme uses data to answer enquiries and for marketing.",
        ),
        (said(Processing="share", Recipient="Google"), "Acme shares data with Google."),
        (said(Processing="disclose", Recipient="courts"), "Acme discloses data to courts."),
        (said(StorageCondition="1 year"), "Acme processes data; kept: 1 year."),
        (
            said(PersonalData="name", DataSubject="visitor|customer"),
            "Acme processes name of the visitor and the customer.",
        ),
        (said(Condition="if asked", possible=True), "Acme may process data — “if asked”."),
    ],
)
def test_values_become_a_sentence(statement: Statement, sentence: str) -> None:
    assert sentences.plain("Acme", statement) == sentence


def test_statements_are_grouped_as_the_address_says(site: Site) -> None:
    for by, curie in company.VIEWS.items():
        shown = company.page(site, CLIK, by=by).shown
        groups = shown["groups"]
        assert isinstance(groups, list)
        for value, cards in groups:
            assert cards
            for card in cards:
                held = card.said.values(curie) if curie else ()
                assert not held or value.value in {one.value for one in held}


def test_an_excerpt_is_a_line_or_says_where_it_is_cut(site: Site) -> None:
    found = statements.read(site.asker, site.directory.by_iri[CLIK].versions[0])
    assert found is not None
    cards = [company.Cards("Clik Limited", found).card(one) for one in found.statements]
    cut = 0
    for card in cards:
        shown = "".join(one.text for one in card.excerpt)
        bare = shown.removeprefix("… ").removesuffix(" …")
        cut += bare != shown
        assert bare in found.source.text
        assert found.source.text[slice(*card.said.anchor)] in bare
        assert len(bare) <= company._LONGEST or "\n" in found.source.text[slice(*card.said.anchor)]
        assert any(one.spans for one in card.excerpt)
    assert cut


def test_only_statements_with_a_value_are_shown(site: Site) -> None:
    email = "https://w3id.org/dpv/pd#EmailAddress"
    shown = company.page(site, CLIK, by="text", only=email).shown
    groups = shown["groups"]
    assert isinstance(groups, list)
    cards = [card for _, found in groups for card in found]
    assert cards
    assert all(card.said.has(email) for card in cards)
    assert shown["only_name"] == "email address"
    assert not company.page(site, CLIK, only="urn:nothing").shown["groups"]


def test_the_page_that_holds_a_statement_is_found(site: Site) -> None:
    version = site.directory.by_iri[CLIK].versions[0]
    found = statements.read(site.asker, version)
    assert found is not None
    stated = [one for one in found.statements if not one.denied]
    assert len(stated) > company._SIZE
    last = stated[-1]
    groups = company.page(site, CLIK, by="text", at=last.id).shown["groups"]
    assert isinstance(groups, list)
    assert last.id in {card.said.id for _, cards in groups for card in cards}


def test_words_lead_to_statements_and_back(site: Site) -> None:
    version = site.directory.by_iri[CLIK].versions[0]
    shown = policy.page(site, version, words=(4853, 4866)).shown
    assert shown["quote"] == "company email"
    sayings = shown["said"]
    assert isinstance(sayings, list)
    assert {one.value.name for one in sayings if one.property == "personal data"} == {"email address"}
    assert (4938, 4944) in {one.statement.anchor for one in sayings}
    with pytest.raises(NothingThere):
        policy.page(site, version + "no/such/version/")


def test_an_older_text_is_still_there_and_says_so(seed_readings: tuple[Reading, ...]) -> None:
    old = next(one for one in seed_readings if "000_" in one.name)
    new = replace(
        old, text=old.text + "\nNew.\n", sha256=sha256((old.text + "\nNew.\n").encode()).hexdigest()
    )
    with Store() as store:
        (first,) = store.add([old])
        (second,) = store.add([new], keep_versions=True)
        store.rebuild_derived()
        asker = Asker(partial(asking.select, store))
        here = Site(asker, directory(asker), Links())
        assert here.directory.by_iri[CLIK].versions == (second,)
        older, latest = (policy.page(here, version) for version in (first, second))
    assert older.title == latest.title == "Clik Limited: the policy"
    assert older.shown["stale"]
    assert not latest.shown["stale"]


def test_what_is_only_inferred_is_no_statement(seed_readings: tuple[Reading, ...]) -> None:
    with Store() as store:
        (version,) = store.add([next(one for one in seed_readings if "000_" in one.name)])
        asker = Asker(partial(asking.select, store))
        before = statements.read(asker, version)
        assert before is not None
        mark = f"<{before.statements[0].iri}> pg:support pg:Inferred"
        graph = f"GRAPH <{version}graph>"
        store._store.update(
            f"PREFIX pg: <https://w3id.org/policygraph/ns#> INSERT DATA {{ {graph} {{ {mark} }} }}"
        )
        after = statements.read(asker, version)
    assert after is not None
    assert [one.iri for one in after.statements] == [one.iri for one in before.statements[1:]]


def test_companies_side_by_side_differ_where_one_alone_states_something(site: Site) -> None:
    both = compare.of_names(site, ["Clik Limited", "CLIENT SHARE LTD", "nobody"])
    assert len(both) == 2
    all_rows = compare.page(site, both).shown["groups"]
    differences = compare.page(site, both, differences=True).shown["groups"]
    assert isinstance(all_rows, list)
    assert isinstance(differences, list)
    assert sum(len(group.rows) for group in all_rows) > sum(len(group.rows) for group in differences)
    assert all(row.differs for group in differences for row in group.rows)


def test_a_concept_counts_what_is_narrower(site: Site) -> None:
    marketing = concepts.one(site, "https://w3id.org/dpv#Marketing").shown
    direct = concepts.one(site, "https://w3id.org/dpv#DirectMarketing").shown

    def names(shown: object) -> set[str]:
        assert isinstance(shown, list)
        return {one.name for one, _ in shown}

    assert names(direct["companies"]) <= names(marketing["companies"])
    assert "Clik Limited" in names(marketing["companies"])
    with pytest.raises(NothingThere):
        concepts.one(site, "https://w3id.org/dpv#NoSuchThing")


def test_a_phrase_that_is_no_concept_has_a_page(site: Site) -> None:
    phrases = concepts.page(site, table="purposes").shown["new"]
    assert isinstance(phrases, list)
    iri, name, number = phrases[0]
    shown = concepts.one(site, iri).shown
    assert len(shown["companies"]) == number  # type: ignore[arg-type]
    assert name


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "empty") as store:
        asker = Asker(partial(asking.select, store))
        empty = Site(asker, directory(asker), Links())
        assert "policygraph build" in render(companies.page(empty), Links())


def test_every_part_of_a_page_has_to_be_given() -> None:
    with pytest.raises(Exception, match="undefined"):
        render(Page("companies", "", {}), Links())


@pytest.mark.parametrize(
    ("iri", "kind", "path"),
    [
        (company_iri("A B"), "company/", "/company/a-b"),
        ("https://example.org/x?y#z", "company/", "/company/https%3A%2F%2Fexample.org%2Fx%3Fy%23z"),
    ],
)
def test_links_and_iris_mean_each_other(iri: str, kind: str, path: str) -> None:
    from urllib.parse import unquote  # noqa: PLC0415

    assert Links().company(iri) == path
    assert iri_of(unquote(path.removeprefix(f"/{kind}")), kind) == iri


def test_a_link_to_words_begins_where_they_do() -> None:
    link = Links().policy("https://w3id.org/policygraph/id/policy/a/privacy/1/", (3, 9))
    assert link == "/policy/a/privacy/1/?words=3-9#c3"


def test_the_directory_of_an_empty_graph_is_empty() -> None:
    assert Directory((), {}).name("https://example.org/no-name") == "no name"


# --- answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_strict(path: str, url: str) -> None:
    reply = send(url, path)
    assert reply.status == 200, reply.text
    assert reply.media == "text/html"
    rules = reply.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "script-src 'self'" in rules
    assert "unsafe-inline" not in rules or path == "/editor"
    assert len(found_in(reply.body, "//h1")) == 1
    assert not found_in(reply.body, "//script[not(@src)] | //*[@style] | //@*[starts-with(name(), 'on')]")
    ids = found_in(reply.body, "//@id")
    assert len(ids) == len(set(ids))


def test_every_link_of_every_page_leads_somewhere(url: str) -> None:
    seen: dict[str, list[str]] = {}
    for path in PAGES:
        for link in found_in(send(url, path).body, "//a/@href | //link/@href | //script/@src"):
            assert link.startswith(("/", "#")), link
            target = urlsplit(link)
            seen.setdefault(re.sub(r"\d+", "0", target.path + "?" * bool(target.query)), []).append(link)
    checked = [links[0] for links in seen.values()]
    assert len(checked) > 100
    for link in checked:
        if link.startswith("/"):
            assert send(url, link.partition("#")[0]).status == 200, link


def test_links_into_a_policy_and_into_a_company_have_their_place(url: str) -> None:
    for path in (CLIK_POLICY + "?words=4853-4866", "/company/clik-limited"):
        body = send(url, path).body
        links = [link for link in found_in(body, "//main//a/@href") if "#" in link and link[0] == "/"]
        for link in (links[0], links[len(links) // 2], links[-1]):
            address, _, place = link.partition("#")
            assert found_in(send(url, address).body, f"//*[@id='{place}']"), link


@pytest.mark.parametrize(
    "path",
    [
        "/company/no-such-company",
        "/company/",
        "/company/clik-limited?only=foo:bar",
        "/company/a%22%3Eb",
        "/company/%3A%2F%2F",
        "/policy/%3A%2F%2Fx%20y",
        "/concept/http%3A%2F%2Fa%20b",
        "/concept/foo:bar",
        "/questions/lookup-node",
        "/policy/no/such/1/",
        "/concept/dpv:NoSuchConcept",
        "/concept/nothing",
        "/questions/no-such-question",
        "/questions/no-such-question.csv",
        "/questions/who-processes.xlsx",
        "/static/../app.py",
        "/static/app.py",
        "/editor/../../cli.py",
        "/nothing",
    ],
)
def test_what_is_not_there_is_404(path: str, url: str) -> None:
    assert send(url, path).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "?words=9-3",
        "?words=x",
        "?words=99999999999-999999999999",
        "?words=5-900000",
        "?show=nothing",
        "?words=",
    ],
)
def test_places_that_are_none_do_no_harm(query: str, url: str) -> None:
    assert send(url, CLIK_POLICY + query).status == 200


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=x", "?page=99999999999", "?sort=nothing", "?text=%00%22"]
)
def test_parameters_that_are_none_do_no_harm(query: str, url: str) -> None:
    assert send(url, "/" + query).status == 200


def test_a_value_that_means_nothing_is_told_in_the_form(url: str) -> None:
    reply = send(url, "/questions/who-processes?data=no+such+data%3Cb%3E")
    assert reply.status == 200
    (problem,) = found_in(reply.body, "//*[@role='alert']")
    assert "no such data<b>" in problem
    assert send(url, "/questions/who-processes.csv?data=no+such+data").status == 400


def test_rows_come_as_csv_and_json(url: str, folder: Path) -> None:
    with Store(folder, read_only=True) as store:
        rows = asking.select(store, queries.question("who-processes"), {"data": "name"})
    table = list(csv.reader(io.StringIO(send(url, "/questions/who-processes.csv?data=name").text)))
    assert table[0] == list(rows.columns)
    assert len(table) == len(rows.rows) + 1
    found = json.loads(send(url, "/questions/who-processes.json?data=name").body)
    assert found == rows.results()


@pytest.mark.parametrize("name", [one.name for one in queries.questions().values() if one.group != "lookups"])
def test_every_question_has_a_page(name: str, url: str) -> None:
    reply = send(url, f"/questions/{name}?evidence=1")
    assert reply.status == 200
    assert "<h1>" in reply.text


def test_the_overview_is_the_first_question_and_a_widest_concept_is_any(url: str) -> None:
    assert found_in(send(url, "/questions").body, "//section/h2")[0] == "Overview"
    form = send(url, "/questions/data-of-people").body
    assert found_in(form, "//input[@name='people']/@placeholder") == ["any"]
    assert found_in(form, "//input[@name='people']/@value") == [""]


def test_a_recipient_tells_what_it_gets_from_whom(url: str) -> None:
    rows = found_in(send(url, "/company/google").body, "//tbody/tr")
    clik = next(row for row in rows if "Clik Limited" in row)
    assert "Google Analytics" in clik
    assert len(rows) == 2


def test_the_network_finds_companies_and_recipients(url: str) -> None:
    page = send(url, "/network?text=cli").body
    links = found_in(page, "//section[@aria-labelledby='h-named']//a/@href")
    assert "/company/clik-limited#recipients" in links
    assert found_in(page, "//table//th[@scope='row']/a") == ["customers or clients as recipients"]


def test_a_comparison_begins_with_how_much_each_states(url: str) -> None:
    path = "/compare?company=Clik+Limited&company=Client+Share+Ltd"
    page = send(url, path).body
    shown = {row[0]: row[1:] for row in table_of(page, "summary")}
    assert shown["Policy of"] == ["not dated", "2021-08-27"]
    stated = found_in(page, "//section[h2[@id='recipients']]//tbody/tr/td[1][@class='met']")
    assert int(shown["Recipients"][0]) == len(stated)


def test_a_row_that_counts_all_companies_shows_words_of_some(url: str) -> None:
    page = send(url, "/questions/top-data?evidence=1")
    assert "words of 8 statements at most" in page.text
    said_in = found_in(page.body, "(//td[@class='quotes'])[1]//a/@href")
    assert len({link.split("/")[2] for link in said_in}) > 1
    assert "statements at most" not in send(url, "/questions/data-by-company?evidence=1").text


@pytest.mark.parametrize(
    "name", ["bases-by-purpose", "countries", "rights-granted", "top-data", "unknown-words"]
)
def test_words_of_rows_about_all_companies_are_not_looked_up_in_all_statements(name: str, site: Site) -> None:
    names = []

    def select(
        question: Question, values: Mapping[str, str], *, limit: int | None = None, offset: int = 0
    ) -> Rows:
        names.append(question.name)
        return site.asker.select(question, values, limit=limit, offset=offset)

    page = asked.page(replace(site, asker=Asker(select)), name, {}, evidence=True).shown
    quotes = page["quotes"]
    assert isinstance(quotes, list)
    assert all(quotes)
    assert "some-statements" in names
    assert "lookup-values" not in names


def test_the_network_is_served_with_its_own_rules(url: str) -> None:
    reply = send(url, "/network/picture")
    assert reply.status == 200
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    assert "script-src 'sha256-" in reply.headers["content-security-policy"]


def test_serving_checks_what_was_not_checked_if_it_is_asked_to(seed_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(seed_folder, folder)
    with serving(folder) as url:
        assert "serve --check" in send(url, "/").text
        assert "serve --check" in send(url, "/checks").text
    with serving(folder, "--check") as url:
        assert "not checked" not in send(url, "/").text
    assert checking.complete(folder) == 0


def test_a_page_that_takes_too_long_says_so(seed_folder: Path) -> None:
    with serving(seed_folder, "--seconds", "0.1") as url:
        reply = send(url, "/network/picture")
        assert reply.status == 503
        assert reply.media == "text/html"
        assert "takes too long" in reply.text
        assert reply.headers["retry-after"]


def test_the_pages_show_a_store_that_has_changed(seed_folder: Path, tmp_path: Path) -> None:
    folder = explored(seed_folder, tmp_path / "store")
    with serving(folder) as url:
        assert "Acme" not in send(url, "/").text
        harmful(folder)
        assert "alert(1)&gt;" in send(url, "/").text


def test_only_who_has_the_token_sees_pages(folder: Path) -> None:
    with serving(folder, "--token", "secret") as url:
        assert send(url, "/").status == 401
        assert send(url, "/static/look.css").status == 401
        assert send(url, "/", headers={"Authorization": "Bearer secret"}).status == 200


def test_another_host_is_refused(url: str) -> None:
    assert send(url, "/", headers={"Host": "example.org"}).status == 400


# --- policies that mean harm -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(harmful(tmp_path_factory.mktemp("harm") / "store")) as found:
        yield found


def test_what_a_policy_says_is_text_on_every_page(harm: str) -> None:
    listed = send(harm, "/").body
    assert NAME in found_in(listed, "//a[@class='name']")
    (company_page,) = found_in(listed, "//a[@class='name']/@href")
    text, *_ = found_in(send(harm, company_page).body, "//a[starts-with(@href, '/policy/')]/@href")
    pages = (
        "/",
        company_page,
        text.partition("#")[0],
        "/questions/overview",
        "/checks",
        "/network",
        "/concepts",
    )
    for path in (*pages, "/?text=%22%3E%3Cscript%3E", "/compare?company=%22%3E%3Cscript%3E"):
        reply = send(harm, path)
        assert reply.status == 200
        evil = "//img | //script[not(@src)] | //*[@onerror or @onload] | //b[text()='name']"
        assert not found_in(reply.body, evil)
        addresses = found_in(reply.body, "//@href | //@src")
        assert not [one for one in addresses if ":" in one.partition("/")[0]]
        assert "\u202e" not in reply.text
        assert set(found_in(reply.body, "//iframe/@src")) <= {"/network/picture"}


def test_the_words_of_a_harmful_policy_are_all_there(harm: str) -> None:
    (company_page,) = found_in(send(harm, "/").body, "//a[@class='name']/@href")
    text, *_ = found_in(send(harm, company_page).body, "//a[starts-with(@href, '/policy/')]/@href")
    (shown,) = found_in(send(harm, text).body, "//div[@class='text']")
    for words in (
        "<script>window.harmed = true</script>",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "</textarea></title></script>",
    ):
        assert words in shown
    assert "x" * 1000 in shown
