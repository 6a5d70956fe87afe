"""The status as a whole: what it reads, and what it says when something is wrong."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from moto.cloudwatch.models import cloudwatch_backends

import beekeeper
from beekeeper.contract import arrival_rows, items, plans
from beekeeper.contract.pulse_item import pulse_values
from beekeeper.control.drift import WITHOUT_KEYS
from beekeeper.control.status import KEYS_HIDDEN, SLOW_SECONDS, Memory
from beekeeper.control.status import status as status_of
from beekeeper.provision.readers import reader_policies
from beekeeper.results import Light
from beekeeper.rules import arrivals
from beekeeper.rules.curve import Sample
from beekeeper.rules.flow import Counted
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.by_hand import DELETIONS, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, refuse
from tests.support.rooms import ACCOUNT, NAMES, REGION, ROOM

SCHEMA = json.loads(files("beekeeper").joinpath("assets/status.schema.json").read_text())
CONSUMER = {"FunctionName": "beekeeper-sale-consumer"}


@pytest.fixture(autouse=True)
def room(deployed_room: beekeeper.Room) -> beekeeper.Room:
    return deployed_room


def put(cloud: Cloud, item: dict[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName="beekeeper-sale", Item=item)


def publish(cloud: Cloud, seconds_ago: float = 0.0, **values: Any) -> None:
    pulse = Pulse(as_of=time.time() - seconds_ago, **values)
    put(cloud, {**items.key(items.PULSE), **pulse_values(pulse)})


def join(cloud: Cloud, visitors: int, seconds_ago: int) -> None:
    second = int(time.time()) - seconds_ago
    span = arrivals.span_of(second)
    count, total = arrival_rows.count_name(second - span), arrival_rows.sum_name(second - span)
    values = {count: items.number(visitors), total: items.number(visitors * 500)}
    put(cloud, {**items.key(arrival_rows.row_id(span, 3)), **values})


def measure(service: str, name: str, value: float, dimensions: dict[str, str]) -> None:
    """Let CloudWatch have a metric of the last minute."""
    data = {
        "MetricName": name,
        "Value": value,
        "Timestamp": datetime.now(UTC).replace(tzinfo=None)
        - timedelta(minutes=1),  # as moto has it
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions.items()],
    }
    cloudwatch_backends[ACCOUNT][REGION].put_metric_data(f"AWS/{service}", [data])


def check(status: beekeeper.Status) -> None:
    """Check that the JSON of a status is as documented."""
    jsonschema.validate(json.loads(json.dumps(status.to_dict())), SCHEMA)


def change_role(cloud: Cloud) -> None:
    role = NAMES.role("consumer")
    (policy,) = cloud.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
    nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nothing]})
    cloud.client("iam").put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)


def stop_function(cloud: Cloud) -> None:
    cloud.client("lambda").put_function_concurrency(**CONSUMER, ReservedConcurrentExecutions=0)


def break_function(cloud: Cloud) -> None:
    cloud.client("lambda").update_function_configuration(**CONSUMER, Handler="theirs.handler")


def disable_rule(cloud: Cloud) -> None:
    cloud.client("events").disable_rule(Name="beekeeper-sale-consumer")


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (DELETIONS["function consumer"][0], "the function beekeeper-sale-consumer is gone."),
        (change_role, "the role beekeeper-sale-consumer-eu-central-1 was changed (policies)."),
        (DELETIONS["rule"][0], "the schedule beekeeper-sale-consumer is gone."),
    ],
    ids=["deleted function", "changed role", "deleted rule"],
)
def test_who_stopped_the_line_is_named(
    do: Callable[[Cloud], None], told: str, cloud: Cloud, room: beekeeper.Room
) -> None:
    """An earlier pulse says that nobody waits. Those who have joined since do."""
    do(cloud)
    before = Sample(int(time.time() - 60) * 1000, 0.0)
    publish(cloud, seconds_ago=47, arrivals=(before,), settled=before)
    join(cloud, visitors=25, seconds_ago=20)
    found = room.status()
    assert (found.light, found.waiting, found.arrivals_per_minute) == (Light.RED, 25, 25)
    assert found.reason.startswith("Nobody has been admitted for ")
    assert found.reason.endswith(f" s, and 25 visitors wait: {told}")
    assert "python -m beekeeper deploy" in found.remedy
    assert found.longest_wait_seconds is None
    assert 45 < (found.heartbeat_seconds or 0) < 60


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (change_role, "was changed (policies)."),
        (DELETIONS["function consumer"][0], "the function beekeeper-sale-consumer is gone."),
        (
            DELETIONS["permission consumer"][0],
            "the permission beekeeper-sale-consumer/beekeeper is gone.",
        ),
        (stop_function, "beekeeper-sale-consumer was changed (reserved_concurrency)."),
        (break_function, "beekeeper-sale-consumer was changed (configuration)."),
        (disable_rule, "the schedule beekeeper-sale-consumer was changed (enabled)."),
        (lambda _: None, "as it was deployed."),
    ],
)
def test_without_a_state_only_what_is_sure_is_named(
    do: Callable[[Cloud], None], told: str, cloud: Cloud, tmp_path: Path
) -> None:
    """The configuration is not known then, such as how long the logs are kept."""
    group = {"logGroupName": "/aws/lambda/beekeeper-sale-consumer", "retentionInDays": 90}
    cloud.client("logs").put_retention_policy(**group)
    do(cloud)
    publish(cloud, seconds_ago=47, waiting=25)
    elsewhere = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir=tmp_path / "x")
    assert elsewhere.status().reason.endswith(told)


def test_a_room_that_works(cloud: Cloud, room: beekeeper.Room) -> None:
    now = time.time()
    flow = tuple(Counted(now - 63 + 10 * i, 100 * i, 40 * i, 600.0, 900) for i in range(7))
    publish(cloud, waiting=900, flow=flow)
    put(cloud, {**items.key(items.COUNT_IDS[0]), "admitted": {"N": "600"}, "entered": {"N": "240"}})
    join(cloud, visitors=120, seconds_ago=30)
    found = room.status()
    assert (found.light, found.reason) == (Light.GREEN, "The line moves, and 900 visitors wait.")
    assert (found.held_rate, found.entered_per_minute) == (600.0, 240.0)
    assert (found.arrivals_per_minute, found.no_shows, found.latecomers) == (120, 60, 0)
    assert (found.unreadable, found.unknown) == (0, ())
    assert found.errors is not None
    assert set(found.errors.throttles) == {"producer", "room", "turnstile", "consumer"}
    assert found.links["dashboard"].endswith("#dashboards/dashboard/beekeeper-sale-eu-central-1")
    assert "eu-central-1.console.aws.amazon.com" in found.links["logs"]
    check(found)


def test_a_room_whose_admitted_visitors_do_not_come(cloud: Cloud, room: beekeeper.Room) -> None:
    now = time.time()
    flow = tuple(Counted(now - 70 + 10 * i, 10 * i, 0, 60.0, 900) for i in range(8))
    publish(cloud, waiting=900, flow=flow)
    put(cloud, {**items.key(items.COUNT_IDS[0]), "admitted": {"N": "70"}, "entered": {"N": "3"}})
    found = room.status()
    assert found.light is Light.AMBER
    assert re.search(r"of the last [34]0 .*, at most 3 have gone in", found.reason)
    assert "look at your site" in found.remedy


def test_what_failed_lately_is_counted(cloud: Cloud, room: beekeeper.Room) -> None:
    publish(cloud)
    api = {"ApiId": cloud.client("apigatewayv2").get_apis()["Items"][0]["ApiId"]}
    measure("Lambda", "Errors", 2, CONSUMER)
    measure("Lambda", "Throttles", 7, {"FunctionName": "beekeeper-sale-turnstile"})
    for name, value in {"4xx": 30, "5xx": 40, "Count": 100}.items():
        measure("ApiGateway", name, value, api)
    dead_letters = queue_url(cloud, NAMES.dead_letter_queue)
    cloud.client("sqs").send_message(QueueUrl=dead_letters, MessageBody="x")
    found = room.status()
    assert found.errors is not None
    assert (found.errors.function_errors["consumer"], found.errors.throttles["turnstile"]) == (2, 7)
    assert (found.errors.api_4xx, found.errors.api_5xx, found.unreadable) == (30, 40, 1)
    assert found.light is Light.RED
    assert "40% of the answers" in found.reason
    assert "concurrency is used up" in found.reason


def test_what_cant_be_read_is_unknown_and_the_rest_stands(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    publish(cloud, waiting=3)
    for name in ("cloudwatch:*", "sqs:*"):
        cloud.wire.add(refuse(name, "AccessDenied", "You may not.", 403))
    found = room.status()
    assert (found.errors, found.unreadable, found.waiting) == (None, None, 3)
    assert found.light is Light.AMBER
    assert found.reason == (
        "All else is well, but the errors of the functions and of the API and 1 more part of the"
        " status can't be read."
    )
    assert len(found.unknown) == 2
    assert all("can't be read. AccessDenied" in text for text in found.unknown)
    check(found)


def test_a_room_that_was_turned_on_just_now_is_given_a_moment(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    room.off()
    publish(cloud, seconds_ago=3_600, waiting=3)
    assert room.status().light is Light.GREEN
    room.on()
    found = room.status()
    assert (found.light, found.waiting) == (Light.GREEN, 3)
    assert found.heartbeat_seconds is not None
    assert found.heartbeat_seconds > 3_500


def asks_for_keys(call: Call) -> bool:
    wanted = call.arguments.get("RequestItems") or call.arguments.get("Key")
    return json.dumps({"S": items.KEYS}) in json.dumps(wanted)


def test_who_may_only_look_sees_all_but_the_keys(cloud: Cloud, room: beekeeper.Room) -> None:
    publish(cloud)
    cloud.client("events").disable_rule(Name="beekeeper-sale-consumer")
    cloud.wire.clear()
    for name in ("dynamodb:BatchGetItem", "dynamodb:GetItem"):
        cloud.wire.add(refuse(name, "AccessDeniedException", "No.", when=asks_for_keys))
    cloud.wire.add(refuse("cloudfront:ListDistributions", "AccessDenied", status=403))
    found = room.status(drift=True)
    assert set(found.unknown) == {KEYS_HIDDEN, WITHOUT_KEYS}
    assert [change.key for change in found.drift] == ["rule"]
    assert found.light is Light.AMBER
    allowed = {a for p in reader_policies(NAMES) for s in p["Statement"] for a in s["Action"]}
    assert not cloud.wire.mutations
    asked = {name for name in cloud.wire.names() if name.split(":")[0] in SAME_NAMES}
    assert asked <= allowed | {"sts:GetCallerIdentity"}


# Of these services the actions have the names of the calls.
SAME_NAMES = {"cloudwatch", "dynamodb", "events", "iam", "lambda", "logs", "sqs"}


def test_who_looks_often_reads_little(cloud: Cloud, room: beekeeper.Room) -> None:
    publish(cloud)
    deployed, memory = room._connection.deployed(), Memory()
    first = status_of(deployed, memory=memory)
    cloud.wire.clear()
    again = status_of(deployed, memory=memory)
    assert cloud.wire.names() == ["dynamodb:BatchGetItem"] * 2
    assert again.errors == first.errors
    memory.read_at -= SLOW_SECONDS
    cloud.wire.clear()
    status_of(deployed, memory=memory)
    assert "cloudwatch:GetMetricData" in cloud.wire.names()


def test_the_schema_has_every_field_with_a_text(room: beekeeper.Room) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    found = room.status()
    check(found)
    assert set(SCHEMA["properties"]) == set(SCHEMA["required"]) == set(found.to_dict())
    assert all(each.get("description") for each in SCHEMA["properties"].values())


def test_a_rate_beyond_the_deployed_workers_is_told(cloud: Cloud, room: beekeeper.Room) -> None:
    publish(cloud)
    assert room.status().problems == ()
    key = {"TableName": NAMES.stem, "Key": items.key(items.ROOM)}
    item = cloud.client("dynamodb").get_item(**key)["Item"]
    planned = plans.plans_attribute([plans.Plan(time.time() - 1, 1, "rate", 12_000.0)])
    put(cloud, {**item, plans.PLANNED: planned})
    (found,) = room.status().problems
    assert "The rate is 12,000 visitors a minute" in found.text
    assert "workers for 9,000" in found.text
    assert "set-rate 9000" in found.remedy
    room.off()
    assert room.status().problems == ()
