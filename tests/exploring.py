"""Stores for the tests of the explorer: the seeds, checked, and a policy that means harm."""

import os
import shutil
from pathlib import Path

from extract.claim import Reading
from extract.readers import read_text
from extract.reading import read_policy
from graph import Store, check, report, versions
from graph.iri import company
from policygraph import building, history

CHROMIUM = next(
    (
        found
        for name in (
            os.environ.get("POLICYGRAPH_CHROMIUM", ""),
            "chromium",
            "chromium-browser",
            "google-chrome",
        )
        if name and (found := shutil.which(name))
    ),
    "",
)
NAME = '"><img src=x onerror=alert(1)>'
WORD = "x" * 900_000
HARM = f"""# Acme Ltd privacy policy

<script>window.harmed = true</script><img src=x onerror="window.harmed = true">

We, Acme Ltd (<svg onload=window.harmed=true>), collect your email address and <b>name</b> to send you our
newsletter, see [our partners](javascript:window.harmed=true) and <a href="javascript:alert(1)">this page</a>.

We share your \u202etelephone number\u202c with <iframe src="//example.org"></iframe> service providers.\u200f

We do not sell your data. {{{{ 7 * 7 }}}} {{% raw %}} </textarea></title></script>

We collect your {WORD} and your postal address.
"""


_FIRST = """# Privacy Policy of Acme Limited

## Who gets your data

We share your name and email address with Stripe to process payments.

## How long we keep it

We delete your name after 12 months.
"""
TEXTS = {
    "2021-05-25": _FIRST,
    "2022-01-01": _FIRST.replace("Stripe to", "Stripe and Mailchimp to").replace("12 months", "3 years"),
    "2023-07-01": _FIRST.replace("Stripe", "Adyen").replace("Acme Limited", "Acme Holdings Limited"),
}
"""Three texts of one policy, by the day from which each holds."""


def undated(name: str = "Bluth") -> Reading:
    """Return what is read in a policy without a date."""
    text = f"# Privacy Policy of {name} Limited\n\nWe collect your name.\n"
    return read_policy(read_text(f"{name.lower()}.md", text.encode(), "text/markdown"))


def dated(folder: Path) -> Path:
    """Return a folder with the graph of a policy in three versions, and of one that nobody dates."""
    texts = folder / "texts" / "acme"
    texts.mkdir(parents=True)
    for day, text in TEXTS.items():
        (texts / f"{day}.md").write_text(text, encoding="utf-8")
    seen = history.lay_out([texts.parent], folder / "laid")
    with Store(folder / "store") as store:
        building.build([folder / "laid"], store)
        store.add([undated()])
        versions.chronicle(store, seen)
        store.rebuild_derived()
        report.keep(store, check(store))
    return folder / "store"


def explored(seeds: Path, folder: Path) -> Path:
    """Return a folder with the graph of the seeds and the reports on them, copied from that in `seeds`."""
    shutil.copytree(seeds, folder)
    with Store(folder) as store:
        report.keep(store, check(store))
    return folder


def harmful(folder: Path) -> Path:
    """Return a folder with the graph of a harmful policy, whose company has a harmful name."""
    with Store(folder) as store:
        store.add([read_policy(read_text('"><script>.txt', HARM.encode(), "text/plain"))])
        store.rebuild_derived()
        report.keep(store, check(store))
        # No reader takes markup for a name, but graphs can be made elsewhere.
        for curie in ("dpv:hasName", "pg:name"):
            store._store.update(
                f"PREFIX dpv: <https://w3id.org/dpv#> PREFIX pg: <https://w3id.org/policygraph/ns#> "
                f"DELETE {{ GRAPH ?g {{ <{company('Acme Ltd')}> {curie} ?old }} }} "
                f"INSERT {{ GRAPH ?g {{ <{company('Acme Ltd')}> {curie} '{NAME}' }} }} "
                f"WHERE {{ GRAPH ?g {{ <{company('Acme Ltd')}> {curie} ?old }} }}"
            )
    return folder
