"""Every question gives the same rows on every engine: the store, rdflib, and the servers of others.

The graphs are the two samples, that of the seeds, which has its rows written down too, and that of ten policies
that were read by hand, five of which are no part of this repository: of its rows the number and the SHA-256 are
written down. Where a change of the readers changes what the policies say, look through the difference of the seeds
and write the rows anew: pytest tests/test_engines.py --write-golden
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
import pytest
import rdflib
from servers import OXIGRAPH, VIRTUOSO, oxigraph, virtuoso

import queries
from graph import Store
from policygraph import asking, building, checking, endpoint, settings
from policygraph.pushing import push
from queries import Question

Rows: TypeAlias = list[dict[str, str]]
Answer: TypeAlias = Callable[[Question, Mapping[str, str]], Rows]

GOLDEN = Path("tests/golden")
CORPORA = Path(os.environ.get("POLICYGRAPH_CORPORA") or "../shared/corpora")
HAND_READ = tuple(
    sorted(path for path in CORPORA.glob("gold/*.[mt]*") if path.with_suffix(".gold.json").exists())
)
QUESTIONS = tuple(queries.questions().values())
BY_NAME = pytest.mark.parametrize("asked", QUESTIONS, ids=[one.name for one in QUESTIONS])
IN_PAGES = [asked for asked in QUESTIONS if asked.pages]
SEVERAL = frozenset(("findings", "shared", "statements", "stored"))  # lists without an order
QUOTING = (
    "evidence",
    "least-certain",
    "lookup-node",
    "lookup-values",
    "lookup-words",
    "names",
    "where-said",
    "words",
)
WRITTEN = [asked for asked in QUESTIONS if asked.name not in QUOTING]
NARROWER = {  # what rdflib answers in minutes unless it is asked for less
    "same-purpose-other-basis": {"aim": "direct marketing"},
    "sources": {"whose": "Clik Limited"},
    "takes-data-from": {"whose": "Clik Limited"},
}


@pytest.fixture(scope="module", params=["queries", "chain", "seeds", "ten"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a graph."""
    return str(request.param)


@pytest.fixture(scope="module")
def store(name: str, seeds: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Yield the store of a graph; that of policies holds the reports of a check too."""
    folder = tmp_path_factory.mktemp("engines") / "store"
    if name in ("seeds", "ten"):
        if name == "ten" and not HAND_READ:
            pytest.skip("the policies read by hand are not beside this repository")
        with Store(folder) as made:
            building.build(list(HAND_READ if name == "ten" else seeds), made)
        checking.keep(folder, checking.of_store(folder, [], pytest.fail, settings=settings.Settings()))
    else:
        with Store(folder) as made:
            path = GOLDEN / ("sample.trig" if name == "queries" else "chain.trig")
            made._store.load(path=str(path), format=ox.RdfFormat.TRIG)
            made.rebuild_derived()
    with Store(folder, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module", params=["rdflib", "Oxigraph", "Virtuoso"])
def engine(request: pytest.FixtureRequest) -> str:
    """Return the name of an engine."""
    return str(request.param)


@pytest.fixture(scope="module")
def given(name: str, engine: str, store: Store) -> Mapping[str, Mapping[str, str]]:
    """Return what the questions are asked with, where that is not their defaults."""
    if name not in ("seeds", "ten"):
        return {}
    denial = asking.select(store, queries.question("denials"), {}).bindings[0]["denial"]["value"]
    return {"lookup-node": {"node": denial}, **(NARROWER if engine == "rdflib" else {})}


@pytest.fixture(scope="module")
def answer(engine: str, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answer]:
    """Yield what asks an engine that holds the graph of the store."""
    with ExitStack() as running:
        if engine == "rdflib":
            yield _rdflib(store)
            return
        folder = tmp_path_factory.mktemp(engine)
        if engine == "Oxigraph":
            if OXIGRAPH is None:
                pytest.skip("the server comes with pip install '.[dev]'")
            url = running.enter_context(oxigraph(folder)) + "/query"
        else:
            if VIRTUOSO is None:
                pytest.skip("Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)")
            url = running.enter_context(virtuoso(folder)) + "/sparql"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("POLICYGRAPH_USER", "dba")
            patch.setenv("POLICYGRAPH_PASSWORD", "dba")
            push(store, url)
        yield lambda asked, values: _rows(endpoint.select(url, asked, values))


def _rdflib(store: Store) -> Answer:
    """Return what asks a copy in the memory of rdflib, without any help from Oxigraph."""
    copy = rdflib.Dataset(default_union=True)
    copy.parse(data=store._store.dump(format=ox.RdfFormat.N_QUADS), format="nquads")

    def ask(asked: Question, values: Mapping[str, str]) -> Rows:
        terms = queries.bound(asked, values, asking._resolver(store))
        found = copy.query(asked.sparql, initBindings={name: _term(term) for name, term in terms.items()})
        return [
            {str(name): _cell(str(name), str(value)) for name, value in row.asdict().items()}
            for row in found
            if isinstance(row, rdflib.query.ResultRow)
        ]

    return ask


def _term(term: ox.NamedNode | ox.Literal) -> rdflib.URIRef | rdflib.Literal:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    kind = None if term.datatype == ox.Literal("").datatype else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=kind)


def _rows(found: asking.Rows) -> Rows:
    """Return all that was selected, also what is not shown and only tells what a row stands on."""
    return [{name: _cell(name, cell["value"]) for name, cell in row.items()} for row in found.bindings]


def _cell(name: str, value: str) -> str:
    return " ".join(sorted(value.split())) if name in SEVERAL else value


@pytest.mark.filterwarnings("ignore:Dataset.*deprecated:DeprecationWarning")  # rdflib warns of itself
@BY_NAME
def test_every_engine_gives_the_rows_of_the_store(
    asked: Question, answer: Answer, store: Store, given: Mapping[str, Mapping[str, str]]
) -> None:
    values = given.get(asked.name, {})
    assert answer(asked, values) == _rows(asking.select(store, asked, values))


@pytest.mark.parametrize("asked", IN_PAGES, ids=[one.name for one in IN_PAGES])
def test_pages_are_parts_of_the_whole_answer(asked: Question, store: Store) -> None:
    whole = asking.select(store, asked, {})
    for limit, offset in ((1, 0), (7, 3), (100, 0), (20, max(0, len(whole.rows) - 10))):
        page = asking.select(store, asked, {}, limit=limit, offset=offset)
        assert page.bindings == whole.bindings[offset : offset + limit]
        assert page.columns == whole.columns
        assert page.more == (len(whole.rows) > offset + limit)


@pytest.mark.parametrize("name", ["seeds"], indirect=True, scope="module")
@pytest.mark.parametrize("asked", WRITTEN, ids=[one.name for one in WRITTEN])
def test_the_rows_of_the_seeds(asked: Question, store: Store, request: pytest.FixtureRequest) -> None:
    lines = _lines(asking.select(store, asked, {}))
    path = GOLDEN / "seeds" / f"{asked.name}.tsv"
    if request.config.getoption("--write-golden"):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines() == lines


def _lines(found: asking.Rows) -> list[str]:
    """Return the columns and the rows of an answer as lines."""
    rows = [found.columns, *(["" if value is None else str(value) for value in row] for row in found.rows)]
    return ["\t".join(" ".join(cell.split()) for cell in row) for row in rows]


@pytest.mark.parametrize("name", ["ten"], indirect=True, scope="module")
def test_the_rows_of_the_ten_policies(store: Store, request: pytest.FixtureRequest) -> None:
    lines = [f"question\trows\tSHA-256 of columns and rows, of {len(HAND_READ)} policies"]
    for asked in QUESTIONS:
        if asked.group != "lookups":
            rows = _lines(asking.select(store, asked, {}))
            digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
            lines.append(f"{asked.name}\t{len(rows) - 1}\t{digest}")
    path = GOLDEN / "ten.tsv"
    if request.config.getoption("--write-golden"):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8").splitlines() == lines
