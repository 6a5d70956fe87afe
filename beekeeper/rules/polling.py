"""When a waiting visitor's page asks again.

Nearer than twice MAX_SECONDS it asks after half of the expected wait, down to every MIN_SECONDS: a
visitor asks some log2(wait) times, not wait / interval times. Farther away it asks each time that
the expected wait falls past a multiple of ``longest``: visitors who came in one second are evenly
along the line, and so their questions are evenly in time, where a plain interval would bring them
all back at once, again and again.

All who wait together keep within the room's budget. With r visitors let through a second, W
waiting, of whom those with a wait below ``far`` are asking by fractions f of it:

    polls/s = r x (FRONT_POLLS + ln(far / NEAR) / -ln(1 - f))  +  (W - r x far) / longest

A longer line stretches ``longest``, in powers of two, so that the multiples stay the same ones; a
higher rate stretches f, as far as visitors still ask in time. What remains grows with r alone:
some ten polls for each visitor who is let through, which is above the budget beyond some 25,000 a
minute. To ask less would mean to learn too late that one's turn has come; such a rate needs a
higher quota for those who go in anyway.
"""

import math
from dataclasses import dataclass

from beekeeper.rules import quotas

# After half of the wait a visitor is in time even if the line moves twice as fast from now on.
FRACTION_OF_WAIT = 1 / 2
MAX_FRACTION = 3 / 4  # 15 % of jitter makes it 0.86: still before the turn
# The waiting page makes each interval up to this share longer or shorter, at random.
JITTER = 0.15
MIN_SECONDS = 2.0
# 100,000 visitors who wait for half an hour make 19 requests each at 240 s, and 21 at 180 s. The
# longest answer for a line within its budget, 1.25 x 240 s, is the shortest claim (config.py).
MAX_SECONDS = 240.0
# The polls of a room may take this share of the requests that API Gateway takes in the account.
BUDGET_SHARE = 1 / 2
BUDGET_PER_SECOND = BUDGET_SHARE * quotas.USUAL.requests_per_second
# Of the budget, what polls and entries take in the mean. The rest is for chance, and for those who
# were told when to ask while the line was still short: a third above the mean, when ten million
# come within a minute (tests.benchmarks.polling).
AIMED_AT = 0.7
UNKNOWN_WAIT_SECONDS = 10.0
NEAR_SECONDS = MIN_SECONDS / FRACTION_OF_WAIT
# From a wait of NEAR_SECONDS on: two, one that finds the slot, and one when it has come (measured
# by tests.benchmarks.polling).
FRONT_POLLS = 3.0
EARLIEST = 1 / 4  # of ``longest``: who has just asked does not ask again at the next multiple


def budget_per_second(region: str) -> float:
    """Return how many polls a second a room may cause in a region."""
    return budget_of(quotas.usual_in(region))


def budget_of(account: quotas.Account) -> float:
    """Return how many polls a second a room may cause in an account with such quotas."""
    return BUDGET_SHARE * account.requests_per_second


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a line asks: after ``fraction`` of the wait, and every ``longest`` seconds far away."""

    fraction: float
    longest: float

    @property
    def far(self) -> float:
        """The wait, in seconds, from which on visitors ask at multiples of ``longest``."""
        return self.longest / self.fraction


def rhythm(
    waiting: int, rate_per_minute: float, budget_per_second: float = BUDGET_PER_SECOND
) -> Rhythm:
    """Return the rhythm in which the polls, and those who go in, keep within the budget."""
    rate = rate_per_minute / 60
    wait, aim = waiting / rate, AIMED_AT * budget_per_second
    # Half is for those far away, at least, and more if those who come near leave more.
    widest = min(wait, 2 * max(MAX_SECONDS, waiting / (aim / 2)))
    coming = rate * (_asked_until_admitted(widest, FRACTION_OF_WAIT) + 1)
    longest = _doubled(waiting / max(aim / 2, aim - coming))
    far = min(wait, longest / FRACTION_OF_WAIT)
    at_back = max(0.0, waiting - rate * far) / longest
    between = max((aim - at_back) / rate - 1 - FRONT_POLLS, 1.0)
    fraction = 1 - (NEAR_SECONDS / max(far, NEAR_SECONDS)) ** (1 / between)
    return Rhythm(min(max(FRACTION_OF_WAIT, fraction), MAX_FRACTION), longest)


def _doubled(seconds: float) -> float:
    """Return the smallest of MAX_SECONDS x 1, 2, 4, 8 … that is no shorter."""
    return MAX_SECONDS * 2.0 ** math.ceil(math.log2(max(1.0, seconds / MAX_SECONDS)))


def _asked_until_admitted(wait: float, fraction: float) -> float:
    """Return how often a visitor asks from such a wait on, by fractions of it."""
    return FRONT_POLLS + math.log(max(1.0, wait / NEAR_SECONDS)) / -math.log(1 - fraction)


def retry_after(
    eta_seconds: float | None,
    waiting: int,
    rate_per_minute: float,
    jitter: float = 0.0,
    *,
    budget_per_second: float = BUDGET_PER_SECOND,
) -> float:
    """Return the seconds after which to ask again.

    ``eta_seconds`` is None when the wait can't be known (paused). ``jitter`` from -1 to 1 spreads
    the answers by 15 %, for callers whose visitors don't spread themselves.
    """
    if eta_seconds is None:
        wait = max(UNKNOWN_WAIT_SECONDS, waiting / budget_per_second)
    else:
        wait = _next(eta_seconds, rhythm(waiting, rate_per_minute, budget_per_second))
    return round(max(wait, MIN_SECONDS) * (1 + JITTER * jitter), 2)


def _next(eta: float, rhythm: Rhythm) -> float:
    if eta < rhythm.far:
        return eta * rhythm.fraction
    multiples = math.floor(eta / rhythm.longest - EARLIEST)
    return eta - multiples * rhythm.longest


def polls_per_second(
    waiting: int, rate_per_minute: float, budget_per_second: float = BUDGET_PER_SECOND
) -> float:
    """Return about how many polls a second a line of ``waiting`` visitors makes."""
    rate, found = rate_per_minute / 60, rhythm(waiting, rate_per_minute, budget_per_second)
    far = min(waiting / rate, found.far)
    coming = rate * _asked_until_admitted(far, found.fraction)
    # A line that is shorter than NEAR_SECONDS asks every MIN_SECONDS, and a last time each.
    shortest = waiting / MIN_SECONDS + min(rate, waiting)
    return min(coming, shortest) + max(0.0, waiting - rate * far) / found.longest
