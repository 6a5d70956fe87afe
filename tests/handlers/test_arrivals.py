"""The counts of who joined: what containers write, and what a turnstile knows of them."""

import random
from collections.abc import Iterable
from dataclasses import replace

from beekeeper.contract import items
from beekeeper.handlers.arrivals import USUAL_SPANS, Arrivals, Counter, Latest
from beekeeper.rules.arrivals import SHARDS, SPAN_SECONDS, Joined, span_of
from beekeeper.rules.curve import Sample
from beekeeper.rules.line import Pulse
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.faults import LOST_ANSWER, THROTTLE, Faults, failing, no_faults
from tests.support.in_memory.virtual import START

SPAN = float(span_of(START) + SPAN_SECONDS)  # a span begins


def number(seconds: float) -> int:
    return round((SPAN + seconds) * 1000)


class Room:
    """A table, and the containers that count in it."""

    def __init__(self, faults: Faults = no_faults, stale_seconds: float = 0.0) -> None:
        self.calls = Calls(faults=faults)
        self.dynamo = FakeDynamo(self.calls, stale_seconds)
        self.arrivals = Arrivals(self.dynamo, TABLE)
        self.latest = Latest(self.arrivals)

    def join(self, numbers: Iterable[int], container: int = 0) -> None:
        counter = Counter(self.arrivals, random.Random(container))
        for each in numbers:
            counter.count(each)

    def come(self, numbers: Iterable[int]) -> None:
        """Let each visitor come to another container, which counts exactly."""
        for i, each in enumerate(numbers):
            self.join([each], container=i)

    def joined(self) -> dict[int, Joined]:
        return dict(self.arrivals.read(SPAN - 1, SPAN + SPAN_SECONDS))

    def reads(self) -> int:
        return self.calls.count()["BatchGetItem"]


# --- Containers count -----------------------------------------------------------------------------


def test_each_visitor_is_counted_in_the_second_of_the_arrival() -> None:
    room = Room(stale_seconds=5.0)
    numbers = [number(-1 + i / 20) for i in range(40)]  # over the end of a span
    quiet = [number(5 + i) for i in range(24)]
    for container in range(4 * SHARDS):
        room.join([*numbers, *quiet], container)
    joined = room.joined()
    assert {second: round(one.count, 6) for second, one in joined.items()} == {
        int(SPAN) - 1: 20 * 4 * SHARDS,
        int(SPAN): 20 * 4 * SHARDS,
        **{int(SPAN) + 5 + i: 4 * SHARDS for i in range(24)},
    }
    assert round(joined[int(SPAN)].mean, 3) == 0.475


def test_a_count_that_failed_is_written_with_the_next() -> None:
    room = Room(failing("UpdateItem", THROTTLE, only=[1]))
    room.join([number(0.25), number(2.5)])
    assert room.joined() == {int(SPAN): Joined(1, 0.25), int(SPAN) + 2: Joined(1, 0.5)}


def test_a_count_that_was_not_confirmed_is_not_written_again() -> None:
    room = Room(failing("UpdateItem", LOST_ANSWER, only=[1]))
    room.join([number(0.25), number(2.5)])
    assert room.joined() == {int(SPAN): Joined(1, 0.25), int(SPAN) + 2: Joined(1, 0.5)}


def test_a_row_is_kept_for_as_long_as_somebody_may_read_it() -> None:
    room = Room()
    room.join([number(0)])
    (row,) = room.dynamo.items.values()
    assert float(row[items.EXPIRES_AT]["N"]) > SPAN + 3_600


# --- What a turnstile knows -----------------------------------------------------------------------

# Ten visitors came evenly in the second before the last span ended, and all are waiting.
PUBLISHED = Pulse(
    waiting=10, arrivals=(Sample(number(-2), 0.0), Sample(number(-1), 10.0)), as_of=SPAN - 1
)


def evenly(first: float, visitors: int) -> list[int]:
    """Return the numbers of visitors who come ten a second."""
    return [number(first + i / 10) for i in range(visitors)]


def test_who_was_counted_in_the_pulse_costs_no_read() -> None:
    room = Room()
    assert room.latest.pulse(PUBLISHED, number(-1), SPAN) is PUBLISHED
    assert room.reads() == 0


def test_who_came_since_is_read_at_most_once_a_second() -> None:
    room = Room()
    room.come(evenly(-1, 20))
    assert room.latest.pulse(PUBLISHED, number(0.9), SPAN + 1).waiting == 20
    room.come(evenly(1, 5))
    assert room.latest.pulse(PUBLISHED, number(1.2), SPAN + 1.9).waiting == 20
    assert room.reads() == 1
    assert room.latest.pulse(PUBLISHED, number(1.2), SPAN + 2).waiting == 25
    assert room.reads() == 2


def test_a_crowd_that_began_after_the_read_is_read_again_soon() -> None:
    room = Room()
    for i in range(50):
        room.latest.pulse(PUBLISHED, number(1), SPAN + 0.5 + i / 100)
    assert room.reads() == 3  # it has just begun


def test_a_new_pulse_and_a_clock_that_was_put_back_read_again() -> None:
    room = Room()
    room.come(evenly(-1, 20))
    room.latest.pulse(PUBLISHED, number(0.9), SPAN + 1)
    room.latest.pulse(Pulse(serving=5.0), number(0.9), SPAN + 1.1)
    assert room.reads() == 2
    room.latest.pulse(Pulse(serving=5.0), number(0.9), SPAN + 0.95)
    assert room.reads() == 3


def test_a_read_that_fails_leaves_the_published_pulse_for_a_second() -> None:
    room = Room()
    room.come(evenly(-1, 20))
    room.latest.pulse(PUBLISHED, number(0.9), SPAN + 1)
    room.calls.faults = failing("BatchGetItem", THROTTLE)
    for later in (0.0, 0.5, 0.9):
        assert room.latest.pulse(PUBLISHED, number(1), SPAN + 2.1 + later) is PUBLISHED
    assert room.reads() == 2  # also if it fails, once a second


def test_an_old_pulse_costs_the_newcomers_of_a_crowd_no_more() -> None:
    # Nobody ran for days. How long the line is can't be known.
    room = Room()
    room.come(evenly(-1, 20))
    read = room.latest.pulse(Pulse(), number(0.9), SPAN + 1)
    assert (read.waiting, room.reads()) == (20, 1)
    assert read.counted_from > 0
    assert USUAL_SPANS * SHARDS <= 100  # one call


def test_who_has_waited_for_long_without_a_consumer_is_counted_with_all_who_came_since() -> None:
    room, dead = Room(), replace(PUBLISHED, settled=PUBLISHED.arrivals[-1])
    room.come(evenly(0, 30))
    now = SPAN + 600
    room.come([number(599)])
    assert room.latest.pulse(dead, number(599), now).waiting == 11
    read = room.latest.pulse(dead, number(0.5), now + 1)
    assert (read.waiting, read.counted_from <= dead.as_of) == (41, True)
    # From now on this container knows the whole line, and reads it less often.
    before = room.reads()
    assert room.latest.pulse(dead, number(599), now + 5).waiting == 41
    assert room.reads() == before
    room.latest.pulse(dead, number(599), now + 12)
    assert room.reads() > before
