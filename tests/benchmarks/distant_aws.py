"""A MiniStack that is far away, and whose IAM takes its time: an HTTP proxy before it.

Each call takes ``LATENCY_SECONDS`` more. A role can't be assumed before ``PROPAGATION_SECONDS``
have passed since CreateRole was answered: until then CreateFunction gets AWS's own error.

In its own process, so that what is measured does not share an interpreter with it.
"""

import contextlib
import json
import multiprocessing
import socket
import time
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import parse_qs

from tests.benchmarks.relay import HOST, Answer, Relay, Server

LATENCY_SECONDS = 0.1
PROPAGATION_SECONDS = 8.0
NOT_YET = "The role defined for the function cannot be assumed by Lambda."
CREATE_FUNCTION = "/2015-03-31/functions"


class Handler(Relay):
    """One connection of a client."""

    role_made: ClassVar[dict[str, float]] = {}

    def answer(self, body: bytes) -> Answer:
        time.sleep(LATENCY_SECONDS)
        if self._is_too_early(body):
            error = json.dumps({"Type": "User", "message": NOT_YET}).encode()
            kind = ("x-amzn-ErrorType", "InvalidParameterValueException")
            return 400, [("Content-Type", "application/json"), kind], error
        status, headers, content = super().answer(body)
        if status == 200 and b"Action=CreateRole&" in body:
            self.role_made[parse_qs(body.decode())["RoleName"][0]] = time.monotonic()
        return status, headers, content

    def _is_too_early(self, body: bytes) -> bool:
        if self.command != "POST" or self.path.rstrip("/") != CREATE_FUNCTION:
            return False
        role = json.loads(body)["Role"].rpartition("/")[2]
        return time.monotonic() < self.role_made.get(role, 0) + PROPAGATION_SECONDS


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
