import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import polling
from beekeeper.rules.polling import BUDGET_PER_SECOND, polls_per_second, retry_after

waits = st.floats(0, 1e6)
crowds = st.integers(0, 20_000_000)
rates = st.floats(1, 300_000)


@pytest.mark.parametrize(
    ("eta", "seconds"), [(0, 2), (6, 2), (9, 3), (300, 100), (540, 180), (1e6, 180), (None, 10)]
)
def test_a_third_of_the_wait_within_bounds(eta: float | None, seconds: float) -> None:
    assert retry_after(eta, waiting=100, rate_per_minute=600) == seconds


@given(waits | st.none(), crowds, rates, st.floats(-1, 1))
def test_jitter_is_fifteen_percent(
    eta: float | None, waiting: int, rate: float, jitter: float
) -> None:
    plain = retry_after(eta, waiting, rate)
    assert retry_after(eta, waiting, rate, jitter) == pytest.approx(
        plain * (1 + 0.15 * jitter), rel=0.01
    )
    assert plain >= polling.MIN_SECONDS


@given(waits, waits, crowds, rates)
def test_nearer_asks_no_later(a: float, b: float, waiting: int, rate: float) -> None:
    near, far = sorted((a, b))
    assert retry_after(near, waiting, rate) <= retry_after(far, waiting, rate)


def load(waiting: int, rate: float) -> float:
    """Add up what a line's visitors ask a second, from a sample of places along it."""
    places = [(i + 0.5) * waiting / 10_000 for i in range(10_000)]
    each = sum(1 / retry_after(place / rate * 60, waiting, rate) for place in places) / 10_000
    return each * waiting


@pytest.mark.parametrize("waiting", [10, 10_000, 200_000, 1_000_000, 10_000_000])
@pytest.mark.parametrize("rate", [1, 600, 30_000, 300_000])
def test_all_together_stay_within_the_budget(waiting: int, rate: float) -> None:
    assert load(waiting, rate) <= BUDGET_PER_SECOND * 1.05


@pytest.mark.parametrize("waiting", [10, 10_000, 300_000])
@pytest.mark.parametrize("rate", [1, 600, 30_000])
def test_load_is_what_is_predicted(waiting: int, rate: float) -> None:
    if polls_per_second(waiting, rate) < BUDGET_PER_SECOND:
        assert load(waiting, rate) == pytest.approx(polls_per_second(waiting, rate), rel=0.05)


@given(crowds, rates)
def test_paused_crowds_stay_within_the_budget(waiting: int, rate: float) -> None:
    assert waiting / retry_after(None, waiting, rate) <= BUDGET_PER_SECOND * 1.05


@given(rates)
def test_load_grows_with_the_crowd(rate: float) -> None:
    crowd = sorted(random.Random(1).randrange(1_000_000) for _ in range(20))
    loads = [polls_per_second(waiting, rate) for waiting in crowd]
    assert loads == sorted(loads)
