"""The figures of a crowd."""

import pytest

from beekeeper.local.visitor import Stage
from beekeeper.rehearsal.observed import (
    MOST_RATE,
    Growth,
    enough,
    figures,
    fullest,
    held_rate,
    per_second,
)
from beekeeper.rehearsal.size import sized
from beekeeper.rehearsal.visitor import Asked, Rehearser

COUNTED = Growth(rate=600, admitted=3, entered=2, late_seconds=4.5)


def visitor(placed_at: float, entered_at: float = 0.0, **noted: object) -> Rehearser:
    made = Rehearser("http://127.0.0.1:1/", came_at=1.0, ticket="t", placed_at=placed_at)
    made.stage = Stage.ENTERED if entered_at else Stage.WAITING
    made.entered_at = entered_at
    for name, value in noted.items():
        setattr(made, name, value)
    return made


def test_what_visitors_noted_is_added_up() -> None:
    crowd = [
        visitor(10, 14, promised_at=13.0, asked=[Asked(True, 200, 0.1)]),
        visitor(10, 20, promised_at=25.0, is_refused=True, asked=[Asked(False, 403, 0.4)]),
        visitor(12, is_lost=True, errors=2, asked_to_wait=3, asked=[Asked(True, 429, 0.1)]),
        visitor(0.0, ticket="", asked=[Asked(True, 503, 0.1), Asked(True, 0, 30.0)]),
    ]
    seen = figures(crowd, COUNTED)
    assert (seen.came, seen.joined, seen.entered, seen.still_waiting) == (4, 3, 2, 2)
    assert (seen.median_wait_seconds, seen.longest_wait_seconds) == (7, 10)
    assert seen.estimate_error_seconds == 3  # of 1 and 5
    assert (seen.lost, seen.late_seconds) == (1, 4.5)
    assert (seen.asked_to_wait, seen.pages_failed) == (1, 2)
    assert (seen.requests, seen.throttled, seen.failed) == (4, 1, 2)
    assert (seen.site_refused, seen.site_failed, seen.site_p95_seconds) == (1, 0, 0.4)
    assert seen.site_trouble == ""
    assert seen.entries_per_second == [1, 0, 0, 0, 0, 0, 1]
    assert (seen.counted_admitted, seen.counted_entered, seen.fullest_minute) == (3, 2, 2)


def test_a_crowd_that_never_came_has_figures_too() -> None:
    seen = figures([visitor(0.0, came_at=0.0, ticket="")], COUNTED)
    assert (seen.came, seen.joined, seen.median_wait_seconds, seen.held_rate) == (0, 0, None, None)
    assert (seen.site_p95_seconds, seen.entries_per_second) == (None, [])


def test_a_refused_connection_is_no_fast_answer() -> None:
    refused = Asked(False, 0, 0.001, "it refused the connection")
    opened = Asked(False, 302, 0.2)
    crowd = [
        visitor(10, 14, asked=[opened, Asked(False, 200, 0.3)]),
        visitor(10, 15, asked=[opened, Asked(False, 503, 0.1)]),
        *(visitor(10, 16 + i, asked=[refused]) for i in range(2)),
    ]
    seen = figures(crowd, COUNTED)
    assert (seen.entered, seen.site_failed, seen.site_p95_seconds) == (4, 3, 0.3)
    assert seen.site_trouble == "it refused the connection"
    assert figures(crowd[:2], COUNTED).site_trouble == "it answered 503"
    assert figures(crowd[2:], COUNTED).site_p95_seconds is None


@pytest.mark.parametrize("rate", [1, 60, 240, 600, MOST_RATE])
def test_as_many_as_it_asks_for_are_enough_to_measure_the_rate(rate: float) -> None:
    count = enough(rate)
    size = sized(rate, count, None)
    places = [80.0, 80.0 + size.arrive_seconds]
    assert held_rate(entries(count, count / rate * 60), places) == pytest.approx(rate, rel=0.1)


def entries(count: int, seconds: float, start: float = 100.0) -> list[float]:
    return [start + i * seconds / (count - 1) for i in range(count)]


def test_the_rate_is_that_of_the_line_once_it_moves_evenly() -> None:
    burst = [99.0] * 40  # of those who were admitted while the functions woke
    assert held_rate([*burst, *entries(101, 60), 220.0], [80.0, 85.0]) == pytest.approx(100, abs=1)


@pytest.mark.parametrize(
    ("at", "places"),
    [
        (entries(30, 60), [80.0, 85.0]),
        (entries(100, 10), [80.0, 85.0]),
        (entries(100, 60), [100.0, 160.0]),  # they go in as they come
        ([], []),
    ],
    ids=["few", "short", "no line", "nobody"],
)
def test_a_rate_that_can_not_be_told_is_not_told(at: list[float], places: list[float]) -> None:
    assert held_rate(at, places) is None


def test_the_fullest_time_is_found_wherever_it_is() -> None:
    assert fullest([0, 10, 50, 55, 60, 61, 200], 12) == 4
    assert fullest([], 60) == 0
    assert per_second([5.0, 5.9, 7.1]) == [2, 0, 1]
