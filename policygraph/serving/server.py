"""Binds the application to an address of this machine."""

import ipaddress
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

import ontology
import queries
from ontology import NAMESPACES
from policygraph import endpoint
from policygraph.serving.app import Access, application
from policygraph.serving.limits import Limits


class ServingError(Exception):
    """Raised when an address cannot be served; the message says why and what to do."""


def serve(
    folder: Path, host: str, port: int, limits: Limits, access: Access, *, started: Callable[[str, str], None]
) -> None:
    """Serve the store in `folder` until the process is ended.

    `started` is called with the URL and the token that is needed, which is made up if `host` is an address
    that other machines can reach and there is none yet. Raise ServingError.
    """
    if not is_loopback(host):
        # A machine has many names, so no name tells friend from foe; the token does.
        access = replace(access, token=access.token or secrets.token_urlsafe(), hosts=("*",))
    app = application(folder, limits, access, library())
    with _listening(host, port) as listening:
        name = f"[{host}]" if ":" in host else host
        started(f"http://{name}:{listening.getsockname()[1]}/", access.token)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            limit_concurrency=limits.connections,
            timeout_graceful_shutdown=1,  # whoever ends the server does not wait for somebody's long query
        )
        uvicorn.Server(config).run(sockets=[listening])


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def library() -> dict[str, Any]:
    """Return what the page offers: questions as SPARQL that any client can send, prefixes, and terms."""
    return {
        "questions": list(_questions()),
        "prefixes": dict(NAMESPACES),
        "terms": sorted(ontology.load().terms),
    }


def _questions() -> Iterator[dict[str, str]]:
    """Yield the questions of the library with their defaults."""
    resolve = queries.Resolver()
    for asked in queries.questions().values():
        try:
            values = queries.bound(asked, {}, resolve)
        except queries.QuestionError:  # the default is a company that only a graph knows
            values = {}
        sparql = endpoint.with_values(asked.sparql, values)
        yield {"name": asked.name, "group": asked.group, "question": asked.text, "sparql": sparql}


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise ServingError(
            f"{host}:{port}: cannot be served ({error.strerror or error}); take another --port"
        ) from error
