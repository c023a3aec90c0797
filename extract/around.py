"""Where words stand in a passage: their sentence, their clause, and the cues beside them."""

import re
from collections.abc import Iterator

from extract.matcher import Match
from extract.passage import Passage

_CLAUSE_END = re.compile(
    r"[;:!?]|\.(?=\s|$)|\s[-–—]\s"
    r"|,?\s(?:and|but|or|so|because|although|however|if|when|where|while|unless|except)\s"
    r"(?=(?:then\s|also\s)?(?:we|you|they|it|i|he|she|the\s(?:company|app|website|user|service)|this|these|your|our)\b)"
    r"|,\s(?=(?:we|you|they|it|i|please|including|after|but|so|such\sas|unless|except|which|provided)\b)"
    r"|\sunless\s|\sexcept\s",
    re.IGNORECASE,
)


def sentence(passage: Passage, start: int) -> tuple[int, int]:
    """Return the characters of the sentence in which character `start` stands."""
    for span in passage.sentences:
        if span.start_char <= start < span.end_char:
            return span.start_char, span.end_char
    return 0, len(passage.text)


def cues(passage: Passage, table: str, curie: str, start: int = 0, end: int | None = None) -> Iterator[Match]:
    """Yield the cues `curie` of the cue file `table` within characters `start` to `end` of `passage`."""
    term = passage.policy.ontology.term(curie)
    return (match for match in passage.found(f"cues/{table}", start, end) if match.term == term)


def cued(passage: Passage | None, table: str, curie: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether there is such a cue; there is none where there is no passage."""
    return passage is not None and any(True for _ in cues(passage, table, curie, start, end))


def clause_end(text: str, start: int, stop: int) -> int:
    """Return where the clause that begins at `start` ends, at most `stop`; brackets are kept whole."""
    depth = 0
    opened = {found.start(): found[0] for found in re.finditer(r"[()]", text[start:stop])}
    ends = {found.start() for found in _CLAUSE_END.finditer(text[start:stop])}
    for offset in range(stop - start):
        mark = opened.get(offset)
        depth += {"(": 1, ")": -1}.get(mark or "", 0)
        if depth < 0 or (depth == 0 and offset in ends):
            return start + offset
    return stop
