"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from collections.abc import Mapping, Sequence

from graph import Finding
from policygraph.checking import Checked, Policy
from policygraph.reports import places, wording

_COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}
_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_TEXT, ":": "%3A", ",": "%2C"}


def as_github(checked: Checked) -> str:
    """Return one command for each open finding and for each file that was not read."""
    lines = [
        _line(policy, finding, findings)
        for policy, findings in checked.by_policy()
        for finding in sorted(findings, key=wording.order)
        if finding.open
    ]
    lines += [
        f"::error file={_escaped(failure.source, _PROPERTY)},title=not read::{_escaped(failure.reason, _TEXT)}"
        for failure in checked.failures
    ]
    return "".join(line + "\n" for line in lines)


def _line(policy: Policy, finding: Finding, findings: Sequence[Finding]) -> str:
    spot = places.spot(policy.source, finding, findings)
    place = places.region(policy.source, spot.quote)
    properties = {
        "file": policy.path,
        "line": str(place.line),
        "endLine": str(place.end_line),
        "col": str(place.column),
        "endColumn": str(place.end_column),
        "title": f"{finding.requirement} {finding.name}",
    }
    if place.line != place.end_line:
        del properties["col"], properties["endColumn"]  # GitHub takes columns within one line only
    said = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items())
    text = _escaped(places.account(policy.source, finding, spot), _TEXT)
    return f"::{_COMMANDS[wording.level(finding)]} {said}::{text}"


def _escaped(text: str, letters: Mapping[str, str]) -> str:
    return "".join(letters.get(letter, letter) for letter in wording.plain(text))
