"""A crowd that meets a sleeping room: the normal opening of an event, with the real functions.

The consumer needs some seconds to wake. Visitors ask as their pages do. Everybody whose turn comes
must learn of it in time, and every place that is shown must be right.
"""

import json
import random
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from beekeeper.contract import items
from beekeeper.contract.asking import page_waits
from beekeeper.contract.routes import Path
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import PASS_KEY, ROOM, TICKET_KEY
from tests.support.in_memory.stage import RATE, Stage

SECONDS = 3  # in which all come
SAMPLE = 40
WATCHED_SECONDS = 90.0


@dataclass
class Watched:
    """A visitor of the sample: the place by arrival, and the polls after the slot."""

    place: int
    ticket: Ticket
    late_polls: int = 0
    ready_at: float = 0.0
    shown: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Opening:
    """A room in which nobody was, and the crowd that comes to it."""

    crowd: int
    wake_seconds: float
    mode: Mode = Mode.ON
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    stage: Stage = field(default_factory=lambda: Stage(latency=lambda: 0.005))
    watched: list[Watched] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage.dynamo.put(items.keys_item([TICKET_KEY], [PASS_KEY]))
        self.stage.configure(self.mode)
        self.table = VisitorTable(self.stage.dynamo, TABLE, ROOM)
        self.start = self.stage.world.now

    def run(self, on_after: float = 0.0) -> "Opening":
        world, each = self.stage.world, self.crowd // SECONDS
        soon = int(RATE / 60 * WATCHED_SECONDS)
        places = {int(i * min(self.crowd, soon) / SAMPLE) for i in range(SAMPLE)}
        for second in range(SECONDS):
            world.start(lambda: self.stage.arrive(each), after=second + 1.0)
        for place in sorted(places):
            at = self.start + place / self.crowd * SECONDS
            ticket = replace(tokens.new_ticket(at), id=f"t{place}")
            self.watched.append(Watched(place, ticket))
            wait = at - self.start + 1.0
            world.start(partial(self.wait, self.watched[-1]), after=wait)
        if on_after:
            world.start(lambda: self.stage.configure(Mode.ON), after=on_after)
        for i in range(2):
            self.stage.start(WATCHED_SECONDS, after=1.0 + self.wake_seconds + i * 60)
        world.run()
        return self

    def wait(self, one: Watched) -> None:
        world = self.stage.world
        token = tokens.sign_ticket(one.ticket, [TICKET_KEY], ROOM)
        request = Request(Path.TURN, {"authorization": f"Bearer {token}"})
        end = self.start + WATCHED_SECONDS + 40
        while world.now < end:
            answer = json.loads(turnstile.answer(request, self.table, NOBODY, world.now)["body"])
            self.polls.append(world.now)
            if answer["state"] == "ready":
                one.ready_at = world.now
                return
            row = self.stage.dynamo.rows().get(one.ticket.id)
            one.late_polls += bool(row and float(row["admitted_at"]["N"]) <= world.now)
            if answer["ahead"] is not None:
                one.shown.append((world.now, answer["ahead"]))
            world.sleep(page_waits(answer["retry_after"], self.chance))

    def check(self) -> None:
        rows = self.stage.dynamo.rows()
        slots = sorted(float(row["admitted_at"]["N"]) for row in rows.values())
        # A ticket's number is a millisecond, in which many may come.
        slack = 2 * RATE / 60 + 2 * self.crowd / SECONDS / 1000
        for one in self.watched:
            slot = float(rows[one.ticket.id]["admitted_at"]["N"])
            assert one.late_polls <= 2, one
            assert one.ready_at - slot < PROMPT_SECONDS, one
            for at, ahead in one.shown:
                truth = one.place - sum(s <= at + 1.5 for s in slots)
                if at < one.ticket.number / 1000 + 2:
                    continue  # in this test, the visitors of a second are all sent at its end
                assert ahead >= 0.8 * truth - slack, (one, at, truth)
                assert ahead <= 1.25 * max(truth, 0) + 2 * slack, (one, at, truth)


@pytest.mark.parametrize("wake_seconds", [0.5, 3.0, 10.0])
@pytest.mark.parametrize("crowd", [500, 5_000, 50_000])
def test_everybody_learns_of_their_turn(crowd: int, wake_seconds: float) -> None:
    Opening(crowd, wake_seconds).run().check()


@pytest.mark.parametrize("paused", [20.0])
def test_a_paused_room_that_is_turned_on(paused: float) -> None:
    opening = Opening(1_000, 0.5, Mode.PAUSED).run(on_after=paused)
    assert all(one.late_polls <= 2 for one in opening.watched)
    early = [one for one in opening.watched if one.place < RATE / 60 * 30]
    assert all(one.ready_at < opening.start + paused + 30 + PROMPT_SECONDS for one in early)
