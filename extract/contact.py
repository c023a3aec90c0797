"""Finds how to reach the company, its data protection officer and its representative.

E-mail addresses, phone numbers, postal addresses and contact pages are found by their look and by the words
beside them. The words before them tell whose they are; those of a regulator, a recipient or the reader are
left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import ontology
from extract import address, naming
from extract.around import cued, cues, sentence
from extract.author import own_names, refers_to
from extract.claim import Claim, Evidence, Node, Text
from extract.passage import Passage, Policy

Owner = Literal["controller", "officer", "representative", "other"]
Sort = Literal["email", "phone", "address", "page", "name"]

_EMAIL = re.compile(
    r"[A-Za-z0-9][\w.+-]*(?:@|\s?[\[(]\s?at\s?[\])]\s?)[A-Za-z0-9-]+(?:(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)[A-Za-z0-9-]+)*?"
    r"(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)(?:[a-z]{2,12}|[A-Z]{2,12})(?![a-z0-9-]|\.[a-z])"
    r"|\[email[\s\u00a0]protected\]"  # what a page shows to those who collect addresses
)
_AT = re.compile(r"\s?[\[(]\s?at\s?[\])]\s?")
_DOT = re.compile(r"\s?[\[(]\s?dot\s?[\])]\s?")
_PHONE = re.compile(
    r"(?<![\w@/.,#-])(?:\(?\+\s?\(?\d{1,4}\)?|\(?\d{1,5}\)?)(?:[\s().–/-]{0,3}\d){5,13}(?![\w@]|[.,/-]\d)"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s,;()<>“”\"]+[^\s,;()<>“”\".:]")
_CONTACT_PATH = re.compile(r"/(?:contact|support|help)\b", re.IGNORECASE)
_NAME_OF = re.compile(r"\s*(?:\([^)]*\))?\s*(?:is|are|:|named|[-–])\s*:?\s*")
_NAME_BEHIND = re.compile(
    r"(?:[^.;:?!]|\bArt\.){0,70}?(?:\s(?:is|are|named)\b|:|\s[-–]\s)\s*:?\s*(?=[“\"]?[A-Z])"
)
_PERSON = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.?\s+)?[A-Z][\w’'-]+(?:\s+[A-Z][\w.’'-]*){1,3}$")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_CUE_REACH = 30  # characters between "phone" and the number
_PAGE_REACH = 20  # characters between "contact form" and its address
_LINES_BACK = 8  # lines above a line that can say whose it is
_NEAR_LABEL = 40
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Detail:
    """One way to reach somebody (or the name to ask for), with the places that give it."""

    owner: Owner
    sort: Sort
    value: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Find:
    """Something that looks like a contact detail, not yet known to be anybody's."""

    sort: Sort
    value: str
    places: tuple[tuple[Passage, int, int], ...]


def contact(policy: Policy) -> Iterator[Claim]:
    """Yield a claim for each way to reach the company, and one for its officer and its representative."""
    yield from claims_of(tuple(details(policy, own_names(policy))), policy)


def claims_of(said: Sequence[Detail], policy: Policy) -> Iterator[Claim]:
    """Yield the claims that state `said`: of the company itself, its officer and its representative."""
    term = policy.ontology.term
    yield from _ways([detail for detail in said if detail.owner == "controller"], policy)
    for owner, predicate, kind, role in (
        ("officer", "dpv:hasDataProtectionOfficer", "dpo", "dpv:DataProtectionOfficer"),
        ("representative", "dpv:hasRepresentative", "representative", "dpv:Representative"),
    ):
        own = [detail for detail in said if detail.owner == owner]
        if own:
            ways = tuple(_ways(own, policy))
            node = Node(kind, (term(role),), ways)
            yield Claim(term(predicate), node, tuple(sorted({e for detail in own for e in detail.evidence})))


def _ways(said: Sequence[Detail], policy: Policy) -> Iterator[Claim]:
    """Yield one claim for each value, with every place that gives it."""
    gathered: dict[tuple[Sort, str], tuple[str, tuple[Evidence, ...]]] = {}
    for detail in said:
        if not detail.value:
            continue
        key = (detail.sort, re.sub(r"[\W_]+", "", detail.value).lower())
        value, evidence = gathered.get(key, (detail.value, ()))
        gathered[key] = (value, (*evidence, *detail.evidence))
    predicates = {"address": "dpv:hasAddress", "name": "dpv:hasName"}
    for (sort, _), (value, evidence) in gathered.items():
        yield Claim(policy.ontology.term(predicates.get(sort, "dpv:hasContact")), Text(value), evidence)


def details(policy: Policy, names: frozenset[str]) -> Iterator[Detail]:
    """Yield the ways to reach the company, its officer and its representative, in the order of the text."""
    cores = frozenset(naming.core(name) for name in names if len(name) >= _SHORTEST_NAME)
    named = tuple(_named(policy))
    parties = _Parties(names, frozenset(_called(named)))
    found: list[Detail] = []
    for find in _finds(policy, cores):
        owner = _owner(find, parties)
        places = tuple(
            place[0].evidence(place[1], place[2], rule=f"contact-{find.sort}") for place in find.places
        )
        found += [Detail(reached, find.sort, find.value, places) for reached in _reached(owner, find)]
    found += named
    if not any(detail.owner == "officer" for detail in found):
        found += _bare_officer(policy)
    yield from found
    yield from _elsewhere(policy, found)


@dataclass(frozen=True, slots=True)
class _Parties:
    """What the author is called in small letters, and what its officer and its representative are called."""

    own: frozenset[str]
    named: frozenset[tuple[str, Owner]]


def _called(named: Sequence[Detail]) -> Iterator[tuple[str, Owner]]:
    """Yield the names of the representative, with and without the legal form; a person's is in no e-mail."""
    for detail in named:
        if detail.owner == "representative":
            yield detail.value, detail.owner
            yield naming.short(detail.value), detail.owner


def _reached(owner: Owner, find: _Find) -> Iterator[Owner]:
    """Yield whom a detail reaches: at an address of the company, "Attn: Data Protection Officer", it is both."""
    if owner != "other":
        yield owner
    passage, start, _ = find.places[0]
    above = passage.policy.passages[max(0, passage.index - 1)].text if start == 0 else passage.text[:start]
    if owner == "officer" and find.sort == "address" and _FOR_ATTENTION.search(above[-_NEAR_LABEL:]):
        yield "controller"


_FOR_ATTENTION = re.compile(r"(?:(?:for\s+the\s+)?attention|attn|fao|c/o)\b", re.IGNORECASE)


def _finds(policy: Policy, cores: frozenset[str]) -> Iterator[_Find]:
    """Yield everything that looks like a contact detail."""
    taken: set[tuple[int, int]] = set()
    for passage in policy.passages:
        if _opens_lines(passage):
            following = policy.passages[passage.index + 1 :]
            ends = (
                n for n, p in enumerate(following) if p.block.kind == "heading" and not address.is_line(p)
            )
            lines = following[: next(ends, None)]
            for found in address.below(lines, cores):
                if not taken & {(p.index, start) for p, start, _ in found.places}:
                    taken |= {(p.index, start) for p, start, _ in found.places}
                    yield _Find("address", found.value, found.places)
    for passage in policy.passages:
        spans = [(start, end) for start, end in _emails(passage)]
        for start, end in spans:
            value = _DOT.sub(".", _AT.sub("@", passage.text[start:end]))
            yield _Find("email", value, ((passage, start, end),))
        spread = [*_addresses(passage, cores), *_alone(passage, cores)]
        for start, end in sorted(set(spread)):
            if (passage.index, start) not in taken and not any(start < b and a < end for a, b in spans):
                spans.append((start, end))
                yield _Find("address", " ".join(passage.text[start:end].split()), ((passage, start, end),))
        yield from _phones_and_pages(passage, spans)


def _phones_and_pages(passage: Passage, taken: list[tuple[int, int]]) -> Iterator[_Find]:
    """Yield the phone numbers and contact pages outside the spans `taken`."""
    for sort, pairs in (("phone", _phones(passage)), ("page", _pages(passage))):
        for start, end in pairs:
            if not any(start < last and first < end for first, last in taken):
                yield _Find(
                    "phone" if sort == "phone" else "page", passage.text[start:end], ((passage, start, end),)
                )


_BEFORE_LINES = (("contact", "pgq:ContactUs"), ("address", "pgq:AddressFollows"))


def _opens_lines(passage: Passage) -> bool:
    """Tell whether lines of an address may follow: "contact us at:", a heading, a name on a line."""
    text = passage.text.rstrip(" *_")
    if text.endswith(":"):
        last = naming.sentence_start(text, len(text))
        return any(cued(passage, *cue, last) for cue in _BEFORE_LINES)
    if passage.block.kind == "heading":
        return cued(passage, "contact", "pgq:ContactUs")
    named = naming.has_legal_form(text.strip(" .,*_‍")) or _FOR_ATTENTION.match(text.lstrip(" •-*"))
    return address.is_line(passage) and bool(named)


def _emails(passage: Passage) -> Iterator[tuple[int, int]]:
    if any(sign in passage.text for sign in ("@", "at)", "at]", "protected]")):
        for found in _EMAIL.finditer(passage.text):
            yield found.span()


def _addresses(passage: Passage, cores: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the addresses behind "registered office at", "Address:" and the like, or a defined name."""
    seen: set[int] = set()
    starts = []
    for cue in cues(passage, "address", "pgq:AddressFollows"):
        before = passage.text[max(0, cue.start - _NEAR_LABEL) : cue.start]
        words = re.split(r"[\s,(]+", before.strip(" *"))
        own = not before.strip(" *-•") or any(
            naming.core(" ".join(words[-n:])) in cores for n in (1, 2, 3) if words
        )
        starts.append((cue.end, own))
    starts += [
        (place.end + 1, True) for place in refers_to(passage) if passage.text[place.end :].startswith(",")
    ]
    officers = cues(passage, "parties", "pgq:ProtectionOfficer")
    behind = (_AT_OFFICER.match(passage.text, cue.end) for cue in officers)
    starts += [(match.end(), False) for match in behind if match]
    labels = frozenset(label.end() for label in _ATTENTION_LABEL.finditer(passage.text))
    starts += [(label, False) for label in labels]
    for start, own in starts:
        span = address.read(passage, start, lenient=own)
        if span is None and start in labels:
            span = address.numbered(passage, start)
        if span and span[0] not in seen:
            seen.add(span[0])
            yield span


_AT_OFFICER = re.compile(r"\s*(?:\([^()]{1,20}\))?\s*(?:,|:|\bat\b)\s+(?=[A-Z\d])")
_ATTENTION_LABEL = re.compile(r"(?:attn|attention)\.?\s*:\s*", re.IGNORECASE)  # also where lines run together


def _alone(passage: Passage, cores: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the address that a passage is as a whole, or that follows the author's name and its legal form."""
    span = address.whole(passage)
    if span is not None:
        yield span
    for form in _LEGAL_END.finditer(passage.text):
        name = naming.name_before(passage.text, form.end()) if naming.is_legal_form(form[1]) else None
        if name is None or naming.core(passage.text[slice(*name)]) not in cores:
            continue
        attention = _ATTENTION.match(passage.text, form.end())
        span = address.read(passage, attention.end() if attention else form.end())
        if span is not None:
            yield span


_LEGAL_END = re.compile(r"\s([A-Z][\w./]{1,14})(?=[\s,)])")
_ATTENTION = re.compile(
    r"\s*(?:\([^()]{0,80}\)|,?\s(?:[\w.]+\s){0,3}(?:no|nr|number)\b[\s.:]*[\dA-Z][\dA-Z.-]*)?[\s,.:;-]*(?:(?:attn|attention|att|c/o|fao)\b[\s.:]*)?",
    re.IGNORECASE,
)


def _phones(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the numbers that are phone numbers: by a plus sign, a word before them, or a line alone."""
    for found in _PHONE.finditer(passage.text):
        digits = sum(letter.isdigit() for letter in found[0])
        if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
            continue
        start = found.start()
        alone = not passage.text[:start].strip(" •-*") and not passage.text[found.end() :].strip(" .*")
        called = cued(passage, "phone", "pgq:Telephone", max(0, start - _CUE_REACH), start)
        if "+" in found[0][:2] or called or (alone and not re.search(r"[./]", found[0])):
            yield start, found.end()


def _pages(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the web addresses of contact pages."""
    for found in _URL.finditer(passage.text):
        announced = any(
            found.start() - cue.end <= _PAGE_REACH and "." not in passage.text[cue.end : found.start()]
            for cue in cues(passage, "contact-page", "pgq:ContactPage", 0, found.start())
        ) or any(
            cue.start == 0 and not passage.text[cue.end : found.start()].strip(" :")
            for cue in cues(passage, "contact-page", "pgq:SiteLabel", 0, found.start())
        )
        path = _CONTACT_PATH.search(found[0]) and cued(passage, "contact", "pgq:ContactUs", 0, found.start())
        if announced or path:
            yield found.span()


def _owner(find: _Find, parties: _Parties) -> Owner:
    """Return whose detail it is, by the words before it in its sentence, its lines or its heading."""
    passage, start, _ = find.places[0]
    if find.sort == "email":
        host = find.value.rpartition("@")[2].lower()
        if any(part in host for part in naming.words_of("pgq:AuthorityHost")) or _is_foreign(
            host, passage, parties.own
        ):
            return "other"
    if find.sort == "address" and _opens_with_officer(passage, start):
        return "officer"
    if find.sort == "address" and cued(
        passage, "parties", "pgq:SupervisoryAuthority", start, start + _ROLE_REACH
    ):
        return "other"
    opened = naming.sentence_start(passage.text, start)
    said = _last_party(passage, opened, start, parties)
    if find.sort == "email" and said is None and _GOVERNMENT.search(find.value):
        return "other"
    if said is None and opened:
        said = _party_before(passage, opened, parties)
    if said is None:
        said = _party_above(passage, parties)
    if said != "other" and find.sort == "email" and find.value.lower().startswith(_OFFICER_MAIL):
        return "officer"
    return said or "controller"


def _opens_with_officer(passage: Passage, start: int) -> bool:
    """Tell whether an address begins with the officer, also where lines run together: "OfficerMill Road 5"."""
    lexicon = passage.policy.ontology
    beginning = passage.text[start : start + _NEAR_LABEL].lower()
    officer = lexicon.term("pgq:ProtectionOfficer")
    return any(beginning.startswith(form.lower()) for form in lexicon.values(officer, _ALT_LABEL))


def _party_before(passage: Passage, opened: int, parties: _Parties) -> Owner | None:
    """Return the officer or the representative that the sentence before speaks of, if it speaks of one."""
    before = len(passage.text[:opened].rstrip())
    start = naming.sentence_start(passage.text, before - 1)
    said = _last_party(passage, start, before, parties)
    if _NOT.search(passage.text, start, before):
        return None
    return said if said in ("officer", "representative") else None


_NOT = re.compile(r"\b(?:not|no)\b|n['’]t\b", re.IGNORECASE)
_ALT_LABEL = ontology.expand("skos:altLabel")
_ROLE_REACH = 20  # characters of an address in which its owner is named
_GOVERNMENT = re.compile(r"\.gov(?:\.[a-z]{2})?$", re.IGNORECASE)  # a council's own, or that of an authority
_OFFICER_MAIL = ("dpo@", "dpo.", "dataprotectionofficer@")


def _is_foreign(host: str, passage: Passage, names: frozenset[str]) -> bool:
    """Tell whether a domain belongs to a company of the gazetteer that is not the author."""
    lexicon = passage.policy.ontology
    if host in naming.words_of("pgq:WebmailHost") or host in names:
        return False
    known = any(True for _ in lexicon.subjects(ontology.expand("pg:domain"), host))
    return known and not any(len(name) > _SHORTEST_NAME and name in host for name in names)


_PARTIES: tuple[tuple[str, Owner], ...] = (
    ("pgq:Ourselves", "controller"),
    ("pgq:ProtectionOfficer", "officer"),
    ("pgq:ArticleRepresentative", "representative"),
    ("pgq:SupervisoryAuthority", "other"),
    ("pgq:OtherParty", "other"),
)


def _last_party(passage: Passage, start: int, end: int, parties: _Parties) -> Owner | None:
    """Return who is named last between `start` and `end`, if anybody is."""
    found: list[tuple[int, Owner]] = [
        (place, owner)
        for name, owner in parties.named
        if (place := passage.text.rfind(name, start, end)) >= 0
    ]
    for curie, owner in _PARTIES:
        found += [(cue.start, owner) for cue in cues(passage, "parties", curie, start, end)]
    for match in passage.found("companies", start, end):
        if match.form.lower() not in parties.own:
            found.append((match.start, "other"))
    return max(found)[1] if found else None


def _party_above(passage: Passage, parties: _Parties) -> Owner | None:
    """Return who the lines above a line, their lead-in and their heading are about, if they say so."""
    if not address.is_line(passage):
        return None
    passages = passage.policy.passages
    for index in range(passage.index - 1, max(-1, passage.index - 1 - _LINES_BACK), -1):
        above = passages[index]
        floor = (
            0 if address.is_line(above) else naming.sentence_start(above.text, len(above.text.rstrip(" :.")))
        )
        said = _last_party(above, floor, len(above.text), parties)
        if said is not None or above.block.kind == "heading" or not address.is_line(above):
            return said
    return None


def _named(policy: Policy) -> Iterator[Detail]:
    """Yield the names of the officer and the representative."""
    for passage in policy.body():
        for start, end, owner in _roles(passage):
            span = _name_of(passage, end, owner) or _appointed(passage, start, owner)
            if span is not None:
                place, first, last = span
                evidence = (place.evidence(first, last, rule="contact-name"),)
                yield Detail(owner, "name", place.text[first:last], evidence)


def _roles(passage: Passage) -> Iterator[tuple[int, int, Owner]]:
    """Yield where a passage speaks of the officer, or of the representative in an area."""
    for curie, owner in _PARTIES[1:3]:
        yield from ((cue.start, cue.end, owner) for cue in cues(passage, "parties", curie))
    for cue in cues(passage, "representative", "pgq:BareRepresentative"):
        first, last = sentence(passage, cue.start)
        articles = cues(passage, "parties", "pgq:ArticleRepresentative", first, last)
        told = any(cue.start < other.end and other.start < cue.end for other in articles)
        if not told and cued(passage, "representative", "pgq:RepresentedArea", first, last):
            yield cue.start, cue.end, "representative"


def _bare_officer(policy: Policy) -> Iterator[Detail]:
    """Yield the first words that say that the company has an officer, if there are any."""
    for passage in policy.body():
        for cue in cues(passage, "parties", "pgq:ProtectionOfficer"):
            before = passage.text[naming.sentence_start(passage.text, cue.start) : cue.start]
            if re.search(r"\b(?:our|appointed|designated)\b", before[-_NEAR_LABEL:], re.IGNORECASE):
                yield Detail(
                    "officer", "name", "", (passage.evidence(cue.start, cue.end, rule="contact-officer"),)
                )
                return


def _name_of(passage: Passage, end: int, owner: str) -> tuple[Passage, int, int] | None:
    """Return where the name of a person or firm stands behind "our DPO is" or below "our DPO:"."""
    bridge = (_NAME_BEHIND if owner == "representative" else _NAME_OF).match(passage.text, end)
    lines = passage.policy.passages[passage.index + 1 : passage.index + 2]
    if bridge and passage.text[bridge.end() :].strip():
        span = naming.name_after(passage.text, bridge.end())
        wanted = span and (
            owner == "representative"
            or naming.has_legal_form(passage.text[span[0] : span[1]])
            or (owner == "officer" and _PERSON.match(passage.text[span[0] : span[1]]))
        )
        return (passage, *span) if span and wanted else None
    if passage.text.rstrip().endswith(":") and lines and _PERSON.match(lines[0].text.strip()):
        return lines[0], 0, len(lines[0].text.rstrip())
    return None


def _appointed(passage: Passage, start: int, owner: str) -> tuple[Passage, int, int] | None:
    """Return where the name stands in "we have appointed X as our representative", or "X is our representative"."""
    if owner != "representative":
        return None
    floor = naming.sentence_start(passage.text, start)
    found = _APPOINTS.search(passage.text, floor, start)
    span = naming.name_after(passage.text, found.end(), start) if found else None
    subject = _IS_OUR.search(passage.text, floor, start)
    if span is None and subject is not None:
        end = subject.start()
        names = (
            naming.name_after(passage.text, word.start(), end)
            for word in _CAPITAL.finditer(passage.text, floor, end)
        )
        span = next((name for name in names if name and not passage.text[name[1] : end].strip()), None)
    return None if span is None else (passage, *span)


_APPOINTS = re.compile(
    r"\b(?:appoint(?:ed|s)?|designate[ds]?|nominate[ds]?|named|mandated|engage[ds]?)\s+", re.IGNORECASE
)
_CAPITAL = re.compile(r"(?<![\w’'])[A-Z]")
_IS_OUR = re.compile(
    r"\s*(?:\([^()]*\))?,?\s+(?:is|acts\s+as|serves\s+as|will\s+act\s+as"
    r"|(?:(?:has|have)\s+been|is|was)\s+(?:hereby\s+)?"
    r"(?:appointed|designated|nominated|named|engaged|mandated|authori[sz]ed|selected|retained|chosen)"
    r"(?:\s+by\s+.{1,60}?)?\s+(?:as|to\s+act\s+as|to\s+be))\s+"
    r"(?:(?:our|the|its|their|an?|my|\S+['’]s?)\s*)?(?:[\w-]+\s+){0,3}$"
)


def _elsewhere(policy: Policy, found: Sequence[Detail]) -> Iterator[Detail]:
    """Yield the company's details again as the officer's where the text says that he is reached by them."""
    if any(detail.owner == "officer" and detail.sort != "name" for detail in found):
        return
    for passage in policy.body():
        if cued(passage, "parties", "pgq:ProtectionOfficer") and cued(
            passage, "contact", "pgq:DetailsElsewhere"
        ):
            for detail in found:
                if detail.owner == "controller" and detail.sort in ("email", "phone", "address"):
                    shared = tuple(
                        Evidence(e.start, e.end, "Inferred", 0.6, "contact-elsewhere")
                        for e in detail.evidence
                    )
                    yield Detail("officer", detail.sort, detail.value, shared[:1])
            return
