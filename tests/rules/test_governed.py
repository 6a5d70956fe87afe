"""The pace in force: never above the rate, and the governor's only while it is fresh."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.governed import (
    HELD_SECONDS,
    NEVER,
    Governed,
    pace_advised,
    pace_in_force,
)
from beekeeper.rules.settings import GovernorMode, Mode, Settings
from beekeeper.rules.tokens import MAX_PACE_SECONDS

NOW = 1_700_000_000.0
AUTOMATIC = Settings(
    Mode.ON, 600.0, "https://shop.example.com/", governor_mode=GovernorMode.AUTOMATIC
)
HELD = Governed(pace=300.0, held_at=NOW)
ASKED = Governed(asked_pace=200.0, asked_until=NOW + 60)


def test_the_slowest_of_what_is_held_and_asked_for_is_in_force() -> None:
    assert pace_in_force(AUTOMATIC, NEVER, NOW) == 600.0
    assert pace_in_force(AUTOMATIC, HELD, NOW) == 300.0
    assert pace_in_force(AUTOMATIC, ASKED, NOW) == 200.0
    both = replace(HELD, asked_pace=200.0, asked_until=NOW + 60)
    assert pace_in_force(AUTOMATIC, both, NOW) == 200.0
    assert pace_in_force(AUTOMATIC, replace(both, pace=100.0), NOW) == 100.0


@pytest.mark.parametrize("mode", [GovernorMode.OFF, GovernorMode.ADVISE])
def test_only_in_automatic_mode(mode: GovernorMode) -> None:
    settings = replace(AUTOMATIC, governor_mode=mode)
    assert pace_in_force(settings, HELD, NOW) == 600.0
    assert pace_advised(settings, HELD, NOW) == 300.0


def test_a_dead_governor_leaves_the_operators_rate_after_three_minutes() -> None:
    assert HELD_SECONDS == 180
    assert pace_in_force(AUTOMATIC, HELD, NOW + 180) == 300.0
    assert pace_in_force(AUTOMATIC, HELD, NOW + 181) == 600.0


def test_what_the_site_asked_for_ends() -> None:
    assert pace_in_force(AUTOMATIC, ASKED, NOW + 59) == 200.0
    assert pace_in_force(AUTOMATIC, ASKED, NOW + 60) == 600.0


def test_times_that_cannot_be_right_count_as_none() -> None:
    assert pace_in_force(AUTOMATIC, replace(HELD, held_at=NOW + 60), NOW) == 600.0
    late = replace(ASKED, asked_until=NOW + MAX_PACE_SECONDS + 60)
    assert pace_in_force(AUTOMATIC, late, NOW) == 600.0
    # A clock can be a few seconds ahead.
    assert pace_in_force(AUTOMATIC, replace(HELD, held_at=NOW + 3), NOW) == 300.0


def test_a_pace_of_zero_counts_as_none() -> None:
    assert pace_in_force(AUTOMATIC, replace(HELD, pace=0.0), NOW) == 600.0
    assert pace_in_force(AUTOMATIC, replace(ASKED, asked_pace=0.0), NOW) == 600.0


@given(
    rate=st.floats(1, 300_000),
    floor=st.floats(1, 300_000),
    pace=st.floats(0, 1e12),
    held_at=st.floats(0, 2e9),
    asked_pace=st.floats(0, 1e12),
    asked_until=st.floats(0, 2e9),
)
def test_never_above_the_rate_and_never_below_the_floor(
    rate: float, floor: float, pace: float, held_at: float, asked_pace: float, asked_until: float
) -> None:
    settings = replace(AUTOMATIC, rate=rate, governor_floor=floor)
    governed = Governed(pace=pace, held_at=held_at, asked_pace=asked_pace, asked_until=asked_until)
    found = pace_in_force(settings, governed, NOW)
    assert min(floor, rate) <= found <= rate
