"""The handle: what it keeps, what it knows, and how it is shown."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ConfigError, RoomNotFoundError
from tests.support.moto_aws.by_hand import api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import ACCOUNT, DESTINATION, REGION, ROOM, config


def test_making_a_handle_touches_neither_aws_nor_disk(cloud: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.Room(ROOM, **where)
    assert (room.name, repr(room), room.deployment, list(room.changes)) == (
        ROOM,
        "Room('sale')",
        None,
        [],
    )
    assert room._repr_html_() == "<table><tr><th align='left'>room</th><td>sale</td></tr></table>"
    assert cloud.wire.calls == []
    assert not cloud.state_dir.exists()


def test_the_whole_life_through_one_handle(
    cloud: Cloud, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every method uses what the handle was given. No other place has a state or a region."""
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    room = beekeeper.Room(config(), region="eu-west-1", **where)
    assert room.plan().has_changes
    deployment = room.deploy()
    assert room.deployment is deployment
    assert list(room.changes) == list(deployment.changes)
    assert {change.action for change in room.changes} == {"create"}
    assert (room.region, deployment.region, room.config.region) == ("eu-west-1",) * 3

    room.pause()
    assert room.status().mode == "paused"
    room.off()
    assert room.status().mode == "off"
    room.on()
    room.set_rate(900)
    assert (room.status().mode, room.status().rate) == ("on", 900)
    assert list(room.status(drift=True).drift) == []
    assert room.pass_keys().audience == "https://shop.example.com"
    assert room.rotate_keys("add").added
    assert not room.deploy().changes
    assert room.changes == ()

    destruction = room.destroy()
    assert {change.action for change in destruction.deleted} == {"delete"}
    assert ("queue", "beekeeper-sale") in {(c.kind, c.name) for c in destruction.deleted}
    assert inventory("eu-west-1") == {}
    with pytest.raises(RoomNotFoundError, match="There is no room sale"):
        room.url  # noqa: B018


def test_a_deploy_does_what_the_plan_says(cloud: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.Room(config(), **where)
    assert list(room.plan().changes) == list(room.deploy().changes)
    other = beekeeper.Room(config(rate=700, title="New"), **where)
    planned = [change for change in other.plan().changes if change.action != "unchanged"]
    assert planned == list(other.deploy().changes)
    assert [c.action for c in planned] == ["update", "update"]
    assert ("rate", (600.0, 700.0)) in [pair for c in planned for pair in c.attributes.items()]
    content = json.loads(json.dumps(other.deployment.to_dict())) if other.deployment else {}
    assert content["changes"][0].keys() == {"action", "kind", "name", "attributes", "key"}


def test_both_ways_to_a_handle_know_the_same(cloud: Cloud, where: dict[str, Any]) -> None:
    deployed = beekeeper.deploy(name=ROOM, destination=DESTINATION, rate=600, **where)
    cloud.wire.clear()
    found = beekeeper.Room(ROOM, **where)
    for room in (deployed, found):
        assert isinstance(room, beekeeper.Room)
        assert room.url == f"https://{api_id(cloud)}.execute-api.{REGION}.amazonaws.com/"
        assert (room.destination, room.region, room.account) == (DESTINATION, REGION, ACCOUNT)
        assert repr(room) == f"Room('sale', url='{room.url}')"
        assert room.url in room._repr_html_()
    assert deployed.to_dict() == found.to_dict()
    assert "create 34" in deployed._repr_html_()
    assert set(map(str, cloud.wire.calls)) <= {"apigatewayv2:GetApis"}  # the test's own


def test_no_secret_is_shown(cloud: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.deploy(config(), **where)
    keys = room.pass_keys()
    shown = [repr(room), room._repr_html_(), json.dumps(room.to_dict()), repr(keys)]
    shown += [keys._repr_html_(), str(room.deployment)]
    assert room.deployment
    shown += [json.dumps(room.deployment.to_dict()), room.deployment._repr_html_()]
    assert not any(secret in text for text in shown for secret in keys.keys.values())


def test_a_handle_of_a_handle_keeps_what_is_not_given_anew(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    room = beekeeper.Room(config(), region="eu-west-1", **where)
    other = beekeeper.Room(room, state_dir=tmp_path)
    assert (other.session, other.state_dir) == (cloud.session, tmp_path)
    assert other.config == room.config
    assert other.config.region == "eu-west-1"


def test_two_regions_are_one_too_many() -> None:
    with pytest.raises(ConfigError, match=r"region = 'eu-west-1', but.*Give only one of the two"):
        beekeeper.Room(config(region="eu-west-1"), region="eu-west-2")


def test_a_file_is_read_again(cloud: Cloud, where: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(config().to_toml(), encoding="utf-8")
    room = beekeeper.Room(path, **where)
    path.write_text(config(rate=700).to_toml(), encoding="utf-8")
    assert room.config.rate == 700
    path.write_text(config(name="other").to_toml(), encoding="utf-8")
    with pytest.raises(ConfigError, match="Make a new Room from it"):
        room.deploy()


def test_the_page_of_help_tells_units_and_errors() -> None:
    methods = inspect.getmembers(beekeeper.Room, lambda m: inspect.isfunction(m) or m)
    public = {name: value for name, value in methods if not name.startswith("_")}
    assert all(inspect.getdoc(value) for name, value in public.items() if name != "deployment")
    page = inspect.getdoc(beekeeper.Room) or ""
    for word in ("visitors per minute", "session", "region", "state_dir", "CredentialsError"):
        assert word in page


def test_a_region_that_changes_in_the_file_is_an_error(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "sale.toml"
    path.write_text(config().to_toml(), encoding="utf-8")
    given = beekeeper.Room(path, region="eu-west-1", **where)
    not_given = beekeeper.Room(path, **where)
    path.write_text(config(region="eu-central-1").to_toml(), encoding="utf-8")
    for room in (given, not_given):
        with pytest.raises(ConfigError, match=r"region or state in .* has changed"):
            room.deploy()
    assert cloud.wire.calls == []


def test_a_path_means_the_same_file_in_every_folder(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, rate in (("here", 600), ("there", 700)):
        (tmp_path / folder).mkdir()
        text = config(rate=rate).to_toml()
        (tmp_path / folder / "sale.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    room = beekeeper.Room("sale.toml", **where)
    monkeypatch.chdir(tmp_path / "there")
    assert room.config.rate == 600


@pytest.mark.parametrize("wrong", [{"state": "some/folder"}, {"region": 5}], ids=str)
def test_a_wrong_place_is_an_error_for_operators_too(cloud: Cloud, wrong: dict[str, Any]) -> None:
    settings = {"name": ROOM, "destination": DESTINATION, "rate": 600, **wrong}
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        beekeeper.destroy(settings, session=cloud.session)
    assert cloud.wire.calls == []


def test_what_another_handle_deployed_is_shown(deployed: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.Room(ROOM, **where)
    assert room.destination == DESTINATION
    beekeeper.deploy(config(destination="https://new.example.com/"), **where)
    assert room.destination == "https://new.example.com/"


def test_a_copy_of_a_state_file_is_no_room(deployed: Cloud, where: dict[str, Any]) -> None:
    state = deployed.state_dir / f"{ROOM}.json"
    (deployed.state_dir / f"{ROOM} (1).json").write_bytes(state.read_bytes())
    assert [room.name for room in beekeeper.list_rooms(**where)] == [ROOM]


def test_operators_calls_look_for_credentials_again(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = beekeeper.Room(ROOM, state_dir=deployed.state_dir)._connection
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "first")
    first = connection._aws(REGION).session.get_credentials()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "second")
    second = connection._aws(REGION).session.get_credentials()
    assert (first.access_key, second.access_key) == ("first", "second")
