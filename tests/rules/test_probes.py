"""What probes say: the health of a site, and the baseline of one that is well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.governor import Health
from beekeeper.rules.line import Pulse
from beekeeper.rules.probes import Answer, baseline_after, health_of, is_quiet
from beekeeper.rules.settings import Mode

FAILED, REFUSED = Answer("time-out", 2.0, failed=True), Answer("429", 0.01, refused=True)


def answers(*seconds: float) -> list[Answer]:
    return [Answer("200", each) for each in seconds]


def test_times_are_those_of_the_answers_and_not_of_errors_and_refusals() -> None:
    found = health_of([*answers(0.3, 0.1, 0.2), FAILED, REFUSED])
    assert found == Health(5, 1, 1, 0.2, 0.3)


def test_nothing_that_answers_has_no_times() -> None:
    assert health_of([FAILED, FAILED]) == Health(2, 2, 0, None, None)
    assert health_of([]) == Health(0, 0, 0, None, None)


def test_the_median_is_in_the_middle_and_the_slowest_of_twenty_beyond_the_95th_percentile() -> None:
    found = health_of(answers(*range(1, 21)))
    assert (found.median_seconds, found.p95_seconds) == (10.5, 19)


@given(st.lists(st.floats(0, 2), min_size=1))
def test_the_times_are_within_those_that_were_measured(seconds: list[float]) -> None:
    found = health_of(answers(*seconds))
    assert found.p95_seconds in seconds
    assert min(seconds) <= (found.median_seconds or 0) <= (found.p95_seconds or 0)


@pytest.mark.parametrize(
    ("after", "quiet"),
    [
        (Pulse(admitted=5, as_of=60.0), True),
        (Pulse(admitted=6), False),
        (Pulse(admitted=5, waiting=1), False),
        (Pulse(admitted=5, cleared_at=9.0), False),
    ],
)
def test_a_minute_is_quiet_if_nobody_came_through_the_line(after: Pulse, quiet: bool) -> None:
    assert is_quiet(Mode.ON, Pulse(admitted=5), after) is quiet


def well(median: float) -> Health:
    return Health(20, 0, 0, median, median)


def test_the_first_quiet_minute_is_the_baseline_and_later_ones_move_it() -> None:
    assert baseline_after(0.0, well(0.2)) == 0.2
    assert baseline_after(0.2, well(0.28)) == pytest.approx(0.22)
    assert baseline_after(0.2, well(0.12)) == pytest.approx(0.18)


def test_a_site_that_is_slower_for_hours_becomes_the_measure() -> None:
    night, day = 0.08, 0.2
    baseline = baseline_after(night, well(day))
    assert baseline == pytest.approx(1.05 * night), "it may still suffer"
    for _ in range(30):
        baseline = baseline_after(baseline, well(day))
    assert baseline == pytest.approx(day, rel=0.01)


@pytest.mark.parametrize(
    "health",
    [Health(20, 1, 0, 0.1, 0.1), Health(20, 0, 1, 0.1, 0.1), health_of([])],
)
def test_a_site_that_is_not_well_does_not_move_it(health: Health) -> None:
    assert baseline_after(0.2, health) == 0.2
    assert baseline_after(0.0, health_of([FAILED])) == 0.0
