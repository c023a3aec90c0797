"""Data that change hands: what somebody needs, sees or gets to know, what is passed on, and where it goes."""

from spacy.tokens import Token

from extract.frame import Clause, actor_of
from extract.operations import is_under, named_by
from extract.passage import Passage
from extract.topics import cue

_CUES = "cues/data"
_GIVING = "cues/giving"
_STEPS = 6  # from a noun to the verb that governs it
_ABOUT = frozenset(("of", "on", "about", "regarding", "concerning"))
_US = frozenset(("you", "us"))


def changes_hands(passage: Passage, noun: Token) -> bool:
    """Tell whether data are passed on, go somewhere, or can be seen by somebody."""
    return (
        _is_seen(passage, noun)
        or _is_open(passage, noun)
        or _is_passed_on(passage, noun)
        or _goes_somewhere(passage, noun)
        or _is_got(passage, noun)
        or _is_brought(passage, noun)
    )


def governed(passage: Passage, token: Token) -> tuple[Token, Token]:
    """Return the noun whose place in the sentence a noun shares, and the word that governs it.

    What stands behind "information on" or "copies of" shares their place.
    """
    for _ in range(_STEPS):
        about = token.dep_ == "nmod" and any(child.lower_ in _ABOUT for child in token.children)
        of_data = about and any(
            passage.is_in(token.head, table) for table in ("cues/about-data", "cues/data-parts")
        )
        if token.dep_ not in ("conj", "appos") and not of_data:
            break
        token = token.head
    return token, token.head


def is_wanted(passage: Passage, noun: Token) -> bool:
    """Tell whether somebody other than the reader needs the data, or comes to know them ("we need your name")."""
    token, verb = governed(passage, noun)
    clause = passage.clause_of(verb)
    if not passage.is_in(verb, _GIVING, cue("WantingVerb")) or not may_be_ours(clause):
        return False
    if clause.subject is None or clause.negator is not None:
        return False
    if token.dep_ == "nsubj:pass":
        return verb.tag_ == "VBN" and _is_needed(token, clause)
    cases = {child.lower_ for child in token.children if child.dep_ == "case"}
    to_it = {"for", "of", "about"} if token.dep_ == "obl" else {"to"} if token.dep_ == "nmod" else set()
    return token.dep_ == "obj" or not cases.isdisjoint(to_it)  # "ask for", "have access to"


def _is_needed(noun: Token, clause: Clause) -> bool:
    """Tell whether a passive says that data are needed, not what is done with them or with others before."""
    done = (child for child in clause.head.children if child.dep_ in ("xcomp", "ccomp"))
    again = any(child.lower_ in ("such", "this", "these", "that", "those") for child in noun.children)
    return not (again or clause.is_hypothetical or any(child.tag_ == "VBN" for child in done))


def _is_passed_on(passage: Passage, noun: Token) -> bool:
    """Tell whether the company gives the data to somebody else ("we provide your address to our partners")."""
    token, verb = governed(passage, noun)
    if token.dep_ not in ("obj", "nsubj:pass") or not may_be_ours(passage.clause_of(verb)):
        return False
    if any(child.lower_ in ("a", "an") for child in token.children):
        return False  # "we send an e-mail to …"
    if not passage.is_in(verb, _CUES, cue("HandingVerb")):
        return False
    yours = any(child.dep_ == "nmod:poss" and actor_of(child) == "person" for child in token.children)
    return any(
        target.dep_ in ("obl", "nmod")
        and target.lower_ not in _US
        and any(case.lower_ in ("to", "with") for case in target.children if case.dep_ == "case")
        for word in ((verb, token) if yours else (verb,))
        for target in word.children
    )


def _is_got(passage: Passage, noun: Token) -> bool:
    """Tell whether a passive says that somebody is given the data ("your agent is sent your telephone number")."""
    token, verb = governed(passage, noun)
    if (
        token.dep_ not in ("obj", "iobj")
        or verb.tag_ != "VBN"
        or not passage.is_in(verb, _CUES, cue("HandingVerb"))
    ):
        return False
    getter = next((child for child in verb.children if child.dep_ == "nsubj:pass"), None)
    return getter is not None and actor_of(getter) != "person" and passage.clause_of(verb).negator is None


def _is_brought(passage: Passage, noun: Token) -> bool:
    """Tell whether others give the data to the company ("your agent told us your telephone number")."""
    token, verb = governed(passage, noun)
    if token.dep_ != "obj" or not passage.is_in(verb, "cues/givers", cue("GiverVerb")):
        return False
    ours = any(
        child.lower_ == "us" and child.dep_ in ("iobj", "obl", "nmod")
        for word in (verb, token)
        for child in word.children
    )
    clause = passage.clause_of(verb)
    return ours and clause.head == verb and clause.actor != "person" and clause.negator is None


def _goes_somewhere(passage: Passage, noun: Token) -> bool:
    """Tell whether it is said where data go or stay ("your bank details go to our bank")."""
    token, verb = governed(passage, noun)
    if token.dep_ != "nsubj" or not passage.is_in(verb, _GIVING, cue("MovingVerb")):
        return False
    places = (child for child in verb.children if child.i > verb.i)
    return passage.clause_of(verb).negator is None and any(
        place.dep_ in ("obl", "obj", "nmod", "advmod") for place in places
    )


def _is_open(passage: Passage, noun: Token) -> bool:
    """Tell whether it is said of the data that others can see them ("your comments are visible to everybody")."""
    token, adjective = governed(passage, noun)
    return (
        token.dep_ == "nsubj"
        and adjective.pos_ == "ADJ"
        and any(child.dep_ == "cop" for child in adjective.children)
        and passage.is_in(adjective, _GIVING, cue("OpenAdjective"))
        and passage.clause_of(adjective).negator is None
    )


def _is_seen(passage: Passage, noun: Token) -> bool:
    """Tell whether somebody can see the data ("your name is visible to others"), or must be told them."""
    token, verb = governed(passage, noun)
    if passage.clause_of(verb).actor == "person":
        return False
    if passage.is_in(verb, _CUES, cue("SeeingWord")):
        parties = (t for t in verb.children if t.dep_ in ("obl", "obl:agent") and t.lower_ not in _US)
        cases = {case.lower_ for party in parties for case in party.children if case.dep_ == "case"}
        return token.dep_ == "obj" or (token.dep_.startswith("nsubj") and not cases.isdisjoint(("to", "by")))
    told = token.dep_ == "obj" and verb.dep_ == "xcomp"  # "we may be required to disclose your name"
    return told and is_under(named_by(passage, verb), "dpv:Disclose")


def is_remembered(passage: Passage, noun: Token) -> bool:
    """Tell whether somebody other than the reader keeps the data in mind ("cookies remember your preferences")."""
    token, verb = governed(passage, noun)
    if token.dep_ != "obj" or not passage.is_in(verb, _GIVING, cue("RememberingVerb")):
        return False
    clause = passage.clause_of(verb)
    return may_be_ours(clause) and not clause.is_advice


def is_placed(passage: Passage, tool: Token) -> bool:
    """Tell whether somebody puts a tool on a device ("third parties place cookies", "a cookie is set by X")."""
    token, verb = governed(passage, tool)
    if token.dep_ not in ("obj", "nsubj:pass") or not passage.is_in(verb, "cues/getting", cue("SettingVerb")):
        return False
    return may_be_ours(passage.clause_of(verb))


def may_be_ours(clause: Clause) -> bool:
    """Tell whether it may be the company that acts, and not the reader or somebody described ("users who …")."""
    return clause.actor != "person" and (clause.subject is None or clause.subject.lower_ != "who")
