"""The counts of who joined: the producers write them, consumers and turnstiles read them.

rules/arrivals.py says what is counted, and rules/curve.py what becomes of it.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import arrival_rows, items
from beekeeper.handlers.batches import batches
from beekeeper.handlers.reading import READ_BATCH, TROUBLE, read_items
from beekeeper.rules import arrivals, line
from beekeeper.rules.arrivals import SHARDS, Counting, Counts, JoinedBySecond
from beekeeper.rules.cadence import ROOM_COPY_SECONDS
from beekeeper.rules.line import Pulse

# A crowd that has just begun is counted again after this time.
AGAIN_SECONDS = 0.2
# A turnstile reads so many spans, or back to the pulse if a visitor asks who came before. That is
# so if no consumer has run for long. It then reads less often, so that the load stays the same.
USUAL_SPANS = 2
logger = logging.getLogger(__name__)


class Arrivals:
    """The rows with the counts. Times are seconds since the epoch."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def add(self, span: int, shard: int, counts: Counts) -> None:
        """Add to the counts of some seconds of a span."""
        names, values = [], {":end": items.number(span + items.ROW_SECONDS)}
        for second, (count, milliseconds) in counts.items():
            at = second - span
            names += [
                f"{arrival_rows.count_name(at)} :n{at}",
                f"{arrival_rows.sum_name(at)} :m{at}",
            ]
            values |= {f":n{at}": items.number(count), f":m{at}": items.number(milliseconds)}
        self._dynamodb.update_item(
            TableName=self._table,
            Key=items.key(arrival_rows.row_id(span, shard)),
            UpdateExpression=f"SET {items.EXPIRES_AT} = :end ADD {', '.join(names)}",
            ExpressionAttributeValues=values,
        )

    def read(self, first: float, last: float) -> JoinedBySecond:
        """Return who joined in each second from the spans of these two on; raise if that fails."""
        keys = [
            items.key(arrival_rows.row_id(span, shard))
            for span in arrivals.spans(first, last)
            for shard in range(SHARDS)
        ]
        rows = [row for some in batches(keys, READ_BATCH) for row in self._rows(some)]
        return arrival_rows.joined_of(rows)

    def _rows(self, keys: Sequence[dict[str, Any]]) -> list[items.Item]:
        query = {"Keys": list(keys), "ConsistentRead": True}
        return read_items(self._dynamodb, self._table, query)


class Counter:
    """Counts the visits of one container of the producer."""

    def __init__(self, arrivals: Arrivals, chance: random.Random) -> None:
        self._arrivals = arrivals
        self._counting = Counting(chance)
        self._shard = chance.randrange(SHARDS)

    def count(self, number: int, *, may_write: bool = True) -> None:
        """Count a visitor whose place SQS has confirmed. A failure affects no visitor.

        While the table is in trouble, ``may_write`` is False, and the count is kept.
        """
        if not self._counting.joined(number) or not may_write:
            return
        by_span: dict[int, Counts] = {}
        for second, count in self._counting.take(number).items():
            by_span.setdefault(arrivals.span_of(second), {})[second] = count
        for span, counts in by_span.items():
            self._write(span, counts)

    def _write(self, span: int, counts: Counts) -> None:
        try:
            self._arrivals.add(span, self._shard, counts)
        except ClientError as error:
            self._shard = self._counting.chance.randrange(SHARDS)  # the other one is throttled
            self._counting.give_back(counts)
            logger.warning("counting visitors failed; the next write repeats it: %s", error)
        except BotoCoreError as error:
            # The write may have succeeded, and a repetition would count the visitors twice.
            logger.warning("counting visitors was not confirmed: %s", error)


class Latest:
    """The pulse with those who joined since it was published. It bounds its reads."""

    def __init__(self, counts: Arrivals) -> None:
        self._counts = counts
        self._published: Pulse | None = None
        self._pulse = Pulse()
        self._read_at = float("-inf")
        self._first = float("-inf")  # from when on the last read counted
        self._failed = False  # the last read
        self._cost = 1.0  # of the last read, as a multiple of the usual one

    def pulse(self, published: Pulse, number: int, now: float) -> Pulse:
        """Return a pulse that knows the ticket with that number, if it can be known."""
        if line.is_counted(number, published):
            return published
        if not self._is_fresh(published, number, now):
            self._read(published, number, now)
        return self._pulse

    def _is_fresh(self, published: Pulse, number: int, now: float) -> bool:
        age = (now - self._read_at) / self._cost
        if not self._is_about(published) or not 0 <= age < ROOM_COPY_SECONDS:
            return False
        if self._failed or age < AGAIN_SECONDS:
            return True
        # A crowd that began after our copy can't be seen in it. Later, its slope can be.
        knows = line.is_counted(number, self._pulse) or line.is_steady(self._pulse)
        return knows and number / 1000 >= min(self._first, self._whole(published, now))

    def _is_about(self, published: Pulse) -> bool:
        return self._published is published or self._published == published

    def _whole(self, published: Pulse, now: float) -> float:
        return line.counting_from(published, now).at / 1000

    def _read(self, published: Pulse, number: int, now: float) -> None:
        whole = self._whole(published, now)
        recent = float(arrivals.span_of(now) - (USUAL_SPANS - 1) * arrivals.SPAN_SECONDS)
        goes_back = self._first < recent and self._is_about(published)
        first = whole if number / 1000 < recent or goes_back else max(whole, recent)
        self._cost = max(1.0, len(arrivals.spans(first, now)) / USUAL_SPANS)
        self._published, self._read_at, self._first = published, now, first
        try:
            joined = self._counts.read(first, now)
        except TROUBLE as error:
            logger.warning("reading the counts of arrivals failed: %s", error)
            self._pulse, self._failed = published, True
            return
        self._pulse = replace(line.with_joined(published, joined, now), counted_from=first)
        self._failed = False
