"""What was changed in a room, by whom and why; and what is planned."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from beekeeper.connection import Deployed
from beekeeper.contract import history_item, items, plans
from beekeeper.contract.attributes import Item
from beekeeper.control.changing import busy
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.control.table import find_items, read_at, read_item, transact
from beekeeper.errors import ConfigError, ProvisionError
from beekeeper.provision.engine.lease import this_machine
from beekeeper.results import Entry

ATTEMPTS = 6
READ_AT_ONCE = 100  # BatchGetItem takes no more


def history(room: Deployed, most: int = 100) -> tuple[Entry, ...]:
    """Return the last changes of the room, the newest last. Planned ones are among them."""
    last = history_item.last_number(read_item(room, items.ROOM))
    return _entries(room, range(max(1, last - most + 1), last + 1))


def planned(room: Deployed, item: Item, now: float) -> tuple[Entry, ...]:
    """Return what is planned in the ``room`` item that was read, the earliest first.

    If the rows about it can't be read, who planned it is unknown.
    """
    left = plans.plans_of(plans.in_force(item, now))
    try:
        rows = {entry.number: entry for entry in _entries(room, (plan.number for plan in left))}
    except ProvisionError:
        rows = {}
    return tuple(rows.get(plan.number) or _without_row(plan) for plan in left)


def cancel(room: Deployed, number: int, note: Note = NO_NOTE) -> Entry:
    """Take back a planned change, by its number. Return the row about it.

    Raises ConfigError if there is no such plan, or its time has come.
    """
    for attempt in range(ATTEMPTS):
        item, now = read_at(room, items.ROOM)
        if not item:
            raise room.missing()
        left = plans.plans_of(plans.in_force(item, now))
        plan = _plan_of(room, left, number)
        entry = _taken_back(room, item, plan, note, now)
        if transact(room, _cancellation(room, item, left, plan, entry)):
            return entry
        room.aws.sleep(0.05 * 2**attempt)
    raise busy(room)


def _plan_of(room: Deployed, left: Iterable[plans.Plan], number: int) -> plans.Plan:
    by_number = {plan.number: plan for plan in left}
    if number in by_number:
        return by_number[number]
    numbers = ", ".join(map(str, sorted(by_number))) or "none"
    raise ConfigError(
        f"Room {room.state.room} has no planned change {number}. If its time has come, change it"
        f" at once instead. Still planned: {numbers}."
    )


def _taken_back(room: Deployed, item: Item, plan: plans.Plan, note: Note, now: float) -> Entry:
    when = f"{datetime.fromtimestamp(plan.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Entry(
        at=now,
        what=history_item.CANCEL,
        before=f"{plan.setting} {history_item.told(plan.setting, plan.value)} from {when} on",
        after="",
        by=room.aws.identity[1],
        place=this_machine(),
        reason=note.reason,
        number=history_item.last_number(item) + 1,
    )


def _cancellation(
    room: Deployed, item: Item, left: Iterable[plans.Plan], plan: plans.Plan, entry: Entry
) -> list[dict[str, Any]]:
    """Return the actions: the plans without this one, its row, and the row about it."""
    others = plans.plans_attribute(one for one in left if one.number != plan.number)
    wanted = history_item.newly_set(item, entry.at) | {plans.PLANNED: others}
    table = room.names.stem
    row = history_item.row_of(entry.number, asdict(entry))
    # After damage to the numbers both can be one row, which no transaction writes twice.
    is_other = plan.number != entry.number
    mark = [history_item.mark_cancelled(table, plan.number, entry.at)] if is_other else []
    return [*history_item.transaction(table, item, wanted, [row]), *mark]


def _without_row(plan: plans.Plan) -> Entry:
    value = history_item.told(plan.setting, plan.value)
    return Entry(0.0, plan.setting, "", value, planned_for=plan.at, number=plan.number)


def _entries(room: Deployed, numbers: Iterable[int]) -> tuple[Entry, ...]:
    ids = [history_item.row_id(number) for number in numbers]
    found: dict[str, Item] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        found |= find_items(room, ids[start : start + READ_AT_ONCE])
    return tuple(Entry(**history_item.values_of(found[i])) for i in ids if i in found)
