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
from tests.support.in_memory.recorded import ROOM, TICKET_KEY
from tests.support.in_memory.virtual import World

Ask = Callable[[Request], Response]
TWICE = 0.2  # of those who went in ask again
GIVE_UP_SECONDS = 3_600.0  # a page that asks for so long asks in vain


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
    """One browser. ``ask`` sends a request to the room's function for it."""

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

    def run(self) -> None:
        self._join()
        if self.ticket and self.kind is not Kind.ABSENT:
            self._wait()
        if self.ticket and self.entered_at and self.chance.random() < TWICE:
            self._get(Path.ENTER)  # a refresh, or another tab
        self.is_done = True

    def _join(self) -> None:
        while not (self.ticket or self.entered_at):
            status, body = self._get(Path.CAMPAIGN)
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
        if body["state"] == "expired":
            self.expired = True
        elif body["state"] not in ("ready", "off"):
            self.world.sleep(page_waits(self.told, self.chance))
        elif self.kind is Kind.LATE and self.late_by:
            # Nobody comes later than half of the turn that is left.
            self.world.sleep(min(self.late_by, body.get("expires_in", 0) / 2))
            self.late_by = 0.0
        else:
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

    def _get(self, path: Path) -> tuple[int, dict[str, Any]]:
        headers = {"accept": "application/json"}
        if self.ticket:
            headers["authorization"] = f"Bearer {self.ticket}"
        response = self.ask(Request(path, headers))
        self.statuses.add(response["statusCode"])
        return response["statusCode"], json.loads(response["body"])

    def _back_off(self, body: dict[str, Any]) -> None:
        """Wait after a failure, as the page does (assets/room/script/pauses.js)."""
        self.failures += 1
        doubled = ASKING.first_back_off_seconds * 2.0 ** min(self.failures - 1, 9)
        shortest = min(ASKING.longest_back_off_seconds, doubled)
        least = max(shortest, self.told, body.get("retry_after", 0.0))
        self.world.sleep(least + shortest * self.chance.random())
