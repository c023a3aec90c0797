"""A query that takes too much is ended, and costs the others neither answers nor memory."""

import asyncio
import os
import socket
import sys
import threading
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from serving import sample_folder, send, serving

from bench.clients import BAD, ENDLESS, GOOD, crowd, load, post
from policygraph.serving import Limits, protocol, worker
from policygraph.serving.pool import Pool
from policygraph.serving.worker import Capped, TooLarge

LONG = os.environ.get("POLICYGRAPH_ALL") == "1"  # a minute instead of seconds
CROSS, SORTED, DEEP = ENDLESS
QUICK = f"/sparql?query={quote('ASK { ?s ?p ?o }')}"
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of address space")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("limits") / "store")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder, "--seconds", "3", "--memory", "256") as found:
        yield found


@pytest.mark.parametrize("query", [CROSS, DEEP], ids=["cross product", "deep path"])
def test_a_query_that_takes_too_long_is_ended(query: str, url: str) -> None:
    reply = send(url, f"/sparql?query={quote(query)}")
    assert reply.status == 503
    assert "longer than 3 s" in reply.text
    assert reply.headers["retry-after"]
    assert send(url, QUICK).status == 200


@ON_LINUX
def test_a_query_that_takes_too_much_memory_is_ended(folder: Path) -> None:
    with serving(folder, "--seconds", "120", "--memory", "64") as url:
        reply = send(url, f"/sparql?query={quote(SORTED)}")
        assert reply.status == 503
        assert "more than 64 MB" in reply.text
        assert send(url, QUICK).status == 200


def test_an_answer_that_is_too_large_is_refused(url: str) -> None:
    query = f"SELECT * {{ VALUES ?x {{ '{'x' * 1000}' }} ?a ?b ?c . ?d ?e ?f }}"
    reply = send(url, f"/sparql?query={quote(query)}")
    assert reply.status == 413
    assert "larger than 32 MB" in reply.text
    with pytest.raises(TooLarge):
        Capped(2).write(b"abc")


def test_a_request_that_is_too_large_is_refused(url: str) -> None:
    body = b"# " + b"x" * 2_000_000
    reply = send(
        url, "/sparql", method="POST", body=body, headers={"Content-Type": "application/sparql-query"}
    )
    assert reply.status == 413


def test_endless_queries_do_not_hold_up_a_quick_one(folder: Path) -> None:
    with serving(folder, "--seconds", "100000") as url:
        # More of them than there are workers, none of which is ever answered.
        askers = [threading.Thread(target=post, args=(url, CROSS, 600), daemon=True) for _ in range(8)]
        for asker in askers:
            asker.start()
        assert [send(url, QUICK, seconds=300).status for _ in range(20)] == [200] * 20
        assert all(asker.is_alive() for asker in askers)


def test_fifty_clients_at_once(url: str) -> None:
    expected = {query: post(url, query, 60) for query in GOOD}
    assert {status for status, _ in expected.values()} == {200}
    clients = crowd(50)
    tallies = load(url, seconds=60 if LONG else 4, clients=clients)
    for queries, tally in zip(clients, tallies, strict=True):
        assert tally.statuses
        if queries == GOOD:
            assert set(tally.statuses) == {200}
            assert tally.answers <= {(query, body) for query, (_, body) in expected.items()}
        else:
            assert set(tally.statuses) == ({400} if queries == BAD else {503})
    assert send(url, QUICK).status == 200


def test_a_query_calls_no_other_server(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        other = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        for query in (
            f"ASK {{ SERVICE <{other}> {{ ?s ?p ?o }} }}",
            f"ASK FROM <{other}> {{ ?s ?p ?o }}",
            f"ASK FROM NAMED <{other}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"ASK {{ GRAPH <{other}> {{ ?s ?p ?o }} }}",
            f"LOAD <{other}>",
            "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        ):
            assert b"root:" not in post(url, query, 60)[1]
        parameter = f"{QUICK}&default-graph-uri={quote(other)}"
        assert send(url, parameter).text.count("false") == 1
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_store_that_goes_away_is_told_and_answers_again_when_it_is_back(tmp_path: Path) -> None:
    folder = sample_folder(tmp_path / "store")
    with serving(folder, "--seconds", "2") as url:
        away = folder.rename(tmp_path / "away")
        gone = send(url, "/sparql?query=ASK%7B%7D")
        assert (gone.status, gone.text) == (503, "the store cannot be opened now; ask later\n")
        away.rename(folder)
        assert send(url, "/sparql?query=ASK%7B%7D").status == 200


def test_a_worker_that_the_machine_cannot_start_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, failures = asyncio.create_subprocess_exec, [OSError("no memory"), OSError("no process")]

    async def scarce(*command: str, **how: Any) -> Process:
        if failures:
            raise failures.pop()
        return await start(*command, **how)

    async def asked() -> int:
        async with Pool(sample_folder(tmp_path / "store"), Limits(workers=2)) as pool:
            answers = [await pool.answer(protocol.asked("ASK {}", "*/*")) for _ in range(3)]
        return sum(status == 200 for status, _, _ in answers)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", scarce)
    assert asyncio.run(asked()) == 3
    assert not failures


def test_a_worker_opens_a_store_at_the_second_try_or_says_what_is_wrong(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, failures = ox.Store.read_only, [OSError("No such file or directory: 1.sst")] * 2

    class Engine:
        @staticmethod
        def read_only(path: str) -> ox.Store:
            if failures:
                raise failures.pop()
            return really(path)

    monkeypatch.setattr(ox, "Store", Engine)
    assert len(worker.opened(str(folder))) > 0
    assert not failures
    with pytest.raises(SystemExit, match=r"nowhere: there is no store here"):
        worker.opened(str(tmp_path / "nowhere"))
