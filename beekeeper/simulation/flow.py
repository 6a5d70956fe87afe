"""The line as a whole, second by second: arrivals, admissions, and the published pulse.

The simulation only counts visitors in the queue. So ten million take no longer than ten thousand.
The places of single visitors are read off the curves afterwards. The slots, the pulse and the
compensation for no-shows come from the same rules that the consumer uses.
"""

import math
import random
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from beekeeper.rules import line, no_shows, pacing
from beekeeper.rules.arrivals import Joined
from beekeeper.rules.cadence import CHECKS_PER_TICK
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured
from beekeeper.rules.settings import Settings
from beekeeper.simulation.queue_count import QueueCount

START = 1_750_000_000.0  # when the first second begins (epoch seconds); any time works
# A pulse is published each second. In an event of days, it is published this many times in all.
MAX_PULSES = 40_000
NUMBERS = 16  # how many tickets a pulse is measured from; a consumer uses all of them
OPEN_END_SECONDS = 10  # after the last admission, so that pages hear of it


@dataclass
class Flow:
    """The history of the line. ``arrived`` and ``admitted`` are totals at each second's end."""

    settings: Settings
    publish_seconds: int  # 1, unless the event lasts longer than MAX_PULSES seconds
    disorder: float  # by which share of the places ahead a ticket can come out early or late
    arrived: "array[float]" = field(default_factory=lambda: array("d"))
    admitted: "array[float]" = field(default_factory=lambda: array("d"))
    first_slot: "array[float]" = field(default_factory=lambda: array("d"))  # of each second's claim
    interval: "array[float]" = field(default_factory=lambda: array("d"))
    pulses: list[Pulse] = field(default_factory=list)

    @property
    def seconds(self) -> int:
        """How long the event lasted, from the first arrival until the line was empty."""
        return len(self.admitted)

    def pulse_at(self, at: float) -> Pulse:
        """Return the pulse that was in the table at that time."""
        i = int((at - START) / self.publish_seconds) - 1
        return self.pulses[min(i, len(self.pulses) - 1)] if i >= 0 else Pulse()

    def joined(self, first: float, now: float) -> dict[int, Joined]:
        """Return who joined in each second from ``first`` to ``now`` (epoch seconds)."""
        start, end = max(0, int(first - START)), min(len(self.arrived), math.ceil(now - START))
        before, found = self.arrived[start - 1] if start else 0.0, {}
        for second in range(start, end):
            share = min(1.0, now - START - second)
            if self.arrived[second] > before:
                came = (self.arrived[second] - before) * share
                found[int(START) + second] = Joined(came, share / 2)
            before = self.arrived[second]
        return found

    def pulse_for(self, number: int, at: float) -> Pulse:
        """Return what a turnstile knows that read the table at that time, for this ticket."""
        return line.known_to(self.pulse_at(at), number, self.joined, at)

    def came_at(self, place: float) -> float:
        """Return when the visitor came who has that place among all arrivals."""
        second = min(bisect_right(self.arrived, place), len(self.arrived) - 1)
        before = self.arrived[second - 1] if second else 0.0
        came = self.arrived[second] - before
        return START + second + min(1.0, (place - before) / came if came else 1.0)

    def displaced(self, place: float, by: float) -> float:
        """Return the place that the queue gives a ticket. ``by`` is -1 (early) to 1 (late)."""
        second = int(self.came_at(place) - START)
        second = min(second, len(self.admitted) - 1)
        ahead = max(0.0, place - self.admitted[second]) if second >= 0 else 0.0
        return place + by * self.disorder * ahead

    def let_through(self, place: float) -> tuple[float, float]:
        """Return when the row of the ticket at that place was written, and the ticket's slot."""
        second = min(bisect_right(self.admitted, place), len(self.admitted) - 1)
        nth = place - (self.admitted[second - 1] if second else 0.0)
        return START + second + 1, self.first_slot[second] + nth * self.interval[second]

    def longest_wait(self) -> float:
        """Return the longest wait, in seconds, if the queue keeps the order."""
        waits = (self._wait_of_last(second) for second in range(0, self.seconds, self._stride))
        return max(waits, default=0.0)

    @property
    def _stride(self) -> int:
        return max(1, self.seconds // MAX_PULSES)

    def _wait_of_last(self, second: int) -> float:
        last = self.arrived[second] - 1
        return self.let_through(last)[1] - self.came_at(last) if last >= 0 else 0.0


def run_line(
    arrivals: Sequence[int],
    settings: Settings,
    present: float,
    disorder: float = 0.0,
    seed: int = 1,
) -> Flow:
    """Return the history of a line, until all who came have been admitted.

    ``present`` is the share of the admitted who are there to go in.
    """
    expected = len(arrivals) + sum(arrivals) / settings.rate * 60
    flow = Flow(settings, max(1, math.ceil(expected / MAX_PULSES)), disorder)
    consumer = _Consumer(flow, present, random.Random(seed))  # noqa: S311 - no secret
    total, came, second = sum(arrivals), 0, 0
    while consumer.count < total or second % flow.publish_seconds:
        came += arrivals[second] if second < len(arrivals) else 0
        flow.arrived.append(came)
        second += 1
        consumer.tick(START + second, came)
    for _ in range(OPEN_END_SECONDS):
        flow.pulses.append(flow.pulses[-1])
    return flow


class _Consumer:
    """All consumers together, because they share one schedule."""

    def __init__(self, flow: Flow, present: float, chance: random.Random) -> None:
        self._flow = flow
        self._present = present
        self._chance = chance
        self._queue_count = QueueCount(chance)
        self._pulse = Pulse()
        self._paced_at = 0.0
        self.count = 0  # admitted so far
        self._published = 0  # how many of them the pulse counts
        self._owed = 0.0  # the fraction of a present visitor that rounding has left over

    def tick(self, now: float, came: int) -> None:
        flow, pace = self._flow, self._flow.settings.pace(self._pulse)
        claim = pacing.claim(self._paced_at, now, pace, wanted=came - self.count)
        if claim.count:
            self._paced_at = claim.paced_at
        self.count += claim.count
        flow.admitted.append(self.count)
        flow.first_slot.append(claim.first)
        flow.interval.append(claim.interval)
        if flow.seconds % flow.publish_seconds == 0:
            self._publish(now, came)

    def _publish(self, now: float, came: int) -> None:
        counted_from = line.counting_from(self._pulse, now).at / 1000
        seen = Seen(
            now=now,
            joined=self._flow.joined(counted_from, now),
            came_off=self.count - self._published,
            numbers=self._numbers(self._published, self.count),
            admitted=self.count - self._published,
            shows=self._shows(),
            queued=self._queue_count.counted(now, came - self.count),
            is_empty=came == self.count,
            pace=self._flow.settings.pace(self._pulse),
            paced_at=self._paced_at,
        )
        self._pulse = measured(self._pulse, seen)
        self._published = self.count
        self._flow.pulses.append(self._pulse)

    def _numbers(self, first: int, end: int) -> list[int]:
        flow, count = self._flow, min(NUMBERS, end - first)
        places = (first + (i + 0.5) * (end - first) / count for i in range(count))
        # The ticket that came out at a place had another place when it arrived.
        sources = (flow.displaced(place, self._chance.uniform(-1, 1)) for place in places)
        last = flow.arrived[-1] - 1
        return [int(flow.came_at(min(max(0.0, place), last)) * 1000) for place in sources]

    def _shows(self) -> list[bool]:
        """Look up who of those admitted PROMPT_SECONDS ago has gone in: the share ``present``.

        Near their turn, pages ask every two seconds. So visitors who are there go in promptly, and
        none of them is late.
        """
        flow, delay = self._flow, int(no_shows.PROMPT_SECONDS) + 1
        end, first = flow.seconds - delay, flow.seconds - delay - flow.publish_seconds
        if end <= 0 or flow.settings.overbooking == 1:
            return []
        admitted = flow.admitted[end - 1] - (flow.admitted[first - 1] if first > 0 else 0.0)
        checked = int(min(admitted, CHECKS_PER_TICK * flow.publish_seconds))
        self._owed += checked * self._present
        showed = int(self._owed)
        self._owed -= showed
        return [i < showed for i in range(checked)]
