"""One request of a simulated browser, over real HTTP, and its answer.

Each request has a connection of its own. Certificates are checked, proxies are not used, and what a
site answers takes a bounded space.
"""

import functools
import http.client
import json
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

from beekeeper.local.ministack import HOST

TIMEOUT_SECONDS = 30
MOST_BYTES = 2**22  # of an answer, also when it is unpacked; the rest of a page is not needed
GZIP = 16 + zlib.MAX_WBITS  # what zlib calls the format of gzip


def send(
    method: str, address: SplitResult, headers: Mapping[str, str], body: bytes | None
) -> "Response":
    """Send a request; raise OSError or HTTPException if there is no answer."""
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection = _connection(address)
    try:
        connection.request(method, path, body, dict(headers))
        return _read(connection.getresponse())
    finally:
        connection.close()


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        return http.client.HTTPSConnection(
            host, address.port, timeout=TIMEOUT_SECONDS, context=certificates()
        )
    # A name that ends like this is on this machine, whether its resolver knows the name or not.
    here = HOST if host == "localhost" or host.endswith(".localhost") else host
    return http.client.HTTPConnection(here, address.port, timeout=TIMEOUT_SECONDS)


@functools.cache
def certificates() -> ssl.SSLContext:
    """Return what checks certificates. To load all authorities takes as long as a request."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int
    location: str
    retry_after: float
    cookies: list[str]
    body: bytes

    @property
    def content(self) -> dict[str, Any]:
        found = json.loads(self.body)
        if not isinstance(found, Mapping):
            raise ValueError(f"no object: {self.body!r}")
        return dict(found)


def _read(raw: http.client.HTTPResponse) -> Response:
    body = _body(raw)
    if raw.getheader("Content-Encoding") == "gzip":
        body = _unpacked(body)
    return Response(
        raw.status,
        raw.getheader("Location") or "",
        _seconds(raw.getheader("Retry-After") or ""),
        raw.headers.get_all("Set-Cookie") or [],
        body,
    )


def _body(raw: http.client.HTTPResponse) -> bytes:
    """Read the body. The time-out of a socket is for each read, which can be of one byte."""
    end, body = time.monotonic() + TIMEOUT_SECONDS, bytearray()
    while len(body) < MOST_BYTES and (part := raw.read1(MOST_BYTES - len(body))):
        body += part
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(body)


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(GZIP).decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"a body that is no gzip: {error}") from error


def _seconds(retry_after: str) -> float:
    """Return the seconds that a room asks for. A site can also name a date (RFC 9110)."""
    return float(retry_after) if retry_after.isdecimal() else 0.0
