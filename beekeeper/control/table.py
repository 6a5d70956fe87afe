"""The room's items in its table: the settings, the pulse, the counts and the keys."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.contract.attributes import Item
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code, was_in_the_way

READ_ATTEMPTS = 6  # DynamoDB leaves some items for the next call when it throttles
# The answer to what botocore repeats while DynamoDB is busy with the first request.
REPEATED = ("TransactionInProgressException", "IdempotentParameterMismatchException")
MISSING = ("ResourceNotFoundException", "ConditionalCheckFailedException")


def transact(room: Deployed, actions: Sequence[Mapping[str, Any]]) -> bool:
    """Do all actions or none. Return False if something was in the way: read again, then try again.

    Then nothing was done. Or an answer was lost, botocore asked again, and DynamoDB was still busy
    with the first request.

    Raises ProvisionError, and RoomNotFoundError when there is no table.
    """
    try:
        room.aws.client("dynamodb").transact_write_items(TransactItems=actions)
    except (ClientError, BotoCoreError) as error:
        if was_in_the_way(error) or (isinstance(error, ClientError) and has_code(error, *REPEATED)):
            return False
        raise _told(room, error, "updating") from error
    return True


def replace_attributes(room: Deployed, item: Item, wanted: Item) -> None:
    """Set these attributes of an item that was read, and remove those that are None, in one write.

    Raises RoomNotFoundError if one of them has changed since it was read, or the item is gone.
    """
    known = {name: item.get(name) for name in wanted}
    conditions = [f"#{n} = :was_{n}" if known[n] else f"attribute_not_exists(#{n})" for n in known]
    to_set = [f"#{n} = :{n}" for n in wanted if wanted[n]]
    to_remove = [f"#{n}" for n in wanted if not wanted[n]]
    parts = {"SET": to_set, "REMOVE": to_remove}
    _call(
        room,
        "updating",
        "update_item",
        TableName=room.names.stem,
        Key=items.key(items.id_of(item)),
        UpdateExpression=" ".join(f"{verb} {', '.join(p)}" for verb, p in parts.items() if p),
        ConditionExpression=" AND ".join(conditions),
        ExpressionAttributeNames={f"#{name}": name for name in wanted},
        ExpressionAttributeValues={f":{n}": value for n, value in wanted.items() if value}
        | {f":was_{n}": value for n, value in known.items() if value},
    )


def read_item(room: Deployed, item_id: str) -> dict[str, Any]:
    """Return an item that every room has. Raise RoomNotFoundError when it is missing."""
    key = {"TableName": room.names.stem, "Key": items.key(item_id), "ConsistentRead": True}
    found = _call(room, "reading", "get_item", **key)
    if "Item" not in found:
        raise room.missing()
    item: dict[str, Any] = found["Item"]
    return item


def read_at(room: Deployed, item_id: str) -> tuple[dict[str, Any], float]:
    """Return an item, empty if there is none, and when AWS answered (Aws.answered_at)."""
    key = {"TableName": room.names.stem, "Key": items.key(item_id), "ConsistentRead": True}
    response = _call(room, "reading", "get_item", **key)
    return response.get("Item", {}), room.aws.answered_at(response)


def find_items(room: Deployed, item_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return those of up to 100 items that exist, by id. Raises as find_items_at."""
    return find_items_at(room, item_ids)[0]


def find_items_at(
    room: Deployed, item_ids: Iterable[str]
) -> tuple[dict[str, dict[str, Any]], float]:
    """Return those of up to 100 items that exist, by id, and when AWS answered (as read_at).

    Raises RoomNotFoundError when there is no table, and ProvisionError.
    """
    table = room.names.stem
    request = {table: {"Keys": [items.key(i) for i in item_ids], "ConsistentRead": True}}
    found: dict[str, dict[str, Any]] = {}
    for attempt in range(READ_ATTEMPTS):
        response = _call(room, "reading", "batch_get_item", RequestItems=request)
        found |= {items.id_of(item): item for item in response["Responses"].get(table, [])}
        request = response.get("UnprocessedKeys") or {}
        if not request:
            return found, room.aws.answered_at(response)
        room.aws.sleep(0.1 * 2**attempt)
    raise ProvisionError(
        f"reading room {room.state.room}: DynamoDB throttles the calls. Wait a minute, then run the"
        " same command again."
    )


def _call(room: Deployed, doing: str, operation: str, **arguments: Any) -> dict[str, Any]:
    call = getattr(room.aws.client("dynamodb"), operation)
    try:
        response: dict[str, Any] = call(**arguments)
    except (ClientError, BotoCoreError) as error:
        raise _told(room, error, doing) from error
    return response


def _told(room: Deployed, error: ClientError | BotoCoreError, doing: str) -> BeekeeperError:
    if isinstance(error, ClientError) and has_code(error, *MISSING):
        return room.missing()
    return explained(error, doing, "room", room.state.room)
