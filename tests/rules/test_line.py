"""Numbers and places, in small simulations of a line."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.arrivals import Joined
from beekeeper.rules.curve import MAX_SAMPLES, Sample, arrived_by, thinned
from beekeeper.rules.line import (
    WAKING_SECONDS,
    Pulse,
    ahead_of,
    eta_seconds,
    is_near_front,
    stands_still,
    with_joined,
)
from beekeeper.rules.measurement import Seen, measured
from beekeeper.rules.tokens import new_ticket
from tests.support.in_memory.line import RATE, T0, Simulation, burst, number, steady

CROWDS: dict[str, Callable[[], list[float]]] = {
    "burst": lambda: burst(12_000, 5),
    "slow burst": lambda: burst(12_000, 60),
    "steady": lambda: steady(30, 400),
    "two bursts": lambda: [*burst(5_000, 5), *(200 + t for t in burst(5_000, 5))],
}
crowds = pytest.mark.parametrize("crowd", CROWDS.values(), ids=CROWDS)


def off_by(simulation: Simulation, allowed: float, floor: float) -> list[tuple[int, int, int]]:
    """Run the line. Return (second, ahead, told) where the error is larger than this."""
    wrong = []
    for _ in range(450):
        simulation.tick()
        if simulation.queue and simulation.second > 5:
            for truth, told in simulation.places():
                if abs(told - truth) > max(allowed * truth, floor):
                    wrong.append((simulation.second, truth, told))
    return wrong


@crowds
def test_places_are_right(crowd: Callable[[], list[float]]) -> None:
    simulation = Simulation(crowd())
    assert off_by(simulation, allowed=0.1, floor=RATE / 60 * 3.5) == []
    assert simulation.missed == 0, "who was admitted was not looked up"


@crowds
@pytest.mark.parametrize("disorder", [5, 50])
def test_places_are_right_in_a_queue_that_shuffles(
    crowd: Callable[[], list[float]], disorder: float
) -> None:
    simulation = Simulation(crowd(), disorder)
    assert off_by(simulation, allowed=0.1, floor=RATE / 60 * 3 + 3 * disorder) == []
    assert simulation.missed == 0, "who was admitted was not looked up"


@crowds
@pytest.mark.parametrize("lag", [0, 5, 60])
def test_places_do_not_depend_on_the_age_of_the_queues_count(
    crowd: Callable[[], list[float]], lag: float
) -> None:
    simulation = Simulation(crowd(), lag=lag)
    assert off_by(simulation, allowed=0.1, floor=RATE / 60 * 3.5) == []


@crowds
def test_places_when_some_visitors_are_not_counted(crowd: Callable[[], list[float]]) -> None:
    simulation = Simulation(crowd(), uncounted=0.05)
    assert off_by(simulation, allowed=0.1, floor=0.05 * 12_000) == []


def test_a_line_that_nobody_counts_is_seen_by_the_queues_count_in_the_long_run() -> None:
    simulation = Simulation(burst(20_000, 5), uncounted=1.0, lag=60.0)
    for _ in range(330):
        simulation.tick()
    for _ in range(300):
        simulation.tick()
        assert 0.5 < simulation.pulse.waiting / len(simulation.queue) < 2.2


@crowds
def test_who_was_admitted_is_looked_up_even_in_a_queue_that_shuffles_much(
    crowd: Callable[[], list[float]],
) -> None:
    simulation = Simulation(crowd(), disorder=500)
    for _ in range(450):
        simulation.tick()
    assert simulation.missed == 0


def test_who_was_handed_out_early_finds_out_at_the_next_asking() -> None:
    # A page asks again after three minutes at most.
    simulation = Simulation(burst(20_000, 5))
    for _ in range(30):
        simulation.tick()
    early = simulation.queue.pop(12_000)  # ten minutes before their time
    told = ahead_of(number(early), simulation.pulse)
    simulation.pulse = measured(
        simulation.pulse,
        simulation.seen(now=T0 + 30.5, came_off=1, numbers=[number(early)], admitted=1),
    )
    wait = min(eta_seconds(told, simulation.pulse, RATE, T0 + 30.5) / 3, 180)
    for _ in range(int(wait)):
        simulation.tick()
    ahead = ahead_of(number(early), simulation.pulse)
    assert is_near_front(ahead, simulation.pulse, RATE, T0 + simulation.second)


def test_nobody_is_ahead_at_the_front() -> None:
    simulation = Simulation(burst(5_000, 5))
    while len(simulation.queue) != 20:
        simulation.tick()
    assert ahead_of(number(simulation.queue[0]), simulation.pulse) <= RATE / 60
    simulation.tick()
    simulation.tick()
    assert simulation.queue == []
    assert ahead_of(number(simulation.second + 0.0), simulation.pulse) == 0


def test_queue_that_seems_to_be_empty_once_puts_nobody_at_the_front() -> None:
    # Pages never show a place that grows. A page that shows "you are next" would keep it.
    simulation = Simulation(burst(5_000, 5))
    for _ in range(30):
        simulation.tick()
    last = number(simulation.queue[-1])
    before = ahead_of(last, simulation.pulse)
    numbers = [number(t) for t in simulation.queue[:20]]
    seen = simulation.seen(now=T0 + 31, came_off=20, numbers=numbers, admitted=20, is_empty=True)
    pulse = measured(simulation.pulse, seen)
    assert ahead_of(last, pulse) == pytest.approx(before - 20, abs=5)
    assert measured(pulse, simulation.seen(now=T0 + 32, is_empty=True)).waiting == 0


def test_line_that_is_older_than_its_first_measurement() -> None:
    # Half a minute of visitors, before the first consumer ran.
    simulation = Simulation([t - 30 for t in steady(100, 30)])
    for _ in range(3):
        simulation.tick()
    for truth, told in simulation.places():
        assert told == pytest.approx(truth, rel=0.1, abs=40)


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=30))
def test_numbers_never_overtake(times: list[float]) -> None:
    numbers = [new_ticket(t).number for t in sorted(times)]
    assert numbers == sorted(numbers)


measurements = st.lists(
    st.tuples(
        st.floats(-2, 30),  # seconds since the one before; clocks differ
        st.integers(0, 100_000),  # waiting
        st.integers(0, 1_000),  # admitted
        st.lists(st.floats(-1_000, 1_000), max_size=5),  # which, in seconds from now
    ),
    max_size=60,
)


@given(measurements)
def test_whatever_is_measured_the_curve_never_falls(
    steps: list[tuple[float, int, int, list[float]]],
) -> None:
    pulse, now = Pulse(), T0
    for seconds, waiting, admitted, ages in steps:
        now += seconds
        numbers = [int((now + age) * 1000) for age in ages]
        joined = {int(now): Joined(waiting / 10, 0.4)} if waiting % 3 else {}
        seen = Seen(now, joined, admitted, numbers, admitted, queued=waiting, pace=600.0)
        pulse = measured(pulse, seen)
        ats = [s.at for s in pulse.arrivals]
        levels = [s.arrived for s in pulse.arrivals]
        assert ats == sorted(set(ats))
        assert levels == pytest.approx(sorted(levels))
        assert len(ats) <= MAX_SAMPLES
        places = [arrived_by(pulse.arrivals, number(t)) for t in range(-2_000, 2_000, 100)]
        assert places == sorted(places)  # so nobody overtakes
        assert pulse.slack >= 0
        assert pulse.rate >= 0
        assert ahead_of(number(0), pulse) >= 0


def curve(seed: int, samples: int) -> list[Sample]:
    chance, level, found = random.Random(seed), 0.0, []
    for second in range(samples):
        level += chance.choice([0, 1, 20, 300, 5_000 / (1 + second)])
        found.append(Sample(number(second), level))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_thinning_loses_little(seed: int) -> None:
    whole = curve(seed, 1_500)
    kept: tuple[Sample, ...] = ()
    for sample in whole:
        kept = thinned((*kept, sample), 0.0)
    assert len(kept) == MAX_SAMPLES
    for sample in whole:
        error = abs(arrived_by(kept, sample.at) - sample.arrived)
        assert error <= max(0.06 * sample.arrived, 50)


def test_what_was_served_is_dropped() -> None:
    whole = curve(1, 100)
    serving = whole[50].arrived
    kept = thinned(whole, serving)
    assert kept[0].arrived <= serving
    assert len(kept) <= 52
    assert kept[-1] == whole[-1]


def test_curve_reaches_back_to_who_may_still_be_handed_out_late() -> None:
    curve_so_far = tuple(Sample(number(t), 100.0 * t) for t in range(50))
    pulse = Pulse(
        serving=2_000.0, slack=500.0, arrivals=curve_so_far, settled=curve_so_far[-1], as_of=T0 + 49
    )
    after = measured(pulse, Seen(T0 + 50, came_off=10, numbers=[number(20)] * 10, admitted=10))
    assert 1_300 <= after.arrivals[0].arrived <= 1_500


def test_arrived_by() -> None:
    assert arrived_by((), number(0)) == 0.0
    assert arrived_by((Sample(number(0), 5.0),), number(9)) == 5.0
    samples = (Sample(number(0), 0.0), Sample(number(10), 100.0), Sample(number(20), 100.0))
    assert [arrived_by(samples, number(t)) for t in (-5, 0, 5, 10, 15, 99)] == [
        0, 0, 50, 100, 100, 100,
    ]  # fmt: skip


LINE = (Sample(number(0), 0.0), Sample(number(10), 1_000.0))


def test_a_queue_that_shuffles_has_some_ahead_who_came_later() -> None:
    pulse = Pulse(serving=500.0, spread=100.0, arrivals=LINE)
    places = [ahead_of(number(at), pulse) for at in (3.9, 4.5, 5.0, 5.5, 6.1)]
    assert places == [0, 6, 25, 56, 110]


def test_who_may_have_been_admitted_early_is_near_the_front() -> None:
    for pulse in (Pulse(as_of=T0, spread=100.0), Pulse(as_of=T0, slack=100.0)):
        # Two seconds of the rate, and one, are added.
        assert is_near_front(141, pulse, RATE, T0)
        assert not is_near_front(142, pulse, RATE, T0)


def test_a_line_that_has_just_begun_does_not_stand_still_before_a_consumer_has_woken() -> None:
    idle = Pulse(serving=5.0, arrivals=(Sample(number(-60), 5.0), Sample(number(0), 5.0)))
    joined = {int(T0) + 20: Joined(10)}
    for now, still in ((25, False), (20 + WAKING_SECONDS, False), (21 + WAKING_SECONDS, True)):
        pulse = with_joined(replace(idle, settled=idle.arrivals[-1]), joined, T0 + now)
        assert stands_still(pulse, T0 + now, T0 + 20.5) is still
        assert stands_still(pulse, T0 + now, T0 + 24) is still  # others wait for longer
    assert not stands_still(replace(pulse, as_of=T0 + now - 4), T0 + now, T0 + 20.5)
    assert stands_still(replace(pulse, arrivals=()), T0 + now, T0 + 20.5)


@pytest.mark.parametrize(
    ("pulse_rate", "seconds"), [(0.0, 60), (590.0, 61), (300.0, 120), (700.0, 60)]
)
def test_eta(pulse_rate: float, seconds: float) -> None:
    assert round(eta_seconds(600, Pulse(rate=pulse_rate), 600, T0)) == seconds


def test_a_queue_that_shuffles_makes_the_last_wait_longer() -> None:
    waits = [eta_seconds(ahead, Pulse(spread=100.0), 600, T0) for ahead in (0, 25, 100, 200)]
    assert waits == [0, 5, 10, 20]


def test_the_next_in_line_waits_for_the_next_slot() -> None:
    pulse = Pulse(paced_at=T0 - 10)
    assert eta_seconds(0, pulse, 1, T0) == 50
    assert eta_seconds(2, pulse, 1, T0) == 170
    assert eta_seconds(0, pulse, 600, T0) == 0
