"""Data that are described instead of named: "information linked to your account", "the pages you open"."""

from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

import ontology
from extract.claim import Concept
from extract.data_list import listing
from extract.extent import ASKING, end_of_question, is_question
from extract.frame import actor_of
from extract.operations import is_handling
from extract.passage import Passage
from extract.topics import cue

_PROVIDED = ontology.load().term("dpv:ProvidedPersonalData")
_USAGE = ontology.load().term("pgc:UsageData")
_DATA_NOUNS = "cues/about-data"
_TABLE = "cues/described-data"
_LONGEST = 16  # words behind the noun
_STEPS = 5  # from a noun to the verb that governs it
_AUXILIARIES = 6  # words between a noun and its verb ("will generally be kept")


class Description(NamedTuple):
    """A phrase that describes data; `concept` is the one that it comes to, if the ontology has one."""

    span: Span
    concept: Concept | None
    rule: str


def descriptions(passage: Passage) -> Iterator[Description]:
    """Yield the phrases of a passage that describe data which somebody other than the reader handles."""
    asked = 0  # the end of the last question that is about data
    for sentence in passage.sentences:
        for index in range(sentence.start, sentence.end):
            if passage.lowered[index] not in ASKING and passage.classes[index] not in _NOMINAL:
                continue
            token = passage.doc[index]
            if is_question(token):
                listed = asked > 0 and all(mark.lower_ in _LINKS for mark in passage.doc[asked : token.i])
                span = _asked(passage, token, listed=listed)
                if span is not None:
                    asked = span.end
                    yield Description(span, None, "question about the reader")
            elif token.pos_ in _NOMINAL and token.i + 1 < sentence.end:
                yield from _described(passage, token, sentence.end)
                if _is_behaviour(passage, token):
                    yield Description(_with_places(token), Concept(_USAGE), "behaviour of the reader")


_LINKS = frozenset((",", ";", "and", "or"))
_NOMINAL = frozenset(("NOUN", "PRON"))


def _described(passage: Passage, noun: Token, last: int) -> Iterator[Description]:
    """Yield the phrase of a noun, in a sentence that ends at `last`, if it describes data that are handled."""
    is_data = passage.is_in(noun, _DATA_NOUNS, cue("InformationAbout")) and not _is_of_verb(passage, noun)
    if is_data:
        found = restricted(passage, noun.doc[start_of(noun) : noun.i + 1])
        if found is not None and (
            _is_listed(passage, noun) or _is_handled(passage, noun, found.span.end, _ANY)
        ):
            yield found
    elif _is_thing(noun):
        end, verb = _relative(noun.doc, noun.i + 1, last)
        if verb is None or not _is_readers(noun.doc, noun.i + 1, verb):
            return
        given = passage.is_in(noun, "cues/data-heads") and passage.is_in(verb, _TABLE, cue("ReaderGiving"))
        handled = _is_handled(passage, noun, end, (*_KEPT, "dpv:Use") if given else _KEPT)
        if (
            (_is_listed(passage, noun) or handled)
            and (given or _is_readers_act(passage, verb))
            and not passage.is_in(noun, "cues/no-data", cue("NoData"))
        ):
            yield Description(noun.doc[start_of(noun) : end], None, "what the reader does with it")


def _is_listed(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun stands in a list of data."""
    listed = listing(passage)
    return listed is not None and listed.start <= noun.i < listed.end


def _is_behaviour(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun says what readers do and somebody watches it ("track your use of the site")."""
    if noun.nbor().lower_ not in _AT:
        return False
    verb = governor(noun)
    return (
        _is_readers_behaviour(passage, noun)
        and verb is not None
        and verb.pos_ == "VERB"
        and is_by_others(verb)
        and is_handling(passage, verb, *_WATCHED, *_STUDIED)
    )


def _is_readers_behaviour(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun says what readers do, and that it is they ("your use", "user activity")."""
    return passage.is_in(noun, "cues/behaviour", cue("Behaviour")) and any(
        child.dep_ in ("nmod:poss", "compound", "nmod") and actor_of(child) == "person"
        for child in noun.children
    )


def _with_places(noun: Token) -> Span:
    """Return a noun with its modifiers and what it is of, on or with ("use of the site")."""
    return noun.doc[start_of(noun) : _places(noun.doc, noun.i + 1, noun.sent.end)]


_AT = frozenset(("of", "on", "with", "to", "in", "across", "within", "around", "through"))
_WATCHED = ("dpv:Collect", "dpv:Observe", "dpv:Record", "dpv:Store", "dpv:Monitor", "dpv:Tracking")
_STUDIED = ("dpv:Analyse", "dpv:Assess", "dpv:Consult")


def _is_of_verb(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun is part of the words for an operation ("keep a record of")."""
    return any(match.start < noun.idx < match.end for match in passage.found("processing"))


def _is_thing(noun: Token) -> bool:
    """Tell whether a word can be what somebody has done something with: a noun, or "anything"."""
    return noun.pos_ == "NOUN" or noun.lower_ in ("anything", "everything", "whatever")


_KEPT = ("dpv:Obtain", "dpv:Store", "dpv:Monitor", "dpv:Tracking", "dpv:Remove", *_STUDIED)
_ANY = (*_KEPT, "dpv:Use", "dpv:Disclose", "dpv:Transfer", "dpv:Transform")


def restricted(passage: Passage, noun: Span) -> Description | None:
    """Return words for data with what says which ("information from deleted accounts"); None if nothing does.

    What only says that the company has them ("that we collect about you") is no restriction; that the reader
    gave them is one of its own.
    """
    doc, last = noun.doc, noun.sent.end
    root = next(
        (t for t in reversed(noun) if passage.is_in(t, _DATA_NOUNS, cue("InformationAbout"))), noun.root
    )
    end = root.i + 1
    given = _from_others(passage, end, last)
    if given > end:
        return Description(doc[min(noun.start, root.i) : given], None, "data that others gave")
    provided = belongs = False
    while end < last and end - root.i <= _LONGEST:
        stop, verb = _relative(doc, end, last)
        if verb is None:
            stop, verb = _participle(passage, end, last)
        belongs = belongs or (verb is not None and passage.is_in(verb, "cues/belonging", cue("Belonging")))
        if verb is not None and passage.is_in(verb, _TABLE, cue("ReaderGiving")):
            provided = provided or _is_readers(doc, end, verb) or _by_reader(doc, verb, stop)
            if not provided:
                break
        if verb is None:
            stop = _preposition(passage, root, end, last)
        if stop == end:
            break
        end = stop
    if end == root.i + 1:
        return None
    span = doc[min(noun.start, root.i) : end]
    behind = [
        token
        for token in doc[root.i + 1 : end]
        if belongs or not passage.is_in(token, _TABLE, cue("OfReader"))
    ]
    if any(_is_readers_behaviour(passage, token) or _says_which(passage, token) for token in behind):
        return Description(span, None, "data that are said to be of a kind")
    return Description(span, Concept(_PROVIDED), "data that the reader gave") if provided else None


_MODIFYING = frozenset(("amod", "compound", "nmod", "nummod"))


def start_of(noun: Token, modifying: frozenset[str] = _MODIFYING) -> int:
    """Return where a noun phrase starts with its modifiers, without articles and owners."""
    start = noun.i
    while start > 0 and noun.doc[start - 1].dep_ in modifying:
        if not start <= noun.doc[start - 1].head.i <= noun.i:
            break
        start -= 1
    return int(start)


def _relative(doc: Doc, start: int, last: int) -> tuple[int, Token | None]:
    """Return where a clause about the reader from `start` ends, and its verb; `start` and None if there is none."""
    place = start + 1 if doc[start].lower_ in ("that", "which") else start
    if place >= last or doc[place].text not in ("you", "users"):
        return start, None
    place += 1
    verb: Token | None = None
    while place < last and _goes_on(doc, place, last, verb):
        verb = doc[place] if doc[place].pos_ == "VERB" else verb
        place += 1
    return (start, None) if verb is None else (_places(doc, place, last), verb)


def _goes_on(doc: Doc, place: int, last: int, verb: Token | None) -> bool:
    """Tell whether a word belongs to the verbs of a relative clause; `verb` is the last one before it."""
    token = doc[place]
    following = doc[place + 1] if place + 1 < last else None
    if verb is None:
        return token.pos_ in ("VERB", "AUX", "ADV", "PART")
    if token.pos_ == "CCONJ" or token.lower_ == "to":
        if following is None or following.pos_ != "VERB":
            return False
        return following.dep_ == "xcomp" or (following.dep_ == "conj" and following.tag_ == verb.tag_)
    if token.pos_ == "ADP":
        return following is None or following.pos_ not in ("NOUN", "PROPN", "PRON", "DET", "ADJ", "NUM")
    return token.pos_ == "ADV" or (token.pos_ == "VERB" and token.dep_ in ("conj", "xcomp"))


def _participle(passage: Passage, start: int, last: int) -> tuple[int, Token | None]:
    """Return where a participle that says to what data belong ends with its places, and the participle."""
    doc, place = passage.doc, start
    while place < last and doc[place].pos_ == "ADV":
        place += 1
    if place >= last or doc[place].tag_ not in ("VBN", "VBD"):
        return start, None
    verb = doc[place]
    belongs = (
        passage.is_in(verb, "cues/belonging", cue("Belonging"))
        and place + 1 < last
        and doc[place + 1].pos_ == "ADP"
    )
    if not belongs and not passage.is_in(verb, _TABLE, cue("ReaderGiving")):
        return start, None
    return _places(doc, place + 1, last), verb


def _preposition(passage: Passage, noun: Token, start: int, last: int) -> int:
    """Return where a phrase ends that says what data are about, of or from; `start` if there is none."""
    doc, place = noun.doc, start
    if doc[place].lower_ in ("related", "relating", "pertaining", "linked", "specific"):
        place += 1
        if place == last or doc[place].lower_ != "to":
            return start
    elif doc[place].lower_ == "from":
        verb = governor(noun)
        if verb is None or not is_handling(passage, verb, "dpv:Store", "dpv:Use", "dpv:Combine"):
            return start
    elif doc[place].lower_ not in _ABOUT:
        return start
    place += 1
    if place < last and is_question(doc[place]):
        return end_of_question(doc[place], last)
    end = _noun_phrase(doc, place, last)
    if end == place or not (_is_of_reader(doc[place:end]) or _is_kept(passage, noun)):
        return start
    return _places(doc, end, last, start)


def _from_others(passage: Passage, start: int, last: int) -> int:
    """Return where words end that say from whom else data are ("we receive from our partners"), else `start`."""
    doc, place = passage.doc, start
    if place < last and doc[place].pos_ == "AUX":
        return start  # "your data are received by …" says what is done, not which
    while place < last and (doc[place].pos_ in ("AUX", "ADV") or doc[place].lower_ in _HAVING):
        place += 1
    if place < last and is_handling(passage, doc[place], "dpv:Obtain"):
        place += 1
    elif place > start:
        return start
    if place in (start, last) or doc[place].lower_ not in _BY:
        return start
    end = _noun_phrase(doc, place + 1, last)
    if end == place + 1 or not doc[end - 1].is_lower or _is_of_us(doc[place + 1 : end].root):
        return start  # a name may be the company's own
    named = doc[end - 1].lower_ == "sources" or any(
        next(passage.found(table, doc[place + 1].idx, doc[end - 1].idx + len(doc[end - 1])), None) is not None
        for table in _OTHERS
    )
    return end if named else start


def _is_of_us(noun: Token) -> bool:
    """Tell whether a noun is the reader or the company."""
    return actor_of(noun) in ("person", "company")


_HAVING = frozenset(("that", "which", "we"))
_BY = frozenset(("from", "by"))
_OTHERS = ("recipients-roles", "cues/party-nouns")


def _is_of_reader(phrase: Span) -> bool:
    """Tell whether a phrase says that something is the reader's, or of readers."""
    return any(token.tag_ == "PRP$" or actor_of(token) == "person" for token in phrase)


def _is_kept(passage: Passage, noun: Token) -> bool:
    """Tell whether data are stored, recorded or used, which makes them data about readers."""
    verb = governor(noun)
    return verb is not None and is_handling(passage, verb, "dpv:Store", "dpv:Use", "dpv:Record")


def _places(doc: Doc, start: int, last: int, phrase: int | None = None) -> int:
    """Return where the phrases end that follow a verb or a noun of the phrase that begins at `phrase`."""
    first = (start if phrase is None else phrase) - 1
    end = _noun_phrase(doc, start, last)
    while end < last and doc[end].lower_ in _PLACES and end - start < _LONGEST:
        stop = _noun_phrase(doc, end + 1, last)
        inner = doc[end + 1 : stop]
        if stop == end + 1 or not first <= inner.root.head.i <= end or doc[end + 1].lower_ == "order":
            break
        end = stop
    return _relative(doc, end, last)[0] if start < end < last else end


def _noun_phrase(doc: Doc, start: int, last: int) -> int:
    """Return where a noun phrase ends that begins at `start`, with those coordinated with it."""
    end = start
    while end < last and (
        doc[end].pos_ in ("NOUN", "PROPN", "ADJ", "NUM", "DET", "PRON")
        or doc[end].tag_ in ("PRP$", "POS", "HYPH")
        or (doc[end].tag_ in ("VBN", "VBG") and doc[end].dep_ in ("amod", "compound"))
        or _joins_nouns(doc, start, end, last)
    ):
        opens = doc[end].tag_ in ("PRP", "WDT", "WP") or doc[end].lower_ in ("that", "which", "who")
        if end > start and opens and doc[end - 1].pos_ in ("NOUN", "PROPN"):
            break
        end += 1
    while end > start and doc[end - 1].pos_ not in ("NOUN", "PROPN", "PRON", "NUM"):
        end -= 1
    return end


def _joins_nouns(doc: Doc, start: int, place: int, last: int) -> bool:
    """Tell whether a conjunction joins two nouns of the phrase that begins at `start`."""
    if doc[place].pos_ != "CCONJ" or place == start:
        return False
    following = next((t for t in doc[place + 1 : last] if t.dep_ == "conj"), None)
    return (
        following is not None
        and following.pos_ in ("NOUN", "PROPN", "PRON")
        and start <= following.head.i < place
    )


_ABOUT = frozenset(("about", "regarding", "concerning", "of"))
_PLACES = frozenset(
    (
        "of",
        "on",
        "in",
        "to",
        "at",
        "with",
        "from",
        "through",
        "via",
        "by",
        "about",
        "between",
        "within",
        "over",
    )
)


def _is_readers(doc: Doc, start: int, verb: Token) -> bool:
    """Tell whether a relative clause from `start` is about what the reader does."""
    return any(token.lower_ in ("you", "users") for token in doc[start : verb.i])


def _by_reader(doc: Doc, verb: Token, stop: int) -> bool:
    """Tell whether the agent of a participle is the reader ("volunteered by users")."""
    agents = (token for token in doc[verb.i + 1 : stop - 1] if token.lower_ == "by")
    return any(actor_of(doc[j]) == "person" for by in agents for j in range(by.i + 1, stop))


def _says_which(passage: Passage, token: Token) -> bool:
    """Tell whether a word of a restriction says something about the data, and not only that there are data."""
    if token.pos_ == "VERB" and token.dep_ != "amod":
        reader = any(child.dep_ == "nsubj" and child.lower_ in ("you", "users") for child in token.children)
        return reader and _is_readers_act(passage, token)
    return (
        (token.pos_ in ("NOUN", "ADJ") or token.dep_ == "amod")
        and not token.text[0].isupper()
        and actor_of(token) not in ("person", "company")
        and (token.dep_ not in ("amod", "compound") or actor_of(token.head) != "person")
        and not passage.is_in(token, _TABLE, cue("SaysNothing"))
        and not any(passage.is_in(token, table) for table in ("cues/no-category", _DATA_NOUNS, "processing"))
    )


def _is_readers_act(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb says what readers do with pages, messages, files and the like."""
    return passage.is_in(verb, _TABLE, cue("Interacting"))


def _is_handled(passage: Passage, noun: Token, end: int, operations: tuple[str, ...]) -> bool:
    """Tell whether somebody other than the reader does with a noun what is one of `operations`."""
    verb = governor(noun)
    if verb is None or verb.i in range(noun.i, end):
        verb = _passive(noun.doc, end, noun.sent.end)
    return verb is not None and is_by_others(verb) and is_handling(passage, verb, *operations)


def is_by_others(verb: Token) -> bool:
    """Tell whether the reader does not do what a verb says."""
    token = verb
    while token.dep_ in ("conj", "xcomp") and not any(child.dep_ == "nsubj" for child in token.children):
        token = token.head
    subject = next((child for child in token.children if child.dep_ == "nsubj"), None)
    return subject is None or actor_of(subject) != "person"


def governor(noun: Token) -> Token | None:
    """Return the verb of which a noun is the object, or the noun made from a verb of which it is the object."""
    token = noun
    for _ in range(_STEPS):
        if token.dep_ in ("obj", "nsubj:pass", "ccomp"):
            return token.head
        if token.dep_ == "nmod" and any(child.lower_ == "of" for child in token.children):
            return token.head
        if token.dep_ not in ("conj", "appos", "nmod"):
            return None
        token = token.head
    return None


def _passive(doc: Doc, start: int, last: int) -> Token | None:
    """Return the participle of a passive that follows its subject ("will generally be kept")."""
    for token in doc[start : min(start + _AUXILIARIES, last)]:
        if token.pos_ == "VERB":
            return token if token.tag_ in ("VBN", "VBD") and token.i > start else None
        if token.pos_ not in ("AUX", "ADV", "PART"):
            return None
    return None


def _asked(passage: Passage, opening: Token, *, listed: bool) -> Span | None:
    """Return the clause that a question word opens if somebody watches what the reader does in it.

    With `listed` it stands behind another one of which that is known.
    """
    verb = _verb_of(opening)
    if (
        verb is None
        or any(child.tag_ == "MD" for child in verb.children)
        or not _is_about_reader(passage, verb)
    ):
        return None
    watching = (verb.head, opening.doc[max(opening.i - 1, opening.sent.start)])
    if not listed and not any(_watches(passage, above, opening) for above in watching):
        return None
    return opening.doc[opening.i : _end(opening, verb)]


def _verb_of(opening: Token) -> Token | None:
    """Return the verb of the clause that a question word opens, also where its noun is parsed as a verb."""
    readers = (
        t for t in opening.doc[opening.i + 1 : opening.sent.end][:_STEPS] if t.lower_ in ("you", "users")
    )
    verb = next((reader.head for reader in readers if reader.dep_ == "nsubj"), opening)
    while verb.pos_ != "VERB" and verb.head.i > verb.i:
        verb = verb.head
    return verb if verb.pos_ == "VERB" and verb.i > opening.i else None


def _watches(passage: Passage, above: Token, opening: Token) -> bool:
    """Tell whether a word before a question says that somebody other than the reader watches what it asks."""
    seen = passage.is_in(above, _TABLE, cue("Seeing")) and opening.lower_ != "how"
    return above.i < opening.i and is_by_others(above) and (seen or is_handling(passage, above, *_WATCHED))


def _is_about_reader(passage: Passage, verb: Token) -> bool:
    """Tell whether a clause is about what the reader does, or what has been done with something by readers."""
    subjects = [child for child in verb.children if child.dep_ in ("nsubj", "nsubj:pass")]
    if any(subject.dep_ == "nsubj:pass" for subject in subjects):
        return _is_readers_act(passage, verb)
    return any(actor_of(subject) == "person" for subject in subjects)


def _end(opening: Token, verb: Token) -> int:
    """Return where a clause ends that a question word opens, with `verb`: before the next one at the latest."""
    last = opening.sent.end
    end = max(end_of_question(opening, last), min(end_of_question(verb, last), opening.i + _LONGEST))
    another = (
        token.i - 1
        for token in opening.doc[verb.i + 1 : end]
        if is_question(token) and token.nbor(-1).lower_ in _LINKS
    )
    return next(another, end)
