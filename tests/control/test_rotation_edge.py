"""A change of keys in a room with an edge, which needs a secret of the new key before it ends."""

import json
import logging
import time
from typing import Any

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.contract.door import EDGE, door_attribute, door_of
from beekeeper.contract.pass_ring import SIGNING_SINCE, pass_ring_of
from beekeeper.errors import RotationError
from beekeeper.rules.edge import Door, edge_secret
from beekeeper.rules.tokens import new_key
from tests.support.moto_aws.cloud import Cloud, text_of
from tests.support.moto_aws.wire import after

TABLE = "beekeeper-sale"
OLD, NEW = new_key(), new_key()
OF_OLD, OF_NEW = Door("https://d1.cloudfront.net/", OLD.kid), Door("https://x.example/", NEW.kid)
HOUR = 3_600
GIVES = "Run python -m beekeeper deploy, which gives the edge the new secret."


@pytest.fixture
def room(deployed_room: beekeeper.Room) -> beekeeper.Room:
    return deployed_room


def store(cloud: Cloud, *ring: Any, door: Any, since: float | None = None) -> None:
    item = items.keys_item([OLD], ring)
    if since is not None:
        item[SIGNING_SINCE] = {"N": str(since)}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item={**item, EDGE: door})
    cloud.wire.clear()


def stored(cloud: Cloud) -> dict[str, Any]:
    table = cloud.client("dynamodb")
    item: dict[str, Any] = table.get_item(TableName=TABLE, Key=items.key(items.KEYS))["Item"]
    return item


def test_the_key_that_the_edge_uses_is_not_removed(cloud: Cloud, room: beekeeper.Room) -> None:
    store(cloud, NEW, OLD, door=door_attribute(OF_OLD), since=time.time() - HOUR)
    with pytest.raises(
        RotationError, match=rf"former key {OLD.kid}\. First run python -m .*deploy"
    ):
        room.rotate_keys("remove")
    assert cloud.wire.mutations == []
    assert len(pass_ring_of(stored(cloud)).keys) == 2


def test_it_is_removed_once_a_deploy_has_given_the_edge_the_new_secret(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    store(cloud, NEW, OLD, door=door_attribute(OF_NEW), since=time.time() - HOUR)
    assert room.rotate_keys("remove").changed
    assert pass_ring_of(stored(cloud)).keys == (NEW,)
    assert door_of(stored(cloud)) == OF_NEW


def test_a_door_that_is_damaged_and_so_open_is_in_nobodys_way(
    cloud: Cloud, room: beekeeper.Room, caplog: pytest.LogCaptureFixture
) -> None:
    store(cloud, NEW, OLD, door={"S": "{"}, since=time.time() - HOUR)
    assert room.rotate_keys("remove").changed
    assert "the door is open" in caplog.text


def test_each_step_keeps_the_door_and_says_when_to_deploy(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    store(cloud, OLD, door=door_attribute(OF_OLD))
    assert GIVES not in room.rotate_keys("add").next, "the edge goes on with the key that signs"
    assert room.rotate_keys("sign").next.startswith(GIVES)
    assert door_of(stored(cloud)) == OF_OLD
    signs, *_ = (key.kid for key in pass_ring_of(stored(cloud)).keys)
    store(cloud, *pass_ring_of(stored(cloud)).keys, door=door_attribute(Door("x", signs)), since=0)
    assert GIVES not in room.rotate_keys("sign").next, "it has it"


def test_the_secret_of_the_edge_is_told_to_nobody(
    cloud: Cloud, room: beekeeper.Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store(cloud, NEW, OLD, door=door_attribute(OF_OLD), since=time.time() - HOUR)
    done = room.rotate_keys("sign")
    with pytest.raises(RotationError) as caught:
        room.rotate_keys("remove")
    shown = [repr(done), json.dumps(done.to_dict()), text_of(caught.value), caplog.text]
    for secret in (edge_secret(key).partition(".")[2] for key in (OLD, NEW)):
        assert not any(secret in text for text in shown)


def test_a_door_that_is_closed_at_the_same_moment_keeps_its_key(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    store(cloud, NEW, OLD, door=door_attribute(OF_NEW), since=time.time() - HOUR)

    def close() -> None:
        cloud.client("dynamodb").update_item(
            TableName=TABLE, Key=items.key(items.KEYS), UpdateExpression="SET #edge = :door",
            ExpressionAttributeNames={"#edge": EDGE},
            ExpressionAttributeValues={":door": door_attribute(OF_OLD)},
        )  # fmt: skip

    cloud.wire.add(after("dynamodb:GetItem", close))
    with pytest.raises(RotationError, match="Another command has changed the keys"):
        room.rotate_keys("remove")
    assert pass_ring_of(stored(cloud)).keys == (NEW, OLD)
