"""Numbers: where a visitor stands, without counting anybody in one place.

A ticket's number is the millisecond in which its visitor arrived: producers need not know of each
other, and numbers never overtake. Once a second a consumer measures how many have arrived in all
(admitted so far, and still in the queue); those samples make a curve from arrival time to place in
line. Whoever arrived at n has ``arrivals(n) - serving`` visitors ahead, where ``serving`` is the
same curve read at the tickets that come off the queue just now. Since both ends are read off one
curve, what is wrong with the curve as a whole (a queue that miscounts, a consumer that was killed
before it counted) cancels out where it matters, at the front.

``slack`` is how far out of order the queue hands tickets out (SQS standard queues order on a
best-effort basis), in places: a visitor who is nearer to the front than that may have been
admitted already, and is looked up.

``spread`` is the same for most tickets rather than the worst: taken as evenly between so many
places early and late. Of who has x ahead by arrival, |x| < spread, and was not admitted yet,

    (x + spread)^2 / (4 spread)   who came before are still there
    (x + spread) / 2              tickets are handed out until it is their turn

since a ticket's own turn is by then anywhere between now and x + spread. That, and no more, can be
known: half a minute of disorder is half a minute by which the last wait is uncertain.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from beekeeper.rules.no_shows import Shows

# A curve this long costs 4 KB in the table; see thinned() for what it loses.
MAX_SAMPLES = 160
SERVING_WEIGHT = 0.5  # of this second's tickets, when they are many, against those before
FEW_TICKETS = 4  # so few weigh half of that: one that the queue handed out early moves little
SPREAD_WEIGHT = 0.1  # of this second's tickets; the disorder of a queue changes slowly
# The measured rate is an average over about so long, or over so many admissions: at a few a minute,
# a shorter time would tell of single visitors.
RATE_WINDOW_SECONDS = 15.0
RATE_WINDOW_ADMISSIONS = 15.0
# A second: the memory of disorder halves in an hour. Whoever was handed out before their turn must
# find that out when they ask next, minutes later (polling.MAX_SECONDS), with few of the places
# ahead gone. The price is look-ups, of which DynamoDB does a million for 6 cents.
SLACK_DECAY = 0.5 ** (1 / 3_600)
NOBODY_CHECKED = Shows()
IDLE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Sample:
    """By ``at`` (milliseconds since the epoch), ``arrived`` visitors had come in all."""

    at: int
    arrived: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the consumers last published of the line. Times are seconds since the epoch."""

    admitted: int = 0  # since the room was deployed
    waiting: int = 0  # in the queue, those being handed out included
    serving: float = 0.0  # the place in line that is being let through now
    slack: float = 0.0
    arrivals: tuple[Sample, ...] = ()
    rate: float = 0.0  # measured admissions a minute; 0 before the first
    as_of: float = 0.0
    busy_at: float = 0.0  # when there last was anybody in line
    shows: Shows = NOBODY_CHECKED
    spread: float = 0.0


def arrived_by(arrivals: Sequence[Sample], at: int) -> float:
    """Return how many had arrived by a time in milliseconds, read off the curve.

    Between samples it is interpolated; after the last it goes on at the last slope, since whoever
    asks has arrived after the last measurement, among others.
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
    """Return how many who came before the ticket with that number are still in line."""
    ahead, spread = arrived_by(pulse.arrivals, number) - pulse.serving, pulse.spread
    if -spread < ahead < spread:
        return round((ahead + spread) ** 2 / (4 * spread))
    return max(0, round(ahead))


def is_idle(pulse: Pulse) -> bool:
    """Tell whether nobody had come for IDLE_SECONDS when the pulse was published.

    Consumers end then, and who joins after that has one started: both by this rule.
    """
    return pulse.as_of - pulse.busy_at > IDLE_SECONDS


def is_counted(number: int, pulse: Pulse) -> bool:
    """Tell whether the ticket with that number came before the last measurement."""
    return bool(pulse.arrivals) and number <= pulse.arrivals[-1].at


def is_near_front(ahead: int, pulse: Pulse, rate_per_minute: float, now: float) -> bool:
    """Tell whether a visitor with so many ahead may have been admitted by now.

    At most ``rate`` a minute have been admitted since the pulse was published; two seconds more
    for what was being handed out, and the disorder of the queue.
    """
    since = max(0.0, now - pulse.as_of) + 2.0
    return ahead <= max(pulse.slack, pulse.spread) + rate_per_minute / 60 * since + 1


def eta_seconds(ahead: int, pulse: Pulse, pace_per_minute: float) -> float:
    """Return the expected wait at the measured pace, or at the set one while none is measured."""
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

    ``waiting`` is the length of the queue; ``admitted`` and ``numbers`` are how many and which
    tickets were admitted since the last pulse; ``shows`` tells of those who were looked up since
    whether they had gone in.
    """
    rate = _measured_rate(pulse, now, waiting, admitted)
    pulse = replace(pulse, admitted=pulse.admitted + admitted, rate=rate)
    curve = pulse.arrivals
    if not curve and numbers:  # the line is older than its first measurement
        curve = (Sample(min(numbers) - 1, 0.0),)
    arrivals = sampled(curve, Sample(int(now * 1000), float(pulse.admitted + waiting)))
    places = [arrived_by(arrivals, number) for number in numbers]
    serving = min(arrivals[-1].arrived, _served(pulse.serving, admitted, places))
    if waiting == pulse.waiting == 0:  # twice: SQS may say so once when it is not
        serving = arrivals[-1].arrived
    # Only who was handed out early can be missed; for who comes late, nobody is ahead.
    early = max(places, default=0.0) - min(serving, pulse.serving + admitted)
    slack = _faded(max(early, pulse.slack * SLACK_DECAY ** max(0.0, now - pulse.as_of)))
    return replace(
        pulse,
        waiting=waiting,
        serving=serving,
        slack=slack,
        # Not to the very place: who was handed out late needs the curve before it.
        arrivals=thinned(arrivals, serving - slack),
        as_of=now,
        busy_at=now if waiting or admitted else pulse.busy_at,
        # What visitors did before the line was empty for long says nothing of those who come now.
        shows=(NOBODY_CHECKED if is_idle(pulse) else pulse.shows).after(len(shows), sum(shows)),
        spread=_spread(pulse.spread, serving - admitted / 2, admitted, places),
    )


def _median(values: Iterable[float]) -> float:
    # Here, and not at the top: it costs the functions that don't count 5 ms of each cold start.
    from statistics import median

    return median(values)


def _spread(spread: float, middle: float, admitted: int, places: Sequence[float]) -> float:
    """Return by how much most tickets are early or late, those of this second among them."""
    if not places:
        return spread
    # Half of an even spread are within half of it: the median is blind to the odd ticket. A batch
    # in order spreads over half of its own length to either side.
    found = max(0.0, 2 * _median(abs(place - middle) for place in places) - admitted / 2)
    weight = SPREAD_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    return _faded(spread + weight * (found - spread))


def _served(serving: float, admitted: int, places: Sequence[float]) -> float:
    """Return the place that the line has reached: where it should be by count, and where it is."""
    expected = serving + admitted
    if not places:
        return expected
    # The middle of the batch is half a batch behind its end.
    found = _median(places) + admitted / 2
    weight = SERVING_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    # In order, a batch spreads over as many places as it has tickets. The wider, the less its
    # middle says; the count of those admitted is exact, but for tickets lost or sent twice.
    weight *= min(1.0, (admitted + FEW_TICKETS) / (max(places) - min(places) + 1))
    return found if serving == 0 else expected + weight * (found - expected)


def _measured_rate(pulse: Pulse, now: float, waiting: int, admitted: int) -> float:
    seconds = max(now - pulse.as_of, 0.1)
    # Without a backlog all the time, admissions tell of the arrivals, not of the rate. So the first
    # second of a line, which is only partly one, is left out.
    if waiting == 0 or pulse.waiting == 0 or pulse.as_of == 0 or seconds > 60:
        return 0.0
    if admitted == 0 and pulse.rate / 60 * seconds >= 1:
        return pulse.rate  # paused, or a worker's turn to publish: what is late was not slow
    measured = admitted / seconds * 60
    if pulse.rate == 0:
        return _faded(measured)
    window = max(RATE_WINDOW_SECONDS, RATE_WINDOW_ADMISSIONS / pulse.rate * 60)
    return _faded(pulse.rate + min(1.0, seconds / window) * (measured - pulse.rate))


def _faded(value: float) -> float:
    # What decays for weeks would end below 1e-130, which DynamoDB refuses.
    return value if value >= 0.001 else 0.0


def sampled(arrivals: Sequence[Sample], sample: Sample) -> tuple[Sample, ...]:
    """Return the curve with a sample added; it never falls, though measurements may."""
    if not arrivals:
        return (sample,)
    if sample.at <= arrivals[-1].at:
        return tuple(arrivals)
    level = max(sample.arrived, arrivals[-1].arrived)
    kept = list(arrivals)
    if len(kept) > 1 and kept[-2].arrived == kept[-1].arrived == level:
        kept.pop()  # nobody came: one flat stretch instead of many samples
    return (*kept, Sample(sample.at, level))


def thinned(arrivals: Sequence[Sample], serving: float) -> tuple[Sample, ...]:
    """Return the curve without what was served long ago, and within MAX_SAMPLES.

    Dropped is the sample that is missed least: whose removal moves the curve by the smallest part
    of the places ahead of it.
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
