"""Makes a network of companies and recipients from a store: who shares which data with whom, and what for.

The nodes are IRIs with the attributes

    kind      "company", "service" or "category" (a kind of recipient, such as "advertising partner")
    label     its name
    country, activity   of companies and services that are known beforehand: a name, a list of names
    known     whether it was known beforehand; always true of categories that are concepts
    policy    whether it is a company whose policy is in the store
    names     how many recipients it names
    reach     by how many companies it is named, and `share`, what part of all companies that is
    far_reach, parts, community, similarity, exposed_to   what `graph.measures` explains
    cut_point   whether `parts` is more than one
    most_similar   the name of the company that is most like this one

and the edges have

    relation  "shares with" (company to recipient), "uses" (company to service) or "provided by"
    data, purposes, bases, roles, services, countries, safeguards, policies   lists of names
    possible  whether all that is said is that the company "may" share
    statements   a list with one entry for each process: the same lists, the IRI of the version of the policy,
                 and its quotes with their offsets
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

import ontology
from graph.store import Store
from graph.terms import term

if TYPE_CHECKING:
    from networkx import DiGraph

FLOWS = Path(__file__).parent / "flows"
LISTS = ("data", "purposes", "bases", "roles", "services", "countries", "safeguards", "policies")
SHARES, USES, PROVIDED = "shares with", "uses", "provided by"

_SLOTS = {
    "dpv:hasPersonalData": "data",
    "dpv:hasPurpose": "purposes",
    "dpv:hasLegalBasis": "bases",
    "dpv:hasService": "services",
    "dpv:hasThirdCountry": "countries",
    "pg:hasTransferBasis": "safeguards",
}
_ROLES = {"dpv:hasDataProcessor": "processor", "dpv:hasRecipientThirdParty": "third party"}
_CHARS = term("cnt:chars")
_UNSAID = (
    "pg:scenario",
    "pg:modality",
    *_ROLES,
)  # headings and repetitions, which say nothing of a recipient
_ABOUT_ONE = ("dpv:hasRecipient", *_ROLES)  # what is said of one recipient and not of the others beside it


@dataclass(frozen=True, slots=True)
class _Quote:
    says: str
    value: str
    quote: str
    start: int
    end: int


@dataclass(slots=True)
class _Statement:
    """What one process says of one recipient."""

    process: str
    version: str
    policy: str
    possible: bool = False
    data: list[str] = field(default_factory=list)
    purposes: list[str] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    safeguards: list[str] = field(default_factory=list)
    quotes: list[_Quote] = field(default_factory=list)


def network(store: Store) -> "DiGraph[str]":
    """Return the network of what the policies in `store` state; older texts of a policy are left out."""
    import networkx as nx  # noqa: PLC0415  takes a third of a second to import

    from graph.measures import measure  # noqa: PLC0415  it measures what this module makes

    reader = _Reader(store)
    net: DiGraph[str] = nx.DiGraph()
    net.graph["title"] = "Who shares data with whom"
    edges = list(reader.edges())
    nodes = {company for company, *_ in edges} | {target for _, target, *_ in edges} | set(reader.policies)
    for node in sorted(nodes):
        net.add_node(node, **reader.node(node))
    for source, target, attributes in edges:
        net.add_edge(source, target, **attributes)
    measure(net)
    return net


def named_by(net: "DiGraph[str]", node: str) -> Iterator[str]:
    """Yield the companies that share data with `node`, or use it if it is a service."""
    return (one for one in net.predecessors(node) if net[one][node]["relation"] in (SHARES, USES))


def recipients(net: "DiGraph[str]") -> list[str]:
    """Return companies and categories that receive data, those that most companies name first."""
    found = [
        node
        for node, said in net.nodes(data=True)
        if said["kind"] != "service" and any(edge["relation"] == SHARES for edge in net.pred[node].values())
    ]
    return sorted(found, key=lambda node: (-net.nodes[node]["reach"], label_key(net, node)))


def controllers(net: "DiGraph[str]") -> list[str]:
    """Return the companies whose policies are in the network, by name."""
    found = [node for node, said in net.nodes(data=True) if said["policy"]]
    return sorted(found, key=lambda node: label_key(net, node))


def label_key(net: "DiGraph[str]", node: str) -> tuple[str, str]:
    """Return what nodes are ordered by where nothing else orders them."""
    return net.nodes[node]["label"].casefold(), node


def texts(store: Store) -> dict[str, str]:
    """Return the stored texts of the policies that hold, by the IRI of their version, as far as there are any."""
    found: dict[str, str] = {}
    for version in store.versions():
        if not version.stale:
            for node, chars in store.said(_CHARS, version.text):
                assert node == version.text.value
                found[version.iri] = chars.value
    return found


def write(
    net: "DiGraph[str]", path: Path | str, *, texts: Mapping[str, str] | None = None
) -> tuple[Path, ...]:
    """Write `net` in the format that the ending of `path` names, and return the files written.

    Endings are .html, .svg, .png, .graphml, .gexf, .cyjs, .json and .csv, which gives two files, NAME-nodes.csv and
    NAME-edges.csv.
    `texts` are what `texts` returns: with them the quotes of a page can be read where they stand in the policy.
    Raises UnknownFormat for another ending, NothingDraws if .png has nothing installed that draws it.
    """
    from graph.exports import write as written  # noqa: PLC0415  the page is read only when it is written

    return written(net, Path(path), texts or {})


class _Reader:
    """Reads the rows of the questions in `flows/` and names what is in them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def edges(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (source, target, attributes) of each edge, in order."""
        flows: dict[tuple[str, str], list[_Statement]] = defaultdict(list)
        uses: dict[tuple[str, str], list[_Statement]] = defaultdict(list)
        for process, company, recipient, version in self._rows("flows"):
            statement = self._statement(process, recipient, version)
            flows[company, recipient].append(statement)
            for service in self._services(process, recipient):
                uses[company, service].append(statement)
        for (source, target), statements in sorted(flows.items()):
            yield source, target, _edge(SHARES, statements)
        for (source, target), statements in sorted(uses.items()):
            yield source, target, _edge(USES, statements)
        for service in sorted({service for _, service in uses}):
            for provider in self._facts[service]["dpv:hasServiceProvider"][:1]:
                if any(recipient == provider for _, recipient in flows):
                    yield service, provider, _edge(PROVIDED, ())

    def node(self, iri: str) -> dict[str, Any]:
        """Return the attributes of a node, but for those that count its edges."""
        facts = self._facts[iri]
        kind = "service" if facts["dct:title"] else "company" if facts["dpv:hasName"] else "category"
        unknown = bool(facts["pg:resolution"]) or iri in self._phrases
        return {
            "kind": kind,
            "label": self.label(iri),
            "country": "; ".join(sorted(self.label(one) for one in facts["dpv:hasCountry"])),
            "activity": sorted({self.label(one) for one in facts["pg:activity"]}),
            "known": not unknown,
            "policy": iri in self.policies,
        }

    def label(self, iri: str) -> str:
        """Return the name of a company, service, phrase or concept."""
        facts = self._facts[iri]
        known = self._store.ontology.terms.get(iri)
        if known is not None and known.label:
            return known.label
        names = facts["dpv:hasName"] or facts["dct:title"] or self._phrases.get(iri, ())
        # A legal name goes on where the short one ends ("Acme", "Acme Ltd"), so it is the last in order.
        return max(names, default="") or self._store.ontology.label(iri)

    @cached_property
    def policies(self) -> Mapping[str, str]:
        """The companies whose policy this is, with the names of its files."""
        found: dict[str, list[str]] = defaultdict(list)
        for company, _, file, _ in self._rows("companies"):
            found[company].append(file)
        return {company: "; ".join(sorted(set(files))) for company, files in found.items()}

    @cached_property
    def _files(self) -> Mapping[str, str]:
        """The names of the files of each version, with its date."""
        found: dict[str, list[str]] = defaultdict(list)
        dates: dict[str, str] = {}
        for company, version, file, date in self._rows("companies"):
            found[version].append(file or self.label(company))
            dates[version] = date
        return {
            version: ", ".join([*sorted(set(files)), *([dates[version]] if dates[version] else [])])
            for version, files in found.items()
        }

    @cached_property
    def _facts(self) -> Mapping[str, Mapping[str, list[str]]]:
        facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for node, predicate, value in self._rows("facts"):
            facts[node][ontology.shorten(predicate)].append(value)
        return facts

    @cached_property
    def _phrases(self) -> Mapping[str, tuple[str, ...]]:
        return {node: (label,) for node, label in self._rows("labels")}

    @cached_property
    def _values(self) -> Mapping[str, list[tuple[str, str]]]:
        values: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for process, predicate, value in self._rows("values"):
            values[process].append((ontology.shorten(predicate), value))
        return values

    @cached_property
    def _quotes(self) -> Mapping[str, list[tuple[str, str, str, int, int]]]:
        quotes: dict[str, list[tuple[str, str, str, int, int]]] = defaultdict(list)
        for process, predicate, value, quote, start, end in self._rows("quotes"):
            quotes[process].append((ontology.shorten(predicate), value, quote, int(start), int(end)))
        return quotes

    def _services(self, process: str, recipient: str) -> list[str]:
        """Return the services in a process that this recipient provides, or whose provider nobody knows."""
        found = [value for predicate, value in self._values[process] if predicate == "dpv:hasService"]
        return [service for service in found if self._is_of(service, recipient)]

    def _is_of(self, service: str, recipient: str) -> bool:
        providers = self._facts[service]["dpv:hasServiceProvider"]
        return not providers or recipient in providers

    def _statement(self, process: str, recipient: str, version: str) -> _Statement:
        made = _Statement(process, version, self._files.get(version, version))
        for predicate, value in self._values[process]:
            if predicate in _ROLES and value == recipient:
                made.roles.append(_ROLES[predicate])
            elif predicate == "pg:modality":
                made.possible = ontology.shorten(value) == "pg:Possible"
            elif predicate in _SLOTS and (predicate != "dpv:hasService" or self._is_of(value, recipient)):
                getattr(made, _SLOTS[predicate]).append(self.label(value))
        for predicate, value, quote, start, end in self._quotes[process]:
            elsewhere = (predicate in _ABOUT_ONE and value != recipient) or (
                predicate == "dpv:hasService" and not self._is_of(value, recipient)
            )
            if predicate not in _UNSAID and not elsewhere:
                says = self._store.ontology.label(ontology.expand(predicate)).removeprefix("has ")
                made.quotes.append(_Quote(says, self.label(value), quote, start, end))
        for name in _SLOTS.values():
            setattr(made, name, together([getattr(made, name)]))
        return made

    def _rows(self, name: str) -> Iterator[tuple[str, ...]]:
        """Yield the rows of one of the questions in `flows/` as texts."""
        found = self._store.query((FLOWS / f"{name}.rq").read_text(encoding="utf-8"))
        assert isinstance(found, ox.QuerySolutions)
        for row in found:
            yield tuple("" if cell is None else cell.value for cell in row)


def _edge(relation: str, statements: Iterable[_Statement]) -> dict[str, Any]:
    """Return the attributes of an edge that `statements` make."""
    said = [asdict(statement) for statement in statements]
    lists = {name: together(one.get(name, ()) for one in said) for name in LISTS if name != "policies"}
    return {
        "relation": relation,
        **lists,
        "policies": together([one["policy"]] for one in said),
        "possible": bool(said) and all(one["possible"] for one in said),
        "statements": said,
    }


def together(lists: Iterable[Iterable[str]]) -> list[str]:
    """Return the values of all lists, each once, in the order of a dictionary."""
    found = {value for values in lists for value in values}
    return sorted(found, key=lambda value: (value.casefold(), value))
