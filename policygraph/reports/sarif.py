"""Findings as SARIF 2.1.0, which code review shows beside the text."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent_encoded

from graph import Finding
from graph.mentions import Quote
from policygraph import __version__
from policygraph.checking import Checked, Policy
from policygraph.reports import places, wording
from policygraph.settings import LEVELS

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_RELATED = 9  # further places of one result
Json = dict[str, Any]


def as_sarif(checked: Checked) -> str:
    """Return a log with one rule a requirement and one result for each finding that is open or waived."""
    rules = _rules(checked.findings)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "policygraph",
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(checked)],
        "results": [
            _result(policy, finding, findings, numbers[finding.requirement])
            for policy, findings in checked.by_policy()
            for finding in sorted(findings, key=wording.order)
            if finding.open or finding.waived
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def uri(path: str) -> str:
    """Return a file as an IRI: relative to the working directory if it lies below it.

    >>> uri("policies/our policy.md")
    'policies/our%20policy.md'
    """
    file, here = Path(path).absolute(), Path.cwd()
    if file.is_relative_to(here):
        return percent_encoded(file.relative_to(here).as_posix())
    return file.as_uri()


def _rules(findings: Iterable[Finding]) -> list[Json]:
    """Return a rule for each requirement, in their order."""
    return [_rule(group) for _, group in sorted(wording.by_requirement(findings).items())]


def _rule(findings: Sequence[Finding]) -> Json:
    """Return what a requirement is, whatever a policy says: with its gravest severity, and what would meet it."""
    finding = min(findings, key=lambda one: LEVELS.index(wording.level(one)))
    advice = max(map(wording.advice, findings), key=len) or f"What is asked for: {finding.name}."
    rule = {
        "id": finding.requirement,
        "name": finding.item or finding.requirement,
        "shortDescription": {"text": finding.name},
        "fullDescription": {"text": f"{finding.name}. {wording.LEAD}"},
        "help": {"text": advice},
        "defaultConfiguration": {"level": _LEVELS[wording.level(finding)]},
    }
    return rule | ({"helpUri": finding.provision} if finding.provision else {})


def _invocation(checked: Checked) -> Json:
    """Return whether all files could be read, and which could not."""
    said = [
        {"level": "error", "message": {"text": wording.plain(failure.reason)}} for failure in checked.failures
    ]
    return {"executionSuccessful": not said, "toolExecutionNotifications": said}


def _result(policy: Policy, finding: Finding, findings: Sequence[Finding], rule: int) -> Json:
    spot = places.spot(policy.source, finding, findings)
    further = [("see also", quote) for quote in places.telling(finding.evidence)[1:]]
    further = [("the other side", quote) for quote in places.telling(finding.against)] + further
    result = {
        "ruleId": finding.requirement,
        "ruleIndex": rule,
        "level": _LEVELS[wording.level(finding)],
        "message": {"text": places.account(policy.source, finding, spot)},
        "locations": [_location(policy, spot.quote)],
        "partialFingerprints": {"policygraph/v1": finding.fingerprint},
        "relatedLocations": [
            {"id": number, "message": {"text": text}, **_location(policy, quote)}
            for number, (text, quote) in enumerate(further[:_RELATED], 1)
        ],
    }
    if finding.waived:
        why = wording.plain(finding.waived)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _location(policy: Policy, quote: Quote | None) -> Json:
    """Return a region of a file with its words; the beginning, where its lines are not those of the text."""
    place = places.region(policy.source, quote)
    region: Json = {"startLine": place.line}
    if quote is not None and places.exact(policy.source):
        region |= {
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            "snippet": {"text": wording.plain(quote.text)},
        }
    return {"physicalLocation": {"artifactLocation": {"uri": uri(policy.path)}, "region": region}}
