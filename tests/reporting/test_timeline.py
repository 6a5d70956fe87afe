"""What was set when, and the times of day of a report's axes."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.reporting import time_axis, timeline
from tests.reporting.events import START, busy_event, entry

INDIA = timezone(timedelta(hours=5, minutes=30), "IST")


def test_a_setting_has_the_value_that_the_last_change_gave_it() -> None:
    rates = timeline.changes(busy_event().history, "rate", "1")
    at = (0, 599, 600, 2_399, 2_400, 3_100)
    values = [timeline.value_at(rates, START + seconds) for seconds in at]
    assert values == ["600", "600", "900", "900", "1200", "1200"]


def test_before_the_first_change_a_setting_had_the_value_that_was_replaced() -> None:
    found = timeline.changes([entry(50, "mode", "on", "paused")], "mode", "off")
    assert timeline.spans(found, START, START + 100) == [
        (START, START + 50, "on"),
        (START + 50, START + 100, "paused"),
    ]


def test_without_a_history_a_setting_always_had_its_value() -> None:
    found = timeline.changes([], "rate", "600.0")
    assert timeline.spans(found, 1.0, 2.0) == [(1.0, 2.0, "600.0")]
    assert timeline.rate_in("600.0", 1.0) == 600.0


@pytest.mark.parametrize(("text", "rate"), [("1,200 a minute", 1_200), ("12.5", 12.5), ("", 7)])
def test_a_rate_is_read_as_people_write_it(text: str, rate: float) -> None:
    assert timeline.rate_in(text, 7.0) == rate


@settings(max_examples=50)
@given(st.floats(0, 2e9), st.floats(0, 2e6))
def test_an_axis_has_few_marks_and_all_are_within_it(first: float, span: float) -> None:
    axis = time_axis.axis(first, first + span, INDIA)
    assert len(axis.marks) <= 7
    assert all(-0.001 <= at <= axis.end for at, _ in axis.marks)


def test_the_marks_are_round_times_of_day_where_the_reader_is() -> None:
    axis = time_axis.axis(START, START + 3_600, INDIA)
    assert [text for _, text in axis.marks] == [
        "22:50",
        "23:00",
        "23:10",
        "23:20",
        "23:30",
        "23:40",
        "23:50",
    ]
    over_midnight = time_axis.axis(START, START + 86_400, INDIA)
    assert [text for _, text in over_midnight.marks][:2] == ["Sat 00:00", "Sat 06:00"]


def test_a_rate_that_no_number_can_hold_is_none() -> None:
    assert timeline.rate_in("9" * 400, 600.0) == 600
