"""The page of a network needs nothing but itself, and takes nothing that a policy says for markup."""

import base64
import hashlib
import itertools
import json
import re
import sys
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
from lxml import etree

from graph import Store
from graph.exports import NothingDraws
from graph.measures import EXPLAINED
from graph.network import SHARES, controllers, network, recipients, write
from graph.page import page, picture, plain
from graph.page.measured import TITLES
from graph.page.picture import COMPANIES, OWN, SHARED, draw

SAMPLE = Path("tests/golden/sample.trig")
HOSTILE = (
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "<!--",
    "a & b $title ${x}",
)
SVG = "{http://www.w3.org/2000/svg}"


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes, and the text of its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[tuple[str, str]] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))
        self._within = tag

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._within = "" if tag == self._within else self._within

    def handle_data(self, data: str) -> None:
        """Keep the text of a script or style."""
        if self._within in ("script", "style"):
            self.inline.append((self._within, data))


def parsed(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


@pytest.fixture(scope="module")
def net() -> Iterator["nx.DiGraph[str]"]:
    with Store() as store:
        store._store.load(path=str(SAMPLE), format=ox.RdfFormat.TRIG)
        yield network(store)


@pytest.fixture(scope="module")
def hostile(net: "nx.DiGraph[str]") -> "nx.DiGraph[str]":
    """Return a network in which all that a policy can say is an attack."""
    bad = json.loads(json.dumps(nx.node_link_data(net, edges="edges")))
    for number, node in enumerate(bad["nodes"]):
        node["label"] = HOSTILE[number % len(HOSTILE)] + str(number)
        node["activity"] = [HOSTILE[1]]
    for edge in bad["edges"]:
        for name in ("data", "purposes", "bases", "roles", "services"):
            edge[name] = list(HOSTILE)
        for statement in edge["statements"]:
            statement["policy"] = HOSTILE[1]
            statement["quotes"] = [{**quote, "quote": HOSTILE[0]} for quote in statement["quotes"]]
    return nx.DiGraph(nx.node_link_graph(bad, edges="edges"))


def test_nothing_is_loaded_from_elsewhere(net: "nx.DiGraph[str]") -> None:
    html = page(net)
    for tag, said in parsed(html).tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "image", "use")
        assert not {"src", "href", "srcset", "action", "xlink:href", "style"} & set(said), (tag, said)
        assert not [name for name in said if name.startswith("on")]
    assert "@import" not in html
    assert "url(" not in html


def test_the_policy_of_the_page_allows_its_own_style_and_script_only(net: "nx.DiGraph[str]") -> None:
    tags = parsed(page(net))
    (policy,) = [
        said["content"] for tag, said in tags.tags if said.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    blocks = [(kind, text) for kind, text in tags.inline if not text.startswith("{")]
    assert [kind for kind, _ in blocks] == ["style", "script"]
    for kind, text in blocks:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_what_a_policy_says_is_never_markup(net: "nx.DiGraph[str]", hostile: "nx.DiGraph[str]") -> None:
    good, bad = parsed(page(net)), parsed(page(hostile))
    assert {tag for tag, _ in bad.tags} <= {tag for tag, _ in good.tags} | {"option"}
    assert sum(tag == "script" for tag, _ in bad.tags) == 2
    assert not [said for _, said in bad.tags if {"onerror", "src"} & set(said)]
    assert not re.search(r"<(img|script>alert)", page(hostile))


def test_texts_and_an_explorer_are_ways_to_the_words(net: "nx.DiGraph[str]") -> None:
    html = page(net, texts={"https://example.org/policy/a/": HOSTILE[1]}, policies="../policy/")
    (text,) = [text for kind, text in parsed(html).inline if kind == "script" and text.startswith("{")]
    assert not set("<>&") & set(text)
    data = json.loads(text)
    assert data["texts"] == {"https://example.org/policy/a/": HOSTILE[1]}
    assert data["policies"] == "../policy/"


def test_every_measure_that_is_shown_is_explained(net: "nx.DiGraph[str]") -> None:
    html = page(net)
    assert set(TITLES) == set(EXPLAINED) == set(json.loads(parsed(html).inline[-2][1])["explained"])
    for name, sentence in EXPLAINED.items():
        assert escape(sentence) in html, name


def test_the_countries_to_choose_from_are_those_stated_and_those_known(net: "nx.DiGraph[str]") -> None:
    (found,) = re.findall(r'<select name="country">(.*?)</select>', page(net), re.DOTALL)
    assert 'value="United States"' in found


def test_a_picture_in_pixels_has_no_variables(net: "nx.DiGraph[str]", tmp_path: Path) -> None:
    assert "var(" in picture(net)
    assert "var(" not in plain(picture(net))
    assert "fill: #1d2730" in plain(picture(net))  # dark ink on light paper
    (path,) = write(net, tmp_path / "net.png")
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert int.from_bytes(head[16:20]) == 2 * draw(net).width


def test_without_what_draws_pixels_there_is_advice(
    net: "nx.DiGraph[str]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(NothingDraws, match=r"net\.png: .*policygraph\[png\]"):
        write(net, tmp_path / "net.png")


def test_the_data_of_the_page_is_the_network(hostile: "nx.DiGraph[str]") -> None:
    (text,) = [
        text for kind, text in parsed(page(hostile)).inline if kind == "script" and text.startswith("{")
    ]
    assert not set("<>&") & set(text)
    data: dict[str, Any] = json.loads(text)
    assert data["nodes"] == {node: dict(said) for node, said in hostile.nodes(data=True)}
    assert len(data["edges"]) == sum(said["relation"] == SHARES for *_, said in hostile.edges(data=True))


def test_the_script_makes_no_markup() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in sorted(Path("graph/page").glob("*.js"))]
    assert len(scripts) == 4
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
    ):
        assert not [script for script in scripts if way in script]
    assert all(len(script.splitlines()) < 320 for script in scripts)


def test_the_table_has_all_recipients_in_their_order(net: "nx.DiGraph[str]") -> None:
    rows = [said["data-node"] for tag, said in parsed(page(net)).tags if tag == "tr" and "data-look" in said]
    assert rows == recipients(net)


def test_everything_that_can_be_chosen_can_be_reached_by_key(net: "nx.DiGraph[str]") -> None:
    nodes = [said for tag, said in parsed(page(net)).tags if tag == "g" and "data-node" in said]
    assert len(nodes) == len(recipients(net)) + len(controllers(net))
    assert all(said["tabindex"] == "0" and said["role"] == "button" and said["aria-label"] for said in nodes)


def test_labels_do_not_lie_on_each_other(net: "nx.DiGraph[str]") -> None:
    columns: dict[str, list[float]] = {}
    for group in etree.fromstring(picture(net).encode()).iter(f"{SVG}g"):
        text = group.find(f"{SVG}text")
        if "data-node" in group.attrib and text is not None:
            columns.setdefault(str(text.get("text-anchor")), []).append(float(str(text.get("y"))))
    assert set(columns) == {"end", "middle", "None"}
    for heights in columns.values():
        ordered = sorted(heights)
        assert all(below - above >= 24 for above, below in itertools.pairwise(ordered))


def test_the_picture_is_xml_with_a_title_and_survives_attacks(hostile: "nx.DiGraph[str]") -> None:
    root = etree.fromstring(picture(hostile).encode())
    assert root.findtext(f"{SVG}title") == "Who shares data with whom"
    assert not list(root.iter(f"{SVG}script"))
    assert not [one for one in root.iter() if any(re.match(r"on|.*href", str(name)) for name in one.attrib)]


def test_a_large_network_is_cut_and_says_so() -> None:
    net: nx.DiGraph[str] = nx.DiGraph(title="Many")
    plain: dict[str, Any] = {"kind": "company", "known": True, "country": "", "activity": [], "names": 4}
    edge: dict[str, Any] = {"relation": SHARES, "data": [], "possible": False}
    for number in range(90):
        net.add_node(f"c{number}", label=f"Company {number}", policy=True, reach=0, **plain)
        for other, reach in ((f"own{number}", 1), (f"shared{number // 2}", 2), ("all", 90)):
            net.add_node(other, label=other, policy=False, reach=reach, **plain)
            net.add_edge(f"c{number}", other, **edge)
    drawing = draw(net)
    shown = drawing.body.count("data-node")
    assert shown <= COMPANIES + SHARED + OWN
    assert drawing.left_out == 90 + 90 + 45 + 1 - shown
    assert f"{drawing.left_out} more" in picture(net)
    assert 'data-node="all"' in drawing.body


def test_same_network_same_bytes(net: "nx.DiGraph[str]") -> None:
    assert page(net) == page(net.copy())
    assert picture(net) == picture(net.copy())
