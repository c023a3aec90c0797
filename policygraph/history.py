"""A history of a policy becomes files, one for each text: from a folder of dated files, or from a git repository.

Git is only asked what commits there are and what they hold. No hook, filter or pager of a repository is run, and
nothing is checked out.
"""

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from graph.versions import Seen
from policygraph import building

_DATED = re.compile(r"(?P<before>.*?)[-_. ]?(?P<day>(?:19|20)\d\d-\d\d-\d\d)", re.DOTALL)
_COMMIT = re.compile(r"commit ([0-9a-f]{40,64}) (\d+)\n?")
_LOG = (
    "log", "-z", "--follow", "--diff-filter=d", "--name-only", "--no-ext-diff", "--no-textconv",
    "--format=%x00commit %H %ct%x00",
)  # fmt: skip
_SECONDS = 120
_INDEX = "histories.json"
# A repository can name programs to run in its settings; none of these is asked for here, and all are off.
_OPTIONS = (
    "--no-pager", "--literal-pathspecs", "--no-replace-objects", "--no-optional-locks",
    "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "log.showSignature=false",
    "-c", "log.showRoot=true", "-c", "protocol.allow=never",
)  # fmt: skip
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "LANG")


class HistoryError(Exception):
    """Raised when no history can be read; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One text of a policy: the history it is in, since when (UTC), and the bytes of the file."""

    history: str
    moment: datetime
    suffix: str
    data: bytes

    def name(self, number: int) -> str:
        """Return the name of its file, which tells history and day; `number` tells texts of one day apart."""
        again = f".{number}" if number > 1 else ""
        return f"{self.history.replace('/', '_')}@{self.moment.date()}{again}{self.suffix}"


def lay_out(paths: Iterable[Path], folder: Path) -> dict[str, Seen]:
    """Write the texts of the histories at `paths` into `folder`; return by file name when each text in it was seen.

    The folder may hold other histories, which stay, and earlier states of these, which are brought up to date.
    What a commit or a later file leaves as it was is no further text. Raise HistoryError for a file that has no
    date in its name and is in no git repository, FileNotFoundError for a path that is not there, OSError if the
    folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = _index(folder)
    seen: dict[str, Seen] = {}
    for name, one in _named(paths):
        path = folder / name
        if not path.is_file() or path.read_bytes() != one.data:
            path.write_bytes(one.data)
        seen[name] = Seen(one.history, f"{one.moment:%Y-%m-%dT%H:%M:%SZ}")
    ours = {one.history for one in seen.values()}
    for name in [name for name, one in held.items() if one.history in ours and name not in seen]:
        (folder / name).unlink(missing_ok=True)
    whole = {name: one for name, one in held.items() if one.history not in ours} | seen
    rows = {name: [one.history, one.moment] for name, one in sorted(whole.items())}
    (folder / _INDEX).write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return whole


def _index(folder: Path) -> dict[str, Seen]:
    """Return when the texts of a folder were seen, as was written down when they were laid out there."""
    path = folder / _INDEX
    if not path.exists():
        return {}
    try:
        return {name: Seen(*row) for name, row in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise HistoryError(
            f"{path}: this is no list of histories; remove {folder} and build again"
        ) from error


def _named(paths: Iterable[Path]) -> Iterator[tuple[str, Snapshot]]:
    """Yield each text that differs from the one before it in its history, with the name of its file."""
    numbers: Counter[str] = Counter()
    last: dict[str, Snapshot] = {}
    for one in snapshots(paths):
        before = last.get(one.history)
        if before is not None and before.data == one.data:
            continue
        # Texts of one moment stay in their order.
        earliest = before.moment + timedelta(seconds=1) if before else one.moment
        text = last[one.history] = replace(one, moment=max(one.moment, earliest))
        numbers[text.name(1)] += 1
        yield text.name(numbers[text.name(1)]), text


def snapshots(paths: Iterable[Path]) -> Iterator[Snapshot]:
    """Yield the texts of the histories at `paths`, those of one history in the order of their days."""
    origins: dict[str, Path] = {}
    for root in paths:
        dated: dict[str, list[tuple[datetime, Path]]] = defaultdict(list)
        for path in building.files([root]):
            found = _DATED.match(path.stem)
            if found is None:
                history, texts = _of_git(path)
                _claim(origins, history, path.resolve())
                yield from texts
            else:
                history = _history(root, path, found["before"].strip("-_. "))
                _claim(origins, history, path.resolve().parent)
                dated[history].append((_midnight(path, found["day"]), path))
        for history, files in sorted(dated.items()):
            for moment, path in sorted(files):
                yield Snapshot(history, moment, path.suffix, path.read_bytes())


def _claim(origins: dict[str, Path], history: str, origin: Path) -> None:
    """Raise HistoryError if two histories would have one name."""
    if origins.setdefault(history, origin) != origin:
        raise HistoryError(f"{origin}: another history is called {history}, too; name the folder above both")


def _history(root: Path, path: Path, before: str) -> str:
    """Return the history of a dated file: its folder from `root` on, and what stands before the date."""
    top = root.resolve() if root.is_dir() else root.resolve().parent
    folder = PurePosixPath(top.name, *path.resolve().parent.relative_to(top).parts)
    return str(folder / before if before else folder)


def _midnight(path: Path, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise HistoryError(
            f"{path}: {text} in its name is no date; name it like acme_2021-05-25.txt"
        ) from error


# --- git ---------------------------------------------------------------------------------------------------


def _of_git(path: Path) -> tuple[str, Iterator[Snapshot]]:
    """Return the name of the history of a file in its repository, and its texts, the oldest first."""
    place = path.resolve()
    root = Path(_asked(place.parent, "rev-parse", "--show-toplevel", of=path).decode().rstrip("\n")).resolve()
    listed = _asked(place.parent, *_LOG, "--", place.name, of=path)
    found = list(_commits(listed))[::-1]
    if not found:
        raise HistoryError(
            f"{path}: no date in its name, and no commit has it; name it like acme_2021-05-25.txt, or commit it"
        )
    history = f"{root.name}/{PurePosixPath(place.relative_to(root).as_posix()).with_suffix('')}"
    return history, (
        Snapshot(
            history,
            datetime.fromtimestamp(moment, UTC),
            PurePosixPath(held).suffix,
            _asked(root, "cat-file", "blob", f"{commit}:{held}", of=path),
        )
        for commit, moment, held in found
    )


def _commits(listed: bytes) -> Iterator[tuple[str, int, str]]:
    """Yield the commits that git lists: the hash, the time, and where the file was then."""
    commit = None
    for part in listed.split(b"\0"):
        entry = os.fsdecode(part).removeprefix("\n")
        found = _COMMIT.fullmatch(entry)
        if found:
            commit = found
        elif commit is not None and entry:
            yield commit[1], int(commit[2]), entry
            commit = None


def _asked(folder: Path, *words: str, of: Path) -> bytes:
    """Return what git answers in a folder. Raise HistoryError, which names the file `of`."""
    try:
        done = subprocess.run(  # noqa: S603  a list of words, no shell; paths follow "--" or a commit
            ("git", *_OPTIONS, *words),  # noqa: S607  git where the user has it
            cwd=folder, env=_environment(), capture_output=True, timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise HistoryError(
            f"{of}: no date in its name, and there is no git to ask for its history; "
            "name it like acme_2021-05-25.txt, or install git"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise HistoryError(f"{of}: git takes longer than {_SECONDS} seconds to tell its history") from error
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise HistoryError(
            f"{of}: no date in its name, and git tells no history ({why[0]}); name it like acme_2021-05-25.txt"
        )
    return done.stdout


def _environment() -> Mapping[str, str]:
    """Return what git may know of ours: neither where a repository is, nor what to run."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "TZ": "UTC",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
    }
