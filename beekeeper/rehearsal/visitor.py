"""A visitor of a rehearsal, who does what a browser does, and notes what a person would see.

The requests name themselves (``beekeeper-rehearsal``), so the site can tell them in its own log.
"""

import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from beekeeper import _version
from beekeeper.local.browser import TIMEOUT_SECONDS, Response
from beekeeper.local.ministack import address
from beekeeper.local.visitor import Stage, Visitor
from beekeeper.rules.turn import State

AGENT = f"Mozilla/5.0 (beekeeper-rehearsal/{_version.__version__})"
UNANSWERED = 0  # the status of a request that got no answer
# Nothing came, or nothing that can be read: a broken address, or a broken body.
NO_ANSWER = (OSError, http.client.HTTPException, ValueError)
REFUSED = (401, 403)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, the status of its answer, how long that took, and why there was none."""

    is_room: bool
    status: int
    seconds: float
    why: str = ""


@dataclass
class Rehearser(Visitor):
    """A visitor who notes every answer. Times are those of the monotonic clock."""

    asked: list[Asked] = field(default_factory=list)
    entered_at: float = 0.0  # when the room sent the visitor to the site
    promised_at: float = 0.0  # when the turn was to come, as first told
    is_lost: bool = False
    is_refused: bool = False  # by the site
    site_cookies: dict[tuple[str, str], str] = field(default_factory=dict)  # by host and name

    def request(self, method: str, url: str, accept: str = "application/json") -> Response:
        """Send a request, and note its answer."""
        began, is_room = time.monotonic(), self._is_room(url)
        try:
            response = super().request(method, url, accept)
        except NO_ANSWER as error:
            seconds = time.monotonic() - began
            self.asked.append(Asked(is_room, UNANSWERED, seconds, _why(error)))
            raise
        self.asked.append(Asked(is_room, response.status, time.monotonic() - began))
        if is_room and response.status == 401:
            self.is_lost = True  # the room does not know its own ticket
        return response

    def _is_room(self, url: str) -> bool:
        # A local AWS has two addresses for a room.
        return urlsplit(address(url)).netloc == urlsplit(address(self.room_url)).netloc

    def more_headers(self, url: str) -> Mapping[str, str]:
        """Return our name, and the cookies that this host of the site has set, or one above it."""
        host = "" if self._is_room(url) else _host(url)
        found = self.site_cookies.items()
        pairs = [f"{n}={v}" for (of, n), v in found if f".{host}".endswith(f".{of}")]
        return {"User-Agent": AGENT, **({"Cookie": "; ".join(pairs)} if pairs else {})}

    def ask(self) -> dict[str, Any]:
        """Poll, and note the first estimate that the page shows."""
        content = super().ask()
        eta = content.get("eta_seconds")
        if content.get("state") == State.WAITING and eta is not None and not self.promised_at:
            self.promised_at = self.now() + float(eta)
        self.is_lost |= content.get("state") == State.EXPIRED
        return content

    def go_in(self, url: str) -> None:
        """Arrive at the site. Whatever it answers, the room has done its part."""
        self.stage, self.entered_at = Stage.ENTERED, self.now()
        with contextlib.suppress(*NO_ANSWER):  # request has noted it
            self._look_at_site(url)

    def _look_at_site(self, url: str) -> None:
        """Open the address, and follow the redirects with which a gate opens a session."""
        for _ in range(MOST_REDIRECTS):
            response = self.request("GET", url, "text/html")
            self.is_refused = response.status in REFUSED
            if response.status not in REDIRECTS or not response.location:
                return
            for cookie in response.cookies:
                self._keep(cookie, _host(url))
            before, url = url, urljoin(url, response.location)
            if self._is_room(url):
                self.is_refused = True
                return
            # Another site, such as a sign-in, has not agreed to a crowd.
            if _host(url).removeprefix("www.") != _host(before).removeprefix("www."):
                return

    def _keep(self, cookie: str, host: str) -> None:
        """Keep a cookie. Another site, such as a sign-in, must not get the session of this one."""
        pair, *attributes = cookie.split(";")
        name, _, value = pair.partition("=")
        pairs = (each.strip().lower().partition("=") for each in attributes)
        domain = next((v.lstrip(".") for n, _, v in pairs if n == "domain"), host)
        of = domain if f".{host}".endswith(f".{domain}") else host
        self.site_cookies[of, name.strip()] = value.strip()


def _why(error: Exception) -> str:
    """Return why nothing came. What a site has sent is not repeated: it may steer a terminal."""
    if isinstance(error, socket.gaierror):
        return "its name was not found"
    if isinstance(error, ConnectionRefusedError):
        return "it refused the connection"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return f"it did not answer within {TIMEOUT_SECONDS} s"
    if isinstance(error, OSError):
        return error.strerror or "the connection was lost"
    return "its answer can't be read"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
