"""Values become cells that a spreadsheet shows and does not run: what policies say is untrusted text.

>>> harmless("=HYPERLINK(A1)")
"'=HYPERLINK(A1)"
"""

import csv
import io
from collections.abc import Iterable
from typing import TypeVar

Value = TypeVar("Value")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Value) -> Value | str:
    """Return a value that no spreadsheet takes for a formula: text that could be one gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV with a line of headings, no cell of it a formula."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return output.getvalue()
