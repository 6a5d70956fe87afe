"""How the deployer's permissions fit into policies, and that none gets wider by it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
import pytest

from beekeeper.config import RoomConfig
from beekeeper.config.essentials import MAX_NAME_CHARACTERS
from beekeeper.errors import ProvisionError
from beekeeper.provision.deployer import (
    MAX_CHARACTERS,
    MAX_POLICIES,
    deployer_policies,
    documents,
    grants,
    size_of,
)
from beekeeper.provision.grant import ROOM, Grant, combined
from beekeeper.provision.names import Names
from tests.support.rooms import BOUND, DOMAIN_NAME, NAMES, OF_EDGE, WITH_ALL

# The kinds of CloudFront whose actions have their name.
OWN_ACTIONS = ("originaccesscontrol", "responseheaderspolicy", "function")
OBJECT_ACTIONS = {
    "GetObject",
    "PutObject",
    "DeleteObject",
    "DeleteObjectVersion",
    "AbortMultipartUpload",
}


def regions() -> Iterator[tuple[str, str]]:
    """Every region, with its partition."""
    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("lambda", partition):
            yield partition, region


def pairs(actions: Iterable[str], resources: Iterable[str]) -> set[tuple[str, str]]:
    """The actions on resources, limited to those that AWS lets an action apply to."""
    return {(a, r) for a in actions for r in resources if r == "*" or applies(a, r)}


def applies(action: str, resource: str) -> bool:
    """Tell whether an action applies to such resources (AWS Service Authorization Reference)."""
    service, _, operation = action.partition(":")
    if service != resource.split(":")[2]:
        return False
    if service == "s3":
        on_objects = operation in OBJECT_ACTIONS
        return on_objects == ("/" in resource)
    if service == "cloudfront":
        kind = resource.split(":")[5].partition("/")[0].replace("-", "")
        own = [kind for kind in OWN_ACTIONS if kind in operation.lower()]
        return kind == (own[0] if own else "distribution")
    if service == "cloudwatch":
        return ("Dashboard" in operation) == (":dashboard/" in resource)
    return True


def meant_by(wanted: Iterable[Grant]) -> set[tuple[str, str, str]]:
    return {(*pair, str(g.condition)) for g in wanted for pair in pairs(g.actions, g.resources)}


def held_by(policies: Iterable[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (*pair, str(statement.get("Condition", {})))
        for policy in policies
        for statement in policy["Statement"]
        for pair in pairs(statement["Action"], statement["Resource"])
    }


@pytest.mark.parametrize(("partition", "region"), sorted(regions()))
def test_two_policies_hold_what_is_too_long_for_one(partition: str, region: str) -> None:
    """The longest values: room, region, zone, bucket, and a key with the 1,024 characters of S3."""
    room = "a" * MAX_NAME_CHARACTERS
    longest = RoomConfig(
        name=room,
        destination="https://shop.example.com/",
        rate=600,
        domain_name=DOMAIN_NAME,
        certificate_arn=f"arn:{partition}:acm:{region}:123456789012:certificate/{'1' * 36}",
        hosted_zone_id="Z" * 32,
        state=f"s3://{'b' * 63}/{'p' * (1_024 - len(room) - len('/.json'))}",
    )
    names = Names(room, "123456789012", region, partition)
    policies = deployer_policies(names, longest)
    assert len(policies) == 2
    assert all(size_of(json.dumps(policy)) <= MAX_CHARACTERS for policy in policies)
    assert held_by(policies) == meant_by(grants(names, longest))


@pytest.mark.parametrize(("partition", "region"), sorted(regions()))
def test_iam_takes_the_longest_names(partition: str, region: str) -> None:
    names = Names("a" * MAX_NAME_CHARACTERS, "123456789012", region, partition)
    policies = deployer_policies(names)
    assert len(policies) <= 2
    assert all(size_of(json.dumps(policy)) <= MAX_CHARACTERS for policy in policies)
    statements = [s for policy in policies for s in policy["Statement"]]
    for policy in policies:
        sids = [s["Sid"] for s in policy["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
    arns = [r for s in statements for r in s["Resource"] if r != "*"]
    assert all(arn.startswith(f"arn:{partition}:") for arn in arns)


@pytest.mark.parametrize("room", [None, WITH_ALL, BOUND, OF_EDGE])
def test_what_shares_a_statement_widens_nothing(room: RoomConfig | None) -> None:
    wanted = grants(NAMES, room)
    assert held_by(deployer_policies(NAMES, room)) == meant_by(wanted)
    assert meant_by(combined(wanted)) == meant_by(wanted)
    assert len(combined(wanted)) < len(wanted) / 2  # each is one call to the simulator


def test_each_statement_has_one_condition() -> None:
    conditions: dict[str, set[str]] = {}
    for grant in (*grants(NAMES, WITH_ALL), *grants(NAMES, BOUND)):
        conditions.setdefault(grant.statement, set()).add(str(grant.condition))
    assert all(len(found) == 1 for found in conditions.values())


def many(number: int) -> list[Grant]:
    return [
        Grant(("sqs:SendMessage", f"sqs:Do{i}"), (f"arn:aws:sqs:::{'q' * 80}-{i}",), f"{ROOM}{i}")
        for i in range(number)
    ]


def test_as_many_documents_as_it_takes() -> None:
    policies = documents(many(80))
    assert len(policies) == 3
    sizes = [size_of(json.dumps(policy)) for policy in policies]
    assert max(sizes) <= MAX_CHARACTERS
    assert min(sizes[:-1]) > MAX_CHARACTERS - 300  # full
    assert held_by(policies) == meant_by(many(80))


def test_more_than_iam_attaches_is_an_error() -> None:
    assert len(documents(many(300))) == MAX_POLICIES
    with pytest.raises(ProvisionError, match=r"need 11 managed policies, .* can have only 10"):
        documents(many(331))


def test_white_space_is_not_counted() -> None:
    assert size_of(json.dumps({"a": [1, 2]}, indent=4)) == len('{"a":[1,2]}')
