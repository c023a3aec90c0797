"""What other programs read of a network: a second reader, the rules of the formats, and names that try them.

Gephi, Cytoscape and yEd are not here. So GraphML is read with rustworkx, which shares no code with networkx, and
GEXF and GraphML are held against what their schemas ask of the elements and types that are written.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rustworkx
from lxml import etree

from graph import Store
from graph.exports import cytoscape, flat, gexf, graphml, tables
from graph.network import network
from graph.page import picture

SAMPLE = Path("tests/golden/sample.trig")
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
GEXF = "{http://www.gexf.net/1.2draft}"
TRUTH = re.compile("true|false|1|0")
NUMBER = re.compile(r"-?\d+")
TYPES: Mapping[str, Callable[[str], object]] = {
    "boolean": TRUTH.fullmatch,
    "int": NUMBER.fullmatch,
    "integer": NUMBER.fullmatch,
    "long": NUMBER.fullmatch,
    "double": lambda text: float(text) is not None,
    "float": lambda text: float(text) is not None,
    "string": lambda _: True,
}
NAMES = (
    "</node><script>alert(1)</script>",
    "\"&'<>]]>",
    "form\x0cfeed \x00 nul \ufffe",
    "\u202eright to left\u202c שלום",
    "株式会社 🦊 ﷽",
    "line\nbreak\ttab",
)
TRIED = (
    "</node><script>alert(1)</script>",
    "\"&'<>]]>",
    "form\ufffdfeed \ufffd nul \ufffd",
    *NAMES[3:],
)


@pytest.fixture(scope="module")
def net() -> "nx.DiGraph[str]":
    with Store() as made:
        made._store.load(path=str(SAMPLE), format=ox.RdfFormat.TRIG)
        return network(made)


@pytest.fixture(scope="module")
def tried(net: "nx.DiGraph[str]") -> "nx.DiGraph[str]":
    """Return a copy in which names try what formats can bear."""
    copy = net.copy()
    for node, name in zip(list(copy), NAMES, strict=False):
        copy.nodes[node]["label"] = name
    return copy


def test_another_reader_of_graphml_finds_the_same(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    (tmp_path / "net.graphml").write_text(graphml(net), encoding="utf-8")
    (found,) = rustworkx.read_graphml(str(tmp_path / "net.graphml"))
    plain = flat(net)

    def same(read: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
        return {key: "" if value is None else value for key, value in read.items()} == written

    ids = [node["id"] for node in found.nodes()]
    assert set(ids) == set(plain)
    assert all(same(node, {"id": node["id"], **plain.nodes[node["id"]]}) for node in found.nodes())
    edges = {(ids[source], ids[target]): said for source, target, said in found.weighted_edge_list()}
    assert edges.keys() == set(plain.edges)
    assert all(same(said, plain.edges[edge]) for edge, said in edges.items())


def test_graphml_keeps_the_rules_of_its_schema(net: "nx.DiGraph[str]") -> None:
    root = etree.fromstring(graphml(net).encode())
    assert root.tag == f"{GRAPHML}graphml"
    tags = [child.tag.removeprefix(GRAPHML) for child in root]
    assert tags == ["key"] * (len(tags) - 1) + ["graph"]
    keys = {key.get("id"): key for key in root.iter(f"{GRAPHML}key")}
    assert len(keys) == len(tags) - 1
    (graph,) = root.iter(f"{GRAPHML}graph")
    assert graph.get("edgedefault") == "directed"
    nodes = [node.get("id") for node in graph.iter(f"{GRAPHML}node")]
    assert len(set(nodes)) == len(nodes) == len(net)
    for edge in graph.iter(f"{GRAPHML}edge"):
        assert {edge.get("source"), edge.get("target")} <= set(nodes)
    for data in graph.iter(f"{GRAPHML}data"):
        key, parent = keys[data.get("key")], data.getparent()
        assert parent is not None
        assert parent.tag == GRAPHML + str(key.get("for"))
        assert TYPES[str(key.get("attr.type"))](data.text or ""), (key.attrib, data.text)


def test_gexf_keeps_the_rules_of_its_schema(net: "nx.DiGraph[str]") -> None:
    root = etree.fromstring(gexf(net).encode())
    assert (root.tag, root.get("version")) == (f"{GEXF}gexf", "1.2")
    (graph,) = root.findall(f"{GEXF}graph")
    assert set(graph.attrib) <= {"defaultedgetype", "mode", "idtype", "count"}
    assert graph.get("defaultedgetype") == "directed"
    types = {
        (kind.get("class"), one.get("id")): str(one.get("type"))
        for kind in graph.iter(f"{GEXF}attributes")
        for one in kind
    }
    for kind in ("node", "edge"):
        found = list(graph.iter(GEXF + kind))
        assert len({one.get("id") for one in found}) == len(found) > 0
        for one in found:
            for value in one.iter(f"{GEXF}attvalue"):
                assert TYPES[types[kind, value.get("for")]](str(value.get("value")))
    nodes = {one.get("id") for one in graph.iter(f"{GEXF}node")}
    assert all({one.get("source"), one.get("target")} <= nodes for one in graph.iter(f"{GEXF}edge"))


def test_cytoscape_json_comes_back_the_same(net: "nx.DiGraph[str]") -> None:
    data = json.loads(cytoscape(net))
    assert {one["data"]["name"] for one in data["elements"]["nodes"]} == {
        said["label"] for _, said in net.nodes(data=True)
    }
    assert isinstance(data["data"], dict)
    back: nx.DiGraph[str] = nx.DiGraph(nx.cytoscape_graph(data))
    plain = flat(net)
    assert set(back) == set(plain)
    for node, said in back.nodes(data=True):
        assert {key: said[key] for key in plain.nodes[node]} == plain.nodes[node]
    assert set(back.edges) == set(plain.edges)
    for source, target, said in back.edges(data=True):
        written = plain.edges[source, target]
        assert {key: said[key] for key in written} == written


@pytest.mark.parametrize("form", [graphml, gexf, cytoscape])
def test_names_that_try_a_format_come_back(
    form: Callable[["nx.DiGraph[str]"], str], tried: "nx.DiGraph[str]", tmp_path: Path
) -> None:
    path = tmp_path / "tried"
    path.write_bytes(form(tried).encode("utf-8"))
    if form is graphml:
        back: nx.DiGraph[str] = nx.DiGraph(nx.read_graphml(path))
    elif form is gexf:
        back = nx.DiGraph(nx.read_gexf(path))
    else:
        back = nx.DiGraph(nx.cytoscape_graph(json.loads(path.read_text(encoding="utf-8"))))
    labels = {" ".join(said["label"].split()) for _, said in back.nodes(data=True)}
    assert {" ".join(name.split()) for name in TRIED} <= labels


def test_names_that_try_a_format_leave_a_picture_and_tables_whole(tried: "nx.DiGraph[str]") -> None:
    assert etree.fromstring(picture(tried).encode()).tag.endswith("svg")
    assert all("\x00" not in text for text in tables(tried).values())
