"""Every function obeys a planned change by itself, within two seconds of its time."""

import pytest

from beekeeper.contract import items, plans
from beekeeper.contract.plans import Plan
from beekeeper.handlers.governor_table import GovernorTable
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START


def plan(stage: Stage, setting: str, value: str | float, after: float) -> None:
    planned = plans.plans_attribute([Plan(START + after, 1, setting, value)])
    stage.dynamo.items[items.ROOM] |= {plans.PLANNED: planned}


def test_the_rate_changes_at_its_time() -> None:
    stage = Stage(rate=60)
    stage.arrive(500)
    plan(stage, "rate", 600.0, after=30)
    times = stage.run(60).let_through()
    early = [t for t in times if t < START + 30]
    late = [t for t in times if t > START + 32]
    assert len(early) == pytest.approx(30, abs=2)
    assert len(late) == pytest.approx(280, abs=12)


def test_a_pause_begins_at_its_time() -> None:
    stage = Stage()
    stage.arrive(600)
    plan(stage, "mode", "paused", after=20)
    times = stage.run(60).let_through()
    assert START + 18 < times[-1] < START + 22


def test_a_consumer_is_there_when_a_room_is_planned_to_open() -> None:
    stage = Stage()
    stage.configure(Mode.OFF)
    stage.arrive(50)
    plan(stage, "mode", "on", after=40)
    times = stage.run(60).let_through()
    assert START + 40 <= times[0] < START + 42
    stage.check_everyone_admitted()


def test_a_consumer_of_a_room_that_opens_later_does_not_wait_for_it() -> None:
    stage = Stage()
    stage.configure(Mode.OFF)
    plan(stage, "mode", "on", after=80)
    stage.run(75)
    assert stage.world.now < START + 10


@pytest.mark.parametrize("after", [-0.5, 0.5])
def test_visitors_and_the_governor_see_it_when_it_is_due(after: float) -> None:
    stage = Stage()
    stage.dynamo.put(items.keys_item([tokens.new_key()], [tokens.new_key()]))
    plan(stage, "mode", "off", after=10)
    wanted = Mode.OFF if after > 0 else Mode.ON
    now = START + 10 + after
    assert VisitorTable(stage.dynamo, TABLE, "sale").room(now).settings.mode is wanted
    assert GovernorTable(stage.dynamo, TABLE).read(now).settings.mode is wanted
