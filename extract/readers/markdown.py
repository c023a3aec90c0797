"""Markdown becomes blocks: the text stays as it is, marks stay outside the pieces."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from extract.document import Document
from extract.readers import inline, looks
from extract.readers.draft import Draft, draft
from extract.readers.settle import document
from extract.readers.tables import table_headers

FEWEST_MARKED = 2
# A mark for bold without partner is a slip of the pen if so much text follows it.
LONGEST_BOLD = 120
MOST_BOLD_RUNS = 9
DEEPEST = 80
SHORTEST_MENU = 3

_TAG = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Page:
    """The file: its text, its lines and where they begin."""

    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    parser: MarkdownIt

    def part(self, first: int, last: int) -> list[tuple[int, str]]:
        """Return lines `first` to `last`, each with its offset."""
        return list(zip(self.starts[first:last], self.lines[first:last], strict=False))


@dataclass(slots=True)
class _Place:
    """Where the walk over the tokens is: the open lists and items, the table."""

    lists: list[tuple[int, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    last_list: int = 0
    heading: int = 0
    table: int = -1
    row: int = -1
    column: int = -1
    heads: bool = False
    # A mark for bold that found no partner: it has begun, and the next such mark will end it.
    stray: bool = False


def read_markdown(name: str, text: str) -> Document:
    """Return the document of a Markdown file."""
    parser = (
        MarkdownIt("commonmark", {"maxNesting": DEEPEST})
        .enable(["table", "strikethrough"])
        .disable(["text_join", "code"])
    )
    body = " " + text[1:] if text.startswith("\ufeff") else text
    lines = tuple(body.split("\n"))
    starts = tuple(accumulate((len(line) + 1 for line in lines), initial=0))
    page = _Page(text, lines, starts, parser)
    drafts = list(_walk(page, parser.parse(body)))
    marked = sum(line.kind == "heading" for line in drafts) > FEWEST_MARKED
    return document(name, text, table_headers(drafts), "text/markdown", marked=marked)


def _walk(page: _Page, tokens: Sequence[Token]) -> Iterator[Draft]:
    """Yield the drafts of the blocks that `tokens` describe."""
    here = _Place()
    for token in tokens:
        _move(here, token)
        if token.type == "inline" and token.map:
            if here.column >= 0:
                yield from _cell(page, token, here)
            elif here.heading:
                yield from _heading(page, token, here)
            else:
                yield from _paragraph(page, token, here)
        elif token.type == "html_block" and token.map:
            yield from _html(page, *token.map)
        elif token.type == "fence" and token.map:
            first = token.map[0] + 1
            yield from _verbatim(page, first, first + token.content.count("\n"))


def _move(here: _Place, token: Token) -> None:
    """Note what `token` opens or closes."""
    if token.type in ("bullet_list_open", "ordered_list_open"):
        here.last_list += 1
        here.lists.append((here.last_list, token.type))
    elif token.type in ("bullet_list_close", "ordered_list_close"):
        here.lists.pop()
    elif token.type == "list_item_open":
        here.marks.append(token.info + token.markup if token.info else token.markup)
    elif token.type == "list_item_close":
        here.marks.pop()
    elif token.type == "heading_open":
        here.heading = int(token.tag[1:])
    elif token.type == "heading_close":
        here.heading = 0
    else:
        _move_in_table(here, token)


def _move_in_table(here: _Place, token: Token) -> None:
    """Note which cell of which table comes next."""
    if token.type == "table_open":
        here.table, here.row = here.table + 1, -1
    elif token.type == "tr_open":
        here.row, here.column = here.row + 1, -1
    elif token.type in ("th_open", "td_open"):
        here.column += 1
        here.heads = token.type == "th_open"
    elif token.type == "tr_close":
        here.column = -1


def _heading(page: _Page, token: Token, here: _Place) -> Iterator[Draft]:
    """Yield the heading of an inline token."""
    here.stray = False
    for line in _lines(page, token, here):
        bare = looks.listed(page.text, line)
        yield replace(line if bare.kind == "item" else bare, kind="heading", level=here.heading)


def _paragraph(page: _Page, token: Token, here: _Place) -> Iterator[Draft]:
    """Yield the lines of a paragraph: the first one below a list mark is an item."""
    menu = _is_menu(token.children or [])
    for made in _lines(page, token, here):
        line = replace(made, kind="paragraph", boilerplate=True) if menu else made
        mark = here.marks[-1] if here.marks else ""
        if mark:
            here.marks[-1] = ""
            group, form = here.lists[-1]
            ordered = form == "ordered_list_open" and len(here.lists) == 1
            yield replace(
                line,
                kind=None if ordered else "item",
                mark=mark if ordered else "",
                group=group,
                level=len(here.lists),
            )
        elif here.lists and not looks.has_mark(line.shown):
            yield replace(line, kind="paragraph")
        else:
            yield line


def _is_menu(tokens: Sequence[Token]) -> bool:
    """Return whether a paragraph is nothing but links, several of them."""
    links = depth = 0
    for token in tokens:
        links += token.type == "link_open"
        depth += token.nesting if token.type.startswith("link_") else 0
        if (
            not depth
            and token.type in ("text", "code_inline", "text_special")
            and token.content.strip(" |·•-/")
        ):
            return False
    return links >= SHORTEST_MENU


def _rows(token: Token) -> tuple[int, int]:
    """Return the first line of a token and the line behind it."""
    first, last = token.map or (0, 0)
    return first, last


def _cell(page: _Page, token: Token, here: _Place) -> Iterator[Draft]:
    """Yield the lines of a table cell."""
    row = _rows(token)[0]
    where = _cell_source(page.starts[row], page.lines[row], here.column, token.content)
    for line in _split(page, token, where, here):
        yield replace(
            looks.listed(page.text, line),
            kind="cell",
            mark="",
            table=here.table,
            row=here.row,
            column=here.column,
            heads="column" if here.heads else "",
        )


def _cell_source(start: int, line: str, column: int, content: str) -> inline.Source:
    """Return where the content of a cell stands: between two bars, an escaped one being none."""
    edges = _edges(line)
    begin = edges[column] + 1 if column < len(edges) else 0
    begin += len(line[begin:]) - len(line[begin:].lstrip())
    anchors = [(0, start + begin)]
    at = begin
    for offset, sign in enumerate(content):
        if sign == "|" and line.startswith("\\|", at):
            at += 1
            anchors.append((offset, start + at))
        at += 1
    return inline.Source(content, tuple(anchors))


@lru_cache(maxsize=8)
def _edges(line: str) -> tuple[int, ...]:
    """Return where the bars of a table row stand, one before the first cell and one behind the last."""
    edges = (-1, *(match.start() for match in re.finditer(r"(?<!\\)\|", line)), len(line))
    return edges if line[: edges[1]].strip() else edges[1:]


def _lines(page: _Page, token: Token, here: _Place) -> list[Draft]:
    """Return the lines of an inline token."""
    return _split(page, token, inline.source(token.content, page.part(*_rows(token))), here)


def _split(page: _Page, token: Token, where: inline.Source, here: _Place) -> list[Draft]:
    """Return the lines of an inline token, broken where the writer broke them."""
    rows: list[list[inline.Run]] = [[]]
    gaps = [True]
    for run in inline.runs(page.parser, token.children or [], where):
        if run.breaks in ("hard", "tag") or (run.breaks == "soft" and _stands_alone(page, rows[-1], run)):
            if rows[-1]:
                rows.append([])
                gaps.append(False)
            else:
                gaps[-1] = True
        elif run.breaks:
            rows[-1].append(replace(run, end=run.start + 1, breaks=""))
        else:
            rows[-1].append(run)
    made = [_line(page, row, here, gap=gap) for row, gap in zip(rows, gaps, strict=True)]
    return [line for line in made if line is not None]


def _stands_alone(page: _Page, row: Sequence[inline.Run], run: inline.Run) -> bool:
    """Return whether the lines before and after a soft break are paragraphs of their own."""
    last = page.text[row[-1].start : row[-1].end] if row else ""
    end = page.text.find("\n", run.start + 1)
    following = page.text[run.start + 1 : end if end >= 0 else len(page.text)].strip().lstrip("\\")
    short = 0 < len(row) <= MOST_BOLD_RUNS
    whole = short and all(
        one.strong or one.stray or not page.text[one.start : one.end].strip() for one in row
    )
    return looks.has_mark(following) or looks.opens_list(last) or whole


def _line(page: _Page, row: Sequence[inline.Run], here: _Place, *, gap: bool) -> Draft | None:
    """Return the draft of one line; marks for bold pair up over lines, which Markdown itself would not do."""
    bold = True
    for run in row:
        if run.stray:
            here.stray = not here.stray
        elif any(sign.isalnum() for sign in page.text[run.start : run.end]):
            bold = bold and (run.strong or here.stray)
    made = draft(page.text, [(run.start, run.end) for run in row])
    if made is None:
        return None
    here.stray = here.stray and len(made.shown) <= LONGEST_BOLD
    return replace(made, gap=gap, bold=bold)


def _html(page: _Page, first: int, last: int) -> Iterator[Draft]:
    """Yield what stands between the tags of an HTML block, line by line."""
    at, end = page.starts[first], min(page.starts[last], len(page.text))
    for tag in [*_TAG.finditer(page.text, at, end), None]:
        stop = tag.start() if tag else end
        yield from _texts(page, at, stop)
        at = tag.end() if tag else end


def _verbatim(page: _Page, first: int, last: int) -> Iterator[Draft]:
    """Yield the lines of a code block."""
    end = min(page.starts[last], len(page.text))
    yield from _texts(page, page.starts[min(first, last)], end)


def _texts(page: _Page, start: int, end: int) -> Iterator[Draft]:
    """Yield a draft for each line between two offsets."""
    at = start
    while at < end:
        stop = page.text.find("\n", at, end)
        stop = end if stop < 0 else stop
        made = draft(page.text, [(at, stop)])
        if made:
            yield made
        at = stop + 1
