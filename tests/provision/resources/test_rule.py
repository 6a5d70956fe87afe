"""EventBridge: refusals inside a 200, rules that are not visible yet, targets that remain."""

from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import instead, lose_answer, refuse
from tests.support.rooms import config

RULE = f"{STEM}-consumer"
COLLIDE = ("ConcurrentModificationException", "Rule is being modified.")
MISSING = ("ResourceNotFoundException", f"Rule {RULE} does not exist on EventBus default.")
HAS_TARGETS = ("ValidationException", "Rule can't be deleted since it has targets.")


def _failed(target: str) -> Any:
    entry = {
        "TargetId": target,
        "ErrorCode": "ConcurrentModificationException",
        "ErrorMessage": "Busy.",
    }
    return lambda _: {"FailedEntryCount": 1, "FailedEntries": [entry]}


def test_a_target_that_is_refused_inside_a_200_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(instead("events:PutTargets", _failed("worker-0"), times=1))
    with pytest.raises(ProvisionError, match=r"refused the target worker-0: Concurrent.*Busy"):
        cloud.deploy()
    assert "targets" not in inventory()

    cloud.wire.clear()
    assert "rule" in cloud.changes()
    cloud.deploy()
    assert inventory()["targets"] == ["worker-0"]


def test_a_target_that_is_not_removed_inside_a_200_is_an_error(deployed: Cloud) -> None:
    deployed.wire.add(instead("events:RemoveTargets", _failed("worker-0"), times=1))
    with pytest.raises(ProvisionError, match="refused the target worker-0"):
        deployed.destroy()
    deployed.destroy()
    assert inventory() == {}


def test_collisions_and_a_rule_that_is_not_there_yet_are_waited_out(cloud: Cloud) -> None:
    for operation in ("PutRule", "PutTargets"):
        cloud.wire.add(refuse(f"events:{operation}", *COLLIDE, times=2))
    cloud.wire.add(refuse("events:PutTargets", *MISSING, times=2))
    cloud.deploy()
    assert cloud.changes() == {}

    for operation in ("RemoveTargets", "DeleteRule"):
        cloud.wire.add(refuse(f"events:{operation}", *COLLIDE, times=2))
    cloud.wire.add(refuse("events:DeleteRule", *HAS_TARGETS, times=2))
    cloud.destroy()
    assert inventory() == {}


def test_targets_that_hang_on_for_ever_are_an_error(deployed: Cloud) -> None:
    deployed.wire.add(refuse("events:DeleteRule", *HAS_TARGETS))
    with pytest.raises(ProvisionError, match=f"deleting schedule {RULE}: ValidationException"):
        deployed.destroy()
    assert 300 <= sum(deployed.time.sleeps) <= 310


def test_the_rule_is_enabled_last(cloud: Cloud) -> None:
    """The rule is enabled last, because without permission and targets it fails silently."""
    cloud.deploy()
    calls = [c for c in cloud.wire.mutations if c.service == "events"]
    assert [(c.operation, c.arguments.get("State")) for c in calls] == [
        ("PutRule", "DISABLED"),
        ("PutTargets", None),
        ("PutRule", "ENABLED"),
    ]
    names = [str(c) for c in cloud.wire.mutations]
    assert names.index("events:PutRule") > names.index("lambda:AddPermission")


@pytest.mark.parametrize("operation", ["PutRule", "PutTargets", "DeleteRule", "RemoveTargets"])
def test_an_answer_that_is_lost(cloud: Cloud, operation: str) -> None:
    cloud.wire.add(lose_answer(f"events:{operation}"))
    cloud.deploy()
    assert cloud.changes() == {}
    cloud.destroy()
    assert inventory() == {}


def test_the_workers_follow_the_rate(cloud: Cloud) -> None:
    cloud.deploy(config(rate=300_000))
    assert inventory()["targets"] == [f"worker-{i}" for i in range(5)]
    cloud.deploy(config(rate=60))
    assert inventory()["targets"] == ["worker-0"]
    assert cloud.changes(config(rate=60)) == {}
