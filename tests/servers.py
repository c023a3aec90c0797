"""Starts the SPARQL servers of others that are on this machine, each empty and in a folder of its own."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OXIGRAPH = shutil.which("oxigraph", path=Path(sys.executable).parent) or shutil.which("oxigraph")
VIRTUOSO = shutil.which("virtuoso-t")
_PATIENCE = 120  # seconds until a server has to answer


@contextmanager
def oxigraph(folder: Path, *, command: str = "serve") -> Iterator[str]:
    """Yield the URL of an Oxigraph server."""
    assert OXIGRAPH is not None
    port = free_port()
    arguments = (
        OXIGRAPH,
        command,
        "--location",
        str(folder),
        "--union-default-graph",
        "--bind",
        f"127.0.0.1:{port}",
    )
    with _running(arguments, folder, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Yield the URL of a Virtuoso server, whose user is dba with the password dba."""
    assert VIRTUOSO is not None
    port, sql = free_port(), free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(
        f"[Database]\nDatabaseFile = {folder}/v.db\nTransactionFile = {folder}/v.trx\n"
        f"ErrorLogFile = {folder}/v.log\nLockFile = {folder}/v.lck\nxa_persistent_file = {folder}/v.pxa\n"
        f"[TempDatabase]\nDatabaseFile = {folder}/t.db\nTransactionFile = {folder}/t.trx\n"
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nNumberOfBuffers = 20000\nDirsAllowed = {folder}\n"
        f"[HTTPServer]\nServerPort = 127.0.0.1:{port}\nServerThreads = 10\n"
        f"[SPARQL]\nResultSetMaxRows = 100000\n",
        encoding="utf-8",
    )
    arguments = (VIRTUOSO, "+foreground", "+configfile", str(settings))
    with _running(arguments, folder, port):
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def _running(arguments: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Run a server until it listens and then as long as it is needed."""
    log = folder.with_suffix(".log")
    with (
        log.open("wb") as output,
        subprocess.Popen(arguments, stdout=output, stderr=output, cwd=folder) as server,
    ):
        try:
            until = time.monotonic() + _PATIENCE
            while not _listens(port):
                assert server.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < until, log.read_text(errors="replace")
                time.sleep(0.05)
            yield
        finally:
            server.kill()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
