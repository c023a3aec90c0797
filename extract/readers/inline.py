"""Inline Markdown becomes ranges of the file: the words without the marks around them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BREAK = re.compile(r"[ \t]*\\?\n[ \t]*")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STRAY = re.compile(r"\*{2,}|_{2,}|(?<![^\W_])_(?=\w)|(?<=\w)_(?!\w)")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a paragraph: words, or a break between lines ("soft", "hard", "tag")."""

    start: int
    end: int
    strong: bool = False
    breaks: str = ""
    stray: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where the content of an inline token stands: (offset in content, offset in file), sorted."""

    content: str
    anchors: tuple[tuple[int, int], ...]

    def at(self, offset: int) -> int:
        """Return the offset in the file of a character of the content."""
        place = max(0, bisect_right(self.anchors, (offset, 1 << 60)) - 1)
        inner, outer = self.anchors[place]
        return outer + offset - inner

    def parts(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where a stretch of the content stands in the file, in pieces if the file has more between."""
        first = bisect_right(self.anchors, begin, key=_inner)
        last = bisect_left(self.anchors, end, first, key=_inner)
        cuts = [inner for inner, _ in self.anchors[first:last]]
        for start, stop in pairwise([begin, *cuts, end]):
            yield self.at(start), self.at(stop - 1) + 1


def _inner(anchor: tuple[int, int]) -> int:
    return anchor[0]


def source(content: str, lines: Sequence[tuple[int, str]]) -> Source:
    """Return where `content` stands, given the lines of the file it was taken from, each with its offset."""
    anchors = []
    offset = 0
    rest = list(reversed(lines))
    for part in content.split("\n"):
        bare = part.lstrip()
        # The parser strips blanks of every kind, so a line of the file may be gone from the content.
        while len(rest) > 1 and bare not in rest[-1][1]:
            rest.pop()
        start, line = rest.pop() if rest else (0, "")
        anchors.append((offset + len(part) - len(bare), start + max(line.rfind(bare), 0)))
        offset += len(part) + 1
    return Source(content, tuple(anchors) or ((0, 0),))


def runs(parser: MarkdownIt, tokens: Sequence[Token], where: Source) -> Iterator[Run]:
    """Yield the visible stretches of an inline token and its line breaks."""
    at = 0
    strong = 0
    for token in tokens:
        begin, at = _span(parser, token, where.content, at)
        strong += (token.type == "strong_open") - (token.type == "strong_close")
        if token.type == "html_inline":
            if _BREAK_TAG.match(token.content):
                yield Run(where.at(begin), where.at(begin), breaks="tag")
            continue
        if token.type in ("softbreak", "hardbreak"):
            feed = where.content.find("\n", begin)
            yield Run(where.at(feed) if feed >= 0 else 0, 0, breaks=token.type[:4])
        elif token.type == "text":
            yield from _words(where, begin, at, strong=strong > 0)
        elif token.type in ("text_special", "code_inline"):
            begin, end = _inside(token, begin, at)
            if begin < end:
                yield from (Run(first, last, strong > 0) for first, last in where.parts(begin, end))


def _inside(token: Token, begin: int, end: int) -> tuple[int, int]:
    """Return the visible part of an escape, an entity or a code span."""
    if token.type == "code_inline":
        return begin + len(token.markup), end - len(token.markup)
    if token.info == "escape":
        return end - len(token.content), end
    return begin, end


def _words(where: Source, begin: int, end: int, *, strong: bool) -> Iterator[Run]:
    """Yield the words of a text token; marks for bold that found no partner are left out, and noted."""
    at = begin
    for match in _STRAY.finditer(where.content, begin, end):
        if at < match.start():
            yield from (Run(first, last, strong) for first, last in where.parts(at, match.start()))
        if match.end() - match.start() > 1:
            yield Run(where.at(match.start()), where.at(match.start()), stray=True)
        at = match.end()
    if at < end:
        yield from (Run(first, last, strong) for first, last in where.parts(at, end))


def _span(parser: MarkdownIt, token: Token, content: str, at: int) -> tuple[int, int]:
    """Return where `token` begins and ends in `content`, looking from `at` on."""
    if token.type in ("softbreak", "hardbreak"):
        match = _BREAK.search(content, at)
        return match.span() if match else (at, at)
    if token.type == "code_inline":
        begin = content.find(token.markup, at)
        return begin, _code_end(content, begin + len(token.markup), token.markup)
    if token.type in ("image", "link_close"):
        begin, end = _verbatim("![" + token.content, content, at) if token.type == "image" else (at, at)
        return begin, end + 1 if token.info == "auto" else _link_end(parser, content, end)
    return _verbatim(_written(token), content, at)


def _written(token: Token) -> str:
    """Return how a token is written in the file."""
    if token.type == "link_open":
        return "<" if token.info == "auto" else "["
    return token.content if token.type in ("text", "html_inline") else token.markup


def _code_end(content: str, at: int, fence: str) -> int:
    """Return the end of the code span whose inside begins at `at`."""
    for match in re.compile("`+").finditer(content, at):
        if match.group() == fence:
            return match.end()
    return len(content)


def _verbatim(words: str, content: str, at: int) -> tuple[int, int]:
    """Return where `words` stand in `content` from `at` on, or an empty range."""
    if content.startswith(words, at):
        return at, at + len(words)
    found = content.find(words, at)
    return (found, found + len(words)) if found >= 0 else (at, at)


def _link_end(parser: MarkdownIt, content: str, at: int) -> int:
    """Return the end of a link whose closing bracket is the first one from `at` on."""
    bracket = content.find("]", at)
    if bracket < 0:
        return at
    at = bracket + 1
    if content.startswith("(", at):
        end = _target_end(parser, content, at)
        if end:
            return end
    if content.startswith("[", at):
        closing = content.find("]", at)
        return closing + 1 if closing >= 0 else at
    return at


def _target_end(parser: MarkdownIt, content: str, at: int) -> int:
    """Return the end of "(target "title")", or 0 if that is not what stands at `at`."""
    here = _skip_blanks(content, at + 1)
    target = parser.helpers.parseLinkDestination(content, here, len(content))
    if target.ok:
        here = target.pos
    here = _skip_blanks(content, here)
    title = parser.helpers.parseLinkTitle(content, here, len(content))
    if title.ok:
        here = _skip_blanks(content, title.pos)
    return here + 1 if content.startswith(")", here) else 0


def _skip_blanks(content: str, at: int) -> int:
    """Return the offset of the first character from `at` on that is not blank."""
    while at < len(content) and content[at] in " \t\n":
        at += 1
    return at
