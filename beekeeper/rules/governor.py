"""The governor's law: how many visitors a minute the destination gets, by its measured health.

Once a minute ``decide`` takes what the probes of that minute said, and returns the pace from now
on. The pace is never above the operator's rate, and never below the floor:

    errors and time-outs   at once half of what the site carries; all fail in a minute: the floor
    slower than tolerated  lower in proportion, by at most 15 % a minute
    in between             held
    well                   a quarter of the gap to the rate more, but not above the ceiling

A visitor stays for minutes. So the site carries what was let in over some minutes, and not only the
pace of now. The law estimates that load (``Memory.load``), and remembers at which load the site
suffered last (``Memory.too_much``). From then on the ceiling is a cubic curve, as in TCP CUBIC (RFC
9438): it starts a little below that load, stays near it for some minutes, and then rises ever
faster, in case the site bears more by now. Without a ceiling, a quarter of the gap each minute
would overload the site again and again.

What holds, in simulations of three kinds of sites (beekeeper/simulation/destination.py) that bear
200 to 6,000 visitors a minute, at rates from 1.05 to 10 times that, with the noise of 20 probes a
minute:

- Without the governor all of them collapse, and none recovers by itself. At best, at a rate that is
  5 % too high, they serve 0, 68 and 38 % of what they bear.
- The first overload is felt. Nobody knows yet what the site bears, and who is in stays in. A queue
  and a database collapse, often a second time. In the first hour they serve less than half of what
  they bear for 10 and 14 minutes on average, and for 31 and 26 at most.
- After the first hour no site collapses. In each half hour it serves at least 91 % of what it
  bears, on average 95 to 96 %, and 75 % in the worst minute.
- A site that bears 20 % more than the rate is left alone: the pace is the rate.

The visitors of these sites stay for three minutes. For stays of one to six minutes it is the same.
What doesn't hold:

- With stays of ten minutes, databases collapse now and then: 88 % on average.
- A site with few workers serves less, because it is slow long before it is full: 79 % with six
  requests at a time, 91 % with 18.
- At 40 times what it bears the law still works. At 100 times it fails: queues serve 57 %.

``python -m tests.benchmarks.governed`` measures all this.

The law needs no clock and no randomness: it is a pure function.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

# How much slower than its baseline a site may be: nobody notices the first 50 ms. The 95th
# percentile of 20 probes is hardly less than the slowest of them, so it may be much slower.
TOLERATED_TIMES, TOLERATED_SECONDS, TOLERATED_TAIL = 1.8, 0.05, 4.0
# The pace rises only while the site is faster than this share of what is tolerated.
CALM = 0.82
# Single errors happen to every site. Two of a burst of four, or three of twenty, don't.
FEW_FAILURES, FAILED_SHARE, RELIEF_SHARE = 2, 0.15, 0.3
MINUTE_OF_PROBES = 10  # more probes than a burst has
# Which share of the difference between pace and load is gone after a minute, if visitors stay for
# five. Nobody knows how long they do; this serves sites well where it is one to six minutes.
LOAD_SHARE = 0.18
# The share that a slow site keeps at least. A queue turns a small excess into long waits, so in
# proportion alone the pace would fall far below what the site bears.
LEAST_KEPT = 0.85
# The ceiling starts at this share of what was too much, and is back at it after seven minutes.
START, BACK_MINUTES = 0.95, 7.0
# How far the pace may be ahead of the load, by the slowness that is left: on the way back to what
# was too much, and beyond it.
LEAD, LEAD_BEYOND = 4.0, 2.0
# A site that has recovered gets at once this share of what was too much.
AT_ONCE = 1 / 3
# A site that fails at less than a fiftieth of the rate has an outage, and not too many visitors.
LEAST_KNOWN = 0.02
MOST = 1e9  # more than any rate, in visitors a minute, and than any number of minutes


@dataclass(frozen=True, slots=True)
class Health:
    """One measurement: what probes said, over a minute or in one burst.

    ``failed`` counts errors (5xx, refused connections, TLS, DNS) and time-outs. ``refused`` counts
    what does not measure health: 401, 403, 429, redirects to elsewhere, and names that have no
    public address. The times are those of the other answers, in seconds.
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
        tail = (self.p95_seconds or 0.0) / (TOLERATED_TAIL * tolerated(baseline_seconds))
        return max(self.median_slowness(baseline_seconds), tail)

    def median_slowness(self, baseline_seconds: float) -> float:
        """Return the same by the median alone."""
        return (self.median_seconds or 0.0) / tolerated(baseline_seconds)


def tolerated(baseline_seconds: float) -> float:
    """Return how long the median answer may take, in seconds."""
    baseline_seconds = max(0.0, baseline_seconds)
    return max(TOLERATED_TIMES * baseline_seconds, baseline_seconds + TOLERATED_SECONDS)


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

    Call it once a minute, and whenever ``needs_relief``, with the probes since the last decision.
    ``pace`` is held until now, ``rate`` is the operator's. A floor above it counts as the rate.
    """
    floor, memory = max(0.0, min(floor, rate)), Memory.of(memory.as_numbers())
    pace = _within(pace, floor, rate)
    before, slowness = memory.load or pace, health.slowness(baseline_seconds)
    load = before + (pace - before) * LOAD_SHARE
    if not health.is_measure:
        wanted, after = pace, replace(memory, load=load)
    elif health.fails(FAILED_SHARE):
        wanted, after = _failing(health, pace, load, floor), _suffering(memory, load, before, rate)
    elif slowness > 1:
        wanted, after = _slow(slowness, pace, load), _suffering(memory, load, before, rate)
    else:
        spare = max(0.0, CALM - slowness) if health.failed < FEW_FAILURES else 0.0
        after = Memory(load, memory.too_much, _minutes_well(memory, spare))
        wanted = _well(spare, pace, rate, after)
    held = _within(wanted, floor, rate)
    return Decision(held, f"{_cause(health, baseline_seconds)}: {_said(held)}", after)


def _within(pace: float, floor: float, rate: float) -> float:
    """Return the pace, or the bound that it exceeds; the rate if it is no number."""
    return max(pace, floor) if pace <= rate else rate


def _failing(health: Health, pace: float, load: float, floor: float) -> float:
    if health.error_share == 1 and health.measured >= MINUTE_OF_PROBES:
        return floor
    return min(pace, load) / 2


def _slow(slowness: float, pace: float, load: float) -> float:
    return min(pace, load) * max(LEAST_KEPT, 1 / slowness)


def _suffering(memory: Memory, load: float, before: float, rate: float) -> Memory:
    """Return the memory of a site that suffers.

    What was too much is known when that begins: it is between the loads before and after the
    measured minute. While it lasts, the load falls and says nothing.
    """
    if memory.suffers:
        return replace(memory, load=load)
    return Memory(load, max((before + load) / 2, rate * LEAST_KNOWN), 0.0)


def _minutes_well(memory: Memory, spare: float) -> float:
    # While the pace is held, the ceiling isn't what holds it. So its time stands still.
    return min(memory.well + 1, MOST) if spare or memory.suffers else memory.well


def _well(spare: float, pace: float, rate: float, memory: Memory) -> float:
    """Return the pace for a site that is well, with so much slowness to spare."""
    quarter = pace + (rate - pace) / 4 if spare else pace
    if not memory.too_much:
        return quarter
    # Visitors who are let in now are felt in minutes. So the pace doesn't run ahead of the load.
    lead = max(_ahead(memory.load, LEAD * spare), memory.too_much * AT_ONCE)
    return min(max(pace, min(quarter, _ceiling(spare, memory))), lead)


def _ceiling(spare: float, memory: Memory) -> float:
    """Return the most that the law tries by now, in visitors per minute."""
    since = memory.well / BACK_MINUTES - 1
    cubic = memory.too_much * (1 + (1 - START) * since**3)
    return min(cubic, max(memory.too_much, _ahead(memory.load, LEAD_BEYOND * spare)))


def _ahead(load: float, lead: float) -> float:
    # By the square: the less is left, the more of it can be chance. There are only 20 probes.
    return load * (1 + lead**2)


def _cause(health: Health, baseline_seconds: float) -> str:
    if not health.sent:
        return "no probe was sent, so the pace is as before"
    if not health.is_measure:
        return "all probes were refused (401, 403, 429), which says nothing about health"
    if health.fails(FAILED_SHARE) or health.median_seconds is None:
        return f"{health.failed} of {health.measured} probes failed"
    worst = ""
    if health.slowness(baseline_seconds) > health.median_slowness(baseline_seconds):
        worst = f" and at worst in {_seconds(health.p95_seconds or 0.0)}"
    median, baseline = _seconds(health.median_seconds), _seconds(baseline_seconds)
    return f"destination answers in {median}{worst}, baseline {baseline}"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 0.095 else f"{value * 1000:.0f} ms"


def _said(pace: float) -> str:
    return f"{pace:,.0f} a minute" if pace >= 10 else f"{pace:.2g} a minute"
