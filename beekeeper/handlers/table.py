"""The table as the consumer sees it: claim slots, write admissions, publish the pulse."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.handlers import items
from beekeeper.handlers.batches import batches
from beekeeper.rules.line import Pulse
from beekeeper.rules.pacing import Claim
from beekeeper.rules.turn import Settings

WRITE_BATCH = 25  # BatchWriteItem's limit
READ_BATCH = 100  # BatchGetItem's limit
READ_ATTEMPTS = 3
Admitting = tuple[str, int, float]  # ticket id, number, slot
logger = logging.getLogger(__name__)


class Throttled(Exception):
    """DynamoDB left keys unread, again and again."""


class Table:
    """The room's table."""

    def __init__(self, dynamodb: Any, name: str, executor: Executor) -> None:
        self._dynamodb = dynamodb
        self._name = name
        self._executor = executor

    def settings(self) -> Settings:
        """Read what the operators have set."""
        return items.settings_of(self._get(items.ROOM) or {})

    def pulse(self) -> Pulse:
        """Read the pulse."""
        return items.pulse_of(self._get(items.PULSE))

    def _get(self, item_id: str) -> Mapping[str, Any] | None:
        response = self._dynamodb.get_item(
            TableName=self._name, Key=items.key(item_id), ConsistentRead=True
        )
        item: Mapping[str, Any] | None = response.get("Item")
        return item

    def claim(self, claim: Claim, paced_at: float) -> bool:
        """Take the slots of a claim, unless somebody else has moved on from ``paced_at``."""
        return self._update_pulse(
            "SET paced_at = :new",
            "attribute_not_exists(paced_at) OR paced_at = :old",
            {":new": items.number(claim.paced_at), ":old": items.number(paced_at)},
        )

    def publish(self, pulse: Pulse, before: Pulse) -> bool:
        """Replace the pulse of ``before``, unless another consumer has published since."""
        return self._update_pulse(
            "SET admitted = :admitted, waiting = :waiting, serving = :serving, slack = :slack,"
            " arrivals = :arrivals, rate = :rate, as_of = :as_of",
            "attribute_not_exists(as_of) OR as_of = :before",
            {
                ":admitted": items.number(pulse.admitted),
                ":waiting": items.number(pulse.waiting),
                ":serving": items.number(pulse.serving),
                ":slack": items.number(pulse.slack),
                ":arrivals": items.arrivals_value(pulse.arrivals),
                ":rate": items.number(pulse.rate),
                ":as_of": items.number(pulse.as_of),
                ":before": items.number(before.as_of),
            },
        )

    def _update_pulse(self, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._name,
                Key=items.key(items.PULSE),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def admitted_among(self, ticket_ids: Iterable[str]) -> set[str]:
        """Return which of the tickets have been admitted. What can't be read raises."""
        found = self._executor.map(self._find, batches(ticket_ids, READ_BATCH))
        return {item_id.removeprefix(items.VISITOR_PREFIX) for item_id in set().union(*found)}

    def _find(self, ticket_ids: Sequence[str]) -> set[str]:
        keys = [items.key(items.visitor_id(ticket_id)) for ticket_id in ticket_ids]
        request = {self._name: {"Keys": keys, "ConsistentRead": True}}
        found: set[str] = set()
        for _ in range(READ_ATTEMPTS):
            response = self._dynamodb.batch_get_item(RequestItems=request)
            found |= {item["id"]["S"] for item in response["Responses"].get(self._name, [])}
            request = response.get("UnprocessedKeys", {})
            if not request:
                return found
        raise Throttled("looking up tickets")

    def admit(
        self, admissions: Sequence[Admitting], is_too_late: Callable[[float], bool]
    ) -> set[str]:
        """Write rows; return the ids of those confirmed written.

        Each batch leaves out the slots that are too late when its turn comes.
        """

        def write(batch: Sequence[Admitting]) -> set[str]:
            in_time = [admission for admission in batch if not is_too_late(admission[2])]
            return self._write(in_time) if in_time else set()

        return set().union(*self._executor.map(write, batches(admissions, WRITE_BATCH)))

    def _write(self, batch: Sequence[Admitting]) -> set[str]:
        rows = [{"PutRequest": {"Item": items.admission_item(*admission)}} for admission in batch]
        try:
            response = self._dynamodb.batch_write_item(RequestItems={self._name: rows})
        except (BotoCoreError, ClientError) as error:
            logger.warning("writing admissions failed: %s", error)
            return set()
        unprocessed = response.get("UnprocessedItems", {}).get(self._name, [])
        failed = {row["PutRequest"]["Item"]["id"]["S"] for row in unprocessed}
        return {a[0] for a in batch if items.visitor_id(a[0]) not in failed}
