"""How a build goes and what came of it, in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from policygraph.building.builder import Summary
from policygraph.building.job import Failure

_SINGLE = 20  # failures that are told one by one
_EXAMPLES = 3  # files that are named of those that failed for one reason


def progress(summary: Summary, seconds: float) -> str:
    """Return how far a build is after so many seconds: how fast it reads, how long the rest takes at most."""
    tried = summary.read + len(summary.failures) - summary.repeated
    parts = [f"{summary.done:,} of {summary.total:,} policies"]
    if summary.unchanged:
        parts.append(f"{summary.unchanged:,} unchanged")
    if summary.failures:
        parts.append(f"{len(summary.failures):,} not read")
    if tried and seconds > 0:
        rate = tried / seconds
        left = timedelta(seconds=round((summary.total - summary.done) / rate))
        parts += [f"{rate:,.1f} a second", f"{left} left"]
    return ", ".join(parts)


def result(summary: Summary, store: str) -> str:
    """Return what a build did to a store."""
    parts = [f"{summary.read:,} policies read"]
    if summary.unchanged:
        parts.append(f"{summary.unchanged:,} unchanged")
    if summary.gone:
        parts.append(f"{summary.gone:,} gone")
    return f"{', '.join(parts)}; {summary.quads:,} quads in {store}"


def totals(summary: Summary) -> str:
    """Return what all policies state that were read."""
    return ", ".join(f"{number:,} {what}" for what, number in sorted(summary.stated.items(), reverse=True))


def reasons(failures: Sequence[Failure]) -> Iterator[str]:
    """Yield a line for each failure, or for each reason with some of its files if there are many failures."""
    if len(failures) <= _SINGLE:
        yield from (failure.reason for failure in failures)
        return
    groups: dict[str, list[str]] = defaultdict(list)
    for failure in failures:
        name, _, why = failure.reason.partition(": ")
        groups[why or name].append(failure.source)
    for why, sources in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        yield f"{len(sources):,} × {why} ({_some(sources)})"


def _some(sources: Iterable[str]) -> str:
    """Return the first of some sources."""
    named = list(sources)
    return ", ".join(named[:_EXAMPLES]) + (", …" if len(named) > _EXAMPLES else "")
