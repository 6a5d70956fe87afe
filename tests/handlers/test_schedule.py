"""The schedule of slots: what a damaged last slot does."""

from typing import Any

import pytest

from beekeeper.contract import items, pace_item
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules.lane import Lane
from beekeeper.rules.settings import Mode
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START


@pytest.mark.parametrize(
    "paced_at",
    [{"N": str(START + 3_600)}, {"N": "1e40"}, {"N": "-1"}, {"S": "x"}, {"NULL": True}, {"L": []}],
)
def test_a_last_slot_that_cant_be_right_stops_nobody(paced_at: dict[str, Any]) -> None:
    stage = Stage()
    stage.dynamo.put({**items.key(items.PACE), "paced_at": paced_at})
    stage.arrive(20)
    stage.run(10)
    stage.check_everyone_admitted()
    assert pace_item.paced_at_of(stage.dynamo.items[items.PACE]) < stage.world.now + 2


def test_the_slots_of_an_item_that_somebody_deleted_are_not_given_out_again() -> None:
    stage = Stage()
    schedule = Schedule(stage.dynamo, TABLE)
    taken = list(schedule.claim(START, 600, 100))
    del stage.dynamo.items[items.PACE]
    taken += schedule.claim(START + 0.1, 600, 100)
    assert len(taken) == len(set(taken)) <= 22
    assert pace_item.paced_at_of(stage.dynamo.items[items.PACE]) == max(taken)


def test_a_room_that_lets_everybody_in_has_nobody_in_the_lane() -> None:
    stage = Stage()
    stage.dynamo.put({**items.key(items.LATE), items.GIVEN: items.number(1_900)})
    stage.configure(Mode.OFF)
    stage.run(5)
    stage.configure(Mode.ON)
    stage.arrive(300)
    stage.run(40)
    # The line has all slots.
    assert max(stage.let_through()) - START < 40
    assert pace_item.lane_of(stage.dynamo.items[items.PACE]).waiting == 0


def test_a_count_that_somebody_has_corrected_is_trusted() -> None:
    schedule = Schedule(Stage().dynamo, TABLE)
    schedule.expect(Lane(10**9, 4), 7, 600, line_is_short=False)
    assert schedule.lane == Lane(7, 4)
    schedule.expect(Lane(9, 4), 0, 600, line_is_short=False)  # it could not be read
    assert schedule.lane.given == 9


def test_numbers_that_nobody_waits_with_are_served_also_if_another_consumer_was_faster() -> None:
    stage = Stage()
    mine, other = Schedule(stage.dynamo, TABLE), Schedule(stage.dynamo, TABLE)
    mine.read()
    other.expect(Lane(3), 3, 600, line_is_short=False)
    other.claim(START, 600, 1)  # mine has not seen this write
    mine.skip(500, START)
    assert mine.lane == pace_item.lane_of(stage.dynamo.items[items.PACE]) == Lane(500, 500)
    mine.expect(Lane(), 502, 600, line_is_short=False)  # two came since
    mine.skip(500, START)
    assert mine.lane.waiting == 2
