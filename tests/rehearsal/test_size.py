"""How large a rehearsal is."""

import pytest

from beekeeper.errors import ConfigError
from beekeeper.rehearsal.size import sized


@pytest.mark.parametrize(
    ("rate", "visitors", "minutes", "expected"),
    [
        (600, None, None, (1_200, 180, 30)),  # two of three minutes at the rate
        (60, None, None, (120, 180, 5)),
        (60_000, None, None, (2_000, 180, 50)),
        (600, None, 1, (300, 60, 7.5)),
        (1, None, 1, (1, 60, 5)),
        (600, 300, None, (300, 90, 7.5)),
        (600, 300, 5, (300, 300, 7.5)),
        (1, 2_000, None, (2_000, 3_600, 50)),
        (600, 2_000, 1, (2_000, 60, 30)),  # all have come before it ends
    ],
)
def test_it_sends_as_many_as_have_the_time_and_takes_as_long_as_they_need(
    rate: float, visitors: int | None, minutes: float | None, expected: tuple[int, float, float]
) -> None:
    size = sized(rate, visitors, minutes)
    assert (size.visitors, size.seconds, size.arrive_seconds) == expected


@pytest.mark.parametrize("visitors", [0, -1, 2_001])
def test_a_crowd_that_one_machine_can_not_be_is_refused(visitors: int) -> None:
    with pytest.raises(ConfigError, match=r"1 to 2,000 visitors.* see examples/load"):
        sized(600, visitors, None)


@pytest.mark.parametrize("minutes", [0, 0.5, 61])
def test_a_time_that_makes_no_sense_is_refused(minutes: float) -> None:
    with pytest.raises(ConfigError, match="1 to 60 minutes"):
        sized(600, None, minutes)
