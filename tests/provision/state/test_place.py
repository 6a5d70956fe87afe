"""Where a command looks for the state: the argument, the environment, the configuration."""

import argparse
from pathlib import Path

import pytest

from beekeeper import RoomConfig
from beekeeper.cli.options import configured_room, room_of, state_place
from beekeeper.config import configured
from beekeeper.errors import ConfigError
from beekeeper.provision.state import StateFile, open_store
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.team import PLACE
from tests.support.rooms import ROOM


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR", raising=False)
    path = tmp_path / "beekeeper.toml"
    path.write_text(f'state = "{PLACE}"\nrate = "not yet"\n', encoding="utf-8")
    return argparse.Namespace(
        config=str(path), state_dir=None, room=None, profile=None, region=None
    )


def test_the_argument_wins(options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state_place(options) == PLACE
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "s3://other")
    assert state_place(options) == "s3://other"
    options.state_dir = "here"
    assert state_place(options) == "here"


@pytest.mark.parametrize("content", ["", 'name = "sale"'])
def test_a_configuration_that_names_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "beekeeper.toml"
    assert configured(path, "state") is None
    path.write_text(content, encoding="utf-8")
    assert configured(path, "state") is None


@pytest.mark.parametrize("content", ["state = ", "state = 5", 'state = " "'])
def test_a_place_that_cannot_be_read_is_no_other_place(
    options: argparse.Namespace, content: str
) -> None:
    Path(options.config).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"beekeeper\.toml"):
        state_place(options)


def test_the_state_is_beside_the_configuration(tmp_path: Path, options: argparse.Namespace) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(room_file(), encoding="utf-8")
    assert state_place(options) == tmp_path / ".beekeeper"
    for room in (room_of(options), configured_room(options)):
        assert room._connection.open_store().location == str(tmp_path / ".beekeeper" / "sale.json")


def room_file() -> str:
    return RoomConfig(name=ROOM, destination="https://x.example.com/", rate=1).to_toml()


@pytest.mark.parametrize("state", ["here", "s3://", "s3://Upper", "https://x", ""])
def test_what_is_no_bucket(state: str) -> None:
    with pytest.raises(ConfigError, match=r"state = .* s3://our-bucket/beekeeper"):
        RoomConfig(name="sale", destination="https://x.example.com/", rate=1, state=state)


@pytest.mark.parametrize("state", ["s3://team", PLACE, "s3://team.of.us/a/b"])
def test_a_bucket_goes_into_the_file_and_back(tmp_path: Path, state: str) -> None:
    room = RoomConfig(name="sale", destination="https://x.example.com/", rate=1, state=state)
    path = tmp_path / "beekeeper.toml"
    path.write_text(room.to_toml(), encoding="utf-8")
    assert RoomConfig.load(path) == room
    assert configured(path, "state") == state


@pytest.mark.parametrize("place", ["s3://", "s3://UPPER/x", "s3:bucket", "s3://a_b/c"])
def test_an_address_that_is_none(cloud: Cloud, place: str) -> None:
    with pytest.raises(ConfigError, match="s3://our-bucket/beekeeper"):
        open_store(place, ROOM, cloud.session)


@pytest.mark.parametrize(
    ("place", "location"),
    [
        ("s3://team", "s3://team/sale.json"),
        ("s3://team/", "s3://team/sale.json"),
        ("s3://team/a/b/", "s3://team/a/b/sale.json"),
    ],
)
def test_where_it_is(cloud: Cloud, place: str, location: str) -> None:
    assert open_store(place, ROOM, cloud.session).location == location


def test_the_argument_of_a_function_wins(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = open_store("here", ROOM, cloud.session, PLACE)
    assert isinstance(chosen, StateFile)
    assert chosen.location == "here/sale.json"
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "s3://other")
    assert open_store(None, ROOM, cloud.session, PLACE).location == "s3://other/sale.json"
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    assert open_store(None, ROOM, cloud.session, PLACE).location == "s3://team/rooms/sale.json"
    assert open_store(None, ROOM).location == ".beekeeper/sale.json"
