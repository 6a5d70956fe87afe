"""News: what everybody who waits hears soon, and how they go when they hear that they may.

With an edge, a page asks it for news at an interval that rules/polling.py says. That costs no
function, because the edge keeps an answer for a moment.

When the room is off, everybody may go. All at once would be more than the API bears, and perhaps
more than the site does. So each page draws a share of ``spread_seconds`` at random, and goes then.
"""

from hashlib import sha256

from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings

REQUESTS_TO_GO = 2  # of a page: the one by which it hears, and the one by which it goes in
MOST_SECONDS = 600.0


def spread_seconds(waiting: int, rate_per_minute: float, polls_per_second: float) -> float:
    """Return over how many seconds all who wait go in once the room is off.

    Who turns a room off says that the site bears everybody, or that the event is over. So those who
    wait go at the rate if that takes MOST_SECONDS (ten minutes) or less, and else evenly over that
    time: who waits for hours at the rate must not wait for hours more. But they never go faster
    than the API bears, whose ``polls_per_second`` are half of what it allows the account.
    """
    at_the_rate = waiting / rate_per_minute * 60
    by_the_api = REQUESTS_TO_GO * waiting / polls_per_second
    return max(by_the_api, min(at_the_rate, MOST_SECONDS))


def spread_now(settings: Settings, pulse: Pulse, off_at: float, now: float) -> float:
    """Return over how many seconds who hears it at ``now`` is to go in. Times are epoch seconds.

    While a room is off, nobody counts those who wait, and the pulse is that of before. All of them
    hear within ``heard_within_seconds``, and are gone at the end of the spread after that. Whoever
    hears later (a phone that slept) comes alone, and goes with the last of them, or at once. Nobody
    who joins meanwhile is spread: the room lets them in without a wait.

    ``off_at`` is when the room was seen to go off, or 0. Without a consumer the pulse may be of
    long before that.
    """
    if settings.mode is not Mode.OFF:
        return 0.0
    whole = spread_seconds(pulse.waiting, settings.rate, settings.polls_per_second)
    since = max(pulse.as_of, off_at) or now
    gone_at = since + settings.heard_within_seconds(pulse) + whole
    return round(min(whole, max(0.0, gone_at - now)), 1)


def version_of(settings: Settings) -> str:
    """Return the version of the news: the same text wherever mode, message and rate are."""
    told = "\0".join((settings.mode, repr(settings.rate), settings.message))
    return sha256(told.encode(errors="surrogatepass")).hexdigest()[:12]
