"""The schedule of slots: the table's ``pace`` item, shared by everything that gives out slots.

It is a small item of its own, because every claim writes it, and DynamoDB bills a write by the size
of the whole item.
"""

from typing import Any

from beekeeper.contract import items
from beekeeper.rules import pacing
from beekeeper.rules.pacing import Claim

ATTEMPTS = 5
NO_SLOT = "attribute_not_exists(paced_at)"


class Schedule:
    """The schedule as this process last saw it. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._paced_at = 0.0  # the last slot that was given out
        self._stored: Any = None  # the same, as it is in the table

    @property
    def paced_at(self) -> float:
        """The last slot that was given out, as far as this process knows."""
        return self._paced_at

    def open_slots(self, now: float, pace_per_minute: float) -> int:
        """Return how many visitors can get a slot now."""
        return pacing.open_slots(self._paced_at, now, pace_per_minute)

    def read(self) -> None:
        """Read the last slot that was given out."""
        response = self._dynamodb.get_item(
            TableName=self._table, Key=items.key(items.PACE), ConsistentRead=True
        )
        self._note(response.get("Item"))

    def _note(self, item: items.Item | None) -> None:
        self._stored = (item or {}).get("paced_at")
        self._paced_at = items.paced_at_of(item)

    def claim(self, now: float, pace_per_minute: float, wanted: int) -> Claim:
        """Take up to ``wanted`` slots that nobody else has. There may be none."""
        for _ in range(ATTEMPTS):
            claim = pacing.claim(self._paced_at, now, pace_per_minute, wanted)
            if claim.count == 0 or self._take(claim):
                return claim
        return Claim(claim.first, claim.interval, 0)

    def claim_next(self, now: float, pace_per_minute: float) -> bool:
        """Take one slot for a visitor who waits for it; return whether there was one.

        The slot can be up to one interval ahead. Otherwise, at a low rate, the consumers would
        always be faster and take every slot.
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
                # What is stored is compared as it is. So what can't be read is replaced, too.
                ConditionExpression="paced_at = :old" if self._stored else NO_SLOT,
                ExpressionAttributeValues={
                    ":new": items.number(claim.paced_at),
                    **({":old": self._stored} if self._stored else {}),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            if item := error.response.get("Item"):
                self._note(item)
            else:  # not every emulator returns the item
                self.read()
            return False
        self._paced_at, self._stored = claim.paced_at, items.number(claim.paced_at)
        return True
