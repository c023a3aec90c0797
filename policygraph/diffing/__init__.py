"""What changed between two versions of a policy, as statements."""

from policygraph.diffing.changes import Change, compare
from policygraph.diffing.editions import Diff, Edition, NoSuchVersionError, diff, of_dates, of_file, of_store
from policygraph.diffing.kinds import Kind, kinds

__all__ = [
    "Change",
    "Diff",
    "Edition",
    "Kind",
    "NoSuchVersionError",
    "compare",
    "diff",
    "kinds",
    "of_dates",
    "of_file",
    "of_store",
]
