"""The hand of the consumer: it takes tickets off the queue and admits them.

The steps, in the order in which nobody is lost:

    receive    as many tickets as there are free slots; they stay in the queue, hidden
    look up    who has been admitted already: tickets come twice, or come back after a kill
    claim      slots for those in hand, by a conditional write
    admit      write a row for each, with its slot
    delete     the messages of the rows that are confirmed written

If the consumer is killed between any two of these, the tickets come back when their visibility
time-out is over. A slot that nobody used is forfeited.

A write that was not confirmed may have been done all the same. Its ticket stays in hand, in doubt,
and the next look-up tells. So each visitor is reported once: when the row is first known to exist.

A FIFO queue hands out ten tickets, and nobody else until these are deleted or visible again: after
a kill the line stands still for FIFO_VISIBILITY_SECONDS. The hand takes one ten after the other, in
their order. A ticket whose row DynamoDB left unwritten comes after the others of its ten.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from beekeeper.handlers.consumer_queue import Message, Queue
from beekeeper.handlers.consumer_table import Table
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules import pacing

MAX_RECEIVE = 2_500  # tickets a tick; more than one worker can admit in a second
FIFO_SECONDS = 1.0  # a tick: the settings and the pulse must not wait for longer
# The share of the visibility time-out that must be left to admit a ticket in hand and delete it.
HOLD_SHARE = 1 / 2


@dataclass(frozen=True, slots=True)
class Admitted:
    """A visitor whose row is confirmed. ``slot`` (epoch seconds) is None if only found later."""

    ticket_id: str
    number: int
    slot: float | None = None


@dataclass
class Hand:
    """What one worker has in hand between ticks. ``report`` is told once of each visitor."""

    table: Table
    queue: Queue
    schedule: Schedule
    clock: Callable[[], float]
    report: Callable[[Sequence[Admitted]], None]
    held: dict[str, Message] = field(default_factory=dict)  # by ticket id, oldest first
    in_doubt: set[str] = field(default_factory=set)  # ids whose row was not confirmed
    done: set[str] = field(default_factory=set)  # receipts still to be deleted

    def let_through(self, pace_per_minute: float) -> None:
        """Admit as many visitors as there are slots: one look, or a second of a FIFO queue."""
        end = self.clock() + FIFO_SECONDS
        while self._fill_slots(pace_per_minute) and self.queue.is_fifo and self.clock() < end:
            pass
        if self.queue.is_fifo:
            # Another consumer may have taken the slots, and must not be held up by tickets in our
            # hand. Those in doubt stay: to hand a ticket back counts as one more reception.
            self._hand_back(self.held.keys() - self.in_doubt)

    def drop_all(self) -> None:
        """Delete what is done, and make what is in hand visible again at once."""
        self.queue.delete(self.done)
        self.done.clear()
        self._hand_back(list(self.held))

    def _fill_slots(self, pace_per_minute: float) -> bool:
        """Admit those whom one look at the queue brings; tell whether another may bring more."""
        self.receive(pace_per_minute)
        self._set_aside_admitted()
        self._admit(self._claim(pace_per_minute))
        came, self.done = bool(self.done), self.queue.delete(self.done)
        return came and not self.held and not self.done

    def receive(self, pace_per_minute: float) -> None:
        """Take tickets into the hand, until there is one for each free slot."""
        now = self.clock()
        self._let_go_of_old(now)
        if self.queue.is_fifo and (self.held or self.done):
            return  # the queue hands out nobody behind them
        wanted = self.schedule.open_slots(now, pace_per_minute) - len(self.held)
        for message in self.queue.receive(min(wanted, MAX_RECEIVE), now, wait=not self.held):
            # No message of a ticket is deleted before the ticket is admitted.
            held = self.held.get(message.ticket_id)
            receipts = (*held.receipts, *message.receipts) if held else message.receipts
            self.held[message.ticket_id] = replace(message, receipts=receipts)

    def _let_go_of_old(self, now: float) -> None:
        # A ticket whose time-out is nearly over might be handed to another consumer meanwhile.
        for ticket_id, message in list(self.held.items()):
            if now - message.received_at > HOLD_SHARE * self.queue.visibility_seconds:
                del self.held[ticket_id]

    def _set_aside_admitted(self) -> None:
        # All are looked up, not only those that SQS says it handed out before: a producer may have
        # sent a ticket twice.
        for ticket_id in self.table.admitted_among(self.held):
            message = self._finish(ticket_id)
            if ticket_id in self.in_doubt:
                self.report([Admitted(ticket_id, message.number)])
        self.in_doubt.clear()

    def _claim(self, pace_per_minute: float) -> list[float]:
        """Return slots (epoch seconds) that are ours and can still be written in time."""
        claim = self.schedule.claim(self.clock(), pace_per_minute, wanted=len(self.held))
        now = self.clock()
        return [slot for slot in claim.slots() if not pacing.is_too_late(slot, now)]

    def _admit(self, slots: Sequence[float]) -> None:
        chosen = [(m.ticket_id, m.number, s) for m, s in zip(self._in_order(), slots, strict=False)]
        confirmed = self.table.admit(chosen, self._is_too_late)
        self.in_doubt |= {ticket_id for ticket_id, _, _ in chosen} - confirmed
        admitted = [Admitted(*choice) for choice in chosen if choice[0] in confirmed]
        for each in admitted:
            self._finish(each.ticket_id)
        self.report(admitted)

    def _in_order(self) -> list[Message]:
        messages = list(self.held.values())
        if not self.queue.is_fifo:
            # The earliest first: those left over from a tick, or handed out late by the queue.
            messages.sort(key=lambda message: message.number)
        return messages

    def _is_too_late(self, slot: float) -> bool:
        return pacing.is_too_late(slot, self.clock())

    def _finish(self, ticket_id: str) -> Message:
        """Let go of a ticket that is admitted; its messages are to be deleted."""
        message = self.held.pop(ticket_id)
        self.done.update(message.receipts)
        return message

    def _hand_back(self, ticket_ids: Iterable[str]) -> None:
        messages = [self.held.pop(ticket_id) for ticket_id in ticket_ids]
        self.queue.hand_back([r for message in messages for r in message.receipts])
