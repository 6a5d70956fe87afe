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
    publish    once a second, how the line stands

Killed between any two of these, the tickets come back when their visibility time-out is over. A
slot that nobody used is forfeited.
"""

import functools
import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.handlers import aws
from beekeeper.handlers.queue import PARALLEL, VISIBILITY_SECONDS, Message, Queue
from beekeeper.handlers.table import Table, Throttled
from beekeeper.rules import line, pacing
from beekeeper.rules.line import Pulse
from beekeeper.rules.pacing import Claim
from beekeeper.rules.turn import Mode, Settings

RUN_SECONDS = 75.0  # a minute, and the overlap with the next
TICK_SECONDS = 1.0
# Between ticks while the queue is shorter than the slots: quick for the few who come.
SHORT_TICK_SECONDS = 0.25
PUBLISH_SECONDS = 1.0
CLAIM_ATTEMPTS = 5
PUBLISH_ATTEMPTS = 5
MAX_RECEIVE = 1_000  # a tick; more than one worker can admit in a second
# Of the visibility time-out, what must be left for a ticket in hand to be admitted and deleted.
HOLD_SECONDS = VISIBILITY_SECONDS / 2
NOTHING_SENT = (0.0, 0)
logger = logging.getLogger(__name__)


@dataclass
class Consumer:
    """One worker: what it has in hand between ticks."""

    table: Table
    queue: Queue
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    settings: Settings | None = None
    pulse: Pulse = field(default_factory=Pulse)
    held: dict[str, Message] = field(default_factory=dict)  # by ticket id, oldest first
    uncounted: set[str] = field(default_factory=set)  # those whose row was not confirmed written
    done: set[str] = field(default_factory=set)  # receipts still to be deleted
    numbers: list[int] = field(default_factory=list)  # admitted since the last pulse
    # The pulse that was sent and not answered: its as_of, and of how many numbers it was.
    sent: tuple[float, int] = NOTHING_SENT

    def run(self, seconds: float = RUN_SECONDS) -> int:
        """Tick for so long, then hand back what is in hand; return how many ticks succeeded."""
        end = self.clock() + seconds
        succeeded = 0
        self._guarded(self._read_pulse)
        while (started := self.clock()) < end:
            used_all = self._guarded(self.tick)
            succeeded += used_all is not None
            pause = SHORT_TICK_SECONDS if used_all is False else TICK_SECONDS
            self.sleep(max(0.0, started + pause - self.clock()))
        self._hand_back()
        self._flush()
        return succeeded

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
            self._hand_back()
            self._publish()
            return True
        self._receive(settings)
        self._set_aside_admitted()
        claim = self._claim(settings)
        self._admit(claim)
        self.done = self.queue.delete(self.done)
        self._publish()
        return pacing.open_slots(self.pulse.paced_at, self.clock(), settings.rate) == 0

    def _read_settings(self) -> Settings:
        try:
            return self.table.settings()
        except (BotoCoreError, ClientError, KeyError, ValueError):
            if self.settings is None:
                raise
            logger.warning("reading the settings failed: going on with the last ones")
            return self.settings

    def _receive(self, settings: Settings) -> None:
        now = self.clock()
        # What is hidden for only a little longer might be handed to somebody else meanwhile.
        for ticket_id, message in list(self.held.items()):
            if now - message.received_at > HOLD_SECONDS:
                del self.held[ticket_id]
        wanted = pacing.open_slots(self.pulse.paced_at, now, settings.rate) - len(self.held)
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

    def _claim(self, settings: Settings) -> Claim:
        for _ in range(CLAIM_ATTEMPTS):
            claim = pacing.claim(
                self.pulse.paced_at, self.clock(), settings.rate, wanted=len(self.held)
            )
            if claim.count == 0 or self._take(claim):
                return claim
        return Claim(claim.first, claim.interval, 0)

    def _take(self, claim: Claim) -> bool:
        if self.table.claim(claim, self.pulse.paced_at):
            self.pulse = _with_paced_at(self.pulse, claim.paced_at)
            return True
        self._read_pulse()
        return False

    def _read_pulse(self) -> None:
        self.pulse = self.table.pulse()
        as_of, count = self.sent
        if self.pulse.as_of == as_of:  # it was published, though we did not hear so
            del self.numbers[:count]
        self.sent = NOTHING_SENT

    def _admit(self, claim: Claim) -> None:
        now = self.clock()
        slots = [slot for slot in claim.slots() if not pacing.is_too_late(slot, now)]
        # The earliest first: those whom a tick left over, and those whom the queue handed out late.
        earliest = sorted(self.held.values(), key=lambda message: message.number)
        chosen = [(m.ticket_id, m.number, s) for m, s in zip(earliest, slots, strict=False)]
        confirmed = self.table.admit(chosen, self._is_too_late)
        # A write that was not confirmed may have been done: the next tick looks it up.
        self.uncounted |= {ticket_id for ticket_id, _, _ in chosen} - confirmed
        for ticket_id in confirmed:
            message = self.held.pop(ticket_id)
            self.done.update(message.receipts)
            self.numbers.append(message.number)

    def _is_too_late(self, slot: float) -> bool:
        return pacing.is_too_late(slot, self.clock())

    def _publish(self) -> None:
        if self.clock() - self.pulse.as_of >= PUBLISH_SECONDS:
            self._publish_now()

    def _publish_now(self) -> None:
        if self.sent != NOTHING_SENT:
            self._read_pulse()  # the answer to the last was lost: it must not be counted twice
        now = self.clock()
        waiting = max(0, self.queue.waiting() - len(self.done))
        before = self.pulse
        after = line.measured(before, now, waiting, len(self.numbers), self.numbers)
        self.sent = (now, len(self.numbers))
        if self.table.publish(after, before):
            self.pulse = after
            self.numbers.clear()
            self.sent = NOTHING_SENT
        else:
            self._read_pulse()

    def _flush(self) -> None:
        # The count of those admitted must not be lost with the worker that counted them.
        for _ in range(PUBLISH_ATTEMPTS):
            if not self.numbers:
                return
            self._guarded(self._publish_now)

    def _hand_back(self) -> None:
        self.queue.delete(self.done)
        self.queue.hand_back([r for message in self.held.values() for r in message.receipts])
        self.done.clear()
        self.held.clear()


def _with_paced_at(pulse: Pulse, paced_at: float) -> Pulse:
    return replace(pulse, paced_at=paced_at)


@functools.cache
def _parts() -> tuple[Table, Queue]:
    environ = os.environ
    executor = ThreadPoolExecutor(PARALLEL)
    # Not repeated by botocore: a write that is repeated may come too late for its slot. The next
    # tick tries again, with a slot of its time.
    dynamodb = aws.client("dynamodb", read_timeout=1.0, attempts=1, pool=PARALLEL)
    sqs = aws.client("sqs", read_timeout=5.0, attempts=2, pool=PARALLEL)
    queue = Queue(
        sqs, environ["BEEKEEPER_QUEUE_URL"], environ["BEEKEEPER_DEAD_LETTER_URL"], executor
    )
    return Table(dynamodb, environ["BEEKEEPER_TABLE"], executor), queue


def handler(event: Mapping[str, object], context: object) -> None:
    """Lambda's entry: one worker's minute. Fails, for the alarm to ring, if all of it failed."""
    table, queue = _parts()
    if not Consumer(table, queue, time.time, time.sleep).run():
        raise RuntimeError("no tick succeeded: nobody was admitted; the warnings above say why")


if aws.in_lambda():
    _parts()
