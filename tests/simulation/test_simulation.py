"""Events, small enough for seconds."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beekeeper
from beekeeper import ConfigError, Simulation, simulate
from beekeeper.page import build_page
from beekeeper.rules import quotas
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
    """Of 30 % who never enter, entries still come at the rate."""
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


@settings(deadline=None, max_examples=20)
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


def test_curves() -> None:
    assert sum(crowd.burst(1_000, 1.5)) == 1_000
    assert set(crowd.burst(900, 1.5)) == {10}
    decay = crowd.campaign(100_000, 10)
    assert sum(decay) == 100_000
    assert decay[0] > decay[300] > decay[-1]
    assert sum(decay[:150]) > sum(decay[150:]) * 1.5
    assert crowd.by_minute([60, 0, 120])[:1] == [1]
    assert sum(crowd.by_minute([60, 0, 120], 1_000)) == 1_000


def test_csv(tmp_path: pytest.TempPathFactory) -> None:
    path = tmp_path / "arrivals.csv"  # type: ignore[operator]
    path.write_text("minute,arrivals\n09:00,120\n\n09:01,60\n", encoding="utf-8")
    event = simulate(rate=60, arrivals=path)
    assert (event.visitors, event.arrivals) == (180, str(path))
    assert simulate(360, rate=60, arrivals=path).visitors == 360
    assert crowd.read_minutes(path) == [120.0, 60.0]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a,b\n", "no arrivals"),
        ("5\nx\n", "line 2: 'x' is no number"),
        ("-5\n", "line 1: '-5' is no number"),
        ("nan\n5\n", "line 1: 'nan' is no number"),
        ("0\n0\n", "no arrivals"),
    ],
)
def test_csv_that_is_wrong(tmp_path: pytest.TempPathFactory, content: str, problem: str) -> None:
    path = tmp_path / "arrivals.csv"  # type: ignore[operator]
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        simulate(rate=60, arrivals=path)


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
        ({"arrivals": [5.0], "over_minutes": 3}, "over is for burst"),
        ({"arrivals": "nothing.csv"}, "can't be read"),
        ({"visitors": 10_000_000, "rate": 10}, "694 days"),
    ],
)
def test_bad_input_is_refused(wrong: dict[str, object], problem: str) -> None:
    values = {"visitors": 100, "rate": 60, **wrong}
    with pytest.raises(ConfigError, match=problem):
        beekeeper.simulate(**values)  # type: ignore[arg-type]


def test_quotas_that_are_hit() -> None:
    small, large = simulate(1_000, rate=600), simulate(2_000_000, rate=60_000, over_minutes=2)
    assert not small.has_problems
    assert large.has_problems
    by_check = {finding.check: finding for finding in large.findings}
    assert by_check["throttle"].verdict == "problem"
    assert quotas.THROTTLE.code in by_check["throttle"].remedy
    assert quotas.CONCURRENCY.code in by_check["concurrency"].remedy


def test_size_of_the_page_is_about_what_is_sent() -> None:
    # API Gateway decodes what the function packed: visitors get gzip.
    import gzip

    packed = len(gzip.compress(build_page({"title": "Summer Sale"}).html, 9))
    assert packed < metering.PAGE_BYTES < 2 * packed


@pytest.fixture(scope="module")
def event() -> Simulation:
    return simulate(3_000, rate=600, arrivals="campaign", over_minutes=5, no_shows=0.1)


def test_page_is_self_contained(event: Simulation) -> None:
    html = event.to_html()
    assert html.startswith("<!doctype html>")
    for foreign in ("<script", "http://", "https://", "@import", "url("):
        assert foreign not in html
    assert html.count("<svg") == html.count("<title>") - 1 == 5
    assert "prefers-color-scheme" in html
    assert "nan" not in html.replace("nance", "")


def test_page_escapes_what_it_shows() -> None:
    from dataclasses import replace

    html = replace(simulate(10, rate=60), arrivals="<b>&.csv").to_html()
    assert "&lt;b&gt;&amp;.csv" in html
    assert "<b>" not in html


def test_notebook_shows_it(event: Simulation) -> None:
    assert "<svg" in event._repr_html_()
    assert "<!doctype" not in event._repr_html_()


def test_to_dict_is_plain(event: Simulation) -> None:
    import json

    found = json.loads(json.dumps(event.to_dict()))
    assert found["usage"]["queue_sends"] == 3_000
    assert len(found["wait_percentiles"]) == 101
