"""A room whose state is in a bucket: how its place is written, and its whole life."""

from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ConfigError, NotOursError, RoomNotFoundError
from beekeeper.provision.state import StateFile, open_store
from tests.support.moto_aws.by_hand import FOREIGN
from tests.support.moto_aws.cloud import DESTINATION, REGION, ROOM, Cloud

BUCKET, PLACE = "team", "s3://team/rooms"


@pytest.fixture
def team(cloud: Cloud) -> Cloud:
    """An account with a team's bucket."""
    where = {"LocationConstraint": REGION}
    cloud.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    cloud.wire.clear()
    return cloud


def objects(cloud: Cloud) -> list[str]:
    found = cloud.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [content["Key"] for content in found]


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


def test_the_argument_wins(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = open_store("here", ROOM, cloud.session, PLACE)
    assert isinstance(chosen, StateFile)
    assert chosen.location == "here/sale.json"
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "s3://other")
    assert open_store(None, ROOM, cloud.session, PLACE).location == "s3://other/sale.json"
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    assert open_store(None, ROOM, cloud.session, PLACE).location == "s3://team/rooms/sale.json"
    assert open_store(None, ROOM).location == ".beekeeper/sale.json"


def test_a_room_from_beginning_to_end(team: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    config = {"name": ROOM, "destination": DESTINATION, "rate": 600, "state": PLACE}
    here: dict[str, Any] = {"session": team.session, "state_dir": PLACE}

    made = beekeeper.deploy(config, session=team.session)
    assert made.deployment
    assert made.deployment.state_file == "s3://team/rooms/sale.json"
    assert objects(team) == ["rooms/sale.json"]
    again = beekeeper.deploy(config, session=team.session)
    assert not again.changes
    assert not beekeeper.plan(config, session=team.session).has_changes
    assert [room.name for room in beekeeper.list_rooms(**here)] == [ROOM]
    beekeeper.pause(ROOM, **here)
    assert beekeeper.status(ROOM, **here).mode == "paused"
    beekeeper.destroy(ROOM, **here)
    assert objects(team) == []
    assert beekeeper.list_rooms(**here) == []
    with pytest.raises(RoomNotFoundError, match="no room sale in s3://team/rooms/"):
        beekeeper.status(ROOM, **here)


def test_a_first_deploy_that_is_refused_leaves_no_state(team: Cloud) -> None:
    """An empty state would show in the list of rooms, and tie the name to this account."""
    FOREIGN["table"][0](team)
    config = {"name": ROOM, "destination": DESTINATION, "rate": 600}
    for place in (PLACE, team.state_dir):
        with pytest.raises(NotOursError):
            beekeeper.deploy(config, session=team.session, state_dir=place)
        assert beekeeper.list_rooms(session=team.session, state_dir=place) == []
    assert objects(team) == []
    assert not list(team.state_dir.glob("*.json*"))
