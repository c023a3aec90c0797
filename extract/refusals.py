"""Finds what a policy says is not done by other words than a verb of processing and its data.

People are not identified, signals of browsers not heeded, nobody is profiled, no cookies are set, there is no
access to data; and what stands behind "neither", which the parser rarely takes for a negation.
"""

from collections.abc import Iterator

from spacy.tokens import Token

from extract.around import cued, cues
from extract.claim import Claim, Concept, Evidence
from extract.frame import Clause, actor_of, is_without
from extract.matcher import Match
from extract.passage import Passage, Policy
from extract.topics import cue

_FILE = "refusals"
_TABLE = f"cues/{_FILE}"
_REACH = 60  # characters between a verb and whom it names
_STEPS = 3  # from a verb to the one that it completes
_NOT = frozenset(("not", "n't", "n’t", "never", "cannot", "unable", "impossible", "nor", "neither"))
_WAYS = frozenset(("way", "form", "manner", "format", "such", "so"))
_CONFIDENCE = 0.85


def refusals(policy: Policy) -> Iterator[Claim]:
    """Yield the denials: of identifying people, of heeding browsers, of profiling, of cookies, of access."""
    processing = policy.ontology.term("dpv:hasProcessing")
    data = policy.ontology.term("dpv:hasPersonalData")
    identify = Concept(policy.ontology.term("pgc:Identify"))
    heed = Concept(policy.ontology.term("pgc:HeedBrowserSignal"))
    for passage in policy.body():
        for verb in _verbs(passage, "pgq:IdentifyingVerb", "pgq:PlainIdentifying"):
            if _is_unidentifying(passage, verb):
                yield Claim(processing, identify, (_words(passage, verb, "denied-identifying"),), denied=True)
        for verb in _verbs(passage, "pgq:HeedingVerb"):
            if _is_unheeding(passage, verb):
                yield Claim(processing, heed, (_words(passage, verb, "denied-heeding"),), denied=True)
        for sign, act in _acts(passage):
            words = passage.evidence(sign.start, sign.end, confidence=_CONFIDENCE, rule="denied-act")
            yield Claim(processing, Concept(act), (words,), denied=True)
        for cookies in _unset_cookies(passage):
            words = passage.evidence(
                cookies.start, cookies.end, confidence=_CONFIDENCE, rule="denied-cookies"
            )
            yield Claim(data, Concept(cookies.term), (words,), denied=True)


def _acts(passage: Passage) -> Iterator[tuple[Match, str]]:
    """Yield the words that deny an act, and the operation: "no access to", "profiling" not done, "neither sell"."""
    term = passage.policy.ontology.term
    for sign, clause in _said(passage, "pgq:NoAccess"):
        if clause.actor != "person":
            yield sign, term("dpv:Access")
    for sign, clause in _said(passage, "pgq:ProfilingNoun"):
        done = cued(passage, _FILE, "pgq:DoingVerb", clause.start, sign.start)
        if done and clause.negator is not None and clause.actor == "company":
            yield sign, term("dpv:Profiling")
    for verb in passage.found("processing"):
        token = passage.token_at(verb.start)
        if token is None or token.i < 2 or token.nbor(-1).lower_ != "neither":  # noqa: PLR2004 "we neither"
            continue
        if actor_of(token.nbor(-2)) == "company":
            yield verb, verb.term


def _said(passage: Passage, curie: str) -> Iterator[tuple[Match, Clause]]:
    """Yield the cues `curie` with their clauses, but for those in conditions and questions."""
    for sign in cues(passage, _FILE, curie):
        token = passage.token_at(sign.start)
        if token is not None and not (clause := passage.clause_of(token)).is_hypothetical:
            yield sign, clause


def _unset_cookies(passage: Passage) -> Iterator[Match]:
    """Yield the cookies that the company says it does not set."""
    cookies = passage.policy.ontology.term("pgc:CookieData")
    for match in passage.found("personal-data"):
        token = passage.token_at(match.end - 1)
        if match.term != cookies or token is None or token.dep_ not in ("obj", "nsubj:pass"):
            continue
        clause = passage.clause_of(token)
        if (
            clause.negator is not None
            and clause.head == token.head
            and clause.actor == "company"
            and not clause.is_hypothetical
            and passage.is_in(token.head, _TABLE, cue("SettingVerb"))
        ):
            yield match


def _verbs(passage: Passage, *curies: str) -> Iterator[Token]:
    """Yield the last words of what the cues `curies` name, but for those in conditions and questions."""
    for sign in (sign for curie in curies for sign in cues(passage, _FILE, curie)):
        token = passage.token_at(sign.end - 1)
        if token is not None and not passage.clause_of(token).is_hypothetical:
            yield token


def _words(passage: Passage, verb: Token, rule: str) -> Evidence:
    """Return the clause of a verb as evidence."""
    clause = passage.clause_of(verb)
    return passage.evidence(clause.start, clause.end, confidence=_CONFIDENCE, rule=rule)


def _is_unidentifying(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb is denied that says whose data they are.

    "Information that does not identify you" defines what is meant, and denies nothing.
    """
    clause = passage.clause_of(verb)
    if clause.actor == "person" or _is_definition(verb):
        return False
    if not (_is_negated(passage, verb) or is_without(verb)):
        return False
    stop = min(verb.sent.end_char, verb.idx + len(verb) + _REACH)
    if cued(passage, _FILE, "pgq:PlainIdentifying", verb.sent.start_char, stop):
        return True
    subject = clause.subject
    return cued(passage, _FILE, "pgq:Identity", verb.idx + len(verb), stop) or (
        clause.passive and subject is not None and passage.is_in(subject, _TABLE, cue("Identity"))
    )


def _is_negated(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb is negated, or the one that it completes: "we do not try to identify"."""
    clause = passage.clause_of(verb)
    if clause.head == verb and clause.negator is not None:
        return True
    token = verb
    for _ in range(_STEPS):
        if any(child.lower_ in _NOT and child.i < verb.i for child in token.children):
            return True
        if token.dep_ not in ("xcomp", "ccomp", "conj"):
            return False
        token = token.head
    return False


def _is_definition(verb: Token) -> bool:
    """Tell whether a relative clause with "that" says which data are meant, and not in which manner."""
    marks = {child.lower_ for child in verb.children if child.i < verb.i}
    return verb.dep_ == "acl:relcl" and "that" in marks and verb.head.lower_ not in _WAYS


def _is_unheeding(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb says that nothing is done upon a signal of the browser."""
    sentence = verb.sent
    return (
        passage.clause_of(verb).actor != "person"
        and _is_negated(passage, verb)
        and cued(passage, _FILE, "pgq:BrowserSignal", sentence.start_char, sentence.end_char)
    )
