"""The consumer of a room with a governor: what is held is in force, and no failure costs a turn."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.contract import governor_item, items, pace_item
from beekeeper.rules.governed import Governed
from beekeeper.rules.settings import GovernorMode
from tests.support.in_memory.laws import LAWS
from tests.support.in_memory.stage import ON, RATE, Stage
from tests.support.in_memory.virtual import START
from tests.support.in_memory.whole_room import WholeRoom
from tests.support.in_memory.whole_weather import Held, weather_of
from tests.support.windows import most_in

AUTOMATIC = GovernorMode.AUTOMATIC
HELD = Governed(pace=60.0, held_at=START)


def item_of(governed: Governed) -> dict[str, Any]:
    asked = governor_item.asked_values(governed.asked_pace, START, governed.asked_until)
    return {**items.key(items.GOVERNOR), **governor_item.measured_values(governed), **asked}


def stage_with(mode: GovernorMode, item: dict[str, Any] | None = None, **more: Any) -> Stage:
    stage = Stage()
    stage.dynamo.set_room(replace(ON, governor_mode=mode, **more))
    if item:
        stage.dynamo.put(item)
    return stage


def admitted_in(stage: Stage, seconds: float, since: float = 0.0) -> int:
    return sum(START + since <= at < START + since + seconds for at in stage.let_through())


def test_what_the_governor_holds_is_in_force() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.arrive(100)
    stage.run(30)
    assert admitted_in(stage, 30) == pytest.approx(30, abs=3)
    assert most_in(stage.let_through(), 10) <= HELD.pace * 12 / 60 + 1


def test_latecomers_do_not_add_to_what_is_held() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.dynamo.put({**items.key(items.LATE), items.GIVEN: items.number(500)})
    stage.arrive(100)
    stage.run(30)
    served = pace_item.lane_of(stage.dynamo.items[items.PACE]).served
    assert served > 5
    assert served + len(stage.let_through()) <= HELD.pace * (30 + 2) / 60 + 1


def test_no_shows_are_compensated_for_at_the_pace_that_is_held() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD), overbooking=1.5)
    pulse = stage.dynamo.items[items.PULSE]
    pulse |= {"checked": items.number(1_000), "showed": items.number(100)}
    stage.arrive(100)
    stage.run(30)
    assert admitted_in(stage, 30) == pytest.approx(45, abs=4)


def test_what_is_held_is_published_at_once() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.arrive(100)
    stage.run(3)
    assert stage.pulse.rate == HELD.pace
    plain = Stage()
    plain.arrive(100)
    plain.run(3)
    assert plain.pulse.rate == 0  # not measured yet


def test_what_the_site_asks_for_is_in_force() -> None:
    asked = Governed(asked_pace=120.0, asked_until=START + 20)
    stage = stage_with(AUTOMATIC, item_of(asked))
    stage.arrive(400)
    stage.run(40)
    assert admitted_in(stage, 20) == pytest.approx(40, abs=4)
    assert admitted_in(stage, 15, since=22) == pytest.approx(150, abs=10)


def test_a_dead_governor_leaves_the_operators_rate() -> None:
    stage = stage_with(AUTOMATIC, item_of(replace(HELD, held_at=START - 170)))
    stage.arrive(300)
    stage.run(25)
    assert admitted_in(stage, 10) == pytest.approx(10, abs=2)
    assert admitted_in(stage, 10, since=12) == pytest.approx(100, abs=10)


@pytest.mark.parametrize("mode", [GovernorMode.OFF, GovernorMode.ADVISE])
def test_in_another_mode_the_item_is_not_read(mode: GovernorMode) -> None:
    stage = stage_with(mode, item_of(HELD))
    stage.arrive(100)
    del stage.calls.names[:]
    stage.run(9)
    assert len(stage.dynamo.rows()) >= 85
    plain = Stage()
    plain.arrive(100)
    plain.run(9)
    assert stage.calls.count()["BatchGetItem"] == plain.calls.count()["BatchGetItem"]


def test_off_is_in_force_at_the_next_tick() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.arrive(200)
    stage.world.start(lambda: stage.dynamo.set_room(ON), after=10)
    stage.run(25)
    assert admitted_in(stage, 10) <= 14
    assert admitted_in(stage, 10, since=12) == pytest.approx(100, abs=10)


def test_the_item_takes_no_call_of_its_own() -> None:
    stage, plain = stage_with(AUTOMATIC, item_of(replace(HELD, pace=RATE))), Stage()
    for each in (stage, plain):
        each.arrive(50)
        each.run(20)
    assert stage.calls.count()["BatchGetItem"] == plain.calls.count()["BatchGetItem"] + 1


@pytest.mark.parametrize(
    ("code", "after"), [("AccessDeniedException", 0), ("ThrottlingException", 10)]
)
def test_an_item_that_cannot_be_read_leaves_the_operators_rate(code: str, after: int) -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.dynamo.refuse_read(items.GOVERNOR, code)
    stage.arrive(100)
    stage.run(15 + after)
    stage.check_everyone_admitted()
    assert stage.let_through()[0] - START == pytest.approx(after, abs=1)


def test_a_consumer_that_starts_while_reads_fail_does_not_let_in_more_than_is_held() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.dynamo.refuse_read(items.GOVERNOR, "ThrottlingException")
    stage.arrive(100)
    stage.world.start(lambda: stage.dynamo.allow(items.GOVERNOR), after=5)
    stage.run(20)
    assert admitted_in(stage, 20) == pytest.approx(15, abs=2)


def test_one_that_was_read_stays_in_force_while_reads_fail() -> None:
    stage = stage_with(AUTOMATIC, item_of(HELD))
    stage.arrive(100)
    stage.world.start(lambda: stage.dynamo.refuse_read(items.GOVERNOR, "ThrottlingException"), 5)
    stage.run(20)
    assert admitted_in(stage, 20) == pytest.approx(20, abs=3)


@settings(max_examples=6)
@given(st.integers(0, 2**32))
def test_the_laws_hold_for_paces_that_change(seed: int) -> None:
    held = tuple(Held(second, 0.1 + (seed >> second) % 10 / 10) for second in range(2, 22, 4))
    weather = replace(weather_of(seed, most=60), held=held)
    room = WholeRoom(weather).run()
    for name, law in LAWS.items():
        found = law(room)
        assert found is None or found.holds, (name, found, weather)
