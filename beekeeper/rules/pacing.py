"""Pacing: when each visitor can go in, so that the rate holds with any number of consumers.

This is the generic cell rate algorithm (ITU-T I.371, Annex A) in its virtual-scheduling form. Its
state is one number: ``paced_at``, the last slot that was given out. The next slot is one interval
later. A consumer that has visitors in hand claims slots for them with a conditional write:
``paced_at`` must still be what it read. So any number of consumers share one schedule:

    consumer A   read 10.0   ──claim 10.1…10.5──▶ paced_at = 10.5
    consumer B   read 10.0   ──claim 10.1…10.5──▶ refused; reads 10.5 ──claim 10.6…──▶

Each visitor gets a slot of their own, and can go in when the clock reaches it. So the flow is even
within the second, whenever the claims come. Consumers give out slots up to LOOKAHEAD_SECONDS ahead,
which hides a late tick. After a gap that is longer than CATCH_UP_SECONDS, the missed slots are
forfeited, so that they never reach the destination all at once. A slot that could not be written
within MAX_LATENESS_SECONDS is forfeited too.

Law: in any T seconds at most rate x (T + 2) / 60 visitors, plus one, can go in, if all clocks are
within a second of each other. The bound adds up the slots of T seconds, a second of lateness, and a
second of skew.

The law needs a write to end within a quarter of a second of the check of its lateness. If a process
freezes between the two, its visitors are admitted late. (A condition of DynamoDB can't name the
time.)

The schedule stores the last slot, not the next one. The last slot does not depend on the rate, so a
new rate takes effect from the very next slot. No slot is given out further ahead than
LOOKAHEAD_SECONDS, so a new rate holds within two seconds.

A stored slot that can't be right (an hour ahead) would stop the line until its time comes. It
counts as now, and the next claim replaces it.
"""

import math
from dataclasses import dataclass

LOOKAHEAD_SECONDS = 1.5
CATCH_UP_SECONDS = 0.5
ROUNDING = 1e-9  # 0.5 // 0.1 is 4
CLOCK_ROUNDING = 1e-6  # seconds; sums of epoch seconds are wrong by less
MAX_LATENESS_SECONDS = 0.75  # checked before the write, which has the rest of the second
# A slot further ahead than this was given out by no consumer. This is much more than the lookahead
# and the second of skew. Otherwise a consumer whose clock is a little more behind would give out
# the slots of the others once more.
MAX_AHEAD_SECONDS = 10.0
LOWEST_RATE_PER_MINUTE = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """``count`` slots, the first at ``first`` (epoch seconds), ``interval`` seconds apart."""

    first: float
    interval: float
    count: int

    @property
    def paced_at(self) -> float:
        """The last slot of the claim: the state to write."""
        return self.first + (self.count - 1) * self.interval

    def slots(self) -> list[float]:
        """Return the time of each slot, in epoch seconds."""
        return [self.first + i * self.interval for i in range(self.count)]


def interval_seconds(rate_per_minute: float) -> float:
    """Return the time between two visitors."""
    return 60.0 / max(rate_per_minute, LOWEST_RATE_PER_MINUTE)


def trusted(paced_at: float, now: float) -> float:
    """Return the last slot, or ``now`` if the stored one can't be right."""
    return paced_at if paced_at <= now + MAX_AHEAD_SECONDS else now


def earliest(slot: float, now: float, interval: float) -> float:
    """Return the slot, or the earliest that can still be given out now if it is too old.

    Only whole intervals are caught up. At a few visitors a minute there are none, and a slot in the
    past would only leave less time to write it. If the write is late, a minute's visitor is lost.
    """
    if slot >= now - CATCH_UP_SECONDS:
        return slot
    return now - (CATCH_UP_SECONDS + ROUNDING) // interval * interval


def claim(paced_at: float, now: float, rate_per_minute: float, wanted: int) -> Claim:
    """Return the slots that ``wanted`` visitors can have now. ``count`` can be 0."""
    interval = interval_seconds(rate_per_minute)
    first = earliest(trusted(paced_at, now) + interval, now, interval)
    ahead = now + LOOKAHEAD_SECONDS + CLOCK_ROUNDING - first
    open_slots = math.floor(ahead / interval) + 1
    return Claim(first, interval, max(0, min(wanted, open_slots)))


def open_slots(paced_at: float, now: float, rate_per_minute: float) -> int:
    """Return how many visitors can get a slot now: how many to take off the queue."""
    return claim(paced_at, now, rate_per_minute, wanted=1_000_000).count


def is_too_late(slot: float, now: float) -> bool:
    """Return whether it is too late to write a slot."""
    return now > slot + MAX_LATENESS_SECONDS
