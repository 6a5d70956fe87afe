"""The consumer: it admits visitors at the room's rate, second by second.

EventBridge starts a consumer every minute, at least once and up to a minute late. Each one runs a
little over a minute, so that it overlaps with the next. All consumers share one schedule
(rules.pacing). So together they never exceed the rate, however many run side by side.

A consumer works in ticks. Each tick has two halves:

    the hand    takes tickets off the queue and admits them (handlers.admitting)
    the tally   checks who has gone in, and publishes the state of the line (handlers.tally)

If the room is off, or the line has been empty for a long time (rules.line), a consumer stops after
one tick. The producer starts a consumer when somebody comes (handlers.wake). A consumer stays if
the room is planned to be on within its minute: then one is there when the time comes.
"""

import functools
import logging
import os
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum

from beekeeper.contract.functions import Variable, is_call
from beekeeper.handlers import aws, told
from beekeeper.handlers.admitting import Hand
from beekeeper.handlers.consumer_queue import PARALLEL, Queue
from beekeeper.handlers.consumer_table import Orders, OtherFormat, Table
from beekeeper.handlers.reading import TROUBLE
from beekeeper.handlers.schedule import Schedule
from beekeeper.handlers.tally import Tally
from beekeeper.rules import lane
from beekeeper.rules.cadence import CONSUMER_RUN_SECONDS
from beekeeper.rules.governed import pace_in_force
from beekeeper.rules.settings import Mode

logger = logging.getLogger(__name__)


class TickEnd(Enum):
    """How a tick ended."""

    ALL_SLOTS_USED = "all slots used"
    SLOTS_LEFT = "slots left"  # the queue was shorter than the slots
    PAUSED = "paused"
    OFF = "off"
    CUT_SHORT = "cut short"  # by a call that failed


# The time from the start of a tick to the start of the next.
PAUSE_SECONDS = {
    TickEnd.ALL_SLOTS_USED: 1.0,
    TickEnd.SLOTS_LEFT: 0.25,  # if only a few visitors come, they are admitted quickly
    TickEnd.PAUSED: 1.0,
    TickEnd.OFF: 1.0,
    TickEnd.CUT_SHORT: 1.0,
}
# If the settings can't be read for longer, nobody is admitted. A deploy may have begun to change
# the format of the items, and waits for longer than this (provision/resources/table_items.py).
SETTINGS_SECONDS = 10.0
# If the room is turned off during a run, the run continues: somebody may turn it on again at once.
ENDS_RUN_IF_FIRST = {TickEnd.OFF}
# After the line was cleared, a paused room looks for former visitors' messages, until it found none
# this often: a standard queue hands out a sample. The runs of the first minutes do so, because some
# messages are with another consumer. Later runs don't: each sweep also receives new visitors'
# messages, and those have a bound (MOST_RECEPTIONS in admitting.py).
CLEAN_SWEEPS = 3
SWEEP_WITHIN_SECONDS = 150.0
ENDS_RUN_IF_IDLE = {TickEnd.ALL_SLOTS_USED, TickEnd.SLOTS_LEFT, TickEnd.PAUSED}


@dataclass
class Consumer:
    """One worker, for one run."""

    table: Table
    queue: Queue
    schedule: Schedule
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    orders: Orders | None = None
    read_at: float = 0.0  # when they were last read
    tally: Tally = field(init=False)
    hand: Hand = field(init=False)
    sweeps: int = 0  # how many more times to look for former visitors while paused

    def __post_init__(self) -> None:
        self.tally = Tally(self.table, self.queue, self.clock)
        self.hand = Hand(self.table, self.queue, self.schedule, self.clock, self.tally.count)

    def run(self, seconds: float = CONSUMER_RUN_SECONDS) -> int:
        """Tick for ``seconds``, then hand back all tickets; return how many ticks succeeded.

        The run ends at once if the items have another format. Then it also writes no pulse.
        """
        end = self.clock() + seconds
        succeeded = 0
        self._read_line()
        while (started := self.clock()) < end:
            try:
                ended = self._try_tick()
            except OtherFormat as error:
                logger.error("this consumer ends: %s", error)
                self.hand.drop_all()
                return succeeded
            succeeded += ended is not TickEnd.CUT_SHORT
            if self._ends_run(ended, end, is_first=succeeded == 1):
                break
            self.sleep(max(0.0, started + PAUSE_SECONDS[ended] - self.clock()))
        self.hand.drop_all()
        self.tally.flush()
        return succeeded

    def _ends_run(self, ended: TickEnd, end: float, *, is_first: bool) -> bool:
        if self.orders and self.orders.opens_at < end:
            return False
        if ended in ENDS_RUN_IF_FIRST:
            return is_first
        is_needed = self.hand.held or self.schedule.lane.waiting or not self.tally.is_line_idle()
        return ended in ENDS_RUN_IF_IDLE and not is_needed

    def _read_line(self) -> None:
        try:
            self.schedule.read()
            self.tally.read()
        except TROUBLE as error:
            logger.warning("reading the line failed: %s", error)

    def _try_tick(self) -> TickEnd:
        try:
            return self.tick()
        except TROUBLE as error:
            # Tickets that were not confirmed are still in hand or in the queue, for the next tick.
            logger.warning("a tick was cut short: %s", error)
            return TickEnd.CUT_SHORT

    def tick(self) -> TickEnd:
        """Admit as many visitors as the rate allows now. Raises any error of TROUBLE."""
        before, self.orders = self.orders, self._read_orders()
        orders, settings, given = self.orders, self.orders.settings, self.orders.given
        told.note_changes(before.settings if before else settings, settings)
        self._begin_anew(settings.cleared_at, given)
        self.tally.interval = settings.longest_interval(self.tally.pulse)
        pulse = self.tally.pulse
        # What the governor holds takes the place of the rate wherever the line is paced.
        rate = pace_in_force(settings, orders.governed, self.clock())
        pace = replace(settings, rate=rate).pace(pulse)
        is_short = lane.is_short(pulse.waiting, pace)
        self.schedule.expect(pulse.lane, given, rate, line_is_short=is_short)
        if settings.mode is not Mode.ON:
            return self._stand_still(settings.mode)
        self.queue.expected = pulse.waiting
        self.hand.let_through(pace)
        self.tally.check(settings)
        self.tally.lane, self.tally.is_clearing = self.schedule.lane, self.hand.dropped > 0
        self.tally.is_held = rate < settings.rate
        self.tally.publish(pace, is_empty=self.hand.is_idle(), paced_at=self.schedule.paced_at)
        return TickEnd.SLOTS_LEFT if self.hand.missing else TickEnd.ALL_SLOTS_USED

    def _stand_still(self, mode: Mode) -> TickEnd:
        self.hand.drop_all()
        if mode is Mode.OFF:
            self.schedule.skip(self.schedule.lane.given, self.clock())
        self.tally.lane = self.schedule.lane
        if mode is Mode.PAUSED and self.sweeps:
            self.hand.sweep()
            self.sweeps -= not self.hand.dropped
            self.tally.is_clearing = self.hand.dropped > 0
        # While the room is off, the pulse gets old. That makes the producer start a consumer when
        # the room is on again.
        if mode is Mode.PAUSED or self.tally.numbers:
            self.tally.publish()
        return TickEnd.PAUSED if mode is Mode.PAUSED else TickEnd.OFF

    def _begin_anew(self, cleared_at: float, given: int) -> None:
        """Leave the former line behind if operators have cleared it since the last tick."""
        now = self.clock()
        if cleared_at > self.hand.cleared_at and now - cleared_at < SWEEP_WITHIN_SECONDS:
            self.sweeps = CLEAN_SWEEPS
        if cleared_at > self.tally.pulse.cleared_at:
            self.schedule.skip(max(given, self.tally.pulse.lane.given), now)
        self.hand.clear(cleared_at, self.read_at)
        self.tally.clear(cleared_at)

    def _read_orders(self) -> Orders:
        now = self.clock()
        try:
            found = self.table.orders(now)
        except TROUBLE:
            if self.orders is None or now - self.read_at > SETTINGS_SECONDS:
                raise
            logger.warning("reading the settings failed; the last ones stay in use")
            return replace(self.orders, given=0)
        self.read_at = now
        return found

    def tell(self, room: str) -> None:
        """Write a line about this run to the log, with the room's metrics."""
        settings = self.orders.settings if self.orders else None
        if settings and (text := told.of_run(room, settings, self.tally, self.clock())):
            told.tell(text)


@functools.cache
def _parts() -> tuple[Table, Queue, Schedule]:
    environ = os.environ
    executor = ThreadPoolExecutor(PARALLEL)
    # botocore must not retry: a repeated write can come too late for its slot. The next tick tries
    # again, with a later slot.
    dynamodb = aws.client("dynamodb", read_timeout=1.0, attempts=1, pool=PARALLEL)
    sqs = aws.client("sqs", read_timeout=5.0, attempts=2, pool=PARALLEL)
    url, dead_letter_url = Variable.QUEUE_URL.read(environ), Variable.DEAD_LETTER_URL.read(environ)
    queue = Queue(sqs, url, dead_letter_url, executor)
    name = Variable.TABLE.read(environ)
    table = Table(dynamodb, name, executor, random.SystemRandom())
    return table, queue, Schedule(dynamodb, name)


def handler(event: Mapping[str, object], context: object) -> None:
    """Lambda's entry: one worker's minute. It raises if every tick failed, so the alarm fires."""
    if is_call(event):
        return
    consumer = Consumer(*_parts(), time.time, time.sleep)
    succeeded = consumer.run()
    consumer.tell(Variable.ROOM.read(os.environ))
    if not succeeded:
        raise RuntimeError("no tick succeeded: nobody was admitted; the warnings above say why")


if aws.in_lambda():
    _parts()
