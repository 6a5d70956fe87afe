"""What a deploy means for people: plan and deploy say it first."""

import io
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items, pulse_item
from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate import InvalidToken, check_pass
from beekeeper.provision.engine.events import Event, StepDone, StepWarning
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.by_hand import api_id, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call
from tests.support.rooms import AT_EDGE, BASE, DOMAIN, DOMAIN_NAME, ROOM

TABLE = "beekeeper-sale"


def warnings(config: dict[str, Any], where: dict[str, Any]) -> list[str]:
    """Return what plan says. Deploy says the same, before its first change."""
    planned = list(beekeeper.plan(config, **where).warnings)
    events: list[Event] = []
    room = beekeeper.deploy(config, on_event=events.append, **where)
    told = [e.warning for e in events if isinstance(e, StepWarning) and e.warning in planned]
    assert told == planned
    changes = [e for e in events if isinstance(e, StepDone) and e.action != "read"]
    if planned and changes:
        last = max(i for i, e in enumerate(events) if isinstance(e, StepWarning))
        assert last < events.index(changes[0])
    assert room.deployment
    assert list(room.deployment.warnings) == planned
    return planned


@pytest.mark.usefixtures("deployed_room")
def test_an_unchanged_room_has_no_consequences(where: dict[str, Any]) -> None:
    assert warnings(BASE, where) == []
    assert warnings({**BASE, "title": "Other", "rate": 700}, where) == []


def test_a_first_deploy_has_none(where: dict[str, Any]) -> None:
    assert warnings(BASE, where) == []


def test_an_api_that_was_deleted(
    cloud: Cloud, where: dict[str, Any], deployed_room: beekeeper.Room
) -> None:
    old = deployed_room.url
    cloud.client("apigatewayv2").delete_api(ApiId=api_id(cloud))
    (said,) = warnings(BASE, where)
    assert f"campaign link {old} is dead" in said
    assert "publish it at once" in said
    assert deployed_room.url != old


@pytest.mark.usefixtures("deployed_room")
def test_a_table_that_was_deleted(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.client("dynamodb").delete_table(TableName=TABLE)
    keys, settings = warnings(BASE, where)
    assert "deploy makes new ones: everybody who waits must join again" in keys
    assert "python -m beekeeper keys show" in keys
    assert (
        "mode and rate were deleted with its table: after the deploy it is on, at 600" in settings
    )


@pytest.mark.usefixtures("deployed_room")
def test_keys_that_were_deleted(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.client("dynamodb").delete_item(TableName=TABLE, Key=items.key(items.KEYS))
    (said,) = warnings(BASE, where)
    assert "your site refuses every pass" in said


@pytest.mark.usefixtures("deployed_room")
def test_a_queue_that_was_deleted(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.client("sqs").delete_queue(QueueUrl=queue_url(cloud))
    (said,) = warnings(BASE, where)
    assert "everybody who waits has lost their place" in said


@pytest.mark.usefixtures("deployed_room")
def test_another_destination_changes_the_audience(where: dict[str, Any]) -> None:
    assert warnings({**BASE, "destination": "https://shop.example.com/other"}, where) == []
    (said,) = warnings({**BASE, "destination": "https://new.example.com/"}, where)
    assert "from https://shop.example.com to https://new.example.com." in said


@pytest.mark.usefixtures("deployed_room")
def test_a_renamed_room_goes_on_costing(where: dict[str, Any]) -> None:
    (said,) = warnings({**BASE, "name": "winter-sale"}, where)
    assert "room sale goes on running and costing money" in said
    assert "python -m beekeeper destroy --room sale" in said
    assert warnings({**BASE, "name": "winter-sale"}, where) == []


@pytest.mark.usefixtures("deployed_room")
def test_a_plan_compares_with_the_rate_in_force(where: dict[str, Any]) -> None:
    beekeeper.set_rate(700, room=ROOM, **where)

    def planned(rate: int) -> list[tuple[Any, Any]]:
        changes = beekeeper.plan({**BASE, "rate": rate}, **where).changes
        return [c.attributes["rate"] for c in changes if "rate" in c.attributes]

    assert planned(800) == [(700.0, 800.0)]
    assert planned(600) == []
    assert len(planned(700)) == 1  # it is in force, and deploy notes that it is configured, too
    beekeeper.deploy({**BASE, "rate": 700}, **where)
    assert planned(700) == []


@pytest.fixture
def crowd(cloud: Cloud, deployed_room: object) -> None:
    item = {**items.key(items.PULSE), **pulse_item.pulse_values(Pulse(waiting=1_200, as_of=9.0))}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)
    cloud.wire.clear()


@pytest.mark.usefixtures("crowd", "consumer")
def test_a_rate_that_changes_while_people_wait_is_asked_about(
    cloud: Cloud,
    where: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    beekeeper.set_rate(700, room=ROOM, **where)
    path = tmp_path / "beekeeper.toml"
    path.write_text(f'name = "{ROOM}"\ndestination = "{BASE["destination"]}"\nrate = 800\n')
    monkeypatch.chdir(tmp_path)
    cloud.wire.clear()
    said = "1,200 visitors wait, and deploy changes the rate from 700 to 800 a minute."
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["deploy"]) == 1
    assert said in capsys.readouterr().err
    assert cloud.wire.names(mutating=True) == []
    assert main(["plan"]) == 0
    assert said in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["deploy"]) == 0
    assert beekeeper.status(ROOM, **where).rate == 800
    assert beekeeper.plan(path, **where).warnings == ()


@pytest.mark.usefixtures("crowd")
def test_the_library_does_not_ask(where: dict[str, Any]) -> None:
    (said,) = warnings({**BASE, "rate": 800}, where)
    assert said.startswith("1,200 visitors wait")
    assert beekeeper.status(ROOM, **where).rate == 800


@pytest.mark.usefixtures("crowd")
def test_a_move_to_the_edge_and_back_is_asked_about(
    where: dict[str, Any], deployed_room: beekeeper.Room
) -> None:
    former = deployed_room.url
    there = beekeeper.plan({**BASE, "edge": True}, **where)
    assert there.question == (
        f"Everybody who waits at {former} loses their place, and is sent to the edge: do it"
        " while nobody waits (1,200 wait now)."
    )
    assert [note for note in there.notes if "distribution will be made. That takes minutes" in note]
    link, places = warnings({**BASE, "edge": True}, where)
    assert "to one that deploy prints" in link
    assert places == there.question
    at_edge = deployed_room.url
    assert at_edge.endswith(".cloudfront.net/")
    assert warnings({**BASE, "edge": True}, where) == []
    link, places = warnings(BASE, where)
    assert f"from {at_edge} to {former}" in link
    assert "because that address ends with the deploy" in places


def test_the_record_that_is_to_be_made_leads_to_the_edge(where: dict[str, Any]) -> None:
    deployment = beekeeper.Room({**BASE, **AT_EDGE}, **where).deploy()
    (found,) = edge().distributions.values()
    assert deployment.url == f"https://{DOMAIN_NAME}/"
    assert deployment.dns_record == f"{DOMAIN_NAME} CNAME {found.host}"
    said, *more = warnings({**BASE, **DOMAIN}, where)
    assert f"The DNS record of {DOMAIN_NAME} must lead elsewhere" in said
    assert more == []


def test_who_does_not_approve_changes_nothing(cloud: Cloud, where: dict[str, Any]) -> None:
    def refuse(plan: beekeeper.Plan) -> None:
        raise BeekeeperError(f"{len(plan.changes)} changes")

    with pytest.raises(BeekeeperError, match=r"3\d changes"):
        beekeeper.Room(BASE, **where).deploy(approve=refuse)
    assert cloud.wire.mutations == []
    assert not list(cloud.state_dir.glob("*.json"))


# --- two very first deploys from two folders ------------------------------------------------------


def test_two_first_deploys_from_two_folders_make_one_room(
    cloud: Cloud, where: dict[str, Any], tmp_path: Path
) -> None:
    """The second one runs whole before the first one's table is there."""
    there = {**where, "state_dir": tmp_path / "there"}
    began: list[str] = []

    def second(call: Call, request: Any, forward: Any) -> None:
        if str(call) == "dynamodb:CreateTable" and not began:
            began.append(str(call))
            beekeeper.deploy(BASE, **there)

    cloud.wire.add(second)
    beekeeper.deploy(BASE, **where)
    assert began
    assert inventory()["apis"] == [TABLE]
    urls = {beekeeper.Room(ROOM, **each).url for each in (where, there)}
    assert len(urls) == 1
    for each in (where, there):
        assert not beekeeper.plan(BASE, **each).has_changes
    beekeeper.destroy(ROOM, **there)
    assert inventory() == {}
    assert beekeeper.destroy(ROOM, **where).deleted == ()


def test_another_api_of_the_room_is_named_with_the_command(
    cloud: Cloud, where: dict[str, Any], deployed_room: beekeeper.Room
) -> None:
    made = cloud.client("apigatewayv2").create_api(
        Name="x", ProtocolType="HTTP", Tags={"beekeeper:room": ROOM}
    )
    (said,) = warnings(BASE, where)
    assert f"delete-api --api-id {made['ApiId']} --region eu-central-1" in said
    deployed_room.destroy()
    assert inventory() == {}


# --- on_event -------------------------------------------------------------------------------------


def test_an_exception_in_on_event_ends_no_deploy_half_way(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    called: list[Event] = []

    def broken(event: Event) -> None:
        called.append(event)
        raise KeyError("theirs")

    for do, word in (
        (lambda: beekeeper.deploy(BASE, on_event=broken, **where), "deploy was completed"),
        (lambda: beekeeper.plan(BASE, on_event=broken, **where), "plan was made"),
        (lambda: beekeeper.destroy(ROOM, on_event=broken, **where), "room was removed"),
    ):
        called.clear()
        with pytest.raises(KeyError, match="theirs") as raised:
            do()
        assert word in raised.value.__notes__[0]
        assert len(called) == 1
        if "deploy" in word:
            assert not beekeeper.plan(BASE, **where).has_changes
    assert inventory() == {}


def test_results_can_be_handed_on(where: dict[str, Any]) -> None:
    deployment = beekeeper.Room(BASE, **where).deploy()
    there = {**where, "state_dir": deployment.state_file}
    assert beekeeper.status(deployment.room, **there).url == deployment.url


@pytest.mark.usefixtures("deployed_room")
def test_set_rate_takes_and_refuses_what_the_configuration_does(where: dict[str, Any]) -> None:
    text: Any = "700"
    beekeeper.set_rate(text, room=ROOM, **where)
    assert beekeeper.status(ROOM, **where).rate == 700
    wrong: list[Any] = [True, 0.5, "many", None, float("nan"), 10**9]
    for rate in wrong:
        with pytest.raises(ConfigError, match="rate = "):
            beekeeper.set_rate(rate, room=ROOM, **where)
        with pytest.raises(ConfigError, match="rate = "):
            beekeeper.RoomConfig(**{**BASE, "rate": rate})


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_what_is_no_pass_is_an_invalid_token(token: str | None) -> None:
    with pytest.raises(InvalidToken) as raised:
        check_pass(token, {"k": "s" * 43}, ROOM, "https://shop.example.com", 1.0)
    assert isinstance(raised.value, BeekeeperError)
