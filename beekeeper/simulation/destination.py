"""Simulated destinations, second by second: each saturates in its own way.

    Servers     a queue in front of servers: visitors give up, but their requests are served all the
                same, so an overloaded site only works for people who have gone
    Pool        a connection pool: a page needs several connections one after the other, and one
                time-out wastes the work of all
    Database    a database that collapses: what it does in a second falls, the more requests it
                has in hand

All count in requests. A visitor stays for minutes and makes ``REQUESTS`` meanwhile, at an even
pace; whoever gets no answer asks once more some seconds later. So the load follows the pace with a delay of
minutes, and goes on after the pace is down. ``capacity`` is what a site can bear for good, in
visitors a minute.
"""

import math
import random
from abc import ABC, abstractmethod

STAY_SECONDS, REQUESTS = 180.0, 30
RETRY_SECONDS, RETRY_SHARE = 5.0, 0.7
PATIENCE_SECONDS = 8.0
PROBE_TIMEOUT_SECONDS = 2.0


class Destination(ABC):
    """A site with visitors in it."""

    def __init__(self, capacity: float, baseline_seconds: float = 0.3) -> None:
        self.capacity = capacity
        self.baseline_seconds = baseline_seconds
        self.per_second = capacity * REQUESTS / 60
        self._present = self._again = 0.0
        self.failed = 0.0  # the share of the requests that fail now

    def second(self, admitted: float, probes: float = 0.0) -> float:
        """Let visitors in and return how many visitors' worth of requests the site answered."""
        self._present += admitted - self._present / STAY_SECONDS
        again = self._again / RETRY_SECONDS
        asked = self._present * REQUESTS / STAY_SECONDS + again + probes
        answered = self._serve(asked)
        self._again += RETRY_SHARE * self.failed * asked - again
        return max(0.0, answered - probes * (1 - self.failed)) / REQUESTS

    def probe(self, chance: random.Random) -> float | None:
        """Return how long one request takes, in seconds; None for an error or a time-out."""
        took = self._answer_seconds(chance)
        lost = chance.random() < self.failed
        return None if lost or took > PROBE_TIMEOUT_SECONDS else took

    @abstractmethod
    def _serve(self, asked: float) -> float:
        """Take a second's requests and return how many are answered in time."""

    @abstractmethod
    def _answer_seconds(self, chance: random.Random) -> float: ...

    def _work(self, chance: random.Random) -> float:
        return self.baseline_seconds * chance.lognormvariate(0, 0.3)


def erlang_c(servers: int, busy: float) -> float:
    """Return the probability that a request waits, with a share ``busy`` of the servers at work."""
    offered, blocked = servers * busy, 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked / (1 - busy * (1 - blocked))


class Servers(Destination):
    """A queue with limited servers."""

    LISTEN_SECONDS = 20.0  # so much work waits at most; more is refused

    def __init__(self, capacity: float, baseline_seconds: float = 0.3, servers: int = 0) -> None:
        super().__init__(capacity, baseline_seconds)
        self._servers = servers or max(1, round(self.per_second * baseline_seconds))
        self._backlog = self._busy = 0.0
        self._waits: dict[int, tuple[float, float]] = {}

    def _serve(self, asked: float) -> float:
        self._busy += (asked / self.per_second - self._busy) / 5
        room = self.LISTEN_SECONDS * self.per_second - self._backlog
        taken = min(asked, room + self.per_second)
        done = min(self.per_second, self._backlog + taken)
        self._backlog += taken - done
        late = self._backlog / self.per_second > PATIENCE_SECONDS
        self.failed = 1.0 if late else 1 - taken / asked if asked else 0.0
        return 0.0 if late else done

    def _answer_seconds(self, chance: random.Random) -> float:
        return self._work(chance) + self._backlog / self.per_second + self._wait(chance)

    def _wait(self, chance: random.Random) -> float:
        busy = min(98, round(self._busy * 100))
        if busy not in self._waits:
            share = min(0.99, busy / 100)
            each = self.baseline_seconds / self._servers / (1 - share)
            self._waits[busy] = erlang_c(self._servers, share), each
        waits, mean = self._waits[busy]
        return chance.expovariate(1 / mean) if chance.random() < waits else 0.0


class Pool(Servers):
    """A connection pool. ``CONNECTIONS`` are needed for a page, one after the other."""

    CONNECTIONS, TIMEOUT_SECONDS = 3, 3.0

    def _serve(self, asked: float) -> float:
        self._busy += (asked / self.per_second - self._busy) / 5
        most = self.TIMEOUT_SECONDS * self.per_second
        if self._backlog + asked <= self.per_second + most:
            done = min(self.per_second, self._backlog + asked)
            self._backlog += asked - done
            self.failed = 0.0
            return done
        self._backlog = most
        self.failed = 1 - _got(max(1.0, asked/self.per_second)) ** self.CONNECTIONS
        return asked * (1 - self.failed)


def _got(busy: float) -> float:
    """Return which share of the connections comes in time: p + p^2 + p^3 = 3 / busy."""
    share = 1.0
    for _ in range(8):
        over = share + share**2 + share**3 - 3 / busy
        share -= over / (1 + 2 * share + 3 * share**2)
    return min(1.0, share)


class Database(Destination):
    """A database that collapses: with n in hand, it does n / (1 + (n / knee)^2) a baseline."""

    MOST_KNEES = 5.0  # max_connections; more is refused

    def __init__(self, capacity: float, baseline_seconds: float = 0.3) -> None:
        super().__init__(capacity, baseline_seconds)
        self._knee = 2 * baseline_seconds * self.per_second
        self._inside = 0.0

    @property
    def _done(self) -> float:
        n = self._inside
        return n / self.baseline_seconds / (1 + (n / self._knee) ** 2)

    def _serve(self, asked: float) -> float:
        # steps of a twentieth: with a short baseline, a second is long for it
        answered, refused, most = 0.0, 0.0, self.MOST_KNEES * self._knee
        for _ in range(20):
            done = min(self._done / 20, self._inside + asked / 20)
            inside = self._inside + asked / 20 - done
            refused += max(0.0, inside - most)
            self._inside = min(inside, most)
            answered += done
        self.failed = refused / asked if asked else 0.0
        return answered

    def _answer_seconds(self, chance: random.Random) -> float:
        return self._work(chance) * (1 + (self._inside / self._knee) ** 2)
