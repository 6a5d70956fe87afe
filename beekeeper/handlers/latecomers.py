"""Numbers for latecomers: the turnstile's part of the lane (rules/lane.py).

A visitor takes a number in three steps, of which each can be the last:

    mark     the visitor's row, on condition that nobody has marked it since it was read
    count    one more number given; two visitors never get the same one
    write    the number on the row, on condition that the mark is still ours

Two tabs, or ten requests at once, read the same row, and only one of them can mark it. After a kill
between two steps, the visitor asks again, and a mark that is ASKING_SECONDS old can be replaced. A
number that is on no row costs the lane one slot.
"""

import logging
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items
from beekeeper.rules.lane import Lane
from beekeeper.rules.turn import Admission

# A page that got no number asks again after two seconds or so. Requests that come closer together
# are those of two tabs, or of a program.
ASKING_SECONDS = 1.0
NOT_IN = f"{items.PRESENT} AND attribute_not_exists(claimed_at)"
logger = logging.getLogger(__name__)


class Latecomers:
    """The rows of the visitors and the count of numbers. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def take_number(self, ticket_id: str, seen: Admission, lane: Lane, now: float) -> Admission:
        """Give a visitor a number, and return the admission after that.

        It is unchanged if another request was faster, or the table is in trouble. Then the visitor
        waits, and asks again.
        """
        if seen.asked_at is not None and now - seen.asked_at < ASKING_SECONDS:
            return seen
        try:
            return self._take(items.visitor_id(ticket_id), seen, lane, now)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            logger.info("another request of the visitor was faster", extra={"visitor": ticket_id})
        except (BotoCoreError, ClientError) as error:
            said = "giving a latecomer a number failed: %s"
            logger.warning(said, error, extra={"visitor": ticket_id})
        return seen

    def _take(self, row_id: str, seen: Admission, lane: Lane, now: float) -> Admission:
        mark, values = items.number(now), {}
        unmarked = "attribute_not_exists(asked_at)"
        if seen.asked_at is not None:
            unmarked, values = "asked_at = :seen", {":seen": items.number(seen.asked_at)}
        self._update(
            row_id, "SET asked_at = :now", f"{NOT_IN} AND {unmarked}", {":now": mark, **values}
        )
        number, again = self._count(lane), seen.again + 1
        self._update(
            row_id,
            "SET late = :late, again = :again",
            f"{NOT_IN} AND asked_at = :now",
            {":now": mark, ":late": items.number(number), ":again": items.number(again)},
        )
        return replace(seen, late=number, asked_at=now, again=again)

    def _count(self, lane: Lane) -> int:
        """Return the next number. If somebody deleted the count, it goes on after the last."""
        number, last = self._add(1, lane), max(lane.given, lane.served)
        return number if number > last else self._add(last, lane)

    def _add(self, count: int, lane: Lane) -> int:
        request = {
            "TableName": self._table,
            "Key": items.key(items.LATE),
            "ReturnValues": "UPDATED_NEW",
        }
        try:
            answer = self._dynamodb.update_item(
                **request,
                UpdateExpression=f"ADD {items.GIVEN} :count",
                ExpressionAttributeValues={":count": items.number(count)},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
            # Somebody has made the count something else than a number.
            logger.error("the count of latecomers is damaged; it goes on after %d", lane.given)
            answer = self._dynamodb.update_item(
                **request,
                UpdateExpression=f"SET {items.GIVEN} = :count",
                ExpressionAttributeValues={":count": items.number(lane.given + count)},
            )
        return items.given_of(answer["Attributes"])

    def _update(self, row_id: str, update: str, condition: str, values: dict[str, Any]) -> None:
        self._dynamodb.update_item(
            TableName=self._table,
            Key=items.key(row_id),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
