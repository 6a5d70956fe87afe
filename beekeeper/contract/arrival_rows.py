"""The rows that count who joined (rules/arrivals.py), to and from DynamoDB's wire format.

    arrivals#<span>#<shard>    n<second>, m<second>, expires_at

A row covers the SPAN_SECONDS from the second ``span`` on. For each second of it, ``n<second>`` is
how many visitors joined, and ``m<second>`` is the sum of the milliseconds within that second.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.contract.items import id_of
from beekeeper.rules.arrivals import SPAN_SECONDS, Joined, JoinedBySecond

PREFIX = "arrivals#"
LIFETIME_SECONDS = 86_400  # nobody reads a row that is older than some minutes


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
    """Read the rows of all shards. Raises KeyError or ValueError if one is damaged."""
    counts, sums = defaultdict[int, float](float), defaultdict[int, float](float)
    for row in rows:
        span = int(id_of(row).split("#")[1])
        for second in range(SPAN_SECONDS):
            if count_name(second) in row:
                counts[span + second] += float(row[count_name(second)]["N"])
                sums[span + second] += float(row[sum_name(second)]["N"])
    return {
        second: Joined(count, sums[second] / count / 1000)
        for second, count in counts.items()
        if count > 0
    }
