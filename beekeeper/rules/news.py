"""News: what everybody who waits hears soon, and how they go when they hear that they may.

With an edge, a page asks it for news at an interval that rules/polling.py says. That costs no
function, because the edge keeps an answer for a moment.

When the room is off, everybody may go. All at once would be more than the API bears, and perhaps
more than the site does. So each page draws a share of ``spread_seconds`` at random, and goes then.
"""

from hashlib import sha256

# How often each page asks for news, in seconds: the default of the setting, and its bounds.
NEWS_SECONDS, LEAST_NEWS_SECONDS, MOST_NEWS_SECONDS = 60, 10, 3_600
REQUESTS_TO_GO = 2  # of a page: the one by which it hears, and the one by which it goes in
MOST_SPREAD_SECONDS = 600.0


def spread_seconds(waiting: int, rate_per_minute: float, polls_per_second: float) -> float:
    """Return over how many seconds all who wait go in once the room is off.

    Who turns a room off says that the site bears everybody, or that the event is over. So those who
    wait go at the rate if that takes MOST_SPREAD_SECONDS (ten minutes) or less. Otherwise they go
    evenly over that time: who would wait for hours at the rate must not wait for hours more. But
    they never go faster than the API bears, whose ``polls_per_second`` are half of what it allows
    the account.
    """
    at_the_rate = waiting / rate_per_minute * 60
    by_the_api = REQUESTS_TO_GO * waiting / polls_per_second
    return max(by_the_api, min(at_the_rate, MOST_SPREAD_SECONDS))


def seconds_left(whole: float, since: float, heard_within: float, now: float) -> float:
    """Return over how many seconds who hears at ``now`` is to go in. Times are epoch seconds.

    While a room is off, nobody counts those who wait. All of them hear within ``heard_within``
    seconds after ``since``, and are gone ``whole`` seconds after that. Whoever hears later (a phone
    that slept) goes with the last of them, or at once. Who joins meanwhile is not spread at all:
    the room lets them in without a wait.
    """
    return min(whole, max(0.0, since + heard_within + whole - now))


def version_of(mode: str, message: str, rate_per_minute: float) -> str:
    """Return a text that changes with each of these, and is the same in every process."""
    told = "\0".join((mode, message, repr(rate_per_minute)))
    return sha256(told.encode(errors="surrogatepass")).hexdigest()[:12]
