"""The explorer in a real browser: whatever the other tests cannot see. Skipped where there is no Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from exploring import CHROMIUM, NAME, dated, explored, harmful
from serving import serving

from graph import Store
from policygraph import reporting

pytest.importorskip("playwright", reason="Playwright is not installed")
if not CHROMIUM:
    pytest.skip("there is no Chromium here", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    expect,
)

POLICY = "policy/clik-limited/privacy/94264ec739c5/"
PAGES = {
    "companies": "",
    "company": "company/clik-limited",
    "by data": "company/clik-limited?by=data",
    "recipient": "company/google",
    "policy": POLICY + "?words=4853-4866#c4853",
    "compare": "compare?company=Clik+Limited&company=Client+Share+Ltd",
    "concepts": "concepts",
    "concept": "concept/dpv:Marketing",
    "questions": "questions",
    "question": "questions/top-data",
    "rows with words": "questions/who-processes?data=name&evidence=1",
    "checks": "checks",
    "network": "network",
    "nothing": "company/nobody",
}
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def url(seed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(explored(seed_folder, tmp_path_factory.mktemp("browsed") / "store")) as found:
        yield found


@pytest.fixture(scope="module")
def harm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(harmful(tmp_path_factory.mktemp("harm") / "store")) as found:
        yield found


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(dated(tmp_path_factory.mktemp("versions"))) as found:
        yield found


class Watched:
    """A page of a browser, and whatever went wrong in it or was asked for from elsewhere."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(120_000)
        self.wrong: list[str] = []
        self.url = url
        self.page.on("console", self._said)
        self.page.on("pageerror", self._failed)
        self.page.on("dialog", self._asked)
        self.page.on("request", self._loads)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(message.text)

    def _failed(self, error: Error) -> None:
        self.wrong.append(str(error))

    def _asked(self, dialog: Dialog) -> None:
        self.wrong.append(dialog.message)
        dialog.dismiss()

    def _loads(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.wrong.append(request.url)

    def open(self, path: str) -> Page:
        """Return the page at a path."""
        self.page.goto(self.url + path)
        return self.page


def watched(browser: Browser, url: str, **how: object) -> Iterator[Watched]:
    context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **how})  # type: ignore[arg-type]
    found = Watched(context, url)
    yield found
    context.close()
    assert not found.wrong


@pytest.fixture
def tab(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watched(browser, url)


@pytest.fixture
def narrow(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watched(browser, url, viewport=NARROW)


@pytest.fixture
def plain(browser: Browser, url: str) -> Iterator[Watched]:
    yield from watched(browser, url, java_script_enabled=False)


# --- every page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "nothing"])
def test_everybody_can_use_a_page(name: str, scheme: str, browser: Browser, url: str) -> None:
    for found in watched(browser, url, color_scheme=scheme):
        results = Axe().run(found.open(PAGES[name])).response
        grave = [one for one in results["violations"] if one["impact"] in ("serious", "critical")]
        assert not [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in grave]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_narrow_screen(name: str, browser: Browser, url: str) -> None:
    for found in watched(browser, url, viewport=NARROW):
        page = found.open(PAGES[name])
        if name == "nothing":
            found.wrong.clear()  # a browser calls every 404 an error
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        expect(page.locator("h1")).to_be_visible()


# --- what people do ----------------------------------------------------------------------------------------


def test_a_company_is_searched_and_opened(tab: Watched) -> None:
    page = tab.open("")
    page.get_by_role("searchbox").fill("clik")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clik Limited").click()
    expect(page.locator("h1")).to_have_text("Clik Limited")


def test_companies_are_sorted_by_a_heading(tab: Watched) -> None:
    page = tab.open("")
    page.get_by_role("link", name="Recipients").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Recipients")
    expect(page.locator("tbody th").first).to_contain_text("Clique AI")


def test_statements_are_grouped_another_way(tab: Watched) -> None:
    page = tab.open("company/clik-limited")
    page.get_by_role("link", name="by data").click()
    expect(page.locator(".group h3").first).to_be_visible()
    assert "by=data" in page.url
    expect(page.locator(".switch [aria-current]")).to_have_text("by data")


def test_a_value_leads_to_its_words_and_back_to_its_statement(tab: Watched) -> None:
    page = tab.open("company/clik-limited?by=text")
    statement = page.locator("[id$=p4938-4944]")
    statement.get_by_role("link", name="chat transcript").click()
    expect(page.locator(".text .chosen")).to_have_text("transcript of the chat")
    expect(page.locator(".text .chosen")).to_be_in_viewport()
    saying = page.locator("#said .saying").filter(has_text="HubSpot CRM").first
    saying.get_by_role("link", name="to the statement").click()
    expect(page.locator(".said:target")).to_contain_text("chat transcript")
    expect(page.locator(".said:target")).to_be_in_viewport()


def test_marked_words_say_what_they_mean_without_leaving_the_place(tab: Watched) -> None:
    page = tab.open(POLICY)
    page.locator("#c5026").click()
    expect(page.locator("#said")).to_contain_text("legitimate interests")
    expect(page.locator("#c5026")).to_have_class(re.compile("chosen"))
    assert "words=5026-5045" in page.url
    page.go_back()
    expect(page.locator("#said")).to_contain_text("Nothing is chosen yet")


def test_marks_are_links_without_a_script(plain: Watched) -> None:
    page = plain.open(POLICY)
    page.locator("#c5026").click()
    expect(page.locator("#said")).to_contain_text("legitimate interests")
    expect(page.locator("#c5026")).to_be_in_viewport()


def test_only_some_words_are_marked(tab: Watched) -> None:
    page = tab.open(POLICY)
    everything = page.locator("a.mark").count()
    page.locator(".kinds").get_by_role("link", name=re.compile("legal bases")).click()
    expect(page.locator(".kinds [aria-current]")).to_contain_text("legal bases")
    assert 0 < page.locator("a.mark").count() < everything
    assert page.locator("a.mark:not(.basis)").count() == 0


def test_companies_are_chosen_and_compared(tab: Watched) -> None:
    page = tab.open("")
    page.get_by_label("compare Clik Limited").check()
    page.get_by_label("compare Client Share Ltd").check()
    page.get_by_role("button", name="Compare the chosen").click()
    expect(page.locator(".compared thead").first).to_contain_text("Client Share Ltd")
    rows = page.locator(".compared tbody tr").count()
    page.get_by_label("only differences").check()
    page.get_by_role("button", name="Compare").click()
    assert 0 < page.locator(".compared tbody tr").count() < rows
    page.get_by_label("Clear Ring Ltd").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".compared thead").first).to_contain_text("Clear Ring Ltd")


def test_a_mark_of_the_comparison_leads_to_what_is_stated(tab: Watched) -> None:
    page = tab.open(PAGES["compare"])
    row = page.locator(".compared tr", has=page.get_by_role("link", name="email address", exact=True)).first
    row.get_by_role("link", name="stated by Clik Limited").click()
    expect(page.locator("#statements .note")).to_contain_text("Only statements with email address")
    for said in page.locator("#statements .said .sentence").all():
        expect(said).to_contain_text("email address")


def test_a_concept_is_found_with_what_is_narrower(tab: Watched) -> None:
    page = tab.open("concepts")
    page.get_by_role("searchbox").fill("marketing")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="marketing", exact=True).first.click()
    expect(page.locator("tbody")).to_contain_text("direct marketing")


def test_a_question_is_asked_with_a_parameter_and_its_words(tab: Watched) -> None:
    page = tab.open("questions")
    page.get_by_role("link", name=re.compile("Who processes a given category")).click()
    page.get_by_label("data", exact=True).fill("telephone number")
    page.get_by_label("with the words").check()
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("tbody tr").first).to_contain_text("telephone number")
    page.locator("td.quotes a").first.click()
    expect(page.locator(".text .chosen").first).to_be_in_viewport()


def test_a_wrong_value_says_what_is_near(tab: Watched) -> None:
    page = tab.open("questions/who-processes?data=emial+adress")
    expect(page.get_by_role("alert")).to_contain_text("did you mean")


def test_numbers_are_shown_as_a_picture_too(tab: Watched) -> None:
    page = tab.open("questions/top-data")
    assert page.locator("figure rect").count() > 5


def test_the_matrix_leads_to_the_finding(tab: Watched) -> None:
    page = tab.open("checks")
    page.locator("td.absent a").first.click()
    expect(page.locator(".card:target")).to_be_in_viewport()


def test_the_network_is_drawn_and_tells_what_is_stated(tab: Watched) -> None:
    page = tab.open("network")
    frame = page.frame_locator("iframe")
    frame.locator("svg [data-node]", has_text="Google").first.click()
    expect(frame.locator("#panel")).to_contain_text("Google")


def test_a_line_of_the_network_leads_to_its_words_in_the_policy_and_back(tab: Watched) -> None:
    page = tab.open("network")
    frame = page.frame_locator("iframe")
    frame.locator(".edge[data-source$='clik-limited'][data-target$='google']").dispatch_event("click")
    said = frame.locator("#panel blockquote").first
    quote = said.locator("q").inner_text().strip('“”"')
    said.locator("a.place").click()
    page.wait_for_url("**/policy/clik-limited/**")
    assert page.locator("a.mark.chosen").all_inner_texts()
    assert "".join(page.locator("a.mark.chosen").all_inner_texts()) in quote
    expect(page.locator("#said .quote")).to_contain_text(quote)
    expect(page.locator("a.mark.chosen").first).to_be_in_viewport()
    page.go_back()
    expect(page.frame_locator("iframe").locator("svg [data-node]").first).to_be_visible()


@pytest.mark.parametrize("name", ["rows with words", "compare", "recipient", "company"])
def test_nothing_is_cut_or_squeezed_on_a_narrow_screen(name: str, narrow: Watched) -> None:
    page = narrow.open(PAGES[name])
    squeezed = """() => [...document.querySelectorAll('main p, main td > span:not(.standing)')]
        .filter((one) => one.textContent.trim().length > 60 && one.getClientRects().length)
        .map((one) => one.getBoundingClientRect().width).filter((width) => width < 120)"""
    assert page.evaluate(squeezed) == []


def test_bars_are_as_long_as_their_numbers_say(narrow: Watched) -> None:
    page = narrow.open("questions/top-data")
    found = """() => [...document.querySelectorAll('.bars li')].map((one) => [
        Number(one.querySelector(".amount").textContent),
        one.querySelector("rect").getBoundingClientRect().width])"""
    bars = page.evaluate(found)
    longest = max(width for _, width in bars)
    most = max(number for number, _ in bars)
    assert longest > 50
    assert all(width == pytest.approx(longest * number / most, abs=1) for number, width in bars)


def test_paper_has_the_statements_and_no_controls(tab: Watched) -> None:
    page = tab.open(PAGES["rows with words"])
    page.emulate_media(media="print")
    for hidden in ("header.site", "form.ask", ".forms", "nav.pages"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("table.rows thead")).to_be_visible()
    expect(page.locator("td.quotes").first).to_be_visible()


def test_nothing_here_offers_a_way_on(tab: Watched) -> None:
    page = tab.page
    page.goto(tab.url + PAGES["nothing"])
    page.get_by_role("searchbox").fill("clik")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Clik Limited")).to_be_visible()
    tab.wrong.clear()  # the console tells of the 404


def test_the_editor_asks_the_endpoint(tab: Watched) -> None:
    page = tab.open("editor#recipients-in-common")
    expect(page.locator(".yasr").filter(visible=True)).to_contain_text("Google")


def test_the_keyboard_is_enough(tab: Watched) -> None:
    page = tab.open("")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("type", "search")
    page.keyboard.type("clik lim")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clik Limited").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Clik Limited")
    outline = page.evaluate("getComputedStyle(document.querySelector('h3 a')).outlineStyle")
    page.locator("h3 a").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != outline


def test_what_is_chosen_lies_below_the_text_on_a_narrow_screen(narrow: Watched) -> None:
    page = narrow.open(POLICY)
    page.locator("#c5026").click()
    expect(page.locator("#said")).to_contain_text("legitimate interests")
    expect(page.locator("#said .saying").first).to_be_in_viewport()


def test_a_page_is_printed_without_what_only_a_screen_needs(tab: Watched) -> None:
    page = tab.open("company/clik-limited")
    page.emulate_media(media="print")
    expect(page.locator("header.site")).to_be_hidden()
    expect(page.locator(".said").first).to_be_visible()


# --- versions and days -------------------------------------------------------------------------------------


def changes(tab: Watched) -> Page:
    """Return the page of what changed last in the policy of Acme."""
    page = tab.open("company/acme-holdings-limited")
    page.get_by_role("link", name="what changed").first.click()
    expect(page.locator("h1")).to_contain_text("what changed")
    page.wait_for_load_state()  # with its style
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_of_versions_and_days(
    scheme: str, browser: Browser, versions: str
) -> None:
    for size in (WIDE, NARROW):
        for found in watched(browser, versions, color_scheme=scheme, viewport=size):
            paths = ("", "?as-of=2022-06-01", "company/acme-limited?as-of=2022-06-01")
            for path in paths:
                page = found.open(path) if path else changes(found)
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
                results = Axe().run(page).response
                grave = [one for one in results["violations"] if one["impact"] in ("serious", "critical")]
                assert not [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in grave]


def test_changes_are_chosen_and_lead_to_their_words_and_back(browser: Browser, versions: str) -> None:
    for found in watched(browser, versions):
        page = changes(found)
        expect(page.locator(".changes")).to_contain_text(["Adyen"])
        page.locator("select[name=old]").select_option("2021-05-25")
        page.locator("select[name=new]").select_option("2022-01-01")
        page.get_by_role("button", name="Compare").click()
        card = page.locator("article", has_text="new recipient")
        expect(card).to_contain_text("Mailchimp")
        card.locator(".sides > div").last.locator("a.place").first.click()
        expect(page.locator(".text .chosen").first).to_have_text("Mailchimp")
        expect(page.locator(".text .chosen").first).to_be_in_viewport()
        expect(page.locator(".lead")).to_contain_text("holds no more")
        page.go_back()
        expect(page.locator("article", has_text="new recipient")).to_contain_text("Mailchimp")


def test_a_day_is_chosen_kept_and_left(browser: Browser, versions: str) -> None:
    for found in watched(browser, versions):
        page = found.open("questions/top-recipients?evidence=1")
        expect(page.locator("tbody")).to_contain_text("Adyen")
        page.get_by_label("As of").fill("2022-06-01")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tbody")).to_contain_text("“Mailchimp”")
        page.get_by_role("button", name="Ask").click()
        expect(page.locator("tbody")).to_contain_text("“Mailchimp”")
        page.locator("td.quotes a").first.click()
        expect(page.locator(".text .chosen").first).to_be_in_viewport()
        page.locator("a.mark").first.click()
        expect(page.locator("#said .quote")).to_be_visible()
        assert "as-of=2022-06-01" in page.url
        page.get_by_role("link", name="Companies").first.click()
        expect(page.locator("tbody")).to_contain_text("Acme Limited")
        page.get_by_role("link", name="Show what holds now").click()
        expect(page.locator("tbody")).to_contain_text("Acme Holdings Limited")
        assert "as-of" not in page.url


# --- policies that mean harm -------------------------------------------------------------------------------


def test_nothing_of_a_policy_runs(browser: Browser, harm: str) -> None:
    for found in watched(browser, harm):
        page = found.open("")
        page.get_by_role("link", name=NAME).first.click()
        expect(page.locator("h1")).to_have_text(NAME)
        page.get_by_role("link", name="Read the policy").click()
        expect(page.locator(".text")).to_contain_text("<script>window.harmed = true</script>")
        expect(page.locator(".text")).to_contain_text("[our partners](javascript:window.harmed=true)")
        page.locator("a.mark").first.click()
        expect(page.locator("#said .quote")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
        for path in ("checks", "network", "compare", "concepts", "questions/overview", "?text=%22%3E%3Cb%3E"):
            found.open(path)
            assert page.evaluate("window.harmed") is None
            assert page.evaluate("document.images.length") == 0


# --- pages without a server --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(seed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where the pages of a report lie, as a file share has them: the address of a folder."""
    folder = tmp_path_factory.mktemp("report")
    with Store(explored(seed_folder, folder / "store"), read_only=True) as store:
        site = reporting.site(store)
        reporting.save(site, site.directory.companies, folder / "pages")
    return (folder / "pages").as_uri() + "/"


def test_a_report_is_read_without_a_server(browser: Browser, files: str) -> None:
    for found in watched(browser, files):
        page = found.open("index.html")
        page.get_by_role("link", name="Clik Limited").click()
        expect(page.locator("h1")).to_have_text("Clik Limited")
        assert page.evaluate("getComputedStyle(document.body).display") == "flex"  # the style is let in
        page.get_by_role("link", name="as in the text").click()
        page.locator("[id$=p4938-4944]").get_by_role("link", name="chat transcript").click()
        expect(page.locator(".text :target")).to_have_text("transcript of the chat")
        expect(page.locator(".text :target")).to_be_in_viewport()
        page.locator(".text :target").click()
        saying = page.locator("#said :target")
        expect(saying).to_contain_text("HubSpot CRM")
        expect(saying).to_be_in_viewport()
        expect(page.locator("#c4907")).to_be_in_viewport()
        saying.get_by_role("link", name="to the statement").first.click()
        expect(page.locator(".said:target")).to_contain_text("chat transcript")
        page.get_by_role("link", name="Companies").click()
        expect(page.locator("tbody tr")).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["index.html", "clik-limited/index.html", "clik-limited/recipients.html", "policy"]
)
def test_everybody_can_use_a_page_of_a_report(name: str, scheme: str, browser: Browser, files: str) -> None:
    for size in (WIDE, NARROW):
        for found in watched(browser, files, color_scheme=scheme, viewport=size):
            page = found.open("clik-limited/index.html" if name == "policy" else name)
            if name == "policy":
                page.get_by_role("link", name="Read the policy").click()
                page.locator("#c5026").click()
                expect(page.locator("#said :target")).to_be_in_viewport()
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            results = Axe().run(page).response
            grave = [one for one in results["violations"] if one["impact"] in ("serious", "critical")]
            assert not [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in grave]


def test_nothing_of_a_policy_runs_in_a_report(browser: Browser, tmp_path: Path) -> None:
    with Store(harmful(tmp_path / "store"), read_only=True) as store:
        site = reporting.site(store)
        reporting.save(site, site.directory.companies, tmp_path / "pages")
    for found in watched(browser, tmp_path.as_uri() + "/pages/"):
        page = found.open("index.html")
        page.get_by_role("link", name=NAME).click()
        expect(page.locator("h1")).to_have_text(NAME)
        page.get_by_role("link", name="Read the policy").click()
        expect(page.locator(".text")).to_contain_text("<script>window.harmed = true</script>")
        page.locator("a.mark").first.click()
        expect(page.locator("#said :target")).to_be_visible()
        assert page.evaluate("window.harmed") is None
        assert page.evaluate("document.images.length") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
