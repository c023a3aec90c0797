"""Two versions of a policy become changes: what one states and the other does not, each told once."""

import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import ontology
from policygraph.diffing.doubting import doubtful
from policygraph.diffing.facts import Item, Stated, Together, agreed, facts, phrase
from policygraph.diffing.hearing import Hearing, Side, negated, related, said
from policygraph.diffing.kinds import HOW, Aspect, Kind, Pair, kinds
from policygraph.diffing.passages import Alignment, aligned, text
from policygraph.explorer import sentences
from policygraph.explorer.marking import Span
from policygraph.explorer.statements import Policy, Statement, Value

How = Literal["new", "dropped"]
_DAYS = {"Y": 365, "M": 30, "W": 7, "D": 1}
_PERIOD = re.compile(r"P(?=\d)(?:\d+[YMWD])+")
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")
_NO_ALIGNMENT = Alignment({}, {}, frozenset())
_MOST = 6  # quotes of one side of a change


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: its kind, what it is about, what it was and is, what is stated along with it.

    `about` are names; `old` and `new` the names of what is only in the one or the other; `before` and `after`
    the words of either text, in the order of the text. `values` are what changed, as the graph has it.
    """

    kind: Kind
    about: tuple[str, ...]
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    along: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()
    values: tuple[str, ...] = ()


def compare(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Return what changed from `old` to `new`, in the order of a report; nothing if both have the same words."""
    if old.source.text == new.source.text:
        return ()
    comparer = _Comparer(*_sides(old, new))
    return tuple(sorted(comparer.changes(), key=_order))


def _sides(old: Policy, new: Policy) -> tuple[Side, Side]:
    olds, news = text(old.source), text(new.source)
    older, newer = facts(old), facts(new)
    stated = agreed(older, newer), agreed(newer, older)
    there, back = aligned(olds, news, (said(olds, stated[0]), said(news, stated[1])))
    return Side(olds, stated[0], there), Side(news, stated[1], back)


def _order(change: Change) -> tuple[int, int, int, tuple[str, ...]]:
    kind, named = change.kind, (*change.about, *change.old, *change.new)
    group = kinds().groups.index(kind.group)
    return group, kind.place, HOW.index(kind.how), tuple(name.casefold() for name in named)


@dataclass(frozen=True)
class _Comparer:
    old: Side
    new: Side

    @cached_property
    def hearings(self) -> Mapping[How, Hearing]:
        """Return for what is new who looks for it in the old text, and the other way round."""
        return {"new": Hearing(self.new, self.old), "dropped": Hearing(self.old, self.new)}

    @cached_property
    def items(self) -> Mapping[How, Mapping[Item, list[Stated]]]:
        """Return the items that only one of the texts states."""
        return {how: dict(self._items(how)) for how in ("new", "dropped")}

    def changes(self) -> Iterator[Change]:
        """Yield all changes."""
        found = {name: list(self._pairs(pair)) for name, pair in kinds().pairs.items()}
        pairs = [
            change
            for name, changes in found.items()
            for change in changes
            if not any(_alike(change, other) for other in found.get(kinds().pairs[name].told_by, ()))
        ]
        yield from pairs
        told = {value for change in pairs for value in change.values}
        seen: set[tuple[str, tuple[str, ...], tuple[str, ...]]] = set()
        for aspect in kinds().aspects.values():
            for change in self._of_aspect(aspect, told):
                key = (change.kind.group, change.old, change.new)
                if key not in seen:  # one address may be that of the company and of its officer
                    seen.add(key)
                    yield change
        yield from self._denials("new")
        yield from self._denials("dropped")

    # --- items ---------------------------------------------------------------------------------------------

    def _items(self, how: How) -> Iterator[tuple[Item, list[Stated]]]:
        hearing = self.hearings[how]
        for (name, value), places in hearing.here.facts.items.items():
            aspect = kinds().aspects[name]
            if (
                how not in aspect.kinds
                or value in aspect.general
                or (name, value) in hearing.there.facts.items
            ):
                continue
            if _dated(hearing, name, value):
                continue
            if how == "dropped" and aspect.implied and self._stays(name, value):
                continue
            spans = tuple(span for place in places for span in place.spans)
            if not spans or hearing.heard(name, value, spans) or hearing.anywhere(name, value, spans):
                continue
            if doubtful(hearing, (name, value), places, dropped=how == "dropped"):
                continue
            yield (name, value), places

    def _stays(self, aspect: str, value: str) -> bool:
        """Tell whether both texts state something narrower than `value`, so that it still holds."""
        both = self.old.facts.values(aspect) & self.new.facts.values(aspect)
        return any(value in ontology.load().ancestors(one) for one in both if one != value)

    def _of_aspect(self, aspect: Aspect, told: set[str]) -> Iterator[Change]:
        """Yield the changes of one aspect: what became something else first, then what is new or dropped."""
        left: dict[How, dict[str, list[Stated]]] = {
            how: {value: places for (name, value), places in found.items() if name == aspect.name}
            for how, found in self.items.items()
        }
        if aspect.within == "pairs":
            left = {how: {v: p for v, p in found.items() if v not in told} for how, found in left.items()}
        for old, new, how in list(self._became(aspect, left["dropped"], left["new"])):
            if old in left["dropped"] and new in left["new"]:
                yield self._change(
                    aspect.kinds[how], (old, left["dropped"].pop(old)), (new, left["new"].pop(new))
                )
        for how, found in left.items():
            for value, places in found.items():
                if not self._is_within(aspect, how, value, places):
                    yield self._one_sided(aspect, how, value, places)

    def _became(
        self, aspect: Aspect, dropped: Mapping[str, list[Stated]], new: Mapping[str, list[Stated]]
    ) -> Iterator[tuple[str, str, str]]:
        """Yield what was dropped with what took its place, and how they relate: the nearest first."""
        for old, old_places in dropped.items():
            numbers = set(self.hearings["dropped"].numbers(_spans(old_places)))
            for one, places in new.items():
                beside = {there.number for there in self.hearings["new"].beside(_spans(places))}
                how = _relation(old, one)
                if how in aspect.kinds and (numbers & beside or aspect.once or "://" not in old):
                    yield old, one, how

    def _is_within(self, aspect: Aspect, how: How, value: str, places: Iterable[Stated]) -> bool:
        """Tell whether another change tells this one already."""
        teller = aspect.told_by if phrase(value) else aspect.within
        if teller not in kinds().aspects:
            return False
        return all(
            any((teller, one.value) in self.items[how] for one in place.along[teller]) for place in places
        )

    def _one_sided(self, aspect: Aspect, how: How, value: str, places: Sequence[Stated]) -> Change:
        """Return what is new or dropped."""
        hearing = self.hearings[how]
        name = (hearing.here.facts.names[value],)
        spans, beside = _few(_spans(places)), self._beside(hearing, _spans(places))
        before, after = (beside, spans) if how == "new" else (spans, beside)
        old, new = ((), name) if how == "new" else (name, ())
        along = _along(aspect, places)
        return Change(aspect.kinds[how], name, old, new, along, before, after, (value,))

    def _change(
        self, kind: Kind, old: tuple[str, Sequence[Stated]], new: tuple[str, Sequence[Stated]]
    ) -> Change:
        names = (self.old.facts.names[old[0]],), (self.new.facts.names[new[0]],)
        aspect = kinds().aspects[kind.about]
        return Change(
            kind,
            (),
            *names,
            _along(aspect, new[1]),
            _few(_spans(old[1])),
            _few(_spans(new[1])),
            (old[0], new[0]),
        )

    def _beside(self, hearing: Hearing, spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(one.span for one in hearing.beside(spans))[:_MOST]

    # --- pairs ---------------------------------------------------------------------------------------------

    def _pairs(self, pair: Pair) -> Iterator[Change]:
        """Yield the changes of one kind of pairs: what each `of` gained and lost."""
        found: dict[str, dict[How, dict[str, list[Together]]]] = defaultdict(
            lambda: {"new": {}, "dropped": {}}
        )
        for how in self.hearings:
            for of, value, places in self._only(pair, how):
                found[of][how][value] = places
        told: dict[tuple[Kind, tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
        for of, sides in found.items():
            for kind, old, new in _turns(pair, sides["dropped"], sides["new"]):
                told[kind, old, new].append(of)
        for (kind, old, new), ofs in told.items():
            yield self._pair_change(pair, kind, (old, new), ofs, found)

    def _only(self, pair: Pair, how: How) -> Iterator[tuple[str, str, list[Together]]]:
        """Yield the pairs that only one text states, of which no item is news itself."""
        hearing = self.hearings[how]
        there: dict[str, set[str]] = defaultdict(set)
        for name, of, value in hearing.there.facts.pairs:
            if name == pair.name:
                there[of].add(value)
        alone = kinds().aspects[pair.value].within == "pairs"
        stated = hearing.there.facts.values(pair.of)
        for (name, of, value), places in hearing.here.facts.pairs.items():
            if name != pair.name or _covered(of, value, there):
                continue
            if pair.both and not any(one == of or related(of, one) for one in stated):
                continue
            if (pair.of, of) in self.items[how] or (not alone and (pair.value, value) in self.items[how]):
                continue
            stated_of = hearing.here.facts.items[pair.value, value]
            if phrase(value) and doubtful(hearing, (pair.value, value), stated_of, dropped=how == "dropped"):
                continue
            if not any(self._heard(hearing, pair, place) for place in places):
                yield of, value, places

    def _heard(self, hearing: Hearing, pair: Pair, place: Together) -> bool:
        """Tell whether the other text says both values of a pair where they belong together."""
        value = (pair.value, place.value.value, place.value.spans)
        if not place.value.spans or (place.of and not place.of.spans):
            return True  # nothing could be shown for it
        if place.of is None:
            return hearing.kept(place.value.spans) or hearing.heard(*value)
        if not hearing.beside_each_other(place.of.spans, place.value.spans, close=pair.close):
            return True
        return hearing.together((pair.of, place.of.value, place.of.spans), value)

    def _pair_change(
        self,
        pair: Pair,
        kind: Kind,
        values: tuple[tuple[str, ...], tuple[str, ...]],
        ofs: Sequence[str],
        found: Mapping[str, Mapping[How, Mapping[str, list[Together]]]],
    ) -> Change:
        old, new = values
        names = {**self.old.facts.names, **self.new.facts.names, "": pair.otherwise}
        before = _of_pairs(place for of in ofs for one in old for place in found[of]["dropped"].get(one, ()))
        after = _of_pairs(place for of in ofs for one in new for place in found[of]["new"].get(one, ()))
        return Change(
            kind,
            tuple(names[of] for of in ofs),
            tuple(names[one] for one in old),
            tuple(names[one] for one in new),
            {},
            _few(before) or self._beside(self.hearings["new"], after),
            _few(after) or self._beside(self.hearings["dropped"], before),
            (*old, *new),
        )

    # --- denials -------------------------------------------------------------------------------------------

    def _denials(self, how: How) -> Iterator[Change]:
        """Yield what one text denies and the other does not, those of one sentence together."""
        hearing = self.hearings[how]
        kind = kinds().aspects["denial"].kinds[how]
        told: dict[tuple[int, ...], list[Statement]] = defaultdict(list)
        for one in hearing.here.facts.denials:
            numbers = tuple(hearing.numbers([one.anchor]))
            if not self._denied_there(hearing, one, numbers):
                told[numbers].append(one)
        for found in told.values():
            names = tuple(dict.fromkeys(sentences.plain("", one).strip().rstrip(".") for one in found))
            spans = _few(span for one in found for span in (one.anchor, *one.spans))
            beside = self._beside(hearing, [one.anchor for one in found])
            before, after = (beside, spans) if how == "new" else (spans, beside)
            old, new = ((), names) if how == "new" else (names, ())
            yield Change(kind, names, old, new, {}, before, after, tuple(one.iri for one in found))

    def _denied_there(self, hearing: Hearing, one: Statement, numbers: Iterable[int]) -> bool:
        """Tell whether the other text denies the same: in the sentence that corresponds, or anywhere."""
        alignment = hearing.here.alignment
        for number in numbers:
            if number in alignment.same:
                return True
            for there in alignment.there(number):
                if there in hearing.there.denied:
                    return True
                if negated(hearing.there.text.sentences[there]) and _is_heard(hearing, one):
                    return True
        return any(_denies(one, other) for other in hearing.there.facts.denials)


def _dated(hearing: Hearing, aspect: str, value: str) -> bool:
    """Tell whether a date is the other text's, as far as both are known: "2014" may be 10 April 2014."""
    mine = hearing.here.facts.names[value]
    theirs = [hearing.there.facts.names[one] for one in hearing.there.facts.values(aspect)]
    return _DATE.fullmatch(mine) is not None and any(
        _DATE.fullmatch(one) is not None and (one.startswith(mine) or mine.startswith(one)) for one in theirs
    )


def _alike(one: Change, other: Change) -> bool:
    """Tell whether the same became the same in two changes of pairs."""
    return one.kind.how == other.kind.how and one.values == other.values


def _is_heard(hearing: Hearing, one: Statement) -> bool:
    """Tell whether the other text speaks of what a denial denies to be done."""
    done = one.values("dpv:hasProcessing")
    return not done or any(hearing.heard("operation", value.value, value.spans) for value in done)


def _denies(one: Statement, other: Statement) -> bool:
    """Tell whether two denials are of the same operation, and of related values in every other slot."""
    for curie in kinds().denied:
        mine, others = _unmeant(one, curie), _unmeant(other, curie)
        if bool(mine) != bool(others):
            return False
        same = operator.eq if curie == "dpv:hasProcessing" else related
        if mine and not any(same(a.value, b.value) for a in mine for b in others):
            return False
    return True


def _unmeant(one: Statement, curie: str) -> tuple[Value, ...]:
    """Return the values of a slot of a denial, those left out that go without saying."""
    return tuple(value for value in one.values(curie) if value.value not in kinds().meant)


def _covered(of: str, value: str, there: Mapping[str, set[str]]) -> bool:
    """Tell whether a pair stands on the other side, with the same values or with wider or narrower ones."""
    if value in there.get(of, ()):
        return True
    near = [values for one, values in there.items() if one == of or (of and one and related(of, one))]
    return any(value == one or related(value, one) for values in near for one in values)


def _turns(
    pair: Pair, dropped: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[tuple[Kind, tuple[str, ...], tuple[str, ...]]]:
    """Yield how what is stated of one thing turned: into something else, or what was added and what dropped."""
    old, fresh = tuple(sorted(dropped)), tuple(sorted(new))
    if old and fresh and "changed" in pair.kinds:
        how = _relation(old[0], fresh[0]) if len(old) == len(fresh) == 1 else "changed"
        yield pair.kinds.get(how, pair.kinds["changed"]), old, fresh
        return
    if fresh and "new" in pair.kinds:
        yield pair.kinds["new"], (), fresh
    if old and "dropped" in pair.kinds:
        yield pair.kinds["dropped"], old, ()


def _relation(old: str, new: str) -> str:
    """Return what a value became: something broader, narrower, longer, shorter, or else.

    >>> _relation("P1Y", "P18M"), _relation("P30D", "P2W")
    ('longer', 'shorter')
    """
    days = _days(old), _days(new)
    if days[0] is not None and days[1] is not None:
        return "longer" if days[1] > days[0] else "shorter"
    known = ontology.load()
    if new in known.ancestors(old):
        return "broader"
    return "narrower" if old in known.ancestors(new) else "changed"


def _days(value: str) -> int | None:
    """Return about how many days a duration has; None for what is none."""
    if not _PERIOD.fullmatch(value):
        return None
    return sum(int(number) * _DAYS[unit] for number, unit in re.findall(r"(\d+)([YMWD])", value))


def _spans(places: Iterable[Stated]) -> tuple[Span, ...]:
    return tuple(sorted({span for place in places for span in place.spans}))


def _of_pairs(places: Iterable[Together]) -> list[Span]:
    return [span for place in places for one in (place.of, place.value) if one for span in one.spans]


def _few(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the first spans, those left out that lie within others."""
    chosen: list[Span] = []
    for span in sorted(set(spans), key=lambda one: (one[0], -one[1])):
        if not chosen or span[1] > chosen[-1][1]:
            chosen.append(span)
    return tuple(chosen[:_MOST])


def _along(aspect: Aspect, places: Iterable[Stated]) -> dict[str, tuple[str, ...]]:
    """Return the names of what is stated along with an item, by aspect."""
    found: dict[str, dict[str, None]] = {name: {} for name in aspect.along}
    for place in places:
        for name in aspect.along:
            general = kinds().aspects[name].general
            values = place.along.get(name, ()) if place.along is not None else ()
            found[name] |= dict.fromkeys(one.name for one in values if one.value not in general)
    return {name: tuple(names) for name, names in found.items() if names}
