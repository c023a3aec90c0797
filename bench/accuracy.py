"""Prints how well policies are read, on every corpus that is there, beside the published figures.

    python bench/accuracy.py [--corpora FOLDER] [--scorers FOLDER] [--write]

With `--write` the tables go to docs/accuracy.md, around the prose of docs/accuracy.in.md. The corpora and the
scorers are not part of this repository; without them there is nothing to measure, which is no error.
"""

import hashlib
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpora import REPOSITORY, measured, policies

_SOURCE = REPOSITORY / "docs" / "accuracy.in.md"
_PAGE = REPOSITORY / "docs" / "accuracy.md"
_KINDS = "data-category,purpose,recipient,retention,source"  # what PolicyIE annotates
_BANDS = (0.0, 0.6, 0.7, 0.8, 0.85, 0.9, 1.01)
_PUBLISHED = """\
| on | what | figure | comparable? |
|---|---|---|---|
| gdpr-t200, micro overlap F1 | 183 keyword expressions | 0.440 | yes, on the unseen half |
| | a neural tagger trained on the dev half | 0.579 | yes, on the unseen half |
| | two annotations of the same passage agree | about 0.74 | a ceiling rather than a rival |
| gdpr-t200, passages not seen in dev | keywords, neural tagger | 0.410, 0.440 | yes, on the unseen half |
| hand-read policies | two people, read independently | items F1 0.93, relations F1* 0.89, P* 0.92 | \
same scorer, four other policies |
| PolicyIE, five kinds, overlap F1 | keywords | 0.297 | yes |
| | PrivBERT, slots, micro F1 | 0.557 | no: another matching rule, trained on it |
| collection tuples of app policies | PoliGraph-er, precision, recall | 0.969, 0.706 | no: the data are not public |
| GoPPC-150 paragraphs, macro F1, 14 and 35 concepts | best of twelve trained designs | 0.713, 0.602 | nearly: 30 \
other documents, trained on the rest, best design chosen on the test |
| | keywords | 0.347, 0.265 | nearly: 30 other documents |
| purpose spans, exact, non-empty text | fine-tuned GPT-4o | 0.56 | no: not measured here |
"""

Figures = Mapping[str, Any]


def main() -> None:
    """Measure what can be measured and print it as Markdown; with --write, into the page too."""
    options = measured(__doc__, target="docs/accuracy.md")
    if options is None:
        return
    with TemporaryDirectory() as work:
        tables = "\n".join(_tables(options.corpora, options.scorers, Path(work)))
    print(tables)
    if options.write:
        prose = _SOURCE.read_text(encoding="utf-8") if _SOURCE.exists() else "<!-- tables -->\n"
        _PAGE.write_text(prose.replace("<!-- tables -->", tables.strip()), encoding="utf-8")


def _tables(corpora: Path, scorers: Path, work: Path) -> Iterator[str]:
    """Yield the sections of the page."""
    apps = _mentions(corpora / "gdpr-t200", work / "apps.jsonl")
    pages = _mentions(corpora / "goppc", work / "pages.jsonl")
    sentences = _records(sorted((corpora / "policyie").glob("*.jsonl")), work)
    if (corpora / "gold").is_dir():
        yield from _hand_read(corpora / "gold", scorers, work)
    if apps is not None:
        yield from _app_policies(corpora / "gdpr-t200", apps, scorers)
    for gold, found in sentences:
        score = _score(scorers / "score_mentions.py", gold, found, "--labels", _KINDS)
        yield from _spans(f"PolicyIE, {gold.stem}: sentences, five kinds", score)
    if pages is not None:
        yield from _paragraphs(_score(scorers / "score_documents.py", corpora / "goppc", pages))
    if apps is not None:
        yield from _calibration(corpora / "gdpr-t200", apps, scorers)
    yield "## Published figures\n"
    yield _PUBLISHED


# --- reading ---------------------------------------------------------------------------------------------------


def _mentions(folder: Path, target: Path) -> Path | None:
    """Write the mentions of the policies in a folder to `target` and return it; None if there are none."""
    from extract.errors import ExtractError  # noqa: PLC0415  spaCy, and only if there is something to read
    from extract.reading import read  # noqa: PLC0415
    from policygraph.mentions import mentions as said  # noqa: PLC0415

    paths = list(policies(folder))
    with target.open("w", encoding="utf-8") as rows:
        for path in paths:
            try:
                reading = read(path)
            except ExtractError as error:
                print(error, file=sys.stderr)
                continue
            rows.writelines(json.dumps(mention.row()) + "\n" for mention in said(reading))
    return target if paths else None


def _records(files: Iterable[Path], work: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each file of PolicyIE with the mentions in its records, each read as a text of its own."""
    from extract.errors import ExtractError  # noqa: PLC0415
    from extract.readers import read_text  # noqa: PLC0415
    from extract.reading import read_policy  # noqa: PLC0415
    from policygraph.mentions import mentions  # noqa: PLC0415

    for file in files:
        target = work / file.name
        with target.open("w", encoding="utf-8") as rows, file.open(encoding="utf-8") as records:
            for record in map(json.loads, records):
                try:
                    reading = read_policy(read_text(record["id"], record["text"].encode(), "text/plain"))
                except ExtractError:
                    continue  # a sentence of a few words is in no language
                found = mentions(reading, generic=True)
                rows.writelines(json.dumps(mention.row()) + "\n" for mention in found)
        yield file, target


def _score(scorer: Path, *arguments: Path | str) -> Figures:
    """Return the figures that a scorer prints."""
    command = [sys.executable, str(scorer), *map(str, arguments), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  our own scorers
    figures: Figures = json.loads(done.stdout)
    return figures


# --- tables ----------------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """Return a Markdown table; numbers with three decimals."""

    def line(cells: Iterable[str | float]) -> str:
        shown = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
        return "| " + " | ".join(shown) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, rows)]) + "\n"


def _hand_read(gold: Path, scorers: Path, work: Path) -> Iterator[str]:
    """Yield the tables for the policies read by hand: what is stated, how it is joined, what is missing."""
    from graph import Store, check  # noqa: PLC0415
    from policygraph.building import build  # noqa: PLC0415

    graph, report = work / "graph.nq", work / "check.json"
    with Store() as store:
        build(list(policies(gold)), store)
        with graph.open("wb") as output:
            store.export(output, "nquads", lexicon=True)
        report.write_text(json.dumps([finding.row() for finding in check(store)]), encoding="utf-8")
    score = _score(scorers / "score_graph.py", gold, graph)
    total = score["summary"]
    yield "## Policies read by hand\n"
    yield (
        f"Items F1 **{total['items_f1']:.3f}**, relations F1* **{total['relations_f1']:.3f}**, "
        "averages over policies.\n"
    )
    columns = ("precision", "recall", "f1")
    items = {name: row for name, row in score.items() if name != "summary" and not name.startswith("rel:")}
    yield _table(
        ("what is stated", "in the text", "found", "P", "R", "F1"),
        ([name, row["gold"], row["predicted"], *(row[c] for c in columns)] for name, row in items.items()),
    )
    starred = ("precision", "recall", "precision*", "f1*")
    relations = {name[4:]: row for name, row in score.items() if name.startswith("rel:")}
    yield _table(
        ("what belongs together", "in the text", "found", "P", "R", "P*", "F1*"),
        (
            [name, row["gold"], row["predicted"], *(row[c] for c in starred)]
            for name, row in relations.items()
        ),
    )
    yield "P* and F1* look only at pairs whose two ends were both found.\n"
    right, joined = _inferred_pairs(gold, scorers, graph)
    yield (
        "Pairs that are only inferred, as one section names both and they usually go together: "
        f"{right} of {joined} whose ends are both in the text are stated by it.\n"
    )
    complete = _score(scorers / "score_completeness.py", gold, report)
    absent = complete["absences"]
    yield (
        f"Completeness: people and `policygraph check` agree on {complete['agreement']:.3f} of "
        f"{complete['items']} items; of what is missing, precision {absent['precision']:.3f} and recall "
        f"{absent['recall']:.3f} ({absent['gold']} items).\n"
    )


def _inferred_pairs(gold: Path, scorers: Path, graph: Path) -> tuple[int, int]:
    """Return how many inferred pairs people read, too, and of how many, with the scorer's own comparison."""
    import pyoxigraph as ox  # noqa: PLC0415

    sys.path.insert(0, str(scorers))
    scorer = import_module("score_graph")
    lines = graph.read_text(encoding="utf-8").splitlines(keepends=True)
    marked = {line.split(" ", 1)[0] for line in lines if "ns#support> <" in line and "ns#Inferred>" in line}
    kept = (line for line in lines if "ns#inPolicy>" not in line or line.split(" ", 1)[0] in marked)
    store = ox.Store()
    store.load("".join(kept), format=ox.RdfFormat.N_QUADS)
    hierarchy = scorer.Hierarchy(scorers.parent / "design" / "concepts")
    right = joined = 0
    for path in policies(gold):
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
        known = ox.Literal(hashlib.sha256(text.encode()).hexdigest())
        version = next(store.quads_for_pattern(None, ox.NamedNode(scorer.PG + "textSha256"), known)).subject
        read = json.loads(path.with_suffix(".gold.json").read_text(encoding="utf-8"))
        items, relations = scorer.gold_side(read, text)
        _, pairs = scorer.pred_side(store, version, text)
        for name, kinds in scorer.PAIRS.items():
            stated = set(relations[name])
            for pair in pairs[name]:
                ends = [
                    [one for one in items[kind] if scorer.agree(kind, one, end, text, hierarchy)]
                    for kind, end in zip(kinds, pair, strict=True)
                ]
                joined += all(ends)
                right += any((one, other) in stated for one in ends[0] for other in ends[1])
    return right, joined


def _app_policies(gold: Path, found: Path, scorers: Path) -> Iterator[str]:
    """Yield the tables for gdpr-t200: mentions by kind, new passages alone, and what documents speak of."""
    score = _score(scorers / "score_mentions.py", gold, found)
    yield from _spans("gdpr-t200: mentions in app policies", score)
    novel = _score(scorers / "score_mentions.py", gold, found, "--novel-only")
    if novel["overlap"]["micro"]["tp"] and novel["overlap"]["micro"] != score["overlap"]["micro"]:
        yield f"Only passages not seen in the dev half: overlap micro F1 {novel['overlap']['micro']['f1']:.3f}.\n"
    presence = _score(scorers / "score_documents.py", gold, found)["presence"]
    yield (
        f"Whether a policy speaks of a kind at all: micro F1 {presence['micro']['f1']:.3f}, "
        f"macro F1 {presence['macro']['f1']:.3f}.\n"
    )


def _spans(title: str, score: Figures) -> Iterator[str]:
    """Yield the section for a corpus of annotated spans."""
    overlap, exact = score["overlap"], score["exact"]
    yield f"## {title}\n"
    rows: list[list[str | float]] = [
        [kind, row["tp"] + row["fn"], row["p"], row["r"], row["f1"], exact["labels"][kind]["f1"]]
        for kind, row in overlap["labels"].items()
        if row["tp"] + row["fn"]
    ]
    micro = overlap["micro"]
    rows.append(
        ["**all**", micro["tp"] + micro["fn"], micro["p"], micro["r"], micro["f1"], exact["micro"]["f1"]]
    )
    yield _table(("kind", "annotated", "P", "R", "F1 overlap", "F1 exact"), rows)


def _paragraphs(score: Figures) -> Iterator[str]:
    """Yield the section for GoPPC, where whole paragraphs are labelled."""
    published = score["published"]
    yield "## GoPPC-150: labels of paragraphs\n"
    yield "Macro F1. A label counts for a paragraph if a mention of that kind stands in it.\n"
    rows: list[list[str | float]] = []
    for key, published_row in published.items():
        if key.startswith("macro_"):
            ours = score["concepts_paragraph"][key]
            rows.append([_CONCEPTS.get(key, key), ours, published_row["best12"], published_row["type6"]])
    yield _table(("concepts", "here", "best of twelve trained designs", "the best single one"), rows)


_CONCEPTS = {
    "macro_level1": "14 of the first level",
    "macro_expressible": "those for which there is a kind of mention",
    "macro_all": "35",
}


def _calibration(gold: Path, found: Path, scorers: Path) -> Iterator[str]:
    """Yield how often mentions of each confidence are right on gdpr-t200."""
    yield "## What `pg:confidence` is worth\n"
    yield (
        "Mentions on gdpr-t200 by the confidence that the reader gave them, and how many of them are right: at\n"
        "the annotated place, or at least in a passage that carries the label. The confidence of a mention is how\n"
        "often its rule is right, as `python bench/calibrate.py` measures it on these and the hand-read policies.\n"
    )
    lines = found.read_text(encoding="utf-8").splitlines()
    rows: list[list[str | float]] = []
    for low, high in pairwise(_BANDS):
        band = [line for line in lines if low <= json.loads(line)["confidence"] < high]
        if band:
            part = found.with_name("band.jsonl")
            part.write_text("\n".join(band) + "\n", encoding="utf-8")
            score = _score(scorers / "score_mentions.py", gold, part)
            name = f"{low:.2f} to {min(high, 1.0):.2f}" if low else f"below {high:.2f}"
            there = score["overlap"]["micro"]
            rows.append([name, there["tp"] + there["fp"], there["p"], score["passage"]["micro"]["p"]])
    yield _table(("confidence", "mentions judged", "right place", "right passage"), rows)


if __name__ == "__main__":
    main()
