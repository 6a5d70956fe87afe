"""A line, second by second, as the rules see it: no handlers, no table, no queue but a list."""

import random
from dataclasses import dataclass, field
from typing import Any

from beekeeper.rules import line
from beekeeper.rules.arrivals import Joined
from beekeeper.rules.line import Pulse, ahead_of, is_near_front
from beekeeper.rules.measurement import Seen, measured
from beekeeper.simulation.queue_count import QueueCount

T0 = 1_700_000_000.0
RATE = 1_200.0  # a minute: 20 a second


def number(t: float) -> int:
    return int((T0 + t) * 1000)


@dataclass
class Simulation:
    """A line, second by second: arrivals, a queue that shuffles a little, admissions, a pulse."""

    arrivals: list[float]
    disorder: float = 0.0  # places, the mean
    lag: float = 30.0  # of SQS's count, in seconds
    uncounted: float = 0.0  # the share of visitors whom the producers don't count
    rate: float = RATE
    seed: int = 1
    pulse: Pulse = field(default_factory=Pulse)
    queue: list[float] = field(default_factory=list)
    second: int = 0
    missed: int = 0

    def __post_init__(self) -> None:
        self.arrivals = sorted(self.arrivals, reverse=True)
        self.random = random.Random(self.seed)
        self.queue_count = QueueCount(self.random, self.lag)
        self.joined: dict[int, tuple[int, float]] = {}

    def tick(self) -> None:
        self.second += 1
        while self.arrivals and self.arrivals[-1] < self.second:
            self.queue.append(self.arrivals.pop())
            self._count(self.queue[-1])
        admitted = [self._next() for _ in range(min(int(self.rate / 60), len(self.queue)))]
        now = T0 + self.second
        numbers = [number(t) for t in admitted]
        seen = self.seen(
            now=now,
            came_off=len(admitted),
            numbers=numbers,
            admitted=len(admitted),
            is_empty=not self.queue,
        )
        self.pulse = measured(self.pulse, seen)
        self.missed += sum(
            not is_near_front(ahead_of(n, self.pulse), self.pulse, self.rate, now) for n in numbers
        )

    def seen(self, now: float, **known: Any) -> Seen:
        """Return what a consumer has seen, with the counts of the producers and of SQS."""
        joined = self._joined_since(line.counting_from(self.pulse, now).at)
        queued = self.queue_count.counted(now, len(self.queue))
        return Seen(now=now, joined=joined, queued=queued, pace=self.rate, **known)

    def _count(self, at: float) -> None:
        if self.random.random() >= self.uncounted:
            second = int((T0 + at) // 1)
            count, total = self.joined.get(second, (0, 0.0))
            self.joined[second] = count + 1, total + at % 1

    def _joined_since(self, at: int) -> dict[int, Joined]:
        return {
            second: Joined(count, total / count)
            for second, (count, total) in self.joined.items()
            if second * 1000 >= at
        }

    def _next(self) -> float:
        place = int(self.random.expovariate(1 / self.disorder)) if self.disorder else 0
        return self.queue.pop(min(place, len(self.queue) - 1))

    def places(self) -> list[tuple[int, int]]:
        """Return (ahead as it is, ahead as it is told) for some who wait."""
        found = []
        for part in (0.0, 0.01, 0.1, 0.5, 0.9, 0.99):
            i = int(part * (len(self.queue) - 1))
            found.append((i, ahead_of(number(self.queue[i]), self.pulse)))
        return found


def burst(people: int, seconds: float) -> list[float]:
    chance = random.Random(people)
    return [chance.expovariate(1 / seconds) for _ in range(people)]


def steady(a_second: float, seconds: int) -> list[float]:
    chance = random.Random(seconds)
    return [chance.uniform(0, seconds) for _ in range(int(a_second * seconds))]
