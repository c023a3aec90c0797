"""Purposes that a clause states by its verb, without a marker: "we will email you about our events".

The company writes to the reader or does what the lexicon knows as a purpose, something lets it act, or a sentence
says outright what the purpose is.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from spacy.tokens import Span, Token

from extract.controller import own_names
from extract.frame import actor_of
from extract.noun_list import left_end, members, named, noun_phrase_end, right_end
from extract.passage import Passage
from extract.topics import cue
from extract.verb_phrase import verb_phrases

Stated = tuple[int, int, str]
"""Tokens from and to that name a purpose, and the rule that found them."""

_CUES = "cues/stated-purposes"
_TABLE = "purposes"
_READERS = "data-subjects"
_FINITE = frozenset(("VB", "VBP"))
_PROMISING = frozenset(("will", "may", "might", "could", "'ll", "’ll", "would"))
_QUESTIONS = frozenset(("WDT", "WP", "WRB", "IN"))
_POINTING = frozenset(("this", "these", "that", "those", "following", "such"))
_SHORTEST = 3  # tokens of a message that says what it is about: "contact you" says nothing
_EARLY = 30  # characters at the start of a message within which a known purpose stands
_WAYS = frozenset(("by", "via", "through", "on", "at", "using"))
_MATTERS = frozenset(("about", "regarding", "concerning", "with", "when", "if", "for", "to", "on"))
_ASIDE = 4  # tokens between a verb and the reader, or between a label and its colon
_LABEL = 7  # tokens at the start of a sentence in which its label stands
_CLIMB = 4  # steps from a coordinated verb to the first one


def stated(passage: Passage, sentence: Span) -> Iterator[Stated]:
    """Yield what a sentence states as purposes by its verbs."""
    for sign in passage.found(_CUES, sentence.start_char, sentence.end_char):
        first = passage.token_at(sign.start)
        last = passage.token_at(sign.end - 1)
        rule = _RULES.get(sign.term)
        if first is not None and last is not None and rule is not None:
            yield from rule(passage, first, last.i + 1)


def _told(passage: Passage, verb: Token, start: int) -> Iterator[Stated]:
    """Yield what the company tells the reader, if the lexicon knows it as a purpose."""
    yield from _message(passage, verb, start, known=True)


def _message(passage: Passage, verb: Token, start: int, *, known: bool = False) -> Iterator[Stated]:
    """Yield what the company writes to the reader; with `known`, only what the lexicon knows as a purpose."""
    written = _is_written_to(verb) and not known
    if not (written or (_by_us(passage, verb) and _addressed(passage, start, verb.sent.end))):
        return
    if passage.clause_of(verb).is_hypothetical or (verb.dep_ == "acl:relcl" and not _is_main(verb)):
        return
    for first, end in verb_phrases(passage, verb.i, verb.sent.end):
        words = passage.doc[first:end]
        empty = len(words) < _SHORTEST or _says_only_how(words) or (known and not _is_known(passage, words))
        if first != verb.i or not empty:
            yield first, end, "message to the reader"


def _touch(passage: Passage, verb: Token, start: int) -> Iterator[Stated]:
    """Yield what the company gets in touch about, if it does not say with whom: "in touch about your order"."""
    if start >= verb.sent.end or passage.doc[start].lower_ not in _MATTERS or not _by_us(passage, verb):
        return
    if not passage.clause_of(verb).is_hypothetical and passage.clause_of(verb).negator is None:
        for first, end in verb_phrases(passage, verb.i, verb.sent.end):
            yield first, end, "message to the reader"


def _performed(passage: Passage, verb: Token, start: int) -> Iterator[Stated]:
    """Yield the known purposes among what the company carries out: "we conduct market research"."""
    if _by_us(passage, verb):
        yield from _known(passage, start, verb.sent, "what the company does")


def _fed(passage: Passage, verb: Token, start: int) -> Iterator[Stated]:
    """Yield what data are said to serve: "this data feeds our demand forecasts"."""
    thing = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    clause = passage.clause_of(verb)
    if thing is None or start >= verb.sent.end or clause.negator is not None or clause.is_hypothetical:
        return
    if _is_data(passage, thing) and passage.doc[start].lower_ not in ("us", "you"):
        for first, end in members(passage, start, verb.sent, actions=True):
            yield first, end, "what data serve"


_DATA = ("personal-data", "cues/data-nouns", "cues/about-data", "cues/data-heads")


def _is_main(verb: Token) -> bool:
    """Tell whether a main clause was taken for one that describes the noun before: "With your consent we …"."""
    noun = verb.head
    return noun.dep_ == "ROOT" and any(child.dep_ == "case" and child.i < noun.i for child in noun.children)


def _says_only_how(words: Span) -> bool:
    """Tell whether a message is only said to go by some way: "contact you by email or telephone"."""
    return words[2].lower_ in _WAYS and all(token.lower_ not in _MATTERS for token in words[3:])


def _is_known(passage: Passage, words: Span) -> bool:
    """Tell whether what the reader is told is a known purpose, and not what the policy says."""
    known = next(passage.found(_TABLE, words.start_char, words.end_char), None)
    choices = passage.found("cues/purposes", words[1].idx, words.end_char)
    return (
        known is not None
        and known.start < words.start_char + _EARLY
        and words[2].tag_ not in _QUESTIONS
        and all(sign.term != cue("ControlVerb") or sign.start > known.start for sign in choices)
    )


def _is_written_to(verb: Token) -> bool:
    """Tell whether the reader is the subject of a passive that promises a message: "you will be notified of"."""
    if verb.tag_ != "VBN":
        return False
    children = list(verb.children)
    by = any(child.dep_ in ("obl:agent", "obl") and child.left_edge.lower_ == "by" for child in children)
    promised = any(child.tag_ == "MD" and child.lower_ in _PROMISING for child in children)
    return promised and not by and any(c.dep_ == "nsubj:pass" and actor_of(c) == "person" for c in children)


def _by_us(passage: Passage, verb: Token) -> bool:
    """Tell whether the company is the subject of a finite verb."""
    marked = any(child.tag_ == "TO" for child in verb.children)
    if marked and (verb.dep_ != "xcomp" or not _is_planned(passage, verb.head)):
        return False
    doer = _subject(verb.head if marked else verb)
    if doer is None or doer.i > verb.i or verb.tag_ not in _FINITE:
        return False
    name = doer.doc[doer.left_edge.i : doer.i + 1].text.lower()
    return actor_of(doer) == "company" or _is_ours(doer) or name in own_names(passage.policy)


def _is_planned(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb says that what follows will be done: "we would like to send you"."""
    return any(
        sign.term == cue("PlanningVerb") for sign in passage.found(_CUES, verb.idx, verb.idx + len(verb))
    )


def _subject(verb: Token) -> Token | None:
    """Return the subject of a verb, or of the one it is coordinated with."""
    for _ in range(_CLIMB):
        found = next((child for child in verb.children if child.dep_ in ("nsubj", "nsubj:pass")), None)
        if found is not None or verb.dep_ != "conj":
            return found
        verb = verb.head
    return None


def _addressed(passage: Passage, start: int, stop: int) -> bool:
    """Tell whether the reader, or those whose data they are, stand at token `start`: "you", "our members"."""
    if start >= stop:
        return False
    first = passage.doc[start]
    if first.lower_ == "you" or first.lower_ in _POINTING:
        return first.lower_ == "you"
    last = passage.doc[min(start + _ASIDE, stop) - 1]
    return any(
        all(token.pos_ in ("DET", "PRON", "ADJ") for token in passage.doc[start : named.i])
        for match in passage.found(_READERS, first.idx, last.idx + len(last))
        if (named := passage.token_at(match.start)) is not None
    )


def _let(passage: Passage, verb: Token, _start: int) -> Iterator[Stated]:
    """Yield what something lets the company do, in a bare infinitive: "this lets our staff plan rotas"."""
    if passage.clause_of(verb).negator is not None:
        return
    yield from _helped(passage, verb)
    if verb.pos_ != "VERB":
        return
    if not any(_is_ours(child) for child in verb.children if child.dep_ == "obj"):
        return
    for child in verb.children:
        bare = all(mark.tag_ not in ("TO", "MD") for mark in child.children)
        if child.dep_ in ("xcomp", "ccomp") and child.tag_ in _FINITE and child.i > verb.i + 1 and bare:
            for first, end in verb_phrases(passage, child.i, verb.sent.end):
                yield first, end, "what something lets us do"


def _helped(passage: Passage, verb: Token) -> Iterator[Stated]:
    """Yield what something helps to do, where it does not say whom: "this information helps improve our site"."""
    doc, sentence = verb.doc, verb.sent
    if verb.lower_ not in _HELP or verb.i + 1 >= sentence.end or doc[verb.i + 1].tag_ != "VB":
        return
    words = [
        child for word in ((verb, verb.head) if verb.dep_ == "aux" else (verb,)) for child in word.children
    ]
    thing = next((child for child in words if child.dep_ == "nsubj"), None)
    marked = any(child.tag_ == "TO" for child in words)
    if thing is not None and not marked and (_is_data(passage, thing) or thing.lower_ in _STANDING_FOR):
        for first, end in verb_phrases(passage, verb.i + 1, sentence.end):
            yield first, end, "what something lets us do"


_HELP = frozenset(("help", "helps"))
_STANDING_FOR = frozenset(("this", "these", "it", "they", "which", "that"))


def _is_data(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun stands for data."""
    return any(passage.is_in(noun, table) for table in _DATA)


def _is_ours(token: Token) -> bool:
    """Tell whether a word is the company or belongs to it."""
    return token.lower_ == "us" or any(child.lower_ == "our" for child in token.children)


def _answered(passage: Passage, question: Token, start: int) -> Iterator[Stated]:
    """Yield the purposes behind a label that asks for them: "Why we need it: booking your appointment"."""
    behind = _behind_label(passage.doc[start - 1], question.sent)
    if behind is not None and behind < question.sent.end:
        for first, end in members(passage, behind, question.sent, actions=True):
            yield first, end, "named outright"


def _outright(passage: Passage, noun: Token, _start: int) -> Iterator[Stated]:
    """Yield the purpose that a sentence names: "the purpose of this is recruitment", "Purpose: recruitment"."""
    sentence = noun.sent
    start = _behind_label(noun, sentence)
    if start is None and noun.dep_ == "nsubj":
        copula = next((child for child in noun.head.children if child.dep_ == "cop"), None)
        denied = any(child.lower_ in ("not", "n't", "n’t") for child in noun.head.children)
        if copula is not None and copula.i > noun.i and not denied:
            start = copula.i + 1
    if start is not None and start < sentence.end and passage.doc[start].text == ":":
        start += 1
    if start is not None and start < sentence.end and passage.doc[start].lower_ not in _POINTING:
        for first, end in members(passage, start, sentence, actions=True):
            yield first, end, "named outright"


def _behind_label(noun: Token, sentence: Span) -> int | None:
    """Return the token behind the colon of a label such as "Purpose of processing:"."""
    if noun.i - sentence.start >= _LABEL:
        return None
    near = sentence.doc[noun.i + 1 : min(noun.i + 1 + _ASIDE, sentence.end)]
    colon = next((token.i for token in near if token.text == ":"), None)
    return None if colon is None else colon + 1


def _is_promised(verb: Token) -> bool:
    """Tell whether the reader will get something, or has asked or agreed to get it."""
    doer = _subject(verb)
    if any(child.tag_ == "TO" for child in verb.children) and verb.dep_ in ("xcomp", "advcl"):
        asker = _subject(verb.head)
        denied = any(child.lower_ == "not" for child in verb.children)
        return not denied and asker is not None and actor_of(asker) == "person"
    return (
        doer is not None
        and actor_of(doer) == "person"
        and any(child.tag_ == "MD" and child.lower_ in _PROMISING for child in verb.children)
    )


def _promised(passage: Passage, verb: Token, start: int) -> Iterator[Stated]:
    """Yield the known purposes among what the reader will get, or has asked or agreed to get."""
    if _is_promised(verb):
        yield from _known(passage, start, verb.sent, "what the reader gets")


def _known(passage: Passage, start: int, sentence: Span, rule: str) -> Iterator[Stated]:
    """Yield the known purposes among the nouns that begin at token `start`."""
    if start < sentence.end:
        end = noun_phrase_end(passage.doc[start], sentence)
        for name in named(passage, passage.doc[start:end]):
            yield max(left_end(name), start), right_end(name, end), rule


_RULES: Mapping[str, Callable[[Passage, Token, int], Iterator[Stated]]] = MappingProxyType(
    {
        cue("MessageVerb"): _message,
        cue("TellingVerb"): _told,
        cue("TouchVerb"): _touch,
        cue("FeedingVerb"): _fed,
        cue("LettingVerb"): _let,
        cue("PurposeWord"): _outright,
        cue("PurposeQuestion"): _answered,
        cue("PerformingVerb"): _performed,
        cue("GettingVerb"): _promised,
    }
)
"""What reads the purpose behind each kind of sign: it gets the first word of the sign and the index behind it."""
