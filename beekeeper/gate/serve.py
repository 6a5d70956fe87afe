"""The gate as a small service of its own, for a web server that asks: nginx's ``auth_request``.

    GET /check    204 when the visitor is in, with X-Beekeeper-Sub; 401 and JSON when not
    all else      what the gate answers to a visitor who is not in

The web server asks ``/check`` with the visitor's cookies, and the address as X-Original-URI. When
the answer is 401, it hands the whole request over, and sends the visitor what the gate answers. For
more than a small site, run ``application()`` with a WSGI server such as gunicorn.
"""

import logging
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from beekeeper.gate.answers import PRIVATE, SUBJECT_HEADER, Answer, in_words
from beekeeper.gate.gate import Gate
from beekeeper.gate.request import Request
from beekeeper.gate.wsgi import request_of, send
from beekeeper.rules.destination import passes_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHECK_PATH = b"/check"
PATIENCE_SECONDS = 10
UNTAKEN = "a pass is in the address"
ELSEWHERE = Answer(404, (*PRIVATE, ("Content-Type", "text/plain")), b"The site is elsewhere.\n")
logger = logging.getLogger("beekeeper.gate")


def application() -> "WSGIApplication":
    """Return the service of the gate that the environment describes; raise ConfigError."""
    return service(Gate.from_environment())


def service(gate: Gate) -> "WSGIApplication":
    """Return a gate as a service. Its exemptions see the path ``/check``, and the web server."""
    turned_away = gate.wsgi(_elsewhere)

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = request_of(environ)
        if request.path != CHECK_PATH:
            return turned_away(environ, start_response)
        wanted = environ.get("HTTP_X_ORIGINAL_URI", "").partition("?")[2]
        return send(_check(gate, request, wanted), request.method, start_response)

    return serve


def _check(gate: Gate, request: Request, wanted_query: str) -> Answer:
    if passes_in(wanted_query):
        # Also of a visitor with a session: the pass must not reach the site and its log.
        text = "Hand the request over to the gate, which exchanges the pass."
        return in_words(401, "Not yet", text, gate.link, UNTAKEN, for_people=False)
    asked = replace(request, query="", fetch_mode="cors")
    found = gate.decide(asked, time.time())
    if isinstance(found, Answer):
        return found
    renewed = [("Set-Cookie", found.cookie)] if found.cookie else []
    return Answer(204, (*PRIVATE, (SUBJECT_HEADER, found.subject), *renewed))


def _elsewhere(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    return send(ELSEWHERE, environ.get("REQUEST_METHOD", "GET"), start_response)


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Note that a connection broke off. The application's own errors don't come here."""
        logger.info("a connection broke off: %s", type(sys.exc_info()[1]).__name__)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Log nothing: a request line can contain a pass."""


def server(
    app: "WSGIApplication", host: str, port: int, patience_seconds: float = PATIENCE_SECONDS
) -> WSGIServer:
    """Return a server that listens, for a small site. ``port`` 0 takes a free one.

    It hangs up on a client that sends nothing for ``patience_seconds``.
    """
    handler = type("Handler", (_Quiet,), {"timeout": patience_seconds})
    return make_server(host, port, app, Server, handler)
