"""Each read of status refused in turn: the rest still stands, and the light is never green."""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

import beekeeper
from beekeeper.contract import arrival_rows, history_item, items
from beekeeper.contract.pulse_item import pulse_values
from beekeeper.control.status import EDGE_LINK_HIDDEN, KEYS_HIDDEN
from beekeeper.results import Light
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, Forward, Rule, instead, refuse
from tests.support.rooms import AT_EDGE, GOVERNED, REGION, ROOM, config


def time_out(name: str, when: Callable[[Call], bool]) -> Rule:
    def rule(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
        if str(call) != name or not when(call):
            return None
        raise ReadTimeoutError(endpoint_url=request.url)

    return rule


Refuse = Callable[..., Rule]
WAYS: dict[str, Refuse] = {
    "denied": lambda name, when: refuse(name, "AccessDeniedException", "No.", 403, when=when),
    "throttled": lambda name, when: refuse(name, "ThrottlingException", "Slower.", when=when),
    "timed out": time_out,
}


def asks_for(prefix: str) -> Callable[[Call], bool]:
    """Return whether a call reads an item whose id begins so."""
    return lambda call: f'{{"S": "{prefix}' in json.dumps(call.arguments)


READS: dict[str, tuple[str, Callable[[Call], bool], str]] = {
    "metrics": (
        "cloudwatch:GetMetricData",
        lambda _: True,
        "the errors of the functions and of the API",
    ),
    "queue": ("sqs:GetQueueUrl", lambda _: True, "the number of unreadable messages"),
    "letters": ("sqs:GetQueueAttributes", lambda _: True, "the number of unreadable messages"),
    "arrivals": ("dynamodb:BatchGetItem", asks_for(arrival_rows.PREFIX), "who joined lately"),
    "plans": (
        "dynamodb:BatchGetItem",
        asks_for(history_item.HISTORY_PREFIX),
        "who planned a change",
    ),
    "keys": ("dynamodb:BatchGetItem", asks_for(items.KEYS), "the signing keys"),
}


CASES = [*((part, "denied") for part in READS), ("plans", "throttled"), ("keys", "timed out")]


@pytest.fixture(autouse=True)
def room(deployed_room: beekeeper.Room, cloud: Cloud) -> beekeeper.Room:
    put(cloud, items.PULSE, pulse_values(Pulse(as_of=time.time(), waiting=3)))
    deployed_room.set_rate(700, at=datetime.now() + timedelta(hours=2))
    return deployed_room


def put(cloud: Cloud, item_id: str, values: dict[str, Any]) -> None:
    item = {**items.key(item_id), **values}
    cloud.client("dynamodb").put_item(TableName="beekeeper-sale", Item=item)


@pytest.mark.parametrize(("part", "way"), CASES)
def test_what_cant_be_read_is_told(part: str, way: str, cloud: Cloud, room: beekeeper.Room) -> None:
    name, when, what = READS[part]
    cloud.wire.add(WAYS[way](name, when))
    found = room.status()
    assert (found.waiting, found.mode, [plan.after for plan in found.planned]) == (3, "on", ["700"])
    assert len(found.unknown) == 1
    if (part, way) == ("keys", "denied"):
        # Who may only look may not see them, and sees a light all the same.
        assert (found.light, found.unknown) == (Light.GREEN, (KEYS_HIDDEN,))
        return
    assert (found.light, found.reason) == (
        Light.AMBER,
        f"All else is well, but {what} can't be read.",
    )
    assert found.remedy
    assert found.unknown[0].endswith(found.remedy)


def test_metrics_that_cloudwatch_can_not_tell_are_not_zero(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    broken = {"Id": "api_5xx", "Label": "x", "Values": [], "StatusCode": "InternalError"}
    cloud.wire.add(instead("cloudwatch:GetMetricData", lambda _: {"MetricDataResults": [broken]}))
    found = room.status()
    assert (found.light, found.errors) == (Light.AMBER, None)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("apigatewayv2:GetApis", "the campaign link"),
        ("sqs:GetQueueUrl", "the number of unreadable messages"),
    ],
)
def test_without_a_state_the_rest_stands_too(
    name: str, what: str, cloud: Cloud, tmp_path: Path
) -> None:
    cloud.wire.add(refuse(name, "ThrottlingException", "Slower."))
    elsewhere = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir=tmp_path / "x")
    found = elsewhere.status()
    assert (found.light, found.waiting) == (Light.AMBER, 3)
    assert what in found.reason


def test_who_may_not_list_distributions_sees_a_light_all_the_same(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    beekeeper.deploy(config(**AT_EDGE), **where)
    put(cloud, items.PULSE, pulse_values(Pulse(as_of=time.time(), waiting=3)))
    cloud.wire.add(refuse("cloudfront:ListDistributions", "AccessDenied", "No.", 403))
    elsewhere = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir=tmp_path / "x")
    found = elsewhere.status()
    assert (found.light, found.url) == (Light.GREEN, "")
    assert found.unknown == (EDGE_LINK_HIDDEN,)


def test_an_operator_from_before_the_governor_sees_the_rest(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    """DynamoDB refuses a read of several items as a whole."""
    room = beekeeper.deploy(GOVERNED, **where)
    put(cloud, items.PULSE, pulse_values(Pulse(as_of=time.time(), waiting=3)))
    when = asks_for(items.GOVERNOR)
    cloud.wire.add(refuse("dynamodb:BatchGetItem", "AccessDeniedException", "No.", 403, when=when))
    found = room.status()
    assert (found.light, found.waiting, found.governor) == (Light.AMBER, 3, None)
    assert "but what the governor holds can't be read." in found.reason
