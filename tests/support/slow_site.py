"""A site for the governor: an HTTP server whose answers take as long as a test says."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class SlowSite:
    """Answers each request after ``seconds()``, which is asked when the request comes."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.seconds = seconds
        self.agents: set[str] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/search?q=x"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    site: SlowSite

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the governor hangs up when its time is over."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        site = self.server.site
        site.agents.add(self.headers.get("User-Agent", ""))
        time.sleep(site.seconds())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Log nothing."""
