"""Simulations of small events, which take seconds."""

import gzip
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beekeeper
from beekeeper import ConfigError, simulate
from beekeeper.page import build_page
from beekeeper.rules.settings import Mode, Settings
from beekeeper.simulation import crowd, flow, metering, visitors
from beekeeper.simulation.flow import START, run_line

ROOM = Settings(Mode.ON, 600.0, "https://shop.example.com/")


def test_burst_is_an_arithmetic_that_can_be_done_by_hand() -> None:
    event = simulate(6_000, rate=600)
    assert event.longest_wait_seconds == pytest.approx(9 * 60, rel=0.02)
    assert event.seconds == pytest.approx(10 * 60, rel=0.02)
    assert event.peak_waiting == pytest.approx(5_400, rel=0.02)
    assert event.wait_percentiles[50] == pytest.approx(event.longest_wait_seconds / 2, rel=0.05)
    assert (event.entered, event.left, event.stayed_away, event.expired) == (6_000, 0, 0, 0)


def test_nobody_waits_where_fewer_come_than_the_rate() -> None:
    event = simulate(100, rate=600, over_minutes=5)
    assert event.longest_wait_seconds < 3
    assert event.usage.producer_requests == 100


def test_usage_adds_up() -> None:
    event = simulate(3_000, rate=600, abandonment=0.2, no_shows=0.1)
    used = event.usage
    parts = used.producer_requests + used.room_requests + used.turnstile_requests
    assert used.api_requests == parts
    assert used.queue_sends == 3_000
    assert used.queue_receives >= used.queue_deletes >= 300
    assert used.table_write_units >= 3_000 + event.entered
    assert event.requests_per_visitor == pytest.approx(used.api_requests / 3_000, abs=0.01)
    assert event.entered + event.left + event.stayed_away + event.expired == 3_000


def test_who_stays_away_is_made_up_for() -> None:
    """If 30 % never enter, entries still come at the rate."""
    event = simulate(30_000, rate=600, no_shows=0.3)
    entries = event.series.entries[40:100]
    per_minute = sum(entries) / len(entries) / event.series.seconds * 60
    assert per_minute == pytest.approx(600, rel=0.05)
    assert sum(event.series.admissions) == 30_000


def test_abandoned_tickets_stay_in_line_and_ask_no_more() -> None:
    all_stay, some_leave = simulate(6_000, rate=600), simulate(6_000, rate=600, abandonment=0.5)
    assert some_leave.usage.api_requests < all_stay.usage.api_requests
    assert some_leave.usage.queue_sends == all_stay.usage.queue_sends
    assert some_leave.left == pytest.approx(3_000, rel=0.1)


def test_same_seed_same_event() -> None:
    assert simulate(2_000, rate=600, seed=7) == simulate(2_000, rate=600, seed=7)
    assert simulate(2_000, rate=600, seed=7) != simulate(2_000, rate=600, seed=8)


def test_series_add_up() -> None:
    event = simulate(5_000, rate=600, arrivals="campaign", over_minutes=10)
    series = event.series
    assert sum(series.arrivals) == sum(series.admissions) == 5_000
    so_far = 0
    for came, went, waiting in zip(series.arrivals, series.admissions, series.waiting, strict=True):
        so_far += came - went
        assert so_far == waiting
    asked = sum(series.requests) * series.seconds
    assert asked == pytest.approx(event.usage.api_requests, rel=0.02)


@settings(deadline=None, max_examples=12)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=5).filter(any),
    st.integers(60, 6_000),
    st.floats(0, 0.9),
    st.floats(0, 0.1),
)
def test_laws_of_any_line(arrivals: list[int], rate: int, away: float, disorder: float) -> None:
    room = Settings(Mode.ON, float(rate), "https://shop.example.com/")
    found = run_line(crowd.by_minute(arrivals), room, 1 - away, disorder)
    assert found.admitted[-1] == found.arrived[-1] == sum(arrivals)
    per_second = room.overbooking * rate / 60
    for second in range(found.seconds):
        assert found.admitted[second] <= found.arrived[second]
        start = max(0, second - 30)
        window = found.admitted[second] - (found.admitted[start - 1] if start else 0)
        assert window <= per_second * (second - start + 1 + 2) + 1
    for person in visitors.sample(found, 20, 0.0, 0.0, random.Random(1)):
        assert person.slot >= person.came_at
        assert START <= person.came_at <= START + 60 * len(arrivals)


def test_long_events_publish_less_often() -> None:
    found = run_line([1] * 50_000, ROOM, 1.0)
    assert found.publish_seconds == 2
    assert len(found.pulses) <= flow.MAX_PULSES


def test_everybody_sees_the_turn_soon() -> None:
    event = simulate(20_000, rate=1_200)
    assert event.seen_late_seconds < 3
    assert event.expired == 0


@pytest.mark.parametrize("disorder", [0.0, 0.02])
def test_queue_out_of_order_loses_nobody(disorder: float) -> None:
    event = simulate(20_000, rate=3_000, disorder=disorder)
    assert event.entered == 20_000


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"visitors": 0}, "visitors"),
        ({"visitors": None}, "visitors"),
        ({"rate": 0}, "rate = 0"),
        ({"rate": float("nan")}, "rate = nan"),
        ({"abandonment": 1.5}, "abandonment"),
        ({"no_shows": -0.1}, "no_shows"),
        ({"over_minutes": 0}, "over"),
        ({"arrivals": []}, "arrivals"),
        ({"arrivals": [5.0], "over_minutes": 3}, "over works only with burst"),
        ({"arrivals": "nothing.csv"}, "can't be read"),
        ({"visitors": 10_000_000, "rate": 10}, "694 days"),
    ],
)
def test_bad_input_is_refused(wrong: dict[str, object], problem: str) -> None:
    values = {"visitors": 100, "rate": 60, **wrong}
    with pytest.raises(ConfigError, match=problem):
        beekeeper.simulate(**values)  # type: ignore[arg-type]


def test_size_of_the_page_is_about_what_is_sent() -> None:
    # API Gateway decodes the base64 of the function, so visitors get gzip.
    packed = len(gzip.compress(build_page({"title": "Summer Sale"}), 9))
    assert packed < metering.PAGE_BYTES < 2 * packed


def test_to_dict_is_plain() -> None:
    found = json.loads(json.dumps(simulate(3_000, rate=600).to_dict()))
    assert found["usage"]["queue_sends"] == 3_000
    assert len(found["wait_percentiles"]) == 101
