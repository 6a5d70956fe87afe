"""The consumer's tally: what it counts, checks and publishes."""

import contextlib
from dataclasses import replace
from itertools import pairwise

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items, pulse_item
from beekeeper.handlers.admitting import Admitted
from beekeeper.handlers.tally import END_SECONDS, FLUSH_ATTEMPTS, Tally
from beekeeper.rules.cadence import CHECKS_PER_TICK
from beekeeper.rules.curve import Sample
from beekeeper.rules.flow import MOST_SAMPLES
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows
from tests.support.in_memory.faults import LOST_ANSWER, THROTTLE, failing, no_faults
from tests.support.in_memory.stage import ON, Stage

SETTINGS = replace(ON, overbooking=1.5)


def tally_of(stage: Stage) -> Tally:
    tally = stage.consumer().tally
    tally.read()
    return tally


def admitted(count: int, slot: float | None) -> list[Admitted]:
    return [Admitted(f"t{i}", i, slot) for i in range(count)]


def test_two_tallies_add_up() -> None:
    stage = Stage()
    first, second = tally_of(stage), tally_of(stage)
    first.count(admitted(7, stage.world.now))
    second.count(admitted(5, stage.world.now))
    first.publish()
    second.publish()
    assert (stage.pulse.admitted, first.numbers, second.numbers) == (12, [], [])


def test_it_publishes_no_more_often_than_every_half_second() -> None:
    stage = Stage()
    tally = tally_of(stage)
    for _ in range(20):
        tally.publish()
        stage.world.sleep(0.1)
    assert 3 <= stage.calls.count()["UpdateItem"] <= 5


def test_the_last_slot_is_kept_while_the_line_is_paused() -> None:
    stage = Stage()
    tally = tally_of(stage)
    slot = stage.world.now + 1.5
    for paced_at in (slot, 0.0):
        stage.world.sleep(1)
        tally.publish(paced_at=paced_at)
        assert stage.pulse.paced_at == slot


def test_a_lost_answer_is_not_counted_again() -> None:
    stage = Stage(faults=failing("UpdateItem", LOST_ANSWER))
    tally = tally_of(stage)
    tally.count(admitted(7, stage.world.now))
    tally.flush()
    assert tally.numbers == []
    tally.count(admitted(5, stage.world.now))
    stage.faults = no_faults
    tally.flush()
    assert stage.pulse.admitted == 12


def test_a_lost_answer_is_not_counted_again_if_others_published_meanwhile() -> None:
    stage = Stage()
    first, second = tally_of(stage), tally_of(stage)
    first.count(admitted(100, stage.world.now))
    first.shows = [True] * 60 + [False] * 40
    stage.faults = failing("UpdateItem", LOST_ANSWER)
    with contextlib.suppress(ClientError, BotoCoreError):
        first.publish()
    stage.faults = no_faults
    for _ in range(3):
        stage.world.sleep(0.6)
        second.count(admitted(10, stage.world.now))
        second.publish()
    stage.world.sleep(0.6)
    first.publish()
    assert stage.pulse.admitted == 130
    assert stage.pulse.shows == Shows(100, 60)


@pytest.mark.parametrize(
    ("failures", "published"), [(0, 7), (FLUSH_ATTEMPTS - 1, 7), (FLUSH_ATTEMPTS, 0)]
)
def test_a_flush_tries_again_but_not_for_ever(failures: int, published: int) -> None:
    stage = Stage(faults=failing("UpdateItem", THROTTLE, only=range(1, failures + 1)))
    tally = tally_of(stage)
    tally.count(admitted(7, stage.world.now))
    tally.flush()
    assert (stage.pulse.admitted, len(tally.numbers)) == (published, 7 - published)
    assert stage.calls.count()["UpdateItem"] == min(failures + 1, FLUSH_ATTEMPTS)


def test_nothing_counted_is_not_flushed() -> None:
    stage = Stage()
    tally = tally_of(stage)
    before = len(stage.calls.names)
    tally.flush()
    assert len(stage.calls.names) == before


def checked(stage: Stage, tally: Tally, overbooking: float = 1.5) -> list[bool]:
    tally.check(replace(SETTINGS, overbooking=overbooking))
    return tally.shows


def test_who_was_let_through_is_checked_after_half_a_minute() -> None:
    stage = Stage()
    tally = tally_of(stage)
    stage.dynamo.put(*(items.admission_item(f"t{i}", i, stage.world.now) for i in range(3)))
    stage.go_in("t1")
    tally.count(admitted(3, stage.world.now))
    stage.world.sleep(30)
    assert checked(stage, tally) == []
    stage.world.sleep(0.1)
    assert checked(stage, tally) == [False, True, False]
    assert checked(stage, tally) == [False, True, False]  # each once
    tally.publish()
    assert (tally.shows, stage.pulse.shows.checked) == ([], 3)


def test_a_tick_samples_and_checks_so_many() -> None:
    stage = Stage()
    tally = tally_of(stage)
    for _ in range(2):
        tally.count(admitted(CHECKS_PER_TICK + 9, stage.world.now))
    stage.world.sleep(31)
    assert len(checked(stage, tally)) == CHECKS_PER_TICK
    assert len(checked(stage, tally)) == 2 * CHECKS_PER_TICK
    assert len(checked(stage, tally)) == 2 * CHECKS_PER_TICK


@pytest.mark.parametrize(("slot_known", "overbooking"), [(True, 1.0), (False, 1.5)])
def test_nobody_is_checked_in_vain(slot_known: bool, overbooking: float) -> None:
    """Compensation is off, or the slot is unknown, and with it the time of the check."""
    stage = Stage()
    tally = tally_of(stage)
    tally.count(admitted(3, stage.world.now if slot_known else None))
    stage.world.sleep(31)
    assert checked(stage, tally, overbooking) == []
    assert stage.calls.count()["BatchGetItem"] == 0


def test_an_idle_line_must_have_been_seen_by_this_worker() -> None:
    stage = Stage()
    idle = replace(stage.pulse, busy_at=stage.world.now - END_SECONDS - 1, as_of=stage.world.now)
    stage.dynamo.put({**items.key(items.PULSE), **pulse_item.pulse_values(idle)})
    tally = tally_of(stage)
    assert not tally.is_line_idle()
    stage.world.sleep(1)
    tally.publish()
    assert tally.is_line_idle()


def test_a_turn_is_kept_until_its_visitor_asks_also_if_news_reach_everybody_sooner() -> None:
    stage = Stage()
    stage.dynamo.set_room(replace(ON, news_seconds=60))
    now = stage.world.now
    crowd = (Sample(int(now - 100) * 1000, 0.0), Sample(int(now - 1) * 1000, 5_000_000.0))
    pulse = Pulse(waiting=5_000_000, arrivals=crowd, settled=crowd[-1], as_of=now - 1, busy_at=now)
    stage.dynamo.put({**items.key(items.PULSE), **pulse_item.pulse_values(pulse)})
    stage.consumer().run(1.0)
    assert stage.pulse.waiting > 4_000_000
    assert stage.pulse.longest_interval > 1_000


def test_the_exact_counts_are_sampled_every_ten_seconds_by_all_consumers_together() -> None:
    stage = Stage(rate=60.0)
    stage.arrive(150)
    stage.run(85.0, consumers=2)
    counts = [(s.at, s.admitted) for s in stage.pulse.flow]
    assert len(counts) == MOST_SAMPLES
    before = [at for at, _ in counts]
    assert all(9.9 < b - a < 12 for a, b in pairwise(before)), before
    for at, admitted in counts:
        exact = sum(write.at <= at for write in stage.dynamo.writes)
        assert abs(admitted - exact) <= 4  # the calls of one tick
    assert stage.pulse.flow[-1].pace == stage.rate


def test_counts_that_cant_be_read_stop_nobody_and_are_asked_for_rarely() -> None:
    stage = Stage()
    stage.dynamo.refuse_read(items.COUNT_IDS[5], "AccessDeniedException")
    stage.arrive(500)
    stage.run(30.0)
    assert stage.pulse.flow == ()
    assert len(stage.dynamo.writes) > 200
