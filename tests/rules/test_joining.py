"""How fast a crowd gets its places when the API refuses and pages try again."""

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract.asking import BACK_OFF
from beekeeper.rules.joining import SIMULATED_SECONDS, BackOff, Limits, joined
from beekeeper.rules.quotas import USUAL, Account

SMALL = Limits(Account(requests_per_second=80, burst=40))  # 20 places a second


def test_the_pause_doubles_up_to_the_longest() -> None:
    assert [BackOff(2, 30).pause_seconds(n) for n in range(1, 7)] == [2, 4, 8, 16, 30, 30]
    assert BackOff(2, 30).failures == 5
    assert BackOff(5, 5).failures == 1


def test_half_of_the_quota_is_left_to_those_who_wait_and_a_place_takes_two_requests() -> None:
    assert Limits(USUAL).steady == 2_500
    assert SMALL.steady == 20
    assert Limits(Account(concurrent_executions=10)).steady == 25
    assert Limits(USUAL, queue_per_second=300).steady == 300


def test_the_first_places_start_functions_and_more_start_every_ten_seconds() -> None:
    raised = Limits(Account(200_000, 100_000, 100_000))
    assert [Limits(USUAL).places(second) for second in (0, 1, 60)] == [1_000, 2_500, 2_500]
    assert [raised.places(second) for second in (0, 1, 10, 60)] == [1_000, 10_000, 20_000, 50_000]
    assert SMALL.places(0) == 40  # its burst is full


def test_nobody_is_refused_where_there_is_room() -> None:
    found = joined([10.0] * 60, SMALL, BACK_OFF)
    assert (found.seconds, found.refused) == (60.0, 0)
    assert found.by_second == [10.0] * 60


@given(
    st.lists(st.floats(0, 3_000), min_size=1, max_size=70).filter(lambda come: sum(come) > 1),
    st.integers(20, 20_000),
)
def test_laws_of_any_crowd(arrivals: list[float], quota: int) -> None:
    """Nobody is lost, nobody has a place before coming, and no second gives more than it can."""
    limits = Limits(Account(quota, quota // 2))
    found = joined(arrivals, limits, BACK_OFF)
    assert sum(found.by_second) == pytest.approx(sum(arrivals), abs=1)
    came = gave = 0.0
    for second, places in enumerate(found.by_second):
        came += arrivals[second] if second < len(arrivals) else 0.0
        gave += places
        assert places <= limits.places(min(second, SIMULATED_SECONDS)) + 1e-6
        assert gave <= came + 1e-3
    assert found.seconds >= sum(arrivals) / max(limits.steady, limits.places(0)) - 1


def test_a_crowd_agrees_with_single_visitors_who_pause_at_random() -> None:
    """The same limits, with one random pause for each failure of each visitor."""
    chance, visitors = random.Random(1), 4_000
    due: dict[int, list[int]] = {0: [0] * visitors}
    by_second: Counter[int] = Counter()
    second = refused = 0
    while sum(by_second.values()) < visitors:
        asking = due.pop(second, [])
        chance.shuffle(asking)
        room = int(SMALL.places(second))
        by_second[second] = len(asking[:room])
        for failures in asking[room:]:
            refused += 1
            shortest = BACK_OFF.pause_seconds(failures + 1)
            at = second + max(1, math.floor(shortest * (1 + chance.random())))
            due.setdefault(at, []).append(failures + 1)
        second += 1
    found = joined([float(visitors)], SMALL, BACK_OFF)
    assert found.seconds == pytest.approx(second, rel=0.1)
    assert found.refused == pytest.approx(refused, rel=0.05)


def test_what_takes_hours_is_served_at_the_steady_speed() -> None:
    found = joined([1_000_000.0], SMALL, BACK_OFF)
    assert found.seconds == pytest.approx(1_000_000 / 20, rel=0.01)
    assert sum(found.by_second) == pytest.approx(1_000_000)
