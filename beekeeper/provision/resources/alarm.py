"""CloudWatch alarms: the problems that an operator must know about.

Quirks:

- PutMetricAlarm replaces the whole alarm. Operators choose who it notifies, so we send their
  actions back with every change.
- PutMetricAlarm accepts tags only for a new alarm.
- CloudWatch returns thresholds as floats.
- Where missing data counts as breaching, a new alarm begins in ALARM: the first data come after a
  minute or two. So in the alarms of each room missing data are good. What must not be missing is
  compared with something else, in a metric math expression.
- Lambda reports 0 errors for each invocation without one. So where missing data count as breaching,
  the one metric Errors tells both that a function fails, and that it does not run.
- MiniStack has no metric math. It returns such an alarm without any metric.
- We delete alarms one by one, because one missing name can fail a whole batch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from beekeeper.contract.functions import CONSUMER, GOVERNOR, TURNSTILE
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, known
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names, Watch
from beekeeper.provision.resources.outputs import API_ID
from beekeeper.rules.governed import HELD_SECONDS

# Operators set who an alarm notifies. A change of the other attributes keeps these.
ACTIONS = ("ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions")
API_DIMENSION = "ApiId"  # its value is unknown until the API exists
VALUE = "value"  # the key of an expression, among the metrics that it names
GOOD, BAD = "notBreaching", "breaching"  # what missing data count as

PERIOD_SECONDS = 60
# A minute counts if visitors ask and no consumer starts. A healthy room has one each minute.
STOPPED = "IF(FILL(visitors, 0) > 0 AND FILL(consumers, 0) < 1, 1, 0)"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of CloudWatch, and its statistic for each minute."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True)
class Specification:
    """What one alarm watches. It fires when the value is above zero for ``minutes``.

    The value is that of the only metric, or of the expression, which names the metrics by key.
    """

    what: Watch
    description: str
    metrics: Mapping[str, Metric]
    expression: str = ""
    minutes: int = 1
    missing: str = GOOD

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps that come before the alarm."""
        has_api = any(API_DIMENSION in metric.dimensions for metric in self.metrics.values())
        return ("api",) if has_api else ()


def specifications(names: Names) -> list[Specification]:
    """Return a room's alarms."""
    consumer, turnstile = (
        {"FunctionName": names.function(function.name)} for function in (CONSUMER, TURNSTILE)
    )
    return [
        Specification(
            Watch.UNREADABLE,
            "The dead-letter queue has messages that are not tickets.",
            {
                "messages": Metric(
                    "AWS/SQS",
                    "ApproximateNumberOfMessagesVisible",
                    {"QueueName": names.dead_letter_queue},
                    statistic="Maximum",
                )
            },
        ),
        Specification(
            Watch.LINE_STOPPED,
            "Visitors ask, but no consumer has started for three minutes, so nobody is admitted.",
            {
                "visitors": Metric("AWS/Lambda", "Invocations", turnstile),
                "consumers": Metric("AWS/Lambda", "Invocations", consumer),
            },
            expression=STOPPED,
            minutes=3,
        ),
        Specification(
            Watch.CONSUMER_ERRORS,
            "Consumers fail. Check the log group of the consumer.",
            {"errors": Metric("AWS/Lambda", "Errors", consumer)},
        ),
        Specification(
            Watch.VISITOR_ERRORS,
            "Visitors get errors. Check the log groups of the producer and the turnstile.",
            # The functions' own Errors metric is not enough: when AWS fails, they answer 503.
            {"errors": Metric("AWS/ApiGateway", "5xx", {API_DIMENSION: API_ID})},
        ),
    ]


def governors(names: Names) -> Specification:
    """Return the alarm of a room with a governor.

    It begins in ALARM, for the two or three minutes until the governor has run. That disturbs
    nobody: an alarm tells nobody until an operator has named somebody.
    """
    return Specification(
        Watch.GOVERNOR,
        "The governor has failed, or has not run, for three minutes, so the operators' rate is in"
        " force. Check the log group of the governor.",
        {"errors": Metric("AWS/Lambda", "Errors", {"FunctionName": names.function(GOVERNOR.name)})},
        minutes=round(HELD_SECONDS / PERIOD_SECONDS),
        missing=BAD,
    )


class Alarm(Resource):
    """One alarm."""

    kind: ClassVar[str] = "alarm"

    def __init__(
        self, specification: Specification, names: Names, wanted_tags: Mapping[str, str]
    ) -> None:
        self.key = f"alarm {specification.what}"
        self.name = names.alarm(specification.what)
        self.needs = specification.needs
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
        metrics = {key: _metric(metric, outputs) for key, metric in wanted.metrics.items()}
        watched = {"Metrics": {VALUE: wanted.expression, **metrics}}
        if not wanted.expression:
            (watched,) = metrics.values()
        return {
            "alarm": {
                "AlarmDescription": wanted.description,
                **watched,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 0.0,
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
        wanted = self.desired({})["alarm"]
        is_bare = not (raw.get("Metrics") or raw.get("MetricName"))  # MiniStack
        watched = {"Metrics": wanted.get("Metrics")} if is_bare else _watched(raw)
        alarm = {**{name: raw.get(name) for name in wanted}, **watched}
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
        wanted = {**alarm, "AlarmName": self.name}
        if "Metrics" not in alarm:
            return {**wanted, "Dimensions": _listed(alarm["Dimensions"])}
        value, *metrics = alarm["Metrics"].items()
        queries = [{"Id": value[0], "Expression": value[1], "ReturnData": True}]
        queries += [
            {
                "Id": key,
                "MetricStat": {
                    "Metric": {
                        "Namespace": metric["Namespace"],
                        "MetricName": metric["MetricName"],
                        "Dimensions": _listed(metric["Dimensions"]),
                    },
                    "Period": metric["Period"],
                    "Stat": metric["Statistic"],
                },
                "ReturnData": False,
            }
            for key, metric in metrics
        ]
        return {**wanted, "Metrics": queries}

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring("ResourceNotFound", "ResourceNotFoundException"):
            aws.client("cloudwatch").delete_alarms(AlarmNames=[self.name])


def _metric(metric: Metric, outputs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": {
            name: known(outputs, API_ID) if name == API_DIMENSION else value
            for name, value in metric.dimensions.items()
        },
        "Statistic": metric.statistic,
        "Period": PERIOD_SECONDS,
    }


def _watched(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an alarm watches, in the form in which we want it."""
    if not raw.get("Metrics"):
        return {"Dimensions": _by_name(raw.get("Dimensions", []))}
    return {"Metrics": {query["Id"]: _queried(query) for query in raw["Metrics"]}}


def _queried(query: Mapping[str, Any]) -> Any:
    if "MetricStat" not in query:
        return query.get("Expression")
    found = query["MetricStat"]
    metric = found["Metric"]
    return {
        "Namespace": metric.get("Namespace"),
        "MetricName": metric.get("MetricName"),
        "Dimensions": _by_name(metric.get("Dimensions", [])),
        "Statistic": found.get("Stat"),
        "Period": found.get("Period"),
    }


def _by_name(dimensions: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in dimensions}


def _listed(dimensions: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
