"""What happens to a whole room: its crowd, the faults of AWS, and what operators do."""

import random
from dataclasses import dataclass

from beekeeper.rules.settings import Mode
from tests.support.in_memory.edge import SETTLED_SECONDS, Work

STORM_SECONDS = 150.0
# Clocks are wrong by so much, to either side. AWS keeps its clocks within milliseconds. With the
# largest, two clocks differ by a second, which the law of the rate allows.
EXACT_SECONDS = 0.01
SKEWS = (0.0, EXACT_SECONDS, 0.5)
# Polls for each visitor at the highest rate. A room needs some ten (rules/polling.py).
POLLS_PER_ADMISSION, LOWEST_BUDGET = 12, 100.0


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator does, ``after`` so many seconds. ``factor`` is of the first rate."""

    after: float
    mode: Mode
    factor: float


@dataclass(frozen=True, slots=True)
class Held:
    """What the governor holds from ``after`` so many seconds on, as a share of the first rate."""

    after: float
    factor: float


@dataclass(frozen=True, slots=True)
class DoorWork:
    """What somebody does to the door or to the keys, ``after`` so many seconds."""

    after: float
    work: Work


@dataclass(frozen=True, slots=True)
class Weather:
    """A crowd, and all that happens to it."""

    seed: int = 1
    rate: float = 600.0
    visitors: int = 100
    crowd: float = 0.5  # the share that comes within some seconds; the others trickle in
    share: float = 0.0  # of the calls that fail
    kills: float = 0.0  # of these failures
    latency: float = 0.05  # of a call, at most
    lag: float = 30.0  # of the queue's count
    skew: float = 0.0
    overbooking: float = 1.0
    absent: float = 0.0
    late: float = 0.0
    workers: int = 1  # that the schedule starts
    strict: bool = False
    parallel: bool = False
    changes: tuple[Change, ...] = ()
    held: tuple[Held, ...] = ()  # without any, the room has no governor
    news_seconds: int = 0  # without an edge
    works: tuple[DoorWork, ...] = ()
    direct: float = 0.0  # the share of visitors who come to the API's own address
    messages: tuple[float, ...] = ()  # after how many seconds operators write one

    @property
    def budget(self) -> float:
        """The polls a second that the room may cause, at the highest rate."""
        highest = self.rate * max([1.0, *(change.factor for change in self.changes)])
        return max(LOWEST_BUDGET, POLLS_PER_ADMISSION * highest / 60)

    @property
    def is_fair(self) -> bool:
        """Whether no call fails, and the clocks are right."""
        return not self.share and self.skew <= EXACT_SECONDS


def weather_of(seed: int, most: int = 200) -> Weather:
    """Return any weather, with up to ``most`` visitors. A seed gives the same weather each time.

    The line is up to two minutes long if all come at once.
    """
    chance = random.Random(seed)
    governor, edge = random.Random(seed + 1), random.Random(seed + 2)
    has_edge = edge.random() < 0.5
    rate = chance.choice([6.0, 30.0, 120.0, 600.0, 3_000.0])
    return Weather(
        seed=seed,
        rate=rate,
        visitors=max(1, min(most, round(rate * chance.uniform(0.2, 2)))),
        crowd=chance.random(),
        share=chance.choice([0.0, 0.0, 0.02, 0.1, 0.3]),
        kills=chance.choice([0.0, 0.25]),
        latency=chance.choice([0.005, 0.05, 0.2]),
        lag=chance.choice([0.0, 5.0, 30.0, 60.0]),
        skew=chance.choice(SKEWS),
        overbooking=chance.choice([1.0, 1.5]),
        absent=chance.choice([0.0, 0.3]),
        late=chance.choice([0.0, 0.2]),
        workers=chance.randint(1, 3),
        strict=chance.random() < 0.25,
        parallel=chance.random() < 0.5,
        changes=tuple(_changes(chance)),
        held=tuple(_held(governor)),
        news_seconds=edge.choice([10, 20, 60]) if has_edge else 0,
        works=tuple(door_works(edge)) if has_edge else (),
        direct=edge.choice([0.0, 0.3]) if has_edge else 0.0,
        messages=tuple(sorted(edge.uniform(0, STORM_SECONDS) for _ in range(3))),
    )


def _changes(chance: random.Random) -> list[Change]:
    count = chance.choice([0, 0, 1, 2, 3])
    times = sorted(chance.uniform(0, STORM_SECONDS) for _ in range(count))
    return [Change(at, chance.choice(list(Mode)), chance.choice([0.5, 1, 2, 4])) for at in times]


def door_works(chance: random.Random) -> list[DoorWork]:
    """Close the door; change the keys, as ``keys rotate`` lets it be done; perhaps open it again.

    Somebody may deploy only after a step has reached each function.
    """
    closed = chance.uniform(0, 40)
    added = chance.uniform(0, 60)
    signs, deployed = added + chance.uniform(5, 15), added + chance.uniform(16, 25)
    times = {
        Work.CLOSE: closed,
        Work.ADD: added,
        Work.SIGN: signs,
        Work.DEPLOY: deployed,
        Work.REMOVE: deployed + SETTLED_SECONDS + chance.uniform(1, 10),
    }
    if chance.random() < 0.5:
        times[Work.OPEN] = chance.uniform(closed, STORM_SECONDS)
    return [DoorWork(after, work) for work, after in times.items()]


def _held(chance: random.Random) -> list[Held]:
    """The governor dies after the last one."""
    times = sorted(chance.uniform(0, STORM_SECONDS) for _ in range(chance.choice([0, 1, 3, 6])))
    return [Held(at, chance.choice([0.1, 0.25, 0.5, 0.9, 1])) for at in times]
