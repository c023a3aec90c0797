"""The page of one company: what its policies state, by purpose, by data or as they say it, and what is open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.mentions import Quote
from policygraph.explorer import findings, recipients, sentences, statements
from policygraph.explorer.findings import Found, Report
from policygraph.explorer.marking import Segment, Span, joined, segments
from policygraph.explorer.site import Page, Site, Slice
from policygraph.explorer.statements import Policy, Statement, Value, grouped
from policygraph.explorer.versions import of_policies
from policygraph.reports.places import exact, place

VIEWS: Mapping[str, str] = {
    "purpose": "dpv:hasPurpose",
    "data": "dpv:hasPersonalData",
    "recipient": "dpv:hasRecipient",
    "text": "",
}
_SIZE = 60  # statements on one page
_PEOPLE = {"officer": "dpv:hasDataProtectionOfficer", "representative": "dpv:hasRepresentative"}
_LONGEST = 420  # characters of an excerpt
_QUOTED = 6  # words of one side of a finding


@dataclass(frozen=True, slots=True)
class Card:
    """A statement as a sentence, with its words in their place in the text."""

    said: Statement
    pieces: tuple[sentences.Piece, ...]
    excerpt: tuple[Segment, ...]
    place: str
    exceptions: tuple["Card", ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """A recipient and what the policies say it gets and does."""

    value: Value
    roles: tuple[str, ...]
    services: tuple[str, ...]
    data: tuple[str, ...]
    purposes: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Cards:
    """Makes cards of the statements of a policy."""

    company: str
    policy: Policy

    @cached_property
    def _exact(self) -> bool:
        return exact(self.policy.source)

    def card(self, said: Statement) -> Card:
        """Return the card of a statement."""
        excepted = (self.policy.by_iri.get(one.value) for one in said.values("pg:hasException"))
        return Card(
            said,
            sentences.sentence(self.company, said),
            self.excerpt(said.spans, said.anchor),
            self.place(said.anchor),
            tuple(self.card(one) for one in excepted if one and one.iri != said.iri and not one.denied),
        )

    def excerpt(self, spans: Sequence[Span], around: Span) -> tuple[Segment, ...]:
        """Return the line of some words, cut where it is long, with the spans in it marked."""
        text = self.policy.source.text
        if not text:
            return ()
        line = text.rfind("\n", 0, around[0]) + 1, text.find("\n", around[1])
        line = line[0], line[1] if line[1] >= 0 else len(text)
        start, end = shown = _narrowed(text, line, around) if line[1] - line[0] > _LONGEST else line
        inside = [(max(one[0], start), min(one[1], end)) for one in spans if one[0] < end and one[1] > start]
        before = [Segment(start, start, "… ")] if start > line[0] else []
        after = [Segment(end, end, " …")] if end < line[1] else []
        return (*before, *segments(text, [shown], joined(inside)), *after)

    def place(self, span: Span) -> str:
        """Return the line and column of words; nothing where a file has other lines than its text."""
        return str(place(self.policy.source, Quote(*span, ""))) if self._exact else ""


def _narrowed(text: str, line: Span, around: Span) -> Span:
    """Return a part of a line that holds some words and is not too long, cut between words."""
    room = max(0, _LONGEST - (around[1] - around[0])) // 2
    start, end = max(line[0], around[0] - room), min(line[1], around[1] + room, around[0] + _LONGEST)
    if start > line[0]:
        blank = text.find(" ", start, around[0])
        start = blank + 1 if blank >= 0 else start
    if end < line[1]:
        blank = text.rfind(" ", around[1], end)
        end = blank if blank >= 0 else end
    return start, end


def page(
    site: Site,
    iri: str,
    *,
    by: str = "purpose",
    number: int = 1,
    at: str = "",
    only: str = "",
    size: int = _SIZE,
) -> Page:
    """Return the page of a company; raise NothingThere if the graph knows none of this IRI.

    `by` is how statements are grouped, `number` the page of them, or that which has the statement called `at`;
    `only` leaves out all that do not have that value (an IRI); `size` is how many statements a page has.
    """
    known = site.directory.by_iri.get(iri)
    if known is None:
        return recipients.one(site, iri, number)
    by = by if by in VIEWS else "purpose"
    policies = [one for version in known.versions if (one := statements.read(site.asker, version))]
    reports = [(one, findings.report(site.asker, one.version)) for one in policies]
    makers = {one.version: Cards(known.name, one) for one in policies}
    stated = [said for one in policies for said in one.statements if not said.denied]
    denied = [said for one in policies for said in one.statements if said.denied]
    chosen = [said for said in stated if not only or said.has(only)]
    groups, here = _page_of(_groups(chosen, by), number, at, size)
    shown = {
        "company": known,
        "policies": policies,
        "facts": _facts(policies),
        "contact": contact(policies, iri),
        "by": by,
        "only": only,
        "only_name": next(
            (one.name for said in chosen for one in said.all_values() if one.value == only), ""
        ),
        "groups": [(value, [makers[one.version].card(one) for one in found]) for value, found in groups],
        "slice": here,
        "stated": len(stated),
        "recipients": _receivers(stated),
        "kept": _kept(policies),
        "transfers": [
            makers[one.version].card(one)
            for one in stated
            if one.values("dpv:hasThirdCountry", "pg:hasTransferBasis")
        ],
        "denied": [makers[one.version].card(one) for one in denied],
        "reports": [(one, _report(report, makers[one.version])) for one, report in reports],
        "checked": any(report for _, report in reports),
        "requirements": findings.names(),
        "versions": of_policies(site, known.versions) if site.links.served else [],
    }
    return Page("company", known.name, shown)


def _groups(stated: Sequence[Statement], by: str) -> list[tuple[Value, list[Statement]]]:
    if VIEWS[by]:
        return grouped(stated, VIEWS[by])
    sections: dict[str, list[Statement]] = {}
    for one in stated:
        sections.setdefault(one.heading, []).append(one)
    return [(Value("", heading), found) for heading, found in sections.items()]


def _page_of(
    groups: Sequence[tuple[Value, list[Statement]]], number: int, at: str, size: int
) -> tuple[list[tuple[Value, list[Statement]]], Slice]:
    """Return the groups on a page, cut where it is full: page `number`, or that of the statement called `at`."""
    flat = [(value, one) for value, found in groups for one in found]
    if at:
        number = next((index for index, (_, one) in enumerate(flat) if one.id == at), 0) // size + 1
    here = Slice.of(len(flat), size, number)
    chosen: list[tuple[Value, list[Statement]]] = []
    for value, one in flat[here.first : here.first + size]:
        if not chosen or chosen[-1][0] is not value:
            chosen.append((value, []))
        chosen[-1][1].append(one)
    return chosen, here


def _facts(policies: Iterable[Policy]) -> dict[str, list[tuple[str, Value]]]:
    """Return what policies say as a whole, by property, each with the version that says it."""
    found: dict[str, list[tuple[str, Value]]] = defaultdict(list)
    for one in policies:
        for curie, values in one.facts.items():
            found[curie] += [(one.version, value) for value in values]
    return found


def contact(policies: Iterable[Policy], iri: str) -> dict[str, list[str]]:
    """Return what the policies say of their company: names, addresses, contacts, officer, representative."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for one in policies:
        said = one.about.get(iri, {})
        for curie in ("dpv:hasName", "dpv:hasAddress", "dpv:hasContact", "dpv:hasIdentifier"):
            found[curie] |= dict.fromkeys(said.get(curie, ()))
        for country in said.get("dpv:hasCountry", ()):
            found["dpv:hasCountry"][one.names.get(country, country.rpartition("#")[2])] = None
        for kind, curie in _PEOPLE.items():
            for person in said.get(curie, ()):
                found[kind] |= dict.fromkeys(
                    v for values in one.about.get(person, {}).values() for v in values if "://" not in v
                )
    return {curie: list(values) for curie, values in found.items()}


def _receivers(stated: Iterable[Statement]) -> list[Receiver]:
    """Return the recipients, those that most statements name first."""
    found = [(value, said) for value, said in grouped(stated, "dpv:hasRecipient") if value.value]
    return [
        Receiver(
            value,
            _roles(value, said),
            _names(said, "dpv:hasService"),
            _names(said, "dpv:hasPersonalData"),
            _names(said, "dpv:hasPurpose"),
            tuple(said),
        )
        for value, said in found
    ]


def _roles(value: Value, said: Iterable[Statement]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in said:
        for curie, role in (
            ("dpv:hasDataProcessor", "processor"),
            ("dpv:hasRecipientThirdParty", "third party"),
        ):
            if any(other.value == value.value for other in one.values(curie)):
                found[role] = None
    return tuple(found)


def _names(said: Iterable[Statement], curie: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.name for one in said for value in one.values(curie)))


def _kept(policies: Iterable[Policy]) -> list[tuple[str, str, Value, str]]:
    """Return how long what is kept: the version, data, the period, and the id of the statement that says so."""
    found = []
    for one in policies:
        found += [
            (one.version, "everything", value, "") for value in one.facts.get("dpv:hasStorageCondition", ())
        ]
        for said in one.statements:
            if not said.denied:
                data = ", ".join(value.name for value in said.values("dpv:hasPersonalData")) or "data"
                found += [
                    (one.version, data, value, said.id) for value in said.values("dpv:hasStorageCondition")
                ]
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a policy in their line, and its number and column."""

    span: Span
    excerpt: tuple[Segment, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Lead:
    """A finding with its first words in their lines, those of both sides if it is a contradiction."""

    found: Found
    words: tuple[Words, ...]
    against: tuple[Words, ...]

    @property
    def more(self) -> int:
        """Return how many words are not shown."""
        return len(self.found.spans) + len(self.found.against) - len(self.words) - len(self.against)


def _report(report: Report | None, maker: Cards) -> Mapping[str, object]:
    if report is None:
        return {}

    def quoted(spans: Sequence[Span]) -> tuple[Words, ...]:
        return tuple(Words(span, maker.excerpt([span], span), maker.place(span)) for span in spans[:_QUOTED])

    def leads(found: Iterable[Found]) -> list[Lead]:
        return [Lead(one, quoted(one.spans), quoted(one.against)) for one in found]

    return {
        "states": report.states,
        "missing": leads(report.missing()),
        "contradictions": leads(report.contradictions()),
    }
