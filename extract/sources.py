"""Finds from whom or what a policy says that personal data come."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Token

from extract.around import clause_end, cued, cues, sentence
from extract.claim import Claim, Company, Concept, Support, Unmapped, Value
from extract.frame import Clause
from extract.matcher import Match
from extract.operations import is_handling, is_under, named_by
from extract.passage import Passage, Policy
from extract.reach import first_of_coordination
from extract.topics import cue as topic
from extract.topics import stands_under

_TABLE = "sources"
_NEAR = 95  # characters between the verb of obtaining and the word that opens the source
_LONGEST = 64  # characters of one source; a longer stretch is no name of a source
_STOP = re.compile(
    r"\b(?:to|for|when|that|which|who|whom|if|where|about|on|in|regarding|so|while|because|whether|(?<!and\s)(?<!or\s)at|is|with|includes?|are|will|may|can|have"
    r"|has|into|than|then|under|during|we|it|they|you\s(?:may|can|have|will|provide|give))\b(?!\sparty)|(?<!such\s)\bas\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"[,;()/]|\b(?:and/or|and|or|such\sas|including(?:\sbut\snot\slimited\sto)?|for\s(?:example|instance)|e\.g\.?|like)\b",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"^(?:(?:the|a|an|our|your|other|various|certain|some|any|these|those|this|such|following|through|from|via|also|both|either|by|of|at)\b\s*)+",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(
    r",\s+(?:such\sas|including(?:,?\sbut\snot\slimited\sto)?|like|for\s(?:example|instance))\b,?",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s+(?:through|via|from|by|with|of|and|or)$", re.IGNORECASE)
_NESTING = re.compile(r"\(|such|including|example|instance|e\.g|like", re.IGNORECASE)
_JOINED = re.compile(r"(?:,|\band|\bor)\s+(?:also\s+)?$", re.IGNORECASE)
_ACCOUNT = re.compile(r"['’]s?\s+accounts?$", re.IGNORECASE)
_READER = re.compile(r"\b(?:you|users?)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:when|whenever|if|where)\s(?:[\w’']+\s){1,4}$", re.IGNORECASE)
_YOU = re.compile(r"(?:directly\s)?you(?:rself)?(?:\sdirectly)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Source:
    """Characters `start` to `end` name a source, and the value that stands for it."""

    start: int
    end: int
    value: Value
    rule: str
    denied: bool = False


def sources(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each source of personal data that the policy names."""
    has_source = policy.ontology.term("dpv:hasDataSource")
    for passage in policy.passages:
        if passage.block.boilerplate:
            continue
        until = -1
        found = sorted(
            [
                *_listed(passage),
                *_members(passage),
                *_enumerated(passage),
                *_person(passage),
                *_automatic(passage),
                *_tools(passage),
                *_consulted(passage),
                *_givers(passage),
            ],
            key=lambda source: (source.start, -source.end),
        )
        found += _occasions(passage, found)
        found += _by_using(passage, found)
        found += _same_data(passage, found)
        for source in found:
            if source.start < until:
                continue
            until = source.end
            support: Support = "Inherited" if passage.block.kind == "heading" else "Explicit"
            if source.rule == "source-before":
                support = "Inherited"
            if source.rule == "source-occasion":
                support = "Inferred"
            words = passage.evidence(source.start, source.end, support=support, rule=source.rule)
            yield Claim(has_source, source.value, (words,), source.denied)


def _person(passage: Passage) -> Iterator[_Source]:
    """Yield the phrases that plainly make the person the source."""
    term = passage.policy.ontology.term("dpv:DataSubjectDataSource")
    seen: set[int] = set()
    for match in cues(passage, _TABLE, "pgq:FirstPerson"):
        opens, _ = sentence(passage, match.start)
        if opens not in seen and not cued(passage, _TABLE, "pgq:Denial", opens, match.start):
            seen.add(opens)
            yield _Source(match.start, match.end, Concept(term), "source-person")


def _automatic(passage: Passage) -> Iterator[_Source]:
    """Yield the words that say that data are taken automatically, which makes the use of the service the source."""
    lexicon = passage.policy.ontology
    for match in passage.found("processing"):
        if lexicon.is_under(match.term, lexicon.term("pgc:CollectAutomatically")):
            yield _Source(
                match.start, match.end, Concept(lexicon.term("pgc:AutomatedSource")), "source-automatic"
            )
        elif lexicon.is_under(match.term, lexicon.term("dpv:Obtain")):
            verb = passage.token_at(match.start)
            for word in verb.children if verb is not None else ():
                if word.lower_ in _AUTOMATICALLY:
                    start, end = min(match.start, word.idx), max(match.end, word.idx + len(word))
                    yield _Source(
                        start, end, Concept(lexicon.term("pgc:AutomatedSource")), "source-automatic"
                    )


def _tools(passage: Passage) -> Iterator[_Source]:
    """Yield the cookies and the like that collect data: "we use cookies to collect …", "cookies record …"."""
    automated = passage.policy.ontology.term("pgc:AutomatedSource")
    for match in passage.found("data-sources"):
        tool = passage.token_at(match.end - 1) if match.term == automated else None
        if tool is not None and _collects(passage, first_of_coordination(tool), match):
            yield _Source(match.start, match.end, Concept(automated), "source-tool")


def _collects(passage: Passage, tool: Token, match: Match) -> bool:
    """Tell whether a tool collects data, lets the company collect them, or is put to use for that."""
    if _is_followed_by_capturing(passage, match):
        return True
    relative = next((child for child in tool.children if child.dep_ == "acl:relcl"), None)
    verb = relative if relative is not None and _is_about(relative) else tool.head
    if verb.pos_ != "VERB" or passage.clause_of(verb).negator is not None:
        return False
    if tool.dep_ == "nsubj" or verb == relative:
        doings = (verb, *(child for child in verb.children if child.dep_ == "conj"))
        return any(_tells(passage, doing) or _enables(passage, doing) for doing in doings)
    if any(child.dep_ == "case" and child.lower_ in _BY for child in tool.children):
        return verb.tag_ == "VBN" and verb.idx < match.start and _is_collecting(passage, verb)
    _, closes = sentence(passage, match.start)
    used = tool.dep_ == "obj" and cued(passage, "source-tools", "pgq:ToolVerb", verb.idx, match.start)
    return used and any(
        is_under(verb, "dpv:Obtain") for verb in passage.found("processing", match.start, closes)
    )


def _is_followed_by_capturing(passage: Passage, match: Match) -> bool:
    """Tell whether a verb of taking down stands behind a tool, whatever the parse makes of it: "logs capture"."""
    token = passage.token_at(match.end - 1)
    if token is None or token.tag_ not in ("NNS", "NNPS", "VBZ", "JJ"):
        return False
    after = token.nbor() if token.i + 1 < token.sent.end else token
    while after.lower_ in _POSSIBLY and after.i + 1 < after.sent.end:
        after = after.nbor()
    return after != token and not after.lower_.endswith(("s", "ed", "ing")) and _is_collecting(passage, after)


_POSSIBLY = frozenset(("may", "can", "might", "will", "could", "also", "then", "automatically"))


def _is_about(relative: Token) -> bool:
    """Tell whether what a relative clause stands behind is its subject: "a pixel that tells us"."""
    return any(child.tag_ == "WDT" and child.dep_ == "nsubj" for child in relative.children)


def _tells(passage: Passage, verb: Token) -> bool:
    """Tell whether a tool that has a verb as its predicate collects data or tells the company of them."""
    telling = any(sign.start == verb.idx for sign in cues(passage, "source-tools", "pgq:ToolTelling"))
    return telling or _is_collecting(passage, verb)


def _is_collecting(passage: Passage, verb: Token) -> bool:
    """Tell whether a verb says that data come to be held."""
    return is_under(named_by(passage, verb), *_COLLECTING) or passage.is_in(
        verb, "cues/source-tools", topic("CapturingVerb")
    )


def _enables(passage: Passage, verb: Token) -> bool:
    """Tell whether a tool lets the company collect data: "cookies allow us to record …"."""
    if not any(sign.start == verb.idx for sign in cues(passage, "source-tools", "pgq:ToolEnabling")):
        return False
    done = [child for child in verb.children if child.dep_ in ("xcomp", "ccomp", "advcl")]
    ours = any(token.lower_ == "us" for token in verb.doc[verb.i : verb.i + _US_WITHIN])
    return ours and any(_is_collecting(passage, child) for child in done)


_COLLECTING = ("dpv:Obtain", "dpv:Record", "dpv:Store", "dpv:Monitor", "dpv:Observe", "dpv:Generate")
_BY = frozenset(("by", "through", "via", "with", "using"))
_US_WITHIN = 3  # tokens from "allow" to "us"


def _consulted(passage: Passage) -> Iterator[_Source]:
    """Yield the sources in which the company looks something up: "we check the electoral roll"."""
    lexicon = passage.policy.ontology
    tops = [lexicon.term(f"dpv:{name}") for name in ("PublicDataSource", "NonPublicDataSource")]
    for match in passage.found("data-sources"):
        if not any(
            lexicon.is_under(match.term, top) for top in (*tops, lexicon.term("pgc:DataBrokerSource"))
        ):
            continue
        token = passage.token_at(match.end - 1)
        if token is None:
            continue
        verb = first_of_coordination(token).head
        clause = passage.clause_of(verb)
        if clause.actor == "company" and clause.negator is None and is_handling(passage, verb, *_LOOKING_UP):
            yield _Source(match.start, match.end, Concept(match.term), "source-consulted")


_LOOKING_UP = ("dpv:Consult", "dpv:Access", "dpv:Retrieve", "pgc:Verify", "dpv:Screen")
_AUTOMATICALLY = frozenset(("automatically", "passively"))


def _occasions(passage: Passage, found: list[_Source]) -> Iterator[_Source]:
    """Yield the occasions on which data are collected, in sentences that name no source.

    "When you register, we ask for your name": the person gives it. "When you visit our site, we record your IP
    address": the use of the site does.
    """
    lexicon = passage.policy.ontology
    for clause in passage.clauses:
        sentence = clause.sentence
        when = clause.head.left_edge
        if clause.actor != "person" or when.lower_ not in _WHENEVER or clause.negator is not None:
            continue
        start, end = sentence.start_char, sentence.end_char
        if any(start <= source.start < end for source in found):
            continue
        if not any(
            lexicon.is_under(verb.term, lexicon.term("dpv:Obtain"))
            for verb in passage.found("processing", start, end)
            if not clause.head.left_edge.idx <= verb.start <= clause.head.right_edge.idx
        ):
            continue
        for curie, term in _OCCASIONS.items():
            verb = next(cues(passage, "occasions", curie, clause.head.idx, end), None)
            if verb is not None and verb.start == clause.head.idx:
                yield _Source(when.idx, verb.end, Concept(lexicon.term(term)), "source-occasion")


def _by_using(passage: Passage, found: list[_Source]) -> Iterator[_Source]:
    """Yield what the reader does by which data arise: "By visiting our site, your IP address is logged"."""
    for words in passage.sentences:
        if len(words) <= _BY_DOING or words[0].lower_ != "by" or words[1].tag_ != "VBG":
            continue
        start, end = words.start_char, words.end_char
        if any(start <= source.start < end for source in found):
            continue
        if not any(_is_collecting(passage, token) for token in words[2:] if token.pos_ == "VERB"):
            continue
        for curie, term in _OCCASIONS.items():
            verb = next(cues(passage, "occasions", curie, words[1].idx, end), None)
            if verb is not None and verb.start == words[1].idx:
                yield _Source(start, verb.end, Concept(passage.policy.ontology.term(term)), "source-occasion")


_BY_DOING = 4  # words at least of a sentence that says what comes by doing something
_WHENEVER = frozenset(("when", "whenever", "if", "where", "as", "while", "once"))
_OCCASIONS = {
    "pgq:GivingOccasion": "dpv:DataSubjectDataSource",
    "pgq:UsingOccasion": "pgc:AutomatedSource",
}


def _givers(passage: Passage) -> Iterator[_Source]:
    """Yield those who give data to the company: "Facebook provides us with your name", "your bank sends us …"."""
    for clause in passage.clauses:
        verb, giver = clause.head, _giver(clause)
        if giver is None or not passage.is_in(verb, "cues/givers", topic("GiverVerb")):
            continue
        if not _is_about_reader(passage, verb) and all(child.lower_ != "your" for child in giver.children):
            continue
        start, end = giver.left_edge.idx, giver.idx + len(giver)
        if _EXAMPLE_OF_GIVER.match(passage.text, end):
            end = verb.idx
        for _, first, last in _elements(passage.text, start, end):
            value = _named(passage, (first, last), first) or _unknown_giver(passage, giver, first, last)
            if value is not None:
                yield _Source(first, last, value, "source-giver")


def _giver(clause: Clause) -> Token | None:
    """Return who gives something to the company: the subject, or the agent in "we were given your name by"."""
    verb, subject = clause.head, clause.subject
    if subject is None or clause.negator is not None:
        return None
    if clause.passive:
        got = subject.lower_ == "we"
        agents = (child for child in verb.children if got and child.dep_ in ("obl", "obl:agent"))
        return next((agent for agent in agents if agent.left_edge.lower_ == "by"), None)
    if clause.actor == "person" or (clause.actor == "company" and not _is_other_company(subject)):
        return None
    to_us = any(
        child.lower_ == "us" and child.dep_ in ("iobj", "obj", "obl", "nmod")
        for word in (verb, *verb.children)
        for child in word.children
    )
    return subject if to_us else None


_EXAMPLE_OF_GIVER = re.compile(r",?\s\(?(?:such\sas|like|including|e\.g\.)\s", re.IGNORECASE)


def _unknown_giver(passage: Passage, giver: Token, start: int, end: int) -> Value | None:
    """Return a giver that no table knows: a noun of the reader's ("your smartwatch")."""
    words = {child.lower_ for child in giver.children}
    if giver.pos_ != "NOUN" or "your" not in words:
        return None
    top = passage.policy.ontology.term("dpv:DataSource")
    return Unmapped("data-source", top, passage.text[start:end].lower())


def _is_other_company(giver: Token) -> bool:
    """Tell whether a noun for a company means another one than ours: "your insurance company"."""
    words = {child.lower_ for child in giver.children}
    named = any(child.dep_ in ("compound", "amod") for child in giver.children) or "your" in words
    return giver.pos_ == "NOUN" and named and "our" not in words


def _is_about_reader(passage: Passage, verb: Token) -> bool:
    """Tell whether what is given are data, something of the reader's, or what the reader does."""
    return any(passage.found("personal-data", verb.idx, verb.sent.end_char)) or any(
        token.lower_ in ("your", "you") or token.lower_ in _WHENEVER
        for token in verb.doc[verb.i + 1 : verb.sent.end]
    )


def _listed(passage: Passage) -> Iterator[_Source]:
    """Yield each source of the lists that follow "obtain … from", "provided to us by" and their like."""
    for opener in sorted(match for curie in _OPENERS for match in cues(passage, _TABLE, curie)):
        opens, closes = sentence(passage, opener.start)
        near = max(opens, opener.start - _NEAR)
        until = min(closes, opener.end + _NEAR // 2)
        if cued(passage, _TABLE, "pgq:NoSourcing", near, until) or _announces(passage, near, until):
            continue
        if not _obtains(passage, opener, opens, closes) or _is_of_another(passage, opener):
            continue
        denied = _is_denied(passage, opener)
        end = _with_examples(passage.text, _clause_end(passage, opener.end, closes), closes)
        stop = _STOP.search(passage.text, opener.end, end)
        value: Value | None = None
        for mark, start, until in _elements(passage.text, opener.end, stop.start() if stop else end):
            if value is None and _NESTING.match(mark):
                break
            value = _value(passage, opener, start, until)
            if value is not None:
                yield _Source(start, until, value, "source-from", denied)


def _announces(passage: Passage, start: int, end: int) -> bool:
    """Tell whether sources are said to follow, not only examples of a kind ("from public sources such as")."""
    lexicon = passage.policy.ontology
    public = lexicon.term("dpv:PublicDataSource")
    kinds = [
        kind for kind in passage.found("data-sources", start, end) if lexicon.is_under(kind.term, public)
    ]
    return any(
        not any(kind.start < below.end and below.start < kind.end for kind in kinds)
        for below in cues(passage, _TABLE, "pgq:SourcesBelow", start, end)
    )


def _is_of_another(passage: Passage, opener: Match) -> bool:
    """Tell whether somebody else obtains: "our bank, which takes payments from our clients"."""
    token = passage.token_at(opener.start)
    verb = passage.clause_of(token).head if token is not None else None
    if verb is None or verb.dep_ != "acl:relcl" or all(child.tag_ != "WDT" for child in verb.children):
        return False
    whose = verb.head
    return whose.pos_ in ("NOUN", "PROPN") and not (
        passage.is_in(whose, "personal-data")
        or cued(passage, _TABLE, "pgq:SourceData", whose.idx, whose.idx + len(whose))
    )


def _is_denied(passage: Passage, opener: Match) -> bool:
    """Tell whether the clause denies that data come from where `opener` says."""
    token = passage.token_at(opener.start)
    return token is not None and passage.clause_of(token).negator is not None


def _clause_end(passage: Passage, start: int, closes: int) -> int:
    """Return where the clause from `start` ends; nouns with an owner may go on with it ("and your referees")."""
    end = clause_end(passage.text, start, closes)
    while owned := _OWNED.match(passage.text, end, closes):
        noun = passage.token_at(owned.end() - 1)
        if noun is None or noun.pos_ == "VERB" or (noun.head.i > noun.i and noun.dep_ == "nsubj"):
            break
        behind = clause_end(passage.text, owned.end(), closes)
        if cued(passage, _TABLE, "pgq:FromWord", owned.end(), behind):
            break  # what is owned is data again: "from brokers and your address from advertisers"
        end = behind
    return end


_OWNED = re.compile(r",?\s(?:(?:and|or)\s)?(?:your|our|the\scompany)\s[\w’'-]+", re.IGNORECASE)


def _with_examples(text: str, end: int, closes: int) -> int:
    """Return where a clause ends with the examples behind it: "from others, such as registers and banks"."""
    examples = _EXAMPLES.match(text, end, closes)
    return end if examples is None else clause_end(text, examples.end(), closes)


_OPENERS = (
    "pgq:FromWord",
    "pgq:GivenBy",
    "pgq:LogInWith",
    "pgq:ContactBy",
    "pgq:AttendWord",
    "pgq:LookedUpIn",
)


def _enumerated(passage: Passage) -> Iterator[_Source]:
    """Yield the sources that a sentence enumerates: "collected in several ways, including forms and surveys"."""
    for below in cues(passage, _TABLE, "pgq:SourcesBelow"):
        opens, closes = sentence(passage, below.start)
        colon = _ENUMERATION.match(passage.text, below.end, closes)
        if colon is None or not cued(passage, _TABLE, "pgq:ObtainVerb", opens, closes):
            continue
        for _, start, end in _elements(passage.text, colon.end(), closes):
            value = _named(passage, (start, end), start)
            if value is not None:
                yield _Source(start, end, value, "source-from", denied=_is_denied(passage, below))


_ENUMERATION = re.compile(r"\s*[,:(]?\s*(?:including|such\sas|like|e\.g\.|:)\s*:?\s*")


def _members(passage: Passage) -> Iterator[_Source]:
    """Yield the source that a list item names below "we collect data from the following sources:"."""
    stop = len(passage.text.rstrip(" .;,"))
    if (
        passage.block.kind not in ("item", "cell")
        or not 1 < stop <= _LONGEST
        or not _announces_sources(passage)
    ):
        return
    for _, start, end in _elements(passage.text, 0, stop):
        value = (
            Concept(passage.policy.ontology.term("dpv:DataSubjectDataSource"))
            if _YOU.fullmatch(passage.text[start:end])
            else _named(passage, (start, end), start)
        )
        if value is not None:
            yield _Source(start, end, value, "source-item")


def _announces_sources(item: Passage) -> bool:
    """Tell whether the sentence or the heading above an item, or the head of a column, announces sources."""
    if item.block.kind == "cell":
        head = item.block.column_header
        return head is not None and any(
            sign.term == topic("SourceTopic") for sign in item.policy.passages[head].found("cues/topics")
        )
    lead = item.lead_in
    if lead is None or lead.block.kind == "heading":
        return stands_under(item, topic("SourceTopic"))
    until = len(lead.text.rstrip(" :"))
    below = any(cue.end >= until for cue in cues(lead, _TABLE, "pgq:SourcesBelow"))
    return below or any(source.end >= until and not source.denied for source in _listed(lead))


def _same_data(passage: Passage, found: list[_Source]) -> list[_Source]:
    """Return the sources of a sentence again for the next one that says which data it meant."""
    again: list[_Source] = []
    for cue in cues(passage, _TABLE, "pgq:SameData"):
        opens, _ = sentence(passage, cue.start)
        if cue.start > opens:
            continue
        before = [span for span in passage.sentence_spans if span[1] <= opens][-1:]
        again += [
            _Source(cue.start, cue.end, source.value, "source-before")
            for source in found
            if before and before[0][0] <= source.start < before[0][1] and not source.denied
        ]
    return again


def _obtains(passage: Passage, opener: Match, opens: int, closes: int) -> bool:
    """Tell whether data are what comes from the source that `opener` opens."""
    term = passage.policy.ontology.term
    spoken = cued(passage, _TABLE, "pgq:SourceData", opens, closes)
    until = closes if opener.term == term("pgq:LogInWith") else opener.start
    spoken = spoken or any(passage.found("personal-data", opens, until))
    if opener.term == term("pgq:GivenBy") and not _is_of_data(passage, opener):
        return False
    if _answers(passage, opener):
        return True
    if not spoken and not cued(passage.lead_in, _TABLE, "pgq:SourceData"):
        return opener.term == term("pgq:FromWord") and _logs_in(passage, opener, opens, closes)
    if opener.term == term("pgq:ContactBy"):
        verbs = ("pgq:ObtainVerb", "pgq:ProvideVerb", "pgq:BeProvided")
        given = any(cued(passage, _TABLE, verb, opens, closes) for verb in verbs)
        return given and _WHEN.search(passage.text[opens : opener.start]) is not None
    if opener.term == term("pgq:AttendWord"):
        return cued(passage, _TABLE, "pgq:ProvideVerb", opener.end, closes)
    return opener.term != term("pgq:FromWord") or _obtained(passage, opener, opens)


def _is_of_data(passage: Passage, opener: Match) -> bool:
    """Tell whether the subject of the participle in "supplied by", where it has one, stands for data."""
    verb = passage.token_at(opener.start)
    if verb is None:
        return True
    given = [child for child in verb.children if child.dep_ == "nsubj:pass" and child.pos_ == "NOUN"]
    return not given or any(
        passage.is_in(noun, "personal-data")
        or cued(passage, _TABLE, "pgq:SourceData", noun.idx, noun.idx + len(noun))
        for noun in (*given, *given[0].children)
        if noun.dep_ not in ("compound", "amod")
    )


def _logs_in(passage: Passage, opener: Match, opens: int, closes: int) -> bool:
    """Tell whether the person logs in by an account with a social network, which then gives data."""
    social = passage.policy.ontology.term("pgc:SocialNetworkSource")
    behind = passage.found("data-sources", opener.end, min(closes, opener.end + _NEAR))
    verb = cued(passage, _TABLE, "pgq:LogInVerb", max(opens, opener.start - _NEAR), opener.start)
    verb = verb and _READER.search(passage.text[opens : opener.start]) is not None
    return verb and any(match.term == social for match in behind)


def _obtained(passage: Passage, opener: Match, opens: int) -> bool:
    """Tell whether a verb of obtaining, or the data, leads to "from" and the like."""
    if opener.start - opens <= len("- directly") and cued(passage.lead_in, _TABLE, "pgq:ObtainVerb"):
        return True
    joined = _JOINED.search(passage.text, opens, opener.start)
    before = opens if joined else max(opens, opener.start - _NEAR)
    verbs = [
        cue.end
        for curie in ("pgq:ObtainVerb", "pgq:LogInVerb", "pgq:BeProvided")
        for cue in cues(passage, _TABLE, curie, before, opener.start)
    ]
    if verbs:
        return re.search(r"[.;:!?]\s", passage.text[max(verbs) : opener.start]) is None
    noun = [cue.end for cue in cues(passage, _TABLE, "pgq:SourceData", before, opener.start)]
    heads = passage.block.kind in ("heading", "item", "cell")
    return bool(noun) and heads and opener.start - noun[-1] <= len(" about you ")


def _answers(passage: Passage, opener: Match) -> bool:
    """Tell whether a sentence that begins with `opener` says where data come from: "Where do we get it? From …"."""
    opens, _ = sentence(passage, opener.start)
    if opener.start > opens or opener.term != topic("FromWord"):
        return False
    before = [span for span in passage.sentence_spans if span[1] <= opens][-1:]
    if not before and passage.section is not None:
        return cued(passage.section, "source-questions", "pgq:SourceQuestion")
    return any(
        passage.text[last - 1] == "?" and cued(passage, "source-questions", "pgq:SourceQuestion", first, last)
        for first, last in before
    )


def _elements(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the members of a list of names and the mark before each, without articles and the like."""
    at, before = start, ""
    for mark in [*_SPLIT.finditer(text, start, end), None]:
        first, last = at, mark.start() if mark else end
        small = _SMALL.match(text[first:last].lstrip())
        first += len(text[first:last]) - len(text[first:last].lstrip()) + (small.end() if small else 0)
        words = _ACCOUNT.sub("", text[first:last].rstrip(" .:–—-"))
        last = first + len(_TRAILING.sub("", words))
        if 1 < last - first <= _LONGEST:
            yield before, first, last
        at, before = (mark.end(), mark[0]) if mark else (end, "")


def _value(passage: Passage, opener: Match, start: int, end: int) -> Value | None:
    """Return what a member of the list stands for, or None if it is no source."""
    words = passage.text[start:end]
    if cued(passage, _TABLE, "pgq:Device", start, end) and not cued(passage, _TABLE, "pgq:Automatic"):
        return None
    if _YOU.fullmatch(words):
        near = max(0, opener.start - len(" about you ") * 2)
        said = any(
            cued(passage, _TABLE, curie, near, opener.start) for curie in ("pgq:SourceData", "pgq:ObtainVerb")
        )
        direct = said or "directly" in words + opener.form or _answers(passage, opener)
        return Concept(passage.policy.ontology.term("dpv:DataSubjectDataSource")) if direct else None
    if opener.term == passage.policy.ontology.term("pgq:LogInWith") or cued(
        passage, _TABLE, "pgq:LogInVerb", max(0, opener.start - _NEAR // 2), opener.start
    ):
        service = _company(passage, "services", start, end)
        if service is not None:
            return service
    return _named(passage, (start, end), max(0, opener.start - len("collected ")))


def _named(passage: Passage, span: tuple[int, int], since: int) -> Value | None:
    """Return the source that the characters of `span` name; words from `since` on may help to name it."""
    lexicon = passage.policy.ontology
    start, end = span
    company = _company(passage, "companies", start, end)
    if company is not None:
        return company
    top = lexicon.term("dpv:DataSource")
    known = [
        match.term
        for match in passage.found("data-sources", since, end + len(" directly"))
        if match.start < end and start < match.end and match.term != top
    ]
    if known:
        return Concept(known[-1])
    if cued(passage, _TABLE, "pgq:ChannelNoun", start, end):
        return Concept(lexicon.term("dpv:DataSubjectDataSource"))
    if any(use.start == start for use in cues(passage, _TABLE, "pgq:UseNoun", start, end + len(" with"))):
        return Concept(lexicon.term("pgc:AutomatedSource"))
    readers = (match.term for match in passage.found("data-subjects", start, end))
    if any(lexicon.is_under(reader, lexicon.term("dpv:DataSubject")) for reader in readers):
        return Concept(lexicon.term("dpv:DataSubjectDataSource"))
    unknown = Unmapped("data-source", top, passage.text[start:end].lower())
    return unknown if _is_party(passage, start, end) else None


def _is_party(passage: Passage, start: int, end: int) -> bool:
    """Tell whether words name somebody, or something, from whom data can come."""
    if _FROM.search(passage.text, start, end):
        return False  # "other data from coaches" says what comes from them
    nouns = cues(passage, _TABLE, "pgq:SourceNoun", start, end)
    return (
        any(
            cue.end == end or (cue.start == start and passage.text.startswith(" of ", cue.end))
            for cue in nouns
        )
        or any(_ending(passage, "recipients-roles", start, end))
        or any(match.term == topic("PartyNoun") for match in _ending(passage, "cues/party-nouns", start, end))
    )


_FROM = re.compile(r"\sfrom\s", re.IGNORECASE)


def _company(passage: Passage, table: str, start: int, end: int) -> Company | None:
    """Return the company or the service of which the name begins at `start`."""
    found = next((match for match in passage.found(table, start, end) if match.start == start), None)
    return None if found is None else Company(passage.policy.ontology.label(found.term), found.term)


def _ending(passage: Passage, table: str, start: int, end: int) -> Iterator[Match]:
    """Yield the matches of `table` with which the words between two characters end."""
    return (
        match
        for match in passage.found(table, start, end)
        if match.end == end and match.form.lower() not in ("other", "others")
    )
