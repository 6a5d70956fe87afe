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
new rate takes effect from the very next slot.
"""

import math
from dataclasses import dataclass

LOOKAHEAD_SECONDS = 1.5
CATCH_UP_SECONDS = 0.5
LOWEST_RATE_PER_MINUTE = 1.0
MAX_LATENESS_SECONDS = 0.75  # checked before the write, which has the rest of the second


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


def claim(
    paced_at: float,
    now: float,
    rate_per_minute: float,
    wanted: int,
    lookahead_seconds: float = LOOKAHEAD_SECONDS,
) -> Claim:
    """Return the slots that ``wanted`` visitors can have now. ``count`` can be 0."""
    interval = interval_seconds(rate_per_minute)
    paced_at = trusted(paced_at, now)
    first = max(paced_at + interval, now - CATCH_UP_SECONDS)
    open_slots = math.floor((now + lookahead_seconds - first) / interval) + 1
    return Claim(first, interval, max(0, min(wanted, open_slots)))


def trusted(paced_at: float, now: float) -> float:
    """Return the last slot, or 0 if it is further ahead than anybody can have claimed.

    Somebody may have damaged it by hand. No claim reaches further than an interval of the lowest
    rate and the lookahead, by a clock that is at most a second off.
    """
    furthest = now + interval_seconds(LOWEST_RATE_PER_MINUTE) + LOOKAHEAD_SECONDS + 1.0
    return paced_at if paced_at <= furthest else 0.0


def open_slots(paced_at: float, now: float, rate_per_minute: float) -> int:
    """Return how many visitors can get a slot now: how many to take off the queue."""
    return claim(paced_at, now, rate_per_minute, wanted=1_000_000).count


def is_too_late(slot: float, now: float) -> bool:
    """Return whether it is too late to write a slot."""
    return now > slot + MAX_LATENESS_SECONDS
