"""The page of a policy's text: every statement is marked in its place, and leads to what it says and back."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import ontology
from ontology import expand
from policygraph.explorer import sentences, statements
from policygraph.explorer.directory import Company
from policygraph.explorer.marking import Span, parts
from policygraph.explorer.site import NothingThere, Page, Site
from policygraph.explorer.statements import Policy, Statement, Value

KINDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "data": ("data", frozenset(("dpv:hasPersonalData", "dpv:hasDataSubject"))),
    "purpose": ("purposes", frozenset(("dpv:hasPurpose",))),
    "basis": ("legal bases", frozenset(("dpv:hasLegalBasis", "pg:statedInterest"))),
    "recipient": (
        "recipients and transfers",
        frozenset(
            (
                "dpv:hasRecipient",
                "dpv:hasDataProcessor",
                "dpv:hasRecipientThirdParty",
                "dpv:hasService",
                "dpv:hasThirdCountry",
                "pg:hasTransferBasis",
            )
        ),
    ),
    "right": ("rights", frozenset(("dpv:hasRight", "dpv:hasConsentControl", "dpv:hasEntityInvolvement"))),
    "kept": ("storage", frozenset(("dpv:hasStorageCondition", "dpv:hasDuration", "dpv:hasLocation"))),
    "other": ("what is done, and the rest", frozenset()),
}
"""The kinds of words that are marked: what each is called and the properties that it stands for."""

_STATUS = "dpv:hasNoticeStatus"
_KIND_OF = {curie: kind for kind, (_, curies) in KINDS.items() for curie in curies}


@dataclass(frozen=True, slots=True)
class Saying:
    """That some words say a value: of which property, in which statement, or of the policy as a whole."""

    property: str
    value: Value
    statement: Statement | None
    pieces: tuple[sentences.Piece, ...] = ()


def page(
    site: Site,
    version: str,
    *,
    words: Span | None = None,
    show: Collection[str] = (),
    targets: Collection[Span] | None = None,
) -> Page:
    """Return the page of a version, with `words` chosen; raise NothingThere if there is no such version.

    `show` are the kinds of words that are marked; all, if it is empty. With `targets`, what all marked words
    say stands beside the text, not only what the chosen ones do, and links may lead to the targets too.
    """
    held = statements.read(site.asker, version)
    policy = held or statements.read(site.texts, version)
    if policy is None:
        raise NothingThere(f"There is no policy {version} in this store.")
    company = site.directory.by_version.get(version) or _controller(site, policy)
    name = company.name if company else _name(policy)
    wanted = [kind for kind in KINDS if kind in show] or list(KINDS)
    sayings = _sayings(policy)
    marked = {span: found for span, found in sayings.items() if _kind(found) in wanted}
    if words is not None:
        marked.setdefault(words, [])
    # Where spans lie within each other the narrowest comes last: it is what a mark leads to.
    spans = sorted(marked, key=lambda span: (span[0], -span[1]))
    places = sorted(set(targets or ()) - marked.keys())
    shown = {
        "company": company,
        "policy": policy,
        "parts": list(parts(policy.source, [*places, *spans])),
        "spans": [*places, *spans],
        "kinds": [""] * len(places) + [_kind(marked[span]) for span in spans],
        "labels": KINDS,
        "show": wanted if len(wanted) < len(KINDS) else [],
        "counts": _counts(sayings),
        "words": words,
        "quote": policy.source.text[slice(*words)] if words else "",
        "said": _said(name, sayings, words) if words else [],
        "notes": [
            (span, policy.source.text[slice(*span)], list(_told(name, iter(found))))
            for span, found in sorted(marked.items())
        ]
        if targets is not None
        else [],
        "name": name,
        "held": held is not None,
        "stale": any(one.value == expand("dpv:NoticeStale") for one in policy.facts.get(_STATUS, ())),
    }
    return Page("policy", f"{name}: the policy", shown)


def _controller(site: Site, policy: Policy) -> Company | None:
    """Return whose policy an older text is, which the directory does not list."""
    controllers = policy.facts.get("dpv:hasDataController", ())
    return next((known for one in controllers if (known := site.directory.by_iri.get(one.value))), None)


def _name(policy: Policy) -> str:
    """Return what a company is called that is not among those of the day."""
    return next((one.name for one in policy.facts.get("dpv:hasDataController", ())), "The company")


def _sayings(policy: Policy) -> dict[Span, list[Saying]]:
    """Return what the words of a policy say, by their place."""
    found: dict[Span, list[Saying]] = defaultdict(list)
    for said in policy.statements:
        for curie, values in said.slots.items():
            for value in values:
                for span in value.spans:
                    found[span].append(Saying(curie, value, said))
    for curie, values in policy.facts.items():
        for value in values:
            for span in value.spans:
                found[span].append(Saying(curie, value, None))
    return found


def _kind(found: list[Saying]) -> str:
    return _KIND_OF.get(found[0].property, "other") if found else "other"


def _counts(sayings: Mapping[Span, list[Saying]]) -> dict[str, int]:
    counts = dict.fromkeys(KINDS, 0)
    for found in sayings.values():
        counts[_kind(found)] += 1
    return counts


def _said(name: str, sayings: Mapping[Span, list[Saying]], words: Span) -> list[Saying]:
    """Return what words say, alone or as a part of others, each statement once with its sentence."""
    near = (
        one for span, found in sorted(sayings.items(), key=_length) if _meet(span, words) for one in found
    )
    return list(_told(name, near))


def _told(name: str, found: Iterator[Saying]) -> Iterator[Saying]:
    seen: set[tuple[str, str, str]] = set()
    for one in found:
        key = (one.statement.iri if one.statement else "", one.property, one.value.value)
        if key not in seen:
            seen.add(key)
            pieces = sentences.sentence(name, one.statement) if one.statement else ()
            yield Saying(label(one.property), one.value, one.statement, pieces)


def label(curie: str) -> str:
    """Return what a property is called in a page."""
    said = ontology.load().facts.get(ontology.expand(curie), {})
    name = next(iter(said.get(ontology.expand("rdfs:label"), ())), curie.rpartition(":")[2])
    return name.removeprefix("has ")


def _length(item: tuple[Span, list[Saying]]) -> tuple[int, Span]:
    start, end = item[0]
    return end - start, item[0]


def _meet(one: Span, other: Span) -> bool:
    """Tell whether words lie within others, either way."""
    return (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
