"""One number for one visitor, whatever fails between the three steps."""

import contextlib

import pytest

from beekeeper.contract import items
from beekeeper.handlers.latecomers import ASKING_SECONDS, Latecomers
from beekeeper.rules.lane import EMPTY, Lane
from beekeeper.rules.line import Pulse
from beekeeper.rules.turn import Admission
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.faults import (
    FAULTS,
    KILL_AFTER,
    KILL_BEFORE,
    PARTIAL,
    Faults,
    at_call,
    no_faults,
)
from tests.support.in_memory.stage import ON
from tests.support.in_memory.virtual import START, Killed, World

NOW = START


def table(faults: Faults = no_faults) -> tuple[Latecomers, FakeDynamo]:
    dynamo = FakeDynamo(Calls(World(), faults))
    dynamo.put(items.admission_item("a", 1, NOW - 100))
    return Latecomers(dynamo, TABLE), dynamo


def seen(dynamo: FakeDynamo) -> Admission:
    found = items.admission_of(dynamo.rows()["a"])
    assert found is not None
    return found


def given(dynamo: FakeDynamo) -> int:
    return items.given_of(dynamo.items.get(items.LATE))


def test_numbers_count_up() -> None:
    latecomers, dynamo = table()
    dynamo.put({**items.key(items.LATE), "given": items.number(41)})
    taken = latecomers.take_number("a", seen(dynamo), EMPTY, NOW)
    assert taken == seen(dynamo) == Admission(NOW - 100, None, 42, NOW, 1)
    again = latecomers.take_number("a", taken, Lane(42, 42), NOW + 99)
    assert again == seen(dynamo) == Admission(NOW - 100, None, 43, NOW + 99, 2)


def test_who_saw_an_older_row_takes_none() -> None:
    latecomers, dynamo = table()
    old = seen(dynamo)
    first = latecomers.take_number("a", old, EMPTY, NOW)
    assert latecomers.take_number("a", old, EMPTY, NOW + 0.1) == old
    latecomers.take_number("a", first, EMPTY, NOW + 50)
    latecomers.take_number("a", first, EMPTY, NOW + 51)
    assert given(dynamo) == 2
    assert seen(dynamo).again == 2


def test_who_has_gone_in_takes_none() -> None:
    latecomers, dynamo = table()
    old = seen(dynamo)
    dynamo.rows()["a"]["claimed_at"] = items.number(NOW)
    assert latecomers.take_number("a", old, EMPTY, NOW) == old
    assert (given(dynamo), seen(dynamo).late) == (0, None)


def test_a_row_that_was_deleted_is_not_made_again() -> None:
    latecomers, dynamo = table()
    old = seen(dynamo)
    del dynamo.items[items.visitor_id("a")]
    latecomers.take_number("a", old, EMPTY, NOW)
    assert dynamo.items == {}


@pytest.mark.parametrize("fault", [*(f for f in FAULTS if f != PARTIAL), KILL_BEFORE, KILL_AFTER])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_fails_between_two_steps_leaves_a_way_forward(at: int, fault: str) -> None:
    latecomers, dynamo = table(at_call(at, fault))
    with contextlib.suppress(Killed):
        latecomers.take_number("a", seen(dynamo), EMPTY, NOW)
    lane = Lane(given(dynamo), 0)
    later = seen(dynamo)
    assert later.late in {None, 1}
    if later.late is None:
        assert later.may_take_number(ON, Pulse(lane=lane), NOW + ASKING_SECONDS)
        if later.asked_at is not None:
            assert latecomers.take_number("a", later, lane, NOW + 0.9) == later
        later = latecomers.take_number("a", later, lane, NOW + ASKING_SECONDS)
    assert later.late in {1, 2}
    assert seen(dynamo).again == 1


def test_a_slow_request_does_not_overwrite_the_number_of_a_later_one() -> None:
    latecomers, dynamo = table()
    old, later = seen(dynamo), [True]

    def meanwhile(number: int, operation: str) -> str | None:
        if number == 1 and later:  # between the mark and the count
            later.clear()
            other = Latecomers(dynamo, TABLE)
            other.take_number("a", seen(dynamo), EMPTY, NOW + ASKING_SECONDS)
        return None

    dynamo.calls.faults = meanwhile
    assert latecomers.take_number("a", old, EMPTY, NOW) == old
    assert (seen(dynamo).late, seen(dynamo).asked_at) == (1, NOW + ASKING_SECONDS)
    assert (given(dynamo), seen(dynamo).again) == (2, 1)


def test_a_count_that_somebody_deleted_goes_on_after_what_was_served() -> None:
    latecomers, dynamo = table()
    assert latecomers.take_number("a", seen(dynamo), Lane(0, 500), NOW).late == 501


@pytest.mark.parametrize("damaged", [{"S": "x"}, {"L": []}, {"NULL": True}])
def test_a_damaged_count_goes_on_after_the_last_known(damaged: dict[str, object]) -> None:
    latecomers, dynamo = table()
    dynamo.put({**items.key(items.LATE), "given": damaged})
    assert latecomers.take_number("a", seen(dynamo), Lane(40, 30), NOW).late == 41
    assert given(dynamo) == 41


def test_a_count_that_somebody_deleted_goes_on_after_those_who_wait() -> None:
    latecomers, dynamo = table()
    assert latecomers.take_number("a", seen(dynamo), Lane(50, 10), NOW).late == 51
    assert given(dynamo) == 51


def test_more_latecomers_in_one_second_than_one_item_counts() -> None:
    """One item takes 1,000 writes a second. The others ask again, and each gets one number."""
    world, ids = World(), [f"v{i}" for i in range(1_500)]
    dynamo = FakeDynamo(Calls(world))
    latecomers = Latecomers(dynamo, TABLE)
    for i in ids:
        dynamo.put(items.admission_item(i, 1, NOW - 100))

    def late(i: str) -> Admission:
        found = items.admission_of(dynamo.items[items.VISITOR_PREFIX + i])
        assert found is not None
        return found

    for seconds in (0, 2):  # a page that got no number asks again after two seconds or so
        for i in ids:
            if late(i).late is None:
                latecomers.take_number(i, late(i), EMPTY, NOW + seconds)
        numbers = [number for i in ids if (number := late(i).late) is not None]
        assert len(numbers) == (1_000 if seconds == 0 else 1_500)
        world.sleep(2)
    assert sorted(numbers) == list(range(1, 1_501))
