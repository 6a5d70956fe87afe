"""Each change of a setting has a row: what, when, by whom, from where and why."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import history_item, items, pulse_item
from beekeeper.errors import ConfigError, ProvisionError
from beekeeper.rules.line import Pulse
from beekeeper.times import moment
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, answer, refuse
from tests.support.rooms import BASE, ROOM

TABLE = "beekeeper-sale"
WRITE = "dynamodb:TransactWriteItems"


@pytest.fixture(autouse=True)
def room(deployed_room: beekeeper.Room) -> beekeeper.Room:
    return deployed_room


def cancelled(call: Call, request: AWSPreparedRequest, forward: object) -> AWSResponse | None:
    """Cancel each transaction, because another one is in its way."""
    if str(call) != WRITE:
        return None
    said = {"__type": "TransactionCanceledException", "message": "x"}
    reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}]}
    return answer(request.url, 400, {}, json.dumps({**said, **reasons}))


def item(cloud: Cloud, item_id: str) -> dict[str, Any]:
    found = cloud.client("dynamodb").get_item(TableName=TABLE, Key=items.key(item_id))
    return dict(found.get("Item", {}))


def put(cloud: Cloud, changed: dict[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=changed)
    cloud.wire.clear()


def test_each_change_has_a_row(room: beekeeper.Room) -> None:
    room.set_rate(900, reason="two more servers")
    room.pause()
    room.message("Back at 10:00.")
    room.set_governor("off", reason="  rest ")
    room.clear()
    found = room.history()
    assert [(e.number, e.what, e.before, e.after, e.reason) for e in found[:4]] == [
        (1, "rate", "600", "900", "two more servers"),
        (2, "mode", "on", "paused", ""),
        (3, "message", "", "Back at 10:00.", ""),
        (4, "governor_mode", "off", "off", "rest"),
    ]
    assert (found[4].what, found[4].before, found[4].after[-4:]) == ("cleared_at", "", " UTC")
    assert str(found[4]) == f"{moment(found[4].at)}  line cleared"
    assert all(e.by.startswith("arn:aws:sts:") and "@" in e.place for e in found)
    assert all(abs(e.at - time.time()) < 60 and e.planned_for is None for e in found)
    assert room.history(2) == found[-2:]
    assert beekeeper.status(room).settings.message == "Back at 10:00."


def test_the_rows_stay_when_the_line_is_cleared_and_have_no_end(
    room: beekeeper.Room, cloud: Cloud
) -> None:
    room.pause()
    room.clear()
    assert [e.what for e in room.history()] == ["mode", "cleared_at"]
    assert items.EXPIRES_AT not in item(cloud, history_item.row_id(1))


def test_a_deploy_that_changes_settings_writes_rows_too(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    room = beekeeper.Room({**BASE, "rate": 800, "claim_minutes": 30}, **where)
    beekeeper.set_rate(700, room=ROOM, **where)
    room.deploy()
    assert [(e.what, e.before, e.after, e.reason) for e in room.history()] == [
        ("rate", "600", "700", ""),
        ("claim_minutes", "15", "30", "deploy"),
        ("rate", "700", "800", "deploy"),
    ]
    cloud.wire.clear()
    room.deploy()
    assert cloud.wire.mutations == []
    assert room.status().rate == 800


def test_the_token_in_an_address_of_the_site_is_told_nowhere(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    page = "https://shop.example.com/sale?key="
    room = beekeeper.Room({**BASE, "destination": f"{page}s3cret"}, **where)
    assert "s3cret" not in str(room.plan().to_dict())
    beekeeper.deploy(room)
    other = beekeeper.Room({**BASE, "destination": f"{page}s3cret2"}, **where)
    assert "s3cret" not in str(other.plan().to_dict())
    beekeeper.deploy(other)
    for told in (room.history()[-1], room.report()):
        assert "s3cret" not in str(told.to_dict())
        assert "https://shop.example.com/…" in str(told.to_dict())
    assert [(e.before, e.after) for e in room.history()[1:]] == [
        ("https://shop.example.com/…", "https://shop.example.com/… (another page)")
    ]
    assert room.status().destination == f"{page}s3cret2"  # to the operator, as it was configured


def test_of_two_operators_at_the_same_moment_one_reads_again(
    room: beekeeper.Room, cloud: Cloud, where: dict[str, Any]
) -> None:
    other, left = beekeeper.Room(ROOM, **where), [750]

    def is_first(call: Call) -> bool:
        if str(call) == WRITE and left:
            other.set_rate(left.pop())
        return False

    cloud.wire.add(refuse(WRITE, "Unused", when=is_first))
    room.set_rate(900)
    assert [(e.before, e.after) for e in room.history()] == [("600", "750"), ("750", "900")]
    assert room.status().rate == 900


def test_an_operator_in_the_middle_of_a_deploy_loses_nothing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    left = [700]

    def is_first(call: Call) -> bool:
        if str(call) == WRITE and left:
            beekeeper.set_rate(left.pop(), room=ROOM, **where)
        return False

    cloud.wire.add(refuse(WRITE, "Unused", when=is_first))
    room = beekeeper.deploy({**BASE, "claim_minutes": 30}, **where)
    assert [(e.what, e.after, e.number) for e in room.history()] == [
        ("rate", "700", 1),
        ("claim_minutes", "30", 2),
    ]
    assert room.status().rate == 700
    cloud.wire.add(cancelled)
    with pytest.raises(ProvisionError, match="operators change them at the same moment"):
        beekeeper.deploy({**BASE, "claim_minutes": 20}, **where)


def test_a_lost_answer_that_botocore_asks_for_again_is_no_failure(
    room: beekeeper.Room, cloud: Cloud
) -> None:
    cloud.wire.add(refuse(WRITE, "IdempotentParameterMismatchException", times=1))
    room.pause()
    assert room.status().mode == "paused"


def test_who_is_always_too_late_hears_of_it(room: beekeeper.Room, cloud: Cloud) -> None:
    cloud.wire.add(cancelled)
    with pytest.raises(ProvisionError, match="others change it at the same moment"):
        room.pause()
    assert room.status().mode == "on"


@pytest.mark.parametrize(
    "damage", [{"S": "many"}, {"N": "-5"}, {"N": "0"}, {"N": "1"}, {"N": "2E+12"}, None]
)
def test_a_room_whose_number_of_changes_is_damaged_can_be_paused_and_keeps_its_history(
    room: beekeeper.Room, cloud: Cloud, damage: dict[str, str] | None
) -> None:
    room.set_rate(700)
    room.set_rate(800, at=datetime.now(UTC) + timedelta(hours=1))
    room.set_rate(900)
    damaged = {**item(cloud, items.ROOM), history_item.CHANGES: damage}
    put(cloud, {name: value for name, value in damaged.items() if value})
    room.pause()
    room.cancel(2)
    assert room.status().mode == "paused"
    found = [(e.number, e.after) for e in room.history()]
    assert found == [(1, "700"), (2, "800"), (3, "900"), (4, "paused"), (5, "")]


def test_a_damaged_number_of_changes_hides_no_change(room: beekeeper.Room, cloud: Cloud) -> None:
    room.set_rate(700)
    put(cloud, {**item(cloud, items.ROOM), history_item.CHANGES: {"N": "1E+13"}})
    assert [e.after for e in room.history()] == ["700"]


def test_a_deploy_overwrites_no_row_either(
    room: beekeeper.Room, cloud: Cloud, where: dict[str, Any]
) -> None:
    room.set_rate(700)
    room.set_rate(800)
    put(cloud, {**item(cloud, items.ROOM), history_item.CHANGES: {"N": "1"}})
    beekeeper.deploy({**BASE, "claim_minutes": 30}, **where)
    assert [(e.number, e.after) for e in room.history()] == [(1, "700"), (2, "800"), (3, "30")]


def test_a_damaged_row_does_not_hide_the_others(room: beekeeper.Room, cloud: Cloud) -> None:
    for rate in (700, 800, 900):
        room.set_rate(rate)
    put(cloud, {**items.key(history_item.row_id(2)), "at": {"S": "x"}, "what": {"N": "1"}})
    cloud.client("dynamodb").delete_item(TableName=TABLE, Key=items.key(history_item.row_id(1)))
    assert [(e.number, e.at > 0, e.after) for e in room.history()] == [
        (2, False, ""),
        (3, True, "900"),
    ]


def test_more_changes_than_a_call_returns_are_read(room: beekeeper.Room, cloud: Cloud) -> None:
    values = {**dict.fromkeys(history_item.TEXTS, ""), "at": 1.0}
    for number in range(1, 131):
        put(cloud, history_item.row_of(number, values))
    put(cloud, {**item(cloud, items.ROOM), history_item.CHANGES: items.number(130)})
    assert [e.number for e in room.history(120)] == list(range(11, 131))


def test_a_change_says_what_it_means_for_those_who_wait(room: beekeeper.Room, cloud: Cloud) -> None:
    pulse = Pulse(waiting=12_000, rate=600.0, as_of=time.time())
    put(cloud, {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)})
    effect = room.set_rate(1_200)
    assert effect.wait_before_seconds == pytest.approx(1_200, abs=2)
    assert effect.wait_after_seconds == pytest.approx(600, abs=2)
    assert effect.heard_within_seconds == room.status().heard_within_seconds
    assert room.pause().wait_after_seconds is None
    assert room.off().wait_after_seconds == 0
    assert room.on().wait_before_seconds == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("x" * 501, "501 characters"), ("a\nb", r"U\+000A"), ("a\x07", r"U\+0007"), (" ", "is empty")],
    ids=["long", "two lines", "a bell", "blank"],
)
def test_a_message_that_cannot_be_shown_is_refused(
    room: beekeeper.Room, cloud: Cloud, text: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        room.message(text)
    with pytest.raises(ConfigError):
        room.pause(reason="x" * 201)
    assert cloud.wire.calls == []


def test_the_longest_message_is_kept_and_taken_away(room: beekeeper.Room) -> None:
    room.message("é" * 500)
    assert room.status().message == "é" * 500
    room.message(None)
    assert room.status().message == ""


def test_the_commands_show_the_history(
    room: beekeeper.Room, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["message", "We open at 10:00.", "--reason", "many ask"]) == 0
    assert main(["set-rate", "700"]) == 0
    assert main(["message", "--clear"]) == 0
    capsys.readouterr()
    assert main(["history", "--last", "3"]) == 0
    shown = capsys.readouterr().out
    assert "   1  " in shown
    assert "message: none → We open at 10:00." in shown
    assert "because: many ask" in shown
    assert "message: We open at 10:00. → none" in shown
    assert main(["history", "--last", "1", "--json"]) == 0
    (last,) = json.loads(capsys.readouterr().out)
    assert (last["number"], last["what"], last["after"]) == (3, "message", "")
    for wrong in (["message"], ["message", "x", "--clear"], ["history", "--last", "0"]):
        assert main(wrong) == 1


def test_a_command_tells_the_wait_before_and_after(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    pulse = Pulse(waiting=12_000, rate=600.0, as_of=time.time())
    put(cloud, {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)})
    assert main(["set-rate", "1000"]) == 0
    shown = capsys.readouterr().out
    assert "Who joins now waits 12 min. Before, it was 20 min." in shown
    assert "The last visitor who waits hears of it within " in shown
    assert main(["set-rate", "2500"]) == 1, "more than doubled while visitors wait"
    assert "from 1,000 to 2,500 a minute" in capsys.readouterr().err
    assert main(["set-rate", "2500", "--yes"]) == 0
