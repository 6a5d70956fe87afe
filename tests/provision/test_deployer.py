"""The deployer's policy: what it grants, what it does not grant, and that IAM accepts it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.config import RoomConfig
from beekeeper.config.essentials import MAX_NAME_CHARACTERS
from beekeeper.errors import ProvisionError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.deployer import (
    MAX_CHARACTERS,
    MAX_POLICIES,
    deployer_policies,
    documents,
    grants,
    size_of,
)
from beekeeper.provision.grant import ROOM, Grant, combined
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from tests.support.rooms import (
    ACCOUNT,
    AT_EDGE,
    DOMAIN_NAME,
    NAMES,
    WEB_ACL,
    WITH_ALL,
    config,
)

# Made of a service's reads, for those who look; no resource's ARN can stand for them.
UNSCOPED = {
    "cloudfront:ListDistributions",
    "cloudfront:ListOriginAccessControls",
    "cloudfront:ListResponseHeadersPolicies",
    "cloudwatch:DescribeAlarms",
    "lambda:GetAccountSettings",
    "logs:DescribeLogGroups",
}
OF_EDGE = config(**AT_EDGE, hosted_zone_id="Z0123456789ABCDEFGHIJ", web_acl_arn=WEB_ACL)
BOUND = config(permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary", role_path="/events/")


def statements(names: Names = NAMES) -> list[dict[str, Any]]:
    """The statements of all policies. One that is in two policies is put together."""
    by_sid: dict[str, dict[str, Any]] = {}
    for each in (s for policy in deployer_policies(names) for s in policy["Statement"]):
        known = by_sid.setdefault(each["Sid"], {**each, "Action": [], "Resource": []})
        for part in ("Action", "Resource"):
            known[part] += [member for member in each[part] if member not in known[part]]
    return list(by_sid.values())


def regions() -> Iterator[tuple[str, str]]:
    """Every region, with its partition."""
    session = boto3.Session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("lambda", partition):
            yield partition, region


def test_a_custom_domain_and_a_state_in_a_bucket_fit_in_too() -> None:
    policies = deployer_policies(NAMES, WITH_ALL)
    assert len(policies) <= 2
    assert all(size_of(json.dumps(policy)) <= MAX_CHARACTERS for policy in policies)
    by_sid = {s["Sid"]: s for policy in policies for s in policy["Statement"]}
    assert "route53:ChangeResourceRecordSets" in by_sid["Record"]["Action"]
    assert by_sid["Record"]["Resource"] == ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"]
    assert by_sid["Certificate"]["Action"] == ["acm:DescribeCertificate"]
    assert by_sid["Certificate"]["Resource"] == [WITH_ALL.certificate_arn]
    assert by_sid["State"]["Resource"] == ["arn:aws:s3:::our-bucket/beekeeper/sale.*"]
    assert by_sid["States"]["Action"] == ["s3:ListBucket"]
    assert by_sid["States"]["Resource"] == ["arn:aws:s3:::our-bucket"]
    assert by_sid["FirstDomain"]["Action"] == ["iam:CreateServiceLinkedRole"]


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


# The kinds of CloudFront whose actions have their name.
OWN_ACTIONS = ("originaccesscontrol", "responseheaderspolicy")
OBJECT_ACTIONS = {
    "GetObject",
    "PutObject",
    "DeleteObject",
    "DeleteObjectVersion",
    "AbortMultipartUpload",
}


def meant_by(wanted: Iterable[Grant]) -> set[tuple[str, str, str]]:
    return {(*pair, str(g.condition)) for g in wanted for pair in pairs(g.actions, g.resources)}


def held_by(policies: Iterable[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (*pair, str(statement.get("Condition", {})))
        for policy in policies
        for statement in policy["Statement"]
        for pair in pairs(statement["Action"], statement["Resource"])
    }


def test_an_edge_with_a_domain_and_a_web_acl() -> None:
    policies = deployer_policies(NAMES, OF_EDGE)
    assert len(policies) <= 2
    found = [s for policy in policies for s in policy["Statement"]]
    by_action = {action: s["Resource"] for s in found for action in s["Action"]}
    assert by_action["wafv2:GetWebACL"] == [WEB_ACL]
    assert by_action["acm:DescribeCertificate"] == [OF_EDGE.certificate_arn]
    distributions = f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"
    for of_records in ("cloudfront:TagResource", "cloudfront:UntagResource"):
        assert distributions in by_action[of_records]
    assert by_action["cloudfront:ListResponseHeadersPolicies"] == ["*"]


@pytest.mark.parametrize("room", [None, WITH_ALL, BOUND, OF_EDGE])
def test_what_shares_a_statement_widens_nothing(room: RoomConfig | None) -> None:
    wanted = grants(NAMES, room)
    assert held_by(deployer_policies(NAMES, room)) == meant_by(wanted)
    assert meant_by(combined(wanted)) == meant_by(wanted)
    assert len(combined(wanted)) < len(wanted) / 2  # each is one call to the simulator


def test_every_step_says_what_it_takes() -> None:
    """Except what others cover: those of the API, the domain, the table and the distribution."""
    silent = {s.key for s in steps(WITH_ALL, NAMES) if not list(s.grants())}
    assert silent == {"routes", "stage", "api mapping", "door", "former records"}


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


def test_white_space_is_not_counted() -> None:
    assert size_of(json.dumps({"a": [1, 2]}, indent=4)) == len('{"a":[1,2]}')


def test_no_action_is_a_pattern_and_none_comes_twice() -> None:
    actions = [a for s in statements() for a in s["Action"]]
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", a) for a in actions)
    twice = {a for a in actions if actions.count(a) > 1}
    assert twice == {"apigateway:GET"}  # with the other verbs on APIs, on the account only


@pytest.mark.parametrize(
    ("room", "reads"), [(None, UNSCOPED), (BOUND, UNSCOPED | {"iam:SimulateCustomPolicy"})]
)
def test_only_reads_are_granted_on_everything(room: RoomConfig | None, reads: set[str]) -> None:
    found = [s for policy in deployer_policies(NAMES, room) for s in policy["Statement"]]
    assert {a for s in found if "*" in s["Resource"] for a in s["Action"]} == reads


def test_roles_are_passed_to_lambda_only() -> None:
    passing = [s for s in statements() if "iam:PassRole" in s["Action"]]
    assert passing == [
        {
            "Sid": "PassRoles",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [NAMES.role_arn(part) for part in ALL_FUNCTION_NAMES],
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        }
    ]


def test_a_boundary_is_required_of_all_that_could_widen_a_role() -> None:
    """AWS's list of the actions that know iam:PermissionsBoundary, except those that take away."""
    policies = deployer_policies(NAMES, BOUND)
    by_action = {action: s for p in policies for s in p["Statement"] for action in s["Action"]}
    for action in ("CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary"):
        condition = by_action[f"iam:{action}"]["Condition"]
        assert condition == {
            "StringEquals": {"iam:PermissionsBoundary": BOUND.permissions_boundary}
        }
    assert "iam:DeleteRolePermissionsBoundary" not in by_action
    assert "iam:AttachRolePolicy" not in by_action
    of_policies = {a for a in by_action if a.startswith("iam:") and a.endswith("Version")}
    assert of_policies == {"iam:GetPolicyVersion"}


def test_without_a_boundary_none_is_touched() -> None:
    actions = {a for s in statements() for a in s["Action"]}
    assert not [action for action in actions if "Boundary" in action]


def test_a_role_is_looked_for_without_its_path_too() -> None:
    by_sid: dict[str, Any] = {}
    for each in combined(grants(NAMES, config(role_path="/events/"))):
        known = by_sid.setdefault(each.statement, {"Action": [], "Resource": []})
        known["Action"] += each.actions
        known["Resource"] += each.resources
    pathed = [NAMES.role_arn(part, "/events/") for part in ALL_FUNCTION_NAMES]
    assert by_sid["FindRoles"]["Action"] == ["iam:GetRole"]
    assert by_sid["FindRoles"]["Resource"] == [NAMES.role_arn(part) for part in ALL_FUNCTION_NAMES]
    assert by_sid["PassRoles"]["Resource"] == pathed
    assert set(pathed) <= set(by_sid["Room"]["Resource"])


@given(other=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True))
@example(other="sale-2")
@example(other="sal")
def test_another_room_is_out_of_reach(other: str) -> None:
    """Except HTTP APIs and CloudFront, whose ARNs have no names. For shared names see names.py."""
    ours = [f"{NAMES.room}-{part}" for part in (*ALL_FUNCTION_NAMES, "dead-letter")]
    if other == NAMES.room or other.startswith(tuple(ours)):
        return
    names = Names(other, NAMES.account, NAMES.region, NAMES.partition)
    theirs = [arn for grant in grants(names) for arn in grant.examples]
    patterns = [
        re.escape(resource).replace(r"\*", ".*")
        for statement in statements()
        for resource in statement["Resource"]
        if resource != "*"
    ]
    reached = {arn for arn in theirs if any(re.fullmatch(p, arn) for p in patterns)}
    assert all(":apigateway:" in arn or ":cloudfront:" in arn for arn in reached)


def test_an_operator_may_change_the_keys() -> None:
    (on_items,) = (s for s in statements() if "dynamodb:UpdateItem" in s["Action"])
    assert "dynamodb:GetItem" in on_items["Action"]
    assert "keys" in on_items["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_the_visitors_are_none_of_the_deployers_business() -> None:
    on_items = [s for s in statements() if "dynamodb:GetItem" in s["Action"]]
    keys = on_items[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert len(on_items) == 1
    assert [key for key in keys if "*" in key] == ["count#*"]
    assert not any(key.startswith("v#") for key in keys)
