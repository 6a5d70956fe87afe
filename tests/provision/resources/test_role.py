"""IAM: roles that are not visible yet, changes that collide, policies that come back changed."""

import json
from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.policies import same_meaning
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import lose_answer, refuse
from tests.support.rooms import REGION

ROLE = f"beekeeper-sale-producer-{REGION}"
MISSING = ("NoSuchEntity", f"The role with name {ROLE} cannot be found.", 404)
COLLIDE = ("ConcurrentModification", "Another process is changing this role.", 409)
CONFLICT = ("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)


def test_a_new_role_that_is_not_found_for_a_while(cloud: Cloud) -> None:
    cloud.wire.add(refuse("iam:GetRole", *MISSING, times=8))  # the plan makes four of them
    cloud.wire.add(refuse("iam:PutRolePolicy", *MISSING, times=2))
    cloud.deploy()
    assert cloud.changes() == {}
    assert cloud.time.sleeps


def test_a_role_that_is_never_found_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(refuse("iam:GetRole", *MISSING))
    with pytest.raises(ProvisionError, match=r"creating role .*IAM to show the new role took"):
        cloud.deploy()
    assert cloud.time.now < 1_000 + 130


def test_a_policy_that_is_not_found_for_a_while(cloud: Cloud) -> None:
    cloud.wire.add(refuse("iam:GetRolePolicy", *MISSING, times=2))
    cloud.deploy()
    assert cloud.changes() == {}


@pytest.mark.parametrize("operation", ["CreateRole", "PutRolePolicy"])
def test_changes_that_collide_are_repeated(cloud: Cloud, operation: str) -> None:
    cloud.wire.add(refuse(f"iam:{operation}", *COLLIDE, times=3))
    cloud.deploy()
    assert cloud.changes() == {}


def test_updates_that_collide_are_repeated(deployed: Cloud) -> None:
    deployed.client("iam").tag_role(RoleName=ROLE, Tags=[{"Key": FORMER_TAG, "Value": "x"}])
    for operation in ("TagRole", "UntagRole"):
        deployed.wire.add(refuse(f"iam:{operation}", *COLLIDE, times=2))
    deployed.deploy()
    assert deployed.changes() == {}


def test_the_answer_to_the_creation_is_lost(cloud: Cloud) -> None:
    cloud.wire.add(lose_answer("iam:CreateRole", times=2))
    cloud.deploy()
    assert cloud.changes() == {}
    assert len(inventory()["roles"]) == 4


def test_a_deletion_takes_along_what_others_hung_on_the_role(deployed: Cloud) -> None:
    iam = deployed.client("iam")
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=ROLE, PolicyName="theirs", PolicyDocument=document)
    policy = iam.create_policy(PolicyName="theirs", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=policy)
    iam.create_instance_profile(InstanceProfileName="theirs")
    iam.add_role_to_instance_profile(InstanceProfileName="theirs", RoleName=ROLE)
    deployed.wire.add(refuse("iam:DeleteRole", *CONFLICT, times=2))
    deployed.destroy()
    assert inventory() == {}
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 0


def test_a_conflict_that_does_not_end_is_an_error(deployed: Cloud) -> None:
    deployed.wire.add(refuse("iam:DeleteRole", *CONFLICT))
    with pytest.raises(ProvisionError, match=r"deleting role .*DeleteConflict"):
        deployed.destroy()
    assert 120 <= sum(deployed.time.sleeps) <= 140


def _reworded(value: Any) -> Any:
    """Return a policy as AWS can return it: lists reversed, single values as scalars."""
    if isinstance(value, dict):
        return {k: _reworded(v) for k, v in reversed(value.items())}
    if isinstance(value, list):
        members = [_reworded(v) for v in reversed(value)]
        return members[0] if len(members) == 1 else members
    return value


def test_policies_in_other_words_are_no_drift(deployed: Cloud) -> None:
    iam = deployed.client("iam")
    for part in ("producer", "room", "turnstile", "consumer"):
        name = ROLE.replace("producer", part)
        role = iam.get_role(RoleName=name)["Role"]
        policy = iam.get_role_policy(RoleName=name, PolicyName="beekeeper")["PolicyDocument"]
        assert _reworded(policy) != policy
        iam.put_role_policy(
            RoleName=name, PolicyName="beekeeper", PolicyDocument=json.dumps(_reworded(policy))
        )
        iam.update_assume_role_policy(
            RoleName=name,
            PolicyDocument=json.dumps(_reworded(role["AssumeRolePolicyDocument"])),
        )
    assert deployed.changes() == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Action": "a"}, {"Action": ["a"]}),
        ({"Action": ["a", "b"]}, {"Action": ["b", "a"]}),
        ({"Bool": {"x": True}}, {"Bool": {"x": "true"}}),
        ({"Principal": "*"}, {"Principal": {"AWS": "*"}}),
        ({"Statement": [{"a": "1", "b": "2"}, "x"]}, {"Statement": ["x", {"b": "2", "a": "1"}]}),
        ({"Sid": "", "Effect": "Deny"}, {"Effect": "Deny"}),
    ],
)
def test_the_same_meaning(one: Any, other: Any) -> None:
    assert same_meaning(one) == same_meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Action": "a"}, {"Action": "b"}),
        ({"Action": ["a"]}, {"Action": ["a", "b"]}),
        ({"Effect": "Allow"}, {"Effect": "Deny"}),
        ({"Action": "a"}, {"NotAction": "a"}),
    ],
)
def test_another_meaning(one: Any, other: Any) -> None:
    assert same_meaning(one) != same_meaning(other)
