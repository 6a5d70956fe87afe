"""Pacing: when each visitor is let through, so that the rate holds whoever is counting.

The generic cell rate algorithm (ITU-T I.371, Annex A) in its virtual-scheduling form, with one
number of state: ``paced_at``, the slot that was given out last. The next slot is one interval
later. A consumer that has visitors in hand claims slots for them by a conditional write
(``paced_at`` must still be what it read), so that any number of consumers share one schedule:

    consumer A   read 10.0   ──claim 10.1…10.5──▶ paced_at = 10.5
    consumer B   read 10.0   ──claim 10.1…10.5──▶ refused; reads 10.5 ──claim 10.6…──▶

Each visitor gets an own slot, and is let through when the clock reaches it, so the flow is even
within the second however the claims come. Slots are given out up to LOOKAHEAD_SECONDS ahead, which
hides a late tick; a gap that is longer than CATCH_UP_SECONDS is forfeited, never dumped on the
destination. A slot that could not be written within MAX_LATENESS_SECONDS is forfeited too.

Law: in any T seconds at most rate x (T + 2) / 60 visitors, and one, are let through, with clocks
up to a second apart: the slots of T seconds, a second of lateness, a second of skew.

It holds as long as a write ends within a quarter of a second of the check of its lateness: what is
frozen just between the two is let through late. (A batch of writes takes no condition in DynamoDB.)

The slot before is kept rather than the slot after: it does not depend on the rate, and so a new
rate holds from the very next slot.
"""

import math
from dataclasses import dataclass

LOOKAHEAD_SECONDS = 1.5
CATCH_UP_SECONDS = 0.5
MAX_LATENESS_SECONDS = 0.75  # checked before the write, which takes the rest of the second


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
    return 60.0 / rate_per_minute


def claim(
    paced_at: float,
    now: float,
    rate_per_minute: float,
    wanted: int,
    lookahead_seconds: float = LOOKAHEAD_SECONDS,
) -> Claim:
    """Return the slots that ``wanted`` visitors can have now; perhaps none (``count`` 0)."""
    interval = interval_seconds(rate_per_minute)
    first = max(paced_at + interval, now - CATCH_UP_SECONDS)
    open_slots = math.floor((now + lookahead_seconds - first) / interval) + 1
    return Claim(first, interval, max(0, min(wanted, open_slots)))


def open_slots(paced_at: float, now: float, rate_per_minute: float) -> int:
    """Return how many visitors could be given a slot now: how many to take off the queue."""
    return claim(paced_at, now, rate_per_minute, wanted=1_000_000).count


def is_too_late(slot: float, now: float) -> bool:
    """Tell whether a slot may no longer be written: its time has gone by."""
    return now > slot + MAX_LATENESS_SECONDS
