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
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

# A curve this long costs 4 KB in the table; see thinned() for what it loses.
MAX_SAMPLES = 160
SERVING_WEIGHT = 0.5  # of this second's tickets, when they are many, against those before
FEW_TICKETS = 4  # so few weigh half of that: one that the queue handed out early moves little
RATE_WINDOW_SECONDS = 30.0  # the measured rate is an average over about so long
# A second: the memory of disorder halves in an hour. Whoever was handed out before their turn must
# find that out when they ask next, up to three minutes later (polling.MAX_SECONDS), with few of the
# places ahead gone. The price is look-ups, of which DynamoDB does a million for 6 cents.
SLACK_DECAY = 0.5 ** (1 / 3_600)


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
    paced_at: float = 0.0


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
    """Return how many visitors are ahead of the ticket with that number."""
    return max(0, round(arrived_by(pulse.arrivals, number) - pulse.serving))


def is_near_front(ahead: int, pulse: Pulse, rate_per_minute: float, now: float) -> bool:
    """Tell whether a visitor with so many ahead may have been admitted by now.

    At most ``rate`` a minute have been admitted since the pulse was published; two seconds more
    for what was being handed out, and the disorder of the queue.
    """
    since = max(0.0, now - pulse.as_of) + 2.0
    return ahead <= pulse.slack + rate_per_minute / 60 * since + 1


def eta_seconds(ahead: int, pulse: Pulse, rate_per_minute: float) -> float:
    """Return the expected wait at the measured rate, or at the set one while none is measured."""
    measured = pulse.rate if pulse.rate > 0.5 * rate_per_minute else rate_per_minute
    return ahead / min(measured, rate_per_minute) * 60


def measured(
    pulse: Pulse, now: float, waiting: int, admitted: int, numbers: Sequence[int]
) -> Pulse:
    """Return the pulse after a measurement at ``now``.

    ``waiting`` is the length of the queue; ``admitted`` and ``numbers`` are how many and which
    tickets were admitted since the last pulse.
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
    )


def _served(serving: float, admitted: int, places: Sequence[float]) -> float:
    """Return the place that the line has reached: where it should be by count, and where it is."""
    expected = serving + admitted
    if not places:
        return expected
    # The middle of the batch is half a batch behind its end.
    found = median(places) + admitted / 2
    weight = SERVING_WEIGHT * len(places) / (len(places) + FEW_TICKETS)
    return found if serving == 0 else expected + weight * (found - expected)


def _measured_rate(pulse: Pulse, now: float, waiting: int, admitted: int) -> float:
    if waiting == 0 or pulse.as_of == 0 or now - pulse.as_of > 60:
        return 0.0  # without a backlog the admissions tell of the arrivals, not of the rate
    seconds = max(now - pulse.as_of, 0.1)
    weight = min(1.0, seconds / RATE_WINDOW_SECONDS) if pulse.rate else 1.0
    return _faded(pulse.rate + weight * (admitted / seconds * 60 - pulse.rate))


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
