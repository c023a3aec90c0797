"""What a policy states becomes facts that can be held against those of another text: items, pairs and denials.

How a text is cut into statements depends on how it is worded; what is stated of two values together does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from policygraph.diffing.kinds import Aspect, Pair, kinds
from policygraph.explorer.marking import Span
from policygraph.explorer.statements import Policy, Statement, Value

Item = tuple[str, str]
"""An aspect and a value (an IRI or a text)."""


_EXACT = {"year": 4, "month": 7, "day": 10}  # characters of a date that are known
_DOUBTED = 0.5  # confidence, down to which a phrase without a concept is no news


@dataclass(frozen=True, slots=True)
class Stated:
    """One place where a fact is stated: the words for it, and what is stated there along with it."""

    spans: tuple[Span, ...]
    along: Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Together:
    """One place where two values are stated together: the words for either."""

    of: Value | None
    value: Value
    along: Mapping[str, Sequence[Value]]


@dataclass(frozen=True)
class Facts:
    """What one text states: `items` by aspect and value, `pairs` by kind and both values; "" is no value."""

    policy: Policy
    items: Mapping[Item, list[Stated]]
    pairs: Mapping[tuple[str, str, str], list[Together]]
    names: Mapping[str, str] = field(repr=False)

    @property
    def denials(self) -> Iterator[Statement]:
        """Yield what is denied."""
        return (one for one in self.policy.statements if one.denied)

    def values(self, aspect: str) -> frozenset[str]:
        """Return the values of an aspect."""
        return frozenset(value for name, value in self.items if name == aspect)


def facts(policy: Policy) -> Facts:
    """Return what a policy states as facts."""
    items: dict[Item, list[Stated]] = defaultdict(list)
    pairs: dict[tuple[str, str, str], list[Together]] = defaultdict(list)
    names: dict[str, str] = {}
    whole: dict[str, list[Value]] = {
        name: list(_values(policy, policy.version, policy.facts, aspect))
        for name, aspect in kinds().aspects.items()
    }
    stated: list[dict[str, list[Value]]] = [
        {name: list(_values(policy, one.iri, one.slots, aspect)) for name, aspect in kinds().aspects.items()}
        for one in policy.statements
        if not one.denied
    ]
    _round(policy, whole)
    for along in (whole, *stated):
        _settle(along, whole)
        for name, values in along.items():
            for value in values:
                names[value.value] = value.name
                items[name, value.value].append(Stated(value.spans, along))
    for along in stated:
        for pair in kinds().pairs.values():
            for of, value in _pairs(pair, along):
                pairs[pair.name, of.value if of else "", value.value].append(Together(of, value, along))
    return Facts(policy, dict(items), dict(pairs), names)


def _round(policy: Policy, whole: dict[str, list[Value]]) -> None:
    """Name dates as exactly as they are known: of one that is only known by its year, the year."""
    precision = next((one.value for one in policy.facts.get("pg:datePrecision", ())), "day")
    for name in ("issued", "valid"):
        whole[name] = [replace(one, name=one.value[: _EXACT[precision]]) for one in whole[name]]


def agreed(mine: Facts, theirs: Facts) -> Facts:
    """Return the facts of one text with what takes the place of something that only the other has, as that.

    One text says when it was written, and the other from when it holds: both are its date.
    """
    items = dict(mine.items)
    for name, aspect in kinds().aspects.items():
        if (
            aspect.instead
            and _has_only(mine, name, aspect.instead)
            and _has_only(theirs, aspect.instead, name)
        ):
            for value in mine.values(name):
                items[aspect.instead, value] = items.pop((name, value))
    return replace(mine, items=items)


def _has_only(facts: Facts, name: str, other: str) -> bool:
    return bool(facts.values(name)) and not facts.values(other)


def _settle(along: dict[str, list[Value]], whole: Mapping[str, Sequence[Value]]) -> None:
    """Leave out what other aspects rule out: by their words, their values, or because they have none."""
    for name, aspect in kinds().aspects.items():
        along[name] = [one for one in along[name] if not phrase(one.value) or one.certain > _DOUBTED]
        if aspect.besides:
            others = {one.value for one in whole[aspect.besides]}
            named = [span for one in along[name] if one.value in others for span in one.spans]
            along[name] = [one for one in along[name] if one.value not in others and not _only(one, named)]
        if aspect.needs and not any(along[other] for other in aspect.needs):
            along[name] = [one for one in along[name] if not phrase(one.value)]
        if aspect.beyond:
            aims = [span for one in along[aspect.beyond] if phrase(one.value) for span in one.spans]
            along[name] = [one for one in along[name] if not _is_mere_part(one, aims)]
        if aspect.unless and along[name]:
            words = [span for one in along[aspect.unless] for span in one.spans]
            along[name] = [one for one in along[name] if not _only(one, words)]


def _only(one: Value, words: Iterable[Span]) -> bool:
    """Tell whether all words for a value are part of others."""
    return bool(one.spans) and all(_within(span, words) for span in one.spans)


def _is_mere_part(one: Value, words: Iterable[Span]) -> bool:
    """Tell whether a phrase, or somebody without a name, is part of other words: "to »invite others«"."""
    return (phrase(one.value) or one.value in kinds().meant) and _only(one, words)


def phrase(value: str) -> bool:
    """Tell whether a value is a phrase that no concept stands for."""
    return "/concept/" in value


def _within(span: Span, others: Iterable[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _pairs(pair: Pair, along: Mapping[str, Sequence[Value]]) -> Iterator[tuple[Value | None, Value]]:
    """Yield the values that a statement states together; `None` where it says nothing more exact."""
    if pair.without and along[pair.without]:
        return
    general = kinds().aspects[pair.of].general
    subjects: list[Value | None] = [one for one in along[pair.of] if one.value not in general]
    if not subjects and pair.otherwise:
        subjects = [None]
    silent = kinds().aspects[pair.value].general
    yield from product(subjects, (one for one in along[pair.value] if one.value not in silent))


def _values(
    policy: Policy, node: str, slots: Mapping[str, tuple[Value, ...]], aspect: Aspect
) -> Iterator[Value]:
    """Yield the values of an aspect; a property after a stroke is one of the node before it."""
    seen: set[str] = set()
    for path in aspect.properties:
        curie, _, inner = path.partition("/")
        for value in _reached(policy, node, slots, curie):
            for one in _inside(policy, value, inner) if inner else (value,):
                if one.value not in seen and (not aspect.only or one.value in aspect.only):
                    seen.add(one.value)
                    yield one


def _reached(
    policy: Policy, node: str, slots: Mapping[str, tuple[Value, ...]], curie: str
) -> Iterator[Value]:
    """Yield the values of a property; what is said of the company is said of whose policy it is."""
    yield from slots.get(curie, ())
    if node == policy.version and curie not in slots:
        for owner in slots.get("dpv:hasDataController", ()):
            yield from _of(policy, owner.value, curie)


def _inside(policy: Policy, value: Value, curie: str) -> Iterator[Value]:
    for one in _of(policy, value.value, curie):
        yield Value(one.value, one.name, one.spans or value.spans)


def _of(policy: Policy, node: str, curie: str) -> Iterator[Value]:
    for one in policy.about.get(node, {}).get(curie, ()):
        value = policy.value(node, curie, one)
        if curie == "dpv:hasContact":
            value = replace(value, name=one)  # an address on the web is its own name
        if not value.spans and "://" not in one:
            # No mention of a text says where it stands, but it stands there as it is.
            start = policy.source.text.find(one)
            value = replace(value, spans=((start, start + len(one)),) if start >= 0 else ())
        yield value
