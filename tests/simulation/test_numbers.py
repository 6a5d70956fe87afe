"""The benchmark of places and waits, on a small crowd."""

import pytest

from tests.benchmarks.numbers import measure


@pytest.mark.parametrize("disorder", [0.0, 0.02])
def test_places_and_waits_are_right(disorder: float) -> None:
    found = measure("small", disorder, a_second=500, seconds=120, rate=600, visitors=300)
    missed = [verdict for verdict in found if verdict.judged and verdict.value > verdict.goal]
    assert missed == []
    wait = found[-1]
    assert wait.limit is not None
    assert wait.value <= max(wait.goal, 1.2 * wait.limit)
