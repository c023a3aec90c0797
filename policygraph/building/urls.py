"""Policies that lie behind URLs, as fsspec knows them: which there are, their bytes, and what they are called.

s3://bucket/policies/              a folder, searched by file ending as folders on disk are
s3://bucket/policies/2026-*.html   whatever matches
https://example.org/privacy        one page: the web has no folders
zip://::policies.zip               all of an archive; zip://en/*.txt::s3://bucket/policies.zip a part of it
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from graph.iri import file_name
from policygraph.building.listing import is_policy

if TYPE_CHECKING:
    from fsspec.spec import AbstractFileSystem

_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|[a-z][a-z0-9+.-]*::)", re.IGNORECASE)
_MAGIC = re.compile(r"[*?\[]")
_WEB = frozenset(("http", "https"))
_HERE = frozenset(("file", "local", "memory"))  # what another machine has none of, or another one
_SECONDS = 60  # until a server has to have given all of a file
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IN_IRIS = "%/:?@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Listed:
    """The URLs of the policies behind a URL, in the order of their names.

    Those behind that of a folder begin and end alike; `start` is empty if it is none.
    """

    sources: tuple[str, ...]
    start: str = ""
    end: str = ""

    def held(self, source: str) -> bool:
        """Tell whether a URL lies in the folder and is that of a policy, whether it is there or not."""
        inside = bool(self.start) and source.startswith(self.start) and source.endswith(self.end)
        return inside and is_policy(PurePosixPath(file_name(source)))


class SourceError(OSError):
    """Raised when what a URL names cannot be had; the message names it and says what to do."""


def is_url(source: str) -> bool:
    """Tell whether a source is a URL and no path.

    >>> is_url("s3://bucket/policies/"), is_url("zip::policies.zip"), is_url("policies/a.txt"), is_url("C:/a.txt")
    (True, True, False, False)
    """
    return _URL.match(source) is not None


def is_shared(source: str) -> bool:
    """Tell whether other machines reach what a URL names, too.

    >>> is_shared("zip://a.txt::s3://bucket/policies.zip"), is_shared("zip://a.txt::policies.zip")
    (True, False)
    """
    return is_url(source) and _protocol(source.rpartition("::")[2]) not in _HERE


def is_ours(source: str) -> bool:
    """Tell whether only this process reaches what a URL names, not even another one on this machine."""
    return is_url(source) and _protocol(source.rpartition("::")[2]) == "memory"


def iri_of(source: str) -> str:
    """Return the IRI of what a URL names, without its fragment; "" for a part of an archive, which has none.

    >>> iri_of("https://example.org/our policy#top")
    'https://example.org/our%20policy'
    """
    if "::" in source:
        return ""
    return quote(_STRAY.sub("%25", source.partition("#")[0]), safe=_IN_IRIS)


def listed(url: str) -> Listed:
    """Return the policies that a URL names: a file, all of a folder, or what matches. Raise SourceError."""
    system, path = _system(url)
    if _protocol(url) in _WEB:
        return Listed((url,))
    behind = "".join(url.partition("::")[1:])

    def whole(one: str) -> str:
        return (f"{_protocol(url)}://{one}" if behind else str(system.unstrip_protocol(one))) + behind

    try:
        if _MAGIC.search(path):
            return Listed(tuple(whole(one) for one in sorted(system.glob(path)) if system.isfile(one)))
        if system.isdir(path):
            inside = sorted(one for one in system.find(path) if is_policy(PurePosixPath(one)))
            start = whole(path.rstrip("/") + "/" if path.strip("/") else "").removesuffix(behind)
            return Listed(tuple(map(whole, inside)), start, behind)
        system.info(path)
        return Listed((whole(path),))
    except Exception as error:
        raise _error(url, error) from error


def fetched(url: str) -> bytes:
    """Return the bytes of a file, no more than readers take.

    Raise SourceError if it cannot be had, UnreadablePolicy if it is too large: where its size is known before
    any of it is fetched.
    """
    from extract.errors import UnreadablePolicy  # noqa: PLC0415  the readers take time to import
    from extract.readers import LARGEST, check_size  # noqa: PLC0415

    system, path = _system(url)
    try:
        size = system.info(path).get("size")
        check_size(file_name(url), size or 0)
        raw = bytearray()
        with system.open(path, "rb", **_streaming(url, size)) as file:
            while len(raw) <= LARGEST and (more := file.read(LARGEST + 1 - len(raw))):
                raw += more
    except UnreadablePolicy:
        raise
    except Exception as error:
        raise _error(url, error) from error
    check_size(file_name(url), len(raw))
    return bytes(raw)


def _streaming(url: str, size: int | None) -> dict[str, Any]:
    """Return the options that let a web server send a file in one go."""
    return {"block_size": 0, "size": size or 1} if _protocol(url) in _WEB else {}


def _system(url: str) -> "tuple[AbstractFileSystem, str]":
    """Return the file system that knows a URL, and the path in it. Raise SourceError."""
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415  only those who read from URLs need it
    except ImportError as error:
        raise SourceError(f"{url}: reading from URLs needs fsspec; install policygraph[urls]") from error
    places = [_protocol(part) for part in url.split("::")]
    if any("@" in urlsplit(part).netloc for part in url.split("::") if _protocol(part) in _WEB):
        raise SourceError(
            f"{url.rpartition('@')[2]}: a password in a URL would be kept; put it into ~/.netrc"
        )
    try:
        system, path = url_to_fs(url, **{place: _web() for place in places if place in _WEB})
    except ImportError as error:
        raise SourceError(f"{url}: {error}") from error
    except Exception as error:
        raise _error(url, error) from error
    return system, path


@cache
def _web() -> dict[str, Any]:
    """Return how web servers are asked: with the proxy and the passwords of the user, and not for ever."""
    from aiohttp import ClientTimeout  # noqa: PLC0415

    return {"client_kwargs": {"trust_env": True, "timeout": ClientTimeout(total=_SECONDS)}}


def _error(url: str, error: Exception) -> SourceError:
    """Return what is said of a URL when a library has raised `error`."""
    # That a page is not found may mean anything; what is beneath tells.
    cause = (isinstance(error, FileNotFoundError) and error.__cause__) or error
    if isinstance(cause, FileNotFoundError) or getattr(cause, "status", None) == 404:  # noqa: PLR2004
        return SourceError(f"{url}: there is no such file or folder")
    if isinstance(cause, TimeoutError):
        return SourceError(f"{url}: it does not come within {_SECONDS} seconds; try again later")
    if isinstance(cause, PermissionError) or getattr(cause, "status", None) in (401, 403):
        return SourceError(
            f"{url}: you may not read it ({cause}); check your credentials for {_protocol(url)}"
        )
    return SourceError(f"{url}: it cannot be had ({type(cause).__name__}: {cause})")


def _protocol(url: str) -> str:
    """Return the protocol of a URL in small letters; that of a path is "file"."""
    return url.partition("://")[0].partition("::")[0].lower() if is_url(url) else "file"
