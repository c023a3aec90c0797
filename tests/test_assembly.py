"""Runs tests/assembly.toml: a text goes in, its statements must come out, each with its slots.

A case has `text` (and `format`, as in tests/cases), `statements` and perhaps `facts`, the claims on the policy as
a whole. A statement names its `claims`, and may name `anchor` (the words of its governing verb), `denied`,
`section` and `exceptions`. Claims are compared in the slots below, all of them; in others only if a case lists
them in `also`. Statements without a claim in one of these are left aside.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_cases import MEDIA_TYPES, shown, unmatched

from extract.claim import Reading, Statement
from extract.readers import read_text
from extract.reading import read_policy

CASES = tomllib.loads(Path(__file__).with_name("assembly.toml").read_text(encoding="utf-8"))
SLOTS = frozenset(
    (
        "dpv:hasPersonalData",
        "dpv:hasPurpose",
        "dpv:hasLegalBasis",
        "dpv:hasRecipient",
        "dpv:hasService",
        "dpv:hasDataSource",
    )
)


def stated(statement: Statement, text: str, slots: frozenset[str]) -> dict[str, Any]:
    """Return a statement as it is written in a case, with the claims in `slots`."""
    claims = [shown(claim, text) for claim in statement.claims]
    return {
        "anchor": text[slice(*statement.anchor)],
        "denied": statement.denied,
        "section": statement.section,
        "claims": [claim for claim in claims if claim["predicate"] in slots],
        "exceptions": [stated(other, text, slots) for other in statement.exceptions],
    }


def problems(wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Yield how a statement found differs from the wanted one."""
    if found["denied"] != wanted.get("denied", False):
        yield f"denied: {found['denied']}"
    for part in ("anchor", "section"):
        if part in wanted and wanted[part] != found[part]:
            yield f"{part}: {found[part]!r} in the place of {wanted[part]!r}"
    yield from unmatched(wanted["claims"], found["claims"])
    yield from compared(wanted.get("exceptions", []), found["exceptions"])


def compared(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[str]:
    """Yield how the statements found differ from the wanted ones; both are in the order of the text."""
    if len(wanted) != len(found):
        yield f"{len(found)} statements in the place of {len(wanted)}: {found}"
        return
    for number, (one, other) in enumerate(zip(wanted, found, strict=True), 1):
        yield from (f"statement {number}: {problem}" for problem in problems(one, other))


def read_case(case: dict[str, Any]) -> Reading:
    media_type = MEDIA_TYPES[case.get("format", "plain")]
    return read_policy(read_text("case", case["text"].encode(), media_type))


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_statements(case: dict[str, Any]) -> None:
    reading = read_case(case)
    slots = SLOTS | set(case.get("also", []))
    found = [stated(statement, reading.text, slots) for statement in reading.statements]
    different = list(compared(case["statements"], [one for one in found if one["claims"]]))
    if "facts" in case:
        different += unmatched(case["facts"], [shown(claim, reading.text) for claim in reading.facts])
    assert not different, "\n".join(different)


def test_a_statement_too_much_and_another_anchor_are_told() -> None:
    found = {"anchor": "use", "denied": False, "section": "", "claims": [], "exceptions": []}
    assert list(compared([{"claims": []}], [found])) == []
    assert list(compared([], [found]))
    assert list(compared([{"anchor": "share", "claims": []}], [found]))
    assert list(compared([{"denied": True, "claims": []}], [found]))
    assert list(compared([{"claims": [], "exceptions": [found]}], [found]))
