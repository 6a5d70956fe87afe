"""The lane for latecomers: a small line of its own, served from the schedule of all.

A visitor who comes later than PROMPT_SECONDS after the slot takes a number, in the order in which
latecomers come. The consumers serve the numbers one by one. Each served number has a slot, at which
its visitor can go in.

Latecomers get a quarter of the rate while others wait, and all slots that the line does not need
otherwise. A latecomer is there and surely goes in, but of a line with no-shows only a part goes in.
So a latecomer takes the time of one arrival (60 / rate seconds) from the schedule, and a visitor of
the line takes 60 / pace seconds. With this, latecomers don't add to the rate. ``share`` places the
lane's slots 4 x 60 / rate seconds apart, to the nearest slot, while others wait. This rule holds
for any number of consumers and at any rate, because the slots themselves carry it.

``given`` counts the numbers that were handed out, in an item of its own. ``served`` and the marks
are a part of the schedule's item, so that one conditional write claims the slots and serves the
numbers. No number is served twice, and none without a slot. The marks say when the numbers of the
last MARKS_SECONDS were served. Nobody can go in later than that. The pulse has a copy of the lane.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from beekeeper.rules import pacing
from beekeeper.rules.no_shows import PROMPT_SECONDS

SHARE = 1 / 4
# Longer than PROMPT_SECONDS: clocks differ, and slots are up to two seconds ahead.
MARKS_SECONDS = PROMPT_SECONDS + 10
# If fewer visitors wait than are admitted in this time, the line does not need all slots.
SHORT_LINE_SECONDS = 2.0
LONG_AGO = 0.0  # the slot of a number that was served before all marks


@dataclass(frozen=True, slots=True)
class Mark:
    """``count`` numbers in a row, with slots from ``first`` to ``last`` (epoch seconds)."""

    first: float
    last: float
    count: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Numbers from 1 to ``given`` were handed out, and those up to ``served`` have a slot."""

    given: int = 0
    served: int = 0
    marks: tuple[Mark, ...] = ()

    @property
    def waiting(self) -> int:
        """How many numbers wait for their slot."""
        return max(0, self.given - self.served)

    def ahead_of(self, number: int) -> int:
        """Return how many numbers are served before this one."""
        return max(0, number - self.served - 1)

    def slot_of(self, number: int) -> float | None:
        """Return the slot of a number (epoch seconds), or None if it has not been served."""
        if number > self.served:
            return None
        end = self.served
        for mark in reversed(self.marks):
            place = number - (end - mark.count) - 1
            if place >= 0:
                # The slots of a mark are about evenly spaced.
                return mark.first + (mark.last - mark.first) * place / max(1, mark.count - 1)
            end -= mark.count
        return LONG_AGO

    def newest(self, other: "Lane") -> "Lane":
        """Return what is newer of two copies."""
        newer = self if self.served >= other.served else other
        return replace(newer, given=max(self.given, other.given))

    def after(self, slots: Sequence[float], now: float) -> "Lane":
        """Return the lane after the next numbers got these slots. Old marks are dropped."""
        if not slots:
            return self
        kept = [mark for mark in self.marks if mark.last >= now - MARKS_SECONDS]
        marks = (*kept, *(Mark(run[0], run[-1], len(run)) for run in _even_runs(slots)))
        return replace(self, served=self.served + len(slots), marks=marks)


def _even_runs(slots: Sequence[float]) -> Iterator[list[float]]:
    """Split slots where their spacing changes: the line had no more tickets for its slots."""
    run = [slots[0]]
    for before, slot in pairwise(slots):
        mean = (run[-1] - run[0]) / (len(run) - 1) if len(run) > 1 else slot - before
        if not mean / 2 <= slot - before <= mean * 2:
            yield run
            run = []
        run.append(slot)
    yield run


EMPTY = Lane()


@dataclass(frozen=True, slots=True)
class Shared:
    """The slots of one claim, in epoch seconds, and the schedule's new state."""

    line: Sequence[float]
    late: Sequence[float]
    paced_at: float


def is_short(waiting: int, pace_per_minute: float) -> bool:
    """Return whether a line of ``waiting`` visitors leaves slots to the lane."""
    return waiting <= pace_per_minute / 60 * SHORT_LINE_SECONDS


def share(
    paced_at: float,
    now: float,
    pace_per_minute: float,
    wanted: int,
    lane: Lane,
    rate_per_minute: float,
    *,
    line_is_short: bool,
) -> Shared:
    """Return the slots that ``wanted`` visitors of the line and the lane can have now."""
    if not lane.waiting:
        claim = pacing.claim(paced_at, now, pace_per_minute, wanted)
        return Shared(claim.slots(), (), claim.paced_at if claim.count else paced_at)
    to_line = pacing.interval_seconds(pace_per_minute)
    to_late = pacing.interval_seconds(rate_per_minute)
    due = _next_at(lane, now, to_late / SHARE)
    line, late, at = list[float](), list[float](), pacing.trusted(paced_at, now)
    while True:
        has_line, slot = len(line) < wanted, pacing.earliest(at + to_late, now, to_late)
        # The slot nearest to the lane's time. The next one would be late by up to one interval.
        is_due = slot + to_line / 2 > due or (line_is_short and not has_line)
        takes = late if is_due and len(late) < lane.waiting else line
        if takes is line:
            slot = pacing.earliest(at + to_line, now, to_line)
        if slot > now + pacing.LOOKAHEAD_SECONDS or (takes is line and not has_line):
            return Shared(line, late, at)
        takes.append(slot)
        at = slot
        if takes is late:
            due = slot + to_late / SHARE


def wait_seconds(
    number: int,
    lane: Lane,
    paced_at: float,
    rate_per_minute: float,
    now: float,
    *,
    line_is_short: bool,
) -> float:
    """Return how long a number that was not served will wait for its slot.

    ``paced_at`` is the last slot that anybody was given.
    """
    one = pacing.interval_seconds(rate_per_minute)
    step = one if line_is_short else one / SHARE
    next_at = max(pacing.trusted(paced_at, now) + one, _next_at(lane, now, step))
    return max(0.0, next_at - now) + lane.ahead_of(number) * step


def shortest_wait_seconds(number: int, lane: Lane, rate_per_minute: float) -> float:
    """Return the same if the next slot is near, and the line is empty from now on."""
    return lane.ahead_of(number) * pacing.interval_seconds(rate_per_minute)


def _next_at(lane: Lane, now: float, step: float) -> float:
    """Return when the lane's next slot is due, if its slots are ``step`` seconds apart."""
    return pacing.trusted(lane.marks[-1].last, now) + step if lane.marks else LONG_AGO
