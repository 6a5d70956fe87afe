"""A re-created role has the same ARN and another id. The grant for Lambda belongs to the id."""

import json
from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ACCOUNT, REGION


def _role_id(cloud: Cloud, part: str) -> str:
    name = f"beekeeper-sale-{part}-{REGION}"
    return str(cloud.client("iam").get_role(RoleName=name)["Role"]["RoleId"])


def _tags(cloud: Cloud, part: str) -> dict[str, str]:
    found: dict[str, str] = cloud.client("lambda").get_function(
        FunctionName=f"beekeeper-sale-{part}"
    )["Tags"]
    return found


def _made_again(cloud: Cloud) -> None:
    """Delete a role by hand and re-create it: the ARN is the same, the id is not."""
    iam, name = cloud.client("iam"), f"beekeeper-sale-producer-{REGION}"
    role = iam.get_role(RoleName=name)["Role"]
    policy = iam.get_role_policy(RoleName=name, PolicyName="beekeeper")["PolicyDocument"]
    tags = iam.list_role_tags(RoleName=name)["Tags"]
    iam.delete_role_policy(RoleName=name, PolicyName="beekeeper")
    iam.delete_role(RoleName=name)
    again = {n: role[n] for n in ("RoleName", "Description")}
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    iam.create_role(**again, AssumeRolePolicyDocument=trust, Tags=tags)
    iam.put_role_policy(RoleName=name, PolicyName="beekeeper", PolicyDocument=json.dumps(policy))


def test_a_function_whose_role_was_made_again_is_replaced_with_its_permission(
    deployed: Cloud,
) -> None:
    """The grant for Lambda belongs to the old role. Only a new function repairs it."""
    before, policy = inventory(), _policy(deployed)
    _made_again(deployed)
    assert deployed.changes() == {
        "function producer": "replace",
        "permission producer": "create",
    }
    assert deployed.recorded(deployed.deploy) == [
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:PutFunctionEventInvokeConfig",
    ]
    assert _tags(deployed, "producer")["beekeeper:role-id"] == _role_id(deployed, "producer")
    assert (inventory(), _policy(deployed)) == (before, policy)
    assert deployed.changes() == {}


def _policy(cloud: Cloud) -> Any:
    raw = cloud.client("lambda").get_policy(FunctionName="beekeeper-sale-producer")
    return json.loads(raw["Policy"])["Statement"]


def test_killed_between_the_new_role_and_the_new_function(deployed: Cloud) -> None:
    iam, name = deployed.client("iam"), f"beekeeper-sale-producer-{REGION}"
    iam.delete_role_policy(RoleName=name, PolicyName="beekeeper")
    iam.delete_role(RoleName=name)
    deployed.wire.add(refuse("lambda:DeleteFunction", "AccessDeniedException", status=403))
    with pytest.raises(ProvisionError, match="lambda:DeleteFunction"):
        deployed.deploy()
    deployed.wire.clear()
    assert deployed.changes() == {
        "function producer": "replace",
        "permission producer": "create",
    }
    deployed.deploy()
    assert deployed.changes() == {}


def test_a_function_of_before_that_tag_stays_as_it_is(deployed: Cloud) -> None:
    for part in ("producer", "room", "turnstile", "consumer"):
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:beekeeper-sale-{part}"
        deployed.client("lambda").untag_resource(Resource=arn, TagKeys=["beekeeper:role-id"])
    assert deployed.recorded(deployed.deploy) == ["lambda:TagResource"] * 4
    for part in ("producer", "room", "turnstile", "consumer"):
        assert _tags(deployed, part)["beekeeper:role-id"] == _role_id(deployed, part)
