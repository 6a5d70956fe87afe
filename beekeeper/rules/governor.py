"""The governor's law: how many visitors a minute the destination gets, by its measured health.

Once a minute ``decide`` takes what the probes of that minute said, and returns the pace from now
on. The pace is never above the operator's rate, and never below the floor:

    errors and time-outs   half of what the site carries; all probes fail: the floor
    slower than tolerated  what the site carries, divided by how many times slower
    well                   a quarter of the gap to the rate more, but not above the ceiling

A visitor stays for minutes, so the site carries what was let in over some minutes, and not only
the pace. The law estimates that load (``Memory.load``). It remembers at which load the site
suffered last (``Memory.too_much``). From then on the ceiling is a cubic curve, as in TCP CUBIC
(RFC 9438): it starts below that load, stays near it for some minutes, and then rises ever faster,
in case the site bears more by now. A plain quarter of the gap, without a ceiling, would overload
the site again and again.

The law needs no clock and no randomness: it is a pure function.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

# What a site is allowed to be slower than its baseline. Nobody notices the first 50 ms.
TOLERATED_TIMES, TOLERATED_SECONDS = 2.0, 0.05
# A 95th percentile of 20 probes is little more than the slowest of them.
TOLERATED_TAIL = 3.0
CALM = 0.8  # a slowness below this lets the pace rise
# Single errors happen to every site. Two of five, or three of twenty, don't.
FEW_FAILURES, FAILED_SHARE, RELIEF_SHARE = 2, 0.15, 0.3
MINUTE_OF_PROBES = 10  # so many probes are more than a burst
# How much of the difference between pace and load is gone after a minute: a stay of three minutes.
LOAD_SHARE = 0.28
# The ceiling in shares of what was too much: it starts at 0.9, and is there again after six minutes.
START, BACK_MINUTES = 0.9, 6.0
MOST = 1e9


@dataclass(frozen=True, slots=True)
class Health:
    """One measurement: what probes said, over a minute or in one burst.

    ``failed`` counts errors (5xx, refused connections, TLS, DNS) and time-outs. ``refused`` counts
    401, 403 and 429, which don't measure health. The times are those of the answers, in seconds.
    """

    sent: int
    failed: int
    refused: int
    median_seconds: float | None
    p95_seconds: float | None

    @property
    def measured(self) -> int:
        """How many probes say anything about health."""
        return max(0, self.sent - self.refused)

    @property
    def is_measure(self) -> bool:
        """Whether the measurement says anything about health."""
        return self.measured > 0

    @property
    def error_share(self) -> float:
        """The share of the probes that failed, from 0 to 1."""
        return min(1.0, self.failed / self.measured) if self.is_measure else 0.0

    def fails(self, share: float) -> bool:
        """Return whether more than single probes and at least this share of them failed."""
        return self.failed >= FEW_FAILURES and self.error_share >= share

    def slowness(self, baseline_seconds: float) -> float:
        """Return how many times slower than tolerated the site is; 1 is just tolerated."""
        tolerated = max(TOLERATED_TIMES * baseline_seconds, baseline_seconds + TOLERATED_SECONDS)
        median, tail = self.median_seconds or 0.0, self.p95_seconds or 0.0
        return max(median / tolerated, tail / (TOLERATED_TAIL * tolerated))


@dataclass(frozen=True, slots=True)
class Memory:
    """What the law remembers from minute to minute.

    ``load`` is how many visitors a minute the site carries, by estimate. ``too_much`` is the load
    at which it suffered last; 0 if it never did. ``well`` is for how many minutes it has been well
    since then; 0 while it suffers.
    """

    load: float = 0.0
    too_much: float = 0.0
    well: float = 0.0

    def as_numbers(self) -> tuple[float, ...]:
        """Return the numbers to store."""
        return astuple(self)

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Memory":
        """Return the memory that was stored, or the default one if these can't be its numbers."""
        try:
            load, too_much, well = (float(number) for number in numbers)
        except (TypeError, ValueError, ArithmeticError):
            return cls()
        known = all(0 <= number <= MOST for number in (load, too_much, well))
        return cls(load, too_much, well) if known else cls()

    @property
    def suffers(self) -> bool:
        """Whether the site suffered in the last measurement."""
        return self.too_much > 0 and self.well == 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The ``pace`` (visitors per minute) from now on, a sentence that says why, and the memory."""

    pace: float
    reason: str
    memory: Memory


def needs_relief(health: Health, memory: Memory) -> bool:
    """Return whether to decide now, after a burst, instead of at the end of the minute.

    It does on errors and time-outs, unless the last decision has lowered the pace already.
    """
    return health.fails(RELIEF_SHARE) and not memory.suffers


def decide(
    health: Health,
    memory: Memory,
    *,
    pace: float,
    rate: float,
    floor: float,
    baseline_seconds: float,
) -> Decision:
    """Return the pace from now on, in visitors per minute.

    Call it once a minute, and whenever ``needs_relief``, with the probes that were sent since the
    last decision. ``pace`` is the pace held until now, ``rate`` the operator's. A floor above the
    rate counts as the rate.
    """
    floor = max(0.0, min(floor, rate))
    pace = min(max(pace, floor), rate)
    load = memory.load + (pace - memory.load) * LOAD_SHARE
    if not health.is_measure:
        text = f"all {health.sent} probes were refused" if health.sent else "no probe was sent"
        held = Memory(load, memory.too_much, memory.well)
        return Decision(
            pace, f"{text}, which is no measure of health: {_said(pace)} as before", held
        )
    slowness = health.slowness(baseline_seconds)
    if health.fails(FAILED_SHARE):
        wanted = _relieved(health, pace, load, floor)
        after = Memory(load, _too_much(memory, load), 0.0)
    elif slowness > 1:
        wanted = min(pace, load / min(slowness, 2.0))
        after = Memory(load, _too_much(memory, load), 0.0)
    else:
        after = Memory(load, memory.too_much, min(memory.well + 1, MOST))
        wanted = max(pace, _raised(pace, rate, after)) if _is_calm(health, slowness) else pace
    paced = min(max(wanted, floor), rate)
    return Decision(paced, f"{_cause(health, baseline_seconds)}: {_said(paced)}", after)


def _relieved(health: Health, pace: float, load: float, floor: float) -> float:
    if health.error_share == 1 and health.sent >= MINUTE_OF_PROBES:
        return floor
    return min(pace, load) / 2


def _too_much(memory: Memory, load: float) -> float:
    return min(load, memory.too_much) if memory.suffers else load


def _is_calm(health: Health, slowness: float) -> bool:
    return slowness < CALM and health.failed < FEW_FAILURES


def _raised(pace: float, rate: float, memory: Memory) -> float:
    return min(pace + (rate - pace) / 4, _ceiling(memory))


def _ceiling(memory: Memory) -> float:
    """Return the most that the law tries by now, in visitors per minute."""
    if not memory.too_much:
        return math.inf
    since = memory.well / BACK_MINUTES - 1
    return memory.too_much * (1 + (1 - START) * since**3)


def _cause(health: Health, baseline_seconds: float) -> str:
    if health.fails(FAILED_SHARE) or health.median_seconds is None:
        return f"{health.failed} of {health.measured} probes failed"
    times = _seconds(health.median_seconds), _seconds(baseline_seconds)
    return f"destination answers in {times[0]}, baseline {times[1]}"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"


def _said(pace: float) -> str:
    return f"{pace:,.0f} a minute" if pace >= 10 else f"{pace:.2g} a minute"
