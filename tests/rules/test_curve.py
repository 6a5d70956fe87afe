"""The curve of arrivals: what is made of the producers' counts."""

import pytest

from beekeeper.rules.arrivals import Joined
from beekeeper.rules.curve import (
    LONGEST_COUNT_SECONDS,
    NOTHING,
    SETTLED_SECONDS,
    Curve,
    Sample,
    arrived_by,
    counting_from,
    extended,
    is_steady,
    lifted,
    settled_at,
    slope,
)
from tests.support.in_memory.line import T0, number

BEGIN = Sample(number(0), 0.0)
S0 = int(T0)


def levels(curve: Curve, *seconds: float) -> list[float]:
    """Return how many had arrived by some times, in seconds after T0."""
    return [round(arrived_by(curve, number(t)), 1) for t in seconds]


def counted(joined: dict[int, Joined], now: float) -> Curve:
    """Return the curve of these counts, by seconds after T0."""
    by_second = {S0 + second: one for second, one in joined.items()}
    return extended((), BEGIN, by_second, T0 + now)


# --- The course of a second -----------------------------------------------------------------------


def test_an_even_flow_is_a_straight_line() -> None:
    curve = counted({second: Joined(10) for second in range(3)}, 3)
    assert levels(curve, 0, 0.5, 1, 1.5, 2.25, 3) == [0, 5, 10, 15, 22.5, 30]


def test_a_crowd_begins_within_its_first_second() -> None:
    # On average they came at 0.8, so the first one came at 0.6.
    curve = counted({0: Joined(1), 1: Joined(100, 0.8), 2: Joined(250)}, 3)
    assert levels(curve, 1.6, 1.8, 2) == [1, 51, 101]


def test_a_crowd_ends_within_its_last_second() -> None:
    curve = counted({0: Joined(100), 1: Joined(100, 0.2), 2: Joined(1)}, 3)
    assert levels(curve, 1, 1.2, 1.4, 2) == [100, 150, 200, 200]


def test_a_flow_that_changes_is_no_crowd_that_begins_or_ends() -> None:
    more = counted({0: Joined(50), 1: Joined(100, 0.6), 2: Joined(150)}, 3)
    assert levels(more, 1, 1.5, 2) == [50, 50 + 35, 150]
    less = counted({0: Joined(150), 1: Joined(100, 0.4), 2: Joined(50)}, 3)
    assert levels(less, 1, 1.5, 2) == [150, 150 + 65, 250]


def test_a_second_that_is_not_over_holds_all_who_were_counted() -> None:
    curve = counted({0: Joined(10), 1: Joined(10, 0.2)}, 1.4)
    assert levels(curve, 1, 1.2, 1.4) == [10, 15, 20]
    crowd = counted({1: Joined(10, 0.35)}, 1.4)  # they came from 0.3 on
    assert levels(crowd, 1.3, 1.4) == [0, 10]


# --- What is kept ---------------------------------------------------------------------------------


def test_the_settled_part_is_kept_and_the_rest_is_counted_anew() -> None:
    settled = Sample(number(10), 100.0)
    before = (BEGIN, Sample(number(5), 60.0), Sample(number(12), 170.0))
    joined = {S0 + second: Joined(10) for second in range(8, 12)}
    curve = extended(before, settled, joined, T0 + 12)
    assert levels(curve, 0, 5, 10, 11, 12) == [0, 60, 100, 110, 120]


def test_what_is_above_the_settled_part_is_dropped() -> None:
    # The settled sample is right, and a curve that falls would let visitors overtake.
    curve = extended((Sample(number(1), 500.0),), Sample(number(10), 100.0), {}, T0 + 11)
    assert levels(curve, 1, 10, 11) == [100, 100, 100]


def test_who_is_counted_for_a_time_to_come_waits_for_it() -> None:
    joined = {S0: Joined(10), S0 + 1: Joined(10)}
    assert levels(extended((), BEGIN, joined, T0 + 1), 1) == [10]


def test_a_time_without_visitors_is_one_flat_stretch() -> None:
    curve: Curve = (BEGIN,)
    for second in range(60):
        curve = extended(curve, curve[-1], {}, T0 + second)
    assert curve == (BEGIN, Sample(number(59), 0.0))


def test_the_curve_never_falls_within_a_millisecond() -> None:
    # A consumer whose clock is behind counts fewer.
    settled = Sample(number(10), 100.0)
    assert extended((), settled, {}, T0 + 9) == (settled,)
    joined = {S0 + 10: Joined(10)}
    assert extended((), settled, joined, T0 + 10.0005)[-1].arrived == 110


def test_a_count_is_final_after_some_seconds() -> None:
    joined = {S0 + second: Joined(10) for second in range(100)}
    settled = Sample(number(5), 50.0)
    assert settled_at(settled, joined, T0 + SETTLED_SECONDS + 5.9) == settled
    assert settled_at(settled, joined, T0 + SETTLED_SECONDS + 8.9) == Sample(number(8), 80.0)


def test_who_came_long_ago_is_not_counted_any_more() -> None:
    settled = Sample(number(0), 70.0)
    assert counting_from(settled, T0 + LONGEST_COUNT_SECONDS) == settled
    late = T0 + LONGEST_COUNT_SECONDS + 9.5
    assert counting_from(settled, late) == Sample(number(9), 70.0)
    assert counting_from(NOTHING, T0) == Sample(number(-LONGEST_COUNT_SECONDS), 0.0)


# --- Its end --------------------------------------------------------------------------------------


def ending(before: float, last: float) -> Curve:
    """Return a curve that ends with so many in 0.75 s, and so many in the last 0.25 s."""
    level = 1_000.0
    return (
        Sample(number(0), 0.0),
        Sample(number(9), level),
        Sample(number(9.75), level + before),
        Sample(number(10), level + before + last),
    )


def test_after_its_end_it_goes_on_at_the_steeper_of_its_last_slopes() -> None:
    assert levels(ending(60, 20), 11) == [1_160]  # 80 a second
    assert levels(ending(60, 40), 11) == [1_260]  # 160 in the last quarter of a second
    assert levels(ending(60, 0), 11) == [1_120]  # 60 over the whole second
    assert slope(()) == slope((BEGIN,)) == 0


@pytest.mark.parametrize(
    ("before", "last", "steady"),
    [(60, 20, True), (60, 5, True), (60, 0, False), (20, 19, True), (20, 21, False), (0, 9, False)],
)
def test_a_crowd_that_has_just_begun_or_ended_is_not_steady(
    before: float, last: float, steady: bool
) -> None:
    assert is_steady(ending(before, last)) is steady


# --- The queue's count corrects it ----------------------------------------------------------------


def test_lifting_stretches_what_is_behind_the_place_that_is_served() -> None:
    curve = (BEGIN, Sample(number(10), 100.0), Sample(number(20), 200.0))
    assert levels(lifted(curve, 100, 300, 0), 0, 10, 15, 20) == [0, 100, 250, 400]
    assert levels(lifted(curve, 100, 10, 0), 0, 10, 15, 20) == [0, 100, 105, 110]


def test_who_was_not_counted_at_all_came_evenly_since_the_newest_ticket_that_came_off() -> None:
    curve = (BEGIN, Sample(number(10), 100.0), Sample(number(20), 100.0))
    assert levels(lifted(curve, 100, 60, number(14)), 0, 10, 14, 17, 20) == [0, 100, 100, 130, 160]
    assert levels(lifted(curve, 100, 60, 0), 0, 10, 20) == [100, 130, 160]
