"""Commands that change or remove a room: what they say and ask before they act."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper import RoomConfig
from beekeeper.cli.main import main
from beekeeper.contract import items, pulse_item
from beekeeper.control.clear import AHEAD_SECONDS
from beekeeper.control.table import read_at
from beekeeper.provision.aws import Aws
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import BASE, DESTINATION, REGION, ROOM

TABLE = "beekeeper-sale"


@pytest.fixture(autouse=True)
def here(deployed_room: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def crowd(cloud: Cloud) -> None:
    publish(cloud, Pulse(waiting=1_200, as_of=9.0))


def publish(cloud: Cloud, pulse: Pulse) -> None:
    item = {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)
    cloud.wire.clear()


def damage(cloud: Cloud, **attributes: dict[str, str]) -> None:
    table = cloud.client("dynamodb")
    item = table.get_item(TableName=TABLE, Key=items.key(items.ROOM))["Item"]
    table.put_item(TableName=TABLE, Item={**item, **attributes})
    cloud.wire.clear()


def answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "command", [["pause"], ["off", "--yes"], ["set-rate", "700"], ["clear", "--yes"]]
)
def test_the_room_its_link_and_who_waits_are_named_first(
    command: list[str], where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    url = beekeeper.Room(ROOM, **where).url
    said = capsys.readouterr().err
    assert said.startswith(f"Room sale ({url}) is on, 600 a minute: 1,200 visitors wait.\n")


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("command", [["off"], ["clear"], ["set-rate", "6000"], ["set-rate", "60"]])
@pytest.mark.parametrize("typed", [[], ["n"], [""]])
def test_without_a_yes_nothing_changes(
    command: list[str],
    typed: list[str],
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers(monkeypatch, *typed)
    assert main(command) == 1
    assert "Nothing was changed" in (said := capsys.readouterr().err)
    assert "--yes" in said
    assert cloud.wire.names(mutating=True) == []


@pytest.mark.parametrize("command", [["off"], ["clear"], ["set-rate", "6000"]])
def test_a_yes_is_enough(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "y")
    assert main(command) == 0


def test_off_says_what_pause_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch)
    main(["off"])
    assert "To admit nobody and keep the line, use `pause`" in capsys.readouterr().err


def test_set_rate_shows_the_old_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set-rate", "1,200"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The rate of room sale is 1,200 visitors per minute, and was 600.")
    assert main(["set-rate", "240", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {name: shown[name] for name in ("room", "rate", "was")} == {
        "room": ROOM,
        "rate": 240,
        "was": 1_200,
    }


@pytest.mark.parametrize("typed", ["many", "1.5", "", "0", "-1", "10,000"])
def test_set_rate_refuses_what_is_no_rate(
    typed: str, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["set-rate", "--yes", "--", typed]) == 1
    assert "rate = " in capsys.readouterr().err
    assert cloud.wire.names(mutating=True) == []


def test_a_room_whose_settings_are_damaged_can_still_be_paused(
    cloud: Cloud, where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    damage(cloud, mode={"S": "maybe"})
    assert main(["pause"]) == 0
    assert "How many wait is not known" in capsys.readouterr().err
    assert beekeeper.status(ROOM, **where).mode == "paused"


@pytest.mark.usefixtures("crowd")
def test_a_room_in_which_people_wait_is_removed_only_by_its_name(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["destroy", "--yes"]) == 1
    assert "1,200 visitors wait in room sale" in (said := capsys.readouterr().err)
    assert "Add --room sale" in said
    for typed in ("yes", "y", ""):
        answers(monkeypatch, typed)
        assert main(["destroy"]) == 1
    assert cloud.wire.names(mutating=True) == []
    answers(monkeypatch, "sale")
    assert main(["destroy"]) == 0


def test_a_room_whose_line_is_not_known_is_removed_only_by_its_name(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(cloud, mode={"S": "maybe"})
    assert main(["destroy", "--yes"]) == 1
    assert "visitors may wait in room sale" in capsys.readouterr().err
    assert cloud.wire.names(mutating=True) == []
    assert main(["destroy", "--yes", "--room", ROOM]) == 0


def test_a_live_room_without_a_state_is_removed_only_by_its_name(
    cloud: Cloud,
    where: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As in a fresh clone of the configuration, or on a CI machine."""
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", str(tmp_path / "elsewhere"))
    (tmp_path / "beekeeper.toml").write_text(
        f'name = "{ROOM}"\ndestination = "{DESTINATION}"\nrate = 600\nregion = "{REGION}"\n'
    )
    cloud.wire.clear()
    assert main(["destroy", "--yes"]) == 1
    assert "visitors may wait in room sale" in capsys.readouterr().err
    answers(monkeypatch, "no")
    assert main(["destroy", "--region", REGION]) == 1
    assert "0 visitors wait" in capsys.readouterr().err
    assert cloud.wire.names(mutating=True) == []
    assert main(["destroy", "--yes", "--room", ROOM, "--region", REGION]) == 0
    assert main(["destroy", "--yes"]) == 0
    assert "nothing to remove" in capsys.readouterr().out


@pytest.mark.usefixtures("crowd")
def test_a_script_names_the_room() -> None:
    assert main(["destroy", "--yes", "--room", ROOM]) == 0


def test_an_empty_room_needs_only_a_yes() -> None:
    assert main(["destroy", "--yes"]) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("stop", "pause"), ("resume", "on"), ("start", "deploy"), ("rate", "set-rate N")],
)
def test_the_right_command_is_named(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([typed, "--room", ROOM])
    assert ended.value.code == 2
    assert f"there is no command {typed}. To " in (said := capsys.readouterr().err)
    assert meant in said


def test_a_clear_is_one_write_at_the_time_of_aws(
    cloud: Cloud, where: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A sleep moves the clock of AWS, too.
    slept = cloud.time.sleeps
    monkeypatch.setattr(Aws, "answered_at", lambda self, _: float(int(time.time() + sum(slept))))
    publish(cloud, Pulse(waiting=40, as_of=9.0))
    count = {**items.key(items.COUNT_IDS[0]), "admitted": {"N": "7"}, "entered": {"N": "5"}}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=count)
    room = beekeeper.Room(ROOM, **where)
    _, now = read_at(room._connection.deployed(), items.PULSE)
    cloud.wire.clear()
    beekeeper.clear(room)
    assert cloud.wire.names(mutating=True) == ["dynamodb:TransactWriteItems", "lambda:Invoke"]
    status = room.status()
    assert now < status.settings.cleared_at <= now + 60
    assert (status.waiting, status.joined, status.admitted, status.entered) == (0, 0, 0, 0)
    assert status.mode == "on"
    assert 1 < sum(slept) <= AHEAD_SECONDS
    assert not room.deploy().changes
    assert room.status().settings.cleared_at == status.settings.cleared_at


def test_while_the_room_is_off_nobody_waits(
    cloud: Cloud, where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    publish(cloud, Pulse(waiting=72, rate=131.0, as_of=9.0))
    beekeeper.off(ROOM, **where)
    status = beekeeper.status(ROOM, **where)
    assert (status.waiting, status.measured_rate, status.longest_wait_seconds) == (0, None, None)
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    assert "nobody, because the room is off" in shown
    assert shown.count("72") == 1, "they have joined"
    assert status.joined == 72
    assert "131" not in shown


@pytest.mark.usefixtures("crowd")
def test_a_deploy_asks_about_the_rate_only_while_people_wait(
    where: dict[str, Any], tmp_path: Path
) -> None:
    room = beekeeper.Room(RoomConfig(**{**BASE, "rate": 700}), **where)
    assert room.plan().question
    room.off()
    assert not room.plan().question


@pytest.mark.parametrize(("rate", "measured"), [(98.0, 98.0), (3_317.0, None), (0.0, None)])
def test_a_rate_that_the_room_cannot_have_is_not_shown(
    cloud: Cloud, where: dict[str, Any], rate: float, measured: float | None
) -> None:
    publish(cloud, Pulse(waiting=72, rate=rate, as_of=9.0))
    assert beekeeper.status(ROOM, **where).measured_rate == measured
