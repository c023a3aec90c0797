"""Policies of a store, or files, are checked: findings, and what reports need to show where they stand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from graph import Finding, Store, StoreError, Version, check, report
from graph.source import Source, source
from policygraph import building
from policygraph.building import Failure, Summary
from policygraph.showing import company_names, versions_of

LEVELS = ("violation", "warning", "info")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that was checked: its name in findings, where it lies, whose it is, and its text.

    `path` is the file as the user named it, or just its name if it was read long ago into a store.
    """

    name: str
    path: str
    company: str
    source: Source


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: all findings, the policies they are about by (version, name), what was not read.

    `fail_on` is the severity from which on a finding fails the check; none does, if it is "none".
    """

    findings: tuple[Finding, ...]
    policies: Mapping[tuple[str, str], Policy]
    failures: tuple[Failure, ...] = ()
    fail_on: str = "none"

    def by_policy(self) -> Iterator[tuple[Policy, tuple[Finding, ...]]]:
        """Yield each policy with its findings."""
        found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in self.findings:
            found[finding.version, finding.policy].append(finding)
        return ((policy, tuple(found[key])) for key, policy in self.policies.items())

    def fails(self, finding: Finding) -> bool:
        """Tell whether a finding is open and as grave as `fail_on`, or graver."""
        grave = LEVELS[: LEVELS.index(self.fail_on) + 1] if self.fail_on in LEVELS else ()
        return finding.open and finding.severity.lower() in grave


def of_store(store: Store, companies: Sequence[str], stop: Callable[[str], NoReturn]) -> Checked:
    """Return what comes of checking the policies of `companies`, or all; call `stop` for an unknown one."""
    versions = [version for version in store.versions() if not version.stale]
    if companies:
        found = [version for company in companies for version in versions_of(store, company, stop)]
        versions = list(dict.fromkeys(found))
    return _checked(store, versions)


def of_files(paths: Sequence[Path]) -> Checked:
    """Return what comes of checking policies on disk, without a store.

    A file that is not there or cannot be read is among the failures and does not stop the others.
    """
    failures = [Failure(path, f"{path}: no such file or folder") for path in paths if not path.exists()]
    summary = Summary(failures=failures)
    given: dict[Path, tuple[str, str]] = {}
    with Store() as store:
        for path in building.files(path for path in paths if path.exists()):
            for reading in building.readings([path], summary):
                # Files of one name in several folders are policies of their own, not older versions.
                store.add([reading], keep_versions=True)
                given[path] = (reading.sha256, reading.name)
        versions = list(store.versions())
        checked = _checked(store, versions)
    read = {(version.sha256, name): version.iri for version in versions for name in version.files}
    files = {path: (read[text, name], name) for path, (text, name) in given.items()}
    return replace(_by_file(checked, files), failures=tuple(summary.failures))


def keep(folder: Path, checked: Checked) -> None:
    """Write the report of each version into the store in `folder`; leave it if the store is in use."""
    try:
        with Store(folder) as store:
            report.keep(store, checked.findings)
    except StoreError:
        return  # the findings are printed in any case; the next check keeps them


def _checked(store: Store, versions: Sequence[Version]) -> Checked:
    """Return the findings of `versions` with their policies."""
    policies = {
        (version.iri, name): Policy(
            name, name, next(iter(company_names(store, version)), name), source(store, version)
        )
        for version in versions
        for name in version.files
    }
    return Checked(tuple(check(store, versions)), policies)


def _by_file(checked: Checked, files: Mapping[Path, tuple[str, str]]) -> Checked:
    """Return findings for each file, in the order given; those of the same name are called by their path.

    `files` has the version and the name under which each was read: equal texts are one version.
    """
    times = Counter(name for _, name in files.values())
    found = {key: findings for key, (_, findings) in zip(checked.policies, checked.by_policy(), strict=True)}
    policies: dict[tuple[str, str], Policy] = {}
    findings: list[Finding] = []
    for path, (version, name) in files.items():
        label = name if times[name] == 1 else path.as_posix()
        policies[version, label] = replace(checked.policies[version, name], name=label, path=str(path))
        findings += [replace(finding, policy=label) for finding in found[version, name]]
    return Checked(tuple(findings), policies)
