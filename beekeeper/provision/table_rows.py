"""Reads every row of a room's table, for reports, and what a user needs for that.

A Scan that asks for some attributes only is allowed by policies that name these. So who makes
reports needs no right to the signing keys, which are in the same table. ``Select`` says the same
once more, because a request without a list of attributes would satisfy a condition about the list
("Using IAM policy conditions for fine-grained access control", in the guide of DynamoDB).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import history_item, items
from beekeeper.contract.arrival_rows import count_name, sum_name
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.rules.arrivals import SPAN_SECONDS

OF_VISITORS = (items.ID, "admitted_at", "claimed_at", "number", "late", "asked_at", "again")
OF_OPERATORS = ("at", *history_item.TEXTS, *history_item.TIMES)
OF_GOVERNOR = ("pace", "rate", "mode")
OF_ARRIVALS = [name(second) for second in range(SPAN_SECONDS) for name in (count_name, sum_name)]
# In a policy, so that it stays short. No name of a key ring begins so.
ALL_OF_ARRIVALS = ("n*", "m*")
NAMED = (*OF_VISITORS, *OF_OPERATORS, *OF_GOVERNOR)
SPECIFIC = "SPECIFIC_ATTRIBUTES"


def rows(
    aws: Aws, names: Names, on_read: Callable[[int], object] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield every row, with the attributes that reports need. Raises ProvisionError.

    ``on_read`` is called with the number of rows so far, after each page.
    """
    wanted = [*NAMED, *OF_ARRIVALS]
    request: dict[str, Any] = {
        "TableName": names.stem,
        "ConsistentRead": True,
        "Select": SPECIFIC,
        "ProjectionExpression": ", ".join(f"#{name}" for name in wanted),
        "ExpressionAttributeNames": {f"#{name}": name for name in wanted},
    }
    count = 0
    while request:
        page = _page(aws, names, request)
        yield from page["Items"]
        count += len(page["Items"])
        if on_read:
            on_read(count)
        last = page.get("LastEvaluatedKey")
        request = {**request, "ExclusiveStartKey": last} if last else {}


def _page(aws: Aws, names: Names, request: dict[str, Any]) -> dict[str, Any]:
    try:
        page: dict[str, Any] = aws.client("dynamodb").scan(**request)
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "reading", "room", names.room) from error
    return page


def grants(names: Names) -> Iterable[Grant]:
    """Return what a report needs: the rows of the table, without the signing keys."""
    named = [name for name in NAMED if not name.startswith(("n", "m"))]
    condition = {
        "ForAllValues:StringLike": {"dynamodb:Attributes": [*named, *ALL_OF_ARRIVALS]},
        "StringEquals": {"dynamodb:Select": SPECIFIC},
    }
    yield grant("dynamodb", ("Scan",), names.table_arn, statement="Rows", condition=condition)
