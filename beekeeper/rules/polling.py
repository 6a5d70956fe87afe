"""When a waiting visitor's page asks again.

If the wait is shorter than twice MAX_SECONDS, the page asks after half of the expected wait, down
to every MIN_SECONDS. So a visitor asks about log2(wait) times, instead of wait / interval times. If
the wait is longer, the page asks each time that the expected wait falls past a multiple of
``longest``. Visitors who came in the same second are spread evenly along the line, so their
questions are spread evenly in time. A plain interval would bring them all back at once, again and
again.

All waiting visitors together keep within the room's budget. Let r be the visitors admitted a
second, and W the visitors who wait. Those whose wait is below ``far`` ask by fractions f of it:

    polls/s = r x (FRONT_POLLS + ln(far / NEAR) / -ln(1 - f))  +  (W - r x far) / longest

A longer line makes ``longest`` longer, in powers of two, so that the multiples stay the same. A
higher rate makes f larger, as far as visitors still ask in time. The remaining load grows with r
alone. It is about ten polls for each admitted visitor, and exceeds the budget beyond about 25,000
a minute. With fewer polls, visitors would learn too late that their turn has come. Such a rate
needs a higher quota in any case, because of the visitors who go in.
"""

import math
from dataclasses import dataclass

from beekeeper.rules import quotas

# A page that asks after half of the wait is in time even if the line moves twice as fast from now.
FRACTION_OF_WAIT = 1 / 2
MAX_FRACTION = 3 / 4  # with 15 % of jitter this is 0.86, which is still before the turn
# The waiting page makes each interval longer or shorter at random, by up to this share.
JITTER = 0.15
MIN_SECONDS = 2.0
# If 100,000 visitors wait for half an hour, each makes 19 requests at 240 s, and 21 at 180 s. The
# longest answer for a line within its budget is 1.25 x 240 s. That is also the shortest
# ``claim_minutes`` (rules/settings.py).
MAX_SECONDS = 240.0
# The polls of a room can take this share of the requests that API Gateway allows the account.
BUDGET_SHARE = 1 / 2
BUDGET_PER_SECOND = BUDGET_SHARE * quotas.USUAL.requests_per_second
# The share of the budget that polls and entries take on average. The rest is for chance, and for
# visitors who got their interval while the line was still short. If ten million come within a
# minute, the peak is a third above the average (tests.benchmarks.polling).
AIMED_AT = 0.7
UNKNOWN_WAIT_SECONDS = 10.0
NEAR_SECONDS = MIN_SECONDS / FRACTION_OF_WAIT
# The polls from a wait of NEAR_SECONDS on: two, of which one finds the slot, and one when the slot
# has come (measured by tests.benchmarks.polling).
FRONT_POLLS = 3.0
# A share of ``longest``. A page that asked this recently skips the next multiple.
EARLIEST = 1 / 4


def budget_per_second(region: str) -> float:
    """Return how many polls a second a room can cause in a region."""
    return budget_of(quotas.usual_in(region))


def budget_of(account: quotas.Account) -> float:
    """Return how many polls a second a room can cause in an account with these quotas."""
    return BUDGET_SHARE * account.requests_per_second


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a line asks: near the front after ``fraction`` of the wait, else every ``longest``."""

    fraction: float
    longest: float

    @property
    def far(self) -> float:
        """The shortest wait, in seconds, at which visitors ask at multiples of ``longest``."""
        return self.longest / self.fraction


def rhythm(
    waiting: int, rate_per_minute: float, budget_per_second: float = BUDGET_PER_SECOND
) -> Rhythm:
    """Return the rhythm that keeps the polls and the entries within the budget."""
    rate = rate_per_minute / 60
    wait, aim = waiting / rate, AIMED_AT * budget_per_second
    # At least half is for visitors far away. They get more if those near the front leave more.
    widest = min(wait, 2 * max(MAX_SECONDS, waiting / (aim / 2)))
    coming = rate * (_asked_until_admitted(widest, FRACTION_OF_WAIT) + 1)
    longest = _doubled(waiting / max(aim / 2, aim - coming))
    far = min(wait, longest / FRACTION_OF_WAIT)
    at_back = max(0.0, waiting - rate * far) / longest
    between = max((aim - at_back) / rate - 1 - FRONT_POLLS, 1.0)
    fraction = 1 - (NEAR_SECONDS / max(far, NEAR_SECONDS)) ** (1 / between)
    return Rhythm(min(max(FRACTION_OF_WAIT, fraction), MAX_FRACTION), longest)


def _doubled(seconds: float) -> float:
    """Return the shortest of MAX_SECONDS x 1, 2, 4, 8 … that is at least ``seconds``."""
    return MAX_SECONDS * 2.0 ** math.ceil(math.log2(max(1.0, seconds / MAX_SECONDS)))


def _asked_until_admitted(wait: float, fraction: float) -> float:
    """Return how often a visitor with this wait asks until admitted, by fractions of the wait."""
    return FRONT_POLLS + math.log(max(1.0, wait / NEAR_SECONDS)) / -math.log(1 - fraction)


def retry_after(
    eta_seconds: float | None,
    waiting: int,
    rate_per_minute: float,
    *,
    budget_per_second: float = BUDGET_PER_SECOND,
) -> float:
    """Return the seconds after which to ask again. The page adds jitter to them.

    ``eta_seconds`` is None if the wait can't be known (paused).
    """
    if eta_seconds is None:
        wait = max(UNKNOWN_WAIT_SECONDS, waiting / budget_per_second)
    else:
        wait = _next(eta_seconds, rhythm(waiting, rate_per_minute, budget_per_second))
    return round(max(wait, MIN_SECONDS), 2)


def _next(eta: float, rhythm: Rhythm) -> float:
    if eta < rhythm.far:
        return eta * rhythm.fraction
    multiples = math.floor(eta / rhythm.longest - EARLIEST)
    return eta - multiples * rhythm.longest


def polls_per_second(
    waiting: int, rate_per_minute: float, budget_per_second: float = BUDGET_PER_SECOND
) -> float:
    """Return approximately how many polls a second a line of ``waiting`` visitors makes."""
    rate, found = rate_per_minute / 60, rhythm(waiting, rate_per_minute, budget_per_second)
    far = min(waiting / rate, found.far)
    coming = rate * _asked_until_admitted(far, found.fraction)
    # In a line that is shorter than NEAR_SECONDS, each visitor asks every MIN_SECONDS, and once
    # more at the end.
    shortest = waiting / MIN_SECONDS + min(rate, waiting)
    return min(coming, shortest) + max(0.0, waiting - rate * far) / found.longest
