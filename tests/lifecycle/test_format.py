"""A deploy of a release with another format: functions first, then the format, in two writes."""

from typing import Any

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.errors import ProvisionError
from beekeeper.provision.resources.table_items import LAST_TICK_SECONDS
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import damaged
from tests.support.moto_aws.wire import Call, refuse
from tests.support.rooms import BASE, ROOM

TABLE = "beekeeper-sale"
OTHER = {"N": "7"}


@pytest.fixture
def earlier(cloud: Cloud, deployed_room: beekeeper.Room) -> Cloud:
    """An account with a room that a release of another format deployed."""
    cloud.client("dynamodb").update_item(
        TableName=TABLE,
        Key=items.key(items.ROOM),
        UpdateExpression="SET #f = :f",
        ExpressionAttributeNames={"#f": items.FORMAT_ATTRIBUTE},
        ExpressionAttributeValues={":f": OTHER},
    )
    cloud.wire.clear()
    return cloud


def formats(cloud: Cloud) -> list[str]:
    """Return the formats that were written, in order."""
    return [
        call.arguments["ExpressionAttributeValues"][":format"]["N"]
        for call in cloud.wire.calls
        if str(call) == "dynamodb:UpdateItem"
        and ":format" in call.arguments["ExpressionAttributeValues"]
    ]


def is_of_the_format(call: Call) -> bool:
    values = call.arguments.get("ExpressionAttributeValues", {})
    return bool(values.get(":format") == items.number(items.FORMAT))


def test_the_format_is_in_the_plan_and_in_the_drift(earlier: Cloud, where: dict[str, Any]) -> None:
    (change,) = (c for c in beekeeper.plan(BASE, **where).changes if c.action != "unchanged")
    assert dict(change.attributes) == {"format": (7, items.FORMAT)}
    (drift,) = beekeeper.status(ROOM, drift=True, **where).drift
    assert drift.attributes == change.attributes


def test_functions_come_first_and_the_earlier_consumers_get_time_to_end(
    earlier: Cloud, where: dict[str, Any]
) -> None:
    beekeeper.deploy({**BASE, "rate": 100_000}, **where)
    calls = list(map(str, earlier.wire.calls))
    functions = max(i for i, call in enumerate(calls) if call.startswith("lambda:Update"))
    assert functions < calls.index("dynamodb:UpdateItem", functions)
    assert formats(earlier) == [repr(items.CHANGING_FORMAT), repr(items.FORMAT)]
    assert LAST_TICK_SECONDS in earlier.time.sleeps
    assert not damaged(beekeeper.status(ROOM, **where))


def test_an_interrupted_deploy_leaves_the_room_to_nobody_and_the_next_completes_it(
    earlier: Cloud, where: dict[str, Any]
) -> None:
    earlier.wire.add(refuse("dynamodb:UpdateItem", "InternalServerError", when=is_of_the_format))
    with pytest.raises(ProvisionError):
        beekeeper.deploy(BASE, **where)
    (problem,) = damaged(beekeeper.status(ROOM, **where))
    assert "has format 0" in problem.text
    earlier.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert formats(earlier) == [repr(items.CHANGING_FORMAT), repr(items.FORMAT)]
    assert not damaged(beekeeper.status(ROOM, **where))
    earlier.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert earlier.wire.mutations == []


def test_a_room_from_before_formats_has_format_1(
    cloud: Cloud, deployed_room: beekeeper.Room, where: dict[str, Any]
) -> None:
    cloud.client("dynamodb").update_item(
        TableName=TABLE,
        Key=items.key(items.ROOM),
        UpdateExpression="REMOVE #f",
        ExpressionAttributeNames={"#f": items.FORMAT_ATTRIBUTE},
    )
    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
