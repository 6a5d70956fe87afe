"""What consumers measure: the rate, and the counts of the pulse."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from beekeeper.rules.arrivals import Joined
from beekeeper.rules.curve import Sample
from beekeeper.rules.drift import WINDOW_SECONDS, Drift
from beekeeper.rules.line import IDLE_SECONDS, NO_DRIFT, Pulse
from beekeeper.rules.measurement import RATE_MARKS, Seen, measured
from beekeeper.rules.no_shows import Shows
from tests.support.in_memory.line import T0, Simulation, burst, number


def test_measured_rate() -> None:
    simulation = Simulation(burst(12_000, 5), rate=1_200)
    for _ in range(60):
        simulation.tick()
    assert simulation.pulse.rate == pytest.approx(1_200, rel=0.02)
    simulation.rate = 2_400
    for _ in range(60):
        simulation.tick()
    assert simulation.pulse.rate == pytest.approx(2_400, rel=0.2)


def rate_of(admitted: Callable[[int], int], seconds: int, waiting: bool = True) -> Pulse:
    """Return the pulse after so many seconds in which so many were admitted in each."""
    joined = {int(T0): Joined(1e6)}
    pulse = Pulse()
    for second in range(1, seconds):
        count = admitted(second)
        seen = Seen(T0 + second, joined, count, admitted=count, pace=6_000.0, is_empty=not waiting)
        pulse = measured(pulse, seen)
    return pulse


def test_measured_rate_of_workers_who_publish_in_turn() -> None:
    # Five workers admit 20 a second each, and each publishes every fifth second what it admitted.
    pulse = rate_of(lambda second: 100 if second >= 5 else 20 * second, 120)
    assert pulse.rate == pytest.approx(6_000, rel=0.1)


@pytest.mark.parametrize("consumers", [1, 2, 3])
def test_measured_rate_of_consumers_whose_clocks_differ(consumers: int) -> None:
    skews = [0.5, -0.5, 0.2]
    pulse, joined = Pulse(), {int(T0): Joined(1e6)}
    rates = []
    for second in range(1, 120):
        now = T0 + second + skews[second % consumers]
        seen = Seen(now, joined, 10, admitted=10, pace=600.0)
        pulse = measured(pulse, seen)
        rates.append(pulse.rate)
    assert all(rate == pytest.approx(600, rel=0.15) for rate in rates[40:])


def test_no_rate_is_measured_before_it_can_be() -> None:
    assert rate_of(lambda _: 100, 9).rate == 0
    assert rate_of(lambda _: 100, 60, waiting=False).rate == 0


def test_a_pause_and_a_gap_start_the_measurement_anew() -> None:
    pulse = rate_of(lambda _: 100, 60)
    assert pulse.rate == pytest.approx(6_000, rel=0.02)
    assert measured(pulse, Seen(T0 + 61, pace=0.0)).rate == 0
    assert measured(pulse, Seen(T0 + 90, pace=6_000.0)).rate == 0
    # The rate of the time before and that of the gap are not mixed.
    assert measured(pulse, Seen(T0 + 59 + 11, pace=6_000.0)).rate == 0
    assert measured(pulse, Seen(T0 + 59 + 9, pace=6_000.0)).rate > 0


def test_a_slow_line_keeps_few_marks() -> None:
    pulse, joined = Pulse(), {int(T0): Joined(1e6)}
    for second in range(1, 1_500):
        pulse = measured(pulse, Seen(T0 + second, joined, pace=1.0))
        assert len(pulse.marks) <= RATE_MARKS + 2


# A thousand visitors came evenly in the last hundred seconds, and a hundred of them were admitted.
LINE = (Sample(number(-100), 0.0), Sample(number(0), 1_000.0))
WAITING = Pulse(serving=100.0, waiting=900, arrivals=LINE, settled=LINE[-1], as_of=T0)


def at(place: float) -> int:
    """Return the number of the visitor with that place in LINE."""
    return number(-100 + place / 10)


def test_tickets_that_need_no_slot_come_off_and_are_not_admitted() -> None:
    pulse = measured(WAITING, Seen(T0 + 1, came_off=5, numbers=[at(102)] * 5, admitted=2))
    assert pulse.admitted == 2
    assert pulse.waiting == pytest.approx(895, abs=2)


def test_no_more_are_served_than_arrived() -> None:
    # Visitors came off whom nobody has counted.
    pulse = measured(WAITING, Seen(T0 + 1, came_off=5_000))
    assert (pulse.serving, pulse.waiting) == (1_000, 0)


def test_a_batch_that_is_spread_says_little_of_the_place_that_is_served() -> None:
    spread = [at(place) for place in range(150, 900, 75)]
    pulse = measured(WAITING, Seen(T0 + 1, came_off=10, numbers=spread))
    assert pulse.serving == pytest.approx(110, abs=10)
    together = [at(place) for place in range(500, 510)]
    pulse = measured(WAITING, Seen(T0 + 1, came_off=10, numbers=together))
    assert pulse.serving > 200


def test_the_slack_is_how_early_a_ticket_came_off_and_fades() -> None:
    pulse = measured(WAITING, Seen(T0 + 1, came_off=10, numbers=[at(500)] * 10))
    assert pulse.slack == pytest.approx(390, abs=1)
    assert measured(pulse, Seen(T0 + 3_601)).slack == pytest.approx(195, abs=1)


def test_after_an_idle_time_no_shows_are_measured_anew() -> None:
    shows = Shows(1_000.0, 900.0)
    for seconds, checked in ((IDLE_SECONDS, 1_001), (IDLE_SECONDS + 1, 1)):
        pulse = Pulse(as_of=T0, busy_at=T0 - seconds, shows=shows)
        found = measured(pulse, Seen(T0 + 1, shows=[True])).shows
        assert found.checked == pytest.approx(checked, rel=0.05)


def test_the_queues_count_corrects_the_line_at_once_and_then_begins_anew() -> None:
    drift = Drift(T0 + 1 - WINDOW_SECONDS, 5_000, 5_000, 900, 900)
    before = replace(WAITING, drift=drift)
    pulse = measured(before, Seen(T0 + 1, queued=5_000))
    assert (pulse.waiting, pulse.drift, pulse.settled) == (5_000, NO_DRIFT, pulse.arrivals[-1])


def test_counts_of_the_pulse() -> None:
    joined = {int(T0) - 2: Joined(10)}
    pulse = measured(Pulse(), Seen(T0, joined))
    seen = Seen(T0 + 1, joined, came_off=2, numbers=[number(-2), number(-2)], admitted=2)
    pulse = measured(pulse, seen)
    assert (pulse.admitted, pulse.as_of) == (2, T0 + 1)
    assert pulse.waiting == pytest.approx(8, abs=1)


def test_a_month_of_quiet_leaves_numbers_that_dynamodb_takes() -> None:
    pulse = Pulse(slack=50.0, as_of=T0, waiting=10)
    for day in range(1, 31):
        for second in (0, 30):
            pulse = measured(pulse, Seen(T0 + day * 86_400 + second, queued=10))
    for _ in range(10_000):
        pulse = measured(pulse, Seen(pulse.as_of + 1, queued=10))
    for value in (pulse.slack, pulse.rate):
        assert value == 0 or value > 1e-130


def test_the_longest_interval_is_kept_until_everybody_has_asked() -> None:
    told = Pulse(as_of=T0, busy_at=T0 - 400, longest_interval=1_157.0)
    assert measured(told, Seen(T0 + 1, interval=10.0)).longest_interval == 1_157.0
    over = replace(told, busy_at=T0 - 1_158)
    assert measured(over, Seen(T0 + 1, interval=10.0)).longest_interval == 10.0


def test_a_pace_that_the_governor_holds_is_published_before_it_can_be_measured() -> None:
    pulse = rate_of(lambda _: 100, 60)
    held = measured(pulse, Seen(T0 + 60, pace=300.0, is_held=True))
    assert held.rate == 300.0
    assert measured(Pulse(), Seen(T0 + 60, pace=300.0, is_held=True)).rate == 300.0
    assert measured(held, Seen(T0 + 61, pace=0.0, is_held=True)).rate == 0
