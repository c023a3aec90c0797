"""Stores for the tests of the explorer: the seeds, checked, and a policy that means harm."""

import os
import shutil
from pathlib import Path

from extract.readers import read_text
from extract.reading import read_policy
from graph import Store, check, report
from graph.iri import company

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
