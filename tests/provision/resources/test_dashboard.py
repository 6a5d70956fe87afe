"""The dashboard: it shows the figures of ``status``, and every alarm."""

import json
from typing import Any

import pytest

from beekeeper.contract.metrics import GOVERNED_METRICS, METRICS
from beekeeper.provision.resources.dashboard import body
from beekeeper.provision.watched import only_told, specifications
from tests.support.rooms import NAMES, ROOM

API = "a1b2c3d4e5"
ALARM = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:beekeeper-sale-wait"


def _widgets(*, governed: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body(NAMES, API, [ALARM], governed=governed)["widgets"]
    return found


def _shown(*, governed: bool) -> list[list[Any]]:
    return [m for w in _widgets(governed=governed) for m in w["properties"].get("metrics", [])]


@pytest.mark.parametrize("governed", [False, True])
def test_every_metric_of_the_functions_is_shown(*, governed: bool) -> None:
    own = {metric[1] for metric in _shown(governed=governed) if metric[0] == "Beekeeper"}
    assert own == {metric.value for metric in (GOVERNED_METRICS if governed else METRICS)}
    assert ["AWS/ApiGateway", "5xx", "ApiId", API, {"stat": "Sum"}] in _shown(governed=governed)


def test_it_shows_the_alarms_that_the_room_has() -> None:
    (alarms,) = [w for w in _widgets(governed=True) if w["type"] == "alarm"]
    assert alarms["properties"]["alarms"] == [ALARM]


def test_what_an_alarm_watches_is_on_the_dashboard() -> None:
    """Whoever reads an e-mail sees there how it came."""
    shown = {(metric[0], metric[1]) for metric in _shown(governed=True)}
    found = specifications(NAMES, governed=True), only_told(NAMES, 1, governed=True)
    for each in (each for some in found for each in some):
        watched = {(metric.namespace, metric.name) for metric in each.metrics.values()}
        assert watched <= shown | {("AWS/Lambda", "Invocations")}


@pytest.mark.parametrize("governed", [False, True])
def test_no_widget_covers_another(*, governed: bool) -> None:
    cells = [
        (x, y)
        for w in _widgets(governed=governed)
        for x in range(w["x"], w["x"] + w["width"])
        for y in range(w["y"], w["y"] + w["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_it_is_plain_json_and_names_the_room() -> None:
    text = json.dumps(body(NAMES, API, [ALARM], governed=True))
    assert f"beekeeper:room={ROOM}." in text
