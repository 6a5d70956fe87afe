"""What consumers measure: the rate, and the counts of the pulse."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from beekeeper.rules.arrivals import Joined
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured
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
