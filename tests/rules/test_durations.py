import pytest

from beekeeper.rules.durations import at_most, duration, estimate


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than 1 s"), (0.4, "less than 1 s"), (1, "1 s"), (47.4, "47 s"), (60, "1 min"),
        (149, "2 min 29 s"), (599.7, "10 min"), (757, "13 min"), (3_599, "1 h"), (3_600, "1 h"),
        (5_700, "1 h 35 min"), (86_390, "1 d"), (90_000, "1 d 1 h"), (273_000, "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_measured_time(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than 1 s"),
        (47.4, "47 s"),
        (89, "1 min"),
        (149, "2 min"),
        (437, "7 min"),
        (5_700, "1 h 35 min"),
    ],
)
def test_an_expected_time(seconds: float, said: str) -> None:
    assert estimate(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (59.1, "1 min"), (60, "1 min"), (61, "2 min"), (5_641, "1 h 35 min")],
)
def test_an_upper_bound(seconds: float, said: str) -> None:
    assert at_most(seconds) == said
