"""Policies of a store, or files, are checked: findings, and what reports need to show where they stand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import NoReturn

from graph import Finding, Store, StoreError, Version, check, report
from graph.engine import Engine
from graph.source import Source, source
from policygraph import building
from policygraph.building import Failure
from policygraph.settings import LEVELS, Settings
from policygraph.showing import company_names, versions_of

_DEFAULT = Settings()
_AT_ONCE = 32  # policies that a process checks before it hands over what it found


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


def of_store(
    folder: Path,
    companies: Sequence[str],
    stop: Callable[[str], NoReturn],
    *,
    settings: Settings = _DEFAULT,
    using: Engine | None = None,
    jobs: int = 1,
) -> Checked:
    """Return what comes of checking the policies of `companies` in the store in `folder`, or all.

    Call `stop` for a company that is unknown. With several `jobs` as many processes check at once. Raise
    StoreError if there is no store.
    """
    with Store(folder, read_only=True) as store:
        versions = [version for version in store.versions() if not version.stale]
        if companies:
            found = [version for company in companies for version in versions_of(store, company, stop)]
            versions = list(dict.fromkeys(found))
        policies = _policies(store, versions)
        if jobs == 1 or len(versions) <= _AT_ONCE:
            findings = _findings(store, versions, settings, using)
        else:
            groups = [versions[start : start + _AT_ONCE] for start in range(0, len(versions), _AT_ONCE)]
            with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
                done = pool.map(_of_group, repeat(folder), groups, repeat(settings), repeat(using))
                findings = [finding for group in done for finding in group]
    return _judged(Checked(tuple(findings), policies), settings)


def of_files(paths: Sequence[Path], *, settings: Settings = _DEFAULT, using: Engine | None = None) -> Checked:
    """Return what comes of checking policies on disk, without a store.

    A file that is not there or cannot be read is among the failures and does not stop the others.
    """
    failures = [
        Failure(str(path), f"{path}: no such file or folder", "missing")
        for path in paths
        if not path.exists()
    ]
    given: dict[Path, tuple[str, str]] = {}
    with Store() as store:
        for path in building.files(path for path in paths if path.exists()):
            for reading in building.readings([path], failures):
                # Files of one name in several folders are policies of their own, not older versions.
                store.add([reading], keep_versions=True)
                given[path] = (reading.sha256, reading.name)
        versions = list(store.versions())
        findings = _findings(store, versions, settings, using)
        checked = Checked(tuple(findings), _policies(store, versions))
    read = {(version.sha256, name): version.iri for version in versions for name in version.files}
    files = {path: (read[text, name], name) for path, (text, name) in given.items()}
    return replace(_judged(_by_file(checked, files), settings), failures=tuple(failures))


def _findings(
    store: Store, versions: Iterable[Version], settings: Settings, using: Engine | None
) -> list[Finding]:
    """Return what the rules find that the settings ask for, by the law that they name."""
    return check(
        store,
        versions,
        only=settings.rules,
        profile=settings.profile,
        read_on=settings.as_of,
        using=using,
    )


def _of_group(
    folder: Path, versions: Sequence[Version], settings: Settings, using: Engine | None
) -> list[Finding]:
    """Return the findings of some policies of the store in `folder`: what a process of its own does."""
    with Store(folder, read_only=True) as store:
        return _findings(store, versions, settings, using)


def _judged(checked: Checked, settings: Settings) -> Checked:
    """Return findings with the severities and waivers of the settings."""
    paths = {key: policy.path for key, policy in checked.policies.items()}
    findings = tuple(settings.judged(checked.findings, paths))
    return replace(checked, findings=findings, fail_on=settings.fail_on)


def keep(folder: Path, checked: Checked) -> None:
    """Write the report of each version into the store in `folder`; leave it if the store is in use."""
    try:
        with Store(folder, read_only=True) as store:
            known = report.kept(store, checked.findings)
        if not known:
            with Store(folder) as store:
                report.keep(store, checked.findings)
    except StoreError:
        return  # the findings are printed in any case; the next check keeps them


def complete(folder: Path) -> int:
    """Check the policies in the store that have no report yet, keep the reports, and return how many these are.

    Raise StoreError if there is no store, or another process writes to it.
    """
    with Store(folder, read_only=True) as store:
        known = {graph.value for graph in store.graphs()}
        versions = [one for one in store.versions() if not one.stale and one.report.value not in known]
    for start in range(0, len(versions), _AT_ONCE):
        with Store(folder) as store:
            report.keep(store, check(store, versions[start : start + _AT_ONCE]))
    return len(versions)


def _policies(store: Store, versions: Iterable[Version]) -> dict[tuple[str, str], Policy]:
    """Return the policies that were read in `versions`."""
    return {
        (version.iri, name): Policy(
            name, name, next(iter(company_names(store, version)), name), source(store, version)
        )
        for version in versions
        for name in version.files
    }


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
