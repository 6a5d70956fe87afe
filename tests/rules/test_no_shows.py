"""The rate counts visitors who arrive. Others are admitted for no-shows, within a bound."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured
from beekeeper.rules.no_shows import MEMORY, MOST_AGAIN, Shows, pace_per_minute
from tests.support.in_memory.late_visitors import NEVER, Visitors
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START
from tests.support.windows import most_in

counts = st.integers(0, 100)


@given(st.lists(st.tuples(counts, st.floats(0, 1)), max_size=60), st.floats(1, 3))
def test_pace_is_between_the_rate_and_the_bound(
    checks: list[tuple[int, float]], overbooking: float
) -> None:
    shows = Shows()
    for checked, share in checks:
        shows = shows.after(checked, int(checked * share))
    assert 0 <= shows.showed <= shows.checked + 0.001 <= MEMORY + 0.002
    pace = pace_per_minute(600, shows, overbooking)
    assert 600 <= pace <= 600 * overbooking * 1.000_001


@given(st.floats(0.7, 1))
def test_share_is_found(share: float) -> None:
    chance, shows = random.Random(1), Shows()
    for _ in range(180):
        shows = shows.after(10, sum(chance.random() < share for _ in range(10)))
    assert pace_per_minute(600, shows, 1.5) * share == pytest.approx(600, rel=0.06)


def test_few_checks_move_little() -> None:
    assert pace_per_minute(600, Shows().after(2, 0), 1.5) < 670


def crowd(overbooking: float = 1.5, minutes: int = 8) -> Stage:
    stage = Stage(latency=lambda: 0.001, overbooking=overbooking)
    stage.arrive(600)
    for minute in range(minutes):
        stage.start(75, after=minute * 60)
        stage.world.start(lambda: stage.arrive(920), after=minute * 60)
    return stage


def with_absent(
    stage: Stage, absent: float = 0.3, late: Callable[[random.Random], float] = lambda _: NEVER
) -> Visitors:
    """Return visitors of whom a share is not there. These come ``late``, or never."""
    chance = random.Random(3)

    def delay(ticket_id: str) -> float:
        return late(chance) if chance.random() < absent else chance.uniform(0, 4)

    return Visitors(stage, delay)


def between(times: list[float], first: float, last: float) -> int:
    return sum(START + first <= t < START + last for t in times)


def test_entries_converge_to_the_rate_in_three_minutes() -> None:
    stage = crowd()
    visitors = with_absent(stage)
    visitors.run(480)
    stage.world.run()
    for minute in range(3, 7):
        assert between(visitors.entries, minute * 60, minute * 60 + 120) == pytest.approx(
            1_200, rel=0.05
        )
    for window in (10, 60):
        assert visitors.most(window) <= 600 * 1.5 * (window + 2 + 4) / 60 + 1


def test_nobody_is_made_up_for_without_overbooking() -> None:
    stage = crowd(overbooking=1.0, minutes=5)
    visitors = with_absent(stage)
    visitors.run(300)
    stage.world.run()
    assert between(visitors.entries, 180, 300) == pytest.approx(840, rel=0.08)
    assert stage.calls.count()["GetItem"] < 2_000 + len(visitors.states)


@pytest.mark.parametrize("soonest", [31, 100])
def test_absentees_who_all_come_late_don_t_add_to_the_rate(soonest: float) -> None:
    stage = crowd(minutes=10)
    visitors = with_absent(stage, late=lambda chance: chance.uniform(soonest, soonest + 60))
    visitors.run(600)
    stage.world.run()
    for minute in range(4, 9):
        flow = between(visitors.entries, minute * 60, minute * 60 + 120)
        assert flow == pytest.approx(1_200, rel=0.05)
    assert not visitors.expired


def test_absentees_who_all_come_at_once_keep_the_bound_and_leave_the_line_its_part() -> None:
    stage = crowd(minutes=10)
    visitors = with_absent(stage, late=lambda _: max(0.0, START + 360 - stage.world.now))
    visitors.run(600)
    stage.world.run()
    slots = {write.ticket_id: write.slot for write in stage.dynamo.writes}
    for window in (1, 10, 60):
        assert visitors.most(window) <= 600 * 1.5 * (window + 32) / 60 + 1
    # In these two minutes, three quarters of the slots are the line's.
    assert between(stage.let_through(), 370, 490) > 1_200 * 0.75 * 0.98
    late = [at - START for name, at in visitors.gone_in.items() if at > slots[name] + 40]
    assert 0.9 * 300 < sum(370 <= at < 490 for at in late) <= 301
    assert not visitors.expired


def test_latecomers_are_told_an_honest_wait_and_ask_seldom() -> None:
    """At once, 1,000 come to a line of thousands: a quarter of 600 a minute is theirs."""
    stage = Stage(latency=lambda: 0.001)
    stage.arrive(8_000)
    visitors = Visitors(stage, lambda _: 1.0)
    late = [f"late{i}" for i in range(1_000)]
    stage.dynamo.put(*(items.admission_item(name, 1, START - 200) for name in late))
    for name in late:
        visitors.come(name, START + 20)
    visitors.run(500)
    for minute in range(9):
        stage.start(75, after=minute * 60)
    stage.world.run()
    assert set(late) <= visitors.gone_in.keys()
    asked = [at for at, name, _ in visitors.states if name.startswith("late")]
    assert len(asked) < 25 * len(late)
    assert most_in(sorted(at for at in asked if at > START + 26), 1.0) < 120
    told = [(visitors.gone_in[n] - at, eta) for at, n, eta, _ in visitors.waits if n in late]
    assert max(eta for _, eta in told) > 380
    assert all(eta == pytest.approx(true, rel=0.1, abs=8) for true, eta in told)
    # Each number went in with its own slot: the lane had at most a quarter.
    times = sorted(visitors.gone_in[name] for name in late)
    assert most_in(times, 60.0) <= 150 * (60 + 32) / 60 + 1
    assert not visitors.expired


def late_row(stage: Stage, name: str = "late", ago: float = 600) -> None:
    stage.dynamo.put(items.admission_item(name, 1, START - ago))


def test_latecomer_gets_in_after_another_slot() -> None:
    stage = Stage()
    late_row(stage)
    visitors = Visitors(stage, lambda _: 0.0)
    visitors.come("late", START + 1)
    visitors.run(20)
    stage.run(20)
    row = stage.dynamo.rows()["late"]
    assert (row["late"], float(row["again"]["N"])) == (items.number(1), 1)
    assert float(row["claimed_at"]["N"]) == pytest.approx(START + 4, abs=4)
    assert float(row["admitted_at"]["N"]) == START - 600


def test_a_slot_that_is_rare_is_there_for_who_comes_late() -> None:
    stage = Stage(rate=1)
    late_row(stage)
    stage.arrive(20)
    visitors = Visitors(stage, lambda _: 0.0)
    visitors.come("late", START + 1)
    visitors.run(600)
    for minute in range(10):
        stage.start(75, after=minute * 60)
    stage.world.run()
    assert visitors.gone_in["late"] - START < 5 * 60
    assert len(visitors.gone_in) in {10, 11}
    assert most_in(sorted(visitors.gone_in.values()), 119.0) <= (119 + 32) / 60 + 1


def test_who_lets_numbers_go_by_gets_no_more() -> None:
    stage = Stage()
    late_row(stage, ago=40)
    visitors, states = Visitors(stage, lambda _: 0.0), list[object]()
    for second in range(0, 280, 70):
        stage.start(60, after=second)
        stage.world.start(lambda: states.append(visitors.turn("late")["state"]), second)
    stage.world.run()
    assert states == ["waiting"] * MOST_AGAIN + ["expired"]
    assert items.given_of(stage.dynamo.items[items.LATE]) == MOST_AGAIN


def test_ten_requests_of_one_who_comes_late_take_one_number() -> None:
    stage = Stage()
    late_row(stage)
    visitors = Visitors(stage, lambda _: 0.0)
    visitors.table.room(START)
    stage.calls.latency = lambda: 0.05
    for _ in range(10):
        stage.world.start(lambda: visitors.turn("late"))
        stage.world.start(lambda: visitors.enter("late"))
    stage.world.run()
    assert items.given_of(stage.dynamo.items[items.LATE]) == 1


def test_an_old_record_says_nothing_of_the_next_event() -> None:
    rehearsal = Pulse(as_of=START, busy_at=START - 400, shows=Shows(500, 100))
    assert measured(rehearsal, Seen(START + 1, queued=50)).shows == Shows()
    running = Pulse(as_of=START, busy_at=START, shows=Shows(500, 100))
    assert measured(running, Seen(START + 1, queued=50)).shows == Shows(500, 100)


def test_whose_turn_is_over_gets_no_number() -> None:
    stage = Stage()
    late_row(stage, ago=901)
    visitors = Visitors(stage, lambda _: 0.0)
    assert not visitors.enter("late")
    assert visitors.turn("late")["state"] == "expired"
    assert items.LATE not in stage.dynamo.items


def test_who_has_gone_in_needs_no_slot_again() -> None:
    stage = Stage()
    late_row(stage)
    stage.go_in("late")
    visitors = Visitors(stage, lambda _: 0.0)
    stage.world.now += 200
    assert visitors.enter("late")
    assert visitors.turn("late")["state"] == "ready"
    assert items.LATE not in stage.dynamo.items


def test_check_that_fails_costs_nobody_anything() -> None:
    stage = crowd()
    consumer = stage.consumer()
    consumer.tally.expected.extend((START - 40, f"t{i}") for i in range(3))
    stage.faults = lambda _, name: "throttle" if name == "BatchGetItem" else None
    consumer.tally.check(items.settings_of(stage.dynamo.items[items.ROOM], 0.0))
    assert consumer.tally.shows == []
