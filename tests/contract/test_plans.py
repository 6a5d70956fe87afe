"""Planned changes: what is due holds, whoever reads it, and what can't be right is left out."""

import json
import math
from typing import Any

import pytest

from beekeeper.contract import history_item, items, plans
from beekeeper.contract.plans import Plan
from beekeeper.rules.settings import Mode, Settings

SET = Settings(Mode.OFF, 600.0, "https://shop.example.com/")
ON, RATE = Plan(100.0, 1, "mode", "on"), Plan(200.0, 2, "rate", 900.0)
LATER = Plan(300.0, 3, "rate", 700.0)


def room(*planned: Plan) -> dict[str, Any]:
    return {**items.settings_item(SET), plans.PLANNED: plans.plans_attribute(planned)}


def damaged(content: Any) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content)
    return {**items.settings_item(SET), plans.PLANNED: {"S": text}}


@pytest.mark.parametrize(
    ("now", "mode", "rate"),
    [(99.9, "off", 600), (100.0, "on", 600), (200.0, "on", 900), (1e9, "on", 700)],
)
def test_what_is_due_holds(now: float, mode: str, rate: float) -> None:
    found = items.settings_of(room(LATER, ON, RATE), now)
    assert (found.mode, found.rate) == (mode, rate)


def test_what_is_due_is_planned_no_more() -> None:
    item = room(ON, RATE, LATER)
    assert plans.plans_of(plans.in_force(item, 200.0)) == (LATER,)
    assert plans.in_force(item, 99.0) == item
    assert history_item.newly_set(item, 200.0).keys() == {"mode", "rate", plans.PLANNED}
    assert history_item.newly_set(item, 99.0) == {}


def test_of_two_at_one_time_the_one_that_was_planned_last_holds() -> None:
    first, second = Plan(100.0, 9, "rate", 900.0), Plan(100.0, 10, "rate", 1_000.0)
    assert items.settings_of(room(second, first), 100.0).rate == 1_000


def test_when_the_room_opens_is_known() -> None:
    assert plans.opens_at(room(ON, RATE), 99.0) == 100.0
    assert plans.opens_at(room(ON, RATE), 100.0) == math.inf
    assert plans.opens_at(items.settings_item(SET), 0.0) == math.inf


@pytest.mark.parametrize(
    "planned",
    [
        [1.0, "mode", "maybe", 1],
        [1.0, "rate", 0, 1],
        [1.0, "rate", 1e12, 1],
        [1.0, "rate", "many", 1],
        [1.0, "message", 5, 1],
        [1.0, "message", "\ud800", 1],
        [1.0, "destination", "https://theirs.example/", 1],
        [math.inf, "mode", "on", 1],
        [10**400, "mode", "on", 1],
        [1.0, "rate", 10**400, 1],
        [1.0, "mode", "on"],
        [1.0, "mode", "on", -1],
        [1.0, "mode", "on", 10**30],
        [1.0, "mode", "on", True],
        [1.0, "rate", True, 1],
        "mode",
        None,
    ],
    ids=lambda planned: str(planned)[:40],
)
def test_a_plan_that_cannot_be_right_is_left_out_and_the_others_hold(planned: object) -> None:
    good = [1.0, "rate", 900.0, 2]
    assert items.settings_of(damaged([planned, good]), 2.0).rate == 900
    assert items.settings_of(damaged([planned]), 2.0) == SET


@pytest.mark.parametrize("content", ["{", "5", {}, [[1.0, "rate", 900.0, n] for n in range(22)]])
def test_a_list_that_cannot_be_right_plans_nothing(content: object) -> None:
    assert items.settings_of(damaged(content), 2.0) == SET
    assert plans.opens_at(damaged(content), 2.0) == math.inf
