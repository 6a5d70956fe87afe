"""doctor: every finding, and that it changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

import beekeeper
from beekeeper.cli.main import main
from beekeeper.provision.actions import action_of
from beekeeper.provision.deployer import deployer_policies
from beekeeper.provision.engine.events import Event, StepWarning
from tests.support.moto_aws.by_hand import FOREIGN
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import (
    Simulator,
    caller,
    concurrency,
    diagnose,
    finding,
    throttle,
)
from tests.support.moto_aws.wire import Call, Forward, Rule, instead, refuse
from tests.support.rooms import ACCOUNT, BASE, REGION, ROOM, config


def test_all_is_well(cloud: Cloud) -> None:
    found = diagnose(cloud)
    assert {f.check: f.verdict for f in found.findings} == dict.fromkeys(
        [
            "credentials",
            "region",
            "permissions",
            "concurrency",
            "throttle",
            "scaling",
            "table",
            "names",
        ],
        "ok",
    )
    assert (found.room, found.account, found.region) == ("sale", ACCOUNT, REGION)
    assert not found.has_problems
    assert "throttle" in found._repr_html_()
    assert not cloud.state_dir.exists()


def test_a_room_that_is_deployed_is_well(deployed: Cloud) -> None:
    assert {f.verdict for f in diagnose(deployed).findings} == {"ok"}


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
    (policy,) = deployer_policies(cloud.names())
    granted = {action for s in policy["Statement"] for action in s["Action"]}
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


def test_a_new_account_runs_too_few_functions(cloud: Cloud) -> None:
    verdict, text = finding(diagnose(cloud, concurrency(10)), "concurrency")
    assert verdict == "problem"
    assert "lets 10 functions run at once" in text
    assert '1,000 of the quota "Concurrent executions" (L-B99A9384)' in text
    assert "--service-code lambda --quota-code L-B99A9384 --desired-value 1000" in text


def test_what_is_needed_grows_with_the_crowd(cloud: Cloud) -> None:
    few, many = concurrency(1_000), 400_000
    assert finding(diagnose(cloud, few), "concurrency")[0] == "ok"
    found = diagnose(cloud, few, arrivals_per_minute=many)
    verdict, text = finding(found, "concurrency")
    assert verdict == "problem"
    assert "400,000 arrivals a minute, 600 admitted" in text


def test_too_few_to_reserve_is_a_warning(cloud: Cloud) -> None:
    verdict, text = finding(diagnose(cloud, concurrency(102)), "concurrency")
    assert verdict == "warning"
    assert "too few to reserve 3" in text
    assert "L-B99A9384" in text


def test_what_our_consumer_has_reserved_counts(deployed: Cloud) -> None:
    found = diagnose(deployed, concurrency(103, unreserved=100))
    assert finding(found, "concurrency")[0] == "ok"


@pytest.mark.parametrize(
    ("rate", "verdict", "said"),
    [(10_000.0, "ok", ""), (2_500.0, "ok", "2,500"), (300.0, "problem", "admitted")],
)
def test_throttle(cloud: Cloud, rate: float, verdict: str, said: str) -> None:
    found, text = finding(diagnose(cloud, throttle(rate)), "throttle")
    assert found == verdict
    assert said in text
    assert ("L-8A5B8E43" in text) == (verdict != "ok")


@pytest.mark.parametrize("rate", [5_000.0, 20_000.0])
def test_a_quota_that_has_changed_since_the_deploy_needs_another(
    deployed_room: beekeeper.Room, cloud: Cloud, where: dict[str, Any], rate: float
) -> None:
    verdict, text = finding(diagnose(cloud, throttle(rate)), "throttle")
    assert verdict == "warning"
    assert f"up to 5,000 requests a second, and {rate / 2:,.0f} would be right" in text
    assert "Run python -m beekeeper deploy." in text
    cloud.wire.clear()
    cloud.wire.add(throttle(rate))
    changed = beekeeper.deploy(BASE, **where).changes
    assert {change.kind for change in changed} == {"stage", "room settings"}
    cloud.wire.clear()
    assert finding(diagnose(cloud, throttle(rate)), "throttle")[0] == "ok"


@pytest.mark.parametrize(("arrivals", "verdict"), [(60_000, "ok"), (61_000, "warning")])
def test_a_sudden_crowd(cloud: Cloud, arrivals: float, verdict: str) -> None:
    found, text = finding(diagnose(cloud, arrivals_per_minute=arrivals), "scaling")
    assert found == verdict
    assert "Lambda starts 1,000 environments of a function within 10 s" in text


@pytest.mark.parametrize(
    ("rate", "arrivals", "verdict", "said"),
    [
        (600, None, "ok", "takes 4,000 writes a second at once, and the event makes about 100"),
        (60_000, None, "ok", "takes 9,000 writes a second at once, and the event makes about 9,00"),
        (60_000, 2_000_000, "warning", "--warm-throughput WriteUnitsPerSecond=13700"),
        (300_000, None, "warning", "Ask AWS support for 45,000 write units a second for table"),
    ],
)
def test_the_table_is_compared_with_the_writes(
    cloud: Cloud, rate: int, arrivals: float | None, verdict: str, said: str
) -> None:
    found = diagnose(cloud, arrivals_per_minute=arrivals, rate=rate)
    assert finding(found, "table")[0] == verdict
    assert said in finding(found, "table")[1]


def test_service_quotas_knows_the_throttle_too(cloud: Cloud) -> None:
    quota = instead("service-quotas:GetServiceQuota", lambda _: {"Quota": {"Value": 2_400.0}})
    denied = refuse("apigateway:GetAccount", "AccessDeniedException", status=403)
    verdict, text = finding(diagnose(cloud, denied, quota), "throttle")
    assert verdict == "ok"
    assert "2,400 requests a second" in text


def test_service_quotas_is_not_believed_in_a_newer_region(cloud: Cloud) -> None:
    """It was seen to report the usual quota there."""
    quota = instead("service-quotas:GetServiceQuota", lambda _: {"Quota": {"Value": 10_000.0}})
    denied = refuse("apigateway:GetAccount", "AccessDeniedException", status=403)
    found = diagnose(cloud, denied, quota, region="eu-south-1")
    assert "2,500 requests a second" in finding(found, "throttle")[1]


def test_quotas_that_may_not_be_read_are_unknown(cloud: Cloud) -> None:
    denied = [
        refuse(name, "AccessDeniedException", status=403)
        for name in (
            "apigateway:GetAccount",
            "service-quotas:GetServiceQuota",
            "lambda:GetAccountSettings",
        )
    ]
    found = diagnose(cloud, *denied)
    assert finding(found, "throttle")[0] == finding(found, "concurrency")[0] == "unknown"
    assert "Grant servicequotas:GetServiceQuota" in finding(found, "throttle")[1]
    assert "Grant lambda:GetAccountSettings" in finding(found, "concurrency")[1]
    assert not found.has_problems


@pytest.mark.parametrize("key", ["queue", "table", "role producer"])
def test_a_name_that_is_taken_is_a_problem(cloud: Cloud, key: str) -> None:
    make, name = FOREIGN[key]
    make(cloud)
    cloud.wire.clear()
    verdict, text = finding(diagnose(cloud), "names")
    assert verdict == "problem"
    assert name in text
    assert "Choose another room name" in text


def test_names_that_may_not_be_looked_at_are_unknown(cloud: Cloud) -> None:
    denied = refuse("sqs:GetQueueUrl", "AccessDenied", status=403)
    verdict, text = finding(diagnose(cloud, denied), "names")
    assert verdict == "unknown"
    assert "Grant sqs:GetQueueUrl" in text


def test_what_cannot_be_known_before_a_deploy_is_said(cloud: Cloud) -> None:
    unknown = "Whether Lambda offers python3.13 on arm64 there can't be asked before a deploy"
    assert unknown in finding(diagnose(cloud), "region")[1]


def test_what_functions_show_is_not_said_to_be_unknown(deployed: Cloud) -> None:
    text = finding(diagnose(deployed), "region")[1]
    assert text.strip() == f"{REGION} is enabled for the account."


def test_a_room_of_another_region_is_a_problem(deployed: Cloud) -> None:
    found = diagnose(deployed, region="eu-west-1")
    assert finding(found, "names")[0] == "problem"


def test_a_region_that_nobody_knows(cloud: Cloud) -> None:
    def nobody(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if call.service == "sts":
            raise EndpointConnectionError(endpoint_url=request.url)
        return None

    found = diagnose(cloud, nobody, region="eu-nowhere-1")
    assert finding(found, "credentials")[0] == "problem"
    verdict, text = finding(found, "region")
    assert verdict == "warning"
    assert "eu-nowhere-1" in text


def test_credentials_that_are_of_no_use(cloud: Cloud) -> None:
    found = diagnose(cloud, refuse("sts:GetCallerIdentity", "ExpiredToken", status=403))
    assert [f.check for f in found.findings] == ["credentials"]
    assert found.has_problems
    assert finding(found, "credentials")[1].startswith("The AWS credentials have expired. Sign in")


def test_deploy_warns_of_a_small_account(cloud: Cloud) -> None:
    cloud.wire.add(concurrency(10))
    events: list[Event] = []

    def deploy(title: str) -> beekeeper.Room:
        return beekeeper.deploy(
            config(title=title),
            session=cloud.session,
            state_dir=cloud.state_dir,
            on_event=events.append,
        )

    deploy("One")
    warnings = [e.warning for e in events if isinstance(e, StepWarning) and e.key == "quotas"]
    assert len(warnings) == 1
    assert "L-B99A9384" in warnings[0]

    events.clear()
    deploy("One")  # nothing changes, so there is no warning
    assert not [e for e in events if isinstance(e, StepWarning)]


def test_the_smallest_account_is_told_and_deployable(cloud: Cloud, where: dict[str, Any]) -> None:
    """A new account in a region with the smaller quota: ten functions, 2,500 requests a second."""
    refused = refuse(
        "lambda:PutFunctionConcurrency",
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's"
        " UnreservedConcurrentExecution below its minimum value of [10].",
    )
    smallest = (concurrency(10), throttle(2_500.0), refused)
    before = diagnose(cloud, *smallest)
    assert finding(before, "throttle")[0] == "ok"
    verdict, text = finding(before, "concurrency")
    assert verdict == "problem"
    assert "--quota-code L-B99A9384 --desired-value 1000" in text

    events: list[Event] = []
    room = beekeeper.deploy(BASE, **where, on_event=events.append)
    assert room.url
    warned = [e.warning for e in events if isinstance(e, StepWarning)]
    assert any("L-B99A9384" in text for text in warned)
    assert not beekeeper.plan(BASE, **where).has_changes
    assert not beekeeper.status(ROOM, **where, drift=True).drift


def test_deploy_goes_on_where_quotas_may_not_be_read(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:GetAccountSettings", "AccessDeniedException", status=403))
    events: list[Event] = []
    deployment = beekeeper.deploy(
        config(), session=cloud.session, state_dir=cloud.state_dir, on_event=events.append
    )
    assert deployment.url
    assert not [e for e in events if isinstance(e, StepWarning)]


def test_a_problem_of_a_deployed_room_is_not_one_before_a_deploy(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(deployed.state_dir)
    Path("beekeeper.toml").write_text(config(region=REGION).to_toml(), encoding="utf-8")
    deployed.client("sqs").delete_queue(
        QueueUrl=deployed.client("sqs").get_queue_url(QueueName="beekeeper-sale")["QueueUrl"]
    )
    deployed.wire.add(Simulator(), throttle(10_000.0))
    assert main(["doctor", "--state-dir", str(deployed.state_dir)]) == 1
    printed = capsys.readouterr().out
    assert "lacks what somebody has deleted: queue beekeeper-sale" in " ".join(printed.split())
    assert printed.rstrip().endswith("Problems to solve: 1.")


def test_policies_that_are_too_long_for_one_are_printed_as_two(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.state_dir.mkdir()
    monkeypatch.chdir(cloud.state_dir)
    room = config(name="a" * 24, region=REGION, state=f"s3://team/{'p' * 900}")
    Path("beekeeper.toml").write_text(room.to_toml(), encoding="utf-8")

    assert main(["doctor", "--policy"]) == 0

    printed = capsys.readouterr()
    first, end = json.JSONDecoder().raw_decode(printed.out)
    second = json.loads(printed.out[end:])
    assert [s["Sid"] for s in second["Statement"]] == ["State", "States"]
    assert first["Statement"][0]["Sid"] == "Room"
    assert "These are 2 policies" in printed.err


def test_all_that_a_room_calls_is_in_the_deployers_policy(cloud: Cloud) -> None:
    """This finds a new resource whose calls are not granted."""
    cloud.deploy()
    cloud.deploy(config(rate=90_000, tags={"team": "events"}, log_retention_days=30, title="New"))
    cloud.deploy(config())
    cloud.destroy()
    models = {
        service: cloud.client(service).meta.service_model
        for service in {call.service for call in cloud.wire.calls}
    }
    called = {
        action_of(models[call.service].operation_model(call.operation)) for call in cloud.wire.calls
    }
    (policy,) = deployer_policies(cloud.names())
    granted = {action for s in policy["Statement"] for action in s["Action"]}
    assert called - granted == {"sts:GetCallerIdentity"}  # which needs no permission
