"""The hand of the consumer: it takes tickets off the queue and admits them.

The order of the steps makes sure that no visitor is lost:

    receive    as many tickets as there are free slots; they stay in the queue, hidden
    ask        whether the line was cleared, if one of them is so new that it may be of a later line
    look up    which are admitted already: tickets can come twice, or come back after a kill
    claim      slots for the tickets in hand, with a conditional write
    admit      write a row for each ticket, with its slot (handlers.admissions)
    put aside  messages that can't be read, and tickets whose row DynamoDB refused several times
    delete     the messages whose rows are confirmed, or that have been put aside

If the consumer is killed between two of these steps, the tickets come back when their visibility
time-out ends. A slot that nobody used is forfeited.

Tickets of visitors who are admitted already, and messages that can't be read, take no slot. Many
can come at once, for example after the room was off. So the hand receives and looks up again, more
each time, until there is a ticket for each free slot, or TAKE_SECONDS are over. What it then has
too much of goes back to the queue.

Several consumers claim slots, and the ticks of all have the same length. So one of them can come
too late each time. Its tickets go back to the queue, and come to a consumer that has slots.

A write that was not confirmed may have succeeded. Its ticket stays in hand, in doubt, and the next
look-up or the next write shows whether the row exists. Each ticket is reported when its row is
known to exist: it has come off the queue, and tells how far the line is.

A FIFO queue hands out ten tickets, and no others until these are deleted or visible again. So after
a kill the line stands still for FIFO_VISIBILITY_SECONDS. The hand takes ten tickets after another,
in their order. If DynamoDB refuses a ticket's row, the ticket comes after the others of its ten.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from beekeeper.contract import messages
from beekeeper.handlers.consumer_queue import PARALLEL, Message, Queue, Rejected
from beekeeper.handlers.consumer_table import Table
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules import pacing
from beekeeper.rules.cadence import MESSAGES_PER_CALL

MAX_RECEIVE = 2_500  # tickets in a tick; one worker admits fewer than that in a second
FIFO_SECONDS = 1.0  # of a tick; the settings and the pulse must not wait for longer
TAKE_SECONDS = 0.5  # of a tick, to receive and look up more if tickets need no slot
MAX_CLEARING = PARALLEL * MESSAGES_PER_CALL  # messages at a time, if the last ones needed no slot
MAX_ASIDE = 1_000  # messages that are put aside in a tick, in addition to its admissions
MAX_REJECTED = 2 * MAX_ASIDE  # messages that wait for that; more can wait in the queue
MAX_REFUSALS = 3  # of a ticket's row by DynamoDB, in as many ticks
NO_SLOT_SECONDS = 0.9  # a ticket goes back in the second tick in which it gets no slot
# A ticket that has been received so often comes back only with its visibility time-out. While
# DynamoDB takes no rows, it would otherwise be received every two seconds, and SQS moves it to the
# dead-letter queue after 1,000 receptions (MAX_RECEIVES, provision/resources/queue.py).
MOST_RECEPTIONS = 50
# To admit and delete a ticket in hand, this share of the visibility time-out must be left.
HOLD_SHARE = 1 / 2
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A ticket whose row exists. ``slot`` (epoch seconds) is None if it existed before."""

    ticket_id: str
    number: int
    slot: float | None = None


@dataclass
class Hand:
    """What one worker has in hand between ticks. ``report`` gets each ticket that came off."""

    table: Table
    queue: Queue
    schedule: Schedule
    clock: Callable[[], float]
    report: Callable[[Sequence[Admitted]], None]
    held: dict[str, Message] = field(default_factory=dict)  # by ticket id, oldest first
    tried: set[str] = field(default_factory=set)  # ids that had a slot, and no row was confirmed
    refusals: Counter[str] = field(default_factory=Counter)  # of rows by DynamoDB, by ticket id
    clearing: int = 0  # messages to ask for at least, because the last ones needed no slot
    rejected: list[Rejected] = field(default_factory=list)  # messages still to be put aside
    done: set[str] = field(default_factory=set)  # receipts still to be deleted
    # Of the last time that the hand asked the queue: how many messages came, and for how many free
    # slots there was no ticket.
    came: int = 0
    missing: int = 0
    cleared_at: float = 0.0  # when operators last cleared the line (epoch seconds)
    known_at: float = 0.0  # when that was read
    dropped: int = 0  # tickets of before, since the consumer last asked

    def let_through(self, pace_per_minute: float) -> None:
        """Admit as many visitors as there are slots: one pass, or a second of a FIFO queue."""
        end = self.clock() + FIFO_SECONDS
        while self._fill_slots(pace_per_minute) and self.queue.is_fifo and self.clock() < end:
            pass
        if self.queue.is_fifo:
            # Another consumer may have the slots, and tickets in our hand must not block it.
            # Tickets that were tried stay, because each ticket that is handed back counts as
            # received once more.
            self._hand_back(self.held.keys() - self.tried)

    def _is_of_later_line(self) -> bool:
        """Return whether the line was cleared since the settings were read.

        Its new visitors must not count for the former line. The newest ticket has come before now,
        and a clear of which its producer knew can be read now.
        """
        newest = max((message.number for message in self.held.values()), default=0) / 1000
        if newest < self.known_at:
            return False
        self.known_at = max(newest, self.clock())  # a producer's clock may be ahead
        return self.table.cleared_at(self.known_at) > self.cleared_at

    def is_idle(self) -> bool:
        """Return whether slots were free, and there was no ticket for any of them."""
        return self.missing > 0 and not self.held and not self.came

    def drop_all(self) -> None:
        """Delete the messages that are done, and make those in hand visible again at once."""
        self.queue.delete(self.done)
        self.done.clear()
        self.queue.hand_back([r for each in self.rejected for r in each.receipts])
        self.rejected.clear()
        self._hand_back(list(self.held))

    def _fill_slots(self, pace_per_minute: float) -> bool:
        """Admit visitors; return whether another pass over a FIFO queue may find more."""
        self._take_tickets(pace_per_minute)
        if self._is_of_later_line():
            return False  # the next tick begins the new line
        self._admit(self._claim(pace_per_minute))
        self._put_aside()
        came, self.done = bool(self.done), self.queue.delete(self.done)
        return came and not (self.held or self.rejected or self.done)

    def _take_tickets(self, pace_per_minute: float) -> None:
        """Receive and look up tickets, until there is one for each free slot or no more come."""
        end = self.clock() + TAKE_SECONDS
        self._let_go_of_old()
        slots = self.schedule.open_slots(self.clock(), pace_per_minute)
        looked_up, self.came = set[str](), 0
        while self._take(pace_per_minute, looked_up):
            if self.queue.is_fifo or self.clock() >= end:
                break
        self.missing = max(0, slots - len(self.held))

    def _take(self, pace_per_minute: float, looked_up: set[str]) -> bool:
        """Receive and look up once; return whether what came has left slots free."""
        before = set(self.held)
        free = self.schedule.open_slots(self.clock(), pace_per_minute) - len(before)
        wanted = min(max(free, self.clearing), MAX_RECEIVE) if free > 0 else 0
        came = self.receive(wanted)
        self._set_aside_admitted(self.held.keys() - looked_up)
        looked_up |= self.held.keys()
        new = [m.ticket_id for m in self._in_order() if m.ticket_id not in before]
        useless = came - len(new)
        self.clearing = min(max(4 * wanted, MESSAGES_PER_CALL), MAX_CLEARING) if useless else 0
        if not self.queue.is_fifo:
            self._hand_back(new[max(free, 0) :])
        return bool(useless) and came > wanted / 2 and len(self.rejected) < MAX_REJECTED

    def receive(self, wanted: int) -> int:
        """Take up to ``wanted`` messages into the hand; return how many came."""
        if self.queue.is_fifo and (self.held or self.rejected or self.done):
            return 0  # the queue hands out no tickets behind these
        wait = not (self.held or self.rejected or self.done)
        tickets, rejected = self.queue.receive(wanted, self.clock(), wait=wait)
        self.rejected += rejected
        self.came += len(tickets) + len(rejected)
        for message in tickets:
            # A ticket can have several messages. None is deleted before the ticket is admitted.
            held = self.held.get(message.ticket_id)
            receipts = (*held.receipts, *message.receipts) if held else message.receipts
            self.held[message.ticket_id] = replace(message, receipts=receipts)
        self._drop_former()
        return len(tickets) + len(rejected)

    def clear(self, cleared_at: float, known_at: float) -> None:
        """Let go of the tickets of before that time. They get no slot, and count for nothing.

        ``known_at`` is when it was read. Both are seconds since the epoch.
        """
        self.cleared_at, self.known_at, self.dropped = cleared_at, known_at, 0
        self._drop_former()

    def sweep(self) -> None:
        """Delete former visitors' messages for TAKE_SECONDS, while the line does not move.

        The others go back to the queue. Each sweep counts as a reception of some of them.
        """
        end, before = self.clock() + TAKE_SECONDS, -1
        while self.dropped > before and self.clock() < end:
            before = self.dropped
            self.receive(MAX_CLEARING)
            self.drop_all()

    def _drop_former(self) -> None:
        former = [i for i, m in self.held.items() if m.number < self.cleared_at * 1000]
        for ticket_id in former:
            self._finish(ticket_id)
        self.dropped += len(former)

    def _let_go_of_old(self) -> None:
        # When its time-out ends, the queue may hand a message to another consumer.
        oldest = self.clock() - HOLD_SHARE * self.queue.visibility_seconds
        for ticket_id in [i for i, message in self.held.items() if message.received_at < oldest]:
            self._let_go(ticket_id)
        self.rejected = [each for each in self.rejected if each.received_at >= oldest]

    def _set_aside_admitted(self, ticket_ids: Collection[str]) -> None:
        # SQS says which messages it handed out before. That is not enough, because a producer may
        # have sent a ticket twice. So all tickets are looked up.
        self._finish_admitted(self.table.admitted_among(ticket_ids))

    def _finish_admitted(self, ticket_ids: Iterable[str]) -> None:
        """Drop tickets that have a row already. They came off the queue, too."""
        messages = [self._finish(ticket_id) for ticket_id in ticket_ids]
        self.report([Admitted(message.ticket_id, message.number) for message in messages])

    def _claim(self, pace_per_minute: float) -> list[float]:
        """Claim slots, and return those (epoch seconds) that we can still write in time."""
        slots = self.schedule.claim(self.clock(), pace_per_minute, wanted=len(self.held))
        now = self.clock()
        return [slot for slot in slots if not pacing.is_too_late(slot, now)]

    def _admit(self, slots: Sequence[float]) -> None:
        chosen = [(m.ticket_id, m.number, s) for m, s in zip(self._in_order(), slots, strict=False)]
        self.tried = {ticket_id for ticket_id, _, _ in chosen}
        outcome = self.table.admit(chosen, self._is_too_late, alone=self.refusals)
        admitted = [Admitted(*choice) for choice in chosen if choice[0] in outcome.confirmed]
        for each in admitted:
            self._finish(each.ticket_id)
        self.report(admitted)
        self._finish_admitted(outcome.present)
        self._count_refusals(outcome.refused)
        self._hand_back(self._without_slot())

    def _without_slot(self) -> list[str]:
        """Return the tickets that have been in hand for too long without a slot."""
        oldest = self.clock() - NO_SLOT_SECONDS
        return [
            ticket_id
            for ticket_id, message in self.held.items()
            if ticket_id not in self.tried
            and message.received_at < oldest
            and message.receptions < MOST_RECEPTIONS
        ]

    def _count_refusals(self, ticket_ids: Iterable[str]) -> None:
        for ticket_id in ticket_ids:
            self.refusals[ticket_id] += 1
            if self.refusals[ticket_id] == MAX_REFUSALS:
                said = "DynamoDB does not take the row of a ticket; it will be put aside"
                logger.error(said, extra={"visitor": ticket_id})
                held = self._let_go(ticket_id)
                body = messages.ticket_message(ticket_id, held.number)
                self.rejected.append(Rejected(body, ticket_id, held.receipts, held.received_at))

    def _put_aside(self) -> None:
        arrived = self.queue.put_aside(self.rejected[:MAX_ASIDE])
        self.rejected = [each for each in self.rejected if each.receipts[0] not in arrived]
        self.done |= arrived

    def _in_order(self) -> list[Message]:
        held = list(self.held.values())
        if not self.queue.is_fifo:
            # The earliest first: some are left over from a tick, or the queue handed them out late.
            held.sort(key=lambda message: message.number)
        return held

    def _is_too_late(self, slot: float) -> bool:
        return pacing.is_too_late(slot, self.clock())

    def _finish(self, ticket_id: str) -> Message:
        """Let go of a ticket that is admitted, and mark its messages for deletion."""
        message = self._let_go(ticket_id)
        self.done.update(message.receipts)
        return message

    def _let_go(self, ticket_id: str) -> Message:
        return self.held.pop(ticket_id)

    def _hand_back(self, ticket_ids: Iterable[str]) -> None:
        let_go = [self._let_go(ticket_id) for ticket_id in ticket_ids]
        self.queue.hand_back([r for message in let_go for r in message.receipts])
