"""What is fuzzed: each target takes any bytes, and raises for what must not happen.

A target is a function from bytes; whatever it raises is a finding. Its examples are where the fuzzer starts.
"""

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

import promises

from extract.errors import ExtractError, UnreadablePolicy
from extract.readers import read_text

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
_SENT = re.compile(rb"[\x21-\x7e]*")
_STATUSES = frozenset((200, 400, 404, 405, 406, 413, 415, 403, 503))


class Target(NamedTuple):
    """A function that takes any bytes, examples of them, and how long they may be."""

    run: Callable[[bytes], None]
    examples: Callable[[], Iterator[bytes]]
    longest: int


def _document(raw: bytes, *, media_type: str) -> None:
    """Read a file of one kind, twice."""
    try:
        doc = read_text("policy", raw, media_type)
    except UnreadablePolicy:
        return
    promises.document(doc)
    assert doc == read_text("policy", raw, media_type)


def _policy(raw: bytes) -> None:
    """Read what a short policy states, and make the graph of it."""
    from extract.reading import read_policy  # noqa: PLC0415  spaCy takes over a second to import

    try:
        made = read_policy(read_text("policy", raw, "text/markdown"))
    except ExtractError:
        return
    promises.reading(made)
    promises.graph(made)
    if made.statements and not len(raw) % 8:  # a tenth of a second
        promises.store([made])


def _question(raw: bytes) -> None:
    """Read a file with a question, and bind values to its parameters."""
    import queries  # noqa: PLC0415
    from policygraph import asking  # noqa: PLC0415

    path = _scratch() / "question.rq"
    path.write_bytes(raw)
    try:
        asked = queries.read(path)
        values = {one.name: one.default or "email address" for one in asked.parameters}
        asking.select(_held(), asked, values, limit=10)
        asking.find(raw.decode("utf-8", "replace"))
    except queries.QuestionError:
        return


def _settings(raw: bytes) -> None:
    """Read settings and a baseline."""
    from policygraph import settings  # noqa: PLC0415

    path = _scratch() / "policygraph.toml"
    path.write_bytes(raw)
    for read in (settings.load, partial(settings.with_baseline, settings.Settings())):
        try:
            read(path)
        except settings.SettingsError as error:
            assert str(path.parent) in str(error)  # noqa: PT017  not all settings are wrong


def _request(raw: bytes) -> None:
    """Send the server a request: a line with method and address, lines of headers, a body."""
    head, _, body = raw.partition(b"\n\n")
    line, *headers = head.split(b"\n")
    method, _, address = line.partition(b" ")
    if not _SENT.fullmatch(address):
        return  # servers take no other signs in an address
    path, _, query = address.partition(b"?")
    sent = [
        (name.strip().lower(), value.strip()) for name, _, value in (one.partition(b":") for one in headers)
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST" if method == b"POST" else "GET",
        "path": path.decode("utf-8", "replace") or "/",
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [*sent, (b"host", b"localhost")],
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    status = _loop().run_until_complete(_answered(scope, body))
    assert status in _STATUSES or 300 <= status < 400, status


async def _answered(scope: MutableMapping[str, Any], body: bytes) -> int:
    """Return the status with which the server answers."""
    statuses: list[int] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await _application()(scope, receive, send)
    return statuses[0]


class _Pool:
    """Answers in this process, as a worker does."""

    stamp = frozenset[tuple[str, int]]()

    async def answer(self, job: Any) -> tuple[int, str, bytes]:
        import json  # noqa: PLC0415

        from policygraph.serving import worker  # noqa: PLC0415

        if job.make:
            return 200, "text/html", b""
        return worker.answer(_held()._store, json.loads(job.line()), rows=1000, size=10)


class _Days:
    """Stands for what held on days: none is put together here."""

    @asynccontextmanager
    async def of(self, text: str) -> AsyncIterator[Any]:
        from policygraph.serving import days, protocol  # noqa: PLC0415

        raise protocol.Refused(503, f"nothing as of {days.read(text)}")
        yield


@cache
def _application() -> Any:
    from policygraph.serving.app import Access, application  # noqa: PLC0415
    from policygraph.serving.limits import Limits  # noqa: PLC0415
    from policygraph.serving.selecting import Companies  # noqa: PLC0415

    app = application(_scratch(), Limits(), Access())
    app.state.pool = _Pool()
    app.state.companies = Companies(app.state.pool)
    app.state.days = _Days()
    return app


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _held() -> Any:
    """Return a store with one small policy."""
    from extract.reading import read_policy  # noqa: PLC0415
    from graph import Store  # noqa: PLC0415

    text = (
        b"# Acme Ltd privacy policy\n\nWe, Acme Ltd, collect your email address to send you our newsletter, and "
        b"share it with Google on the basis of your consent. We do not sell your data.\n"
    )
    held = Store()
    held.add([read_policy(read_text("acme.md", text, "text/markdown"))])
    held.rebuild_derived()
    return held


@cache
def _scratch() -> Path:
    return Path(mkdtemp(prefix="policygraph-fuzz-"))


def _texts(kind: str) -> Iterator[bytes]:
    """Yield the texts of the cases of one reader, and what was found before."""
    for case in tomllib.loads((CASES / "readers" / f"{kind}.toml").read_text(encoding="utf-8"))["case"]:
        yield case["text"].encode()


def _plain() -> Iterator[bytes]:
    yield from _texts("plain")
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        text = path.read_bytes()
        yield from (text[start : start + 2000] for start in range(0, len(text), 8000))
    yield "We collect “names”.".encode("utf-16")
    yield "We collect names.\n".encode("utf-32")
    yield "We collect “names”.".encode("cp1252")


def _html() -> Iterator[bytes]:
    from hostile import FILES, HTML  # noqa: PLC0415

    yield from _texts("html")
    yield from (recipe.make(500) for recipe in FILES.values() if recipe.media_type == HTML)


def _markdown() -> Iterator[bytes]:
    from hostile import FILES, MARKDOWN  # noqa: PLC0415

    yield from _texts("markdown")
    yield from (recipe.make(300) for recipe in FILES.values() if recipe.media_type == MARKDOWN)


def _pdf() -> Iterator[bytes]:
    from hostile import FILES, PDF  # noqa: PLC0415
    from test_readers import TAGGED, TREES, pdf  # noqa: PLC0415

    yield pdf(TAGGED, TREES)
    yield pdf(TAGGED)
    yield from (recipe.make(300) for recipe in FILES.values() if recipe.media_type == PDF)


_EACH, _SHORT = 9, 300


def _said() -> Iterator[bytes]:
    """Return short texts in which extractors find something, or must find nothing: some of each extractor."""
    cases = (
        case
        for file in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8")).values()
    )
    texts = [case["text"].encode() for case in cases if isinstance(case, dict) and "text" in case]
    return (text for text in texts[::_EACH] if len(text) <= _SHORT)


def _questions() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted((ROOT / "queries").glob("*.rq")))


def _said_settings() -> Iterator[bytes]:
    yield b'profile = "uk-gdpr"\nas-of = 2026-06-19\nfail-on = "warning"\nselect = ["R", "C01"]\nignore = ["R03"]'
    yield b'baseline = "policygraph.toml"\n[severity]\nR30 = "warning"\n[[waive]]\nrule = "R17"\nreason = "told"'
    yield b'[{"policy": "a.txt", "fingerprint": "b"}]'


def _requests() -> Iterator[bytes]:
    pages = (
        *(
            "/",
            "/?text=acme&sort=-data&page=2",
            "/company/acme-ltd?by=data",
            "/company/acme-ltd?only=dpv:Marketing",
        ),
        *(
            "/policy/acme-ltd/privacy/x/?words=1-20&show=data,purpose",
            "/compare?company=Acme+Ltd&differences=1",
        ),
        *(
            "/concepts?table=rights&text=health",
            "/concept/dpv:Marketing",
            "/concept/https%3A%2F%2Fa.example%2Fb",
        ),
        *(
            "/questions/who-processes?data=email+address&evidence=1&offset=2",
            "/questions/who-processes.csv?data=*",
        ),
        *("/questions/who-processes.json", "/checks?sort=-open", "/network?text=google", "/static/../app.py"),
        *(
            "/editor",
            "/editor/index.html",
            "/library.json",
            "/store?default",
            "/store?graph=http%3A%2F%2Fa.example%2F",
        ),
    )
    for page in pages:
        yield f"GET {page}\nAccept: text/html, */*;q=0.5\n\n".encode()
    yield b"GET /sparql?query=SELECT%20%3Fa%20WHERE%20%7B%20%3Fa%20a%20dpv%3AProcess%20%7D\nAccept: text/csv\n\n"
    yield b"POST /sparql\nContent-Type: application/sparql-query\nAccept: text/turtle\n\nDESCRIBE <http://a.example/b>"
    yield b"POST /sparql\nContent-Type: application/x-www-form-urlencoded\n\nquery=ASK%20%7B%7D&named-graph-uri=a:b"


TARGETS: Mapping[str, Target] = {
    "plain": Target(partial(_document, media_type="text/plain"), _plain, 3000),
    "markdown": Target(partial(_document, media_type="text/markdown"), _markdown, 1500),
    "html": Target(partial(_document, media_type="text/html"), _html, 3000),
    "pdf": Target(partial(_document, media_type="application/pdf"), _pdf, 8000),
    "policy": Target(_policy, _said, 600),
    "question": Target(_question, _questions, 3000),
    "request": Target(_request, _requests, 500),
    "settings": Target(_settings, _said_settings, 500),
}
