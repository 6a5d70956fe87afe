"""Starts a recipe as a site, on this machine, in the engine that it is for."""

import contextlib
import functools
import grp
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from beekeeper.local.ministack import free_port
from tests.examples.gate.cases import ROOM
from tests.support.gates import ORIGIN
from tests.support.programs import absent, installed

RECIPES = Path(__file__).parents[3] / "examples" / "gate"
WELCOME = "Welcome. Your turn has come."
START_SECONDS = 60


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

    def get(self, target: str, cookie: str = "", *headers: str) -> Answer:
        """Send a request as it is: no client corrects it."""
        lines = [f"GET {target} HTTP/1.1", "Host: shop.example.com", "Accept: text/html", *headers]
        lines += [f"Cookie: {cookie}"] if cookie else []
        return self.send("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))

    def post(self, target: str, body: bytes) -> Answer:
        """Send a form."""
        lines = [f"POST {target} HTTP/1.1", "Host: shop.example.com", "Accept: text/html"]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
        return self.send("\r\n".join(lines).encode() + body)

    def send(self, request: bytes) -> Answer:
        """Send a request as it is."""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection,
            contextlib.closing(http.client.HTTPResponse(connection)) as answer,
        ):
            connection.sendall(request)
            try:
                answer.begin()
            except http.client.RemoteDisconnected:  # PHP's server hangs up on what is no HTTP
                return Answer(400, "", [], "", {})
            cookies = answer.headers.get_all("Set-Cookie") or []
            text = answer.read().decode(errors="replace")
            location = answer.getheader("Location") or ""
        return Answer(
            answer.status,
            location,
            cookies,
            text,
            {name.title(): value for name, value in answer.headers.items()},
        )


@contextlib.contextmanager
def process(command: Sequence[object], port: int, **environment: str) -> Iterator[None]:
    """Run a program until the end of the block, from when it listens on the port."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with tempfile.TemporaryFile() as log, contextlib.ExitStack() as stack:
        running = subprocess.Popen(
            [str(part) for part in command],
            env=own | ROOM.environment() | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stack.callback(running.wait, 10)
        stack.callback(running.terminate)
        if not listens(port, running):
            log.seek(0)
            pytest.fail(f"{command[0]} did not start: {log.read().decode()}")
        yield


def listens(port: int, running: subprocess.Popen[bytes]) -> bool:
    """Wait until something listens on the port; return whether it does."""
    deadline = time.monotonic() + START_SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        time.sleep(0.02)
    return False


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
    page.write_text(f"<?php header('X-Visitor: ' . $_SERVER['BEEKEEPER_SUB']) ?>{WELCOME}")
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


@contextlib.contextmanager
def django(folder: Path) -> Iterator[Site]:
    port = free_port()
    with process([sys.executable, RECIPES / "django_site.py"], port, PORT=str(port)):
        yield Site(port)


@contextlib.contextmanager
def fastapi(folder: Path) -> Iterator[Site]:
    port = free_port()
    serve = [sys.executable, "-m", "uvicorn", "--app-dir", RECIPES, "fastapi_site:site"]
    with process([*serve, "--port", str(port)], port):
        yield Site(port)


class _Shop(BaseHTTPRequestHandler):
    """The site behind nginx."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Visitor", self.headers["X-Beekeeper-Sub"])
        self.end_headers()
        self.wfile.write(WELCOME.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


# Only who runs the tests may write to the folder. For others than root, nginx ignores `user`.
NGINX = """
{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}
http {{
  access_log off; client_body_buffer_size 1k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; scgi_temp_path {folder}/scgi;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  include {folder}/site.conf;
}}
"""


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[Site]:
    program = installed("nginx", "/usr/sbin/nginx")
    shop = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    port, gate = free_port(), free_port()
    recipe = (RECIPES / "nginx.conf").read_text(encoding="utf-8")
    ports = {"listen 8080": f"listen 127.0.0.1:{port}", ":9191": f":{gate}"}
    ports |= {":8000": f":{shop.server_port}"}
    for documented, free in ports.items():
        assert documented in recipe
        recipe = recipe.replace(documented, free)
    (folder / "site.conf").write_text(recipe)
    # Its workers write bodies to files. Those of root would be nobody, who may not.
    user = "" if os.geteuid() else f"user root {grp.getgrgid(0).gr_name};"
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user))
    serve = [sys.executable, "-m", "beekeeper.gate", "serve", "--port", str(gate)]
    run = [program, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"]
    with process(serve, gate), process(run, port):
        yield Site(port)
    shop.shutdown()
    shop.server_close()


SITES = {
    "django": django,
    "fastapi": fastapi,
    "express": express,
    "nginx": nginx,
    "cloudfront": cloudfront,
    "php": php,
}
