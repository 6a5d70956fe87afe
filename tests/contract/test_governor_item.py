"""The governor's item: a round trip, and whatever somebody has made of it by hand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import governor_item, items
from beekeeper.contract.governor_item import asked_values, governed_of, measured_values
from beekeeper.rules.governed import NEVER, Governed, pace_in_force
from beekeeper.rules.settings import GovernorMode, Mode, Settings

NOW = 1_700_000_000.0
HELD = Governed(
    300.0, NOW, "slow", 20, 1, 2, 2.4, 3.1, 0.3, (1.0, 0.5), asked_pace=200.0, asked_until=NOW + 60,
    baseline_of="https://shop.example.com/",
)  # fmt: skip
ITEM = {
    **items.key(items.GOVERNOR),
    **measured_values(HELD),
    **asked_values(HELD.asked_pace, NOW, HELD.asked_until),
}
SETTINGS = Settings(
    Mode.ON, 600.0, "https://shop.example.com/", governor_mode=GovernorMode.AUTOMATIC
)


def test_round_trip() -> None:
    found = governed_of(ITEM)
    assert replace(found, history=()) == HELD
    assert found.history == ((NOW, 300.0, 3_100.0, 0.05),)
    assert governed_of(None) == NEVER
    assert governed_of(items.key(items.GOVERNOR)) == NEVER


def test_the_two_kinds_of_writes_touch_different_attributes() -> None:
    assert not measured_values(HELD).keys() & asked_values(1.0, NOW, NOW).keys()


def test_the_last_decisions_are_kept() -> None:
    held = HELD
    for minute in range(40):
        item = measured_values(replace(held, held_at=NOW + 60 * minute, pace=float(minute)))
        held = governed_of({**items.key(items.GOVERNOR), **item})
    assert [decision[1] for decision in held.history] == list(range(10, 40))
    assert len(item["history"]["S"]) < 1_000  # with the rest, that is two write units


def test_a_long_reason_is_cut() -> None:
    stored = measured_values(Governed(reason="x" * 10_000))["reason"]["S"]
    assert len(stored) == governor_item.MOST_REASON_CHARACTERS


VALUES = st.one_of(
    st.just({"N": "1e300"}),
    st.just({"S": "[" * 5_000}),
    st.floats().map(lambda value: {"N": repr(value)}),
    st.text().map(lambda value: {"S": value}),
    st.lists(st.floats() | st.text(), max_size=3).map(lambda value: {"L": value}),
    st.none(),
)


@pytest.mark.parametrize("damaged", [name for name in ITEM if name != items.ID])
@given(value=VALUES)
def test_a_damaged_attribute_never_lets_in_more_than_the_operator_does(
    damaged: str, value: Any
) -> None:
    governed = governed_of({**ITEM, damaged: value})
    assert SETTINGS.governor_floor <= pace_in_force(SETTINGS, governed, NOW) <= SETTINGS.rate


@pytest.mark.parametrize("damaged", ["pace", "held_at"])
@pytest.mark.parametrize("value", [{"N": "nan"}, {"N": "-5"}, {"N": "1e40"}, {"S": "9"}, None])
def test_a_damaged_pace_leaves_the_operators_rate(damaged: str, value: Any) -> None:
    item = {**items.key(items.GOVERNOR), **measured_values(HELD), damaged: value}
    assert pace_in_force(SETTINGS, governed_of(item), NOW) == SETTINGS.rate
