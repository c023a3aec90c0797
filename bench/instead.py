"""Prints how long each step takes, and how long what one would take instead, on the same texts.

    python bench/instead.py [--corpora FOLDER] [--policies N] [--runs N]

Instead of the reader: spaCy's PhraseMatcher with all forms of the ontology, which finds words and not what is said
of whom. Instead of the store: a Dataset of rdflib in memory. Instead of the check: pySHACL, called as its
documentation does. Each step has a process of its own; times are its CPU seconds without starting and loading,
medians of `--runs` runs, and memory is the most that the process has held.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from corpora import CORPORA, SEEDS, policies
from memory import peak

_ASKED = (
    "who-shares-with",
    "top-recipients",
    "recipients-in-common",
    "who-processes",
    "bases-by-purpose",
    "retention-by-data",
    "transfers",
    "denials",
    "no-retention",
)
_CHECKED = 5  # policies; plain pySHACL takes seconds for each

Step = Callable[[Path], dict[str, float]]


def texts(corpora: Path, number: int) -> list[Path]:
    """Return the seeds, and so many policies of the corpora if these are there."""
    more = chain.from_iterable(policies(corpora / name) for name in ("gdpr-t200", "goppc"))
    return [*policies(SEEDS), *islice(more, number)]


def show(paths: Sequence[Path], runs: int) -> None:
    """Print a line for each step: ours, what one would take instead, and the ratio."""
    with TemporaryDirectory() as folder:
        for index, path in enumerate(paths):
            (Path(folder) / f"{index:04d}-{path.name}").write_bytes(path.read_bytes())
        words = sum(len(path.read_text(encoding="utf-8").split()) for path in paths)
        print(f"{len(paths)} policies, {words:,} words; CPU seconds, medians of {runs} runs")
        print(f"{'':<12}{'ours':>10}{'MB':>7}{'instead':>12}{'MB':>7}{'times':>9}  instead of ours")
        ours = instead = 0.0
        for name, other in _INSTEAD.items():
            one, two = (_median(step, folder, runs) for step in (name, f"{name}-instead"))
            ours, instead = ours + one["seconds"], instead + two["seconds"]
            _line(name, one, two, other)
        total = ({"seconds": ours}, {"seconds": instead})
        _line("together", *total, "the three of them")


def _line(name: str, one: Mapping[str, float], two: Mapping[str, float], other: str) -> None:
    times = two["seconds"] / one["seconds"]
    held = [f"{step['mb']:,.0f}" if "mb" in step else "" for step in (one, two)]
    print(
        f"{name:<12}{one['seconds']:>10.2f}{held[0]:>7}{two['seconds']:>12.2f}{held[1]:>7}{times:>9.1f}  {other}"
    )


def _median(step: str, folder: str, runs: int) -> dict[str, float]:
    """Return the figures of a step, each run of which has a fresh process; the memory is that of the last."""
    taken: list[dict[str, float]] = []
    for _ in range(runs):
        command = [sys.executable, __file__, "--step", step, folder]
        done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  ourselves
        taken.append(json.loads(done.stdout))
    return {**taken[-1], "seconds": median(one["seconds"] for one in taken)}


def _timed(work: Callable[[], object]) -> dict[str, float]:
    begun = time.process_time()
    work()
    return {"seconds": time.process_time() - begun, "mb": peak()}


def _reads(folder: Path) -> dict[str, float]:
    """Read the policies, and leave what was read for the steps to come."""
    from extract.readers import read as read_document  # noqa: PLC0415  a step loads what it needs alone
    from extract.reading import read, read_policy  # noqa: PLC0415
    from graph import Store  # noqa: PLC0415

    paths = list(policies(folder))
    documents = [read_document(path) for path in paths]
    read(paths[0])  # loads the pipeline
    taken = _timed(lambda: [read_policy(document) for document in documents])
    with Store(folder / "store") as store, (folder / "graph.nq").open("wb") as output:
        store.add(map(read_policy, documents))
        store.rebuild_derived()
        store.export(output, "nquads")
    return taken


def _matches(folder: Path) -> dict[str, float]:
    """Find the words of the ontology in the policies."""
    import spacy  # noqa: PLC0415
    from spacy.matcher import PhraseMatcher  # noqa: PLC0415

    import ontology  # noqa: PLC0415

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    by_term: dict[str, list[Any]] = {}
    for form in ontology.load().forms:
        by_term.setdefault(form.term or "nothing", []).append(nlp.make_doc(form.words))
    for term, docs in by_term.items():
        matcher.add(term, docs)
    texts = [path.read_text(encoding="utf-8") for path in policies(folder)]
    return _timed(lambda: [len(matcher(nlp.make_doc(text))) for text in texts])


def _stores(folder: Path) -> dict[str, float]:
    """Load the quads into the store on disk and ask it some questions."""
    import pyoxigraph as ox  # noqa: PLC0415

    import queries  # noqa: PLC0415
    from ontology import NAMESPACES  # noqa: PLC0415

    asked = [queries.questions()[name].sparql for name in _ASKED]

    def work() -> None:
        with TemporaryDirectory() as place:
            store = ox.Store(place)
            store.bulk_load(path=str(folder / "graph.nq"), format=ox.RdfFormat.N_QUADS)
            for sparql in asked:
                found = store.query(sparql, prefixes=dict(NAMESPACES), use_default_graph_as_union=True)
                assert isinstance(found, ox.QuerySolutions)
                list(found)

    return _timed(work)


def _parses(folder: Path) -> dict[str, float]:
    """Load the quads into rdflib and ask it the same questions."""
    from rdflib import Dataset  # noqa: PLC0415

    import queries  # noqa: PLC0415
    from ontology import NAMESPACES  # noqa: PLC0415

    asked = [queries.questions()[name].sparql for name in _ASKED]

    def work() -> None:
        data = Dataset(default_union=True)
        data.parse(folder / "graph.nq", format="nquads")
        for sparql in asked:
            list(data.query(sparql, initNs=dict(NAMESPACES)))

    return _timed(work)


def _checks(folder: Path) -> dict[str, float]:
    """Check some policies of the store."""
    from graph import Store, check  # noqa: PLC0415

    with Store(folder / "store", read_only=True) as store:
        versions = list(islice(store.versions(), _CHECKED))
        check(store, versions[:1])  # loads the shapes
        return _timed(lambda: [check(store, [version]) for version in versions])


def _validates(folder: Path) -> dict[str, float]:
    """Validate the same graphs against the same shapes, both as rdflib holds them."""
    import pyshacl  # noqa: PLC0415
    from rdflib import Graph  # noqa: PLC0415

    from graph import Store, shapes  # noqa: PLC0415
    from graph.view import view  # noqa: PLC0415

    graphs: list[Graph] = []
    with Store(folder / "store", read_only=True) as store:
        for version in islice(store.versions(), _CHECKED):
            graphs.append(Graph())
            for subject, predicate, value, _ in view(store, version):
                graphs[-1].parse(data=f"{subject} {predicate} {value} .", format="nt")
    wanted = shapes.graph("requirements")
    return _timed(lambda: [pyshacl.validate(data, shacl_graph=wanted) for data in graphs])


_STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "read": _reads,
        "read-instead": _matches,
        "ask": _stores,
        "ask-instead": _parses,
        "check": _checks,
        "check-instead": _validates,
    }
)
_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "read": "spaCy's PhraseMatcher with the forms of the ontology: words, no statements",
        "ask": f"rdflib in memory: the quads loaded, {len(_ASKED)} questions asked",
        "check": f"plain pySHACL on {_CHECKED} of the policies",
    }
)


def main() -> None:
    """Measure the steps and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--corpora", type=Path, default=CORPORA, help="folder of the corpora, if there are any"
    )
    parser.add_argument("--policies", type=int, default=20, help="policies of the corpora, besides the seeds")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, folder = options.step
        print(json.dumps(_STEPS[name](Path(folder))))
        return
    show(texts(options.corpora, options.policies), options.runs)


if __name__ == "__main__":
    main()
