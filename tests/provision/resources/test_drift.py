"""Deploy finds and repairs every attribute that was changed by hand, and sends nothing else."""

import pytest

from beekeeper.provision.actions import action_of
from beekeeper.provision.deployer import deployer_policies
from beekeeper.provision.engine.step import UNKNOWN
from tests.support.moto_aws import drifts_compute, drifts_storage, drifts_tags
from tests.support.moto_aws.by_hand import STEM, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import Drift
from tests.support.moto_aws.drifts_storage import alarm, item
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import ACCOUNT, REGION, ROOM

DRIFTS = [*drifts_storage.DRIFTS, *drifts_compute.DRIFTS, *drifts_tags.DRIFTS]


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_drift_is_found_and_put_right(deployed: Cloud, drift: Drift) -> None:
    before = {kind: names for kind, names in inventory().items() if kind != "integrations"}
    drift.by_hand(deployed)

    plan = deployed.engine().plan()

    changed = {c.key: c for c in plan.changes if c.action != "unchanged"}
    assert changed.keys() == {drift.step}
    assert changed[drift.step].action == "update"
    assert changed[drift.step].attributes.keys() == drift.attributes
    assert deployed.recorded(deployed.deploy) == sorted(drift.calls)
    assert deployed.changes() == {}
    after = {kind: names for kind, names in inventory().items() if kind != "integrations"}
    assert after == before


def test_a_deployer_may_put_all_of_it_right(cloud: Cloud) -> None:
    policies = deployer_policies(cloud.names())
    granted = {action for p in policies for s in p["Statement"] for action in s["Action"]}
    for service, _, operation in {call.partition(":") for d in DRIFTS for call in d.calls}:
        model = cloud.client(service).meta.service_model.operation_model(operation)
        assert action_of(model) in granted


def test_what_operators_set_is_no_drift(deployed: Cloud) -> None:
    for name, value in {
        "mode": {"S": "paused"},
        "rate": {"N": "77"},
        "message": {"S": "Soon."},
    }.items():
        item(name, value)(deployed)
    assert deployed.changes() == {}


def test_a_new_version_updates_what_carries_the_version(deployed: Cloud) -> None:
    deployed.client("sqs").tag_queue(
        QueueUrl=queue_url(deployed), Tags={"beekeeper:version": "0.0.1"}
    )
    assert deployed.changes() == {"queue": "update"}
    assert deployed.recorded(deployed.deploy) == ["sqs:TagQueue"]


def test_an_alarm_goes_on_telling_whom_the_operator_named(deployed: Cloud) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:night-shift"
    alarm(AlarmActions=[topic], Threshold=9.0)(deployed)
    deployed.deploy()
    (found,) = deployed.client("cloudwatch").describe_alarms(AlarmNames=[f"{STEM}-unreadable"])[
        "MetricAlarms"
    ]
    assert (found["AlarmActions"], found["Threshold"]) == ([topic], 0.0)


def test_unknown_is_readable() -> None:
    assert repr(UNKNOWN) == "(known after deploy)"


def test_the_room_is_found_by_its_tag(deployed: Cloud) -> None:
    tags = deployed.client("sqs").list_queue_tags(QueueUrl=queue_url(deployed))["Tags"]
    assert tags["beekeeper:room"] == ROOM
