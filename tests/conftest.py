"""What several modules need and what takes time to make: the readings of the seeds, and graphs of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from exploring import CHROMIUM
from hypothesis import settings

from extract.claim import Reading
from extract.reading import read
from graph import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]

os.environ.pop("COLUMNS", None)  # workers of pytest-xdist get the width of the terminal; pipes have none

# The same examples every time, however slow the machine is; --hypothesis-profile=default looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what writes rows down anew."""
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write the rows of the seeds and the digests of the ten anew",
    )


@pytest.fixture(scope="session")
def seeds() -> tuple[Path, ...]:
    """Return the example policies."""
    return tuple(sorted((ROOT / "seeds").glob("*.txt")))


@pytest.fixture(scope="session")
def seed_readings(seeds: tuple[Path, ...]) -> tuple[Reading, ...]:
    """Return what the seeds state, read one after another in one process."""
    return tuple(read(path) for path in seeds)


@pytest.fixture(scope="session")
def seed_store(seed_readings: tuple[Reading, ...]) -> Iterator[Store]:
    """Yield the graph of the seeds in memory; to be read only."""
    with Store() as store:
        store.add(seed_readings)
        store.rebuild_derived()
        yield store


@pytest.fixture(scope="session")
def seed_folder(seed_readings: tuple[Reading, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the graph of the seeds; to be read only."""
    folder = tmp_path_factory.mktemp("seeds") / "store"
    with Store(folder) as store:
        store.add(seed_readings)
        store.rebuild_derived()
    return folder


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Yield a browser without a window; modules that ask for it are skipped where there is none."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  few modules need it

    expect.set_options(timeout=60_000)  # ms: a slow machine fails no test
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield opened
        opened.close()
