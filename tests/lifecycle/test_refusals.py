"""The wrong account, region, state or configuration: each command says so, and changes nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.contract import items
from beekeeper.errors import (
    ConfigError,
    CredentialsError,
    LockedError,
    RoomNotFoundError,
    StateError,
    WrongAccountError,
)
from beekeeper.provision.engine.events import Event, StepDone, StepWaiting
from beekeeper.provision.state import State, StateFile, check_place
from beekeeper.results import Plan
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, Forward, Switchboard, answer, instead
from tests.support.rooms import ACCOUNT, BASE, DOMAIN, REGION, ROOM, config


@pytest.mark.usefixtures("deployed_room")
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


@pytest.mark.usefixtures("deployed_room")
def test_another_region_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    with pytest.raises(WrongAccountError, match=r"configuration has region = .eu-west-1."):
        beekeeper.deploy({**BASE, "region": "eu-west-1"}, **where)
    with pytest.raises(WrongAccountError, match="is eu-west-1"):
        beekeeper.destroy(ROOM, region="eu-west-1", **where)
    assert cloud.wire.mutations == []


def test_a_region_alone_is_named_as_the_cause(tmp_path: Path) -> None:
    state = State(ROOM, ACCOUNT, REGION)
    with pytest.raises(WrongAccountError, match=r"the region in use is eu-west-1\. Set region ="):
        check_place(state, ACCOUNT, "eu-west-1", StateFile(tmp_path, ROOM))


def test_a_sign_in_page_of_a_network_is_named(cloud: Cloud, where: dict[str, Any]) -> None:
    def portal(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != "sts:GetCallerIdentity":
            return None
        return answer(request.url, 200, {"content-type": "text/html"}, "<html>Sign in</html>")

    cloud.wire.add(portal)
    with pytest.raises(CredentialsError, match="What answered is not AWS"):
        beekeeper.plan(BASE, **where)


@pytest.mark.usefixtures("deployed_room")
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


@pytest.mark.parametrize("command", [beekeeper.deploy, beekeeper.destroy])
@pytest.mark.usefixtures("deployed_room")
def test_a_lock_can_be_waited_for(
    command: Callable[..., object], cloud: Cloud, where: dict[str, Any]
) -> None:
    events: list[Event] = []
    until = cloud.time.now + 60
    with ExitStack() as other:
        other.enter_context(StateFile(cloud.state_dir, ROOM).locked())
        with pytest.raises(LockedError):
            command(ROOM, wait_seconds=9.5, **where)
        assert until - 60 + 9.5 <= cloud.time.now < until - 60 + 10

        def hear(event: Event) -> None:
            events.append(event)
            if cloud.time.now >= until:
                other.close()

        command(ROOM, wait_seconds=600, on_event=hear, **where)
    assert events[0] == StepWaiting(ROOM, "lock", "another command to end")
    assert any(isinstance(event, StepDone) for event in events)
    assert until <= cloud.time.now < until + 60


@pytest.mark.usefixtures("deployed_room")
def test_another_machine_can_be_waited_for(cloud: Cloud, where: dict[str, Any]) -> None:
    lease = items.lease_item("bob@desk 1", int(time.time()) + 100)
    table = cloud.client("dynamodb")
    table.put_item(TableName="beekeeper-sale", Item=lease)
    plans: list[Plan] = []

    def bob_ends(plan: Plan) -> None:
        plans.append(plan)
        if len(plans) == 3:
            table.delete_item(TableName="beekeeper-sale", Key=items.key(items.LEASE))

    beekeeper.Room({**BASE, "title": "New"}, **where).deploy(approve=bob_ends, wait_seconds=60)
    assert len(plans) == 3  # made anew each time: the other command may change the room


def test_no_room_is_an_error_that_says_so(cloud: Cloud, where: dict[str, Any]) -> None:
    for do in list(_commands(where))[2:]:
        with pytest.raises(RoomNotFoundError, match="There is no room sale"):
            do()
    assert cloud.wire.calls == []


@pytest.mark.usefixtures("deployed_room")
def test_a_room_whose_table_is_gone_is_an_error_that_says_so(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.client("dynamodb").delete_table(TableName="beekeeper-sale")
    for do in list(_commands(where))[2:]:
        with pytest.raises(RoomNotFoundError, match="python -m beekeeper deploy"):
            do()


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


def test_no_region_is_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(cloud.state_dir / "none"))
    session = type(cloud.session)(Switchboard(), region="")
    with pytest.raises(CredentialsError, match="No AWS region is set"):
        beekeeper.deploy(BASE, session=session, state_dir=cloud.state_dir)


def test_a_configuration_that_is_wrong_asks_aws_nothing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match="rate"):
        beekeeper.deploy({**BASE, "rate": 0}, **where)
    assert cloud.wire.calls == []
    assert config().name == ROOM


def test_a_room_that_leads_to_itself_is_refused(
    deployed_room: beekeeper.Room, cloud: Cloud, where: dict[str, Any]
) -> None:
    for command in (beekeeper.plan, beekeeper.deploy):
        with pytest.raises(ConfigError, match="the room's own campaign link"):
            command({**BASE, "destination": f"{deployed_room.url}sale"}, **where)
    assert cloud.wire.mutations == []


def test_a_certificate_in_another_region_than_the_profile_is_refused(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    arn = DOMAIN["certificate_arn"].replace("eu-central-1", "us-east-1")
    for command in (beekeeper.plan, beekeeper.deploy):
        with pytest.raises(ConfigError, match="certificate is in us-east-1, but it must be in"):
            command({**BASE, **DOMAIN, "certificate_arn": arn}, **where)
    assert cloud.wire.mutations == []
