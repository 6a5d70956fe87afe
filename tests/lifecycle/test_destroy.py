"""A destroy leaves nothing of its room, and everything of another."""

from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import BASE, ROOM


@pytest.mark.usefixtures("deployed_room")
def test_a_destroy_leaves_nothing_and_so_does_the_second(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    first = beekeeper.destroy(ROOM, **where)
    assert len(first.deleted) == 34
    assert inventory() == {}
    assert not list(cloud.state_dir.glob("*.json*"))
    cloud.wire.clear()
    second = beekeeper.destroy(ROOM, **where)
    assert second.deleted == ()
    assert cloud.wire.mutations == []


def test_a_destroy_of_what_never_was(cloud: Cloud, where: dict[str, Any]) -> None:
    assert beekeeper.destroy("never", **where).deleted == ()
    assert cloud.wire.mutations == []
    assert beekeeper.list_rooms(state_dir=cloud.state_dir) == []


@pytest.mark.usefixtures("deployed_room")
def test_two_rooms_side_by_side(cloud: Cloud, where: dict[str, Any]) -> None:
    one = inventory()
    beekeeper.deploy({**BASE, "name": "sale-two"}, **where)
    assert [r.name for r in beekeeper.list_rooms(state_dir=cloud.state_dir)] == [
        "sale",
        "sale-two",
    ]
    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
    beekeeper.destroy("sale-two", **where)
    assert inventory() == one
    beekeeper.destroy(ROOM, **where)
    assert inventory() == {}


def test_two_rooms_of_one_name_in_two_regions(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    beekeeper.deploy(BASE, **where)
    there: dict[str, Any] = {"session": cloud.session, "state_dir": tmp_path / "there"}
    beekeeper.deploy({**BASE, "region": "eu-west-1"}, **there)
    assert len(inventory()["roles"]) == 8  # IAM is global
    beekeeper.destroy(ROOM, **there)
    assert inventory("eu-west-1").keys() == {"buckets", "objects", "roles"}  # global, the other's
    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("deployed_room")
def test_a_destroy_without_the_state_file(cloud: Cloud, where: dict[str, Any]) -> None:
    StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.destroy(ROOM, **where)
    assert inventory() == {}
