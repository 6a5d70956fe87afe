"""A line of metrics is what CloudWatch takes them from, and what people read."""

import json

from beekeeper.contract.metrics import GOVERNED_METRICS, Metric, metric_line
from beekeeper.results import GovernorStatus, Status

START = 1_800_000_000.25


def test_a_line_has_the_directive_and_the_values_that_it_names() -> None:
    """Specification: Embedded metric format. Each name and dimension is a member of the root."""
    values = {Metric.WAITING: 12, Metric.LONGEST_WAIT: 72.00049}
    line = json.loads(metric_line("sale", START, "12 wait", values, mode="on"))
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert line["_aws"]["Timestamp"] == 1_800_000_000_250  # milliseconds
    assert directive == {
        "Namespace": "Beekeeper",
        "Dimensions": [["room"]],
        "Metrics": [
            {"Name": "waiting", "Unit": "Count"},
            {"Name": "longest_wait_seconds", "Unit": "Seconds"},
        ],
    }
    assert (line["room"], line["waiting"], line["longest_wait_seconds"]) == ("sale", 12, 72.0)


def test_people_read_it_as_every_other_line_of_the_log() -> None:
    text = metric_line("sale", START, "12 wait", {Metric.WAITING: 12}, mode="on")
    line = json.loads(text)
    assert (line["timestamp"], line["level"]) == ("2027-01-15T08:00:00.250Z", "INFO")
    assert (line["message"], line["mode"]) == ("12 wait", "on")
    assert "\n" not in text


def test_the_metrics_have_the_names_of_the_status() -> None:
    names = {*dir(Status), *Status.__dataclass_fields__, *GovernorStatus.__dataclass_fields__}
    assert {metric.value for metric in GOVERNED_METRICS} <= names
