"""What takes turns in a sentence are statements of their own: data and their terms, recipients and what for.

"We keep your CV for six months and your payroll records for six years" says nothing of a CV that is kept for years;
"we use Zoom for meetings and Xero for invoices" nothing of meetings in Xero.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import ontology
from extract.claim import Claim, Concept, Unmapped, Value
from extract.draft import DATA, PURPOSE, RECIPIENT, SERVICE, SOURCE, STORAGE, Draft
from extract.matcher import longest
from extract.naming import MAYBE_LEGAL_FORM

_SAID_OF_DATA = ((STORAGE,), (SOURCE,), (RECIPIENT, SERVICE), (PURPOSE,))
_FEWEST_RUNS = 4  # data, what is said of them, other data, what is said of these
_TOP = ontology.load().term("dpv:Purpose")
_LINK = re.compile(
    r"(?:[,;]\s*(?:(?:and|or)\s+)?|\s(?:and|or)\s+)(?:and\s+)?(?:\(?[a-h\divx]{1,3}\)\s+)?(?:(?:with|to|on|by|from)\s+)?(?:(?:a|an|the|our|other)\s+)?$",
    re.IGNORECASE,
)
"""What stands before the next recipient of a row."""

_WHAT_FOR = re.compile(r"\s*[,(]?\s*(?:in\s+order\s+to|to|for)\s+", re.IGNORECASE)
_CLOSE = 16  # characters between a purpose and the recipient behind it ("for calls via Zoom")


def by_label(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Yield the drafts, those of a paragraph in which recipients stand as labels as one draft for each label.

    "Xero: used for invoices Zoom: used for meetings" is a list that lost its lines.
    """
    for _, group in groupby(drafts, key=lambda draft: draft.passage.index):
        same = list(group)
        text = same[0].passage.policy.document.text
        labels = sorted(
            {
                (claim.evidence[0].start, claim.evidence[0].end)
                for draft in same
                for claim in draft.of(RECIPIENT, SERVICE)
                if not draft.denied and _LABELLED.match(text, claim.evidence[0].end)
            }
        )
        if len(labels) < 2 or same[0].passage.block.kind == "cell":  # noqa: PLR2004 - one label makes no list
            yield from same
        else:
            yield from _labelled(same, labels)


_LABELLED = re.compile(rf"{MAYBE_LEGAL_FORM}\s?:\s")


def _labelled(drafts: Sequence[Draft], labels: Sequence[tuple[int, int]]) -> Iterator[Draft]:
    """Yield what drafts say before the first label, and a draft for each label with all that follows it."""
    end = max(claim.evidence[0].end for draft in drafts for claim in draft.claims)
    stops = [start for start, _ in labels[1:]] + [end + 1]
    for draft in drafts:
        before = [claim for claim in draft.claims if draft.denied or claim.evidence[0].start < labels[0][0]]
        if before:
            yield replace(draft, claims=before)
    for label, stop in zip(labels, stops, strict=True):
        within = [
            (draft, claim)
            for draft in drafts
            for claim in draft.claims
            if not draft.denied and label[0] <= claim.evidence[0].start < stop
        ]
        first = within[0][0]
        claims = [_ended(first, claim, stop) for _, claim in within]
        yield replace(first, anchor=label, claims=claims)


def _ended(draft: Draft, claim: Claim, stop: int) -> Claim:
    """Return a claim, a purpose without the words of the next label."""
    words = claim.evidence[0]
    return (
        _part(draft, claim, words.start, stop) if claim.predicate == PURPOSE and words.end > stop else claim
    )


def tools_apart(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield the drafts with cookies and the like, as data, set apart from the tool that data come from.

    "We use cookies to record the pages you visit" does not say that cookies come from cookies.
    """
    for draft in drafts:
        tools = [claim for claim in draft.of(DATA) if _is_tool(draft, claim)]
        by_tool = [claim for claim in draft.of(SOURCE) if claim.value == _AUTOMATED]
        others = [claim for claim in draft.of(DATA) if claim not in tools]
        if tools and by_tool and others:
            yield replace(draft, claims=[claim for claim in draft.claims if claim not in tools])
            anchor = (tools[0].evidence[0].start, tools[0].evidence[0].end)
            rest = [claim for claim in draft.claims if claim not in by_tool and claim not in others]
            yield replace(draft, anchor=anchor, claims=rest, exceptions=[])
        elif tools and by_tool:
            yield replace(draft, claims=[claim for claim in draft.claims if claim not in by_tool])
        else:
            yield draft


_AUTOMATED = Concept(ontology.load().term("pgc:AutomatedSource"))
_COOKIES = Concept(ontology.load().term("pgc:CookieData"))
_IN_TOOL = re.compile(r"\b(?:information|data|contents?|details|values?|identifiers?|ids?)\b", re.IGNORECASE)


def _is_tool(draft: Draft, claim: Claim) -> bool:
    """Tell whether data are only the tool itself ("cookies"), not what is in it ("information in cookies")."""
    text = draft.passage.policy.document.text
    return claim.value == _COOKIES and not any(_IN_TOOL.search(text, e.start, e.end) for e in claim.evidence)


def in_turns(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield the drafts, those in which data and what is said of them take turns as one draft for each turn."""
    for draft in drafts:
        turns = next((found for kind in _SAID_OF_DATA if (found := _turns(draft, kind))), None)
        turns = turns or _functions(draft)
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
    told = draft.of(*kind)
    data = [  # "the electoral roll" as a source is no data of its own
        claim
        for claim in draft.specific_data
        if not any(other.evidence[0].holds(claim.evidence[0]) for other in told)
    ]
    claims = sorted((*data, *told), key=lambda claim: (claim.evidence[0].start, claim.predicate))
    if any(one.evidence[0].end > other.evidence[0].start for one, other in pairwise(claims)):
        return None
    runs = [list(run) for _, run in groupby(claims, key=lambda claim: claim.predicate == DATA)]
    if len(runs) < _FEWEST_RUNS or len(runs) % 2:
        return None
    return [[*one, *other] for one, other in zip(runs[::2], runs[1::2], strict=True)]


def _functions(draft: Draft) -> list[list[Claim]] | None:
    """Return the claims of each turn of recipients and purposes; None if they do not take turns."""
    recipients = sorted(draft.of(RECIPIENT, SERVICE), key=_place)
    if len(recipients) < 2 or not draft.has(PURPOSE):  # noqa: PLR2004 - one recipient has no turns
        return None
    purposes = draft.of(PURPOSE)
    cut = [part for claim in purposes for part in _parts(draft, claim, recipients)]
    claims = sorted((*recipients, *cut), key=_place)
    if any(
        purpose.evidence[0].overlaps(recipient.evidence[0]) for purpose in cut for recipient in recipients
    ):
        return None
    runs = [list(run) for _, run in groupby(claims, key=lambda claim: claim.predicate == PURPOSE)]
    shared = runs.pop(0) if len(runs) % 2 and runs[0][0].predicate == PURPOSE else []
    if len(runs) % 2 and _is_of_the_one_before(draft, runs):
        runs.append([])
    elif len(runs) < _FEWEST_RUNS or len(runs) % 2:
        return None
    turns = list(zip(runs[::2], runs[1::2], strict=True))
    behind = runs[0][0].predicate == PURPOSE
    if behind and any(  # "for calls via Zoom and for mail via Mailjet"
        r[0].evidence[0].start - p[-1].evidence[0].end > _CLOSE for p, r in turns
    ):
        return None
    draft.claims = [claim for claim in draft.claims if claim not in purposes] + cut
    return [[*one, *other, *shared] for one, other in turns]


def _is_of_the_one_before(draft: Draft, runs: Sequence[Sequence[Claim]]) -> bool:
    """Tell whether only relative clauses say what recipients do, and others follow that are no examples."""
    text = draft.passage.policy.document.text
    if runs[0][0].predicate == PURPOSE or len(runs) == 1:
        return False
    told = [claim for run in runs[1::2] for claim in run]
    between = text[runs[-2][-1].evidence[0].end : runs[-1][0].evidence[0].start]
    return _EXAMPLE.search(between) is None and all(c.evidence[0].rule == _BY_RELATIVE for c in told)


_BY_RELATIVE = "function of providers"
_EXAMPLE = re.compile(r"\b(?:such\sas|including|like|e\.g|for\sexample|namely)\b|[(:]", re.IGNORECASE)


def _place(claim: Claim) -> tuple[int, int]:
    return claim.evidence[0].start, -claim.evidence[0].end


def _parts(draft: Draft, purpose: Claim, recipients: Sequence[Claim]) -> Iterator[Claim]:
    """Yield a purpose, cut where the next recipient of a row begins: "to send mail, Zoom to hold meetings"."""
    text = draft.passage.policy.document.text
    start, end = purpose.evidence[0].start, purpose.evidence[0].end
    begins = start
    for recipient in recipients:
        named = recipient.evidence[0]
        link = _LINK.search(text, begins, named.start) if start < named.start < end else None
        told = _WHAT_FOR.match(text, named.end)
        if link is not None and told is not None:
            yield _part(draft, purpose, begins, link.start())
            begins = told.end()
    if begins < end:
        yield purpose if begins == start else _part(draft, purpose, begins, end)


def _part(draft: Draft, purpose: Claim, start: int, end: int) -> Claim:
    """Return the purpose that a part of the words of another names."""
    words = draft.passage.policy.document.text[start:end].rstrip(" ,;()")
    evidence = replace(purpose.evidence[0], start=start, end=start + len(words))
    first = draft.passage.policy.document.locate(start)
    character = first[1] if first is not None else 0
    best = longest(draft.passage.found("purposes", character, character + len(words)))
    value: Value = Concept(best.term) if best else Unmapped("purpose", _TOP, words)
    return Claim(PURPOSE, value, (evidence,))
