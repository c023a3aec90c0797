"""How data reach somebody: the place that a noun or a name has in its clause."""

from spacy.tokens import Span, Token

from extract.controller import own_names
from extract.frame import Clause, is_infinitive
from extract.functions import rendered
from extract.operations import is_under, named_by, operation
from extract.passage import Passage
from extract.topics import cue

_CUES = ("cues/recipients", "cues/engaging")
_TARGETS = frozenset(("with", "to", "among", "between", "amongst", "onto"))
_MEANS = frozenset(("with", "on", "upon", "by", "via", "through"))
_SPOKEN = frozenset(("with", "to"))
_CHANNELS = frozenset(("through", "via"))
_SETTINGS = frozenset(
    (
        "connection",
        "accordance",
        "compliance",
        "conjunction",
        "relation",
        "contracts",
        "contract",
        "agreements",
    )
)
_KINDS = frozenset(
    ("categories", "category", "types", "type", "kinds", "kind", "number", "variety", "range", "members")
)
_EXAMPLES = frozenset(("as", "including", "like"))
_GIVING = ("dpv:Disclose", "dpv:Transfer", "dpv:Share", "dpv:Store", "dpv:Move")
_HANDLING = ("dpv:Obtain", "dpv:Use", "dpv:Store", "dpv:Disclose")
_HOLDING = ("dpv:Obtain", "dpv:Store")
_OBTAINING = ("dpv:Obtain",)
_OWN = ("we", "us", "i")
_PHASES = frozenset(
    ("continue", "begin", "start", "continues", "wish", "need", "able", "entitled", "allowed", "permitted")
)
_HAVING = frozenset(("have", "has"))
_MADE = frozenset(("made", "make", "makes"))
_AND = frozenset(("and", "or", ",", "/", "&"))
_NOMINAL = ("NOUN", "PROPN", "ADJ")
_EARLY = 6  # tokens before the name in an item of a list of recipients
_STEPS = 8  # steps from a coordinated noun to the first one
_CLIMB = 4  # steps from a noun to the verb or noun of giving that governs it
_MODIFIERS = 4  # words before a noun that only describe it
_MODIFYING = frozenset(("ADJ", "DET", "CCONJ", "PRON", "NUM"))
_NAME_WORDS = 2  # words of a name before its last one
_NEAR = 120  # characters between a sign of giving and its target where the parse does not join them
_AFTER = 70  # characters behind a party that is allowed something, within which it must handle data


def reach(passage: Passage, span: Span, *, listed: bool, under: bool = False) -> str | None:
    """Return the name of the rule by which data reach the party that `span` names; None if no rule holds.

    `listed` tells whether the passage is part of a list of recipients, `under` whether the words above it say
    that recipients follow.
    """
    root = span.root
    token = root if _cases(root) & _TARGETS else first_of_coordination(root)
    first = min(span.start, token.i) if token.pos_ in _NOMINAL else span.start
    if listed and first <= _EARLY and span.root.dep_ != "nmod:poss":
        return "member of a list of recipients"
    if _is_engaged_by_participle(passage, span):
        return "is engaged"
    clause = passage.clause_of(span.root)
    cases = _cases(token)
    rules = (
        ("target of sharing", under and cases & _TARGETS and token.i <= _EARLY),
        ("buyer of the business", cases & (_TARGETS | {"by"}) and _buys(passage, token)),
        ("target of sharing", cases & _TARGETS and _is_target(passage, token, clause)),
        ("target of sharing", _is_given(passage, token, clause) or _is_told(passage, token, clause)),
        ("target of sharing", _is_called_recipient(token)),
        ("target of sharing", _is_led_by_target(span) and _follows_sharing(passage, span[0], clause)),
        ("agent of processing", "by" in cases and _is_agent(passage, token, clause)),
        ("agent of processing", cases & _CHANNELS and _is_channel(passage, token, clause)),
        ("receives or handles data", token.dep_ == "nsubj" and _handles(passage, token, clause)),
        ("is engaged", _is_engaged(passage, _used(passage, token), clause)),
        ("is spoken to", _is_spoken_to(passage, token, clause)),
        ("is engaged", is_engaged_by_clause(passage, token)),
        ("is engaged", any(is_misread_verb(passage, child) for child in token.children)),
    )
    return next((rule for rule, holds in rules if holds), None)


def _cases(token: Token) -> set[str]:
    return {child.lower_ for child in token.children if child.dep_ == "case"}


def first_of_coordination(token: Token) -> Token:
    """Return the noun whose place in the sentence a coordinated, apposed or exemplified noun shares."""
    for _ in range(_STEPS):
        exemplified = token.dep_ == "nmod" and any(
            child.dep_ == "case" and child.lower_ in _EXAMPLES for child in token.children
        )
        counted = token.dep_ == "nmod" and token.head.lower_ in _KINDS
        if token.dep_ in ("conj", "appos", "compound", "flat") or exemplified or counted:
            token = token.head
        else:
            break
    return token


def joins_us(passage: Passage, token: Token) -> bool:
    """Tell whether a party acts together with the company: "partners" in "we and our partners"."""
    doc, index = token.doc, token.left_edge.i
    if doc[index].dep_ != "cc":
        index -= 1
    first = token.sent.start
    while index > first and doc[index].lower_ in _AND:
        index -= 1
    if index >= token.left_edge.i:
        return False
    word = doc[index]
    return word.lower_ == "we" or (word.pos_ in _NOMINAL and _is_own_name(passage, word))


def _is_own_name(passage: Passage, token: Token) -> bool:
    """Tell whether a word, with up to two before it, is a name of the company itself."""
    own = own_names(passage.policy)
    first = max(token.sent.start, token.i - _NAME_WORDS)
    return token.text[0].isupper() and any(
        token.doc[start : token.i + 1].text.lower() in own for start in range(first, token.i + 1)
    )


def signed(passage: Passage, token: Token, *names: str) -> bool:
    """Tell whether a token is part of one of the cues."""
    terms = {cue(name) for name in names}
    return any(
        sign.term in terms and sign.start <= token.idx < sign.end
        for table in _CUES
        for sign in passage.found(table)
    )


def _is_target(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether something is given to the party that a preposition leads to."""
    if clause.actor == "person" and (clause.negator is not None or clause.is_advice):
        return False
    above = token
    for _ in range(_CLIMB):
        if above.head is above:
            break
        above = above.head
        if above.lower_ in _SETTINGS or signed(passage, above, "ServingSign"):
            return False
        if signed(passage, above, "SharingSign") or is_under(named_by(passage, above), *_GIVING):
            return True
        if above.lower_ in _MADE and any(_is_giving(passage, child) for child in above.children):
            return True
    return _follows_sharing(passage, token, clause)


def _is_giving(passage: Passage, token: Token) -> bool:
    """Tell whether a noun names the giving that a verb such as "make" only says is done."""
    return token.dep_ in ("obj", "nsubj:pass") and signed(passage, token, "SharingSign")


def _follows_sharing(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether a sign of giving comes before a word in its clause, where the parse does not join them."""
    return any(
        sign.term == cue("SharingSign")
        and 0 <= token.idx - sign.end < _NEAR
        and not any(_is_finite(word) for word in clause.sentence if sign.end <= word.idx < token.idx)
        for sign in passage.found("cues/recipients", clause.sentence.start_char, clause.sentence.end_char)
    )


def _is_finite(word: Token) -> bool:
    """Tell whether a word is a verb of a clause of its own, not one that describes a noun ("data held by us")."""
    if word.pos_ not in ("VERB", "AUX") or _says_which(word):
        return False
    return word.tag_ not in ("VBN", "VBG") or word.dep_ not in ("acl", "amod")


def _says_which(word: Token) -> bool:
    """Tell whether a verb only says which data are meant: "the information you enter", "data we hold"."""
    verb = word.head if word.dep_ in ("aux", "aux:pass") else word
    return verb.dep_ == "acl:relcl" and any(
        child.dep_ in ("nsubj", "nsubj:pass") and child.lower_ in ("we", "you") for child in verb.children
    )


def _is_led_by_target(span: Span) -> bool:
    """Tell whether "with" or "to" leads to a noun over its modifiers, whatever the parse makes of it."""
    first = span.start - 1
    while first > span.sent.start and span.start - first <= _MODIFIERS and _describes(span.doc[first]):
        first -= 1
    return first > span.sent.start and span.doc[first].lower_ in ("with", "to")


def _describes(token: Token) -> bool:
    """Tell whether a word can describe the noun behind it: "trusted" is a participle to the parser."""
    return token.pos_ in _MODIFYING or token.tag_ == "VBN"


def _is_given(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether a verb of giving has the party as its first object: "we provide your carrier with data"."""
    verb = token.head
    if (
        not signed(passage, verb, "GivingWord", "SharingSign", "ServingSign", "TellingVerb")
        or clause.actor == "person"
    ):
        return False
    if token.dep_ in ("obj", "iobj") and _is_shown_something(passage, token, verb):
        return True
    if token.dep_ == "obj":
        return any(
            child.dep_ in ("obl", "nmod")
            and any(mark.lower_ == "with" for mark in child.children)
            and _is_data_noun(passage, child)
            for child in (*verb.children, *token.children)
        )
    return token.dep_ in ("nsubj:pass", "iobj") and any(
        child.dep_ == "obj" and _is_data_noun(passage, child) for child in verb.children
    )


def _is_shown_something(passage: Passage, token: Token, verb: Token) -> bool:
    """Tell whether data, or access to them, follow the party as a second object: "we grant our agents access"."""
    second = (child for child in verb.children if child.i > token.i and child.dep_ in ("obj", "xcomp"))
    return any(signed(passage, thing, "AccessNoun") or _is_data_noun(passage, thing) for thing in second)


def _is_told(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether the company tells the party something: "we may inform your parents of your progress"."""
    return (
        clause.actor == "company"
        and clause.subject is not None
        and clause.negator is None
        and token.dep_ in ("obj", "iobj")
        and signed(passage, token.head, "TellingVerb")
        and any(
            mark.lower_ in _ABOUT and mark.dep_ == "case" and mark.i > token.i
            for child in (*token.head.children, *token.children)
            for mark in child.children
        )
    )


_ABOUT = frozenset(("about", "of", "on"))


def _is_called_recipient(token: Token) -> bool:
    """Tell whether a sentence says that the party is a recipient: "recipients of the data are our auditors"."""
    if not any(child.dep_ == "cop" for child in token.children):
        return False
    subject = next((child for child in token.children if child.dep_ == "nsubj"), None)
    return subject is not None and subject.lower_ in _RECEIVERS


_RECEIVERS = frozenset(("recipient", "recipients"))


def _buys(passage: Passage, token: Token) -> bool:
    """Tell whether a sale or a merger of the business comes shortly before the party."""
    return any(
        sign.term == cue("TransactionSign") and 0 <= token.idx - sign.end < _AFTER
        for sign in passage.found("cues/recipients", token.sent.start_char, token.idx)
    )


def _is_agent(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether the party behind "by" gets or holds data: "may be viewed by …", "at the request of …"."""
    head = token.head
    if signed(passage, head, "RequestSign"):
        return any(
            sign.term == cue("SharingSign")
            for sign in passage.found("cues/recipients", clause.sentence.start_char, token.idx)
        )
    verbs = [head]
    while verbs[-1].dep_ == "conj" and verbs[-1].head.tag_ in ("VBN", "VBD"):
        verbs.append(verbs[-1].head)
    if any(signed(passage, verb, "GivingWord", "SharingSign") for verb in verbs):
        return False
    if clause.head in verbs and clause.subject is not None and _is_data(passage, clause.subject):
        return True
    if rendered(passage, token) is not None:
        return True
    return any(
        verb.tag_ in ("VBN", "VBD")
        and (
            signed(passage, verb, "HoldingSign", "HostingSign")
            or is_under(named_by(passage, verb), *_HOLDING)
        )
        for verb in verbs
    )


def _is_channel(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether data are handled, or the reader is written to, by means of the party.

    "Payments are processed through a provider", "we email you via a third party".
    """
    if token.head != clause.head or is_under(named_by(passage, clause.head), *_OBTAINING):
        return False
    if clause.passive:
        return clause.subject is not None and _is_data(passage, clause.subject)
    return clause.actor == "company" and signed(passage, clause.head, "ContactingVerb")


def _handles(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether the party that a verb has as its subject gets or handles data."""
    head = _done_by(token)
    if _sees_its_own(head):
        return False
    if signed(passage, head, "HoldingSign"):
        return True
    joint = token.lower_ in _OWN or joins_us(passage, token)  # "we and our partners": what they do as well
    own = any(child.dep_ == "nsubj" and child.lower_ in _OWN for child in (token, *head.children))
    if own and not joint:
        return False
    return (
        signed(passage, head, "ReceivingSign") or is_under(operation(passage, clause), *_HANDLING)
    ) and _has_data(passage, head.idx, clause.sentence.end_char, cookies=joint)


def _done_by(token: Token) -> Token:
    """Return the verb that says what a subject does: "use" in "may continue to use", "have a right to use"."""
    verb = token.head
    if verb.lemma_ in _PHASES or verb.lower_ in _PHASES:
        return next((child for child in verb.children if child.dep_ == "xcomp"), verb)
    held = (child for child in verb.children if verb.lower_ in _HAVING and child.dep_ == "obj")
    return next((done for thing in held for done in thing.children if is_infinitive(done)), verb)


def _sees_its_own(verb: Token) -> bool:
    """Tell whether what is seen belongs to those who see it: "users can see and edit their profile"."""
    verbs = (verb, *(child for child in verb.children if child.dep_ == "conj"))
    things = (child for each in verbs for child in each.children if child.dep_ == "obj")
    return any(owner.lower_ == "their" for thing in things for owner in thing.children)


def _is_data(passage: Passage, token: Token) -> bool:
    """Tell whether a word stands for personal data."""
    return passage.is_in(token, "personal-data")


def _is_data_noun(passage: Passage, token: Token) -> bool:
    """Tell whether a word stands for personal data or is a general noun for data: "the information they need"."""
    return _is_data(passage, token) or passage.is_in(token, "cues/data-nouns")


def _has_data(passage: Passage, start: int, end: int, *, cookies: bool) -> bool:
    """Tell whether data are named between two characters; cookies count only if the caller says so."""
    return any(
        cookies or match.form.lower() not in ("cookies", "cookie")
        for match in passage.found("personal-data", start, end)
    )


def _is_engaged(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether the company engages the party, or allows it to handle data."""
    cases = _cases(token)
    if token.dep_ not in ("obj", "iobj", "obl", "nsubj:pass") or (cases and not cases & _MEANS):
        return False
    if clause.actor == "person":
        return False
    if signed(passage, token.head, "AllowingVerb"):
        start = token.idx + len(token)
        end = min(start + _AFTER, clause.sentence.end_char)
        signs = {
            sign.term
            for table in ("cues/recipients", "cues/recipient-roles")
            for sign in passage.found(table, start, end)
        }
        return not signs.isdisjoint(
            map(cue, ("ReceivingSign", "HoldingSign", "HostingSign", "ProcessorSign"))
        )
    return signed(passage, token.head, "EngagingVerb")


def _is_spoken_to(passage: Passage, token: Token, clause: Clause) -> bool:
    """Tell whether the company speaks with the party: "we may contact your employer", "we liaise with schools"."""
    return (
        clause.subject is not None
        and clause.actor == "company"
        and not clause.passive
        and token.dep_ in ("obj", "iobj", "obl")
        and _cases(token) <= _SPOKEN
        and signed(passage, token.head, "SpeakingVerb", "ContactingVerb")
    )


def _used(passage: Passage, token: Token) -> Token:
    """Return the noun that stands for a party as an object: "the services of" it, the "use of" it, or itself."""
    noun = token.head
    if (
        token.dep_ != "nmod"
        or "of" not in _cases(token)
        or not signed(passage, noun, "EngagingNoun", "EngagingVerb")
    ):
        return token
    return noun


def is_engaged_by_clause(passage: Passage, token: Token) -> bool:
    """Tell whether a relative clause says so: "the processors we work with", "those with whom we share data"."""
    relatives = (child for child in token.children if child.tag_ in ("WP", "WDT"))
    below = (*token.children, *(child for relative in relatives for child in relative.children))
    return any(
        child.dep_ == "acl:relcl"
        and signed(passage, child, "EngagingVerb", "SharingSign")
        and any(subject.dep_ == "nsubj" and subject.lower_ in _OWN for subject in child.children)
        for child in below
    )


def is_misread_verb(passage: Passage, token: Token) -> bool:
    """Tell whether the parser took a verb of engaging for a modifier: "the app utilizes third-party services"."""
    return (
        token.dep_ in ("amod", "compound")
        and token.lower_.endswith("s")
        and signed(passage, token, "EngagingVerb")
    )


def _is_engaged_by_participle(passage: Passage, span: Span) -> bool:
    """Tell whether a participle behind the party says who engages it: "companies employed by us"."""
    doc = passage.doc
    end = span.end - 1 if span[-1].tag_ in ("VBN", "VBD") else span.end
    while (
        end < len(doc) and doc[end].dep_ in ("cc", "conj") and end < span.end + 2 and doc[end].tag_ != "VBN"
    ):
        end += 1
    return (
        end + 1 < len(doc)
        and doc[end].tag_ in ("VBN", "VBD")
        and doc[end + 1].lower_ == "by"
        and signed(passage, doc[end], "EngagingVerb")
    )
