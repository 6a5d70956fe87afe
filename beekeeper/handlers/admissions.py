"""Admissions: writes the rows of admitted visitors, and counts them, in transactions.

A transaction does all that it contains, or nothing. It contains the rows of some visitors, each on
the condition that the visitor has none yet, and adds their number to one of the count items. So the
sum of the counts is the number of rows, whenever a consumer is killed, and nobody has two slots.

DynamoDB ("TransactWriteItems") takes up to 100 actions in a transaction, and bills two write units
for each item of up to 1 KB. If it cancels a transaction, it gives a reason for each action, in the
order of the actions:

    ConditionalCheckFailed   another consumer has admitted the visitor: the ticket is done
    ValidationError          DynamoDB does not store this item
    TransactionConflict      another transaction writes the same count: another count is next
    ThrottlingError, ...     too many writes

Those who can be admitted are written again at once, if it is not too late for their slots. If the
data is invalid, it may also refuse the whole call with ValidationException, and name no item. Then
each half is written alone, until the row is found. So one bad row stops nobody else.
"""

import itertools
import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items

ATTEMPTS = 2  # the second one with another count, and without the rows that failed
CONDITION_FAILED = "ConditionalCheckFailed"
VALIDATION = "Validation"  # the start of the code, which emulators end in different ways
Admitting = tuple[str, int, float]  # ticket id, number, slot (epoch seconds)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of admissions, by ticket id. Those in none of the sets may have a row."""

    confirmed: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()  # had a row before
    refused: frozenset[str] = frozenset()  # DynamoDB does not store the row

    def __or__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.confirmed | other.confirmed,
            self.present | other.present,
            self.refused | other.refused,
        )


class Admissions:
    """Writes admissions to the room's table."""

    def __init__(self, dynamodb: Any, table: str, chance: random.Random) -> None:
        self._dynamodb = dynamodb
        self._table = table
        # In a round each count comes once. So the calls of one consumer, which run side by side,
        # never conflict with each other.
        self.cleared_at = 0.0  # the line that the admissions count for
        self._counts = itertools.cycle(chance.sample(items.COUNT_IDS, items.COUNT_SHARDS))

    def write(
        self,
        batch: Sequence[Admitting],
        is_too_late: Callable[[float], bool],
        attempts: int = ATTEMPTS,
    ) -> Outcome:
        """Write up to ROWS_PER_TRANSACTION rows, except those for whose slots it is too late."""
        batch = [admission for admission in batch if not is_too_late(admission[2])]
        if not batch or not attempts:
            return Outcome()
        try:
            self._transact(batch)
        except self._dynamodb.exceptions.TransactionCanceledException as error:
            failed = _failed(batch, error.response)
            settled = failed.present | failed.refused
            left = [admission for admission in batch if admission[0] not in settled]
            return failed | self.write(left, is_too_late, attempts - 1)
        except (BotoCoreError, ClientError) as error:
            if not _is_invalid(error):
                logger.warning("writing admissions failed: %s", error)
                return Outcome()
            if len(batch) == 1:
                return Outcome(refused=_ids(batch))
            half = len(batch) // 2
            return self.write(batch[:half], is_too_late, attempts) | self.write(
                batch[half:], is_too_late, attempts
            )
        return Outcome(confirmed=_ids(batch))

    def _transact(self, batch: Sequence[Admitting]) -> None:
        rows = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": items.admission_item(*admission),
                    "ConditionExpression": items.ABSENT,
                }
            }
            for admission in batch
        ]
        count = {
            "TableName": self._table,
            "Key": items.key(next(self._counts)),
            "UpdateExpression": f"ADD {items.counted(items.ADMITTED, self.cleared_at)} :n",
            "ExpressionAttributeValues": {":n": items.number(len(batch))},
        }
        self._dynamodb.transact_write_items(TransactItems=[*rows, {"Update": count}])


def _failed(batch: Sequence[Admitting], response: Mapping[str, Any]) -> Outcome:
    """Return which rows were the reason that a transaction was cancelled."""
    reasons = [str(reason.get("Code")) for reason in response.get("CancellationReasons", [])]
    logger.warning("admissions were cancelled: %s", sorted(set(reasons) - {"None"}))
    # The last reason is that of the count.
    pairs = list(zip(batch, reasons, strict=False))
    return Outcome(
        present=_ids(a for a, code in pairs if code == CONDITION_FAILED),
        refused=_ids(a for a, code in pairs if code.startswith(VALIDATION)),
    )


def _is_invalid(error: Exception) -> bool:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return bool(code == "ValidationException")


def _ids(batch: Iterable[Admitting]) -> frozenset[str]:
    return frozenset(ticket_id for ticket_id, _, _ in batch)
