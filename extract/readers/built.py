"""Lines taken from a web page or a PDF become the stored text, and drafts that stand in it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from extract.document import BlockKind
from extract.readers import looks
from extract.readers.draft import WIDTHLESS, Draft

_BLANKS = re.compile(r"\s+")
# Control characters are no text; a lone surrogate cannot be stored.
_CONTROLS = re.compile("[\x00\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a page shows it, before it has a place in a text. The fields are those of a draft."""

    words: str
    kind: BlockKind | None = None
    level: int = 0
    gap: bool = True
    bold: bool = False
    group: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    heads: Literal["", "row", "column"] = ""
    spans: tuple[int, int] = (1, 1)
    boilerplate: bool = False
    links: float = 0.0


def tidy(words: str, *, keep_cuts: bool = False) -> str:
    """Return `words` as they are stored: composed, every run of blanks one space, nothing without width.

    With `keep_cuts`, the sign for a word cut at the end of a line stays in.
    """
    if not keep_cuts:
        words = words.replace("\x02", "")
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", WIDTHLESS.sub("", _CONTROLS.sub("", words)))).strip()


def built(lines: Iterable[Line]) -> tuple[str, list[Draft]]:
    """Return the text of `lines`, one to a line with a blank line above headings, and their drafts."""
    parts: list[str] = []
    drafts: list[Draft] = []
    at = 0
    for line in lines:
        if not line.words:
            continue
        before = ("\n\n" if line.kind == "heading" else "\n") if parts else ""
        parts.append(before + line.words)
        start = at + len(before)
        at = start + len(line.words)
        drafts.append(
            Draft(
                line.kind,
                ((start, at),),
                line.words,
                line.level,
                line.gap,
                bold=line.bold,
                group=line.group,
                table=line.table,
                row=line.row,
                column=line.column,
                heads=line.heads,
                spans=line.spans,
                boilerplate=line.boilerplate,
            )
        )
    text = "".join(parts)
    return text, [_unmarked(text, made) for made in drafts]


def _unmarked(text: str, made: Draft) -> Draft:
    """Return a heading, item or cell without the bullet or number it begins with."""
    if made.kind not in ("heading", "item", "cell"):
        return made
    bare = looks.listed(text, replace(made, kind=None))
    return replace(bare, kind=made.kind)
