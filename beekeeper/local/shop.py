"""A small shop: the destination that the demo protects. Visitors with a valid pass can enter."""

import contextlib
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from beekeeper.gate import PASS_PARAMETER, InvalidToken, check_pass, without_pass

COOKIE = "shop_session"
HEALTH = "/health"  # a page for everybody, which the governor can ask for
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>The sample shop</title>
<style>body{font:18px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem;
color-scheme:light dark}</style>
<h1>Welcome to the shop</h1><p>You came through the waiting room, and this shop has checked your
pass. It takes a limited number of visitors a minute, so that it stays fast.</p></html>"""
REFUSED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>No entry</title>
<h1>No entry</h1><p>This pass is not valid here. <a href="{room}">Go to the waiting room</a>.</p>
</html>"""


@dataclass
class Shop:
    """The shop. Set ``room_url`` and ``keys`` once the room is deployed."""

    room: str
    room_url: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    entered: dict[str, float] = field(default_factory=dict)  # ticket id: when, epoch seconds
    refused: int = 0
    slow_seconds: float = 0.0  # how long each answer takes, while the shop suffers
    _sessions: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.shop = self
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def entries_per_second(self, seconds: int, now: float) -> Sequence[int]:
        """Return how many visitors entered in each of the last ``seconds`` whole seconds."""
        counts = [0] * seconds
        with self._lock:
            for at in self.entered.values():
                ago = int(now) - int(at)
                if 1 <= ago <= seconds:
                    counts[-ago] += 1
        return counts

    def open_session(self, token: str) -> str:
        """Return a new session for a valid pass; raise InvalidToken for any other pass."""
        now = time.time()
        try:
            found = check_pass(token, self.keys, self.room, self.origin, now)
        except InvalidToken:
            with self._lock:
                self.refused += 1
            raise
        session = secrets.token_urlsafe(16)
        with self._lock:
            self._sessions.add(session)
            self.entered.setdefault(found.subject, now)
        return session

    def knows(self, cookies: str) -> bool:
        """Return whether a cookie header has one of the shop's sessions."""
        pairs = (c.strip().partition("=") for c in cookies.split(";"))
        return any(name == COOKIE and value in self._sessions for name, _, value in pairs)

    def turn_away(self) -> None:
        """Count a visitor who came without a pass."""
        with self._lock:
            self.refused += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    shop: Shop


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        shop = self.server.shop
        time.sleep(shop.slow_seconds)
        tokens = parse_qs(urlsplit(self.path).query).get(PASS_PARAMETER)
        if tokens:
            self._enter(tokens[0])
        elif shop.knows(self.headers.get("cookie", "")):
            self._send(200, PAGE)
        elif urlsplit(self.path).path == HEALTH:
            self._send(200, "well")
        elif self.path == "/favicon.ico":
            self._send(404, "")
        else:
            shop.turn_away()
            self._send(302, "", location=shop.room_url)

    def _enter(self, token: str) -> None:
        shop = self.server.shop
        try:
            session = shop.open_session(token)
        except InvalidToken:
            self._send(403, REFUSED.format(room=shop.room_url))
            return
        cookie = f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax"
        self._send(302, "", location=without_pass(self.path), cookie=cookie)

    def _send(self, status: int, body: str, location: str = "", cookie: str = "") -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        if location:
            self.send_header("Location", location)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        # Who asked may have gone while the shop was slow.
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing, because the demo shows what happens."""
