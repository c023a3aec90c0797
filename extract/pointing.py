"""How a sentence takes over what it points to: the words before it ("this information"), or its headings."""

import re
from collections.abc import Iterator
from itertools import pairwise

import ontology
from extract.around import cued
from extract.claim import Claim, Concept
from extract.data import is_generic
from extract.draft import (
    BASIS,
    CONDITION,
    DATA,
    PROCESSING,
    PURPOSE,
    RECIPIENT,
    SERVICE,
    SOURCE,
    STORAGE,
    Draft,
    take_over,
    taken_over,
)
from extract.passage import Passage
from extract.purposes import INTEREST_RULE
from extract.topics import cue, stands_under

_READERS = tuple(map(ontology.load().term, ("pgc:OtherUsers", "pgc:Customers", "pgc:StaffAndPersonnel")))
_MOST_PAIRS = 120  # data times purposes that a sentence may take over by pointing back
_DENIALS = 3  # statements back at most to the denial that names the data
_LOOK_BACK = 14  # passages of the same section that a sentence can point back over


def after_colons(drafts: list[Draft]) -> None:
    """Let paragraphs that a sentence with a colon introduces take over what it says of how and whence."""
    lead: Draft | None = None
    for draft in drafts:
        block = draft.passage.block
        if block.kind != "paragraph" or lead is None or block.section != lead.passage.block.section:
            lead = None
        elif draft.specific_data and not draft.denied and draft.passage is not lead.passage:
            take_over(draft, lead, (SOURCE, BASIS, PROCESSING))
        if block.kind == "paragraph" and draft.passage.text.rstrip().endswith(":") and not draft.denied:
            lead = draft


def headings_above(drafts: list[Draft]) -> None:
    """Let statements take over what headings above them say: whence the data come, what for, on which basis.

    "Information we collect automatically" holds for all that stands below it, "To support you", "Our legitimate
    interests" or the name of a service for its own section.
    """
    heads = {
        draft.passage.index: draft
        for draft in drafts
        if draft.passage.block.kind == "heading" and not draft.denied and draft.has(*_OF_A_SECTION)
    }
    for draft in drafts:
        above = [heads[heading.index] for heading in draft.passage.headings if heading.index in heads]
        if draft.denied or not above or draft.passage.index in heads:
            continue
        own = above[0].passage.index == draft.section
        if draft.specific_data and not draft.has(RECIPIENT, SERVICE):
            for head in [head for head in above if head.has(SOURCE)][:1]:
                take_over(draft, head, (SOURCE,))
        if own and (draft.specific_data or draft.has(RECIPIENT, SERVICE)):
            take_over(draft, above[0], (PURPOSE,))
        if own and draft.has(DATA, PURPOSE):
            take_over(draft, above[0], (BASIS,))
        if own and (draft.specific_data or draft.has(PURPOSE)) and not draft.has(RECIPIENT, SERVICE):
            take_over(draft, above[0], (RECIPIENT, SERVICE))


_OF_A_SECTION = (SOURCE, PURPOSE, BASIS, RECIPIENT, SERVICE)


def data_in_heading(draft: Draft) -> None:
    """Give a statement that names no data those that the heading of its section is about ("Cookies")."""
    heading = draft.passage.section
    if heading is None or draft.denied or draft.specific_data or not draft.has(PURPOSE):
        return
    if draft.has(CONDITION, RECIPIENT, SERVICE):
        return
    nouns = [token for token in heading.doc if token.pos_ in ("NOUN", "PROPN")]
    named = [
        match
        for match in heading.found("personal-data")
        if not is_generic(match.term) and any(match.start <= noun.idx < match.end for noun in nouns)
    ]
    spoken = [*named, *heading.found("processing")]
    others = [noun for noun in nouns if not any(match.start <= noun.idx < match.end for match in spoken)]
    if not named or len(others) > 1:
        return
    draft.claims = [claim for claim in draft.claims if claim.predicate != DATA]
    for match in named:
        evidence = heading.evidence(
            match.start, match.end, support="Inherited", confidence=0.7, rule="data in a heading"
        )
        draft.claims.append(Claim(DATA, Concept(match.term), (evidence,)))


def purpose_in_heading(draft: Draft) -> None:
    """Give a statement that says not what for the purpose that its section has as its title ("Newsletter")."""
    heading = draft.passage.section
    if heading is None or draft.denied or draft.has(PURPOSE, RECIPIENT, SERVICE):
        return
    if not (draft.specific_data or draft.declares_basis) or stands_under(draft.passage, *_NO_PURPOSES):
        return
    nouns = [token for token in heading.doc if token.pos_ in ("NOUN", "PROPN", "VERB")]
    for match in heading.found("purposes"):
        if nouns and all(match.start <= noun.idx < match.end for noun in nouns):
            evidence = heading.evidence(
                match.start, match.end, support="Inherited", confidence=0.7, rule="purpose in a heading"
            )
            draft.claims.append(Claim(PURPOSE, Concept(match.term), (evidence,)))
            return


_NO_PURPOSES = tuple(
    map(cue, ("RightsTopic", "ContactTopic", "DefinitionTopic", "ChangeTopic", "SecurityTopic"))
)


def point_back(drafts: list[Draft]) -> None:
    """Let sentences that point back take over what they point to.

    Within a section any pronoun will do; into the section before only words such as "such personal data" do.
    """
    for index, draft in enumerate(drafts):
        if draft.denied:
            continue
        before = [
            other
            for other in drafts[max(0, index - 60) : index]
            if not other.denied and draft.passage.index - other.passage.index <= _LOOK_BACK
        ]
        same = [other for other in before if other.section == draft.section]
        if cue("TheseRecipients") in draft.signs_back:
            _recipients_before(draft, same)
        elif cue("ToThem") in draft.signs_back and not draft.has(RECIPIENT, SERVICE):
            _recipients_before(draft, [other for other in same if other.passage is draft.passage])
        if not draft.specific_data or (cue("TheseData") in draft.signs_back and not _outside_purposes(draft)):
            denials = [
                other
                for other in drafts[max(0, index - _DENIALS) : index]
                if other.denied and other.section == draft.section
            ]
            _point_to_data(draft, before, same, denials)
        elif cue("TheseCookies") in draft.signs_back and draft.has(PURPOSE):
            _add_collected(draft, same)
        alone = draft.has(BASIS) and not (draft.has(RECIPIENT, SERVICE) or _says_what_for(draft))
        if alone and (draft.declares_basis or cue("ThesePurposes") in draft.signs_back):
            _basis_after(draft, same)
        elif _grounds_what_was_said(draft):
            _basis_after(draft, _sentence_before(draft, same))


def _says_what_for(draft: Draft) -> bool:
    """Tell whether a statement has a purpose besides the interest that is its basis."""
    return any(claim.evidence[0].rule != INTEREST_RULE for claim in draft.of(PURPOSE))


def _grounds_what_was_said(draft: Draft) -> bool:
    """Tell whether a sentence does nothing but ground the one before: "This is necessary to keep our contract"."""
    if not draft.has(BASIS) or draft.has(RECIPIENT, SERVICE) or any(map(_is_said, draft.specific_data)):
        return False
    if not cued(draft.passage, "anaphora", "pgq:Pronoun", draft.sentence, draft.sentence + _OPENING):
        return False
    grounds = [claim.evidence[0] for claim in draft.of(BASIS)]
    purposes = [claim.evidence[0] for claim in draft.of(PURPOSE)]
    return all(any(map(purpose.overlaps, grounds)) for purpose in purposes)


def _sentence_before(draft: Draft, same: list[Draft]) -> list[Draft]:
    """Return the statements of the nearest sentence before that of a statement, in its passage."""
    here = [other for other in same if other.passage is draft.passage and other.sentence < draft.sentence]
    last = max((other.sentence for other in here), default=-1)
    return [other for other in here if other.sentence == last]


def _point_to_data(draft: Draft, before: list[Draft], same: list[Draft], denials: list[Draft]) -> None:
    """Let a statement that names no data take over those it points to, of the statements before it.

    `same` are those of its own section, `denials` the last ones in it: "We do not sell your address. We give such
    data only to …" gives away what is not sold.
    """
    here = [other for other in same if other.passage is draft.passage]
    signs = draft.signs_back
    if draft.has(RECIPIENT, SERVICE):
        _point_to_given(draft, before, same, denials)
    elif cue("TheseData") in signs and draft.has(PURPOSE, BASIS, STORAGE, SOURCE):
        meant = _meant(draft, before)
        _data_before(draft, [other for other in meant if other in same]) or _data_before(draft, meant)
    elif (cue("WeakBack") in signs or (draft.has(DATA) and not draft.has(SOURCE))) and draft.has(
        PURPOSE, BASIS, STORAGE
    ):
        _data_before(draft, [other for other in same if _is_about_the_same(draft, other)])
    elif cue("TheseCookies") in signs and draft.has(PURPOSE) and not draft.has(DATA):
        _tools_before(draft, same)
    elif not signs.isdisjoint(_PRONOUNS) and draft.has(PURPOSE, BASIS, STORAGE):
        listed = _joined_from(draft, same)
        if listed and not here:
            _put_data(draft, listed)
        else:
            _data_before(draft, here or _passage_before(draft, same))


def _point_to_given(draft: Draft, before: list[Draft], same: list[Draft], denials: list[Draft]) -> None:
    """Let a statement about who gets data that it does not name take over those it points to."""
    here = [other for other in same if other.passage is draft.passage]
    if cue("TheseData") in draft.signs_back:
        meant = _meant(draft, before)
        named = _data_before(draft, [other for other in same[-2:] if other.passage is draft.passage])
        named = named or _data_before(draft, [other for other in meant if other in same])
        if not named:
            _data_before(draft, denials)
    elif draft.hands_on_pronoun:
        denied = [other for other in denials if other.passage is draft.passage]
        _data_before(draft, here or _passage_before(draft, same) or denied)
    elif _opens_with_data(draft):
        _data_before(draft, here[-1:])


def _opens_with_data(draft: Draft) -> bool:
    """Tell whether a sentence begins with words for the data just named: "The information is sent to …"."""
    return any(
        sign.term == cue("WeakBack") and sign.start == draft.sentence and sign.form.lower().startswith("the ")
        for sign in draft.passage.found("cues/anaphora", draft.sentence)
    )


def _tools_before(draft: Draft, same: list[Draft]) -> None:
    """Let "these technologies" be the cookies and the like that the nearest statement before names."""
    for other in reversed(same):
        tools = [
            claim
            for claim in _to_point_at(other)
            if isinstance(claim.value, Concept) and ontology.load().is_under(claim.value.iri, _TOOL)
        ]
        if tools:
            draft.claims += [taken_over(claim) for claim in tools]
            return


_TOOL = ontology.load().term("pgc:CookieData")
_PRONOUNS = frozenset((cue("Pronoun"), cue("Elaboration")))
_OPENING = len("We need this ")


def _add_collected(draft: Draft, same: list[Draft]) -> None:
    """Let a statement about cookies take over what they were said to collect, in the sentences just before."""
    near = [other for other in same if draft.passage.index - other.passage.index <= 1]
    for other in reversed(near):
        data = [claim for claim in _to_point_at(other) if claim.value not in [c.value for c in draft.claims]]
        if data and len(data) * len(draft.of(PURPOSE)) <= _MOST_PAIRS:
            draft.claims += [taken_over(claim) for claim in data]
            return


def _joined_from(draft: Draft, same: list[Draft]) -> list[Claim]:
    """Return the data of the passage of a statement that have gone to the lead-in of its list."""
    block = draft.passage.block
    return [
        claim
        for other in same
        for claim in _to_point_at(other)
        if block.start <= claim.evidence[0].start < block.end
    ]


def _passage_before(draft: Draft, same: list[Draft]) -> list[Draft]:
    """Return the statements that "it" in the first sentence of a paragraph can mean: of the passage before."""
    block = draft.passage.block
    if block.kind == "item" and draft.passage.lead_in is not None:
        same = [other for other in same if other.passage.index < draft.passage.lead_in.index]
    elif block.kind != "paragraph":
        return []
    if draft.sentence > 0 or not same or draft.passage.doc[0].lower_ in _SUBORDINATE:
        return []
    last = same[-1].passage
    return [other for other in same if other.passage in (last, last.lead_in)]


_SUBORDINATE = frozenset(
    ("if", "when", "where", "once", "after", "before", "whenever")
)  # "it" is named there


def name_members(drafts: list[Draft]) -> None:
    """Let statements about data that their paragraph goes on to spell out take over what they include.

    "We process your account data. The account data may include your name." tells also what the name is for.
    """
    for draft in drafts:
        told = _INCLUDING.match(draft.passage.text, draft.sentence)
        if told is None or not draft.specific_data or draft.denied:
            continue
        members = [claim for claim in draft.specific_data if _is_said(claim)]
        for other in drafts:
            if other.passage is draft.passage and other is not draft and _speaks_of(other, told["term"]):
                other.claims += [taken_over(claim) for claim in members if claim not in other.claims]


def labels_before(drafts: list[Draft]) -> None:
    """Let what a passage says of the data that open it as a label be said of them: "Usage data. To …, we …"."""
    label: Draft | None = None
    for draft in drafts:
        if draft.sentence == 0:
            label = draft if _is_data_label(draft) else None
        elif label is not None and draft.passage is label.passage and not draft.denied:
            if draft.has(PURPOSE, RECIPIENT, SERVICE, BASIS):
                new = [claim for claim in label.specific_data if claim not in draft.claims]
                draft.claims += [taken_over(claim) for claim in new]
        else:
            label = None


def _is_data_label(draft: Draft) -> bool:
    """Tell whether a statement is no more than a name of data before other sentences."""
    if draft.denied or not draft.specific_data or len(draft.passage.sentences) == 1:
        return False
    first = draft.passage.sentences[0]
    return len(first) <= _LABEL and not any(token.pos_ in ("VERB", "AUX") for token in first)


_LABEL = 8  # words of a label, with its full stop


def _speaks_of(draft: Draft, term: str) -> bool:
    """Tell whether a statement names data by a term."""
    text = draft.passage.policy.document.text
    return any(
        term.strip().lower() in text[claim.evidence[0].start : claim.evidence[0].end].lower()
        for claim in draft.specific_data
    )


_INCLUDING = re.compile(
    r"(?:the|this|these|such|your)\s(?P<term>(?:[\w-]+\s){1,4}?)(?:(?:may|might|can|will|would|also)\s){0,2}"
    r"(?:includes?|comprises?|consists?\sof)\b",
    re.IGNORECASE,
)


def elaborate(drafts: list[Draft]) -> None:
    """Let a sentence that goes on about what the one before it says take that over.

    "We store your account on AWS. This includes your name …" names data that AWS gets; "We use Hotjar. It helps
    us to …" tells what Hotjar is used for.
    """
    for earlier, draft in pairwise(drafts):
        if draft.denied or earlier.denied or earlier.section != draft.section:
            continue
        told = cue("Elaboration") in draft.signs_back
        goes_on = earlier.passage is draft.passage and draft.of_others and not draft.has(CONDITION)
        if draft.specific_data and not earlier.specific_data and (told or goes_on):
            take_over(draft, earlier, (PURPOSE, RECIPIENT, SERVICE))
        if draft.specific_data and not earlier.specific_data and told:
            take_over(draft, earlier, (SOURCE, BASIS, PROCESSING))
        uses = earlier.has(PURPOSE) and any(map(_is_said, earlier.of(RECIPIENT, SERVICE)))
        uses = uses and earlier.passage is draft.passage
        if uses and draft.specific_data and not earlier.specific_data and not draft.has(PURPOSE, STORAGE):
            take_over(draft, earlier, (PURPOSE, RECIPIENT, SERVICE))
        if told and not earlier.has(RECIPIENT, SERVICE) and _ends_in_recipients(draft):
            take_over(draft, earlier, (DATA, PURPOSE))
        if goes_on and draft.of_them and draft.specific_data and draft.has(PROCESSING):
            take_over(draft, earlier, (RECIPIENT, SERVICE))
        if goes_on and draft.has(PURPOSE) and not draft.has(RECIPIENT, SERVICE):
            take_over(draft, earlier, (RECIPIENT, SERVICE))


def _ends_in_recipients(draft: Draft) -> bool:
    """Tell whether recipients are the last that a sentence says: "This may include the police or the courts."."""
    ends = [claim.evidence[0].end for claim in draft.of(RECIPIENT, SERVICE) if _is_said(claim)]
    span = next((end for start, end in draft.passage.sentence_spans if start == draft.sentence), 0)
    last = draft.passage.policy.document.span(draft.passage.index, max(0, span - 1), span)[1]
    return bool(ends) and last - max(ends) < _CLOSE


_CLOSE = 24  # characters behind the last recipient of a sentence that say no more


def _is_about_the_same(draft: Draft, earlier: Draft) -> bool:
    """Tell whether "your data" can mean the data named earlier: not those of another item or another case.

    "When you apply for a job, we use your data to …" is about other data than what was named before.
    """
    one, other = draft.passage, earlier.passage
    if one is other:
        return True
    return not draft.has(CONDITION) and _leads(one).isdisjoint(_leads(other))


def _leads(passage: Passage) -> frozenset[int]:
    """Return the indexes of the lead-ins of all lists in which a passage stands."""
    leads: set[int] = set()
    above = passage.lead_in
    while above is not None:
        leads.add(above.index)
        above = above.lead_in
    return frozenset(leads)


def _meant(draft: Draft, earlier: list[Draft]) -> list[Draft]:
    """Return the statements that "this information" can mean: none before words that say no category.

    In "Keep your information private. This information is …" no data named before are meant.
    """
    said = {place for other in earlier for place in _named_at(other)}
    first = min((index for index, _ in said), default=draft.passage.index)
    for passage in reversed(draft.passage.policy.passages[first : draft.passage.index + 1]):
        if passage.block.kind == "heading":
            continue
        for sentence in reversed(passage.sentences):
            place = (passage.index, sentence.start_char)
            if place >= (draft.passage.index, draft.sentence) or place in said:
                continue
            if any(passage.found("personal-data", sentence.start_char, sentence.end_char)):
                return [other for other in earlier if (other.passage.index, other.sentence) > place]
    return earlier


def _named_at(draft: Draft) -> Iterator[tuple[int, int]]:
    """Yield the passage and the sentence of all data that a statement names, also of those in a list below it."""
    if draft.specific_data:
        yield draft.passage.index, draft.sentence
    policy = draft.passage.policy
    for claim in draft.specific_data:
        where = policy.document.locate(claim.evidence[0].start)
        if where is not None and where[0] != draft.passage.index:
            for start, end in policy.passages[where[0]].sentence_spans:
                if start <= where[1] < end:
                    yield where[0], start


def signs_back(passage: Passage, start: int = 0, end: int | None = None) -> frozenset[str]:
    """Return the cues that point back in characters `start` to `end` of a passage."""
    signs = {match.term for match in passage.found("cues/anaphora", start, end)}
    for noun in passage.found("cues/data-nouns", start, end):
        if _POINTING.search(passage.text, max(start, noun.start - _NEAR), noun.start):
            signs.add(cue("TheseData"))  # "this automatically collected data"
    for table in ("recipients-roles", "cues/party-nouns"):
        for party in passage.found(table, start, end):
            if party.term not in _NO_PARTIES and _SEVERAL.search(
                passage.text, max(start, party.start - _NEAR), party.start
            ):
                signs.add(cue("TheseRecipients"))  # "these firms"
    return frozenset(signs)


def _data_before(draft: Draft, earlier: list[Draft]) -> bool:
    """Take over the data of the nearest statements that name some; tell whether there were any."""
    for index in range(len(earlier) - 1, -1, -1):
        other = earlier[index]
        if not _to_point_at(other):
            handed_on = [claim for claim in other.specific_data if not _is_said(claim)]
            if handed_on and cue("TheseData") in other.signs_back:
                _put_data(draft, handed_on)
                return True
            if other.passage is draft.passage and any(_is_said(claim) for claim in other.of(DATA)):
                return True  # it points to words that say no category
            continue
        taken = [other, *_of_the_same_matter(earlier[:index], other)]
        data = [claim for source in reversed(taken) for claim in _to_point_at(source)]
        _put_data(draft, data)
        return True
    return False


def _of_the_same_matter(earlier: list[Draft], last: Draft) -> Iterator[Draft]:
    """Yield the statements before `last` in its section, the nearest first, until one that is done with its data.

    A sentence that gives the basis of what was said before closes a matter.
    """
    for draft in reversed(earlier):
        if draft.section == last.section:
            if draft.passage is last.passage and any(map(_is_said, draft.of(BASIS))) and draft.has(PURPOSE):
                return
            yield draft


def _put_data(draft: Draft, data: list[Claim]) -> None:
    """Put data that are named elsewhere in the place of words that say no category."""
    if len(data) * max(1, len(draft.of(PURPOSE))) <= _MOST_PAIRS:
        specific = draft.specific_data
        draft.claims = [claim for claim in draft.claims if claim.predicate != DATA or claim in specific]
        draft.claims += [taken_over(claim) for claim in data]


def _is_said(claim: Claim) -> bool:
    """Tell whether a statement says a claim itself, and does not take it over."""
    return claim.evidence[0].support != "Inherited"


def _recipients_before(draft: Draft, earlier: list[Draft]) -> None:
    """Take over the recipients of the nearest statement before that names some ("these third parties …")."""
    for other in reversed(earlier):
        named = [claim for claim in other.of(RECIPIENT, SERVICE) if _is_said(claim)]
        if named:
            draft.claims += [taken_over(claim) for claim in named]
            return


def _to_point_at(draft: Draft) -> list[Claim]:
    """Return the data that a later sentence can mean: named here, and not as the object of a purpose."""
    return [claim for claim in _outside_purposes(draft) if _is_said(claim)]


def _outside_purposes(draft: Draft) -> list[Claim]:
    """Return the data of a statement that are no objects of its purposes."""
    purposes = [claim.evidence[0] for claim in draft.of(PURPOSE)]
    return [
        claim
        for claim in draft.specific_data
        if not any(purpose.holds(claim.evidence[0]) for purpose in purposes)
    ]


def _basis_after(draft: Draft, earlier: list[Draft]) -> None:
    """Give the basis of a sentence that names no purpose to the statements of its section before it."""
    grounded = [other for other in earlier if other.has(PURPOSE, DATA)]
    near = [other for other in grounded if other.passage is draft.passage]
    for other in near or grounded:
        if not other.has(BASIS):
            other.claims += [taken_over(claim) for claim in draft.of(BASIS)]


_POINTING = re.compile(
    r"\b(?:this|these|such|those)\s+(?:(?!(?:of|and|or|is|are|by|to|as)\b)[\w-]+\s+){0,3}$", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"\b(?:these|such)\s+(?:(?!(?:of|and|or|is|are|by|to|as)\b)[\w-]+\s+){0,2}$", re.IGNORECASE
)
_NO_PARTIES = frozenset((cue("PlaceNoun"), cue("TheReader"), cue("OfOthers"), cue("PartNoun"), *_READERS))
_NEAR = 40  # characters between a word that points and its noun
