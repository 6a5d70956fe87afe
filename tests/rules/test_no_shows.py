"""The rate counts visitors who arrive. Others are admitted for no-shows, within a bound."""

import random
from bisect import bisect_right
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.handlers.visitor_table import RoomCopy, VisitorTable
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured
from beekeeper.rules.no_shows import MEMORY, MOST_AGAIN, Shows, pace_per_minute
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.stage import ON, Stage
from tests.support.in_memory.virtual import START

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


class Visitors:
    """Admitted visitors go in a few seconds after their slot, much later, or never."""

    def __init__(self, stage: Stage, comes: Callable[[str], bool]) -> None:
        self.stage, self.comes = stage, comes
        self.chance = random.Random(7)
        self.entries: list[float] = []
        self.seen = 0  # of the rows that were written
        self.coming: list[tuple[float, str]] = []
        self.absent: list[str] = []
        self.table = VisitorTable(stage.dynamo, TABLE, "sale")

    def run(self, seconds: float) -> None:
        def look_and_come() -> None:
            for _ in range(int(seconds * 4)):
                self.step()
                self.stage.world.sleep(0.25)

        self.stage.world.start(look_and_come)

    def step(self) -> None:
        now = self.stage.world.now
        written, self.seen = self.stage.dynamo.writes[self.seen :], len(self.stage.dynamo.writes)
        for write in written:
            if self.comes(write.ticket_id):
                self.coming.append((write.slot + self.chance.uniform(0, 4), write.ticket_id))
            else:
                self.absent.append(write.ticket_id)
        due = [ticket_id for at, ticket_id in self.coming if at <= now]
        self.coming = [coming for coming in self.coming if coming[0] > now]
        for ticket_id in due:
            self.enter(ticket_id)

    def enter(self, ticket_id: str) -> bool:
        """Do what the turnstile does for a visitor who comes."""
        now = self.stage.world.now
        settings = items.settings_of(self.stage.dynamo.items[items.ROOM])
        room = RoomCopy("sale", settings, (), (), self.stage.pulse)
        admission = self.table.entries.claim(ticket_id, now)
        assert admission is not None
        late = admission.needs_slot(settings, now)
        if late and self.table.readmit(ticket_id, admission, room, now):
            admission = self.table.entries.claim(ticket_id, self.stage.world.now)
            assert admission is not None
        gone_in = admission.claimed_at is not None
        if gone_in:
            self.entries.append(now)
        return gone_in

    def most(self, seconds: float) -> int:
        times = sorted(self.entries)
        return max(bisect_right(times, t + seconds) - i for i, t in enumerate(times))


def crowd(overbooking: float = 1.5, share: float = 0.7) -> tuple[Stage, Visitors]:
    stage, chance = Stage(latency=lambda: 0.001, overbooking=overbooking), random.Random(3)
    stage.arrive(600)
    for minute in range(8):
        stage.start(75, after=minute * 60)
        stage.world.start(lambda: stage.arrive(920), after=minute * 60)
    return stage, Visitors(stage, lambda _: chance.random() < share)


def between(times: list[float], first: float, last: float) -> int:
    return sum(START + first <= t < START + last for t in times)


def test_entries_converge_to_the_rate_in_three_minutes() -> None:
    stage, visitors = crowd()
    visitors.run(480)
    stage.world.run()
    for minute in range(3, 7):
        assert between(visitors.entries, minute * 60, minute * 60 + 120) == pytest.approx(
            1_200, rel=0.05
        )
    for window in (10, 60):
        assert visitors.most(window) <= 600 * 1.5 * (window + 2 + 4) / 60 + 1


def test_nobody_is_made_up_for_without_overbooking() -> None:
    stage, visitors = crowd(overbooking=1.0)
    visitors.run(300)
    stage.world.run()
    assert between(visitors.entries, 180, 300) == pytest.approx(840, rel=0.08)
    assert stage.calls.count()["BatchGetItem"] < stage.calls.count()["TransactWriteItems"] * 3


def test_absentees_who_all_come_at_once_arrive_at_the_pace() -> None:
    stage, visitors = crowd()
    visitors.run(480)
    outside: set[str] = set()

    def everybody_comes() -> None:
        outside.update(visitors.absent)
        visitors.comes = lambda _: True

    def try_to_enter() -> None:
        for ticket_id in sorted(outside):
            if visitors.enter(ticket_id):
                outside.discard(ticket_id)

    stage.world.start(everybody_comes, after=240)
    for second in range(240, 480, 10):
        stage.world.start(try_to_enter, after=second)
    stage.world.run()
    # They come up to ten seconds after their slots, possibly all together.
    for window in (1, 10, 60):
        assert visitors.most(window) <= 600 * 1.5 * (window + 2 + 10) / 60 + 1
    assert len(outside) < len(visitors.absent) * 2 / 3  # they can enter


def test_latecomer_gets_in_after_another_slot() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("late", 1, START - 600))
    visitors = Visitors(stage, lambda _: True)
    assert visitors.enter("late")
    row = stage.dynamo.rows()["late"]
    assert float(row["admitted_at"]["N"]) == pytest.approx(START, abs=1)
    assert items.paced_at_of(stage.dynamo.items[items.PACE]) == pytest.approx(START, abs=1)


def test_latecomer_waits_while_all_slots_are_taken() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("late", 1, START - 600))
    stage.dynamo.put({**items.key(items.PACE), "paced_at": items.number(START + 1.5)})
    visitors = Visitors(stage, lambda _: True)
    assert not visitors.enter("late")
    stage.world.now += 1.1
    assert visitors.enter("late")
    assert items.paced_at_of(stage.dynamo.items[items.PACE]) == START + 1.6


def test_a_slot_that_is_rare_is_there_for_who_comes_late() -> None:
    stage = Stage(rate=1)
    stage.dynamo.put(items.admission_item("late", 1, START - 600))
    stage.dynamo.put({**items.key(items.PACE), "paced_at": items.number(START - 1)})
    assert Visitors(stage, lambda _: True).enter("late")


def test_who_lets_slots_go_by_gets_no_more_and_the_turn_ends_when_it_was_to() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("absent", 1, START))
    table, room = VisitorTable(stage.dynamo, TABLE, "sale"), RoomCopy("sale", ON, (), (), Pulse())
    given = 0
    for _ in range(40):
        stage.world.now += 31
        admission = table.entries.admission("absent")
        assert admission is not None
        assert admission.ends_at(ON) == START + 900
        if admission.needs_slot(ON, stage.world.now):
            given += table.readmit("absent", admission, room, stage.world.now) is not None
    assert given == MOST_AGAIN


def test_many_requests_of_one_who_comes_late_take_one_slot() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("late", 1, START - 600))
    table, room = VisitorTable(stage.dynamo, TABLE, "sale"), RoomCopy("sale", ON, (), (), Pulse())
    admission = table.entries.admission("late")
    assert admission is not None
    given = [table.readmit("late", admission, room, stage.world.now) for _ in range(10)]
    assert [one is not None for one in given] == [True] + 9 * [False]
    found = table.entries.admission("late")
    assert found is not None
    assert found.again == 1
    assert items.paced_at_of(stage.dynamo.items[items.PACE]) < START + 0.1


def test_who_got_no_slot_can_ask_again_after_a_moment() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("late", 1, START - 600))
    stage.dynamo.put({**items.key(items.PACE), "paced_at": items.number(START + 1.5)})
    table, room = VisitorTable(stage.dynamo, TABLE, "sale"), RoomCopy("sale", ON, (), (), Pulse())
    admission = table.entries.admission("late")
    assert admission is not None
    assert table.readmit("late", admission, room, START) is None
    assert table.readmit("late", admission, room, START + 1.7) is not None


def test_who_has_gone_in_gets_no_other_slot() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("in", 1, START - 600))
    table, room = VisitorTable(stage.dynamo, TABLE, "sale"), RoomCopy("sale", ON, (), (), Pulse())
    seen = table.entries.admission("in")
    stage.go_in("in")
    assert seen is not None
    assert table.readmit("in", seen, room, START) is None
    assert items.PACE not in stage.dynamo.items


def test_an_old_record_says_nothing_of_the_next_event() -> None:
    rehearsal = Pulse(as_of=START, busy_at=START - 400, shows=Shows(500, 100))
    assert measured(rehearsal, Seen(START + 1, queued=50)).shows == Shows()
    running = Pulse(as_of=START, busy_at=START, shows=Shows(500, 100))
    assert measured(running, Seen(START + 1, queued=50)).shows == Shows(500, 100)


def test_whose_turn_is_over_gets_no_slot() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("gone", 1, START - 901))
    visitors = Visitors(stage, lambda _: True)
    assert not visitors.enter("gone")
    assert items.PACE not in stage.dynamo.items


def test_who_has_gone_in_needs_no_slot_again() -> None:
    stage = Stage()
    stage.dynamo.put(items.admission_item("in", 1, START - 600))
    stage.go_in("in")
    assert Visitors(stage, lambda _: True).enter("in")
    assert items.PACE not in stage.dynamo.items


def test_check_that_fails_costs_nobody_anything() -> None:
    stage, _ = crowd()
    consumer = stage.consumer()
    consumer.tally.expected.extend((START - 40, f"t{i}") for i in range(3))
    stage.faults = lambda _, name: "throttle" if name == "BatchGetItem" else None
    consumer.tally.check(items.settings_of(stage.dynamo.items[items.ROOM]))
    assert consumer.tally.shows == []
