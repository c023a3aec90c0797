"""Measures how often each reading rule is right, which is the confidence that its mentions get.

    python bench/calibrate.py [--corpora FOLDER] [--scorers FOLDER] [--write]

Counts on gdpr-t200 and on the policies read by hand; with `--write` the figures go to extract/confidence.toml.
PolicyIE is left out: its sentences stand alone, without the headings and lead-ins on which many rules rely.
The figures do not change what is read, so a second run over the same texts gives the same bytes.
"""

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from corpora import REPOSITORY, measured, policies

sys.path.insert(0, str(REPOSITORY))

import ontology
from extract.claim import Evidence, Reading
from extract.errors import ExtractError
from extract.reading import read
from policygraph.mentions import Mention, evidenced

_TARGET = REPOSITORY / "extract" / "confidence.toml"
_WEIGHT = 5  # observations that the mean counts for; few, but one lucky hit makes no rule certain
_LEAST = 0.5  # see _HEAD
_SHARED = 0.3  # of the characters of two spans that overlap: what the scorer of mentions asks for
_ITEMS = {
    "data-category": "data",
    "purpose": "purposes",
    "recipient": "recipients",
    "source": "sources",
    "retention": "retention",
    "transfer": "transfers",
    "legal-basis": "bases",
}
_HEAD = f"""\
# How often each reading rule is right: the confidence of its mentions. Made by
#
#     python bench/calibrate.py --write
#
# from texts annotated by people, which are not part of this repository; nothing here is text of them. `of` is
# the number of mentions counted, `right` the share of them that people annotated too, drawn towards the mean of
# the kind of mention by {_WEIGHT} observations and rounded down. A rule that is not here keeps the figure that its
# extractor gives. No figure is below {_LEAST}: mentions under that count as unclear when a policy is checked, and
# without that bound items that people find stated became unclear: a measured rule is doubted, never set aside.
"""

Found = Sequence[tuple[Mention, Evidence]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one mention, made by `rule`, is right."""

    rule: str
    kind: str
    right: bool


def main() -> None:
    """Count, and print the figures; with --write, into the file that the reader uses."""
    options = measured(__doc__, target="extract/confidence.toml")
    if options is None:
        return
    sys.path.insert(0, str(options.scorers.resolve()))
    page = _page(
        [*_on_apps(options.corpora / "gdpr-t200"), *_on_hand_read(options.corpora / "gold", options.scorers)]
    )
    print(page, end="")
    if options.write:
        _TARGET.write_text(page, encoding="utf-8")


# --- counting --------------------------------------------------------------------------------------------------


def _readings(folder: Path) -> Iterator[tuple[Path, Reading]]:
    """Yield the policies of a folder that can be read, each with its reading."""
    for path in policies(folder):
        try:
            yield path, read(path)
        except ExtractError as error:
            print(error, file=sys.stderr)


def _on_apps(folder: Path) -> Iterator[Verdict]:
    """Yield a verdict for each mention in gdpr-t200, as the scorer of mentions judges it where it stands."""
    scorer = import_module("score_mentions")
    documents = scorer.load_gold(str(folder)) if folder.is_dir() else {}
    for path, reading in _readings(folder):
        document = documents.get(scorer.policy_key(path.name))
        if document is not None:
            found = tuple(evidenced(reading))
            for kind in scorer.LABELS:
                yield from _judged(scorer, document, kind, found)


def _judged(scorer: Any, document: Any, kind: str, found: Found) -> Iterator[Verdict]:
    """Yield verdicts on the mentions of one kind in a document; none on what the scorer holds to be neutral."""
    rules, spans = [], []
    for mention, evidence in found:
        span = [(mention.start, mention.end)]
        if mention.kind == kind and not scorer.covered(span, document.ignore):
            rules.append(evidence.rule)
            spans.append({"spans": span})
    annotated = [one for one in document.gold if one["label"] == kind and not one["duplicate"]]

    def fit(_: str, one: Any, other: Any) -> Any:
        return scorer.similarity(one, other, _SHARED)

    pairs, wrong, _ = scorer.one_to_one(document.text, spans, annotated, fit)
    yield from (Verdict(rules[index], kind, right=True) for index, _ in pairs)
    yield from (Verdict(rules[index], kind, right=False) for index in wrong)


def _on_hand_read(folder: Path, scorers: Path) -> Iterator[Verdict]:
    """Yield a verdict for each mention in the policies read by hand: whether some item there agrees with it."""
    scorer = import_module("score_graph")
    above = scorer.Hierarchy(scorers.parent / "design" / "concepts")
    for path, reading in _readings(folder):
        read_by_hand = path.with_name(f"{path.stem}.gold.json")
        if not read_by_hand.exists():
            continue
        items, _ = scorer.gold_side(json.loads(read_by_hand.read_text(encoding="utf-8")), reading.text)
        rights = {item.concept for item in items["rights"]}
        for mention, evidence in evidenced(reading):
            slot = _ITEMS.get(mention.kind)
            if mention.kind.startswith("right-"):
                yield Verdict(evidence.rule, mention.kind, mention.kind.removeprefix("right-") in rights)
            elif slot is not None:
                ours = _item(scorer.Item, mention)
                stated = items[slot] + (items["negated"] if mention.negated else [])
                agreed = any(scorer.agree(slot, item, ours, reading.text, above) for item in stated)
                yield Verdict(evidence.rule, mention.kind, agreed)


def _item(make: Callable[..., Any], mention: Mention) -> Any:
    """Return a mention as an item of the scorer of graphs: its concept, its words and its place."""
    label = () if mention.concept is None else (ontology.load().label(mention.concept),)
    return make(mention.concept, [mention.text, *label], [(mention.start, mention.end)])


# --- figures ---------------------------------------------------------------------------------------------------


def _page(verdicts: Sequence[Verdict]) -> str:
    """Return the file: a line for each rule, sorted by name."""
    named = [one for one in verdicts if one.rule]
    expected = _means(named)
    by_rule: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in named:
        by_rule[verdict.rule].append(verdict)
    lines = (
        f'"{rule}" = {{ right = {_figure(of_rule, expected):.2f}, of = {len(of_rule)} }}\n'
        for rule, of_rule in sorted(by_rule.items())
    )
    return _HEAD + "\n" + "".join(lines)


def _means(verdicts: Sequence[Verdict]) -> Mapping[str, float]:
    """Return how much of each kind is right, drawn towards how much of all is."""
    counted = Counter(one.kind for one in verdicts)
    right = Counter(one.kind for one in verdicts if one.right)
    overall = sum(right.values()) / max(1, len(verdicts))
    return {kind: _drawn(right[kind], number, overall) for kind, number in counted.items()}


def _figure(verdicts: Sequence[Verdict], expected: Mapping[str, float]) -> float:
    """Return the confidence of a rule by the verdicts on its mentions, rounded down to two decimals."""
    mean = math.fsum(expected[one.kind] for one in verdicts) / len(verdicts)
    share = _drawn(sum(one.right for one in verdicts), len(verdicts), mean)
    return max(_LEAST, math.floor(share * 100) / 100)


def _drawn(right: int, number: int, mean: float) -> float:
    return (right + _WEIGHT * mean) / (number + _WEIGHT)


if __name__ == "__main__":
    main()
