"""The consumer against a queue and a table in memory, in virtual time."""

import random
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from beekeeper.handlers.consumer import PAUSE_SECONDS, TickEnd
from beekeeper.rules.settings import Mode
from tests.support.in_memory.faults import THROTTLE, failing
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START
from tests.support.windows import most_in

# --- Without faults -------------------------------------------------------------------------------


def test_everyone_is_admitted_at_the_rate() -> None:
    stage = Stage()
    stage.arrive(250)
    stage.run(30)
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert times[-1] - times[0] == pytest.approx(24.9, abs=0.6)


def test_admissions_are_even_within_the_second() -> None:
    stage = Stage()
    stage.arrive(250)
    times = stage.run(30).let_through()
    gaps = [b - a for a, b in pairwise(times[10:])]
    assert max(gaps) < 0.15
    assert min(gaps) > 0.05


def test_low_rate_takes_no_more_off_the_queue_than_its_slots() -> None:
    stage = Stage(rate=1)
    stage.arrive(30)
    stage.run(74)
    assert 1 <= len(stage.dynamo.rows()) <= 3
    assert all(message.receipts == 0 for message in list(stage.sqs.messages.values())[2:])


def test_first_come_first_served() -> None:
    stage = Stage()
    stage.arrive(100)
    stage.run(15)
    order = [w.ticket_id for w in sorted(stage.dynamo.writes, key=lambda w: w.slot)]
    assert order == stage.tickets


def test_tickets_in_hand_are_admitted_in_the_order_of_their_numbers() -> None:
    stage = Stage()
    for n in (5, 3, 9, 1):
        stage.sqs.send(f"n{n}", int(START * 1000) - 10 + n)
    stage.run(5)
    order = [w.ticket_id for w in sorted(stage.dynamo.writes, key=lambda w: w.slot)]
    assert order == ["n1", "n3", "n5", "n9"]


def test_empty_receive_does_not_end_the_minutes_admissions() -> None:
    stage = Stage()
    for second in range(3, 60, 7):
        stage.world.start(lambda: stage.arrive(3), after=second)
    stage.run(70)
    stage.check_everyone_admitted()


def test_who_comes_to_an_empty_queue_is_let_through_at_once() -> None:
    stage = Stage()
    arrived = [START + 5.1, START + 17.4, START + 40.9]
    for at in arrived:
        stage.world.start(lambda: stage.arrive(1), after=at - START)
    times = stage.run(60).let_through()
    # The long poll of the fake does not end early. So this is a second plus the calls.
    assert all(t - at < 1.3 for t, at in zip(times, arrived, strict=True))


def test_empty_queue_is_asked_once_a_second_at_any_rate() -> None:
    stage = Stage(rate=60_000)
    stage.run(30)
    assert stage.calls.count()["ReceiveMessage"] <= 31
    assert 25 <= stage.calls.count()["BatchGetItem"] <= 76  # the settings are read equally often


def test_high_rate() -> None:
    stage = Stage(rate=60_000, latency=lambda: 0.0005)  # the calls of a worker run side by side
    stage.arrive(6_000)
    stage.run(8)
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert times[-1] - times[0] < 6.5


def test_what_is_in_hand_at_the_end_goes_back_at_once() -> None:
    stage = Stage()
    stage.arrive(10)
    consumer = stage.consumer()
    consumer.hand.receive(10)
    assert stage.sqs.visible() == []
    consumer.run(0)
    assert len(stage.sqs.visible()) == 10


def test_counters_are_right_at_the_end() -> None:
    stage = Stage()
    stage.arrive(250)
    stage.run(10)
    admitted = len(stage.dynamo.rows())
    assert stage.pulse.admitted == admitted
    assert stage.pulse.waiting == pytest.approx(250 - admitted, abs=10)
    assert stage.pulse.serving == pytest.approx(admitted, abs=25)
    stage.run(40)
    assert (stage.pulse.admitted, stage.pulse.waiting) == (250, 0)


def test_who_was_admitted_last_is_counted_when_the_last_pulse_failed() -> None:
    stage = Stage(faults=failing("UpdateItem", THROTTLE, only=[2]))  # the first one claims slots
    stage.arrive(3)
    stage.run(0.5)
    assert (len(stage.dynamo.rows()), stage.pulse.admitted) == (3, 3)


def test_the_pulse_has_the_last_slot_that_was_given_out() -> None:
    stage = Stage()
    stage.arrive(3)
    stage.run(3)
    assert stage.pulse.paced_at == pytest.approx(max(w.slot for w in stage.dynamo.writes))


def test_those_admitted_half_a_minute_ago_are_checked() -> None:
    stage = Stage(overbooking=1.5)
    stage.arrive(100)
    stage.run(50)
    assert stage.pulse.shows.checked > 50
    assert stage.pulse.shows.showed == 0


def test_pulse_is_published_every_second_even_when_nobody_comes() -> None:
    stage = Stage()
    published: list[float] = []
    for second in range(20):
        stage.world.start(lambda: published.append(stage.pulse.as_of), after=second + 3.5)
    stage.run(25)
    gaps = [b - a for a, b in pairwise(published)]
    assert max(gaps) < 2.1
    assert published[-1] - published[0] == pytest.approx(19, abs=1.1)


# --- Modes and rates ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.OFF])
def test_nobody_is_admitted_or_lost_while_not_on(mode: Mode) -> None:
    stage = Stage()
    stage.arrive(300)
    stage.world.start(lambda: stage.configure(mode), after=5.0)
    stage.world.start(lambda: stage.configure(Mode.ON), after=20.0)
    stage.run(60)
    stage.check_everyone_admitted()
    times = stage.let_through()
    assert [t for t in times if START + 7 < t < START + 20] == []
    assert [t for t in times if START + 20 < t < START + 22] != []


def test_pause_hands_back_at_once() -> None:
    stage = Stage()
    stage.arrive(10)
    consumer = stage.consumer()
    consumer.hand.receive(10)
    assert stage.sqs.visible() == []
    stage.configure(Mode.PAUSED)
    consumer.tick()
    assert len(stage.sqs.visible()) == 10
    assert consumer.hand.held == {}


def test_who_was_admitted_just_before_the_room_was_turned_off_is_counted_at_once() -> None:
    stage = Stage(faults=failing("UpdateItem", THROTTLE, only=[2]))  # the first one claims slots
    stage.arrive(3)
    consumer = stage.consumer()
    with pytest.raises(ClientError):
        consumer.tick()
    stage.configure(Mode.OFF)
    consumer.tick()
    assert stage.pulse.admitted == 3


def test_off_from_the_start_receives_nothing() -> None:
    stage = Stage()
    stage.configure(Mode.OFF)
    stage.arrive(5)
    stage.run(10)
    assert stage.calls.count()["ReceiveMessage"] == 0
    assert stage.accounted() == set(stage.tickets)


@pytest.mark.parametrize(
    ("mode", "visitors", "ended"),
    [
        (Mode.ON, 100, TickEnd.ALL_SLOTS_USED),
        (Mode.ON, 1, TickEnd.SLOTS_LEFT),
        (Mode.PAUSED, 100, TickEnd.PAUSED),
        (Mode.OFF, 100, TickEnd.OFF),
    ],
)
def test_a_tick_says_how_it_ended(mode: Mode, visitors: int, ended: TickEnd) -> None:
    stage = Stage()
    stage.configure(mode)
    stage.arrive(visitors)
    assert stage.consumer().tick() is ended


def test_each_end_of_a_tick_has_a_pause() -> None:
    assert set(PAUSE_SECONDS) == set(TickEnd)


@pytest.mark.parametrize(
    ("mode", "operation", "ticks"),
    [
        (Mode.OFF, "", 1),  # one receive
        (Mode.PAUSED, "", 10),
        (Mode.ON, "", 10),
        (Mode.ON, "BatchGetItem", 0),  # each is cut short
    ],
)
def test_a_run_tells_how_many_ticks_succeeded(mode: Mode, operation: str, ticks: int) -> None:
    stage = Stage(faults=failing(operation, THROTTLE), latency=lambda: 0.0)
    stage.configure(mode)
    stage.arrive(1_000)
    assert stage.consumer().run(10) == ticks


@pytest.mark.parametrize(("before", "after"), [(600, 6_000), (6_000, 60)])
def test_new_rate_holds_within_two_seconds(before: float, after: float) -> None:
    stage = Stage(rate=before)
    stage.arrive(4_000)
    stage.world.start(lambda: stage.configure(rate=after), after=10.0)
    stage.run(30)
    late = [t for t in stage.let_through() if START + 12 < t < START + 30]
    assert len(late) == pytest.approx(after / 60 * 18, rel=0.1, abs=2)


@pytest.mark.no_cover  # an hour
@pytest.mark.parametrize("latency", [0.01, 0.4])
def test_one_a_minute_uses_every_slot(latency: float) -> None:
    chance = random.Random(1)
    stage = Stage(rate=1, latency=lambda: chance.uniform(0, latency))
    stage.arrive(80)
    for minute in range(60):
        stage.start(75, after=minute * 60 + chance.uniform(0, 10))
    stage.world.run()
    times = [at for at in stage.let_through() if at < START + 3_600]
    assert len(times) in {59, 60, 61}
    stage.check_law()


@pytest.mark.parametrize("rate", [1, 2])
def test_the_law_at_low_rates_has_plus_one(rate: float) -> None:
    """In 40 s at most rate x 42 / 60, plus one."""
    stage = Stage(rate=rate)
    stage.arrive(20)
    for minute in range(5):
        stage.start(75, after=minute * 60)
    stage.world.run()
    assert most_in(stage.let_through(), 40.0) <= rate * 42 / 60 + 1
