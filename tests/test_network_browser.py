"""The page of a network in a real browser, from a file: nothing is fetched, and all of it answers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from exploring import CHROMIUM
from wide import wide

from graph import Store
from graph.network import network, texts, write

pytest.importorskip("playwright", reason="Playwright is not installed")
if not CHROMIUM:
    pytest.skip("there is no Chromium here", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

SAMPLE = Path("tests/golden/sample.trig")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
TABS = ("picture", "table", "companies", "focus", "map", "measures")


@pytest.fixture(scope="module")
def file(seed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "network.html"
    with Store(seed_folder, read_only=True) as store:
        write(network(store), path, texts=texts(store))
    return path.as_uri()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    net, said = wide(600, 5000)
    path = tmp_path_factory.mktemp("large") / "network.html"
    write(net, path, texts=said)
    return path.as_uri()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """Yield a tab that must load nothing but files, and must have no errors."""
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    def failed(error: Error) -> None:
        wrong.append(str(error))

    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.on("console", said)
    page.on("pageerror", failed)
    page.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
    yield page
    context.close()
    assert not wrong


def test_a_line_tells_what_is_stated_and_where(tab: Page, file: str) -> None:
    tab.goto(file)
    clik = tab.locator("#picture .edge", has_text="Clik Limited → HubSpot")
    clik.locator(".touch").dispatch_event("click")
    expect(tab.locator("#panel h2")).to_have_text("Clik Limited → HubSpot")
    quote = tab.locator("#panel blockquote", has_text="HubSpot").first
    words = quote.locator("q").inner_text()
    quote.locator(".place").click()
    expect(tab.locator("dialog mark")).to_have_text(words)
    expect(tab.locator("dialog mark")).to_be_in_viewport()
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog")).not_to_be_visible()
    expect(tab.locator("#panel h2")).to_have_text("Clik Limited → HubSpot")


def test_search_and_filters_agree_in_all_views(tab: Page, file: str) -> None:
    tab.goto(file)
    tab.get_by_role("searchbox").fill("hubspot")
    expect(tab.locator("form output")).to_have_text("1 recipient of 1 company")
    tab.get_by_role("tab", name="Recipients").click()
    expect(tab.locator("#table tbody tr:visible")).to_have_count(1)
    tab.get_by_role("tab", name="Companies").click()
    expect(tab.locator("#companies tbody tr:visible")).to_have_count(1)
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator("#companies tbody tr:visible")).to_have_count(5)
    tab.locator("[name=country]").select_option("Australia")
    expect(tab.locator("form output")).to_have_text("1 recipient of 1 company")


def test_focus_shows_who_names_whom_and_moves_on(tab: Page, file: str) -> None:
    tab.goto(file)
    tab.get_by_role("tab", name="One in focus").click()
    tab.locator("#focus select").select_option(label="Google")
    expect(tab.locator("#focus svg [data-node]")).to_have_count(2)
    expect(tab.locator("#panel h2")).to_have_text("Google")
    tab.locator("#focus svg [data-node]", has_text="Clik Limited").click()
    expect(tab.locator("#panel h2")).to_have_text("Clik Limited")
    expect(tab.locator("#focus svg [data-node]", has_text="HubSpot")).to_be_visible()


def test_focus_goes_on_to_whom_recipients_with_a_policy_name(tab: Page, large: str) -> None:
    tab.goto(large)
    company, beyond = tab.evaluate(
        "(() => { const first = edges.find((one) => nodes[one.target].policy);"
        " const own = new Set(edges.filter((one) => one.source === first.source).map((one) => one.target));"
        " const next = edges.filter((one) => one.source === first.target && !own.has(one.target));"
        " focused = first.source; return [nodes[first.source].label, next.length]; })()"
    )
    assert beyond > 0
    tab.get_by_role("tab", name="One in focus").click()
    expect(tab.locator("#focus .centre")).to_have_text(company)
    places = tab.locator("#focus .node text").evaluate_all("(all) => all.map((one) => one.getAttribute('x'))")
    assert len(set(places)) >= 3  # itself, whom it names, and whom those name


def test_the_keyboard_is_enough(tab: Page, file: str) -> None:
    tab.goto(file)
    tab.get_by_role("tab", name="Picture").focus()
    for name in TABS[1:]:
        tab.keyboard.press("ArrowRight")
        expect(tab.locator(f"#{name}")).to_be_visible()
    tab.keyboard.press("ArrowRight")
    tab.locator("#picture [data-node]", has_text="Google").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#panel")).to_be_focused()
    expect(tab.locator("#panel h2")).to_have_text("Google")
    tab.keyboard.press("Escape")
    expect(tab.locator("#panel h2")).to_have_count(0)


def test_a_large_network_is_ranked_first_and_mapped(tab: Page, large: str) -> None:
    tab.goto(large)
    expect(tab.locator("#table")).to_be_visible()
    tab.get_by_role("tab", name="Map").click()
    expect(tab.locator("#map .legend li").first).to_contain_text("community 1")
    place = tab.evaluate(
        "(() => { const box = canvas.getBoundingClientRect(); const [x, y] = at(points[0]);"
        " return [box.x + x, box.y + y, points[0].node.label]; })()"
    )
    tab.mouse.click(place[0], place[1])
    expect(tab.locator("#panel h2")).to_have_text(place[2])
    before = tab.evaluate("view.scale")
    tab.locator("#map canvas").focus()
    tab.keyboard.press("+")
    assert tab.evaluate("view.scale") > before
    tab.keyboard.press("0")
    assert tab.evaluate("view.scale") == pytest.approx(before)


def test_the_map_looks_the_same_each_time(browser: Browser, large: str) -> None:
    seen = []
    for _ in range(2):
        page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]
        page.goto(large)
        page.get_by_role("tab", name="Map").click()
        seen.append(page.evaluate("points.map((one) => [one.id, one.x, one.y])"))
        page.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) > 500


@pytest.mark.parametrize("name", TABS)
def test_axe_finds_no_serious_fault(name: str, tab: Page, file: str) -> None:
    tab.goto(file)
    tab.locator(f"#tab-{name}").click()
    tab.get_by_role("searchbox").fill("google")
    found = Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_narrow_screen_is_enough(tab: Page, file: str) -> None:
    tab.set_viewport_size(NARROW)  # type: ignore[arg-type]
    tab.goto(file)
    expect(tab.locator("#table")).to_be_visible()
    wide_by = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide_by <= 0
    tab.get_by_role("button", name="Google").click()
    expect(tab.locator("#panel h2")).to_be_in_viewport()


@pytest.mark.parametrize("width", [400, 800, 1400])
def test_no_label_of_the_picture_is_cut(width: int, tab: Page, file: str) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(file)
    tab.get_by_role("tab", name="Picture").click()
    cut = """() => {
      const room = document.querySelector("#picture .scroll").getBoundingClientRect();
      return [...document.querySelectorAll("#picture .scroll svg text")]
        .filter((text) => getComputedStyle(text).visibility === "visible")
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < room.left - 0.5 || box.right > room.right + 0.5;
        })
        .map((text) => text.textContent);
    }"""
    assert tab.evaluate(cut) == []
    own = tab.locator("#picture .node.own").first
    expect(own).to_be_hidden() if width < 700 else expect(own).to_be_visible()
    assert "…" not in tab.locator("#picture .node.shared").all_inner_texts()


def test_on_paper_there_are_the_tables_and_what_they_mean(tab: Page, file: str) -> None:
    tab.goto(file)
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for name in ("picture", "table", "companies", "measures"):
        expect(tab.locator(f"#{name}")).to_be_visible()
    expect(tab.locator("#companies .explained dd").first).to_be_visible()
    expect(tab.locator("form.filters")).not_to_be_visible()
    expect(tab.locator("#map")).not_to_be_visible()


def test_what_a_policy_says_does_not_run(tab: Page, tmp_path: Path) -> None:
    with Store() as store:
        store._store.load(path=str(SAMPLE), format=ox.RdfFormat.TRIG)
        net = network(store)
    bad = '"><img src=x onerror=alert(1)></script><script>document.title="bad"</script>'
    for _, said in net.nodes(data=True):
        said["label"] += bad
    said = {}
    for *_, edge in net.edges(data=True):
        for statement in edge["statements"]:
            said[statement["version"]] = bad
            statement["policy"] = bad
            for quote in statement["quotes"]:
                quote |= {"quote": bad, "start": 0, "end": 5}
    write(net, tmp_path / "bad.html", texts=said)
    tab.goto((tmp_path / "bad.html").as_uri())
    for name in TABS:
        tab.locator(f"#tab-{name}").click()
    tab.locator("#tab-table").click()
    tab.locator("#table .name").first.click()
    tab.locator("#panel details:has(.statement) summary, #panel details summary").nth(1).click()
    tab.locator("#panel .place").first.click()
    expect(tab.locator("dialog .text")).to_contain_text("onerror")
    expect(tab).to_have_title(re.compile("Who shares data"))
    assert tab.locator("img").count() == 0
