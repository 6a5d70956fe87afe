"""Reads many items of the table at once, until all are read."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.items import Item

READ_BATCH = 100  # BatchGetItem's limit
READ_ATTEMPTS = 3


class Throttled(Exception):
    """DynamoDB left items unread at each of READ_ATTEMPTS."""


# What a call to the table can raise, and what a damaged item can.
CALL_FAILED = (BotoCoreError, ClientError, Throttled)
TROUBLE = (*CALL_FAILED, KeyError, ValueError)


def read_items(dynamodb: Any, table: str, query: dict[str, Any]) -> list[Item]:
    """Return the items that exist of a query of up to READ_BATCH keys; raise if that fails."""
    request = {table: query}
    found: list[Item] = []
    for _ in range(READ_ATTEMPTS):
        response = dynamodb.batch_get_item(RequestItems=request)
        found += response["Responses"].get(table, [])
        request = response.get("UnprocessedKeys", {})
        if not request:
            return found
    raise Throttled("reading items of the table")
