"""The report, made from the rows of a table in moto."""

from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.contract import arrival_rows, decision_rows, history_item, items, pulse_item
from beekeeper.contract.items import number
from beekeeper.errors import ConfigError, ProvisionError, RoomNotFoundError
from beekeeper.reporting.measured import Decision
from beekeeper.rules.governed import Governed
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import GovernorMode, Mode, Settings
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import DESTINATION, REGION, ROOM

TABLE = "beekeeper-sale"


@pytest.fixture
def room(cloud: Cloud, where: dict[str, Any], deployed_room: Any) -> beekeeper.Room:
    return beekeeper.Room(ROOM, **where)


def now_of(cloud: Cloud, room: beekeeper.Room) -> float:
    """AWS's clock, which moto shows in its answers."""
    return room._connection.deployed().aws.answered_at(cloud.client("dynamodb").list_tables())


def put(cloud: Cloud, *rows: dict[str, Any]) -> None:
    for row in rows:
        cloud.client("dynamodb").put_item(TableName=TABLE, Item=row)


def visitor(
    ticket_id: str, joined: float, wait: float, came: float | None = None, **more: Any
) -> dict[str, Any]:
    """Return the row of a visitor who went in ``came`` seconds after the slot."""
    slot = joined + wait
    claimed = {} if came is None else {"claimed_at": number(slot + came)}
    return {**items.admission_item(ticket_id, int(joined * 1000), slot), **claimed, **more}


def counts(**values: int) -> dict[str, Any]:
    return {**items.key(items.COUNT_IDS[3]), **{name: number(n) for name, n in values.items()}}


def test_the_figures_are_those_of_the_rows(cloud: Cloud, room: beekeeper.Room) -> None:
    now = now_of(cloud, room)
    late: dict[str, Any] = {"late": number(1), "asked_at": number(now - 5_900), "again": number(1)}
    put(
        cloud,
        visitor("prompt", now - 7_000, 60, came=2),
        visitor("late", now - 7_000, 70, came=500, **late),
        visitor("never", now - 6_000, 80),
        visitor("soon", now - 300, 200),
        counts(admitted=4, entered=2),
    )
    found = room.report()
    assert (found.joined, found.admitted, found.entered, found.waiting) == (4, 4, 2, 0)
    assert (found.latecomers, found.no_shows, found.pending) == (1, 1, 1)
    assert found.agrees
    assert (found.wait_percentiles[0], found.wait_percentiles[100]) == (60.0, 200.0)
    assert sum(step.entered for step in found.steps) == 2
    assert (found.room, found.destination) == (ROOM, "https://shop.example.com")
    assert now <= found.until <= now + 60


def test_who_has_just_entered_or_has_a_slot_to_come_is_counted(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    now = now_of(cloud, room)
    put(cloud, visitor("just", now - 20, 20.3, came=0.4), visitor("soon", now - 20, 21.4))
    put(cloud, counts(admitted=2, entered=1))
    assert room.report().agrees


def test_a_number_in_the_lane_that_waits_can_still_come(cloud: Cloud, room: beekeeper.Room) -> None:
    row = visitor("a", now_of(cloud, room) - 9_000, 60, late=number(5), asked_at=number(1.0))
    put(cloud, row)
    assert (room.report().pending, room.report().no_shows) == (1, 0)


def test_those_who_wait_are_as_many_as_the_status_says(cloud: Cloud, room: beekeeper.Room) -> None:
    now = now_of(cloud, room)
    span = int(now - 300) // 30 * 30
    arrivals = {arrival_rows.count_name(5): number(9.0), arrival_rows.sum_name(5): number(10)}
    pulse = Pulse(waiting=8, as_of=now, admitted=1)
    put(
        cloud,
        visitor("a", span + 5.5, 1, came=1),
        {**items.key(arrival_rows.row_id(span, 2)), **arrivals},
        {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)},
        counts(admitted=1, entered=1),
    )
    found, status = room.report(), room.status()
    assert (found.joined, found.waiting) == (status.joined, status.waiting) == (9, 8)
    assert sum(step.joined for step in found.steps if step.at <= span + 5) == 9
    assert found.steps[-1].waiting == 8
    # All of them came before.
    assert (room.report(since=now - 1).joined, room.report(since=now + 60).steps) == (0, ())


def test_it_counts_since_the_last_clear_or_since_a_time(cloud: Cloud, room: beekeeper.Room) -> None:
    now = now_of(cloud, room)
    cleared_at = now - 300
    stored = cloud.client("dynamodb").get_item(TableName=TABLE, Key=items.key(items.ROOM))["Item"]
    since_then = {items.counted(name, cleared_at): 1 for name in ("admitted", "entered")}
    put(
        cloud,
        {**stored, "cleared_at": number(cleared_at)},
        visitor("before", cleared_at - 1, 5, came=1),
        visitor("after", cleared_at, 5, came=1),
        counts(admitted=1, entered=1, **since_then),
    )
    found = room.report()
    assert (found.since, found.admitted, found.counted_admitted) == (cleared_at, 1, 1)
    both = room.report(since=cleared_at - 10)
    assert (both.admitted, both.counted_admitted, both.agrees) == (2, None, True)


def test_what_operators_and_the_governor_did_is_in_it(cloud: Cloud, room: beekeeper.Room) -> None:
    now = now_of(cloud, room)
    settings = Settings(Mode.ON, 900, DESTINATION, governor_mode=GovernorMode.AUTOMATIC)
    held = Governed(pace=300.0, held_at=now - 100, reason="slow")
    texts = {"what": "rate", "before": "600", "after": "900", "by": "ann", "place": "x"}
    put(
        cloud,
        visitor("a", now - 200, 5),
        visitor("b", now - 50, 5),
        decision_rows.decision_item(held, settings),
        history_item.row_of(1, {"at": now - 100, "reason": "more servers", **texts}),
    )
    found = room.report()
    assert found.decisions == (Decision(now - 100, 300.0, "automatic", "slow"),)
    change = found.history[-1]
    assert (change.what, change.before, change.after) == ("rate", "600", "900")
    assert (found.steps[0].rate, found.steps[-1].rate) == (600.0, 900.0)
    assert (found.steps[0].pace, found.steps[-1].pace) == (None, 300.0)


def test_a_damaged_row_costs_no_other_row(cloud: Cloud, room: beekeeper.Room) -> None:
    now = now_of(cloud, room)
    bad = {"S": "x"}
    put(
        cloud,
        visitor("good", now - 100, 5, came=1),
        {**visitor("slot", now - 100, 5), "admitted_at": bad},
        {**visitor("number", now - 100, 5), "number": bad},
        {**items.key("arrivals#x#1"), "n0": number(5)},
        {**items.key("decision#1"), "at": bad},
        {**items.key("history#1"), "at": bad},
        items.key("something else"),
    )
    found = room.report()
    assert (found.admitted, found.entered) == (2, 1)


def test_the_signing_keys_stay_in_the_table(cloud: Cloud, room: beekeeper.Room) -> None:
    cloud.wire.clear()
    room.report()
    (scan,) = [call for call in cloud.wire.calls if call.operation == "Scan"]
    assert scan.arguments["Select"] == "SPECIFIC_ATTRIBUTES"
    asked = set(scan.arguments["ExpressionAttributeNames"].values())
    assert asked.isdisjoint({items.TICKET_KEYS, items.PASS_KEYS})
    assert cloud.wire.mutations == []


def test_a_large_table_is_read_page_by_page(cloud: Cloud, room: beekeeper.Room) -> None:
    now, told = now_of(cloud, room), list[int]()
    rows = [visitor(f"{n}", now - 100, 5, x={"S": "x" * 300_000}) for n in range(5)]
    put(cloud, *rows)
    found = room.report(on_read=told.append)
    assert found.admitted == 5
    assert len(told) > 1
    assert told == sorted(told)


def test_a_table_that_cannot_be_read_is_an_error_with_its_remedy(
    cloud: Cloud, room: beekeeper.Room
) -> None:
    cloud.wire.add(refuse("dynamodb:Scan", "AccessDeniedException", "No.", 400))
    with pytest.raises(ProvisionError, match="dynamodb:Scan"):
        room.report()


def test_a_room_whose_state_is_elsewhere_has_a_report(
    cloud: Cloud, room: beekeeper.Room, tmp_path: Path
) -> None:
    put(cloud, visitor("a", now_of(cloud, room) - 100, 5))
    other = beekeeper.Room(ROOM, session=cloud.session, region=REGION, state_dir=tmp_path / "none")
    assert other.report().admitted == 1


def test_destroy_saves_the_report_first(cloud: Cloud, room: beekeeper.Room, tmp_path: Path) -> None:
    put(cloud, visitor("ticket-of-somebody", now_of(cloud, room) - 100, 5))
    (tmp_path / "file").write_text("")
    cloud.wire.clear()
    with pytest.raises(ConfigError, match="can't be written"):
        room.destroy(report=tmp_path / "file")
    assert cloud.wire.mutations == []
    assert room.destroy(report=tmp_path / "report").deleted
    saved = beekeeper.Report.load(tmp_path / "report" / "report.json")
    assert (saved.room, saved.admitted) == (ROOM, 1)
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "report").iterdir()]
    assert len(texts) == 3
    assert not any("ticket-of-somebody" in text for text in texts)


def test_a_destroy_that_goes_on_keeps_the_report_of_before(
    cloud: Cloud, room: beekeeper.Room, tmp_path: Path
) -> None:
    room.report().save(tmp_path)
    cloud.client("dynamodb").delete_table(TableName=TABLE)
    cloud.wire.clear()
    with pytest.raises(RoomNotFoundError, match=r"nothing left to report .* nothing was removed"):
        room.destroy(report=tmp_path / "new")
    assert cloud.wire.mutations == []
    assert room.destroy(report=tmp_path).deleted
