"""Drafts without a kind get one: numbered lines first, then lists without bullets, then headings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extract.document import BlockKind
from extract.readers import looks
from extract.readers.draft import Draft, part

LONGEST_NUMBERED_HEADING = 150
LONGEST_NUMBERED_ITEM = 400
LONGEST_SERIAL_ITEM = 400
LONGEST_STOPPED_ITEM = 80
LONGEST_PLAIN_HEADING_WORDS = 10
WIDEST_NUMBER_GAP = 3
LOOK_AHEAD = 3
LONGEST_ALIKE_ITEM = 700
FEWEST_ALIKE = 3
FEWEST_DENSE = 3
LOWEST_LEVEL = 6
DEEPEST_LETTER = 3
WIDEST_RECORD_GAP = 8
FIRST_FIELD_GROUP = 1_000_000


def judge(text: str, drafts: Sequence[Draft], *, marked: bool) -> list[Draft]:
    """Return `drafts` with a kind for each; `marked` says that headings carry marks of their own."""
    records = _records(drafts)
    lines = [
        looks.listed(text, line) if line.kind is None and not line.mark else line
        for place, whole in enumerate(drafts)
        for line in (_fields(text, whole) if place in records else _unpacked(text, whole))
    ]
    _number(lines)
    _list(lines, marked=marked)
    _head(lines, marked=marked)
    lines = [replace(line, kind="paragraph") if line.kind is None else line for line in lines]
    return list(_nest(_level(lines)))


def _unpacked(text: str, line: Draft) -> Iterator[Draft]:
    """Yield the announcement and the items of a line that holds a whole list, or the line itself."""
    if line.kind == "cell" and (places := looks.lettered_parts(line.shown)):
        yield from (made for start, end in places if (made := part(line, text, start, end)).pieces)
        return
    places = looks.inline_items(line.shown) if line.kind is None else []
    if not places:
        yield line
        return
    for start, end in places:
        made = part(line, text, start, end)
        if made.pieces:
            yield replace(made, kind="item", mark="•", bold=False) if start else made


def _records(drafts: Sequence[Draft]) -> frozenset[int]:
    """Return the lines that begin with a label of a record, another label of which is near."""
    named = [
        (place, looks.field_name(line.shown))
        for place, line in enumerate(drafts)
        if line.kind in (None, "item") and looks.fields(line.shown)
    ]
    return frozenset(
        place
        for (one, name), (other, another) in pairwise(named)
        if name != another and other - one <= WIDEST_RECORD_GAP
        for place in (one, other)
    )


def _fields(text: str, line: Draft) -> Iterator[Draft]:
    """Yield the labels of a line and what stands behind each, as the announcement and the items of a list."""
    for number, (start, end) in enumerate(looks.fields(line.shown)):
        made = part(line, text, start, end)
        if not made.pieces:
            continue
        if number % 2 == 0:
            yield replace(made, kind=line.kind or "paragraph", gap=line.gap and number == 0, bold=False)
        elif line.group is None:
            yield replace(made, kind="item", mark="•", bold=False, gap=False, indent=line.indent + 1)
        else:
            group = -FIRST_FIELD_GROUP - made.pieces[0][0]
            yield replace(made, kind="item", bold=False, gap=False, level=line.level + 1, group=group)


def _number(lines: list[Draft]) -> None:
    """Decide which numbered lines are headings, items or numbered paragraphs."""
    for chain in _chains(lines):
        apart = sum(following - place > 1 for place, following in pairwise(chain))
        heads = sum(bool(looks.heading_look(lines[place].shown)) or lines[place].bold for place in chain)
        headings = heads * 5 >= len(chain) * 3 and apart * 5 >= (len(chain) - 1) * 3
        introduced = chain[0] > 0 and looks.opens_list(lines[chain[0] - 1].shown)
        for place in chain:
            lines[place] = replace(
                lines[place], kind=_numbered_kind(lines, place, headings=headings, introduced=introduced)
            )


def _numbered_kind(lines: Sequence[Draft], place: int, *, headings: bool, introduced: bool) -> BlockKind:
    """Return the kind of a numbered line, given what its sequence looks like."""
    line = lines[place]
    short = len(line.shown) <= LONGEST_NUMBERED_HEADING
    if line.bold and short and _has_body(lines, place):
        return "heading"
    if headings and short and not introduced and _has_body(lines, place):
        return "heading"
    if line.group is None and looks.depth(line.mark) > 1 and looks.stopped(line.shown):
        return "paragraph"
    if introduced or line.indent or line.group is not None or len(line.shown) <= LONGEST_NUMBERED_ITEM:
        return "item"
    return "paragraph"


def _chains(lines: Sequence[Draft]) -> list[list[int]]:
    """Return the sequences of numbered lines: 1., 2., 3. or (a), (b)."""
    chains: list[list[int]] = []
    still_open: list[list[int]] = []
    for place, line in enumerate(lines):
        if line.kind is not None or not line.mark:
            continue
        chain = _chain_for(lines, place, still_open)
        if chain is None:
            chain = []
            chains.append(chain)
            still_open.append(chain)
        else:
            place_of = next(at for at, one in enumerate(still_open) if one is chain)
            del still_open[place_of + 1 :]
        chain.append(place)
        del still_open[:-8]
    return chains


def _chain_for(lines: Sequence[Draft], place: int, chains: Sequence[list[int]]) -> list[int] | None:
    """Return the open sequence that the line at `place` continues best."""
    line = lines[place]
    best: list[int] | None = None
    best_fit = 0
    for chain in chains:
        last = lines[chain[-1]]
        step = looks.value(line.mark) - looks.value(last.mark)
        if looks.style(last.mark) != looks.style(line.mark) or not 0 < step <= WIDEST_NUMBER_GAP:
            continue
        fit = 1 + 4 * (step == 1) + 2 * (_look(last) == _look(line)) + (last.indent == line.indent)
        if fit >= best_fit:
            best, best_fit = chain, fit
    return best


def _look(line: Draft) -> tuple[str, bool]:
    """Return what lines of one sequence have in common."""
    look = looks.heading_look(line.shown)
    bare = bool(look) and not looks.opens_list(line.shown)
    return ("caps" if look == "caps" else "line" if bare else ""), line.bold


def _has_body(lines: Sequence[Draft], place: int) -> bool:
    """Return whether the line at `place` stands above a text of its own."""
    strong = looks.heading_look(lines[place].shown) != "plain"
    if _is_answered(lines, place):
        return True
    for line in lines[place + 1 : place + 1 + LOOK_AHEAD]:
        if line.kind in ("item", "cell") or looks.is_body(line) or looks.opens_list(line.shown):
            return True
        if line.kind is None and not looks.heading_look(line.shown) and not looks.is_fact(line.shown):
            return strong and line.gap and not line.shown[0].islower()
    return False


def _list(lines: list[Draft], *, marked: bool) -> None:
    """Turn short lines after an announcement into items, where they have no bullets."""
    airy = _is_airy(lines)
    place = 0
    while place < len(lines):
        if lines[place].kind is not None:
            place += 1
            continue
        end = _run(lines, place)
        before = lines[place - 1] if place else None
        if before is not None and before.kind != "cell" and looks.opens_list(before.shown):
            stop = _list_end(lines, place, end, marked=marked)
        elif airy and _is_dense(lines, place, end):
            stop = end
        else:
            place, stop = _series(lines, place, end)
        for member in range(place, stop):
            lines[member] = replace(lines[member], kind="item")
        place = max(end, place + 1) if stop <= place else stop


def _is_airy(lines: Sequence[Draft]) -> bool:
    """Return whether blank lines stand between the paragraphs."""
    loose = [line.gap for line in lines if line.kind is None]
    return sum(loose) * 2 > len(loose)


def _is_dense(lines: Sequence[Draft], place: int, end: int) -> bool:
    """Return whether the lines from `place` to `end` stand close together, as lists do between paragraphs."""
    if end - place < FEWEST_DENSE - 1 or any(line.gap for line in lines[place + 1 : end]):
        return False
    announced = place > 0 and looks.introduces(lines[place - 1].shown, lines[place].shown)
    return announced or end - place >= FEWEST_DENSE


def _list_end(lines: Sequence[Draft], place: int, end: int, *, marked: bool) -> int:
    """Return where the list ends whose lines may reach from `place` to `end`."""
    alike = place
    while alike < len(lines) and _alike(lines[place], lines[alike]):
        alike += 1
    if alike - place >= FEWEST_ALIKE and alike > end:
        return alike
    if end - place == 1 and looks.stopped(lines[place].shown):
        return place
    follower = lines[end] if end < len(lines) else None
    if end > place and not marked and follower is not None and _leads_on(lines[end - 1], follower):
        return end - 1
    return end


def _alike(first: Draft, line: Draft) -> bool:
    """Return whether a line is an item of the list that begins with `first`, however long."""
    return (
        line.kind is None and len(line.shown) <= LONGEST_ALIKE_ITEM and looks.alike(first.shown, line.shown)
    )


def _leads_on(last: Draft, follower: Draft) -> bool:
    """Return whether the last line of a list is rather the heading of what follows."""
    if follower.kind is None and looks.is_body(follower):
        return bool(looks.heading_look(last.shown))
    return follower.kind == "item" and last.bold


def _run(lines: Sequence[Draft], place: int) -> int:
    """Return the end of the run of lines from `place` that could be items of one list."""
    end = place
    dense = place + 1 < len(lines) and not lines[place + 1].gap
    while end < len(lines) and lines[end].kind is None and _item_look(lines[end].shown):
        if end > place and ((dense and lines[end].gap) or _closes(lines[end - 1].shown, lines[end].shown)):
            break
        end += 1
    return end


def _closes(before: str, shown: str) -> bool:
    """Return whether a line is a sentence after items that are none."""
    return looks.stopped(shown) and not looks.stopped(before) and not looks.serial(before)


def _item_look(shown: str) -> bool:
    """Return whether a line could be an item."""
    if looks.opens_list(shown):
        return False
    if looks.serial(shown):
        return len(shown) <= LONGEST_SERIAL_ITEM
    if looks.stopped(shown):
        return len(shown) <= LONGEST_STOPPED_ITEM
    return len(shown) <= looks.LONGEST_ITEM


def _series(lines: Sequence[Draft], place: int, end: int) -> tuple[int, int]:
    """Return where the first list without announcement stands: lines in small letters or with semicolons."""
    first = place
    while first < end:
        stop = first
        while stop < end and (looks.serial(lines[stop].shown) or lines[stop].shown[0].islower()):
            stop += 1
        serial = sum(looks.serial(line.shown) for line in lines[first:stop])
        announced = first > 0 and looks.introduces(lines[first - 1].shown, lines[first].shown)
        if stop - first > 1 and (serial > 1 or announced):
            return first, stop + (stop < end and looks.serial(lines[stop - 1].shown))
        first = max(stop, first + 1)
    return end, end


def _head(lines: list[Draft], *, marked: bool) -> None:
    """Turn lines that look like headings into headings."""
    airy = _is_airy(lines)
    for place, line in enumerate(lines):
        apart = line.gap or line.bold or not airy
        alone = line.kind is None and apart and _is_heading(lines, place, marked=marked)
        if alone or _is_bulleted_heading(lines, place):
            lines[place] = replace(line, kind="heading")


def _is_heading(lines: Sequence[Draft], place: int, *, marked: bool) -> bool:
    """Return whether the line at `place` is a heading without a mark."""
    line = lines[place]
    look = looks.heading_look(line.shown)
    if not look or not _has_body(lines, place):
        return False
    if looks.labelled(line.shown) and looks.labelled(lines[place + 1].shown):
        return False
    if looks.opens_list(line.shown) and look == "plain":
        # "We collect:" announces a list; above running text it would be a heading.
        return line.bold and lines[place + 1].kind != "item"
    if line.bold:
        return True
    if marked:
        return look == "caps" and line.gap and lines[place + 1].gap
    return look != "plain" or _is_plain_heading(lines, place)


def _is_bulleted_heading(lines: Sequence[Draft], place: int) -> bool:
    """Return whether the bullet of a line is an ornament: it is a title, alone, with running text below."""
    line = lines[place]
    if line.kind != "item" or line.group is not None or not line.mark or looks.depth(line.mark):
        return False
    if looks.heading_look(line.shown) not in ("caps", "question", "title") or not 0 < place < len(lines) - 1:
        return False
    before, follower = lines[place - 1], lines[place + 1]
    return before.kind != "item" and not looks.opens_list(before.shown) and looks.is_body(follower)


def _is_plain_heading(lines: Sequence[Draft], place: int) -> bool:
    """Return whether a short line in sentence case stands alone above running text."""
    line, follower = lines[place], lines[place + 1]
    before = lines[place - 1] if place else None
    alone = (
        before is None
        or before.kind in ("heading", "item", "cell")
        or looks.stopped(before.shown)
        or looks.opens_list(before.shown)
        or len(before.shown) > looks.LONGEST_HEADING
    )
    return (
        alone
        and len(line.shown.split()) <= LONGEST_PLAIN_HEADING_WORDS
        and (
            follower.kind == "item"
            or looks.is_body(follower)
            or bool(looks.heading_look(follower.shown))
            or _is_answered(lines, place)
        )
    )


def _is_answered(lines: Sequence[Draft], place: int) -> bool:
    """Return whether a line asks for a part of a record, and a sentence below it answers, however short."""
    below = lines[place + 1] if place + 1 < len(lines) else None
    return below is not None and looks.stopped(below.shown) and bool(looks.label_name(lines[place].shown))


def _level(lines: Sequence[Draft]) -> Iterator[Draft]:
    """Yield `lines` with a level for each heading that has none."""
    loose = [line for line in lines if line.kind == "heading" and not line.level]
    ranked = sum(bool(line.mark) or looks.all_caps(line.shown) for line in loose) > 1
    lettered = next((_is_lettered(line.mark) for line in loose if line.mark), False)
    above = 0
    first = True
    for line in lines:
        if line.kind != "heading":
            yield line
            continue
        if line.level:
            above = line.level
            yield line
        elif first and not line.mark and looks.is_title(line.shown):
            yield replace(line, level=1)
            above = 1
        else:
            rank = _rank_below_letters(line) if lettered and line.mark else _rank(line, ranked=ranked)
            yield replace(line, level=min(LOWEST_LEVEL, max(above, 1) + rank))
        first = False


def _is_lettered(mark: str) -> bool:
    """Return whether a number is a capital letter or a Roman one: "A.", "IV."."""
    return not looks.depth(mark) and "A" in looks.style(mark)


def _rank_below_letters(line: Draft) -> int:
    """Return how deep a numbered heading stands in a text whose chapters are lettered."""
    deep = looks.depth(line.mark)
    return 1 if _is_lettered(line.mark) else deep + 1 if deep else DEEPEST_LETTER


def _rank(line: Draft, *, ranked: bool) -> int:
    """Return how deep a heading stands below the last one whose level is marked."""
    deep = looks.depth(line.mark)
    if deep:
        return deep
    if looks.all_caps(line.shown) or not ranked:
        return 1
    return 2


def _nest(lines: Iterator[Draft]) -> Iterator[Draft]:
    """Yield the lines with list and depth for each item that has none."""
    stack: list[tuple[int, str]] = []
    groups: list[int] = []
    last: dict[str, int] = {}
    fresh = -1
    since = 0
    for line in lines:
        if line.kind != "item" or line.group is not None:
            since += 1
            if line.kind != "paragraph" or since > 1 or looks.opens_list(line.shown):
                stack, groups, last = [], [], {}
            yield line
            continue
        form = looks.style(line.mark) if line.mark else ""
        if since and not (looks.value(line.mark) == last.get(form, -9) + 1 or looks.value(line.mark) == 0):
            stack, groups, last = [], [], {}
        since = 0
        here = (line.indent, form)
        while stack and here not in stack and stack[-1][0] > line.indent:
            stack.pop()
            groups.pop()
        if here in stack:
            del stack[stack.index(here) + 1 :], groups[stack.index(here) + 1 :]
        else:
            stack.append(here)
            groups.append(fresh)
            fresh -= 1
        last[form] = looks.value(line.mark)
        yield replace(line, level=len(stack), group=groups[-1])
