"""The network says what the sample of policies says, and comes back the same from every format."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest

from graph import Store
from graph.exports import ENDINGS, UnknownFormat, flat, gexf, graphml, node_link, tables
from graph.measures import concentration
from graph.network import (
    LISTS,
    PROVIDED,
    SHARES,
    USES,
    controllers,
    network,
    recipients,
    texts,
    write,
)

SAMPLE = Path("tests/golden/sample.trig")
BASE = "https://w3id.org/policygraph/id/"
GOOGLE = BASE + "company/google"
ANALYTICS = BASE + "service/google-analytics"
ALDER = BASE + "company/alder-books-ltd"
BRIGHTWATER = BASE + "company/brightwater-travel-gmbh"
MAILCHIMP = BASE + "company/mailchimp"
POLICE = "https://w3id.org/dpv#LawEnforcementOrganisation"


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store() as made:
        made._store.load(path=str(SAMPLE), format=ox.RdfFormat.TRIG)
        yield made


@pytest.fixture(scope="module")
def net(store: Store) -> "nx.DiGraph[str]":
    return network(store)


def test_recipients_come_with_their_reach(net: "nx.DiGraph[str]") -> None:
    found = [(net.nodes[node]["label"], net.nodes[node]["reach"]) for node in recipients(net)]
    assert found[:3] == [("Google", 4), ("Amazon Web Services", 2), ("Meta", 2)]
    assert ("advertising partner", 1) in found
    assert "Google Analytics" not in {label for label, _ in found}
    assert len(controllers(net)) == 5


def test_a_node_is_described(net: "nx.DiGraph[str]") -> None:
    assert net.nodes[GOOGLE] == {
        "kind": "company",
        "label": "Google",
        "country": "United States",
        "activity": ["advertising partner", "analytics provider"],
        "known": True,
        "policy": False,
        "names": 0,
        "reach": 4,
        "share": 0.8,
        "far_reach": 4,
        "parts": 1,
        "cut_point": False,
        "community": 3,
        "most_similar": "",
        "similarity": 0.0,
        "exposed_to": [],
    }
    assert net.nodes[POLICE]["kind"] == "category"
    assert not net.nodes[BASE + "company/marlpit-diagnostics"]["known"]
    assert net.nodes[ALDER]["policy"]
    assert net.nodes[ALDER]["names"] == 4


def test_an_edge_says_what_goes_to_whom(net: "nx.DiGraph[str]") -> None:
    edge = net[ALDER][GOOGLE]
    assert edge["relation"] == SHARES
    assert edge["data"] == ["IP address", "pages viewed"]
    assert edge["purposes"] == ["analytics of use"]
    assert edge["bases"] == ["legitimate interests (Art. 6(1)(f))"]
    assert edge["services"] == ["Google Analytics"]
    assert edge["policies"] == ["alder-books-ltd.txt, 2026-03-01"]
    assert net[ALDER][BASE + "company/stripe"]["roles"] == ["processor"]
    assert net[BRIGHTWATER][MAILCHIMP]["safeguards"] == ["standard contractual clauses (Art. 46(2)(c))"]
    assert net[ALDER][POLICE]["possible"]
    assert not edge["possible"]


def test_services_lead_to_their_provider_only(net: "nx.DiGraph[str]") -> None:
    assert net[ALDER][ANALYTICS]["relation"] == USES
    assert net[ANALYTICS][GOOGLE]["relation"] == PROVIDED
    assert net[BRIGHTWATER][GOOGLE]["services"] == ["Google Ads"]
    quotes = [one["quote"] for one in net[BRIGHTWATER][GOOGLE]["statements"][0]["quotes"]]
    assert "Meta Pixel" not in quotes[:1]
    assert {"Google Ads", "cookie identifier", "personalised advertising"} <= set(quotes)


def test_older_texts_and_denials_make_no_edge(net: "nx.DiGraph[str]") -> None:
    assert not net.has_edge(ALDER, MAILCHIMP)
    assert not net.has_edge(
        BASE + "company/dunlin-health-ltd", "https://w3id.org/policygraph/concept#AdvertisingPartner"
    )


def test_every_statement_can_be_read_where_it_stands(net: "nx.DiGraph[str]") -> None:
    for *_, edge in net.edges(data=True):
        for statement in edge["statements"]:
            assert statement["quotes"]
            assert all(one["start"] < one["end"] and one["quote"] for one in statement["quotes"])


def test_an_empty_store_is_an_empty_network(tmp_path: Path) -> None:
    with Store() as empty:
        net = network(empty)
    assert len(net) == 0
    assert concentration(net) == ()
    for ending in ENDINGS:
        assert all(path.exists() for path in write(net, tmp_path / f"empty{ending}"))


# --- formats -----------------------------------------------------------------------------------------------


def as_rows(net: "nx.DiGraph[str]") -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    return {node: dict(said) for node, said in net.nodes(data=True)}, {
        (source, target): said for source, target, said in net.edges(data=True)
    }


def test_graphml_comes_back_the_same(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    (path,) = write(net, tmp_path / "net.graphml")
    back: nx.DiGraph[str] = nx.DiGraph(nx.read_graphml(path))
    assert as_rows(back) == as_rows(flat(net))
    assert back.graph["title"] == net.graph["title"]


def test_gexf_comes_back_the_same(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    (path,) = write(net, tmp_path / "net.gexf")
    nodes, edges = as_rows(nx.DiGraph(nx.read_gexf(path)))
    for said in edges.values():
        del said["id"]  # networkx numbers the edges when it writes
    assert (nodes, edges) == as_rows(flat(net))


def test_json_comes_back_the_same_with_its_evidence(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    (path,) = write(net, tmp_path / "net.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert [one["activity"] for one in data.pop("concentration")] == [
        one.activity for one in concentration(net)
    ]
    assert [one["country"] for one in data.pop("exposure")][:1] == ["United States"]
    assert {one["company"] for one in data.pop("similarity")} <= set(controllers(net))
    assert as_rows(nx.DiGraph(nx.node_link_graph(data, edges="edges"))) == as_rows(net)


def test_csv_has_a_row_for_each_node_and_edge(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    nodes, edges = write(net, tmp_path / "net.csv")
    assert (nodes.name, edges.name) == ("net-nodes.csv", "net-edges.csv")
    with edges.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == net.number_of_edges()
    assert {*LISTS} <= set(rows[0])
    row = next(row for row in rows if (row["source"], row["target"]) == (ALDER, GOOGLE))
    assert row["data"] == "IP address; pages viewed"
    assert "“IP address” (alder-books-ltd.txt, 2026-03-01, " in row["quotes"]
    with nodes.open(encoding="utf-8", newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == set(net)


def test_measures_stand_with_the_nodes_in_every_format(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    nodes, _ = write(net, tmp_path / "net.csv")
    with nodes.open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == ALDER)
    assert (row["names"], row["cut_point"], row["exposed_to"]) == ("4", "True", "United States")
    back = nx.read_graphml(write(net, tmp_path / "net.graphml")[0])
    assert back.nodes[ALDER]["similarity"] == net.nodes[ALDER]["similarity"]
    assert {said["community"] for _, said in back.nodes(data=True)} == {
        said["community"] for _, said in net.nodes(data=True)
    }


def test_texts_are_those_of_the_policies_that_hold(net: "nx.DiGraph[str]", store: Store) -> None:
    found = texts(store)
    statements = [one for *_, edge in net.edges(data=True) for one in edge["statements"]]
    for one in statements:
        if one["version"] in found:
            for quote in one["quotes"]:
                assert found[one["version"]][quote["start"] : quote["end"]] == quote["quote"]


def test_no_cell_is_taken_for_a_formula(net: "nx.DiGraph[str]") -> None:
    copy = net.copy()
    copy.nodes[GOOGLE]["label"] = '=HYPERLINK("http://example.org")'
    assert "'=HYPERLINK" in tables(copy)["nodes"]


def test_another_ending_is_an_error_that_names_those_there_are(
    net: "nx.DiGraph[str]", tmp_path: Path
) -> None:
    with pytest.raises(UnknownFormat, match=r"net\.xlsx: .*\.html, .*\.csv"):
        write(net, tmp_path / "net.xlsx")


def test_same_store_same_bytes(net: "nx.DiGraph[str]", store: Store) -> None:
    again = network(store)
    for form in (graphml, gexf, node_link):
        assert form(again) == form(net)
    assert "lastmodified" not in gexf(net)


def test_networkx_is_imported_late() -> None:
    code = "import sys, graph.network, graph.exports; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
