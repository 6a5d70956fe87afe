"""How the waiting page asks. Deploy writes these values into the page as data.

The simulation and the local crowd ask in the same way. These values are not in contract/page.py, so
that the function that serves the page does not import them.
"""

import random
from dataclasses import dataclass

from beekeeper.rules.joining import BackOff
from beekeeper.rules.polling import JITTER, MAX_JITTER_SECONDS, NEWS_SHARES

REFRESH_SECONDS = 20  # how often the page asks in a browser without JavaScript


@dataclass(frozen=True, slots=True)
class Asking:
    """How the page asks. Its script reads the fields by these names (assets/room/script)."""

    jitter: float = JITTER
    """Share by which each interval is made longer or shorter at random."""
    jitter_seconds: float = MAX_JITTER_SECONDS
    """No interval is made longer or shorter by more than this. The server spreads long ones."""
    shortest_seconds: float = 1
    """The page asks no sooner than this, whatever the server says."""
    longest_seconds: float = 86_400
    """The page asks no later than this, whatever the server says. In a line of millions the server
    asks for most of an hour. A shorter limit would bring all visitors back at once."""
    default_seconds: float = 5
    """The interval after an answer without an interval."""
    hidden_seconds: float = 30
    """A hidden tab asks no sooner than this."""
    fresh_seconds: float = 1
    """If a visitor returns to the tab this soon after an answer, the page does not ask again."""
    timeout_seconds: float = 15
    """A question without an answer counts as failed after this time."""
    first_back_off_seconds: float = 2
    """The shortest interval after the first failure. It doubles with each further failure."""
    longest_back_off_seconds: float = 30
    """The shortest interval after a failure doubles up to this. An interval that the room asked for
    counts if it is longer. The page adds up to as much again, at random."""
    longest_held_seconds: float = 600
    """A failure holds the page for no longer than this, whatever its Retry-After says: none of ours
    says more. A proxy on the way can name a day, or a date that a wrong clock makes one of."""
    enter_seconds: float = 0.8
    """The page shows that it is the visitor's turn for this long before it enters."""
    entering_seconds: float = 30
    """The interval while the browser enters: the destination may answer slowly, or never."""
    most_returns: int = 2
    """If the room does not know the page's tickets, the page gets at most this many new ones. Then
    it says that it needs cookies. A place with which a page begins counts, too."""
    joining_seconds: float = 2
    """In a crowd the page tries again to join after this time, give or take half. 40,000 pages that
    failed together then make 20,000 requests a second, twice what API Gateway allows."""
    joining_share: float = 0.25
    """Who has tried to join for longer waits longer: this share of that time. The size of the crowd
    is not known, but the time says how many times it is too large for a second."""
    longest_joining_seconds: float = 60
    """The page tries again to join after this time at the latest, give or take half."""
    counting_seconds: float = 2
    """Who has joined asks for the place within this time, and as much again as joining took, drawn
    at random. So who has a place lets those ask first who have none."""
    soonest_news: float = NEWS_SHARES[0]
    """The page asks for news after this share of ``news_seconds`` without an answer, or later."""
    latest_news: float = NEWS_SHARES[1]
    """It asks at this share at the latest, so that all hear in time, though the edge keeps the
    answer for two seconds. A share is drawn at random for each question."""
    second_news: float = 0.05
    """Who got no news asks once more after this share of ``news_seconds``, or half of it: a request
    of the edge met a busy API, and by now another one has brought the answer for all."""
    most_news_doublings: int = 3
    """After the second failure it waits twice as long as usual, and doubles that up to so often."""
    sleep_check_seconds: float = 5
    """The page looks this often whether the device slept."""
    slept_seconds: float = 10
    """It slept if the clock of the day is ahead of the page's own by more than this. Then the page
    asks at once, unless a server in trouble allowed no question yet."""
    inside_seconds: float = 600
    """After going in, the page takes nobody in again by itself until the turn is over, or for this
    long if the room did not say when that is."""
    closed_after_seconds: float = 600
    """A room that answered nothing for this long seems to be closed."""
    closed_questions: int = 5
    """So many questions must have failed in that time."""
    closed_seconds: float = 300
    """A room that seems to be closed is asked after this time at the latest, and after half of it
    at the earliest. An interval that the room asked for counts if it is longer."""
    refresh_seconds: float = REFRESH_SECONDS
    """In a browser that is too old, the page asks as without JavaScript."""


ASKING = Asking()
# How a page asks for its place when the API refuses (rules/joining.py).
BACK_OFF = BackOff(ASKING.joining_seconds, ASKING.joining_share, ASKING.longest_joining_seconds)


def page_waits(retry_after: float, chance: random.Random) -> float:
    """Return the seconds for which the page waits if the answer says ``retry_after``."""
    least = ASKING.shortest_seconds
    interval = max(retry_after, least)
    spread = min(interval * ASKING.jitter, ASKING.jitter_seconds)
    return min(max(interval + spread * chance.uniform(-1, 1), least), ASKING.longest_seconds)


def failed_waits(failures: int, told: float, until_turn: float, chance: random.Random) -> float:
    """Return the seconds for which the page waits after so many failures in a row.

    ``told`` is the interval that the room asked for last. The visitor's turn is expected in
    ``until_turn`` seconds.
    """
    doubled: float = ASKING.first_back_off_seconds * 2 ** (min(failures, 10) - 1)
    shortest = min(doubled, ASKING.longest_back_off_seconds)
    least = max(shortest, told)
    return least + max(shortest, min(least, until_turn - least)) * chance.random()


def joining_waits(tried_seconds: float, retry_after: float, chance: random.Random) -> float:
    """Return the seconds after which a page tries again to join, in a crowd.

    It has tried for ``tried_seconds``. ``retry_after`` is what the answer said, or 0.
    """
    crowd = max(ASKING.joining_seconds, ASKING.joining_share * tried_seconds)
    interval = max(min(crowd, ASKING.longest_joining_seconds), retry_after)
    return max(interval / 2, retry_after) + interval * chance.random()


def counting_waits(tried_seconds: float, chance: random.Random) -> float:
    """Return the seconds after which a page that has joined asks for its place."""
    took = min(tried_seconds, ASKING.longest_joining_seconds)
    return (ASKING.counting_seconds + took) * chance.random()


def news_waits(news_seconds: float, failures: int, chance: random.Random) -> float:
    """Return the seconds without an answer after which a page asks for news."""
    if failures == 1:
        return news_seconds * ASKING.second_news * chance.uniform(0.5, 1)
    doubled = news_seconds * 2 ** min(max(failures - 1, 0), ASKING.most_news_doublings)
    return float(doubled * chance.uniform(ASKING.soonest_news, ASKING.latest_news))
