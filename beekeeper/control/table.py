"""The room's items in its table: the settings, the pulse and the keys."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code

MISSING = ("ResourceNotFoundException", "ConditionalCheckFailedException")


def change_settings(room: Deployed, **values: str | float) -> None:
    """Set settings of the room, in one write. Raises RoomNotFoundError and ProvisionError."""
    _call(
        room,
        "updating",
        "update_item",
        TableName=room.names.stem,
        Key=items.key(items.ROOM),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ConditionExpression=items.PRESENT,
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{n}": items.setting_attribute(v) for n, v in values.items()},
    )


def find_item(room: Deployed, item_id: str) -> dict[str, Any] | None:
    """Return an item of the table, or None. Raise RoomNotFoundError when there is no table."""
    key = {"TableName": room.names.stem, "Key": items.key(item_id), "ConsistentRead": True}
    found = _call(room, "reading", "get_item", **key)
    item: dict[str, Any] | None = found.get("Item")
    return item


def read_item(room: Deployed, item_id: str) -> dict[str, Any]:
    """Return an item that every room has. Raise RoomNotFoundError when it is missing."""
    item = find_item(room, item_id)
    if item is None:
        raise room.missing()
    return item


def find_items(room: Deployed, item_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return those of up to 100 items that exist. Raise RoomNotFoundError without a table."""
    keys = [items.key(item_id) for item_id in item_ids]
    request = {room.names.stem: {"Keys": keys, "ConsistentRead": True}}
    found: list[dict[str, Any]] = []
    while request:
        response = _call(room, "reading", "batch_get_item", RequestItems=request)
        found += response["Responses"].get(room.names.stem, [])
        request = response.get("UnprocessedKeys") or {}
    return found


def _call(room: Deployed, doing: str, operation: str, **arguments: Any) -> dict[str, Any]:
    call = getattr(room.aws.client("dynamodb"), operation)
    try:
        response: dict[str, Any] = call(**arguments)
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and has_code(error, *MISSING):
            raise room.missing() from error
        raise explained(error, doing, "room", room.state.room) from error
    return response
