"""Replay stores: they remember which passes have opened a session.

A pass that was handed on then opens no second session. Its first browser has a session, and goes
on. In one process ``MemoryReplay`` is enough. Several processes or servers share a
``DynamoReplay``.
"""

import threading
from inspect import isawaitable
from typing import Any, Protocol

from beekeeper.errors import ConfigError
from beekeeper.gate.waiting import Unavailable

CONDITION_FAILED = "ConditionalCheckFailedException"


class Replay(Protocol):
    """A replay store. Yours can be anything with this method, such as a Redis ``SET NX``."""

    def first_use(self, pass_id: str, until: int, now: float) -> bool:
        """Note the pass until ``until`` (epoch seconds); return whether it was not noted before.

        An exception means that the store can't answer.
        """


class MemoryReplay:
    """The passes that this process has seen."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}
        self._lock = threading.Lock()

    def first_use(self, pass_id: str, until: int, now: float) -> bool:
        """Note the pass; return whether it is new."""
        with self._lock:
            self._forget(now)
            if pass_id in self._until:
                return False
            self._until[pass_id] = until
            return True

    def _forget(self, now: float) -> None:
        # They expire about in the order of their coming.
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now:
                return
            del self._until[oldest]


class DynamoReplay:
    """A DynamoDB table with the key ``id`` (a string); let TTL delete by ``expires_at``.

    ``client`` is ``boto3.client("dynamodb")``, and needs ``dynamodb:PutItem`` on the table. Give it
    short time-outs: visitors wait for the answer.
    """

    def __init__(self, table: str, client: Any) -> None:
        self._table = table
        self._client = client

    def first_use(self, pass_id: str, until: int, now: float) -> bool:
        """Note the pass; return whether it is new. Raises Unavailable and ConfigError."""
        try:
            noted = self._client.put_item(
                TableName=self._table,
                Item={"id": {"S": pass_id}, "expires_at": {"N": str(until)}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except Exception as error:
            # botocore is not imported here. Its errors have the answer as `response`.
            response = getattr(error, "response", None) or {}
            code = response.get("Error", {}).get("Code", type(error).__name__)
            if code == CONDITION_FAILED:
                return False
            raise Unavailable(f"the table {self._table} can't be written: {code}") from error
        if isawaitable(noted):
            raise ConfigError("DynamoReplay needs boto3's client, and not an async one")
        return True
