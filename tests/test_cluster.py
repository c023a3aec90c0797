"""Policies are read on a Dask cluster of real processes, and what they make is the same as read one by one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from misbehaving import act
from stored import written

from graph import Store
from policygraph.building import EngineError, Job, Limits, Outcome, build, here

pytest.importorskip("distributed", reason="Dask is not installed: pip install policygraph[cluster]")

import dask
from distributed import LocalCluster
from typer.testing import CliRunner

from policygraph.building.builder import Summary
from policygraph.building.cluster import cluster
from policygraph.cli import app

LIMITS = Limits(seconds=30)
SHORT = Limits(seconds=1, memory=256 << 20)
POLICY = """# Privacy Policy of {name} Ltd

{name} Ltd ("we") is the controller of your data. We collect your email address and your {data} to {purpose}.

We share your {data} with Google Analytics. We keep it for {months} months. Our legal basis is your consent.

You have the right to access your data. We do not sell your personal data.
"""


@pytest.fixture(scope="module")
def running() -> Iterator[LocalCluster]:
    """Yield a cluster of two processes; a block that ends one is set aside at once."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of short policies."""
    folder = tmp_path_factory.mktemp("policies")
    for number in range(12):
        name = f"Acme{chr(65 + number)}"
        data = ("name", "postal address", "telephone number")[number % 3]
        purpose = ("send you our newsletter", "prevent fraud")[number % 2]
        text = POLICY.format(name=name, data=data, purpose=purpose, months=number + 1)
        (folder / f"{name}.md").write_text(text)
    return folder


def jobs(folder: Path, *names: str) -> list[Job]:
    for name in names:
        (folder / name).write_text(f"the bytes of {name}")
    return [Job(str(folder / name)) for name in names]


def kinds(outcomes: Iterator[Outcome]) -> dict[str, str]:
    """Return what became of each source: its bytes if it was read, else the kind of the failure."""
    return {
        Path(one.job.source).name: one.failure.kind if one.failure else one.said.unpacked.stated.decode()
        for one in outcomes
    }


def test_a_cluster_gives_the_same_graph_as_one_process(running: LocalCluster, policies: Path) -> None:
    with Store() as one, Store() as many:
        expected = build([policies], one, engine=here)
        summary = build([policies], many, engine=cluster(running.scheduler_address))
        assert written(many) == written(one)
    assert len(summary.policies) == 12
    assert (summary.policies, summary.failures) == (expected.policies, expected.failures)


def test_a_poisoned_policy_is_set_aside_and_the_others_are_read(
    running: LocalCluster, tmp_path: Path
) -> None:
    names = ["a", "hang", "b", "eat", "die", "slay", "c"]
    outcomes = cluster(running.scheduler_address, work=act)(jobs(tmp_path, *names), SHORT)
    assert kinds(outcomes) == {
        **{name: f"the bytes of {name}" for name in "abc"},
        "hang": "time",
        "eat": "memory",
        "die": "died",
        "slay": "died",
    }


def test_a_worker_that_is_killed_costs_nothing_but_time(running: LocalCluster, tmp_path: Path) -> None:
    names = [f"slow-{number}" for number in range(16)]
    outcomes = cluster(running.scheduler_address, work=act)(jobs(tmp_path, *names), LIMITS)
    first = next(outcomes)
    nanny = next(iter(running.workers.values()))
    os.kill(nanny.pid, signal.SIGKILL)
    read = kinds(iter([first, *outcomes]))
    assert read == {name: f"the bytes of {name}" for name in names}


def test_a_file_that_is_gone_is_a_failure_and_jobs_are_asked_for_as_needed(
    running: LocalCluster, tmp_path: Path
) -> None:
    given = jobs(tmp_path, *(str(number) for number in range(300)))
    (tmp_path / "3").unlink()
    asked = iter(given)
    outcomes = cluster(running.scheduler_address, work=act)(asked, LIMITS)
    some = [next(outcomes) for _ in range(4)]
    assert 250 < len(list(asked)) < 300
    assert isinstance(outcomes, Generator)
    outcomes.close()
    assert {one.failure.kind for one in some if one.failure} <= {"missing"}


def test_a_scheduler_that_dies_costs_nothing_that_is_stored(
    policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _dask("scheduler", tmp_path, "--port", "0", "--no-dashboard", "--no-show") as scheduler:
        address = _address(tmp_path / "scheduler.json")
        engine = cluster(address, most=1)
        monkeypatch.setattr("policygraph.building.cluster._CONNECT", 5)

        def end(summary: Summary) -> None:
            if summary.read == 3:
                scheduler.kill()

        with pytest.raises(EngineError, match="there are no workers; start some; what was read is kept"):
            next(cluster(address, patience=0.5)([Job(__file__)], LIMITS))
        with Store() as store, _dask("worker", tmp_path, "--nthreads", "1", "--no-dashboard"):
            with pytest.raises(
                EngineError, match="the connection to the scheduler was lost; what was read is"
            ):
                build([policies], store, engine=engine, done=end)
            summary = build([policies], store)
            assert (summary.read + summary.unchanged, summary.failures) == (12, [])
            assert summary.unchanged >= 3
    with pytest.raises(EngineError, match="no scheduler answers here"):
        next(engine([Job(__file__)], LIMITS))


def test_workers_that_read_otherwise_are_refused(
    running: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("policygraph.building.cluster.fingerprint", lambda: "0123456789abcdef")
    outcomes = cluster(running.scheduler_address, work=act)(jobs(tmp_path, "a"), LIMITS)
    with pytest.raises(EngineError, match=r"another policygraph .*not 0123456789ab.; install the same"):
        next(outcomes)


def test_a_cluster_of_its_own_is_started_and_ends() -> None:
    (outcome,) = cluster("local:1")([Job("nowhere.txt")], LIMITS)
    assert outcome.failure is not None
    assert outcome.failure.kind == "missing"


def test_the_command_reads_on_a_cluster(running: LocalCluster, tmp_path: Path, policies: Path) -> None:
    run = CliRunner().invoke
    few = [str(policies / name) for name in ("AcmeA.md", "AcmeB.md")]
    there = ["--cluster", running.scheduler_address, "--partitions", str(tmp_path / "parts")]
    done = run(app, ["build", *few, *there])
    assert (done.exit_code, (tmp_path / "parts" / "manifest.json").exists()) == (0, True), done.exception
    for options, said in (
        (["--cluster", "local:many"], "give the number of processes, such as local:4"),
        (["--cluster", "nowhere"], "no scheduler answers here"),
        (["--cluster", "local", "--workers", "2"], "up to the cluster"),
    ):
        failed = run(app, ["build", *few, "--store", str(tmp_path / "store"), *options])
        assert failed.exit_code == 2
        assert said in " ".join(failed.output.split())


def test_a_cluster_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"install policygraph\[cluster\]"):
        next(cluster("local")([Job("a")], LIMITS))


@contextmanager
def _dask(what: str, folder: Path, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a scheduler or a worker as its command does; they find each other by a file in `folder`."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *options]
    command += ["--scheduler-file", str(folder / "scheduler.json")]
    paths = os.pathsep.join(path for path in sys.path if path)
    with (
        (folder / f"{what}.log").open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": paths}, stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _address(file: Path) -> str:
    """Return the address of a scheduler as soon as it has written it down."""
    until = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    return str(json.loads(file.read_text())["address"])
