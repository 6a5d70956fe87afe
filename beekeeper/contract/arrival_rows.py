"""The rows that count who joined (rules/arrivals.py), to and from DynamoDB's wire format.

    arrivals#<span>#<shard>    n<second>, m<second>, expires_at

A row covers the SPAN_SECONDS from the second ``span`` on. For each second of it, ``n<second>`` is
how many visitors joined, and ``m<second>`` is the sum of the milliseconds within that second.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.contract.attributes import Damaged, or_default, read_number
from beekeeper.contract.items import id_of
from beekeeper.rules.arrivals import SPAN_SECONDS, Joined, JoinedBySecond

PREFIX = "arrivals#"
LIFETIME_SECONDS = 86_400  # nobody reads a row that is older than some minutes
MOST_IN_A_SECOND = 1e6  # on one shard: a hundred times what an account's API takes


def row_id(span: int, shard: int) -> str:
    """Return the id of a row."""
    return f"{PREFIX}{span}#{shard}"


def count_name(second: int) -> str:
    """Return the attribute with the visitors who joined in that second of the span."""
    return f"n{second}"


def sum_name(second: int) -> str:
    """Return the attribute with the sum of their milliseconds within the second."""
    return f"m{second}"


def joined_of(rows: Iterable[Mapping[str, Any]]) -> JoinedBySecond:
    """Read the rows of all shards. A second that somebody damaged counts nobody."""
    counts, sums = defaultdict[int, float](float), defaultdict[int, float](float)
    for row in rows:
        span = int(id_of(row).split("#")[1])
        for second in range(SPAN_SECONDS):
            if count := _number(row, count_name(second), MOST_IN_A_SECOND):
                counts[span + second] += count
                sums[span + second] += _number(row, sum_name(second), 1000 * count)
    return {second: Joined(count, sums[second] / count / 1000) for second, count in counts.items()}


def _number(row: Mapping[str, Any], name: str, most: float) -> float:
    def read() -> float:
        if (value := read_number(row, name)) > most:
            raise Damaged(row, name)
        return value

    return or_default(row, name, 0.0, read)
