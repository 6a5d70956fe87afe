import pytest

from beekeeper.charts import amounts, durations, short, times


@pytest.mark.parametrize("value", [0, 0.3, 1, 7, 99, 1_234, 5e6, 2e9])
def test_axes_reach_as_far_as_the_values(value: float) -> None:
    for axis in (amounts(value), durations(value)):
        assert axis.end >= value
        assert axis.marks[-1][0] == axis.end
        assert 2 <= len(axis.marks) <= 7
    assert all(at <= times(value).end for at, _ in times(value).marks)
    assert short(value)


def test_the_marks_of_an_axis_are_short_enough_for_a_phone() -> None:
    assert [text for _, text in durations(96).marks] == ["0", "30 s", "1 min", "90 s", "2 min"]
    assert [text for _, text in durations(9_000).marks][-2:] == ["2:00 h", "3:00 h"]
    for top in (7, 50, 110, 700, 4_000, 20_000, 80_000):
        assert max(len(text) for _, text in durations(top).marks) <= 7
