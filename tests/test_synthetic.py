"""Synthetic policies: the same seed gives the same bytes, and the reader finds in them what was put in."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from asked import show
from many import fill, reading
from synthetic import Policy, company, policies, policy

import ontology
from extract.claim import Claim, Company, Node, Reading, Statement, Text
from graph import Store, iri

_WRITER = Path(__file__).parent.parent / "bench" / "synthetic.py"
_FOUND = 0.93  # of what is put in; the rest are words that the reader misses, or takes for something else


@pytest.fixture(scope="module")
def read() -> list[tuple[Policy, Reading]]:
    return [(made, reading(made)) for made in policies(60, words=200)]


def test_the_same_seed_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    for hashing in ("1", "2"):
        command = [sys.executable, str(_WRITER), str(tmp_path / hashing), "--number", "20", "--words", "400"]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": hashing})
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / hashing).iterdir()} for hashing in ("1", "2")
    )
    assert len(first) == 20
    assert first == second
    assert first == {made.name: made.text.encode() for made in policies(20, words=400)}


def test_another_seed_gives_other_policies() -> None:
    assert all(one.text != other.text for one, other in zip(policies(10), policies(10, seed=1), strict=True))


def test_a_policy_does_not_depend_on_those_before_it() -> None:
    assert policy(7, 10) == list(policies(10))[7]


def test_no_two_companies_have_the_same_node() -> None:
    assert len({iri.company(company(index)) for index in range(100_000)}) == 100_000


@pytest.mark.parametrize("words", [100, 1000, 3000])
def test_a_policy_is_as_long_as_asked_for(words: int) -> None:
    for made in policies(5, words=words):
        assert 0.9 * words <= len(made.text.split()) <= 1.2 * words + 60


def test_the_reader_finds_what_was_put_in(read: list[tuple[Policy, Reading]]) -> None:
    put_in, missed = Counter[str](), Counter[str]()
    for made, found in read:
        said = {(ontology.shorten(claim.predicate), _value(claim)) for claim in _claims(found)}
        put_in.update(prop for prop, _ in made.stated)
        missed.update(prop for prop, value in made.stated if (prop, value) not in said)
    assert sum(missed.values()) <= (1 - _FOUND) * sum(put_in.values()), missed
    assert set(put_in) >= {"dpv:hasPersonalData", "dpv:hasPurpose", "dpv:hasRecipient", "dpv:hasLegalBasis"}


def test_the_reader_finds_whose_policy_it_is(read: list[tuple[Policy, Reading]]) -> None:
    for made, found in read:
        assert [iri.company(one.company.name) for one in found.controllers] == [iri.company(made.company)]


def test_some_policies_leave_out_what_others_state(read: list[tuple[Policy, Reading]]) -> None:
    for prop in ("dpv:hasRight", "dpv:hasRecipient", "dpv:hasDuration", "dpv:hasLegalBasis"):
        assert 0 < sum(prop in dict(made.stated) for made, _ in read) < len(read)


def test_some_policies_contradict_themselves() -> None:
    sell = ontology.load().term("pgc:Sell")
    sides = [
        {statement.denied for statement in _statements(reading(made).statements) if _does(statement, sell)}
        for made in policies(60, words=400)
    ]
    assert {True, False} in sides


def test_a_few_recipients_are_named_by_many(read: list[tuple[Policy, Reading]]) -> None:
    named = Counter(value for made, _ in read for prop, value in made.stated if prop == "dpv:hasRecipient")
    often = sum(times for _, times in named.most_common(5))
    assert often > sum(named.values()) / 10
    assert len(named) > 50


def test_a_later_edition_differs_in_some_words() -> None:
    old, new = policy(3, 10, words=400), policy(3, 10, words=400, edition=1)
    changed = sum(
        one != other for one, other in zip(old.text.split("\n"), new.text.split("\n"), strict=False)
    )
    assert old.name == new.name
    assert 0 < changed < len(old.text.split("\n")) / 2


def test_a_store_of_synthetic_policies_has_chains_and_older_texts() -> None:
    with Store() as store:
        fill(store, 60, words=100)
        versions = list(store.versions())
        assert len(versions) == 63
        assert sum(version.stale for version in versions) == 3
        assert bool(store.query("ASK { ?a pg:sharesWith ?b . ?b pg:sharesWith ?c }"))


def _statements(found: Iterable[Statement]) -> Iterator[Statement]:
    for statement in found:
        yield statement
        yield from _statements((*statement.children, *statement.exceptions))


def _claims(found: Reading) -> Iterator[Claim]:
    """Yield what a reading says, its denials left out."""

    def inside(claims: Iterable[Claim]) -> Iterator[Claim]:
        for claim in claims:
            yield claim
            if isinstance(claim.value, Node):
                yield from inside(claim.value.claims)

    yield from inside(found.facts)
    for statement in _statements(found.statements):
        if not statement.denied:
            yield from inside(statement.claims)


def _value(claim: Claim) -> str:
    if isinstance(claim.value, Company):
        return claim.value.iri or iri.company(claim.value.name)
    if isinstance(claim.value, Text):
        return claim.value.value
    return getattr(claim.value, "iri", None) or ""


def _does(statement: Statement, operation: str) -> bool:
    return any(_value(claim) == operation for claim in statement.claims)


def test_a_store_that_cannot_be_measured_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"nowhere: there is no store here.*python bench/many\.py"):
        show(tmp_path / "nowhere", beside=None, runs=1, seconds=1)
    with Store(tmp_path / "empty"):
        pass
    with pytest.raises(
        SystemExit, match=r"empty: this store holds no synthetic policies.*python bench/many\.py"
    ):
        show(tmp_path / "empty", beside=None, runs=1, seconds=1)
