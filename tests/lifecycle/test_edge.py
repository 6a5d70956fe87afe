"""A whole room with an edge: its secret stays secret, and a move there and back leaves nothing."""

import json
import time
from typing import Any

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.contract.door import door_of
from beekeeper.contract.pass_ring import SIGNING_SINCE, pass_ring_of
from beekeeper.errors import BeekeeperError, RotationError
from beekeeper.rules.edge import Door, edge_secret
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud, text_of
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import BASE

EDGED = {**BASE, "edge": True}


def keys_item(cloud: Cloud) -> dict[str, Any]:
    found = cloud.client("dynamodb").get_item(TableName=STEM, Key=items.key(items.KEYS))
    item: dict[str, Any] = found["Item"]
    return item


def differing(plan: beekeeper.Plan) -> set[str]:
    return {change.key for change in plan.changes if change.action != "unchanged"}


def test_a_change_of_keys_takes_one_deploy_and_no_secret_is_told(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    told: list[object] = []
    room = beekeeper.Room(EDGED, **where)
    told.append(room.deploy(on_event=told.append))
    room.rotate_keys("add")
    assert "deploy, which gives the edge the new secret" in room.rotate_keys("sign").next
    ring = pass_ring_of(keys_item(cloud)).keys
    past = {":t": {"N": str(time.time() - 3_600)}}
    cloud.client("dynamodb").update_item(
        TableName=STEM, Key=items.key(items.KEYS), ExpressionAttributeValues=past,
        UpdateExpression=f"SET {SIGNING_SINCE} = :t",
    )  # fmt: skip
    with pytest.raises(RotationError, match="First run python -m beekeeper deploy"):
        room.rotate_keys("remove")

    planned = room.plan()
    assert differing(planned) == {"distribution", "door"}
    cloud.wire.add(refuse("cloudfront:UpdateDistribution", "AccessDenied", "No.", 403))
    with pytest.raises(BeekeeperError) as caught:
        room.deploy(on_event=told.append)
    cloud.wire.clear()
    told += [room.deploy(on_event=told.append), planned, planned.to_dict(), text_of(caught.value)]

    assert door_of(keys_item(cloud)) == Door(room.url, ring[0].kid)
    assert differing(room.plan()) == set()
    assert room.rotate_keys("remove").changed
    assert differing(room.plan()) == set()
    shown = [*map(repr, told), json.dumps(planned.to_dict())]
    shown += [file.read_text() for file in cloud.state_dir.iterdir()]
    secrets = [text for key in ring for text in (key.secret, edge_secret(key).partition(".")[2])]
    assert not [s for s in secrets if any(s in text for text in shown)]


def test_a_move_to_the_edge_and_back_leaves_the_room_as_it_was(
    cloud: Cloud, where: dict[str, Any], deployed_room: beekeeper.Room
) -> None:
    before, keys, former = inventory(), keys_item(cloud), deployed_room.url
    room = beekeeper.deploy(EDGED, **where)
    (made,) = edge().distributions.values()
    assert room.url == f"https://{made.host}/"
    assert door_of(keys_item(cloud)) == Door(room.url, pass_ring_of(keys).keys[0].kid)
    assert differing(beekeeper.plan(EDGED, **where)) == set()

    assert beekeeper.deploy(BASE, **where).url == former
    after = inventory()
    after["items"] = [each for each in after["items"] if "/history#" not in each]
    assert after == before
    assert keys_item(cloud) == keys
    assert differing(beekeeper.plan(BASE, **where)) == set()
