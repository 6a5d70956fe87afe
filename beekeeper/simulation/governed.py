"""A destination behind a room: what it serves in each minute, with the governor and without."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from beekeeper.rules.cadence import BETWEEN_BURSTS_SECONDS, BURSTS, PROBES_PER_BURST
from beekeeper.rules.durations import duration
from beekeeper.rules.governor import Health, Memory, decide, needs_relief
from beekeeper.rules.probes import Answer, health_of
from beekeeper.simulation.destination import BASELINE_SECONDS, Database, Destination

BURST_SECONDS = [round(BETWEEN_BURSTS_SECONDS * number) for number in range(BURSTS)]  # of a minute
EFFECT_SECONDS = 5  # from a decision until visitors come at the new pace
FLOOR = 1.0
AFTER_MINUTES = 15  # that the last visitors have for their visit
MOST_MINUTES = 720


@dataclass
class Governor:
    """The governor of a simulated destination: it measures, and decides."""

    site: Destination
    rate: float
    chance: random.Random
    memory: Memory = field(default_factory=Memory)
    pace: float = 0.0
    _answers: list[Answer] = field(default_factory=list)
    _is_decided: bool = False  # for this minute
    _coming: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pace = self.rate
        self._coming.append((0, self.rate))

    def pace_at(self, second: int) -> float:
        """Return the pace in force, which is an older one just after a decision."""
        if len(self._coming) > 1 and self._coming[1][0] <= second:
            del self._coming[0]
        return self._coming[0][1]

    def measure(self, second: int) -> None:
        """Send a burst of probes, and decide if that is due. After that the minute is over."""
        if second % 60 == BURST_SECONDS[0]:
            self._answers.clear()
            self._is_decided = False
        if self._is_decided:
            return
        self._answers += [self._probe() for _ in range(PROBES_PER_BURST)]
        health = health_of(self._answers)
        if second % 60 == BURST_SECONDS[-1] or needs_relief(health, self.memory):
            self._decide(health, second)

    def _probe(self) -> Answer:
        took = self.site.probe(self.chance)
        return Answer("answered", took) if took is not None else Answer("failed", 0.0, failed=True)

    def _decide(self, health: Health, second: int) -> None:
        decision = decide(
            health,
            self.memory,
            pace=self.pace,
            rate=self.rate,
            floor=FLOOR,
            baseline_seconds=BASELINE_SECONDS,
        )
        self.pace, self.memory = decision.pace, decision.memory
        self._coming.append((second + EFFECT_SECONDS, self.pace))
        self._is_decided = True


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: the pace at its end, who was let in, who was served, and who waits then."""

    pace: float
    admitted: float
    served: float
    waiting: float


def minutes(
    site: Destination, rate: float, governor: Governor | None = None, came: Sequence[float] = ()
) -> Iterator[Minute]:
    """Yield minute after minute, without an end.

    ``came`` are the visitors of each second. Without it the line never gets empty.
    """
    waiting, start = 0.0 if came else math.inf, 0
    while True:
        admitted = served = 0.0
        for second in range(start, start + 60):
            waiting += came[second] if second < len(came) else 0.0
            pace = governor.pace_at(second) if governor else rate
            goes_in = min(waiting, pace / 60)
            waiting -= goes_in
            is_burst = governor is not None and second % 60 in BURST_SECONDS
            served += site.second(goes_in, PROBES_PER_BURST if is_burst else 0)
            admitted += goes_in
            if governor and is_burst:
                governor.measure(second)
        yield Minute(governor.pace if governor else rate, admitted, served, waiting)
        start += 60


@dataclass(frozen=True, slots=True)
class Governed:
    """What a destination serves, with the governor and without.

    ``capacity`` is what the destination can bear, in visitors a minute. ``served`` counts visitors
    in each minute by the requests that are answered, and ``pace`` is the governor's at its end.
    ``share`` is which share of all requests of those who were let in is answered. ``seconds`` is
    how long the line lasts. The names with ``without`` tell the same without the governor.
    """

    capacity: float
    verdict: str
    share: float
    share_without: float
    seconds: float
    seconds_without: float
    pace: Sequence[float] = field(repr=False)
    served: Sequence[float] = field(repr=False)
    served_without: Sequence[float] = field(repr=False)


def governed(capacity: float, rate: float, came: Sequence[float], seed: int) -> Governed:
    """Return how a destination fares in an event. Its database collapses under too much.

    ``came`` are the visitors of each second. At most 12 hours are simulated.
    """
    site = Database(capacity)
    chance = random.Random(seed)  # noqa: S311 - no secret
    with_it = _event(minutes(site, rate, Governor(site, rate, chance), came), len(came))
    without = _event(minutes(Database(capacity), rate, None, came), len(came))
    share, share_without = _share(with_it), _share(without)
    seconds, seconds_without = (_line_seconds(each, len(came)) for each in (with_it, without))
    return Governed(
        capacity,
        _verdict(capacity, rate, (share, share_without), (seconds, seconds_without)),
        share,
        share_without,
        seconds,
        seconds_without,
        [round(minute.pace, 1) for minute in with_it],
        *_same_length([minute.served for minute in with_it], [minute.served for minute in without]),
    )


def _share(found: Sequence[Minute]) -> float:
    admitted = sum(minute.admitted for minute in found)
    served = sum(minute.served for minute in found)
    return min(1.0, round(served / admitted, 3)) if admitted else 1.0


def _same_length(*series: Sequence[float]) -> list[list[float]]:
    longest = max(map(len, series))
    return [[round(n, 1) for n in each] + [0.0] * (longest - len(each)) for each in series]


def _event(all_minutes: Iterator[Minute], coming_seconds: int) -> list[Minute]:
    """Return the minutes until the last visitors are through."""
    found: list[Minute] = []
    left = AFTER_MINUTES
    while left and len(found) < MOST_MINUTES:
        found.append(next(all_minutes))
        if len(found) * 60 >= coming_seconds and found[-1].waiting < 1:
            left -= 1
    return found


def _line_seconds(found: Sequence[Minute], coming_seconds: int) -> float:
    waits = [i for i, minute in enumerate(found, 1) if minute.waiting >= 1]
    return 60.0 * max([coming_seconds / 60, *waits[-1:]])


def _verdict(
    capacity: float, rate: float, shares: tuple[float, float], seconds: tuple[float, float]
) -> str:
    site = f"A destination that can bear {capacity:,.0f} visitors a minute"
    if min(shares) > 0.99:
        return f"{site} serves everybody, with the governor and without."
    longer = f"; the line then lasts {duration(seconds[0])} instead of {duration(seconds[1])}"
    return (
        f"{site}, at a rate of {rate:,.0f}, answers {shares[1]:.0%} of what visitors ask without"
        f" the governor, and {shares[0]:.0%} with it{longer if seconds[0] > seconds[1] else ''}."
    )
