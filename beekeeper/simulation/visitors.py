"""Single visitors of a line: what their pages ask, and what the turnstile answers.

A sample represents all visitors. Its visitors are evenly spread over the arrivals, and each stands
for the same number of visitors. They ask as the page does (contract/asking.py). The turnstile's own
rules answer, from a copy of the pulse that is up to a second older than the table.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from beekeeper.contract.asking import page_waits
from beekeeper.rules import pacing, turn
from beekeeper.rules.cadence import ROOM_COPY_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS, Ticket
from beekeeper.rules.turn import Admission, State, Turn
from beekeeper.simulation.flow import Flow

PAGE_SECONDS = 0.5  # from the campaign link to the page's first question
PulseFor = Callable[[int, float], Pulse]  # a ticket's number, and the time of the read


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor, with everything that will happen. Times are seconds since the epoch."""

    number: int
    came_at: float
    written_at: float  # when the turn is in the table
    slot: float  # when the turn comes
    leaves_at: float = float("inf")  # a visitor who has not gone in by then never does
    enters: bool = True

    @property
    def wait(self) -> float:
        """Return the seconds between arrival and turn."""
        return max(0.0, self.slot - self.came_at)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, and its answer."""

    at: float
    turn: Turn
    looked_up: bool


def sample(
    flow: Flow, count: int, abandonment: float, no_shows: float, chance: random.Random
) -> Iterator[Visitor]:
    """Yield visitors evenly spread over the arrivals, in the order in which the queue gives them.

    The share ``abandonment`` of them leave while they wait, each at a random time of the wait. The
    share ``no_shows`` of the others are admitted, but don't enter.
    """
    total = flow.arrived[-1]
    for i in range(count):
        place = (i + chance.random()) * total / count
        came_at = flow.came_at(place)
        served = min(max(0.0, flow.displaced(place, chance.uniform(-1, 1))), total - 0.5)
        written_at, slot = flow.let_through(served)
        slot = max(slot, came_at)
        leaves_at, stay = float("inf"), chance.random()
        if chance.random() < abandonment:
            leaves_at = came_at + stay * (slot - came_at)
        enters = chance.random() >= no_shows
        yield Visitor(int(came_at * 1000), came_at, written_at, slot, leaves_at, enters)


def asks(
    visitor: Visitor, settings: Settings, pulse_for: PulseFor, chance: random.Random
) -> Iterator[Ask]:
    """Yield each question of a visitor's page, until the visitor enters or leaves.

    ``pulse_for`` returns what a turnstile knows that read the table at a time.
    """
    expires_at = int(visitor.came_at) + TICKET_LIFETIME_SECONDS
    ticket = Ticket("simulated", visitor.number, expires_at)
    at, admission = visitor.came_at + PAGE_SECONDS, Admission(visitor.slot)
    while at < visitor.leaves_at:
        pulse = pulse_for(visitor.number, at - chance.random() * ROOM_COPY_SECONDS)
        if admission.may_take_number(settings, pulse, at):  # the lane for latecomers is empty
            admission = Admission(at + pacing.LOOKAHEAD_SECONDS)
        known = admission if at >= visitor.written_at else None
        answer = _answer(ticket, settings, pulse, known, at)
        yield answer
        if answer.turn.state in {State.READY, State.EXPIRED, State.OFF}:
            return
        at += page_waits(answer.turn.retry_after, chance)


def _answer(
    ticket: Ticket, settings: Settings, pulse: Pulse, known: Admission | None, at: float
) -> Ask:
    looked_up = turn.needs_lookup(ticket, settings, pulse, at)
    admission = known if looked_up else None
    return Ask(at, turn.decide(ticket, settings, pulse, admission, at), looked_up)
