"""A site on this machine that answers, hangs, drips or redirects: whatever a test wants of it."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from beekeeper.handlers.probe import Prober
from beekeeper.rules.probes import Answer

ROOM = "sale"
DRIP_SECONDS = 0.01
Behaviour = Callable[["Site", socket.socket], None]


def answering(status: int = 200, body: bytes = b"hello", **headers: str) -> Behaviour:
    """Answer with this status. Underscores in names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode()
    return lambda _, connection: connection.sendall(head + body)


def slow(seconds: Callable[[], float]) -> Behaviour:
    """Answer after so many seconds, which are asked for when the request comes."""

    def answer(site: "Site", connection: socket.socket) -> None:
        if not site.closed.wait(seconds()):
            answering()(site, connection)

    return answer


def hanging(site: "Site", connection: socket.socket) -> None:
    """Take the request, and never answer."""
    site.closed.wait()


def dripping(text: bytes) -> Behaviour:
    """Send a start, and then one byte after another for ever."""

    def drip(site: "Site", connection: socket.socket) -> None:
        connection.sendall(text)
        while not site.closed.wait(DRIP_SECONDS):
            connection.sendall(b"x")

    return drip


def talking(text: bytes) -> Behaviour:
    """Send this, whatever it is, and close."""
    return lambda _, connection: connection.sendall(text)


@dataclass
class Site:
    """A server. ``requests`` has what came, as text."""

    behaviours: dict[str, Behaviour]
    context: ssl.SSLContext | None = None
    requests: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        scheme = "https" if self.context else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return the path of each request, without its query."""
        return [_path(request) for request in self.requests]

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (received := connection.recv(65_536)):
                        return
                    request += received
                text = request.decode()
                self.requests.append(text)
                self.behaviours.get(_path(text), answering(404))(self, connection)


def _path(request: str) -> str:
    return request.split()[1].partition("?")[0]


@contextlib.contextmanager
def site(context: ssl.SSLContext | None = None, **behaviours: Behaviour) -> Iterator[Site]:
    """Serve behaviours by the first segment of the path. ``index`` is that of ``/``."""
    paths = {"/" if name == "index" else f"/{name}": how for name, how in behaviours.items()}
    served = Site(paths, context)
    thread = threading.Thread(target=served.serve, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.closed.set()
        with contextlib.suppress(OSError):
            served.listener.shutdown(socket.SHUT_RDWR)
        served.listener.close()
        thread.join()


def probe(url: str, **more: Any) -> Answer:
    """Probe a site once."""
    return Prober(url, ROOM, **{"timeout_seconds": 2.0, **more}).ask()
