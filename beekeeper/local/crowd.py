"""A crowd of simulated visitors over real HTTP: link, waiting page, polls, entry, shop."""

import heapq
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

import jwt

from beekeeper.contract.answers import read_turn_answer
from beekeeper.contract.asking import page_waits
from beekeeper.contract.routes import TICKET_COOKIE, Path
from beekeeper.rules.turn import State

# Only a few, because MiniStack runs each concurrent request in a process of its own.
WORKERS = 8
JOINS_PER_SECOND = 60
TIMEOUT_SECONDS = 30
RETRY_SECONDS = 2.0


class Stage(StrEnum):
    """How far a visitor has got."""

    COMING = "coming"
    WAITING = "waiting"
    READY = "ready"
    ENTERED = "entered"


@dataclass
class Visitor:
    """One visitor: a cookie, and the next thing to do."""

    room_url: str
    stage: Stage = Stage.COMING
    cookie: str = ""  # the name of the room's cookie
    ticket: str = ""
    failures: int = 0

    @property
    def ticket_id(self) -> str:
        """The id in the ticket. Anybody can read it."""
        claims = jwt.decode(self.ticket, options={"verify_signature": False})
        return str(claims["jti"])

    def step(self) -> float | None:
        """Do the next thing; return the seconds until the one after it, or None if done."""
        steps: dict[Stage, Callable[[], float | None]] = {
            Stage.COMING: self._join,
            Stage.WAITING: self._poll,
            Stage.READY: self._enter,
        }
        try:
            return steps[self.stage]()
        except (OSError, http.client.HTTPException, ValueError):
            # Do what the waiting page does: try again, and keep the place.
            self.failures += 1
            return RETRY_SECONDS

    def _join(self) -> float:
        response = self._get(self.room_url)
        cookies = [c.partition(";")[0] for c in response.cookies]
        tickets = [c for c in cookies if c.startswith(f"{TICKET_COOKIE}_")]
        if response.status != 302 or not tickets:
            raise ValueError(f"no ticket: {response.status}")
        self.cookie, _, self.ticket = tickets[0].partition("=")
        self.stage = Stage.WAITING
        page = self._get(urljoin(self.room_url, response.location))
        if page.status != 200:
            raise ValueError(f"no waiting page: {page.status}")
        return 0.0

    def _poll(self) -> float:
        state, retry_after = read_turn_answer(self.ask())
        if state in (State.READY, State.OFF):
            self.stage = Stage.READY
            return 0.0
        return page_waits(retry_after, random.Random())  # noqa: S311 - no secret

    def ask(self) -> dict[str, Any]:
        """Return the answer to one poll; raise ValueError if there is none."""
        response = self._get(urljoin(self.room_url, Path.TURN.link))
        if response.status != 200:
            raise ValueError(f"no answer to the poll: {response.status}")
        content: dict[str, Any] = json.loads(response.body)
        return content

    def _enter(self) -> float | None:
        response = self._get(urljoin(self.room_url, Path.ENTER.link))
        if response.status != 302 or urlsplit(response.location).scheme == "":
            self.stage = Stage.WAITING
            return RETRY_SECONDS
        if self._get(response.location).status != 302:
            raise ValueError("the shop did not let the visitor in")
        self.stage = Stage.ENTERED
        return None

    def _get(self, url: str) -> "_Response":
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
        headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
        if self.ticket:
            headers["Cookie"] = f"{self.cookie}={self.ticket}"
        try:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path or "/", headers=headers)
            raw = connection.getresponse()
            cookies = raw.headers.get_all("Set-Cookie") or []
            return _Response(raw.status, raw.getheader("Location") or "", cookies, raw.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class _Response:
    status: int
    location: str
    cookies: list[str]
    body: bytes


@dataclass
class Crowd:
    """Many visitors who come at once. A few threads do their steps."""

    room_url: str
    size: int
    joins_per_second: float = JOINS_PER_SECOND
    visitor: type[Visitor] = Visitor
    visitors: list[Visitor] = field(default_factory=list)
    _due: list[tuple[float, int]] = field(default_factory=list)
    _ready: threading.Condition = field(default_factory=threading.Condition)
    _stopped: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start all visitors."""
        self.visitors = [self.visitor(self.room_url) for _ in range(self.size)]
        now, spread = time.monotonic(), self.size / self.joins_per_second
        self._due = [(now + spread * i / self.size, i) for i in range(self.size)]
        for _ in range(WORKERS):
            thread = threading.Thread(target=self._work, daemon=True)
            thread.start()
            # Only after the start: a signal can come in between, and stop() can't wait for a thread
            # that has not started.
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop all visitors, and wait for their open requests."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)

    def _work(self) -> None:
        while (i := self._next()) is not None:
            pause = self.visitors[i].step()
            if pause is not None:
                with self._ready:
                    heapq.heappush(self._due, (time.monotonic() + pause, i))
                    self._ready.notify()

    def _next(self) -> int | None:
        with self._ready:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[1]
                self._ready.wait(wait)
            return None

    def counts(self) -> Counter[Stage]:
        """Return the number of visitors at each stage."""
        return Counter(visitor.stage for visitor in self.visitors)

    @property
    def joined(self) -> int:
        """How many visitors have a ticket."""
        return sum(bool(visitor.ticket) for visitor in self.visitors)
