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

The condition compares ``changes`` as it is stored, and no row replaces another one. If somebody
has damaged ``changes``, the numbers go on after the rows that are there: ``first_free`` looks for
them. So an operator can still pause the room, and its history stays.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from beekeeper.contract import items, plans
from beekeeper.contract.attributes import Item, or_default, read_number, read_text
from beekeeper.rules.destination import shown

HISTORY_PREFIX = "history#"
CHANGES = "changes"
CANCEL = "cancel"  # what the operator did who takes a planned change back
TEXTS = ("what", "before", "after", "by", "place", "reason")
TIMES = ("planned_for", "cancelled_at")
CANCELLED_AT = "cancelled_at"
ADDRESSES = frozenset({"destination", "governor_probe_url"})  # of the site
LOOKED_AT = 100  # rows at once: BatchGetItem takes no more
FindIds = Callable[[Sequence[str]], Collection[str]]  # which of these rows there are


def row_id(number: int) -> str:
    """Return the id of the row with that number."""
    return f"{HISTORY_PREFIX}{number}"


def last_number(room: Item) -> int:
    """Return the number of the last row, as the ``room`` item knows it.

    It is 0 in a new room, and if somebody has damaged it.
    """
    read = partial(read_number, room, CHANGES)
    found = int(or_default(room, CHANGES, 0.0, read))
    return found if found < plans.MOST_CHANGES else 0


def first_free(room: Item, find: FindIds, *, look: bool = False) -> int:
    """Return the number of the next row. It looks at the rows only if ``changes`` can be wrong.

    With ``look`` it can: a write with the number that follows from it was refused.
    """
    first = last_number(room) + 1
    if look or (first == 1 and CHANGES in room):
        while taken := find([row_id(first + n) for n in range(LOOKED_AT)]):
            first = max(map(number_of, taken)) + 1
    return first


def number_of(id_of_row: str) -> int:
    """Return the number of a row, from its id, or 0 if it has none."""
    number = id_of_row.removeprefix(HISTORY_PREFIX)
    return int(number) if number.isdecimal() else 0


def values_of(row: Item) -> dict[str, Any]:
    """Read a row: its number, and each value by its name. What can't be read has a default."""

    def time_of(name: str, default: float | None) -> float | None:
        return or_default(row, name, default, lambda: read_number(row, name, 0.0, items.LATEST))

    return {
        "number": number_of(items.id_of(row)),
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

    An address of the site can have a token, so only its origin is told.
    """
    if name in ADDRESSES and value:
        return shown(str(value))
    if name == "cleared_at":
        return time_text(float(value)) if value else ""
    return str(value) if isinstance(value, str) else f"{value:.12g}"


def time_text(at: float) -> str:
    """Return a time within a text of a row. ``beekeeper.times`` finds it there."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def both_told(name: str, before: str | float, after: str | float) -> tuple[str, str]:
    """Return two values of a setting as people read them: different texts if they differ."""
    was, becomes = told(name, before), told(name, after)
    return was, f"{becomes} (another page)" if was == becomes and before != after else becomes


def transaction(
    table: str, room: Item, wanted: Mapping[str, Any], rows: Sequence[Item]
) -> list[dict[str, Any]]:
    """Return the actions that write attributes of the ``room`` item that was read, and the rows.

    ``rows`` have numbers that are free (``first_free``).
    """
    last = max((number_of(items.id_of(row)) for row in rows), default=last_number(room))
    values = {**wanted, CHANGES: items.number(last)}
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
    put = {"TableName": table, "ConditionExpression": items.ABSENT}
    return [{"Update": update}, *({"Put": {**put, "Item": row}} for row in rows)]


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
