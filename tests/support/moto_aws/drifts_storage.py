"""Changes by hand to queues, the table, the bucket, logs, alarms, and the dashboard."""

import json
from typing import Any

from tests.support.moto_aws.by_hand import BUCKET, STEM, ByHand, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import OURS, Drift
from tests.support.rooms import ACCOUNT, REGION

TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{STEM}"
LOG_GROUP = f"/aws/lambda/{STEM}-consumer"
LOG_GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG_GROUP}"
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{STEM}-unreadable"


def _sqs(attributes: dict[str, str], queue: str = STEM) -> ByHand:
    return lambda c: c.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(c, queue), Attributes=attributes
    )


def item(attribute: str, value: dict[str, str], of: str = "room") -> ByHand:
    return lambda c: c.client("dynamodb").update_item(
        TableName=STEM,
        Key={"id": {"S": of}},
        UpdateExpression="SET #a = :a",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":a": value},
    )


# Closed by hand, or left by a deploy that had an edge and was killed.
_door = item("edge", {"S": '{"link": "https://theirs.example/", "kid": "x"}'}, of="keys")


def _ttl(cloud: Cloud) -> None:
    update = cloud.client("dynamodb").update_time_to_live
    for enabled, name in ((False, "expires_at"), (True, "theirs")):
        update(
            TableName=STEM,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": name},
        )


def _block(**changes: bool) -> ByHand:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = {**dict.fromkeys(names, True), **changes}
    return lambda c: c.client("s3").put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration=block
    )


def _bucket_policy(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({**policy, "Id": "theirs"}))


def _object(key: str, **changes: str) -> ByHand:
    """Copy an object onto itself with other metadata, as "Edit metadata" in the console does."""

    def change(cloud: Cloud) -> None:
        s3, which = cloud.client("s3"), {"Bucket": BUCKET, "Key": key}
        found = s3.get_object(**which)
        kept = {name: found[name] for name in ("Metadata", "ContentType", "CacheControl")}
        s3.put_object(**which, Body=found["Body"].read(), **{**kept, **changes})

    return change


def alarm(**changes: Any) -> ByHand:
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


SET_QUEUE = ["sqs:SetQueueAttributes"]
SET_ALARM = ["cloudwatch:PutMetricAlarm"]
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
    Drift("delay", _sqs({"DelaySeconds": "900"}), "queue", {"delay_seconds"}, SET_QUEUE),
    Drift("encryption", _sqs({"SqsManagedSseEnabled": "false"}), "queue", {"encrypted"}, SET_QUEUE),
    Drift("redrive", _sqs({"RedrivePolicy": _REDRIVE}), "queue", {"redrive"}, SET_QUEUE),
    Drift("redrive-gone", _sqs({"RedrivePolicy": ""}), "queue", {"redrive"}, SET_QUEUE),
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
    Drift("destination", item("destination", {"S": "https://theirs.example/"}), "settings",
          {"destination"}, ["dynamodb:TransactWriteItems"]),
    Drift("claim", item("claim_minutes", {"N": "1"}), "settings",
          {"claim_minutes"}, ["dynamodb:TransactWriteItems"]),
    Drift("overbooking", item("overbooking", {"N": "9"}), "settings",
          {"overbooking"}, ["dynamodb:TransactWriteItems"]),
    Drift("polls", item("polls_per_second", {"N": "9"}), "settings",
          {"polls_per_second"}, ["dynamodb:TransactWriteItems"]),
    Drift("news", item("news_seconds", {"N": "9"}), "settings",
          {"news_seconds"}, ["dynamodb:TransactWriteItems"]),
    Drift("door", _door, "door", {"link", "kid"}, ["dynamodb:UpdateItem"]),
    Drift("door-damaged", item("edge", {"N": "1"}, of="keys"), "door", {"link", "kid"},
          ["dynamodb:UpdateItem"]),
    # bucket and page
    Drift("public", _block(BlockPublicPolicy=False), "bucket", {"public_access_block"},
          ["s3:PutPublicAccessBlock"]),
    Drift("public-block-gone",
          lambda c: c.client("s3").delete_public_access_block(Bucket=BUCKET),
          "bucket", {"public_access_block"}, ["s3:PutPublicAccessBlock"]),
    Drift("bucket-policy", _bucket_policy, "bucket policy", {"policy"}, ["s3:PutBucketPolicy"]),
    Drift("bucket-untagged", lambda c: c.client("s3").delete_bucket_tagging(Bucket=BUCKET),
          "bucket", {"tags"}, ["s3:PutBucketTagging"]),
    Drift("page", lambda c: c.client("s3").put_object(
              Bucket=BUCKET, Key="room", Body=b"theirs"),
          "page", {"room"}, ["s3:PutObject"]),
    Drift("page-gone", lambda c: c.client("s3").delete_object(Bucket=BUCKET, Key="room.fr"),
          "page", {"room.fr"}, ["s3:PutObject"]),
    Drift("page-type", _object("room", ContentType="binary/octet-stream"), "page",
          {"room"}, ["s3:PutObject"]),
    Drift("page-cached", _object("room", CacheControl="max-age=9"), "page",
          {"room"}, ["s3:PutObject"]),
    Drift("robots", lambda c: c.client("s3").put_object(
              Bucket=BUCKET, Key="robots.txt", Body=b"theirs"),
          "robots", {"robots.txt"}, ["s3:PutObject"]),
    # log groups
    Drift("log-retention", lambda c: c.client("logs").put_retention_policy(
              logGroupName=LOG_GROUP, retentionInDays=1),
          "log group consumer", {"retention_days"}, ["logs:PutRetentionPolicy"]),
    Drift("log-retention-gone",
          lambda c: c.client("logs").delete_retention_policy(logGroupName=LOG_GROUP),
          "log group consumer", {"retention_days"}, ["logs:PutRetentionPolicy"]),
    # alarms and dashboard
    *(Drift(f"alarm-{name}", alarm(**{name: value}), "alarm unreadable", {"alarm"}, SET_ALARM)
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
