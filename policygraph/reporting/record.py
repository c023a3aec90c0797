"""Statements become a record of processing activities as GDPR Art. 30(1) asks for it: a row for each purpose.

A policy states less than a record has to hold. What it does not state is called so, and nothing is added to it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ontology import expand, shorten
from policygraph.explorer.statements import NOT_STATED, Policy, Statement, Value, grouped
from policygraph.reporting.stated import Stated, quoted
from policygraph.reports.wording import plain

_RECIPIENTS = ("dpv:hasRecipient", "dpv:hasDataProcessor", "dpv:hasRecipientThirdParty")
_ROLES = MappingProxyType({"dpv:hasDataProcessor": "processor", "dpv:hasRecipientThirdParty": "third party"})
_SHOWN = 300  # characters of a quote in a row
_LONGEST = 32_700  # characters of a cell; Excel takes no more than 32,767
_CUT = " … (cut: longer than a cell may be)"
_CONTACT = ("dpv:hasName", "dpv:hasAddress", "dpv:hasCountry", "dpv:hasContact", "dpv:hasIdentifier")

SLOTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "data_subjects": ("dpv:hasDataSubject",),
        "data": ("dpv:hasPersonalData",),
        "recipients": _RECIPIENTS,
        "services": ("dpv:hasService",),
        "countries": ("dpv:hasThirdCountry",),
        "safeguards": ("pg:hasTransferBasis",),
        "retention": ("dpv:hasStorageCondition",),
        "measures": ("dpv:hasTechnicalOrganisationalMeasure",),
        "basis": ("dpv:hasLegalBasis",),
        "interest": ("pg:statedInterest",),
        "sources": ("dpv:hasDataSource",),
        "automated": ("dpv:hasContext",),
        "rights": ("dpv:hasRight",),
    }
)
"""The columns that a statement fills, and with the values of which properties."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "company": "Company",
        "files": "Policies",
        "date": "Dated",
        "controller": "Controller and contact details, Art. 30(1)(a)",
        "joint": "Joint controllers, Art. 30(1)(a)",
        "representative": "Representative, Art. 30(1)(a)",
        "officer": "Data protection officer, Art. 30(1)(a)",
        "purpose": "Purpose, Art. 30(1)(b)",
        "data_subjects": "Categories of data subjects, Art. 30(1)(c)",
        "data": "Categories of personal data, Art. 30(1)(c)",
        "recipients": "Categories of recipients, Art. 30(1)(d)",
        "services": "Services used",
        "countries": "Third countries, Art. 30(1)(e)",
        "safeguards": "Safeguards of transfers, Art. 30(1)(e)",
        "retention": "Time limits for erasure, Art. 30(1)(f)",
        "measures": "Technical and organisational measures, Art. 30(1)(g)",
        "basis": "Legal basis, Art. 6 and 9",
        "interest": "Legitimate interest as worded",
        "sources": "Sources of the data",
        "automated": "Automated decisions",
        "rights": "Rights of the people",
        "concept": "Concept of the purpose",
        "words": "Words that the row rests on",
    }
)
"""The columns by key, each with its heading."""

LEAD = (
    "A draft from public texts: what the policy of a company states. It is not the controller's record; what a "
    f"policy leaves out is “{NOT_STATED}”, which does not mean that there is none."
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words that a value of a row rests on: the file, offsets in its text, line and column if it has these."""

    column: str
    value: str
    quote: str
    file: str
    start: int
    end: int
    place: str

    def __str__(self) -> str:
        """Return the value, the words and their place."""
        where = self.place or f"{self.start}–{self.end}"
        words = " ".join(self.quote.split())
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        return f"{self.value[:_SHOWN]}: “{shown}” ({self.file} {where})"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a text for each key of `COLUMNS`, and the words, each once."""

    cells: Mapping[str, str]
    words: tuple[Words, ...]


def rows(stated: Iterable[Stated]) -> Iterator[Row]:
    """Yield the rows of companies, for each the purposes that most statements have first.

    The last row of a company has what is stated without a purpose. Denials and what was only inferred have none.
    """
    for one in stated:
        general = _general(one)
        for purpose, found in grouped(one.statements, "dpv:hasPurpose"):
            yield _row(one, general, purpose, found)
        if not one.statements:
            yield _row(one, general, Value("", NOT_STATED), [])


def fitting(text: str) -> str:
    """Return text as a cell can hold it: not too long, and without what would turn its lines around."""
    return plain(text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT)


def _general(one: Stated) -> dict[str, str]:
    """Return the cells that all rows of a company share."""
    contact = one.contact
    return {
        "company": one.company.name,
        "files": "; ".join(one.company.files),
        "date": one.company.date,
        "controller": "; ".join(dict.fromkeys(text for key in _CONTACT for text in contact.get(key, ()))),
        "joint": "; ".join(value.name for _, value in one.facts("dpv:hasJointDataControllers")),
        "representative": "; ".join(contact.get("representative", ())),
        "officer": "; ".join(contact.get("officer", ())),
        "denied": "; ".join(dict.fromkeys(_decisions(one.denied))),
    }


def _decisions(denied: Iterable[Statement]) -> Iterator[str]:
    """Yield what denials say of automated decisions."""
    for said in denied:
        for value in said.values("dpv:hasContext"):
            if value.value == expand("dpv:AutomatedDecisionMaking"):
                yield f"denied: {value.name}"


def _row(one: Stated, general: Mapping[str, str], purpose: Value, found: Sequence[Statement]) -> Row:
    words = list(_words(one, "purpose", ((said, purpose.value) for said in found), ("dpv:hasPurpose",)))
    cells = {**general, "purpose": purpose.name, "concept": _concept(purpose)}
    for column, properties in SLOTS.items():
        values = {value.value: value for said in found for value in said.values(*properties)}
        names = [_named(value, found) if column == "recipients" else value.name for value in values.values()]
        whole = [fact for curie in properties for fact in one.facts(curie)]
        said_of_all = "; ".join(dict.fromkeys(value.name for _, value in whole))
        cells[column] = "; ".join(dict.fromkeys(names))
        if said_of_all:
            cells[column] += f"{' | ' if names else ''}for the whole policy: {said_of_all}"
        words += _words(one, column, ((said, value) for said in found for value in values), properties)
        words += (Words(column, *rest) for policy, value in whole for rest in quoted(policy, value))
    cells["automated"] = "; ".join(filter(None, (cells["automated"], general["denied"])))
    kept = tuple(dict.fromkeys(words))
    cells["words"] = "; ".join(dict.fromkeys(str(one) for one in kept))
    return Row({key: fitting(cells[key]) or NOT_STATED for key in COLUMNS}, kept)


def _concept(purpose: Value) -> str:
    """Return the concept of a purpose, where a phrase stands in the place of one."""
    name = shorten(purpose.value)
    return "a phrase that is no concept" if "://" in name else name


def _words(
    one: Stated, column: str, wanted: Iterable[tuple[Statement, str]], properties: Iterable[str]
) -> Iterator[Words]:
    """Yield the words of values of statements, those that these have in some properties."""
    for said, iri in wanted:
        for value in (value for curie in properties for value in said.slots.get(curie, ())):
            if value.value == iri:
                policy: Policy = one.policy(said.version)
                yield from (Words(column, *rest) for rest in quoted(policy, value))


def _named(value: Value, found: Iterable[Statement]) -> str:
    """Return the name of a recipient with the roles that statements give it."""
    roles = [
        role
        for curie, role in _ROLES.items()
        if any(other.value == value.value for said in found for other in said.values(curie))
    ]
    return f"{value.name} ({', '.join(roles)})" if roles else value.name
