"""Numbers: where a visitor stands in line, without a central counter.

A ticket's number is the millisecond in which its visitor arrived. So producers need to know nothing
about each other, and numbers never overtake each other. The producers count who joins, by second
(rules/arrivals.py), which makes a curve from arrival time to place in line (rules/curve.py). A
visitor who arrived at n has ``arrivals(n) - serving`` visitors ahead. ``serving`` is the same
curve, read at the tickets that come off the queue now. Both ends are read off one curve. So an
error of the whole curve (a count that was lost) cancels out at the front, where it matters.

``slack`` says how far out of order the queue hands out tickets, in places. (SQS standard queues
keep the order on a best-effort basis.) A visitor who is nearer to the front than ``slack`` may
already be admitted, so the functions look that visitor up in the table.

``spread`` says the same about most tickets, and ``slack`` about the worst. The rule assumes that
tickets come out evenly between ``spread`` places early and ``spread`` places late. Take a visitor
with x visitors ahead by arrival, |x| < spread, who is not admitted yet. For this visitor

    (x + spread)^2 / (4 spread)   visitors who came before are still in line
    (x + spread) / 2              tickets are handed out before it is this visitor's turn

because by then the ticket's own turn is anywhere between now and x + spread. Nothing more can be
known: half a minute of disorder makes the last wait uncertain by half a minute.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from beekeeper.rules import curve
from beekeeper.rules.arrivals import JoinedBySecond
from beekeeper.rules.curve import NOTHING, Curve, Sample, arrived_by
from beekeeper.rules.drift import Drift
from beekeeper.rules.flow import Samples
from beekeeper.rules.lane import EMPTY, Lane
from beekeeper.rules.no_shows import Shows

NOBODY_CHECKED = Shows()
NO_DRIFT = Drift()
IDLE_SECONDS = 300.0
# Consumers publish every second or two, and a copy of the pulse can be another second old. Without
# a pulse for this long, a consumer is woken, which takes up to WAKING_SECONDS.
STALE_SECONDS = 5.0
WAKING_SECONDS = 12.0


JoinedBetween = Callable[[float, float], JoinedBySecond]


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the consumers last published about the line. Times are seconds since the epoch."""

    admitted: int = 0  # since the room was deployed, less what killed consumers had not published
    waiting: int = 0
    serving: float = 0.0  # the place in line that is being admitted now
    slack: float = 0.0
    arrivals: Curve = ()
    settled: Sample = NOTHING  # the part of the curve that is final
    rate: float = 0.0  # measured admissions a minute; 0 while it is not known
    marks: Curve = ()  # when how many had been admitted, for the measured rate
    paced_at: float = 0.0  # the last slot that was given out
    as_of: float = 0.0
    busy_at: float = 0.0  # when somebody was last in line
    is_empty: bool = False  # the queue had no ticket for a free slot
    shows: Shows = NOBODY_CHECKED
    spread: float = 0.0
    drift: Drift = NO_DRIFT
    lane: Lane = EMPTY  # for latecomers
    longest_interval: float = 0.0  # between two questions of one visitor, in seconds
    counted_from: float = 0.0  # a turnstile has read who joined since then; not published
    earlier: tuple[float, ...] = ()  # ``as_of`` of the pulses before this one, the latest first
    cleared_at: float = 0.0  # when operators had last cleared the line
    flow: Samples = ()  # exact counts of the last minute


def ahead_of(number: int, pulse: Pulse) -> int:
    """Return how many visitors who came before the ticket with that number are still in line."""
    ahead, spread = arrived_by(pulse.arrivals, number) - pulse.serving, pulse.spread
    if -spread < ahead < spread:
        return round((ahead + spread) ** 2 / (4 * spread))
    return max(0, round(ahead))


def since_cleared(pulse: Pulse, cleared_at: float) -> Pulse:
    """Return the pulse, or that of an empty line if it is of a time before the line was cleared.

    A consumer that has not heard of it yet still publishes the old line. So the pulse says which
    line it is about, and its time does not matter. The schedule and its lane go on.
    """
    if pulse.cleared_at >= cleared_at:
        return pulse
    return Pulse(
        settled=Sample(int(cleared_at * 1000), 0.0),
        paced_at=pulse.paced_at,
        as_of=pulse.as_of,
        busy_at=pulse.busy_at,
        lane=pulse.lane,
        cleared_at=cleared_at,
    )


def is_idle(pulse: Pulse) -> bool:
    """Return whether nobody had come for IDLE_SECONDS when the pulse was published.

    If it is idle, consumers stop, and the next visitor who joins starts one again.
    """
    return pulse.as_of - pulse.busy_at > IDLE_SECONDS


def is_stale(pulse: Pulse, now: float) -> bool:
    """Return whether no consumer seems to be running."""
    return now - pulse.as_of > STALE_SECONDS


def is_counted(number: int, pulse: Pulse) -> bool:
    """Return whether the ticket with that number came before the last measurement."""
    return bool(pulse.arrivals) and number <= pulse.arrivals[-1].at


def is_steady(pulse: Pulse) -> bool:
    """Return whether the curve goes on as it ended. A crowd that has just begun can't be judged."""
    return curve.is_steady(pulse.arrivals)


def with_joined(pulse: Pulse, joined: JoinedBySecond, now: float) -> Pulse:
    """Return the pulse with the visitors who joined since it was published.

    ``joined`` has what the producers counted from ``counting_from`` on.
    """
    settled = counting_from(pulse, now)
    arrivals = curve.extended(pulse.arrivals, settled, joined, now)
    return replace(pulse, arrivals=arrivals, waiting=waiting_behind(arrivals, pulse.serving))


def known_to(pulse: Pulse, number: int, joined: JoinedBetween, at: float) -> Pulse:
    """Return what somebody knows of a ticket who read the table at that time (epoch seconds).

    ``joined`` returns what the producers counted between two times. It is asked only if the ticket
    came after the pulse.
    """
    if is_counted(number, pulse):
        return pulse
    return with_joined(pulse, joined(counting_from(pulse, at).at / 1000, at), at)


def counting_from(pulse: Pulse, now: float) -> Sample:
    """Return the sample from which to count who joined: what came before it is settled."""
    return curve.counting_from(pulse.settled, now)


def began_at(pulse: Pulse) -> float:
    """Return when the line that waits now began (epoch seconds), or 0 if nobody waits."""
    waiting = (s.at for s, after in pairwise(pulse.arrivals) if after.arrived > pulse.serving)
    return next(waiting, 0) / 1000


def stands_still(pulse: Pulse, now: float, since: float) -> bool:
    """Return whether the line should move, and does not, because no consumer is running.

    A consumer that has stopped is woken by the next visitor, and needs a moment to start. ``since``
    is when the visitor who asks began to wait (epoch seconds). Others may wait for longer.
    """
    began = min(since, began_at(pulse) or since)
    return now - max(pulse.as_of, began) > WAKING_SECONDS


def is_near_front(ahead: int, pulse: Pulse, rate_per_minute: float, now: float) -> bool:
    """Return whether a visitor with ``ahead`` visitors ahead may have been admitted by now.

    Since the pulse was published, at most ``rate`` visitors a minute were admitted. The rule adds
    two seconds for the tickets that were being handed out, and the disorder of the queue.
    """
    since = max(0.0, now - pulse.as_of) + 2.0
    return ahead <= max(pulse.slack, pulse.spread) + rate_per_minute / 60 * since + 1


def moved(pulse: Pulse, pace_per_minute: float, now: float) -> int:
    """Return by how many places the line has surely moved since the pulse, if it moves."""
    seconds = min(max(0.0, now - pulse.as_of - 0.5), 2.0)
    return int(min(pulse.rate or pace_per_minute, pace_per_minute) / 60 * seconds)


def eta_seconds(ahead: int, pulse: Pulse, pace_per_minute: float, now: float) -> float:
    """Return the expected wait at the measured pace, or at the set pace if none is measured.

    The next visitor in line waits for the next slot, one interval after the last one.
    """
    pace = min(pulse.rate or pace_per_minute, pace_per_minute)
    # Within the spread: (x + s) / 2, from (x + s)^2 / 4 s.
    turns = max(ahead, math.sqrt(ahead * pulse.spread))
    next_slot = pulse.paced_at + 60 / pace_per_minute
    return max(0.0, next_slot - now) + turns / pace * 60


def waiting_behind(arrivals: Curve, serving: float) -> int:
    """Return how many visitors are in line behind the place ``serving``."""
    return max(0, round(arrivals[-1].arrived - serving))
