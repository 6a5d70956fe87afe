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
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules.cadence import ROOM_COPY_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.settings import Settings
from beekeeper.rules.tokens import Key, Ticket
from beekeeper.rules.turn import Admission

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """The table can't be read, and there is no earlier copy to use."""


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

    def admission(self, ticket_id: str) -> Admission | None:
        """Return the admission of a ticket, or None. Raises Unavailable."""
        try:
            response = self._dynamodb.get_item(
                TableName=self._table, Key=items.key(items.visitor_id(ticket_id))
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("looking up a ticket failed") from error
        return items.admission_of(response.get("Item"))

    def claim(self, ticket_id: str, settings: Settings, now: float) -> Admission | None:
        """Record that the visitor goes in, and return the admission, or None if there is none yet.

        The first claim counts: a second tab or a refresh changes nothing. Nothing is recorded if
        the turn has ended or needs another slot. Raises Unavailable.
        """
        in_time = "admitted_at <= :now AND admitted_at > :prompt"
        again = "admitted_at <= :now AND admitted_at > :over AND attribute_exists(claimed_at)"
        try:
            response = self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.visitor_id(ticket_id)),
                UpdateExpression="SET claimed_at = if_not_exists(claimed_at, :now)",
                ConditionExpression=f"{in_time} OR {again}",
                ExpressionAttributeValues={
                    ":now": items.number(now),
                    ":prompt": items.number(now - PROMPT_SECONDS),
                    ":over": items.number(now - settings.claim_seconds),
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            return items.admission_of(error.response.get("Item"))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("claiming a turn failed") from error
        return items.admission_of(response["Attributes"])

    def readmit(
        self, ticket_id: str, seen: Admission, room: RoomCopy, now: float
    ) -> Admission | None:
        """Give another slot to a visitor who comes late; return None if no slot is free.

        When the visitor let the first slot pass, another visitor was admitted instead
        (rules.no_shows). The new slot can be about a second ahead, but the visitor can go in at
        once. Raises Unavailable.
        """
        try:
            if not self._schedule.claim_next(now, room.settings.pace(room.pulse)):
                return None
            self._move(ticket_id, seen, now)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("giving another slot failed") from error
        return replace(seen, admitted_at=now, first_at=seen.first_at or seen.admitted_at)

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

    def let_pass(self, ticket: Ticket, now: float) -> None:
        """Record that a visitor goes in while the room is off, so that the ticket takes no slot.

        If the record fails, the visitor still goes in.
        """
        row = items.admission_item(ticket.id, ticket.number, now)
        row["claimed_at"] = row["admitted_at"]
        names = ("admitted_at", "number", items.EXPIRES_AT, "claimed_at")
        update = ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in names)
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=items.key(items.id_of(row)),
                UpdateExpression=f"SET {update}",
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues={f":{name}": row[name] for name in names},
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("recording a visitor who goes in unqueued failed: %s", error)


def _good(read: Callable[[], T], last: T | None) -> T:
    """Return what ``read`` gives, or the last good copy if that is damaged."""
    try:
        return read()
    except Damaged as error:
        if last is None:
            raise
        logger.error("%s: the last good copy is used", error)
        return last
