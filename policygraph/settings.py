"""What a project has decided about checks: which law, which rules, how grave, and what it accepts.

It stands in the table `[tool.policygraph]` of a `pyproject.toml`, or at the top of a `policygraph.toml`:

    profile = "uk-gdpr"          # auto (default), gdpr, uk-gdpr
    as-of = 2026-06-19           # date of policies that state none
    fail-on = "warning"          # violation, warning, info, none (default)
    select = ["R", "C01"]        # numbers of rules, or their beginnings; default: all
    ignore = ["R03"]
    baseline = "accepted.json"   # made with: policygraph check --write-baseline accepted.json

    [severity]
    R30 = "warning"

    [[waive]]
    rule = "R17"
    policy = "apps/*.md"         # default: all
    reason = "told at the counter"

A policy cannot waive anything about itself: it is somebody else's text, often enough.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

from graph import Finding
from graph.check import Profile
from graph.shapes import Severity, requirements

FILES = ("policygraph.toml", "pyproject.toml")
LEVELS = ("violation", "warning", "info")
_KEYS = ("profile", "as-of", "fail-on", "select", "ignore", "severity", "waive", "baseline")
_ACCEPTED = "accepted in {}"


class SettingsError(ValueError):
    """Raised when settings cannot be used; names the file, the key, and what may stand there."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Findings of one rule that somebody has accepted, and why; `policy` is a pattern of file names."""

    rule: str
    policy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The decisions of a project; the defaults judge by the laws that a policy states, and accept nothing."""

    profile: Profile = "auto"
    as_of: date | None = None
    fail_on: str = "none"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    baseline: Path | None = None
    accepted: frozenset[tuple[str, str]] = frozenset()

    @property
    def change_nothing(self) -> bool:
        """Tell whether a check finds what it finds without settings."""
        return self == Settings(fail_on=self.fail_on)

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the numbers of the rules that are asked for."""
        chosen = [number for number in _numbers() if not self.select or _matches(number, self.select)]
        return tuple(number for number in chosen if not _matches(number, self.ignore))

    def overruled(
        self,
        *,
        profile: Profile | None = None,
        as_of: date | None = None,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        fail_on: str | None = None,
        baseline: Path | None = None,
    ) -> "Settings":
        """Return these settings with what somebody asks for now in their place.

        Raise SettingsError for a rule that nobody knows or a baseline that cannot be read.
        """
        now = Path("the command line")
        made = replace(
            self,
            profile=profile or self.profile,
            as_of=as_of or self.as_of,
            select=_rules(now, "select", list(select)) if select else self.select,
            ignore=_rules(now, "ignore", list(ignore)) if ignore else self.ignore,
            fail_on=fail_on or self.fail_on,
        )
        return made if baseline is None else with_baseline(made, baseline)

    def judged(self, findings: Iterable[Finding], paths: Mapping[tuple[str, str], str]) -> Iterator[Finding]:
        """Yield findings with the severities of the project, those that it accepts with the reason.

        `paths` has the file of each policy by (version, name).
        """
        for finding in findings:
            own = self.severity.get(finding.requirement)
            graver = replace(finding, severity=own) if own else finding
            yield replace(
                graver, waived=self._reason(finding, paths.get((finding.version, finding.policy), ""))
            )

    def _reason(self, finding: Finding, path: str) -> str:
        """Return why a finding is accepted, or nothing."""
        if not finding.open:
            return ""
        for waiver in self.waivers:
            names = (finding.policy, Path(path).as_posix())
            if _matches(finding.requirement, [waiver.rule]) and any(
                fnmatchcase(name, waiver.policy) for name in names
            ):
                return waiver.reason
        if self.baseline is not None and (finding.policy, finding.fingerprint) in self.accepted:
            return _ACCEPTED.format(self.baseline.name)
        return ""


def find(folder: Path) -> Path | None:
    """Return the file of settings that holds for `folder`: the nearest in it or above it."""
    for place in (folder, *folder.parents):
        for name in FILES:
            path = place / name
            if path.is_file() and (name != FILES[1] or _table(path) is not None):
                return path
    return None


def load(path: Path) -> Settings:
    """Return the settings in a file. Raise SettingsError if it cannot be read or says what nobody knows."""
    said = _table(path)
    if said is None:
        raise SettingsError(f"{path}: it has no table [tool.policygraph]")
    unknown = [key for key in said if key not in _KEYS]
    if unknown:
        raise SettingsError(f"{path}: nobody knows {unknown[0]!r}; known are {', '.join(_KEYS)}")
    baseline = said.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        raise SettingsError(f"{path}: baseline must be the name of a file")
    as_of = said.get("as-of")
    if as_of is not None and (not isinstance(as_of, date) or hasattr(as_of, "hour")):
        raise SettingsError(f"{path}: as-of must be a date, such as 2026-06-19 without quotation marks")
    settings = Settings(
        profile=_one_of(path, "profile", said.get("profile", "auto"), get_args(Profile)),
        as_of=as_of,
        fail_on=_one_of(path, "fail-on", said.get("fail-on", "none"), (*LEVELS, "none")),
        select=_rules(path, "select", said.get("select", [])),
        ignore=_rules(path, "ignore", said.get("ignore", [])),
        severity=dict(_severities(path, said.get("severity", {}))),
        waivers=tuple(_waivers(path, said.get("waive", []))),
    )
    return settings if baseline is None else with_baseline(settings, path.parent / baseline)


def with_baseline(settings: Settings, path: Path) -> Settings:
    """Return settings that accept what a baseline lists. Raise SettingsError if it cannot be read."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        accepted = frozenset((row["policy"], row["fingerprint"]) for row in rows)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except (ValueError, TypeError, KeyError) as error:
        advice = f"make it anew with: policygraph check --write-baseline {path.name}"
        raise SettingsError(f"{path}: this is no baseline; {advice}") from error
    return replace(settings, baseline=path, accepted=accepted)


def baseline_of(findings: Iterable[Finding]) -> str:
    """Return the baseline that accepts all open findings, as JSON in a fixed order."""
    rows = sorted(
        {
            (finding.policy, finding.requirement, finding.fingerprint, finding.message)
            for finding in findings
            if finding.open
        }
    )
    keys = ("policy", "requirement", "fingerprint", "message")
    return (
        json.dumps([dict(zip(keys, row, strict=True)) for row in rows], ensure_ascii=False, indent=1) + "\n"
    )


def _table(path: Path) -> dict[str, Any] | None:
    """Return what a file of settings says; None for a `pyproject.toml` that is about other tools."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be opened ({error.strerror or error})") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise SettingsError(f"{path}: this is no TOML ({error})") from error
    found = said.get("tool", {}).get("policygraph") if path.name == FILES[1] else said
    return found if isinstance(found, dict) else None


def _one_of(path: Path, key: str, value: object, known: Sequence[str]) -> Any:
    if value not in known:
        raise SettingsError(f"{path}: {key} = {value!r}; it may be {', '.join(known)}")
    return value


def _rules(path: Path, key: str, value: object) -> tuple[str, ...]:
    """Return numbers of rules, or beginnings of such, as they are written."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{path}: {key} must be a list of rules, such as ['R13', 'C01']")
    for one in value:
        if not any(_matches(number, [one]) for number in _numbers()):
            raise SettingsError(f"{path}: {key}: there is no rule {one!r}; there are {', '.join(_numbers())}")
    return tuple(value)


def _severities(path: Path, value: object) -> Iterator[tuple[str, Severity]]:
    """Yield the severity of each rule that is named, or whose beginning is."""
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: severity must be a table, such as R30 = 'warning'")
    for name, level in value.items():
        _rules(path, "severity", [name])
        known = {one.lower(): one for one in get_args(Severity)}
        _one_of(path, f"severity.{name}", level, tuple(known))
        yield from ((number, known[level]) for number in _numbers() if _matches(number, [name]))


def _waivers(path: Path, value: object) -> Iterator[Waiver]:
    if not isinstance(value, list):
        raise SettingsError(f"{path}: waive must be a list of tables: [[waive]]")
    for said in value:
        if not isinstance(said, dict) or not str(said.get("reason", "")).strip():
            raise SettingsError(f"{path}: each waiver needs a rule and a reason")
        (rule,) = _rules(path, "waive", [said.get("rule", "")])
        yield Waiver(rule, str(said.get("policy", "*")), str(said["reason"]))


def _matches(number: str, rules: Iterable[str]) -> bool:
    """Tell whether a rule is among `rules`: by its number, by another number of it, or by a beginning."""
    names = (
        number,
        *(shape.alias for shape in requirements() if shape.requirement == number and shape.alias),
    )
    return any(rule and name.startswith(rule) for rule in rules for name in names)


def _numbers() -> tuple[str, ...]:
    """Return the numbers of all rules in their order."""
    return tuple(dict.fromkeys(shape.requirement for shape in requirements()))
