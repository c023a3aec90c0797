"""Requests to a SPARQL server carry the user's name and password, from the environment, once it asks for them."""

import os
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

_LOCKED = frozenset((401, 403))


def opener(url: str) -> OpenerDirector:
    """Return what opens URLs of the server of `url`, with POLICYGRAPH_USER and POLICYGRAPH_PASSWORD if set."""
    known = HTTPPasswordMgrWithDefaultRealm()
    user = os.environ.get("POLICYGRAPH_USER")
    if user:
        place = urlsplit(url)
        password = os.environ.get("POLICYGRAPH_PASSWORD", "")
        known.add_password(None, f"{place.scheme}://{place.netloc}/", user, password)
    return build_opener(_Basic(known), _Digest(known))


def software(known: OpenerDirector, url: str, seconds: float) -> str:
    """Return the name of the software that answers at `url`, "" if it does not say.

    On the way it is told who asks, if it wants to know that.
    """
    request = Request(url, method="HEAD")  # noqa: S310  the user's server
    try:
        with known.open(request, timeout=seconds) as answer:
            return str(answer.headers["Server"] or "")
    except HTTPError as error:
        with error:
            return str(error.headers["Server"] or "")
    except OSError:
        return ""


def refusal(error: HTTPError) -> str:
    """Return in one line what a server says that refuses, and what to do if it wants to know who asks."""
    with error:
        said = error.read(500).decode(errors="replace").strip().splitlines()
    advice = "; set POLICYGRAPH_USER and POLICYGRAPH_PASSWORD" if error.code in _LOCKED else ""
    return f"{error.code} {said[0] if said else error.reason}{advice}"


class _Basic(HTTPBasicAuthHandler):
    """Sends name and password with every request once the server has asked for them."""

    _sent = ""

    def http_error_401(self, *given: Any) -> Any:
        """Leave what is not asked for in this way to others."""
        with suppress(ValueError):
            return super().http_error_401(*given)
        return None

    def retry_http_basic_auth(self, host: str, req: Request, realm: str) -> Any:
        """Send them, and keep what is sent."""
        answer = super().retry_http_basic_auth(host, req, realm)
        self._sent = req.get_header(self.auth_header, "")
        return answer

    def http_request(self, req: Request) -> Request:
        """Return the request with name and password."""
        if self._sent and not req.has_header(self.auth_header):
            req.add_unredirected_header(self.auth_header, self._sent)
        return req

    https_request = http_request


class _Digest(HTTPDigestAuthHandler):
    """Answers the last challenge of the server with every request, not only when it is made again."""

    _challenge = ""

    def http_error_401(self, *given: Any) -> Any:
        """Leave what is not asked for in this way to others."""
        with suppress(ValueError):
            return super().http_error_401(*given)
        return None

    def retry_http_digest_auth(self, req: Request, auth: str) -> Any:
        """Keep the challenge, and answer it."""
        self._challenge = auth.partition(" ")[2]
        return super().retry_http_digest_auth(req, auth)

    def http_request(self, req: Request) -> Request:
        """Return the request with the answer to the last challenge."""
        if self._challenge and not req.has_header(self.auth_header):
            asked = parse_keqv_list([part for part in parse_http_list(self._challenge) if part])
            given = self.get_authorization(req, asked)
            if given:
                req.add_unredirected_header(self.auth_header, f"Digest {given}")
        return req

    https_request = http_request
