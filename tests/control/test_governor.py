"""What operators see of the governor, and how they turn it off with one write."""

import json
import re
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.cli.status import rows
from beekeeper.contract import governor_item, items, pulse_item
from beekeeper.errors import ConfigError
from beekeeper.results import GovernorDecision, Light
from beekeeper.rules.governed import Governed
from beekeeper.rules.line import Pulse
from beekeeper.times import clock
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.fixtures import go_to
from tests.support.moto_aws.tape import Moment
from tests.support.moto_aws.wire import Rule, changed
from tests.support.rooms import GOVERNED, ROOM

REASON = "destination answers in 2.4 s, baseline 0.3 s: 300 a minute"
Kept = list[tuple[Moment, float]]


@pytest.fixture(scope="session")
def first_governed_room() -> Kept:
    return []


@pytest.fixture
def governed_room(cloud: Cloud, where: dict[str, Any], first_governed_room: Kept) -> beekeeper.Room:
    go_to(first_governed_room, cloud, lambda: beekeeper.deploy(GOVERNED, **where))
    return beekeeper.Room(ROOM, **where)


def now_of(cloud: Cloud, room: beekeeper.Room) -> float:
    """AWS's clock, which moto shows in its answers."""
    return room._connection.deployed().aws.answered_at(cloud.client("dynamodb").list_tables())


def hold(cloud: Cloud, room: beekeeper.Room, *, age: float = 20, **more: Any) -> float:
    """Write what a governor has measured ``age`` seconds ago. Return when."""
    at = now_of(cloud, room) - age
    held = Governed(300.0, at, REASON, 20, 1, 0, 2.4, 3.1, 0.3, history=((at - 60, 600, 310, 0),))
    values = {**items.key(items.GOVERNOR), **governor_item.measured_values(held), **more}
    cloud.client("dynamodb").put_item(TableName="beekeeper-sale", Item=values)
    cloud.wire.clear()
    return at


def test_the_status_says_what_is_held_and_why(cloud: Cloud, governed_room: beekeeper.Room) -> None:
    at = hold(cloud, governed_room)
    status = governed_room.status()
    found = status.governor
    assert found is not None
    assert (status.rate, found.pace, found.advised) == (600, 300, 300)
    assert (found.asked_pace, found.asked_until) == (None, None)
    assert str(found) == f"automatic: holds 300 a minute ({REASON})"
    first, last = GovernorDecision(at - 60, 600, 0.31, 0), GovernorDecision(int(at), 300, 3.1, 0.05)
    assert found.history == (first, last)
    assert status.to_dict()["governor"]["history"][0]["p95_seconds"] == 0.31
    assert [problem for problem in status.problems if problem.check == "governor"] == []
    assert json.loads(json.dumps(status.to_dict()))["governor"]["reason"] == REASON
    assert REASON in status._repr_html_()
    assert f"{first}, {last}" in found._repr_html_()
    assert str(last) == f"{clock(int(at))}: 300 a minute"


def test_the_wait_is_that_at_the_pace_which_is_held(
    cloud: Cloud, governed_room: beekeeper.Room
) -> None:
    hold(cloud, governed_room)
    governed_room.set_rate(300)
    cut = governed_room.status().longest_wait_seconds
    governed_room.set_rate(600)
    assert governed_room.status().longest_wait_seconds == cut


def test_the_text_says_it_too(
    cloud: Cloud, governed_room: beekeeper.Room, capsys: pytest.CaptureFixture[str]
) -> None:
    now = now_of(cloud, governed_room)
    hold(cloud, governed_room, **governor_item.asked_values(150.0, now, now + 60))
    assert main(["status"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    said = rf"automatic: holds 150 a minute, measured \d+ s ago because {re.escape(REASON)} "
    assert re.search(said, shown)
    asked = "your site asks for at most 150 a minute until "
    assert re.search(rf"{asked}\d\d:\d\d:\d\d [A-Z]+", shown)
    governed_room.set_governor("off")
    assert main(["status"]) == 0
    assert asked not in " ".join(capsys.readouterr().out.split()), "it is not in force"


def deployed_long_ago() -> Rule:
    def change(function: dict[str, Any]) -> None:
        function["LastModified"] = "2026-01-01T00:00:00.000+0000"

    return changed("lambda:GetFunctionConfiguration", change)


def test_a_governor_that_began_just_now_is_given_a_moment(
    cloud: Cloud, governed_room: beekeeper.Room
) -> None:
    """It was deployed just now. Later it was, for long, off."""
    never = hold(cloud, governed_room, held_at=items.number(0))
    publish(cloud, never)
    status = governed_room.status()
    assert (status.light, status.problems) == (Light.GREEN, ())
    row = ("governor", "automatic: holds 600 a minute; it has not measured your site yet")
    assert row in rows(status, checked=False)
    governed_room.set_governor("off")
    governed_room.set_governor("automatic")
    cloud.wire.add(deployed_long_ago())
    assert governed_room.status().light is Light.GREEN


def publish(cloud: Cloud, at: float) -> None:
    values = pulse_item.pulse_values(Pulse(as_of=at))
    item = {**items.key(items.PULSE), **values}
    cloud.client("dynamodb").put_item(TableName="beekeeper-sale", Item=item)


@pytest.mark.parametrize(
    ("age", "since"),
    [(200, "for 3 minutes or more"), (-60, "for 3 minutes or more"), (1.7e9, "yet")],
)
def test_a_governor_that_is_silent_is_a_problem(
    cloud: Cloud, governed_room: beekeeper.Room, age: float, since: str
) -> None:
    never = {"held_at": items.number(0)} if since == "yet" else {}
    hold(cloud, governed_room, age=age, **never)
    cloud.wire.add(deployed_long_ago())
    status = governed_room.status()
    assert status.light is Light.AMBER
    assert status.governor is not None
    assert status.governor.pace == 600
    assert (status.governor.measured_at is None) == (since == "yet")
    (found,) = [problem for problem in status.problems if problem.check == "governor"]
    assert f"has not measured your site {since}" in found.text
    assert "the operators' rate is in force" in found.text
    assert "python -m beekeeper logs --function governor" in found.remedy


def test_a_governor_that_the_site_refuses_is_a_problem(
    cloud: Cloud, governed_room: beekeeper.Room
) -> None:
    hold(cloud, governed_room, refused=items.number(20))
    (found,) = [p for p in governed_room.status().problems if p.check == "governor"]
    assert found.text.startswith("The governor of room sale does not know how your site is: ")
    assert REASON in found.text
    assert "X-Beekeeper-Probe" in found.remedy


def test_one_write_turns_it_off_and_a_deploy_keeps_that(
    cloud: Cloud, governed_room: beekeeper.Room
) -> None:
    hold(cloud, governed_room)
    governed_room.set_governor("off")
    assert cloud.wire.names(mutating=True) == ["dynamodb:TransactWriteItems"]
    status = governed_room.status()
    assert status.governor is not None
    assert (str(status.governor), status.governor.pace) == ("off", 600)
    assert [problem for problem in status.problems if problem.check == "governor"] == []
    assert not governed_room.deploy().changes
    governed_room.set_governor("advise")
    advising = governed_room.status().governor
    assert advising is not None
    assert (advising.pace, advising.advised) == (600, 300)
    assert str(advising).startswith("advise: would hold 300 a minute (")


def test_the_command_turns_it_off(
    governed_room: beekeeper.Room, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["governor", "off", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["room"], shown["governor"]) == (ROOM, "off")
    assert main(["governor", "automatic"]) == 0
    assert "is automatic: it slows the line down" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["governor", "on"])


def test_a_mode_that_there_is_not_is_refused(governed_room: beekeeper.Room) -> None:
    with pytest.raises(ConfigError, match="'on': give off, advise or automatic"):
        governed_room.set_governor("on")


def test_a_room_without_one_says_how_to_get_one(
    cloud: Cloud, deployed_room: beekeeper.Room, where: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match=r"without a governor\. Write \[governor\].*deploy"):
        beekeeper.set_governor("automatic", room=ROOM, **where)
    assert cloud.wire.mutations == []
    beekeeper.set_governor("off", room=ROOM, **where)  # so it is
    assert deployed_room.status().governor is None
    asked = [call for call in cloud.wire.calls if str(call) == "dynamodb:BatchGetItem"]
    assert "'governor'" not in str([call.arguments for call in asked])


def test_an_operator_can_go_below_the_floor(
    cloud: Cloud, where: dict[str, Any], governed_room: beekeeper.Room
) -> None:
    beekeeper.deploy(
        {**GOVERNED.model_dump(), "governor": {"mode": "advise", "floor": 50}}, **where
    )
    governed_room.set_rate(20)
    status = governed_room.status()
    assert status.governor is not None
    assert (status.rate, status.governor.pace) == (20, 20)


def test_the_line_starts_also_without_the_function(
    cloud: Cloud, governed_room: beekeeper.Room
) -> None:
    cloud.client("lambda").delete_function(FunctionName="beekeeper-sale-governor")
    cloud.wire.clear()
    governed_room.on()
    assert "lambda:Invoke" in cloud.wire.names()
