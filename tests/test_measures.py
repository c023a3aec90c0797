"""The measures of a network say what they are said to mean, and what networkx says of the same small network."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graph.exports import NODE
from graph.measures import (
    COLUMNS,
    EXPLAINED,
    communities,
    concentration,
    exposure,
    far_reach,
    links,
    measure,
    parts,
    similarities,
    table,
)
from graph.network import PROVIDED, SHARES, USES, controllers, recipients

NODES: dict[str, dict[str, Any]] = {
    # companies with a policy
    "ash": {"policy": True, "country": "Germany"},
    "beech": {"policy": True},
    "cedar": {"policy": True, "country": "France", "activity": ["mail"]},
    "elm": {"policy": True},
    "fir": {"policy": True},
    # recipients
    "post": {"country": "United States; Ireland", "activity": ["mail"]},
    "bank": {"country": "United States", "activity": ["payment"]},
    "till": {"activity": ["payment"]},
    "lone": {},
    "partner": {"kind": "category"},
    "letters": {"kind": "service"},
}
EDGES: dict[tuple[str, str], dict[str, Any]] = {
    ("ash", "post"): {},
    ("ash", "cedar"): {},
    ("beech", "post"): {"countries": ["India"]},
    ("beech", "cedar"): {},
    ("cedar", "bank"): {},
    ("cedar", "partner"): {},
    ("elm", "till"): {},
    ("elm", "lone"): {},
    ("ash", "letters"): {"relation": USES},
    ("letters", "post"): {"relation": PROVIDED},
}


@pytest.fixture(scope="module")
def net() -> "nx.DiGraph[str]":
    """Return the network above: ash and beech send to post and cedar, cedar to bank and partners; elm is apart."""
    made: nx.DiGraph[str] = nx.DiGraph(title="small")
    plain: dict[str, Any] = {"kind": "company", "policy": False, "country": "", "activity": [], "known": True}
    for node, said in NODES.items():
        made.add_node(node, label=node.capitalize(), **{**plain, **said})
    for (source, target), edge in EDGES.items():
        made.add_edge(source, target, **{"relation": SHARES, "countries": [], **edge})
    measure(made)
    return made


def test_reach_goes_over_the_policies_of_recipients(net: "nx.DiGraph[str]") -> None:
    found = {node: (said["reach"], said["far_reach"]) for node, said in net.nodes(data=True)}
    assert found["cedar"] == (2, 2)
    assert found["bank"] == (1, 3)  # cedar names it, ash and beech name cedar
    assert found["post"] == (2, 2)
    assert found["letters"] == (1, 1)
    assert found["till"] == (1, 1)
    assert found["ash"] == (0, 0)
    assert net.nodes["post"]["share"] == 0.4


def test_reach_agrees_with_paths(net: "nx.DiGraph[str]") -> None:
    found = far_reach(net)
    for node in net:
        leading = [one for one in controllers(net) if one != node and nx.has_path(net, one, node)]
        assert found[node] == len(leading)


def test_a_circle_of_companies_does_not_reach_itself() -> None:
    ring: nx.DiGraph[str] = nx.DiGraph()
    for name in "abc":
        ring.add_node(name, policy=True, label=name)
    ring.add_edges_from([("a", "b"), ("b", "c"), ("c", "a")], relation=SHARES)
    assert far_reach(ring) == {"a": 2, "b": 2, "c": 2}


def test_concentration_is_the_sum_of_squared_shares(net: "nx.DiGraph[str]") -> None:
    found = {one.activity: one for one in concentration(net)}
    assert (found["mail"].recipients, found["mail"].mentions, found["mail"].hhi) == (2, 4, 0.5)
    assert (found["mail"].largest, found["mail"].share) == ("Cedar", 0.5)
    assert (found["payment"].recipients, found["payment"].hhi) == (2, 0.5)
    one = net.copy()
    one.nodes["post"]["reach"], one.nodes["cedar"]["reach"] = 3, 1
    mail = next(found for found in concentration(one) if found.activity == "mail")
    assert (mail.mentions, mail.hhi, mail.largest, mail.share) == (4, 0.625, "Post", 0.75)


def test_cut_points_are_those_of_networkx(net: "nx.DiGraph[str]") -> None:
    whole = links(net)
    assert {node for node, said in net.nodes(data=True) if said["cut_point"]} == {"cedar", "elm"}
    assert {node for node, said in net.nodes(data=True) if said["cut_point"]} == set(
        nx.articulation_points(whole)
    )
    for node, number in parts(net).items():
        rest = whole.copy()
        rest.remove_node(node)
        assert number == nx.number_connected_components(rest) - nx.number_connected_components(whole) + 1
    assert net.nodes["cedar"]["parts"] == 3  # ash, beech and post; bank; partner
    assert net.nodes["fir"]["parts"] == 0


def test_communities_are_those_of_networkx(net: "nx.DiGraph[str]") -> None:
    found: dict[int, set[str]] = {}
    for node, number in communities(net).items():
        found.setdefault(number, set()).add(node)
    assert set(found[1]) == {"ash", "beech", "post"} or len(found[1]) >= len(found[2])
    assert {"elm", "till", "lone"} in found.values()
    whole = links(net)
    best = max(
        nx.community.modularity(whole, nx.community.louvain_communities(whole, seed=seed))
        for seed in range(20)
    )
    assert nx.community.modularity(whole, list(found.values())) == pytest.approx(best)
    assert "letters" not in communities(net)
    assert net.nodes["letters"]["community"] == 0


def test_communities_are_the_same_in_every_run() -> None:
    code = (
        "import networkx as nx; from graph.measures import communities\n"
        "net = nx.DiGraph(); other = nx.gnp_random_graph(60, 0.07, seed=3)\n"
        "net.add_nodes_from((f'n{n}' for n in other), kind='company')\n"
        "net.add_edges_from(((f'n{a}', f'n{b}') for a, b in other.edges), relation='shares with')\n"
        "print(sorted(communities(net).items()))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert b"n59" in runs[0]


def test_similarity_is_that_of_networkx(net: "nx.DiGraph[str]") -> None:
    found = {(one.company, one.other): one for one in similarities(net)}
    assert set(found) == {("ash", "beech")}
    assert (found["ash", "beech"].common, found["ash", "beech"].similarity) == (2, 1.0)
    denser = net.copy()
    denser.add_edge("elm", "post", relation=SHARES, countries=[])
    denser.add_edge("fir", "post", relation=SHARES, countries=[])
    apart: nx.Graph[str] = nx.Graph()  # companies on one side, recipients on the other, cedar on both
    for company in controllers(denser):
        apart.add_node(company)
        named = [one for one, edge in denser[company].items() if edge["relation"] == SHARES]
        apart.add_edges_from((company, f"to {one}") for one in named)
    pairs = list(combinations(controllers(denser), 2))
    told = {(a, b): round(value, 4) for a, b, value in nx.jaccard_coefficient(apart, pairs) if value}
    assert {(one.company, one.other): one.similarity for one in similarities(denser)} == told
    assert len(told) == 6


def test_exposure_counts_what_is_stated_and_what_is_known(net: "nx.DiGraph[str]") -> None:
    assert [(one.country, one.companies, one.share, one.recipients) for one in exposure(net)] == [
        ("United States", 3, 0.6, 2),
        ("France", 2, 0.4, 1),
        ("Ireland", 2, 0.4, 1),
        ("India", 1, 0.2, 1),
    ]
    assert net.nodes["beech"]["exposed_to"] == ["France", "India", "Ireland", "United States"]
    assert net.nodes["elm"]["exposed_to"] == []


def test_tables_have_a_row_for_each_and_their_columns(net: "nx.DiGraph[str]") -> None:
    for name, columns in COLUMNS.items():
        rows = table(net, name)
        assert rows
        assert {len(row) for row in rows} == {len(columns)}
    assert [row[0] for row in table(net, "recipients")] == [
        net.nodes[node]["label"] for node in recipients(net)
    ]
    assert table(net, "similarity") == [("Ash", "Beech", 2, 1.0)]


def test_every_measure_is_explained_and_exported() -> None:
    shown = {column for columns in COLUMNS.values() for column in columns}
    assert set(EXPLAINED) <= shown
    assert set(EXPLAINED) - {"hhi"} <= set(NODE)
    assert all(text.endswith(".") for text in EXPLAINED.values())
