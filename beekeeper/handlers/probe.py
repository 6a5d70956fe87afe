"""One probe: asks the destination for a page as a visitor would, and measures the time.

The probe says who it is: its ``User-Agent``, and the header ``X-Beekeeper-Probe`` with the room's
name. No cache answers it: it says ``no-cache``, and each one has another query.

Nothing that the destination does takes longer than the time-out (handlers/deadline.py), or much
memory.

Nothing that the destination says leads elsewhere. A name that means an address which is not public
is not connected to: it could be this function's own services, or a network behind it. The address
that was checked is the one that is connected to, so DNS can't answer the check and the connection
differently. A redirect is followed only on the same host, at the same address. An address that the
configuration names literally is the operator's own choice.
"""

import functools
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead, parse_headers
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from beekeeper.handlers.deadline import Address, Wire, connected, in_time, left
from beekeeper.rules import destination
from beekeeper.rules.cadence import PROBE_TIMEOUT_SECONDS
from beekeeper.rules.probes import Answer, is_literal, is_public

MOST_BODY = 16_384  # bytes; the rest of a page is not waited for
MOST_REDIRECTS = 3
PARAMETER = "beekeeper_probe"
NOT_PUBLIC = "not a public address"  # the outcome of a probe that was not sent
LED_ELSEWHERE = "led elsewhere"  # by a redirect, maybe of the site's gate to the room
REDIRECTS = {301, 302, 303, 307, 308}
# The site answers that it does not answer us. That says nothing about its health.
REFUSALS = {401, 403, 429}
PORTS = {"http": 80, "https": 443}

Resolve = Callable[..., Sequence[tuple[Any, ...]]]


class NotPublic(Exception):
    """A name means only addresses that are not public, so nothing was connected to."""


class _Final(HTTPResponse):
    """An answer without the interim ones before it (RFC 9110, 15.2). http.client skips only 100."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if found[1] >= 200:
                return found
            parse_headers(self.fp)


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return the context that verifies certificates. To read the authorities takes milliseconds."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Prober:
    """Probes one address for one room."""

    url: str
    room: str
    timeout_seconds: float = PROBE_TIMEOUT_SECONDS
    resolve: Resolve = socket.getaddrinfo
    context: Callable[[], ssl.SSLContext] = trusted

    def ask(self) -> Answer:
        """Ask once. Whatever the destination does becomes an answer, within the time-out."""
        started = time.monotonic()
        try:
            status = self._status(started + self.timeout_seconds)
        except NotPublic:
            return Answer(NOT_PUBLIC, _since(started), refused=True)
        # ArithmeticError: http.client takes a length that no number of bytes can be.
        except (OSError, HTTPException, ValueError, ArithmeticError) as error:
            return Answer(_said(error), _since(started), failed=True)
        if status in REDIRECTS:
            return Answer(LED_ELSEWHERE, _since(started), refused=True)
        return Answer(str(status), _since(started), status >= 500, status in REFUSALS)

    def _status(self, deadline: float) -> int:
        url = urlsplit(self.url)
        addresses = self._addresses(url, deadline)
        for _ in range(1 + MOST_REDIRECTS):
            url = _with_parameter(url)
            status, location = self._fetch(url, addresses, deadline)
            onward = _onward(url, location) if status in REDIRECTS else None
            if onward is None:
                return status
            url = onward
        return status

    def _addresses(self, url: SplitResult, deadline: float) -> list[Address]:
        """Return the addresses of a host that can be connected to, IPv4 first."""
        host = url.hostname or ""
        found = in_time(lambda: self.resolve(host, _port(url), type=socket.SOCK_STREAM), deadline)
        addresses = [(family, where) for family, _, _, _, where in found]
        if not is_literal(host):
            addresses = [a for a in addresses if is_public(a[1][0])]
        if not addresses:
            raise NotPublic(host)
        # A function has no route for IPv6 in most accounts.
        return sorted(addresses, key=lambda a: a[0] != socket.AF_INET)

    def _fetch(
        self, url: SplitResult, addresses: Sequence[Address], deadline: float
    ) -> tuple[int, str]:
        host = url.hostname or ""
        with connected(addresses, _port(url), deadline) as plain:
            if url.scheme != "https":
                return self._exchange(url, plain, deadline)
            plain.settimeout(left(deadline))  # of the whole handshake
            with self.context().wrap_socket(plain, server_hostname=host) as encrypted:
                return self._exchange(url, encrypted, deadline)

    def _exchange(self, url: SplitResult, line: socket.socket, deadline: float) -> tuple[int, str]:
        """Send the request and read the answer; return its status and where it redirects to."""
        connection = HTTPConnection(url.hostname or "", _port(url))
        connection.auto_open = 0  # otherwise it could connect by itself, to an unchecked address
        connection.sock = Wire(line, deadline)
        connection.response_class = _Final
        connection.request("GET", _path(url), headers=self._headers(url))
        response: HTTPResponse = connection.getresponse()
        body = response.read(MOST_BODY)
        if response.length and len(body) < MOST_BODY:
            raise IncompleteRead(body, response.length)  # the site broke off, which a read allows
        return response.status, response.getheader("location") or ""

    def _headers(self, url: SplitResult) -> dict[str, str]:
        return {
            # http.client would name the port 443 too, and some sites don't know that name.
            "Host": destination.origin_of(url.geturl()).partition("//")[2],
            "User-Agent": f"Beekeeper-Governor (room {self.room})",
            "X-Beekeeper-Probe": self.room,
            "Accept": "text/html,*/*",
            "Cache-Control": "no-cache",
            "Connection": "close",
        }


def _since(started: float) -> float:
    return time.monotonic() - started


def _port(url: SplitResult) -> int:
    return url.port or PORTS.get(url.scheme, 0)


def _path(url: SplitResult) -> str:
    return urlunsplit(("", "", url.path or "/", url.query, ""))


def _with_parameter(url: SplitResult) -> SplitResult:
    parameter = f"{PARAMETER}={secrets.token_hex(8)}"
    return url._replace(query=f"{url.query}&{parameter}" if url.query else parameter)


def _onward(url: SplitResult, location: str) -> SplitResult | None:
    """Return where a redirect leads, if that is the same host and port, or its https.

    Sites write spaces and letters beyond ASCII into it, as they are. http.client reads Latin-1.
    """
    try:
        onward = urlsplit(urljoin(url.geturl(), _encoded(location)))
        same = onward.hostname == url.hostname and not onward.username
        service = onward.scheme, _port(onward)
    except ValueError:
        return None
    is_allowed = same and service in ((url.scheme, _port(url)), ("https", PORTS["https"]))
    return onward if is_allowed and location else None


def _encoded(location: str) -> str:
    """Return where a redirect leads as browsers ask for it: spaces and other letters encoded."""
    # http.client reads headers as Latin-1. This gives the bytes that the site sent.
    return quote(location.strip().encode("latin-1"), safe=destination.AS_IT_IS)


def _said(error: Exception) -> str:
    """Return the error in a few words. Texts of the destination are never in it."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"certificate: {error.verify_message}"
        case TimeoutError():
            return "time-out"
        case socket.gaierror():
            return "no address in DNS"
        case ConnectionRefusedError():
            return "connection refused"
    return type(error).__name__
