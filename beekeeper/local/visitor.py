"""A simulated visitor over real HTTP, who does what a browser with the waiting page does.

The link leads to the page, with a place or without one. A page without a place joins by ``POST
join``, and tries again in a crowd (contract/asking.py). Then it polls, asks the edge for news, and
goes in. A visitor whose browser shows something else than a page reloads it.
"""

import http.client
import json
import math
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

import jwt

from beekeeper.contract.answers import read_turn_answer
from beekeeper.contract.asking import (
    counting_waits,
    failed_waits,
    joining_waits,
    news_waits,
    page_waits,
)
from beekeeper.contract.routes import TICKET_COOKIE, Path
from beekeeper.local.browser import Response, send
from beekeeper.rules.settings import Mode
from beekeeper.rules.turn import State

RELOAD_SECONDS = (3.0, 8.0)  # for as long people look at an error before they reload
BUSY = (429, 503)
_GIVEN = re.compile(rb'<script id="given" type="application/json">(.*?)</script>', re.DOTALL)


class Stage(StrEnum):
    """How far a visitor has got."""

    COMING = "coming"
    JOINING = "joining"  # has the page, and no place yet
    WAITING = "waiting"
    READY = "ready"
    ENTERED = "entered"


@dataclass
class Visitor:
    """One visitor: a cookie, what was seen, and the next thing to do."""

    room_url: str
    now: Callable[[], float] = time.monotonic
    stage: Stage = Stage.COMING
    cookie: str = ""  # the name of the room's cookie
    ticket: str = ""
    failures: int = 0
    errors: int = 0  # navigations that showed something else than a page
    asked_to_wait: int = 0  # how often the room had no place yet
    shown_url: str = ""  # the address in the browser
    came_at: float = 0.0
    placed_at: float = 0.0
    way_in: str = ""
    _news_seconds: float = 0.0
    _news_failures: int = 0
    _turn_at: float = 0.0
    _expected_at: float = math.inf
    _interval: float = 0.0  # what the room asked for last
    _news_at: float = 0.0
    _chance: random.Random = field(default_factory=random.Random)

    @property
    def ticket_id(self) -> str:
        """The id in the ticket. Anybody can read it."""
        claims = jwt.decode(self.ticket, options={"verify_signature": False})
        return str(claims["jti"])

    def step(self) -> float | None:
        """Do the next thing; return the seconds until the one after it, or None if done."""
        steps: dict[Stage, Callable[[], float | None]] = {
            Stage.COMING: self._come,
            Stage.JOINING: self._join,
            Stage.WAITING: self._wait,
            Stage.READY: self._enter,
        }
        try:
            return steps[self.stage]()
        except (OSError, http.client.HTTPException, ValueError):
            self.failures += 1
            return self._try_again()

    def _try_again(self) -> float:
        """Return when the browser tries again after a failure. The visitor keeps the place."""
        if self.stage is Stage.COMING:
            return self._see_error()
        if self.stage is Stage.JOINING:
            return joining_waits(self.now() - self.came_at, 0.0, self._chance)
        if self.stage is Stage.READY:
            return failed_waits(self.failures, 0.0, 0.0, self._chance)
        until_turn = self._expected_at - self.now()
        pause = failed_waits(self.failures, self._interval, until_turn, self._chance)
        self._turn_at = self.now() + pause
        return self._until_due()

    def _come(self) -> float | None:
        """Open the link, and follow it to the page."""
        self.came_at = self.came_at or self.now()
        response = self.request("GET", self.shown_url or self.room_url, "text/html")
        if response.status == 302 and not self._take_place(response):
            self.go_in(response.location)  # the room is off
            return None
        if response.status == 302:
            self.shown_url = urljoin(self.room_url, response.location)
            response = self.request("GET", self.shown_url, "text/html")
        found = _GIVEN.search(response.body)
        if response.status != 200 or not found:
            return self._see_error()
        self._news_seconds = json.loads(found[1]).get("news_seconds", 0)
        self._heard_now()
        self.stage = Stage.WAITING if self.ticket else Stage.JOINING
        return 0.0

    def _see_error(self) -> float:
        self.errors += 1
        return self._chance.uniform(*RELOAD_SECONDS)

    def _join(self) -> float:
        link = urljoin(self.room_url, Path.JOIN.link)
        query = urlsplit(self.room_url).query
        response = self.request("POST", f"{link}?{query}" if query else link)
        tried_seconds = self.now() - self.came_at
        if response.status == 200 and response.content["state"] == State.OFF:
            return self._get_ready(response.content["enter"], 0.0)
        if response.status == 200 and self._take_place(response):
            self.stage = Stage.WAITING
            self._turn_at = self.now() + counting_waits(tried_seconds, self._chance)
            return 0.0
        self.asked_to_wait += response.status in BUSY
        return joining_waits(tried_seconds, response.retry_after, self._chance)

    def _take_place(self, response: Response) -> bool:
        """Keep the ticket that an answer brings; return False if it brings none."""
        pairs = [c.partition(";")[0].partition("=") for c in response.cookies]
        for name, _, value in pairs:
            if name.startswith(f"{TICKET_COOKIE}_"):
                self.cookie, self.ticket = name, value
                self.placed_at = self.placed_at or self.now()
        return bool(self.ticket)

    def _wait(self) -> float:
        """Poll, or ask for news if nothing was heard for so long."""
        now, pause = self.now(), 0.0
        if self._turn_at <= now:
            pause = self._poll()
            self._turn_at = self.now() + pause
            self._heard_now()
        elif self._news_seconds and self._news_at <= now:
            pause = self._read_news()
        return self._until_due() if self.stage is Stage.WAITING else pause

    def _until_due(self) -> float:
        due = min(self._turn_at, self._news_at) if self._news_seconds else self._turn_at
        return max(0.0, due - self.now())

    def _poll(self) -> float:
        content = self.ask()
        state, retry_after = read_turn_answer(content)
        self.hear(Mode.OFF if state is State.OFF else "", str(content.get("message", "")))
        if state is State.OFF:
            return self._get_ready("", content.get("spread_seconds", 0.0))
        if state is State.READY:
            return self._get_ready("", 0.0)
        self.failures, self._interval = 0, retry_after
        self._expected_at = self.now() + float(content.get("eta_seconds") or math.inf)
        return page_waits(retry_after, self._chance)

    def _read_news(self) -> float:
        response = self.request("GET", urljoin(self.room_url, Path.NEWS.link))
        self._news_failures = 0 if response.status == 200 else self._news_failures + 1
        self._heard_now()
        if response.status != 200:
            return 0.0
        news = response.content
        self.hear(str(news["mode"]), str(news["message"]))
        return self._get_ready("", news["spread_seconds"]) if news["mode"] == Mode.OFF else 0.0

    def _heard_now(self) -> None:
        pause = news_waits(self._news_seconds, self._news_failures, self._chance)
        self._news_at = self.now() + pause

    def hear(self, mode: str, message: str) -> None:
        """Take note of what the room says; ``mode`` is empty if it was not said."""

    def ask(self) -> dict[str, Any]:
        """Return the answer to one poll; raise ValueError if there is none."""
        response = self.request("GET", urljoin(self.room_url, Path.TURN.link))
        if response.status != 200:
            raise ValueError(f"no answer to the poll: {response.status}")
        return response.content

    def _get_ready(self, way_in: str, spread_seconds: float) -> float:
        """Be let in; return when, if all who wait are let in and must not come at once."""
        self.stage, self.way_in, self.failures = Stage.READY, way_in, 0
        return self._chance.random() * float(spread_seconds)

    def _enter(self) -> float | None:
        way_in = self.way_in or self.entry()
        if not way_in:
            self.stage, self._turn_at = Stage.WAITING, 0.0
            return 0.0
        self.go_in(way_in)
        return None

    def entry(self) -> str:
        """Return the address at the site, with the pass; or nothing if it is not the turn."""
        response = self.request("GET", urljoin(self.room_url, Path.ENTER.link))
        if response.status != 200:
            raise ValueError(f"no answer about the entry: {response.status}")
        return str(response.content.get("enter", ""))

    def more_headers(self, url: str) -> Mapping[str, str]:
        """Return what the browser sends along to an address."""
        return {}

    def go_in(self, url: str) -> None:
        """Open the address at the site. Raise ValueError if the shop lets nobody in."""
        if self.request("GET", url, "text/html").status != 302:
            raise ValueError("the shop did not let the visitor in")
        self.stage = Stage.ENTERED

    def request(self, method: str, url: str, accept: str = "application/json") -> Response:
        """Send one request, with the cookie if there is one; raise OSError if nobody answers."""
        parts = urlsplit(url)
        headers = {"Accept-Encoding": "gzip", "Accept": accept, "Host": parts.netloc}
        headers |= self.more_headers(url)
        body = b"{}" if method == "POST" else None
        if body:
            headers["Content-Type"] = "application/json"
        if self.ticket and parts.netloc == urlsplit(self.room_url).netloc:
            headers["Cookie"] = f"{self.cookie}={self.ticket}"
        return send(method, parts, headers, body)
