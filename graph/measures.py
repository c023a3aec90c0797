"""Measures a network: who depends on whom, how far recipients are a few, who is alike, what lies abroad.

Each measure counts what policies state; none says what companies do. `EXPLAINED` says in a sentence what each
one means, and these sentences are shown wherever the measure is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from graph.network import SHARES, controllers, named_by, recipients

if TYPE_CHECKING:
    from networkx import DiGraph, Graph

EXPLAINED = {
    "reach": "By how many companies a recipient is named, or a service used.",
    "far_reach": "How many companies depend on it if data are passed on: those that name it, and those that name "
    "a company whose own policy leads to it, over any number of steps.",
    "share": "The part of all companies that name it.",
    "hhi": "The sum of the squared shares of mentions (Herfindahl-Hirschman index): 1 is a single recipient for "
    "all, near 0 are many small ones; above 0.18 a market counts as highly concentrated.",
    "parts": "Into how many parts its piece of the network falls without it; with two or more it is a cut point, "
    "the only link of some with the rest.",
    "community": "Companies and recipients that are linked with each other more than with the rest have the same "
    "number; 1 is the largest group.",
    "similarity": "The recipients that two companies share, as a part of all that either of them names (Jaccard): "
    "1 is the same list, 0 nothing in common.",
    "exposed_to": "The countries to which the data go as the policy says, and those in which the recipients it "
    "names are known to be established.",
}
_SEED = 0  # of the order in which Louvain takes the nodes


@dataclass(frozen=True, slots=True)
class Concentration:
    """How far the recipients of one activity are a few: `hhi` is 1 for one alone, near 0 for many.

    `largest` is the name of the recipient that is named most, `share` its part of the mentions.
    """

    activity: str
    recipients: int
    mentions: int
    hhi: float
    largest: str
    share: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """Two companies, how many recipients both name, and what part that is of those that either names."""

    company: str
    other: str
    common: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many companies, and what share of them, let data go to a country, and to how many recipients there."""

    country: str
    companies: int
    share: float
    recipients: int


def measure(net: "DiGraph[str]") -> None:
    """Give each node of `net` what is measured of it: the attributes that `graph.network` lists."""
    for node, said in net.nodes(data=True):
        said["reach"] = sum(1 for _ in named_by(net, node))
        said["names"] = sum(1 for edge in net.succ[node].values() if edge["relation"] == SHARES)
    far, cuts, groups = far_reach(net), parts(net), communities(net)
    nearest = _nearest(net)
    abroad = exposed(net)
    companies = len(controllers(net)) or 1
    for node, said in net.nodes(data=True):
        other, similarity = nearest.get(node, ("", 0.0))
        said["far_reach"] = far[node]
        said["share"] = round(said["reach"] / companies, 4)
        said["parts"] = cuts.get(node, 0)
        said["cut_point"] = said["parts"] > 1
        said["community"] = groups.get(node, 0)
        said["most_similar"] = other
        said["similarity"] = similarity
        said["exposed_to"] = sorted(abroad.get(node, ()))


def far_reach(net: "DiGraph[str]") -> dict[str, int]:
    """Return for each node how many companies with a policy lead to it, over any number of edges.

    A company that leads back to itself is not counted. Source: the in-component of a node, Newman, Networks
    (2010), section 6.11; `networkx.ancestors` is the same.
    """
    import networkx as nx  # noqa: PLC0415  takes a third of a second to import

    with_policy = set(controllers(net))

    def before(node: str) -> set[str]:
        return set(nx.ancestors(net, node))

    return {node: len(with_policy & before(node)) for node in net}


def concentration(net: "DiGraph[str]") -> tuple[Concentration, ...]:
    """Return how concentrated the recipients of each activity are, in the order of activities.

    The share of a recipient is the part of all mentions of recipients of that activity that name it.
    Source: Hirschman, The Paternity of an Index (1964); the bound of 0.18 is that of the Merger Guidelines of
    the United States (2023), guideline 1.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for node in recipients(net):
        for activity in net.nodes[node]["activity"]:
            found[activity].append(node)
    return tuple(_concentration(net, activity, nodes) for activity, nodes in sorted(found.items()))


def _concentration(net: "DiGraph[str]", activity: str, nodes: list[str]) -> Concentration:
    counts = [net.nodes[node]["reach"] for node in nodes]
    total = sum(counts)
    hhi = sum((count / total) ** 2 for count in counts)
    largest = net.nodes[nodes[0]]["label"]  # recipients come with those first that most companies name
    return Concentration(activity, len(nodes), total, round(hhi, 4), largest, round(max(counts) / total, 4))


def parts(net: "DiGraph[str]") -> dict[str, int]:
    """Return into how many parts the piece that each node lies in falls without it; a cut point has several.

    It is the number of blocks that a node belongs to; a node without links is left out. Source: Hopcroft and
    Tarjan, Efficient algorithms for graph manipulation (1973), as `networkx.biconnected_components` has it.
    """
    import networkx as nx  # noqa: PLC0415

    blocks: Any = nx.biconnected_components(links(net))  # the stubs take a block for a node
    return dict(Counter(node for block in blocks for node in block))


def communities(net: "DiGraph[str]") -> dict[str, int]:
    """Return the number of the community of each node, 1 for the largest.

    Source: Blondel et al., Fast unfolding of communities in large networks (2008), as
    `networkx.community.louvain_communities` has it, with a fixed seed and nodes in the order of their names, so
    that the same network has the same communities.
    """
    import networkx as nx  # noqa: PLC0415

    linked = links(net)
    order = list(linked)
    plain: Graph[int] = nx.Graph()  # of numbers, as sets of texts have another order in every run
    plain.add_nodes_from(range(len(order)))
    places = {node: place for place, node in enumerate(order)}
    plain.add_edges_from((places[one], places[other]) for one, other in linked.edges)
    found = nx.community.louvain_communities(plain, seed=_SEED) if order else []
    ranked = sorted((sorted(group) for group in found), key=lambda group: (-len(group), group))
    return {order[place]: number for number, group in enumerate(ranked, 1) for place in group}


def links(net: "DiGraph[str]") -> "Graph[str]":
    """Return who shares with whom, without direction and services: cut points and communities are found in it."""
    import networkx as nx  # noqa: PLC0415

    plain: Graph[str] = nx.Graph()
    plain.add_nodes_from(sorted(node for node, said in net.nodes(data=True) if said["kind"] != "service"))
    plain.add_edges_from(sorted((a, b) for a, b, said in net.edges(data=True) if said["relation"] == SHARES))
    return plain


def similarities(net: "DiGraph[str]") -> Iterator[Similarity]:
    """Yield the pairs of companies that name a recipient in common, in the order of their names.

    Source: Jaccard, The distribution of the flora in the alpine zone (1912), as `networkx.jaccard_coefficient`.
    """
    return (
        Similarity(company, other, common, round(similarity, 4))
        for company, other, common, similarity in _pairs(net)
    )


def _pairs(net: "DiGraph[str]") -> Iterator[tuple[str, str, int, float]]:
    """Yield the same as plain values; what a company names is a number with a bit for each recipient."""
    bits = {node: 1 << place for place, node in enumerate(recipients(net))}
    named = [
        (company, sum(bits[one] for one, edge in net.succ[company].items() if edge["relation"] == SHARES))
        for company in controllers(net)
    ]
    for place, (company, mine) in enumerate(named):
        for other, theirs in named[place + 1 :]:
            if common := (mine & theirs).bit_count():
                yield company, other, common, common / (mine | theirs).bit_count()


def _nearest(net: "DiGraph[str]") -> dict[str, tuple[str, float]]:
    """Return for each company the name of the one that is most like it, and how much; the first of several."""
    found: dict[str, tuple[str, float]] = {}
    for company, other, _, similarity in _pairs(net):
        for one, like in ((company, other), (other, company)):
            if one not in found or similarity > found[one][1]:
                found[one] = like, similarity
    return {one: (net.nodes[other]["label"], round(value, 4)) for one, (other, value) in found.items()}


def exposed(net: "DiGraph[str]") -> dict[str, set[str]]:
    """Return the countries that the data of each company with a policy go to, as stated or as known."""
    return {
        company: {country for other in net.succ[company] for country in _countries(net, company, other)}
        for company in controllers(net)
    }


def exposure(net: "DiGraph[str]") -> tuple[Exposure, ...]:
    """Return how many companies let data go to each country, those with the most companies first.

    A plain share, defined here: a company counts for a country if it states a transfer to it, or names a
    recipient that is known to be established in it.
    """
    companies: dict[str, set[str]] = defaultdict(set)
    received: dict[str, set[str]] = defaultdict(set)
    for company in controllers(net):
        for other in net.succ[company]:
            for country in _countries(net, company, other):
                companies[country].add(company)
                received[country].add(other)
    everybody = len(controllers(net))
    found = [
        Exposure(country, len(those), round(len(those) / everybody, 4), len(received[country]))
        for country, those in companies.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.companies, one.country)))


def _countries(net: "DiGraph[str]", company: str, other: str) -> set[str]:
    """Return the countries that data go to on one edge between a company and a recipient."""
    edge = net[company][other]
    if edge["relation"] != SHARES:
        return set()
    return {*edge["countries"], *(one for one in net.nodes[other]["country"].split("; ") if one)}


# --- tables ------------------------------------------------------------------------------------------------

Rows: TypeAlias = list[tuple[str | int | float, ...]]

_OF_RECIPIENT = ("kind", "country", "reach", "share", "far_reach", "parts", "community")
_OF_COMPANY = (
    *("names", "reach", "far_reach", "parts", "community", "most_similar", "similarity"),
    "exposed_to",
)
COLUMNS = {
    "recipients": ("recipient", *_OF_RECIPIENT),
    "companies": ("company", *_OF_COMPANY),
    "concentration": tuple(one.name for one in fields(Concentration)),
    "countries": tuple(one.name for one in fields(Exposure)),
    "similarity": tuple(one.name for one in fields(Similarity)),
}


def table(net: "DiGraph[str]", name: str) -> Rows:
    """Return the rows of one of the tables in `COLUMNS`, in their order; lists are texts with semicolons."""
    if name == "concentration":
        return [astuple(one) for one in concentration(net)]
    if name == "countries":
        return [astuple(one) for one in exposure(net)]
    if name == "similarity":
        pairs = sorted(similarities(net), key=lambda pair: -pair.similarity)
        label = net.nodes
        return [
            (label[one.company]["label"], label[one.other]["label"], one.common, one.similarity)
            for one in pairs
        ]
    nodes, columns = (
        (recipients(net), _OF_RECIPIENT) if name == "recipients" else (controllers(net), _OF_COMPANY)
    )
    return [_row(net.nodes[node], ("label", *columns)) for node in nodes]


def _row(said: Mapping[str, Any], columns: tuple[str, ...]) -> tuple[str | int | float, ...]:
    values = [said[column] for column in columns]
    return tuple("; ".join(value) if isinstance(value, list) else value for value in values)
