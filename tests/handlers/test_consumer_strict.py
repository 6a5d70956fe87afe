"""The consumer with a FIFO queue: in the order of joining, at the rate, and nobody is lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings

from beekeeper.contract import items
from beekeeper.handlers.consumer_queue import FIFO_VISIBILITY_SECONDS
from beekeeper.handlers.producer import _send
from beekeeper.rules.cadence import MESSAGES_PER_CALL
from beekeeper.rules.sizing import MAX_STRICT_RATE_PER_MINUTE
from tests.support.in_memory.bad_weather import BadWeather, any_weather
from tests.support.in_memory.faults import (
    FAULTS,
    KILL_BEFORE,
    KILLS,
    PARTIAL,
    THROTTLE,
    at_call,
    failing,
)
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START

FASTEST = float(MAX_STRICT_RATE_PER_MINUTE)


def strict(rate: float = FASTEST) -> Stage:
    """A strict room. A call takes 15 ms, and ten visitors take five calls."""
    return Stage(rate=rate, strict=True, latency=lambda: 0.015)


def order(stage: Stage) -> list[str]:
    """Return the visitors in the order of their slots."""
    return [w.ticket_id for w in sorted(stage.dynamo.writes, key=lambda w: w.slot)]


def check_all_in_order(stage: Stage) -> None:
    stage.check_everyone_admitted()
    assert order(stage) == stage.tickets


def test_everyone_is_admitted_in_order_at_the_highest_rate() -> None:
    stage = strict()
    stage.arrive(2_000)
    stage.run(40)
    check_all_in_order(stage)
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(20, abs=2)
    assert stage.pulse.admitted == 2_000


@pytest.mark.parametrize("rate", [1, 60, 600])
def test_everyone_is_admitted_in_order_at_a_low_rate(rate: float) -> None:
    stage = strict(rate)
    stage.arrive(int(rate) + 1)
    stage.run(70, consumers=2)
    check_all_in_order(stage)


def test_the_order_is_that_of_joining_whatever_the_producers_clocks_say() -> None:
    stage = strict()
    for n in (5, 3, 9, 1):
        stage.sqs.send(f"n{n}", int(START * 1000) + n)
    stage.run(5)
    assert order(stage) == ["n5", "n3", "n9", "n1"]


def test_the_line_stays_quick_and_its_pulse_fresh_when_the_calls_are_slow() -> None:
    # Ten in 0.2 s are half the rate. The tick still ends on time, to read settings and publish.
    stage = strict()
    stage.calls.latency = lambda: 0.04
    stage.arrive(2_000)
    ages: list[float] = []
    for second in range(20):
        stage.world.start(
            lambda: ages.append(stage.world.now - stage.pulse.as_of), after=second + 3.5
        )
    stage.run(25)
    assert order(stage) == stage.tickets[: len(stage.dynamo.writes)]
    assert len(stage.dynamo.writes) > 25 * 35
    assert max(ages) < 3


def test_consumers_that_overlap_or_are_doubled_keep_the_order_and_the_rate() -> None:
    stage = strict(3_000)
    stage.arrive(6_000)
    for after in (0, 0, 60, 61, 119):
        stage.start(75, after)
    stage.world.run()
    check_all_in_order(stage)
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(120, abs=5)


def test_a_consumer_that_gets_nothing_does_not_take_the_line_for_empty() -> None:
    # The others have tickets in hand, and so the queue gives it none.
    stage, found = Stage(rate=3_000, strict=True), []

    def watch() -> None:
        for _ in range(30):
            stage.world.sleep(0.5)
            found.append((stage.pulse.waiting, len(stage.sqs.messages)))

    stage.arrive(2_000)
    stage.world.start(watch, after=4.0)
    stage.run(20, consumers=3)
    assert min(there for _, there in found) > 0
    assert all(0.9 * there < told < 1.2 * there for told, there in found)


def test_who_gets_no_slot_is_handed_back_at_once() -> None:
    """Another consumer took the slots. The tickets in hand must not hold up the line."""
    stage = strict(60)
    stage.arrive(30)
    stage.start(5)
    late = stage.consumer()
    stage.world.run()
    late.tick()  # it does not know that the slots are gone
    assert late.hand.held == {}
    assert stage.sqs.visible() != []


@pytest.mark.parametrize("fault", KILLS)
@pytest.mark.parametrize("at", range(45))
def test_a_kill_at_any_call_loses_nobody_and_no_place(fault: str, at: int) -> None:
    stage = strict(600)
    stage.faults = at_call(at, fault)
    stage.arrive(60)
    stage.run(15)
    stage.check_nobody_is_lost()
    assert order(stage) == stage.tickets


def test_after_a_kill_the_line_stands_still_for_the_visibility_time_out() -> None:
    stage = strict(600)
    stage.arrive(60)
    stage.faults = failing("TransactWriteItems", KILL_BEFORE, only=[2])
    stage.start(30)
    stage.start(30, after=0.3)
    stage.world.run()
    check_all_in_order(stage)
    pause = max(b - a for a, b in pairwise(stage.let_through()))
    assert pause == pytest.approx(FIFO_VISIBILITY_SECONDS, abs=2)


@pytest.mark.parametrize("operation", ["ReceiveMessage", "UpdateItem", "DeleteMessageBatch"])
@pytest.mark.parametrize("fault", FAULTS)
def test_calls_that_fail_cost_nobody_their_place(operation: str, fault: str) -> None:
    stage = strict(600)
    stage.faults = failing(operation, fault, every=3)
    stage.arrive(120)
    stage.run(30, consumers=2)
    stage.check_nobody_is_lost()
    assert order(stage) == stage.tickets


def test_what_was_not_deleted_is_deleted_before_more_is_asked_for() -> None:
    stage = strict(600)
    stage.faults = failing("DeleteMessageBatch", THROTTLE, until=12)
    stage.arrive(30)
    stage.run(10)
    check_all_in_order(stage)
    deletions = [
        name for name in stage.calls.names if name in ("ReceiveMessage", "DeleteMessageBatch")
    ]
    assert deletions[:3] == ["ReceiveMessage", "DeleteMessageBatch", "DeleteMessageBatch"]


def test_admissions_that_are_cancelled_cost_a_place_among_ten_at_most() -> None:
    stage = strict(600)
    stage.faults = failing("TransactWriteItems", PARTIAL, every=2)
    stage.arrive(120)
    stage.run(40)
    stage.check_everyone_admitted()
    assert displaced(stage) < MESSAGES_PER_CALL


def displaced(stage: Stage) -> int:
    """Return the largest number of places by which a visitor was moved."""
    place = {ticket_id: i for i, ticket_id in enumerate(stage.tickets)}
    return max(abs(place[ticket_id] - i) for i, ticket_id in enumerate(order(stage)))


@settings(max_examples=40)
@given(any_weather)
def test_anything_at_all_goes_wrong(weather: BadWeather) -> None:
    stage = weather.run(visitors=int(weather.rate / 6), strict=True)
    stage.check_nobody_is_lost(90)
    assert displaced(stage) < MESSAGES_PER_CALL


def test_what_stays_in_hand_waits_for_the_next_tick() -> None:
    stage = strict()
    stage.arrive(5)
    stage.dynamo.damaged = {items.visitor_id("t2")}
    consumer = stage.consumer()
    consumer.hand.let_through(stage.rate)
    assert list(consumer.hand.held) == ["t2"]
    assert consumer.hand.refusals["t2"] == 1


def test_unreadable_messages_are_put_aside_and_stop_nobody() -> None:
    stage = strict(600)
    for body in ("nonsense", "{}", "nonsense"):
        stage.sqs._add(body)
        stage.arrive(3)
    stage.run(20)
    check_all_in_order(stage)
    assert sorted(stage.sqs.dead) == ["nonsense", "nonsense", "{}"]


def test_an_outage_does_not_use_up_the_receptions() -> None:
    """Only after 1,000 receives a message goes to the dead-letter queue, so not in minutes."""
    stage = strict(600)
    stage.arrive(20)
    stage.faults = failing("TransactWriteItems", THROTTLE)
    stage.run(70, consumers=2)
    assert max(message.receipts for message in stage.sqs.messages.values()) <= 12
    stage.recover()
    check_all_in_order(stage)


def test_a_producer_sends_with_the_ids_that_a_fifo_queue_wants() -> None:
    stage = strict()
    sqs = stage.sqs
    for _ in range(2):  # the second is the retry that botocore would send
        _send(sqs.send_message, sqs.queue_url, "t0", '{"id": "t0", "n": 1}')
    _send(sqs.send_message, sqs.queue_url, "t1", '{"id": "t1", "n": 1}')
    assert len(sqs.messages) == 2


def test_an_empty_line_is_asked_once_a_second() -> None:
    stage = strict()
    stage.run(30)
    assert stage.calls.count()["ReceiveMessage"] <= 31


def test_who_comes_to_an_empty_line_is_let_through_at_once() -> None:
    stage = strict(600)
    stage.world.start(lambda: stage.arrive(1), after=5.1)
    (let_through,) = stage.run(20).let_through()
    assert let_through - START - 5.1 < 1.3
