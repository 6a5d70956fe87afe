"""The governor's resources: made where it is wanted, and gone where it is not wanted any more."""

import json
from typing import Any

import pytest

from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.events import StepWarning
from beekeeper.provision.watched import SLOWED, governor, only_told
from tests.support.moto_aws.by_hand import DELETIONS, GOVERNORS, STEM, ByHand, api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.fixtures import go_to
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.tape import Moment
from tests.support.rooms import ACCOUNT, GOVERNED, NAMES, REGION, config

ALARM = f"{STEM}-governor"
Kept = list[tuple[Moment, float]]


@pytest.fixture(scope="session")
def first_governed() -> Kept:
    return []


@pytest.fixture
def governed(cloud: Cloud, first_governed: Kept) -> Cloud:
    """An account with a room that has a governor."""
    go_to(first_governed, cloud, lambda: cloud.deploy(GOVERNED))
    return cloud


def test_every_step_of_a_governor_has_its_tests() -> None:
    plain = {step.key for step in steps(config(), NAMES)} - GOVERNORS.keys()
    assert {step.key for step in steps(GOVERNED, NAMES)} - plain == GOVERNORS.keys()
    assert not GOVERNORS.keys() & DELETIONS.keys()


def test_its_two_permissions_are_not_added_at_once() -> None:
    """Otherwise Lambda loses one of them."""
    by_key = {step.key: step for step in steps(GOVERNED, NAMES)}
    assert "permission governor" in by_key["permission governor schedule"].needs


def test_a_second_deploy_makes_no_mutating_call(governed: Cloud) -> None:
    assert not governed.deploy(GOVERNED).has_changes
    assert governed.wire.mutations == []


@pytest.mark.parametrize("key", GOVERNORS)
def test_what_disappears_is_made_again_and_a_room_without_it_is_destroyed(
    governed: Cloud, key: str
) -> None:
    before = inventory()
    delete, along = GOVERNORS[key]
    delete(governed)

    changes = governed.changes(GOVERNED)

    made = {each for each, action in changes.items() if action == "create"}
    remade = {"permission governor", "permission governor schedule"} if "role" in key else set()
    assert made == {key, *along} | remade
    governed.deploy(GOVERNED)
    assert inventory() == before
    assert governed.changes(GOVERNED) == {}

    delete(governed)
    governed.destroy(GOVERNED)
    assert inventory() == {}


def test_a_governor_that_is_not_wanted_any_more_goes_and_the_room_stays(deployed: Cloud) -> None:
    before = inventory()
    deployed.deploy(GOVERNED)
    assert inventory() != before

    deleted = {key for key, action in deployed.changes().items() if action == "delete"}

    assert deleted == {key for key in GOVERNORS if not key.startswith("permission")}
    deployed.deploy()
    assert inventory() == before
    assert deployed.changes() == {}
    assert deployed.recorded(deployed.deploy) == []


def test_a_destroy_needs_no_configuration_to_find_a_governor(governed: Cloud) -> None:
    governed.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("key", [key for key in GOVERNORS if not key.startswith("permission")])
def test_deleting_twice_is_no_error(governed: Cloud, key: str) -> None:
    engine = governed.engine()
    engine.read()
    step, found = engine._steps[key], engine.found[key]
    assert found is not None
    step.delete(governed.aws(), found)
    step.delete(governed.aws(), found)
    assert step.find(governed.aws(), engine.outputs) is None


def _somebodys_alarm(cloud: Cloud) -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM, MetricName="Theirs", Namespace="Theirs", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip


def test_what_others_have_under_such_a_name_stays(cloud: Cloud) -> None:
    _somebodys_alarm(cloud)
    cloud.deploy()
    assert "alarm governor" not in cloud.changes()
    cloud.destroy()
    assert inventory() == {"alarms": [ALARM]}
    left = [event.warning for event in cloud.events if isinstance(event, StepWarning)]
    assert any(f"{ALARM} was left alone" in text for text in left)


def _changed_alarm(cloud: Cloud) -> None:
    cloudwatch = cloud.client("cloudwatch")
    (found,) = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    sent = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    kept = {name: found[name] for name in sent if name in found}
    cloudwatch.put_metric_alarm(**{**kept, "TreatMissingData": "notBreaching"})


def _changed_permission(cloud: Cloud) -> None:
    which = {"FunctionName": ALARM, "StatementId": "beekeeper-schedule"}
    cloud.client("lambda").remove_permission(**which)
    cloud.client("lambda").add_permission(
        **which,
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/theirs",
    )


def _removed_route(cloud: Cloud) -> None:
    api, which = cloud.client("apigatewayv2"), {"ApiId": api_id(cloud)}
    routes = {r["RouteKey"]: r["RouteId"] for r in api.get_routes(**which)["Items"]}
    api.delete_route(**which, RouteId=routes["ANY /pace"])


@pytest.mark.parametrize(
    ("by_hand", "key", "attributes"),
    [
        (_changed_alarm, "alarm governor", {"alarm"}),
        (_changed_permission, "permission governor schedule", {"source"}),
        (_removed_route, "routes", {"ANY /pace"}),
        (lambda c: c.client("events").disable_rule(Name=ALARM), "rule governor", {"enabled"}),
    ],
    ids=["alarm", "permission", "route", "rule"],
)
def test_drift_is_found_and_put_right(
    governed: Cloud, by_hand: ByHand, key: str, attributes: set[str]
) -> None:
    by_hand(governed)
    plan = governed.engine(GOVERNED).plan()
    assert {c.key: c.attributes.keys() for c in plan.changes if c.action != "unchanged"} == {
        key: attributes
    }
    governed.deploy(GOVERNED)
    assert governed.changes(GOVERNED) == {}


def test_its_role_reads_the_keys_and_writes_its_own_item_only(governed: Cloud) -> None:
    policy = governed.client("iam").get_role_policy(
        RoleName=f"{STEM}-governor-{REGION}", PolicyName="beekeeper"
    )["PolicyDocument"]
    written = [s for s in policy["Statement"] if "dynamodb:UpdateItem" in s["Action"]]
    assert [_keys(statement) for statement in written] == [["governor"]]
    reads = [s for s in policy["Statement"] if "dynamodb:BatchGetItem" in s["Action"]]
    assert [_keys(statement) for statement in reads] == [["room", "keys", "pulse", "governor"]]


def _keys(statement: dict[str, Any]) -> Any:
    return statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_its_alarm_fires_when_it_fails_and_tells_when_it_does_not_run() -> None:
    """Lambda reports 0 errors for each invocation without one, so only silence is missing.

    A new alarm begins in INSUFFICIENT_DATA. So it tells nobody before the governor has run.
    """
    alarm = governor(NAMES)
    assert (alarm.metrics["errors"].name, alarm.missing) == ("Errors", "missing")
    assert alarm.told == ("AlarmActions", "InsufficientDataActions")
    assert alarm.minutes == 3
    assert len(alarm.metrics) == 1  # AWS bills each


def test_the_alarm_for_the_site_compares_the_pace_with_the_rate() -> None:
    *_, alarm = only_told(NAMES, 60, governed=True)
    assert {m.name for m in alarm.metrics.values()} == {"pace", "rate"}
    assert alarm.expression == SLOWED
    assert alarm.missing == "notBreaching"  # nothing is sent while nobody waits


def test_the_dashboard_shows_its_log_and_its_pace(governed: Cloud) -> None:
    raw = governed.client("cloudwatch").get_dashboard(DashboardName=f"{STEM}-{REGION}")
    widgets = json.loads(raw["DashboardBody"])["widgets"]
    (shown,) = [widget for widget in widgets if widget["type"] == "log"]
    assert shown["properties"]["query"].startswith(f"SOURCE '/aws/lambda/{ALARM}' | filter ")
    shown = [m for w in widgets for m in w["properties"].get("metrics", [])]
    assert ["Beekeeper", "pace", "room", "sale"] in [metric[:4] for metric in shown]
