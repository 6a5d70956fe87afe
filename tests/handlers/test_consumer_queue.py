"""The queue as the consumer uses it: how many calls it takes, and what is put aside or deleted."""

from typing import Any

import pytest

from beekeeper.handlers.consumer_queue import PARALLEL, Queue, Rejected
from tests.support.in_memory.fakes import Calls, Inline
from tests.support.in_memory.faults import PARTIAL, THROTTLE, Faults, failing
from tests.support.in_memory.fifo import FakeFifo
from tests.support.in_memory.sqs import FakeSqs
from tests.support.in_memory.virtual import START

NOW = START


class OneQueue:
    """A queue, and the double of SQS behind it."""

    def __init__(self, faults: Faults | None = None, *, strict: bool = False) -> None:
        self.calls = Calls(faults=faults or (lambda *_: None))
        self.sqs = (FakeFifo if strict else FakeSqs)(self.calls)
        url, dead_letter_url = self.sqs.queue_url, self.sqs.dead_letter_url
        self.queue = Queue(self.sqs, url, dead_letter_url, Inline())

    def fill(self, count: int) -> None:
        for i in range(count):
            self.sqs.send(f"t{i}", int(NOW * 1000))

    def receive(self, wanted: int) -> int:
        tickets, rejected = self.queue.receive(wanted, NOW, wait=False)
        assert rejected == []
        return len(tickets)

    def sent(self, operation: str = "ReceiveMessage") -> int:
        return self.calls.count()[operation]


def rejected(*bodies: str) -> list[Rejected]:
    return [Rejected(body, f"id {i}", (f"{i}/1",), NOW) for i, body in enumerate(bodies)]


# --- Receiving ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waiting", "calls"),
    [
        (0, 1),
        (1, 1),
        (5, 1),
        (6, 2),  # it came more than half full
        (10, 2),
        (15, 2),  # 10, and 5
        (30, 4),  # 10, 10, and two calls of which one finds nothing
        (100, 15),  # the last wave asks for the 70 that are missing
    ],
)
def test_a_short_queue_takes_few_calls(waiting: int, calls: int) -> None:
    one = OneQueue()
    one.fill(waiting)
    assert one.receive(150) == waiting
    assert one.sent() == calls


def test_a_long_queue_is_received_by_more_and_more_calls_at_once() -> None:
    one, waves = OneQueue(), list[int]()
    one.fill(700)
    executor = one.queue._executor
    inline = executor.map
    executor.map = lambda fn, sizes: waves.append(len(sizes)) or inline(fn, sizes)  # type: ignore[method-assign, assignment, func-returns-value, misc]
    assert one.receive(500) == 500
    assert waves == [1, 2, 4, 8, PARALLEL, PARALLEL, 2]
    assert one.receive(15) == 15  # no more calls than it takes
    assert waves[7:] == [1]
    assert one.receive(150) == 150
    assert waves[8:] == [14]  # the queue was long a moment ago
    assert one.receive(150) == 35  # it is short now
    assert one.receive(150) == 0
    one.fill(60)
    assert one.receive(50) == 50
    assert waves[-3:] == [1, 2, 1]  # and so it starts anew


def test_no_more_is_received_than_wanted() -> None:
    one = OneQueue()
    one.fill(100)
    assert [one.receive(wanted) for wanted in (0, -3, 1, 9, 10, 11, 25)] == [0, 0, 1, 9, 10, 11, 25]
    assert len(one.sqs.visible()) == 100 - 56


def test_a_fifo_queue_is_asked_once() -> None:
    one = OneQueue(strict=True)
    one.fill(100)
    assert (one.receive(50), one.sent()) == (10, 1)


def test_receiving_that_fails_is_an_empty_queue() -> None:
    one = OneQueue(failing("ReceiveMessage", THROTTLE))
    one.fill(10)
    assert (one.receive(50), one.sent()) == (0, 1)


# --- When a message was sent ----------------------------------------------------------------------


def test_a_number_is_compared_with_the_time_of_the_send() -> None:
    one = OneQueue()
    one.sqs.send("early", int((NOW + 60) * 1000))
    one.sqs.send("late", int((NOW + 60.001) * 1000))
    tickets, refused = one.queue.receive(10, NOW + 60, wait=False)
    assert [ticket.ticket_id for ticket in tickets] == ["early"]
    assert len(refused) == 1


def test_without_the_time_of_the_send_the_time_of_the_receipt_counts() -> None:
    one = OneQueue()
    receive = one.sqs.receive_message

    def without(**arguments: object) -> dict[str, list[dict[str, object]]]:
        found = receive(**arguments)  # type: ignore[arg-type]
        return {"Messages": [{**m, "Attributes": {}} for m in found["Messages"]]}

    one.sqs.receive_message = without  # type: ignore[method-assign]
    one.sqs.send("early", int((NOW + 120) * 1000))
    one.sqs.send("late", int((NOW + 120.001) * 1000))
    tickets, refused = one.queue.receive(10, NOW + 60, wait=False)
    assert ([ticket.ticket_id for ticket in tickets], len(refused)) == (["early"], 1)


# --- Putting aside --------------------------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
def test_messages_are_put_aside_ten_at_a_time(strict: bool) -> None:
    one = OneQueue(strict=strict)
    some = rejected(*(f"body {i}" for i in range(25)))
    assert one.queue.put_aside(some) == {f"{i}/1" for i in range(25)}
    assert one.sqs.dead == [m.body for m in some]
    assert one.sent("SendMessageBatch") == 3
    assert one.queue.put_aside([]) == set()


def test_only_what_arrived_is_confirmed() -> None:
    one = OneQueue(failing("SendMessageBatch", PARTIAL, only=[1]))
    some = rejected("a", "b", "c")
    assert one.queue.put_aside(some) == {"1/1"}
    assert one.sqs.dead == ["b"]


def test_a_batch_that_fails_confirms_nothing() -> None:
    one = OneQueue(failing("SendMessageBatch", THROTTLE, only=[1]))
    some = rejected(*(f"body {i}" for i in range(12)))
    assert one.queue.put_aside(some) == {"10/1", "11/1"}


def test_large_messages_go_alone() -> None:
    # Ten of them are more than SQS takes in a batch. It would refuse the batch each time.
    one = OneQueue()
    some = rejected(*["x" * 100_000] * 4, "small", "ä" * 6_000, "\U0001f41d" * 50_000)
    assert len(one.queue.put_aside(some)) == 7
    assert sorted(one.sqs.dead) == sorted(m.body for m in some)
    assert one.sent("SendMessageBatch") == 6


def test_a_ticket_that_came_twice_is_confirmed_with_all_its_receipts() -> None:
    one = OneQueue()
    assert one.queue.put_aside([Rejected("a", "id", ("1/1", "2/1"), NOW)]) == {"1/1", "2/1"}


# --- Deleting -------------------------------------------------------------------------------------


def test_a_receipt_that_sqs_calls_wrong_is_not_tried_again() -> None:
    one = OneQueue()
    one.fill(3)
    one.receive(10)
    one.sqs.refused = {"1/1"}
    assert one.queue.delete(["0/1", "1/1", "2/1"]) == set()
    assert list(one.sqs.messages) == [1]


def test_a_receipt_that_sqs_could_not_take_is_tried_again() -> None:
    one = OneQueue(failing("DeleteMessageBatch", PARTIAL, only=[1]))
    one.fill(3)
    one.receive(10)
    one.sqs.refused = {"1/1"}
    assert one.queue.delete(["0/1", "1/1", "2/1"]) == {"0/1", "2/1"}
    assert one.queue.delete(["0/1", "2/1"]) == set()


def test_a_long_line_is_received_though_each_call_brings_few_messages() -> None:
    one = OneQueue()
    one.fill(900)
    receive = one.sqs.receive_message

    def few(**arguments: Any) -> Any:
        return receive(
            **{**arguments, "MaxNumberOfMessages": min(2, arguments["MaxNumberOfMessages"])}
        )

    one.sqs.receive_message = few  # type: ignore[method-assign]
    one.queue.expected = 900
    assert 200 <= one.receive(200) <= 220
    one.queue.expected = 0
    assert one.receive(100) < 10  # the queue may be short
