"""The store keeps what it is given, replaces what is read again, and writes equal graphs as equal bytes."""

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hand_readings import CO, ROOT, Said, clik, reading
from stored import written

from extract.claim import Company, Controller, Reading, Service, Statement, Text, Unmapped
from graph import Store, StoreError, change
from graph.serial import Format
from graph.source import Source, source
from graph.terms import name_of, term, typed
from ontology import expand

FORMATS: tuple[Format, ...] = ("nquads", "trig", "turtle", "jsonld")
DERIVED = "https://w3id.org/policygraph/id/graph/derived"


def policy(text: str, *, name: str, company: str, recipient: str = "Initech") -> Reading:
    """Return a policy in which `company` shares the e-mail address and its own ledger with `recipient`."""
    said = Said(text)
    statement = Statement(
        said.at("share"),
        "",
        (
            said.claim("dpv:hasProcessing", "dpv:Share", "share"),
            said.claim("dpv:hasPersonalData", "pd:EmailAddress", "email"),
            said.claim("dpv:hasPersonalData", "pgc:AnonymousData", "email"),
            said.claim(
                "dpv:hasPersonalData",
                Unmapped("personal-data", expand("dpv:PersonalData"), f"{company} ledger"),
                "email",
            ),
            said.claim("dpv:hasRecipient", Company(recipient), "Initech"),
            said.claim("dpv:hasPurpose", "dpv:Marketing", "email"),
            said.claim("dpv:hasLegalBasis", "eu-gdpr:A6-1-f", "email"),
            said.claim("dpv:hasThirdCountry", "loc:US", "Initech"),
            said.claim("dpv:hasService", Service("Ledger Cloud"), "Initech"),
        ),
    )
    denial = Statement(
        said.at("email"), "", (said.claim("dpv:hasRecipient", Company("Umbrella"), "email"),), denied=True
    )
    right = said.claim("dpv:hasRight", "eu-gdpr:A15", "share")
    named = Controller(Company(company), (said.claim("dpv:hasName", Text(company), "We"),))
    return reading(text, name=name, controllers=[named], facts=[right], statements=[statement, denial])


TEXT = "We share your email with Initech."
ACME = policy(TEXT, name="acme.txt", company="Acme")
ACME_LATER = policy("We now share your email with Initech.", name="acme.txt", company="Acme")
BLUTH = policy(TEXT, name="bluth.txt", company="Bluth Company")
NOBODY = reading("This file names no company.", name="nobody.txt")


def filled(*readings: Reading) -> Store:
    store = Store()
    store.add(readings)
    store.rebuild_derived()
    return store


def test_equal_graphs_are_equal_bytes_whatever_the_order() -> None:
    expected = filled(ACME, BLUTH, NOBODY)
    other = Store()
    for one in (NOBODY, BLUTH, ACME):
        other.add([one])
    other.rebuild_derived()
    for form in FORMATS:
        assert written(other, form) == written(expected, form)


def test_bytes_do_not_depend_on_the_process() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); import test_store as t; store = t.filled(t.BLUTH, t.ACME); "
        "[sys.stdout.buffer.write(t.written(store, form)) for form in t.FORMATS]"
    )
    store = filled(ACME, BLUTH)
    env = {**os.environ, "PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=True)
    assert done.stdout == b"".join(written(store, form) for form in FORMATS)


def test_what_is_written_can_be_read_again() -> None:
    store = filled(ACME, clik())
    for form, kind in (
        ("nquads", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        back = ox.Store()
        back.load(written(store, form), format=kind)  # type: ignore[arg-type]
        assert {str(quad) for quad in back} == set(map(str, _quads(store)))


def _quads(store: Store) -> list[ox.Quad]:
    left_out = ("/graph/ontology", "/graph/run/sources")
    return [quad for quad in store._store if not name_of(quad.graph_name).endswith(left_out)]


def test_reading_again_adds_nothing() -> None:
    store = filled(ACME, BLUTH)
    before = written(store)
    store.add([ACME])
    store.add([BLUTH, ACME])
    store.rebuild_derived()
    assert written(store) == before


def test_what_is_no_longer_said_of_the_same_text_goes() -> None:
    store = filled(ACME, BLUTH)
    store.add([dataclasses.replace(ACME, statements=())])
    store.rebuild_derived()
    assert written(store) == written(filled(dataclasses.replace(ACME, statements=()), BLUTH))


def test_a_newer_text_of_the_same_file_takes_the_place_of_the_older() -> None:
    store = filled(ACME, BLUTH)
    store.add([ACME_LATER])
    store.rebuild_derived()
    assert written(store) == written(filled(ACME_LATER, BLUTH))


def test_a_file_whose_company_is_now_known_is_not_kept_twice() -> None:
    store = filled(dataclasses.replace(ACME, controllers=()))
    store.add([ACME])
    store.rebuild_derived()
    assert written(store) == written(filled(ACME))


def test_two_files_of_one_company_stay_apart() -> None:
    other = dataclasses.replace(ACME_LATER, name="acme-shop.txt")
    store = filled(ACME)
    store.add([other])
    assert [version.files for version in store.versions()] == [("acme-shop.txt",), ("acme.txt",)] or [
        version.files for version in store.versions()
    ] == [("acme.txt",), ("acme-shop.txt",)]


def test_two_files_with_one_text_are_one_version_until_one_changes() -> None:
    copy = dataclasses.replace(ACME, name="copy.txt")
    store = filled(ACME, copy)
    assert [version.files for version in store.versions()] == [("acme.txt", "copy.txt")]
    store.add([ACME_LATER])
    assert sorted(version.files for version in store.versions()) == [("acme.txt",), ("copy.txt",)]


def test_an_older_version_can_be_kept_and_makes_no_edges() -> None:
    store = Store()
    store.add([policy(TEXT, name="acme.txt", company="Acme", recipient="Hooli")])
    store.add([ACME_LATER], keep_versions=True)
    store.rebuild_derived()
    assert sorted(version.stale for version in store.versions()) == [False, True]
    shared = store.query("SELECT ?r WHERE { GRAPH ?g { ?c pg:sharesWith ?r } }")
    assert [row["r"].value for row in shared] == [CO + "initech"]  # type: ignore[union-attr]


def test_shortcut_edges_come_from_processes_and_never_from_denials() -> None:
    store = filled(ACME)
    edges = {str(triple) for triple in store.triples(DERIVED)}
    ledger = "https://w3id.org/policygraph/id/concept/personal-data/acme-ledger"
    expected = {
        ("processes", expand("pd:EmailAddress")),
        ("processes", ledger),
        ("sharesWith", CO + "initech"),
        ("usesFor", expand("dpv:Marketing")),
        ("reliesOn", expand("eu-gdpr:A6-1-f")),
        ("transfersTo", expand("loc:US")),
        ("usesService", "https://w3id.org/policygraph/id/service/ledger-cloud"),
        ("grantsRight", expand("eu-gdpr:A15")),
    }
    of_acme = {f"<{CO}acme> <{expand(f'pg:{name}')}> <{value}>" for name, value in expected}
    assert of_acme == {edge for edge in edges if not re.search(r"ns#(states|denies|name|nameOrder)>", edge)}
    inside = {str(triple) for triple in store.triples(f"{DERIVED}/acme")}
    data = (expand("pd:EmailAddress"), ledger)
    assert inside == {f"<{CO}initech> <{expand('pg:sharesData')}> <{value}>" for value in data}


def test_a_company_states_the_processes_of_its_latest_text_and_that_text_and_denies_the_rest() -> None:
    store = filled(ACME)
    store.add([ACME_LATER], keep_versions=True)
    store.rebuild_derived()
    for edge, kind in (("states", "dpv:Process"), ("denies", "pg:DeniedPractice")):
        found = store.query(f"""SELECT DISTINCT ?node {{
            ?node pg:inPolicy ?version ; a {kind} . ?version dpv:hasDataController <{CO}acme>
            MINUS {{ ?version dpv:hasNoticeStatus dpv:NoticeStale }} }}""")
        nodes = {str(row["node"]) for row in found}  # type: ignore[union-attr]
        nodes |= {f"<{one.iri}>" for one in store.versions() if edge == "states" and not one.stale}
        assert nodes == {
            str(quad.object) for quad in store._store.quads_for_pattern(None, term(f"pg:{edge}"), None, None)
        }


def test_each_company_is_shown_under_one_name() -> None:
    store = filled(ACME, BLUTH)
    quads = list(store._store.quads_for_pattern(None, term("pg:name"), None, None))
    assert {str(quad.subject) for quad in quads} >= {f"<{CO}acme>", f"<{CO}initech>"}
    assert len(quads) == len({quad.subject for quad in quads})
    for quad in quads:
        assert any(store._store.quads_for_pattern(quad.subject, term("dpv:hasName"), quad.object, None))


def test_companies_with_a_policy_have_a_place_in_the_order_of_their_names() -> None:
    store = filled(BLUTH, ACME)
    found = store.query("SELECT ?name { ?company pg:nameOrder ?place ; pg:name ?name } ORDER BY ?place")
    names = [row["name"].value for row in found]  # type: ignore[union-attr]
    assert len(names) == 2
    assert names == sorted(names)


def test_collecting_is_told_by_the_hierarchy_of_operations() -> None:
    said = Said(TEXT)
    claims = (
        said.claim("dpv:hasProcessing", "pgc:CollectAutomatically", "share"),
        said.claim("dpv:hasPersonalData", "pd:EmailAddress", "email"),
    )
    store = filled(dataclasses.replace(ACME, statements=(Statement(said.at("share"), "", claims),)))
    found = store.query("ASK { ?company pg:collects pd:EmailAddress }")
    assert bool(found)


def test_runs_are_recorded_but_left_out_of_the_bytes_that_must_be_equal() -> None:
    store = filled(ACME)
    before = written(store)
    store.record("one", {"prov:startedAtTime": typed("2026-11-22T10:00:00Z", "dateTime")})
    assert written(store) == before
    assert b"graph/run/one" in written(store, runs=True)


def test_a_question_gets_its_parameters_by_name() -> None:
    store = filled(ACME, BLUTH)
    asked = "SELECT DISTINCT ?company ?recipient WHERE { ?company pg:sharesWith ?recipient }"
    found = store.query(asked, {"recipient": ox.NamedNode(CO + "initech")})
    assert isinstance(found, ox.QuerySolutions)
    assert sorted(str(row["company"]) for row in found) == [f"<{CO}acme>", f"<{CO}bluth-company>"]
    with pytest.raises(SyntaxError):
        store.query("SELECT WHERE")


def test_the_store_is_an_rdflib_dataset_too() -> None:
    dataset = filled(ACME).dataset()
    rows = dataset.query("ASK { ?company <https://w3id.org/policygraph/ns#sharesWith> ?recipient }")
    assert rows.askAnswer


def test_a_store_on_disk_keeps_what_it_was_given(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.add([ACME])
        store.rebuild_derived()
        before = written(store)
    with Store(tmp_path / "store", read_only=True) as store:
        assert written(store) == before


def test_the_ontology_is_loaded_once_with_its_closure(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        size = len(store)
        assert bool(
            store.query("ASK { pd:EmailAddress skos:broaderTransitive dpv:PersonalData, pd:EmailAddress }")
        )
        assert not bool(store.query("ASK { ?cue a skos:Concept FILTER STRSTARTS(STR(?cue), STR(pgq:)) }"))
    with Store(tmp_path / "store") as store:
        assert len(store) == size


def test_a_store_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "store"), pytest.raises(StoreError, match="open elsewhere; wait"):
        Store(tmp_path / "store")
    (tmp_path / "file").write_text("no store")
    with pytest.raises(StoreError, match="this is no store"):
        Store(tmp_path / "file")
    with pytest.raises(StoreError, match="there is no store here; build one first"):
        Store(tmp_path / "nowhere", read_only=True)


def test_an_unfinished_batch_writes_nothing() -> None:
    store = filled(BLUTH)
    before = written(store)
    broken = dataclasses.replace(ACME, text="")
    with pytest.raises(Exception, match="no such place"):
        store.add([ACME_LATER, broken])
    assert written(store) == before


def test_a_term_of_the_schema_is_needed_to_record_a_run() -> None:
    with pytest.raises(KeyError, match="no term of the ontology"):
        Store().record("one", {"prov:startedAtTme": typed("2026", "gYear")})
    assert term("prov:used").value == "http://www.w3.org/ns/prov#used"


def test_the_text_is_kept_with_its_headings_and_goes_with_its_version() -> None:
    made = reading(
        "Privacy\n\nAcme shares your data with Initech.",
        controllers=[Controller(Company("Acme"))],
        headings=((0, 7),),
    )
    store = Store()
    (node,) = store.add([made])
    kept = store.version(node)
    assert source(store, kept) == Source(made.text, "text/plain", ((0, 7),))
    store.add([reading("Acme shares nothing.", controllers=[Controller(Company("Acme"))])])
    assert source(store, kept) == Source()


def test_what_was_loaded_for_a_transaction_that_never_came_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change, "_MANY", 1)
    with Store(tmp_path / "store") as store:
        store.add([ACME])

    def ends(*_: object) -> None:
        raise OSError(5, "the power is off")

    with Store(tmp_path / "store") as store:
        before = written(store)
        with monkeypatch.context() as patch:
            patch.setattr(change.Change, "_load_ahead", _and_then(change.Change._load_ahead, ends))
            with pytest.raises(StoreError, match="the power is off"):
                store.add([BLUTH])
        assert written(store) != before
        assert [version.files for version in store.versions()] == [("acme.txt",)]
    with Store(tmp_path / "store") as store:
        assert written(store) == before
        assert not [graph for graph in store.graphs() if "bluth" in graph.value]
        store.add([BLUTH])
        store.rebuild_derived()
        assert written(store) == written(filled(ACME, BLUTH))


def _and_then(first: Callable[..., object], then: Callable[..., None]) -> Callable[..., None]:
    """Return what calls both, one after the other."""

    def both(*arguments: object) -> None:
        first(*arguments)
        then()

    return both
