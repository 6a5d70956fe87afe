"""What was changed in a room, by whom and why; and what is planned."""

from collections.abc import Iterable

from beekeeper.connection import Deployed
from beekeeper.contract import history_item, items, plans
from beekeeper.contract.attributes import Item
from beekeeper.control.table import find_items, read_item
from beekeeper.results import Entry

READ_AT_ONCE = 100  # BatchGetItem takes no more


def history(room: Deployed, most: int = 100) -> tuple[Entry, ...]:
    """Return the last changes of the room, the newest last. Planned ones are among them."""
    last = history_item.last_number(read_item(room, items.ROOM))
    return _entries(room, range(max(1, last - most + 1), last + 1))


def planned(room: Deployed, item: Item, now: float) -> tuple[Entry, ...]:
    """Return what is planned in the ``room`` item that was read, the earliest first."""
    left = plans.plans_of(plans.in_force(item, now))
    rows = {entry.number: entry for entry in _entries(room, (plan.number for plan in left))}
    return tuple(rows.get(plan.number) or _without_row(plan) for plan in left)


def _without_row(plan: plans.Plan) -> Entry:
    value = history_item.told(plan.setting, plan.value)
    return Entry(0.0, plan.setting, "", value, planned_for=plan.at, number=plan.number)


def _entries(room: Deployed, numbers: Iterable[int]) -> tuple[Entry, ...]:
    ids = [history_item.row_id(number) for number in numbers]
    found: dict[str, Item] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        found |= find_items(room, ids[start : start + READ_AT_ONCE])
    return tuple(Entry(**history_item.values_of(found[i])) for i in ids if i in found)
