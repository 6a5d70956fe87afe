import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items, pace_item
from beekeeper.handlers.schedule import ATTEMPTS
from beekeeper.rules import arrivals, lane, polling, quotas, sizing
from beekeeper.rules.sizing import (
    CORE_MB,
    MAX_RATE_PER_MINUTE,
    SMALL_MB,
    capacity_per_minute,
    worker_memory_mb,
    workers_for,
)

rates = st.floats(1, MAX_RATE_PER_MINUTE)
crowds = st.floats(0, 10_000_000)


@given(st.integers(1, MAX_RATE_PER_MINUTE))
def test_workers_hold_the_rate_and_none_is_idle(rate: int) -> None:
    workers = workers_for(rate)
    assert 1 <= workers <= quotas.RULE_TARGETS
    assert capacity_per_minute(rate) >= rate
    assert (
        workers == 1 or workers_for(capacity_per_minute(rate) / workers * (workers - 1)) < workers
    )


def test_small_rooms_have_small_workers() -> None:
    assert worker_memory_mb(600) == worker_memory_mb(9_000) == SMALL_MB
    assert worker_memory_mb(9_001) == worker_memory_mb(300_000) == CORE_MB
    assert capacity_per_minute(600) == 9_000
    assert capacity_per_minute(10_000) == 60_000


def test_each_worker_has_room_for_consumers_that_overlap() -> None:
    assert sizing.reserved_concurrency(600) == 3
    assert sizing.reserved_concurrency(300_000) == 15


def test_load_by_hand() -> None:
    """600 a minute, with ten times as many arrivals: 200 + 20 for joins and entries, 281 polls."""
    arrivals = sizing.peak_arrivals_per_minute(600)
    assert arrivals == 6_000
    requests = sizing.requests_per_second(600, arrivals)
    assert round(requests) == 501
    assert sizing.concurrent_executions(requests) == 51


def test_table_by_hand() -> None:
    """One write for the admission and one for the entry; three items of half a unit each."""
    assert sizing.write_units_per_second(600) == 60
    assert sizing.copy_read_units_per_second(100) == 150


def test_table_at_the_peak_by_hand() -> None:
    """60,000 a minute, at most 1.5 times as many admitted; 10,000 a second join a hundred ms each.

    1,000 x (3 + 4) for those who are admitted and go in; 1,000 containers count twice a second.
    """
    peak = sizing.peak_arrivals_per_minute(60_000)
    assert sizing.write_units_per_second(60_000, peak, 1.5) == 9_000
    assert sizing.warm_write_units(60_000, 1.5) == 9_000


@given(rates)
def test_a_table_is_warmed_only_where_a_new_one_is_too_cold(rate: float) -> None:
    warm = sizing.warm_write_units(rate, 1.5)
    if warm is None:
        peak = sizing.peak_arrivals_per_minute(rate)
        assert sizing.write_units_per_second(rate, peak, 1.5) <= quotas.NEW_TABLE_WRITE_UNITS
    else:
        assert quotas.NEW_TABLE_WRITE_UNITS < warm <= quotas.TABLE_WRITE_UNITS


def test_no_item_takes_more_writes_than_one_can() -> None:
    """At the highest rate, and as many arrivals as the largest quota of API Gateway lets in."""
    rate = sizing.MAX_RATE_PER_MINUTE
    joins = quotas.USUAL.requests_per_second / sizing.REQUESTS_PER_ARRIVAL
    writes = joins * sizing.REQUEST_SECONDS * arrivals.WRITES_PER_SECOND
    assert writes / arrivals.SHARDS <= quotas.KEY_WRITE_UNITS
    entries = 2 * rate / 60  # an item in a transaction is two units
    assert entries / len(items.COUNT_IDS) <= quotas.KEY_WRITE_UNITS
    claims = sizing.reserved_concurrency(rate) * ATTEMPTS  # each second
    assert claims * pace_units() <= quotas.KEY_WRITE_UNITS
    assert 240_000 / 60 * lane.SHARE <= quotas.KEY_WRITE_UNITS


def pace_units() -> int:
    """Return the write units of the schedule with the most marks of latecomers."""
    marks = tuple(lane.Mark(1.8e9 + i, 1.8e9 + i + 0.9, 250) for i in range(5 * 40))
    late = lane.Lane(10**7, 10**7, marks)  # each of five workers has claimed once in each second
    return math.ceil(len(pace_item.lane_attribute(late)["S"]) / 1_024) + 1


def test_nobody_comes() -> None:
    assert sizing.requests_per_second(600, 0) == 0
    assert sizing.concurrent_executions(0) == 0


@given(rates, crowds, crowds)
def test_more_visitors_never_need_less(rate: float, one: float, other: float) -> None:
    fewer, more = sorted((one, other))
    least = sizing.requests_per_second(rate, fewer)
    assert least <= sizing.requests_per_second(rate, more) + 1e-6


# A rate with more than ten polls for each entry is above the budget (rules/polling.py).
@pytest.mark.parametrize(
    ("account", "highest_rate"), [(quotas.USUAL, 25_000), (quotas.NEWER_REGION, 6_000)]
)
@given(share=st.floats(0.001, 1), arrivals=crowds)
def test_polls_keep_to_the_budget_of_the_account(
    account: quotas.Account, highest_rate: int, share: float, arrivals: float
) -> None:
    rate, budget = max(1.0, share * highest_rate), polling.budget_of(account)
    coming_and_going = 4 * arrivals / 60
    needed = sizing.requests_per_second(rate, arrivals, budget)
    assert needed <= coming_and_going + budget + 1e-6


def test_newer_regions_take_less() -> None:
    assert polling.budget_of(quotas.usual_in("eu-west-1")) == 5_000
    assert polling.budget_of(quotas.usual_in("eu-south-1")) == 1_250
    assert quotas.usual_in("eu-south-1").burst == 1_250


def test_people_ask_for_round_figures() -> None:
    asked = quotas.THROTTLE.ask_for(quotas.rounded_up(12_301))
    assert asked.startswith('Ask AWS for 12,400 of the quota "Throttle rate" (L-8A5B8E43)')
