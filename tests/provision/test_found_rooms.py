"""A room without a state file: found in AWS by its names and its tag, and operated."""

from typing import Any

import pytest

import beekeeper
from beekeeper.control import cause
from beekeeper.errors import ConfigError, NotOursError, RoomNotFoundError
from beekeeper.provision import found_rooms
from tests.support.moto_aws.by_hand import api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import (
    ACCOUNT,
    AT_EDGE,
    DESTINATION,
    DOMAIN_NAME,
    REGION,
    ROOM,
    config,
    with_domain,
)


@pytest.fixture
def elsewhere(deployed: Cloud, tmp_path: Any) -> beekeeper.Room:
    """The handle of a deployed room on a machine that has no state."""
    return beekeeper.Room(
        ROOM, session=deployed.session, region=REGION, state_dir=tmp_path / "another-machine"
    )


def test_a_room_is_operated_without_a_state(elsewhere: beekeeper.Room, deployed: Cloud) -> None:
    status = elsewhere.status()
    assert (status.room, status.account, status.region) == (ROOM, ACCOUNT, REGION)
    assert status.url == f"https://{api_id(deployed)}.execute-api.{REGION}.amazonaws.com/"
    elsewhere.pause()
    elsewhere.set_rate(900)
    assert (elsewhere.status().mode, elsewhere.status().rate) == ("paused", 900)
    assert [entry.what for entry in elsewhere.history()] == ["mode", "rate"]
    assert elsewhere.pass_keys().link == status.url
    assert elsewhere.to_dict() == {
        "room": ROOM,
        "url": status.url,
        "destination": DESTINATION,
        "account": ACCOUNT,
        "region": REGION,
        "state_file": None,
        "resources": 1,
    }


def test_finding_a_room_changes_nothing_and_happens_once(
    elsewhere: beekeeper.Room, deployed: Cloud, tmp_path: Any
) -> None:
    for _ in range(3):
        elsewhere.status()
    assert deployed.wire.names(mutating=True) == []
    assert deployed.wire.names().count("apigatewayv2:GetApis") == 1
    assert not (tmp_path / "another-machine").exists()


def test_the_rate_of_the_deploy_and_not_of_an_operator_is_that_of_the_configuration(
    elsewhere: beekeeper.Room, deployed: Cloud
) -> None:
    elsewhere.set_rate(30)
    found = found_rooms.find_room(deployed.aws(), ROOM)
    assert found
    assert found.settings
    assert (found.state.config["rate"], found.settings.rate) == (600, 30)
    assert found.state.config["order"] == "standard"
    with pytest.raises(ConfigError, match="too high: the room was deployed with workers for"):
        elsewhere.set_rate(90_000)


@pytest.mark.parametrize("order", ["strict", "standard"])
def test_the_order_is_right_also_if_sqs_is_busy_for_a_moment(
    order: str, cloud: Cloud, tmp_path: Any
) -> None:
    cloud.deploy(config(order=order))
    cloud.wire.add(refuse("sqs:GetQueueUrl", "ThrottlingException", "Slower.", times=2))
    room = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir=tmp_path / "x")
    assert room.status().unknown == ()
    assert room._connection.deployed().config.order == order


def test_a_governor_and_a_strict_line_are_seen(cloud: Cloud) -> None:
    cloud.deploy(config(order="strict", governor={"mode": "advise"}))
    room = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir="nowhere")
    found = room._connection.deployed()
    assert found.has_governor
    assert found.names.queue.endswith(".fifo")
    assert found.config.governor.mode == "advise"
    governor = room.status().governor
    assert governor
    assert governor.mode == "advise"


@pytest.mark.parametrize("settings", [with_domain(), config(**AT_EDGE)], ids=["API", "edge"])
def test_the_link_is_the_one_of_the_state(
    settings: beekeeper.RoomConfig, cloud: Cloud, where: dict[str, Any]
) -> None:
    deployed = beekeeper.deploy(settings, **where)
    cloud.wire.clear()
    found = found_rooms.find_room(cloud.aws(), ROOM)
    assert found
    assert found.state.url == deployed.url == f"https://{DOMAIN_NAME}/"
    cloud.wire.add(refuse("cloudfront:ListDistributions", "AccessDenied", status=403))
    found = found_rooms.find_room(cloud.aws(), ROOM)
    assert found
    assert found.state.url == ("" if settings.edge else deployed.url)


def test_the_signing_keys_are_not_read(elsewhere: beekeeper.Room, deployed: Cloud) -> None:
    assert elsewhere.region == REGION
    read = [call for call in deployed.wire.calls if call.service == "dynamodb"]
    assert read
    assert "keys" not in str([call.arguments for call in read])


def test_what_is_missing_is_named_and_what_is_not_known_is_no_cause(cloud: Cloud) -> None:
    cloud.deploy(config(role_path="/events/", log_retention_days=30, architecture="x86_64"))
    room = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir="nowhere")
    assert cause.changed(room._connection.deployed(), cause.LINE) == ()
    cloud.client("lambda").delete_function(FunctionName="beekeeper-sale-consumer")
    told = cause.changed(room._connection.deployed(), cause.LINE)
    assert "function consumer" in [change.key for change in told]
    assert {change.action for change in told} == {"create"}


def test_what_is_no_room_of_ours_is_not_touched(cloud: Cloud) -> None:
    cloud.client("dynamodb").create_table(
        TableName="beekeeper-sale",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.wire.clear()
    room = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir="nowhere")
    with pytest.raises(NotOursError, match="belongs to somebody else: it has no tag"):
        room.pause()
    assert cloud.wire.names(mutating=True) == []


def test_a_slip_in_a_name_is_answered_with_the_nearest_room_of_the_region(deployed: Cloud) -> None:
    room = beekeeper.Room("slae", session=deployed.session, region=REGION, state_dir="nowhere")
    with pytest.raises(RoomNotFoundError, match=rf"none in {REGION} of .*Did you mean sale\?"):
        room.status()
    deployed.wire.add(refuse("resourcegroupstaggingapi:GetResources", "AccessDeniedException"))
    with pytest.raises(RoomNotFoundError, match=rf"none in {REGION} of account {ACCOUNT}\. `py"):
        room.status()


def test_without_a_region_aws_is_not_asked(deployed: Cloud) -> None:
    room = beekeeper.Room(ROOM, session=deployed.session, state_dir="nowhere")
    with pytest.raises(RoomNotFoundError, match="say which region the room is in"):
        room.status()
    assert deployed.wire.calls == []


def test_an_operator_who_may_not_read_the_api_can_pause_the_room(
    elsewhere: beekeeper.Room, deployed: Cloud
) -> None:
    deployed.wire.add(refuse("apigatewayv2:GetApis", "AccessDeniedException", status=403))
    deployed.wire.add(refuse("sqs:GetQueueUrl", "AccessDenied", status=403))
    elsewhere.pause()
    assert (elsewhere.status().mode, elsewhere.status().url) == ("paused", "")


def test_drift_needs_the_state_or_the_configuration(
    elsewhere: beekeeper.Room, deployed: Cloud
) -> None:
    with pytest.raises(ConfigError, match="can't be told without its state or its config"):
        elsewhere.status(drift=True)
    given = beekeeper.Room(
        config(region=REGION), session=deployed.session, state_dir=elsewhere.state_dir
    )
    assert list(given.status(drift=True).drift) == []
    deployed.client("lambda").update_function_configuration(
        FunctionName="beekeeper-sale-turnstile", Timeout=1
    )
    assert [change.key for change in given.status(drift=True).drift] == ["function turnstile"]


def test_a_configuration_that_is_wrong_keeps_nobody_from_pausing(deployed: Cloud) -> None:
    wrong = {**config(region=REGION).model_dump(), "overbooking": 99}
    room = beekeeper.Room(wrong, session=deployed.session, state_dir="nowhere")
    room.pause()
    assert room.status().mode == "paused"
