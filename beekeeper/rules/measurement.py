"""Measurement: how the consumers find out where the line is. The result is the pulse.

Once a second a consumer publishes it. The back of the line is known from the producers' counts
(rules/arrivals.py), and the front from the tickets that came off the queue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from beekeeper.rules import curve, line
from beekeeper.rules.arrivals import JoinedBySecond
from beekeeper.rules.curve import Curve, Sample, arrived_by
from beekeeper.rules.flow import Counted, Samples, with_sample
from beekeeper.rules.lane import EMPTY, Lane
from beekeeper.rules.line import NO_DRIFT, NOBODY_CHECKED, Pulse, waiting_behind

SERVING_WEIGHT = 0.5  # the weight of this second's tickets, if they are many
FEW_TICKETS = 4  # this few weigh half as much, so that one early ticket moves little
SPREAD_WEIGHT = 0.1  # the weight of this second's tickets; the disorder of a queue changes slowly
# The measured rate is the mean of this time, or of this many admissions. Two consumers' clocks may
# be a second apart, and that must not matter.
RATE_SECONDS = 15.0
RATE_ADMISSIONS = 15.0
RATE_MARKS = 15  # in that time
EARLIER = 4  # more than consumers publish within the time-out of one call
GAP_SECONDS = 10.0  # without a consumer for longer, the line was not moving
# For each second: the memory of disorder halves in an hour. A visitor who was admitted early must
# find that out with the next question, which may be minutes later (polling.MAX_SECONDS), while most
# places ahead are still taken. The price is look-ups, which cost $0.06 for a million in DynamoDB.
SLACK_DECAY = 0.5 ** (1 / 3_600)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a consumer has seen since the last pulse. ``now`` is in seconds since the epoch.

    ``joined`` has what the producers counted from ``line.counting_from`` on. ``came_off`` is how
    many tickets came off the queue, and ``numbers`` says which, or some of them. ``admitted`` is
    how many of these got a slot: the others had gone in before. ``shows`` says, for each visitor
    who was looked up, whether the visitor had gone in. ``queued`` is SQS's count. ``is_empty`` says
    that slots were free, and the queue had no ticket for them. ``pace`` is visitors a minute, or 0
    while the line is paused. ``is_held`` says that the governor holds it below the operator's rate.
    ``lane`` is what the consumer knows of the lane for latecomers, and
    ``interval`` the longest time, in seconds, that a visitor is told now to wait between questions.
    ``is_clearing`` says that tickets of before the line was cleared still came off the queue.
    ``totals`` says when the exact counts were read (rules/flow.py), and what they were.
    """

    now: float
    joined: JoinedBySecond = field(default_factory=dict)
    came_off: int = 0
    numbers: Sequence[int] = ()
    admitted: int = 0
    shows: Sequence[bool] = ()
    queued: int = 0
    is_empty: bool = False
    pace: float = 0.0
    is_held: bool = False
    paced_at: float = 0.0
    lane: Lane = EMPTY
    interval: float = 0.0
    is_clearing: bool = False
    totals: tuple[float, int, int] | None = None


def measured(pulse: Pulse, seen: Seen) -> Pulse:
    """Return the pulse after a measurement."""
    now = seen.now
    settled = line.counting_from(pulse, now)
    arrivals = curve.extended(pulse.arrivals, settled, seen.joined, now)
    places = [arrived_by(arrivals, number) for number in seen.numbers]
    serving = min(arrivals[-1].arrived, _served(pulse.serving, seen.came_off, places))
    if seen.is_empty and pulse.is_empty:  # twice: the first may have come just before somebody
        serving = arrivals[-1].arrived
    waiting = waiting_behind(arrivals, serving)
    # The queue's count has former visitors in it until their tickets are off.
    drift = NO_DRIFT if seen.is_clearing else pulse.drift.after(now, seen.queued, waiting)
    settled = curve.settled_at(settled, seen.joined, now)
    if drift.is_complete(now):
        if (true := drift.true_waiting()) is not None:
            arrivals = curve.lifted(arrivals, serving, true, max(seen.numbers, default=0))
            settled = arrivals[-1]  # who came within the last second may be missing
            waiting = waiting_behind(arrivals, serving)
        drift = NO_DRIFT
    # The rule can only miss a visitor who was admitted early. A late visitor has nobody ahead.
    early = max(places, default=0.0) - min(serving, pulse.serving + seen.came_off)
    slack = _faded(max(early, pulse.slack * SLACK_DECAY ** max(0.0, now - pulse.as_of)))
    admitted = pulse.admitted + seen.admitted
    marks = _marked(pulse, seen, admitted, waiting)
    is_busy = waiting or seen.queued or seen.came_off
    return Pulse(
        admitted=admitted,
        waiting=waiting,
        serving=serving,
        slack=slack,
        # The curve keeps a part before that place, which tickets that come out late need.
        arrivals=curve.thinned(arrivals, serving - slack),
        settled=settled,
        rate=_rate(marks, seen),
        marks=marks,
        paced_at=seen.paced_at,
        as_of=now,
        busy_at=now if is_busy else pulse.busy_at,
        is_empty=seen.is_empty,
        # After a long empty time, what earlier visitors did says nothing about those who come now.
        shows=(NOBODY_CHECKED if line.is_idle(pulse) else pulse.shows).after(
            len(seen.shows), sum(seen.shows)
        ),
        spread=_spread(pulse.spread, serving - seen.came_off / 2, seen.came_off, places),
        drift=drift,
        # What the consumer has read is true, also if somebody has corrected the count by hand.
        lane=replace(pulse.lane.newest(seen.lane), given=seen.lane.given or pulse.lane.given),
        longest_interval=max(_still_told(pulse), seen.interval),
        earlier=(pulse.as_of, *pulse.earlier)[:EARLIER],
        cleared_at=pulse.cleared_at,
        flow=_sampled(pulse, seen, waiting),
    )


def _sampled(pulse: Pulse, seen: Seen, waiting: int) -> Samples:
    if seen.totals is None:
        return pulse.flow
    return with_sample(pulse.flow, Counted(*seen.totals, seen.pace, waiting))


def _still_told(pulse: Pulse) -> float:
    """Return the longest interval that anybody may still wait for, since it was told."""
    # The last one was told when somebody was last in line.
    over = pulse.as_of - pulse.busy_at > max(pulse.longest_interval, line.IDLE_SECONDS)
    return 0.0 if over else pulse.longest_interval


def _median(values: Iterable[float]) -> float:
    # This import at the top would add 5 ms to each cold start of the functions that don't count.
    from statistics import median

    return median(values)


def _spread(spread: float, middle: float, came_off: int, places: Sequence[float]) -> float:
    """Return by how many places most tickets are early or late, including this second's."""
    if not places:
        return spread
    # Half of the tickets of an even spread are within half of it. The median ignores outliers. A
    # batch that is in order spreads over half of its own length to either side.
    found = max(0.0, 2 * _median(abs(place - middle) for place in places) - came_off / 2)
    weight = SPREAD_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    return _faded(spread + weight * (found - spread))


def _served(serving: float, came_off: int, places: Sequence[float]) -> float:
    """Return the place that the line has reached: a mean of the expected and the observed place."""
    expected = serving + came_off
    if not places:
        return expected
    # The middle of a batch is half a batch behind its end.
    found = _median(places) + came_off / 2
    weight = SERVING_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    # A batch that is in order spreads over as many places as it has tickets. The wider it spreads,
    # the less its middle says. The count of those who came off is exact, except for tickets that
    # were lost or sent twice.
    weight *= min(1.0, (came_off + FEW_TICKETS) / (max(places) - min(places) + 1))
    return expected + weight * (found - expected)


def _marked(pulse: Pulse, seen: Seen, admitted: int, waiting: int) -> Curve:
    """Return when how many had been admitted, for the time in which visitors waited all the time.

    Otherwise, admissions measure the arrivals and not the rate.
    """
    gap = seen.now - pulse.as_of
    if not seen.pace or not waiting or seen.is_empty or gap > GAP_SECONDS:
        return ()
    window = _window(seen.pace)
    mark, marks = Sample(int(seen.now * 1000), float(admitted)), pulse.marks
    if not marks:
        return (mark,)
    marks = tuple(m for m in marks if m.at >= mark.at - 1000 * window * (1 + 1 / RATE_MARKS))
    if marks and mark.at - marks[-1].at < 1000 * window / RATE_MARKS:
        return marks
    return (*marks, mark)


def _window(pace: float) -> float:
    return max(RATE_SECONDS, RATE_ADMISSIONS / pace * 60)


def _rate(marks: Curve, seen: Seen) -> float:
    """Return the admissions a minute, or 0 before visitors have waited for most of the window.

    The turnstile knows only the operator's rate. What the governor holds can't wait for a measure.
    """
    found = _admitted_a_minute(marks, seen.pace)
    return min(found or seen.pace, seen.pace) if seen.is_held else found


def _admitted_a_minute(marks: Curve, pace: float) -> float:
    if len(marks) < 2 or not pace:
        return 0.0
    first, last = marks[0], marks[-1]
    seconds = (last.at - first.at) / 1000
    if seconds < _window(pace) * 2 / 3:
        return 0.0
    return (last.arrived - first.arrived) / seconds * 60


def _faded(value: float) -> float:
    # A value that decays for weeks would fall below 1e-130, which DynamoDB refuses.
    return value if value >= 0.001 else 0.0
