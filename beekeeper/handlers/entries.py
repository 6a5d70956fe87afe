"""Entries: who goes in, each counted exactly once.

The visitor's row says that the visitor has gone in (``claimed_at``). The transaction that writes it
also adds to one of the counts (contract/items.py). So the counts say what the rows say, whatever
fails. The row's condition refuses a second time, also if the answer to the first one was lost.

DynamoDB cancels one of two transactions that write one item at the same moment. The next try takes
another count.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.tokens import Ticket
from beekeeper.rules.turn import Admission

ATTEMPTS = 4
NOT_IN = "attribute_not_exists(claimed_at)"
IN_TIME = "attribute_not_exists(late) AND admitted_at <= :now AND admitted_at >= :prompt"
CONDITION_FAILED, CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """The table can't be read or written, and there is no earlier copy to use."""


class Entries:
    """The rows of the visitors and the counts. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self.cleared_at = 0.0  # the line that the entries count for

    def admission(self, ticket_id: str) -> Admission | None:
        """Return the admission of a ticket, or None. Raises Unavailable."""
        try:
            response = self._dynamodb.get_item(
                TableName=self._table, Key=items.key(items.visitor_id(ticket_id))
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("looking up a ticket failed") from error
        return items.admission_of(response.get("Item"))

    def claim(self, ticket_id: str, now: float, number: int | None = None) -> Admission | None:
        """Record that the visitor goes in, at the own slot or with a number that was served.

        Return the admission, or None if there is none yet. The first claim counts: a second tab or
        a refresh changes nothing. Nothing is recorded if it is not the visitor's time, or the row
        has another number. Raises Unavailable.
        """
        its_time, values = IN_TIME, {":prompt": items.number(now - PROMPT_SECONDS)}
        if number is not None:
            its_time, values = "late = :late", {":late": items.number(number)}
        update = {
            **self._at(items.visitor_id(ticket_id)),
            "UpdateExpression": "SET claimed_at = :now",
            "ConditionExpression": f"{its_time} AND {NOT_IN}",
            "ExpressionAttributeValues": {":now": items.number(now), **values},
        }
        refused = self._record("Update", update, [items.ENTERED])
        if refused is None:
            return Admission(now, claimed_at=now)
        # Not every emulator returns the row that refused.
        return (
            items.admission_of(refused["Item"]) if "Item" in refused else self.admission(ticket_id)
        )

    def let_pass(self, ticket: Ticket, now: float) -> None:
        """Record that a visitor goes in while the room is off, so that the ticket takes no slot.

        If the record fails, the visitor still goes in.
        """
        row = items.admission_item(ticket.id, ticket.number, now)
        put = {
            "TableName": self._table,
            "Item": {**row, "claimed_at": row["admitted_at"]},
            "ConditionExpression": items.ABSENT,
        }
        update = {
            **self._at(items.id_of(row)),
            "UpdateExpression": "SET claimed_at = :now",
            "ConditionExpression": f"{items.PRESENT} AND {NOT_IN}",
            "ExpressionAttributeValues": {":now": row["admitted_at"]},
        }
        try:
            if self._record("Put", put, [items.ADMITTED, items.ENTERED]) is not None:
                self._record("Update", update, [items.ENTERED])
        except Unavailable as error:
            said = "recording a visitor who goes in unqueued failed: %s"
            logger.warning(said, error.__cause__, extra={"visitor": ticket.id})

    def _at(self, item_id: str) -> dict[str, Any]:
        return {"TableName": self._table, "Key": items.key(item_id)}

    def _record(
        self, kind: str, row: Mapping[str, Any], counts: Sequence[str]
    ) -> Mapping[str, Any] | None:
        """Write the row and add to the counts, both or nothing.

        Returns None, or why the row's condition refused it. Raises Unavailable.
        """
        action = {kind: {**row, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}
        names = [items.counted(name, self.cleared_at) for name in counts]
        for _ in range(ATTEMPTS):
            add = {
                **self._at(secrets.choice(items.COUNT_IDS)),
                "UpdateExpression": "ADD " + ", ".join(f"{name} :one" for name in names),
                "ExpressionAttributeValues": {":one": items.number(1)},
            }
            try:
                # botocore adds a token, and so its own repetitions are done once.
                self._dynamodb.transact_write_items(TransactItems=[action, {"Update": add}])
            except self._dynamodb.exceptions.TransactionCanceledException as error:
                reasons: list[Mapping[str, Any]] = error.response.get("CancellationReasons", [])
                codes = [reason.get("Code") for reason in reasons]
                if codes[:1] == [CONDITION_FAILED]:
                    return reasons[0]
                if CONFLICT not in codes:
                    raise Unavailable("recording an entry failed") from error
            except (BotoCoreError, ClientError) as error:
                raise Unavailable("recording an entry failed") from error
            else:
                return None
        raise Unavailable(f"recording an entry met a conflict {ATTEMPTS} times")
