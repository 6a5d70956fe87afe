"""A MiniStack that is far away, and whose IAM takes its time: an HTTP proxy before it.

Each call takes ``LATENCY_SECONDS`` more. A role can't be assumed before ``PROPAGATION_SECONDS``
have passed since CreateRole was answered: until then CreateFunction gets AWS's own error.

In its own process, so that what is measured does not share an interpreter with it.
"""

import contextlib
import http.client
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs

LATENCY_SECONDS = 0.1
PROPAGATION_SECONDS = 8.0
HOST = "127.0.0.1"
NOT_YET = "The role defined for the function cannot be assumed by Lambda."
# Of one connection, not to be passed on; http.client sets those of its own.
HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}
CREATE_FUNCTION = "/2015-03-31/functions"


class Handler(BaseHTTPRequestHandler):
    """One connection of a client, with one to MiniStack behind it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream_port: ClassVar[int]
    role_made: ClassVar[dict[str, float]] = {}

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(HOST, self.upstream_port)

    def finish(self) -> None:
        super().finish()
        self.upstream.close()

    def relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        time.sleep(LATENCY_SECONDS)
        if self._is_too_early(body):
            error = json.dumps({"Type": "User", "message": NOT_YET}).encode()
            kind = ("x-amzn-ErrorType", "InvalidParameterValueException")
            self._answer(400, [("Content-Type", "application/json"), kind], error)
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        self.upstream.request(self.command, self.path, body or None, headers)
        response = self.upstream.getresponse()
        content = response.read()
        if response.status == 200 and b"Action=CreateRole&" in body:
            self.role_made[parse_qs(body.decode())["RoleName"][0]] = time.monotonic()
        self._answer(response.status, response.getheaders(), content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = relay  # noqa: N815

    def _is_too_early(self, body: bytes) -> bool:
        if self.command != "POST" or self.path.rstrip("/") != CREATE_FUNCTION:
            return False
        role = json.loads(body)["Role"].rpartition("/")[2]
        return time.monotonic() < self.role_made.get(role, 0) + PROPAGATION_SECONDS

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {*HOP, "content-length"}:
                self.send_header(name, value)
        told = {name.lower(): value for name, value in headers}.get("content-length", "0")
        self.send_header("Content-Length", told if self.command == "HEAD" else str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def serve(upstream_port: int, listener: socket.socket) -> None:
    """Answer on a listening socket until the process is ended."""
    Handler.upstream_port = upstream_port
    server = Server(listener.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()


@contextlib.contextmanager
def distant(upstream_port: int) -> Iterator[str]:
    """Yield the endpoint URL of an AWS that is far away."""
    with socket.create_server((HOST, 0), backlog=128) as listener:
        process = multiprocessing.get_context("fork").Process(
            target=serve, args=(upstream_port, listener), daemon=True
        )
        process.start()
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.join()
