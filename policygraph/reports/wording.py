"""The words in which all reports speak of findings."""

import re
from collections.abc import Iterable

from graph import Finding
from policygraph.settings import LEVELS

NOUNS = {"violation": "violation", "warning": "warning", "info": "hint"}
LEAD = "A finding is a lead for a reader, with the words it stands on; it never says that a law is broken."

_RULE = "C"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def plain(text: str) -> str:
    """Return text in which characters that steer terminals or turn lines around are made visible."""
    return _UNSEEN.sub("\ufffd", text)


def level(finding: Finding) -> str:
    """Return the severity of a finding as the command line writes it."""
    return finding.severity.lower()


def order(finding: Finding) -> tuple[bool, int, str, int]:
    """Return the key by which findings are listed: the waived last, the gravest first, then as they stand."""
    start = finding.evidence[0].start if finding.evidence else 0
    return bool(finding.waived), LEVELS.index(level(finding)), finding.requirement, start


def titles(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the requirements with their names: what has to be stated, then what must not contradict itself."""
    found = {finding.requirement: finding.name for finding in findings}
    return dict(sorted(found.items(), key=lambda item: (twice(item[0]), item[0])))


def by_requirement(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of each requirement, those of one in their order."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.requirement, []).append(finding)
    return found


def twice(requirement: str) -> bool:
    """Tell whether a requirement is a rule on what a policy says twice (C01, C02, ...)."""
    return requirement.startswith(_RULE)


def noted(finding: Finding) -> bool:
    """Tell whether a report lists a finding: what is open, waived or unclear."""
    return finding.open or bool(finding.waived) or finding.state == "unclear"


def message(finding: Finding) -> str:
    """Return what was found, in a sentence."""
    return plain(finding.message) or f"{finding.name}: {finding.state}."


def advice(finding: Finding) -> str:
    """Return what would meet the requirement; empty if nobody has said it."""
    return plain(finding.remedy)


def number_of(count: int, word: str) -> str:
    """Return a number with its word.

    >>> number_of(2, "warning")
    '2 warnings'
    """
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
