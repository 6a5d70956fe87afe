"""A simulated event whose destination may not bear the rate."""

import random
from itertools import islice

import pytest

from beekeeper import ConfigError, Simulation, simulate
from beekeeper.rules.durations import duration
from beekeeper.simulation.destination import (
    BASELINE_SECONDS,
    Database,
    Destination,
    Pool,
    Servers,
    erlang_c,
    share_in_time,
)
from beekeeper.simulation.governed import Governor, minutes

SITES = (Servers, Pool, Database)


@pytest.fixture(scope="module")
def overloaded() -> Simulation:
    return simulate(3_000, rate=90, destination_capacity=60)


def test_a_destination_that_is_overloaded_serves_more_with_the_governor(
    overloaded: Simulation,
) -> None:
    found = overloaded.destination
    assert found is not None
    assert found.share > 0.9
    assert found.share_without < 0.5
    assert found.seconds > found.seconds_without
    assert len(found.served) == len(found.served_without) >= len(found.pace)
    assert max(found.pace) == 90
    assert max(found.served) <= 60 * 1.01
    assert found.verdict == (
        "A destination that can bear 60 visitors a minute, at a rate of 90, answers"
        f" {found.share_without:.0%} of what visitors ask without the governor, and"
        f" {found.share:.0%} with it; the line then lasts"
        f" {duration(found.seconds)} instead of {duration(found.seconds_without)}."
    )


def test_a_destination_that_can_bear_the_rate_serves_everybody() -> None:
    found = simulate(900, rate=90, destination_capacity=120).destination
    assert found is not None
    assert found.verdict == (
        "A destination that can bear 120 visitors a minute serves everybody, with the governor"
        " and without."
    )
    assert set(found.pace) == {90}


def test_nobody_who_comes_is_served_wholly() -> None:
    found = simulate(100, rate=300, no_shows=1.0, destination_capacity=600).destination
    assert found is not None
    assert (found.share, found.share_without) == (1, 1)


def test_it_is_told_only_if_asked_for() -> None:
    assert simulate(100, rate=300).destination is None


@pytest.mark.parametrize("capacity", [0.0, -5.0, float("nan"), float("inf")])
def test_a_capacity_that_no_site_has_is_refused(capacity: float) -> None:
    with pytest.raises(ConfigError, match=r"destination_capacity = .*: use 1 to"):
        simulate(100, rate=300, destination_capacity=capacity)


def test_both_curves_are_in_the_page(overloaded: Simulation) -> None:
    html = overloaded.to_html()
    assert html.count("<svg") == html.count("<title>") - 1 == 6
    assert "Served by the destination a minute" in html
    assert "with the governor" in html
    assert html.count('<polyline class="line b"') == 2  # arrivals and this one have two lines


@pytest.mark.parametrize("kind", SITES)
def test_a_site_answers_all_that_it_can_bear(kind: type[Destination]) -> None:
    found = list(islice(minutes(kind(600), 500), 30))
    assert found[-1].served == pytest.approx(500, rel=0.01)


@pytest.mark.parametrize("kind", SITES)
def test_a_site_at_rest_answers_a_probe_in_the_baseline(kind: type[Destination]) -> None:
    chance = random.Random(1)
    times = sorted(kind(600).probe(chance) or 0.0 for _ in range(501))
    assert times[250] == pytest.approx(BASELINE_SECONDS, rel=0.05)


@pytest.mark.parametrize("kind", [Servers, Database])
def test_an_overload_outlasts_its_cause(kind: type[Destination]) -> None:
    """The site is overloaded for ten minutes, and then gets what it can bear."""
    site = kind(600)
    list(islice(minutes(site, 1_800), 10))
    after = list(islice(minutes(site, 550), 30))
    assert after[-1].served < 0.8 * 550


def test_a_pace_is_in_force_some_seconds_after_its_decision() -> None:
    site = Servers(600)
    governor = Governor(site, 6_000, random.Random(1))
    found = next(minutes(site, 6_000, governor))
    assert governor.pace < 6_000
    assert governor.pace * 0.5 < found.admitted < 6_000


def test_waiting_and_pages_that_fail_follow_the_formulas() -> None:
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_c(2, 0.5) == pytest.approx(1 / 3)
    share = share_in_time(2.0)
    assert share_in_time(1.0) == pytest.approx(1)
    assert share + share**2 + share**3 == pytest.approx(1.5)
