"""The consumer when calls fail, succeed in part, or lose their answers, and when it is killed."""

import random

import pytest
from hypothesis import given, settings

from beekeeper.contract import items
from beekeeper.handlers.admitting import Admitted
from tests.support.in_memory.bad_weather import BadWeather, any_weather
from tests.support.in_memory.faults import (
    KILLS,
    LOST_ANSWER,
    NEVER,
    PARTIAL,
    THROTTLE,
    at_call,
    failing,
    troubles,
)
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START

OPERATIONS = [
    "GetItem", "BatchGetItem", "UpdateItem", "TransactWriteItems", "ReceiveMessage",
    "DeleteMessageBatch", "GetQueueAttributes", "ChangeMessageVisibilityBatch",
]  # fmt: skip
BATCHES = [
    "BatchGetItem",
    "TransactWriteItems",
    "DeleteMessageBatch",
    "ChangeMessageVisibilityBatch",
]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", [THROTTLE, LOST_ANSWER])
@pytest.mark.parametrize("every", [1, 2])
def test_calls_that_fail_lose_nobody(operation: str, fault: str, every: int) -> None:
    stage = Stage(faults=failing(operation, fault, every=every))
    stage.arrive(120)
    stage.run(20, consumers=2)
    stage.check_nobody_is_lost()


@pytest.mark.parametrize("operation", BATCHES)
@pytest.mark.parametrize("every", [1, 2])
def test_batches_that_are_done_in_part_lose_nobody(operation: str, every: int) -> None:
    stage = Stage(faults=failing(operation, PARTIAL, every=every))
    stage.arrive(120)
    stage.run(20)
    stage.check_nobody_is_lost()
    assert stage.dynamo.counted() == 120


def test_messages_that_were_not_deleted_are_deleted_at_the_next_tick() -> None:
    stage = Stage(faults=failing("DeleteMessageBatch", PARTIAL, until=60))
    stage.arrive(20)
    stage.run(10)
    assert stage.calls.count()["DeleteMessageBatch"] > 2
    assert stage.sqs.messages == {}


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem", "DeleteMessageBatch"])
def test_lost_answers_are_counted_once(operation: str) -> None:
    stage = Stage(faults=failing(operation, LOST_ANSWER, every=3))
    stage.arrive(120)
    stage.run(40)
    stage.recover(20)
    assert stage.dynamo.counted() == 120


@pytest.mark.parametrize("fault", KILLS)
@pytest.mark.parametrize("at", range(40))
def test_kill_at_any_call_loses_nobody(fault: str, at: int) -> None:
    stage = Stage(faults=at_call(at, fault))
    stage.arrive(60)
    stage.run(15)
    stage.check_nobody_is_lost()


def test_ten_thousand_and_a_consumer_that_dies_every_second() -> None:
    chance = random.Random(5)
    stage = Stage(30_000, troubles(chance, 0.05, kills=0.01), latency=lambda: 0.002)
    stage.arrive(10_000)
    for i in range(40):
        stage.start(75, after=float(i))
    stage.world.run()
    stage.check_nobody_is_lost()
    assert 9_000 < stage.pulse.admitted <= 10_000  # a killed consumer loses its last count


@settings(max_examples=40)
@given(any_weather)
def test_anything_at_all_goes_wrong(weather: BadWeather) -> None:
    weather.run(visitors=int(weather.rate / 3)).check_nobody_is_lost(90)


def test_settings_that_cant_be_read_leave_the_last_in_use() -> None:
    stage = Stage(faults=failing("GetItem", THROTTLE, only=range(4, NEVER)))
    stage.arrive(100)
    stage.run(15)
    stage.check_everyone_admitted()


@pytest.mark.parametrize("item", [None, {"mode": {"S": "unheard-of"}}, {"rate": {"N": "x"}}])
def test_settings_that_make_no_sense_leave_the_last_in_use(item: items.Item | None) -> None:
    stage = Stage()
    stage.arrive(100)

    def spoil() -> None:
        room = stage.dynamo.items.pop(items.ROOM)
        if item:
            stage.dynamo.put({**room, **item})

    stage.world.start(spoil, after=3.0)
    stage.run(15)
    stage.check_everyone_admitted()


def test_no_settings_at_all_admits_nobody_and_ends() -> None:
    stage = Stage()
    del stage.dynamo.items[items.ROOM]
    stage.arrive(10)
    stage.run(5)
    assert stage.dynamo.rows() == {}
    assert stage.accounted() == set(stage.tickets)


@pytest.mark.parametrize("other", [items.FORMAT + 1, items.CHANGING_FORMAT])
def test_a_consumer_of_another_format_admits_nobody_and_loses_nobody(other: int) -> None:
    stage = Stage()
    stage.dynamo.items[items.ROOM][items.FORMAT_ATTRIBUTE] = items.number(other)
    stage.arrive(10)
    stage.run(5)
    assert stage.dynamo.rows() == {}
    assert "as_of" not in stage.dynamo.items[items.PULSE]
    assert stage.accounted() == set(stage.tickets)


def test_a_format_that_changes_during_a_run_frees_the_tickets_and_leaves_the_pulse() -> None:
    stage = Stage()
    stage.arrive(10)
    consumer = stage.consumer()
    consumer.hand.receive(10)
    consumer.tally.count([Admitted("before", 1, START)])
    stage.dynamo.items[items.ROOM][items.FORMAT_ATTRIBUTE] = items.number(items.CHANGING_FORMAT)
    assert consumer.run(5) == 0
    assert len(stage.sqs.visible()) == 10
    assert "as_of" not in stage.dynamo.items[items.PULSE]


def test_an_item_without_a_format_has_the_first() -> None:
    assert items.format_of({}) == 1


def test_ticket_that_is_held_too_long_is_let_go() -> None:
    # Its visibility time-out can end while we have it. Then another consumer can receive it.
    stage = Stage()
    stage.arrive(10)
    consumer = stage.consumer()
    consumer.hand.receive(10)
    assert len(consumer.hand.held) == 10
    stage.world.sleep(16)
    consumer.queue.receive = lambda *_, **__: ([], [])  # type: ignore[method-assign]
    consumer.tick()
    assert consumer.hand.held == {}
    assert stage.dynamo.rows() == {}
    stage.run(40)
    stage.check_everyone_admitted()


def test_late_slots_are_forfeited_batch_by_batch() -> None:
    # Each write takes 0.4 s. Batches of a claim whose slots have passed are not written.
    def slow() -> float:
        return 0.4 if stage.calls.names[-1] == "TransactWriteItems" else 0.005

    stage = Stage(rate=12_000)
    stage.calls.latency = slow
    stage.arrive(2_000)
    stage.run(10)
    assert stage.dynamo.writes != []
    assert all(write.at <= write.slot + 0.75 + 0.4 for write in stage.dynamo.writes)
    assert stage.accounted() == set(stage.tickets)


def test_after_a_slow_claim_the_earliest_get_the_slots_that_are_left() -> None:
    stage = Stage()
    stage.arrive(15)
    consumer = stage.consumer()
    stage.faults = lambda _, operation: (
        stage.world.sleep(1.0) if operation == "UpdateItem" else None
    )
    consumer.hand.let_through(stage.rate)
    admitted = [write.ticket_id for write in stage.dynamo.writes]
    assert 0 < len(admitted) < 15
    assert admitted == stage.tickets[: len(admitted)]
