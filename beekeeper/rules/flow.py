"""Flow: how many visitors were admitted in the last minute, from exact counts.

The count items (contract/items.py) have how many were admitted and entered in all. Every
SAMPLE_SECONDS a consumer reads them and puts what it found into the pulse. So whoever reads the
pulse knows how many were admitted between two moments, to the visitor and the millisecond.

Each sample also says at which pace the consumer worked and how many waited. That tells how
many should have been admitted: a pause, a change of the rate, and an empty line are no fault. And
the samples tell how many were admitted so long ago that they should have come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SAMPLE_SECONDS = 10.0
# A minute, and more: the sample nearest to a minute before the last one must be among them.
MOST_SAMPLES = 8
WINDOW_SECONDS = 60.0
# A consumer samples later than that only if it does not work. What it would find is read then.
FRESH_SECONDS = 2 * SAMPLE_SECONDS
# After longer without a consumer, a mean says nothing about the last minute.
LONGEST_SECONDS = 2 * WINDOW_SECONDS


@dataclass(frozen=True, slots=True)
class Counted:
    """The exact counts at a time (epoch seconds), the pace (visitors a minute), and the line."""

    at: float
    admitted: int
    entered: int
    pace: float = 0.0  # 0 while the line is paused
    waiting: int = 0


Samples = tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """How many were admitted in the last minute, as visitors a minute.

    ``wanted`` is what even the lowest pace of that minute asked for. It is None unless visitors
    waited for the whole of it.
    """

    admitted: float
    entered: float
    wanted: float | None


def is_due(samples: Samples, now: float) -> bool:
    """Return whether it is time for another sample."""
    return not samples or not 0 <= now - samples[-1].at < SAMPLE_SECONDS


def with_sample(samples: Samples, sample: Counted) -> Samples:
    """Return the samples with a new one, without those that are from its future or too many."""
    return (*(s for s in samples if s.at < sample.at), sample)[-MOST_SAMPLES:]


def flow(samples: Samples, now: Counted) -> Flow | None:
    """Return the flow of the last minute; None if no sample is old enough, or the last is too old.

    ``now`` is what the counts are at this moment. It is used if no consumer has sampled lately.
    """
    end = samples[-1] if samples and now.at - samples[-1].at <= FRESH_SECONDS else now
    earlier = [s for s in samples if end.at - s.at >= SAMPLE_SECONDS / 2]
    if not earlier:
        return None
    start = min(earlier, key=lambda s: abs(end.at - WINDOW_SECONDS - s.at))
    seconds, admitted = end.at - start.at, end.admitted - start.admitted
    if admitted < 0 or (seconds > LONGEST_SECONDS and admitted):
        return None
    each = [s for s in samples if start.at <= s.at <= end.at]
    entered = max(0, end.entered - start.entered)
    # A shorter time is not made longer: who did not come must not be counted.
    share = WINDOW_SECONDS / max(seconds, WINDOW_SECONDS)
    return Flow(admitted * share, entered * share, _wanted(each))


def _wanted(samples: Sequence[Counted]) -> float | None:
    """Return the lowest pace of a whole minute with a line, or None if there was no such minute.

    In a room that was just deployed, turned on or cleared, functions wake. While it was off or
    nobody worked, nobody sampled.
    """
    if not samples or samples[-1].at - samples[0].at < WINDOW_SECONDS - SAMPLE_SECONDS / 2:
        return None
    needed = max(s.pace for s in samples) / 60 * SAMPLE_SECONDS
    is_whole = all(after.at - s.at <= FRESH_SECONDS for s, after in pairwise(samples))
    if not is_whole or any(s.waiting < needed for s in samples):
        return None
    return min(s.pace for s in samples) or None


def lately(samples: Samples, now: Counted, seconds: float) -> tuple[int, int] | None:
    """Return how many were admitted lately, ``seconds`` ago or earlier, and how many came at most.

    It is about those between two samples, so of less than a minute. Others may have gone in since
    the first one, so it is at most so many. None without two samples that are old enough.
    """
    earlier = [s for s in samples if seconds <= now.at - s.at <= LONGEST_SECONDS]
    if len(earlier) < 2:
        return None
    first, last = earlier[0], earlier[-1]
    admitted = last.admitted - first.admitted
    return admitted, min(admitted, max(0, now.entered - first.entered))


def not_come(samples: Samples, now: Counted, seconds: float) -> int | None:
    """Return how many were admitted ``seconds`` ago or earlier, and have not gone in.

    Who was admitted since may have gone in before one of them, so it is at least so many. It is
    exact if nobody was admitted since. None without a sample.
    """
    if not samples:
        return None if now.admitted else 0
    earlier = [s for s in samples if now.at - s.at >= seconds]
    admitted = earlier[-1].admitted if earlier else 0
    return max(0, admitted - now.entered)
