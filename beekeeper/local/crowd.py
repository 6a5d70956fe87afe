"""A crowd of simulated visitors, whose steps a few threads do."""

import heapq
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from beekeeper.local.browser import TIMEOUT_SECONDS
from beekeeper.local.visitor import Stage, Visitor

# Only a few, because MiniStack runs each concurrent request in a process of its own.
WORKERS = 8
JOINS_PER_SECOND = 60


@dataclass
class Crowd:
    """Many visitors who come at once. ``workers`` threads do their steps."""

    room_url: str
    size: int
    joins_per_second: float = JOINS_PER_SECOND
    visitor: type[Visitor] = Visitor
    workers: int = WORKERS
    visitors: list[Visitor] = field(default_factory=list)
    late_seconds: float = 0.0  # the most that a step was done too late: the machine is too slow
    _due: list[tuple[float, int]] = field(default_factory=list)
    _ready: threading.Condition = field(default_factory=threading.Condition)
    _stopped: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start all visitors."""
        self.visitors = [self.visitor(self.room_url) for _ in range(self.size)]
        now, spread = time.monotonic(), self.size / self.joins_per_second
        self._due = [(now + spread * i / self.size, i) for i in range(self.size)]
        for _ in range(self.workers):
            thread = threading.Thread(target=self._work, daemon=True)
            thread.start()
            # Only after the start: a signal can come in between, and stop() can't wait for a thread
            # that has not started.
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop all visitors, and wait for their open requests."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)

    def _work(self) -> None:
        while (i := self._next()) is not None:
            pause = self.visitors[i].step()
            if pause is not None:
                with self._ready:
                    heapq.heappush(self._due, (time.monotonic() + pause, i))
                    self._ready.notify()

    def _next(self) -> int | None:
        with self._ready:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self.late_seconds = max(self.late_seconds, -wait)
                    return heapq.heappop(self._due)[1]
                self._ready.wait(wait)
            return None

    def counts(self) -> Counter[Stage]:
        """Return the number of visitors at each stage."""
        return Counter(visitor.stage for visitor in self.visitors)

    @property
    def came(self) -> int:
        """How many visitors have opened the link."""
        return sum(bool(visitor.came_at) for visitor in self.visitors)

    @property
    def joined(self) -> int:
        """How many visitors have a ticket."""
        return sum(bool(visitor.ticket) for visitor in self.visitors)

    @property
    def asked_to_wait(self) -> int:
        """How many visitors the room asked to wait a moment, before it gave them a place."""
        return sum(bool(visitor.asked_to_wait) for visitor in self.visitors)

    @property
    def errors(self) -> int:
        """How many times a visitor's browser showed an error where the page should be."""
        return sum(visitor.errors for visitor in self.visitors)
