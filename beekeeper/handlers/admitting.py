"""The hand of the consumer: it takes tickets off the queue and admits them.

The order of the steps makes sure that no visitor is lost:

    receive    as many tickets as there are free slots; they stay in the queue, hidden
    look up    which are admitted already: tickets can come twice, or come back after a kill
    claim      slots for the tickets in hand, with a conditional write
    admit      write a row for each ticket, with its slot
    delete     the messages whose rows are confirmed

If the consumer is killed between two of these steps, the tickets come back when their visibility
time-out ends. A slot that nobody used is forfeited.

A write that was not confirmed may have succeeded. Its ticket stays in hand, in doubt, and the next
look-up shows whether the row exists. So each visitor is reported once: when the row is first known
to exist.

A FIFO queue hands out ten tickets, and no others until these are deleted or visible again. So after
a kill the line stands still for FIFO_VISIBILITY_SECONDS. The hand takes ten tickets after another,
in their order. If DynamoDB leaves a ticket's row unwritten, the ticket comes after the others of
its ten.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from beekeeper.handlers.consumer_queue import Message, Queue
from beekeeper.handlers.consumer_table import Table
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules import pacing

MAX_RECEIVE = 2_500  # tickets in a tick; one worker admits fewer than that in a second
FIFO_SECONDS = 1.0  # of a tick; the settings and the pulse must not wait for longer
# To admit and delete a ticket in hand, this share of the visibility time-out must be left.
HOLD_SHARE = 1 / 2


@dataclass(frozen=True, slots=True)
class Admitted:
    """A visitor whose row is confirmed. ``slot`` (epoch seconds) is None if a look-up found it."""

    ticket_id: str
    number: int
    slot: float | None = None


@dataclass
class Hand:
    """What one worker has in hand between ticks. ``report`` gets each admitted visitor once."""

    table: Table
    queue: Queue
    schedule: Schedule
    clock: Callable[[], float]
    report: Callable[[Sequence[Admitted]], None]
    held: dict[str, Message] = field(default_factory=dict)  # by ticket id, oldest first
    in_doubt: set[str] = field(default_factory=set)  # ids whose row was not confirmed
    done: set[str] = field(default_factory=set)  # receipts still to be deleted
    # Of the last time that the hand asked the queue: how many tickets came, and how many free slots
    # were left.
    came: int = 0
    missing: int = 0

    def let_through(self, pace_per_minute: float) -> None:
        """Admit as many visitors as there are slots: one pass, or a second of a FIFO queue."""
        end = self.clock() + FIFO_SECONDS
        while self._fill_slots(pace_per_minute) and self.queue.is_fifo and self.clock() < end:
            pass
        if self.queue.is_fifo:
            # Another consumer may have the slots, and tickets in our hand must not block it.
            # Tickets in doubt stay, because each ticket that is handed back counts as received
            # once more.
            self._hand_back(self.held.keys() - self.in_doubt)

    def is_idle(self) -> bool:
        """Return whether slots were free, and there was no ticket for any of them."""
        return self.missing > 0 and not self.held and not self.came

    def drop_all(self) -> None:
        """Delete the messages that are done, and make those in hand visible again at once."""
        self.queue.delete(self.done)
        self.done.clear()
        self._hand_back(list(self.held))

    def _fill_slots(self, pace_per_minute: float) -> bool:
        """Admit visitors in one pass over the queue; return whether another pass may find more."""
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
            return  # the queue hands out no tickets behind these
        wanted = self.schedule.open_slots(now, pace_per_minute) - len(self.held)
        messages = self.queue.receive(min(wanted, MAX_RECEIVE), now, wait=not self.held)
        self.came, self.missing = len(messages), max(0, wanted - len(messages))
        for message in messages:
            # A ticket can have several messages. None is deleted before the ticket is admitted.
            held = self.held.get(message.ticket_id)
            receipts = (*held.receipts, *message.receipts) if held else message.receipts
            self.held[message.ticket_id] = replace(message, receipts=receipts)

    def _let_go_of_old(self, now: float) -> None:
        # When its time-out ends, the queue may hand a ticket to another consumer.
        for ticket_id, message in list(self.held.items()):
            if now - message.received_at > HOLD_SHARE * self.queue.visibility_seconds:
                del self.held[ticket_id]

    def _set_aside_admitted(self) -> None:
        # SQS says which messages it handed out before. That is not enough, because a producer may
        # have sent a ticket twice. So all tickets are looked up.
        for ticket_id in self.table.admitted_among(self.held):
            message = self._finish(ticket_id)
            if ticket_id in self.in_doubt:
                self.report([Admitted(ticket_id, message.number)])
        self.in_doubt.clear()

    def _claim(self, pace_per_minute: float) -> list[float]:
        """Claim slots, and return those (epoch seconds) that we can still write in time."""
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
            # The earliest first: some are left over from a tick, or the queue handed them out late.
            messages.sort(key=lambda message: message.number)
        return messages

    def _is_too_late(self, slot: float) -> bool:
        return pacing.is_too_late(slot, self.clock())

    def _finish(self, ticket_id: str) -> Message:
        """Drop a ticket that is admitted, and mark its messages for deletion."""
        message = self.held.pop(ticket_id)
        self.done.update(message.receipts)
        return message

    def _hand_back(self, ticket_ids: Iterable[str]) -> None:
        messages = [self.held.pop(ticket_id) for ticket_id in ticket_ids]
        self.queue.hand_back([r for message in messages for r in message.receipts])
