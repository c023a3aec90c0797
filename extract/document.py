"""What a reader makes of a file: the stored text and its blocks, with offsets that hold in that text."""

import hashlib
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "cell"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or table cell: where it stands, and what it belongs to.

    `pieces` are the ranges of the stored text that a reader would see; marks, bullets and link targets lie
    between them. All offsets count code points, the end is exclusive. The other fields are indexes into
    `Document.blocks`, or counts from 0 for places in a table.
    """

    kind: BlockKind
    pieces: tuple[tuple[int, int], ...]
    level: int = 0
    section: int | None = None
    lead_in: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    row_header: int | None = None
    column_header: int | None = None
    boilerplate: bool = False

    @property
    def start(self) -> int:
        """Return the offset of the first visible character."""
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        """Return the offset behind the last visible character."""
        return self.pieces[-1][1]


@dataclass(frozen=True, slots=True)
class Document:
    """The stored text of one policy (NFC, line feeds only) and its blocks in the order of the text."""

    name: str
    text: str
    blocks: tuple[Block, ...]
    media_type: str = "text/plain"
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        """Compute the hash by which a version of the policy is known."""
        object.__setattr__(self, "sha256", hashlib.sha256(self.text.encode()).hexdigest())

    def visible(self, index: int) -> str:
        """Return what a reader sees of block `index`; every line break and tab counts as one space."""
        shown = "".join(self.text[start:end] for start, end in self.blocks[index].pieces)
        return shown.translate(_BLANKS)

    def span(self, index: int, start: int, end: int) -> tuple[int, int]:
        """Return where characters `start` to `end` of `visible(index)` stand in the stored text."""
        pieces = self.blocks[index].pieces
        ends = list(accumulate(stop - begin for begin, stop in pieces))
        first = bisect_right(ends, start)
        last = bisect_right(ends, end - 1)
        return (
            pieces[first][1] - (ends[first] - start),
            pieces[last][1] - (ends[last] - (end - 1)) + 1,
        )

    def locate(self, offset: int) -> tuple[int, int] | None:
        """Return (block, character of its visible text) for an offset of the stored text; or None."""
        index = bisect_right(self.blocks, offset, key=lambda block: block.start) - 1
        if index < 0:
            return None
        seen = 0
        for start, end in self.blocks[index].pieces:
            if start <= offset < end:
                return index, seen + offset - start
            seen += end - start
        return None


_BLANKS = {ord(blank): " " for blank in "\n\t\r\f\v\u00a0\u2028\u2029"}


def stored(raw: str) -> str:
    """Return `raw` as it is kept: Unicode NFC, lines ended by a line feed."""
    return unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
