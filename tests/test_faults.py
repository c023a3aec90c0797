"""Whatever breaks, nothing that was stored is lost, the graph is whole, and the next build gives the same bytes.

Real processes, real signals, real file systems. What a store holds after a fault is held against its ledger: each
source there has all its quads, and nothing else is there.
"""

import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path

import pyoxigraph as ox
import pytest
import replaying
from stored import written

from graph import Store, integrity
from graph.iri import sources_graph
from graph.ledger import Ledger
from graph.terms import name_of, term
from policygraph.building import Job, Limits, Outcome, build, processes, read_job

ROOT = Path(__file__).parents[1]
SCRIPT = Path(replaying.__file__)
KILLS = 20
SOURCES = sources_graph()
SENTENCES = (
    "We collect your {data} to send you newsletters.",
    "We share your {data} with {recipient} on the basis of your consent.",
    "{company} keeps your {data} for two years.",
    "We do not sell your {data}.",
    "You have the right to access your {data}.",
)
DATA = ("email address", "voice recordings", "ledger of stamps", "home address", "diary of dreams")
RECIPIENTS = ("Google", "Initech Ltd", "Hooli Ltd", "HubSpot", "payment processors")
WORDS = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Maple", "Oak", "Pine", "Rowan", "Yew")


def text(company: str, number: int) -> str:
    """Return a short policy; each number makes another one."""
    draw = random.Random(f"{company} {number}")  # noqa: S311  nothing is secret here
    said = (
        sentence.format(company=company, data=draw.choice(DATA), recipient=draw.choice(RECIPIENTS))
        for sentence in draw.sample(SENTENCES, 4)
    )
    return f"{company} Privacy Policy\n\nThis is the policy of {company}.\n\n" + "\n\n".join(said) + "\n"


def from_nothing(folder: Path, outcomes: Path) -> bytes:
    with Store() as store:
        build([folder], store, engine=replaying.replay(outcomes))
        return written(store)


def assert_whole(place: Path, outcomes: Path, kept: Iterable[tuple[str, str]] = ()) -> None:
    """Hold a store against its ledger, and the ledger against what was said to be kept."""
    known: dict[str, Outcome] = pickle.loads(outcomes.read_bytes())  # noqa: S301  we wrote it
    with Store(place, read_only=True) as store:
        ledger = Ledger(store)
        entries = {entry.source: entry for entry in ledger.entries()}
        for source, sha256 in kept:
            assert entries[source].sha256 == sha256, f"{source} is lost"
        expected = ox.Store()
        for entry in entries.values():
            quads = list(known[entry.sha256].said.unpacked.quads())
            titles = (quad for quad in quads if quad.predicate == term("dct:title"))
            expected.extend(quad for quad in quads if quad.predicate != term("dct:title"))
            expected.extend(
                ox.Quad(quad.subject, quad.predicate, ox.Literal(entry.name), quad.graph_name)
                for quad in titles
                if name_of(quad.subject) == entry.version
            )
        versions = {entry.version for entry in entries.values()}
        assert {version.iri for version in store.versions()} == versions
        loading = (value.value for _, value in store.said(term("pg:loading"), ox.NamedNode(SOURCES)))
        ahead = {f"{version}{part}" for version in loading for part in ("evidence", "text")}
        ahead -= {f"{version}{part}" for version in versions for part in ("evidence", "text")}
        parts = {graph.value for graph in store.graphs() if "/policy/" in graph.value} - ahead
        assert {name_of(graph) for graph in expected.named_graphs() if "/policy/" in name_of(graph)} == parts
        shared = [f"{store.base}graph/{name}" for name in ("companies", "unmapped")]
        for name in [*parts, *shared]:
            graph = ox.NamedNode(name)
            held = set(store.triples(graph))
            assert held == {quad.triple for quad in expected.quads_for_pattern(None, None, None, graph)}, name


# --- kill -9 of the builder ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what two texts of each company say."""
    made = tmp_path_factory.mktemp("outcomes")
    paths = []
    for word in WORDS:
        for number in range(2):
            paths.append(made / f"{word.lower()}.{number}" / f"{word.lower()}.txt")
            paths[-1].parent.mkdir()
            paths[-1].write_text(text(f"{word} Ltd", number), "utf-8")
    replaying.prepare(paths, made / "outcomes")
    return made / "outcomes"


def lay_out(folder: Path, outcomes: Path, draw: random.Random) -> None:
    """Let a folder hold one of the two texts of most companies, and of one of them a copy."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for word in draw.sample(WORDS, len(WORDS) - 2):
        name = f"{word.lower()}.txt"
        shutil.copy(outcomes.parent / f"{word.lower()}.{draw.randrange(2)}" / name, folder / name)
    some = min(folder.iterdir())
    shutil.copy(some, folder / f"copy-of-{some.name}")
    known: dict[str, Outcome] = pickle.loads(outcomes.read_bytes())  # noqa: S301  we wrote it
    copy = read_job(Job(str(folder / f"copy-of-{some.name}")))
    assert copy.said.version == known[copy.sha256].said.version


def started(folder: Path, store: Path, outcomes: Path, **env: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), str(folder), str(store), str(outcomes)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[list[tuple[str, str]], float]:
    """Return what a process said to have kept, and how long it took (0 if it was ended)."""
    output, _ = process.communicate()
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    kept = [(line[1], line[2]) for line in lines if line[0] == "kept"]
    return kept, next((float(line[1]) for line in lines if line[0] == "done"), 0.0)


def test_a_builder_that_is_killed_leaves_the_last_whole_state(tmp_path: Path, outcomes: Path) -> None:
    draw = random.Random(20)  # noqa: S311  nothing is secret here
    folder, store = tmp_path / "policies", tmp_path / "store"
    lay_out(folder, outcomes, draw)
    _, took = said(started(folder, tmp_path / "other", outcomes))
    assert took
    killed = 0
    for _ in range(4 * KILLS):
        process = started(folder, store, outcomes)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(draw.random() * took)
        process.kill()
        kept, whole = said(process)
        killed += not whole
        took *= 0.7 if whole else 1.1  # most are killed while they are at work, however fast the machine is
        if (store / "CURRENT").exists():
            assert_whole(store, outcomes, kept)
        if killed == KILLS:
            break
        if draw.random() < 0.7:  # else what was left is killed again
            lay_out(folder, outcomes, draw)
    assert killed == KILLS
    _, took = said(started(folder, store, outcomes))
    assert took
    assert_whole(store, outcomes)
    with Store(store, read_only=True) as opened:
        assert written(opened) == from_nothing(folder, outcomes)
        assert integrity(opened) == []


# --- the command, killed and stopped -------------------------------------------------------------------------


def command(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "policygraph.cli", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_command_that_is_ended_leaves_no_process_and_the_next_goes_on(
    end: signal.Signals, tmp_path: Path
) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    for number, word in product(range(8), WORDS):  # so many that none of them ends before it is told to
        (folder / f"{word.lower()}-{number}.txt").write_text(text(f"{word} {number} Ltd", 0), "utf-8")
    arguments = ("build", folder, "--store", tmp_path / "store", "--workers", 2)
    process = command(*arguments)
    workers = _children_of(process.pid)
    process.send_signal(end)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (-signal.SIGKILL if end == signal.SIGKILL else 130)
    assert "Traceback" not in errors
    assert end == signal.SIGKILL or "run the same command again" in errors
    _wait_until(lambda: not any(_is_running(worker) for worker in workers))
    again = command(*arguments)
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    with Store(tmp_path / "store", read_only=True) as store, Store() as other:
        build([folder], other)
        assert written(store) == written(other)
        assert integrity(store) == []


def _children_of(process: int) -> list[int]:
    """Return the processes that a process has started, and those that these have, once there are some at work."""
    if not Path("/proc").exists():
        time.sleep(3)
        return []
    found: list[int] = []

    def look() -> bool:
        parents = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                rest = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(status.parent.name)] = int(rest[1])
        found[:] = [one for one, parent in parents.items() if process in (parent, parents.get(parent))]
        return any(parents[one] != process for one in found)

    _wait_until(look)
    return found


def _is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.05)


# --- full disks and stores in use -----------------------------------------------------------------------------


def test_a_full_disk_is_said_and_costs_nothing(tmp_path: Path, outcomes: Path) -> None:
    """A limit on the size of a file stands in for the disk: writing fails at a place that nobody chose."""
    folder, store = tmp_path / "policies", tmp_path / "store"
    lay_out(folder, outcomes, random.Random(1))  # noqa: S311  nothing is secret here
    _, took = said(started(folder, tmp_path / "other", outcomes))
    assert took
    log = max(path.stat().st_size for path in (tmp_path / "other").iterdir())
    failed = 0
    for share in (0.3, 0.96, 0.98, 0.99):
        process = started(folder, store, outcomes, POLICYGRAPH_TEST_FILE_SIZE=str(int(log * share)))
        output, errors = process.communicate()
        kept = [(line.split()[1], line.split()[2]) for line in output.splitlines() if "kept" in line]
        if process.returncode:
            failed += 1
            assert errors.startswith(f"error: {store}: cannot be written (")
            assert "make room" in errors
            assert "Traceback" not in errors
        if share > 0.5:
            assert_whole(store, outcomes, kept)
    assert failed > 1
    _, took = said(started(folder, store, outcomes))
    assert took
    assert_whole(store, outcomes)
    with Store(store, read_only=True) as opened:
        assert written(opened) == from_nothing(folder, outcomes)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small file system")
    yield place
    subprocess.run(["umount", str(place)], check=False)  # noqa: S607  it stands beside mount


def test_a_small_file_system_that_is_full(small_disk: Path, tmp_path: Path, outcomes: Path) -> None:
    folder = tmp_path / "policies"
    lay_out(folder, outcomes, random.Random(2))  # noqa: S311  nothing is secret here
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 1_000_000)
    store = small_disk / "store"
    process = started(folder, store, outcomes)
    output, errors = process.communicate()
    assert process.returncode == 1, output
    assert "make room" in errors
    assert "Traceback" not in errors
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)  # noqa: S607
    assert said(started(folder, store, outcomes))[1]
    assert_whole(store, outcomes)
    with Store(store, read_only=True) as opened:
        assert written(opened) == from_nothing(folder, outcomes)


def test_a_second_build_says_that_it_waits_and_goes_on_or_ends(tmp_path: Path) -> None:
    path = tmp_path / "acme.txt"
    path.write_text(text("Acme Ltd", 1), "utf-8")
    arguments = ("build", path, "--store", tmp_path / "store")
    with Store(tmp_path / "store"):
        waiting = command(*arguments)
        refused = command(*arguments, "--no-wait")
        _, errors = refused.communicate(timeout=60)
        assert (refused.returncode, len(errors.splitlines())) == (2, 1)
        assert "open elsewhere; wait" in errors
        assert waiting.stderr is not None
        assert "another build is at work on" in waiting.stderr.readline()
    output, errors = waiting.communicate(timeout=120)
    assert waiting.returncode == 0, errors
    assert "Acme Ltd" in output


def test_a_store_can_be_read_while_another_process_writes_to_it(tmp_path: Path, outcomes: Path) -> None:
    folder, place = tmp_path / "policies", tmp_path / "store"
    lay_out(folder, outcomes, random.Random(3))  # noqa: S311  nothing is secret here
    with Store(place) as store:
        build([folder], store, engine=replaying.replay(outcomes))
        for number in range(5):
            lay_out(folder, outcomes, random.Random(number))  # noqa: S311
            build([folder], store, engine=replaying.replay(outcomes))
            with Store(place, read_only=True) as reader:
                assert written(reader) == written(store)


# --- policies that are a nuisance -----------------------------------------------------------------------------


def bomb(path: Path) -> None:
    """Write a PDF whose one page is a gigabyte of zeros, packed."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 10)) + packer.flush()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
    )
    made = bytearray(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    made += (
        b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            len(made),
        )
    )
    path.write_bytes(made)


def test_what_no_reader_should_be_given_is_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "acme.txt").write_text(text("Acme Ltd", 1), "utf-8")
    bomb(folder / "bomb.pdf")
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(50_000_001)
    (folder / "large.txt").write_bytes(b"We share your email address with Google. " * 1_200_000)
    (folder / "latin.txt").write_bytes(text("Caf\u00e9 Ltd", 1).encode("latin-1"))
    (folder / "truncated.txt").write_bytes(text("Oak Ltd", 1).encode()[:-3] + b"\xe2\x82")
    with Store() as store:
        limits = Limits(seconds=60, memory=512 << 20)
        summary = build([folder], store, engine=processes(2), limits=limits)
        assert [policy.name for policy in summary.policies] == ["acme.txt", "latin.txt", "truncated.txt"]
        assert {Path(one.source).name for one in summary.failures} == {"bomb.pdf", "huge.txt", "large.txt"}
        assert integrity(store) == []
        again = build([folder], store, engine=processes(2), limits=limits)
        assert (again.read, again.unchanged, again.repeated) == (0, 3, 3)


def test_a_folder_that_disappears_while_it_is_read_is_read_when_it_is_back(tmp_path: Path) -> None:
    folder, away = tmp_path / "policies", tmp_path / "away"
    for word in WORDS[:4]:
        (folder / word).mkdir(parents=True)
        (folder / word / "policy.txt").write_text(text(f"{word} Ltd", 1), "utf-8")
    with Store(tmp_path / "store") as store:
        for changed in (False, True):
            if changed:
                (folder / "Birch" / "policy.txt").write_text(text("Birch Ltd", 2), "utf-8")
            first = build([folder], store, done=lambda _: _move(folder / "Cedar", away))
            assert [(Path(one.source).name, one.kind) for one in first.failures] == [("Cedar", "missing")]
            assert (b"Cedar" in written(store)) == changed
            away.rename(folder / "Cedar")
            assert build([folder], store).read == (not changed)
        with Store() as other:
            build([folder], other)
            assert written(store) == written(other)


def _move(folder: Path, to: Path) -> None:
    if folder.exists() and not to.exists():
        folder.rename(to)
