"""list: the rooms of the account by their tag, with or without a state, in one region or in all."""

import json
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, Forward, Refusal, instead, refuse
from tests.support.rooms import ACCOUNT, DESTINATION, REGION, ROOM

TAGS = "resourcegroupstaggingapi:GetResources"
NOT_YET = "Nobody is admitted yet, because no consumer has worked."


@pytest.fixture(autouse=True)
def here(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_room_whose_state_is_here(deployed: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set-rate", "450"]) == 0
    capsys.readouterr()
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [ROOM, "on,", "450", "a", "minute", REGION]
    assert lines[1] == f"  AMBER  {NOT_YET}"
    assert lines[3] == f"  state: {deployed.state_dir / ROOM}.json"
    assert all(len(line) <= 80 for line in lines[:1])


def test_a_room_whose_state_is_elsewhere(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "room": ROOM,
            "url": f"https://{api_id(deployed)}.execute-api.{REGION}.amazonaws.com/",
            "destination": DESTINATION,
            "account": ACCOUNT,
            "region": REGION,
            "mode": "on",
            "rate": 600.0,
            "state_file": None,
            "problem": "",
            "light": "amber",
            "reason": NOT_YET,
        }
    ]
    assert main(["list", "--region", "eu-west-1"]) == 0
    assert capsys.readouterr().out == "No rooms here. Start with: python -m beekeeper init\n"


def not_enabled(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Answer as AWS does in two regions that the account has not enabled."""
    if str(call) != TAGS or not any(r in request.url for r in ("ap-east-1", "me-south-1")):
        return None
    message = "The security token included in the request is invalid"
    return Refusal("UnrecognizedClientException", message, 403).to(call, request)


def test_the_rooms_of_all_regions(deployed: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    beekeeper.deploy(
        name="drop",
        destination=DESTINATION,
        rate=60,
        region="eu-west-1",
        session=deployed.session,
        state_dir="elsewhere",
    )
    deployed.wire.add(not_enabled)
    assert main(["list", "--all-regions"]) == 0
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines() if line[0] != " "] == ["drop", ROOM]
    assert "has not enabled these regions: ap-east-1, me-south-1." in told.err
    deployed.wire.add(refuse(TAGS, "AccessDeniedException", times=1))
    assert main(["list", "--all-regions"]) == 1  # a room may be there
    assert "AWS did not list them. listing rooms in" in capsys.readouterr().err


def test_a_room_that_only_the_tags_name_is_gone(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/beekeeper-gone"
    tags = [{"Key": "beekeeper:room", "Value": "gone"}]
    stale = {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": tags}]}
    cloud.wire.add(instead(TAGS, lambda _: stale))
    assert main(["list"]) == 0
    assert capsys.readouterr().out.startswith("No rooms here.")


def test_a_room_that_aws_does_not_list_yet_is_found_by_its_state(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.wire.add(refuse(TAGS, "AccessDeniedException", status=403))
    assert main(["list"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"{ROOM:<24} on, 600 a minute")
    assert f"More rooms may be in {REGION}: AWS did not list them" in told.err
    assert "Grant tag:GetResources" in told.err


def test_a_state_of_what_is_gone_or_of_another_account_is_no_live_room(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    state = StateFile(deployed.state_dir, ROOM).read()
    assert state
    text = (deployed.state_dir / f"{ROOM}.json").read_text()
    for name, account in (("gone", ACCOUNT), ("theirs", "999999999999")):
        copy = text.replace('"room": "sale"', f'"room": "{name}"').replace(ACCOUNT, account)
        (deployed.state_dir / f"{name}.json").write_text(copy)
    assert main(["list", "--json"]) == 0
    listed = {each["room"]: each for each in json.loads(capsys.readouterr().out)}
    assert (listed["gone"]["mode"], listed["theirs"]["mode"]) == (None, None)
    assert "not in AWS, or incomplete" in listed["gone"]["problem"]
    assert "another account or region" in listed["theirs"]["problem"]
    assert listed[ROOM]["problem"] == ""


def test_a_room_whose_light_cant_be_told_says_so(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.wire.add(refuse("dynamodb:BatchGetItem", "AccessDeniedException", "No.", 403))
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{ROOM:<24} on, 600 a minute")
    assert lines[1].startswith("  NOT KNOWN  reading room sale: AccessDeniedException")


def test_half_a_room_is_listed(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.client("dynamodb").delete_item(TableName="beekeeper-sale", Key=items.key(items.ROOM))
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    assert main(["list"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{ROOM:<24} unknown")
    assert "If a deploy was interrupted, run it again." in told
    assert main(["status", "--room", ROOM, "--region", REGION]) == 1
    assert "is missing or incomplete" in capsys.readouterr().err


def test_without_aws_the_rooms_here_are_listed_and_the_command_fails(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.wire.add(refuse("sts:GetCallerIdentity", "ExpiredToken", status=403))
    assert main(["list"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"{ROOM:<24} unknown")
    assert "The AWS credentials have expired" in told.err


def test_one_region_or_all() -> None:
    assert main(["list", "--all-regions", "--region", REGION]) == 1


def test_listing_changes_nothing(deployed: Cloud) -> None:
    beekeeper.find_rooms(region=REGION, session=deployed.session, state_dir="nowhere")
    assert deployed.wire.names(mutating=True) == []
