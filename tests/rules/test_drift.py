"""Drift: when the queue's count corrects the line's own."""

import pytest

from beekeeper.rules.drift import WINDOW_SECONDS, Drift
from tests.support.in_memory.line import T0


def after(*measurements: tuple[float, float, float]) -> Drift:
    """Return the range of some measurements: seconds after T0, the queue's and the line's count."""
    drift = Drift()
    for seconds, queue, line in measurements:
        drift = drift.after(T0 + seconds, queue, line)
    return drift


def test_the_range_is_that_of_all_measurements() -> None:
    assert after((0, 50, 20), (1, 70, 10), (2, 30, 40), (3, 40, 15)) == Drift(T0, 30, 70, 10, 40)


def test_the_range_is_complete_after_more_than_the_lag_of_the_queues_count() -> None:
    assert not after((0, 1, 1)).is_complete(T0 + WINDOW_SECONDS - 1)
    assert after((0, 1, 1)).is_complete(T0 + WINDOW_SECONDS)


@pytest.mark.parametrize("seconds", [2 * WINDOW_SECONDS + 1, -1])
def test_a_range_that_is_too_old_or_from_the_future_begins_anew(seconds: float) -> None:
    assert after((0, 50, 20), (seconds, 7, 8)) == Drift(T0 + seconds, 7, 7, 8, 8)
    assert after((0, 50, 20), (2 * WINDOW_SECONDS, 7, 8)).since == T0


@pytest.mark.parametrize(
    ("queue", "line", "true"),
    [
        ((100, 200), (90, 300), None),  # the ranges overlap
        ((169, 200), (90, 100), None),  # the queue has more by no more than an error
        ((171, 201), (90, 100), 186),
        ((1_195, 1_300), (900, 1_000), None),
        ((0, 51), (120, 200), None),  # and less
        ((1, 49), (120, 200), 25),
        ((0, 0), (59, 70), None),
        ((900, 960), (1_200, 1_300), None),
    ],
)
def test_the_queues_count_holds_if_the_ranges_are_apart(
    queue: tuple[float, float], line: tuple[float, float], true: float | None
) -> None:
    assert Drift(T0, *queue, *line).true_waiting() == true
