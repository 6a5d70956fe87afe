"""The gate in front of a WSGI application (PEP 3333)."""

import time
from collections.abc import Callable, Iterable
from http.client import responses
from typing import TYPE_CHECKING, Any

from beekeeper.gate.answers import Answer, Decision, without_body
from beekeeper.gate.request import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SUBJECT_KEY = "beekeeper.sub"
FOR_CACHES = ("cache-control", "surrogate-control")  # also CDN-Cache-Control and the like


def request_of(environ: "WSGIEnvironment") -> Request:
    """Return what the gate looks at in a request. The address is that of who is connected."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return Request(
        method=environ.get("REQUEST_METHOD", "GET"),
        path=_bytes(path or "/"),
        query=environ.get("QUERY_STRING", ""),
        cookies=environ.get("HTTP_COOKIE", ""),
        accept=environ.get("HTTP_ACCEPT", ""),
        fetch_mode=environ.get("HTTP_SEC_FETCH_MODE", ""),
        requested_with=environ.get("HTTP_X_REQUESTED_WITH", ""),
        address=environ.get("REMOTE_ADDR", ""),
    )


def _bytes(path: str) -> bytes:
    try:
        return path.encode("latin-1")  # PEP 3333: each character is a byte of the decoded path
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")


def send(answer: Answer, method: str, start_response: "StartResponse") -> Iterable[bytes]:
    """Send an answer."""
    answer = without_body(answer) if method == "HEAD" else answer
    phrase = responses.get(answer.status, "Unknown")  # a hook may answer with any status
    start_response(f"{answer.status} {phrase}", list(answer.headers))
    return [answer.body]


class WsgiGate:
    """The application behind the gate. ``environ["beekeeper.sub"]`` says which visitor it is."""

    def __init__(
        self,
        app: "WSGIApplication",
        decide: Callable[[Request, float], Decision],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._decide = decide
        self._clock = clock

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Let a request in, or answer it."""
        request = request_of(environ)
        found = self._decide(request, self._clock())
        if isinstance(found, Answer):
            return send(found, request.method, start_response)
        environ[SUBJECT_KEY] = found.subject
        if found.cookie:
            return self._app(environ, _renewing(start_response, found.cookie))
        return self._app(environ, start_response)


def _renewing(start_response: "StartResponse", cookie: str) -> "StartResponse":
    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[..., object]:
        # No cache may give the cookie of this visitor to others, and no CDN (RFC 9213).
        kept = [pair for pair in headers if not pair[0].lower().endswith(FOR_CACHES)]
        kept += [("Cache-Control", "no-store"), ("Set-Cookie", cookie)]
        return start_response(status, kept, *error)

    return start
