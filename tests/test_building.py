"""Policies are read in processes that limits hold for, and what they make is the same as read one by one."""

import os
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from misbehaving import act
from stored import written

from graph import Store
from policygraph.building import EngineError, Job, Limits, Outcome, build, engines, here, processes

LIMITS = Limits(seconds=30)
SHORT = Limits(seconds=0.5, memory=256 << 20)


def kinds(outcomes: Iterator[Outcome]) -> dict[str, str]:
    """Return what became of each source: "" if it was read, else the kind of the failure."""
    return {one.job.source: one.failure.kind if one.failure else "" for one in outcomes}


def test_a_policy_beyond_its_limits_is_set_aside_and_the_others_are_read() -> None:
    sources = ["a", "hang", "b", "eat", "die", "c", "d"]
    run = processes(2, work=act)
    assert kinds(run(map(Job, sources), SHORT)) == {
        **dict.fromkeys("abcd", ""),
        "hang": "time",
        "eat": "memory",
        "die": "died",
    }


def test_a_failure_says_what_happened_and_what_to_do() -> None:
    outcomes = processes(1, work=act)([Job("x/hang", "0123"), Job("x/eat")], SHORT)
    hung, ate = sorted(outcomes, key=lambda one: one.job.source, reverse=True)
    assert hung.sha256 == "0123"
    assert hung.failure is not None
    assert ate.failure is not None
    assert hung.failure.reason == "hang: reading it takes longer than 0.5 seconds; allow more with --timeout"
    assert ate.failure.reason == "eat: reading it takes more than 256 MB; allow more with --memory"


def test_a_worker_that_dies_costs_nothing_but_time(tmp_path: Path) -> None:
    sources = [str(tmp_path / f"stumble-{number}") for number in range(3)]
    assert kinds(processes(2, work=act)(map(Job, sources), LIMITS)) == dict.fromkeys(sources, "")


def test_jobs_are_asked_for_as_they_are_needed() -> None:
    asked = count()
    jobs = (Job(f"a-{next(asked)}") for _ in range(10_000))
    outcomes = processes(2, work=act)(jobs, LIMITS)
    next(outcomes)
    assert next(asked) < 1000
    assert isinstance(outcomes, Generator)
    outcomes.close()


def test_workers_that_cannot_start_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_prepare", _end)
    with pytest.raises(EngineError, match="--memory"):
        list(processes(1, work=act)([Job("a")], LIMITS))


def _end(memory: int) -> None:
    os._exit(1 + (memory < 0))


def test_processes_give_the_same_graph_as_one(seeds: tuple[Path, ...], seed_store: Store) -> None:
    with Store() as store:
        summary = build(seeds[::-1], store, engine=processes(2))
        assert written(store) == written(seed_store)
    assert [policy.name for policy in summary.policies] == [path.name for path in seeds]


def test_what_cannot_be_read_is_named_and_stops_nothing(tmp_path: Path, seeds: tuple[Path, ...]) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 but no more")
    (tmp_path / "empty.txt").write_bytes(b"")
    with Store() as store:
        summary = build([tmp_path, seeds[4]], store, engine=here)
    assert [policy.name for policy in summary.policies] == [seeds[4].name]
    assert {Path(one.source).name: one.kind for one in summary.failures} == {
        "broken.pdf": "unreadable",
        "empty.txt": "unreadable",
    }
