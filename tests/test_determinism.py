"""The same texts give the same bytes: in another process, order, locale, time zone and hash seed."""

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extract.claim import Reading
from graph import Store

ROOT = Path(__file__).parents[1]
TWO = (3, 4)  # the seeds with a table and with the shortest text
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0"}
    | {"PYTHONCOERCECLOCALE": "0"},
)


def exported(store: Store) -> bytes:
    output = io.BytesIO()
    store.export(output, "nquads")
    return output.getvalue()


def graph_of(*readings: Reading) -> bytes:
    with Store() as store:
        store.add(readings)
        store.rebuild_derived()
        return exported(store)


def run(*arguments: str, **surroundings: str) -> bytes:
    """Return what the command writes to standard output, run in other surroundings."""
    command = [sys.executable, "-W", "error", "-m", "policygraph.cli", *arguments]
    environment = {**os.environ, **surroundings}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def expected(seed_readings: tuple[Reading, ...]) -> bytes:
    """Return the graph of two seeds that were read in this process, after others."""
    return graph_of(*(seed_readings[index] for index in TWO))


@pytest.mark.parametrize("number", range(len(SURROUNDINGS)))
def test_other_surroundings_give_the_same_bytes(
    number: int, expected: bytes, seeds: tuple[Path, ...], tmp_path: Path
) -> None:
    files = [str(seeds[index].relative_to(ROOT)) for index in TWO]
    ordered = files if number == 0 else files[::-1]
    run("build", *ordered, "--store", str(tmp_path / "store"), "--quiet", **SURROUNDINGS[number])
    found = run("export", "--store", str(tmp_path / "store"), **SURROUNDINGS[number])
    assert found.count(b"\n") == expected.count(b"\n")
    assert found == expected


def test_the_order_of_policies_does_not_matter(seed_readings: tuple[Reading, ...]) -> None:
    assert graph_of(*seed_readings) == graph_of(*reversed(seed_readings))


def test_reading_twice_adds_nothing(seed_readings: tuple[Reading, ...]) -> None:
    with Store() as store:
        store.add(seed_readings)
        store.rebuild_derived()
        before = exported(store)
        store.add(seed_readings[2:3])
        store.add(seed_readings)
        store.rebuild_derived()
        assert exported(store) == before


def test_policies_do_not_colour_each_other(seed_readings: tuple[Reading, ...]) -> None:
    """What one policy states is the same quads alone and among others; only companies are shared."""
    last = seed_readings[4]
    own = last.sha256[:12].encode()
    alone, among = (
        [line for line in graph_of(*readings).splitlines() if own in line]
        for readings in ([last], seed_readings)
    )
    assert alone
    assert alone == among


def test_another_file_name_changes_nothing_but_the_name(seed_readings: tuple[Reading, ...]) -> None:
    renamed = dataclasses.replace(seed_readings[4], name="another.txt")
    before = graph_of(seed_readings[4]).replace(seed_readings[4].name.encode(), b"another.txt")
    assert sorted(graph_of(renamed).splitlines()) == sorted(before.splitlines())


def test_no_line_holds_a_time_or_a_path(expected: bytes) -> None:
    own = [line for line in expected.splitlines() if b"graph/ontology" not in line]
    assert own
    assert not any(b"dateTime" in line or str(ROOT).encode() in line for line in own)
    assert not any(line.startswith(b"_:") for line in own)
