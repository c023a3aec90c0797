"""What changed between two versions of a policy, as statements."""

from policygraph.diffing.changes import Change, Comparison, compare
from policygraph.diffing.kinds import SEVERITIES, Kind, kinds

__all__ = ["SEVERITIES", "Change", "Comparison", "Kind", "compare", "kinds"]
