"""Counts the visitors of an event, one by one, and makes the figures of each step of time.

The visitors can be millions, so none is kept: only counts by BASE_SECONDS, and for each of these
how many of the admitted had waited how many seconds. Those who are let in together have waited for
about as long, so that is a few dozen numbers each.

Everybody who was admitted has a row that says when the visitor joined. Of those who still wait the
table has only counts, made by the producers. They can be wrong by a hundredth, so what they say
beyond the rows is used for the visitors who wait, and not for the others.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from beekeeper.rules.no_shows import PROMPT_SECONDS

BASE_SECONDS = 10
# A short event is shown by BASE_SECONDS, and others by the minute, up to a day.
SHORT_SECONDS = 1_200
LONGER_STEPS = (60, 300, 900, 3_600, 21_600, 86_400)
MOST_STEPS = 1_440
# The table keeps its rows for two weeks, and some for a few days more (DynamoDB, TTL).
OLDEST_SECONDS = 90 * 86_400


@dataclass
class Tally:
    """The counts. Times are seconds since the epoch, and those after ``until`` do not count."""

    since: float
    until: float
    joined: Counter[int] = field(default_factory=Counter)  # each by the beginning of a base step
    admitted: Counter[int] = field(default_factory=Counter)
    entered: Counter[int] = field(default_factory=Counter)
    prompt: Counter[int] = field(default_factory=Counter)
    late: Counter[int] = field(default_factory=Counter)
    never: Counter[int] = field(default_factory=Counter)
    pending: Counter[int] = field(default_factory=Counter)
    waits: defaultdict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    counted: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def _first(self) -> float:
        return max(self.since, self.until - OLDEST_SECONDS)

    def add(
        self, joined_at: float, admitted_at: float, entered_at: float | None, *, is_over: bool
    ) -> None:
        """Count an admitted visitor. ``is_over`` says that the turn has ended."""
        if not self._first <= joined_at <= self.until or admitted_at > self.until:
            return
        # What somebody has damaged must not stretch the charts over years.
        admitted_at = max(admitted_at, joined_at)
        step = _base(admitted_at)
        self.joined[_base(joined_at)] += 1
        self.admitted[step] += 1
        self.waits[step][round(max(0.0, admitted_at - joined_at))] += 1
        if entered_at is None or entered_at > self.until:
            (self.never if is_over else self.pending)[step] += 1
            return
        self.entered[_base(max(entered_at, joined_at))] += 1
        is_late = entered_at - admitted_at > PROMPT_SECONDS
        (self.late if is_late else self.prompt)[step] += 1

    def count(self, second: int, joined: float) -> None:
        """Add what a producer counted in a second."""
        if self._first <= second <= self.until:
            self.counted[_base(second)] += joined

    def place_waiting(self, waiting: int, *, are_all_since: bool = True) -> None:
        """Add those who still wait: the last who came, as far as the producers' counts say when.

        Those of whom no producer tells came last. But if some may have come before ``since``, they
        are left out.
        """
        left = waiting
        for step in sorted(self.counted, reverse=True):
            more = min(left, max(0, round(self.counted[step]) - self.joined[step]))
            if more:
                self.joined[step] += more
                left -= more
        if left and are_all_since:
            self.joined[max(self.joined, default=_base(self.until))] += left


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one step. ``waits`` says how many of the admitted waited how many seconds."""

    at: int
    joined: int
    waiting: int
    admitted: int
    entered: int
    prompt: int
    late: int
    never: int
    pending: int
    waits: Mapping[int, int]


COUNTED = ("joined", "admitted", "entered", "prompt", "late", "never", "pending")


def steps_of(tally: Tally) -> tuple[int, list[Counts]]:
    """Return how long a step is, in seconds, and the steps from the first visitor to the last.

    If somebody waits, the steps go on until now.
    """
    times = [*tally.joined, *tally.admitted, *tally.entered]
    if not times:
        return LONGER_STEPS[0], []
    if tally.joined.total() > tally.admitted.total():
        times.append(_base(tally.until))
    seconds = _step_seconds(max(times) - min(times))
    first, last = (at // seconds * seconds for at in (min(times), max(times)))
    by_name = {name: _by_step(getattr(tally, name), first, last, seconds) for name in COUNTED}
    waits = defaultdict[int, Counter[int]](Counter)
    for at, some in tally.waits.items():
        waits[at // seconds * seconds] += some
    moved = (j - a for j, a in zip(by_name["joined"], by_name["admitted"], strict=True))
    steps = zip(range(first, last + 1, seconds), accumulate(moved), strict=True)
    return seconds, [
        Counts(
            at=at,
            waiting=max(0, waiting),
            waits=waits[at],
            **{name: by_name[name][i] for name in COUNTED},
        )
        for i, (at, waiting) in enumerate(steps)
    ]


def percentiles(waits: Mapping[int, int], shares: Sequence[float]) -> Iterator[float]:
    """Return the longest wait among each share of those who waited least; nothing without waits."""
    by_wait = sorted((wait, count) for wait, count in waits.items() if count)
    reached = list(accumulate(count for _, count in by_wait))
    for share in shares if reached else ():
        # One visitor is the least share of somebody.
        yield float(by_wait[bisect_left(reached, max(1.0, share * reached[-1]))][0])


def _by_step(counts: Mapping[int, int], first: int, last: int, seconds: int) -> list[int]:
    found = [0] * ((last - first) // seconds + 1)
    for at, count in counts.items():
        found[(at - first) // seconds] += count
    return found


def _step_seconds(span_seconds: float) -> int:
    if span_seconds <= SHORT_SECONDS:
        return BASE_SECONDS
    return next(s for s in LONGER_STEPS if span_seconds <= s * MOST_STEPS or s == LONGER_STEPS[-1])


def _base(at: float) -> int:
    return int(at) // BASE_SECONDS * BASE_SECONDS
