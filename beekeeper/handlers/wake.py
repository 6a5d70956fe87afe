"""Wakes the consumer, which stops early if nobody waits. The next visitor must not wait for it.

The producer starts a consumer when a visitor joins a line that was idle when a consumer last
checked, or for which no consumer has published a pulse for a while. The turnstile does so when a
visitor asks, because EventBridge may be a minute late, and in that time nobody may join. A
conditional write of the table's ``wake`` item makes sure that only one container does this, at most
once in AGAIN_SECONDS.
"""

import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items
from beekeeper.handlers import aws
from beekeeper.rules import line
from beekeeper.rules.line import Pulse

AGAIN_SECONDS = 10.0  # a cold start takes two or three
# A time from the future, or something else, was put there by hand.
NOBODY_WAKES = (
    "attribute_not_exists(woken_at) OR woken_at <= :before OR woken_at > :after"
    " OR NOT attribute_type(woken_at, :number)"
)
logger = logging.getLogger(__name__)


def consumer_starter(name: str) -> Callable[[int], None]:
    """Return what starts so many consumers. ``name`` is that of their function."""

    def start(workers: int) -> None:
        # The client is created only when needed, because that is rare and slows a cold start.
        invoke = aws.client("lambda").invoke
        for _ in range(workers):
            invoke(FunctionName=name, InvocationType="Event")

    return start


class Waker:
    """Starts consumers if none seems to be running. ``start`` takes their number."""

    def __init__(self, dynamodb: Any, table: str, start: Callable[[int], object]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._start = start
        self._tried_at = float("-inf")

    def wake(self, pulse: Pulse, now: float, workers: int = 1) -> None:
        """Start ``workers`` consumers, unless one is running.

        A failure is logged and affects no visitor: EventBridge starts a consumer within a minute.
        """
        asleep = line.is_idle(pulse) or line.is_stale(pulse, now)
        if not asleep or now - self._tried_at < AGAIN_SECONDS:
            return
        self._tried_at = now
        try:
            if self._is_first(now):
                self._start(workers)
        except (BotoCoreError, ClientError) as error:
            logger.warning("waking the consumer failed; EventBridge will start it: %s", error)

    def _is_first(self, now: float) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.WAKE),
                UpdateExpression="SET woken_at = :now",
                ConditionExpression=NOBODY_WAKES,
                ExpressionAttributeValues={
                    ":now": items.number(now),
                    ":before": items.number(now - AGAIN_SECONDS),
                    ":after": items.number(now + AGAIN_SECONDS),
                    ":number": {"S": "N"},
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True
