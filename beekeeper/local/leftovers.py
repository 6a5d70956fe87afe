"""What is left of a room in an AWS, found by asking each service: independent of the steps."""

from collections.abc import Callable, Iterator
from typing import Any

from boto3.session import Session


def leftovers(session: Session, room: str) -> list[str]:
    """Return the names of all resources whose name is one of the room's."""
    stem = f"beekeeper-{room}"
    return sorted(f"{kind} {name}" for kind, name in _everything(session) if stem in name)


def _everything(session: Session) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every resource in the account of a kind that rooms are made of."""
    listings: dict[str, tuple[str, str, str, Callable[[Any], str]]] = {
        "queue": ("sqs", "list_queues", "QueueUrls", str),
        "table": ("dynamodb", "list_tables", "TableNames", str),
        "bucket": ("s3", "list_buckets", "Buckets", lambda b: str(b["Name"])),
        "role": ("iam", "list_roles", "Roles", lambda r: str(r["RoleName"])),
        "function": ("lambda", "list_functions", "Functions", lambda f: str(f["FunctionName"])),
        "log group": (
            "logs",
            "describe_log_groups",
            "logGroups",
            lambda g: str(g["logGroupName"]),
        ),
        "HTTP API": ("apigatewayv2", "get_apis", "Items", lambda a: str(a["Name"])),
        "rule": ("events", "list_rules", "Rules", lambda r: str(r["Name"])),
        "alarm": (
            "cloudwatch",
            "describe_alarms",
            "MetricAlarms",
            lambda a: str(a["AlarmName"]),
        ),
        "dashboard": (
            "cloudwatch",
            "list_dashboards",
            "DashboardEntries",
            lambda d: str(d["DashboardName"]),
        ),
    }
    for kind, (service, operation, field, name) in listings.items():
        client = session.client(service)
        pages: Any = (
            client.get_paginator(operation).paginate()
            if client.can_paginate(operation)
            else [getattr(client, operation)()]
        )
        for page in pages:
            yield from ((kind, name(entry)) for entry in page.get(field, []))
