"""How fast a crowd gets its places when pages ask for them and try again, as they do with an edge.

The page asks the API once for a place. When the API refuses (429 or 503), it asks again after a
pause that doubles, and that is up to twice as long, at random. This works out in whole seconds how
many are served, how many are refused, and when the refused ask again: no single visitors, only how
many. It assumes, on the safe side:

- Each place takes REQUESTS_PER_PLACE of the account's requests: the join, and the first question.
- Half of the account's requests are left for those who wait already and ask for their turn
  (polling.BUDGET_SHARE). At the start nobody does.
- No function is warm: in the first second a new environment gives one place (COLD_START_SECONDS).
  Later, Lambda starts as many more every ten seconds as it does in the first.
- The account has no other API and no other functions that are busy.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from beekeeper.rules import polling, quotas, sizing

REQUESTS_PER_PLACE = 2
# Nobody is simulated for longer. What is left after this is served at the steady speed.
SIMULATED_SECONDS = 3_600
NOBODY = 0.5  # less than half a visitor is left


@dataclass(frozen=True, slots=True)
class BackOff:
    """The shortest pause after the first failure, and up to where it doubles. In seconds."""

    first_seconds: float
    longest_seconds: float

    def pause_seconds(self, failures: int) -> float:
        """Return the shortest pause after so many failures. The longest is twice that."""
        doubled: float = self.first_seconds * 2 ** (failures - 1)
        return min(doubled, self.longest_seconds)

    @property
    def failures(self) -> int:
        """After how many failures the pause does not grow any more."""
        return 1 + max(0, math.ceil(math.log2(self.longest_seconds / self.first_seconds)))


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
    asking: defaultdict[int, list[float]] = defaultdict(lambda: [0.0] * (back_off.failures + 1))
    for second, count in enumerate(arrivals):
        asking[second][0] = count
    by_second: list[float] = []
    refused, left, last = 0.0, float(sum(arrivals)), max(SIMULATED_SECONDS, len(arrivals))
    while left > NOBODY and len(by_second) < last:
        second = len(by_second)
        due = asking.pop(second, [])
        total = sum(due)
        served = min(total, limits.places(second))
        by_second.append(served)
        left -= served
        refused += total - served
        if total > served:
            _ask_again(asking, second, [each * (1 - served / total) for each in due], back_off)
    if left > NOBODY:
        more = left / limits.steady
        by_second += _evenly(left, more)
        # Each of them asks about once in one and a half of the longest pauses.
        refused += left * more / 2 / (1.5 * back_off.longest_seconds)
        return Joined(by_second, last + more + 2 * back_off.longest_seconds, refused)
    return Joined(by_second, float(len(by_second)), refused)


def _ask_again(
    asking: dict[int, list[float]], second: int, refused: Sequence[float], back_off: BackOff
) -> None:
    """Spread those who were refused evenly over their pauses, by how often they have failed."""
    for failures, count in enumerate(refused, start=1):
        if count:
            known = min(failures, back_off.failures)
            shortest = max(1, round(back_off.pause_seconds(known)))
            for at in range(second + shortest, second + 2 * shortest):
                asking[at][known] += count / shortest


def _evenly(count: float, seconds: float) -> list[float]:
    whole = max(1, math.ceil(seconds))
    return [count / whole] * whole
