"""The rows that count who joined, as DynamoDB returns them."""

from typing import Any

import pytest

from beekeeper.contract import arrival_rows, items
from beekeeper.rules.arrivals import SPAN_SECONDS, Joined

SPAN = 1_700_000_010
LAST = SPAN_SECONDS - 1


def row(shard: int, **numbers: float) -> dict[str, Any]:
    values = {name: items.number(value) for name, value in numbers.items()}
    return {**items.key(arrival_rows.row_id(SPAN, shard)), **values}


def test_the_shards_of_a_span_add_up() -> None:
    rows = [row(0, n0=1, m0=900), row(7, n0=3, m0=300), row(7, n29=2, m29=1_000)]
    assert arrival_rows.joined_of(rows) == {SPAN: Joined(4, 0.3), SPAN + LAST: Joined(2, 0.5)}


@pytest.mark.parametrize("left", [0, -0.5])
def test_a_second_from_which_all_was_taken_back_has_nobody(left: float) -> None:
    assert arrival_rows.joined_of([row(0, n4=1, m4=10), row(1, n4=left - 1, m4=-10)]) == {}


@pytest.mark.parametrize(
    "damage", [{"n4": {"S": "x"}}, {"m4": None}, {"m4": {"L": []}}, {"n4": {"N": "1e15"}}]
)
def test_a_second_that_somebody_damaged_counts_nobody(damage: dict[str, Any]) -> None:
    damaged = {name: v for name, v in {**row(0, n4=1, m4=1, n5=2, m5=0), **damage}.items() if v}
    assert arrival_rows.joined_of([damaged]) == {SPAN + 5: Joined(2, 0.0)}
