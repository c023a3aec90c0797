"""Measures the page of a large network in headless Chromium: how soon it is drawn, and how soon it answers.

    python bench/wide.py [--nodes N] [--edges N] [--seed N] [--output FILE.html]

A third of the nodes are companies with a policy, the others recipients, of which a few are named by most (a Zipf
distribution); each group of companies has some of its own. Needs Playwright and Chromium (the one on the path, or
that which POLICYGRAPH_CHROMIUM names); without them the page is made and its size printed.
"""

import argparse
import importlib.util
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from synthetic import company

if TYPE_CHECKING:
    from networkx import DiGraph

NODES, EDGES = 600, 5000
_GROUPS = 8  # of companies, which name recipients of their own besides everybody's
_OWN = 0.6  # of what a company names is its group's
_DATA = (
    "IP address",
    "email address",
    "name",
    "location",
    "purchase history",
    "cookie identifier",
    "health data",
)
_PURPOSES = (
    "analytics of use",
    "personalised advertising",
    "payment processing",
    "security",
    "customer support",
)
_BASES = ("consent (Art. 6(1)(a))", "legitimate interests (Art. 6(1)(f))", "performance of a contract")
_ROLES = ("processor", "third party")
_COUNTRIES = ("United States", "Ireland", "Germany", "India", "")
_ACTIVITIES = ("analytics provider", "payment processor", "IT service provider", "ad network or exchange")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
_STEPS = (  # what is done with a page once it is there, and what shows that it is done
    ("search", "[name=text]", "analytics", "form output:not(:empty)"),
    ("filter", "[name=data]", "health data", "form output:not(:empty)"),
    ("clear", "[type=reset]", "", "form output:empty"),
    ("one recipient", "#table .name >> nth=0", "", "#panel h2"),
    ("one in focus", "#tab-focus", "", "#focus svg .node"),
    ("map", "#tab-map", "", "#map .legend li"),
)


def wide(nodes: int = NODES, edges: int = EDGES, *, seed: int = 0) -> "tuple[DiGraph[str], dict[str, str]]":
    """Return a network with so many nodes and edges, measured, and the texts of its policies."""
    import networkx as nx  # noqa: PLC0415  takes a third of a second to import

    from graph.measures import measure  # noqa: PLC0415

    random = Random(seed)  # noqa: S311  nothing is secret here
    net: DiGraph[str] = nx.DiGraph(title="Who shares data with whom")
    having = max(2, nodes // 3)
    names = [company(number) for number in range(nodes)]
    for number, name in enumerate(names):
        net.add_node(f"https://example.org/{number:05}", label=name, **_node(random, policy=number < having))
    everybody = list(net)
    made: set[tuple[str, str]] = set()
    while len(made) < edges:
        place = random.randrange(having)
        target = _target(random, place, nodes - having) + having
        if random.random() < 0.05:  # noqa: PLR2004  one in twenty names another company with a policy
            target = random.randrange(having)
        if target != place:
            version = f"https://example.org/policy/{place:05}/"
            made.add((everybody[place], everybody[target]))
            net.add_edge(everybody[place], everybody[target], **_edge(random, names[target], version))
    measure(net)
    return net, _texts(net)


def _target(random: Random, place: int, recipients: int) -> int:
    """Return a recipient: everybody's, or one of the group of the company, the usual ones more often."""
    rank = int((recipients / 2 + 1) ** random.random()) - 1
    if random.random() < _OWN:
        each = recipients // 2 // _GROUPS
        return recipients // 2 + (place % _GROUPS) * each + int((each + 1) ** random.random()) - 1
    return rank


def _node(random: Random, *, policy: bool) -> dict[str, Any]:
    kind = "company" if policy or random.random() < 0.85 else "category"  # noqa: PLR2004  most are companies
    known = kind == "category" or random.random() < 0.7  # noqa: PLR2004  most are known
    activity = [random.choice(_ACTIVITIES)] if kind == "company" and not policy else []
    country = random.choice(_COUNTRIES) if kind == "company" else ""
    return {"kind": kind, "known": known, "activity": activity, "country": country, "policy": policy}


def _edge(random: Random, name: str, version: str) -> dict[str, Any]:
    from graph.network import LISTS, SHARES  # noqa: PLC0415  loads the ontology

    words = (
        f"We share your data with {name}, who helps us to run our service and to understand how it is used."
    )
    said: dict[str, Any] = {name: [] for name in LISTS}
    said |= {
        "data": sorted(random.sample(_DATA, random.randint(0, 4))),
        "purposes": sorted(random.sample(_PURPOSES, random.randint(0, 2))),
        "bases": sorted(random.sample(_BASES, random.randint(0, 1))),
        "roles": [random.choice(_ROLES)],
    }
    quote = {"says": "recipient", "value": name, "quote": words, "start": 40, "end": 40 + len(words)}
    one = {**said, "process": version + name, "version": version, "policy": "policy.txt", "possible": False}
    del one["policies"]
    return {
        **said,
        "relation": SHARES,
        "policies": ["policy.txt"],
        "possible": random.random() < 0.2,  # noqa: PLR2004  one in five "may"
        "statements": [{**one, "quotes": [quote]}],
    }


def _texts(net: "DiGraph[str]") -> dict[str, str]:
    """Return a text for each policy, as long as real ones are."""
    versions = {said["statements"][0]["version"] for *_, said in net.edges(data=True)}
    return dict.fromkeys(sorted(versions), "We collect data to run our service. " * 400)


def chromium() -> str:
    """Return the path of Chromium; nothing if it or Playwright is not there."""
    found = shutil.which(os.environ.get("POLICYGRAPH_CHROMIUM", "chromium"))
    return (found or "") if importlib.util.find_spec("playwright") else ""


def timed(page: Path, program: str) -> Iterator[tuple[str, float]]:
    """Yield what is done with a page in a browser, and the seconds until it is drawn."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  a development dependency

    painted = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        begun = time.perf_counter()
        tab.goto(page.resolve().as_uri())
        tab.evaluate(painted)
        yield "opened", time.perf_counter() - begun
        for what, where, value, done in _STEPS:
            begun = time.perf_counter()
            if what == "search":
                tab.fill(where, value)
            elif what == "filter":
                tab.select_option(where, value)
            else:
                tab.click(where)
            tab.wait_for_selector(done, state="attached")
            tab.evaluate(painted)
            yield what, time.perf_counter() - begun
        browser.close()


def show(nodes: int, edges: int, *, seed: int = 0, output: Path | None = None) -> None:
    """Print how long it takes to measure a network, to make its page, to open it and to be answered."""
    from graph.network import write  # noqa: PLC0415

    begun = time.perf_counter()
    net, texts = wide(nodes, edges, seed=seed)
    print(f"{'network: made and measured':<34}{time.perf_counter() - begun:>12.2f} s           {net}")
    with TemporaryDirectory() as folder:
        page = output or Path(folder) / "wide.html"
        begun = time.perf_counter()
        write(net, page, texts=texts)
        size = page.stat().st_size / 1e6
        print(f"{'network: page written':<34}{time.perf_counter() - begun:>12.2f} s           {size:.1f} MB")
        program = chromium()
        if not program:
            print("network: there is no Chromium here, or no Playwright, to open the page in")
            return
        for what, seconds in timed(page, program):
            print(f"{'network: ' + what:<34}{seconds:>12.2f} s")


def main() -> None:
    """Measure a network as large as the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--edges", type=int, default=EDGES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="file to keep the page in")
    options = parser.parse_args()
    show(options.nodes, options.edges, seed=options.seed, output=options.output)


if __name__ == "__main__":
    main()
