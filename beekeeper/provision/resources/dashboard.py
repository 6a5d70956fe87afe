"""The CloudWatch dashboard: arrivals, waiting visitors, admissions and errors on one page.

Quirks:

- Dashboards are global in an account. For a long time they had no tags, so we recognise ours by a
  line of its text.
- PutDashboard replaces the whole dashboard. It reports problems in an answer with status 200.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.contract.functions import CONSUMER, GOVERNOR, PRODUCER, TURNSTILE
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import TAG_ROOM, Names

# Of the governor's log. The newest lines come first.
LAST_PACES = (
    "filter ispresent(governor.pace)"
    " | fields @timestamp, governor.rate, governor.pace, governor.p95_seconds, governor.reason"
    " | sort @timestamp desc | limit 60"
)
MISSING = ("ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException")


class Dashboard(Resource):
    """The dashboard of a room in one region."""

    key, kind = "dashboard", "dashboard"

    def __init__(self, names: Names, *, governed: bool) -> None:
        self.name = names.dashboard
        self._arn = names.dashboard_arn
        self._room = names.room
        self._body = body(names, governed=governed)

    def grants(self) -> Iterable[Grant]:
        yield grant("cloudwatch", ("GetDashboard", "PutDashboard", "DeleteDashboards"), self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"body": self._body}

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


def body(names: Names, *, governed: bool = False) -> dict[str, Any]:
    """Return the dashboard's content."""
    queue = names.queue
    graphs = {
        "Arrivals a minute": [["AWS/SQS", "NumberOfMessagesSent", "QueueName", queue]],
        "Admitted a minute": [["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", queue]],
        "Waiting": [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]],
        "Errors": [
            ["AWS/Lambda", "Errors", "FunctionName", names.function(function.name)]
            for function in (PRODUCER, TURNSTILE, CONSUMER)
        ],
    }
    head = {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 24,
        "height": 2,
        "properties": {
            "markdown": f"# Waiting room {names.room}\nMade by Beekeeper: {_mark(names.room)}"
        },
    }
    shown = [_graph(names, i, *g) for i, g in enumerate(graphs.items())]
    return {"widgets": [head, *shown, *([_paces(names)] if governed else [])]}


def _paces(names: Names) -> dict[str, Any]:
    """Return the table of what the governor last measured and decided, from its log.

    A metric of our own for the pace would cost $0.30 a month. A query costs $0.005 for each GB that
    it reads, and the governor logs a line a minute.
    """
    log_group = names.log_group(GOVERNOR.name)
    return {
        "type": "log",
        "x": 0,
        "y": 14,
        "width": 24,
        "height": 6,
        "properties": {
            "title": "The governor: what it measured, and the pace",
            "query": f"SOURCE '{log_group}' | {LAST_PACES}",
            "region": names.region,
            "view": "table",
        },
    }


def _graph(names: Names, i: int, title: str, metrics: list[list[str]]) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": 12 * (i % 2),
        "y": 2 + 6 * (i // 2),
        "width": 12,
        "height": 6,
        "properties": {
            "title": title,
            "metrics": metrics,
            "stat": "Maximum" if title == "Waiting" else "Sum",
            "period": 60,
            "region": names.region,
        },
    }
