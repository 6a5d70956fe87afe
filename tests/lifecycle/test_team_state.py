"""A room whose state is in a bucket: how the place is written, and the life of the room."""

from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import NotOursError, RoomNotFoundError
from tests.support.moto_aws.by_hand import FOREIGN
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.team import PLACE, team_files
from tests.support.rooms import ROOM, config


def test_a_room_from_beginning_to_end(team: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    wanted = config(state=PLACE)
    here: dict[str, Any] = {"session": team.session, "state_dir": PLACE}

    made = beekeeper.deploy(wanted, session=team.session)
    assert made.deployment
    assert made.deployment.state_file == "s3://team/rooms/sale.json"
    assert team_files(team).keys() == {"rooms/sale.json"}
    again = beekeeper.deploy(wanted, session=team.session)
    assert not again.changes
    assert not beekeeper.plan(wanted, session=team.session).has_changes
    assert [room.name for room in beekeeper.list_rooms(**here)] == [ROOM]
    beekeeper.pause(ROOM, **here)
    assert beekeeper.status(ROOM, **here).mode == "paused"
    beekeeper.destroy(ROOM, **here)
    assert team_files(team) == {}
    assert beekeeper.list_rooms(**here) == []
    with pytest.raises(RoomNotFoundError, match="no room sale in s3://team/rooms/"):
        beekeeper.status(ROOM, **here)


def test_each_function_finds_the_state_that_the_configuration_names(
    team: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "beekeeper.toml"
    path.write_text(config(state=PLACE).to_toml(), encoding="utf-8")
    here: dict[str, Any] = {"session": team.session}

    beekeeper.deploy(path, **here)
    assert team_files(team).keys() == {"rooms/sale.json"}
    for room in (path, str(path), config(state=PLACE), {"name": ROOM, "state": PLACE}):
        beekeeper.off(room, **here)
        beekeeper.on(room, **here)
        beekeeper.pause(room, **here)
        beekeeper.set_rate(700, room=room, **here)
        status = beekeeper.status(room, **here)
        assert (status.mode, status.rate) == ("paused", 700)
        assert beekeeper.pass_keys(room, **here).keys
    assert not beekeeper.plan(path, **here).has_changes
    assert beekeeper.destroy(path, **here).deleted
    assert team_files(team) == {}
    assert [p.name for p in tmp_path.iterdir()] == ["beekeeper.toml"]


def test_a_first_deploy_that_is_refused_leaves_no_state(team: Cloud) -> None:
    """An empty state would appear in the list of rooms and tie the name to this account."""
    FOREIGN["table"][0](team)
    for place in (PLACE, team.state_dir):
        with pytest.raises(NotOursError):
            beekeeper.deploy(config(), session=team.session, state_dir=place)
        assert beekeeper.list_rooms(session=team.session, state_dir=place) == []
    assert team_files(team) == {}
    assert not list(team.state_dir.glob("*.json*"))


def test_a_handle_sees_what_a_teammate_has_deployed_since(team: Cloud) -> None:
    here: dict[str, Any] = {"session": team.session, "state_dir": PLACE}
    mine = beekeeper.Room(ROOM, **here)
    with pytest.raises(RoomNotFoundError):
        mine.status()
    beekeeper.deploy(config(rate=600), **here)
    assert mine.status().rate == 600
    beekeeper.deploy(config(rate=9_000, destination="https://new.example.com/"), **here)
    assert not mine.deploy().changes
    status = mine.status()
    assert (status.rate, status.destination) == (9_000, "https://new.example.com/")
    mine.set_rate(8_000)
    beekeeper.destroy(ROOM, **here)
    for operation in (mine.status, mine.pause, mine.deploy):
        with pytest.raises(RoomNotFoundError):
            operation()
    assert team_files(team) == {}
