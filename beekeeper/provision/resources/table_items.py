"""The two items that a deploy writes into the table: the room's settings, and its keys.

A conditional write creates the keys once. Without an edge, we never read them here, so a deployer
does not see them. With one, we read the pass keys, and derive from the one that signs what the edge
sends to the API (rules/edge.py). Nothing of that is stored or shown.

A deploy writes only those settings that the configuration decides. The mode belongs to the
operators, and so does a rate or a message that they have changed since the last deploy (see
contract/deployed.py). Each setting that it changes has a row in the history, with "deploy" as the
reason (contract/history_item.py).

The item also names the format of all items. If a release has another one, its deploy replaces the
functions first, while the consumers that still run go on for up to CONSUMER_RUN_SECONDS. Then it
takes the format away for LAST_TICK_SECONDS, in which every earlier consumer ends, and writes the
new one. From then on the new consumers admit:

    format              1                      0, nobody's             2
    earlier consumers   admit ───────────────▶ end within a tick
    new consumers       end at once ─────────────────────────────────▶ admit

The two never admit side by side, wherever a deploy is interrupted. After an interruption the line
stands still when the earlier consumers have ended, the alarm for the consumer's errors says so, and
the next deploy continues from there. With the same format, a deploy interrupts nothing: consumers
of both releases share one schedule, and the next tick uses the new settings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract import arrival_rows, deployed, history_item, items, plans
from beekeeper.contract.attributes import Damaged, Item
from beekeeper.contract.pass_ring import pass_ring_of
from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.lease import this_machine
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying, was_in_the_way
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from beekeeper.provision.resources.outputs import EDGE_SECRET, SIGNING_KID
from beekeeper.results import Entry
from beekeeper.rules import tokens
from beekeeper.rules.edge import edge_secret
from beekeeper.rules.settings import SETTINGS, Settings

ITEMS = "Items"  # the statement of the permissions on the table's items
MISSING = "ResourceNotFoundException"
EXISTS = "ConditionalCheckFailedException"
WRITE = Wait("the new table to accept items", 60)
# A tick that began with the earlier format ends within this time: its calls have short time-outs.
LAST_TICK_SECONDS = 30
ATTEMPTS = 5  # of a write that operators get in the way of
KNOWN = {known.name: known for known in fields(Settings)}
# The settings that both a deploy and operators set.
LIVE = tuple(f for f in fields(Settings) if f.name in deployed.DEPLOYED and SETTINGS[f.name].live)


class Keys(Contained):
    """The ``keys`` item. With an edge, its outputs say what the edge sends: see outputs.py."""

    key, kind = "keys", "signing keys"
    needs = ("table",)
    container = "table"

    def __init__(self, names: Names, *, edge: bool) -> None:
        self.name = f"{names.stem}/{items.KEYS}"
        self._names = names
        self._table = names.stem
        self._wanted = (items.ID, items.PASS_KEYS) if edge else (items.ID,)

    def grants(self) -> Iterable[Grant]:
        yield _grant(self._names)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"made": True}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        item = _read(aws, self._table, items.KEYS, *self._wanted)
        if item is None or items.PASS_KEYS not in self._wanted:
            return Found(self.name, {"made": True}, Owner.OURS) if item else None
        try:
            signs = pass_ring_of(item).keys[0]
        except Damaged:  # not an error here, because a destroy must go on
            return Found(self.name, {"made": False}, Owner.OURS)
        told = {EDGE_SECRET: edge_secret(signs), SIGNING_KID: signs.kid}
        return Found(self.name, {"made": True}, Owner.OURS, told)

    def create(self, aws: Aws, desired: Attributes) -> None:
        item = items.keys_item([tokens.new_key()], [tokens.new_key()])
        _put_new(aws, self._table, item)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Refuse, because a deploy never replaces keys, and the edge needs one."""
        raise ProvisionError(
            f"The signing keys of room {self._names.room} are damaged, so the edge can't get a"
            " secret. For the remedy, run: python -m beekeeper doctor"
        )


class RoomItem(Contained):
    """The ``room`` item."""

    key, kind = "settings", "room settings"
    needs = ("table", *(f"function {part}" for part in ALL_FUNCTION_NAMES))
    container = "table"

    def __init__(self, names: Names, settings: Settings) -> None:
        self.name = f"{names.stem}/{items.ROOM}"
        self._names = names
        self._table = names.stem
        self._settings = settings

    def grants(self) -> Iterable[Grant]:
        yield _grant(self._names)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        """Return the settings from the configuration, as the item stores the last deployed ones."""
        wanted = deployed.deployed_settings(self._settings)
        return {**wanted, items.FORMAT_ATTRIBUTE: items.FORMAT}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        stored, now = _read_at(aws, self._table, items.ROOM)
        if stored is None:
            return None
        item = plans.in_force(stored, now)
        found = items.format_of(item, damaged=items.CHANGING_FORMAT)
        settings = deployed.deployed_settings_of(item)
        attributes = {**settings, **self._live(item, settings), items.FORMAT_ATTRIBUTE: found}
        return Found(self.name, attributes, Owner.OURS)

    def _live(self, item: Item, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is in force instead, for what the deploy changes: operators changed it."""
        live = {f.name: items.stored_value(f, item, f.name) for f in LIVE if found[f.name]}
        wanted = {name: getattr(self._settings, name) for name in live}
        # If both are the same by chance, the deploy still has to note its value.
        return {n: v for n, v in live.items() if wanted[n] not in (found[n], v)}

    def create(self, aws: Aws, desired: Attributes) -> None:
        wanted = deployed.deployed_attributes(self._settings, deployed.DEPLOYED)
        settings = items.settings_item(self._settings)
        _put_new(aws, self._table, {**settings, **wanted, **_format(items.FORMAT)})

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        if is_other_format := items.FORMAT_ATTRIBUTE in changes:
            self._set(aws, _format(items.CHANGING_FORMAT))
            aws.sleep(LAST_TICK_SECONDS)
        if settings := sorted(changes.keys() - {items.FORMAT_ATTRIBUTE}):
            self._change_settings(aws, settings)
        if is_other_format:
            self._set(aws, _format(items.FORMAT))

    def _change_settings(self, aws: Aws, settings: Sequence[str]) -> None:
        for attempt in range(ATTEMPTS):
            if self._change(aws, settings, look=attempt > 0):
                return
            aws.sleep(1)
        raise ProvisionError(
            f"The settings of room {self._names.room} were not written, because operators change"
            " them at the same moment. Run the same command again."
        )

    def _change(self, aws: Aws, settings: Sequence[str], *, look: bool) -> bool:
        """Write settings, with a row for each that changes, in one transaction.

        Return False if somebody else has changed the item since it was read, or a row is there.
        """
        stored, now = _read_at(aws, self._table, items.ROOM)
        room = stored or {}
        wanted = deployed.deployed_attributes(self._settings, settings)
        values = {**history_item.newly_set(room, now), **wanted}
        free = history_item.first_free(room, partial(_found, aws, self._table), look=look)
        entries = self._entries(aws, room, now, settings, free)
        rows = [history_item.row_of(entry.number, asdict(entry)) for entry in entries]
        actions = history_item.transaction(self._table, room, values, rows)
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=actions)
        except ClientError as error:
            if was_in_the_way(error):
                return False
            raise
        return True

    def _entries(
        self, aws: Aws, room: Item, now: float, settings: Sequence[str], free: int
    ) -> list[Entry]:
        item, by = plans.in_force(room, now), aws.identity[1]
        told = [(name, *self._told(item, name)) for name in settings]
        changed = (one for one in told if one[1] != one[2])
        return [
            Entry(now, *one, by, this_machine(), "deploy", number=number)
            for number, one in enumerate(changed, free)
        ]

    def _told(self, item: Item, name: str) -> tuple[str, str]:
        """Return a setting as it is, and as the deploy sets it, as people read them."""
        wanted = getattr(self._settings, name)
        try:
            was = items.stored_value(KNOWN[name], item, name)
        except Damaged:
            return "", history_item.told(name, wanted)
        return history_item.both_told(name, was, wanted)

    def _set(self, aws: Aws, attributes: Mapping[str, Any]) -> None:
        names = {f"#{name}": name for name in attributes}
        aws.client("dynamodb").update_item(
            TableName=self._table,
            Key=items.key(items.ROOM),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
        )


def _format(number: int) -> dict[str, Any]:
    return {items.FORMAT_ATTRIBUTE: items.number(number)}


def _grant(names: Names) -> Grant:
    """Return what deploy and the operators' commands need. It excludes the visitors' items."""
    # All our requests name a key. ForAllValues also allows a request without a key, but the only
    # such request would be Scan, which is not among the actions.
    leading = [items.ROOM, items.KEYS, items.PULSE, items.GOVERNOR, items.LEASE]
    many = (items.COUNT_PREFIX, history_item.HISTORY_PREFIX, arrival_rows.PREFIX)
    leading += [f"{prefix}*" for prefix in many]
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading}}
    actions = ("BatchGetItem", "GetItem", "PutItem", "UpdateItem")
    return grant("dynamodb", actions, names.table_arn, statement=ITEMS, condition=condition)


def _read(aws: Aws, table: str, item_id: str, *attributes: str) -> dict[str, Any] | None:
    """Return some attributes of an item. Return None if it does not exist."""
    return _read_at(aws, table, item_id, *attributes)[0]


def _read_at(
    aws: Aws, table: str, item_id: str, *attributes: str
) -> tuple[dict[str, Any] | None, float]:
    """Return an item, or some attributes of it, or None; and when AWS answered."""
    names = {f"#{name}": name for name in attributes}
    only = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
    with ignoring(MISSING):
        response = aws.client("dynamodb").get_item(
            TableName=table,
            Key=items.key(item_id),
            ConsistentRead=True,
            **(only if names else {}),
        )
        return response.get("Item"), aws.answered_at(response)
    return None, 0.0


def _found(aws: Aws, table: str, item_ids: Sequence[str]) -> list[str]:
    """Return which of up to 100 items exist."""
    keys = {"Keys": [items.key(i) for i in item_ids], "ConsistentRead": True}
    only = {**keys, "ProjectionExpression": "#id", "ExpressionAttributeNames": {"#id": items.ID}}
    found = aws.client("dynamodb").batch_get_item(RequestItems={table: only})
    return [items.id_of(item) for item in found["Responses"].get(table, [])]


def _put_new(aws: Aws, table: str, item: dict[str, Any]) -> None:
    put = aws.client("dynamodb").put_item
    which = {"TableName": table, "ConditionExpression": items.ABSENT}
    with ignoring(EXISTS):  # the item exists: the answer to an earlier put was lost
        retrying(aws, WRITE, (Busy(MISSING),), lambda: put(**which, Item=item))
