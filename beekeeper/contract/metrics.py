"""The metrics that the functions send to CloudWatch, as lines of their logs.

CloudWatch takes metrics out of a log line that is nothing but a JSON object with a directive at
``_aws`` ("Specification: Embedded metric format"). So a function needs no permission and makes no
call for them. The same line tells people what happened: it has the fields that Lambda gives every
line of a log in JSON. A metric is billed for the hours in which it is sent.

The names are those in ``beekeeper.Status``. The only dimension is the room.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NAMESPACE, DIMENSION = "Beekeeper", "room"


class Metric(StrEnum):
    """A metric of a room. Paces are visitors a minute."""

    WAITING = "waiting"
    LONGEST_WAIT = "longest_wait_seconds"  # the wait of somebody who joins now
    ADMITTED = "admitted"  # by one run of one consumer: the sum of a minute is what counts
    ENTERED = "entered_per_minute"
    RATE = "rate"
    PACE = "pace"  # what the governor holds, or advises


UNITS = {Metric.LONGEST_WAIT: "Seconds"}
# Of each room, and of a room with a governor.
METRICS = (Metric.WAITING, Metric.LONGEST_WAIT, Metric.ADMITTED, Metric.ENTERED, Metric.RATE)
GOVERNED_METRICS = (*METRICS, Metric.PACE)


def metric_line(
    room: str, at: float, message: str, values: Mapping[Metric, float], **told: Any
) -> str:
    """Return the line for some metrics at a time (epoch seconds). ``told`` is for people only."""
    metrics = [{"Name": name.value, "Unit": UNITS.get(name, "Count")} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
    line = {
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "level": "INFO",
        "message": message,
        DIMENSION: room,
        **{name.value: round(value, 3) for name, value in values.items()},
        **told,
        "_aws": {"Timestamp": round(at * 1000), "CloudWatchMetrics": [directive]},
    }
    return json.dumps(line, separators=(",", ":"))
