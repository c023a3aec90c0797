"""Writes a network as one HTML page that needs nothing but itself: no server, no fonts, no scripts."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from graph.measures import EXPLAINED
from graph.network import LISTS, SHARES, controllers, named_by, recipients, together
from graph.page.measured import companies, measures, sentences
from graph.page.picture import draw

if TYPE_CHECKING:
    from networkx import DiGraph

FOLDER = Path(__file__).parent
_STYLES = ("picture.css", "network.css")
_SCRIPTS = ("network.js", "focus.js", "map.js", "view.js")
_FILTERS = (("data", "Data"), ("purposes", "Purpose"), ("bases", "Legal basis"), ("roles", "Role"))
_KINDS = (("known", "Known companies"), ("unknown", "Other companies"), ("category", "Kinds of recipient"))
_SHOWN = 2


def page(net: "DiGraph[str]", *, texts: Mapping[str, str] | None = None, policies: str = "") -> str:
    """Return the page of `net`. What a policy says is escaped, and the page may run its own script only.

    `texts` are the texts of policies by the IRI of their version: quotes lead to their place in them. `policies` is
    the address below which an explorer shows policies, for a page that is served by one: quotes lead there.
    """
    style, script = _parts()
    drawing = draw(net)
    note = f"The {drawing.left_out} with the fewest links are in the table only." if drawing.left_out else ""
    return Template(_file("network.html")).substitute(
        title=escape(net.graph["title"]),
        style=style,
        script=script,
        security=security(),
        counts=_counts(net),
        filters="\n".join(_filters(net)),
        width=drawing.width,
        height=drawing.height,
        folds="folds" if drawing.folds else "",
        drawing=drawing.body,
        left_out=note,
        rows="\n".join(_row(net, number, node) for number, node in enumerate(recipients(net), 1)),
        explained=sentences("reach", "share", "far_reach"),
        companies=companies(net),
        measures=measures(net),
        data=_data(net, texts or {}, policies),
    )


def security() -> str:
    """Return what the page may load and run, as a content security policy has it: its own style and script."""
    style, script = _parts()
    return f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"


def _parts() -> tuple[str, str]:
    """Return the style and the script of the page."""
    return "".join(map(_file, _STYLES)), "".join(map(_file, _SCRIPTS))


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash by which a content security policy allows an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _counts(net: "DiGraph[str]") -> str:
    found = recipients(net)
    numbers = (
        (len(controllers(net)), "company", "companies"),
        (len(found), "recipient", "recipients"),
        (sum(1 for node in found if net.nodes[node]["reach"] > 1), "shared by several", "shared by several"),
        (sum(len(said["statements"]) for *_, said in _shares(net)), "statement", "statements"),
    )
    return "".join(
        f"<div><dt>{one if number == 1 else many}</dt><dd>{number:,}</dd></div>"
        for number, one, many in numbers
    )


def _shares(net: "DiGraph[str]") -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    return (
        (source, target, said) for source, target, said in net.edges(data=True) if said["relation"] == SHARES
    )


def _filters(net: "DiGraph[str]") -> Iterator[str]:
    """Yield a choice for each list of an edge that can be filtered by, and one for what a recipient is."""
    for name, title in _FILTERS:
        values = together(said[name] for *_, said in _shares(net))
        yield _select(name, title, ((value, value) for value in values))
    named = {one for node in recipients(net) for one in net.nodes[node]["country"].split("; ") if one}
    stated = {one for *_, said in _shares(net) for one in said["countries"]}
    yield _select("country", "Country", ((one, one) for one in together([named, stated])))
    yield _select("look", "Recipients", _KINDS)


def _select(name: str, title: str, choices: Iterable[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in choices)
    return f'<label>{title}<select name="{name}"><option value="">any</option>{options}</select></label>'


def _row(net: "DiGraph[str]", number: int, node: str) -> str:
    said = net.nodes[node]
    edges = [net[one][node] for one in named_by(net, node)]
    said_of = {name: together(edge[name] for edge in edges) for name in LISTS}
    what = "; ".join(said["activity"][:2]) if said["kind"] == "company" else "kind of recipient"
    if not said["known"] and said["kind"] == "company":
        what = "not known beforehand"
    through = f'<span class="through">through {escape(", ".join(said_of["services"]))}</span>'
    return (
        f'<tr data-node="{escape(node)}" data-look="{_look(net, node)}"><td class="number">{number}</td>'
        f'<th scope="row"><button type="button" class="name {_look(net, node)}">'
        f"{escape(said['label'])}</button>"
        f'<span class="what">{escape(what)}</span>{through if said_of["services"] else ""}</th>'
        f'<td class="number reach" data-sort="{said["reach"]}">{said["reach"]}'
        f'<span class="what">{said["share"]:.0%}</span></td>'
        f'<td class="number" data-sort="{said["far_reach"]}">{said["far_reach"]}</td>'
        f"{_cell(said_of['data'])}{_cell(said_of['purposes'])}{_cell(said_of['bases'])}</tr>"
    )


def _look(net: "DiGraph[str]", node: str) -> str:
    said = net.nodes[node]
    return "category" if said["kind"] == "category" else "known" if said["known"] else "unknown"


def _cell(values: list[str]) -> str:
    """Return a cell with the first few values and the number of the others."""
    if not values:
        return '<td data-sort="0"><span class="silent">not stated</span></td>'
    more = f' <span class="more">+{len(values) - _SHOWN}</span>' if len(values) > _SHOWN else ""
    full = escape("; ".join(values))
    return f'<td data-sort="{len(values)}" title="{full}">{escape("; ".join(values[:_SHOWN]))}{more}</td>'


def _data(net: "DiGraph[str]", texts: Mapping[str, str], policies: str) -> str:
    """Return nodes and edges as JSON in which no tag can begin or end."""
    nodes = {node: dict(said) for node, said in net.nodes(data=True)}
    edges = [{"source": source, "target": target, **said} for source, target, said in _shares(net)]
    data = {"nodes": nodes, "edges": edges, "texts": texts, "policies": policies, "explained": EXPLAINED}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
