"""Simulations of rooms with an edge, beside the same crowd without one."""

import json

import pytest

from beekeeper import ConfigError, simulate
from beekeeper.rules.quotas import USUAL
from beekeeper.simulation import crowd, metering
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.page import usage_rows


@pytest.fixture(scope="module")
def pair() -> tuple[Simulation, Simulation]:
    """The same crowd, too large for the API in its one second, without an edge and with one."""
    without, with_edge = (
        simulate(4_000, rate=20_000, over_minutes=1 / 60, edge=edge) for edge in (False, True)
    )
    return without, with_edge


def test_nobody_is_lost_and_nobody_joins_twice(pair: tuple[Simulation, Simulation]) -> None:
    for event in pair:
        assert sum(event.series.arrivals) == event.visitors == event.entered == 4_000
        assert event.requests.join == event.usage.queue_sends == 4_000


def test_with_an_edge_the_api_gets_no_page_and_no_more_than_its_quota(
    pair: tuple[Simulation, Simulation],
) -> None:
    without, with_edge = pair
    assert without.usage.room_requests == 4_000
    assert with_edge.usage.room_requests == 0
    assert without.peak_requests_per_second > USUAL.requests_per_second
    assert with_edge.peak_requests_per_second <= USUAL.requests_per_second
    assert with_edge.usage.api_requests < without.usage.api_requests - 3_000


def test_refused_pages_ask_cloudfront_again_and_not_the_functions(
    pair: tuple[Simulation, Simulation],
) -> None:
    without, with_edge = pair
    assert without.requests.refused == without.usage.edge_requests == 0
    assert with_edge.requests.refused == 3_000
    assert with_edge.usage.edge_requests == with_edge.requests.total
    assert with_edge.usage.producer_requests == 4_000
    assert (with_edge.usage.bytes_out, without.usage.edge_bytes_out) == (0, 0)


def test_requests_add_up() -> None:
    event = simulate(2_000, rate=600, edge=True, news_seconds=10)
    used, asked = event.usage, sum(event.series.requests) * event.series.seconds
    assert asked == pytest.approx(used.api_requests, rel=0.02)
    assert used.api_requests == used.producer_requests + used.turnstile_requests
    passed_on = metering.news_of_functions(event.requests.news, event.seconds)
    assert 0 < passed_on <= event.requests.news
    assert used.turnstile_requests == event.requests.turn + event.requests.enter + passed_on


def test_everybody_asks_for_news_at_least_once_in_news_seconds_while_waiting() -> None:
    """60 wait for half an hour on average."""
    event = simulate(60, rate=1, edge=True)
    assert event.requests.news + event.requests.turn >= 30 * 60
    assert event.requests.news <= 30 * 60 / 0.75
    assert event.heard_within_seconds == 60
    rare = simulate(60, rate=1, edge=True, news_seconds=600)
    assert rare.requests.news < event.requests.news / 5
    assert simulate(60, rate=1).requests.news == 0


def test_functions_answer_only_the_news_that_the_edge_has_not_kept() -> None:
    assert metering.news_of_functions(10, 3_600) == 10
    assert metering.news_of_functions(10**9, 3_600) == 13 * 1_800


def test_heard_within_is_by_polls_without_an_edge() -> None:
    assert simulate(1_500, rate=60).heard_within_seconds > 250


def test_the_busiest_minute_of_a_curve() -> None:
    assert crowd.busiest_minute([1] * 30) == 30
    assert crowd.busiest_minute([1] * 100 + [5] * 60 + [1] * 100) == 300


def test_the_table_and_the_json_have_the_requests_of_the_edge(
    pair: tuple[Simulation, Simulation],
) -> None:
    without, with_edge = pair
    assert "CloudFront" not in {service for service, _, _ in usage_rows(without)}
    assert "CloudFront" in {service for service, _, _ in usage_rows(with_edge)}
    content = json.loads(json.dumps(with_edge.to_dict()))
    assert content["edge"] is True
    assert content["requests"]["refused"] == with_edge.requests.refused
    assert content["first_second"]["failed"] == 3_000  # of four thousand in a second


def test_an_interval_that_the_configuration_refuses_is_refused() -> None:
    with pytest.raises(ConfigError, match="news_seconds = 5: use 10 to 3,600 seconds"):
        simulate(100, rate=60, edge=True, news_seconds=5)
