"""The rows that count who joined (rules/arrivals.py), to and from DynamoDB's wire format.

    arrivals#<span>#<shard>    n<second>, m<second>, expires_at

A row covers the SPAN_SECONDS from the second ``span`` on. For each second of it, ``n<second>`` is
how many visitors joined, and ``m<second>`` is the sum of the milliseconds within that second.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from beekeeper.contract.attributes import Damaged, logger, read_number
from beekeeper.contract.items import id_of
from beekeeper.rules.arrivals import SPAN_SECONDS, Joined, JoinedBySecond

PREFIX = "arrivals#"
MOST = 1e6  # in a second, on one shard: a hundred times what an account's API takes


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
        for second, count, total in seconds_of(row):
            counts[second] += count
            sums[second] += total
    return {
        second: Joined(count, sums[second] / count / 1000)
        for second, count in counts.items()
        if count > 0
    }


def seconds_of(row: Mapping[str, Any]) -> Iterator[tuple[int, float, float]]:
    """Return what a row has of each second: the second, the count, and the sum of milliseconds."""
    span = int(id_of(row).split("#")[1])
    for second in range(SPAN_SECONDS):
        if count_name(second) in row:
            yield span + second, *_second(row, second)


def _second(row: Mapping[str, Any], second: int) -> tuple[float, float]:
    """Return what a row adds to a second. It is less than nothing if more was taken back."""
    try:
        return _number(row, count_name(second), MOST), _number(row, sum_name(second), 1000 * MOST)
    except Damaged as error:
        logger.error("%s: nobody is counted there", error)
        return 0.0, 0.0


def _number(row: Mapping[str, Any], name: str, most: float) -> float:
    value = read_number(row, name, -math.inf)
    if abs(value) > most:
        raise Damaged(row, name)
    return value
