"""Visitors with pages, who come to their turn promptly, later, or never."""

import heapq
import json
import random
from collections.abc import Callable
from typing import Any

from beekeeper.contract import items
from beekeeper.contract.asking import page_waits
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.handlers.wake import Waker
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.recorded import PASS_KEY, ROOM, TICKET_KEY, signed
from tests.support.in_memory.stage import Stage
from tests.support.windows import most_in

STEP_SECONDS = 0.25
NEVER = float("inf")


class Visitors:
    """``delay`` says how long after the slot the page of an admitted visitor asks first.

    A page asks again when it was told. When the turn has come, it asks for ``enter``.
    """

    def __init__(self, stage: Stage, delay: Callable[[str], float]) -> None:
        self.stage, self.delay = stage, delay
        self.chance = random.Random(7)
        self.entries: list[float] = []
        self.states: list[tuple[float, str, str]] = []  # each answer: its time, whose, its state
        self.waits: list[tuple[float, str, float, int]] = []  # each wait told, and the place
        self.expired: set[str] = set()
        self.gone_in: dict[str, float] = {}
        self._seen = 0  # of the rows that were written
        self._due: list[tuple[float, str]] = []
        stage.dynamo.put(items.keys_item([TICKET_KEY], [PASS_KEY]))
        self.table = VisitorTable(stage.dynamo, TABLE, ROOM)
        self.waker = Waker(stage.dynamo, TABLE, lambda _: None)

    def run(self, seconds: float) -> None:
        def steps() -> None:
            for _ in range(int(seconds / STEP_SECONDS)):
                self.step()
                self.stage.world.sleep(STEP_SECONDS)

        self.stage.world.start(steps)

    def come(self, ticket_id: str, at: float) -> None:
        heapq.heappush(self._due, (at, ticket_id))

    def step(self) -> None:
        now = self.stage.world.now
        written, self._seen = self.stage.dynamo.writes[self._seen :], len(self.stage.dynamo.writes)
        for write in written:
            if (delay := self.delay(write.ticket_id)) < NEVER:
                self.come(write.ticket_id, write.slot + delay)
        while self._due and self._due[0][0] <= now:
            self._ask(heapq.heappop(self._due)[1])

    def _ask(self, ticket_id: str) -> None:
        content = self.turn(ticket_id)
        now, state = self.stage.world.now, content["state"]
        self.states.append((now, ticket_id, state))
        if state == "expired":
            self.expired.add(ticket_id)
        elif state != "ready" or not self.enter(ticket_id):
            if content["eta_seconds"] is not None:
                self.waits.append((now, ticket_id, content["eta_seconds"], content["ahead"]))
            self.come(ticket_id, now + page_waits(content["retry_after"], self.chance))

    def turn(self, who: str | Ticket) -> dict[str, Any]:
        response = self.request("/turn", who)
        assert response["statusCode"] == 200
        found: dict[str, Any] = json.loads(response["body"])
        return found

    def enter(self, ticket_id: str) -> bool:
        """Ask for ``enter``; return whether the visitor goes in."""
        response = self.request("/enter", ticket_id)
        gone_in = "beekeeper_pass" in response["headers"].get("location", "")
        if gone_in:
            self.entries.append(self.stage.world.now)
            self.gone_in.setdefault(ticket_id, self.stage.world.now)
        return gone_in

    def request(self, path: str, who: str | Ticket) -> dict[str, Any]:
        now = self.stage.world.now
        # The number of one who came early: the place of the admitted is not the question here.
        ticket = Ticket(who, 0, int(now) + 86_400) if isinstance(who, str) else who
        request = Request(path, cookies=[f"beekeeper_ticket_sale={signed(ticket)}"])
        return turnstile.answer(request, self.table, self.waker, now)

    def forget_room(self) -> None:
        """Let the turnstile read the room at the next request."""
        self.table._read_at = float("-inf")

    def most(self, seconds: float) -> int:
        return most_in(sorted(self.entries), seconds)
