"""The tags of a PDF say what is a heading, a paragraph, an item or a cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extract.readers import looks
from extract.readers.built import Line, tidy
from extract.readers.pdf_page import Char, Page, Tag

_HEADINGS = {"Title": 1, "H": 2, **{f"H{level}": level for level in range(1, 7)}}
_INLINE = frozenset(
    {
        "Span",
        "Link",
        "Lbl",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Annot",
        "Em",
        "Strong",
        "Ruby",
        "Sub",
        "NonStruct",
        "Warichu",
        "",
    }
)
_UNSEEN = frozenset({"Artifact", "Private", "Figure", "Formula"})


@dataclass(slots=True)
class _Walk:
    """Where the walk over the tags is: the lists, the table, the words of each mark on this page."""

    words: dict[int, list[Char]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    pending: bool = False
    groups: int = 0
    table: int = -1
    cell: Line | None = None
    row: int = -1
    column: int = -1
    covered: dict[int, int] = field(default_factory=dict)


def lines(pages: Sequence[Page]) -> list[Line]:
    """Return the lines that the tags of `pages` describe."""
    walk = _Walk()
    for page in pages:
        first = len(walk.lines)
        walk.words = {}
        for char in page.chars:
            walk.words.setdefault(char.mark, []).append(char)
        for tag in page.tags:
            _visit(walk, tag)
        _heal(walk, first)
    return walk.lines


def _visit(walk: _Walk, tag: Tag) -> None:
    """Add the lines of a tag."""
    if tag.role in _UNSEEN:
        return
    if tag.role == "Table":
        walk.table, walk.row, walk.covered = walk.table + 1, -1, {}
    elif tag.role == "TR":
        walk.row, walk.column = walk.row + 1, -1
        walk.covered = {column: left - 1 for column, left in walk.covered.items() if left > 1}
    if tag.role == "L":
        walk.groups += 1
        walk.lists.append(walk.groups)
        _content(walk, tag)
        walk.lists.pop()
    elif tag.role in ("TH", "TD"):
        walk.cell = _cell(walk, tag)
        _content(walk, tag)
        walk.cell = None
    else:
        walk.pending = walk.pending or tag.role == "LI"
        _content(walk, tag)


def _cell(walk: _Walk, tag: Tag) -> Line:
    """Return a line that stands for the next cell."""
    walk.row = max(walk.row, 0)
    walk.column += 1
    while walk.column in walk.covered:
        walk.column += 1
    column = walk.column
    if tag.spans[0] > 1:
        walk.covered.update(dict.fromkeys(range(column, column + tag.spans[1]), tag.spans[0]))
    walk.column += tag.spans[1] - 1
    heads: Literal["", "row", "column"] = ""
    if tag.role == "TH":
        heads = "column" if walk.row == 0 else "row"
    return Line("", "cell", table=walk.table, row=walk.row, column=column, heads=heads, spans=tag.spans)


def _content(walk: _Walk, tag: Tag) -> None:
    """Add what stands in a tag: its own words as one line, the blocks in it as lines of their own."""
    words: list[Char] = []
    for part in tag.content:
        if isinstance(part, int):
            words += walk.words.get(part, [])
        elif part.role in _INLINE and not _has_blocks(part):
            words += _inline(walk, part)
        else:
            _end(walk, tag.role, words)
            words = []
            _visit(walk, part)
    _end(walk, tag.role, words)


def _has_blocks(tag: Tag) -> bool:
    """Return whether a tag holds anything but inline tags."""
    return any(
        not isinstance(part, int) and (part.role not in _INLINE or _has_blocks(part)) for part in tag.content
    )


def _inline(walk: _Walk, tag: Tag) -> Iterator[Char]:
    """Yield the characters of a tag and of all below it."""
    for part in tag.content:
        if isinstance(part, int):
            yield from walk.words.get(part, [])
        else:
            yield from _inline(walk, part)


def _end(walk: _Walk, role: str, chars: Sequence[Char]) -> None:
    """Add a line of `chars`, if they show anything."""
    words = tidy("".join(char.sign for char in chars), keep_cuts=True)
    if not words:
        return
    bold = all(char.bold for char in chars if char.sign.strip() and char.size)
    if walk.cell is not None:
        walk.lines.append(replace(walk.cell, words=words, bold=bold))
    elif role in _HEADINGS:
        walk.pending = False
        walk.lines.append(Line(words, "heading", _HEADINGS[role], bold=bold))
    elif walk.lists and walk.pending:
        # A bullet that stands alone is the label of the words that follow.
        if looks.bare_mark(words):
            return
        walk.pending = False
        walk.lines.append(Line(words, "item", len(walk.lists), group=walk.lists[-1], bold=bold))
    elif walk.lists and not looks.has_mark(words):
        walk.lines.append(Line(words, "paragraph", bold=bold))
    else:
        walk.lines.append(Line(words, bold=bold))


def _heal(walk: _Walk, first: int) -> None:
    """Join a paragraph that runs over the end of a page."""
    if not 0 < first < len(walk.lines):
        return
    before, after = walk.lines[first - 1], walk.lines[first]
    same = before.kind == after.kind or (before.kind == "item" and after.kind in (None, "paragraph"))
    if same and before.kind in (None, "item", "paragraph") and runs_on(before.words, after.words):
        walk.lines[first - 1 : first + 1] = [replace(before, words=f"{before.words} {after.words}")]


def runs_on(before: str, after: str) -> bool:
    """Return whether a sentence goes on from one line to the other."""
    return after[:1].islower() and not before.endswith((".", ":", ";", "!", "?"))
