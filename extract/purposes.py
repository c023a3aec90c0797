"""Purposes: the clause that says what for, found by what governs it, its concept looked up inside it.

A purpose is a verb phrase ("to respond to your enquiries", "for providing the Service", an item under "We use
your data to:") or a noun phrase ("for marketing purposes"). Coordinated phrases are purposes of their own; verbs
that share one object stay together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

import ontology
from extract.claim import Claim, Concept, Unmapped
from extract.data import is_generic
from extract.frame import actor_of
from extract.matcher import Match
from extract.operations import is_under
from extract.passage import Passage, Policy
from extract.topics import cue, of_list, stands_under

_ONTOLOGY = ontology.load()
_HAS_PURPOSE = _ONTOLOGY.term("dpv:hasPurpose")
_TOP = _ONTOLOGY.term("dpv:Purpose")
_TABLE = "purposes"
_CUES = "cues/purposes"
_NONE = "cues/no-purpose"
_LONG = 26  # words; what goes on longer is more than a purpose
_COVERED = 0.34  # share of the content words of a phrase that its concept must account for
_BASE = frozenset(("VB", "VBP"))
_VERBS = _BASE | {"VBG"}
_NOMINAL = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))
_LINKS = frozenset((",", "and", "or", "&", "/", "and/or", "as", "well"))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Tokens `start` to `end` of a passage that name a purpose, and the rule that found them."""

    start: int
    end: int
    rule: str
    confidence: float


def purposes(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each purpose that the policy names."""
    for passage in policy.body():
        taken: set[int] = set()
        for phrase in _phrases(passage):
            span = range(phrase.start, phrase.end)
            if taken.isdisjoint(span) and len(span) > 0:
                taken.update(span)
                claim = _claim(passage, phrase)
                if claim is not None:
                    yield claim


def _phrases(passage: Passage) -> Iterator[_Phrase]:
    """Yield the purposes of a passage, the surer rules first."""
    if stands_under(passage, cue("DefinitionTopic"), cue("ChangeTopic")):
        return
    topic = of_list(passage)
    if topic == cue("RightsTopic"):
        return
    if passage.block.kind in ("item", "cell"):
        yield from _of_item(passage, topic)
    if stands_under(passage, cue("RightsTopic"), cue("ContactTopic")) and topic is None:
        return
    for sentence in passage.sentences:
        yield from _of_sentence(passage, sentence)


def _of_item(passage: Passage, topic: str | None) -> Iterator[_Phrase]:
    """Yield the purposes with which a list item or a cell begins."""
    doc = passage.doc
    first = next((token for token in doc if token.is_alpha), None)
    if first is None:
        return
    purposeful = topic == cue("PurposeTopic")
    start = first.i
    if first.tag_ == "TO" and start + 1 < len(doc):
        yield from _verbs(doc[start + 1 :], start + 1, "item that begins with to", 0.9)
    elif first.lower_ == "for" and start + 1 < len(doc):
        yield from _after_for(passage, doc[start + 1], passage.sentences[0], "item that begins with for")
    elif purposeful and (first.tag_ in _BASE or first.tag_ == "VBG" or _opens_with_verb(first)):
        yield from _verbs(doc[start:], start, "item under a purpose", 0.85)
    elif purposeful:
        for match in passage.found(_TABLE):
            if match.start <= doc[start].idx + 60:
                span = doc.char_span(match.start, match.end, alignment_mode="expand")
                if span is not None:
                    left = _left(span)
                    yield _Phrase(left, span.end, "words of a purpose in an item", 0.75)


def _opens_with_verb(token: Token) -> bool:
    """Tell whether a word that the tagger took for a noun begins an item as a verb ("process payments")."""
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return (
        following is not None
        and following.lower_ in ("you", "your", "our", "the", "and", "with", "on", "any", "a", "an", "to")
        and token.pos_ in ("NOUN", "VERB", "ADJ", "PROPN")
        and not token.text.isupper()
    )


def _of_sentence(passage: Passage, sentence: Span) -> Iterator[_Phrase]:
    for token in sentence:
        if token.tag_ == "TO" and token.i + 1 < sentence.end:
            yield from _infinitive(passage, token, sentence)
        elif token.lower_ == "for" and token.i + 1 < sentence.end:
            yield from _after_for(passage, token.nbor(), sentence, "for")
        elif (
            token.lower_ in ("with", "in") and token.i + 1 < sentence.end and _leads_to_nouns(passage, token)
        ):
            yield from _after_for(passage, token.nbor(), sentence, token.lower_)
        elif token.tag_ in _VERBS and token.i > sentence.start and _opened(passage, token):
            yield from _verbs(sentence.doc[token.i : sentence.end], token.i, "purpose marker", 0.85)


def _leads_to_nouns(passage: Passage, token: Token) -> bool:
    """Tell whether "in connection with", "used in" or the like lets nouns follow that name a purpose."""
    end = token.idx + len(token)
    return any(
        match.end == end and match.term == cue("NounMarker")
        for match in passage.found("cues/noun-purposes", 0, end)
    )


def _opened(passage: Passage, token: Token) -> bool:
    """Tell whether a purpose marker stands directly before `token`."""
    before = token.nbor(-1)
    end = before.idx + len(before)
    return any(
        match.end == end and match.term == cue("PurposeMarker") for match in passage.found(_CUES, 0, end)
    )


def _infinitive(passage: Passage, to: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield the purposes that "to" and a verb open."""
    verb = _verb_after(to, sentence.end)
    if verb is None:
        return
    marked = _opened(passage, to.nbor()) if to.i + 1 < sentence.end else False
    if not marked and _controlled(passage, to, verb):
        return
    if _by_the_person(verb, sentence):
        return
    yield from _verbs(
        sentence.doc[verb.i : sentence.end],
        verb.i,
        "in order to" if marked else "to",
        0.9 if marked else 0.75,
    )


def _verb_after(to: Token, end: int) -> Token | None:
    """Return the verb of an infinitive, over adverbs."""
    index = to.i + 1
    if to.doc[index : index + 3].text.lower() == "be able to":
        index += 3
    skipped = to.doc[index : index + _ASIDE].text.lower()
    if skipped.lstrip(", ").startswith("among other"):
        index = next((t.i + 1 for t in to.doc[index + 2 : index + _ASIDE] if t.text == ","), index)
    while index < end and to.doc[index].tag_ in ("RB", "RBR", ",") and index < to.i + _ASIDE:
        index += 1
    if index >= end:
        return None
    verb = to.doc[index]
    if verb.tag_ in _BASE or (verb.pos_ == "VERB" and verb.tag_ == "VB"):
        return verb
    return None


_ASIDE = 7  # tokens that can stand between "to" and its verb: "be able to", "among other things"


def _controlled(passage: Passage, to: Token, verb: Token) -> bool:
    """Tell whether a word such as "right", "want" or "able" governs the infinitive."""
    governor = verb.head if verb.dep_ != "conj" else verb.head.head
    before = to.nbor(-1) if to.i > 0 else to
    for word in (before, governor):
        if word is verb or word.i > to.i:
            continue
        for match in passage.found(_CUES, word.idx, word.idx + len(word)):
            if match.term == cue("ControlVerb"):
                return True
    return False


def _by_the_person(verb: Token, sentence: Span) -> bool:
    """Tell whether it is the reader who acts for this purpose ("you can click to …")."""
    token = verb
    for _ in range(6):
        subject = next((c for c in token.children if c.dep_ in ("nsubj", "nsubj:pass")), None)
        if subject is not None and token is not verb:
            return actor_of(subject) == "person" and subject.dep_ == "nsubj" and not _gives(token)
        if token.head is token or token.head.i < sentence.start:
            return (
                token is not verb
                and token.tag_ == "VB"
                and not any(c.tag_ in ("TO", "MD") for c in token.children)
            )
        token = token.head
    return False


def _gives(token: Token) -> bool:
    return token.lemma_.lower() in _GIVING or token.lower_ in _GIVING


_GIVING = frozenset(
    ("provide", "give", "submit", "supply", "share", "provided", "gave", "submitted", "disclose")
)


def _after_for(passage: Passage, first: Token, sentence: Span, rule: str) -> Iterator[_Phrase]:
    """Yield the purposes that "for" opens: a gerund, or nouns that the lexicon knows as a purpose."""
    if first.tag_ == "VBG":
        if first.lower_ not in ("processing", "using", "doing"):
            yield from _verbs(sentence.doc[first.i : sentence.end], first.i, f"{rule} and a gerund", 0.8)
        return
    stop = _noun_phrase_end(first, sentence)
    spans = [
        span
        for match in passage.found(
            _TABLE, first.idx, sentence.doc[stop - 1].idx + len(sentence.doc[stop - 1])
        )
        if (span := sentence.doc.char_span(match.start, match.end, alignment_mode="expand")) is not None
    ]
    for span in spans:
        yield _Phrase(max(_left(span), first.i), _right(span, stop), f"{rule} and a noun", 0.8)
    if not spans and "purpose" in (keys := _keys(sentence.doc[first.i : stop].text)) and len(keys) > 1:
        noun = next(t for t in sentence.doc[first.i : stop] if t.lower_.startswith("purpose"))
        left = noun.i
        while left > first.i and noun.doc[left - 1].pos_ in (*_NOMINAL, "CCONJ"):
            left -= 1
        if left < noun.i and noun.doc[left].pos_ in ("NOUN", "PROPN"):
            yield _Phrase(left, noun.i + 1, "for … purposes", 0.75)


def _noun_phrase_end(first: Token, sentence: Span) -> int:
    """Return the index behind the coordinated noun phrases that begin with `first`."""
    index = first.i
    while index < sentence.end:
        token = sentence.doc[index]
        if token.tag_ in ("MD", "VBZ", "VBP", "VBD", "WDT", "WP", "TO", ".", ":") or token.lower_ in _STOP:
            break
        index += 1
    return max(index, first.i + 1)


_STOP = frozenset(
    ("if", "when", "where", "unless", "which", "that", "because", "with", "from", "by", "we", "you", ";")
)


def _verbs(span: Span, start: int, rule: str, confidence: float) -> Iterator[_Phrase]:
    """Yield the coordinated verb phrases with which `span` begins."""
    doc = span.doc
    gerund = doc[start].tag_ == "VBG"
    first, index, end = start, start + 1, _verb_phrase_limit(span, start)
    while index < end:
        token = doc[index]
        if token.lower_ in _LINKS or token.text == ";":
            following = _next_verb(doc, index, end, gerund=gerund)
            if following is not None and _has_object_between(doc, first, index):
                yield _Phrase(first, _trimmed(doc, first, index), rule, confidence)
                first, index = following, following
        index += 1
    yield _Phrase(first, _trimmed(doc, first, end), rule, confidence)


def _next_verb(doc: Doc, index: int, end: int, *, gerund: bool) -> int | None:
    """Return the verb that a comma or conjunction at `index` adds to the coordination."""
    probe = index
    while probe < end and (
        doc[probe].lower_ in _LINKS or doc[probe].text == ";" or doc[probe].tag_ in ("TO", "RB", "RBR")
    ):
        if doc[probe].lower_ == "to" and doc[probe].tag_ != "TO":
            return None
        probe += 1
    if probe >= end:
        return None
    verb = doc[probe]
    after_to = doc[probe - 1].tag_ == "TO"
    if gerund and verb.tag_ == "VBG":
        return probe
    if (after_to or not gerund) and verb.tag_ in _BASE and verb.pos_ in ("VERB", "AUX"):
        return probe
    return None


def _has_object_between(doc: Doc, first: int, index: int) -> bool:
    """Tell whether the verb at `first` has words of its own before `index`, not only other verbs."""
    return any(
        doc[i].pos_ in ("NOUN", "PROPN", "PRON", "NUM") or doc[i].tag_ in ("RP", "WRB", "WP", "IN")
        for i in range(first + 1, index)
    )


def _verb_phrase_limit(span: Span, start: int) -> int:
    """Return the index behind the last token that can belong to the purposes beginning at `start`."""
    doc = span.doc
    sentence_end = doc[start].sent.end
    stop = min(span.end, sentence_end)
    for index in range(start + 1, stop):
        token = doc[index]
        if token.text in (":", "(", "[", "–", "—", "•") or token.text.startswith("http"):
            return index
        if token.lower_ in _ENDS and index > start + 1 and not _inside_object(token):
            return index
        if token.text == "," and index + 1 < stop and _starts_clause(doc[index + 1]):
            return index
        if index > start + _LONG and token.text in (",", ";"):
            return index
    return stop


_ENDS = frozenset(
    (
        "if",
        "unless",
        "because",
        "whereas",
        "provided",
        "including",
        "e.g.",
        "i.e.",
        "until",
        "without",
        "but",
        "when",
        "where",
        "while",
        "pursuant",
        "unless",
        "except",
    )
)


def _inside_object(token: Token) -> bool:
    """Tell whether a word that mostly opens a clause belongs to the object ("how and when you …")."""
    return token.nbor(-1).lower_ in ("and", "or", "of", "about", "on", "how")


def _starts_clause(token: Token) -> bool:
    return token.lower_ in (
        "we",
        "you",
        "which",
        "who",
        "this",
        "it",
        "they",
        "such",
        "i",
        "including",
        "for",
        "based",
        "in",
        "as",
        "then",
        "so",
        "these",
        "where",
        "if",
        "unless",
        "with",
        "your",
    ) and not (token.lower_ == "as" and token.i + 1 < len(token.doc) and token.nbor().lower_ == "well")


def _trimmed(doc: Doc, start: int, end: int) -> int:
    """Return `end` moved left over marks and linking words."""
    while end > start + 1 and (
        doc[end - 1].is_punct
        or doc[end - 1].is_space
        or doc[end - 1].lower_ in ("and", "or", "to", "also", "&", "then", "as", "well", "in", "order")
    ):
        end -= 1
    return end


def _left(span: Span) -> int:
    """Return where the noun phrase that ends in `span` begins."""
    start = span.start
    while (
        start > span.sent.start
        and span.doc[start - 1].pos_ in _NOMINAL
        and span.doc[start - 1].dep_ in ("amod", "compound")
    ):
        start -= 1
    return int(start)


def _right(span: Span, stop: int) -> int:
    """Return the end of a noun purpose, with the word "purposes" if it follows."""
    end = span.end
    if end < stop and span.doc[end].lower_ in ("purpose", "purposes"):
        end += 1
    return int(end)


def _keys(text: str) -> tuple[str, ...]:
    return _ONTOLOGY.keys(text)


def _claim(passage: Passage, phrase: _Phrase) -> Claim | None:
    """Return the claim for a phrase, with the concept found inside it; None if it names no purpose."""
    span = passage.doc[phrase.start : phrase.end]
    start, end = span.start_char, span.end_char
    if _says_nothing(passage, span):
        return None
    evidence = (passage.evidence(start, end, confidence=phrase.confidence, rule=phrase.rule),)
    best = _best(passage.found(_TABLE, start, end))
    if best is not None:
        return Claim(_HAS_PURPOSE, Concept(best.term), evidence)
    return Claim(_HAS_PURPOSE, Unmapped("purpose", _TOP, span.text), evidence)


def _says_nothing(passage: Passage, span: Span) -> bool:
    """Tell whether a phrase in the place of a purpose names none: empty words, handling or guarding of data."""
    first, start, end = span[0], span.start_char, span.end_char
    for match in passage.found(_NONE, start):
        at_start = match.start <= start + _OPENING
        if match.term == cue("EmptyPurpose") and match.start < end and (at_start or match.end >= end - 1):
            return True
        if match.term == cue("EmptyVerb") and match.start == start and first.pos_ in ("VERB", "AUX"):
            return True
    if first.pos_ not in ("VERB", "AUX"):
        return False
    data = [match for match in passage.found("personal-data", start, end) if match.start < start + _OBJECT]
    if not data:
        return False
    named = next(passage.found(_TABLE, start, end), None) is not None
    verb = next((m for m in passage.found("processing", start, end) if m.start == start), None)
    if is_under(verb, *_MERE_HANDLING) and not named:
        return True
    guards = any(m.term == cue("GuardingVerb") and m.start == start for m in passage.found(_CUES, start, end))
    return guards and any(is_generic(match.term) for match in data)


_OPENING = 12  # characters at the start of a phrase in which empty words decide
_OBJECT = 60  # characters behind a verb in which its object stands
_MERE_HANDLING = (
    "dpv:Obtain",
    "dpv:Store",
    "dpv:Disclose",
    "dpv:Transfer",
    "dpv:Remove",
    "dpv:Copy",
    "dpv:Access",
    "dpv:Retrieve",
)


def _best(matches: Iterator[Match]) -> Match | None:
    """Return the longest match, the first of equals."""
    return max(matches, key=lambda match: (match.end - match.start, -match.start), default=None)
