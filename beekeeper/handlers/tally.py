"""The tally of the consumer: counts tickets, checks who has gone in, and publishes the pulse.

All consumers publish one pulse. With a conditional write, each one replaces only the pulse that it
has read, and adds what it has counted since its own last pulse:

    consumer A   read 100   ──publish 100 + 7──▶ 107
    consumer B   read 100   ──publish 100 + 5──▶ refused; reads 107 ──publish 107 + 5──▶ 112

If a write was refused, or its answer was lost, the consumer reads the pulse before the next write.
If that pulse, or one of the last few before it, has the time of the lost write, the write
succeeded, and its visitors are not counted again.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from beekeeper.handlers.admitting import Admitted
from beekeeper.handlers.consumer_queue import Queue
from beekeeper.handlers.consumer_table import Table
from beekeeper.handlers.reading import CALL_FAILED, TROUBLE
from beekeeper.rules import flow, line, no_shows
from beekeeper.rules.cadence import CHECKS_PER_TICK
from beekeeper.rules.lane import EMPTY, Lane
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured
from beekeeper.rules.settings import Settings

# Less than a tick, so that each tick publishes the admissions of the tick before. A consumer that
# is killed loses what it has not published.
PUBLISH_SECONDS = 0.5
FLUSH_ATTEMPTS = 5
# A consumer ends when the line has been idle for this long. Producers know of it sooner, and wake
# another consumer. So nobody comes unseen between the last look at the queue and the end.
END_SECONDS = line.IDLE_SECONDS + 10.0
NOTHING_SENT = (0.0, 0, 0, 0)
logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """What one worker has counted since it last published, and which visitors it must check."""

    table: Table
    queue: Queue
    clock: Callable[[], float]
    pulse: Pulse = field(default_factory=Pulse)  # the one that was last read or published
    numbers: list[int] = field(default_factory=list)  # of the tickets that came off since
    admitted: int = 0  # how many of these got a slot
    let_in: int = 0  # how many got a slot in this run
    shows: list[bool] = field(default_factory=list)  # for those checked since: have they gone in?
    # The slot (epoch seconds) and ticket id of visitors whom it is too early to check.
    expected: deque[tuple[float, str]] = field(default_factory=deque)
    # The pulse that was sent and not confirmed: its as_of, and what it counted (numbers, admitted
    # and shows).
    sent: tuple[float, int, int, int] = NOTHING_SENT
    has_published: bool = False  # in this run
    pace: float = 0.0  # of the last tick, in visitors a minute
    is_held: bool = False  # the governor holds it below the operator's rate
    paced_at: float = 0.0  # the last slot that was given out
    lane: Lane = EMPTY  # for latecomers, as the schedule knows it
    interval: float = 0.0  # the longest that a visitor is told now, in seconds
    is_clearing: bool = False  # former visitors' tickets came off the queue
    sampled_at: float = 0.0  # when the exact counts were last read
    totals: tuple[int, int] | None = None  # what they were: how many were admitted and entered

    def clear(self, cleared_at: float) -> None:
        """Begin anew if operators have cleared the line since the pulse was published."""
        if self.pulse.cleared_at >= cleared_at:
            return
        self.pulse = line.since_cleared(self.pulse, cleared_at)
        self.numbers = [number for number in self.numbers if number >= cleared_at * 1000]
        self.admitted = min(self.admitted, len(self.numbers))
        self.shows.clear()
        self.expected.clear()
        self.sent, self.totals = NOTHING_SENT, None

    def count(self, admitted: Sequence[Admitted]) -> None:
        """Count admitted visitors, and choose a sample of them to check later."""
        self.numbers += [each.number for each in admitted]
        slots = [(each.slot, each.ticket_id) for each in admitted if each.slot is not None]
        self.admitted += len(slots)
        self.let_in += len(slots)
        self.expected.extend(slots[:CHECKS_PER_TICK])

    def check(self, settings: Settings) -> None:
        """Check who of those admitted half a minute ago has gone in (rules.no_shows)."""
        due = self._due()
        if not due or settings.overbooking == 1:
            return
        try:
            gone_in = self.table.gone_in_among(due)
        except CALL_FAILED as error:
            # The sample gets smaller. Nobody's turn depends on it.
            logger.warning("checking who has gone in failed: %s", error)
            return
        self.shows += [ticket_id in gone_in for ticket_id in due]

    def _due(self) -> list[str]:
        now, due = self.clock(), list[str]()
        while self.expected and len(due) < CHECKS_PER_TICK:
            if not no_shows.is_late(self.expected[0][0], now):
                break
            due.append(self.expected.popleft()[1])
        return due

    def read(self) -> None:
        """Read the pulse, and drop the numbers that it counts already if an answer was lost."""
        cleared_at, self.pulse = self.pulse.cleared_at, self.table.pulse(self.clock())
        as_of, came_off, admitted, shows = self.sent
        if as_of in (self.pulse.as_of, *self.pulse.earlier):
            del self.numbers[:came_off]
            del self.shows[:shows]
            self.admitted -= admitted
        self.sent = NOTHING_SENT
        # A consumer that has not heard of it may have published the former line.
        self.pulse = line.since_cleared(self.pulse, cleared_at)

    def publish(self, pace: float = 0.0, *, is_empty: bool = False, paced_at: float = 0.0) -> None:
        """Publish, unless another consumer did within PUBLISH_SECONDS.

        ``pace`` is visitors a minute, or 0 if the line is paused. ``is_empty`` says that the queue
        had no ticket for a free slot. ``paced_at`` is the last slot that was given out.
        """
        self.pace, self.paced_at = pace, paced_at or self.pulse.paced_at
        due = self.clock() - self.pulse.as_of >= PUBLISH_SECONDS
        if due and not self._replace_pulse(is_empty=is_empty):
            self._replace_pulse(is_empty=is_empty)  # another consumer has just published

    def flush(self) -> None:
        """Publish the rest of the count, which would otherwise be lost with the worker."""
        for _ in range(FLUSH_ATTEMPTS):
            if not self.numbers:
                return
            try:
                self._replace_pulse(is_empty=False)
            except TROUBLE as error:
                logger.warning("publishing the last count failed: %s", error)

    def is_line_idle(self) -> bool:
        """Return whether this worker itself has seen that nobody has come for a long time."""
        # A pulse of another worker does not say who has come since.
        return self.has_published and self.pulse.as_of - self.pulse.busy_at > END_SECONDS

    def _replace_pulse(self, *, is_empty: bool) -> bool:
        """Measure the line and publish it; return False if another consumer was first."""
        if self.sent != NOTHING_SENT:
            self.read()  # the last one was refused, or its answer was lost
        now, before, queued = self.clock(), self.pulse, self.queue.waiting()
        seen = Seen(
            now=now,
            joined=self.table.arrivals.read(line.counting_from(before, now).at / 1000, now),
            came_off=len(self.numbers),
            numbers=self.numbers,
            admitted=self.admitted,
            shows=self.shows,
            queued=queued,
            # A FIFO queue also gives nothing while another consumer has tickets in hand. But it
            # counts exactly (SQS, GetQueueAttributes).
            is_empty=is_empty and not (self.queue.is_fifo and queued),
            pace=self.pace,
            is_held=self.is_held,
            paced_at=self.paced_at,
            lane=self.lane,
            interval=self.interval,
            is_clearing=self.is_clearing,
            totals=self._totals(now),
        )
        after = measured(before, seen)
        self.sent = (now, len(self.numbers), self.admitted, len(self.shows))
        if not self.table.publish(after):
            return False
        self._settle(after)
        return True

    def _totals(self, now: float) -> tuple[float, int, int] | None:
        """Return when the exact counts were read, and what they were, if a sample is due.

        What was read and could not be published is kept: often another consumer was first.
        """
        if not flow.is_due(self.pulse.flow, now):
            return None
        if not 0 <= now - self.sampled_at < flow.SAMPLE_SECONDS:
            self.sampled_at, self.totals = now, self._read_totals()
        return (self.sampled_at, *self.totals) if self.totals else None

    def _read_totals(self) -> tuple[int, int] | None:
        try:
            return self.table.totals(self.pulse.cleared_at)
        except CALL_FAILED as error:
            # Only status uses them. After an interrupted deploy, the role may not allow it.
            logger.warning("reading the counts failed: %s", error)
            return None

    def _settle(self, published: Pulse) -> None:
        self.pulse = published
        self.numbers.clear()
        self.admitted = 0
        self.shows.clear()
        self.sent = NOTHING_SENT
        self.has_published = True
