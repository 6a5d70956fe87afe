"""How a figure is judged, and what a report makes of it."""

import math

import pytest

from tests.benchmarks.figures import EQUAL, Figure, Goal, Report, at_least, at_most, figure, run


@pytest.mark.parametrize(
    ("goal", "reached", "missed"),
    [
        (at_most(1.1), [0.0, 100, 110], [110.1, 1_000]),
        (at_least(0.9), [90, 100, 1_000], [0.0, 89.9]),
        (EQUAL, [100], [99, 101]),
    ],
)
def test_a_goal_has_a_direction(goal: Goal, reached: list[float], missed: list[float]) -> None:
    assert all(figure("f", value, "limit", 100, goal).reached for value in reached)
    assert not any(figure("f", value, "limit", 100, goal).reached for value in missed)


def test_without_a_goal_nothing_is_judged() -> None:
    beside, alone = figure("f", 3, "limit", 2), figure("f", 3)
    assert (beside.ratio, beside.reached) == (1.5, None)
    assert (alone.ratio, alone.limit, alone.reached) == (None, None, None)
    assert Report("title", [beside, alone]).exit_code == 0


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    # The machine was busy in the second round, for both; and in the third, for ours alone.
    found = figure("f", [10, 30, 90, 10, 10], "limit", [10, 30, 10, 10, 10], at_most(1))
    assert (found.ratio, found.value, found.limit, found.reached) == (1.0, 10, 10, True)


@pytest.mark.parametrize(("count", "ratio"), [(0, 1.0), (1, math.inf)])
def test_what_must_be_none_is_missed_by_one(count: int, ratio: float) -> None:
    found = figure("visitors lost", count, "must be", 0, at_most(1))
    assert (found.ratio, found.reached) == (ratio, count == 0)


def test_a_figure_that_could_not_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="needs something to compare with"):
        figure("f", 1, goal=at_most(1))
    with pytest.raises(ValueError, match="not measured in each round"):
        figure("f", [1, 2], "limit", [1])
    with pytest.raises(ValueError, match="nothing was measured"):
        figure("f", [])


def test_one_missed_goal_makes_the_exit_code() -> None:
    good = figure("good", 1, "limit", 2, at_most(1))
    bad = figure("bad", 1, "limit", 2, at_least(1))
    assert Report("title", [good]).exit_code == 0
    report = Report("title", [good, bad, good])
    assert (report.exit_code, report.missed) == (1, [bad])


def test_a_report_survives_json() -> None:
    figures = [
        Figure("a", (1.0, 2.0), "limit", (1.0, 2.0), at_most(1), " ms", 2),
        figure("b", 1, "must be", 0, EQUAL),
        figure("c", 5),
    ]
    report = Report("title", figures, ["a note"])
    again = Report.from_json(report.to_json())
    assert [one.row() for one in again.figures] == [one.row() for one in figures]
    assert (again.title, again.notes, again.exit_code) == ("title", ["a note"], report.exit_code)


def test_rows_read_well() -> None:
    found = figure("cost", 2.836, "peer", 31.5, at_most(0.095), unit="$", digits=2)
    assert found.row() == ["cost", "$2.84", "peer: $31.50", "0.09", "≤ 0.095", "ok"]
    slow = figure("time", 1.2, "limit", 1.0, at_most(1.1), unit=" ms", digits=1)
    assert slow.row() == ["time", "1.2 ms", "limit: 1.0 ms", "1.20", "≤ 1.1", "missed"]


@pytest.mark.parametrize(("value", "code"), [(1, 0), (2, 1)])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_command_prints_and_exits(
    value: int,
    code: int,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def report(value: int) -> Report:
        return Report("title", [figure("f", value, "limit", 1, at_most(1))])

    monkeypatch.setattr("sys.argv", ["benchmark", *options, "--value", str(value)])
    with pytest.raises(SystemExit) as ended:
        run(report, "What is it?\n\nMore.", value=0)
    assert ended.value.code == code
    printed = capsys.readouterr().out
    assert "title" in printed
    assert options == [] or Report.from_json(printed).exit_code == code
