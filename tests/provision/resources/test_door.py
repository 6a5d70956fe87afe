"""The door of the API: closed last where there is an edge, and opened before the edge goes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from beekeeper.changes import all_changes
from beekeeper.contract import items
from beekeeper.contract.door import door_of
from beekeeper.contract.pass_ring import pass_ring_attributes, pass_ring_of
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource, Step, known
from beekeeper.provision.resources.door import DoorAttribute
from beekeeper.provision.resources.outputs import EDGE_LINK, EDGE_SECRET, SIGNING_KID
from beekeeper.provision.resources.table import Table
from beekeeper.provision.resources.table_items import Keys
from beekeeper.provision.resources.unwanted import unwanted
from beekeeper.provision.state import State, StateFile
from beekeeper.rules.edge import Door, edge_secret
from beekeeper.rules.rotation import Ring
from beekeeper.rules.tokens import Key, new_key
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud, text_of
from tests.support.moto_aws.wire import Call, Forward, refuse
from tests.support.rooms import ACCOUNT, DOMAIN_NAME, NAMES, REGION, ROOM

LINK = "https://d1.cloudfront.net/"
CLOSED = "dynamodb:UpdateItem"


class Edge(Resource):
    """A stand-in for a step of the edge, which keeps what it was told."""

    kind = "part of the edge"
    needs = ("table", "keys")

    def __init__(self, cloud: Cloud, key: str) -> None:
        self.cloud, self.key, self.name = cloud, key, key
        self.told: dict[str, Any] = {}
        self.went_with: list[Door | None] = []  # the door when this was deleted

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"kid": known(outputs, SIGNING_KID)}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        there = {EDGE_LINK: LINK} if self.key == "distribution" else {}
        return Found(self.name, dict(self.told), Owner.OURS, there) if self.told else None

    def create(self, aws: Aws, desired: Attributes) -> None:
        assert door(self.cloud) != Door(LINK, desired["kid"]), "the door was first"
        self.told = dict(desired)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, changes)

    def delete(self, aws: Aws, found: Found) -> None:
        self.went_with.append(door(self.cloud))
        self.told = {}


class EdgeRoom:
    """A room with the steps that its door has to do with."""

    def __init__(self, cloud: Cloud, domain_name: str | None = None) -> None:
        self.cloud, self.domain_name = cloud, domain_name
        keys = ["distribution", "bucket policy", "settings"]
        self.edge = [Edge(cloud, key) for key in (*keys, *(["dns record"] if domain_name else []))]
        self.file = StateFile(cloud.state_dir, ROOM)
        self.file.write(State(ROOM, ACCOUNT, REGION))

    def engine(self, *, edge: bool = True) -> Engine:
        steps: Sequence[Step] = [
            Table(NAMES, {"beekeeper:room": ROOM}, 0),
            Keys(NAMES, edge=edge),
            DoorAttribute(NAMES, self.domain_name, edge=edge),
            *(self.edge if edge else unwanted(self.edge)),
        ]
        return Engine(self.cloud.aws(), ROOM, steps, self.file, self.cloud.events.append)

    def changes(self, *, edge: bool = True) -> dict[str, str]:
        plan = self.engine(edge=edge).plan()
        return {c.key: c.action.value for c in plan.changes if c.action != "unchanged"}

    def deploy(self, *, edge: bool = True) -> None:
        engine = self.engine(edge=edge)
        engine.apply(engine.plan())


def stored(cloud: Cloud) -> dict[str, Any]:
    found = cloud.client("dynamodb").get_item(TableName=STEM, Key=items.key(items.KEYS))
    item: dict[str, Any] = found.get("Item", {})
    return item


def door(cloud: Cloud) -> Door | None:
    return door_of(stored(cloud))


def signing(cloud: Cloud) -> Key:
    return pass_ring_of(stored(cloud)).keys[0]


def rotate(cloud: Cloud) -> Key:
    """Let a new key sign, as ``keys rotate`` does."""
    key = new_key()
    ring = Ring((key, signing(cloud)), 1.0)
    new = {name: value for name, value in pass_ring_attributes(ring).items() if value}
    cloud.client("dynamodb").put_item(TableName=STEM, Item={**stored(cloud), **new})
    return key


@pytest.fixture
def room(cloud: Cloud) -> EdgeRoom:
    """A room with an edge that was deployed."""
    made = EdgeRoom(cloud)
    made.deploy()
    cloud.wire.clear()
    return made


def test_it_is_closed_when_the_edge_answers(cloud: Cloud, room: EdgeRoom) -> None:
    assert door(cloud) == Door(LINK, signing(cloud).kid)
    assert room.changes() == {}
    assert cloud.wire.mutations == []


def test_with_a_domain_it_leads_there_when_its_record_does(cloud: Cloud) -> None:
    room = EdgeRoom(cloud, DOMAIN_NAME)
    room.deploy()
    assert door(cloud) == Door(f"https://{DOMAIN_NAME}/", signing(cloud).kid)
    assert "dns record" in DoorAttribute(NAMES, DOMAIN_NAME, edge=True).needs


def test_a_room_that_gets_an_edge_and_loses_it(cloud: Cloud) -> None:
    room = EdgeRoom(cloud)
    room.deploy(edge=False)
    before_it = stored(cloud)
    assert CLOSED not in cloud.wire.names(), "it is open without a write"
    assert "door" not in {change.key for change in room.engine(edge=False).plan().changes}

    room.deploy()
    assert door(cloud) == Door(LINK, signing(cloud).kid)
    room.deploy(edge=False)

    assert stored(cloud) == before_it
    assert [step.went_with for step in room.edge] == [[None]] * 3, "it was opened before they went"
    assert room.changes(edge=False) == {}


def test_a_deploy_that_is_killed_before_the_door_is_continued(cloud: Cloud) -> None:
    room = EdgeRoom(cloud)
    cloud.wire.add(refuse(CLOSED, "AccessDeniedException", "No.", 403, times=1))
    with pytest.raises(ProvisionError, match=r"door of the API .*Grant dynamodb:UpdateItem"):
        room.deploy()
    assert room.changes() == {"door": "create"}
    room.deploy()
    assert door(cloud) == Door(LINK, signing(cloud).kid)


def test_after_a_change_of_keys_one_deploy_tells_the_edge_and_the_door(
    cloud: Cloud, room: EdgeRoom
) -> None:
    new = rotate(cloud)
    assert room.changes() == dict.fromkeys([step.key for step in room.edge], "update") | {
        "door": "update"
    }
    room.deploy()
    assert door(cloud) == Door(LINK, new.kid)
    assert room.changes() == {}


def test_the_edge_gets_the_secret_of_the_key_that_signs(cloud: Cloud, room: EdgeRoom) -> None:
    engine = room.engine()
    engine.read()
    assert engine.outputs[EDGE_SECRET] == edge_secret(signing(cloud))
    assert engine.outputs[SIGNING_KID] == signing(cloud).kid
    assert cloud.wire.calls[-1].operation == "GetItem"
    read = [c.arguments for c in cloud.wire.calls if c.operation == "GetItem"]
    assert not any("ticket" in str(arguments) for arguments in read)


def test_without_an_edge_no_key_is_read(cloud: Cloud, room: EdgeRoom) -> None:
    cloud.wire.clear()
    engine = room.engine(edge=False)
    engine.read()
    assert not {EDGE_SECRET, SIGNING_KID} & engine.outputs.keys()
    read = [c.arguments for c in cloud.wire.calls if c.operation == "GetItem"]
    names = {name for each in read for name in each["ExpressionAttributeNames"].values()}
    assert names == {"id", "edge"}


def test_no_secret_is_in_the_state_the_plan_an_event_or_an_error(cloud: Cloud) -> None:
    room = EdgeRoom(cloud)
    room.deploy()
    rotate(cloud)
    plan = room.engine().plan()
    cloud.wire.add(refuse(CLOSED, "AccessDeniedException", "No.", 403))
    with pytest.raises(BeekeeperError) as caught:
        room.deploy()
    shown = [repr(plan), repr(all_changes(plan)), repr(cloud.events), text_of(caught.value)]
    shown.append(room.file.path.read_text())
    keys = pass_ring_of(stored(cloud)).keys
    secrets = [text for key in keys for text in (key.secret, edge_secret(key).partition(".")[2])]
    assert len(set(secrets)) == 4
    assert not [s for s in secrets if any(s in text for text in shown)]


def test_keys_that_are_damaged_stop_a_deploy_and_no_destroy(cloud: Cloud, room: EdgeRoom) -> None:
    damaged = {**stored(cloud), "pass": {"S": json.dumps([{"kid": "a", "secret": ""}])}}
    cloud.client("dynamodb").put_item(TableName=STEM, Item=damaged)
    assert room.changes()["keys"] == "update"
    told = dict(room.edge[0].told)
    with pytest.raises(ProvisionError, match=r"keys of room sale are damaged.*beekeeper doctor"):
        room.deploy()
    assert room.edge[0].told == told
    assert "table" in room.engine().remove()


def test_a_write_to_the_door_makes_no_keys(cloud: Cloud, room: EdgeRoom) -> None:
    """Somebody deletes the item at the last moment. The next deploy makes it, with keys."""
    rotate(cloud)

    def delete(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) == CLOSED:
            cloud.client("dynamodb").delete_item(TableName=STEM, Key=items.key(items.KEYS))
        return None

    cloud.wire.add(delete)
    with pytest.raises(ProvisionError, match=r"door of the API .*Run the same command again"):
        room.deploy()
    assert stored(cloud) == {}
    cloud.wire.clear()
    room.deploy()
    assert door(cloud) == Door(LINK, signing(cloud).kid)


def test_a_key_that_is_removed_while_the_edge_is_told_shuts_nobody_out(cloud: Cloud) -> None:
    """A distribution takes longer than a change of keys."""
    room = EdgeRoom(cloud)
    engine = room.engine()
    engine.apply(engine.plan())
    rotate(cloud)
    engine = room.engine()
    plan = engine.plan()
    newest = Ring((new_key(),), None)
    ring = {name: value for name, value in pass_ring_attributes(newest).items() if value}
    cloud.client("dynamodb").put_item(TableName=STEM, Item={**items.key(items.KEYS), **ring})
    with pytest.raises(ProvisionError, match=r"keys have changed .* gone\. Run the same command"):
        engine.apply(plan)
    assert door(cloud) is None
    room.deploy()
    assert door(cloud) == Door(LINK, newest.keys[0].kid)
