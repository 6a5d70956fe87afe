"""What CloudWatch and the dead-letter queue tell about the last five minutes.

Quirks:

- CloudWatch is a minute or two late.
- GetMetricData costs $0.01 for 1,000 metrics, and one look asks for a dozen. So who looks every few
  seconds keeps a Memory (status.py), which asks twice a minute.
- The API's 4xx and 5xx count its own answers, such as 429, and those of the functions.
- The count of the dead-letter queue is approximate (SQS). Zero is right once it is quiet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.connection import Deployed
from beekeeper.contract import functions
from beekeeper.control.facts import Unread
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code
from beekeeper.results import Errors

T = TypeVar("T")
WINDOW_SECONDS = 300
PERIOD_SECONDS = 60
FUNCTION_METRICS, API_METRICS = ("Errors", "Throttles"), ("4xx", "5xx", "Count")
COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
INCOMPLETE = ("InternalError", "Forbidden")  # PartialData has a next page
GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was read, and what was not, with the reason. ``calls`` are all of the API."""

    errors: Errors | None = None
    calls: int = 0
    unreadable: int | None = None
    unread: tuple[Unread, ...] = ()


def vitals(room: Deployed, now: float) -> Vitals:
    """Read the errors of the last five minutes, and the dead-letter queue. Raises nothing of AWS.

    ``now`` is of AWS's clock, in epoch seconds.
    """
    found, no_errors = tried("the errors of the functions and of the API", lambda: _read(room, now))
    unreadable, no_count = tried("the number of unreadable messages", lambda: _unreadable(room))
    errors, calls = found or (None, 0)
    return Vitals(errors, calls, unreadable, (*no_errors, *no_count))


def tried(what: str, read: Callable[[], T]) -> tuple[T | None, tuple[Unread, ...]]:
    """Return what was read, or nothing and why not. ``what`` is the subject of a sentence."""
    try:
        return read(), ()
    except (ClientError, BotoCoreError, BeekeeperError) as error:
        reason = explained(error, "read", "part of", "the status")
        return None, (Unread(what, str(reason).removeprefix("reading part of the status: ")),)


def _read(room: Deployed, now: float) -> tuple[Errors, int]:
    parts = [f.name for f in functions.functions_of(governed=room.has_governor)]
    wanted = {f"{n.lower()}_{p}": _of_function(room, n, p) for n in FUNCTION_METRICS for p in parts}
    wanted |= {f"api_{name.lower()}": _of_api(room, name) for name in API_METRICS}
    sums = _sums(room, wanted, now)
    errors = Errors(
        function_errors={part: sums[f"errors_{part}"] for part in parts},
        throttles={part: sums[f"throttles_{part}"] for part in parts},
        api_4xx=sums["api_4xx"],
        api_5xx=sums["api_5xx"],
    )
    return errors, sums["api_count"]


def _of_function(room: Deployed, metric: str, part: str) -> dict[str, Any]:
    return _metric("AWS/Lambda", metric, "FunctionName", room.names.function(part))


def _of_api(room: Deployed, metric: str) -> dict[str, Any]:
    api_id = room.state.id_of("api")
    if not api_id:  # of a room without a state (provision/found_rooms.py)
        raise ProvisionError(
            "The room's API was not found. If it exists, grant apigateway:GET. If not, run python"
            " -m beekeeper deploy."
        )
    return _metric("AWS/ApiGateway", metric, "ApiId", api_id)


def _metric(namespace: str, name: str, dimension: str, value: str) -> dict[str, Any]:
    dimensions = [{"Name": dimension, "Value": value}]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}


def _sums(room: Deployed, wanted: Mapping[str, dict[str, Any]], now: float) -> dict[str, int]:
    """Return the sum of each metric over the window. A metric without data has been zero."""
    first = now // PERIOD_SECONDS * PERIOD_SECONDS - WINDOW_SECONDS
    queries = [
        {"Id": key, "MetricStat": {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Sum"}}
        for key, metric in wanted.items()
    ]
    pages = (
        room.aws.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=queries,
            StartTime=datetime.fromtimestamp(first, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
        )
    )
    sums = dict.fromkeys(wanted, 0)
    for found in (each for page in pages for each in page["MetricDataResults"]):
        if found.get("StatusCode") in INCOMPLETE:
            raise ProvisionError("CloudWatch has not told all of them. Try again.")
        sums[found["Id"]] += round(sum(found["Values"]))
    return sums


def _unreadable(room: Deployed) -> int:
    sqs = room.aws.client("sqs")
    try:
        url = sqs.get_queue_url(QueueName=room.names.dead_letter_queue)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTED))["Attributes"]
    except ClientError as error:
        if has_code(error, *GONE):
            return 0  # the queue was deleted, and what was in it: drift says so
        raise
    return sum(int(found[name]) for name in COUNTED)
