import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.config import RoomConfig
from beekeeper.contract.asking import page_waits
from beekeeper.rules import polling
from beekeeper.rules.polling import (
    BUDGET_PER_SECOND,
    jitter_seconds,
    polls_per_second,
    retry_while_still,
    rhythm,
)

waits = st.floats(0, 1e6)
ages = st.floats(0, 1e5)
crowds = st.integers(0, 20_000_000)
rates = st.floats(1, 300_000)
# The rate, a minute, up to which a line of any length keeps within the budget.
HIGHEST = 25_000


def retry_after(
    eta: float, waiting: int, rate_per_minute: float, budget: float = BUDGET_PER_SECOND
) -> float:
    return polling.retry_after(eta, waiting, rate_per_minute, budget)


@pytest.mark.parametrize(
    ("eta", "seconds"), [(0, 2), (4, 2), (9, 4.5), (300, 150), (539, 269.5), (560, 20)]
)
def test_half_of_the_wait_within_bounds(eta: float, seconds: float) -> None:
    assert retry_after(eta, waiting=100, rate_per_minute=600) == seconds


@given(waits, crowds, rates)
def test_never_sooner_than_the_shortest(eta: float, waiting: int, rate: float) -> None:
    assert retry_after(eta, waiting, rate) >= polling.MIN_SECONDS


@given(waits, waits, crowds, rates)
def test_nearer_asks_nearer(a: float, b: float, waiting: int, rate: float) -> None:
    """When both poll again, the visitor nearer to the front has no longer to wait."""
    near, far = sorted((a, b))
    then_near, then_far = (eta - retry_after(eta, waiting, rate) for eta in (near, far))
    assert then_near <= then_far + 0.02


@given(waits, crowds, rates)
def test_asks_before_the_turn_whatever_the_jitter(eta: float, waiting: int, rate: float) -> None:
    told = retry_after(eta, waiting, rate)
    late = told + jitter_seconds(told) - eta
    assert late <= polling.MIN_SECONDS * 1.15 + 0.01


@given(waits, st.integers(0, 300_000), st.floats(1, 3_000))
def test_turn_is_kept_for_longer_than_a_line_within_its_budget_is_told_to_wait(
    eta: float, waiting: int, rate: float
) -> None:
    shortest_claim = 5 * 60
    assert rhythm(waiting, rate).longest == polling.MAX_SECONDS
    assert retry_after(eta, waiting, rate) <= shortest_claim
    with pytest.raises(Exception, match="claim_minutes"):
        RoomConfig(name="a", destination="https://a.example/", rate=1, claim_minutes=4)


def asked(wait: float, waiting: int, rate: float, seed: int) -> list[float]:
    """Return the remaining waits at which a visitor polls, with the jitter of the page."""
    chance, found = random.Random(seed), []
    while wait > 0:
        found.append(wait)
        wait -= page_waits(retry_after(wait, waiting, rate), chance)
    return found


def load(waiting: int, rate: float) -> float:
    """Return the polls a second of a line whose length stays the same.

    As many visitors come as are admitted. So in the time between two of them, all visitors together
    poll as often as one visitor does during the whole wait.
    """
    wait, visitors = waiting / rate * 60, 30
    each = sum(len(asked(wait, waiting, rate, seed)) for seed in range(visitors)) / visitors
    # Each visitor polls once more when the turn has come.
    return rate / 60 * (each + 1)


@pytest.mark.parametrize("waiting", [10, 10_000, 200_000, 1_000_000, 10_000_000])
@pytest.mark.parametrize("rate", [60, 600, 6_000, HIGHEST])
def test_all_together_stay_within_the_budget(waiting: int, rate: float) -> None:
    assert load(waiting, rate) + rate / 60 <= BUDGET_PER_SECOND


def test_polls_and_entries_together_take_the_share_that_is_aimed_at() -> None:
    # A rate at which the fraction lies between its bounds.
    rate, waiting = 30_000, 200_000
    assert 1 / 2 < rhythm(waiting, rate).fraction < polling.MAX_FRACTION
    requests = polls_per_second(waiting, rate) + rate / 60
    assert requests == pytest.approx(polling.HEARD_AT * BUDGET_PER_SECOND)


@pytest.mark.parametrize("rate", [50_000, 300_000])
def test_beyond_the_highest_rate_each_visitor_asks_a_dozen_times(rate: float) -> None:
    assert load(10_000_000, rate) <= 12 * rate / 60


@pytest.mark.parametrize("waiting", [10_000, 300_000, 3_000_000])
@pytest.mark.parametrize("rate", [60, 600, 20_000])
def test_load_is_what_is_predicted(waiting: int, rate: float) -> None:
    assert load(waiting, rate) == pytest.approx(polls_per_second(waiting, rate), rel=0.2)


def test_visitors_who_came_together_ask_evenly() -> None:
    """In a burst that makes a line of an hour, visitors far from the front poll evenly."""
    waiting, rate, chance = 600_000, 10_000.0, random.Random(1)
    found, counts = rhythm(waiting, rate), [0] * 10
    for place in range(0, waiting, 50):
        wait = place / rate * 60
        if wait > found.far + found.longest:
            first = page_waits(retry_after(wait, waiting, rate), chance)
            counts[min(9, int(first / found.longest * 6.5))] += 1
    # From a quarter of ``longest`` to five quarters, without the edges, which the jitter blurs.
    busy = counts[3:7]
    assert max(busy) <= 1.25 * min(busy)
    assert sum(busy) >= 0.5 * sum(counts)


def asked_while_still(eta: float, waiting: int, rate: float) -> float:
    """Return how often a second an old visitor asks in a line that stands still."""
    return 1 / retry_while_still(eta, 600.0, waiting, rate, BUDGET_PER_SECOND)


@pytest.mark.parametrize("waiting", [100, 3_400, 50_000, 1_000_000])
@pytest.mark.parametrize("rate", [60, 600, 6_000])
def test_a_line_that_stands_still_asks_no_more_than_one_that_moves(
    waiting: int, rate: float
) -> None:
    step = max(1, waiting // 2_000)
    still = step * sum(
        asked_while_still(place * 60 / rate, waiting, rate) for place in range(0, waiting, step)
    )
    assert still <= 1.05 * polls_per_second(waiting, rate) + 1


@given(ages, crowds, rates)
def test_who_knows_no_place_asks_less_and_less_often(age: float, waiting: int, rate: float) -> None:
    told = retry_while_still(None, age, waiting, rate, BUDGET_PER_SECOND)
    longest = rhythm(waiting, rate).longest
    assert told == pytest.approx(min(max(10.0, age / 2), longest), abs=0.01)


@given(waits, ages, crowds, rates)
def test_a_line_that_stands_still_is_asked_at_least_every_longest(
    eta: float, age: float, waiting: int, rate: float
) -> None:
    told = retry_while_still(eta, age, waiting, rate, BUDGET_PER_SECOND)
    assert 10 <= told <= rhythm(waiting, rate).longest + 0.01


def test_the_longest_grows_in_powers_of_two() -> None:
    longest = [rhythm(waiting, 600).longest for waiting in range(10_000, 5_000_000, 10_000)]
    assert sorted(set(longest)) == [270, 540, 1_080, 2_160]
    assert longest == sorted(longest)


def test_a_short_line_hears_of_a_pause_after_one_wait_that_is_unknown() -> None:
    assert polling.heard_within_seconds(10, 600) == pytest.approx(10 * 1.15)


@pytest.mark.parametrize("rate", [60, 600, 3_000, 8_000])
@pytest.mark.parametrize("waiting", [1_000, 100_000, 1_000_000])
def test_everybody_hears_within_five_minutes(waiting: int, rate: float) -> None:
    assert polling.heard_within_seconds(waiting, rate) <= 300
    wait = waiting / rate * 60
    for eta in (0.1 * wait, 0.33 * wait, 0.5 * wait, 0.77 * wait, wait):
        told = retry_after(eta, waiting, rate)
        assert told + jitter_seconds(told) <= 300
    assert polls_per_second(waiting, rate) <= BUDGET_PER_SECOND


@given(crowds, rates, st.floats(500, 20_000))
def test_smaller_budget_never_asks_more(waiting: int, rate: float, budget: float) -> None:
    found, usual = rhythm(waiting, rate, budget), rhythm(waiting, rate, 20_000)
    assert found.longest >= usual.longest
    assert 1 / 2 <= found.fraction <= polling.MAX_FRACTION


@given(st.floats(1, HIGHEST))
def test_load_grows_with_the_crowd(rate: float) -> None:
    crowd = sorted(random.Random(1).randrange(150_000) for _ in range(20))
    loads = [polls_per_second(waiting, rate) for waiting in crowd]
    assert loads == sorted(loads)


def test_some_regions_bear_less() -> None:
    far = 100_000.0
    assert retry_after(far, 1_000_000, 600, 1_250) > retry_after(far, 1_000_000, 600)
