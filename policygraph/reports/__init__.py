"""Reports of a check: the formats by their names and by the file endings that mean them."""

from collections.abc import Callable
from pathlib import Path

from policygraph.checking import Checked
from policygraph.reports.github import as_github
from policygraph.reports.junit import as_junit
from policygraph.reports.page import as_html
from policygraph.reports.rdf import as_turtle
from policygraph.reports.rows import as_csv, as_json, as_jsonl
from policygraph.reports.sarif import as_sarif

__all__ = ["ENDINGS", "FORMATS", "form_of"]

FORMATS: dict[str, Callable[[Checked], str]] = {
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "ttl": as_turtle,
    "html": as_html,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}
"""What writes a report into a file or a pipe; the table, which depends on its width, is in `table`."""

ENDINGS = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".ttl": "ttl",
    ".html": "html",
    ".sarif": "sarif",
    ".xml": "junit",
}


def form_of(path: Path) -> str | None:
    """Return the format that the ending of a file means, None if it means none."""
    return ENDINGS.get(path.suffix.lower())
