"""Draws a network as SVG in three columns: the companies in the middle, shared recipients to the right.

To the left stand the recipients that one company alone names, beside that company, so that no label lies on
another and lines cross as little as they can. All positions follow from the network alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from graph.network import SHARES, controllers, label_key, named_by, recipients

if TYPE_CHECKING:
    from networkx import DiGraph

FOLDER = Path(__file__).parent
COMPANIES = 40  # more than this, and a picture is no longer read
SHARED = 40
OWN = 60

_WIDTH = 832
# Where lines end: marks, both sides of a company, marks. Narrow windows leave out what lies left of the companies:
# network.css knows these numbers, too.
_LEFT, _BOX, _RIGHT = 242, (318, 530), 616
_TOP, _ROW, _LETTER = 58, 25, 6.7
_LONGEST = 30
_LINE, _LEADING = 22, 15  # letters of a line of a label to the right, and how far two lines stand apart
_DENSE = 120  # more lines than this are drawn lighter
_COLOUR = re.compile(r"--(\w[\w-]*):\s*(#\w+)")
_NAMED = re.compile(r"var\(--(?P<name>[\w-]+)\)")
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no place for, such as a form feed."""

_LOOKS = ("has-policy", "known", "unknown", "category")


@dataclass(frozen=True, slots=True)
class _Spot:
    node: str
    x: float
    y: float
    column: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a picture shows: lines and nodes as SVG, its size, and how many nodes there was no room for.

    `folds` tells whether enough is left without the recipients that one company names, for narrow windows.
    """

    body: str
    width: int
    height: int
    left_out: int
    folds: bool


def draw(net: "DiGraph[str]") -> Drawing:
    """Return the drawing of the companies and recipients that fit, those with the most links first."""
    companies, shared, own = _chosen(net)
    spots = _spots(net, companies, shared, own)
    rows = max((spot.y for spot in spots.values()), default=_TOP)
    shown = len(companies) + len(shared) + len(own)
    wanted = len(controllers(net)) + len([one for one in recipients(net) if not net.nodes[one]["policy"]])
    lines = list(_lines(net, spots))
    thick = "lines dense" if len(lines) > _DENSE else "lines"
    parts = [*_headings(companies, shared, own), f'<g class="{thick}">', *lines, "</g>", *_nodes(net, spots)]
    return Drawing(
        "\n".join(parts), _WIDTH, int(rows + 2 * _ROW), max(0, wanted - shown), bool(own and shared)
    )


def picture(net: "DiGraph[str]") -> str:
    """Return the drawing as an SVG file of its own, with its styles and a legend."""
    drawing = draw(net)
    height = drawing.height + (64 if drawing.left_out else 40)
    style = (FOLDER / "picture.css").read_text(encoding="utf-8")
    title = _text(net.graph["title"])
    note = f"{drawing.left_out} more with fewer links are left out" if drawing.left_out else ""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {height}" role="img">
<title>{title}</title>
<style>
{style}svg {{ background: var(--paper); }}
</style>
{drawing.body}
{_legend(drawing.height + 14, note)}
</svg>
"""


def plain(svg: str) -> str:
    """Return a picture whose light colours stand where its styles only name them, for what knows no variables."""
    colours = dict(reversed(_COLOUR.findall(svg)))  # the first of a name is that on light paper
    return _NAMED.sub(lambda found: colours.get(found["name"], "black"), svg)


def _chosen(net: "DiGraph[str]") -> tuple[list[str], list[str], list[str]]:
    """Return the companies, the recipients that several name and those that one names, as far as they fit."""
    ranked = sorted(controllers(net), key=lambda node: (-net.nodes[node]["names"], label_key(net, node)))
    companies = sorted(ranked[:COMPANIES], key=lambda node: label_key(net, node))
    drawn = set(companies)
    others = [node for node in recipients(net) if node not in drawn]
    shared = [node for node in others if net.nodes[node]["reach"] > 1][:SHARED]
    lone = {node for node in others if net.nodes[node]["reach"] == 1}
    by_company = {
        company: sorted(
            (one for one in net.successors(company) if one in lone),
            key=lambda node: (_LOOKS.index(_look(net.nodes[node])), label_key(net, node)),
        )
        for company in companies
    }
    found = [node for group in by_company.values() for node in group]
    if len(found) > OWN:
        fair = max(1, OWN // len(companies))
        found = [node for group in by_company.values() for node in group[:fair]]
    return companies, shared, found


def _spots(net: "DiGraph[str]", companies: list[str], shared: list[str], own: list[str]) -> dict[str, _Spot]:
    """Return the place of each node: all columns equally high, companies level with their own recipients."""
    groups = [[node for node in own if company in set(named_by(net, node))] for company in companies]
    sizes = [len(group) + 0.6 if group else 0.0 for group in groups]
    rows = max(sum(sizes), len(companies) * 1.5, len(shared) * 1.35)
    centres = _settled(_even(len(companies), rows), sizes, rows)
    beside = _settled(centres, [1.5] * len(companies), rows)
    places = {company: ("company", beside[number]) for number, company in enumerate(companies)}
    for centre, group in zip(centres, groups, strict=True):
        top = centre - (len(group) - 1) / 2
        places |= {node: ("own", top + number) for number, node in enumerate(group)}
    places |= {node: ("shared", row) for node, row in zip(shared, _even(len(shared), rows), strict=True)}
    across = {"own": _LEFT, "company": (_BOX[0] + _BOX[1]) / 2, "shared": _RIGHT}
    return {
        node: _Spot(node, across[column], _TOP + (row - 0.5) * _ROW, column)
        for node, (column, row) in places.items()
    }


def _even(count: int, rows: float) -> list[float]:
    """Return the middles of `count` equal parts of `rows`."""
    return [rows * (number + 0.5) / count for number in range(count)]


def _settled(wanted: list[float], sizes: list[float], rows: float) -> list[float]:
    """Return middles as near to those `wanted` as a pass down and a pass up bring things of these sizes."""
    places = list(wanted)
    low = 0.0
    for number, size in enumerate(sizes):
        places[number] = max(places[number], low + size / 2)
        low = places[number] + size / 2
    high = rows
    for number in range(len(sizes) - 1, -1, -1):
        places[number] = min(places[number], high - sizes[number] / 2)
        high = places[number] - sizes[number] / 2
    return places


def _headings(companies: list[str], shared: list[str], own: list[str]) -> Iterator[str]:
    for column, x, anchor, text, found in (
        ("own", _LEFT, "end", "named by one company", own),
        ("company", (_BOX[0] + _BOX[1]) / 2, "middle", "companies", companies),
        ("shared", _RIGHT, "start", "named by several companies", shared),
    ):
        if found:
            yield f'<text class="heading {column}" x="{x:.0f}" y="24" text-anchor="{anchor}">{text}</text>'


def _lines(net: "DiGraph[str]", spots: dict[str, _Spot]) -> Iterator[str]:
    """Yield the lines between companies and recipients, those to shared recipients last."""
    drawn = [
        (source, target)
        for source, target, said in net.edges(data=True)
        if said["relation"] == SHARES and source in spots and target in spots
    ]
    for source, target in sorted(drawn, key=lambda edge: (spots[edge[1]].column, edge)):
        said = net[source][target]
        classes = f"edge {spots[target].column}" + (" possible" if said["possible"] else "")
        weight = 1 + min(3.0, 0.35 * len(said["data"]))
        names = f"{net.nodes[source]['label']} → {net.nodes[target]['label']}"
        path = _curve(spots[source], spots[target])
        yield (
            f'<g class="{classes}" data-source="{_text(source)}" data-target="{_text(target)}">'
            f'<title>{_text(names)}</title><path class="touch" d="{path}"/>'
            f'<path d="{path}" stroke-width="{weight:.2f}"/></g>'
        )


def _curve(source: _Spot, target: _Spot) -> str:
    """Return the path from the side of a company that faces `target` to its mark."""
    if target.column == "company":  # one company names another: an arc beside the column
        x = _BOX[1]
        return f"M{x} {source.y:.1f}C{x + 70} {source.y:.1f} {x + 70} {target.y:.1f} {x} {target.y:.1f}"
    start = _BOX[1] if target.column == "shared" else _BOX[0]
    end = target.x - 12 if target.column == "shared" else target.x + 12
    bend = (start + end) / 2
    y, z = f"{source.y:.1f}", f"{target.y:.1f}"
    return f"M{start} {y}C{bend:.1f} {y} {bend:.1f} {z} {end:.1f} {z}"


def _nodes(net: "DiGraph[str]", spots: dict[str, _Spot]) -> Iterator[str]:
    for node, spot in spots.items():
        said = net.nodes[node]
        label = said["label"]
        reach = said["reach"]
        about = (
            f"{label}, names {said['names']} recipients"
            if spot.column == "company"
            else f"{label}, {_named(reach)}"
        )
        yield (
            f'<g class="node {spot.column} {_look(said)}" data-node="{_text(node)}" tabindex="0" '
            f'role="button" aria-label="{_text(about)}"><title>{_text(about)}</title>'
            f"{_mark(spot, said, reach)}{_label(spot, label, reach)}</g>"
        )


def _named(reach: int) -> str:
    return "named by one company" if reach == 1 else f"named by {reach} companies"


def _look(said: dict[str, object]) -> str:
    """Return the class that tells what a node is: its shape says it too."""
    if said["policy"]:
        return "has-policy"
    if said["kind"] == "category":
        return "category"
    return "known" if said["known"] else "unknown"


def _mark(spot: _Spot, said: dict[str, object], reach: int) -> str:
    """Return a box for a company, a disc or ring for a recipient, a diamond for a kind of recipient."""
    y = spot.y
    if spot.column == "company":
        return f'<rect x="{_BOX[0]}" y="{y - 14:.1f}" width="{_BOX[1] - _BOX[0]}" height="28" rx="14"/>'
    size = min(10.0, 4 + 1.2 * reach)
    if _look(said) == "category":
        s = size + 1
        return f'<path d="M{spot.x} {y - s:.1f}l{s:.1f} {s:.1f}l-{s:.1f} {s:.1f}l-{s:.1f} -{s:.1f}z"/>'
    return f'<circle cx="{spot.x}" cy="{y:.1f}" r="{size:.1f}"/>'


def _label(spot: _Spot, label: str, reach: int) -> str:
    y = f"{spot.y + 4.5:.1f}"
    if spot.column == "company":
        return f'<text x="{spot.x:.0f}" y="{y}" text-anchor="middle">{_text(_short(label, 26))}</text>'
    if spot.column == "own":
        return f'<text x="{spot.x - 18:.0f}" y="{y}" text-anchor="end">{_text(_short(label))}</text>'
    count = f'<tspan class="reach" dx="7">{reach}</tspan>'
    x, lines = f"{spot.x + 20:.0f}", wrap(label, _LINE, max_lines=2, placeholder="…")
    top = f"{spot.y + 4.5 - _LEADING * (len(lines) - 1) / 2:.1f}"
    down = f'</tspan><tspan x="{x}" dy="{_LEADING}">'
    return f'<text x="{x}" y="{top}"><tspan>{down.join(map(_text, lines))}</tspan>{count}</text>'


def _text(text: str) -> str:
    """Return text as it stands in XML."""
    return escape(NO_XML.sub("\ufffd", text))


def _short(label: str, longest: int = _LONGEST) -> str:
    words = " ".join(label.split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _legend(y: int, note: str) -> str:
    """Return what the marks mean, as a line at the foot of a picture."""
    entries: Iterable[tuple[str, str]] = (
        ('<g class="node known"><circle cx="0" cy="0" r="6"/></g>', "company"),
        ('<g class="node unknown"><circle cx="0" cy="0" r="6"/></g>', "company not known beforehand"),
        ('<g class="node category"><path d="M0 -7l7 7l-7 7l-7 -7z"/></g>', "kind of recipient"),
        ('<g class="edge shared possible"><path d="M-12 0h24" stroke-width="2"/></g>', "may share"),
    )
    parts, x = [], 40.0
    for mark, text in entries:
        parts.append(
            f'<g transform="translate({x:.0f} {y})">{mark}<text class="note" x="18" y="4">{text}</text></g>'
        )
        x += 18 + len(text) * _LETTER + 44
    parts.append(f'<text class="note" x="28" y="{y + 28}">{_text(note)}</text>')
    return "\n".join(parts)
