"""Simulated destinations, second by second. Each saturates in its own way.

    Servers     a queue with limited servers: visitors give up, but what they asked is done all the
                same. So an overloaded site works only for people who have gone.
    Pool        a connection pool: a page needs three connections, one after the other. When one
                times out, the work of the others is lost.
    Database    a database that collapses: the more it has in hand, the less it gets done.

All count in requests. A visitor stays for minutes and makes REQUESTS meanwhile, at an even pace.
Whoever gets no answer asks again some seconds later. So the load follows the pace by minutes, and
goes on when the pace is down. An overload feeds itself: the queue and the database don't recover
before the load is far below what they can bear, and the pool not while it is above that.
"""

import random
from abc import ABC, abstractmethod
from functools import lru_cache

from beekeeper.rules.cadence import PROBE_TIMEOUT_SECONDS

STAY_SECONDS, REQUESTS = 180.0, 30
RETRY_SECONDS, RETRY_SHARE = 5.0, 0.7
PATIENCE_SECONDS = 8.0
BASELINE_SECONDS = 0.3
WORK_SIGMA = 0.3  # of the logarithm of the time that a request takes when nothing else happens


class Destination(ABC):
    """A site with visitors in it. ``capacity``: what it can bear for good, in visitors a minute."""

    def __init__(self, capacity: float, stay_seconds: float = STAY_SECONDS) -> None:
        self.capacity, self.stay_seconds = capacity, stay_seconds
        self._present = self._again = 0.0
        self._failed = 0.0  # which share of the requests fails now

    @property
    def per_second(self) -> float:
        """How many requests a second the site can answer for good."""
        return self.capacity * REQUESTS / 60

    def second(self, admitted: float, probes: float = 0.0) -> float:
        """Let visitors in, and return how many visitors' worth of requests are answered."""
        self._present += admitted - self._present / self.stay_seconds
        again = self._again / RETRY_SECONDS
        asked = self._present * REQUESTS / self.stay_seconds + again + probes
        answered = self._serve(asked)
        self._again += RETRY_SHARE * self._failed * asked - again
        return max(0.0, answered - probes * (1 - self._failed)) / REQUESTS

    def probe(self, chance: random.Random) -> float | None:
        """Return how long one request takes, in seconds; None for an error or a time-out."""
        took = self._seconds(BASELINE_SECONDS * chance.lognormvariate(0, WORK_SIGMA), chance)
        is_lost = chance.random() < self._failed
        return None if is_lost or took > PROBE_TIMEOUT_SECONDS else took

    @abstractmethod
    def _serve(self, asked: float) -> float:
        """Take a second's requests, note which share fails, and return how many are answered."""

    @abstractmethod
    def _seconds(self, work: float, chance: random.Random) -> float:
        """Return how long an answer takes now that takes ``work`` seconds of a site at rest."""


class Servers(Destination):
    """A queue with limited servers."""

    LISTEN_SECONDS = 20.0  # so many seconds of work wait at most; what exceeds it is refused

    def __init__(self, capacity: float, stay_seconds: float = STAY_SECONDS) -> None:
        super().__init__(capacity, stay_seconds)
        self._backlog = self._busy = 0.0

    @property
    def servers(self) -> int:
        """How many requests are served at the same time."""
        return max(1, round(self.per_second * BASELINE_SECONDS))

    def _serve(self, asked: float) -> float:
        self._busy += (asked / self.per_second - self._busy) / 5
        room = (self.LISTEN_SECONDS + 1) * self.per_second - self._backlog
        taken = min(asked, room)
        done = min(self.per_second, self._backlog + taken)
        self._backlog += taken - done
        is_late = self._backlog / self.per_second > PATIENCE_SECONDS
        self._failed = 1.0 if is_late else 1 - taken / asked if asked else 0.0
        return 0.0 if is_late else done

    def _seconds(self, work: float, chance: random.Random) -> float:
        busy = min(0.98, round(self._busy, 2))
        waits = chance.random() < erlang_c(self.servers, busy)
        each = BASELINE_SECONDS / self.servers / (1 - busy)
        wait = chance.expovariate(1 / each) if waits else 0.0
        return work + self._backlog / self.per_second + wait


class Pool(Servers):
    """A connection pool."""

    TIMEOUT_SECONDS = 3.0

    def _serve(self, asked: float) -> float:
        self._busy += (asked / self.per_second - self._busy) / 5
        most = self.TIMEOUT_SECONDS * self.per_second
        waiting = self._backlog + asked - self.per_second
        self._backlog = min(max(0.0, waiting), most)
        if waiting <= most:
            self._failed = 0.0
            return self.per_second + min(0.0, waiting)
        self._failed = 1 - share_in_time(asked / self.per_second) ** 3
        return asked * (1 - self._failed)


class Database(Destination):
    """A database that collapses: with n in hand, it answers n / (1 + (n / knee)^2) a baseline."""

    MOST_KNEES = 5.0  # so many connections at most; more are refused
    STEPS = 20  # a second is long beside the time of an answer

    def __init__(self, capacity: float, stay_seconds: float = STAY_SECONDS) -> None:
        super().__init__(capacity, stay_seconds)
        self._inside = 0.0

    @property
    def _knee(self) -> float:
        return 2 * BASELINE_SECONDS * self.per_second

    def _serve(self, asked: float) -> float:
        knee, coming = self._knee, asked / self.STEPS
        answered = refused = 0.0
        for _ in range(self.STEPS):
            slower = 1 + (self._inside / knee) ** 2
            done = min(self._inside / BASELINE_SECONDS / slower / self.STEPS, self._inside + coming)
            inside = self._inside + coming - done
            self._inside = min(inside, self.MOST_KNEES * knee)
            refused += inside - self._inside
            answered += done
        self._failed = min(1.0, refused / asked) if asked else 0.0
        return answered

    def _seconds(self, work: float, chance: random.Random) -> float:
        return work * (1 + (self._inside / self._knee) ** 2)


@lru_cache(maxsize=1_000)
def erlang_c(servers: int, busy: float) -> float:
    """Return the probability that a request waits, with a share ``busy`` of the servers at work."""
    offered, blocked = servers * busy, 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked / (1 - busy * (1 - blocked))


def share_in_time(busy: float) -> float:
    """Return which share p of the connections comes in time: p + p^2 + p^3 = 3 / busy.

    A page that got no first connection asks for no second one.
    """
    share = 1.0
    for _ in range(8):  # Newton's method
        over = share + share**2 + share**3 - 3 / busy
        share -= over / (1 + 2 * share + 3 * share**2)
    return min(1.0, share)
