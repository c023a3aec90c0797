"""Claims become statements: what one clause, list item or table row says together.

The sentence comes first. Items take over what their lead-in says, rows are read across, and a sentence that only
points back ("this information", "for this purpose") takes over what it points to, within its section. Nothing is
carried from one section to another.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from spacy.tokens import Span

import ontology
from extract.claim import Claim, Concept, Evidence, Statement, Text
from extract.controller import own_names
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
    says_only_data,
    take_over,
    taken_over,
)
from extract.frame import Clause, actor_of, is_without
from extract.matcher import Match
from extract.occasion import OCCASIONS
from extract.operations import is_under, named_by, operation
from extract.passage import Passage, Policy
from extract.pointing import (
    after_colons,
    data_in_heading,
    elaborate,
    headings_above,
    labels_before,
    name_members,
    point_back,
    purpose_in_heading,
    signs_back,
)
from extract.readers import looks
from extract.records import join_records
from extract.topics import cue, of_list
from extract.turns import by_label, in_turns, tools_apart
from extract.usual import usual

_TERM = ontology.load().term
_INTEREST = _TERM("pg:statedInterest")
_SCENARIO = _TERM("pg:scenario")
_MODALITY = _TERM("pg:modality")
_EXHAUSTIVE = _TERM("pg:isExhaustive")
_THIRD_COUNTRY = _TERM("dpv:hasThirdCountry")
_CONTEXT = _TERM("dpv:hasContext")
_CORE = frozenset((DATA, PURPOSE, BASIS, RECIPIENT, SERVICE, SOURCE, _THIRD_COUNTRY, _CONTEXT))
_FACTS = frozenset(
    _TERM(name)
    for name in (
        "dpv:hasRight",
        "dpv:hasNotice",
        "dpv:hasAuthority",
        "dpv:hasApplicableLaw",
        "dpv:hasTechnicalOrganisationalMeasure",
        "dct:issued",
        "dct:valid",
        "pg:datePrecision",
    )
)
_OF_THE_POLICY = frozenset(
    _TERM(name)
    for name in (
        "dpv:hasStorageCondition",
        "dpv:hasDataSource",
        "pg:hasTransferBasis",
        "dpv:hasConsequence",
        "dpv:hasNecessity",
    )
)
_OWN_STATEMENT = (PURPOSE, RECIPIENT, SERVICE, STORAGE, SOURCE, BASIS)
"""What makes a member of a list of data a statement of its own; in a list of recipients only a purpose does."""

_PARTS = ({DATA}, {BASIS})
"""What an item holds that only goes on with the purpose of its lead-in."""

_WITHOUT_DATA = tuple(map(_TERM, ("dpv:Disclose", "dpv:Profiling", "pgc:Identify", "pgc:HeedBrowserSignal")))
"""Operations whose denial needs no data to say what is denied."""

_REACHING = ("dpv:Access", "dpv:Match")
_ASKING = frozenset(("WP", "WRB", "WDT"))
_IMPOSSIBLE = frozenset(("impossible", "unable", "unlikely", "difficult", "hard"))
_ENGAGED = "is engaged"  # the rule by which a pronoun beside a recipient is rather that recipient
_SENT = "receive"  # what the reader does not receive is not sent


def assemble(policy: Policy, claims: Iterable[Claim]) -> tuple[tuple[Statement, ...], tuple[Claim, ...]]:
    """Return the statements that `claims` make, and the claims that hold for the policy as a whole."""
    placed, facts = _placed(policy, claims)
    drafts: list[Draft] = []
    heads = {passage.block.column_header for passage in policy.passages}
    for passage in policy.passages:
        if passage.index not in heads:  # the head of a column announces, and states nothing
            drafts += _drafts(passage, placed.get(passage.index, {}))
    drafts = _rows(_lists(policy, _legal_duties(in_turns(by_label(_within_purposes(drafts))))))
    join_records(policy, drafts)
    after_colons(drafts)
    name_members(drafts)
    labels_before(drafts)
    elaborate(drafts)
    headings_above(drafts)
    point_back(drafts)
    for draft in drafts:
        data_in_heading(draft)
        purpose_in_heading(draft)
    kept: list[Draft] = []
    for draft in tools_apart(drafts):
        if draft.has(*_CORE) or (draft.denied and _is_about_data(draft)):
            kept.append(draft)
        else:
            facts += [
                claim for claim in draft.claims if claim.predicate in _OF_THE_POLICY and not draft.denied
            ]
    kept += usual(policy, kept)
    excepted = {id(other) for draft in kept for other in draft.exceptions}
    return tuple(_statement(draft) for draft in kept if id(draft) not in excepted), tuple(facts)


def _placed(
    policy: Policy, claims: Iterable[Claim]
) -> tuple[Mapping[int, Mapping[int, list[tuple[Clause, Claim]]]], list[Claim]]:
    """Return the claims by passage and sentence, with their clauses, and those that belong to no statement."""
    placed: dict[int, dict[int, list[tuple[Clause, Claim]]]] = defaultdict(lambda: defaultdict(list))
    facts: list[Claim] = []
    for claim in claims:
        where = policy.document.locate(claim.evidence[0].start)
        if claim.predicate in _FACTS or where is None:
            if not claim.denied:
                facts.append(claim)
            continue
        index, character = where
        passage = policy.passages[index]
        token = passage.token_at(character)
        if token is None:
            continue
        clause = passage.clause_of(token)
        placed[index][clause.sentence.start].append((clause, claim))
    return placed, facts


def _drafts(passage: Passage, sentences: Mapping[int, list[tuple[Clause, Claim]]]) -> Iterator[Draft]:
    """Yield a draft for each sentence of a passage, or two if part of it is denied."""
    for _, found in sorted(sentences.items()):
        drafts = []
        for denied in (False, True):
            members = [
                (clause, claim) for clause, claim in found if _denied(passage, clause, claim) == denied
            ]
            if members and not _for_customers(passage, members[0][0]):
                drafts.append(_draft(passage, members, denied=denied))
        if len(drafts) > 1:
            _spare(*drafts)
        yield from drafts


def _spare(stated: Draft, denied: Draft) -> None:
    """Let what a sentence states be an exception from what it denies: "we share … with no one except to …"."""
    passage = denied.passage
    end = next(s.end_char for s in passage.sentences if s.end_char > denied.sentence)
    sparing = [
        passage.policy.document.span(passage.index, sign.start, sign.end)
        for sign in passage.found("cues/denials", denied.sentence, end)
        if sign.term == cue("Exception") or _opens_exception(sign)
    ]
    if not sparing or not stated.has(PURPOSE):
        return
    if all(claim.evidence[0].start > sparing[0][0] for claim in stated.claims if claim.predicate in _CORE):
        take_over(stated, denied, (DATA, RECIPIENT, SERVICE, PROCESSING))
        denied.exceptions.append(stated)


def _opens_exception(sign: Match) -> bool:
    """Tell whether a condition is one under which what is denied is done after all: "unless"."""
    return sign.term == cue("Condition") and sign.form.lower() == "unless"


def _for_customers(passage: Passage, clause: Clause) -> bool:
    """Tell whether a sentence, or the section it stands in, is about what the company does as a processor.

    What it does for its customers is theirs to state: Art. 13 and 14 bind controllers.
    """
    sentence = clause.sentence
    for sign in passage.found("cues/processor", sentence.start_char, sentence.end_char):
        token = passage.token_at(sign.start)
        said = passage.clause_of(token) if token is not None else clause
        name = said.subject.text.lower() if said.subject is not None else ""
        if said.actor == "company" or name in own_names(passage.policy):
            return True
    return passage.section is not None and any(passage.section.found("cues/processor"))


def _denied(passage: Passage, clause: Clause, claim: Claim) -> bool:
    """Tell whether the clause of a claim denies it, and it is the company's practice that is denied."""
    if claim.denied:
        return True
    if claim.predicate in (BASIS, STORAGE, SOURCE, _INTEREST):
        return False
    clause = _governing(passage, clause) if claim.predicate == DATA else clause
    negator = clause.negator
    if negator is None and claim.predicate == DATA:
        return _is_done_without(passage, clause, claim)
    if negator is None or not _is_the_companys(passage, clause) or _is_unlikely(passage, clause, claim):
        return False
    where = negator.idx
    if any(
        (sign.start <= where <= sign.end and sign.term == cue("NoDenial"))
        or (where < sign.start < clause.sentence.end_char and sign.term == cue("TooLong"))
        for sign in passage.found("cues/denials")
    ):
        return False
    start = passage.policy.document.locate(claim.evidence[0].start)
    return start is not None and not _excepted(passage, clause, start[1])


def _is_unlikely(passage: Passage, clause: Clause, claim: Claim) -> bool:
    """Tell whether an occasion is not expected, and nothing is denied: "we do not foresee a merger, but …"."""
    return claim.evidence[0].rule in OCCASIONS and named_by(passage, clause.head) is None


def _governing(passage: Passage, clause: Clause) -> Clause:
    """Return the clause above one that stands for data: "we do not store what you type"."""
    named = clause.head.dep_ == "ccomp" and clause.tokens[0].tag_ in _ASKING
    return passage.clause_of(clause.head.head) if named else clause


def _is_done_without(passage: Passage, clause: Clause, claim: Claim) -> bool:
    """Tell whether something is done without data: "you can visit us without telling us your name".

    What cannot be done without them needs them.
    """
    sentence = clause.sentence
    signs = passage.found("cues/denials", sentence.start_char, sentence.end_char)
    if not any(sign.form.lower().startswith("without") for sign in signs):
        return False
    where = passage.policy.document.locate(claim.evidence[0].start)
    token = passage.token_at(where[1]) if where is not None else None
    if token is None or clause.is_hypothetical or clause.head.lower_ in _IMPOSSIBLE:
        return False
    doing = next(filter(is_without, token.ancestors), None)
    return doing is not None and (passage.is_in(doing, "cues/giving") or named_by(passage, doing) is not None)


def _is_the_companys(passage: Passage, clause: Clause) -> bool:
    """Tell whether a clause can deny a practice of the company: no condition, no advice, no duty of the reader.

    What the reader does not receive is not sent, and what staff cannot access is not looked at.
    """
    if clause.is_hypothetical or (clause.is_advice and not _is_out_of_reach(passage, clause)):
        return False
    if clause.head.lower_ == _SENT:
        return True
    subject = clause.subject
    obliged = (  # "you are not obliged to …"
        subject is not None and actor_of(subject) == "person" and not operation(passage, clause)
    )
    return clause.actor != "person" and not obliged


def _is_out_of_reach(passage: Passage, clause: Clause) -> bool:
    """Tell whether data cannot be got at: "our staff cannot access your files", not "we cannot provide"."""
    return clause.actor != "person" and is_under(operation(passage, clause), *_REACHING)


def _is_about_data(draft: Draft) -> bool:
    """Tell whether what is done, or not done, is done with personal data: "we never sell", "it is not stored"."""
    processing = draft.of(PROCESSING)
    if any(
        isinstance(claim.value, Concept)
        and any(ontology.load().is_under(claim.value.iri, top) for top in _WITHOUT_DATA)
        for claim in processing
    ):
        return True
    end = next(s.end_char for s in draft.passage.sentences if s.end_char > draft.sentence)
    return bool(processing) and any(
        any(draft.passage.found(table, draft.sentence, end)) for table in ("personal-data", "cues/data-nouns")
    )


def _excepted(passage: Passage, clause: Clause, character: int) -> bool:
    """Tell whether an exception ("except …", "other than …") stands between the negation and a claim."""
    negator = clause.negator
    return negator is not None and any(
        negator.idx < sign.start < character and sign.term == cue("Exception")
        for sign in passage.found("cues/denials")
    )


def _within_purposes(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts with data that stand inside a purpose ("to verify your identity") set apart with it.

    Such data serve that purpose alone, not the others that the sentence names.
    """
    split: list[Draft] = []
    for draft in drafts:
        split.append(draft)
        purposes = draft.of(PURPOSE)
        for purpose in purposes:
            where = purpose.evidence[0]
            inside = [
                c
                for c in draft.of(DATA)
                if where.start < c.evidence[0].start and c.evidence[0].end <= where.end
            ]
            if not inside or draft.denied:
                continue
            draft.claims = [claim for claim in draft.claims if claim not in inside]
            specific = [claim for claim in inside if not says_only_data(claim)]
            if specific and len(purposes) > 1:
                claims = [purpose, *specific, *draft.of(RECIPIENT, SERVICE)]
                anchor = (where.start, where.end)
                split.append(
                    Draft(draft.passage, anchor, denied=False, claims=claims, sentence=draft.sentence)
                )
            elif specific:
                draft.claims += specific
    return split


def _legal_duties(drafts: Iterable[Draft]) -> list[Draft]:
    """Return the drafts with a legal duty set apart from the purposes that it is listed beside.

    "as required by law, to prevent fraud or to answer you" rests none of the other purposes on that duty.
    """
    split: list[Draft] = []
    for draft in drafts:
        split.append(draft)
        duties = [claim for claim in draft.of(BASIS) if _is_duty(claim)]
        purposes = draft.of(PURPOSE)
        if (
            not duties
            or not purposes
            or draft.denied
            or draft.passage.block.kind == "cell"
            or draft.declares_basis
        ):
            continue
        same = [p for p in purposes if any(_overlap(p.evidence[0], d.evidence[0]) for d in duties)]
        if same == purposes:
            continue
        shared = draft.of(RECIPIENT, SERVICE, DATA, PROCESSING)
        draft.claims = [claim for claim in draft.claims if claim not in duties and claim not in same]
        where = duties[0].evidence[0]
        claims = [*same, *duties, *shared]
        anchor = (where.start, where.end)
        split.append(Draft(draft.passage, anchor, denied=False, claims=claims, sentence=draft.sentence))
    return split


def _is_duty(claim: Claim) -> bool:
    """Tell whether a legal basis is a legal obligation (Art. 6(1)(c))."""
    return isinstance(claim.value, Concept) and ontology.load().is_under(
        claim.value.iri, _TERM("eu-gdpr:A6-1-c")
    )


def _overlap(one: Evidence, other: Evidence) -> bool:
    return one.start < other.end and other.start < one.end


def _draft(passage: Passage, members: list[tuple[Clause, Claim]], *, denied: bool) -> Draft:
    """Return the draft that the claims of one sentence make; its anchor is the verb of the first clause."""
    lead = next((clause for clause, claim in members if claim.predicate == PROCESSING), members[0][0])
    verb = operation(passage, lead)
    start = verb.start if verb else lead.head.idx
    end = verb.end if verb else lead.head.idx + len(lead.head)
    anchor = passage.policy.document.span(passage.index, start, end)
    sentence = lead.sentence
    draft = Draft(passage, anchor, denied, last=sentence.end > passage.sentences[-1].start)
    draft.sentence = sentence.start_char
    draft.of_them = lead.subject is not None and lead.subject.lower_ in _THEM
    draft.of_others = lead.actor not in ("company", "person")
    draft.signs_back = signs_back(passage, sentence.start_char, sentence.end_char)
    draft.declares_basis = _declares_basis(passage, lead)
    if _is_elliptic(passage, sentence):
        draft.signs_back |= {cue("Pronoun")}
    draft.hands_on_pronoun = any(
        _hands_on_pronoun(clause)
        for clause, claim in members
        if claim.predicate in (RECIPIENT, SERVICE) and claim.evidence[0].rule != _ENGAGED
    )
    draft.claims = _without_givers([replace(claim, denied=False) for _, claim in members])
    draft.claims += _manner(passage, lead, denied=denied)
    return draft


def _declares_basis(passage: Passage, clause: Clause) -> bool:
    """Tell whether a sentence speaks of a legal basis as such, or says without condition what is relied on."""
    sentence = clause.sentence
    named = any(
        match.term == _TERM("dpv:LegalBasis")
        for match in passage.found("legal-bases", sentence.start_char, sentence.end_char)
    )
    return named or (
        not clause.is_hypothetical
        and clause.actor != "person"
        and any(
            sign.term == cue("BasisMarker") and sign.start <= clause.head.idx < sign.end
            for sign in passage.found("cues/bases", sentence.start_char, sentence.end_char)
        )
    )


def _is_elliptic(passage: Passage, sentence: Span) -> bool:
    """Tell whether a sentence leaves out what it speaks of ("Used to …"), or has a label in its place."""
    first = sentence[0]
    return first.tag_ in ("VBN", "TO") or looks.field_name(passage.text, sentence.start_char) != ""


def _hands_on_pronoun(clause: Clause) -> bool:
    """Tell whether what a clause says is disclosed is a pronoun: "these are passed to", "we share it with"."""
    thing = next(
        (
            child
            for child in clause.head.children
            if child.dep_ in ("obj", "nsubj:pass") and child.i == child.left_edge.i and child.tag_ != "WP"
        ),
        None,
    )
    return thing is not None and thing.lower_ in _FOR_DATA


_THEM = frozenset(("they", "it", "who", "which", "these", "this"))
_FOR_DATA = frozenset(("it", "they", "them", "this", "these", "those", "which"))


def _without_givers(claims: list[Claim]) -> list[Claim]:
    """Return the claims without recipients that the sentence names as a source, unless it also discloses.

    So are examples of a source: "from analytics providers (such as Google Analytics) and our partners".
    """
    discloses = any(
        claim.predicate == PROCESSING
        and isinstance(claim.value, Concept)
        and ontology.load().is_under(claim.value.iri, _TERM("dpv:Disclose"))
        for claim in claims
    )
    given = [claim.evidence[0] for claim in claims if claim.predicate == SOURCE]
    if discloses:  # "our partners share your data with us": what is disclosed is so to the company
        given = [evidence for evidence in given if evidence.rule == "source-giver"]
    if not given:
        return claims
    return [
        claim
        for claim in claims
        if claim.predicate not in (RECIPIENT, SERVICE)
        or not (given[0].start < claim.evidence[0].end and claim.evidence[0].start < given[-1].end)
    ]


def _manner(passage: Passage, clause: Clause, *, denied: bool) -> Iterator[Claim]:
    """Yield what the clause says about how: possible or stated, only, on a condition."""
    head = clause.head
    modal = next((t for t in head.children if t.tag_ == "MD"), None)
    if not denied and clause.actor != "person" and operation(passage, clause) is not None:
        name = (
            "pg:Possible"
            if modal is not None and modal.lower_ in ("may", "might", "can", "could")
            else "pg:Stated"
        )
        token = modal if modal is not None else head
        evidence = passage.evidence(token.idx, token.idx + len(token), confidence=0.9, rule="modal verb")
        yield Claim(_MODALITY, Concept(_TERM(name)), (evidence,))
    only = next((t for t in clause.tokens if t.lower_ in ("only", "solely", "exclusively")), None)
    if only is not None and not denied and only.head.i in (head.i, *(c.i for c in head.children)):
        evidence = passage.evidence(only.idx, only.idx + len(only), confidence=0.8, rule="only")
        yield Claim(_EXHAUSTIVE, Text("true", "boolean"), (evidence,))
    condition = _condition(passage, clause, denied=denied)
    if condition is not None:
        start, end = condition
        evidence = passage.evidence(start, end, confidence=0.75, rule="condition")
        yield Claim(CONDITION, Text(passage.text[start:end], "langString"), (evidence,))


def _condition(passage: Passage, clause: Clause, *, denied: bool) -> tuple[int, int] | None:
    """Return the characters of the condition of a sentence: "if …", "unless …", "without your consent".

    What a denial leaves out is one, too: "except as this policy says", "for any other purpose".
    """
    sentence = clause.sentence
    wanted = {cue("Condition"), *((cue("Exception"), cue("Limit")) if denied else ())}
    signs = [
        sign
        for sign in passage.found("cues/denials", sentence.start_char, sentence.end_char)
        if sign.term in wanted
    ]
    if not signs:
        return None
    start = signs[0].start
    end = sentence.end_char
    for token in sentence:
        if token.idx > signs[0].end and token.text in (",", ";", ":"):
            end = token.idx
            break
    words = passage.text[start:end].rstrip(" .;:,")
    return (start, start + len(words)) if words else None


def _lists(policy: Policy, drafts: list[Draft]) -> list[Draft]:
    """Return the drafts with each list joined to its lead-in.

    The members of a list of data or recipients are one statement with the lead-in; of other lists each item
    stays a statement and takes over what the lead-in says.
    """
    by_passage: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_passage[draft.passage.index].append(draft)
    gone: set[int] = set()
    for passage in policy.passages:
        if passage.block.kind != "item" or passage.lead_in is None or passage.index not in by_passage:
            continue
        leads = [draft for draft in by_passage.get(passage.lead_in.index, ()) if id(draft) not in gone]
        lead = _lead_of(leads)
        topic = of_list(passage)
        members = by_passage[passage.index]
        joined = (
            topic in (cue("DataTopic"), cue("RecipientTopic"))
            and _is_plain_member(passage)
            and not members[0].has(*(_OWN_STATEMENT if topic == cue("DataTopic") else _OWN_STATEMENT[:1]))
        )
        joined = joined and not (lead is not None and lead.denied)
        if joined and lead is None:
            lead = _opened(passage.lead_in, members[0])
            by_passage[passage.lead_in.index].append(lead)
        if lead is not None and topic == cue("RecipientTopic"):
            lead.hands_on_pronoun = any(
                _hands_on_pronoun(clause)
                for clause in lead.passage.clauses
                if clause.sentence.start_char >= lead.sentence
            )
        if joined and lead is not None and not members[0].denied:
            lead.claims += [
                taken_over(claim) if claim in lead.claims else claim for claim in members[0].claims
            ]
            gone.add(id(members[0]))
            members = members[1:]
        for member in members:
            if lead is not None:
                _under(member, lead, of_data=topic == cue("DataTopic"))
    return [draft for index in sorted(by_passage) for draft in by_passage[index] if id(draft) not in gone]


def _lead_of(leads: list[Draft]) -> Draft | None:
    """Return the statement that introduces a list: of the last sentence; an earlier one only if it is no denial."""
    last = [draft for draft in leads if draft.last]
    if last:
        return last[-1]
    return leads[-1] if leads and not leads[-1].denied else None


def _under(member: Draft, lead: Draft, *, of_data: bool) -> None:
    """Let an item take over what its lead-in says: with the denial, as an exception from it, or not at all.

    What the lead of a list of data holds by now are its other members, not data of this one.
    """
    excepted = lead.denied and _leaves_exceptions(lead)
    if excepted:
        lead.exceptions.append(member)
    elif lead.denied:
        if member.has(PROCESSING) or not _stays_open(lead):
            return
        member.denied = True
    is_part = (
        not of_data and not member.has(PROCESSING) and {claim.predicate for claim in member.claims} in _PARTS
    )
    own = () if of_data else (DATA,)
    # "if required by law" grounds what it is said of, not all that is listed after it.
    duty = any(map(_is_duty, lead.of(BASIS))) and not lead.declares_basis
    basis = () if duty and (lead.has(CONDITION) or member.has(PURPOSE)) else (BASIS,)
    take_over(member, lead, (*own, *basis, PROCESSING, RECIPIENT, SERVICE, SOURCE))
    if member.has(RECIPIENT, SERVICE) or is_part:
        take_over(member, lead, (PURPOSE,))
    member.signs_back |= lead.signs_back
    member.hands_on_pronoun |= lead.hands_on_pronoun


def _stays_open(lead: Draft) -> bool:
    """Tell whether a denial goes on into the list below: no other clause ends its passage."""
    block = lead.passage.block
    rest = lead.passage.policy.document.text[lead.anchor[1] : block.end].rstrip()
    return rest.endswith(_OPEN) and ";" not in rest


def _leaves_exceptions(lead: Draft) -> bool:
    """Tell whether the list below a denial names the exceptions from it."""
    return any(
        (sign.term == cue("Exception") and (sign.end > len(lead.passage.text) - _END or _goes_on(lead, sign)))
        or (_opens_exception(sign) and sign.end > len(lead.passage.text) - _LAST)
        for sign in lead.passage.found("cues/denials", lead.sentence)
    )


def _goes_on(lead: Draft, sign: Match) -> bool:
    """Tell whether the list below goes on with the exceptions: "except with your consent, or in these cases:"."""
    return (
        lead.last
        and sign.start >= lead.sentence
        and any(
            following.term == cue("ExceptionsFollow")
            for following in lead.passage.found("cues/denials", sign.end)
        )
    )


_OPEN = (":", "…", "...", "-", "–", "—")
_LAST = 3  # characters at most behind the last word of a lead-in
_END = 60  # characters at the end of a lead-in that say what its list is


def _is_plain_member(passage: Passage) -> bool:
    """Tell whether an item only names something, rather than making a statement of its own."""
    return not any(
        is_under(operation(passage, clause), "dpv:Processing") and clause.subject
        for clause in passage.clauses
    )


def _opened(lead: Passage, member: Draft) -> Draft:
    """Return an empty draft for a lead-in from which nothing was read, anchored at its last verb."""
    clause = lead.clauses[-1] if lead.clauses else None
    for candidate in lead.clauses:
        if operation(lead, candidate) is not None:
            clause = candidate
    if clause is None:
        return Draft(lead, member.anchor, denied=False)
    head = clause.head
    anchor = lead.policy.document.span(lead.index, head.idx, head.idx + len(head))
    draft = Draft(lead, anchor, denied=False, signs_back=signs_back(lead))
    verb = operation(lead, clause)
    if verb is not None:
        evidence = lead.evidence(verb.start, verb.end, confidence=0.85, rule="verb of a lead-in")
        draft.claims.append(Claim(PROCESSING, Concept(verb.term), (evidence,)))
    return draft


def _rows(drafts: list[Draft]) -> list[Draft]:
    """Return the drafts with the cells of each table row read across.

    A row is one statement. Where purposes and bases take turns in it, each turn is one; a provider with a
    function of its own is one; what stands behind a basis in brackets belongs to that basis alone.
    """
    rows: dict[tuple[int, int], list[Draft]] = defaultdict(list)
    order: list[Draft | tuple[int, int]] = []
    for draft in drafts:
        block = draft.passage.block
        if block.kind != "cell" or block.table is None or block.row is None or draft.denied:
            order.append(draft)
            continue
        key = (block.table, block.row)
        if key not in rows:
            order.append(key)
        rows[key].append(draft)
    read: list[Draft] = []
    for entry in order:
        read += _row(rows[entry]) if isinstance(entry, tuple) else [entry]
    return read


def _row(cells: list[Draft]) -> list[Draft]:
    """Return the statements of one row; data that stand in cells of their own belong to all of them."""
    providers = [c for c in cells if _lists_recipients(c) and c.has(RECIPIENT, SERVICE) and c.has(PURPOSE)]
    rest = [cell for cell in cells if cell not in providers]
    of_the_row = [cell for cell in rest if cell.has(DATA) and not cell.has(PURPOSE, BASIS)]
    apart = [_set_apart(cell) for cell in rest if _explains_its_basis(cell)]
    turns = _turns([cell for cell in rest if cell not in of_the_row])
    if not turns and of_the_row:
        turns = [replace(of_the_row[0], claims=[])]
    for turn in turns:
        turn.claims += [claim for cell in of_the_row for claim in cell.claims]
    return turns + apart + providers


def _turns(cells: list[Draft]) -> list[Draft]:
    """Return the statements that the purposes and bases of a row make: a purpose after a basis opens the next."""
    turns: list[Draft] = []
    for cell in cells:
        if not turns or (cell.has(PURPOSE) and turns[-1].has(BASIS)):
            turns.append(cell)
        else:
            turns[-1].claims += cell.claims
    return turns


def _explains_its_basis(cell: Draft) -> bool:
    """Tell whether a cell of a column of bases says in brackets what for ("legitimate interests (to …)")."""
    return of_list(cell.passage) == cue("BasisTopic") and cell.has(BASIS) and cell.has(PURPOSE)


def _set_apart(cell: Draft) -> Draft:
    """Return a statement of all that a cell says, and leave its purposes out of the row."""
    apart = replace(cell, claims=list(cell.claims))
    cell.claims = [claim for claim in cell.claims if claim.predicate != PURPOSE]
    return apart


def _lists_recipients(cell: Draft) -> bool:
    return of_list(cell.passage) == cue("RecipientTopic")


def _statement(draft: Draft) -> Statement:
    """Return the finished statement."""
    heading = draft.passage.section
    section = heading.text if heading is not None else ""
    claims = _merged(draft.claims)
    if heading is not None and not draft.denied:
        evidence = heading.evidence(0, len(heading.text), support="Inherited", confidence=0.9, rule="heading")
        claims.append(Claim(_SCENARIO, Text(section), (evidence,)))
    exceptions = tuple(_statement(other) for other in draft.exceptions if other.has(*_CORE, PROCESSING))
    return Statement(draft.anchor, section, tuple(claims), draft.denied, exceptions=exceptions)


def _merged(claims: list[Claim]) -> list[Claim]:
    """Return the claims with equal ones made one, their evidence together."""
    together: dict[tuple[str, object], list[Evidence]] = {}
    for claim in claims:
        together.setdefault((claim.predicate, claim.value), []).extend(claim.evidence)
    return [
        Claim(predicate, value, tuple(dict.fromkeys(evidence)))  # type: ignore[arg-type]
        for (predicate, value), evidence in together.items()
    ]
