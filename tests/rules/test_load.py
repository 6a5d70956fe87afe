from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import load, polling

rates = st.floats(1, 300_000)
crowds = st.floats(0, 10_000_000)


def test_figures() -> None:
    """600 a minute, and ten times that coming: 200 + 20 for coming and going, 304 polls."""
    requests = load.requests_per_second(600, 6_000)
    assert round(requests) == 524
    assert load.concurrent_executions(requests) == 53


def test_nobody_comes() -> None:
    assert load.requests_per_second(600, 0) == 0
    assert load.concurrent_executions(0) == 0


@given(rates, crowds, crowds)
def test_more_visitors_never_need_less(rate: float, one: float, other: float) -> None:
    fewer, more = sorted((one, other))
    assert load.requests_per_second(rate, fewer) <= load.requests_per_second(rate, more) + 1e-6


@given(st.floats(1, 25_000), crowds)
def test_polls_stay_in_their_budget(rate: float, arrivals: float) -> None:
    coming_and_going = 4 * arrivals / 60
    limit = coming_and_going + polling.BUDGET_PER_SECOND + 1e-6
    assert load.requests_per_second(rate, arrivals) <= limit
