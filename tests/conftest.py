"""What several modules need and what takes time to make: the readings of the seeds, and graphs of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from extract.claim import Reading
from extract.reading import read
from graph import Store

ROOT = Path(__file__).parents[1]


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
