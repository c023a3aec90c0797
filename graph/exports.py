"""Writes a network as GraphML, GEXF, Cytoscape JSON, JSON, CSV, SVG or as a page of its own."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import PolicyGraphError
from graph.measures import concentration, exposure, similarities
from graph.network import LISTS
from graph.page import page, picture, plain
from graph.page.picture import NO_XML

if TYPE_CHECKING:
    from networkx import DiGraph

NODE = (
    *(
        "id",
        "kind",
        "label",
        "country",
        "activity",
        "known",
        "policy",
        "names",
        "reach",
        "share",
        "far_reach",
    ),
    *("parts", "cut_point", "community", "most_similar", "similarity", "exposed_to"),
)
_ADDED = re.compile(r' lastmodifieddate="[^"]*"|(?<=<graph)(?P<known>[^>]*?) name="[^"]*"')
_TRUTH = re.compile(r'<key id="([^"]+)"[^>]* attr\.type="boolean"')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnknownFormat(PolicyGraphError):  # noqa: N818  named after what it says, as its kin in graph/errors.py
    """Raised when a network is to be written to a file whose ending names no format."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no format has this ending; write to a file in {', '.join(ENDINGS)}")


class NothingDraws(PolicyGraphError):  # noqa: N818  as above
    """Raised when a picture in pixels is asked for and nothing is installed that makes one."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: nothing here draws .png; pip install 'policygraph[png]', or write .svg")


def write(net: "DiGraph[str]", path: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write `net` in the format that the ending of `path` names; raise UnknownFormat if it names none."""
    ending = path.suffix.lower()
    if ending == ".png":
        path.write_bytes(_png(net, path))
        return (path,)
    if ending == ".html":
        files = {path: page(net, texts=texts)}
    elif ending == ".csv":
        files = {path.with_stem(f"{path.stem}-{name}"): text for name, text in tables(net).items()}
    elif ending in FORMATS:
        files = {path: FORMATS[ending](net)}
    else:
        raise UnknownFormat(path)
    for file, text in files.items():
        file.write_bytes(text.encode("utf-8"))
    return tuple(files)


def _png(net: "DiGraph[str]", path: Path) -> bytes:
    """Return the picture in pixels, twice as many as it has units; raise NothingDraws without resvg."""
    try:
        import resvg_py  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise NothingDraws(path) from error
    return bytes(resvg_py.svg_to_bytes(svg_string=plain(picture(net)), zoom=2, background="#ffffff"))


def flat(net: "DiGraph[str]") -> "DiGraph[str]":
    """Return a copy whose attributes are texts, numbers and truth values, as other programs want them.

    Characters that XML does not know, such as a form feed, are replaced.
    """
    import networkx as nx  # noqa: PLC0415  takes a third of a second to import

    plain: DiGraph[str] = nx.DiGraph(**net.graph)
    for node, said in net.nodes(data=True):
        plain.add_node(node, **_flat(said))
    for source, target, said in net.edges(data=True):
        plain.add_edge(source, target, **_flat(said))
    return plain


def graphml(net: "DiGraph[str]") -> str:
    """Return the network as GraphML, lists as texts with semicolons."""
    import networkx as nx  # noqa: PLC0415

    written = "\n".join(nx.generate_graphml(flat(net), named_key_ids=True)) + "\n"
    # networkx writes True, which is no xs:boolean: not every reader takes it.
    names = "|".join(map(re.escape, _TRUTH.findall(written)))
    truth = re.compile(rf'(<data key="(?:{names})">)(True|False)(?=</data>)')
    return truth.sub(lambda found: found[1] + found[2].lower(), written)


def gexf(net: "DiGraph[str]") -> str:
    """Return the network as GEXF, lists as texts with semicolons.

    What networkx puts in is taken out: the date, and a name that the schema of GEXF does not know.
    """
    import networkx as nx  # noqa: PLC0415

    written = "\n".join(nx.generate_gexf(flat(net))) + "\n"
    return _ADDED.sub(lambda found: found["known"] or "", written)


def cytoscape(net: "DiGraph[str]") -> str:
    """Return the network as Cytoscape writes it, with names by which it shows nodes and edges."""
    import networkx as nx  # noqa: PLC0415

    plain = flat(net)
    for _, said in plain.nodes(data=True):
        said["name"] = said["label"]
    for source, target, said in plain.edges(data=True):
        said["interaction"] = said["relation"]
        said["name"] = f"{plain.nodes[source]['label']} ({said['relation']}) {plain.nodes[target]['label']}"
    data = nx.cytoscape_data(plain)
    data["data"] = {**plain.graph, "name": plain.graph["title"]}
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def node_link(net: "DiGraph[str]") -> str:
    """Return the network as node-link JSON with all its evidence, and the measures that are not of one node."""
    import networkx as nx  # noqa: PLC0415

    data = nx.node_link_data(net, edges="edges")
    data["concentration"] = [asdict(one) for one in concentration(net)]
    data["exposure"] = [asdict(one) for one in exposure(net)]
    data["similarity"] = [asdict(one) for one in similarities(net)]
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def tables(net: "DiGraph[str]") -> dict[str, str]:
    """Return "nodes" and "edges" as CSV with a header, lists as texts with semicolons."""
    plain = flat(net)
    nodes = [{"id": node, **said} for node, said in plain.nodes(data=True)]
    edges = [{"source": source, "target": target, **said} for source, target, said in plain.edges(data=True)]
    edge_columns = ("source", "target", "relation", *LISTS, "possible", "quotes")
    return {"nodes": _csv(nodes, NODE), "edges": _csv(edges, edge_columns)}


FORMATS: Mapping[str, Callable[["DiGraph[str]"], str]] = {
    ".svg": picture,
    ".graphml": graphml,
    ".gexf": gexf,
    ".cyjs": cytoscape,
    ".json": node_link,
}
ENDINGS = (".html", ".svg", ".png", *(ending for ending in FORMATS if ending != ".svg"), ".csv")


def _flat(said: Mapping[str, Any]) -> dict[str, str | int | bool]:
    plain: dict[str, str | int | bool] = {}
    for name, value in said.items():
        if name == "statements":
            plain["quotes"] = "; ".join(_quotes(value))
        else:
            plain[name] = "; ".join(value) if isinstance(value, list) else value
    return {
        name: NO_XML.sub("\ufffd", value) if isinstance(value, str) else value
        for name, value in plain.items()
    }


def _quotes(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return each quote once, with the text that it stands in and its place there."""
    found = [
        f"“{' '.join(quote['quote'].split())}” ({statement['policy']}, {quote['start']}-{quote['end']})"
        for statement in statements
        for quote in statement["quotes"]
    ]
    return list(dict.fromkeys(found))


def _csv(rows: Iterable[Mapping[str, object]], columns: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
