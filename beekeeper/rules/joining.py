"""How fast a crowd gets its places when pages ask for them and try again, as they do with an edge.

The page asks the API once for a place. When the API refuses (429 or 503), it asks again after a
pause that grows with the time for which it has tried (contract/asking.py). This works out in whole
seconds how many are served, how many are refused, and when the refused ask again: no single
visitors, only how many. It assumes, on the safe side:

- Each place takes REQUESTS_PER_PLACE of the account's requests: the join, and the first question.
- Half of the account's requests are left for those who wait already and ask for their turn
  (polling.BUDGET_SHARE). At the start nobody does.
- No function is warm: in the first second a new environment gives one place (COLD_START_SECONDS).
  Later, Lambda starts as many more every ten seconds as it does in the first.
- The account has no other API and no other functions that are busy.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beekeeper.rules import polling, quotas, sizing

REQUESTS_PER_PLACE = sizing.first_requests(edge=True)
# Nobody is simulated for longer. What is left after this is served at the steady speed.
SIMULATED_SECONDS = 1_200
NOBODY = 0.5  # less than half a visitor is left
# Those who came within so many seconds count as one crowd that has tried for the same time. So do
# all whose interval does not grow any more.
CROWD_SECONDS = 2


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long a page waits after a refusal: an interval, give or take half of it at random.

    The interval is a share of the time for which the page has tried, within bounds. In seconds.
    """

    shortest_seconds: float
    share: float
    longest_seconds: float

    def interval(self, tried_seconds: float) -> float:
        """Return the seconds between two questions, on average."""
        return min(max(self.shortest_seconds, self.share * tried_seconds), self.longest_seconds)

    @property
    def grows_for_seconds(self) -> float:
        """How long a page tries until its interval is the longest."""
        return self.longest_seconds / self.share


LONG_AGO = -math.inf  # when those came
Crowds = defaultdict[float, float]  # how many ask, by when their crowd came


@dataclass(frozen=True, slots=True)
class Joined:
    """How a crowd got its places. ``by_second`` has how many got one, from the first arrival on.

    ``seconds`` is when the last one had a place. ``refused`` is how often the API refused.
    """

    by_second: Sequence[float]
    seconds: float
    refused: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits the places a second: the account, and the queue of a strict line."""

    account: quotas.Account = quotas.USUAL
    queue_per_second: float = math.inf

    @property
    def steady(self) -> float:
        """Return how many places a second can be given for as long as it takes."""
        functions = self.account.concurrent_executions / sizing.REQUEST_SECONDS
        requests = min(self.account.requests_per_second, functions)
        places = requests * (1 - polling.BUDGET_SHARE) / REQUESTS_PER_PLACE
        return min(places, self.queue_per_second)

    def places(self, second: int) -> float:
        """Return how many places can be given in a second. The first one is 0."""
        new, every = quotas.NEW_ENVIRONMENTS, quotas.NEW_ENVIRONMENTS_SECONDS
        if second == 0:
            cold = min(new, self.account.concurrent_executions) / sizing.COLD_START_SECONDS
            full = self.steady + self.account.burst / REQUESTS_PER_PLACE
            return min(full, cold, self.queue_per_second)
        return min(self.steady, new * (1 + second // every) / sizing.REQUEST_SECONDS)


def joined(arrivals: Sequence[float], limits: Limits, back_off: BackOff) -> Joined:
    """Return how those who arrive get their places. ``arrivals`` is how many come each second."""
    asking: defaultdict[int, Crowds] = defaultdict(lambda: defaultdict(float))
    for second, count in enumerate(arrivals):
        asking[second][second - second % CROWD_SECONDS] += count
    by_second: list[float] = []
    refused, left, last = 0.0, float(sum(arrivals)), max(SIMULATED_SECONDS, len(arrivals))
    while left > NOBODY and len(by_second) < last:
        second = len(by_second)
        due: Mapping[float, float] = asking.pop(second, {})
        total = sum(due.values())
        served = min(total, limits.places(second))
        by_second.append(served)
        left -= served
        refused += total - served
        if total > served:
            again = {came: count * (1 - served / total) for came, count in due.items()}
            _ask_again(asking, second, again, back_off)
    if left > NOBODY:
        more = left / limits.steady
        by_second += _evenly(left, more)
        refused += left * more / 2 / back_off.longest_seconds
        return Joined(by_second, last + more + 1.5 * back_off.longest_seconds, refused)
    return Joined(by_second, float(len(by_second)), refused)


def _ask_again(
    asking: Mapping[int, Crowds], second: int, refused: Mapping[float, float], back_off: BackOff
) -> None:
    """Spread those who were refused evenly over their pauses. Each crowd is known by when it came.

    A pause ends within a second. Its parts before and after a full second count for two of them.
    """
    for came, count in refused.items():
        tried = second - came
        interval = back_off.interval(tried)
        crowd = came if tried < back_off.grows_for_seconds else LONG_AGO
        pauses = round(interval) + 1
        first, later = divmod(interval - (pauses - 1) / 2, 1)
        for at in range(second + int(first), second + int(first) + pauses):
            asking[at][crowd] += count / pauses * (1 - later)
            asking[at + 1][crowd] += count / pauses * later


def _evenly(count: float, seconds: float) -> list[float]:
    whole = max(1, math.ceil(seconds))
    return [count / whole] * whole
