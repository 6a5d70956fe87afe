"""Every call's answer is lost once, by a closed connection or a 500: nothing doubles or stays.

botocore repeats most of them by itself: a create then meets what it made, a delete meets nothing.
"""

import pytest

from beekeeper.provision.state import StateFile

from .cloud import ROOM, Cloud
from .inventory import inventory
from .test_access_denied import WRITES
from .wire import lose_answer

DELETES = (
    "apigatewayv2:DeleteApi",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DeleteDashboards",
    "dynamodb:DeleteTable",
    "events:DeleteRule",
    "events:RemoveTargets",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "lambda:DeleteFunction",
    "logs:DeleteLogGroup",
    "s3:DeleteBucket",
    "s3:DeleteObjects",
    "sqs:DeleteQueue",
)


def test_these_are_all_the_deletes_there_are(deployed: Cloud) -> None:
    deployed.destroy()
    assert {str(call) for call in deployed.wire.mutations} == set(DELETES)


@pytest.mark.parametrize("status", [0, 500])
@pytest.mark.parametrize("name", sorted(WRITES))
def test_of_a_deploy(cloud: Cloud, name: str, status: int) -> None:
    cloud.deploy()
    whole = inventory()
    cloud.destroy()
    cloud.wire.add(lose_answer(name, times=2, status=status))

    cloud.deploy()

    assert inventory() == whole
    assert cloud.changes() == {}


@pytest.mark.parametrize("status", [0, 500])
@pytest.mark.parametrize("name", DELETES)
def test_of_a_destroy(deployed: Cloud, name: str, status: int) -> None:
    deployed.wire.add(lose_answer(name, times=2, status=status))
    deployed.destroy()
    assert inventory() == {}
    assert not StateFile(deployed.state_dir, ROOM).path.exists()
