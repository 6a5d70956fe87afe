"""Roles under a permissions boundary, and roles with a path."""

import json
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ConfigError, ProvisionError
from beekeeper.provision.names import FUNCTION_NAMES
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ACCOUNT, REGION, config

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
ROLE = f"beekeeper-sale-producer-{REGION}"
NO_POLICY = (f"Scope ARN: {BOUNDARY} does not exist or is not attachable.", 404)
BOUND = config(permissions_boundary=BOUNDARY)
PATHED = config(role_path="/events/")


def make_boundary(cloud: Cloud) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    cloud.client("iam").create_policy(PolicyName="boundary", PolicyDocument=document)
    cloud.wire.calls.clear()


def role(cloud: Cloud, part: str = "producer") -> dict[str, Any]:
    name = f"beekeeper-sale-{part}-{REGION}"
    found: dict[str, Any] = cloud.client("iam").get_role(RoleName=name)["Role"]
    return found


def test_each_role_is_made_with_the_boundary(cloud: Cloud) -> None:
    make_boundary(cloud)
    cloud.deploy(BOUND)
    made = [c for c in cloud.wire.calls if str(c) == "iam:CreateRole"]
    assert [c.arguments["PermissionsBoundary"] for c in made] == [BOUNDARY] * len(FUNCTION_NAMES)
    assert cloud.changes(BOUND) == {}
    found = role(cloud)["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"] == BOUNDARY


def test_a_room_gets_the_boundary_before_its_policies_are_written(deployed: Cloud) -> None:
    make_boundary(deployed)
    deployed.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="beekeeper")
    calls = deployed.recorded(lambda: deployed.deploy(BOUND))
    assert calls.count("iam:PutRolePermissionsBoundary") == len(FUNCTION_NAMES)
    assert calls.index("iam:PutRolePermissionsBoundary") < calls.index("iam:PutRolePolicy")
    assert set(calls) == {"iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
    assert deployed.changes(BOUND) == {}


def test_without_the_setting_a_boundary_of_others_stays(deployed: Cloud) -> None:
    make_boundary(deployed)
    iam = deployed.client("iam")
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=BOUNDARY)
    assert deployed.changes() == {}
    deployed.deploy(config(title="New"))
    assert role(deployed)["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


def test_a_boundary_that_does_not_exist_is_named(cloud: Cloud) -> None:
    cloud.wire.add(refuse("iam:CreateRole", "NoSuchEntity", *NO_POLICY))
    with pytest.raises(ProvisionError, match=r"does not exist .* Correct permissions_boundary"):
        cloud.deploy(BOUND)


def test_nor_can_it_be_set_later(deployed: Cloud) -> None:
    deployed.wire.add(refuse("iam:PutRolePermissionsBoundary", "NoSuchEntity", *NO_POLICY))
    with pytest.raises(ProvisionError, match=r"does not exist .* Correct permissions_boundary"):
        deployed.deploy(BOUND)


def test_a_boundary_of_another_account_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    room = config(permissions_boundary="arn:aws:iam::999999999999:policy/boundary")
    with pytest.raises(ConfigError, match=f"another account.* a policy in {ACCOUNT}"):
        beekeeper.deploy(room, session=cloud.session, state_dir=cloud.state_dir)
    assert cloud.wire.names(mutating=True) == []


def test_roles_have_the_path_and_functions_find_them(cloud: Cloud) -> None:
    cloud.deploy(PATHED)
    assert role(cloud)["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/events/{ROLE}"
    function = cloud.client("lambda").get_function(FunctionName="beekeeper-sale-producer")
    assert function["Configuration"]["Role"] == role(cloud)["Arn"]
    assert cloud.changes(PATHED) == {}
    assert cloud.destroy(PATHED)


def test_another_path_replaces_roles_and_functions(deployed: Cloud) -> None:
    changes = deployed.changes(PATHED)
    replaced = {f"{kind} {part}" for kind in ("role", "function") for part in FUNCTION_NAMES}
    assert {key for key, action in changes.items() if action == "replace"} == replaced
    deployed.deploy(PATHED)
    assert deployed.changes(PATHED) == {}
    assert role(deployed)["Path"] == "/events/"


def test_a_room_whose_configuration_is_lost_is_removed_with_its_path(cloud: Cloud) -> None:
    cloud.deploy(PATHED)
    assert "role producer" in cloud.destroy(config())
