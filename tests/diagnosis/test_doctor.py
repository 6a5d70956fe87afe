"""doctor: every finding, and that it changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.provision.actions import action_of
from beekeeper.provision.deployer import deployer_policies
from beekeeper.provision.engine.events import Event, StepWarning
from tests.support.moto_aws.by_hand import FOREIGN
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import (
    Simulator,
    concurrency,
    diagnose,
    finding,
    throttle,
)
from tests.support.moto_aws.wire import refuse
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
            "first second",
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
    found = diagnose(cloud, region="eu-nowhere-1")
    verdict, text = finding(found, "credentials")
    assert verdict == "problem"
    assert text.startswith("There is no region eu-nowhere-1.")
    assert cloud.wire.calls == []


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
    assert [s["Sid"] for s in second["Statement"]][-2:] == ["State", "States"]
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
    policies = deployer_policies(cloud.names())
    granted = {action for p in policies for s in p["Statement"] for action in s["Action"]}
    assert called - granted == {"sts:GetCallerIdentity"}  # which needs no permission
