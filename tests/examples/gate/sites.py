"""Starts a recipe as a site, on this machine, in the engine that it is for."""

import contextlib
import functools
import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beekeeper.local.ministack import free_port
from tests.examples.gate.cases import ORIGIN, ROOM
from tests.support.programs import absent, installed

RECIPES = Path(__file__).parents[3] / "examples" / "gate"
WELCOME = "Welcome. Your turn has come."
START_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What a site answered."""

    status: int
    location: str
    cookies: Sequence[str]  # the Set-Cookie headers
    text: str
    headers: Mapping[str, str]

    @property
    def session(self) -> str:
        """The session's cookie, as a browser sends it back; empty if there is none."""
        found = [c for c in self.cookies if c.split("=")[0].endswith(f"beekeeper_gate_{ROOM.name}")]
        return found[0].partition(";")[0] if found else ""


@dataclass(frozen=True)
class Site:
    """A site that runs."""

    port: int

    def get(self, target: str, cookie: str = "") -> Answer:
        """Send a request as it is: no client corrects it."""
        lines = [f"GET {target} HTTP/1.1", "Host: shop.example.com", "Accept: text/html"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        request = "\r\n".join([*lines, "Connection: close", "", ""])
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection,
            contextlib.closing(http.client.HTTPResponse(connection)) as answer,
        ):
            connection.sendall(request.encode("latin-1"))
            try:
                answer.begin()
            except http.client.RemoteDisconnected:  # PHP's server hangs up on what is no HTTP
                return Answer(400, "", [], "", {})
            cookies = answer.headers.get_all("Set-Cookie") or []
            text = answer.read().decode(errors="replace")
            location = answer.getheader("Location") or ""
        return Answer(answer.status, location, cookies, text, dict(answer.headers))


@contextlib.contextmanager
def process(command: Sequence[str | Path], port: int, **environment: str) -> Iterator[None]:
    """Run a program until the end of the block, from when it listens on the port."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    running = subprocess.Popen(
        list(map(str, command)),
        env=own | ROOM.environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        await_port(port, running)
        yield
    finally:
        running.terminate()
        running.communicate(timeout=10)


def await_port(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            raise AssertionError(running.communicate()[0].decode())
        time.sleep(0.02)


@functools.cache
def can_require(node: str) -> bool:
    code = "require.resolve('express'); require.resolve('jsonwebtoken')"
    return not subprocess.run([node, "-e", code], check=False, capture_output=True).returncode


@contextlib.contextmanager
def express(folder: Path) -> Iterator[Site]:
    node, port = installed("node", "nodejs"), free_port()
    if not can_require(node):
        absent("npm's express and jsonwebtoken are not in a folder that NODE_PATH names")
    with process([node, RECIPES / "express.js"], port, PORT=str(port)):
        yield Site(port)


@contextlib.contextmanager
def php(folder: Path) -> Iterator[Site]:
    program, port, page = installed("php"), free_port(), folder / "index.php"
    page.write_text(f"<?php header('X-Beekeeper-Sub: ' . $_SERVER['BEEKEEPER_SUB']) ?>{WELCOME}")
    gate = f"auto_prepend_file={RECIPES / 'gate.php'}"
    shown = ["-d", "display_errors=stderr", "-d", "error_reporting=-1"]
    with process([program, "-S", f"127.0.0.1:{port}", "-d", gate, *shown, "-t", folder], port):
        yield Site(port)


@contextlib.contextmanager
def cloudfront(folder: Path) -> Iterator[Site]:
    node, port = installed("node", "nodejs"), free_port()
    settings = {
        "room": ROOM.name,
        "link": ROOM.link,
        "destination": ROOM.destination,
        "issuer": f"beekeeper:{ROOM.name}",
        "audience": ORIGIN,
        "algorithm": "HS256",
        "keys": dict(ROOM.keys),
    }
    stub = Path(__file__).with_name("cloudfront_stub.mjs")
    command = [node, stub, RECIPES / "cloudfront.js", str(port)]
    with process(command, port, KEY_VALUE_STORE=json.dumps(settings)):
        yield Site(port)


SITES = {"express": express, "php": php, "cloudfront": cloudfront}
