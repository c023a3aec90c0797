"""Findings as JUnit XML, which build servers show as tests: one suite a policy, one test a requirement."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from graph import Finding
from policygraph.building import Failure
from policygraph.checking import Checked, Policy
from policygraph.reports import places, wording


def as_junit(checked: Checked) -> str:
    """Return the suites; a requirement fails if one of its findings fails the check."""
    root = Element("testsuites", name="policygraph")
    for policy, findings in checked.by_policy():
        _suite(root, checked, policy, findings)
    for failure in checked.failures:
        _unread(root, failure)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, checked: Checked, policy: Policy, findings: Sequence[Finding]) -> None:
    suite = SubElement(root, "testsuite", name=wording.plain(policy.path))
    for _, group in sorted(wording.by_requirement(findings).items()):
        _case(suite, checked, policy, group, findings)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("*/failure"))))
    suite.set("errors", "0")
    suite.set("skipped", str(len(suite.findall("*/skipped"))))


def _case(
    suite: Element, checked: Checked, policy: Policy, group: Sequence[Finding], findings: Sequence[Finding]
) -> None:
    """Add the test of one requirement, which may have been broken several times."""
    first = group[0]
    spots = [places.spot(policy.source, finding, findings) for finding in group]
    case = SubElement(
        suite,
        "testcase",
        name=wording.plain(f"{first.requirement} {first.name}"),
        classname=wording.plain(policy.company),
        file=wording.plain(policy.path),
        line=str(places.region(policy.source, spots[0].quote).line),
    )
    said = "\n".join(
        f"{finding.state}: {places.account(policy.source, finding, spot)}"
        for finding, spot in zip(group, spots, strict=True)
        if wording.noted(finding)
    )
    failing = [finding for finding in group if checked.fails(finding)]
    if failing:
        what = wording.message(failing[0])
        SubElement(case, "failure", message=what, type=wording.level(failing[0])).text = said
    elif all(finding.state == "not applicable" for finding in group):
        SubElement(case, "skipped", message="does not apply")
    elif said:
        SubElement(case, "system-out").text = said


def _unread(root: Element, failure: Failure) -> None:
    """Add a suite with one error for a file that was not read."""
    name = wording.plain(failure.source)
    suite = SubElement(root, "testsuite", name=name, tests="1", failures="0", errors="1", skipped="0")
    case = SubElement(suite, "testcase", name="can be read", classname=name, file=name)
    SubElement(case, "error", message=wording.plain(failure.reason), type="not read")
