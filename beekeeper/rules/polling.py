"""When a waiting visitor's page asks again.

If the wait is shorter than ``far``, the page asks after a fraction of the expected wait (a half, or
more), down to every MIN_SECONDS. So a visitor asks about log2(wait) times, instead of
wait / interval times. If the wait is longer, the page asks each time that the expected wait falls
past a multiple of ``longest``. Visitors who came in the same second are spread evenly along the
line, so their questions are spread evenly in time. A plain interval would bring them all back at
once, again and again.

All waiting visitors together keep within the room's budget. Let r be the visitors admitted a
second, and W the visitors who wait. Those whose wait is below ``far`` ask by fractions f of it:

    polls/s = r x (FRONT_POLLS + ln(far / NEAR) / -ln(1 - f))  +  (W - r x far) / longest

Everybody asks within MAX_SECONDS, so that everybody hears of a change, up to about a million
visitors. A longer line makes ``longest`` longer, in powers of two, so that the multiples stay the
same. A higher rate makes f larger, as far as visitors still ask in time. The remaining load grows
with r alone. It is about ten polls for each admitted visitor, and exceeds the budget beyond about
25,000 a minute. With fewer polls, visitors would learn too late that their turn has come. Such a
rate needs a higher quota in any case, because of the visitors who go in.

A line that stands still (paused, or without a consumer) asks no more often than one that moves.
"""

import math
from dataclasses import dataclass

from beekeeper.rules import quotas
from beekeeper.rules.cadence import NEWS_CACHE_SECONDS, ROOM_COPY_SECONDS

# A page that asks after half of the wait is in time even if the line moves twice as fast from now.
FRACTION_OF_WAIT = 1 / 2
MAX_FRACTION = 3 / 4  # with 15 % of jitter this is 0.86, which is still before the turn
# The waiting page makes each interval longer or shorter at random, by up to this share, and by no
# more than so many seconds. Long intervals are spread already.
JITTER = 0.15
MAX_JITTER_SECONDS = 10.0
MIN_SECONDS = 2.0
# The longest answer for a line within its budget is MAX_SECONDS x (1 + EARLIEST), and ten seconds
# of jitter: 297 s. So everybody hears of a change within five minutes. That is also the shortest
# ``claim_minutes`` (rules/settings.py).
MAX_SECONDS = 270.0
# The polls of a room can take this share of the requests that API Gateway allows the account.
BUDGET_SHARE = 1 / 2
BUDGET_PER_SECOND = BUDGET_SHARE * quotas.USUAL.requests_per_second
# The share of the budget that polls and entries take on average: up to HEARD_AT, everybody asks
# within MAX_SECONDS. Beyond that, the rest is for chance, and for visitors who got their interval
# while the line was still short. If ten million come within a minute, the peak is a third above the
# average (tests.benchmarks.polling).
HEARD_AT, AIMED_AT = 0.95, 0.6
UNKNOWN_WAIT_SECONDS = 10.0
NEAR_SECONDS = MIN_SECONDS / FRACTION_OF_WAIT
# The polls from a wait of NEAR_SECONDS on: two, of which one finds the slot, and one when the slot
# has come (measured by tests.benchmarks.polling).
FRONT_POLLS = 3.0
# A share of ``longest``. A page that asked this recently skips the next multiple.
EARLIEST = 1 / 16
# With an edge, a page also asks for news. Each interval is drawn between these shares of
# ``news_seconds``, so that pages that joined in one second don't ask in one second.
NEWS_SHARES = (0.75, 0.95)


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
    rate, aim = rate_per_minute / 60, HEARD_AT * budget_per_second
    longest = MAX_SECONDS
    # Those far away can have half of the budget, or what those near the front leave.
    while _at_back(waiting, rate, longest) > max(aim / 2, aim - _at_front(waiting, rate, longest)):
        longest, aim = longest * 2, AIMED_AT * budget_per_second
    far = min(waiting / rate, longest / FRACTION_OF_WAIT)
    at_back = max(0.0, waiting - rate * far) / longest
    between = max((aim - at_back) / rate - 1 - FRONT_POLLS, 1.0)
    fraction = 1 - (NEAR_SECONDS / max(far, NEAR_SECONDS)) ** (1 / between)
    return Rhythm(min(max(FRACTION_OF_WAIT, fraction), MAX_FRACTION), longest)


def _at_back(waiting: int, rate: float, longest: float) -> float:
    """Return the polls a second of those far away."""
    return max(0.0, waiting - rate * longest / MAX_FRACTION) / longest


def _at_front(waiting: int, rate: float, longest: float) -> float:
    """Return the fewest polls and entries a second of those near the front."""
    far = min(waiting / rate, longest / MAX_FRACTION)
    return rate * (_asked_until_admitted(far, MAX_FRACTION) + 1)


def _asked_until_admitted(wait: float, fraction: float) -> float:
    """Return how often a visitor with this wait asks until admitted, by fractions of the wait."""
    return FRONT_POLLS + math.log(max(1.0, wait / NEAR_SECONDS)) / -math.log(1 - fraction)


def retry_after(
    eta_seconds: float, waiting: int, rate_per_minute: float, budget_per_second: float
) -> float:
    """Return the seconds after which to ask again. The page adds jitter to them."""
    found = rhythm(waiting, rate_per_minute, budget_per_second)
    return round(max(_next(eta_seconds, found), MIN_SECONDS), 2)


def retry_while_still(
    eta_seconds: float | None,
    age_seconds: float,
    waiting: int,
    rate_per_minute: float,
    budget_per_second: float,
) -> float:
    """Return the same for a line that stands still.

    ``eta_seconds`` is the wait if the line moved, or None if the place is unknown. ``age_seconds``
    is for how long the visitor has been in line. The wait does not get shorter, so a visitor far
    away must not ask at multiples of it. The interval grows with the age instead.
    """
    found = rhythm(waiting, rate_per_minute, budget_per_second)
    if eta_seconds is None:
        wait = min(age_seconds / 2, found.longest)
    elif eta_seconds < found.far:
        wait = eta_seconds * found.fraction
    else:
        wait = min(max(_next(eta_seconds, found), age_seconds), found.longest)
    return round(max(wait, UNKNOWN_WAIT_SECONDS), 2)


def retry_while_off(
    spread_seconds: float, waiting: int, rate_per_minute: float, budget_per_second: float
) -> float:
    """Return the same for a visitor who may go in, at some time within ``spread_seconds``."""
    found = rhythm(waiting, rate_per_minute, budget_per_second)
    longest = min(found.longest, waiting / rate_per_minute * 60 * found.fraction)
    return round(max(min(spread_seconds, longest), MIN_SECONDS), 2)


def _next(eta: float, rhythm: Rhythm) -> float:
    if eta < rhythm.far:
        return eta * rhythm.fraction
    multiples = math.floor(eta / rhythm.longest - EARLIEST)
    return eta - multiples * rhythm.longest


def heard_within_seconds(
    waiting: int,
    rate_per_minute: float,
    budget_per_second: float = BUDGET_PER_SECOND,
    measured_per_minute: float = 0.0,
) -> float:
    """Return after how many seconds the last visitor in line has heard of a change.

    ``measured_per_minute`` is the measured rate, or 0 while none is known.
    """
    found = rhythm(waiting, rate_per_minute, budget_per_second)
    wait = waiting / min(measured_per_minute or rate_per_minute, rate_per_minute) * 60
    longest = wait * found.fraction if wait < found.far else found.longest * (1 + EARLIEST)
    longest = max(longest, UNKNOWN_WAIT_SECONDS)
    return longest + jitter_seconds(longest)


def news_heard_within_seconds(news_seconds: int) -> float:
    """Return after how many seconds every page that asks for news has heard of a change.

    An answer can be so old: the function uses a copy of the room, and the edge one of the answer.
    For the usual interval of 60 seconds, this is 60 seconds.
    """
    return NEWS_SHARES[1] * news_seconds + NEWS_CACHE_SECONDS + ROOM_COPY_SECONDS


def jitter_seconds(wait: float) -> float:
    """Return by how much the page makes a wait longer or shorter, at most."""
    return min(wait * JITTER, MAX_JITTER_SECONDS)


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
