"""What a store holds, as bytes that can be compared."""

import io

from graph import Store
from graph.serial import Format


def written(store: Store, form: Format = "nquads", *, runs: bool = False) -> bytes:
    """Return a store as it is exported, without the ontology."""
    output = io.BytesIO()
    store.export(output, form, lexicon=False, runs=runs)
    return output.getvalue()
