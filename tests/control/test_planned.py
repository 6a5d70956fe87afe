"""Planned changes: they wait in the table, and operators can take them back."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items, plans
from beekeeper.contract.plans import Plan
from beekeeper.errors import ConfigError
from beekeeper.results import Entry
from beekeeper.times import moment
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, refuse
from tests.support.rooms import BASE

TABLE = "beekeeper-sale"


@pytest.fixture(autouse=True)
def room(deployed_room: beekeeper.Room) -> beekeeper.Room:
    return deployed_room


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=2)


def come_true(cloud: Cloud) -> None:
    """Bring the time of all plans: they were due a minute ago."""
    table = cloud.client("dynamodb")
    item = table.get_item(TableName=TABLE, Key=items.key(items.ROOM))["Item"]
    due = [Plan(time.time() - 60, p.number, p.setting, p.value) for p in plans.plans_of(item)]
    table.put_item(TableName=TABLE, Item={**item, plans.PLANNED: plans.plans_attribute(due)})
    cloud.wire.clear()


def test_a_plan_waits_for_its_time(room: beekeeper.Room, cloud: Cloud) -> None:
    at = soon()
    effect = room.set_rate(900, at=at, reason="the evening")
    (entry,) = effect.changes
    assert (entry.before, entry.after, entry.planned_for) == ("600", "900", at.timestamp())
    status = room.status()
    assert (status.rate, status.planned) == (600, (entry,))
    assert room.history() == (entry,)
    come_true(cloud)
    status = room.status()
    assert (status.rate, status.planned) == (900, ())


def test_a_plan_is_shown_though_nobody_can_read_who_made_it(
    room: beekeeper.Room, cloud: Cloud
) -> None:
    room.set_rate(900, at=soon(), reason="the evening")
    row = {"id": {"S": "history#1"}}

    def is_of_the_row(call: Call) -> bool:
        return str(row) in str(call.arguments)

    denied = refuse("dynamodb:BatchGetItem", "AccessDeniedException", when=is_of_the_row)
    cloud.wire.add(denied)
    (plan,) = room.status().planned
    assert (plan.what, plan.after, plan.reason, plan.number) == ("rate", "900", "", 1)


def test_the_next_write_makes_permanent_what_was_due(
    room: beekeeper.Room, cloud: Cloud, where: dict[str, Any]
) -> None:
    room.set_rate(900, at=soon())
    room.pause(at=soon())
    come_true(cloud)
    room.set_rate(700)
    assert [(e.what, e.before, e.after) for e in room.history()][-1] == ("rate", "900", "700")
    found = cloud.client("dynamodb").get_item(TableName=TABLE, Key=items.key(items.ROOM))["Item"]
    assert plans.plans_of(found) == ()
    assert (found["mode"], found["rate"]) == ({"S": "paused"}, items.number(700.0))


def test_a_deploy_leaves_plans_alone_and_counts_what_was_due(
    room: beekeeper.Room, cloud: Cloud, where: dict[str, Any]
) -> None:
    room.set_rate(900, at=soon())
    cloud.wire.clear()
    assert not room.deploy().changes
    assert len(room.status().planned) == 1
    come_true(cloud)
    assert not room.deploy().changes
    assert cloud.wire.mutations == []
    beekeeper.deploy({**BASE, "rate": 800}, **where)
    assert room.status().rate == 800
    assert [(e.before, e.after) for e in room.history()][-1] == ("900", "800")


def test_a_planned_on_wakes_the_functions_now_and_starts_no_consumer(
    room: beekeeper.Room, cloud: Cloud
) -> None:
    room.off()
    cloud.wire.clear()
    room.on(at=soon())
    assert cloud.wire.names(mutating=True) == ["dynamodb:TransactWriteItems"]
    assert "lambda:GetFunction" in cloud.wire.names()
    assert room.status().mode == "off"


def test_a_plan_is_taken_back(room: beekeeper.Room, cloud: Cloud) -> None:
    room.set_rate(900, at=soon())
    room.off(at=soon())
    taken = room.cancel(1, reason="a mistake")
    assert (taken.number, taken.what, taken.before[:9], taken.reason) == (
        3, "cancel", "rate 900 ", "a mistake"
    )  # fmt: skip
    first, second, third = room.history()
    assert first.cancelled_at == third.at
    assert not first.is_planned(time.time())
    assert second.is_planned(time.time())
    assert [entry.number for entry in room.status().planned] == [2]
    assert room.cancel(1) == taken  # as a command that was killed is repeated
    planned = r"no planned change 99\..* Still planned: 2 \(mode off from 20.* UTC on\)\."
    with pytest.raises(ConfigError, match=planned):
        beekeeper.cancel(99, room=room)
    come_true(cloud)
    with pytest.raises(ConfigError, match=r"If its time has come, .* Still planned: nothing\."):
        room.cancel(2)
    assert room.status().mode == "off"


def test_a_plan_is_taken_back_after_somebody_has_damaged_the_numbers(
    room: beekeeper.Room, cloud: Cloud
) -> None:
    room.set_rate(900, at=soon())
    stored = cloud.client("dynamodb").get_item(TableName=TABLE, Key=items.key(items.ROOM))["Item"]
    cloud.client("dynamodb").put_item(TableName=TABLE, Item={**stored, "changes": {"S": "?"}})
    assert room.cancel(1).number == 2
    assert room.status().planned == ()


def test_a_plan_is_made_once_if_its_command_is_repeated(room: beekeeper.Room) -> None:
    at = soon()
    first, again = (room.set_rate(700, at=at, reason="x").changes[0] for _ in range(2))
    assert again.number == first.number
    assert len(room.status().planned) == len(room.history()) == 1


def test_twenty_plans_are_enough(room: beekeeper.Room) -> None:
    for minute in range(20):
        room.set_rate(700, at=soon() + timedelta(minutes=minute))
    with pytest.raises(ConfigError, match="has 20 planned changes, and no more fit"):
        room.pause(at=soon())
    assert room.clear().changes[0].what == "cleared_at"  # which is no plan of an operator


def test_a_time_that_has_passed_is_refused_before_aws_is_asked(
    room: beekeeper.Room, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match="has passed"):
        room.pause(at="2020-01-01T00:00")
    assert main(["off", "--yes", "--at", "soon"]) == 1
    assert "soon is no time. Give one such as 18:00" in capsys.readouterr().err
    assert cloud.wire.calls == []


def test_the_commands_plan_show_and_take_back(
    room: beekeeper.Room, capsys: pytest.CaptureFixture[str]
) -> None:
    at = soon().isoformat(timespec="seconds")
    assert main(["pause", "--at", at]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Planned for ")
    assert "in 2 h: Room sale is paused." in shown
    assert "python -m beekeeper history --cancel 1 --room sale" in shown
    assert main(["message", "Soon", "--at", at, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["planned_for"] > time.time()
    assert main(["message", "Doors open", "--at", at]) == 0
    assert "room sale reads “Doors open”. To take it back: " in capsys.readouterr().out
    assert main(["status"]) == 0
    assert "1: mode: paused from " in capsys.readouterr().out
    assert main(["history", "--cancel", "1"]) == 0
    assert capsys.readouterr().out.startswith("Taken back in room sale: mode paused from ")
    assert main(["history", "--cancel", "1"]) == 0  # as a command that was killed is repeated
    assert main(["history"]) == 0
    assert "(taken back)" in capsys.readouterr().out


def test_what_was_taken_back_is_told_with_the_time_of_this_machine() -> None:
    entry = Entry(0.0, "cancel", "rate 900 from 2026-11-27 17:20:00 UTC on", "")
    assert entry.change == f"cancel: rate 900 from {moment(1_795_800_000.0)} on"
