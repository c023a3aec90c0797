"""Web pages become blocks: the text is ours, made of what the elements show."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from resiliparse.extract.html2text import extract_plain_text

from extract.document import Document
from extract.errors import UnreadablePolicy
from extract.readers import looks
from extract.readers.built import Line, built, tidy
from extract.readers.settle import document
from extract.readers.tables import table_headers

FEWEST_MARKED = 2
SHORTEST_HIDDEN = 200
WIDEST_SPAN = 50
LEAST_MASKED = 0.3
LINK_HEAVY = 0.8
SHORTEST_MENU = 3
MOST_ATTRIBUTES = 2_000
SHORTEST_CROWDED = 4_000

_UNSEEN = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "nav",
        "select",
        "head",
        "iframe",
        "object",
        "canvas",
        "math",
        "textarea",
        "input",
        "dialog",
    }
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "button",
        "label",
        "option",
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD = frozenset({"b", "strong", "summary", "dt", "legend", "button"})
_LISTS = frozenset({"ul", "ol", "menu"})
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_TAG = re.compile(rf"<[a-zA-Z](?:[^<>\"']++|{_QUOTED.pattern})*+")
_SPAN = re.compile(r"[0-9]{1,4}")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


@dataclass(slots=True)
class _Page:
    """Where the walk is: the line that grows, the open lists, the open table."""

    lines: list[Line] = field(default_factory=list)
    words: list[tuple[str, bool, bool]] = field(default_factory=list)
    gap: bool = True
    bold: int = 0
    linked: int = 0
    heading: int = 0
    lists: list[int] = field(default_factory=list)
    items: list[bool] = field(default_factory=list)
    groups: int = 0
    tables: list["_Table"] = field(default_factory=list)
    numbered: int = 0


@dataclass(slots=True)
class _Table:
    """A table that is open: its number (None for a layout table), the cell, what row spans still cover."""

    number: int | None
    row: int = -1
    column: int = -1
    spans: tuple[int, int] = (1, 1)
    heads: bool = False
    covered: dict[int, int] = field(default_factory=dict)


def read_html(name: str, page: str) -> Document:
    """Return the document of a web page."""
    tree = _tree(name, page)
    walk = _Page()
    events = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in events:
        if event == "start" and _unseen(element):
            events.skip_subtree()
            continue
        if event == "start":
            _open(walk, element)
            _add(walk, element.text)
            continue
        if event == "end" and not _unseen(element):
            _close(walk, element)
        _add(walk, element.tail)
    _flush(walk)
    # The mask reads the parsed page, not the file: its depth is limited.
    lines = _masked(etree.tostring(tree, encoding="unicode", method="html"), walk.lines)
    text, drafts = built(lines)
    if not text:
        raise UnreadablePolicy(name, "holds no text", "save the page as the browser shows it")
    marked = sum(line.kind == "heading" and not line.boilerplate for line in drafts) > FEWEST_MARKED
    return document(name, text, table_headers(drafts), "text/html", marked=marked)


def _tree(name: str, page: str) -> HtmlElement:
    """Return the element tree of a page."""
    if _is_crowded(page):
        raise UnreadablePolicy(
            name, "has an element with thousands of attributes", "save the page as the browser shows it"
        )
    parser = HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        tree = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadablePolicy(name, "is no HTML that can be read", "save the page again") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise UnreadablePolicy(name, "is nested too deeply", "save the page as the browser shows it")
    if tree is None:
        raise UnreadablePolicy(name, "holds no text", "save the page as the browser shows it")
    return tree


def _is_crowded(page: str) -> bool:
    """Tell whether an element has more attributes than any page needs: the parser holds each against all others."""
    long = (tag[0] for tag in _TAG.finditer(page) if tag.end() - tag.start() > SHORTEST_CROWDED)
    return any(len(_QUOTED.sub(" ", tag).split()) > MOST_ATTRIBUTES for tag in long)


def _unseen(element: HtmlElement) -> bool:
    """Return whether the page does not show an element."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN:
        return True
    if tag == "button":
        return element.get("aria-expanded") is None
    hidden = element.get("hidden") is not None or _HIDING.search(element.get("style") or "")
    # Long hidden parts are folded sections of the policy, which a click would show.
    return bool(hidden) and len("".join(element.itertext())) < SHORTEST_HIDDEN


def _add(walk: _Page, words: str | None) -> None:
    """Add words to the line that grows."""
    if words:
        walk.words.append((words, walk.bold > 0, walk.linked > 0))


def _open(walk: _Page, element: HtmlElement) -> None:
    """Note what begins with `element`."""
    tag = element.tag
    if tag == "br":
        _flush(walk, broken=True)
    elif tag in _BLOCKS or _level(element):
        _flush(walk)
    walk.bold += _is_bold(element)
    walk.linked += tag == "a"
    walk.heading = _level(element) or walk.heading
    if tag in _LISTS:
        walk.groups += 1
        walk.lists.append(walk.groups)
        walk.items.append(False)
    elif tag == "li":
        if walk.items:
            walk.items[-1] = True
    elif tag == "table":
        walk.tables.append(_Table(_number(walk, element)))
    elif walk.tables:
        _open_cell(walk.tables[-1], element)


def _close(walk: _Page, element: HtmlElement) -> None:
    """Note what ends with `element`."""
    tag = element.tag
    if tag in _BLOCKS or _level(element):
        _flush(walk)
    walk.bold -= _is_bold(element)
    walk.linked -= tag == "a"
    if _level(element):
        walk.heading = 0
    if tag in _LISTS and walk.lists:
        walk.lists.pop()
        walk.items.pop()
    elif tag == "table" and walk.tables:
        walk.tables.pop()
    elif tag in ("td", "th") and walk.tables:
        walk.tables[-1].column += walk.tables[-1].spans[1] - 1
        walk.tables[-1].spans = (0, 0)


def _is_bold(element: HtmlElement) -> bool:
    """Return whether an element shows its words in bold."""
    return element.tag in _BOLD or bool(_HEAVY.search(element.get("style") or ""))


def _level(element: HtmlElement) -> int:
    """Return the level of a heading element, or 0."""
    tag = element.tag
    if tag in _HEADINGS:
        return int(tag[1])
    if element.get("role") == "heading":
        level = element.get("aria-level") or ""
        return min(6, max(1, int(level))) if level.isascii() and level.isdigit() else 2
    return 0


def _flush(walk: _Page, *, broken: bool = False) -> None:
    """End the line that grows; a line that was merely `broken` leaves no gap behind it."""
    words = tidy("".join(part for part, _, _ in walk.words))
    seen = [(part, bold, linked) for part, bold, linked in walk.words if part.strip()]
    walk.words = []
    if not words:
        walk.gap = walk.gap or broken
        if not broken:
            walk.gap = True
        return
    linked = sum(len(part) for part, _, link in seen if link) / max(1, sum(len(part) for part, _, _ in seen))
    line = Line(words, gap=walk.gap, bold=all(bold for _, bold, _ in seen), links=linked)
    walk.lines.append(_placed(walk, line))
    walk.gap = not broken


def _placed(walk: _Page, line: Line) -> Line:
    """Return `line` with the kind that its elements give it."""
    table = walk.tables[-1] if walk.tables else None
    if table is not None and table.number is not None and table.column >= 0 and table.spans[0]:
        return replace(
            line,
            kind="cell",
            table=table.number,
            row=table.row,
            column=table.column,
            spans=table.spans,
            heads="column" if table.heads and table.row == 0 else "row" if table.heads else "",
        )
    if walk.heading:
        if walk.items:
            walk.items[-1] = False
        return replace(line, kind="heading", level=walk.heading)
    if walk.items and walk.items[-1]:
        walk.items[-1] = False
        return replace(line, kind="item", level=len(walk.lists), group=walk.lists[-1])
    if walk.lists and not looks.has_mark(line.words):
        return replace(line, kind="paragraph")
    return line


def _number(walk: _Page, table: HtmlElement) -> int | None:
    """Return the next number if `table` holds data, or None if it only lays out the page."""
    rows = table.xpath("count(.//tr)")
    widest = max((len(row.xpath("./td|./th")) for row in table.iter("tr")), default=0)
    inside = (
        table.xpath("boolean(.//table|.//h1|.//h2|.//h3|.//h4|.//form)")
        or table.get("role") == "presentation"
    )
    if not isinstance(rows, float) or rows <= 1 or widest <= 1 or inside:
        return None
    walk.numbered += 1
    return walk.numbered - 1


def _open_cell(table: _Table, element: HtmlElement) -> None:
    """Note which cell begins with `element`."""
    if element.tag == "tr":
        table.row += 1
        table.column = -1
        table.covered = {column: left - 1 for column, left in table.covered.items() if left > 1}
    elif element.tag in ("td", "th"):
        table.row = max(table.row, 0)
        table.column += 1
        while table.column in table.covered:
            table.column += 1
        table.spans = (_span(element, "rowspan"), _span(element, "colspan"))
        table.heads = element.tag == "th" or next(element.iterancestors("thead", "table")).tag == "thead"
        if table.spans[0] > 1:
            for column in range(table.column, table.column + table.spans[1]):
                table.covered[column] = table.spans[0]


def _span(element: HtmlElement, side: str) -> int:
    """Return how many rows or columns a cell covers."""
    value = (element.get(side) or "1").strip()
    return max(1, min(WIDEST_SPAN, int(value))) if _SPAN.fullmatch(value) else 1


def _masked(page: str, lines: Sequence[Line]) -> list[Line]:
    """Return `lines`, those outside the main content and menus marked as boilerplate."""
    main = {
        _bare(line) for line in extract_plain_text(page, main_content=True, alt_texts=False).split("\n")
    } - {""}
    inside = [place for place, line in enumerate(lines) if _bare(line.words) in main]
    size = sum(len(line.words) for line in lines)
    if not inside or sum(len(lines[place].words) for place in inside) < size * LEAST_MASKED:
        inside = [0, len(lines) - 1]
    menus = set(_menus(lines))
    return [
        replace(line, boilerplate=not inside[0] <= place <= inside[-1] or place in menus)
        for place, line in enumerate(lines)
    ]


def _menus(lines: Sequence[Line]) -> Iterator[int]:
    """Yield the places of lines that are nothing but links, several in a row."""
    for heavy, run in groupby(range(len(lines)), key=lambda place: lines[place].links >= LINK_HEAVY):
        places = list(run)
        if heavy and len(places) >= SHORTEST_MENU:
            yield from places


def _bare(words: str) -> str:
    """Return the letters and digits of `words` in lower case."""
    return re.sub(r"\W+", "", words.lower())
