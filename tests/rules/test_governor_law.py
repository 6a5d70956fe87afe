"""The governor's law: what it decides in a minute, and what becomes of sites that saturate."""

from statistics import mean

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.rules.governor import Decision, Health, Memory, decide, needs_relief
from beekeeper.simulation.destination import Database, Destination, Pool, Servers
from tests.support.saturated import shares, with_governor, without_governor

RATE, FLOOR, BASELINE = 1_000.0, 10.0, 0.3
WELL = Health(20, 0, 0, 0.3, 0.4)
NEVER_SUFFERED = Memory(load=800.0)
SITES = (Servers, Pool, Database)
ANY = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -1.0, 1e300])
COUNTS = st.integers(-5, 50)


def slow(median: float) -> Health:
    return Health(20, 0, 0, median, median)


def failing(failed: int, sent: int = 20) -> Health:
    return Health(sent, failed, 0, 0.3 if failed < sent else None, None)


def decided(health: Health, memory: Memory = NEVER_SUFFERED, pace: float = 800.0) -> Decision:
    return decide(health, memory, pace=pace, rate=RATE, floor=FLOOR, baseline_seconds=BASELINE)


@pytest.mark.parametrize("sent", [4, 20])
def test_it_halves_at_once_on_errors_and_time_outs(sent: int) -> None:
    health = failing(sent // 2, sent)
    assert needs_relief(health, NEVER_SUFFERED)
    found = decided(health)
    assert found.pace == 400
    assert found.memory.suffers
    assert found.reason == f"{sent // 2} of {sent} probes failed: 400 a minute"


def test_it_halves_again_at_the_end_of_the_next_minute_and_not_with_each_burst() -> None:
    first = decided(failing(2, 4))
    assert not needs_relief(failing(2, 4), first.memory)
    assert decided(failing(10), first.memory, first.pace).pace == 200


def test_a_single_error_lowers_nothing() -> None:
    health = failing(1)
    assert not needs_relief(health, NEVER_SUFFERED)
    assert decided(health).pace >= 800


def test_a_burst_that_fails_halves_and_a_minute_in_which_all_fail_means_the_floor() -> None:
    assert decided(failing(4, 4)).pace == 400
    assert decided(failing(20)).pace == FLOOR


@pytest.mark.parametrize(
    ("median", "pace"), [(0.54, 800), (0.6, 800 * 0.9), (0.5535, 800 / 1.025), (1.9, 800 * 0.85)]
)
def test_it_lowers_in_proportion_on_latency_and_by_at_most_15_percent(
    median: float, pace: float
) -> None:
    assert decided(slow(median)).pace == pytest.approx(pace, rel=1e-6)


def test_it_says_why() -> None:
    assert decided(slow(2.4)).reason == (
        "destination answers in 2.4 s, baseline 0.3 s: 680 a minute"
    )
    tail = Health(20, 0, 0, 0.3, 3.0)
    assert decided(tail).reason.startswith("destination answers in 0.3 s and at worst in 3.0 s")


def test_a_slow_tail_alone_lowers_the_pace() -> None:
    assert decided(Health(20, 0, 0, 0.3, 3.0)).pace == pytest.approx(680)


def test_the_first_50_ms_are_nothing_to_notice() -> None:
    found = decide(
        slow(0.05), NEVER_SUFFERED, pace=800, rate=RATE, floor=FLOOR, baseline_seconds=0.005
    )
    assert found.pace >= 800


def test_it_raises_by_a_quarter_of_the_gap_when_the_site_is_well() -> None:
    assert decided(WELL).pace == 850
    assert decided(WELL, pace=RATE).pace == RATE


def test_it_holds_the_pace_of_a_site_that_is_neither_slow_nor_well() -> None:
    assert decided(slow(0.5)).pace == 800


def test_it_does_not_run_into_what_was_too_much_again() -> None:
    memory, pace, paces = Memory(load=400.0, too_much=500.0), 400.0, []
    for _ in range(10):
        found = decided(WELL, memory, pace)
        memory, pace = found.memory, found.pace
        paces.append(pace)
    assert paces == sorted(paces)
    assert 475 <= paces[1] <= paces[-1] <= 505


def test_it_tries_more_than_was_too_much_later() -> None:
    memory, pace = Memory(load=400.0, too_much=500.0), 400.0
    for _ in range(60):
        found = decided(WELL, memory, pace)
        memory, pace = found.memory, found.pace
    assert pace == pytest.approx(RATE, rel=0.001)


@pytest.mark.parametrize("health", [Health(20, 0, 20, None, None), Health(0, 0, 0, None, None)])
def test_refused_probes_and_no_probes_change_nothing(health: Health) -> None:
    memory = Memory(800.0, 900.0, 3.0)
    found = decided(health, memory)
    assert (found.pace, found.memory) == (800, memory)
    assert not needs_relief(health, memory)


def test_refused_probes_are_not_counted_beside_others() -> None:
    assert decided(Health(20, 2, 16, 0.3, 0.3)).pace == 400


@given(
    st.builds(Health, COUNTS, COUNTS, COUNTS, st.none() | ANY, st.none() | ANY),
    st.builds(Memory, ANY, ANY, ANY),
    ANY,
    st.floats(0.01, 1e6),
    ANY,
    ANY,
)
@example(WELL, Memory(float("nan"), float("inf"), -3.0), float("nan"), 500.0, 10.0, 0.3)
@example(slow(float("nan")), Memory(), float("inf"), 500.0, float("nan"), -0.05)
def test_never_above_the_rate_and_never_below_the_floor_whatever_it_gets(
    health: Health, memory: Memory, pace: float, rate: float, floor: float, baseline: float
) -> None:
    found = decide(health, memory, pace=pace, rate=rate, floor=floor, baseline_seconds=baseline)
    assert found.pace <= rate
    assert found.pace >= 0
    assert not floor > found.pace or found.pace == rate
    assert Memory.of(found.memory.as_numbers()) == found.memory


@pytest.mark.parametrize("numbers", [(), (1,), ("a", 2, 3), (-1, 0, 0), (float("nan"), 0, 0)])
def test_numbers_that_no_memory_has_are_no_memory(numbers: tuple[float, ...]) -> None:
    assert Memory.of(numbers) == Memory()


@pytest.mark.parametrize("kind", SITES)
def test_a_site_that_bears_more_than_the_rate_is_left_alone(kind: type[Destination]) -> None:
    found = with_governor(kind(600), 500, seed=1, count=40)
    assert {minute.pace for minute in found} == {500}


@pytest.mark.parametrize("times", [1.2, 3.0])
@pytest.mark.parametrize("kind", SITES)
def test_with_the_governor_a_site_serves_90_percent_and_without_it_collapses(
    kind: type[Destination], times: float
) -> None:
    """The first hour is left out: nobody knows yet what the site bears."""
    for seed in range(2):
        site = kind(600)
        served = shares(site, with_governor(site, times * 600, seed, 120))[60:]
        assert mean(served) > 0.9
        assert min(served) > 0.8
    site = kind(600)
    without = shares(site, without_governor(site, times * 600, 60))
    assert mean(without[30:]) < 0.55


@pytest.mark.parametrize("kind", SITES)
def test_the_first_overload_ends_within_half_an_hour(kind: type[Destination]) -> None:
    site = kind(600)
    served = shares(site, with_governor(site, 1_200, 1, 40))
    assert sum(share < 0.5 for share in served) < 20
    assert mean(served[-5:]) > 0.85
