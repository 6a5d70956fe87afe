"""The CloudWatch dashboard: the figures of ``status``, their history, and the alarms on one page.

Quirks:

- Dashboards are global in an account. For a long time they had no tags, so we recognise ours by a
  line of its text.
- PutDashboard replaces the whole dashboard. It reports problems in an answer with status 200.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from beekeeper.contract import metrics
from beekeeper.contract.functions import GOVERNOR, Function, functions_of
from beekeeper.contract.metrics import Metric
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource, Unknown, known
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import TAG_ROOM, Names, Watch
from beekeeper.provision.resources.outputs import API_ID

# Of the governor's log. The newest lines come first.
LAST_PACES = (
    "filter ispresent(governor.pace)"
    " | fields @timestamp, governor.rate, governor.pace, governor.p95_seconds, governor.reason"
    " | sort @timestamp desc | limit 60"
)
NUMBERS = {"view": "singleValue", "sparkline": True}
MISSING = ("ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException")


class Dashboard(Resource):
    """The dashboard of a room in one region."""

    key, kind = "dashboard", "dashboard"
    needs = ("api",)

    def __init__(self, names: Names, alarms: Iterable[Watch], *, governed: bool) -> None:
        self.name = names.dashboard
        self._arn = names.dashboard_arn
        self._room = names.room
        self._names = names
        self._alarms = [names.alarm_arn(what) for what in alarms]
        self._governed = governed

    def grants(self) -> Iterable[Grant]:
        yield grant("cloudwatch", ("GetDashboard", "PutDashboard", "DeleteDashboards"), self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        api_id = known(outputs, API_ID)
        return {"body": body(self._names, api_id, self._alarms, governed=self._governed)}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(*MISSING):
            raw = aws.client("cloudwatch").get_dashboard(DashboardName=self.name)
            found = json.loads(raw["DashboardBody"])
            marks = [w.get("properties", {}).get("markdown", "") for w in found.get("widgets", [])]
            is_ours = any(_mark(self._room) in mark for mark in marks)
            owner = Owner.OURS if is_ours else Owner.UNTAGGED
            return Found(self.name, {"body": found}, owner)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        put, text = aws.client("cloudwatch").put_dashboard, json.dumps(desired["body"])
        answer = put(DashboardName=self.name, DashboardBody=text)
        for problem in answer.get("DashboardValidationMessages", []):
            aws.warn(f"CloudWatch reports a problem with the dashboard: {problem.get('Message')}")

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, changes)

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring(*MISSING):
            aws.client("cloudwatch").delete_dashboards(DashboardNames=[self.name])


def _mark(room: str) -> str:
    return f"{TAG_ROOM}={room}."


def body(
    names: Names, api_id: str | Unknown, alarms: Sequence[str], *, governed: bool = False
) -> dict[str, Any]:
    """Return the dashboard's content: the figures of ``status``, with their history."""
    functions = functions_of(governed=governed)
    markdown = f"# Waiting room {names.room}\nMade by Beekeeper: {_mark(names.room)}"
    admitted, entered = _own(Metric.ADMITTED, names, "Sum"), _own(Metric.ENTERED, names)
    flow = [_arrivals(names), admitted, entered, _own(Metric.RATE, names)]
    waiting, wait = _own(Metric.WAITING, names), _own(Metric.LONGEST_WAIT, names)
    pace = [_own(Metric.PACE, names, "Minimum")] if governed else []
    graphs = {
        "Visitors a minute": [*flow, *pace],
        "Waiting": [waiting],
        "Wait of a visitor who joins now": [wait],
        "Unreadable messages": [_unreadable(names)],
        "Errors of functions": [_of_function("Errors", each, names) for each in functions],
        "Throttled functions": [_of_function("Throttles", each, names) for each in functions],
        "Answers of the API": [_of_api(name, api_id) for name in ("Count", "4xx", "5xx")],
    }
    return {
        "widgets": [
            _widget("text", 0, 2, {"markdown": markdown}),
            _widget("alarm", 2, 3, {"title": "Alarms", "alarms": alarms}),
            _metrics("Now", names, [waiting, wait, *flow, *pace, _unreadable(names)], **NUMBERS),
            *(_graph(names, i, *graph) for i, graph in enumerate(graphs.items())),
            *([_paces(names)] if governed else []),
        ]
    }


def _own(metric: Metric, names: Names, stat: str = "Maximum") -> list[Any]:
    label = {"stat": stat, "label": metric.value}
    return [metrics.NAMESPACE, metric.value, metrics.DIMENSION, names.room, label]


def _arrivals(names: Names) -> list[Any]:
    # A message for each visitor who joins. The consumer counts them too, but a minute later.
    label = {"stat": "Sum", "label": "arrivals"}
    return ["AWS/SQS", "NumberOfMessagesSent", "QueueName", names.queue, label]


def _unreadable(names: Names) -> list[Any]:
    label = {"stat": "Maximum", "label": "unreadable"}
    visible = "ApproximateNumberOfMessagesVisible"
    return ["AWS/SQS", visible, "QueueName", names.dead_letter_queue, label]


def _of_function(metric: str, function: Function, names: Names) -> list[Any]:
    label = {"stat": "Sum", "label": function.name}
    return ["AWS/Lambda", metric, "FunctionName", names.function(function.name), label]


def _of_api(metric: str, api_id: str | Unknown) -> list[Any]:
    return ["AWS/ApiGateway", metric, "ApiId", api_id, {"stat": "Sum"}]


def _widget(kind: str, y: int, height: int, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a widget over the whole width."""
    place = {"x": 0, "y": y, "width": 24, "height": height}
    return {"type": kind, **place, "properties": {**properties}}


def _metrics(title: str, names: Names, shown: list[list[Any]], **more: Any) -> dict[str, Any]:
    kept = {"title": title, "metrics": shown, "period": 60, "region": names.region}
    return _widget("metric", 5, 4, {**kept, **more})


def _graph(names: Names, i: int, title: str, shown: list[list[Any]]) -> dict[str, Any]:
    place = {"x": 12 * (i % 2), "y": 9 + 6 * (i // 2), "width": 12, "height": 6}
    return {**_metrics(title, names, shown), **place}


def _paces(names: Names) -> dict[str, Any]:
    """Return the table of what the governor last measured and decided, from its log.

    A query costs $0.005 for each GB that it reads, and the governor logs two lines a minute.
    """
    query = f"SOURCE '{names.log_group(GOVERNOR.name)}' | {LAST_PACES}"
    title = "The governor: what it measured, and the pace"
    shown = {"title": title, "query": query, "region": names.region, "view": "table"}
    return _widget("log", 33, 6, shown)
