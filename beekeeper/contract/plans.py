"""The planned changes of the ``room`` item: what operators want to hold from a later time on.

    planned   a JSON list, the earliest first, of: when (seconds since the epoch), the setting, its
              value, and the number of the plan's row (history_item.py), which says who and why

Whoever reads the settings applies what is due by its own clock, which is that of AWS. So a planned
change holds within two seconds for every function, and no machine and no schedule has to be awake.
The next write of the item makes it permanent: it sets what was due, and takes it out of the list.

A plan that can't be right is left out. One of them must not keep a room from working.
"""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from beekeeper.contract.attributes import Damaged, Item, logger, or_default, read_json
from beekeeper.rules.settings import SETTINGS, Mode

PLANNED = "planned"
MOST_PLANS = 20  # and a clear: it is planned some seconds ahead (control/clear.py)
MOST_CHANGES = 10**12  # of a room, ever: the highest number of a row
LATEST = 1e11  # seconds: the year 5138. JSON can have numbers that no float can hold


@dataclass(frozen=True, slots=True, order=True)
class Plan:
    """One planned change. ``number`` is that of its row in the history."""

    at: float
    number: int
    setting: str
    value: str | float


def plans_of(item: Item) -> tuple[Plan, ...]:
    """Return the planned changes of the ``room`` item, the earliest first."""
    return or_default(item, PLANNED, (), lambda: tuple(sorted(_plans(item))))


def plans_attribute(plans: Iterable[Plan]) -> dict[str, str]:
    """Return planned changes for the wire."""
    listed = [[plan.at, plan.setting, plan.value, plan.number] for plan in sorted(plans)]
    return {"S": json.dumps(listed, separators=(",", ":"))}


def in_force(item: Item, now: float) -> Item:
    """Return the ``room`` item as it is at ``now``: what is due is set, and planned no more."""
    plans = plans_of(item)
    due = [plan for plan in plans if plan.at <= now]
    if not due:
        return item
    left = plans_attribute(plans[len(due) :])
    return {**item, **{plan.setting: setting_attribute(plan.value) for plan in due}, PLANNED: left}


def opens_at(item: Item, now: float) -> float:
    """Return when a room that is off or paused is next planned to be on; infinity if it is not."""
    ons = (p.at for p in plans_of(item) if p.setting == "mode" and p.value == Mode.ON)
    return next((at for at in ons if at > now), math.inf)


def setting_attribute(value: str | float) -> dict[str, str]:
    """Return a setting's value for the wire. repr is exact, and DynamoDB keeps 38 digits."""
    return {"S": str(value)} if isinstance(value, str) else {"N": repr(float(value))}


def _plans(item: Item) -> Iterator[Plan]:
    match read_json(item, PLANNED):
        case [*listed] if len(listed) <= MOST_PLANS + 1:
            for each in listed:
                if plan := _plan(each):
                    yield plan
                else:
                    logger.error("%s: a planned change is left out", Damaged(item, PLANNED))
        case _:
            raise Damaged(item, PLANNED)


def _plan(found: Any) -> Plan | None:
    match found:
        case [float() | int() as at, str(setting), str() | float() | int() as value, int(number)]:
            is_known = not any(isinstance(each, bool) for each in (at, value, number))
            is_within = 0 <= at <= LATEST and 0 < number <= MOST_CHANGES
            can_be_right = is_known and is_within and _can_be(setting, value, at)
            return Plan(float(at), number, setting, value) if can_be_right else None
    return None


def _can_be(setting: str, value: str | float, at: float) -> bool:
    if setting == "cleared_at":
        return value == at
    if setting == "mode":
        return value in list(Mode)
    if setting == "rate" and not isinstance(value, str):
        known = SETTINGS["rate"]
        return (known.minimum or 0) <= value <= (known.maximum or math.inf)
    # DynamoDB refuses halves of characters, and so each write that makes the plan permanent.
    return setting == "message" and isinstance(value, str) and _is_whole(value)


def _is_whole(text: str) -> bool:
    return text.encode(errors="ignore").decode() == text
