"""doctor: what the credentials may do, and who forbids the rest."""

import pytest

from beekeeper.provision.deployer import deployer_policies
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import (
    Simulator,
    caller,
    diagnose,
    finding,
)
from tests.support.moto_aws.wire import Rule, refuse
from tests.support.rooms import ACCOUNT


def test_what_may_not_be_done_is_named(cloud: Cloud) -> None:
    found = diagnose(cloud, Simulator(denied=["sqs:CreateQueue", "iam:PassRole"]))
    verdict, text = finding(found, "permissions")
    assert found.has_problems
    assert verdict == "problem"
    assert "sqs:CreateQueue on arn:aws:sqs:eu-central-1:123456789012:beekeeper-sale" in text
    assert "iam:PassRole on arn:aws:iam::123456789012:role/beekeeper-sale-consumer" in text
    assert "doctor --policy" in text


def test_the_simulator_is_asked_for_all_of_the_policy(cloud: Cloud) -> None:
    simulator = Simulator()
    diagnose(cloud, simulator)
    asked = {action for call in simulator.asked for action in call["ActionNames"]}
    policies = deployer_policies(cloud.names())
    granted = {action for p in policies for s in p["Statement"] for action in s["Action"]}
    # The simulator does not know these two. The verbs on the tags stand for them.
    assert granted - asked == {"apigateway:TagResource", "apigateway:UntagResource"}
    assert asked <= granted
    passed = next(c for c in simulator.asked if c["ActionNames"] == ["iam:PassRole"])
    given = {
        entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in passed["ContextEntries"]
    }
    assert given == {
        "iam:PassedToService": ["lambda.amazonaws.com"],
        "aws:RequestedRegion": ["eu-central-1"],
    }


def test_what_an_organisation_or_a_boundary_forbids_is_no_missing_grant(cloud: Cloud) -> None:
    simulator = Simulator(
        denied=["sqs:CreateQueue"],
        by_organisation=["iam:CreateRole"],
        by_boundary=["s3:CreateBucket"],
    )
    verdict, text = finding(diagnose(cloud, simulator), "permissions")
    assert verdict == "problem"
    assert "service control policy of your organisation forbids: iam:CreateRole on arn:" in text
    assert "boundary of the credentials forbids: s3:CreateBucket on arn:" in text
    assert "no permission for: sqs:CreateQueue on arn:" in text
    assert "Ask those who manage your organisation" in text
    assert "allow these actions in the boundary" in text
    assert "Grant these actions to the credentials" in text


def test_a_grant_is_no_remedy_for_what_an_organisation_forbids(cloud: Cloud) -> None:
    found = diagnose(cloud, Simulator(by_organisation=["iam:CreateRole"]))
    assert "Grant these actions" not in finding(found, "permissions")[1]


def test_a_grant_is_no_remedy_for_what_a_policy_forbids_explicitly(cloud: Cloud) -> None:
    found = diagnose(cloud, Simulator(explicitly=["iam:CreateRole"]))
    verdict, text = finding(found, "permissions")
    assert verdict == "problem"
    assert "A policy of the credentials explicitly forbids: iam:CreateRole on arn:" in text
    assert "Grant these actions" not in text


def test_a_service_that_the_account_may_not_use_is_a_problem(cloud: Cloud) -> None:
    found = diagnose(cloud, refuse("lambda:GetAccountSettings", "OptInRequired", status=403))
    verdict, text = finding(found, "concurrency")
    assert verdict == "problem"
    assert "Ask those who manage the account" in text


def test_of_a_session_the_role_is_asked_about(cloud: Cloud) -> None:
    role = cloud.client("iam").create_role(
        RoleName="Deployer", Path="/aws-reserved/", AssumeRolePolicyDocument="{}"
    )["Role"]["Arn"]
    cloud.wire.clear()
    session, simulator = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ann", Simulator()
    diagnose(cloud, caller(session), simulator)
    assert {call["PolicySourceArn"] for call in simulator.asked} == {role}


def test_of_a_session_whose_role_may_not_be_read_the_path_is_guessed(cloud: Cloud) -> None:
    session, simulator = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ann", Simulator()
    denied = refuse(
        "iam:GetRole", "AccessDenied", when=lambda c: c.arguments["RoleName"] == "Deployer"
    )
    diagnose(cloud, caller(session), denied, simulator)
    role = f"arn:aws:iam::{ACCOUNT}:role/Deployer"
    assert {call["PolicySourceArn"] for call in simulator.asked} == {role}


def test_the_root_user_may_do_everything(cloud: Cloud) -> None:
    simulator = Simulator(denied=["sqs:CreateQueue"])
    found = diagnose(cloud, caller(f"arn:aws:iam::{ACCOUNT}:root"), simulator)
    assert finding(found, "permissions")[0] == "ok"
    assert simulator.asked == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            refuse("iam:SimulatePrincipalPolicy", "AccessDenied", status=403),
            "Grant iam:SimulatePrincipalPolicy",
        ),
        (Simulator(["s3:PutObject"], missing="aws:MultiFactorAuthPresent"), "MultiFactorAuth"),
        (caller(f"arn:aws:sts::{ACCOUNT}:federated-user/ann"), "neither a user nor a role"),
    ],
)
def test_permissions_that_cant_be_looked_at_are_unknown(
    cloud: Cloud, rule: Rule, said: str
) -> None:
    found = diagnose(cloud, rule)
    verdict, text = finding(found, "permissions")
    assert verdict == "unknown"
    assert said in text
    assert not found.has_problems
