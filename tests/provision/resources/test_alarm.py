"""The alarms: what they watch, and that a healthy new room is in no alarm."""

import re
from typing import Any

import pytest

from beekeeper.provision.blueprint import steps
from beekeeper.provision.names import Watch
from beekeeper.provision.telling import watched
from beekeeper.provision.watched import (
    STOPPED,
    Specification,
    only_told,
    specifications,
    watched_metrics,
)
from tests.support.moto_aws.by_hand import ALARMS, STEM
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import ACCOUNT, NAMES, REGION, config

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"
LINE_STOPPED = f"{STEM}-{Watch.LINE_STOPPED}"


def _alarms(cloud: Cloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return found


def _all() -> list[Specification]:
    return [*specifications(NAMES, governed=True), *only_told(NAMES, 60, governed=True)]


def test_each_watch_is_one_alarm() -> None:
    assert [each.what for each in _all()] == list(Watch)
    assert (
        sum(len(each.metrics) for each in _all())
        == watched_metrics(governed=True, notify=True)
        == 13
    )
    assert watched_metrics(governed=False, notify=True) == 10
    assert watched_metrics(governed=False, notify=False) == 6


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ({}, set()),
        ({"alarms": {"longest_wait_minutes": 5}}, set()),
        ({"alarms": {"notify": TOPIC}}, {"throttles", "wait"}),
        ({"governor": {"mode": "advise"}}, {"governor"}),
        (
            {"alarms": {"notify": TOPIC}, "governor": {"mode": "advise"}},
            {"throttles", "wait", "governor", "destination"},
        ),
    ],
)
def test_a_room_has_the_alarms_that_it_can_use(values: dict[str, Any], more: set[str]) -> None:
    room = config(**values)
    of_room = {s.key.removeprefix("alarm ") for s in steps(room, NAMES) if s.kind == "alarm"}
    unused = set() if room.is_governed else {"governor"}  # a step that removes what is left
    assert of_room - unused == {*ALARMS, *more}
    assert {*watched(room, NAMES)} == {*ALARMS, *more}


def test_each_alarm_says_what_to_do() -> None:
    """CloudWatch takes 1,024 characters, and puts them into the e-mail."""
    for each in _all():
        assert each.description.startswith("Room sale: ")
        assert re.search(r"python -m beekeeper|deploy it again|Ask AWS", each.description)
        assert len(each.description) <= 1_024


def test_no_alarm_takes_silence_for_trouble() -> None:
    """Otherwise a room that is fine is in ALARM: a new one, or one that nobody visits."""
    assert not [each.what for each in _all() if each.missing == "breaching"]


def test_the_limit_of_the_wait_is_that_of_the_configuration() -> None:
    alarms: Any = {"notify": TOPIC, "longest_wait_minutes": 5}
    by_key = {step.key: step for step in steps(config(alarms=alarms), NAMES)}
    wanted = by_key["alarm wait"].desired({})
    assert wanted is not None
    alarm = wanted["alarm"]
    assert (alarm["Threshold"], alarm["MetricName"]) == (300.0, "longest_wait_seconds")
    assert alarm["Dimensions"] == {"room": "sale"}
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (3, 5)


def test_a_new_room_has_no_data_and_is_in_no_alarm(deployed: Cloud) -> None:
    """CloudWatch evaluates an alarm within a minute. The first data come later."""
    assert {alarm["TreatMissingData"] for alarm in _alarms(deployed)} == {"notBreaching"}


def _value(**data: int | None) -> float:
    """Evaluate the expression for one minute, as CloudWatch does. None is a missing datum."""
    found = {name: 0 if value is None else value for name, value in data.items()}
    python = re.sub(r"FILL\((\w+), 0\)", r"\1", STOPPED)
    condition, then, otherwise = python.removeprefix("IF(").removesuffix(")").split(", ")
    chosen = then if eval(condition.replace("AND", "and"), {}, found) else otherwise
    return float(chosen)


@pytest.mark.parametrize(
    ("visitors", "consumers", "stopped"),
    [(None, None, 0), (None, 1, 0), (5, 1, 0), (5, None, 1), (5, 0, 1), (0, None, 0)],
)
def test_the_line_has_stopped_if_visitors_ask_and_no_consumer_starts(
    visitors: int | None, consumers: int | None, stopped: int
) -> None:
    assert _value(visitors=visitors, consumers=consumers) == stopped


def test_the_alarm_of_the_line_compares_the_turnstile_with_the_consumer(deployed: Cloud) -> None:
    (alarm,) = [a for a in _alarms(deployed) if a["AlarmName"] == LINE_STOPPED]
    value, *metrics = alarm["Metrics"]
    assert (value["Expression"], value["ReturnData"]) == (STOPPED, True)
    watched = {
        m["Id"]: (m["MetricStat"]["Metric"]["Dimensions"][0]["Value"], m["MetricStat"]["Stat"])
        for m in metrics
    }
    assert watched == {
        "visitors": (f"{STEM}-turnstile", "Sum"),
        "consumers": (f"{STEM}-consumer", "Sum"),
    }
    assert not any(m["ReturnData"] for m in metrics)
    assert alarm["EvaluationPeriods"] == 3


@pytest.mark.parametrize("key", ["Expression", "Stat", "Period", "Metric"])
def test_a_changed_expression_or_metric_is_put_right(deployed: Cloud, key: str) -> None:
    cloudwatch = deployed.client("cloudwatch")
    (alarm,) = [a for a in _alarms(deployed) if a["AlarmName"] == LINE_STOPPED]
    first, second, *_ = alarm["Metrics"]
    if key == "Expression":
        first[key] = "visitors"
    else:
        theirs = {"Stat": "Maximum", "Period": 300, "Metric": {"MetricName": "X", "Namespace": "X"}}
        second["MetricStat"][key] = theirs[key]
    names = ("AlarmName", "Metrics", "Threshold", "EvaluationPeriods", "ComparisonOperator")
    more = ("AlarmDescription", "TreatMissingData")
    cloudwatch.put_metric_alarm(**{name: alarm[name] for name in (*names, *more)})
    deployed.wire.clear()
    assert deployed.changes() == {"alarm line-stopped": "update"}
    assert deployed.recorded(deployed.deploy) == ["cloudwatch:PutMetricAlarm"]
    assert deployed.changes() == {}
