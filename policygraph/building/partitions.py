"""Policies become a folder of N-Quads, without a store: so many policies a file, to be loaded elsewhere.

    part-00000.nq.gz   what the first 500 policies state, one after the other, the lines of each sorted
    part-00000.jsonl   which these are: a line about the file, then one a source, or why it could not be read
    manifest.json      written last: how many there are of everything, and the SHA-256 of each part

Each is written whole or not at all, and holds no time: the same policies give the same bytes. A run into a
folder that holds an earlier one, whole or not, keeps what has not changed.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from graph import iri
from graph.ledger import Entry, Ledger
from graph.quads import Said
from policygraph.building.builder import Summary, batches
from policygraph.building.engines import Engine, here
from policygraph.building.fingerprint import fingerprint
from policygraph.building.job import DEFAULT, Job, Limits, Outcome, prepared
from policygraph.building.named import Named, Source, named, source_of
from policygraph.building.sources import Places

if TYPE_CHECKING:
    from graph import Store

_FORM = 1  # of what a folder holds; another one is not read
_MOST = 500  # policies of a part: some 35 MB
_LEVEL = 6  # of compression
_MANIFEST = "manifest.json"

Row: TypeAlias = dict[str, Any]


class PartitionError(Exception):
    """Raised when a folder of partitions cannot be written or read; the message names it and what to do."""


def write(
    sources: Iterable[Source] | Named,
    folder: Path,
    *,
    engine: Engine = here,
    limits: Limits = DEFAULT,
    base: str = iri.BASE,
    most: int = _MOST,
    done: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Read the policies at `sources` into parts of `most` policies in `folder`; return what was read.

    Raise FileNotFoundError and SourceError as `build` does, PartitionError if `folder` holds something else
    or cannot be written, and what the engine raises; the parts that are whole stay, and the next run goes on.
    """
    found = sources if isinstance(sources, Named) else named(sources)
    run = _Run(folder, base, most, Summary(total=sum(1 for _ in found)), done, Places(folder))
    _make_ready(folder)
    for outcome in engine(run.jobs(found), limits):
        run.take(outcome)
    return run.summary.ended(run.finish())


def load(folder: Path, store: "Store", *, done: Callable[[Summary], None] = lambda _: None) -> Summary:
    """Load the partitions in `folder` into `store`, as if their policies were read; return what was loaded.

    Policies of before stay unless these take their place. Batches are stored in one transaction each. Raise
    PartitionError if the folder is not whole, or was made for another base; StoreError.
    """
    manifest = _manifest(folder)
    if manifest["base"] != store.base:
        raise PartitionError(f"{folder}: its IRIs begin with {manifest['base']}, not with {store.base}")
    ledger, summary = Ledger(store), Summary(total=manifest["policies"])
    there, here_ = Places(folder), Places(store.folder)
    for part in manifest["parts"]:
        rows = _rows(folder / part["name"], _checked(folder, part))
        for batch in batches(rows, lambda row: len(row[1])):
            ledger.keep(
                (_entry(row, manifest["reader"], here_.name(there.source(row["source"]))), said)
                for row, said in batch
                if row.get("kind") != "missing"
            )
            summary.read += sum("version" in row for row, _ in batch)
            done(summary)
    store.refresh_derived()
    return summary.ended(len(store))


@dataclass(slots=True)
class _Part:
    """A part in the making: what there is of it by the number of the source, and what an earlier one holds."""

    earlier: Mapping[str, tuple[Row, int]]
    made: dict[int, tuple[Row, bytes]] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """One run that writes a folder of partitions."""

    folder: Path
    base: str
    most: int
    summary: Summary
    done: Callable[[Summary], None]
    places: Places
    given: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    parts: dict[int, _Part] = field(default_factory=dict)
    listed: dict[int, Row] = field(default_factory=dict)

    def jobs(self, sources: Iterable[Source]) -> Iterator[Job]:
        """Yield what has to be read; what an earlier run has read of a file that is the same is taken over."""
        for number, source in enumerate(sources):
            self.given = number + 1
            part = self._part(number)
            old = part.earlier.get(self.places.name(source))
            known = old[0]["sha256"] if old else ""
            self.waiting[str(source)] = number
            job = prepared(str(source), self.base, known)
            if isinstance(job, Outcome):
                self.take(job)
            else:
                yield job

    def take(self, outcome: Outcome) -> None:
        """Put what became of a source in its place; write its part if that is whole."""
        number = self.waiting.pop(outcome.job.source)
        part = self.parts[number // self.most]
        name = self.places.name(source_of(outcome.job.source))
        if outcome.count is not None:
            self.summary.add(outcome.count)
            said = outcome.said.unpacked
            lines = sorted((said.stated + said.evidence).splitlines(keepends=True))
            row: Row = {"source": name, "sha256": outcome.sha256, "version": said.version}
            row |= {"said": said.sha256, "quads": len(lines)}
            part.made[number] = row, gzip.compress(b"".join(lines), _LEVEL, mtime=0)
        elif outcome.failure is not None:
            why = {"kind": outcome.failure.kind, "reason": outcome.failure.reason}
            self.summary.failures.append(outcome.failure)
            part.made[number] = {"source": name, "sha256": outcome.sha256, **why}, b""
        else:
            self.summary.unchanged += 1
            old, place = part.earlier[name]
            part.made[number] = old, self._earlier_bytes(number // self.most, place, old["bytes"])
        self.done(self.summary)
        if len(part.made) == self.most:
            self._write(number // self.most)

    def finish(self) -> int:
        """Write the last part and the manifest, and remove what an earlier run had more; return the quads."""
        for index in sorted(self.parts):
            self._write(index)
        parts = [self.listed[index] for index in sorted(self.listed)]
        kept = {name for part in parts for name in (part["name"], part["sources"])}
        for path in list(self.folder.glob("part-*")):
            if path.name not in kept:
                path.unlink()
        totals = {key: sum(part[key] for part in parts) for key in ("policies", "failures", "quads")}
        manifest = {"form": _FORM, "base": self.base, "reader": fingerprint(), **totals, "parts": parts}
        _put(self.folder / _MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
        return int(totals["quads"])

    def _part(self, number: int) -> _Part:
        """Return the part of a source, by its number."""
        index = number // self.most
        if index not in self.parts:
            self.parts[index] = _Part(dict(self._earlier(index)))
        return self.parts[index]

    def _earlier(self, index: int) -> Iterator[tuple[str, tuple[Row, int]]]:
        """Yield what an earlier run has read for a part, if the same reader has: rows, and where the bytes are."""
        try:
            about, *rows = _lines(self.folder / f"{_name(index)}.jsonl")
            raw = self.folder.joinpath(about["name"]).read_bytes()
        except (OSError, ValueError, KeyError, TypeError):
            return  # there is none, or it is not whole
        if (about["reader"], about["base"], about["sha256"]) != (fingerprint(), self.base, _sha256(raw)):
            return
        place = 0
        for row in rows:
            if "version" in row:
                yield row["source"], (row, place)
                place += row["bytes"]

    def _earlier_bytes(self, index: int, place: int, size: int) -> bytes:
        with (self.folder / f"{_name(index)}.nq.gz").open("rb") as file:
            file.seek(place)
            return file.read(size)

    def _write(self, index: int) -> None:
        """Write a part and the rows that tell what it holds."""
        made = [self.parts[index].made[number] for number in sorted(self.parts[index].made)]
        raw = b"".join(held for _, held in made)
        rows = [{**row, "bytes": len(held)} if held else row for row, held in made]
        about = {
            "name": f"{_name(index)}.nq.gz",
            "sources": f"{_name(index)}.jsonl",
            "policies": sum("version" in row for row in rows),
            "failures": sum("kind" in row for row in rows),
            "quads": sum(row.get("quads", 0) for row in rows),
            "sha256": _sha256(raw),
        }
        first = {**about, "base": self.base, "reader": fingerprint()}
        _put(self.folder / about["name"], raw)
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in (first, *rows))
        _put(self.folder / about["sources"], "".join(lines).encode("utf-8", "surrogateescape"))
        self.listed[index] = about
        del self.parts[index]


def _make_ready(folder: Path) -> None:
    """Make a folder, or take one of partitions, which is not whole from now on. Raise PartitionError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(("part-", _MANIFEST)):
                advice = "name an empty folder, or one of partitions"
                raise PartitionError(f"{folder}: holds {path.name}, which is none; {advice}")
        (folder / _MANIFEST).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(folder: Path, error: OSError) -> PartitionError:
    return PartitionError(
        f"{folder}: cannot be written ({error.strerror or error}); what is whole stays, run again to go on"
    )


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        advice = "make it with: policygraph build PATH… --partitions"
        raise PartitionError(
            f"{folder}: no partitions are here, or they are not whole; {advice} {folder}"
        ) from error
    except ValueError as error:
        raise PartitionError(f"{folder / _MANIFEST}: this is no manifest ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("form") != _FORM:
        raise PartitionError(f"{folder / _MANIFEST}: this is no manifest that can be read; make it anew")
    return manifest


def _checked(folder: Path, part: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a part whose bytes are those that were written. Raise PartitionError."""
    path = folder / part["name"]
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        about, *rows = _lines(folder / part["sources"])
    except (OSError, ValueError) as error:
        raise PartitionError(f"{path}: cannot be read ({error}); build the partitions again") from error
    if not found == part["sha256"] == about.get("sha256"):
        raise PartitionError(f"{path}: these are not the bytes that were written; build the partitions again")
    return rows


def _rows(path: Path, rows: Iterable[Row]) -> Iterator[tuple[Row, Said]]:
    """Yield the rows of a part with what each says."""
    with gzip.open(path) as lines:
        for row in rows:
            yield row, Said.of(row.get("version", ""), islice(lines, row.get("quads", 0)))


def _entry(row: Row, reader: str, source: str) -> Entry:
    """Return what a ledger says of a source."""
    parts = ("sha256", "version", "said", "kind", "reason")
    return Entry(source, reader=reader, **{part: row[part] for part in parts if part in row})


def _name(index: int) -> str:
    return f"part-{index:05}"


def _lines(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    return [json.loads(line) for line in text.split("\n") if line]


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _put(path: Path, raw: bytes) -> None:
    """Write a file, which takes the place of an old one only when it is whole and on the disk."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise _unwritten(path.parent, error) from error
