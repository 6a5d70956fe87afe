"""The room's items in its table: the settings, the pulse and the keys."""

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
        Key=items.key(items.ROOM),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ConditionExpression=items.PRESENT,
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={f":{n}": items.setting_attribute(v) for n, v in values.items()},
    )


def find_item(room: Deployed, item_id: str) -> dict[str, Any] | None:
    """Return an item of the table, or None. Raise RoomNotFoundError when there is no table."""
    found = _call(room, "reading", "get_item", Key=items.key(item_id), ConsistentRead=True)
    item: dict[str, Any] | None = found.get("Item")
    return item


def read_item(room: Deployed, item_id: str) -> dict[str, Any]:
    """Return an item that every room has. Raise RoomNotFoundError when it is missing."""
    item = find_item(room, item_id)
    if item is None:
        raise room.missing()
    return item


def _call(room: Deployed, doing: str, operation: str, **arguments: Any) -> dict[str, Any]:
    call = getattr(room.aws.client("dynamodb"), operation)
    try:
        response: dict[str, Any] = call(TableName=room.names.stem, **arguments)
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and has_code(error, *MISSING):
            raise room.missing() from error
        raise explained(error, doing, "room", room.state.room) from error
    return response
