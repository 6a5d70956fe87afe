"""The deployer's policy: what it grants, and what it does not grant."""

import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.config import RoomConfig
from beekeeper.provision.blueprint import steps
from beekeeper.provision.deployer import MAX_CHARACTERS, deployer_policies, grants, size_of
from beekeeper.provision.grant import READS, combined
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from tests.support.rooms import ACCOUNT, BOUND, NAMES, OF_EDGE, WEB_ACL, WITH_ALL, config

# Made of a service's reads, for those who look; no resource's ARN can stand for them.
UNSCOPED = {
    "cloudfront:ListDistributions",
    "cloudfront:ListOriginAccessControls",
    "cloudfront:ListResponseHeadersPolicies",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetMetricData",
    "lambda:GetAccountSettings",
    "logs:DescribeLogGroups",
    "tag:GetResources",
}


def statements(names: Names = NAMES) -> list[dict[str, Any]]:
    """The statements of all policies. One that is in two policies is put together."""
    by_sid: dict[str, dict[str, Any]] = {}
    for each in (s for policy in deployer_policies(names) for s in policy["Statement"]):
        known = by_sid.setdefault(each["Sid"], {**each, "Action": [], "Resource": []})
        for part in ("Action", "Resource"):
            known[part] += [member for member in each[part] if member not in known[part]]
    return list(by_sid.values())


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


@pytest.mark.parametrize("room", [None, WITH_ALL])
def test_without_an_edge_a_deployer_only_looks_for_one(room: RoomConfig | None) -> None:
    """Distributions have no names: who may remove ours may remove everybody's."""
    found = [s for policy in deployer_policies(NAMES, room) for s in policy["Statement"]]
    actions = [a for s in found for a in s["Action"] if a.startswith("cloudfront:")]
    assert "cloudfront:ListDistributions" in actions
    assert all(a.startswith(tuple(f"cloudfront:{verb}" for verb in READS)) for a in actions)


def test_every_step_says_what_it_takes() -> None:
    """Except what others cover: those of the API, the domain, the table and the distribution."""
    silent = {s.key for s in steps(WITH_ALL, NAMES) if not list(s.grants())}
    assert silent == {"routes", "stage", "api mapping", "door", "former records"}


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


@cache
def within_reach() -> re.Pattern[str]:
    """The ARNs that the statements name."""
    named = {r for statement in statements() for r in statement["Resource"] if r != "*"}
    return re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in named))


@given(other=st.from_regex(r"[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True))
@example(other="sale-2")
@example(other="sal")
def test_another_room_is_out_of_reach(other: str) -> None:
    """Except HTTP APIs and CloudFront, whose ARNs have no names. For shared names see names.py."""
    ours = [f"{NAMES.room}-{part}" for part in (*ALL_FUNCTION_NAMES, "dead-letter")]
    if other == NAMES.room or other.startswith(tuple(ours)):
        return
    names = Names(other, NAMES.account, NAMES.region, NAMES.partition)
    theirs = {arn for grant in grants(names) for arn in grant.examples}
    reached = set(filter(within_reach().fullmatch, theirs))
    assert all(":apigateway:" in arn or ":cloudfront:" in arn for arn in reached)


def test_an_operator_may_change_the_keys() -> None:
    (on_items,) = (s for s in statements() if "dynamodb:UpdateItem" in s["Action"])
    assert "dynamodb:GetItem" in on_items["Action"]
    assert "keys" in on_items["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_the_visitors_are_none_of_the_deployers_business() -> None:
    on_items = [s for s in statements() if "dynamodb:GetItem" in s["Action"]]
    keys = on_items[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert len(on_items) == 1
    assert [key for key in keys if "*" in key] == ["count#*", "history#*", "arrivals#*"]
    assert not any(key.startswith("v#") for key in keys)
