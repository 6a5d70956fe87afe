"""The truth that places are compared with, and the proxy that makes counts old."""

import pytest

from tests.benchmarks.stale import Row, Seen, place_errors
from tests.benchmarks.stale_aws import COUNTS, Traffic


def test_the_truth_is_who_came_before_and_has_no_row() -> None:
    everybody = [Row(number, 100.0 + number) for number in range(31)]
    seen = [
        *(Seen(at, at, ahead) for at, ahead in ((100.0, 29), (109.5, 30), (110.0, None))),
        *(Seen(at, at, ahead) for at, ahead in ((119.0, 11), (119.5, 5), (120.5, 5))),
    ]
    # The last one is too near to be compared.
    found = list(place_errors(everybody[30], seen, everybody))
    assert found == [(29, 0.0), (20, 0.5), (10, 0.1), (10, 0.5)]


def test_what_was_true_before_the_answer_is_right() -> None:
    everybody = [Row(number, 100.0 + number) for number in range(31)]
    seen = [Seen(104.5, 109.5, ahead) for ahead in (30, 25, 20, 10)]
    assert [e for _, e in place_errors(everybody[30], seen, everybody)] == [0.2, 0.0, 0.0, 0.5]


def test_the_counts_are_told_as_they_were() -> None:
    counts = Traffic(30.0)
    for second in range(60):
        counts.add(float(second), dict.fromkeys(COUNTS, str(second)))
    told = [int(counts.told(now)[COUNTS[0]]) for now in (0.0, 29.0, 31.0, 59.5)]
    assert told == pytest.approx([0, 0, 1, 29])
