"""The schedule of slots, shared by all consumers: the table's ``pace`` item.

The consumers serve the lane for latecomers (rules/lane.py) with the write that claims slots.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from beekeeper.contract import items, pace_item
from beekeeper.rules import lane as lanes
from beekeeper.rules import pacing
from beekeeper.rules.lane import EMPTY, Lane, Shared

ATTEMPTS = 5
UNCHANGED = "paced_at = :stored"
NEW = "attribute_not_exists(paced_at)"


class Schedule:
    """The schedule as this process last saw it. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._paced_at = 0.0  # the last slot that was given out
        self._stored: Any = None  # the same, as it is in the table
        self._rate = pacing.LOWEST_RATE_PER_MINUTE
        self._line_is_short = False
        self.lane = EMPTY

    @property
    def paced_at(self) -> float:
        """The last slot that was given out, as far as this process knows."""
        return self._paced_at

    def expect(
        self, lane: Lane, given: int, rate_per_minute: float, *, line_is_short: bool
    ) -> None:
        """Note what else is known of the lane, for the claims to come.

        ``lane`` is another copy. ``given`` was read just now; it is 0 if that failed.
        """
        self.lane = self.lane.newest(lane)
        if given:
            self.lane = replace(self.lane, given=given)
        self._rate, self._line_is_short = rate_per_minute, line_is_short

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
        # Somebody may have deleted the item. No slot is given out, and no number served, twice.
        self._stored = (item or {}).get("paced_at")
        if self._stored:
            self._paced_at = pace_item.paced_at_of(item)
        self.lane = self.lane.newest(pace_item.lane_of(item))

    def claim(self, now: float, pace_per_minute: float, wanted: int) -> Sequence[float]:
        """Take up to ``wanted`` slots that nobody else has, and return them. There may be none.

        The same claim serves the lane for latecomers.
        """
        for _ in range(ATTEMPTS):
            shared = lanes.share(
                self._paced_at,
                now,
                pace_per_minute,
                wanted,
                self.lane,
                self._rate,
                line_is_short=self._line_is_short,
            )
            if not (shared.line or shared.late) or self._take(shared, now):
                return shared.line
        return ()

    def skip(self, given: int, now: float) -> None:
        """Serve the lane's first ``given`` numbers at once, without slots: nobody waits with them.

        The room has let everybody in, or operators have cleared the line.
        """
        for _ in range(ATTEMPTS):
            if given <= self.lane.served:
                return
            everybody = Lane(max(given, self.lane.given), given)
            if self._write(max(self._paced_at, now), everybody):
                return

    def _take(self, shared: Shared, now: float) -> bool:
        return self._write(shared.paced_at, self.lane.after(shared.late, now))

    def _write(self, paced_at: float, lane: Lane) -> bool:
        values = {"paced_at": items.number(paced_at)}
        if lane != self.lane:
            values[pace_item.LANE] = pace_item.lane_attribute(lane)
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.PACE),
                UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
                # What is stored is compared as it is. So what can't be read is replaced, too.
                ConditionExpression=UNCHANGED if self._stored else NEW,
                ExpressionAttributeValues={
                    **{f":{name}": value for name, value in values.items()},
                    **({":stored": self._stored} if self._stored else {}),
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            if item := error.response.get("Item"):
                self._note(item)
            else:  # not every emulator returns the item, and somebody may have deleted it
                self.read()
            return False
        self._paced_at, self._stored, self.lane = paced_at, values["paced_at"], lane
        return True
