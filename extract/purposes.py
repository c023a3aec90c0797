"""Purposes: the clause that says what for, found by what governs it, its concept looked up inside it.

A purpose is a verb phrase ("to respond to your enquiries", "for providing the Service", an item under "We use
your data to:") or a noun phrase ("for marketing purposes"). Coordinated phrases are purposes of their own; verbs
that share one object stay together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from spacy.tokens import Span, Token

import ontology
from extract.around import cued
from extract.claim import Claim, Concept, Unmapped
from extract.composed import concept_of
from extract.data import is_generic
from extract.frame import actor_of
from extract.interests import interest_spans
from extract.matcher import Match, longest
from extract.noun_list import is_name, left_end, members, named, noun_phrase_end, parts, right_end
from extract.occasion import OCCASIONS, occasions
from extract.operations import is_under
from extract.passage import Passage, Policy
from extract.stated import stated
from extract.topics import cue, of_list, stands_under
from extract.verb_phrase import PURPOSE_VERBS, list_marks, opens_verb, takes_object, verb_phrases

_ONTOLOGY = ontology.load()
_HAS_PURPOSE = _ONTOLOGY.term("dpv:hasPurpose")
_TOP = _ONTOLOGY.term("dpv:Purpose")
_TABLE = "purposes"
_CUES = "cues/purposes"
_NONE = "cues/no-purpose"
_NO_PROCESSING = "cues/no-processing"
_COVERED = 0.2  # share of the content words of a phrase that its concept must account for
_BASE = frozenset(("VB", "VBP"))
_VERBS = _BASE | {"VBG"}
_NOMINAL = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))


INTEREST_RULE = "interest worded as a purpose"
"""The rule by which a legitimate interest is a purpose, too."""

_LABEL = re.compile(r"\W*(For\b[^.:;,]{3,70}[.:])\s*(?=[A-Z])")
"""The words before a colon or full stop at the start of a passage that stand for its heading."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Tokens `start` to `end` of a passage that name a purpose, and the rule that found them."""

    start: int
    end: int
    rule: str
    confidence: float


def purposes(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each purpose that the policy names."""
    for passage in policy.passages:
        if passage.block.boilerplate:
            continue
        taken: set[int] = set()
        found: list[tuple[_Phrase, Claim]] = []
        for phrase in _phrases(passage):
            span = range(phrase.start, phrase.end)
            claim = _claim(passage, phrase) if len(span) > 0 and taken.isdisjoint(span) else None
            if claim is not None:
                taken.update(span)
                found.append((phrase, claim))
        label = _label_end(passage)
        said = any(phrase.start >= label for phrase, _ in found)
        for phrase, claim in found:
            if phrase.end > label or not said:
                yield claim


def _label_end(passage: Passage) -> int:
    """Return the index behind the label with which a passage begins ("For business transfers: We …"), else 0."""
    match = _LABEL.match(passage.text)
    if match is None:
        return 0
    token = passage.token_at(match.end(1) - 1)
    return 0 if token is None else token.i + 1


def _phrases(passage: Passage) -> Iterator[_Phrase]:
    """Yield the purposes of a passage, the surer rules first."""
    if stands_under(passage, cue("DefinitionTopic"), cue("ChangeTopic")):
        return
    if passage.block.kind == "heading":
        yield from _of_heading(passage)
        return
    topic = of_list(passage)
    if topic == cue("RightsTopic") or _is_forbidden(passage.lead_in):
        return
    if passage.block.kind in ("item", "cell"):
        yield from _of_item(passage, topic)
    if stands_under(passage, cue("RightsTopic"), cue("ContactTopic")) and topic is None:
        yield from _outcomes(passage)
        return
    for sentence in passage.sentences:
        if topic is None and _is_bare(passage, sentence):
            yield from _verbs(passage, sentence.start, sentence.end, "sentence without a subject", 0.7)
        yield from _of_sentence(passage, sentence)
        for start, end, rule in chain(stated(passage, sentence), occasions(passage, sentence)):
            yield _Phrase(start, end, rule, 0.7)
    yield from _of_interests(passage)


def _of_interests(passage: Passage) -> Iterator[_Phrase]:
    """Yield the legitimate interests that the passage words as something done ("our interest in keeping …")."""
    for start, end in interest_spans(passage):
        words = passage.doc.char_span(start, end, alignment_mode="contract")
        first = next((token for token in words or () if token.is_alpha), None)
        if words is None or first is None:
            continue
        if first.tag_ in _VERBS:
            yield from _verbs(passage, first.i, words.end, INTEREST_RULE, 0.75)
        else:
            yield from _members(passage, first, words, INTEREST_RULE, actions=True)


def _of_heading(heading: Passage) -> Iterator[_Phrase]:
    """Yield the purposes that a heading names below one such as "How we use your data"."""
    doc = heading.doc
    first = next((token for token in doc if token.is_alpha), None)
    if first is None or not stands_under(heading, cue("PurposeTopic")):
        return
    verb = _verb_after(heading, first, len(doc)) if first.lower_ == "to" else first
    if verb is not None and (first is not verb or verb.tag_ == "VBG"):
        yield from _verbs(heading, verb.i, len(doc), "heading below a purpose", 0.85)
    else:
        for name in named(heading, doc[first.i : len(doc)]):
            if name.start <= first.i + 1:
                yield _Phrase(left_end(name), right_end(name, len(doc)), "heading below a purpose", 0.75)


def _is_bare(passage: Passage, sentence: Span) -> bool:
    """Tell whether a sentence is a known purpose alone, as the items of lists that lost their marks are."""
    first = sentence[0]
    return (
        first.tag_ in _BASE
        and opens_verb(passage, first)
        and any(
            match.start <= first.idx + _OPENING
            for match in passage.found(_TABLE, first.idx, sentence.end_char)
        )
    )


def _of_item(passage: Passage, topic: str | None) -> Iterator[_Phrase]:
    """Yield the purposes with which a list item or a cell begins."""
    doc = passage.doc
    first = next((token for token in doc if token.is_alpha), None)
    if first is None:
        return
    lead = passage.lead_in
    purposeful = (
        topic == cue("PurposeTopic")
        or (topic is None and _opens_with_to(lead))
        or (topic is None and lead is not None and stands_under(passage, cue("PurposeTopic")))
        or (topic == cue("RecipientTopic") and _opens_certainly(passage, first))
    )
    start = first.i
    if first.tag_ == "TO" and start + 1 < len(doc):
        verb = _verb_after(passage, first, len(doc)) or first.nbor()
        yield from _verbs(passage, verb.i, len(doc), "item that begins with to", 0.9)
    elif first.lower_ == "for" and start + 1 < len(doc):
        yield from _after_for(passage, doc[start + 1], passage.sentences[0], "item that begins with for")
    elif purposeful and (first.tag_ in _VERBS or _opens_with_verb(first) or _opens_certainly(passage, first)):
        yield from _verbs(passage, start, len(doc), "item under a purpose", 0.85)
    elif purposeful:
        yield from _nouns_of_item(passage, first)


def _nouns_of_item(passage: Passage, first: Token) -> Iterator[_Phrase]:
    """Yield the purposes that an item names in nouns: all below an open lead-in, else the known ones."""
    doc = passage.doc
    if _awaits_nouns(passage.lead_in) and _is_fragment(passage):
        for start, end in parts(doc[first.i : noun_phrase_end(first, passage.sentences[0])]):
            yield _Phrase(start, end, "item of nouns", 0.75)
    for match in passage.found(_TABLE):
        if match.start <= first.idx + _EARLY:
            span = doc.char_span(match.start, match.end, alignment_mode="expand")
            if span is not None and is_name(passage, span):
                yield _Phrase(left_end(span), span.end, "words of a purpose in an item", 0.75)


_EARLY = 60  # characters at the start of an item in which it names its purpose


def _opens_certainly(passage: Passage, first: Token) -> bool:
    """Tell whether an item begins with a verb in its base form ("comply with the law"), so that it names no one."""
    following = first.nbor().lower_ if first.i + 1 < len(first.doc) else ""
    coordinated = following in ("and", "or", ",")
    return opens_verb(passage, first) and (first.tag_ in _BASE or coordinated or takes_object(first))


def _is_fragment(passage: Passage) -> bool:
    """Tell whether an item is a noun phrase and no sentence or label ("payroll", not "Location: we use …")."""
    root = passage.sentences[0].root
    return len(passage.sentences) == 1 and root.pos_ == "NOUN" and ":" not in passage.text


def _awaits_nouns(lead: Passage | None) -> bool:
    """Tell whether a lead-in breaks off before purposes: "for:", "for the following purposes:"."""
    return lead is not None and _OPEN_FOR.search(lead.text) is not None


_OPEN_FOR = re.compile(
    r"\b(?:for|purposes?|reasons?)(?: (?:such as|including))?\s*[:\-–—]?\s*$", re.IGNORECASE
)


def _is_forbidden(lead: Passage | None) -> bool:
    """Tell whether a lead-in says what the reader agrees, wants or is free to do ("You agree not to:")."""
    if lead is None:
        return False
    words = [token for token in lead.doc if token.is_alpha and token.lower_ != "not"]
    if len(words) < _CONTROLLED or words[-1].lower_ != "to":
        return False
    before = words[-2]
    return any(
        match.term == cue("ControlVerb") for match in lead.found(_CUES, before.idx, before.idx + len(before))
    )


_CONTROLLED = 3  # words at least: "agree to", and who does


def _opens_with_to(lead: Passage | None) -> bool:
    """Tell whether the lead-in of a list is itself a purpose ("To operate the App:")."""
    return lead is not None and len(lead.doc) > 1 and lead.doc[0].tag_ == "TO" and lead.text.endswith(":")


def _opens_with_verb(token: Token) -> bool:
    """Tell whether a word that the tagger took for a noun begins an item as a verb ("process payments")."""
    following = token.nbor() if token.i + 1 < len(token.doc) else None
    return (
        following is not None
        and following.lower_ in ("you", "your", "our", "the", "and", "with", "on", "any", "a", "an", "to")
        and token.pos_ in ("NOUN", "VERB", "ADJ", "PROPN")
        and token.tag_ not in ("NNS", "NNPS")
        and not token.text.isupper()
    )


def _of_sentence(passage: Passage, sentence: Span) -> Iterator[_Phrase]:
    """Yield the purposes of a sentence, among them those that go on from one another ("…, including sending …")."""
    ends: set[int] = set()
    for index in range(sentence.start, sentence.end):
        if _may_open(passage, index):
            for phrase in _at(passage, passage.doc[index], sentence, ends):
                ends.add(phrase.end)
                yield phrase


def _may_open(passage: Passage, index: int) -> bool:
    """Tell whether a token is a word with which a purpose can open, as far as it tells alone."""
    verbal = passage.tags[index] in _VERBS or PURPOSE_VERBS in passage.matches
    return (verbal or passage.lowered[index] in _OPEN_WORDS) and not passage.doc[index].is_punct


def _at(passage: Passage, token: Token, sentence: Span, ends: set[int]) -> Iterator[_Phrase]:
    """Yield the purposes that a token opens; `ends` are the ends of those before it."""
    if token.lower_ in ("to", "for") and _lists(passage, token, sentence):
        yield from _inline_list(passage, token, sentence)
    elif token.lower_ == "to" and token.i + 1 < sentence.end:
        yield from _infinitive(passage, token, sentence)
    elif token.lower_ == "for" and token.i + 1 < sentence.end:
        if not _is_sought(passage, token):
            yield from _after_for(passage, token.nbor(), sentence, "for")
    elif (
        token.lower_ in _LEADING
        and token.i + 1 < sentence.end
        and _leads_to_nouns(passage, token, _NOUN_MARKERS)
    ):
        yield from _after_for(passage, token.nbor(), sentence, token.lower_)
    elif (
        (token.tag_ in _VERBS or (opens_verb(passage, token) and takes_object(token)))
        and token.i > sentence.start
        and token.nbor(-1).tag_ != "TO"
        and (_opened(passage, token) or _goes_on(passage, token, ends) or _continues(passage, token, ends))
        and not _of_the_text(passage, token)
    ):
        yield from _verbs(passage, token.i, sentence.end, "purpose marker", 0.85)
    elif token.lower_ in _MEANS and token.i + 1 < sentence.end:
        yield from (_outcome if token.lower_ in _ENDS else _by_means)(passage, token, sentence)
    elif token.lower_ in ("including", "as") and token.i + 1 < sentence.end:
        first = token.nbor()
        of_purposes = _is_of_purposes(passage, token)
        if first.tag_ != "TO" and _goes_on(passage, first, ends) and (of_purposes or token.lower_ != "as"):
            yield from _members(passage, first, sentence, "including", actions=of_purposes)


_ENDS = frozenset(("so", "order"))  # "so that", "in order that"
_MEANS = frozenset((*_ENDS, "by", "this", "that"))  # "By counting", "This way"
_ACTION_MARKERS = frozenset((cue("ActionMarker"),))
_NOUN_MARKERS = frozenset((cue("NounMarker"), *_ACTION_MARKERS))
_LEADING = frozenset(("with", "in", "of", "as"))  # the words with which a marker of nouns ends
_OPEN_WORDS = frozenset(("to", "for", "including", *_LEADING, *_MEANS))


def _outcomes(passage: Passage) -> Iterator[_Phrase]:
    """Yield what shall become possible by what a passage says, and no other purposes."""
    for sentence in passage.sentences:
        for token in sentence:
            if token.lower_ == "so" and token.i + 1 < sentence.end:
                yield from _outcome(passage, token, sentence)


def _outcome(passage: Passage, so: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield what shall become possible: "so that the app can remember you", "so you can play"."""
    that = so.nbor().lower_ == "that"
    near = sentence.doc[so.i + 1 + that : min(so.i + _NEAR, sentence.end)]
    if near and _spares(so, near):
        for first, end in verb_phrases(passage, near[0].i, sentence.end):
            yield _Phrase(first, end, "so that", 0.75)
        return
    modals = _POSSIBLE | _CERTAIN if that else _POSSIBLE
    modal = next((token for token in near if token.tag_ == "MD" and token.lower_ in modals), None)
    if modal is None and that and near and not any(token.tag_ == "MD" for token in near):
        yield from _state(passage, so, near[0], sentence)
    if modal is None or modal == near[0] or any(token.is_punct for token in sentence.doc[so.i : modal.i]):
        return
    verb = _verb_behind(modal, sentence)
    asked = _of_the_text(passage, verb) or _by_the_person(verb, sentence)
    given = near[0].lower_ == "we" and passage.is_in(so.head.head, "cues/giving", cue("GivingVerb"))
    if verb.tag_ != "VB" or (asked and not given):  # "Please state your name so that we can find you"
        return
    start = near.start if verb.lower_ == "be" else verb.i
    for first, end in verb_phrases(passage, verb.i, sentence.end):
        yield _Phrase(start if first == verb.i else first, end, "so that", 0.75)


def _state(passage: Passage, so: Token, first: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield what shall be the case: "so that we know whom to call", "so that our letters are relevant to you"."""
    state = so.head
    if not first.i < state.i < sentence.end or first.lower_ not in _OURS or _of_the_text(passage, state):
        return
    start = state.i if first.lower_ == "we" and state.pos_ == "VERB" else first.i
    for begin, end in verb_phrases(passage, state.i, sentence.end):
        yield _Phrase(start if begin == state.i else begin, end, "so that", 0.7)


_OURS = frozenset(("we", "our", "your"))


def _spares(so: Token, near: Span) -> bool:
    """Tell whether the reader is spared something by it ("so you do not have to log in again")."""
    words = near.text.lower()
    return near[0].lower_ == "you" and so.nbor(-1).tag_ != "RB" and _SPARED.match(words) is not None


_SPARED = re.compile(r"you (?:do not|don['’]t|won['’]t|will not|never) (?:have|need) to\b")


def _by_means(passage: Passage, by: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield what a means makes possible: "By counting visits, we can plan", "This way we can plan"."""
    following = by.nbor()
    if not by.is_sent_start or (following.tag_ != "VBG" and following.lower_ != "way"):
        return
    modal = next((t for t in sentence.doc[by.i + 2 : sentence.end] if t.tag_ == "MD"), by)
    if modal.lower_ not in ("can", "could") or modal.head not in (sentence.root, *following.children):
        return
    verb = _verb_behind(modal, sentence)
    if verb.tag_ == "VB" and not _by_the_person(verb, sentence):
        yield from _verbs(passage, verb.i, sentence.end, "by means of", 0.75)


def _verb_behind(modal: Token, sentence: Span) -> Token:
    """Return the verb behind a modal, over adverbs."""
    behind = sentence.doc[modal.i + 1 : min(modal.i + _ASIDE, sentence.end)]
    return next((token for token in behind if token.pos_ != "ADV"), modal)


_NEAR = 9  # tokens behind "so" in which the modal verb stands
_POSSIBLE = frozenset(("can", "could", "may", "might"))
_CERTAIN = frozenset(("will", "would"))  # behind a bare "so" they tell what follows, not what for


def _lists(passage: Passage, token: Token, sentence: Span) -> bool:
    """Tell whether "to" or "for" opens a list within its sentence: "to: …; …", "for (i) …"."""
    if token.i + 2 >= sentence.end:
        return False
    return token.nbor().text == ":" or token.i + 1 in list_marks(passage)


def _inline_list(passage: Passage, opener: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield the purposes of a list within a sentence, whose members semicolons or numbers part."""
    doc, marks = passage.doc, list_marks(passage)
    if opener.lower_ == "to" and _controlled(passage, opener, opener):
        return
    cuts = [
        i
        for i in range(opener.i + 1, sentence.end)
        if doc[i].text in (";", ":") or (i in marks and i - 1 not in marks)
    ]
    for cut, end in zip(cuts, [*cuts[1:], sentence.end], strict=True):
        first = next(
            (
                t
                for t in doc[cut:end]
                if t.is_alpha and t.i not in marks and t.lower_ not in ("and", "or", "to")
            ),
            None,
        )
        if first is None:
            continue
        if first.tag_ == "VBG" or (
            opener.lower_ == "to"
            and (
                first.tag_ in _BASE or first.is_title or opens_verb(passage, first) or _opens_with_verb(first)
            )
        ):
            yield from _verbs(passage, first.i, end, "list within a sentence", 0.85)
        elif opener.lower_ == "for":
            for name in named(passage, doc[first.i : end]):
                yield _Phrase(
                    max(left_end(name), first.i), right_end(name, end), "list within a sentence", 0.8
                )


def _goes_on(passage: Passage, token: Token, ends: set[int]) -> bool:
    """Tell whether a word opens examples of the purpose before it ("…, such as sending you alerts")."""
    doc = passage.doc
    index = token.i - 1 if doc[token.i - 1].lower_ == "by" else token.i
    if doc[max(0, index - 2) : index].text.lower() == "such as":
        index -= 2
    elif doc[index - 1].lower_ == "including":
        index -= 1
    else:
        return False
    while index > 0 and doc[index - 1].text in (",", "("):
        index -= 1
    return index in ends or doc[index - 1].lower_ in _PURPOSE


def _continues(passage: Passage, token: Token, ends: set[int]) -> bool:
    """Tell whether a verb goes on with a list behind a semicolon or a number ("…; and (c) detect fraud")."""
    doc, marks = passage.doc, list_marks(passage)
    index = token.i
    while index > 0 and (index - 1 in marks or doc[index - 1].lower_ in ("and", "or", "to", ",")):
        index -= 1
    parted = doc[index - 1].text == ";" or token.i - 1 in marks
    while index > 0 and doc[index - 1].text == ";":
        index -= 1
    return parted and index in ends and (token.tag_ == "VBG" or opens_verb(passage, token))


def _is_of_purposes(passage: Passage, link: Token) -> bool:
    """Tell whether "including" or "such as" stands behind the word "purposes", so that any action is one."""
    before = passage.doc[: link.i - 1 if link.lower_ == "as" else link.i]
    last = next((token for token in reversed(before) if token.text not in (",", "(")), None)
    return last is not None and last.lower_ in _PURPOSE


def _is_sought(passage: Passage, token: Token) -> bool:
    """Tell whether what stands behind "for" is what somebody seeks or answers for: "register for a contest"."""
    before = token.nbor(-1) if token.i > 0 else token
    return any(
        match.end == before.idx + len(before) and match.term == cue("SeekingVerb")
        for match in passage.found("cues/noun-purposes", 0, token.idx)
    )


def _leads_to_nouns(passage: Passage, token: Token, markers: frozenset[str]) -> bool:
    """Tell whether "in connection with", "used in" or the like lets nouns follow that name a purpose."""
    end = token.idx + len(token)
    return any(
        match.end == end and match.term in markers for match in passage.found("cues/noun-purposes", 0, end)
    )


def _opened(passage: Passage, token: Token) -> bool:
    """Tell whether a purpose marker stands before `token`, with nothing but adverbs between them."""
    before = token.nbor(-1)
    while before.lower_ in _MANNER and before.i > 0:
        before = before.nbor(-1)
    end = before.idx + len(before)
    return any(
        match.end == end and match.term == cue("PurposeMarker") for match in passage.found(_CUES, 0, end)
    )


def _infinitive(passage: Passage, to: Token, sentence: Span) -> Iterator[_Phrase]:
    """Yield the purposes that "to" and a verb open."""
    verb = _verb_after(passage, to, sentence.end)
    if verb is None:
        return
    marked = _opened(passage, to.nbor()) if to.i + 1 < sentence.end else False
    if not marked and _controlled(passage, to, verb):
        return
    if _is_conditional(passage, verb) and to.nbor(-1).lower_ not in _NECESSARY:
        return
    if _by_the_person(verb, sentence) or _of_the_text(passage, verb) or _defines(passage, verb):
        return
    yield from _verbs(
        passage,
        verb.i,
        sentence.end,
        "in order to" if marked else "to",
        0.9 if marked else 0.75,
    )


_NECESSARY = frozenset(("necessary", "needed", "required", "appropriate", "reasonable"))


def _verb_after(passage: Passage, to: Token, end: int) -> Token | None:
    """Return the verb of an infinitive, over adverbs."""
    index = to.i + 1
    if to.doc[index : index + 3].text.lower() == "be able to":
        index += 3
    skipped = to.doc[index : index + _ASIDE].text.lower()
    if skipped.lstrip(", ").startswith("among other"):
        index = next((t.i + 1 for t in to.doc[index + 2 : index + _ASIDE] if t.text == ","), index)
    while (
        index < end
        and index < to.i + _ASIDE
        and (
            to.doc[index].tag_ in ("RB", "RBR", ",", ":", "-LRB-", "-RRB-", "LS")
            or (to.doc[index - 1].text in "(:" and index + 1 < end and to.doc[index + 1].text == ")")
        )
    ):
        index += 1
    if index >= end:
        return None
    verb = to.doc[index]
    is_name = verb.is_title and to.lower_ == to.text and verb.nbor(-1) == to
    if _NO_VERB.search(verb.lower_) or is_name:
        return None
    if to.tag_ == "TO":
        return verb if verb.tag_ in _BASE or opens_verb(passage, verb) else None
    certain = verb.tag_ == "VB" and verb.dep_ != "compound"
    if opens_verb(passage, verb):
        return verb if certain or takes_object(verb) else None
    return verb if certain and to.is_sent_start else None


_NO_VERB = re.compile(r"(?:[tsx]ion|ity|cy|ness)$")
_ASIDE = 7  # tokens that can stand between "to" and its verb: "be able to", "among other things"


def _controlled(passage: Passage, to: Token, verb: Token) -> bool:
    """Tell whether a word such as "right", "want" or "able" governs the infinitive."""
    governor = verb
    while governor.dep_ == "conj":
        governor = governor.head
    governor = governor.head
    before = to.nbor(-1) if to.i > 0 else to
    if before.lower_ == "not" and before.i > 0:
        before = before.nbor(-1)
    for word in (before, governor):
        if word is verb or word.i > to.i:
            continue
        for match in passage.found(_CUES, word.idx, word.idx + len(word)):
            if (
                (match.term == cue("ControlVerb") and not _is_ground(passage, word))
                or (match.term == cue("GuardingVerb") and word.pos_ == "NOUN")
                or (match.term == cue("NeedingVerb") and _binds(word, to))
            ):
                return True
    return False


def _is_ground(passage: Passage, word: Token) -> bool:
    """Tell whether a word is the consent by which something is done: "with your consent to send you offers"."""
    before = max(word.sent.start_char, word.idx - _REACH)
    return (
        word.pos_ == "NOUN"
        and any(match.start <= word.idx < match.end for match in passage.found("legal-bases", before))
        and not cued(passage, "bases", "pgq:ConsentNoGround", before, word.idx)
    )


_REACH = 34  # characters before a consent in which it is said to be no ground


def _binds(word: Token, to: Token) -> bool:
    """Tell whether a need is one of acting ("we need to", "you are required to"), and not one of data.

    What data are needed for is a purpose: "your number is needed to …", "we need your number to …".
    """
    if word.pos_ != "VERB":
        return True
    if _is_occasion(word, to):
        return False
    if word.tag_ == "VBN" and word.i + 1 == to.i:
        doer = next((c for c in word.children if c.dep_ in ("nsubj:pass", "nsubj")), None)
        if doer is None and word.i > 0 and word.nbor(-1).lower_ in _WHERE:
            return False
        doer = word.head if doer is None and word.dep_ == "acl" else doer
        return doer is None or actor_of(doer) in ("company", "person", "other") or doer.pos_ == "PRON"
    thing = next((c for c in word.children if c.dep_ == "obj" and word.i < c.i < to.i), None)
    return thing is None or actor_of(thing) != "nobody"


def _is_occasion(word: Token, to: Token) -> bool:
    """Tell whether a need is said to be when something is done: "…, when we need to", "if it is needed to"."""
    if word.i + 1 != to.i or not word.lower_.startswith(("need", "required")):
        return False
    doer = next((c for c in word.children if c.dep_ in ("nsubj:pass", "nsubj")), None)
    if doer is None:
        return False
    opens = next((c for c in word.children if c.dep_ in ("mark", "advmod") and c.lower_ in _WHERE), None)
    ours = doer.lower_ == "we" and word.tag_ != "VBN" and opens is not None and opens.i > word.sent.start
    said = word.lower_ == "needed" or word.dep_ != "ROOT"
    return ours or (doer.lower_ in ("it", "this") and word.tag_ == "VBN" and said)


_WHERE = frozenset(("as", "if", "where", "when", "whenever", "reasonably"))  # "where needed to"


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


def _is_conditional(passage: Passage, verb: Token) -> bool:
    """Tell whether "if" opens the clause of a verb, before it."""
    head = passage.clause_of(verb).head
    return any(child.lower_ == "if" and child.i < verb.i for child in head.children)


def _of_the_text(passage: Passage, verb: Token) -> bool:
    """Tell whether a sentence says what the policy itself is for, or asks the reader to do something."""
    sentence = verb.sent
    if "please" in sentence.text.lower() and any(
        token.lower_ == "please" and (token.i < verb.i or token.nbor(-1).text == ",") for token in sentence
    ):
        return True
    subject = passage.clause_of(verb).subject
    words = passage.found(_NO_PROCESSING, sentence.start_char, verb.idx)
    return any(
        match.term == cue("PolicyNoun") and subject is not None and match.start <= subject.idx < match.end
        for match in words
    )


def _defines(passage: Passage, verb: Token) -> bool:
    """Tell whether an infinitive only says which thing is meant: "information that can be used to identify you"."""
    token = verb
    while token.dep_ in ("conj", "xcomp", "advcl") and token.head.i < token.i:
        token = token.head
        if token.lower_ in ("used", "use") and token.dep_ in ("acl", "acl:relcl"):
            comma = token.left_edge.i > 0 and token.left_edge.nbor(-1).text == ","
            defining = any(
                match.term == cue("DefiningVerb")
                for match in passage.found(_NO_PROCESSING, verb.idx, verb.idx + len(verb))
            )
            device = any(
                match.term == cue("ToolNoun")
                for match in passage.found(_NO_PROCESSING, token.head.idx, token.head.idx + len(token.head))
            )
            return (defining or device) and not comma
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
            yield from _verbs(passage, first.i, sentence.end, f"{rule} and a gerund", 0.8)
        return
    if _by_the_person(first, sentence):
        return
    stop = noun_phrase_end(first, sentence)
    spans = list(named(passage, sentence.doc[first.i : stop]))
    if sentence.doc[stop - 1].lower_ in _PURPOSE and not spans[1:] and _plain(first.i, stop, sentence):
        yield _Phrase(first.i, stop, f"{rule} … purposes", 0.8)
        return
    handled = (rule == "for" or rule.startswith("item")) and _is_handled_for(
        passage, sentence.doc[first.i : stop].root
    )
    handled = handled or (rule == "of" and _leads_to_nouns(passage, first.nbor(-1), _ACTION_MARKERS))
    yield from _members(passage, first, sentence, f"{rule} and a noun", actions=handled)


def _is_handled_for(passage: Passage, noun: Token) -> bool:
    """Tell whether data are handled or needed for what a noun names: "kept for the safety of pupils"."""
    governor = noun.head
    while governor.dep_ == "conj" or (governor.dep_ == "obj" and governor.pos_ == "NOUN"):
        governor = governor.head
    words = range(governor.idx, governor.idx + len(governor))
    return governor is not noun and (
        any(match.term == cue("NeedingVerb") for match in passage.found(_CUES, words.start, words.stop))
        or any(match.start in words or match.end - 1 in words for match in passage.found("processing"))
    )


def _members(
    passage: Passage, first: Token, sentence: Span, rule: str, *, actions: bool = False
) -> Iterator[_Phrase]:
    """Yield the purposes in the list of nouns and gerunds that `first` begins."""
    for start, end in members(passage, first.i, sentence, actions=actions):
        yield _Phrase(start, end, rule, 0.75)


_PURPOSE = frozenset(("purpose", "purposes", "reasons"))
_MEMBER = frozenset((*_NOMINAL, "CCONJ", "PUNCT", "DET", "PRON", "VERB", "SYM", "ADV"))


def _plain(start: int, stop: int, sentence: Span) -> bool:
    """Tell whether the words before "purposes" say which: nouns, no more than a few, not only "these"."""
    words = sentence.doc[start : stop - 1]
    return (
        0 < len(words) < _FEW
        and all(token.pos_ in _MEMBER for token in words)
        and any(token.pos_ in ("NOUN", "PROPN", "ADJ") for token in words)
    )


_FEW = 8  # words before "purposes"


def _verbs(passage: Passage, start: int, stop: int, rule: str, confidence: float) -> Iterator[_Phrase]:
    """Yield the coordinated verb phrases that begin at token `start`."""
    floor = 0
    for first, end in verb_phrases(passage, _behind_use(passage, start, stop), stop):
        yield _Phrase(_opening(passage, first, floor), end, rule, confidence)
        floor = end


def _behind_use(passage: Passage, start: int, stop: int) -> int:
    """Return where it is said what data are used for: behind "use this information to", where that is said."""
    doc = passage.doc
    if doc[start].lower_ not in _USING:
        return start
    for token in doc[start + 1 : min(start + _ASIDE, stop - 1)]:
        if token.tag_ == "TO" and token.nbor().tag_ == "VB":
            return token.i + 1
        if token.pos_ not in ("DET", "PRON", "NOUN", "ADJ", "PROPN", "SCONJ"):
            return start
    return start


_USING = frozenset(("use", "using", "process", "processing"))


def _opening(passage: Passage, verb: int, floor: int) -> int:
    """Return where a verb phrase begins: at its adverbs, or behind "assist us in"."""
    doc = passage.doc
    if (
        doc[verb + 1 : verb + 3].text.lower() == "us in"
        and verb + 3 < len(doc)
        and doc[verb + 3].tag_ == "VBG"
    ):
        return verb + 3
    while verb > floor and doc[verb - 1].tag_ in ("RB", "RBR") and doc[verb - 1].lower_ in _MANNER:
        verb -= 1
    return verb


_MANNER = frozenset(("better", "further", "continually", "continuously", "constantly", "properly", "more"))


def _claim(passage: Passage, phrase: _Phrase) -> Claim | None:
    """Return the claim for a phrase, with the concept found inside it; None if it names no purpose."""
    span = passage.doc[phrase.start : phrase.end]
    start, end = span.start_char, span.end_char
    evidence = (passage.evidence(start, end, confidence=phrase.confidence, rule=phrase.rule),)
    if phrase.rule in OCCASIONS:
        return Claim(_HAS_PURPOSE, Concept(OCCASIONS[phrase.rule]), evidence)
    if _says_nothing(passage, span):
        return None
    best = longest(passage.found(_TABLE, start, end))
    if best is not None and _covers(best, span):
        return Claim(_HAS_PURPOSE, Concept(best.term), evidence)
    composed = concept_of(span.text)
    if composed is not None:
        return Claim(_HAS_PURPOSE, Concept(composed), evidence)
    return Claim(_HAS_PURPOSE, Unmapped("purpose", _TOP, span.text), evidence)


def _covers(match: Match, span: Span) -> bool:
    """Tell whether a match says enough of a phrase to name it: its beginning, or a fair share of its words."""
    if match.start <= span.start_char + _OPENING:
        return True
    content = [token for token in span if token.pos_ in _CONTENT]
    inside = sum(match.start <= token.idx < match.end for token in content)
    return inside >= _COVERED * len(content)


_CONTENT = frozenset(("NOUN", "PROPN", "VERB", "ADJ", "NUM"))


def _says_nothing(passage: Passage, span: Span) -> bool:
    """Tell whether a phrase in the place of a purpose names none: empty words, handling or guarding of data."""
    first, start, end = span[0], span.start_char, span.end_char
    if any(_is_empty(match, span) for match in passage.found(_NONE, start) if match.start < end):
        return True
    if first.pos_ not in ("VERB", "AUX"):
        return False
    if _guards(passage, span) and stands_under(passage, cue("SecurityTopic")):
        return True
    data = [match for match in passage.found("personal-data", start, end) if match.start < start + _OBJECT]
    if not data and not _has_data_as_object(passage, span):
        return False
    named = next(passage.found(_TABLE, start, end), None) is not None
    verb = next((m for m in passage.found("processing", start, end) if m.start == start), None)
    to_the_reader = len(span) > 1 and span[1].lower_ == "you"
    if is_under(verb, *_MERE_HANDLING) and not named and not to_the_reader:
        return True
    return _guards(passage, span) and any(is_generic(match.term) for match in data)


def _has_data_as_object(passage: Passage, span: Span) -> bool:
    """Tell whether the first verb of a phrase has information or data as its object."""
    return any(
        token.dep_ == "obj" and token.head == span[0] and passage.is_in(token, "cues/about-data")
        for token in span[1:]
    )


def _guards(passage: Passage, span: Span) -> bool:
    """Tell whether a phrase begins with a verb of guarding."""
    return any(
        match.term == cue("GuardingVerb") and match.start == span.start_char
        for match in passage.found(_CUES, span.start_char, span.end_char)
    )


def _is_empty(match: Match, span: Span) -> bool:
    """Tell whether empty words in a phrase leave no purpose of it, by where they stand there."""
    at_start = match.start <= span.start_char + _OPENING
    if match.term == cue("EmptyPurpose"):
        return at_start or match.end >= span.end_char - 1
    if match.term == cue("EmptyVerb"):
        asks = len(span) > 1 and (span[1].tag_ in _ASKING or span[1].lower_ in ("if", "whether"))
        return match.start == span.start_char and span[0].pos_ in ("VERB", "AUX") and not asks
    return match.term == cue("EmptyAct") and at_start


_ASKING = frozenset(("WDT", "WP", "WRB"))
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
