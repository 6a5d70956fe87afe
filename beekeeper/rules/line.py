"""Numbers: where a visitor stands in line, without a central counter.

A ticket's number is the millisecond in which its visitor arrived. So producers need to know nothing
about each other, and numbers never overtake each other. Once a second a consumer measures how many
visitors have arrived in all: those admitted so far, and those still in the queue. The samples make
a curve from arrival time to place in line. A visitor who arrived at n has ``arrivals(n) - serving``
visitors ahead. ``serving`` is the same curve, read at the tickets that come off the queue now. Both
ends are read off one curve. So an error of the whole curve (the queue miscounts, or a consumer is
killed before it counts) cancels out at the front, where it matters.

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
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from beekeeper.rules.no_shows import Shows

# A curve of this many samples takes 4 KB in the table. thinned() says what it loses.
MAX_SAMPLES = 160
SERVING_WEIGHT = 0.5  # the weight of this second's tickets, if they are many
FEW_TICKETS = 4  # this few weigh half as much, so that one early ticket moves little
SPREAD_WEIGHT = 0.1  # the weight of this second's tickets; the disorder of a queue changes slowly
# The measured rate is an average over about this time, or over this many admissions. With a few
# admissions a minute, a shorter time would measure single visitors.
RATE_WINDOW_SECONDS = 15.0
RATE_WINDOW_ADMISSIONS = 15.0
# For each second: the memory of disorder halves in an hour. A visitor who was admitted early must
# find that out with the next question, which may be minutes later (polling.MAX_SECONDS), while most
# places ahead are still taken. The price is look-ups, which cost $0.06 for a million in DynamoDB.
SLACK_DECAY = 0.5 ** (1 / 3_600)
NOBODY_CHECKED = Shows()
IDLE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Sample:
    """By the time ``at`` (milliseconds since the epoch), ``arrived`` visitors had come in all."""

    at: int
    arrived: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the consumers last published about the line. Times are seconds since the epoch."""

    admitted: int = 0  # since the room was deployed
    waiting: int = 0  # in the queue, including those that are being handed out
    serving: float = 0.0  # the place in line that is being admitted now
    slack: float = 0.0
    arrivals: tuple[Sample, ...] = ()
    rate: float = 0.0  # measured admissions a minute; 0 before the first
    as_of: float = 0.0
    busy_at: float = 0.0  # when somebody was last in line
    shows: Shows = NOBODY_CHECKED
    spread: float = 0.0


def arrived_by(arrivals: Sequence[Sample], at: int) -> float:
    """Return how many visitors had arrived by a time in milliseconds, read off the curve.

    Between samples the curve is interpolated. After the last sample it continues at the last slope,
    because the visitor who asks, and others, may have arrived after the last measurement.
    """
    if not arrivals:
        return 0.0
    if len(arrivals) == 1 or at <= arrivals[0].at:
        return arrivals[0].arrived
    i = min(bisect_right(arrivals, at, key=lambda sample: sample.at), len(arrivals) - 1)
    before, after = arrivals[i - 1], arrivals[i]
    slope = (after.arrived - before.arrived) / max(1, after.at - before.at)
    return before.arrived + slope * (at - before.at)


def ahead_of(number: int, pulse: Pulse) -> int:
    """Return how many visitors who came before the ticket with that number are still in line."""
    ahead, spread = arrived_by(pulse.arrivals, number) - pulse.serving, pulse.spread
    if -spread < ahead < spread:
        return round((ahead + spread) ** 2 / (4 * spread))
    return max(0, round(ahead))


def is_idle(pulse: Pulse) -> bool:
    """Return whether nobody had come for IDLE_SECONDS when the pulse was published.

    If it is idle, consumers stop, and the next visitor who joins starts one again.
    """
    return pulse.as_of - pulse.busy_at > IDLE_SECONDS


def is_counted(number: int, pulse: Pulse) -> bool:
    """Return whether the ticket with that number came before the last measurement."""
    return bool(pulse.arrivals) and number <= pulse.arrivals[-1].at


def is_near_front(ahead: int, pulse: Pulse, rate_per_minute: float, now: float) -> bool:
    """Return whether a visitor with ``ahead`` visitors ahead may have been admitted by now.

    Since the pulse was published, at most ``rate`` visitors a minute were admitted. The rule adds
    two seconds for the tickets that were being handed out, and the disorder of the queue.
    """
    since = max(0.0, now - pulse.as_of) + 2.0
    return ahead <= max(pulse.slack, pulse.spread) + rate_per_minute / 60 * since + 1


def eta_seconds(ahead: int, pulse: Pulse, pace_per_minute: float) -> float:
    """Return the expected wait at the measured pace, or at the set pace if none is measured."""
    measured = pulse.rate if pulse.rate > 0.5 * pace_per_minute else pace_per_minute
    # Within the spread: (x + s) / 2, from (x + s)^2 / 4 s.
    turns = max(ahead, math.sqrt(ahead * pulse.spread))
    return turns / min(measured, pace_per_minute) * 60


def measured(
    pulse: Pulse,
    now: float,
    waiting: int,
    admitted: int,
    numbers: Sequence[int],
    shows: Sequence[bool] = (),
) -> Pulse:
    """Return the pulse after a measurement at ``now``.

    ``waiting`` is the length of the queue. ``admitted`` is how many tickets were admitted since the
    last pulse, and ``numbers`` says which. ``shows`` says, for each visitor who was looked up since
    then, whether the visitor had gone in.
    """
    rate = _measured_rate(pulse, now, waiting, admitted)
    pulse = replace(pulse, admitted=pulse.admitted + admitted, rate=rate)
    curve = pulse.arrivals
    if not curve and numbers:  # the line is older than its first measurement
        curve = (Sample(min(numbers) - 1, 0.0),)
    arrivals = sampled(curve, Sample(int(now * 1000), float(pulse.admitted + waiting)))
    places = [arrived_by(arrivals, number) for number in numbers]
    serving = min(arrivals[-1].arrived, _served(pulse.serving, admitted, places))
    if waiting == pulse.waiting == 0:  # two counts, because SQS may report an empty queue wrongly
        serving = arrivals[-1].arrived
    # The rule can only miss a visitor who was admitted early. A late visitor has nobody ahead.
    early = max(places, default=0.0) - min(serving, pulse.serving + admitted)
    slack = _faded(max(early, pulse.slack * SLACK_DECAY ** max(0.0, now - pulse.as_of)))
    return replace(
        pulse,
        waiting=waiting,
        serving=serving,
        slack=slack,
        # The curve keeps a part before that place, which tickets that come out late need.
        arrivals=thinned(arrivals, serving - slack),
        as_of=now,
        busy_at=now if waiting or admitted else pulse.busy_at,
        # After a long empty time, what earlier visitors did says nothing about those who come now.
        shows=(NOBODY_CHECKED if is_idle(pulse) else pulse.shows).after(len(shows), sum(shows)),
        spread=_spread(pulse.spread, serving - admitted / 2, admitted, places),
    )


def _median(values: Iterable[float]) -> float:
    # This import at the top would add 5 ms to each cold start of the functions that don't count.
    from statistics import median

    return median(values)


def _spread(spread: float, middle: float, admitted: int, places: Sequence[float]) -> float:
    """Return by how many places most tickets are early or late, including this second's."""
    if not places:
        return spread
    # Half of the tickets of an even spread are within half of it. The median ignores outliers. A
    # batch that is in order spreads over half of its own length to either side.
    found = max(0.0, 2 * _median(abs(place - middle) for place in places) - admitted / 2)
    weight = SPREAD_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    return _faded(spread + weight * (found - spread))


def _served(serving: float, admitted: int, places: Sequence[float]) -> float:
    """Return the place that the line has reached: a mean of the expected and the observed place."""
    expected = serving + admitted
    if not places:
        return expected
    # The middle of a batch is half a batch behind its end.
    found = _median(places) + admitted / 2
    weight = SERVING_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    # A batch that is in order spreads over as many places as it has tickets. The wider it spreads,
    # the less its middle says. The count of the admitted is exact, except for tickets that were
    # lost or sent twice.
    weight *= min(1.0, (admitted + FEW_TICKETS) / (max(places) - min(places) + 1))
    return found if serving == 0 else expected + weight * (found - expected)


def _measured_rate(pulse: Pulse, now: float, waiting: int, admitted: int) -> float:
    seconds = max(now - pulse.as_of, 0.1)
    # Unless visitors wait all the time, admissions measure the arrivals and not the rate. So the
    # first second of a line does not count: visitors waited only for a part of it.
    if waiting == 0 or pulse.waiting == 0 or pulse.as_of == 0 or seconds > 60:
        return 0.0
    if admitted == 0 and pulse.rate / 60 * seconds >= 1:
        return pulse.rate  # paused, or admissions of another worker: neither means a slow line
    measured = admitted / seconds * 60
    if pulse.rate == 0:
        return _faded(measured)
    window = max(RATE_WINDOW_SECONDS, RATE_WINDOW_ADMISSIONS / pulse.rate * 60)
    return _faded(pulse.rate + min(1.0, seconds / window) * (measured - pulse.rate))


def _faded(value: float) -> float:
    # A value that decays for weeks would fall below 1e-130, which DynamoDB refuses.
    return value if value >= 0.001 else 0.0


def sampled(arrivals: Sequence[Sample], sample: Sample) -> tuple[Sample, ...]:
    """Return the curve with a sample added. It never falls, even if a measurement is lower."""
    if not arrivals:
        return (sample,)
    if sample.at <= arrivals[-1].at:
        return tuple(arrivals)
    level = max(sample.arrived, arrivals[-1].arrived)
    kept = list(arrivals)
    if len(kept) > 1 and kept[-2].arrived == kept[-1].arrived == level:
        kept.pop()  # nobody came: one flat stretch replaces many samples
    return (*kept, Sample(sample.at, level))


def thinned(arrivals: Sequence[Sample], serving: float) -> tuple[Sample, ...]:
    """Return the curve without what was served long ago, with at most MAX_SAMPLES samples.

    Each time it drops the sample that matters least. That is the one whose removal moves the curve
    by the smallest part of the places ahead of it.
    """
    kept = list(arrivals)
    while len(kept) > 2 and kept[1].arrived < serving - 1:
        kept.pop(0)
    while len(kept) > MAX_SAMPLES:
        kept.pop(min(range(1, len(kept) - 1), key=lambda i: _missed(kept, i, serving)))
    return tuple(kept)


def _missed(samples: Sequence[Sample], i: int, serving: float) -> float:
    without = arrived_by([samples[i - 1], samples[i + 1]], samples[i].at)
    return abs(without - samples[i].arrived) / max(200.0, samples[i].arrived - serving)
