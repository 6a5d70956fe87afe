"""The two items that a deploy puts into the table: the room's settings, and its keys.

The keys are made once, by a conditional write, and never read here: whoever deploys does not see
them. Of the settings, a deploy writes only what the configuration decides; mode, and a rate or
message that an operator has set since, are the operators' (see ``deployed``).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.contract import items
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found
from beekeeper.provision.engine.wait import Busy, Wait, has_code, retrying
from beekeeper.rules import tokens
from beekeeper.rules.settings import Settings

MISSING = "ResourceNotFoundException"
EXISTS = "ConditionalCheckFailedException"
WRITE = Wait("the new table to take items", 60)


class Keys:
    """The ``keys`` item."""

    key, kind = "keys", "signing keys"
    needs: tuple[str, ...] = ("table",)
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, table: str, room: str) -> None:
        self.name = f"{table}/{items.KEYS}"
        self._table = table
        self._room = room

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"made": True}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        found = _read(aws, self._table, items.KEYS, "id")
        return Found(self.name, {"made": True}, self._room) if found else None

    def create(self, aws: Aws, desired: Attributes) -> None:
        item = items.keys_item([tokens.new_key()], [tokens.new_key()])
        _put_new(aws, self._table, item)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Nothing to do: keys are never replaced by a deploy."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: the keys go with the table."""


class RoomItem:
    """The ``room`` item."""

    key, kind = "settings", "room settings"
    needs: tuple[str, ...] = ("table",)
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, table: str, room: str, settings: Settings) -> None:
        self.name = f"{table}/{items.ROOM}"
        self._table = table
        self._room = room
        self._settings = settings

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        """Return the settings from the configuration, as they were deployed last."""
        return items.deployed_settings(self._settings)

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        item = _read(aws, self._table, items.ROOM, None)
        if item is None:
            return None
        attributes = items.deployed_settings_of(item)
        return Found(self.name, attributes, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        wanted = items.deployed_attributes(self._settings, items.DEPLOYED)
        _put_new(aws, self._table, {**items.settings_item(self._settings), **wanted})

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        wanted = items.deployed_attributes(self._settings, changes)
        names = {f"#{name}": name for name in wanted}
        aws.client("dynamodb").update_item(
            TableName=self._table,
            Key=items.key(items.ROOM),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in wanted),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in wanted.items()},
        )

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: the settings go with the table."""


def _read(aws: Aws, table: str, item_id: str, projection: str | None) -> dict[str, Any] | None:
    only = {"ProjectionExpression": projection} if projection else {}
    try:
        response = aws.client("dynamodb").get_item(
            TableName=table, Key=items.key(item_id), ConsistentRead=True, **only
        )
    except ClientError as error:
        if has_code(error, MISSING):
            return None
        raise
    item: dict[str, Any] | None = response.get("Item")
    return item


def _put_new(aws: Aws, table: str, item: dict[str, Any]) -> None:
    put = aws.client("dynamodb").put_item
    new = "attribute_not_exists(id)"
    try:
        retrying(
            aws,
            WRITE,
            (Busy(MISSING),),
            lambda: put(TableName=table, Item=item, ConditionExpression=new),
        )
    except ClientError as error:
        if not has_code(error, EXISTS):  # there already: the answer to an earlier put was lost
            raise
