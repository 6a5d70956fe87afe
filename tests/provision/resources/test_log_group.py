"""CloudWatch Logs: groups of others, names with the same prefix, late flushes."""

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from beekeeper.errors import NotOursError, ProvisionError
from beekeeper.provision.engine.events import StepWarning
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, Forward, after, instead, lose_answer, refuse
from tests.support.rooms import config

GROUP = "/aws/lambda/beekeeper-sale-producer"
ABORTED = ("OperationAbortedException", "A conflicting operation is in progress, try again.")


def test_a_group_without_our_tag_is_not_taken_over(cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName=GROUP)
    cloud.wire.clear()
    with pytest.raises(NotOursError, match=f"{GROUP} exists already"):
        cloud.deploy()
    assert cloud.wire.mutations == []


def test_a_group_without_our_tag_is_left_alone_and_named(cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName=GROUP)
    cloud.destroy()
    assert inventory() == {"log groups": [GROUP]}
    (warning,) = [e for e in cloud.events if isinstance(e, StepWarning)]
    assert f"The log group {GROUP} was left alone: it belongs to somebody" in warning.warning


def test_a_group_that_is_protected_is_an_obstacle_before_anything_is_removed(
    deployed: Cloud,
) -> None:
    def protected(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != "logs:DescribeLogGroups":
            return None
        name = call.arguments["logGroupNamePrefix"]
        group = {"logGroupName": name, "deletionProtectionEnabled": True}
        return instead(str(call), lambda _: {"logGroups": [group]})(call, request, forward)

    before = inventory()
    deployed.wire.add(protected)
    with pytest.raises(ProvisionError, match=r"Nothing was removed.*put-log-group-deletion-prot"):
        deployed.destroy()
    assert inventory() == before


def test_a_group_with_tags_of_others_is_theirs(cloud: Cloud) -> None:
    cloud.client("logs").create_log_group(logGroupName=GROUP, tags={"team": "theirs"})
    with pytest.raises(NotOursError, match=GROUP):
        cloud.deploy()


def test_a_group_that_a_late_flush_makes_anew_goes_too(deployed: Cloud) -> None:
    logs = deployed.client("logs")
    deployed.wire.add(
        after("logs:DeleteLogGroup", lambda: logs.create_log_group(logGroupName=GROUP), times=1)
    )
    deployed.destroy()
    assert inventory().get("log groups", []) in ([], [GROUP])
    deployed.deploy()
    deployed.destroy()
    assert inventory() == {}


def test_a_group_of_a_longer_name_is_not_ours(deployed: Cloud) -> None:
    theirs = f"{GROUP}-two"
    deployed.client("logs").create_log_group(logGroupName=theirs)
    deployed.client("logs").delete_log_group(logGroupName=GROUP)
    assert deployed.changes() == {"log group producer": "create"}
    deployed.destroy()
    assert inventory() == {"log groups": [theirs]}


def test_conflicts_are_waited_out(cloud: Cloud) -> None:
    for operation in ("CreateLogGroup", "PutRetentionPolicy"):
        cloud.wire.add(refuse(f"logs:{operation}", *ABORTED, times=3))
    cloud.deploy()
    cloud.wire.add(refuse("logs:DeleteLogGroup", *ABORTED, times=3))
    cloud.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("status", [0, 500])
def test_the_answer_to_the_creation_is_lost(cloud: Cloud, status: int) -> None:
    cloud.wire.add(lose_answer("logs:CreateLogGroup", times=2, status=status))
    cloud.deploy()
    assert cloud.changes() == {}
    assert cloud.changes(config(log_retention_days=7)).keys() == {
        f"log group {part}" for part in ("producer", "room", "turnstile", "consumer")
    }
