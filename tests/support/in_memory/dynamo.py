"""One DynamoDB table in memory, and the expressions that the functions send."""

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

from botocore.exceptions import ClientError

from beekeeper.contract import items
from beekeeper.rules import quotas
from beekeeper.rules.settings import Settings
from tests.support.in_memory import expressions
from tests.support.in_memory.fakes import TABLE, Calls, FakeService, Item, client_error
from tests.support.in_memory.refusals import refuse_key, refuse_values


class ConditionalCheckFailedException(ClientError):  # type: ignore[misc]  # untyped
    """The exception, as botocore makes it for the client."""


class TransactionCanceledException(ClientError):  # type: ignore[misc]  # untyped
    """The same. ``response["CancellationReasons"]`` has one reason for each action, in order."""


@dataclass
class Write:
    """One row that was written, and the time of the write."""

    ticket_id: str
    slot: float
    at: float
    over: Item | None  # the row that was there before
    passed: bool  # the room was off, and the visitor went in at once

    @property
    def let_through_at(self) -> float:
        return max(self.slot, self.at)


class FakeDynamo(FakeService):
    """One table, and the expressions that the functions send.

    A read that is not strongly consistent is ``stale_seconds`` old. An item takes only so many
    write units in a second; a write in a transaction has two.
    """

    exceptions = SimpleNamespace(
        ConditionalCheckFailedException=ConditionalCheckFailedException,
        TransactionCanceledException=TransactionCanceledException,
    )

    def __init__(self, calls: Calls | None = None, stale_seconds: float = 0.0) -> None:
        super().__init__(calls, TABLE)
        self.items: dict[str, Item] = {}
        self.stale_seconds = stale_seconds
        # What the functions wrote over, by item: when, and what was there before.
        self._before: dict[str, list[tuple[float, Item | None]]] = {}
        self._spent: Counter[str] = Counter()  # write units of each item, in one second
        self._spent_in = 0
        self._done: set[str] = set()  # the tokens of the transactions that were done
        self.writes: list[Write] = []
        self.damaged: set[str] = set()  # the ids of items that no transaction can write
        self.names_damaged = True  # or it refuses the whole call, and names no item
        self._refused: dict[str, str] = {}  # the error's code, by item and what is done to it

    def put(self, *new: Item) -> None:
        for item in new:
            self.items[item["id"]["S"]] = item

    def refuse_read(self, item_id: str, code: str) -> None:
        """Let each read that asks for this item fail with an error."""
        self._refused[f"read {item_id}"] = code

    def refuse_write(self, item_id: str, code: str) -> None:
        """Let each update of this item fail with an error."""
        self._refused[f"write {item_id}"] = code

    def allow(self, item_id: str) -> None:
        """Refuse nothing any more that is done to this item."""
        self._refused = {what: c for what, c in self._refused.items() if item_id not in what}

    def _refuse(self, what: str) -> None:
        if what in self._refused:
            raise client_error(self._refused[what])

    def set_room(self, settings: Settings) -> None:
        self.put(items.settings_item(settings))

    def change(self, item: Item) -> None:
        """Write an item as an operator does: reads that are stale don't see it yet."""
        self._set(item["id"]["S"], item)

    def rows(self) -> dict[str, Item]:
        prefix = items.VISITOR_PREFIX
        return {k.removeprefix(prefix): v for k, v in self.items.items() if k.startswith(prefix)}

    def get_item(self, *, TableName: str, Key: Item, ConsistentRead: bool = False) -> Item:  # noqa: N803
        def work() -> Item:
            refuse_key(Key, "GetItem")
            found = self._read(Key["id"]["S"], consistent=ConsistentRead)
            return {"Item": dict(found)} if found else {}

        return self._call("GetItem", TableName, work)

    def batch_get_item(self, *, RequestItems: Item) -> Item:  # noqa: N803
        ((table, request),) = RequestItems.items()
        assert 1 <= len(request["Keys"]) <= 100
        ids = [key["id"]["S"] for key in request["Keys"]]
        assert len(set(ids)) == len(ids)

        def work(some: list[str] = ids) -> Item:
            for key in request["Keys"]:
                refuse_key(key, "BatchGetItem")
            read = [self._read(i, consistent=request.get("ConsistentRead", False)) for i in some]
            found = [dict(item) for item in read if item is not None]
            return {"Responses": {table: found}, "UnprocessedKeys": {}}

        def partial() -> Item:
            left = {**request, "Keys": request["Keys"][::2]}
            return {**work(ids[1::2]), "UnprocessedKeys": {table: left}}

        return self._call("BatchGetItem", table, work, partial)

    def _write(self, item: Item) -> None:
        item_id = item["id"]["S"]
        slot = float(item["admitted_at"]["N"])
        ticket_id = item_id.removeprefix(items.VISITOR_PREFIX)
        now = self.calls.world.now
        over, passed = self.items.get(item_id), "claimed_at" in item
        self.writes.append(Write(ticket_id, slot, now, over, passed))
        self._set(item_id, dict(item))

    def _set(self, item_id: str, item: Item) -> None:
        now = self.calls.world.now
        before = self._before.setdefault(item_id, [])
        before[:] = [(at, old) for at, old in before if at > now - self.stale_seconds]
        before.append((now, self.items.get(item_id)))
        self.items[item_id] = item

    def _read(self, item_id: str, *, consistent: bool) -> Item | None:
        self._refuse(f"read {item_id}")
        if not consistent:
            since = self.calls.world.now - self.stale_seconds
            for at, old in self._before.get(item_id, []):
                if at > since:
                    return old
        return self.items.get(item_id)

    def counted(self, name: str = items.ADMITTED) -> int:
        """Return the sum of the counts."""
        return items.total_of((self.items.get(i, {}) for i in items.COUNT_IDS), name)

    def put_item(self, **put: Item) -> Item:
        new = put["Item"]

        def work() -> Item:
            item_id = new["id"]["S"]
            self._refuse(f"write {item_id}")
            if not self._spend(item_id, 1):
                raise client_error("ThrottlingException", "PutItem")
            self._set(item_id, dict(new))
            return {}

        return self._call("PutItem", str(put["TableName"]), work)

    def update_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Item,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeValues: Item,  # noqa: N803
        ConditionExpression: str = "",  # noqa: N803
        ExpressionAttributeNames: dict[str, str] | None = None,  # noqa: N803
        ReturnValues: str = "NONE",  # noqa: N803
        ReturnValuesOnConditionCheckFailure: str = "NONE",  # noqa: N803
    ) -> Item:
        values, update = ExpressionAttributeValues, UpdateExpression
        for placeholder, name in (ExpressionAttributeNames or {}).items():
            update = update.replace(placeholder, name)

        def work() -> Item:
            refuse_key(Key, "UpdateItem")
            refuse_values(values, "UpdateItem")
            item_id = Key["id"]["S"]
            self._refuse(f"write {item_id}")
            if not self._spend(item_id, 1):
                raise client_error("ThrottlingException", "UpdateItem")
            item = self.items.get(item_id, dict(Key))
            if not expressions.holds(ConditionExpression, self.items.get(item_id, {}), values):
                old = ReturnValuesOnConditionCheckFailure == "ALL_OLD" and item_id in self.items
                raise ConditionalCheckFailedException(
                    {
                        "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
                        **({"Item": dict(item)} if old else {}),
                    },
                    "UpdateItem",
                )
            changed = expressions.changed(update, item, values)
            self._set(item_id, {**item, **changed})
            if ReturnValues == "UPDATED_NEW":
                return {"Attributes": changed}
            return {"Attributes": {**item, **changed}} if ReturnValues == "ALL_NEW" else {}

        return self._call("UpdateItem", TableName, work)

    def transact_write_items(
        self,
        *,
        TransactItems: list[Item],  # noqa: N803
        ClientRequestToken: str = "",  # noqa: N803
    ) -> Item:
        """Do all actions or none. ``Put`` and ``Update`` are known.

        If it is to be done in part, which DynamoDB never does, another transaction is in its way.
        """
        assert 1 <= len(TransactItems) <= 100
        actions = [next(iter(action.items())) for action in TransactItems]
        keys = [a.get("Key", a.get("Item"))["id"]["S"] for _, a in actions]
        assert len(set(keys)) == len(keys), "AWS refuses two actions on one item"

        def work() -> Item:
            if ClientRequestToken and ClientRequestToken in self._done:
                return {}
            self._refuse_invalid(keys, [action for _, action in actions])
            spent = [self._spend(key, 2) for key in keys]
            if not all(spent):
                raise _canceled([{"Code": "None" if ok else "ThrottlingError"} for ok in spent])
            reasons = [self._reason(key, a) for key, (_, a) in zip(keys, actions, strict=True)]
            if any(reason["Code"] != "None" for reason in reasons):
                raise _canceled(reasons)
            for key, (kind, action) in zip(keys, actions, strict=True):
                if kind == "Put":
                    self._write(action["Item"])
                else:
                    item = self.items.get(key, dict(action["Key"]))
                    values = action["ExpressionAttributeValues"]
                    changed = expressions.changed(action["UpdateExpression"], item, values)
                    self._set(key, {**item, **changed})
            self._done.add(ClientRequestToken)
            return {}

        def conflict() -> Item:
            others = [{"Code": "None"}] * (len(actions) - 1)
            raise _canceled([*others, {"Code": "TransactionConflict"}])

        (table,) = {action["TableName"] for _, action in actions}
        return self._call("TransactWriteItems", table, work, conflict)

    def _spend(self, key: str, units: int) -> bool:
        """Use up write units of an item in this second. Return whether it had them."""
        if (second := int(self.calls.world.now)) != self._spent_in:
            self._spent.clear()
            self._spent_in = second
        self._spent[key] += units
        return self._spent[key] <= quotas.KEY_WRITE_UNITS

    def _refuse_invalid(self, keys: list[str], actions: list[Item]) -> None:
        for action in actions:
            refuse_key(action["Key" if "Key" in action else "Item"], "TransactWriteItems")
            refuse_values(action.get("Item", {}), "TransactWriteItems")
            refuse_values(action.get("ExpressionAttributeValues", {}), "TransactWriteItems")
        if not self.names_damaged and self.damaged.intersection(keys):
            raise client_error("ValidationException", "TransactWriteItems")

    def _reason(self, key: str, action: Item) -> Item:
        """Return why an action of a transaction can't be done, with the code ``None`` if it can."""
        item = self.items.get(key)
        values = action.get("ExpressionAttributeValues", {})
        if key in self.damaged:
            return {"Code": "ValidationError"}
        if expressions.holds(action.get("ConditionExpression", ""), item or {}, values):
            try:
                expressions.changed(action.get("UpdateExpression", ""), item or {}, values)
            except ClientError:  # a number is added to what is no number
                return {"Code": "ValidationError"}
            return {"Code": "None"}
        old = action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item
        return {"Code": "ConditionalCheckFailed", **({"Item": dict(item)} if old and item else {})}


def _canceled(reasons: list[Item]) -> TransactionCanceledException:
    return TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": reasons,
        },
        "TransactWriteItems",
    )
