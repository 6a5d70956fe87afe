"""Every attribute that is changed by hand is found, put right, and nothing else is sent."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from beekeeper.provision.policies import trust
from beekeeper.provision.step import UNKNOWN

from .by_hand import BUCKET, STEM, ByHand, api_id, queue_url
from .cloud import ACCOUNT, REGION, ROOM, Cloud
from .inventory import inventory

ROLE = f"{STEM}-producer-{REGION}"
FUNCTION = f"{STEM}-consumer"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STEM}"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
RULE = f"{STEM}-consumer"
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{RULE}"
LOG_GROUP = f"/aws/lambda/{FUNCTION}"
LOG_GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}"
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{STEM}-unreadable"
ALLOW_ALL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@dataclass(frozen=True)
class Drift:
    """One change by hand: of which step's attributes, and the calls that put it right."""

    name: str
    by_hand: ByHand
    step: str
    attributes: set[str]
    calls: list[str]


def _sqs(attributes: dict[str, str], queue: str = STEM) -> ByHand:
    return lambda c: c.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(c, queue), Attributes=attributes
    )


def _tag_list(**tags: str) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in tags.items()]


def _item(attribute: str, value: dict[str, str]) -> ByHand:
    return lambda c: c.client("dynamodb").update_item(
        TableName=STEM,
        Key={"id": {"S": "room"}},
        UpdateExpression="SET #a = :a",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":a": value},
    )


def _ttl(cloud: Cloud) -> None:
    update = cloud.client("dynamodb").update_time_to_live
    for enabled, name in ((False, "expires_at"), (True, "theirs")):
        update(
            TableName=STEM,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": name},
        )


def _function(**configuration: Any) -> ByHand:
    return lambda c: c.client("lambda").update_function_configuration(
        FunctionName=FUNCTION, **configuration
    )


def _route(cloud: Cloud) -> None:
    api = cloud.client("apigatewayv2")
    which = {"ApiId": api_id(cloud)}
    integrations = {
        i["IntegrationUri"]: i["IntegrationId"] for i in api.get_integrations(**which)["Items"]
    }
    room = next(i for uri, i in integrations.items() if uri.endswith("-room"))
    route = next(r for r in api.get_routes(**which)["Items"] if r["RouteKey"] == "GET /turn")
    api.update_route(**which, RouteId=route["RouteId"], Target=f"integrations/{room}")


def _integration(**changes: Any) -> ByHand:
    def change(cloud: Cloud) -> None:
        api = cloud.client("apigatewayv2")
        which = {"ApiId": api_id(cloud)}
        found = api.get_integrations(**which)["Items"]
        room = next(i for i in found if i["IntegrationUri"].endswith("-room"))
        api.update_integration(**which, IntegrationId=room["IntegrationId"], **changes)

    return change


def _stage(**settings: Any) -> ByHand:
    return lambda c: c.client("apigatewayv2").update_stage(
        ApiId=api_id(c), StageName="$default", **settings
    )


def _permission(cloud: Cloud) -> None:
    which = {"FunctionName": FUNCTION, "StatementId": "beekeeper"}
    cloud.client("lambda").remove_permission(**which)
    cloud.client("lambda").add_permission(
        **which,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"{RULE_ARN}-theirs",
    )


def _extra_target(cloud: Cloud) -> None:
    target = {"Id": "theirs", "Arn": FUNCTION_ARN}
    cloud.client("events").put_targets(Rule=RULE, Targets=[target])


def _changed_target(cloud: Cloud) -> None:
    target = {"Id": "worker-0", "Arn": FUNCTION_ARN, "Input": '{"worker": 7}'}
    cloud.client("events").put_targets(Rule=RULE, Targets=[target])


def _alarm(**changes: Any) -> ByHand:
    def change(cloud: Cloud) -> None:
        cloudwatch = cloud.client("cloudwatch")
        (raw,) = cloudwatch.describe_alarms(AlarmNames=[f"{STEM}-unreadable"])["MetricAlarms"]
        keep = ("AlarmName", "Namespace", "MetricName", "Statistic", "Period", "Threshold")
        more = ("EvaluationPeriods", "ComparisonOperator", "AlarmDescription", "Dimensions")
        kept = {name: raw[name] for name in (*keep, *more, "TreatMissingData")}
        cloudwatch.put_metric_alarm(**{**kept, **changes})

    return change


def _dashboard(cloud: Cloud) -> None:
    cloudwatch, name = cloud.client("cloudwatch"), f"{STEM}-{REGION}"
    body = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
    body["widgets"].pop()
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))


def _foreign_dashboard(cloud: Cloud) -> None:
    body = json.dumps({"widgets": []})
    cloud.client("cloudwatch").put_dashboard(DashboardName=f"{STEM}-{REGION}", DashboardBody=body)


def _untag_api(*keys: str) -> ByHand:
    return lambda c: c.client("apigatewayv2").untag_resource(
        ResourceArn=f"arn:aws:apigateway:{REGION}::/apis/{api_id(c)}", TagKeys=list(keys)
    )


def _tag_api(cloud: Cloud) -> None:
    arn = f"arn:aws:apigateway:{REGION}::/apis/{api_id(cloud)}"
    cloud.client("apigatewayv2").tag_resource(ResourceArn=arn, Tags={"their": "tag"})


def _block(**changes: bool) -> ByHand:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = {**dict.fromkeys(names, True), **changes}
    return lambda c: c.client("s3").put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration=block
    )


SET_QUEUE = ["sqs:SetQueueAttributes"]
CONFIGURE = ["lambda:UpdateFunctionConfiguration"]
SET_ALARM = ["cloudwatch:PutMetricAlarm"]
OURS = ("beekeeper:room", "beekeeper:version")
_DEAD = f"{STEM}-dead-letter"
_REDRIVE = json.dumps(
    {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{_DEAD}", "maxReceiveCount": "3"}
)
DRIFTS = [
    # queues
    Drift("retention", _sqs({"MessageRetentionPeriod": "60"}), "queue",
          {"message_retention_seconds"}, SET_QUEUE),
    Drift("visibility", _sqs({"VisibilityTimeout": "1"}, _DEAD), "dead-letter queue",
          {"visibility_seconds"}, SET_QUEUE),
    Drift("encryption", _sqs({"SqsManagedSseEnabled": "false"}), "queue", {"encrypted"}, SET_QUEUE),
    Drift("redrive", _sqs({"RedrivePolicy": _REDRIVE}), "queue", {"redrive"}, SET_QUEUE),
    Drift("redrive-gone", _sqs({"RedrivePolicy": ""}), "queue", {"redrive"}, SET_QUEUE),
    Drift("queue-untagged",
          lambda c: c.client("sqs").untag_queue(QueueUrl=queue_url(c), TagKeys=list(OURS)),
          "queue", {"tags"}, ["sqs:TagQueue"]),
    Drift("queue-tagged",
          lambda c: c.client("sqs").tag_queue(QueueUrl=queue_url(c), Tags={"their": "tag"}),
          "queue", {"tags"}, ["sqs:TagQueue", "sqs:UntagQueue"]),
    # table and its items
    Drift("billing", lambda c: c.client("dynamodb").update_table(
              TableName=STEM, BillingMode="PROVISIONED",
              ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
          "table", {"billing"}, ["dynamodb:UpdateTable"]),
    Drift("ttl", _ttl, "table", {"ttl"}, ["dynamodb:UpdateTimeToLive"] * 2),
    Drift("ttl-off", lambda c: c.client("dynamodb").update_time_to_live(
              TableName=STEM,
              TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}),
          "table", {"ttl"}, ["dynamodb:UpdateTimeToLive"]),
    Drift("table-untagged", lambda c: c.client("dynamodb").untag_resource(
              ResourceArn=TABLE_ARN, TagKeys=list(OURS)),
          "table", {"tags"}, ["dynamodb:TagResource"]),
    Drift("table-tagged", lambda c: c.client("dynamodb").tag_resource(
              ResourceArn=TABLE_ARN, Tags=_tag_list(their="tag")),
          "table", {"tags"}, ["dynamodb:TagResource", "dynamodb:UntagResource"]),
    Drift("destination", _item("destination", {"S": "https://theirs.example/"}), "settings",
          {"destination"}, ["dynamodb:UpdateItem"]),
    Drift("claim", _item("claim_seconds", {"N": "1"}), "settings",
          {"claim_seconds"}, ["dynamodb:UpdateItem"]),
    # bucket and page
    Drift("public", _block(BlockPublicPolicy=False), "bucket", {"public_access_block"},
          ["s3:PutPublicAccessBlock"]),
    Drift("public-block-gone",
          lambda c: c.client("s3").delete_public_access_block(Bucket=BUCKET),
          "bucket", {"public_access_block"}, ["s3:PutPublicAccessBlock"]),
    Drift("bucket-policy-gone", lambda c: c.client("s3").delete_bucket_policy(Bucket=BUCKET),
          "bucket", {"policy"}, ["s3:PutBucketPolicy"]),
    Drift("bucket-untagged", lambda c: c.client("s3").delete_bucket_tagging(Bucket=BUCKET),
          "bucket", {"tags"}, ["s3:PutBucketTagging"]),
    Drift("page", lambda c: c.client("s3").put_object(
              Bucket=BUCKET, Key="room.html", Body=b"theirs"),
          "page", {"sha256", "policy"}, ["s3:PutObject"]),
    # roles
    Drift("trust", lambda c: c.client("iam").update_assume_role_policy(
              RoleName=ROLE, PolicyDocument=json.dumps(trust("ec2.amazonaws.com"))),
          "role producer", {"trust"}, ["iam:UpdateAssumeRolePolicy"]),
    Drift("policy", lambda c: c.client("iam").put_role_policy(
              RoleName=ROLE, PolicyName="beekeeper", PolicyDocument=json.dumps(ALLOW_ALL)),
          "role producer", {"policies"}, ["iam:PutRolePolicy"]),
    Drift("policy-added", lambda c: c.client("iam").put_role_policy(
              RoleName=ROLE, PolicyName="theirs", PolicyDocument=json.dumps(ALLOW_ALL)),
          "role producer", {"policies"}, ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]),
    Drift("role-untagged",
          lambda c: c.client("iam").untag_role(RoleName=ROLE, TagKeys=list(OURS)),
          "role producer", {"tags"}, ["iam:TagRole"]),
    Drift("role-tagged",
          lambda c: c.client("iam").tag_role(RoleName=ROLE, Tags=_tag_list(their="tag")),
          "role producer", {"tags"}, ["iam:TagRole", "iam:UntagRole"]),
    # log groups
    Drift("log-retention", lambda c: c.client("logs").put_retention_policy(
              logGroupName=LOG_GROUP, retentionInDays=1),
          "log group consumer", {"retention_days"}, ["logs:PutRetentionPolicy"]),
    Drift("log-retention-gone",
          lambda c: c.client("logs").delete_retention_policy(logGroupName=LOG_GROUP),
          "log group consumer", {"retention_days"}, ["logs:PutRetentionPolicy"]),
    Drift("log-untagged", lambda c: c.client("logs").untag_resource(
              resourceArn=LOG_GROUP_ARN, tagKeys=list(OURS)),
          "log group consumer", {"tags"}, ["logs:TagResource"]),
    Drift("log-tagged", lambda c: c.client("logs").tag_resource(
              resourceArn=LOG_GROUP_ARN, tags={"their": "tag"}),
          "log group consumer", {"tags"}, ["logs:TagResource", "logs:UntagResource"]),
    # functions
    Drift("memory", _function(MemorySize=512), "function consumer", {"configuration"}, CONFIGURE),
    Drift("timeout", _function(Timeout=3), "function consumer", {"configuration"}, CONFIGURE),
    Drift("runtime", _function(Runtime="python3.12"), "function consumer", {"configuration"},
          CONFIGURE),
    Drift("handler", _function(Handler="theirs.handler"), "function consumer", {"configuration"},
          CONFIGURE),
    Drift("environment", _function(Environment={"Variables": {}}), "function consumer",
          {"configuration"}, CONFIGURE),
    Drift("role", _function(Role=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"), "function consumer",
          {"configuration"}, CONFIGURE),
    Drift("code", lambda c: c.client("lambda").update_function_code(
              FunctionName=FUNCTION, ZipFile=b"theirs", Architectures=["arm64"]),
          "function consumer", {"code"}, ["lambda:UpdateFunctionCode"]),
    Drift("retries", lambda c: c.client("lambda").put_function_event_invoke_config(
              FunctionName=FUNCTION, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60),
          "function consumer", {"asynchronous"}, ["lambda:PutFunctionEventInvokeConfig"]),
    Drift("retries-gone", lambda c: c.client("lambda").delete_function_event_invoke_config(
              FunctionName=FUNCTION),
          "function consumer", {"asynchronous"}, ["lambda:PutFunctionEventInvokeConfig"]),
    Drift("reserved", lambda c: c.client("lambda").put_function_concurrency(
              FunctionName=FUNCTION, ReservedConcurrentExecutions=0),
          "function consumer", {"reserved_concurrency"}, ["lambda:PutFunctionConcurrency"]),
    Drift("reserved-gone", lambda c: c.client("lambda").delete_function_concurrency(
              FunctionName=FUNCTION),
          "function consumer", {"reserved_concurrency"}, ["lambda:PutFunctionConcurrency"]),
    Drift("function-untagged", lambda c: c.client("lambda").untag_resource(
              Resource=FUNCTION_ARN, TagKeys=list(OURS)),
          "function consumer", {"tags"}, ["lambda:TagResource"]),
    Drift("function-tagged", lambda c: c.client("lambda").tag_resource(
              Resource=FUNCTION_ARN, Tags={"their": "tag"}),
          "function consumer", {"tags"}, ["lambda:TagResource", "lambda:UntagResource"]),
    Drift("permission", _permission, "permission consumer", {"source"},
          ["lambda:AddPermission", "lambda:RemovePermission"]),
    # API
    Drift("api-name", lambda c: c.client("apigatewayv2").update_api(ApiId=api_id(c), Name="theirs"),
          "api", {"name"}, ["apigatewayv2:UpdateApi"]),
    Drift("api-untagged", _untag_api(*OURS), "api", {"tags"}, ["apigatewayv2:TagResource"]),
    Drift("api-tagged", _tag_api, "api", {"tags"},
          ["apigatewayv2:TagResource", "apigatewayv2:UntagResource"]),
    Drift("route", _route, "routes", {"GET /turn"}, ["apigatewayv2:UpdateRoute"]),
    Drift("integration", _integration(IntegrationUri=FUNCTION_ARN), "routes", {"GET /room"},
          ["apigatewayv2:CreateIntegration", "apigatewayv2:UpdateRoute"]),
    Drift("payload", _integration(PayloadFormatVersion="1.0"), "routes", {"GET /room"},
          ["apigatewayv2:CreateIntegration", "apigatewayv2:UpdateRoute"]),
    Drift("throttle", _stage(DefaultRouteSettings={"ThrottlingRateLimit": 1.0}), "stage",
          {"rate_per_second"}, ["apigatewayv2:UpdateStage"]),
    Drift("burst", _stage(DefaultRouteSettings={"ThrottlingBurstLimit": 1}), "stage",
          {"burst"}, ["apigatewayv2:UpdateStage"]),
    Drift("auto-deploy", _stage(AutoDeploy=False), "stage", {"auto_deploy"},
          ["apigatewayv2:UpdateStage"]),
    # rule
    Drift("schedule", lambda c: c.client("events").put_rule(
              Name=RULE, ScheduleExpression="rate(1 hour)", State="ENABLED"),
          "rule", {"schedule"}, ["events:PutRule"]),
    Drift("disabled", lambda c: c.client("events").disable_rule(Name=RULE), "rule", {"enabled"},
          ["events:PutRule"]),
    Drift("target", _changed_target, "rule", {"targets"}, ["events:PutTargets"]),
    Drift("target-added", _extra_target, "rule", {"targets"},
          ["events:PutTargets", "events:RemoveTargets"]),
    Drift("target-gone",
          lambda c: c.client("events").remove_targets(Rule=RULE, Ids=["worker-0"]),
          "rule", {"targets"}, ["events:PutTargets"]),
    Drift("rule-untagged", lambda c: c.client("events").untag_resource(
              ResourceARN=RULE_ARN, TagKeys=list(OURS)),
          "rule", {"tags"}, ["events:TagResource"]),
    Drift("rule-tagged", lambda c: c.client("events").tag_resource(
              ResourceARN=RULE_ARN, Tags=_tag_list(their="tag")),
          "rule", {"tags"}, ["events:TagResource", "events:UntagResource"]),
    # alarms and dashboard
    *(Drift(f"alarm-{name}", _alarm(**{name: value}), "alarm unreadable", {"alarm"}, SET_ALARM)
      for name, value in {
          "Threshold": 9.0, "MetricName": "Theirs", "Namespace": "Theirs", "Statistic": "Sum",
          "Period": 300, "EvaluationPeriods": 9, "TreatMissingData": "missing",
          "ComparisonOperator": "LessThanThreshold", "AlarmDescription": "theirs",
          "Dimensions": [{"Name": "QueueName", "Value": "theirs"}],
      }.items()),
    Drift("alarm-untagged", lambda c: c.client("cloudwatch").untag_resource(
              ResourceARN=ALARM_ARN, TagKeys=list(OURS)),
          "alarm unreadable", {"tags"}, ["cloudwatch:TagResource"]),
    Drift("dashboard", _dashboard, "dashboard", {"body"}, ["cloudwatch:PutDashboard"]),
    Drift("dashboard-mark", _foreign_dashboard, "dashboard", {"body"}, ["cloudwatch:PutDashboard"]),
]  # fmt: skip


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_drift_is_found_and_put_right(deployed: Cloud, drift: Drift) -> None:
    before = {kind: names for kind, names in inventory().items() if kind != "integrations"}
    drift.by_hand(deployed)

    plan = deployed.engine().plan()

    changed = {c.key: c for c in plan.changes if c.action != "unchanged"}
    assert changed.keys() == {drift.step}
    assert changed[drift.step].action == "update"
    assert changed[drift.step].attributes.keys() == drift.attributes
    assert deployed.recorded(deployed.deploy) == sorted(drift.calls)
    assert deployed.changes() == {}
    after = {kind: names for kind, names in inventory().items() if kind != "integrations"}
    assert after == before


def test_what_operators_set_is_no_drift(deployed: Cloud) -> None:
    for name, value in {
        "mode": {"S": "paused"},
        "rate": {"N": "77"},
        "message": {"S": "Soon."},
    }.items():
        _item(name, value)(deployed)
    assert deployed.changes() == {}


def test_a_new_version_updates_what_carries_the_version(deployed: Cloud) -> None:
    deployed.client("sqs").tag_queue(
        QueueUrl=queue_url(deployed), Tags={"beekeeper:version": "0.0.1"}
    )
    assert deployed.changes() == {"queue": "update"}
    assert deployed.recorded(deployed.deploy) == ["sqs:TagQueue"]


def test_an_alarm_goes_on_telling_whom_the_operator_named(deployed: Cloud) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:night-shift"
    _alarm(AlarmActions=[topic], Threshold=9.0)(deployed)
    deployed.deploy()
    (alarm,) = deployed.client("cloudwatch").describe_alarms(AlarmNames=[f"{STEM}-unreadable"])[
        "MetricAlarms"
    ]
    assert (alarm["AlarmActions"], alarm["Threshold"]) == ([topic], 0.0)


def test_unknown_is_readable() -> None:
    assert repr(UNKNOWN) == "(known after deploy)"


def test_the_room_is_found_by_its_tag(deployed: Cloud) -> None:
    tags = deployed.client("sqs").list_queue_tags(QueueUrl=queue_url(deployed))["Tags"]
    assert tags["beekeeper:room"] == ROOM
