"""The consumer's hand: the tickets that it keeps, reports, deletes and returns to the queue."""

import json
from collections.abc import Iterable

import pytest

from beekeeper.contract import items
from beekeeper.handlers.admitting import MAX_ASIDE, MAX_CLEARING, Admitted
from tests.support.in_memory.alone import Alone, alone
from tests.support.in_memory.faults import LOST_ANSWER, PARTIAL, THROTTLE, failing, no_faults
from tests.support.in_memory.stage import Stage


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
    assert set(one.hand.held) == set(one.stage.tickets)
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


# --- In doubt, and admitted by others -------------------------------------------------------------


def test_a_ticket_in_doubt_whose_row_appears_late_is_reported_once() -> None:
    """The look-up comes before the row, and the next write finds it."""
    one = alone(1)
    one.stage.faults = failing("TransactWriteItems", THROTTLE)
    one.tick()
    one.stage.faults = no_faults
    look_up = one.hand.table.admitted_among
    row = items.admission_item("t0", 1, one.stage.world.now)

    def before_the_row(ticket_ids: Iterable[str]) -> set[str]:
        found = look_up(ticket_ids)
        one.stage.dynamo.put(row)
        return found

    one.hand.table.admitted_among = before_the_row  # type: ignore[method-assign]
    one.tick()
    assert one.reported == [Admitted("t0", one.reported[0].number, None)]
    assert (one.hand.held, one.stage.sqs.messages) == ({}, {})


def test_who_was_admitted_meanwhile_by_another_is_deleted_and_the_others_are_admitted() -> None:
    one = alone(5)
    one.hand.table.admitted_among = lambda ticket_ids: set()  # type: ignore[method-assign]
    one.stage.dynamo.put(items.admission_item("t2", 1, one.stage.world.now))
    one.tick()
    assert one.with_slot() == ["t0", "t1", "t3", "t4"]
    assert one.stage.sqs.messages == {}
    assert one.stage.dynamo.counted() == 4


def test_the_look_up_sees_a_row_that_was_written_just_now() -> None:
    stage = Stage(stale_seconds=60.0)
    stage.arrive(1)
    first, second = Alone(stage), Alone(stage)
    first.tick()
    stage.sqs.send("t0", int(stage.world.now * 1000))  # a copy, which only the second receives
    second.tick()
    assert stage.calls.count()["TransactWriteItems"] == 1
    assert second.with_slot() == []
    assert stage.sqs.messages == {}


# --- Rows that DynamoDB refuses -------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("bad", [1, 12])
@pytest.mark.parametrize("names", [False, True])
def test_tickets_whose_rows_are_refused_are_put_aside_and_stop_nobody(
    strict: bool, bad: int, names: bool
) -> None:
    stage = Stage(rate=6_000, strict=strict)
    stage.dynamo.names_damaged = names
    stage.arrive(30)
    refused = {f"t{i}" for i in range(0, 2 * bad, 2)}
    stage.dynamo.damaged = {items.visitor_id(ticket_id) for ticket_id in refused}
    stage.run(30)
    assert set(stage.dynamo.rows()) == set(stage.tickets) - refused
    assert {json.loads(body)["id"] for body in stage.sqs.dead} == refused
    assert len(stage.sqs.dead) == bad
    assert stage.sqs.messages == {}
    stage.check_law()
    assert max(stage.let_through()) < stage.world.now - 15


def test_a_refused_row_is_tried_three_times_and_alone_after_the_first() -> None:
    one = alone(3)
    one.stage.dynamo.damaged, one.stage.dynamo.names_damaged = {"v#t1"}, False
    one.tick()
    assert [a.ticket_id for a in one.reported] == ["t0", "t2"]
    assert (list(one.hand.held), one.stage.sqs.dead) == (["t1"], [])
    one.stage.arrive(2)
    one.tick()
    assert [a.ticket_id for a in one.reported] == ["t0", "t2", "t3", "t4"]
    assert one.stage.calls.count()["TransactWriteItems"] == 5 + 2  # halves; then one, and the rest
    one.tick()
    assert (one.hand.held, one.stage.sqs.messages) == ({}, {})
    assert [json.loads(body)["id"] for body in one.stage.sqs.dead] == ["t1"]


# --- Messages that are put aside ------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
def test_a_message_is_deleted_only_when_it_is_in_the_dead_letter_queue(strict: bool) -> None:
    one = alone(0, strict=strict)
    one.stage.sqs._add("nonsense")
    one.stage.faults = failing("SendMessageBatch", THROTTLE)
    one.tick()
    assert (len(one.hand.rejected), len(one.stage.sqs.messages)) == (1, 1)
    one.stage.faults = no_faults
    one.tick()
    assert (one.hand.rejected, one.stage.sqs.messages) == ([], {})
    assert one.stage.sqs.dead == ["nonsense"]


def test_a_message_that_was_put_aside_and_not_deleted_is_not_put_aside_again() -> None:
    one = alone(0)
    one.stage.sqs._add("nonsense")
    one.stage.faults = failing("DeleteMessageBatch", THROTTLE)
    one.tick()
    one.stage.faults = no_faults
    one.tick()
    assert (one.stage.sqs.messages, one.stage.sqs.dead) == ({}, ["nonsense"])


def test_messages_to_put_aside_are_let_go_with_their_time_out_or_handed_back() -> None:
    one = alone(0)
    one.stage.sqs._add("nonsense")
    one.stage.faults = failing("SendMessageBatch", THROTTLE)
    one.tick()
    one.stage.world.sleep(15)
    one.tick()
    assert (one.hand.rejected, one.stage.sqs.visible()) == ([], [])
    one.stage.world.sleep(15)
    one.tick()
    assert len(one.hand.rejected) == 1
    one.hand.drop_all()
    assert (one.hand.rejected, len(one.stage.sqs.visible())) == ([], 1)


def test_so_many_are_put_aside_in_a_tick() -> None:
    one = alone(5)
    for i in range(4_000):
        one.stage.sqs._add(f"nonsense {i}")
    one.stage.calls.latency = lambda: 0.0
    one.tick()
    assert len(one.stage.sqs.dead) == MAX_ASIDE
    assert MAX_ASIDE <= len(one.hand.rejected) < MAX_ASIDE + MAX_CLEARING


# --- Tickets that need no slot --------------------------------------------------------------------


def test_tickets_that_need_no_slot_make_room_for_others_in_the_same_tick() -> None:
    one = alone(60)
    rows = [items.admission_item(f"t{i}", 1, one.stage.world.now) for i in range(55)]
    one.stage.dynamo.put(*rows)
    one.tick()
    assert one.with_slot() == ["t55", "t56", "t57", "t58", "t59"]
    assert one.stage.sqs.messages == {}


def test_what_is_received_beyond_the_free_slots_goes_back_at_once_the_latest_first() -> None:
    one = alone(200)
    old = [items.admission_item(f"t{i}", 1, one.stage.world.now) for i in range(25)]
    one.stage.dynamo.put(*old)
    one.tick()
    slots = len(one.with_slot())
    assert one.with_slot() == [f"t{i}" for i in range(25, 25 + slots)]
    assert one.hand.held == {}
    assert len(one.stage.sqs.visible()) == len(one.stage.sqs.messages) == 175 - slots


def test_a_line_without_old_tickets_is_received_once() -> None:
    one = alone(200)
    one.tick()
    assert one.stage.calls.count()["ReceiveMessage"] == 3  # for 21 slots
    assert one.stage.calls.count()["ChangeMessageVisibilityBatch"] == 0
    assert one.hand.clearing == 0


def test_clearing_ends_in_time_for_the_rest_of_the_tick() -> None:
    stage = Stage(rate=60, latency=lambda: 0.02)
    stage.arrive(3_000)
    stage.dynamo.put(*(items.admission_item(t, 1, stage.world.now) for t in stage.tickets))
    one = Alone(stage)
    started = stage.world.now
    one.hand._take_tickets(60)
    assert 0.5 <= stage.world.now - started < 1.2  # one after another, here
