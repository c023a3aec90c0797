"""Findings as people read them: a matrix of requirements and policies, then what is missing, with its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from rich.markup import escape
from rich.table import Table

from graph import Finding, Store, Version, check
from graph.source import Source, source
from policygraph import building
from policygraph.showing import company_names, versions_of

_MARKS = {
    "fulfilled": "[green]● present[/]",
    "vague": "[yellow]◐ vague[/]",
    "not found": "[red]○ absent[/]",
    "not applicable": "[dim]– n/a[/]",
    "unclear": "[cyan]? unclear[/]",
}
_LEVELS = ("violation", "warning", "info")
_LONGEST_QUOTE = 110
_COLUMN = 18


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
    """What came of a check: all findings, the policies they are about by (version, name), what failed."""

    findings: tuple[Finding, ...]
    policies: Mapping[tuple[str, str], Policy]
    failures: tuple[str, ...] = ()

    def policy(self, finding: Finding) -> Policy:
        """Return the policy that a finding is about."""
        return self.policies[finding.version, finding.policy]


def of_store(store: Store, companies: Sequence[str], stop: Callable[[str], NoReturn]) -> Checked:
    """Return what comes of checking the policies of `companies`, or all; call `stop` for an unknown one."""
    versions = [version for version in store.versions() if not version.stale]
    if companies:
        versions = [version for company in companies for version in versions_of(store, company, stop)]
    return _checked(store, versions, {})


def of_files(paths: Sequence[Path]) -> Checked:
    """Return what comes of checking policies on disk, without a store.

    A file that cannot be read is named among the failures and does not stop the others. Raise
    FileNotFoundError for a path that is not there.
    """
    summary = building.Summary()
    given: dict[tuple[str, str], str] = {}
    with Store() as store:
        for path in building.files(paths):
            for reading in building.readings([path], summary):
                store.add([reading])
                given.setdefault((reading.sha256, reading.name), str(path))
        checked = _checked(store, list(store.versions()), given)
    return replace(checked, failures=tuple(failure.reason for failure in summary.failures))


def _checked(store: Store, versions: Sequence[Version], given: Mapping[tuple[str, str], str]) -> Checked:
    """Return the findings of `versions` with their policies; `given` are paths by (SHA-256, name)."""
    policies = {
        (version.iri, name): Policy(
            name,
            given.get((version.sha256, name), name),
            next(iter(company_names(store, version)), name),
            source(store, version),
        )
        for version in versions
        for name in version.files
    }
    return Checked(tuple(check(store, versions)), policies)


def reaches(findings: Iterable[Finding], fail_on: str) -> bool:
    """Tell whether something was not found whose severity is `fail_on` or graver; "none" never is."""
    if fail_on not in _LEVELS:
        return False
    grave = _LEVELS[: _LEVELS.index(fail_on) + 1]
    return any(finding.open and finding.severity.lower() in grave for finding in findings)


def matrix(checked: Checked) -> Table:
    """Return a table of requirements (rows) and policies (columns, headed by their companies)."""
    states = {(f.requirement, f.version, f.policy): f.state for f in checked.findings}
    titles = {finding.requirement: finding.name for finding in checked.findings}
    table = Table("", "what Art. 13 and 14 ask for", title="Completeness", title_justify="left")
    for policy in checked.policies.values():
        table.add_column(escape(_short(policy.company)))
    for requirement, title in titles.items():
        marks = [_MARKS.get(states.get((requirement, *policy), ""), "") for policy in checked.policies]
        table.add_row(requirement, escape(title), *marks)
    return table


def _short(name: str) -> str:
    """Return a name cut to what fits beside four others."""
    return name if len(name) <= _COLUMN else name[: _COLUMN - 1] + "…"


def report(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each requirement that is not met, with the words that it stands on."""
    policy = ""
    order = {level: index for index, level in enumerate(_LEVELS)}
    missing = [f for f in findings if f.state in ("not found", "vague", "unclear")]
    for finding in sorted(missing, key=lambda f: (f.policy, order.get(f.severity.lower(), 9), f.requirement)):
        if finding.policy != policy:
            policy = finding.policy
            yield f"\n[bold]{escape(policy)}[/]"
        yield (
            f"  {finding.severity.lower():9} {finding.requirement:5} {finding.state}: {escape(finding.message)}"
        )
        for quote in finding.evidence[:2]:
            words = " ".join(quote.text.split())
            shown = words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE] + "…"
            yield f"            [dim]{quote.start}–{quote.end}[/] “{escape(shown)}”"
