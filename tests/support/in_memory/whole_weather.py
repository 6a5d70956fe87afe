"""What happens to a whole room: its crowd, the faults of AWS, and what operators do."""

import random
from dataclasses import dataclass

from beekeeper.rules.settings import Mode

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
    governor = random.Random(seed + 1)
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
    )


def _changes(chance: random.Random) -> list[Change]:
    count = chance.choice([0, 0, 1, 2, 3])
    times = sorted(chance.uniform(0, STORM_SECONDS) for _ in range(count))
    return [Change(at, chance.choice(list(Mode)), chance.choice([0.5, 1, 2, 4])) for at in times]


def _held(chance: random.Random) -> list[Held]:
    """The governor dies after the last one."""
    times = sorted(chance.uniform(0, STORM_SECONDS) for _ in range(chance.choice([0, 1, 3, 6])))
    return [Held(at, chance.choice([0.1, 0.25, 0.5, 0.9, 1])) for at in times]
