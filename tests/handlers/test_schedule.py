"""The schedule of slots: what a damaged last slot does."""

from typing import Any

import pytest

from beekeeper.contract import items, pace_item
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
