"""Parts of a record that say by a label what they hold are read together ("Data: …", "Purpose: …").

A label is a few words before a colon, a dash or a question mark, the lead-in of a list, a heading below another
one, or the head of a table row. It holds until the next label; where a label comes again, the next record begins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.claim import Claim
from extract.draft import BASIS, DATA, PURPOSE, RECIPIENT, SERVICE, SOURCE, STORAGE, Draft, taken_over
from extract.passage import Passage, Policy
from extract.readers import looks

_HELD = {
    "data": (DATA,),
    "purpose": (PURPOSE,),
    "basis": (BASIS,),
    "recipients": (RECIPIENT, SERVICE),
    "storage": (STORAGE,),
    "source": (SOURCE,),
}
_OURS = re.compile(r"we\b", re.IGNORECASE)  # "We use it to:"
_PRONOUN = re.compile(r"\b(?:it|them|this|these)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Label:
    """A label: what it announces, from where on, and the list, section or passage whose parts it is one of.

    One that `opens` begins a record of its own: a heading that neither stands below another nor speaks of "it".
    What stands `of_section` is a text of its own, which "it" joins to the data alone.
    """

    slot: str
    start: tuple[int, int]
    within: tuple[str, int | None]
    opens: bool = False
    of_section: bool = False


def join_records(policy: Policy, drafts: Sequence[Draft]) -> None:
    """Let statements under the labels of one record take over what stands under its other labels."""
    labels = list(_labels(policy))
    if len(labels) < 2:  # noqa: PLR2004 - a record has two parts
        return
    at = {one.start: number for one, number in zip(labels, _numbered(labels), strict=True)}
    by_passage: dict[int, list[_Label]] = {}
    for one in labels:
        by_passage.setdefault(one.start[0], []).append(one)
    records: dict[int, list[tuple[_Label, Draft]]] = {}
    for draft in drafts:
        label = None if draft.denied else _label_of(draft, by_passage)
        if label is not None:
            records.setdefault(at[label.start], []).append((label, draft))
    for parts in records.values():
        _join(parts)


def _labels(policy: Policy) -> Iterator[_Label]:
    """Yield the labels of a policy in the order of the text."""
    for passage in policy.passages:
        block = passage.block
        if block.boilerplate:
            continue
        if block.kind == "cell":
            slot = looks.label_name(passage.text)
            if slot in _HELD and block.column == 0 and block.column_header is None:
                yield _Label(slot, (passage.index, 0), ("table", block.table))
            continue
        if block.kind == "heading":
            slot = looks.label_name(passage.text)
            if slot in _HELD:
                nested = _is_part_of_section(passage)
                opens = not nested and not _PRONOUN.search(passage.text)
                within = ("headings", block.section)
                yield _Label(slot, (passage.index, 0), within, opens=opens, of_section=not nested)
            continue
        found = [
            (slot, start)
            for start, _ in passage.sentence_spans
            if (slot := looks.field_name(passage.text, start)) in _HELD
        ]
        alone = len({slot for slot, _ in found}) > 1
        announced = looks.label_name(passage.section.text) if passage.section is not None else ""
        for slot, start in found:
            if slot == announced and _OURS.match(passage.text, start):  # below "How we use it"
                continue
            within = ("passage", passage.index) if alone else _list_or_section(passage)
            yield _Label(slot, (passage.index, start), within)


def _is_part_of_section(heading: Passage) -> bool:
    """Tell whether a heading is about a part of a section that is one of several."""
    above = heading.section
    return above is not None and any(
        other.block.kind == "heading" and other is not above and other.block.section == above.block.section
        for other in above.policy.passages
    )


def _list_or_section(passage: Passage) -> tuple[str, int | None]:
    block = passage.block
    return ("list", block.lead_in) if block.lead_in is not None else ("section", block.section)


def _numbered(labels: Sequence[_Label]) -> Iterator[int]:
    """Yield the number of the record of each label: a label that comes again begins the next one."""
    number = 0
    seen: list[str] = []
    within = None
    for label in labels:
        again = label.slot in seen and seen[-1] != label.slot
        if label.within != within or again or label.opens:
            number, within, seen = number + 1, label.within, []
        seen.append(label.slot)
        yield number


def _label_of(draft: Draft, labels: dict[int, list[_Label]]) -> _Label | None:
    """Return the label under which a statement stands: of its passage, of its list, or of its section."""
    passage: Passage | None = draft.passage
    own = [label for label in labels.get(draft.passage.index, ()) if label.start[1] <= draft.sentence]
    if own:
        return own[-1]
    head = draft.passage.block.row_header
    if head is not None and labels.get(head):
        return labels[head][-1]
    while passage is not None:
        lead = passage.lead_in
        if lead is not None and labels.get(lead.index):
            return labels[lead.index][-1]
        passage = lead
    section = draft.passage.section
    return labels[section.index][-1] if section is not None and section.index in labels else None


def _join(parts: Sequence[tuple[_Label, Draft]]) -> None:
    """Give each statement of a record what the other parts hold, as far as it has nothing of the kind itself."""
    held = {
        slot: [claim for label, draft in parts if label.slot == slot for claim in _named(draft, slot)]
        for slot in dict.fromkeys(label.slot for label, _ in parts)
    }
    for label, draft in parts:
        own = label.slot
        for slot, claims in held.items():
            if slot == own or (label.of_section and "data" not in (slot, own)):
                continue
            # Data that a purpose speaks of ("to answer your messages") are not those that the record names.
            beside = slot == "data" and own in ("purpose", "basis", "storage") and not label.of_section
            if beside or not _named(draft, slot):
                draft.claims += [taken_over(claim) for claim in claims if claim not in draft.claims]


def _named(draft: Draft, slot: str) -> list[Claim]:
    """Return what a statement says that belongs in a part of a record."""
    return draft.specific_data if slot == "data" else draft.of(*_HELD[slot])
