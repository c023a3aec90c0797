"""Words put in between are kept from the parser, which takes what follows them for a clause of its own.

In "your number, where available, and your address" the address belongs to the number. Which words these are is said
by the ontology (`cues/asides.ttl`); they count only between commas, in brackets, or before a comma or full stop.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate

from spacy.tokens import Doc

from extract.matcher import Match
from extract.parser import NAMES

_TABLE = "cues/asides"
_OPENS = frozenset((",", "("))
_CLOSES = frozenset((",", ")", ".", ";"))
_RELATION = "discourse"


def asides(doc: Doc, matches: Mapping[str, tuple[Match, ...]]) -> frozenset[int]:
    """Return the tokens of a doc that are put in between, each with the comma or bracket that they bring along."""
    found: set[int] = set()
    places = {token.idx: token.i for token in doc} if _TABLE in matches else {}
    for match in matches.get(_TABLE, ()):
        span = doc.char_span(match.start, match.end)
        if span is None or match.start not in places or span.start == 0 or span.end == len(doc):
            continue
        before, behind = doc[span.start - 1].text, doc[span.end].text
        if before in _OPENS and behind in _CLOSES and (before == "(") == (behind == ")"):
            found.update(range(span.start - 1, span.end + (before == "(")))
        elif before not in _OPENS and behind == ",":
            found.update(range(span.start, span.end))
    return frozenset(found)


def without(doc: Doc, left_out: frozenset[int]) -> Doc:
    """Return a doc of the other tokens, with the names among them."""
    kept = [token for token in doc if token.i not in left_out]
    names = frozenset(doc.user_data.get(NAMES, ()))
    return Doc(
        doc.vocab,
        [token.text for token in kept],
        [bool(token.whitespace_) for token in kept],
        user_data={NAMES: [place for place, token in enumerate(kept) if token.i in names]},
    )


def put_back(doc: Doc, parsed: Doc, left_out: frozenset[int]) -> Doc:
    """Return `doc` with the parse of its other tokens; those left out hang on the token before them."""
    place = [number - 1 for number in accumulate(token.i not in left_out for token in doc)]
    kept = [token.i for token in doc if token.i not in left_out]

    def of(values: Iterable[str], instead: str) -> list[str]:
        given = iter(values)
        return [instead if token.i in left_out else next(given) for token in doc]

    return Doc(
        doc.vocab,
        [token.text for token in doc],
        [bool(token.whitespace_) for token in doc],
        tags=of((token.tag_ for token in parsed), "IN"),
        pos=of((token.pos_ for token in parsed), "X"),
        deps=of((token.dep_ for token in parsed), _RELATION),
        heads=[
            kept[place[token.i]] if token.i in left_out else kept[parsed[place[token.i]].head.i]
            for token in doc
        ],
    )
