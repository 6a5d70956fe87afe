"""Wakes the consumer: it ends early when nobody waits, and the next visitor is not to wait for it.

Whoever joins a line that was idle when a consumer last looked, or of which none has published
anything for a while, has one started. One container in all does so, by a conditional write of the
table's ``wake`` item, and no more often than every AGAIN_SECONDS.
"""

import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items
from beekeeper.rules import line
from beekeeper.rules.line import Pulse

# Consumers publish every second or two, and the copy of it may be another second old.
ASLEEP_SECONDS = 5.0
AGAIN_SECONDS = 10.0  # a cold start takes two or three
logger = logging.getLogger(__name__)


class Waker:
    """Starts the consumers when there seem to be none; ``start`` takes how many."""

    def __init__(self, dynamodb: Any, table: str, start: Callable[[int], object]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._start = start
        self._tried_at = float("-inf")

    def wake(self, pulse: Pulse, now: float, workers: int = 1) -> None:
        """Start so many consumers unless one is at work. A failure is no visitor's business.

        The schedule starts one within the minute in any case.
        """
        asleep = line.is_idle(pulse) or now - pulse.as_of >= ASLEEP_SECONDS
        if not asleep or now - self._tried_at < AGAIN_SECONDS:
            return
        self._tried_at = now
        try:
            if self._is_first(now):
                self._start(workers)
        except (BotoCoreError, ClientError) as error:
            logger.warning("waking the consumer failed; the schedule starts it: %s", error)

    def _is_first(self, now: float) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.WAKE),
                UpdateExpression="SET woken_at = :now",
                ConditionExpression="attribute_not_exists(woken_at) OR woken_at <= :before",
                ExpressionAttributeValues={
                    ":now": items.number(now),
                    ":before": items.number(now - AGAIN_SECONDS),
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True
