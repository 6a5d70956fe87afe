"""The schedule of slots: what a damaged last slot does."""

from typing import Any

import pytest

from beekeeper.contract import items, pace_item
from beekeeper.handlers.schedule import Schedule
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
