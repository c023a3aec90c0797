"""Parties that get data because of what a clause says of the data or of them: "a copy reaches your guide"."""

from spacy.tokens import Span, Token

import ontology
from extract.frame import Clause
from extract.operations import is_under, operation
from extract.passage import Passage
from extract.reach import first_of_coordination, signed
from extract.topics import cue

_CUES = "cues/getting"
_ABOUT = frozenset(("about", "of", "on", "that", "whether"))
_TOOL = ontology.load().term("pgc:CookieData")
_DATA = ("personal-data", "cues/data-nouns", "cues/data-heads", "cues/data-parts", "cues/about-data")


def gets(passage: Passage, span: Span) -> str | None:
    """Return the rule by which a clause says that a party gets data; None if it does not say so."""
    token = first_of_coordination(span.root)
    clause = passage.clause_of(span.root)
    if clause.negator is not None and clause.actor == "person":
        return None
    if _is_reached(passage, token) or _is_told(passage, token):
        return "target of sharing"
    if token.dep_ == "nsubj" and comes_to_know(passage, token, clause):
        return "receives or handles data"
    if sets_tools(passage, token):
        return "receives or handles data"
    return "agent of processing" if _handles(passage, token, clause) else None


def names_tools(passage: Passage, sentence: Span) -> bool:
    """Tell whether a sentence speaks of cookies, beacons or the like."""
    found = passage.found("personal-data", sentence.start_char, sentence.end_char)
    return any(ontology.load().is_under(match.term, _TOOL) for match in found)


def sets_tools(passage: Passage, party: Token) -> bool:
    """Tell whether it is a party that sets cookies or the like: "our partners place cookies on your device"."""
    token = first_of_coordination(party)
    return _sets_tools(passage, token) or _sets_by(passage, token)


def _sets_tools(passage: Passage, party: Token) -> bool:
    """Tell whether a party is the subject of a verb that sets tools."""
    return party.dep_ == "nsubj" and _is_setting(passage, party.head)


def _sets_by(passage: Passage, party: Token) -> bool:
    """Tell whether a passive says by whom tools are set: "cookies set by our partners"."""
    verb = party.head
    if party.dep_ not in ("obl", "obl:agent") or not _may_set(passage, verb):
        return False
    by = any(child.lower_ == "by" and child.dep_ == "case" for child in party.children)
    things = [child for child in verb.children if child.dep_ == "nsubj:pass"]
    if verb.dep_ in ("acl", "acl:relcl"):
        things.append(verb.head)
    return by and any(_is_tool(passage, thing) for thing in things)


def _may_set(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb can say that tools are set or used."""
    return any(passage.is_in(verb, _CUES, cue(name)) for name in ("SettingVerb", "ToolVerb"))


def _is_setting(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb, or one coordinated with it, sets cookies or the like: "may place and read cookies"."""
    verbs = (verb, *(child for child in verb.children if child.dep_ == "conj"))
    things = [child for word in verbs for child in word.children if child.dep_ == "obj"]
    set_up = any(_may_set(passage, word) for word in verbs)
    return set_up and any(_is_tool(passage, thing) for thing in things)


def _is_tool(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun names cookies, beacons or the like."""
    return any(
        match.start <= noun.idx < match.end and ontology.load().is_under(match.term, _TOOL)
        for match in passage.found("personal-data", noun.left_edge.idx, noun.idx + len(noun))
    )


def comes_to_know(passage: Passage, party: Token, clause: Clause) -> bool:
    """Tell whether a party sees or gets data: "our vets look at your file", "your file is seen by our vets"."""
    verb = first_of_coordination(party).head
    if clause.passive and clause.head == verb:
        return clause.negator is None and clause.subject is not None and _is_data(passage, clause.subject)
    things = [child for child in verb.children if child.dep_ in ("obj", "iobj") and child.i > verb.i]
    if not things or all(thing.lower_ == "us" for thing in things):
        things = [child for child in verb.children if child.dep_ == "obl" and child.i > verb.i]
    return (
        clause.negator is None
        and any(passage.is_in(verb, _CUES, cue(name)) for name in ("SeeingVerb", "GettingVerb"))
        and any(_is_data(passage, thing) for thing in things)
        and not any(owner.lower_ in ("their", "its") for thing in things for owner in thing.children)
    )


def _is_reached(passage: Passage, party: Token) -> bool:
    """Tell whether data reach a party, or go to it: "a copy of each booking reaches your guide"."""
    verb = party.head
    if party.i < verb.i or not passage.is_in(verb, _CUES, cue("ReachingVerb")):
        return False
    if party.dep_ == "nmod":  # of the noun in "find their way"
        verb = verb.head
    thing = next((child for child in verb.children if child.dep_ in ("nsubj", "nsubj:pass")), None)
    cases = {child.lower_ for child in party.children if child.dep_ == "case"}
    return (
        party.dep_ in ("obj", "obl")
        and cases <= {"to", "with"}
        and thing is not None
        and _is_data(passage, thing)
    )


def _handles(passage: Passage, party: Token, clause: Clause) -> bool:
    """Tell whether a passive says that a party handles data: "the information may be used by our subsidiaries"."""
    by = any(child.lower_ == "by" and child.dep_ == "case" for child in party.children)
    thing = clause.subject
    return (
        by
        and party.head == clause.head
        and clause.passive
        and clause.negator is None
        and thing is not None
        and any(passage.is_in(thing, table) for table in _DATA)
        and is_under(operation(passage, clause), "dpv:Use", "dpv:Store")
    )


def _is_told(passage: Passage, party: Token) -> bool:
    """Tell whether a passive says that a party is told something: "your instructor is told about injuries"."""
    verb = party.head
    if party.dep_ != "nsubj:pass" or not signed(passage, verb, "TellingVerb"):
        return False
    return any(
        child.i > verb.i
        and (
            _is_data(passage, child)
            or any(mark.lower_ in _ABOUT and mark.dep_ in ("case", "mark") for mark in child.children)
        )
        for child in verb.children
    )


def _is_data(passage: Passage, noun: Token) -> bool:
    """Tell whether a noun stands for data, or for something of the reader's."""
    things = (noun, *(child for child in noun.children if child.dep_ in ("nmod", "nmod:poss")))
    return any(passage.is_in(thing, table) for thing in things for table in _DATA) or any(
        thing.lower_ in ("your", "you") for thing in things
    )
