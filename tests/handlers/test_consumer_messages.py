"""The consumer and messages that are not what they should be: unreadable ones, and copies."""

import pytest

from beekeeper.contract import items
from tests.support.in_memory.fakes import QUEUE_URL
from tests.support.in_memory.faults import THROTTLE, failing
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START

NUMBER = int(START * 1000)
UNREADABLE = [
    "",
    "nonsense",
    "[]",
    "null",
    "7",
    "{}",
    '{"id": "a"}',
    '{"id": 7, "n": 1}',
    '{"id": "", "n": 1}',
    '{"id": "a", "n": "1"}',
    '{"id": "a", "n": 1.5}',
    '{"id": "a", "n": null}',
    "[" * 100_000,
    '{"id": "' + "x" * 3_000 + '", "n": 1}',
    '{"id": "a", "n": 1' + "0" * 400 + "}",
    '{"id": "a", "n": -1}',
    '{"id": "\\ud800", "n": 1}',
]


def test_unreadable_messages_go_to_the_dead_letter_queue_and_stop_nobody() -> None:
    stage = Stage()
    for body in UNREADABLE:
        stage.sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=body)
        stage.arrive(3)
    stage.run(20)
    stage.check_everyone_admitted()
    assert sorted(stage.sqs.dead) == sorted(UNREADABLE)


@pytest.mark.parametrize("operation", ["SendMessage", "DeleteMessage"])
def test_putting_aside_that_fails_is_tried_again(operation: str) -> None:
    stage = Stage(faults=failing(operation, THROTTLE, until=40))
    stage.sqs._add("nonsense")
    stage.arrive(3)
    stage.run(45)
    stage.check_everyone_admitted()
    assert set(stage.sqs.dead) == {"nonsense"}


def test_duplicates_change_nothing() -> None:
    # A producer's send that was repeated: the same ticket in two messages, each seen for the first
    # time, near each other and far apart.
    stage = Stage()
    stage.arrive(60)
    for i in (0, 1, 2, 30, 58):
        stage.sqs.send(stage.tickets[i], NUMBER)
    stage.arrive(60)
    for i in (3, 70, 118, 119, 119):
        stage.sqs.send(stage.tickets[i], NUMBER)
    stage.run(30)
    stage.check_everyone_admitted()
    assert stage.dynamo.counted() == 120


def test_message_that_comes_twice_is_not_deleted_before_the_ticket_is_admitted() -> None:
    # SQS hands it out twice, when others have taken all slots; then a kill.
    stage = Stage()
    stage.arrive(1)
    consumer = stage.consumer()
    consumer.hand.receive(10)
    stage.dynamo.put({**items.key(items.PACE), "paced_at": items.number(stage.world.now + 9)})
    (message,) = stage.sqs.messages.values()
    message.visible_at = 0.0
    consumer.tick()
    assert len(consumer.hand.held[stage.tickets[0]].receipts) == 2
    assert stage.dynamo.rows() == {}
    assert stage.accounted() == set(stage.tickets)


def test_all_copies_are_deleted_with_the_ticket() -> None:
    stage = Stage()
    stage.arrive(1)
    for _ in range(5):
        stage.sqs.send(stage.tickets[0], NUMBER)
    stage.run(3)
    stage.check_everyone_admitted()
