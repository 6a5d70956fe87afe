"""The curve of arrivals: how many visitors had come in all, by any time.

It is built from what the producers counted (rules/arrivals.py). The last SETTLED_SECONDS are built
anew each time, because a count can come late. Older parts are kept, thinned.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from beekeeper.rules.arrivals import JoinedBySecond

# A curve of this many samples takes 4 KB in the table. thinned() says what it loses.
MAX_SAMPLES = 160
# A producer counts a visit within a second or two, even if DynamoDB throttles the write.
SETTLED_SECONDS = 20
# After a time without consumers, they count from this long ago. The line's correction adds who came
# before (rules/drift.py).
LONGEST_COUNT_SECONDS = 3_600
FEW = 0.1  # of the visitors of a second: its neighbour is as good as empty
# The curve goes on after its end at the slope of its last part: of the longer or the shorter one.
SLOPE_MILLISECONDS = (1_000, 250)


@dataclass(frozen=True, slots=True)
class Sample:
    """By the time ``at`` (milliseconds since the epoch), ``arrived`` visitors had come in all."""

    at: int
    arrived: float


NOTHING = Sample(0, 0.0)
Curve = tuple[Sample, ...]


def arrived_by(curve: Sequence[Sample], at: int) -> float:
    """Return how many visitors had arrived by a time in milliseconds, read off the curve.

    Between samples the curve is interpolated. After its end it continues at its last slope, because
    the visitor who asks, and others, may have arrived since then.
    """
    if not curve:
        return 0.0
    last = curve[-1]
    if at >= last.at:
        return last.arrived + slope(curve) * (at - last.at)
    if at <= curve[0].at:
        return curve[0].arrived
    i = bisect_right(curve, at, key=lambda sample: sample.at)
    before, after = curve[i - 1], curve[i]
    rise = (after.arrived - before.arrived) / max(1, after.at - before.at)
    return before.arrived + rise * (at - before.at)


def slope(curve: Sequence[Sample]) -> float:
    """Return how many visitors came a millisecond at the end of the curve, or a little more."""
    return max(_slopes(curve))


def is_steady(curve: Sequence[Sample]) -> bool:
    """Return whether visitors came for most of the last second as they came at its end."""
    whole, end = _slopes(curve)
    return 0 < end <= 2 * whole


def _slopes(curve: Sequence[Sample]) -> tuple[float, float]:
    if len(curve) < 2:
        return 0.0, 0.0
    last = curve[-1]
    whole, end = (
        (last.arrived - arrived_by(curve, last.at - milliseconds)) / milliseconds
        for milliseconds in SLOPE_MILLISECONDS
    )
    return whole, end


def counting_from(settled: Sample, now: float) -> Sample:
    """Return from which sample to count: from the settled one, unless that is too long ago."""
    longest = (int(now) - LONGEST_COUNT_SECONDS) * 1000
    return settled if settled.at >= longest else Sample(longest, settled.arrived)


def extended(kept: Sequence[Sample], settled: Sample, joined: JoinedBySecond, now: float) -> Curve:
    """Return the curve up to ``now`` (epoch seconds): what was kept, and what was counted since.

    ``joined`` has what was counted from the settled sample on.
    """
    curve = [s for s in kept if s.at < settled.at and s.arrived <= settled.arrived]
    curve.append(settled)
    total = settled.arrived
    for second in sorted(joined):
        if second * 1000 < settled.at or second >= now:
            continue
        for share, part in _course(joined, second, min(1.0, now - second)):
            _add(curve, second + share, total + part * joined[second].count)
        total += joined[second].count
    _add(curve, now, total)
    return tuple(curve)


def _course(joined: JoinedBySecond, second: int, length: float) -> tuple[tuple[float, float], ...]:
    """Return the course of a second: by which part of it, which share of its visitors had come.

    If hardly anybody came in the second before, a crowd began in this one, and came evenly from
    then on. The mean says when. The same is true of a crowd that ended. Otherwise the flow changes
    evenly, by so much that the mean is right. ``length`` is how much of the second has passed.
    """
    here, before, after = joined[second], joined.get(second - 1), joined.get(second + 1)
    few = FEW * here.count
    if here.mean > length / 2 and (before is None or before.count < few):
        return (min(2 * here.mean - length, length), 0.0), (length, 1.0)
    if length < 1:
        return (0.0, 0.0), (length, 1.0)
    if here.mean < 0.5 and (after is None or after.count < few):
        return (0.0, 0.0), (2 * here.mean, 1.0)
    # With the density 1 + a (2x - 1), the mean is 1/2 + a/6. In the first half, (1 - a/2) / 2 came.
    change = min(max(-1.0, 6 * (here.mean - 0.5)), 1.0)
    return (0.0, 0.0), (0.5, 0.5 - change / 4), (1.0, 1.0)


def _add(curve: list[Sample], at: float, arrived: float) -> None:
    milliseconds = int(at * 1000)
    if milliseconds <= curve[-1].at:
        curve[-1] = Sample(curve[-1].at, arrived)
        return
    if len(curve) > 1 and curve[-2].arrived == curve[-1].arrived == arrived:
        curve.pop()  # nobody came: one flat stretch replaces many samples
    curve.append(Sample(milliseconds, arrived))


def settled_at(settled: Sample, joined: JoinedBySecond, now: float) -> Sample:
    """Return the sample up to which the count is final."""
    second = int(now) - SETTLED_SECONDS
    if second * 1000 <= settled.at:
        return settled
    came = sum(one.count for at, one in joined.items() if settled.at <= at * 1000 < second * 1000)
    return Sample(second * 1000, settled.arrived + came)


def thinned(curve: Sequence[Sample], serving: float) -> Curve:
    """Return the curve without what was served long ago, with at most MAX_SAMPLES samples.

    Each time it drops the sample that matters least. That is the one whose removal moves the curve
    by the smallest part of the places ahead of it.
    """
    kept = list(curve)
    while len(kept) > 2 and kept[1].arrived < serving - 1:
        kept.pop(0)
    while len(kept) > MAX_SAMPLES:
        kept.pop(min(range(1, len(kept) - 1), key=lambda i: _missed(kept, i, serving)))
    return tuple(kept)


def _missed(samples: Sequence[Sample], i: int, serving: float) -> float:
    before, after = samples[i - 1], samples[i + 1]
    share = (samples[i].at - before.at) / max(1, after.at - before.at)
    without = before.arrived + share * (after.arrived - before.arrived)
    return abs(without - samples[i].arrived) / max(200.0, samples[i].arrived - serving)


def lifted(curve: Sequence[Sample], serving: float, waiting: float, front: int) -> Curve:
    """Return the curve, stretched beyond the place ``serving`` so that so many are behind it.

    Nobody knows when those came who were not counted, so they are spread as the others are. If
    nobody was counted, they are spread evenly from ``front`` on, the newest ticket that came off.
    """
    last = curve[-1]
    behind = last.arrived - serving
    if behind < 1:
        begin = Sample(min(max(front, curve[0].at), last.at - 1), min(serving, last.arrived))
        kept = [s for s in curve if s.at < begin.at]
        return (*kept, begin, Sample(last.at, begin.arrived + waiting))
    factor = waiting / behind
    return tuple(
        Sample(s.at, serving + (s.arrived - serving) * factor) if s.arrived > serving else s
        for s in curve
    )
