"""The benchmark of places and waits, on a small crowd."""

import pytest

from tests.benchmarks.numbers import measure


@pytest.mark.parametrize("disorder", [0.0, 0.02])
def test_places_and_waits_are_right(disorder: float) -> None:
    found = measure("small", disorder, a_second=500, seconds=120, rate=600, visitors=300)
    assert [figure for figure in found if figure.reached is False] == []
    assert sum(figure.reached is True for figure in found) == 7
