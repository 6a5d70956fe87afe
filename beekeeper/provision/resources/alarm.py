"""CloudWatch alarms: the resource. What they watch, and why, is in provision/watched.py.

Quirks:

- PutMetricAlarm replaces the whole alarm. Without ``notify`` in the configuration, operators choose
  whom it tells, so we send their choice back with every change. With it, deploy sets that, too.
- Only a change of its state makes an alarm tell somebody. A new one begins in INSUFFICIENT_DATA.
- PutMetricAlarm accepts tags only for a new alarm.
- CloudWatch returns thresholds as floats.
- MiniStack has no metric math. It returns such an alarm without any metric.
- We delete alarms one by one, because one missing name can fail a whole batch.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, known
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import API_ID
from beekeeper.provision.watched import API_DIMENSION, PERIOD_SECONDS, Metric, Specification

# What the settings do not say. A change of the other attributes keeps these.
ACTIONS = ("ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions")
VALUE = "value"  # the key of an expression, among the metrics that it names


class Alarm(Resource):
    """One alarm. ``notify`` is the ARN of the topic that it tells, or empty."""

    kind: ClassVar[str] = "alarm"

    def __init__(
        self,
        specification: Specification,
        names: Names,
        wanted_tags: Mapping[str, str],
        notify: str = "",
    ) -> None:
        self.key = f"alarm {specification.what}"
        self.name = names.alarm(specification.what)
        own_topic = ("topic",) if notify == names.topic_arn else ()
        self.needs = (*specification.needs, *own_topic)
        self._wanted = specification
        self._room = names.room
        self._arn = names.alarm_arn(specification.what)
        self._tags = wanted_tags
        self._notify = notify
        self._own_topic = names.topic_arn

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
        some = {"DatapointsToAlarm": wanted.minutes} if wanted.within else {}
        return {
            "alarm": {
                "AlarmDescription": wanted.description,
                **watched,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": wanted.most,
                "EvaluationPeriods": wanted.within or wanted.minutes,
                **some,
                "TreatMissingData": wanted.missing,
            },
            "tells": {name: [self._notify] if self._notify else [] for name in wanted.told},
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
        wanted = self.desired(outputs)["alarm"]
        is_bare = not (raw.get("Metrics") or raw.get("MetricName"))  # MiniStack
        watched = {"Metrics": wanted.get("Metrics")} if is_bare else _watched(raw)
        alarm = {**{name: raw.get(name) for name in wanted}, **watched}
        actions = {name: raw[name] for name in ACTIONS if name in raw}
        tells = {name: self._ours(raw, name) for name in self._wanted.told}
        attributes = {"alarm": alarm, "tells": tells, "actions": actions, "tags": found_tags}
        return Found.tagged(raw["AlarmArn"], attributes, self._room)

    def _ours(self, raw: Mapping[str, Any], name: str) -> list[str]:
        """Return whom an alarm tells, as far as that is ours to change."""
        found = raw.get(name, []) if raw.get("ActionsEnabled", True) else []
        return sorted(found) if self._notify else [arn for arn in found if arn == self._own_topic]

    def create(self, aws: Aws, desired: Attributes) -> None:
        put = aws.client("cloudwatch").put_metric_alarm
        put(**self._wire(desired["alarm"]), **desired["tells"], Tags=tags.as_list(desired["tags"]))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        cloudwatch = aws.client("cloudwatch")
        if changes.keys() & {"alarm", "tells"}:
            alarm = changes.get("alarm", found.attributes["alarm"])
            cloudwatch.put_metric_alarm(**self._wire(alarm), **self._actions(found))
        if "tags" in changes:
            cloudwatch.tag_resource(ResourceARN=found.id, Tags=tags.as_list(changes["tags"]))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                cloudwatch.untag_resource(ResourceARN=found.id, TagKeys=gone)

    def _actions(self, found: Found) -> dict[str, Any]:
        """Return whom to tell. What operators chose stays, unless the configuration says it."""
        actions: dict[str, Any] = dict(found.attributes["actions"])
        for name in self._wanted.told:
            others = [arn for arn in actions.get(name, []) if arn != self._own_topic]
            actions[name] = [self._notify] if self._notify else others
        return {**actions, "ActionsEnabled": True} if self._notify else actions

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
