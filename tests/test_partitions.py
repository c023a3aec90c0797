"""Policies become files of N-Quads, whole or not at all, which load to the graph that reading them gives."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import servers
from stored import written
from typer.testing import CliRunner

from graph import Store
from policygraph.building import Job, Limits, Outcome, build, here
from policygraph.building.partitions import PartitionError, load, write
from policygraph.cli import app

POLICY = "# Privacy Policy of {0} Ltd\n\n{0} Ltd collects your email address. We share it with {1}.\n"


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Return a folder of seven policies, two of which are one text, and of two files that are none."""
    folder = tmp_path / "policies"
    folder.mkdir()
    for number, name in enumerate(("Acme", "Bexley", "Corwin", "Dravo", "Elbane", "Fenwick")):
        text = POLICY.format(name, ("Google Analytics", "Stripe")[number % 2])
        (folder / f"{name}.md").write_text(text)
    shutil.copy(folder / "Acme.md", folder / "Zenith.txt")
    (folder / "Empty.txt").write_bytes(b"")
    (folder / "None.pdf").write_bytes(b"%PDF-1.4 but no more")
    return folder


def backwards(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
    """Run jobs as other processes may: the last is done first."""
    yield from reversed(list(here(jobs, limits)))


def broken(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
    """Run five jobs and end."""
    for number, outcome in enumerate(here(jobs, limits)):
        if number == 5:
            raise KeyboardInterrupt
        yield outcome


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_partitions_load_to_the_graph_and_the_ledger_that_reading_gives(
    policies: Path, tmp_path: Path
) -> None:
    write([policies], tmp_path / "parts", most=3)
    with Store(tmp_path / "read") as read, Store(tmp_path / "loaded") as loaded:
        build([policies], read)
        summary = load(tmp_path / "parts", loaded)
        assert written(loaded, runs=True) == written(read, runs=True)
        again = build([policies], loaded)
    assert summary.read == 7
    assert (again.read, again.unchanged, again.repeated) == (0, 7, 2)


def test_the_same_policies_give_the_same_bytes_in_whatever_order_they_are_read(
    policies: Path, tmp_path: Path
) -> None:
    write([policies], tmp_path / "one", most=4)
    write([policies], tmp_path / "other", engine=backwards, most=4)
    assert held(tmp_path / "one") == held(tmp_path / "other")


def test_a_part_is_sorted_and_the_manifest_counts_it(policies: Path, tmp_path: Path) -> None:
    summary = write([policies], tmp_path / "parts", most=4)
    manifest = json.loads((tmp_path / "parts" / "manifest.json").read_bytes())
    assert (manifest["policies"], manifest["failures"]) == (7, 2)
    assert summary.quads == manifest["quads"]
    assert [part["name"] for part in manifest["parts"]] == [f"part-0000{index}.nq.gz" for index in range(3)]
    for part in manifest["parts"]:
        raw = (tmp_path / "parts" / part["name"]).read_bytes()
        lines = gzip.decompress(raw).splitlines()
        assert (hashlib.sha256(raw).hexdigest(), len(lines)) == (part["sha256"], part["quads"])
        rows = [json.loads(line) for line in (tmp_path / "parts" / part["sources"]).read_text().splitlines()]
        for row in rows[1:]:
            own, lines = lines[: row.get("quads", 0)], lines[row.get("quads", 0) :]
            assert own == sorted(own)
            assert ("kind" in row) != (f"<{row.get('version')}>".encode() in b"".join(own))


def test_a_run_that_ends_leaves_whole_parts_and_the_next_one_goes_on(policies: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    with pytest.raises(KeyboardInterrupt):
        write([policies], folder, engine=broken, most=2)
    assert sorted(held(folder)) == [f"part-0000{n}.{end}" for n in (0, 1) for end in ("jsonl", "nq.gz")]
    with pytest.raises(PartitionError, match="not whole"), Store() as store:
        load(folder, store)
    summary = write([policies], folder, most=2)
    assert (summary.unchanged, summary.read) == (4, 3)
    write([policies], tmp_path / "fresh", most=2)
    assert held(folder) == held(tmp_path / "fresh")


def test_what_has_changed_is_read_again_and_what_has_gone_is_gone(policies: Path, tmp_path: Path) -> None:
    write([policies], tmp_path / "parts", most=4)
    (policies / "Bexley.md").write_text(POLICY.format("Bexley", "Mixpanel"))
    for name in ("Zenith.txt", "None.pdf"):
        (policies / name).unlink()
    summary = write([policies], tmp_path / "parts", most=4)
    assert (summary.unchanged, summary.read) == (5, 1)
    write([policies], tmp_path / "fresh", most=4)
    assert held(tmp_path / "parts") == held(tmp_path / "fresh")


def test_a_part_that_was_damaged_is_named_and_read_again(policies: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    write([policies], folder, most=4)
    whole = held(folder)
    (folder / "part-00001.nq.gz").write_bytes(whole["part-00001.nq.gz"][:-1])
    with (
        pytest.raises(PartitionError, match=r"part-00001\.nq\.gz: these are not the bytes"),
        Store() as store,
    ):
        load(folder, store)
    assert write([policies], folder, most=4).read == 2
    assert held(folder) == whole


def test_a_folder_of_something_else_is_left_alone(policies: Path, tmp_path: Path) -> None:
    with pytest.raises(PartitionError, match=r"holds Acme\.md, which is none; name an empty folder"):
        write([policies], policies)
    with pytest.raises(PartitionError, match="no partitions are here"), Store() as store:
        load(policies, store)
    write([policies], tmp_path / "parts", base="https://example.org/")
    with pytest.raises(PartitionError, match=r"begin with https://example\.org/, not"), Store() as store:
        load(tmp_path / "parts", store)


def test_the_commands_write_load_and_say_what_is_wrong(policies: Path, tmp_path: Path) -> None:
    parts, folder = str(tmp_path / "parts"), str(tmp_path / "store")
    run = CliRunner().invoke
    made = run(app, ["build", str(policies), "--partitions", parts, "--workers", "1"])
    assert made.exit_code == 1  # two could not be read
    assert "7 policies read; " in made.output
    loaded = run(app, ["load", parts, "--store", folder])
    assert (loaded.exit_code, "7 policies read; " in loaded.output) == (0, True)
    wrong = run(app, ["load", str(policies), "--store", folder])
    assert wrong.exit_code == 2
    assert "no partitions are here" in wrong.output


@pytest.mark.skipif(
    servers.OXIGRAPH is None, reason="the Oxigraph server is not installed: pip install oxigraph"
)
def test_partitions_are_pushed_with_what_follows_from_them(policies: Path, tmp_path: Path) -> None:
    write([policies], tmp_path / "parts")
    (tmp_path / "server").mkdir()
    with servers.oxigraph(tmp_path / "server") as url:
        options = ["--endpoint", f"{url}/query"]
        done = CliRunner().invoke(app, ["push", "--partitions", str(tmp_path / "parts"), *options])
        asked = CliRunner().invoke(app, ["query", "who-processes", "-p", "data=email address", *options])
    assert done.exit_code == 0, done.output
    assert all(name in asked.output for name in ("Acme Ltd", "Fenwick Ltd"))


def test_a_disk_that_is_full_is_said(policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PartitionError, match=r"cannot be written .No space left"):
        write([policies], tmp_path / "parts")
    assert not held(tmp_path / "parts")
