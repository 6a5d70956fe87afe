"""An HTTP proxy before MiniStack. A subclass changes what it answers."""

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

HOST = "127.0.0.1"
# Of one connection, not to be passed on; http.client sets those of its own.
HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}
Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers, content


class Relay(BaseHTTPRequestHandler):
    """One connection of a client, with one to MiniStack behind it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream_port: ClassVar[int]

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(HOST, self.upstream_port)

    def finish(self) -> None:
        super().finish()
        self.upstream.close()

    def relay(self) -> None:
        status, headers, content = self.answer(
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
        )
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {*HOP, "content-length"}:
                self.send_header(name, value)
        told = {name.lower(): value for name, value in headers}.get("content-length", "0")
        self.send_header("Content-Length", told if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = relay  # noqa: N815

    def answer(self, body: bytes) -> Answer:
        """Return the answer to the client's request. Here it is MiniStack's own."""
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        self.upstream.request(self.command, self.path, body or None, headers)
        response = self.upstream.getresponse()
        return response.status, response.getheaders(), response.read()


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that was killed waits for no answer.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
