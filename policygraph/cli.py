"""The command line: build a graph of policies, check it, ask it, look at it, export it.

Data go to standard output, everything else to standard error. Exit codes: 0 all well, 1 something was found
or a policy could not be read, 2 the command could not be carried out.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from io import StringIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from policygraph import cells

if TYPE_CHECKING:
    from networkx import DiGraph

    from graph import Store
    from graph.engine import Engine
    from graph.versions import Seen
    from policygraph.asking import Rows
    from policygraph.building import Engine as Reader
    from policygraph.building import Failure
    from policygraph.building.builder import Summary
    from policygraph.checking import Checked
    from policygraph.diffing.editions import Diff
    from policygraph.explorer.directory import Company
    from policygraph.explorer.site import Site
    from policygraph.quoting import Said
    from policygraph.settings import Settings
    from queries import Question

app = typer.Typer(
    name="policygraph",
    help="Read privacy policies into a knowledge graph of what each one states; check it, ask it, look at it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_PAGE = 100  # rows of a long answer, unless --limit says otherwise
_PAUSE = 0.5  # seconds between two looks whether a store can be written
_SELDOM = 30  # seconds between two lines on how a build goes, where there is no terminal
_INTERRUPTED = 130  # what a shell has for Ctrl-C
_WIDE = 150  # columns of a table that goes to a pipe or a file, unless COLUMNS says otherwise

EndpointOption = Annotated[
    str,
    typer.Option(envvar="POLICYGRAPH_ENDPOINT", help="URL of a SPARQL server to ask instead of the store."),
]
StoreOption = Annotated[
    Path,
    typer.Option("--store", "-s", envvar="POLICYGRAPH_STORE", help="Folder in which the graph is kept."),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="Only what held on this day: the text of each policy current then."
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, help="Processes that read at once; default: one a core."),
]
WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Whether to wait for another build of the same store.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but data and errors.")]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="File to write; - is standard output.")]
_STORE = Path(".policygraph")
_STANDARD = Path("-")


def main() -> None:
    """Run the command line; what a user can mend is said in one line, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Files and pipes hold UTF-8 wherever they are made; a terminal shows what its locale can.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    app()


def _out() -> Console:
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(width=width, highlight=False)


def _err() -> Console:
    return Console(stderr=True, highlight=False)


def _stop(message: str) -> NoReturn:
    """Say what is wrong and end with 2."""
    _err().print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)
    raise typer.Exit(2)


def _need_store(folder: Path) -> None:
    """End with 2 and what to do if there is no store in `folder`."""
    if not folder.is_dir():
        _stop(f"{folder}: no store here; make one with: policygraph build FILE… --store {folder}")


@contextmanager
def _opened(folder: Path) -> "Iterator[Store]":
    """Open the store in `folder` to be read; end with 2 and what to do if there is none."""
    from graph import PolicyGraphError, Store  # noqa: PLC0415

    _need_store(folder)
    try:
        with Store(folder, read_only=True) as store:
            yield store
    except PolicyGraphError as error:
        _stop(str(error))


@contextmanager
def _here(folder: Path, endpoint: str, as_of: datetime | None = None) -> Iterator[Path]:
    """Yield a folder to read: that of the store, or one that holds for now what a server holds.

    With `as_of` it has only the policies that held on that day.
    """
    with _fetched(folder, endpoint) as found:
        if as_of is None:
            yield found
            return
        from graph import versions  # noqa: PLC0415

        with TemporaryDirectory(prefix="policygraph-") as made:
            with _opened(found) as now:
                current = versions.current(now, as_of.date().isoformat())
                if not current.versions:
                    _stop(f"{found}: no policy here held on {as_of.date()}")
                versions.copy(now, current.versions, Path(made) / "store")
            if current.undated:
                _err().print(
                    f"{current.undated} of {len(current.versions)} policies have no date; they count as current"
                )
            yield Path(made) / "store"


@contextmanager
def _fetched(folder: Path, endpoint: str) -> Iterator[Path]:
    """Yield the folder of the store, or one that holds for now what a server holds."""
    if not endpoint:
        yield folder
        return
    from graph import Store  # noqa: PLC0415
    from policygraph import endpoint as servers  # noqa: PLC0415

    with TemporaryDirectory(prefix="policygraph-") as made:
        try:
            with Store(Path(made) / "store") as store:
                servers.copy(endpoint, store)
        except servers.EndpointError as error:
            _stop(str(error))
        yield Path(made) / "store"


@contextmanager
def _there(folder: Path, endpoint: str, as_of: datetime | None) -> "Iterator[tuple[Path, str]]":
    """Yield what is asked: a folder, or the URL of a server, which knows only what holds now."""
    if endpoint and as_of is None:
        yield folder, endpoint
        return
    with _here(folder, endpoint, as_of) as found:
        yield found, ""


@contextmanager
def _writer(path: Path) -> Iterator[IO[bytes]]:
    """Yield what to write bytes to: a file, which takes the place of an old one only when whole, or stdout."""
    if path == _STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as output:
            yield output
        part.replace(path)
    except OSError as error:
        _stop(f"{path}: cannot be written ({error.strerror or error})")
    finally:
        part.unlink(missing_ok=True)


# --- build -------------------------------------------------------------------------------------------------


@app.command()
def build(
    paths: Annotated[
        list[str], typer.Argument(help="Policies (.txt, .md, .html, .pdf) or folders of them, or their URLs.")
    ],
    *,
    past: Annotated[
        bool,
        typer.Option(
            "--history",
            help="Read all versions: files with a date in their name, or else all that git has of a file.",
        ),
    ] = False,
    store: StoreOption = _STORE,
    workers: WorkersOption = None,
    cluster: Annotated[
        str,
        typer.Option(help="Address of a Dask scheduler whose workers read; local:N starts N processes here."),
    ] = "",
    partitions: Annotated[
        Path | None, typer.Option(help="Folder for files of N-Quads, which are written instead of a store.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that reading one policy may take.")] = 120,
    memory: Annotated[int, typer.Option(min=64, help="MB that reading one policy may take.")] = 2048,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what failed before, too.")
    ] = False,
    wait: WaitOption = True,
    quiet: QuietOption = False,
) -> None:
    """Read policies into a graph: those that are new or have changed; those that are gone leave it.

    A policy that cannot be read is named and does not stop the others. Whatever ends a build, what it has
    stored is whole, and the next one goes on from there.
    """
    from graph import PolicyGraphError  # noqa: PLC0415
    from policygraph import building  # noqa: PLC0415
    from policygraph.building.named import named  # noqa: PLC0415
    from policygraph.building.partitions import PartitionError, write  # noqa: PLC0415
    from policygraph.building.urls import SourceError  # noqa: PLC0415

    limits = building.Limits(timeout, memory << 20)
    if past and partitions is not None:
        _stop("--history keeps texts in a store; leave --partitions out")
    places, seen = _laid_out(paths, store) if past else (paths, {})
    try:
        found = named(places)
        if not any(True for _ in found):
            _stop("no policies here: give files or folders with .txt, .md, .html or .pdf")
        engine = _reader(cluster, workers)
        if partitions is not None:
            with _watched(quiet=quiet) as tell:
                summary = write(found, partitions, engine=engine, limits=limits, done=tell)
        else:
            with _opened_to_write(store, wait=wait, quiet=quiet) as opened, _watched(quiet=quiet) as tell:
                summary = building.build(
                    found, opened, engine=engine, limits=limits, retry_failed=retry_failed, done=tell
                )
                if seen:
                    _chronicle(opened, seen)
    except (FileNotFoundError, SourceError, PartitionError, PolicyGraphError, building.EngineError) as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _err().print("stopped; what was read is kept: run the same command again to go on")
        raise typer.Exit(_INTERRUPTED) from None
    if not quiet:
        _print_summary(summary, partitions or store)
    _print_failures(summary.failures)
    if summary.repeated:
        _err().print(f"{summary.repeated:,} of these failed before; --retry-failed tries them again")
    raise typer.Exit(1 if summary.failures else 0)


def _laid_out(paths: list[str], store: Path) -> "tuple[list[str], dict[str, Seen]]":
    """Return the folder beside the store that keeps the texts of histories, and when each text was seen."""
    from policygraph import history  # noqa: PLC0415

    folder = store.with_name(f"{store.name}-history")
    try:
        return [str(folder)], history.lay_out([Path(path) for path in paths], folder)
    except history.HistoryError as error:
        _stop(str(error))
    except OSError as error:
        _stop(str(error) if error.errno is None else f"{folder}: cannot be written ({error.strerror})")


def _chronicle(store: "Store", seen: "dict[str, Seen]") -> None:
    """Write down when the texts of histories were seen; whatever ends this, the next build does it again."""
    from graph import versions  # noqa: PLC0415

    versions.chronicle(store, seen)
    store.rebuild_derived()


def _reader(cluster: str, workers: int | None) -> "Reader":
    """Return the engine that reads policies: on a cluster if one is named, else in processes here."""
    from policygraph import building  # noqa: PLC0415

    if not cluster:
        return building.processes(workers or os.cpu_count() or 1)
    if workers:
        _stop("--workers is for this machine; how many read on a cluster is up to the cluster")
    from policygraph.building import cluster as dask  # noqa: PLC0415

    return dask.cluster(cluster)


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder that build --partitions has written.")],
    *,
    store: StoreOption = _STORE,
    wait: WaitOption = True,
    quiet: QuietOption = False,
) -> None:
    """Load partitions into a store, as if their policies were read; others that the store holds stay."""
    from graph import PolicyGraphError  # noqa: PLC0415
    from policygraph.building import partitions, telling  # noqa: PLC0415

    try:
        with _opened_to_write(store, wait=wait, quiet=quiet) as opened, _watched(quiet=quiet) as tell:
            summary = partitions.load(folder, opened, done=tell)
    except (PolicyGraphError, partitions.PartitionError) as error:
        _stop(str(error))
    if not quiet:
        _err().print(escape(telling.result(summary, str(store))), soft_wrap=True)


@contextmanager
def _opened_to_write(folder: Path, *, wait: bool, quiet: bool) -> "Iterator[Store]":
    """Yield the store in `folder`; wait for another process that writes to it, or raise StoreInUse."""
    from graph import Store  # noqa: PLC0415
    from graph.errors import StoreInUse  # noqa: PLC0415

    told = quiet
    while True:
        try:
            store = Store(folder)
            break
        except StoreInUse:
            if not wait:
                raise
        if not told:
            _err().print(f"another build is at work on {escape(str(folder))}; waiting", soft_wrap=True)
        told = True
        time.sleep(_PAUSE)
    with store:
        yield store


@contextmanager
def _watched(*, quiet: bool) -> "Iterator[Callable[[Summary], None]]":
    """Yield what tells how a build goes: a line that changes in a terminal, one now and then elsewhere."""
    from policygraph.building import telling  # noqa: PLC0415

    console, begun = _err(), time.monotonic()
    if quiet:
        yield lambda _: None
    elif console.is_terminal:
        with console.status("reading") as status:
            yield lambda summary: status.update(telling.progress(summary, time.monotonic() - begun))
    else:
        told = begun

        def tell(summary: "Summary") -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= _SELDOM:
                told = now
                console.print(telling.progress(summary, now - begun), soft_wrap=True)

        yield tell


def _print_summary(summary: "Summary", store: Path) -> None:
    from policygraph.building import telling  # noqa: PLC0415

    if not summary.is_complete:
        _out().print(telling.totals(summary), soft_wrap=True)
    elif summary.policies:
        _print_policies(summary)
    _err().print(escape(telling.result(summary, str(store))), soft_wrap=True)


def _print_policies(summary: "Summary") -> None:
    table = Table("policy", "company", title="What the policies state", title_justify="left")
    for name in ("processes", "denials", "data", "purposes", "recipients", "rights"):
        table.add_column(name, justify="right")
    for policy in summary.policies:
        table.add_row(
            escape(policy.name),
            escape(policy.company),
            *(
                str(n)
                for n in (
                    policy.processes,
                    policy.denials,
                    policy.data,
                    policy.purposes,
                    policy.recipients,
                    policy.rights,
                )
            ),
        )
    _out().print(table)


def _print_failures(failures: "Sequence[Failure]") -> None:
    from policygraph.building import telling  # noqa: PLC0415

    for line in telling.reasons(failures):
        _err().print(f"[bold red]not read:[/] {escape(line)}", soft_wrap=True)


# --- check -------------------------------------------------------------------------------------------------


@app.command()
def check(
    what: Annotated[
        list[str] | None,
        typer.Argument(help="Companies in the store, or policy files; default: all of the store."),
    ] = None,
    *,
    store: StoreOption = _STORE,
    form: Annotated[
        Literal["table", "json", "jsonl", "csv", "ttl", "html", "sarif", "junit", "github"] | None,
        typer.Option(
            "--format", "-f", help="How to print; default: by the ending of --output, else a table."
        ),
    ] = None,
    output: OutputOption = _STANDARD,
    brief: Annotated[bool, typer.Option("--brief", help="The table only, without what is missing.")] = False,
    profile: Annotated[
        Literal["auto", "gdpr", "uk-gdpr"] | None,
        typer.Option(help="The law that holds; auto: the laws that each policy states."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Only what held on this day, the date of policies without one; some rules have a first day.",
        ),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(help="Rules to check, by number or its beginning (R13); default: all.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Rules to leave out.")] = None,
    fail_on: Annotated[
        Literal["violation", "warning", "info", "none"] | None,
        typer.Option(help="From which severity on the exit code is 1; default: none."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings; default: policygraph.toml or pyproject.toml here or in a folder above."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Accepted findings, as --write-baseline writes them.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write all open findings to a file, as accepted.")
    ] = None,
    engine: Annotated[
        Literal["rudof", "pyshacl"] | None,
        typer.Option(
            help="SHACL engine; both find the same; default: rudof, the faster, if it is installed."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that check at once.")] = 1,
    endpoint: EndpointOption = "",
) -> None:
    """Hold policies against what GDPR and UK GDPR Art. 13 and 14 ask them to state, and against themselves.

    A finding is a lead for a reader, with the words it stands on; it never says that a law is broken. Exit
    codes: 0 clean, 1 findings from --fail-on on, 2 something could not be checked.
    """
    from graph import engine as engines  # noqa: PLC0415
    from policygraph import reports, settings  # noqa: PLC0415

    chosen = form or ("table" if output == _STANDARD else reports.form_of(output))
    if chosen is None:
        _stop(f"{output}: no format has this ending; name one with --format")
    try:
        found = config or settings.find(Path.cwd())
        decided = (settings.load(found) if found else settings.Settings()).overruled(
            profile=profile,
            as_of=as_of.date() if as_of else None,
            select=select,
            ignore=ignore,
            fail_on=fail_on,
            baseline=baseline,
        )
    except settings.SettingsError as error:
        _stop(str(error))
    if engine == "rudof" and engines.fastest() != engine:
        _stop("rudof is not installed; install policygraph[fast], or check with --engine pyshacl")
    # Files are checked without any store, so none is fetched for them.
    files = any(Path(one).exists() for one in what or [])
    asked = "" if files else endpoint
    with _here(store, asked, None if files else as_of) as folder:
        checked = _checked(what or [], folder, decided, engine, jobs)
    with _writer(output) as stream:
        if chosen == "table":
            _write_table(checked, stream, brief=brief)
        else:
            stream.write(reports.FORMATS[chosen](checked).encode())
    if write_baseline is not None:
        with _writer(write_baseline) as stream:
            stream.write(settings.baseline_of(checked.findings).encode())
    for failure in checked.failures:
        _err().print(f"[bold red]not read:[/] {escape(failure.reason)}", soft_wrap=True)
    if checked.failures:
        raise typer.Exit(2)
    raise typer.Exit(1 if any(map(checked.fails, checked.findings)) else 0)


def _checked(
    wanted: list[str], folder: Path, settings: "Settings", engine: "Engine | None", jobs: int
) -> "Checked":
    """Return what comes of checking the files that are named, or else companies of the store."""
    from graph import PolicyGraphError  # noqa: PLC0415
    from policygraph import checking  # noqa: PLC0415

    if any(Path(one).exists() for one in wanted):
        checked = checking.of_files([Path(one) for one in wanted], settings=settings, using=engine)
    else:
        _need_store(folder)
        try:
            checked = checking.of_store(folder, wanted, _stop, settings=settings, using=engine, jobs=jobs)
        except PolicyGraphError as error:
            _stop(str(error))
        if settings.change_nothing:
            checking.keep(folder, checked)
    if not checked.policies and not checked.failures:
        _stop("no policies here: give files or folders with .txt, .md, .html or .pdf, or build a store")
    return checked


def _write_table(checked: "Checked", stream: IO[bytes], *, brief: bool) -> None:
    """Write the table: as wide and as colourful as the terminal, plain in a pipe or a file."""
    from policygraph.reports import table  # noqa: PLC0415

    console = (
        _out() if stream is sys.stdout.buffer else Console(file=StringIO(), width=_WIDE, highlight=False)
    )
    for part in table.parts(checked, console.width, brief=brief):
        console.print(part, soft_wrap=isinstance(part, Text))
    if isinstance(console.file, StringIO):
        stream.write(console.file.getvalue().encode())


# --- query -------------------------------------------------------------------------------------------------


@app.command()
def query(
    question: Annotated[
        str, typer.Argument(help="Name of a question, a .rq file, or SPARQL; none lists them.")
    ] = "",
    *,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="name=value, as often as needed.")
    ] = None,
    form: Annotated[
        Literal["table", "json", "jsonl", "csv", "ttl"] | None,
        typer.Option(
            "--format",
            "-f",
            help="Default: table on a terminal, else csv. json: SPARQL results; jsonl: one object a row.",
        ),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="The words each row stands on, with file, line and column.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Rows to give, 0 for all; default: all, 100 of a long answer.")
    ] = None,
    offset: Annotated[int, typer.Option(min=0, help="Rows to leave out before.")] = 0,
    as_of: AsOfOption = None,
    store: StoreOption = _STORE,
    endpoint: EndpointOption = "",
) -> None:
    """Ask the graph a question of the library, or your own in SPARQL."""
    import queries  # noqa: PLC0415
    from policygraph import asking, quoting  # noqa: PLC0415
    from policygraph import endpoint as servers  # noqa: PLC0415

    if not question:
        _list_questions()
        return
    values = dict(_pair(text) for text in param or [])
    try:
        asked = asking.find(question)
        if form == "ttl":
            with _there(store, endpoint, as_of) as (folder, url):
                _print_turtle(asked, values, folder, url)
            return
        shown = (_PAGE if asked.is_long else None) if limit is None else limit or None
        with _there(store, endpoint, as_of) as (folder, url):
            if url:
                rows = servers.select(url, asked, values, limit=shown, offset=offset)
                quotes = servers.evidence(url, asked, rows) if evidence else None
            else:
                with _opened(folder) as opened:
                    rows = asking.select(opened, asked, values, limit=shown, offset=offset)
                    quotes = quoting.evidence(opened, asked, rows) if evidence else None
    except (queries.QuestionError, servers.EndpointError, OSError) as error:
        _stop(str(error))
    if evidence and not asked.evidence:
        reason = asked.no_evidence or 'give its .rq file a line "# @evidence …", as those of queries/ have'
        _err().print(f"no words are shown for these rows: {reason}", soft_wrap=True)
    _print_rows(rows, form, asked.text, quotes)
    if rows.more:
        slow = f"this question {asked.slow}; " if asked.slow and not limit else ""
        rest = "" if limit else ", all of them: --limit 0"
        _err().print(f"{slow}more rows: --offset {offset + len(rows.rows)}{rest}", soft_wrap=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        _stop(f"--param {text}: write it as name=value")
    return name.strip(), value


def _list_questions() -> None:
    import queries  # noqa: PLC0415

    table = Table("name", "question", "parameters (defaults)", title="Questions", title_justify="left")
    group = ""
    for asked in queries.questions().values():
        if asked.group == "lookups":
            continue
        if asked.group != group:
            table.add_section()
            table.add_row(f"[bold]{asked.group.capitalize()}[/]")
            group = asked.group
        parameters = ", ".join(f'{p.name} ({p.kind})="{p.default}"' for p in asked.parameters)
        note = " (gives pages)" if asked.is_long else ""
        table.add_row(asked.name, asked.text + note, escape(parameters))
    _out().print(table)
    _err().print("ask one with: policygraph query NAME --param name=value")


def _print_turtle(asked: "Question", values: dict[str, str], folder: Path, url: str) -> None:
    from graph import serial  # noqa: PLC0415
    from policygraph import asking, endpoint  # noqa: PLC0415

    try:
        if url:
            found = set(endpoint.triples(url, asked, values))
        else:
            with _opened(folder) as store:
                found = set(asking.triples(store, asked, values))
    except TypeError:
        _stop("only a CONSTRUCT or DESCRIBE gives Turtle; use --format table, csv or json")
    serial.turtle(found, sys.stdout.buffer)


def _print_rows(
    rows: "Rows", form: str | None, title: str, quotes: "list[tuple[Said, ...]] | None" = None
) -> None:
    """Print rows; with `quotes`, each with its words: as lines below it in a table, else as rows of their own."""
    from policygraph import quoting  # noqa: PLC0415

    chosen = form or ("table" if sys.stdout.isatty() else "csv")
    if chosen == "table":
        _print_table(rows, title, quotes)
        return
    if chosen == "jsonl":
        for number, row in enumerate(rows.dicts()):
            words = {} if quotes is None else {"evidence": [asdict(said) for said in quotes[number]]}
            sys.stdout.write(json.dumps(row | words, ensure_ascii=False) + "\n")
        return
    wide = rows if quotes is None or rows.boolean is not None else quoting.with_quotes(rows, quotes)
    if chosen == "json":
        sys.stdout.write(json.dumps(wide.results(), ensure_ascii=False, indent=1) + "\n")
        return
    sys.stdout.write(cells.table(wide.columns, wide.rows))


def _print_table(rows: "Rows", title: str, quotes: "list[tuple[Said, ...]] | None") -> None:
    table = Table(title=escape(title) or None, title_justify="left")
    for index, column in enumerate(rows.columns):
        number = any(isinstance(row[index], int | float) for row in rows.rows)
        table.add_column(column.replace("_", " "), justify="right" if number else "left")
    if quotes is not None:
        table.add_column("words", overflow="fold")
    for place, row in enumerate(rows.rows):
        said = [] if quotes is None else ["\n".join(_line(one) for one in quotes[place])]
        table.add_row(*("" if value is None else escape(str(value)) for value in row), *said)
    _out().print(table)
    _err().print(f"{len(rows.rows)} rows")


def _line(said: "Said") -> str:
    """Return words with their place, as a line of a table."""
    place = f"{said.line}:{said.column}" if said.line else f"{said.start}–{said.end}"
    return f"[dim]{escape(said.said_in)}:{place}[/] “{escape(' '.join(said.words.split()))}”"


# --- network, show, export, report, mentions ---------------------------------------------------------------


@app.command()
def network(
    *,
    output: OutputOption = Path("network.html"),
    measures: Annotated[
        Literal["recipients", "companies", "concentration", "countries", "similarity"] | None,
        typer.Option(help="Print this table of measures instead of writing the network."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "jsonl", "csv"] | None,
        typer.Option("--format", "-f", help="Of measures; default: table on a terminal, else csv."),
    ] = None,
    as_of: AsOfOption = None,
    store: StoreOption = _STORE,
    endpoint: EndpointOption = "",
    quiet: QuietOption = False,
) -> None:
    """Write the network of companies and recipients: .html, .svg, .png, .graphml, .gexf, .cyjs, .json or .csv."""
    from graph import PolicyGraphError  # noqa: PLC0415
    from graph import network as networks  # noqa: PLC0415

    with _here(store, endpoint, as_of) as folder, _opened(folder) as opened:
        net = networks.network(opened)
        texts = networks.texts(opened) if output.suffix.lower() == ".html" and not measures else {}
    if measures:
        _print_measures(net, measures, form)
        return
    try:
        networks.write(net, output, texts=texts)
    except PolicyGraphError as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{output}: cannot be written ({error.strerror or error})")
    if not quiet:
        _err().print(f"{output}: {net.number_of_nodes()} nodes, {net.number_of_edges()} edges")


def _print_measures(net: "DiGraph[str]", name: str, form: str | None) -> None:
    """Print a table of measures; below one for people, what its columns mean."""
    from graph import measures  # noqa: PLC0415
    from policygraph.asking import Rows  # noqa: PLC0415

    columns = measures.COLUMNS[name]
    rows = Rows(columns, tuple(measures.table(net, name)))
    if form == "json":
        sys.stdout.write(json.dumps(rows.dicts(), ensure_ascii=False, indent=1) + "\n")
        return
    _print_rows(rows, form, f"The network: {name}")
    if (form or "table") == "table" and sys.stdout.isatty():
        for column in columns:
            if column in measures.EXPLAINED:
                _err().print(f"[bold]{column.replace('_', ' ')}[/]: {measures.EXPLAINED[column]}")


@app.command()
def show(
    company: Annotated[str, typer.Argument(help="A company in the store, by any of its names.")],
    *,
    as_of: AsOfOption = None,
    store: StoreOption = _STORE,
    endpoint: EndpointOption = "",
) -> None:
    """Print what the policy of a company states, each statement with its words."""
    from policygraph import showing  # noqa: PLC0415

    with _here(store, endpoint, as_of) as folder, _opened(folder) as opened:
        for line in showing.lines(opened, company, _stop):
            _out().print(line, soft_wrap=True)


@app.command()
def export(
    *,
    form: Annotated[
        Literal["nquads", "trig", "turtle", "jsonld"],
        typer.Option("--format", "-f", help="How to write the graph."),
    ] = "nquads",
    output: OutputOption = _STANDARD,
    store: StoreOption = _STORE,
    lexicon: Annotated[bool, typer.Option(help="Write the graph of the ontology too.")] = True,
) -> None:
    """Write the whole graph, in an order that depends on nothing but what it holds."""
    with _opened(store) as opened, _writer(output) as stream:
        opened.export(stream, form, lexicon=lexicon)


@app.command()
def report(
    companies: Annotated[
        list[str] | None, typer.Argument(help="Companies in the store, by any of their names.")
    ] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="All companies of the store.")] = False,
    form: Annotated[
        Literal["html", "ropa-csv", "ropa-xlsx", "tilt", "turtle", "jsonld"] | None,
        typer.Option(
            "--format",
            "-f",
            help="html: pages in a folder. ropa-…: a record of processing activities (GDPR Art. 30). tilt: "
            "Transparency Information Language. Default: by the ending of --output, else html.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for html (default: report), else a file; - is standard output."
        ),
    ] = None,
    as_of: AsOfOption = None,
    store: StoreOption = _STORE,
    endpoint: EndpointOption = "",
    quiet: QuietOption = False,
) -> None:
    """Write what the policies of companies state to be handed on: pages, a record, TILT or RDF.

    Nothing is added to what they state: what a policy leaves out is "not stated".
    """
    from policygraph import reporting  # noqa: PLC0415

    if bool(companies) == everybody:
        _stop("name the companies to report on, or give --all for all of the store")
    chosen = form or (reporting.form_of(output) if output else "html")
    with _here(store, endpoint, as_of) as folder, _opened(folder) as opened:
        if chosen == "html":
            _write_pages(opened, companies or [], output or Path("report"), quiet=quiet)
            return
        target = output or _STANDARD
        if chosen == "ropa-xlsx" and target == _STANDARD and sys.stdout.isatty():
            _stop("a workbook is nothing for a terminal: give a file with --output")
        site = reporting.site(opened)
        written = reporting.FORMATS[chosen](opened, site, _companies(opened, site, companies or []))
    with _writer(target) as stream:
        stream.write(written)


def _write_pages(store: "Store", names: list[str], folder: Path, *, quiet: bool) -> None:
    from policygraph import reporting  # noqa: PLC0415

    site = reporting.site(store)
    try:
        count = reporting.save(site, _companies(store, site, names), folder)
    except OSError as error:
        _stop(f"{folder}: cannot be written ({error.strerror or error})")
    if not quiet:
        _err().print(f"{count} pages; open {escape(str(folder / 'index.html'))}", soft_wrap=True)


def _companies(store: "Store", site: "Site", names: list[str]) -> "list[Company]":
    """Return the companies that names mean, each once, all of them without a name; end with 2 if one is unknown."""
    from policygraph import showing  # noqa: PLC0415

    if not names:
        if not site.directory.companies:
            _stop("no policies in this store: build one with: policygraph build FILE…")
        return list(site.directory.companies)
    found = {}
    for name in names:
        for version in showing.versions_of(store, name, _stop):
            one = site.directory.by_version.get(version.iri)
            if one is not None:
                found[one.iri] = one
    if not found:
        _stop(f"no policy of {', '.join(names)} holds any more; build the store again")
    return list(found.values())


@app.command()
def mentions(
    paths: Annotated[list[Path], typer.Argument(help="Policies or folders of them.")],
    *,
    output: OutputOption = _STANDARD,
    generic: Annotated[
        bool, typer.Option(help='Also words such as "your information", which say no category.')
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Write each place of the policies that says something, one JSON object a line."""
    from policygraph import building  # noqa: PLC0415
    from policygraph.mentions import mentions as found_in  # noqa: PLC0415

    failures: list[Failure] = []
    try:
        found = list(building.files(paths))
    except FileNotFoundError as error:
        _stop(str(error))
    with _writer(output) as stream:
        for reading in building.readings(found, failures):
            for mention in found_in(reading, generic=generic):
                stream.write(json.dumps(mention.row(), ensure_ascii=False).encode() + b"\n")
    if not quiet:
        _err().print(f"{len(found) - len(failures)} policies read")
    _print_failures(failures)
    raise typer.Exit(1 if failures else 0)


# --- diff --------------------------------------------------------------------------------------------------


@app.command()
def diff(
    old: Annotated[
        str,
        typer.Argument(
            help="A file, COMPANY@DATE, COMPANY@SHA256 or an IRI; or a company, for its versions."
        ),
    ],
    new: Annotated[str, typer.Argument(help="What it is compared with, named alike.")] = "",
    *,
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="What held then; default: the version before."),
    ] = None,
    stop: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="What held then; default: the latest version."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "html", "markdown"] | None,
        typer.Option(
            "--format", "-f", help="How to print; default: by the ending of --output, else a table."
        ),
    ] = None,
    output: OutputOption = _STANDARD,
    store: StoreOption = _STORE,
    endpoint: EndpointOption = "",
) -> None:
    """Say what changed between two versions of a policy: as statements, not lines, each with its words.

    Exit codes: 0 both state the same, 1 something changed, 2 they could not be compared.
    """
    from policygraph.diffing import reports  # noqa: PLC0415

    if new and (start or stop):
        _stop("--from and --to are for one company: name either two versions, or a company and its dates")
    chosen = form or reports.ENDINGS.get(output.suffix.lower(), "table")
    found = _diff(old, new, (start, stop), store, endpoint)
    with _writer(output) as stream:
        if chosen == "table":
            console = (
                _out() if output == _STANDARD else Console(file=StringIO(), width=_WIDE, highlight=False)
            )
            for line in reports.lines(found):
                console.print(line, soft_wrap=True)
            if isinstance(console.file, StringIO):
                stream.write(console.file.getvalue().encode())
        else:
            stream.write(reports.FORMATS[chosen](found).encode())
    raise typer.Exit(1 if found.changes else 0)


def _diff(
    old: str, new: str, dates: "tuple[datetime | None, datetime | None]", folder: Path, endpoint: str
) -> "Diff":
    """Return what changed between what the arguments of `diff` name."""
    from extract.errors import ExtractError  # noqa: PLC0415
    from policygraph.diffing import editions  # noqa: PLC0415

    if Path(old).is_file() and not new:
        _stop(f"{old}: name the file to compare it with, too")
    missing = [one for one in (old, new) if one and not Path(one).is_file()]
    if missing and not endpoint and not folder.is_dir():
        _stop(f"{missing[0]}: no such file, and no store in {folder} that could have such a version")
    try:
        if Path(old).is_file() and Path(new).is_file():
            return editions.diff(editions.of_file(Path(old)), editions.of_file(Path(new)))
        with _fetched(folder, endpoint) as found, _opened(found) as opened:
            if not new:
                start, stop = (day.date().isoformat() if day else "" for day in dates)
                return editions.diff(*editions.of_dates(opened, old, start, stop))
            sides = (
                editions.of_file(Path(one)) if Path(one).is_file() else editions.of_store(opened, one)
                for one in (old, new)
            )
            return editions.diff(*sides)
    except OSError as error:
        _stop(f"{error.filename}: cannot be opened ({error.strerror or error})")
    except (editions.NoSuchVersionError, ExtractError) as error:
        _stop(str(error))


# --- serve, push -------------------------------------------------------------------------------------------


@app.command()
def serve(
    *,
    store: StoreOption = _STORE,
    host: Annotated[
        str, typer.Option(help="Address; one that other machines can reach needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", help="0 takes any that is free.")] = 7200,
    seconds: Annotated[float, typer.Option(min=0.1, help="Longest time for a query.")] = 30,
    rows: Annotated[int, typer.Option(min=1, help="Most rows or triples of an answer.")] = 100_000,
    memory: Annotated[int, typer.Option(min=64, help="MB that a query may take.")] = 1024,
    workers: Annotated[int, typer.Option(min=1, help="Queries that are answered at once.")] = 2,
    cors: Annotated[
        str, typer.Option(help="Origin whose pages may ask too, such as https://example.org; * is any.")
    ] = "",
    token: Annotated[
        str,
        typer.Option(
            envvar="POLICYGRAPH_TOKEN", help="What a client has to send; better set in the variable."
        ),
    ] = "",
    check: Annotated[
        bool,
        typer.Option("--check", help="First check the policies that have no report, and keep the reports."),
    ] = False,
) -> None:
    """Open the explorer for a browser, and answer SPARQL over HTTP, read-only: /sparql, and graphs at /store."""
    from policygraph.serving import Limits  # noqa: PLC0415
    from policygraph.serving.app import Access  # noqa: PLC0415
    from policygraph.serving.server import ServingError  # noqa: PLC0415
    from policygraph.serving.server import serve as run  # noqa: PLC0415

    with _opened(store):
        pass  # only to say now what is wrong with it
    if check:
        _complete(store)
    limits = Limits(seconds=seconds, rows=rows, memory=memory, workers=workers)
    try:
        run(store, host, port, limits, Access(token, cors), started=_print_started)
    except ServingError as error:
        _stop(str(error))


def _complete(store: Path) -> None:
    """Keep a report of each policy in a store; who waits at a screen is told of how many there was none."""
    from graph import PolicyGraphError  # noqa: PLC0415
    from policygraph import checking  # noqa: PLC0415

    try:
        number = checking.complete(store)
    except PolicyGraphError as error:
        _stop(str(error))
    if number and sys.stderr.isatty():
        _err().print(f"{number:,} {'policy' if number == 1 else 'policies'} checked")


@app.command()
def push(
    *,
    endpoint: Annotated[
        str, typer.Option(envvar="POLICYGRAPH_ENDPOINT", help="URL of the query endpoint of a SPARQL server.")
    ],
    graph_store: Annotated[
        str, typer.Option(help="URL of its graph store, if it is not where servers have it.")
    ] = "",
    update: Annotated[str, typer.Option(help="URL that takes its updates; graphs are sent there then.")] = "",
    store: StoreOption = _STORE,
    partitions: Annotated[
        Path | None, typer.Option(help="Folder that build --partitions has written, instead of a store.")
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Write the graphs to a SPARQL server, each in the place of the one that is there of the same name."""
    from policygraph import pushing  # noqa: PLC0415
    from policygraph.endpoint import EndpointError  # noqa: PLC0415

    with _loaded(partitions) if partitions else _opened(store) as opened:
        try:
            done = pushing.push(opened, endpoint, graph_store=graph_store, update=update)
        except EndpointError as error:
            _stop(str(error))
    if not quiet:
        new = "" if done.new is None else f", {done.new} of them new there"
        _err().print(
            f"{done.url}: {done.graphs} graphs{new}, {done.triples:,} triples, by {done.way}", soft_wrap=True
        )


@contextmanager
def _loaded(folder: Path) -> "Iterator[Store]":
    """Yield a store that holds for now what a folder of partitions holds, with what follows from that."""
    from graph import Store  # noqa: PLC0415
    from policygraph.building import partitions  # noqa: PLC0415

    with TemporaryDirectory(prefix="policygraph-") as made, Store(Path(made) / "store") as store:
        try:
            partitions.load(folder, store)
        except partitions.PartitionError as error:
            _stop(str(error))
        yield store


def _print_started(url: str, token: str) -> None:
    _err().print(f"{url} for a browser, {url}sparql for SPARQL; end it with Ctrl-C", soft_wrap=True)
    if token:
        _err().print("clients send the token as password, or as: Authorization: Bearer TOKEN")
        if not os.environ.get("POLICYGRAPH_TOKEN"):
            _err().print(f"token: {escape(token)}", soft_wrap=True)


def _version(value: bool) -> None:  # noqa: FBT001  the signature that typer asks for
    if value:
        from policygraph import __version__  # noqa: PLC0415

        sys.stdout.write(f"policygraph {__version__}\n")
        raise typer.Exit


@app.callback()
def _common(
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what is done, with tracebacks.")
    ] = False,
    version: Annotated[  # noqa: ARG001  typer calls _version
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read privacy policies into a knowledge graph of what each one states."""
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, stream=sys.stderr)


if __name__ == "__main__":
    main()
