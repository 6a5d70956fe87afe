"""What people do in the console: delete resources, change them, or take a name first."""

import json
from collections.abc import Callable
from typing import Any

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import backend
from tests.support.rooms import ACCOUNT, REGION

STEM = "beekeeper-sale"
BUCKET = f"{STEM}-{ACCOUNT}-{REGION}"
PAGES = ("room", "room.fr")  # in the languages of tests/support/rooms.py
ByHand = Callable[[Cloud], object]
FUNCTIONS = ("producer", "room", "turnstile", "consumer")
ALARMS = ("unreadable", "line-stopped", "consumer-errors", "visitor-errors")


def api_id(cloud: Cloud) -> str:
    """Return the id of the only API."""
    (found,) = cloud.client("apigatewayv2").get_apis()["Items"]
    return str(found["ApiId"])


def queue_url(cloud: Cloud, name: str = STEM) -> str:
    return str(cloud.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def _delete_role(part: str) -> ByHand:
    def delete(cloud: Cloud) -> None:
        iam, name = cloud.client("iam"), f"{STEM}-{part}-{REGION}"
        iam.delete_role_policy(RoleName=name, PolicyName="beekeeper")
        iam.delete_role(RoleName=name)

    return delete


def _delete_function(part: str) -> ByHand:
    return lambda c: c.client("lambda").delete_function(FunctionName=f"{STEM}-{part}")


def _delete_permission(part: str, statement: str = "beekeeper") -> ByHand:
    return lambda c: c.client("lambda").remove_permission(
        FunctionName=f"{STEM}-{part}", StatementId=statement
    )


def _delete_log_group(part: str) -> ByHand:
    return lambda c: c.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{STEM}-{part}")


def _delete_item(item: str) -> ByHand:
    return lambda c: c.client("dynamodb").delete_item(TableName=STEM, Key={"id": {"S": item}})


def _delete_objects(*keys: str) -> ByHand:
    def delete(cloud: Cloud) -> None:
        for key in keys:
            cloud.client("s3").delete_object(Bucket=BUCKET, Key=key)

    return delete


def _delete_bucket(cloud: Cloud) -> None:
    _delete_objects(*PAGES, "robots.txt")(cloud)
    cloud.client("s3").delete_bucket(Bucket=BUCKET)


def _delete_rule(part: str) -> ByHand:
    def delete(cloud: Cloud) -> None:
        events = cloud.client("events")
        events.remove_targets(Rule=f"{STEM}-{part}", Ids=["worker-0"])
        events.delete_rule(Name=f"{STEM}-{part}")

    return delete


def _delete_routes(cloud: Cloud) -> None:
    api = cloud.client("apigatewayv2")
    which = {"ApiId": api_id(cloud)}
    for route in api.get_routes(**which)["Items"]:
        api.delete_route(**which, RouteId=route["RouteId"])
    for integration in api.get_integrations(**which)["Items"]:
        api.delete_integration(**which, IntegrationId=integration["IntegrationId"])


def _delete_alarm(what: str) -> ByHand:
    return lambda c: c.client("cloudwatch").delete_alarms(AlarmNames=[f"{STEM}-{what}"])


# How each resource is deleted, and which resources disappear with it.
DELETIONS: dict[str, tuple[ByHand, tuple[str, ...]]] = {
    "queue": (lambda c: c.client("sqs").delete_queue(QueueUrl=queue_url(c)), ()),
    "dead-letter queue": (
        lambda c: c.client("sqs").delete_queue(QueueUrl=queue_url(c, f"{STEM}-dead-letter")),
        (),
    ),
    "table": (lambda c: c.client("dynamodb").delete_table(TableName=STEM), ("keys", "settings")),
    "keys": (_delete_item("keys"), ()),
    "settings": (_delete_item("room"), ()),
    "bucket": (_delete_bucket, ("bucket policy", "page", "robots")),
    "bucket policy": (lambda c: c.client("s3").delete_bucket_policy(Bucket=BUCKET), ()),
    "page": (_delete_objects(*PAGES), ()),
    "robots": (_delete_objects("robots.txt"), ()),
    "api": (
        lambda c: c.client("apigatewayv2").delete_api(ApiId=api_id(c)),
        ("routes", "stage"),
    ),
    "routes": (_delete_routes, ()),
    "stage": (
        lambda c: c.client("apigatewayv2").delete_stage(ApiId=api_id(c), StageName="$default"),
        (),
    ),
    "rule": (_delete_rule("consumer"), ()),
    "dashboard": (
        lambda c: c.client("cloudwatch").delete_dashboards(DashboardNames=[f"{STEM}-{REGION}"]),
        (),
    ),
    **{f"role {part}": (_delete_role(part), ()) for part in FUNCTIONS},
    **{f"log group {part}": (_delete_log_group(part), ()) for part in FUNCTIONS},
    **{f"function {part}": (_delete_function(part), (f"permission {part}",)) for part in FUNCTIONS},
    **{f"permission {part}": (_delete_permission(part), ()) for part in FUNCTIONS},
    **{f"alarm {what}": (_delete_alarm(what), ()) for what in ALARMS},
}


# The same for the resources of a governor, in a room with one.
GOVERNORS: dict[str, tuple[ByHand, tuple[str, ...]]] = {
    "role governor": (_delete_role("governor"), ()),
    "log group governor": (_delete_log_group("governor"), ()),
    "function governor": (
        _delete_function("governor"),
        ("permission governor", "permission governor schedule"),
    ),
    "permission governor": (_delete_permission("governor"), ()),
    "permission governor schedule": (_delete_permission("governor", "beekeeper-schedule"), ()),
    "rule governor": (_delete_rule("governor"), ()),
    "alarm governor": (_delete_alarm("governor"), ()),
}


def _make_role(cloud: Cloud, name: str) -> str:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    made = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def _foreign_role(cloud: Cloud) -> None:
    _make_role(cloud, f"{STEM}-producer-{REGION}")


def _foreign_function(cloud: Cloud) -> None:
    cloud.client("lambda").create_function(
        FunctionName=f"{STEM}-producer",
        Runtime="python3.12",
        Role=_make_role(cloud, "somebodys-role"),
        Handler="theirs.handler",
        Code={"ZipFile": b"theirs"},
    )
    cloud.client("lambda").add_permission(
        FunctionName=f"{STEM}-producer",
        StatementId="beekeeper",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
    )


def _foreign_log_group(cloud: Cloud) -> None:
    logs, name = cloud.client("logs"), f"/aws/lambda/{STEM}-producer"
    logs.create_log_group(logGroupName=name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=365)


def make_table(cloud: Cloud, **more: Any) -> None:
    """Make a table of the room's name, with the items of a room; ``more`` is for CreateTable."""
    dynamodb = cloud.client("dynamodb")
    dynamodb.create_table(
        TableName=STEM,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    for item in ("room", "keys"):
        dynamodb.put_item(TableName=STEM, Item={"id": {"S": item}, "theirs": {"S": "x"}})


def _foreign_bucket(cloud: Cloud) -> None:
    cloud.make_bucket(BUCKET)
    cloud.client("s3").put_object(Bucket=BUCKET, Key="room", Body=b"theirs")


def _foreign_rule(cloud: Cloud) -> None:
    events, name = cloud.client("events"), f"{STEM}-consumer"
    events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:theirs"
    events.put_targets(Rule=name, Targets=[{"Id": "theirs", "Arn": arn}])


def _foreign_alarm(cloud: Cloud) -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{STEM}-unreadable",
        MetricName="Theirs",
        Namespace="Theirs",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def _foreign_dashboard(cloud: Cloud) -> None:
    body = {"widgets": [{"type": "text", "properties": {"markdown": "theirs"}}]}
    cloud.client("cloudwatch").put_dashboard(
        DashboardName=f"{STEM}-{REGION}", DashboardBody=json.dumps(body)
    )


# Resources of somebody else with a name that we need: (function, name that the error must have).
FOREIGN: dict[str, tuple[ByHand, str]] = {
    "queue": (lambda c: c.client("sqs").create_queue(QueueName=STEM), STEM),
    "dead-letter queue": (
        lambda c: c.client("sqs").create_queue(QueueName=f"{STEM}-dead-letter"),
        f"{STEM}-dead-letter",
    ),
    "table": (make_table, STEM),
    "bucket": (_foreign_bucket, BUCKET),
    "role producer": (_foreign_role, f"{STEM}-producer-{REGION}"),
    "function producer": (_foreign_function, f"{STEM}-producer"),
    "log group producer": (_foreign_log_group, f"/aws/lambda/{STEM}-producer"),
    "rule": (_foreign_rule, f"{STEM}-consumer"),
    "alarm unreadable": (_foreign_alarm, f"{STEM}-unreadable"),
    "dashboard": (_foreign_dashboard, f"{STEM}-{REGION}"),
}


def untag(cloud: Cloud, key: str) -> None:
    """Remove the tags that moto keeps for the name of a deleted resource."""
    tags = ["beekeeper:room", "beekeeper:version"]
    match key:
        case "bucket":
            cloud.client("s3").delete_bucket_tagging(Bucket=BUCKET)
        case "log group producer":
            arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{STEM}-producer"
            cloud.client("logs").untag_resource(resourceArn=arn, tagKeys=tags)
        case "alarm unreadable":
            arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{STEM}-unreadable"
            cloud.client("cloudwatch").untag_resource(ResourceARN=arn, TagKeys=tags)


def raw_state(cloud: Cloud, key: str) -> Any:
    """Return a fingerprint of a foreign resource, to check that nothing changed it."""
    read: dict[str, ByHand] = {
        "table": lambda c: c.client("dynamodb").scan(TableName=STEM)["Items"],
        "bucket": lambda c: c.client("s3").get_object(Bucket=BUCKET, Key="room")["ETag"],
        "function producer": lambda c: (
            c.client("lambda").get_function_configuration(FunctionName=f"{STEM}-producer")[
                "Handler"
            ],
            c.client("lambda").get_policy(FunctionName=f"{STEM}-producer")["Policy"],
        ),
        "log group producer": lambda c: (
            backend("logs", REGION).groups[f"/aws/lambda/{STEM}-producer"].retention_in_days
        ),
        "rule": lambda c: c.client("events").list_targets_by_rule(Rule=f"{STEM}-consumer")[
            "Targets"
        ],
        "alarm unreadable": lambda c: c.client("cloudwatch").describe_alarms(
            AlarmNames=[f"{STEM}-unreadable"]
        )["MetricAlarms"][0]["MetricName"],
        "dashboard": lambda c: c.client("cloudwatch").get_dashboard(
            DashboardName=f"{STEM}-{REGION}"
        )["DashboardBody"],
    }
    reader: Callable[[Cloud], Any] = read.get(key, lambda c: None)
    return reader(cloud)
