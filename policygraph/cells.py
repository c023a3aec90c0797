"""Values become cells that a spreadsheet shows and does not run: what policies say is untrusted text.

>>> harmless("=HYPERLINK(A1)")
"'=HYPERLINK(A1)"
"""

from typing import TypeVar

Value = TypeVar("Value")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: Value) -> Value | str:
    """Return a value that no spreadsheet takes for a formula: text that could be one gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
