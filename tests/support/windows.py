"""How many of some times fall into any window: what the law of the rate is about."""

from bisect import bisect_right
from collections.abc import Iterable


def most_in(times: Iterable[float], seconds: float) -> int:
    """Return the most that happened in any window of so many seconds, both ends included."""
    ordered = sorted(times)
    return max((bisect_right(ordered, t + seconds) - i for i, t in enumerate(ordered)), default=0)
