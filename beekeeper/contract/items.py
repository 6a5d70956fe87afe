"""The table's items, to and from DynamoDB's wire format.

    item      attributes                                           written by
    room      the settings (rules/settings.py), format, and what   deploy, operators
              the last deploy set (contract/deployed.py)
              planned (contract/plans.py)                          operators
              changes (contract/history_item.py)                   deploy, operators
    history#  see contract/history_item.py                         deploy, operators
    keys      ticket, pass (JSON lists of kid and secret)          deploy, operators
              signing_since (contract/pass_ring.py)                operators
    pulse     see contract/pulse_item.py                           consumer
    pace      see contract/pace_item.py                            consumer
    governor  see contract/governor_item.py                        governor
    late      given: the numbers of the lane (rules/lane.py)       turnstile
    wake      woken_at                                             producer, turnstile
    lease     owner, expires_at                                    deploy, destroy
    count#<i> admitted, entered; with the time of a clear after    consumer, turnstile
              it for the line since then (counted)
    arrivals# see contract/arrival_rows.py                         producer
    decision# see contract/decision_rows.py                        governor
    v#<id>    admitted_at, number, expires_at                      consumer
              claimed_at; late, asked_at and again of latecomers   turnstile

Somebody can damage an item by hand. What can't be right is then logged, and a bound or a default is
used in its place. If an item lacks what has no default, its reader raises Damaged.

FORMAT is the version of the items. A deploy writes it into the ``room`` item, and a consumer whose
own FORMAT is another one admits nobody. So two releases that store the schedule differently never
admit side by side. Increase it with any change that an earlier consumer would misread.

The keys are an item of their own, so that an IAM policy can deny them to a role by leading key.

The counts are exact. Whoever admits a visitor, or lets one in, adds to a count in the transaction
that writes the visitor's row. One item takes only a thousand writes a second, and refuses one of
two transactions at the same moment. So there are COUNT_SHARDS items, and each write takes one of
them at random.
"""

import functools
import json
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from beekeeper.contract import attributes, plans
from beekeeper.contract.attributes import (
    Damaged,
    logger,
    or_default,
    read_json,
    read_number,
    read_text,
)
from beekeeper.rules import tokens
from beekeeper.rules.settings import SETTINGS, Settings
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS, Key
from beekeeper.rules.turn import Admission

ROOM, KEYS, PULSE, PACE, WAKE, LEASE = "room", "keys", "pulse", "pace", "wake", "lease"
LATE, GOVERNOR = "late", "governor"
VISITOR_PREFIX = "v#"
COUNT_PREFIX = "count#"
COUNT_SHARDS = 32
COUNT_IDS = tuple(f"{COUNT_PREFIX}{shard}" for shard in range(COUNT_SHARDS))
ADMITTED, ENTERED = "admitted", "entered"  # the attributes of a count
# The attribute that is the table's primary key, and the conditions that an item exists or not.
ID = attributes.ID
PRESENT, ABSENT = f"attribute_exists({ID})", f"attribute_not_exists({ID})"
# DynamoDB deletes an item some time after this moment (TTL). It is in seconds since the epoch.
EXPIRES_AT = "expires_at"
OWNER = "owner"  # of the lease
GIVEN = "given"  # of the lane for latecomers
# The key rings in the keys item: one signs tickets, and one signs passes.
TICKET_KEYS, PASS_KEYS = "ticket", "pass"
Item = attributes.Item
FORMAT = 1
FORMAT_ATTRIBUTE = "format"
# While a deploy changes the format. It is nobody's format, so nobody admits.
CHANGING_FORMAT = 0
# Rows of visitors live for a day longer than tickets, so that no used ticket is ever valid without
# its row. The other rows that a report reads live as long.
ROW_SECONDS = TICKET_LIFETIME_SECONDS + 86_400
# The most visitors, and the latest time (the last days of 9999, in every time zone), that can be
# right.
MOST = 1e12
LATEST = 253_402_300_799.0 - 2 * 86_400
LAST_SAMPLE = int(LATEST * 1000)


def key(item_id: str) -> dict[str, Any]:
    """Return the primary key of an item."""
    return {ID: {"S": item_id}}


def id_of(item: Item) -> str:
    """Return the id of an item."""
    return str(item[ID]["S"])


def visitor_id(ticket_id: str) -> str:
    """Return the id of the row of an admitted visitor."""
    return VISITOR_PREFIX + ticket_id


def counted(name: str, cleared_at: float) -> str:
    """Return the attribute with that count (ADMITTED, ENTERED) of the line since it was cleared.

    A line that was cleared counts under names of its own. So nothing has to be reset, and whoever
    has not heard of it yet still counts for the former line.
    """
    return f"{name}_{int(cleared_at)}" if cleared_at else name


def number(value: float) -> dict[str, str]:
    """Return a number for the wire. repr is exact, and DynamoDB keeps 38 digits."""
    return {"N": repr(value)}


def format_of(item: Item, damaged: int = FORMAT) -> int:
    """Return the format that the ``room`` item names: 1 if it names none.

    ``damaged`` stands for a format that can't be read.
    """
    if FORMAT_ATTRIBUTE not in item:
        return 1
    return or_default(
        item, FORMAT_ATTRIBUTE, damaged, lambda: int(read_number(item, FORMAT_ATTRIBUTE))
    )


def settings_of(item: Item, now: float) -> Settings:
    """Read the ``room`` item; raise Damaged if a setting without a default can't be right.

    What was planned for ``now`` (seconds since the epoch) or before holds. A setting with a default
    can be absent, because an earlier version did not write it.
    """
    item = plans.in_force(item, now)
    return Settings(**{known.name: _setting(known, item) for known in fields(Settings)})


def _setting(known: Field[Any], item: Item) -> Any:
    if known.default is MISSING:
        return setting_value(known, item)
    return or_default(item, known.name, known.default, lambda: setting_value(known, item))


def damaged_settings(item: Item) -> list[str]:
    """Return the names of the settings that can't be right."""
    return [known.name for known in fields(Settings) if _is_damaged(known, item)]


def _is_damaged(known: Field[Any], item: Item) -> bool:
    if known.name not in item:
        return known.default is MISSING
    try:
        setting_value(known, item)
    except Damaged:
        return True
    return False


def setting_value(known: Field[Any], item: Item) -> Any:
    """Return a setting's value within its bounds. Raises Damaged."""
    declared, value = SETTINGS[known.name], stored_value(known, item, known.name)
    if isinstance(value, str):
        if declared.accepts and not declared.accepts(value):
            raise Damaged(item, known.name)
        return value
    low = -math.inf if declared.minimum is None else declared.minimum
    high = math.inf if declared.maximum is None else declared.maximum
    return known.type(read_number(item, known.name, low, high))  # type: ignore[operator]


def stored_value(known: Field[Any], item: Item, name: str) -> Any:
    """Return the setting that is under this name, within its bounds or not. Raises Damaged."""
    kind: Any = known.type
    try:
        return kind(
            read_text(item, name) if issubclass(kind, str) else read_number(item, name, -math.inf)
        )
    except ValueError:
        raise Damaged(item, name) from None


def settings_item(settings: Settings) -> dict[str, Any]:
    """Return the ``room`` item."""
    values = {name: plans.setting_attribute(getattr(settings, name)) for name in SETTINGS}
    return {**key(ROOM), **values}


def keys_of(item: Item, kind: str) -> list[Key]:
    """Read the key ring of that kind (TICKET_KEYS or PASS_KEYS), the signing key first.

    Raises Damaged if it is empty, or if one of its keys can't be used.
    """
    match read_json(item, kind):
        case [_, *_] as ring:
            keys = [found for entry in ring if (found := _key(entry))]
            if len(keys) == len(ring):
                return keys
    raise Damaged(item, kind)


def _key(entry: object) -> Key | None:
    match entry:
        case {"kid": str(kid), "secret": str(secret)}:
            return found if tokens.is_usable(found := Key(kid, secret)) else None
    return None


def keys_item(ticket: Sequence[Key], passes: Sequence[Key]) -> dict[str, Any]:
    """Return the ``keys`` item."""
    return {**key(KEYS), TICKET_KEYS: ring_attribute(ticket), PASS_KEYS: ring_attribute(passes)}


def ring_attribute(keys: Sequence[Key]) -> dict[str, str]:
    """Return a key ring for the wire."""
    return {"S": json.dumps([{"kid": k.kid, "secret": k.secret} for k in keys])}


def total_of(counts: Iterable[Item], name: str) -> int:
    """Return the sum of ADMITTED or ENTERED over the count items."""
    return sum(
        int(or_default(count, name, 0.0, functools.partial(read_number, count, name, 0.0, MOST)))
        for count in counts
    )


def totals_of(counts: Collection[Item], cleared_at: float) -> tuple[int, int]:
    """Return how many were admitted and entered since the line was cleared (epoch seconds)."""
    names = (counted(name, cleared_at) for name in (ADMITTED, ENTERED))
    admitted, entered = (total_of(counts, name) for name in names)
    return admitted, entered


def given_of(item: Item | None) -> int:
    """Read the ``late`` item: how many numbers the lane has given. If it is damaged, it is 0."""
    if not item:
        return 0
    return int(or_default(item, GIVEN, 0.0, lambda: read_number(item, GIVEN, 0.0, MOST)))


def lease_item(owner: str, expires_at: int) -> dict[str, Any]:
    """Return the item that keeps two deploys apart."""
    return {**key(LEASE), OWNER: {"S": owner}, EXPIRES_AT: number(expires_at)}


def admission_of(item: Item | None) -> Admission | None:
    """Read the row of an admitted visitor.

    If the slot or the number in the lane can't be read, the turn is over, so that the visitor can
    join the line again. The ticket is not admitted a second time, because it has a row.
    """
    if not item:
        return None

    def value(name: str, high: float) -> float | None:
        return read_number(item, name, 0.0, high) if name in item else None

    try:
        admitted_at = read_number(item, "admitted_at", 0.0, LATEST)
        if "claimed_at" in item:
            # The row says that the visitor has gone in. Only the time may be unknown.
            read = functools.partial(read_number, item, "claimed_at", 0.0, LATEST)
            return Admission(admitted_at, or_default(item, "claimed_at", admitted_at, read))
        late, asked_at, again = value("late", MOST), value("asked_at", LATEST), value("again", MOST)
    except Damaged as error:
        logger.error("%s: the visitor's turn counts as over", error)
        return Admission(0.0)
    number = None if late is None else int(late)
    return Admission(admitted_at, late=number, asked_at=asked_at, again=int(again or 0))


def admission_item(ticket_id: str, ticket_number: int, admitted_at: float) -> dict[str, Any]:
    """Return the row of an admitted visitor. It expires after the ticket."""
    return {
        **key(visitor_id(ticket_id)),
        "admitted_at": number(admitted_at),
        "number": number(ticket_number),
        EXPIRES_AT: number(int(admitted_at) + ROW_SECONDS),
    }
