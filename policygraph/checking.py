"""Findings as people read them: a matrix of requirements and policies, then what is missing, with its words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from rich.markup import escape
from rich.table import Table

from graph import Finding, Store, check
from policygraph import building

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


def of_store(store: Store, companies: Sequence[str], stop: Callable[[str], NoReturn]) -> list[Finding]:
    """Return the findings of the policies of `companies`, or of all; call `stop` for one that is unknown."""
    versions = [version for version in store.versions() if not version.stale]
    if companies:
        from policygraph.showing import versions_of  # noqa: PLC0415

        versions = [version for company in companies for version in versions_of(store, company, stop)]
    return check(store, versions)


def of_files(paths: Sequence[Path], stop: Callable[[str], NoReturn]) -> tuple[list[Finding], dict[str, str]]:
    """Return the findings of policies on disk, without a store, and the names of their companies.

    Call `stop` if one cannot be read.
    """
    with Store() as store:
        summary = building.build(list(paths), store)
        for failure in summary.failures:
            stop(failure.reason)
        return check(store), companies(store)


def reaches(findings: Iterable[Finding], fail_on: str) -> bool:
    """Tell whether something was not found whose severity is `fail_on` or graver; "none" never is."""
    if fail_on not in _LEVELS:
        return False
    grave = _LEVELS[: _LEVELS.index(fail_on) + 1]
    return any(f.state in ("not found", "vague") and f.severity.lower() in grave for f in findings)


def companies(store: Store) -> dict[str, str]:
    """Return the name of the company of each policy in the store, by file name."""
    from policygraph.showing import company_names  # noqa: PLC0415

    return {
        name: (company_names(store, version) or [name])[0]
        for version in store.versions()
        for name in version.files
    }


def matrix(findings: Sequence[Finding], names: Mapping[str, str]) -> Table:
    """Return a table of requirements (rows) and policies (columns, headed by their companies)."""
    policies = list(dict.fromkeys(finding.policy for finding in findings))
    states = {(finding.requirement, finding.policy): finding.state for finding in findings}
    titles = {finding.requirement: finding.name for finding in findings}
    table = Table("", "what Art. 13 and 14 ask for", title="Completeness", title_justify="left")
    for policy in policies:
        table.add_column(escape(_short(names.get(policy, policy))))
    for requirement, title in titles.items():
        marks = [_MARKS.get(states.get((requirement, policy), ""), "") for policy in policies]
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
