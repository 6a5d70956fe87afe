"""Takes tickets off the queue at the room's rate and admits them, second by second.

EventBridge starts a consumer every minute, at least once and up to a minute late; each runs a
little over a minute, so that consecutive ones overlap. They share one schedule (rules.pacing):
doubled or overlapping, they never exceed the rate together.

A tick, in the order in which nobody is lost:

    receive    as many tickets as there are slots; they stay in the queue, hidden
    look up    who has been admitted already: tickets come twice, or come back after a kill
    claim      slots for those in hand, by a conditional write
    admit      write a row for each, with its slot
    delete     the messages of the rows that are confirmed written
    check      who of those let through half a minute ago has gone in (rules.no_shows)
    publish    how the line stands

Killed between any two of these, the tickets come back when their visibility time-out is over. A
slot that nobody used is forfeited. A FIFO queue hands out nobody else until then: the line stands
still for FIFO_VISIBILITY_SECONDS. Of its tens a tick admits one after the other, in their order; a
ticket whose row DynamoDB left unwritten comes after the others of its ten.

A consumer that finds the room off, or a line that has long been empty (rules.line), ends after one
look. The producer starts one when somebody comes (handlers/wake.py).
"""

import functools
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.functions import Variable
from beekeeper.handlers import aws
from beekeeper.handlers.consumer_queue import PARALLEL, Message, Queue
from beekeeper.handlers.consumer_table import Table, Throttled
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules import line, no_shows, pacing
from beekeeper.rules.cadence import CHECKS_PER_TICK, CONSUMER_RUN_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.pacing import Claim
from beekeeper.rules.settings import Mode, Settings

TICK_SECONDS = 1.0
# Between ticks while the queue is shorter than the slots: quick for the few who come.
SHORT_TICK_SECONDS = 0.25
# Less than a tick: what one admitted is published in it, or a kill would take the count along.
PUBLISH_SECONDS = 0.5
PUBLISH_ATTEMPTS = 5
MAX_RECEIVE = 2_500  # a tick; more than one worker can admit in a second
# Of the visibility time-out, what must be left for a ticket in hand to be admitted and deleted.
HOLD_SHARE = 1 / 2
NOTHING_SENT = (0.0, 0)
logger = logging.getLogger(__name__)


@dataclass
class Consumer:
    """One worker: what it has in hand between ticks."""

    table: Table
    queue: Queue
    schedule: Schedule
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    settings: Settings | None = None
    pulse: Pulse = field(default_factory=Pulse)
    held: dict[str, Message] = field(default_factory=dict)  # by ticket id, oldest first
    uncounted: set[str] = field(default_factory=set)  # those whose row was not confirmed written
    done: set[str] = field(default_factory=set)  # receipts still to be deleted
    numbers: list[int] = field(default_factory=list)  # admitted since the last pulse
    # Those who were let through, by slot and ticket id, until it is time to see who has gone in.
    expected: deque[tuple[float, str]] = field(default_factory=deque)
    shows: list[bool] = field(default_factory=list)  # of those seen since the last pulse
    # The pulse that was sent and not answered: its as_of, and of how many numbers it was.
    sent: tuple[float, int] = NOTHING_SENT
    has_counted: bool = False  # the line, in this run

    def run(self, seconds: float = CONSUMER_RUN_SECONDS) -> int:
        """Tick for so long, then hand back what is in hand; return how many ticks succeeded."""
        end = self.clock() + seconds
        succeeded = 0
        self._guarded(self._read_line)
        while (started := self.clock()) < end:
            used_all = self._guarded(self.tick)
            succeeded += used_all is not None
            if used_all is not None and self._may_end(looks=succeeded):
                break
            pause = SHORT_TICK_SECONDS if used_all is False else TICK_SECONDS
            self.sleep(max(0.0, started + pause - self.clock()))
        self._drop_all()
        self._flush()
        return succeeded

    def _may_end(self, looks: int) -> bool:
        if self.settings and self.settings.mode is Mode.OFF:
            return looks == 1  # who saw it turned off stays: it may be turned on again at once
        # What another worker published says nothing of who has come since.
        return self.has_counted and not self.held and line.is_idle(self.pulse)

    def _guarded(self, work: Callable[[], bool | None]) -> bool | None:
        try:
            return work()
        except (BotoCoreError, ClientError, Throttled, KeyError, ValueError) as error:
            # Whatever was not confirmed is still in hand, or in the queue: the next tick goes on.
            logger.warning("a tick was cut short: %s", error)
            return None

    def tick(self) -> bool:
        """Admit whom the rate allows now; tell whether all slots were used."""
        settings = self.settings = self._read_settings()
        if settings.mode is not Mode.ON:
            self._drop_all()
            # The pulse of a room that is off is left to grow old, so that the consumer is missed.
            if settings.mode is Mode.PAUSED or self.numbers:
                self._publish()
            return True
        pace = settings.pace(self.pulse)
        self._let_through(pace)
        self._check(settings)
        self._publish()
        return self.schedule.open_slots(self.clock(), pace) == 0

    def _let_through(self, pace_per_minute: float) -> None:
        """Fill the slots: off a FIFO queue by tens, for a tick at most."""
        end = self.clock() + TICK_SECONDS
        while self._fill_slots(pace_per_minute) and self.queue.is_fifo and self.clock() < end:
            pass
        if self.queue.is_fifo:
            # Those who got no slot, since another consumer took it, must not hold up that one. Not
            # those whose row is in doubt: being handed back counts as being received once more.
            self._hand_back(self.held.keys() - self.uncounted)

    def _fill_slots(self, pace_per_minute: float) -> bool:
        """Admit whom one look at the queue brings; tell whether another may bring more."""
        self._receive(pace_per_minute)
        self._set_aside_admitted()
        claim = self.schedule.claim(self.clock(), pace_per_minute, wanted=len(self.held))
        self._admit(claim)
        came, self.done = bool(self.done), self.queue.delete(self.done)
        return came and not self.held and not self.done

    def _read_settings(self) -> Settings:
        try:
            return self.table.settings()
        except (BotoCoreError, ClientError, KeyError, ValueError):
            if self.settings is None:
                raise
            logger.warning("reading the settings failed: going on with the last ones")
            return self.settings

    def _receive(self, pace_per_minute: float) -> None:
        now = self.clock()
        # What is hidden for only a little longer might be handed to somebody else meanwhile.
        for ticket_id, message in list(self.held.items()):
            if now - message.received_at > HOLD_SHARE * self.queue.visibility_seconds:
                del self.held[ticket_id]
        if self.queue.is_fifo and (self.held or self.done):
            return  # nobody behind them would come
        wanted = self.schedule.open_slots(now, pace_per_minute) - len(self.held)
        for message in self.queue.receive(min(wanted, MAX_RECEIVE), now, wait=not self.held):
            # No message of a ticket is deleted before the ticket is admitted.
            held = self.held.get(message.ticket_id)
            receipts = (*held.receipts, *message.receipts) if held else message.receipts
            self.held[message.ticket_id] = replace(message, receipts=receipts)

    def _set_aside_admitted(self) -> None:
        # All, not only what SQS says it handed out before: a producer may have sent a ticket twice.
        for ticket_id in self.table.admitted_among(self.held):
            message = self.held.pop(ticket_id)
            self.done.update(message.receipts)
            if ticket_id in self.uncounted:
                self.numbers.append(message.number)
        self.uncounted.clear()

    def _read_line(self) -> None:
        self.schedule.read()
        self._read_pulse()

    def _read_pulse(self) -> None:
        self.pulse = self.table.pulse()
        as_of, count = self.sent
        if self.pulse.as_of == as_of:  # it was published, though we did not hear so
            del self.numbers[:count]
        self.sent = NOTHING_SENT

    def _admit(self, claim: Claim) -> None:
        now = self.clock()
        slots = [slot for slot in claim.slots() if not pacing.is_too_late(slot, now)]
        chosen = [(m.ticket_id, m.number, s) for m, s in zip(self._in_order(), slots, strict=False)]
        confirmed = self.table.admit(chosen, self._is_too_late)
        # A write that was not confirmed may have been done: the next tick looks it up.
        self.uncounted |= {ticket_id for ticket_id, _, _ in chosen} - confirmed
        for ticket_id in confirmed:
            message = self.held.pop(ticket_id)
            self.done.update(message.receipts)
            self.numbers.append(message.number)
        let_through = [(slot, ticket_id) for ticket_id, _, slot in chosen if ticket_id in confirmed]
        self.expected.extend(let_through[:CHECKS_PER_TICK])

    def _in_order(self) -> list[Message]:
        messages = list(self.held.values())
        if not self.queue.is_fifo:
            # The earliest first: those whom a tick left over, or whom the queue handed out late.
            messages.sort(key=lambda message: message.number)
        return messages

    def _check(self, settings: Settings) -> None:
        now, due = self.clock(), list[str]()
        while (
            self.expected
            and len(due) < CHECKS_PER_TICK
            and no_shows.is_late(self.expected[0][0], now)
        ):
            due.append(self.expected.popleft()[1])
        if not due or settings.overbooking == 1:
            return
        try:
            gone_in = self.table.gone_in_among(due)
        except (BotoCoreError, ClientError, Throttled) as error:
            # Some fewer to judge by; nobody's turn depends on it.
            logger.warning("seeing who has gone in failed: %s", error)
            return
        self.shows += [ticket_id in gone_in for ticket_id in due]

    def _is_too_late(self, slot: float) -> bool:
        return pacing.is_too_late(slot, self.clock())

    def _publish(self) -> None:
        due = self.clock() - self.pulse.as_of >= PUBLISH_SECONDS
        if due and not self._publish_now():
            self._publish_now()  # another worker has just published

    def _publish_now(self) -> bool:
        if self.sent != NOTHING_SENT:
            self._read_pulse()  # the answer to the last was lost: it must not be counted twice
        now = self.clock()
        waiting = max(0, self.queue.waiting() - len(self.done))
        before = self.pulse
        after = line.measured(before, now, waiting, len(self.numbers), self.numbers, self.shows)
        self.sent = (now, len(self.numbers))
        if self.table.publish(after, before):
            self.pulse = after
            self.numbers.clear()
            self.shows.clear()
            self.sent = NOTHING_SENT
            self.has_counted = True
            return True
        self._read_pulse()
        return False

    def _flush(self) -> None:
        # The count of those admitted must not be lost with the worker that counted them.
        for _ in range(PUBLISH_ATTEMPTS):
            if not self.numbers:
                return
            self._guarded(self._publish_now)

    def _drop_all(self) -> None:
        self.queue.delete(self.done)
        self.done.clear()
        self._hand_back(list(self.held))

    def _hand_back(self, ticket_ids: Iterable[str]) -> None:
        messages = [self.held.pop(ticket_id) for ticket_id in ticket_ids]
        self.queue.hand_back([r for message in messages for r in message.receipts])


@functools.cache
def _parts() -> tuple[Table, Queue, Schedule]:
    environ = os.environ
    executor = ThreadPoolExecutor(PARALLEL)
    # Not repeated by botocore: a write that is repeated may come too late for its slot. The next
    # tick tries again, with a slot of its time.
    dynamodb = aws.client("dynamodb", read_timeout=1.0, attempts=1, pool=PARALLEL)
    sqs = aws.client("sqs", read_timeout=5.0, attempts=2, pool=PARALLEL)
    url, dead_letter_url = Variable.QUEUE_URL.read(environ), Variable.DEAD_LETTER_URL.read(environ)
    queue = Queue(sqs, url, dead_letter_url, executor)
    name = Variable.TABLE.read(environ)
    return Table(dynamodb, name, executor), queue, Schedule(dynamodb, name)


def handler(event: Mapping[str, object], context: object) -> None:
    """Lambda's entry: one worker's minute. Fails, for the alarm to ring, if all of it failed."""
    if not Consumer(*_parts(), time.time, time.sleep).run():
        raise RuntimeError("no tick succeeded: nobody was admitted; the warnings above say why")


if aws.in_lambda():
    _parts()
