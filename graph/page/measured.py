"""Writes what is measured of a network as the tables of its page, each with sentences that say what it means."""

from collections import defaultdict
from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from graph.measures import EXPLAINED, concentration, exposure, similarities
from graph.network import controllers, recipients

if TYPE_CHECKING:
    from networkx import DiGraph

TITLES = {
    "reach": "Named by",
    "share": "Of all",
    "far_reach": "Over policies",
    "hhi": "Index",
    "parts": "Parts without it",
    "community": "Community",
    "similarity": "Similarity",
    "exposed_to": "Countries",
}
_COLUMNS = (
    *("#", "Company", "Names#", "Named by#", "Over policies#"),
    *("Parts without it#", "Community#", "Most similar", "Countries"),
)
_PAIRS, _COMMUNITIES, _NAMES, _CUTS = 40, 20, 6, 40  # of long tables the page has the first only


def sentences(*names: str) -> str:
    """Return what measures mean, to stand beside them, folded."""
    told = "".join(f"<dt>{TITLES[name]}</dt><dd>{escape(EXPLAINED[name])}</dd>" for name in names)
    return f'<details class="explained"><summary>What the measures mean</summary><dl>{told}</dl></details>'


def companies(net: "DiGraph[str]") -> str:
    """Return the table of the companies whose policies are in the network, those that name most first."""
    found = sorted(controllers(net), key=lambda node: -net.nodes[node]["names"])
    rows = []
    for number, node in enumerate(found, 1):
        said = net.nodes[node]
        similar = (
            f'{escape(said["most_similar"])} <span class="more">{said["similarity"]:.0%}</span>'
            if said["most_similar"]
            else '<span class="silent">none</span>'
        )
        rows.append(
            f'<tr data-node="{escape(node)}"><td class="number">{number}</td><th scope="row">'
            f'<button type="button" class="name has-policy">{escape(said["label"])}</button></th>'
            f"{_number(said['names'])}{_number(said['reach'])}{_number(said['far_reach'])}"
            f"{_number(said['parts'])}{_number(said['community'])}"
            f'<td data-sort="{said["similarity"]}">{similar}</td>'
            f'<td data-sort="{len(said["exposed_to"])}">{escape("; ".join(said["exposed_to"]))}</td></tr>'
        )
    told = sentences("reach", "far_reach", "parts", "community", "similarity", "exposed_to")
    return f"{told}{_table(''.join(map(_head, _COLUMNS)), rows)}"


def measures(net: "DiGraph[str]") -> str:
    """Return the tables of what is measured of the whole network."""
    parts = (
        ("Concentration", "hhi", _concentration(net)),
        ("Countries", "exposed_to", _countries(net)),
        ("Cut points", "parts", _cuts(net)),
        ("Communities", "community", _communities(net)),
        ("Companies that are alike", "similarity", _pairs(net)),
    )
    return "".join(
        f'<h2>{title}</h2><p class="note">{escape(EXPLAINED[name])}</p>{table}'
        for title, name, table in parts
    )


def _concentration(net: "DiGraph[str]") -> str:
    found = [one for one in concentration(net) if one.mentions > 1]
    rows = [
        f'<tr><th scope="row">{escape(one.activity)}</th>{_number(one.recipients)}{_number(one.mentions)}'
        f'<td>{escape(one.largest)} <span class="more">{one.share:.0%}</span></td>'
        f'<td class="number">{one.hhi:.2f}</td>{_bar(one.hhi)}</tr>'
        for one in sorted(found, key=lambda one: (-one.mentions, one.activity))
    ]
    return _table(_plain("Activity", "Recipients#", "Mentions#", "Named most", "Index#", ""), rows)


def _countries(net: "DiGraph[str]") -> str:
    rows = [
        f'<tr><th scope="row">{escape(one.country)}</th>{_number(one.companies)}'
        f'<td class="number">{one.share:.0%}</td>{_bar(one.share)}{_number(one.recipients)}</tr>'
        for one in exposure(net)
    ]
    return _table(_plain("Country", "Companies#", "Of all#", "", "Recipients there#"), rows)


def _cuts(net: "DiGraph[str]") -> str:
    found = [node for node in recipients(net) if net.nodes[node]["cut_point"]]
    found.sort(key=lambda node: -net.nodes[node]["parts"])
    rows = [
        f'<tr><th scope="row">{_named(net, node)}</th>{_number(net.nodes[node]["parts"])}'
        f"{_number(net.nodes[node]['reach'])}</tr>"
        for node in found[:_CUTS]
    ]
    note = "" if rows else '<p class="note">No recipient is the only link of some with the rest.</p>'
    return _table(_plain("Recipient", "Parts without it#", "Named by#"), rows) if rows else note


def _communities(net: "DiGraph[str]") -> str:
    groups: dict[int, list[str]] = defaultdict(list)
    for node in recipients(net):
        groups[net.nodes[node]["community"]].append(node)
    having: dict[int, int] = defaultdict(int)
    for node in controllers(net):
        having[net.nodes[node]["community"]] += 1
    rows = [
        f'<tr><td class="number">{number}</td>{_number(having[number])}{_number(len(groups[number]))}'
        f"<td>{', '.join(_named(net, node) for node in groups[number][:_NAMES])}</td></tr>"
        for number in islice(sorted(groups), _COMMUNITIES)
    ]
    return _table(_plain("Community#", "Companies#", "Recipients#", "Named most"), rows)


def _pairs(net: "DiGraph[str]") -> str:
    found = sorted(similarities(net), key=lambda pair: -pair.similarity)
    rows = [
        f'<tr><th scope="row">{_named(net, one.company)}</th><td>{_named(net, one.other)}</td>'
        f'{_number(one.common)}<td class="number">{one.similarity:.0%}</td>{_bar(one.similarity)}</tr>'
        for one in found[:_PAIRS]
    ]
    return _table(_plain("Company", "Company", "In common#", "Similarity#", ""), rows)


def _table(heads: str, rows: Iterable[str]) -> str:
    body = "\n".join(rows)
    return (
        f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
    )


def _plain(*titles: str) -> str:
    """Return the heads of columns; those of numbers end in #, and those of bars are empty."""
    heads = []
    for title in titles:
        kind = ' class="number"' if title.endswith("#") else ""
        heads.append(f'<th scope="col"{kind}>{title.rstrip("#") or "#"}</th>' if title else "<td></td>")
    return "".join(heads)


def _head(title: str) -> str:
    """Return the head of a column that rows can be sorted by; those of numbers end in #."""
    if title in ("#", "Company"):
        return _plain(title)
    order = ' aria-sort="descending"' if title == "Names#" else ""
    kind = ' class="number"' if title.endswith("#") else ""
    return f'<th scope="col"{kind}{order}><button type="button">{title.removesuffix("#")}</button></th>'


def _named(net: "DiGraph[str]", node: str) -> str:
    label = escape(net.nodes[node]["label"])
    return f'<button type="button" class="link" data-node="{escape(node)}">{label}</button>'


def _number(value: int) -> str:
    return f'<td class="number" data-sort="{value}">{value:,}</td>'


def _bar(value: float) -> str:
    return f'<td><meter min="0" max="1" value="{value:.2f}"></meter></td>'
