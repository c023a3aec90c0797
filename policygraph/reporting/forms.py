"""What companies state in one file: the formats by their names, and by the file endings that mean them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

import queries
from graph import Store, serial
from policygraph import asking, cells
from policygraph.explorer.directory import Company
from policygraph.explorer.site import Site
from policygraph.reporting import record, tilt
from policygraph.reporting.stated import read
from policygraph.reporting.workbook import workbook

_STATED = Path(__file__).with_name("company.rq")

Writer = Callable[[Store, Site, Sequence[Company]], bytes]

ENDINGS: Mapping[str, str] = MappingProxyType(
    {".csv": "ropa-csv", ".xlsx": "ropa-xlsx", ".json": "tilt", ".ttl": "turtle", ".jsonld": "jsonld"}
)


def form_of(path: Path) -> str:
    """Return the format that the ending of a path means: pages, if it means none."""
    return ENDINGS.get(path.suffix.lower(), "html")


def _csv(_: Store, site: Site, chosen: Sequence[Company]) -> bytes:
    rows = record.rows(read(site, chosen))
    return cells.table(record.COLUMNS.values(), (row.cells.values() for row in rows)).encode()


def _xlsx(_: Store, site: Site, chosen: Sequence[Company]) -> bytes:
    return workbook(list(record.rows(read(site, chosen))))


def _tilt(_: Store, site: Site, chosen: Sequence[Company]) -> bytes:
    found = [tilt.document(one) for one in read(site, chosen)]
    return (json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2) + "\n").encode()


def _turtle(store: Store, _: Site, chosen: Sequence[Company]) -> bytes:
    return serial.triples(_stated(store, chosen), "turtle")


def _jsonld(store: Store, _: Site, chosen: Sequence[Company]) -> bytes:
    return serial.triples(_stated(store, chosen), "jsonld")


def _stated(store: Store, chosen: Sequence[Company]) -> set[ox.Triple]:
    question = queries.read(_STATED)
    versions = dict.fromkeys(version for one in chosen for version in one.versions)
    return {
        triple
        for version in versions
        for triple in asking.triples(store, question, {"graph": version + "graph"})
    }


FORMATS: Mapping[str, Writer] = MappingProxyType(
    {"ropa-csv": _csv, "ropa-xlsx": _xlsx, "tilt": _tilt, "turtle": _turtle, "jsonld": _jsonld}
)
"""What returns one file on some companies: TILT gives a document for one, and a list of them for several."""
