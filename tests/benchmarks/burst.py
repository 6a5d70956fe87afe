"""The simulated burst of ``numbers``: its tickets, the pulses, and what visitors are shown."""

import random
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

from beekeeper.rules import line, measurement, pacing
from beekeeper.rules.arrivals import Counting, Joined
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings
from beekeeper.rules.turn import State
from beekeeper.simulation.flow import START
from beekeeper.simulation.queue_count import QueueCount
from beekeeper.simulation.visitors import Visitor, asks

IDLE_SECONDS = 5  # of a room that nobody has come to yet
PRODUCERS = 100


@dataclass
class Line:
    """The tickets of a burst in the order in which they came, and what became of them."""

    came_at: list[float]
    numbers: list[int]
    reach: list[float]  # by how many places each may be displaced
    order: list[int]  # which ticket is handed out first, second, …
    slots: list[float] = field(default_factory=list)
    written_at: list[float] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    # What the producers wrote for each second: when, how many, and the sum of their milliseconds.
    writes: dict[int, list[tuple[float, float, float]]] = field(default_factory=dict)

    def pulse_at(self, at: float) -> Pulse:
        second = int(at - START)
        return self.pulses[min(second, len(self.pulses) - 1)] if second >= 0 else Pulse()

    def joined(self, first: float, now: float) -> dict[int, Joined]:
        """Return what the producers have counted, by second."""
        joined = {}
        for second in range(int(first), int(now) + 1):
            seen = [write for write in self.writes.get(second, []) if write[0] <= now]
            if (count := sum(write[1] for write in seen)) > 0:
                joined[second] = Joined(count, sum(write[2] for write in seen) / count / 1000)
        return joined

    def pulse_for(self, number: int, at: float) -> Pulse:
        """Return what a turnstile knows of a ticket, if it read the table at that time."""
        return line.known_to(self.pulse_at(at), number, self.joined, at)


def crowd(
    a_second: int, seconds: int, settings: Settings, disorder: float, clocks: float, seed: int = 1
) -> Line:
    """Return those who come, and the order that the queue has for them."""
    chance = random.Random(seed)
    off = [chance.uniform(-clocks, clocks) for _ in range(PRODUCERS)]
    first, total = START + IDLE_SECONDS, a_second * seconds
    came_at = sorted(first + chance.uniform(0, seconds) for _ in range(total))
    numbers = [int((at + chance.choice(off)) * 1000) for at in came_at]
    pace = settings.rate / 60
    backlogs = (max(0.0, i - pace * (at - first)) for i, at in enumerate(came_at))
    reach = [disorder * backlog for backlog in backlogs]
    keys = [i + chance.uniform(-1, 1) * by for i, by in enumerate(reach)]
    found = Line(came_at, numbers, reach, sorted(range(total), key=keys.__getitem__))
    containers = [Counting(chance) for _ in range(PRODUCERS)]
    for at, number in zip(came_at, numbers, strict=True):
        if (container := chance.choice(containers)).joined(number):
            for second, counts in container.take(number).items():
                found.writes.setdefault(second, []).append((at, *counts))
    return found


def admit_all(found: Line, settings: Settings, lag: float) -> None:
    """Let everybody through, second by second, as the consumer does."""
    total, count, pulse, paced_at, now = len(found.came_at), 0, Pulse(), 0.0, START
    found.slots, found.written_at = [0.0] * total, [0.0] * total
    queue = QueueCount(random.Random(3), lag)
    while count < total:
        found.pulses.append(pulse)
        now += 1
        came = bisect_right(found.came_at, now)
        claim = pacing.claim(paced_at, now, settings.pace(pulse), wanted=came - count)
        paced_at = claim.paced_at if claim.count else paced_at
        admitted = found.order[count : count + claim.count]
        for ticket, slot in zip(admitted, claim.slots(), strict=True):
            found.slots[ticket], found.written_at[ticket] = slot, now
        count += claim.count
        numbers = [found.numbers[ticket] for ticket in admitted]
        shows = [True] * min(100, claim.count)
        seen = measurement.Seen(
            now=now,
            joined=found.joined(line.counting_from(pulse, now).at / 1000, now),
            came_off=claim.count,
            numbers=numbers,
            admitted=claim.count,
            shows=shows,
            queued=queue.counted(now, came - count),
            is_empty=came == count,
            pace=settings.pace(pulse),
            paced_at=paced_at,
        )
        pulse = measurement.measured(pulse, seen)
    found.pulses.append(pulse)


@dataclass(frozen=True)
class Shown:
    """What one poll showed: the page keeps the smallest place."""

    at: float
    ticket: int
    ahead: int
    eta: float
    remaining: float


@dataclass
class Seen:
    """What the sampled visitors saw."""

    shown: list[Shown] = field(default_factory=list)
    late_polls: list[int] = field(default_factory=list)
    polls: Counter[int] = field(default_factory=Counter)  # by second, without the first
    grew: int = 0  # answers that were above what the page had shown, which it went on to show


def ask_all(found: Line, settings: Settings, visitors: int, seed: int = 2) -> Seen:
    """Return what a sample of visitors saw, as the page shows it."""
    seen, chance, total = Seen(), random.Random(seed), len(found.came_at)
    for i in range(total // visitors // 2, total, total // visitors):
        visitor = Visitor(found.numbers[i], found.came_at[i], found.written_at[i], found.slots[i])
        smallest, late = total, 0
        for n, ask in enumerate(asks(visitor, settings, found.pulse_for, chance)):
            seen.polls[int(ask.at)] += n > 0
            late += ask.at > visitor.slot and ask.turn.state is not State.READY
            ahead = ask.turn.ahead
            if (
                ask.turn.state is State.WAITING
                and ahead is not None
                and ask.at < visitor.written_at
            ):
                seen.grew += ahead > smallest
                smallest = min(smallest, ahead)
                eta = ask.turn.eta_seconds or 0.0
                seen.shown.append(Shown(ask.at, i, smallest, eta, visitor.slot - ask.at))
        seen.late_polls.append(late)
    return seen
