"""Data and what is said of them that take turns in a sentence are statements of their own.

"We keep your CV for six months and your payroll records for six years" says nothing of a CV that is kept for years.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from extract.claim import Claim
from extract.draft import DATA, PURPOSE, RECIPIENT, SERVICE, SOURCE, STORAGE, Draft

_SAID_OF_DATA = ((STORAGE,), (SOURCE,), (RECIPIENT, SERVICE), (PURPOSE,))
_FEWEST_RUNS = 4  # data, what is said of them, other data, what is said of these


def in_turns(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Yield the drafts, those in which data and what is said of them take turns as one draft for each turn."""
    for draft in drafts:
        turns = next((found for kind in _SAID_OF_DATA if (found := _turns(draft, kind))), None)
        if turns is None or draft.passage.block.kind == "cell":
            yield draft
            continue
        told = [claim for turn in turns for claim in turn]
        shared = [claim for claim in draft.claims if claim not in told]
        for number, turn in enumerate(turns):
            start, end = turn[0].evidence[0].start, turn[-1].evidence[0].end
            yield replace(draft, anchor=(start, end) if number else draft.anchor, claims=[*shared, *turn])


def _turns(draft: Draft, kind: Sequence[str]) -> list[list[Claim]] | None:
    """Return the claims of each turn of data and claims of a kind; None if they do not take turns."""
    claims = sorted(
        (*draft.specific_data, *draft.of(*kind)), key=lambda claim: (claim.evidence[0].start, claim.predicate)
    )
    if any(one.evidence[0].end > other.evidence[0].start for one, other in pairwise(claims)):
        return None
    runs = [list(run) for _, run in groupby(claims, key=lambda claim: claim.predicate == DATA)]
    if len(runs) < _FEWEST_RUNS or len(runs) % 2:
        return None
    return [[*one, *other] for one, other in zip(runs[::2], runs[1::2], strict=True)]
