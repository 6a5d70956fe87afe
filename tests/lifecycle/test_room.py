"""A room as a whole, through the public functions."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import (
    ConfigError,
    CredentialsError,
    LockedError,
    ProvisionError,
    RoomNotFoundError,
    StateError,
    WrongAccountError,
)
from beekeeper.provision.engine.events import Event, StepDone
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import api_id, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Switchboard, instead, refuse
from tests.support.rooms import ACCOUNT, BASE, DESTINATION, REGION, ROOM, config

PARTS = ("producer", "room", "turnstile", "consumer")


@pytest.fixture
def room(cloud: Cloud, where: dict[str, Any]) -> beekeeper.Room:
    made = beekeeper.deploy(BASE, **where)
    cloud.wire.clear()
    return made


def state_of(cloud: Cloud, room: str = ROOM) -> dict[str, Any]:
    path = cloud.state_dir / f"{room}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_a_deploy_tells_what_it_made(cloud: Cloud, room: beekeeper.Room) -> None:
    assert room.url == f"https://{api_id(cloud)}.execute-api.{REGION}.amazonaws.com/"
    assert (room.account, room.region, room.destination) == (ACCOUNT, REGION, DESTINATION)
    assert all(change.action == "create" for change in room.changes)
    assert len(room.changes) == 32
    assert room.deployment
    assert room.deployment.state_file == str(cloud.state_dir / "sale.json")
    json.dumps([room.deployment.to_dict(), room.to_dict()])


def test_the_first_deploy_starts_a_consumer_and_the_second_does_nothing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.names().count("lambda:Invoke") == 1
    before = state_of(cloud)
    cloud.wire.clear()
    again = beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
    assert not again.changes
    assert state_of(cloud) == before


FIELDS: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("nothing", {}, {}),
    ("destination", {"destination": "https://other.example.com/"}, {"dynamodb:UpdateItem": 1}),
    ("rate", {"rate": 700}, {"dynamodb:UpdateItem": 1}),
    (
        "rate that needs workers",
        {"rate": 100_000},
        {
            "dynamodb:UpdateItem": 1,
            "events:PutTargets": 1,
            "lambda:PutFunctionConcurrency": 1,
            "lambda:UpdateFunctionConfiguration": 1,
        },
    ),
    ("title", {"title": "A big day"}, {"s3:PutObject": 1}),
    ("claim_minutes", {"claim_minutes": 30}, {"dynamodb:UpdateItem": 1}),
    ("overbooking", {"overbooking": 2.0}, {"dynamodb:UpdateItem": 1}),
    ("log_retention_days", {"log_retention_days": 30}, {"logs:PutRetentionPolicy": 4}),
    (
        "tags",
        {"tags": {"team": "sales"}},
        {
            "apigatewayv2:TagResource": 1,
            "cloudwatch:TagResource": 4,
            "dynamodb:TagResource": 1,
            "events:TagResource": 1,
            "iam:TagRole": 4,
            "lambda:TagResource": 4,
            "logs:TagResource": 4,
            "s3:PutBucketTagging": 1,
            "sqs:TagQueue": 2,
        },
    ),
]


def _counted(calls: list[str]) -> dict[str, int]:
    return {name: calls.count(name) for name in set(calls)}


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("change", "expected"), [(c, e) for _, c, e in FIELDS], ids=[name for name, _, _ in FIELDS]
)
def test_a_change_of_the_configuration_sends_only_that(
    cloud: Cloud, where: dict[str, Any], change: Mapping[str, Any], expected: dict[str, int]
) -> None:
    wanted = {**BASE, **change}
    beekeeper.deploy(wanted, **where)
    made = [str(c) for c in cloud.wire.mutations if "lease" not in str(c.arguments)]
    # Whoever changes something starts a consumer, and keeps other machines away.
    assert _counted(made) == ({**expected, "lambda:Invoke": 1} if expected else {})
    cloud.wire.clear()
    beekeeper.deploy(wanted, **where)
    assert cloud.wire.mutations == []


def test_every_field_of_the_configuration_is_here() -> None:
    tested = {name for _, change, _ in FIELDS for name in change}
    elsewhere = {"name", "region", "state", "domain_name", "certificate_arn", "hosted_zone_id"}
    elsewhere |= {"order"}  # can't be changed: see test_strict.py
    assert beekeeper.RoomConfig.model_fields.keys() == tested | elsewhere


@pytest.mark.usefixtures("room")
def test_a_destroy_leaves_nothing_and_so_does_the_second(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    first = beekeeper.destroy(ROOM, **where)
    assert len(first.deleted) == 32
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


@pytest.mark.usefixtures("room")
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


@pytest.mark.usefixtures("room")
def test_a_lost_state_file_is_rebuilt(cloud: Cloud, where: dict[str, Any]) -> None:
    before = state_of(cloud)
    StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
    after = state_of(cloud)
    assert {r["key"]: r for r in after.pop("resources")} == {
        r["key"]: r for r in before.pop("resources")
    }
    assert after == before


@pytest.mark.usefixtures("room")
def test_a_destroy_without_the_state_file(cloud: Cloud, where: dict[str, Any]) -> None:
    StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.destroy(ROOM, **where)
    assert inventory() == {}


@pytest.mark.usefixtures("room")
def test_another_account_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    arn = "arn:aws:iam::210987654321:user/x"
    body = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>210987654321</Account>"
        f"<Arn>{arn}</Arn><UserId>U</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    cloud.wire.add(instead("sts:GetCallerIdentity", lambda _: body))
    for do in _commands(where):
        with pytest.raises(WrongAccountError, match="deployed to account 123456789012 in eu-cen"):
            do()
    assert cloud.wire.mutations == []


def _commands(where: dict[str, Any]) -> Iterator[Any]:
    yield lambda: beekeeper.deploy(BASE, **where)
    yield lambda: beekeeper.destroy(ROOM, **where)
    yield lambda: beekeeper.status(ROOM, **where)
    yield lambda: beekeeper.pause(ROOM, **where)
    yield lambda: beekeeper.set_rate(1, room=ROOM, **where)
    yield lambda: beekeeper.pass_keys(ROOM, **where)


@pytest.mark.usefixtures("room")
def test_another_region_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    with pytest.raises(WrongAccountError, match="for account 123456789012 in eu-west-1"):
        beekeeper.deploy({**BASE, "region": "eu-west-1"}, **where)
    with pytest.raises(WrongAccountError, match="in eu-west-1"):
        beekeeper.destroy(ROOM, region="eu-west-1", **where)
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("room")
def test_a_room_that_is_in_use_is_locked(cloud: Cloud, where: dict[str, Any]) -> None:
    with StateFile(cloud.state_dir, ROOM).locked():
        for do in (
            lambda: beekeeper.deploy(BASE, **where),
            lambda: beekeeper.destroy(ROOM, **where),
        ):
            with pytest.raises(LockedError, match="Another command is working on this room"):
                do()
        beekeeper.deploy({**BASE, "name": "other"}, **where)
    beekeeper.deploy(BASE, **where)
    assert cloud.changes() == {}


def test_the_state_is_written_with_each_resource(cloud: Cloud, where: dict[str, Any]) -> None:
    """Read from the disk at each event: what is done is in it, before the next is begun."""
    missing: list[str] = []

    def look(event: Event) -> None:
        if isinstance(event, StepDone) and event.action == "create":
            known = {r["key"] for r in state_of(cloud)["resources"]}
            missing.extend({event.key} - known)

    beekeeper.deploy(BASE, on_event=look, **where)
    assert missing == []
    assert len(state_of(cloud)["resources"]) == 32
    assert all(r["made"] and r["id"] for r in state_of(cloud)["resources"])

    gone: list[str] = []

    def count(event: Event) -> None:
        if isinstance(event, StepDone) and event.action == "delete":
            gone.append(str(len(state_of(cloud)["resources"])))

    beekeeper.destroy(ROOM, on_event=count, **where)
    assert len(set(gone)) > 10
    assert sorted(map(int, gone), reverse=True)[0] <= 32


@pytest.mark.usefixtures("room")
def test_there_is_no_secret_in_the_state_nor_in_the_events(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    events: list[Event] = []
    beekeeper.deploy({**BASE, "rate": 700}, on_event=events.append, **where)
    secrets = beekeeper.pass_keys(ROOM, **where).keys.values()
    written = json.dumps(state_of(cloud)) + str(events)
    assert secrets
    assert not any(secret in written for secret in secrets)


@pytest.mark.usefixtures("room")
def test_operators_change_mode_and_rate_in_one_write_each(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    assert beekeeper.status(ROOM, **where).mode == "on"
    for change, mode in ((beekeeper.pause, "paused"), (beekeeper.off, "off"), (beekeeper.on, "on")):
        cloud.wire.clear()
        change(ROOM, **where)
        wakes = ["lambda:Invoke"] if mode == "on" else []  # there is no consumer while off
        assert cloud.wire.names(mutating=True) == ["dynamodb:UpdateItem", *wakes]
        assert beekeeper.status(ROOM, **where).mode == mode
    beekeeper.set_rate(900, room=ROOM, **where)
    assert beekeeper.status(ROOM, **where).rate == 900

    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)  # an operator's rate is no drift
    assert cloud.wire.mutations == []
    assert beekeeper.status(ROOM, **where).rate == 900
    beekeeper.deploy({**BASE, "rate": 800}, **where)  # the configuration's newer one is
    assert beekeeper.status(ROOM, **where).rate == 800


@pytest.mark.usefixtures("room")
def test_a_rate_above_what_was_deployed_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="workers for 9,000 visitors a minute"):
        beekeeper.set_rate(9_001, room=ROOM, **where)
    with pytest.raises(ConfigError):
        beekeeper.set_rate(0, room=ROOM, **where)
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("room")
def test_the_status_shows_drift(cloud: Cloud, where: dict[str, Any]) -> None:
    assert list(beekeeper.status(ROOM, drift=True, **where).drift) == []
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(cloud), Attributes={"VisibilityTimeout": "1"}
    )
    (drift,) = beekeeper.status(ROOM, drift=True, **where).drift
    assert (drift.action, drift.kind, drift.name) == ("update", "queue", "beekeeper-sale")
    assert drift.attributes.keys() == {"visibility_seconds"}
    assert str(drift) == "update queue beekeeper-sale: visibility_seconds"


@pytest.mark.usefixtures("room")
def test_the_keys_are_made_once(cloud: Cloud, where: dict[str, Any]) -> None:
    keys = beekeeper.pass_keys(ROOM, **where)
    assert keys.audience == "https://shop.example.com"
    beekeeper.deploy({**BASE, "rate": 900}, **where)
    assert beekeeper.pass_keys(ROOM, **where).keys == keys.keys
    assert "secret" not in repr(keys)


def test_no_room_is_an_error_that_says_so(cloud: Cloud, where: dict[str, Any]) -> None:
    for do in list(_commands(where))[2:]:
        with pytest.raises(RoomNotFoundError, match="There is no room sale"):
            do()
    assert cloud.wire.calls == []


@pytest.mark.usefixtures("room")
def test_a_room_whose_table_is_gone_is_an_error_that_says_so(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.client("dynamodb").delete_table(TableName="beekeeper-sale")
    for do in list(_commands(where))[2:]:
        with pytest.raises(RoomNotFoundError, match="python -m beekeeper deploy"):
            do()


@pytest.mark.usefixtures("room")
def test_the_rooms_are_listed_from_their_files(cloud: Cloud) -> None:
    (summary,) = beekeeper.list_rooms(state_dir=cloud.state_dir)
    assert (summary.name, summary.account) == (ROOM, ACCOUNT)
    assert summary.to_dict()["resources"] == 32
    assert cloud.wire.calls == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": "x"}', '{"schema": 1}'])
def test_a_state_file_that_is_damaged_stops_everything(
    cloud: Cloud, where: dict[str, Any], content: str
) -> None:
    cloud.state_dir.mkdir(parents=True)
    (cloud.state_dir / "sale.json").write_text(content, encoding="utf-8")
    for do in _commands(where):
        with pytest.raises(StateError, match=r"sale\.json"):
            do()
    assert cloud.wire.mutations == []


def test_a_deploy_that_failed_is_resumed(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", "ServiceException", "Oops", 400, times=1))
    with pytest.raises(ProvisionError, match="Oops"):
        beekeeper.deploy(BASE, **where)
    made = sum(r["made"] for r in state_of(cloud)["resources"])
    assert 0 < made < 32
    beekeeper.deploy(BASE, **where)
    assert cloud.changes() == {}


def test_no_region_is_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    session = type(cloud.session)(Switchboard(), region="")
    monkeypatch.setattr(session._session, "get_config_variable", lambda *_: None)
    with pytest.raises(CredentialsError, match="No AWS region is set"):
        beekeeper.deploy(BASE, session=session, state_dir=cloud.state_dir)


def test_a_configuration_that_is_wrong_asks_aws_nothing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match="rate"):
        beekeeper.deploy({**BASE, "rate": 0}, **where)
    assert cloud.wire.calls == []
    assert config().name == ROOM
