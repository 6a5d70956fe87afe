"""The rows about changes of the settings: ``history#<number>``, one for each change.

    at           when (seconds since the epoch, by AWS's clock)
    what         the setting, or ``cancel`` if a planned change was taken back
    before       its value before and after, as people read it
    after
    by           the ARN of the credentials
    place        the user and the machine that the command ran on
    reason       what the operator gave as the reason
    planned_for  from when on it holds, if that was planned
    cancelled_at when a planned change was taken back

``changes`` of the ``room`` item is the last number. The write of a setting and that of its row are
one transaction, on the condition that ``changes`` is what was read. So no change lacks a row, and
of two operators at the same moment, one reads again. Rows have no TTL, and a clear keeps them.

The condition compares ``changes`` as it is stored, and a row replaces what is in its place. So
whatever somebody has damaged, an operator can still pause the room.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from beekeeper.contract import items, plans
from beekeeper.contract.attributes import Item, or_default, read_number, read_text
from beekeeper.rules.destination import origin_of

HISTORY_PREFIX = "history#"
CHANGES = "changes"
CANCEL = "cancel"  # what the operator did who takes a planned change back
TEXTS = ("what", "before", "after", "by", "place", "reason")
TIMES = ("planned_for", "cancelled_at")
CANCELLED_AT = "cancelled_at"


def row_id(number: int) -> str:
    """Return the id of the row with that number."""
    return f"{HISTORY_PREFIX}{number}"


def last_number(room: Item) -> int:
    """Return the number of the last row, as the ``room`` item knows it.

    If somebody has damaged it, it is 0. Rows are then written anew from 1 on.
    """
    read = partial(read_number, room, CHANGES, 0.0, items.MOST)
    return int(or_default(room, CHANGES, 0.0, read))


def values_of(row: Item) -> dict[str, Any]:
    """Read a row: its number, and each value by its name. What can't be read has a default."""

    def time_of(name: str, default: float | None) -> float | None:
        return or_default(row, name, default, lambda: read_number(row, name, 0.0, items.LATEST))

    number = items.id_of(row).removeprefix(HISTORY_PREFIX)
    return {
        "number": int(number) if number.isdecimal() else 0,
        "at": time_of("at", 0.0),
        **{name: or_default(row, name, "", partial(read_text, row, name)) for name in TEXTS},
        **{name: time_of(name, None) for name in TIMES},
    }


def row_of(number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row. ``values`` are by name, as ``values_of`` returns them."""
    times = {name: values[name] for name in ("at", *TIMES) if values.get(name) is not None}
    return {
        **items.key(row_id(number)),
        **{name: {"S": values[name]} for name in TEXTS},
        **{name: items.number(at) for name, at in times.items()},
    }


def told(name: str, value: str | float) -> str:
    """Return a setting's value as people read it. That of a clear is its time.

    The governor's page can have a token in its address, so only its origin is shown.
    """
    if name == "governor_probe_url" and value:
        return f"{origin_of(str(value))}/…"
    if name == "cleared_at":
        return f"{datetime.fromtimestamp(float(value), UTC):%Y-%m-%d %H:%M:%S} UTC" if value else ""
    return str(value) if isinstance(value, str) else f"{value:.12g}"


def transaction(
    table: str, room: Item, wanted: Mapping[str, Any], rows: Sequence[Item]
) -> list[dict[str, Any]]:
    """Return the actions that write attributes of the ``room`` item that was read, and the rows.

    ``rows`` have the numbers after the last one.
    """
    values = {**wanted, CHANGES: items.number(last_number(room) + len(rows))}
    is_as_read = f"#{CHANGES} = :was" if CHANGES in room else f"attribute_not_exists(#{CHANGES})"
    update = {
        "TableName": table,
        "Key": items.key(items.ROOM),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        "ConditionExpression": f"{items.PRESENT} AND {is_as_read}",
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {
            **{f":{name}": value for name, value in values.items()},
            **({":was": room[CHANGES]} if CHANGES in room else {}),
        },
    }
    return [{"Update": update}, *({"Put": {"TableName": table, "Item": row}} for row in rows)]


def mark_cancelled(table: str, number: int, at: float) -> dict[str, Any]:
    """Return the action that notes in the row of a planned change that it was taken back."""
    update = {
        "TableName": table,
        "Key": items.key(row_id(number)),
        "UpdateExpression": f"SET {CANCELLED_AT} = :at",
        "ExpressionAttributeValues": {":at": items.number(at)},
    }
    return {"Update": update}


def newly_set(room: Item, now: float) -> dict[str, Any]:
    """Return the attributes with which a write makes permanent what was planned, and is due."""
    folded = plans.in_force(room, now)
    return {name: value for name, value in folded.items() if room.get(name) != value}
