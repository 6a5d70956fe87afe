"""The schedule of slots, which all who let visitors through share: the table's ``pace`` item.

It is small and has an item of its own, since DynamoDB bills a write by the size of the whole item,
and it is written at every claim.
"""

from typing import Any

from beekeeper.contract import items
from beekeeper.rules import pacing
from beekeeper.rules.pacing import Claim

ATTEMPTS = 5


class Schedule:
    """The schedule, as it was last seen."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._paced_at = 0.0  # the last slot that was given out

    def open_slots(self, now: float, pace_per_minute: float) -> int:
        """Return how many visitors could be given a slot now."""
        return pacing.open_slots(self._paced_at, now, pace_per_minute)

    def read(self) -> None:
        """See how far the schedule is given out."""
        response = self._dynamodb.get_item(
            TableName=self._table, Key=items.key(items.PACE), ConsistentRead=True
        )
        self._paced_at = items.paced_at_of(response.get("Item"))

    def claim(self, now: float, pace_per_minute: float, wanted: int) -> Claim:
        """Take up to ``wanted`` slots that nobody else has; perhaps none."""
        for _ in range(ATTEMPTS):
            claim = pacing.claim(self._paced_at, now, pace_per_minute, wanted)
            if claim.count == 0 or self._take(claim):
                return claim
        return Claim(claim.first, claim.interval, 0)

    def claim_next(self, now: float, pace_per_minute: float) -> bool:
        """Take one slot for somebody who is there; tell whether there was one.

        Up to an interval ahead, or consumers would always be quicker where slots are rare.
        """
        lookahead = max(pacing.LOOKAHEAD_SECONDS, pacing.interval_seconds(pace_per_minute))
        self.read()
        for _ in range(ATTEMPTS):
            claim = pacing.claim(self._paced_at, now, pace_per_minute, 1, lookahead)
            if claim.count == 0:
                return False
            if self._take(claim):
                return True
        return False

    def _take(self, claim: Claim) -> bool:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.PACE),
                UpdateExpression="SET paced_at = :new",
                ConditionExpression="attribute_not_exists(paced_at) OR paced_at = :old",
                ExpressionAttributeValues={
                    ":new": items.number(claim.paced_at),
                    ":old": items.number(self._paced_at),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            if item := error.response.get("Item"):
                self._paced_at = items.paced_at_of(item)
            else:  # emulators don't all tell what is there
                self.read()
            return False
        self._paced_at = claim.paced_at
        return True
