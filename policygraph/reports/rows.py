"""Findings as rows for programs and spreadsheets: JSON, lines of JSON, CSV."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from policygraph.cells import harmless
from policygraph.checking import Checked
from policygraph.reports import places

_COLUMNS = (
    "company",
    "policy",
    "path",
    "line",
    "column",
    "requirement",
    "item",
    "name",
    "state",
    "severity",
    "message",
    "remedy",
    "provision",
    "evidence",
    "against",
    "fingerprint",
    "waived",
)


def as_json(checked: Checked) -> str:
    """Return all findings as one JSON array."""
    return json.dumps(list(rows(checked)), ensure_ascii=False, indent=1) + "\n"


def as_jsonl(checked: Checked) -> str:
    """Return all findings, each as one line of JSON."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(checked))


def as_csv(checked: Checked) -> str:
    """Return all findings, each as one row; the quotes of one side stand in one cell."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows(checked):
        said = {side: " | ".join(quote["text"] for quote in row[side]) for side in ("evidence", "against")}
        writer.writerow(harmless({**row, **said}[column]) for column in _COLUMNS)
    return output.getvalue()


def rows(checked: Checked) -> Iterator[dict[str, Any]]:
    """Yield each finding as a JSON object, with the company, the file, and the place where it is shown."""
    for policy, findings in checked.by_policy():
        for finding in findings:
            quote = places.spot(policy.source, finding, findings).quote
            place = places.region(policy.source, quote)
            yield {
                "company": policy.company,
                "path": policy.path,
                "line": place.line,
                "column": place.column,
                **finding.row(),
            }
