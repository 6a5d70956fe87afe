"""The consumer's hand: the tickets that it keeps, reports, deletes and returns to the queue."""

from dataclasses import dataclass, field

import pytest

from beekeeper.contract import items
from beekeeper.handlers.admitting import Admitted, Hand
from tests.support.in_memory.faults import LOST_ANSWER, PARTIAL, THROTTLE, failing, no_faults
from tests.support.in_memory.stage import RATE, Stage


@dataclass
class Alone:
    """A hand, and its reports."""

    stage: Stage
    reported: list[Admitted] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = self.stage.consumer()
        self.hand = Hand(made.table, made.queue, made.schedule, made.clock, self.reported.extend)

    def tick(self) -> None:
        self.hand.let_through(RATE)
        self.stage.world.sleep(1.0)


def alone(visitors: int = 5, *, strict: bool = False) -> Alone:
    stage = Stage(strict=strict)
    stage.arrive(visitors)
    return Alone(stage)


@pytest.mark.parametrize("strict", [False, True])
def test_each_visitor_is_reported_with_the_slot_that_was_written(strict: bool) -> None:
    one = alone(strict=strict)
    one.tick()
    assert [(a.ticket_id, a.slot) for a in one.reported] == [
        (write.ticket_id, write.slot) for write in one.stage.dynamo.writes
    ]
    assert [a.ticket_id for a in one.reported] == one.stage.tickets
    assert (one.hand.held, one.hand.done, one.stage.sqs.messages) == ({}, set(), {})


def test_a_write_that_was_not_confirmed_is_reported_when_it_is_found() -> None:
    one = alone()
    one.stage.faults = failing("TransactWriteItems", LOST_ANSWER)
    one.tick()
    assert one.reported == []
    assert one.hand.in_doubt == set(one.stage.tickets)
    assert len(one.stage.sqs.messages) == 5
    one.stage.faults = no_faults
    one.tick()
    one.tick()
    # Its slot is no longer known.
    assert {(a.ticket_id, a.slot) for a in one.reported} == {(i, None) for i in one.stage.tickets}
    assert len(one.reported) == 5
    assert one.stage.sqs.messages == {}


def test_admissions_that_were_cancelled_are_not_reported_nor_deleted() -> None:
    one = alone()
    one.stage.faults = failing("TransactWriteItems", PARTIAL)
    one.tick()
    assert (one.reported, one.stage.dynamo.rows()) == ([], {})
    assert (set(one.hand.held), one.hand.in_doubt) == (set(one.stage.tickets), set())
    assert len(one.stage.sqs.messages) == 5


def test_who_was_admitted_by_another_is_deleted_and_has_no_slot() -> None:
    one = alone(1)
    one.stage.dynamo.put(items.admission_item("t0", 1, one.stage.world.now))
    one.tick()
    assert [each.slot for each in one.reported] == [None]
    assert one.stage.dynamo.writes == []
    assert one.stage.sqs.messages == {}


def test_messages_that_could_not_be_deleted_stay_to_be_deleted() -> None:
    one = alone()
    one.stage.faults = failing("DeleteMessageBatch", THROTTLE)
    one.tick()
    assert len(one.hand.done) == len(one.stage.sqs.messages) == 5
    one.stage.faults = no_faults
    one.tick()
    assert (one.hand.done, one.stage.sqs.messages) == (set(), {})


def test_what_is_dropped_is_deleted_or_visible_at_once() -> None:
    one = alone()
    one.stage.faults = failing("DeleteMessageBatch", THROTTLE)
    one.tick()
    one.stage.faults = no_faults
    one.stage.arrive(3)
    one.hand.receive(10)
    one.hand.drop_all()
    assert (one.hand.held, one.hand.done) == ({}, set())
    assert len(one.stage.sqs.visible()) == len(one.stage.sqs.messages) == 3


@pytest.mark.parametrize(("strict", "kept"), [(False, 5), (True, 0)])
def test_only_a_strict_line_gets_back_at_once_who_found_no_slot(strict: bool, kept: int) -> None:
    one = alone(strict=strict)
    one.hand.receive(10)
    taken = items.number(one.stage.world.now + 60)
    one.stage.dynamo.put({**items.key(items.PACE), "paced_at": taken})
    one.tick()
    assert len(one.hand.held) == kept
    assert len(one.stage.sqs.visible()) == 5 - kept
