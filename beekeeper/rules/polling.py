"""When a waiting visitor's page asks again.

A third of the expected wait, between 2 s and 3 min: a visitor asks some log(wait) times, not
wait / interval times. All who wait together stay within the room's poll budget: with ``waiting``
visitors evenly along the line, each asking after a third of the wait, there are about
3 x rate x ln(longest / shortest wait) requests a second, and each wait is stretched by the ratio
of that to the budget.
"""

import math

FRACTION_OF_WAIT = 1 / 3
MIN_SECONDS = 2.0
MAX_SECONDS = 180.0
# Half of the default throttle of an account's API Gateway, 10,000 requests a second (AWS quotas).
BUDGET_PER_SECOND = 5_000.0
UNKNOWN_WAIT_SECONDS = 10.0


def retry_after(
    eta_seconds: float | None, waiting: int, rate_per_minute: float, jitter: float = 0.0
) -> float:
    """Return the seconds after which to ask again.

    ``eta_seconds`` is None when the wait can't be known (paused). ``jitter`` from -1 to 1 spreads
    the answers by 15 %, for callers whose visitors don't spread themselves.
    """
    wait = UNKNOWN_WAIT_SECONDS if eta_seconds is None else eta_seconds * FRACTION_OF_WAIT
    wait = min(max(wait, MIN_SECONDS), MAX_SECONDS)
    paused_load = waiting / wait if eta_seconds is None else 0.0
    load = max(paused_load, polls_per_second(waiting, rate_per_minute))
    stretched = wait * max(1.0, load / BUDGET_PER_SECOND)
    return round(stretched * (1 + 0.15 * jitter), 2)


def polls_per_second(waiting: int, rate_per_minute: float) -> float:
    """Return the polls a second that a line of ``waiting`` visitors makes, before any stretching.

    Those whose wait is below 3 x MIN_SECONDS ask every MIN_SECONDS, those above 3 x MAX_SECONDS
    every MAX_SECONDS, and those between, dn = rate x dt of them, every t / 3.
    """
    rate = rate_per_minute / 60
    near, far = MIN_SECONDS / FRACTION_OF_WAIT, MAX_SECONDS / FRACTION_OF_WAIT
    longest = waiting / rate
    at_front = min(waiting, rate * near) / MIN_SECONDS
    between = rate / FRACTION_OF_WAIT * math.log(max(1.0, min(longest, far) / near))
    at_back = max(0.0, waiting - rate * far) / MAX_SECONDS
    return at_front + between + at_back
