"""A visitor of a whole room: joins, asks as the waiting page does, and goes in."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from beekeeper.contract.asking import ASKING, page_waits
from beekeeper.contract.routes import Path
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.polling import NEWS_SHARES
from tests.support.in_memory.recorded import ROOM, TICKET_KEY
from tests.support.in_memory.virtual import World

Ask = Callable[[Request], Response]
TWICE = 0.2  # of those who went in ask again
GIVE_UP_SECONDS = 3_600.0  # a page that asks for so long asks in vain
BY_SCRIPT = {
    "accept": "application/json",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
}


class Moved(Exception):
    """The room is at the edge now, and the visitor is elsewhere."""


class Kind(Enum):
    """What a visitor does after joining."""

    PRESENT = "asks as the page says, and goes in at once"
    LATE = "closes the page at the turn, and comes back within it"
    ABSENT = "closes the page at once, and never comes back"


@dataclass(frozen=True, slots=True)
class Poll:
    """One answer of ``/turn``, or a failure. Times are seconds since the epoch."""

    asked_at: float
    status: int
    state: str = ""
    ahead: int | None = None
    retry_after: float = 0.0


@dataclass
class Visitor:
    """One browser, or an app. ``ask`` sends a request to the room's function for it.

    ``edge`` does so through the edge. A visitor who has it came to the API's own address.
    """

    ask: Ask
    world: World
    chance: random.Random
    kind: Kind = Kind.PRESENT
    late_by: float = 0.0  # seconds from the turn until a late visitor comes back
    ticket: str = ""
    ticket_id: str = ""
    number: int = 0
    polls: list[Poll] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    entered_at: float = 0.0
    passed: bool = False  # went in while the room was off
    expired: bool = False
    is_done: bool = False
    failures: int = 0
    told: float = 0.0  # the interval that the room last asked for
    edge: Ask | None = None
    app_joins_at: Path | None = None  # None: it is a browser
    news_seconds: int = 0
    # What the operators' message was, and when.
    heard: list[tuple[float, str]] = field(default_factory=list)
    moved: bool = False
    shut_out: int = 0  # answers of a closed door, through the edge
    leaves_at: float | None = None  # the room is off

    def run(self) -> None:
        try:
            self._visit()
        except Moved:
            self.moved, self.ticket = True, ""  # the cookie is another host's
            if not self.entered_at:
                self._visit()
        self.is_done = True

    def _visit(self) -> None:
        self._join()
        if self.ticket and self.kind is not Kind.ABSENT:
            self._wait()
        if self.ticket and self.entered_at and self.chance.random() < TWICE:
            self._get(Path.ENTER)  # a refresh, or another tab

    def _join(self) -> None:
        while not (self.ticket or self.entered_at):
            if self.app_joins_at:
                status, body = self._get(self.app_joins_at)
            else:
                status, body = self._get(Path.JOIN, "POST")
            if status != 200:
                self._back_off(body)
            elif body["state"] == "off":
                self._goes_in(passed=True)
            else:
                self.ticket, self.number = body["ticket"], body["number"]
                found = tokens.read_ticket(self.ticket, [TICKET_KEY], ROOM, self.world.now)
                self.ticket_id = found.id
        self.failures = 0

    def _wait(self) -> None:
        end = self.world.now + GIVE_UP_SECONDS
        while not (self.entered_at or self.expired) and self.world.now < end:
            asked_at = self.world.now
            status, body = self._get(Path.TURN)
            if status != 200:
                self.polls.append(Poll(asked_at, status))
                self._back_off(body)
                continue
            self._take(asked_at, body)

    def _take(self, asked_at: float, body: dict[str, Any]) -> None:
        self.failures, self.told = 0, body["retry_after"]
        self.polls.append(Poll(asked_at, 200, body["state"], body["ahead"], self.told))
        self.heard.append((self.world.now, body["message"]))
        if body["state"] != "off":
            self.leaves_at = None
        if body["state"] == "expired":
            self.expired = True
        elif body["state"] == "off":
            self._leave(body["spread_seconds"])
        elif body["state"] != "ready":
            self._pause(page_waits(self.told, self.chance))
        elif self.kind is Kind.LATE and self.late_by:
            # Nobody comes later than half of the turn that is left.
            self.world.sleep(min(self.late_by, body.get("expires_in", 0) / 2))
            self.late_by = 0.0
        else:
            self._enter()

    def _pause(self, seconds: float) -> None:
        """Wait, and ask for news if the page has heard nothing for some time. Go if it says so."""
        due, asked_at = self.world.now + seconds, self.world.now
        while self.news_seconds:
            at = asked_at + self.news_seconds * self.chance.uniform(*NEWS_SHARES)
            if at >= due:
                break
            self.world.sleep(at - self.world.now)
            status, body = self._get(Path.NEWS)
            asked_at = self.world.now
            if status != 200:
                continue
            self.heard.append((asked_at, body["message"]))
            if (body["mode"] == "off") is (self.leaves_at is None):
                self._leave_or_stay(body)
                return
        self.world.sleep(due - self.world.now)

    def _leave_or_stay(self, news: dict[str, Any]) -> None:
        if self.leaves_at is None:
            self._leave(news["spread_seconds"])
        else:
            self.leaves_at = None  # the room is on again

    def _leave(self, spread_seconds: float) -> None:
        """Go in at a random time, because all who wait may go. Ask meanwhile as the room says."""
        if self.leaves_at is None:
            self.leaves_at = self.world.now + self.chance.uniform(0, spread_seconds)
        self._pause(min(self.leaves_at - self.world.now, page_waits(self.told, self.chance)))
        if self.leaves_at is not None and self.world.now >= self.leaves_at:
            self._enter()

    def _enter(self) -> None:
        self.world.sleep(ASKING.enter_seconds)
        while not (self.entered_at or self.expired):
            status, body = self._get(Path.ENTER)
            if status != 200:
                self.told = 0.0
                self._back_off(body)
            elif "enter" in body:
                self._goes_in(passed=body["state"] == "off")
            elif body["state"] == "expired":
                self.expired = True
            else:
                return

    def _goes_in(self, *, passed: bool) -> None:
        assert not self.entered_at
        self.entered_at, self.passed = self.world.now, passed

    def _get(self, path: Path, method: str = "GET") -> tuple[int, dict[str, Any]]:
        headers = {"accept": "application/json"} if self.app_joins_at else dict(BY_SCRIPT)
        if method == "POST":
            headers["content-type"] = "application/json"
        if self.ticket:
            headers["authorization"] = f"Bearer {self.ticket}"
        response = self.ask(Request(path, headers, method=method))
        status, body = response["statusCode"], json.loads(response["body"])
        if body.get("state") == "moved":
            if self.edge:
                self.ask, self.edge = self.edge, None
                raise Moved
            self.shut_out += 1
            return 503, {}  # its own address: a failure, and the page tries again
        # Past a closed door there is no news. The next question for a turn leads to the edge.
        self.statuses.add(200 if path is Path.NEWS and status == 403 else status)
        return status, body

    def _back_off(self, body: dict[str, Any]) -> None:
        """Wait after a failure, as the page does (assets/room/script/pauses.js)."""
        self.failures += 1
        doubled = ASKING.first_back_off_seconds * 2.0 ** min(self.failures - 1, 9)
        shortest = min(ASKING.longest_back_off_seconds, doubled)
        least = max(shortest, self.told, body.get("retry_after", 0.0))
        self.world.sleep(least + shortest * self.chance.random())
