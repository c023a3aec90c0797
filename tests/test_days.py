"""The explorer as of a day: what held then, on every page, and the way back to what holds now."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exploring import TEXTS, dated, undated
from lxml import html
from serving import ROOT, Reply, send, serving

import queries
from extract.reading import read
from graph import Store, check, report, versions
from policygraph import asking
from policygraph.explorer.links import Links
from policygraph.explorer.site import When
from policygraph.serving import Limits, days, protocol
from policygraph.serving.pool import Pool

DAY = "2022-06-01"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dated(tmp_path_factory.mktemp("dated"))


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as found:
        yield found


def as_of(path: str, day: str = DAY) -> str:
    """Return an address as of a day."""
    return f"{path}{'&' if '?' in path else '?'}as-of={day}"


def found_in(page: Reply, path: str) -> list[Any]:
    """Return what an XPath finds in a page."""
    found = html.fromstring(page.body).xpath(path)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("path", "then", "now"),
    [
        ("/", "Acme Limited", "Acme Holdings Limited"),
        ("/company/acme-limited", "Mailchimp", "Adyen"),
        ("/questions/top-recipients", "Mailchimp", "Adyen"),
        ("/questions/top-recipients.csv", "Mailchimp", "Adyen"),
        ("/questions/top-recipients?evidence=1", "“Mailchimp”", "“Adyen”"),
        ("/compare?company=Bluth+Limited&company=Acme+Limited", "Mailchimp", "Adyen"),
        ("/network", "Mailchimp", "Adyen"),
        ("/network/picture", "Mailchimp", "Adyen"),
        ("/concept/dpv:Purpose", "Acme Limited", "Acme Holdings Limited"),
        ("/checks", "Acme Limited", "Acme Holdings Limited"),
    ],
)
def test_a_page_shows_what_held_on_the_day_in_its_address(path: str, then: str, now: str, url: str) -> None:
    page = send(url, as_of(path))
    assert page.status == 200
    assert then in page.text
    assert now not in page.text
    today = send(
        url,
        path.replace("Acme+Limited", "Acme+Holdings+Limited").replace(
            "acme-limited", "acme-holdings-limited"
        ),
    )
    assert now in today.text
    assert then not in today.text or then in now


def test_links_and_forms_carry_the_day_and_lead_back_to_now(url: str) -> None:
    for path in (
        "/",
        "/company/acme-limited",
        "/questions/top-recipients",
        "/compare",
        "/concepts",
        "/checks",
        "/network",
    ):
        page = send(url, as_of(path))
        links = [
            link for link in found_in(page, "//@href") if link.startswith("/") and "/static/" not in link
        ]
        back = found_in(page, "//p[@class='then']/a/@href")
        assert back == [path]
        assert len(links) > 7
        assert all(f"as-of={DAY}" in link for link in links if link not in back)
        forms = found_in(page, "//form")
        assert [form.xpath(".//input[@name='as-of']/@value") for form in forms] == [[DAY]] * len(forms)


def test_the_texts_of_other_days_can_be_read_and_compared(folder: Path, url: str) -> None:
    with Store(folder, read_only=True) as store:
        first, second, third = (
            one.version.iri for one in next(t for t in versions.timelines(store) if len(t) > 1)
        )
    links = Links(as_of=DAY)
    company = send(url, as_of("/company/acme-limited")).text
    assert all(day in company for day in TEXTS)
    assert "did not hold" not in send(url, links.policy(second)).text
    assert "holds no more" not in send(url, links.policy(second)).text
    assert "holds no more" in send(url, Links().policy(second)).text
    for other in (first, third):
        page = send(url, links.policy(other)).text
        assert f"did not hold on {DAY}" in page
        assert ("Acme Holdings Limited: the policy" if other == third else "Acme Limited: the policy") in page
    changes = send(url, links.page("changes", old=first, new=second))
    assert "new recipient" in changes.text
    assert found_in(changes, "//form[@class='pick']/input[@name='as-of']/@value") == [DAY]


def test_policies_without_a_date_are_counted(url: str) -> None:
    assert "1 text without a date is taken to have held" in send(url, as_of("/")).text
    assert "without a date" not in send(url, "/").text


@pytest.mark.parametrize(
    ("day", "status", "why"),
    [
        ("yesterday", 400, "a day that there is"),
        ("2022-02-30", 400, "a day that there is"),
        ("20220601", 400, "a day that there is"),
        ("%3Cscript%3E", 400, "a day that there is"),
    ],
)
def test_what_is_no_day_is_refused(day: str, status: int, why: str, url: str) -> None:
    for path in ("/", "/questions/top-recipients.csv", "/network/picture"):
        page = send(url, as_of(path, day))
        assert (page.status, why in page.text, "<script>" in page.text) == (status, True, False)


def test_a_day_before_all_policies_has_those_that_nobody_dates(url: str) -> None:
    page = send(url, as_of("/", "1999-01-01")).text
    assert "Bluth Limited" in page
    assert "Acme" not in page


def test_a_day_can_be_chosen_where_there_are_older_texts(seed_folder: Path, url: str) -> None:
    assert found_in(send(url, "/?text=acme&page=1"), "//form[@class='when']/input/@name") == ["text"]
    with serving(seed_folder) as other:
        assert "as-of" not in send(other, "/").text


def test_a_day_on_which_nothing_held_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "store"):
        pass
    with serving(tmp_path / "store") as url:
        page = send(url, as_of("/"))
        assert (page.status, "No policy in this store held on 2022-06-01." in page.text) == (404, True)


def test_a_copy_of_a_day_answers_as_a_store_that_never_had_anything_else(
    folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "policygraph.serving.day", str(folder), DAY, str(tmp_path / "then")]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    assert json.loads(said) == {"policies": 2, "undated": 1}
    with Store(tmp_path / "then", read_only=True) as then, Store() as fresh:
        fresh.add([undated(), *map(read, (folder.parent / "laid").glob("*@2022-01-01.md"))])
        fresh.rebuild_derived()
        report.keep(fresh, check(fresh))
        assert len(list(fresh.versions())) == len(list(then.versions())) == 2
        for name, question in queries.questions().items():
            if question.group != "lookups":
                assert asking.select(then, question, {}).rows == asking.select(fresh, question, {}).rows, name


def test_only_the_last_days_are_kept_and_none_that_is_in_use(folder: Path) -> None:
    async def asked() -> tuple[int, int, list[bool]]:
        async with (
            Pool(folder, Limits(workers=1)) as pool,
            days.Days(folder, Limits(workers=1), pool) as held,
        ):
            async with held.of("2021-06-01") as first:
                for day in ("2022-06-01", "2023-08-01", "2023-08-02"):
                    async with held.of(day) as other:
                        assert (await other.pool.answer(protocol.asked("ASK {}", "*/*")))[0] == 200
                used = first.pool.folder.exists()
            async with held.of("2023-08-02") as again:
                assert again is other
            copies = len(list(first.pool.folder.parent.iterdir()))
        return copies, len(held._held), [used, first.pool.folder.exists(), again.pool.folder.exists()]

    copies, kept, there = asyncio.run(asked())
    assert copies == kept == 2
    assert there == [True, False, False]


def test_a_day_is_taken_anew_when_the_store_has_changed(folder: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(folder, tmp_path / "store"))
    with serving(place) as url:
        assert "Cogs" not in send(url, as_of("/")).text
        with Store(place) as store:
            store.add([undated("Cogs")])
            store.rebuild_derived()
        assert "Cogs Limited" in send(url, as_of("/")).text


def test_the_address_of_a_page_as_of_now_has_its_other_parameters() -> None:
    assert (
        When(DAY, "/compare", (("company", "A & B"), ("company", "C"))).now
        == "/compare?company=A+%26+B&company=C"
    )
