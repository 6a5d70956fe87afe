"""The lease in the room's table, with conditional writes. It keeps two machines apart.

It is for rooms of which each machine has its own state file. It exists only while the table exists:
two very first deploys at the same moment run in parallel until one of them has created the table.
From then on, only one of them can continue.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items
from beekeeper.errors import LockedError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.lease import SECONDS, renewed
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.resources.table import Table
from beekeeper.times import clock

OURS = "#owner = :owner"
FREE = f"{items.ABSENT} OR {items.EXPIRES_AT} <= :now OR {OURS}"
STILL_OURS = f"{items.ABSENT} OR {OURS}"  # absent: the table was re-created


class TableLease:
    """The ``lease`` item of a room's table. It is a Guard of the engine (engine/guard.py)."""

    def __init__(
        self, aws: Aws, table: str, owner: str, now: Callable[[], float] = time.time
    ) -> None:
        self._aws = aws
        self._table = table
        self._owner = owner
        self._now = now
        self._lost: LockedError | None = None
        self._expires_at = 0.0
        self.is_held = False

    @contextmanager
    def held(self, has: Callable[[str], bool]) -> Iterator[None]:
        """Hold the lease: from now if the table exists and is ours, or else from its creation."""
        if has(Table.key):
            self.take()
        with renewed(self.renew):
            try:
                yield
            finally:
                self._release()

    def after(self, key: str) -> None:
        """Take the lease, perhaps again, in the table that was just created or changed."""
        if key == Table.key:
            self.take()

    def take(self) -> None:
        """Take the lease. Raise LockedError if somebody else has it. Can raise ProvisionError."""
        try:
            self._put(FREE, SECONDS)
        except ClientError as error:
            if has_code(error, "ConditionalCheckFailedException"):
                raise self._locked(error) from error
            raise explained(error, "lease", Table.kind, self._table) from error
        except BotoCoreError as error:
            raise explained(error, "lease", Table.kind, self._table) from error
        self.is_held = True

    def renew(self) -> None:
        """Extend the lease. If somebody else has taken it, the next :meth:`check` raises."""
        if not self.is_held or self._lost:
            return
        try:
            self._put(STILL_OURS, SECONDS)
        except ClientError as error:
            if has_code(error, "ConditionalCheckFailedException"):
                self._lost = self._locked(error)
        except BotoCoreError:
            pass  # no connection: we try again in time, unless the command fails first

    def check(self) -> None:
        """Raise LockedError when the lease was lost. Called before each change."""
        if self._now() >= self._expires_at:
            self.renew()  # this machine slept
        if self._lost:
            raise self._lost

    def _release(self) -> None:
        # This write ends the lease, and the table's TTL removes the item. A failure does not
        # matter: the lease expires anyway, or it was deleted together with the table.
        if self.is_held and not self._lost:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._put(OURS, 0)
        self.is_held = False

    def _put(self, condition: str, seconds: int) -> None:
        now = int(self._now())
        mine = {":owner": {"S": self._owner}}
        free = {":now": items.number(now)} if ":now" in condition else {}
        self._aws.client("dynamodb").put_item(
            TableName=self._table,
            Item=items.lease_item(self._owner, now + seconds),
            ConditionExpression=condition,
            ExpressionAttributeNames={"#owner": items.OWNER},
            ExpressionAttributeValues={**mine, **free},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        self._expires_at = now + seconds

    def _locked(self, error: ClientError) -> LockedError:
        item: dict[str, Any] = error.response.get("Item", {})
        owner = item.get(items.OWNER, {}).get("S", "somebody").rpartition(" ")[0] or "somebody"
        expires_at = float(item.get(items.EXPIRES_AT, {}).get("N", 0))
        return LockedError(
            f"{owner} is working on this room (item {items.LEASE} of table {self._table}), until"
            f" {clock(expires_at)} or longer. Wait until that command has ended, then run the"
            " same command again."
        )
