"""Answers of a store stay while it is as it was."""

import pytest

from policygraph.explorer import asked
from policygraph.serving import answers
from policygraph.serving.answers import Answers, Key
from queries import questions


class Engine:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, key: Key, answer: bytes = b"rows") -> bytes:
        """Answer a query."""
        self.asked.append(key[0])
        return answer


def test_what_is_asked_again_is_answered_from_memory_until_the_store_changes() -> None:
    stamps, engine = ["monday"], Engine()
    kept = Answers(lambda: stamps[-1])
    one, other = ("SELECT", ()), ("SELECT", (("whose", "<acme>"),))
    for key in (one, other, one, other):
        assert kept.of(key, lambda key=key: engine(key)) == b"rows"  # type: ignore[misc]
    assert len(engine.asked) == 2
    stamps.append("tuesday")
    assert kept.of(one, lambda: engine(one, b"more rows")) == b"more rows"
    assert kept.of(one, lambda: engine(one)) == b"more rows"
    assert len(engine.asked) == 3


def test_an_answer_to_a_store_that_changed_meanwhile_is_not_kept() -> None:
    stamps, key = ["monday"], ("SELECT", ())
    kept = Answers(lambda: stamps[-1])

    def slowly() -> bytes:
        stamps.append("tuesday")
        assert kept.of(("ASK", ()), lambda: b"yes") == b"yes"
        return b"rows of monday"

    assert kept.of(key, slowly) == b"rows of monday"
    assert kept.of(key, lambda: b"rows of tuesday") == b"rows of tuesday"


def test_what_fails_is_asked_again() -> None:
    kept, key = Answers(lambda: "monday"), ("SELECT", ())

    def refuse() -> bytes:
        raise RuntimeError("busy")

    with pytest.raises(RuntimeError):
        kept.of(key, refuse)
    assert kept.of(key, lambda: b"rows") == b"rows"


def test_what_was_asked_last_stays_when_there_is_no_room_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_MOST", 100)
    monkeypatch.setattr(answers, "_LARGE", 50)
    kept, engine = Answers(lambda: "monday"), Engine()
    large = ("large", 50)
    for name, size in (*((one, 40) for one in "abacab"), large, large):
        kept.of((name, ()), lambda key=(name, ()), size=size: engine(key, b"x" * size))  # type: ignore[misc]
    assert engine.asked == ["a", "b", "c", "b", "large", "large"]


def test_questions_that_are_ready_ask_for_nothing() -> None:
    names = asked.ready()
    assert names
    assert all(parameter.default for name in names for parameter in questions()[name].parameters)
    assert set(questions()) > set(names)
