"""A fresh start of the line: what the functions make of tickets, rows and messages of before."""

from dataclasses import replace

import pytest

from beekeeper.contract import items, plans, pulse_item
from beekeeper.control import clear as clear_command
from beekeeper.handlers.admitting import MOST_RECEPTIONS
from beekeeper.handlers.http import Request
from beekeeper.rules import line, tokens
from beekeeper.rules.curve import Sample
from beekeeper.rules.lane import Lane
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode
from tests.support.in_memory import asking, joining
from tests.support.in_memory.asking import mine
from tests.support.in_memory.joining import Sends
from tests.support.in_memory.recorded import BROWSER, NOW, Place, request, signed
from tests.support.in_memory.stage import ON, Stage


def cleared_place() -> Place:
    place = Place()
    place.a_long_line()
    item = place.dynamo.items[items.ROOM]
    place.dynamo.put({**item, "cleared_at": items.number(NOW - 1.0)})
    return place


def cleared_stage(mode: Mode = Mode.ON, former: int = 40, *, strict: bool = False) -> Stage:
    stage = Stage(rate=60, is_damaged=True, strict=strict)  # the new line has counts of its own
    stage.configure(Mode.PAUSED)
    stage.arrive(former)
    stage.run(3)
    stage.world.now += 5
    clear(stage, mode)
    return stage


def clear(stage: Stage, mode: Mode) -> None:
    at = float(int(stage.world.now))
    stage.dynamo.set_room(replace(ON, mode=mode, rate=stage.rate, cleared_at=at))
    stage.world.now += 2


def test_a_ticket_of_before_gets_a_new_place_by_the_campaign_link() -> None:
    place, sends = cleared_place(), Sends()
    response = joining.asked(place, sends, request("aws_campaign_first", ticket=signed(mine)))
    assert response["headers"]["location"] == "room"
    assert len(sends.bodies) == len(response["cookies"]) == 1
    assert sends.bodies[0]["id"] != mine.id


@pytest.mark.parametrize("name", ["aws_turn", "aws_turn_app"])
def test_the_page_of_a_former_visitor_is_told_to_ask_for_a_place(name: str) -> None:
    place = cleared_place()
    place.admit(mine, NOW - 20)
    assert asking.asked(place, name)["statusCode"] == 401


def test_a_producer_whose_clock_is_behind_gives_a_ticket_that_is_good() -> None:
    place, sends = cleared_place(), Sends()
    behind = place.table.room(NOW).settings.cleared_at - 0.5
    response = joining.asked(place, sends, request("aws_campaign_first"), behind)
    token = response["cookies"][0].partition("=")[2].partition(";")[0]
    again = joining.asked(place, sends, request("aws_campaign_cookies", ticket=token))
    assert (len(sends.bodies), again["cookies"]) == (1, [])


def test_a_former_visitor_cannot_go_in() -> None:
    place = cleared_place()
    place.admit(mine, NOW - 5)
    assert asking.asked(place, "aws_enter")["headers"]["location"] == "join"
    assert "claimed_at" not in place.row(mine)


@pytest.mark.parametrize("mode", [Mode.ON, Mode.OFF])
def test_who_goes_in_by_a_copy_of_before_the_clear_counts_for_the_new_line(mode: Mode) -> None:
    place = Place(mode)
    cleared_at = float(int(NOW)) + 1
    planned = plans.plans_attribute([plans.Plan(cleared_at, 1, "cleared_at", cleared_at)])
    place.dynamo.put({**place.dynamo.items[items.ROOM], plans.PLANNED: planned})
    place.table.room(cleared_at - 0.1)
    new = tokens.new_ticket(cleared_at + 0.1)
    if mode is Mode.ON:
        place.admit(new, cleared_at + 0.2)
    asking.asked(place, "aws_enter", new, cleared_at + 0.3)
    assert "claimed_at" in place.row(new)
    assert place.dynamo.counted(items.counted(items.ENTERED, cleared_at)) == 1


def test_a_new_visitor_has_nobody_of_before_ahead() -> None:
    place = cleared_place()
    new = tokens.new_ticket(NOW)
    told = asking.turn(place, new, NOW + 0.2)
    assert (told["ahead"] or 0, told["waiting"]) == (0, 0)


@pytest.mark.parametrize("strict", [False, True])
def test_messages_of_before_take_no_slot_and_count_for_nothing(strict: bool) -> None:
    stage = cleared_stage(strict=strict)
    stage.tickets.clear()
    stage.arrive(3)
    before = stage.world.now
    stage.run(20)
    assert set(stage.dynamo.rows()) == {"t0", "t1", "t2"}
    assert stage.sqs.messages == {}
    assert max(write.slot for write in stage.dynamo.writes) - before < 8
    cleared_at = stage.pulse.cleared_at
    assert stage.dynamo.counted(items.counted(items.ADMITTED, cleared_at)) == 3
    assert stage.dynamo.counted() == 0
    assert (stage.pulse.waiting, stage.pulse.admitted) == (0, 3)


def test_a_paused_room_is_swept() -> None:
    stage = cleared_stage(Mode.PAUSED, former=700)
    stage.tickets.clear()
    stage.arrive(3)
    stage.run(10)
    assert len(stage.sqs.messages) == 3
    assert stage.pulse.waiting == 3
    assert stage.dynamo.rows() == {}


def test_a_paused_room_leaves_new_visitors_messages_alone_after_some_minutes() -> None:
    stage = cleared_stage(Mode.PAUSED)
    stage.tickets.clear()
    stage.arrive(3)
    for _ in range(40):  # a run a minute
        began = stage.world.now
        stage.run(50)
        stage.world.now = began + 60
    assert max(message.receipts for message in stage.sqs.messages.values()) < MOST_RECEPTIONS / 3


@pytest.mark.parametrize("seconds", [0.0, 0.6])
@pytest.mark.parametrize("strict", [False, True])
def test_running_consumers_go_on_with_the_new_line(seconds: float, strict: bool) -> None:
    stage = Stage(rate=6_000, strict=strict, latency=lambda: 0.05)
    stage.is_damaged = True  # the rows of before count for another line
    stage.arrive(100)
    for i in range(3):
        stage.start(20, after=i * 0.3)
    stage.world.start(lambda: clear_and_join(stage), 10 + seconds)
    stage.world.run()
    assert stage.sqs.messages == {}
    cleared_at = stage.pulse.cleared_at
    numbers = [int(row["number"]["N"]) for row in stage.dynamo.rows().values()]
    new = sum(number >= cleared_at * 1000 for number in numbers)
    # Each row counts for its own line, also if a consumer had not heard of the clear.
    assert stage.dynamo.counted(items.counted(items.ADMITTED, cleared_at)) == new
    assert stage.dynamo.counted() == len(numbers) - new >= 100
    assert 90 < new < 210
    assert (stage.pulse.waiting, stage.pulse.admitted) == (0, new)


def clear_and_join(stage: Stage) -> None:
    """Clear the line as control.clear does, while a visitor joins every 10 ms."""
    at = float(int(stage.world.now)) + clear_command.AHEAD_SECONDS
    planned = plans.plans_attribute([plans.Plan(at, 1, "cleared_at", at)])
    stage.dynamo.change({**stage.dynamo.items[items.ROOM], plans.PLANNED: planned})
    for i in range(300):
        number = int(stage.world.now * 1000)
        stage.sqs.send(f"new{i}", number)
        stage.count(number)
        stage.world.sleep(0.01)


def test_a_consumer_that_has_not_heard_of_it_cannot_bring_the_line_back() -> None:
    old = Pulse(waiting=70, serving=30.0, arrivals=(Sample(1, 100.0),), as_of=NOW + 9)
    fresh = line.since_cleared(old, NOW)
    assert (fresh.waiting, fresh.arrivals, fresh.as_of) == (0, (), old.as_of)
    assert line.since_cleared(fresh, NOW) is fresh
    assert line.since_cleared(fresh, NOW - 5) is fresh  # from an older copy of the settings
    item = {**items.key(items.PULSE), **pulse_item.pulse_values(fresh)}
    assert pulse_item.pulse_of(item).cleared_at == NOW


def test_latecomers_of_before_keep_no_slots() -> None:
    stage = cleared_stage()
    stage.dynamo.put({**items.key(items.LATE), items.GIVEN: items.number(500)})
    stage.tickets.clear()
    stage.arrive(10)
    before = stage.world.now
    stage.run(30)
    assert len(stage.dynamo.writes) == 10
    assert max(write.slot for write in stage.dynamo.writes) - before < 13
    assert stage.pulse.lane.newest(Lane()).waiting == 0


# --- without a clear ------------------------------------------------------------------------------


@pytest.mark.parametrize("admitted", [NOW - 86_400, NOW - 1_000])
def test_who_comes_back_after_the_turn_gets_a_new_place(admitted: float) -> None:
    place, sends = Place(), Sends()
    old = tokens.new_ticket(admitted - 60)
    place.admit(old, admitted)
    place.row(old)["claimed_at"] = items.number(admitted)
    response = joining.asked(
        place, sends, Request("/", BROWSER, [f"beekeeper_ticket={signed(old)}"])
    )
    assert response["headers"]["location"] == "room"
    assert [body["id"] != old.id for body in sends.bodies] == [True]


def test_who_went_in_while_the_room_was_off_takes_no_slot_afterwards() -> None:
    place = Place(Mode.OFF)
    cookies = [f"beekeeper_ticket={signed(mine)}"]
    response = joining.asked(place, Sends(), Request("/", BROWSER, cookies, {"to": "/new"}))
    assert response["headers"]["location"].startswith("https://shop.example.com/new?")
    assert "claimed_at" in place.row(mine)
