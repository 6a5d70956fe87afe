"""When all who wait may go, and what says that there is something new."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import news, polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.news import spread_seconds
from beekeeper.rules.settings import Mode, Settings

NOW, SAMPLE = 1_700_000_000.0, 20_000
crowds, rates = st.integers(0, 10_000_000), st.floats(1, 300_000)
budgets = st.floats(10, 50_000)
OFF = Settings(Mode.OFF, 600.0, "https://shop.example.com/")
WAITING = Pulse(waiting=100_000, as_of=NOW)


@given(crowds, rates, budgets)
def test_all_go_no_faster_than_the_api_bears(waiting: int, rate: float, budget: float) -> None:
    """``polls_per_second`` are half of the quota. Each visitor needs a poll and an entry."""
    assert 2 * waiting <= budget * spread_seconds(waiting, rate, budget) * (1 + 1e-9)


@given(crowds, rates, budgets)
def test_nobody_waits_longer_than_at_the_rate_or_ten_minutes_unless_for_the_api(
    waiting: int, rate: float, budget: float
) -> None:
    spread = spread_seconds(waiting, rate, budget)
    at_the_rate, by_the_api = waiting / rate * 60, 2 * waiting / budget
    assert spread <= max(at_the_rate, by_the_api)
    assert spread <= max(600, by_the_api)
    assert spread >= min(at_the_rate, 600)


@given(crowds, crowds, rates, budgets)
def test_more_visitors_are_not_spread_over_less_time(
    one: int, other: int, rate: float, budget: float
) -> None:
    few, many = sorted((one, other))
    assert spread_seconds(few, rate, budget) <= spread_seconds(many, rate, budget)


@pytest.mark.parametrize(
    ("waiting", "rate", "seconds"),
    [(0, 600, 0), (100, 600, 10), (6_000, 600, 600), (100_000, 600, 600), (10_000_000, 600, 4_000)],
)
def test_how_long_it_takes(waiting: int, rate: float, seconds: float) -> None:
    assert spread_seconds(waiting, rate, polling.BUDGET_PER_SECOND) == seconds


def most_entries_a_second(settings: Settings, pulse: Pulse) -> float:
    """Return how many go at the peak, if all hear evenly within the time that is stated."""
    chance, hears_within = random.Random(1), settings.heard_within_seconds(pulse)
    entries = Counter[int]()
    for _ in range(SAMPLE):
        heard = NOW + chance.uniform(0, hears_within)
        entries[int(heard + chance.random() * settings.spread_now(pulse, NOW, heard)) // 10] += 1
    return max(entries.values()) / 10 * pulse.waiting / SAMPLE


@pytest.mark.parametrize("news_seconds", [0, 60])
def test_a_crowd_that_hears_goes_at_a_pace_that_the_api_bears(news_seconds: int) -> None:
    pulse = replace(WAITING, waiting=300_000)
    settings = replace(OFF, news_seconds=news_seconds, rate=60_000.0)
    assert 500 < most_entries_a_second(settings, pulse) < 1.15 * 1_000  # the rate
    pulse = replace(pulse, waiting=3_000_000)
    assert most_entries_a_second(settings, pulse) < settings.polls_per_second


def test_all_hear_within_the_interval_of_the_setting_or_three_seconds_later() -> None:
    for seconds in (60, 300, 3_600):
        assert polling.news_heard_within_seconds(seconds) <= seconds
    for seconds in (news.LEAST_NEWS_SECONDS, 30, 59):
        assert seconds < polling.news_heard_within_seconds(seconds) <= seconds + 3


def test_who_hears_late_goes_with_the_last_of_the_others_and_then_at_once() -> None:
    settings = replace(OFF, news_seconds=60)
    assert settings.spread_now(WAITING, NOW, NOW + 60) == 600
    assert settings.spread_now(WAITING, NOW, NOW + 360) == 300
    assert settings.spread_now(WAITING, NOW, NOW + 660) == 0
    assert settings.spread_now(WAITING, NOW, NOW + 9_999) == 0


def test_a_pulse_of_long_ago_spreads_those_who_wait_since_the_room_was_seen_to_go_off() -> None:
    """No consumer had run for an hour."""
    settings, old = replace(OFF, news_seconds=60), replace(WAITING, as_of=NOW - 3_600)
    assert settings.spread_now(old, NOW, NOW + 1) == 600
    assert settings.spread_now(old, 0.0, NOW + 1) == 0
    assert settings.spread_now(replace(WAITING, as_of=0.0), 0.0, NOW) == 600  # of unknown age


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_nobody_is_spread_while_the_room_is_not_off(mode: Mode) -> None:
    assert replace(OFF, mode=mode).spread_now(WAITING, 0.0, NOW) == 0


def test_the_version_changes_with_each_part_and_is_the_same_everywhere() -> None:
    told = [
        ("on", "", 600.0),
        ("off", "", 600.0),
        ("on", "Soon", 600.0),
        ("on", "", 601.0),
        ("on", "\0", 600.0),
        ("on", "\ud800", 600.0),
    ]
    assert len({news.version_of(*each) for each in told}) == len(told)
    assert news.version_of("on", "", 600.0) == "ee07e69248f0"
