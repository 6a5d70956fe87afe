"""CloudWatch alarms: the problems that an operator must know about.

Quirks:

- PutMetricAlarm replaces the whole alarm. Operators choose who it notifies, so we send their
  actions back with every change.
- PutMetricAlarm accepts tags only for a new alarm.
- CloudWatch returns thresholds as floats.
- We delete alarms one by one, because one missing name can fail a whole batch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from beekeeper.contract.functions import CONSUMER
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, known
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names, Watch
from beekeeper.provision.resources.outputs import API_ID

# Operators set who an alarm notifies. A change of the other attributes keeps these.
ACTIONS = ("ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions")
API_DIMENSION = "ApiId"  # its value is unknown until the API exists


@dataclass(frozen=True, slots=True)
class Specification:
    """What one alarm watches. It fires when ``statistic`` passes the threshold for ``minutes``."""

    what: Watch
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    comparison: str = "GreaterThanThreshold"
    threshold: float = 0.0
    minutes: int = 1
    missing: str = "notBreaching"


def specifications(names: Names) -> list[Specification]:
    """Return a room's alarms."""
    consumer = {"FunctionName": names.function(CONSUMER.name)}
    return [
        Specification(
            Watch.UNREADABLE,
            "The dead-letter queue has messages that are not tickets.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": names.dead_letter_queue},
            statistic="Maximum",
        ),
        Specification(
            Watch.LINE_STOPPED,
            "No consumer has started for three minutes, so nobody is admitted.",
            "AWS/Lambda",
            "Invocations",
            consumer,
            comparison="LessThanThreshold",
            threshold=1.0,
            minutes=3,
            missing="breaching",
        ),
        Specification(
            Watch.CONSUMER_ERRORS,
            "Consumers fail. Check the log group of the consumer.",
            "AWS/Lambda",
            "Errors",
            consumer,
        ),
        Specification(
            Watch.VISITOR_ERRORS,
            "Visitors get errors. Check the log groups of the producer and the turnstile.",
            # The functions' own Errors metric is not enough: when AWS fails, they answer 503.
            "AWS/ApiGateway",
            "5xx",
            {API_DIMENSION: API_ID},
        ),
    ]


class Alarm(Resource):
    """One alarm."""

    kind: ClassVar[str] = "alarm"

    def __init__(
        self, specification: Specification, names: Names, wanted_tags: Mapping[str, str]
    ) -> None:
        self.key = f"alarm {specification.what}"
        self.name = names.alarm(specification.what)
        self.needs = ("api",) if API_DIMENSION in specification.dimensions else ()
        self._wanted = specification
        self._room = names.room
        self._arn = names.alarm_arn(specification.what)
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "PutMetricAlarm",
            "DeleteAlarms",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        )
        yield grant("cloudwatch", actions, self._arn)
        # Unless it is granted for all alarms, the answer omits some (CloudWatch API reference).
        yield unscoped("cloudwatch:DescribeAlarms")

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        wanted = self._wanted
        return {
            "alarm": {
                "AlarmDescription": wanted.description,
                "Namespace": wanted.namespace,
                "MetricName": wanted.metric,
                "Dimensions": {
                    name: known(outputs, API_ID) if name == API_DIMENSION else value
                    for name, value in wanted.dimensions.items()
                },
                "Statistic": wanted.statistic,
                "ComparisonOperator": wanted.comparison,
                "Threshold": wanted.threshold,
                "Period": 60,
                "EvaluationPeriods": wanted.minutes,
                "TreatMissingData": wanted.missing,
            },
            "tags": self._tags,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        cloudwatch = aws.client("cloudwatch")
        alarms = cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"]
        if not alarms:
            return None
        raw = alarms[0]
        raw_tags = cloudwatch.list_tags_for_resource(ResourceARN=raw["AlarmArn"])["Tags"]
        found_tags = tags.from_list(raw_tags, self._tags)
        alarm = {name: raw.get(name) for name in self.desired({})["alarm"]}
        alarm["Dimensions"] = {d["Name"]: d["Value"] for d in raw.get("Dimensions", [])}
        actions = {name: raw[name] for name in ACTIONS if name in raw}
        attributes = {"alarm": alarm, "actions": actions, "tags": found_tags}
        return Found.tagged(raw["AlarmArn"], attributes, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        put = aws.client("cloudwatch").put_metric_alarm
        put(**self._wire(desired["alarm"]), Tags=tags.as_list(desired["tags"]))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        cloudwatch = aws.client("cloudwatch")
        if "alarm" in changes:
            actions = found.attributes["actions"]
            cloudwatch.put_metric_alarm(**self._wire(changes["alarm"]), **actions)
        if "tags" in changes:
            cloudwatch.tag_resource(ResourceARN=found.id, Tags=tags.as_list(changes["tags"]))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                cloudwatch.untag_resource(ResourceARN=found.id, TagKeys=gone)

    def _wire(self, alarm: Mapping[str, Any]) -> dict[str, Any]:
        dimensions = [{"Name": k, "Value": v} for k, v in alarm["Dimensions"].items()]
        return {**alarm, "AlarmName": self.name, "Dimensions": dimensions}

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring("ResourceNotFound", "ResourceNotFoundException"):
            aws.client("cloudwatch").delete_alarms(AlarmNames=[self.name])
