"""A change of the key that signs passes: one write for each step, and what can be in its way."""

import json
import logging
import time
from typing import Any

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.contract.pass_ring import SIGNING_SINCE, pass_ring_of
from beekeeper.errors import ConfigError, ProvisionError, RoomNotFoundError, RotationError
from beekeeper.rules.tokens import Key, new_key
from tests.support.moto_aws.cloud import Cloud, text_of
from tests.support.moto_aws.wire import after, changed, lose_answer, refuse
from tests.support.rooms import BASE, ROOM

TABLE = "beekeeper-sale"
OLD, NEW, OTHER = new_key(), new_key(), new_key()
WAIT = 660  # 60 for functions that are slow, the life of a pass, and the gate's leeway


@pytest.fixture
def room(deployed_room: beekeeper.Room) -> beekeeper.Room:
    return deployed_room


def stored(cloud: Cloud) -> dict[str, Any]:
    table = cloud.client("dynamodb")
    item: dict[str, Any] = table.get_item(TableName=TABLE, Key=items.key(items.KEYS))["Item"]
    cloud.wire.clear()
    return item


def store(cloud: Cloud, *ring: Key, since: object = None) -> None:
    """Write a ring, and the attribute of since when its first key signs."""
    item = items.keys_item([OLD], ring)
    if since is not None:
        item[SIGNING_SINCE] = since if isinstance(since, dict) else {"N": str(since)}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)
    cloud.wire.clear()


def order(cloud: Cloud) -> list[str]:
    return [key["kid"] for key in json.loads(stored(cloud)["pass"]["S"])]


def test_each_step_is_one_write_and_once_more_none(cloud: Cloud, room: beekeeper.Room) -> None:
    before = stored(cloud)
    (old,) = room.pass_keys().keys
    for step, waited in (("add", 0), ("sign", 0), ("remove", WAIT + 2)):
        if waited:
            ring = pass_ring_of(stored(cloud)).keys
            store(cloud, *ring, since=time.time() - waited)
        cloud.wire.clear()
        assert room.rotate_keys(step).changed
        assert cloud.wire.names(mutating=True) == ["dynamodb:UpdateItem"]
        after_it = stored(cloud)
        again = room.rotate_keys(step)
        assert not again.changed
        assert again.next
        assert stored(cloud) == after_it
    (new,) = room.pass_keys().keys
    assert new != old
    assert after_it.keys() == before.keys(), "no time stays, as before"


def test_the_result_says_which_keys_sign_and_verify(cloud: Cloud, room: beekeeper.Room) -> None:
    added = room.rotate_keys("add")
    (new,) = added.added
    assert (added.former, added.wait_seconds, added.step) == ((), 0, "add")
    assert "keys rotate --step sign --room sale" in added.next
    assert list(room.pass_keys().keys) == [added.signs, new]

    signs = room.rotate_keys("sign")
    assert (signs.signs, signs.added, signs.former) == (new, (), (added.signs,))
    assert WAIT - 2 <= signs.wait_seconds <= WAIT + 2
    assert "In 11 min, when" in signs.next
    assert list(room.pass_keys().keys) == [new, added.signs]

    store(cloud, *pass_ring_of(stored(cloud)).keys, since=time.time() - WAIT - 2)
    assert "Now that no pass of the former key is good" in room.rotate_keys("sign").next
    gone = room.rotate_keys("remove")
    assert (gone.signs, gone.added, gone.former, gone.wait_seconds) == (new, (), (), 0)
    assert "session_minutes" in gone.next


def test_the_former_key_stays_until_its_passes_have_expired(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    store(cloud, NEW, OLD, since=time.time() - 100)
    with pytest.raises(RotationError, match=r"for 5[56]\d more seconds\. Wait for so long, then"):
        room.rotate_keys("remove")
    with pytest.raises(RotationError, match=r"former key .* 5[56]\d more seconds.*--step remove"):
        room.rotate_keys("add")
    assert order(cloud) == [NEW.kid, OLD.kid]
    store(cloud, NEW, OLD, since=time.time() - WAIT - 2)
    with pytest.raises(RotationError, match=r"First run: .*--step remove --room sale"):
        room.rotate_keys("add")
    assert room.rotate_keys("remove").changed


def test_a_step_out_of_order_names_the_right_one(cloud: Cloud, room: beekeeper.Room) -> None:
    with pytest.raises(RotationError, match=r"has only key .* First run: .*--step add"):
        room.rotate_keys("sign")
    room.rotate_keys("add")
    with pytest.raises(RotationError, match=r"does not sign yet.* First run: .*--step sign"):
        room.rotate_keys("remove")


@pytest.mark.parametrize("step", ["", "ADD", "swap", None, 5, ["add"]])
def test_an_unknown_step(cloud: Cloud, room: beekeeper.Room, step: Any) -> None:
    with pytest.raises(ConfigError, match=r"step = .*: give one of add, sign, remove\."):
        room.rotate_keys(step)
    assert cloud.wire.calls == []


@pytest.mark.parametrize("step", ["add", "sign"])
def test_of_two_operators_at_once_one_loses_and_can_try_again(
    cloud: Cloud, room: beekeeper.Room, step: str
) -> None:
    store(cloud, *([OLD] if step == "add" else [OLD, NEW]))

    def other() -> None:
        assert room.rotate_keys(step).changed
        if step == "sign":
            store(cloud, NEW, OLD, since=time.time() - 5)  # they were quicker by some seconds

    cloud.wire.add(after("dynamodb:GetItem", other))
    with pytest.raises(RotationError, match=r"Another command has changed the keys of room sale"):
        room.rotate_keys(step)
    ring = order(cloud)
    assert not room.rotate_keys(step).changed
    assert order(cloud) == ring
    assert len(ring) == 2


@pytest.mark.parametrize("status", [0, 500])
def test_a_lost_answer_is_no_other_operator(
    cloud: Cloud, room: beekeeper.Room, status: int
) -> None:
    def as_dynamodb_stores_it(answer: dict[str, Any]) -> None:
        if since := answer["Item"].get(SIGNING_SINCE):
            since["N"] = since["N"].removesuffix(".0")

    for step in ("add", "sign"):
        cloud.wire.add(changed("dynamodb:GetItem", as_dynamodb_stores_it))
        cloud.wire.add(lose_answer("dynamodb:UpdateItem", status=status))
        assert room.rotate_keys(step).changed
        cloud.wire.clear()
    assert len(order(cloud)) == 2


def test_a_killed_command_is_run_again(cloud: Cloud, room: beekeeper.Room) -> None:
    for step in ("add", "sign"):
        cloud.wire.add(lose_answer("dynamodb:UpdateItem", times=9))
        with pytest.raises(ProvisionError, match=r"Run the same command again|did not answer"):
            room.rotate_keys(step)
        cloud.wire.clear()
        assert not room.rotate_keys(step).changed
    assert len(order(cloud)) == 2


def test_who_may_not_write_hears_what_to_grant(cloud: Cloud, room: beekeeper.Room) -> None:
    cloud.wire.add(refuse("dynamodb:UpdateItem", "AccessDeniedException", "No.", 400))
    with pytest.raises(ProvisionError, match="Grant dynamodb:UpdateItem"):
        room.rotate_keys("add")
    cloud.wire.add(refuse("dynamodb:GetItem", "AccessDeniedException", "No.", 400))
    with pytest.raises(ProvisionError, match="Grant dynamodb:GetItem"):
        room.rotate_keys("add")
    cloud.wire.clear()
    assert len(order(cloud)) == 1


@pytest.mark.parametrize("gone", ["item", "table", "state", "item at the last moment"])
def test_a_room_that_is_gone(cloud: Cloud, room: beekeeper.Room, gone: str) -> None:
    table = cloud.client("dynamodb")

    def delete() -> None:
        table.delete_item(TableName=TABLE, Key=items.key(items.KEYS))

    match gone:
        case "table":
            table.delete_table(TableName=TABLE)
        case "state":
            (cloud.state_dir / f"{ROOM}.json").unlink()
        case "item":
            delete()
        case _:
            cloud.wire.add(after("dynamodb:GetItem", delete))
    with pytest.raises(RoomNotFoundError, match=r"beekeeper deploy|There is no room sale"):
        room.rotate_keys("add")


@pytest.mark.parametrize(
    "ring",
    [
        {"S": "[" * 10_000},
        {"S": "[]"},
        {"S": "null"},
        {"N": "1"},
        {"S": '[{"kid":"a","secret":""}]'},
        {"S": json.dumps([{"kid": OLD.kid, "secret": OLD.secret}, {"kid": "b"}])},
    ],
)
@pytest.mark.parametrize("step", ["add", "sign", "remove"])
def test_a_damaged_ring_is_left_alone(
    cloud: Cloud, room: beekeeper.Room, ring: dict[str, Any], step: str
) -> None:
    item = {**items.keys_item([OLD], [OLD]), "pass": ring}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)
    cloud.wire.clear()
    with pytest.raises(ProvisionError, match="The signing keys of room sale are damaged") as caught:
        room.rotate_keys(step)
    assert cloud.wire.mutations == []
    assert OLD.secret not in text_of(caught.value)


@pytest.mark.parametrize(
    "since", [{"S": "x"}, {"NULL": True}, {"N": "1e100"}, 9e9, {"N": "-1"}, {"M": {}}], ids=str
)
def test_a_damaged_time_is_noted_anew(cloud: Cloud, room: beekeeper.Room, since: object) -> None:
    store(cloud, NEW, OLD, since=since)
    if since == {"N": "-1"}:  # long ago
        assert room.rotate_keys("remove").changed
        return
    with pytest.raises(RotationError, match=r"damaged.*signing_since.*anew, run: .*--step sign"):
        room.rotate_keys("remove")
    assert room.rotate_keys("sign").changed
    with pytest.raises(RotationError, match=r"6[56]\d more seconds"):
        room.rotate_keys("remove")
    assert order(cloud) == [NEW.kid, OLD.kid]


def test_two_keys_with_one_id_are_the_first_one(cloud: Cloud, room: beekeeper.Room) -> None:
    twin = Key(OLD.kid, NEW.secret)
    store(cloud, OLD, twin, since={"N": "5"})
    assert room.pass_keys().keys == {OLD.kid: OLD.secret}
    assert len(room.rotate_keys("add").added) == 1
    assert pass_ring_of(stored(cloud)).keys[0] == OLD


def test_a_ring_that_somebody_has_made_by_hand(cloud: Cloud, room: beekeeper.Room) -> None:
    store(cloud, OLD, OTHER, NEW)
    assert room.rotate_keys("sign").former == (OLD.kid, OTHER.kid)
    assert order(cloud) == [NEW.kid, OLD.kid, OTHER.kid]


def test_an_earlier_release_reads_the_ring(cloud: Cloud, room: beekeeper.Room) -> None:
    room.rotate_keys("add")
    room.rotate_keys("sign")
    item = stored(cloud)
    assert {"ticket", "pass", "id", "signing_since"} == item.keys()
    assert all(key.keys() == {"kid", "secret"} for key in json.loads(item["pass"]["S"]))
    assert len(items.keys_of(item, items.PASS_KEYS)) == 2


def test_a_deploy_and_the_tickets_keep_their_keys(
    cloud: Cloud, where: dict[str, Any], room: beekeeper.Room
) -> None:
    tickets = stored(cloud)["ticket"]
    room.rotate_keys("add")
    room.rotate_keys("sign")
    ring = order(cloud)
    assert not beekeeper.deploy(BASE, **where).changes
    assert order(cloud) == ring
    assert stored(cloud)["ticket"] == tickets


def test_a_change_of_keys_tells_no_secret(
    cloud: Cloud, room: beekeeper.Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shown = []
    for step in ("add", "sign"):
        done = room.rotate_keys(step)
        shown += [repr(done), json.dumps(done.to_dict()), done._repr_html_()]
    with pytest.raises(RotationError) as caught:
        room.rotate_keys("remove")
    shown += [text_of(caught.value), caplog.text, repr(pass_ring_of(stored(cloud)))]
    secrets = room.pass_keys().keys.values()
    assert len(secrets) == 2
    assert not any(secret in text for text in shown for secret in secrets)
