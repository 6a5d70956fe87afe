"""The table as the producer and the turnstile use it: the room, read once a second, and turns.

If a read of the room fails, the last copy stays in use, so that the line continues while DynamoDB
is in trouble. If somebody has damaged an item, the last good copy of that item stays in use.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items, pulse_item
from beekeeper.contract.attributes import Damaged
from beekeeper.handlers.arrivals import Arrivals, Latest
from beekeeper.handlers.entries import Entries, Unavailable
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules.cadence import ROOM_COPY_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings
from beekeeper.rules.tokens import Key
from beekeeper.rules.turn import Admission

T = TypeVar("T")
# A page that got no slot asks again after two seconds or so. Requests that come closer together are
# those of two tabs, or of a program.
ASKING_SECONDS = 1.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomCopy:
    """A copy of the room: its settings, keys and pulse at the time of the read."""

    name: str
    settings: Settings
    ticket_keys: Sequence[Key]
    pass_keys: Sequence[Key]
    pulse: Pulse


class VisitorTable:
    """The room's table. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str, name: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._name = name
        self._schedule = Schedule(dynamodb, table)
        self.entries = Entries(dynamodb, table)
        self.latest = Latest(Arrivals(dynamodb, table))
        self._room: RoomCopy | None = None
        self._read_at = float("-inf")
        self.is_stale = False  # whether the last attempt to read the table failed

    def room(self, now: float) -> RoomCopy:
        """Return the room. It is older than ROOM_COPY_SECONDS only if the table can't be read.

        Raises Unavailable if the table could never be read.
        """
        if self._room is None or not 0 <= now - self._read_at < ROOM_COPY_SECONDS:
            try:
                self._room = self._read(now)
                self.is_stale = False
            except (BotoCoreError, ClientError, KeyError, ValueError) as error:
                logger.warning("reading the room failed: %s", error)
                self.is_stale = True
                if self._room is None:
                    raise Unavailable("the room's table can't be read") from error
            self._read_at = now
        return self._room

    def _read(self, now: float) -> RoomCopy:
        ids = (items.ROOM, items.KEYS, items.PULSE)
        request = {self._table: {"Keys": [items.key(item_id) for item_id in ids]}}
        response = self._dynamodb.batch_get_item(RequestItems=request)
        found = {items.id_of(item): item for item in response["Responses"][self._table]}
        if response.get("UnprocessedKeys") and len(found) < len(ids):
            raise KeyError("throttled: some of the room's items were not read")
        room, keys, last = found.get(items.ROOM, {}), found.get(items.KEYS, {}), self._room

        def ring(kind: str, good: Sequence[Key] | None) -> Sequence[Key]:
            return _good(lambda: items.keys_of(keys, kind), good)

        return RoomCopy(
            name=self._name,
            settings=_good(lambda: items.settings_of(room), last.settings if last else None),
            ticket_keys=ring(items.TICKET_KEYS, last.ticket_keys if last else None),
            pass_keys=ring(items.PASS_KEYS, last.pass_keys if last else None),
            pulse=pulse_item.pulse_of(found.get(items.PULSE), now),
        )

    def readmit(
        self, ticket_id: str, seen: Admission, room: RoomCopy, now: float
    ) -> Admission | None:
        """Give another slot to a visitor who comes late; return None if no slot is free.

        When the visitor let the first slot pass, another visitor was admitted instead
        (rules.no_shows). The new slot can be about a second ahead, but the visitor can go in at
        once. Of several requests at the same moment, one takes a slot. Raises Unavailable.
        """
        try:
            if not self._is_only_request(ticket_id, seen, now):
                return None
            if not self._schedule.claim_next(now, room.settings.pace(room.pulse)):
                return None
            self._move(ticket_id, seen, now)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("giving another slot failed") from error
        return replace(seen, admitted_at=now, first_at=seen.first_at or seen.admitted_at)

    def _is_only_request(self, ticket_id: str, seen: Admission, now: float) -> bool:
        """Note that this request asks for a slot; return False if another has just done so."""
        late = "admitted_at = :seen AND attribute_not_exists(claimed_at)"
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.visitor_id(ticket_id)),
                UpdateExpression="SET asked_at = :now",
                ConditionExpression=f"{late} AND attribute_not_exists(asked_at)"
                f" OR {late} AND asked_at <= :before",
                ExpressionAttributeValues={
                    ":now": items.number(now),
                    ":seen": items.number(seen.admitted_at),
                    ":before": items.number(now - ASKING_SECONDS),
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _move(self, ticket_id: str, seen: Admission, now: float) -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.visitor_id(ticket_id)),
                UpdateExpression="SET admitted_at = :now, first_at = :first, again = :again",
                ConditionExpression="admitted_at = :seen AND attribute_not_exists(claimed_at)",
                ExpressionAttributeValues={
                    ":now": items.number(now),
                    ":seen": items.number(seen.admitted_at),
                    ":first": items.number(seen.first_at or seen.admitted_at),
                    ":again": items.number(seen.again + 1),
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            logger.info("another tab was faster")


def _good(read: Callable[[], T], last: T | None) -> T:
    """Return what ``read`` gives, or the last good copy if that is damaged."""
    try:
        return read()
    except Damaged as error:
        if last is None:
            raise
        logger.error("%s: the last good copy is used", error)
        return last
