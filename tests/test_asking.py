"""Questions from Python: rows, DataFrames, rdflib graphs, and the words that rows stand on."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

import policygraph
import queries
from graph import Store
from graph.source import Source
from policygraph import asking, quoting
from queries import errors

_GOLDEN = Path(__file__).parent / "golden"
_NOTEBOOK = Path("docs/questions.ipynb")


@pytest.fixture(scope="module")
def chain() -> Store:
    store = Store()
    store._store.load(path=str(_GOLDEN / "chain.trig"), format=ox.RdfFormat.TRIG)
    store.rebuild_derived()
    return store


def quotes(store: Store, name: str, **values: str) -> list[tuple[str, ...]]:
    """Return the words of each row, in the order of the rows."""
    asked = queries.question(name)
    found = quoting.evidence(store, asked, asking.select(store, asked, values))
    return [tuple(said.words for said in one) for one in found]


def test_rows_of_a_question_of_sparql_and_of_a_page(chain: Store) -> None:
    rows = policygraph.ask("touched-by-breach", chain, company="Google")
    assert rows[0] == {"company": "Fennel Toys", "through": "Google", "hops": 1}
    assert policygraph.ask("touched-by-breach", chain, limit=1, offset=1) == rows[1:2]
    assert policygraph.ask("data-received", chain, by="Google") != []
    assert policygraph.ask("who-shares-with", chain, with_="Gannet Mail")[0]["company"] == "Fennel Toys"
    counted = policygraph.ask("SELECT (COUNT(?p) AS ?n) { ?p a dpv:Process }", chain)
    assert counted == [{"n": 8}]


def test_a_store_that_is_not_named_is_that_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "mine"):
        pass
    monkeypatch.setenv("POLICYGRAPH_STORE", str(tmp_path / "mine"))
    assert policygraph.ask("overview") == []


def test_a_frame_has_the_columns_and_rows(chain: Store) -> None:
    frame = policygraph.frame("touched-by-breach", chain, company="Google")
    assert list(frame.columns) == ["company", "through", "hops"]
    assert frame.to_dict("records") == policygraph.ask("touched-by-breach", chain, company="Google")


def test_without_pandas_a_frame_says_how_to_get_it(chain: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'policygraph\[pandas\]'"):
        policygraph.frame("overview", chain)


def test_a_construct_is_an_rdflib_graph(chain: Store) -> None:
    made = policygraph.construct("CONSTRUCT { ?a pg:sharesWith ?b } WHERE { ?a pg:sharesWith ?b }", chain)
    assert len(made) == 6
    with pytest.raises(TypeError, match="only a CONSTRUCT"):
        policygraph.construct("overview", chain)


def test_a_row_stands_on_the_statements_that_have_all_its_values(chain: Store) -> None:
    assert quotes(chain, "touched-by-breach", who="Heron Data") == [(), ("Gannet Mail",)]
    assert quotes(chain, "who-processes", data="email address")[0] == ("your email address",)


def test_a_denial_and_a_finding_stand_on_their_own_words(chain: Store) -> None:
    asked = queries.question("who-sells")
    rows = asking.select(chain, asked, {})
    found = quoting.evidence(chain, asked, rows)
    denied = [
        said for row, said in zip(rows.dicts(), found, strict=True) if row["stance"] == "denies selling"
    ]
    assert [[said.words for said in one] for one in denied] == [["sell"]]
    assert quotes(chain, "contradictions") == [("Gannet Mail", "sell")]
    assert quotes(chain, "sellers-in-the-chain") == [("sell",)]


def asked_for(store: Store, name: str, rows: int) -> list[str]:
    """Return the names of the questions that the words of some rows take."""
    names = []

    def ask(asked: queries.Question, values: Mapping[str, str]) -> asking.Rows:
        names.append(asked.name)
        return asking.select(store, asked, values)

    asked = queries.question(name)
    there = quoting.LookUp(ask, lambda version: (version, Source()))
    found = quoting.words(there, asked, asking.select(store, asked, {}, limit=rows))
    assert all(found)
    return names


@pytest.mark.parametrize("name", ["data-by-company", "denials", "purposes-without-basis"])
def test_the_words_of_many_rows_take_as_few_questions_as_those_of_one(seed_store: Store, name: str) -> None:
    assert asked_for(seed_store, name, 10) == asked_for(seed_store, name, 1)


def test_words_have_file_line_and_column(chain: Store) -> None:
    asked = queries.question("contradictions")
    said = quoting.evidence(chain, asked, asking.select(chain, asked, {}))[0][0]
    assert (said.said_in, said.line, said.column) == ("fennel-toys.txt", 2, 34)


def test_a_syntax_error_shows_the_line_and_the_place(chain: Store) -> None:
    with pytest.raises(
        errors.BrokenSparqlError, match=r"query, line 2, column \d+: this is no SPARQL"
    ) as info:
        policygraph.ask("SELECT ?s\nWHERE { ?s a }", chain)
    assert "\n  WHERE { ?s a }\n" in str(info.value)


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYGRAPH_STORE", str(tmp_path / "store"))
    cells = json.loads(_NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    known: dict[str, object] = {}
    for number, source in enumerate(code, 1):
        exec(compile(source, f"{_NOTEBOOK.name}, cell {number}", "exec"), known)  # noqa: S102  our own notebook
    assert known["bases"] is not None
    assert len(code) > 5


def test_words_that_no_file_can_be_called_are_no_question() -> None:
    with pytest.raises(errors.UnknownQuestionError, match="there is no question"):
        asking.find("ж" * 200)


def test_a_query_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.sparql"
    path.write_bytes(b"SELECT ?a {}\n\xff")
    with pytest.raises(errors.BrokenQuestionError, match=r"mine\.sparql, line 2: this is no UTF-8"):
        asking.find(str(path))


def test_a_question_in_pages_that_is_no_sparql_is_refused(chain: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text("# Who?\n# @pages ?c in companies-in-order\nSELECT ?c WHERE { ?c a pg:§ }\n")
    with pytest.raises(errors.BrokenSparqlError, match=r"mine, line \d+, column \d+: this is no SPARQL"):
        asking.select(chain, asking.find(str(path)), {}, limit=10)
