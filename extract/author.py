"""Finds the places at which a policy names its author, and which of the names is the author's.

Every way in which policies name their author ("Acme Ltd (“we”)", "X built the app", "Company refers to X")
gives a candidate with a weight. Candidates that are spellings of one name count together; the heaviest is the
author.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from extract import address, naming
from extract.around import cues
from extract.claim import Evidence
from extract.passage import Passage, Policy

_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "refers-to": 14,
        "controller-is": 12,
        "is-controller": 12,
        "defined": 10,
        "service-provided-by": 9,
        "built": 8,
        "is-company": 8,
        "policy-of": 6,
        "at": 6,
        "adopts": 5,
        "address": 5,
        "copyright": 5,
        "trades-as": 5,
        "operates-policy": 5,
        "operated-by": 4,
        "welcome": 3,
        "title": 2,
        "speaks": 1,
        "alias": 0.5,
        "above-address": 3,
        "shortened": 1,
        "named": 0.5,
    }
)
_LEGAL_FORM = 4.0  # what a legal form adds to a name
_PLAIN = 8.0  # from this weight on a rule is as good as certain
_ENOUGH = 2.0  # a name that weighs less is nobody's
_KNOWN = 0.2  # names that the gazetteer knows are mostly recipients
_OPENING = 12  # so many passages at the top introduce the author
_TITLES = 4  # so many passages at the top can be the title
_FEWEST_SPEAKING, _MOST_SPEAKING = 3, 4
_OFTEN = 6  # sentences that a name opens, if a policy speaks of its author by a name that everybody knows
_SHORTEST_CORE = 4
_IN_PASSING = frozenset(
    {
        "operated-by",
        "is-company",
        "trades-as",
        "welcome",
        "speaks",
        "alias",
        "named",
        "above-address",
        "shortened",
    }
)  # said of others too
_OWN_HOST = 4.0  # what an e-mail address under its own domain adds to a name

_INTRODUCING = frozenset(
    {
        "refers-to",
        "controller-is",
        "is-controller",
        "defined",
        "built",
        "address",
        "copyright",
        "adopts",
        "named",
    }
)
_NAME_OF_APP = frozenset({"title", "alias"})  # rules that name an app as often as a company

_REFERS_TO = re.compile(
    r"[“\"'*]*(?:the\s+)?(?P<term>[A-Za-z]+(?:\s[A-Za-z]+){0,2}?)[”\"'*]*\s*:?\s*(?:\([^()]*\))?\s*"
    r"(?:refers\s+to|means|shall\s+mean)\s*:?\s*(?!any\b|all\b|the\b|an?\b|each\b|either\b|our\b|your\b)",
    re.IGNORECASE,
)
_WE_MEANS = re.compile(
    r"(?P<we>[“\"‘']?\b(?:we|us|our)\b[”\"’']?(?:[\s,/()“\"‘’”']|\b(?:or|and|we|us|our|ours)\b)*)"
    r"(?:in\s+this\s+\w+(?:\s+\w+)?)?\s*,?\s*(?:(?:that|we|it|they)\s+)?"
    r"(?:means?|shall\s+mean|refers?\s+to|are\s+(?:references\s+)?to|is\s+(?:a\s+reference\s+)?to"
    r"|are\s+(?:talking\s+about|referring\s+to|speaking\s+of)|(?:is|are)\s+used\s+for)\s*:?\s+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"‘'”’]|\b(?:we|us|our)\b.*\b(?:we|us|our)\b", re.IGNORECASE)
_BY_LAW = re.compile(
    r"\s*\(?(?:within\s+the\s+meaning\s+of|according\s+to|pursuant\s+to|under|in\s+the\s+sense\s+of|as\s+defined\s+in)\b"
    r"[^:\n]{0,60}?\b(?:GDPR|Regulation|Act|law|laws|DSGVO)\b\)?(?:\s+is\b)?",
    re.IGNORECASE,
)
_AUTHOR_TERMS = frozenset(("company", "data controller", "controller", "owner", "developer"))
_OWN_THINGS = frozenset(
    ("application", "app", "website", "site", "service", "platform", "mobile application")
)
_AT = re.compile(r"(?:^|[.!?,]\s+|\band\s+)(?:[Aa]t|[Ww]e,|[Ww]e\s+at)\s+(?=\S)")
_WE = re.compile(
    r",?\s+(?:we|our|us|it|your|accessible|one\s+of|the\s+privacy|privacy|protecting|are|is)\b", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright)[\s©]*(?:(?:19|20)\d\d[\s–-]*){0,3}(?:by\s+)?", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[a-z]+")
_NEXT_WORD = re.compile(r"\s+([^\W\d]+(?:['’]t)?)")
_TITLE = re.compile(
    r"(?P<before>.{2,60}?)(?:['’]s)?\s*[-–—:|]?\s+(?:new\s+)?(?:privacy|data\s+protection|private)\s+"
    r"(?:policy|notice|statement)\W*$"
    r"|(?:privacy|data\s+protection)\s+(?:policy|notice|statement)\s*(?:\b(?:for|of)\b|[-–—:|])?\s*(?P<after>.{2,60})$",
    re.IGNORECASE,
)
_AUDIENCE = re.compile(r"(?:the\s+)?[a-z]+(?:\s[a-z]+){0,3}\s(?:of|at|with)\s+(?=[A-Z])")
_APP_TAIL = re.compile(
    r"\s+(?:mobile\s+)?(?:apps?|applications?|website|site|games?)[’'”\"]*$", re.IGNORECASE
)
_APP_NAME = re.compile(
    r"(?:built|applies\s+to|created|developed)\s+the\s+[“\"]?(?P<name>.{2,60}?)[”\"]?\s+"
    r"(?:app|application|game|as\s+an?)\b"
)
_OWN_SUBJECT = re.compile(
    r"\b(?:this|our|the)\s+(?:[\w-]+\s+){0,3}(?:website|site|app|application|services?|platform|game|blog|portal|store)\b"
    r"|^[^.]{0,60}\b(?:is|are)\s+$",
    re.IGNORECASE,
)
_OF_POLICY = re.compile(
    r"\b(?:policy|notice|statement|terms)\b[^.]{0,40}\s(?:appl(?:y|ies)\s+to|governs?|covers?|relates?\s+to)\s",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?<![@\w.])(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?![\w@])", re.IGNORECASE)
_MAIL_HOST = re.compile(r"@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_CONTACT_LINE = re.compile(r"@|https?:|www\.|^\W*(?:e-?mail|phone|tel|address|attn|website)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Naming:
    """A place that names somebody as the author; `rule` says by which words, `of` whose other name it is."""

    name: str
    passage: Passage
    start: int
    end: int
    rule: str
    of: str = ""

    @property
    def weight(self) -> float:
        """Return how strongly the words say that this is the author."""
        return _WEIGHTS[self.rule]

    @property
    def evidence(self) -> Evidence:
        """Return the place as evidence."""
        sure = 0.95 if self.weight >= _PLAIN else 0.8
        return self.passage.evidence(self.start, self.end, confidence=sure, rule=f"controller-{self.rule}")


_Span = tuple[int, int] | None
_Rule = Callable[[Passage], Iterator[Naming]]


def _naming(passage: Passage, span: _Span, rule: str, of: str = "") -> Iterator[Naming]:
    if span is not None:
        yield Naming(passage.text[span[0] : span[1]], passage, *span, rule, of)


def _defined(passage: Passage) -> Iterator[Naming]:
    """Yield the names before brackets such as (“Acme”, “we”), and the other names that these give."""
    for bracket in naming.brackets(passage.text):
        aliases = naming.defined_names(bracket[1])
        if aliases is None:
            yield from _shortened(passage, bracket)
            continue
        span = _before_bracket(passage, bracket.start(), aliases)
        if span is None:
            continue
        yield from _naming(passage, span, "defined")
        owner = naming.core(passage.text[span[0] : span[1]])
        for alias in aliases:
            at = passage.text.index(alias, bracket.start())
            yield from _naming(passage, (at, at + len(alias)), "alias", owner)


def _shortened(passage: Passage, bracket: re.Match[str]) -> Iterator[Naming]:
    """Yield X of "X Y Ltd (“X”)" or "(“XY”)", by which others are introduced as well, and its other name."""
    alias = _SHORT_IN_QUOTES.fullmatch(bracket[1])
    floor = naming.sentence_start(passage.text, bracket.start())
    span = naming.name_before(passage.text, bracket.start(), floor) if alias else None
    if alias is None or span is None:
        return
    name, core = passage.text[slice(*span)], naming.core(alias[1])
    initials = "".join(word[0] for word in name.split() if word[0].isupper()).lower()
    if core and (naming.core(name).startswith(core) or core == initials):
        at = bracket.start(1) + alias.start(1)
        yield from _naming(passage, (at, at + len(alias[1])), "alias", naming.core(name))
        if naming.has_legal_form(name):
            yield from _naming(passage, span, "shortened")


_SHORT_IN_QUOTES = re.compile(r"\s*(?:the\s+|with\s+its\s+affiliates,?\s+)?[“\"‘']([^“”\"]{2,40})[”\"’']\s*")


def _before_bracket(passage: Passage, end: int, aliases: tuple[str, ...]) -> _Span:
    """Return the name that a defining bracket at `end` belongs to."""
    text = passage.text
    floor = naming.sentence_start(text, end)
    direct = naming.name_before(text, end, floor)
    cores = [naming.core(alias) for alias in aliases]
    if direct and (not cores or _akin(naming.core(text[direct[0] : direct[1]]), cores)):
        return direct
    for word in re.finditer(r"(?<![\w’'])\w", text[floor:end]) if cores else ():
        span = naming.name_after(text, floor + word.start(), end)
        if span and _akin(naming.core(text[span[0] : span[1]]), cores):
            return span
    if direct:
        return direct
    opened = [cue.end for cue in passage.found("cues/controller", floor, end)]
    opened += [match.end() for match in _AT.finditer(text, floor, end)]
    span = naming.free_name(text, max(opened, default=floor), end)
    return span if span and not text[span[1] : end].strip(" ,”\"'") else None


def _akin(name: str, cores: list[str]) -> bool:
    """Tell whether a name begins or ends like one of its short names: "Oak Hospice (“the hospice”)"."""
    return any(
        name.startswith(core)
        or core.startswith(name)
        or (len(core) >= _SHORTEST_CORE and name.endswith(core))
        for core in cores
        if core and name
    )


def refers_to(passage: Passage) -> Iterator[Naming]:
    """Yield X of "Company (“we”, “us”) refers to X, 1 Street"."""
    found = _REFERS_TO.match(passage.text)
    if found and found["term"].lower() in _AUTHOR_TERMS:
        yield from _naming(passage, naming.free_name(passage.text, found.end()), "refers-to")


def _we_means(passage: Passage) -> Iterator[Naming]:
    """Yield X of 'references to "we" or "us" are to X'."""
    for found in _WE_MEANS.finditer(passage.text):
        if _QUOTED.search(found["we"]):
            yield from _naming(passage, naming.name_after(passage.text, found.end()), "refers-to")


def _built(passage: Passage) -> Iterator[Naming]:
    """Yield X of "X built the Y app"."""
    if passage.index > _OPENING:
        return
    for cue in cues(passage, "controller", "pgq:BuiltThe"):
        start = naming.sentence_start(passage.text, cue.start)
        span = naming.free_name(passage.text, start, cue.start)
        if span and not passage.text[span[1] : cue.start].strip():
            yield from _naming(passage, span, "built")


def _provided_by(passage: Passage) -> Iterator[Naming]:
    """Yield X of "This SERVICE is provided by X at no cost"."""
    for cue in cues(passage, "controller", "pgq:ServiceProvidedBy"):
        yield from _naming(passage, naming.free_name(passage.text, cue.end), "service-provided-by")


def _following(passage: Passage) -> Iterator[Naming]:
    """Yield the names behind "privacy policy of", "operated by", "the controller is" and the like."""
    text = passage.text
    for curie, way in _NAME_FOLLOWS:
        for cue in cues(passage, "controller", curie):
            rule = way
            before = text[naming.sentence_start(text, cue.start) : cue.start]
            if rule == "operated-by" and _OF_POLICY.search(before):
                rule = "operates-policy"
            if rule == "operated-by" and not _OWN_SUBJECT.search(before):
                continue
            span = _behind_kind(passage, cue.end) or naming.name_after(text, cue.end)
            if span is None and rule == "controller-is" and not text[cue.end :].strip(" :"):
                yield from _first_line(passage, rule)
            if span and rule == "address" and not naming.has_legal_form(text[span[0] : span[1]]):
                continue
            yield from _naming(passage, span, rule)


def _behind_kind(passage: Passage, end: int) -> _Span:
    """Return the name behind "our Irish affiliate," or "the company": what kind of company it is comes first."""
    for cue in cues(passage, "company-kind", "pgq:CompanyKind", end, end + _KIND_REACH):
        between = passage.text[end : cue.start]
        if _BEFORE_KIND.fullmatch(between):
            comma = _COMMA.match(passage.text, cue.end)
            return naming.name_after(passage.text, comma.end()) if comma else None
    return None


def _responsible(passage: Passage) -> Iterator[Naming]:
    """Yield X of "the party responsible for processing data on this site is X", whatever stands between."""
    text = passage.text
    for cue in cues(passage, "controller-noun", "pgq:ControllerNoun"):
        stop = _CLAUSE.search(text, cue.end)
        end = min(cue.end + _FAR, stop.start() if stop else len(text))
        for verb in _IS.finditer(text, cue.end, end):
            span = _behind_kind(passage, verb.end()) or naming.name_after(text, verb.end())
            if span is None and not text[verb.end() :].strip(" :"):
                yield from _first_line(passage, "controller-is")
            if span is not None:
                yield from _naming(passage, span, "controller-is")
                break


_KIND_REACH = 60  # characters of "our wholly-owned Irish subsidiary"
_FAR = 130  # characters between "the controller" and its name
_BEFORE_KIND = re.compile(r"\s*:?\s*(?:our|its|the|an?|my|your)?\s*(?:[\w-]+\s+){0,4}", re.IGNORECASE)
_COMMA = re.compile(r"[\s,:“\"]+")
_CLAUSE = re.compile(r"[;!?]|[.](?=\s|$)")
_IS = re.compile(r"\s(?:is|are|will\s+be|shall\s+be|remains)\s*:?(?=\s|$)", re.IGNORECASE)
_NAME_FOLLOWS = (
    ("pgq:PolicyOf", "policy-of"),
    ("pgq:OperatedBy", "operated-by"),
    ("pgq:ControllerIs", "controller-is"),
    ("pgq:WelcomeTo", "welcome"),
    ("pgq:WriteTo", "address"),
)


def _preceding(passage: Passage) -> Iterator[Naming]:
    """Yield the names before "is a company registered", "is the data controller" and the like."""
    for curie, rule in _NAME_PRECEDES:
        for cue in cues(passage, "controller", curie):
            floor = naming.sentence_start(passage.text, cue.start)
            short = _SHORT_NAME.search(passage.text, floor, cue.start)
            end = short.start() if short else cue.start
            span = naming.name_before(passage.text, end, floor)
            if span is None or not naming.has_legal_form(passage.text[slice(*span)]):
                span = _subject(passage, floor, end) or span
            if span and _POST_CODE.search(passage.text, *span):
                continue
            if span is None and passage.index < _TITLES:
                span = naming.free_name(passage.text, floor, end)
                span = span if span and not passage.text[span[1] : end].strip() else None
            yield from _naming(passage, span, rule)


def _subject(passage: Passage, floor: int, end: int) -> _Span:
    """Return the name before a verb, if its address or register stands between the two."""
    text = passage.text
    for word in _CAPITAL.finditer(text, floor, end):
        span = naming.name_after(text, word.start(), end)
        if span is None or not _APPOSED.match(text, span[1], end):
            continue
        placed = word.start() == floor and any(letter.isdigit() for letter in text[span[1] : end])
        if naming.has_legal_form(text[slice(*span)]) or placed:
            return span
    return None


_CAPITAL = re.compile(r"(?<![\w’'])[A-Z]")
_POST_CODE = re.compile(r"\d{4}|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}$")
_APPOSED = re.compile(
    r"\s*(?:[,(]|(?:located|based|registered|established|situated|with\s+(?:its|registered)|whose|having|of)\b)"
)
_SHORT_NAME = re.compile(r"\s*\([^()]{1,40}\)\s*$")  # "Acme Trust (AT) is …"
_NAME_PRECEDES = (
    ("pgq:IsController", "is-controller"),
    ("pgq:IsCompany", "is-company"),
    ("pgq:AdoptsPolicy", "adopts"),
)


def _labelled(passage: Passage) -> Iterator[Naming]:
    """Yield X of "Developer: X", and X below "Owner and Data Controller"."""
    for table, curie, rule in _LABELS:
        for cue in cues(passage, table, curie):
            law = _BY_LAW.match(passage.text, cue.end)
            end = law.end() if law else cue.end
            rest = passage.text[end:].lstrip(" *")
            if passage.text[: cue.start].strip(" *-•"):
                continue
            if rest.startswith(":") and len(rest) > 1:
                start = passage.text.index(":", end) + 1
                yield from _naming(passage, naming.name_after(passage.text, start), rule)
            elif rule == "controller-is" and passage.block.kind != "cell" and not rest.strip(":?"):
                yield from _first_line(passage, rule)


_LABELS = (
    ("controller-label", "pgq:ControllerLabel", "controller-is"),
    ("controller", "pgq:NameLabel", "operated-by"),
)


def _at(passage: Passage) -> Iterator[Naming]:
    """Yield X of "At X, we value" and "We at X are committed"."""
    for found in _AT.finditer(passage.text):
        word = _FIRST_WORD.match(passage.text, found.end())
        if word and word[0] in naming.words_of("pgq:NoName"):
            continue
        for read in (naming.free_name, naming.name_after):
            span = read(passage.text, found.end())
            if span and _WE.match(passage.text, span[1]):
                yield from _naming(passage, span, "at")
                break


def _copyright(passage: Passage) -> Iterator[Naming]:
    """Yield X of "© 2021 X"."""
    for found in _COPYRIGHT.finditer(passage.text):
        yield from _naming(passage, naming.name_after(passage.text, found.end()), "copyright")


def _trades_as(passage: Passage) -> Iterator[Naming]:
    """Yield the other name behind "trading as", for the name before it, and that name if it is a company's."""
    for cue in cues(passage, "controller", "pgq:TradesAs"):
        text = passage.text
        span = naming.name_after(text, cue.end)
        floor = naming.sentence_start(text, cue.start)
        bracket = text.rfind("(", floor, cue.start)
        inside = bracket >= 0 and text[bracket + 1 : cue.start].strip(" ,")
        owner = naming.name_before(
            text, cue.start if bracket < 0 or inside else bracket, bracket + 1 if inside else floor
        )
        if span and owner:
            if naming.has_legal_form(text[slice(*owner)]):
                yield from _naming(passage, owner, "trades-as")
            yield from _naming(passage, span, "alias", naming.core(text[owner[0] : owner[1]]))


def _title(passage: Passage) -> Iterator[Naming]:
    """Yield X of the titles "X Privacy Policy" and "Privacy Policy for X"."""
    found = _TITLE.match(passage.text) if passage.index < _TITLES else None
    if found:
        group = "before" if found["before"] else "after"
        start, end = found.span(group)
        if group == "after" and len(passage.text[start:end].split()) > naming.MOST_WORDS:
            return
        audience = _AUDIENCE.match(passage.text, start, end)
        start = audience.end() if audience else start
        tail = _APP_TAIL.search(passage.text, start, end)
        yield from _naming(
            passage, naming.free_name(passage.text, start, tail.start() if tail else end), "title"
        )


def _first_line(passage: Passage, rule: str = "address") -> Iterator[Naming]:
    """Yield the name that is the first line of an address below `passage`."""
    following = passage.policy.passages[passage.index + 1 : passage.index + 2]
    for line in following:
        span = naming.name_after(line.text, 0)
        if span is None or _CONTACT_LINE.search(line.text):
            continue
        if naming.has_legal_form(line.text[slice(*span)]) or not line.text[span[1] :].strip(" .,]”"):
            yield from _naming(line, span, rule)


def _address(passage: Passage) -> Iterator[Naming]:
    """Yield the name on the first line below "contact us at:"."""
    if passage.text.rstrip().endswith(":") and any(cues(passage, "contact", "pgq:ContactUs")):
        yield from _first_line(passage)


def _above_address(passage: Passage) -> Iterator[Naming]:
    """Yield the name with its legal form that stands on a line of its own above a street or a town."""
    line = passage.text.strip(" *_•-")
    if passage.index and any(passage.policy.passages[passage.index - 1].found("cues/parties")):
        return  # the address of a representative, an officer, an authority
    following = passage.policy.passages[passage.index + 1 : passage.index + 2]
    if len(line) <= naming.MOST_LETTERS and following and naming.has_legal_form(line.rstrip(".,")):
        span = naming.name_after(passage.text, 0)
        whole = span is not None and not passage.text[span[1] :].strip(" .,*_")
        if whole and address.is_placed(following[0]):
            yield from _naming(passage, span, "above-address")


def _speaks(passage: Passage) -> Iterator[Naming]:
    """Yield the names that open a sentence as its subject: "Acme collects"."""
    for sentence in passage.sentences:
        span = naming.name_after(passage.text, sentence.start_char, sentence.end_char)
        verb = _NEXT_WORD.match(passage.text, span[1]) if span else None
        if span and verb and verb[1].lower() in naming.words_of("pgq:CompanyVerb"):
            yield from _naming(passage, span, "speaks")


_RULES: tuple[_Rule, ...] = (
    _defined,
    refers_to,
    _we_means,
    _built,
    _provided_by,
    _following,
    _responsible,
    _preceding,
    _labelled,
    _at,
    _copyright,
    _trades_as,
    _title,
    _address,
    _above_address,
    _speaks,
)


@lru_cache(maxsize=1)  # several extractors ask for the policy at hand
def candidates(policy: Policy) -> tuple[Naming, ...]:
    """Return every place that may name the author, in the order of the text, one rule a place."""
    found: dict[tuple[int, int], Naming] = {}
    for passage in policy.passages:
        for rule in _RULES:
            for place in rule(passage):
                key = (place.passage.index, place.start)
                if key not in found or place.weight > found[key].weight:
                    found[key] = place
    return tuple(found[key] for key in sorted(found))


@lru_cache(maxsize=1)
def author(policy: Policy) -> tuple[Naming, ...]:
    """Return the places that name the author of the policy, in the order of the text; () if none does."""
    groups: dict[str, list[Naming]] = defaultdict(list)
    for place in candidates(policy):
        groups[place.of or naming.core(place.name)].append(place)
    if not groups:
        return ()
    merged = {key: _with_spellings(key, groups) for key in groups}
    labels = frozenset(_mail_labels(policy))
    totals = {key: _total(places) + _OWN_HOST * _hosted(key, labels) for key, places in merged.items()}
    best = max(merged, key=lambda key: (totals[key], -len(key), key))
    if totals[best] < _ENOUGH:
        return ()
    return _ordered([*merged[best], *_repeated(policy, merged[best])])


def _ordered(places: list[Naming]) -> tuple[Naming, ...]:
    return tuple(sorted(places, key=lambda place: (place.passage.index, place.start)))


def _repeated(policy: Policy, places: list[Naming]) -> Iterator[Naming]:
    """Yield the other places that have the name with its legal form, which is never said in passing."""
    full = sorted({place.name for place in places if naming.has_legal_form(place.name)})
    taken = {(place.passage.index, place.start) for place in places}
    for passage in policy.passages:
        for name in full:
            for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", passage.text):
                if (passage.index, found.start()) not in taken:
                    taken.add((passage.index, found.start()))
                    yield Naming(name, passage, *found.span(), "named")


def _with_spellings(key: str, groups: Mapping[str, list[Naming]]) -> list[Naming]:
    """Return the places of one name with those of its short forms, its long forms and its other names."""
    others = {naming.core(place.name) for place in groups[key]} - {key}
    return [
        place
        for other, places in groups.items()
        for place in places
        if other == key or other in others or _spells(other, key)
    ]


def _spells(one: str, other: str) -> bool:
    """Tell whether one name begins with the other, and that is long enough to tell."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _SHORTEST_CORE and longer.startswith(shorter)


def _total(places: list[Naming]) -> float:
    """Return the weight of places that name one and the same: each rule once, "speaks" a few times."""
    rules = {place.rule for place in places}
    speaking = sum(place.rule == "speaks" for place in places)
    total = sum(_WEIGHTS[rule] for rule in rules) + min(speaking, _MOST_SPEAKING) - ("speaks" in rules)
    if any(naming.has_legal_form(place.name) for place in places):
        total += _LEGAL_FORM
    if rules <= {"shortened", "named"}:
        return 0.0
    if rules == {"speaks"} and speaking < _FEWEST_SPEAKING:
        return 0.0
    opens = speaking >= _OFTEN and any(place.passage.index <= _OPENING for place in places)
    if rules <= _IN_PASSING and not opens and any(_is_known(place) for place in places):
        total *= _KNOWN
    return total


def _mail_labels(policy: Policy) -> Iterator[str]:
    """Yield the names in the domains of e-mail addresses: "acme" of me@acme.test, but none of webmail."""
    for passage in policy.passages:
        for found in _MAIL_HOST.finditer(passage.text):
            host = found[1].lower()
            if host not in naming.words_of("pgq:WebmailHost"):
                yield re.sub(r"[^a-z0-9]", "", host.split(".", 1)[0])


def _hosted(key: str, labels: frozenset[str]) -> bool:
    """Tell whether a name is that of a domain, wholly or by its beginning."""
    return any(_spells(key, label) for label in labels)


def _is_known(place: Naming) -> bool:
    """Tell whether the gazetteer knows the name as a company or a service."""
    return any(
        match.start <= place.start and place.end <= match.end
        for table in ("companies", "services")
        for match in place.passage.found(table)
    )


def full_name(places: tuple[Naming, ...]) -> str:
    """Return the fullest spelling of the author's name: with its legal form, from the surest place."""
    ranked = sorted(
        places,
        key=lambda place: (
            not naming.has_legal_form(place.name),
            -place.weight,
            place.passage.index,
            place.start,
        ),
    )
    same = re.sub(r"\W+", "", ranked[0].name)
    return next(place.name for place in places if re.sub(r"\W+", "", place.name) == same)


def introductions(places: tuple[Naming, ...]) -> Iterator[Naming]:
    """Yield the places that say who the author is: those that define it, and the first of each name."""
    seen: set[str] = set()
    for place in places:
        named = naming.has_legal_form(place.name) or place.rule not in _NAME_OF_APP
        if place.rule in _INTRODUCING or (named and place.name.lower() not in seen):
            yield place
        seen.add(place.name.lower())


@lru_cache(maxsize=1)
def own_names(policy: Policy) -> frozenset[str]:
    """Return in small letters what the policy calls its author: names, apps, sites and "the company"."""
    found = {"we", "us", "our company", "the company", "company", "the developer", "the service provider"}
    places = author(policy)
    strong = [place for place in candidates(policy) if place.weight >= _PLAIN and not _is_known(place)]
    for place in (*places, *strong):
        found |= {place.name.lower(), naming.short(place.name).lower()}
    found |= {name.lower() for name in _apps(policy)}
    cores = {naming.core(name) for name in found} | {naming.core(place.name) for place in places}
    return frozenset(found) | frozenset(_hosts(policy, cores))


def _apps(policy: Policy) -> Iterator[str]:
    """Yield the names of the author's apps and sites: "built the Y app", "Application refers to Y"."""
    for passage in policy.passages:
        for found in _APP_NAME.finditer(passage.text):
            yield found["name"]
        defined = _REFERS_TO.match(passage.text)
        if defined and defined["term"].lower() in _OWN_THINGS:
            span = naming.free_name(passage.text, defined.end())
            if span:
                yield passage.text[span[0] : span[1]]
        yield from (place.name for place in _title(passage))


def _hosts(policy: Policy, cores: set[str]) -> Iterator[str]:
    """Yield the web domains that carry one of the names: "clik" and "www.cliksoftware.com"."""
    for passage in policy.passages:
        for found in _HOST.finditer(passage.text.replace("@", " ")):
            host = found[1].lower()
            label = re.sub(r"[^a-z0-9]", "", host.rsplit(".", 1)[0])
            if any(len(core) >= _SHORTEST_CORE and (core in label or label == core) for core in cores):
                yield host
