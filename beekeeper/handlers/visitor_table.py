"""The table as the producer and the turnstile use it: the room, read once a second, and turns.

If a read of the room fails, the last copy stays in use, so that the line continues while DynamoDB
is in trouble. If somebody has damaged an item, the last good copy of that item stays in use.
"""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items, pulse_item
from beekeeper.contract.attributes import Damaged
from beekeeper.contract.door import door_of
from beekeeper.handlers.arrivals import Arrivals, Latest
from beekeeper.handlers.entries import Entries, Unavailable
from beekeeper.handlers.latecomers import Latecomers
from beekeeper.rules import line
from beekeeper.rules.cadence import ROOM_COPY_SECONDS
from beekeeper.rules.edge import Door
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Key, Ticket

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RoomCopy:
    """A copy of the room: its settings, keys and pulse at the time of the read."""

    name: str
    settings: Settings
    ticket_keys: Sequence[Key]
    pass_keys: Sequence[Key]
    pulse: Pulse
    door: Door | None = None
    off_at: float = 0.0  # when this process saw the room go off, or 0


class VisitorTable:
    """The room's table. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str, name: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self.name = name
        self.entries = Entries(dynamodb, table)
        self.latecomers = Latecomers(dynamodb, table)
        self.latest = Latest(Arrivals(dynamodb, table))
        self._room: RoomCopy | None = None
        self._read_at = float("-inf")
        self.is_stale = False  # whether the last attempt to read the table failed

    def room(self, now: float, since: float = -math.inf) -> RoomCopy:
        """Return the room, as it was read after ``since`` and within ROOM_COPY_SECONDS.

        It is older only if the table can't be read. Raises Unavailable if it could never be read.
        """
        is_recent = 0 <= now - self._read_at < ROOM_COPY_SECONDS and self._read_at > since
        if self._room is None or not is_recent:
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

    def room_of(self, ticket: Ticket, now: float) -> RoomCopy:
        """Return the room as it was when the ticket was given, or later.

        If the line was cleared just before, the ticket counts for the new one. Raises Unavailable.
        """
        given_at = ticket.number / 1000
        return self.room(max(now, given_at), since=given_at)

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

        settings = _good(lambda: items.settings_of(room, now), last.settings if last else None)
        pulse = pulse_item.pulse_of(found.get(items.PULSE), now)
        self.entries.cleared_at = settings.cleared_at
        return RoomCopy(
            name=self.name,
            settings=settings,
            ticket_keys=ring(items.TICKET_KEYS, last.ticket_keys if last else None),
            pass_keys=ring(items.PASS_KEYS, last.pass_keys if last else None),
            pulse=line.since_cleared(pulse, settings.cleared_at),
            door=door_of(keys),
            off_at=self._off_at(settings, now),
        )

    def _off_at(self, settings: Settings, now: float) -> float:
        if settings.mode is not Mode.OFF or self._room is None:
            return 0.0
        return self._room.off_at if self._room.settings.mode is Mode.OFF else now


def _good(read: Callable[[], T], last: T | None) -> T:
    """Return what ``read`` gives, or the last good copy if that is damaged."""
    try:
        return read()
    except Damaged as error:
        if last is None:
            raise
        logger.error("%s: the last good copy is used", error)
        return last
