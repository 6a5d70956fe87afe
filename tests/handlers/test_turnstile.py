"""``GET /turn``."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items, pace_item
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request
from beekeeper.rules import tokens
from beekeeper.rules.lane import Lane, Mark
from beekeeper.rules.settings import Mode
from tests.support.in_memory.asking import FIELDS, asked, mine, pass_of, turn
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import NOW, Place, request, signed

# --- /turn ----------------------------------------------------------------------------------------


def test_far_from_the_front_the_table_is_not_asked() -> None:
    place = Place()
    place.a_long_line()
    answers = [turn(place, now=NOW + i / 100) for i in range(50)]
    assert place.calls.count() == {"BatchGetItem": 1}
    assert set(answers[0]) == FIELDS
    assert (answers[0]["state"], answers[0]["ahead"]) == ("waiting", 39_900)
    assert answers[0]["eta_seconds"] == 3_990.0
    assert answers[0]["retry_after"] == 210
    assert (answers[0]["rate"], answers[0]["message"]) == (600.0, "Hello")


def test_a_producer_whose_clock_is_ahead_sends_nobody_to_the_back() -> None:
    place = Place()
    place.a_long_line()
    assert turn(place, tokens.new_ticket(NOW))["ahead"] == 99_900
    early = tokens.new_ticket(NOW + 0.5)
    assert (turn(place, early)["ahead"], turn(place, early)["number"]) == (99_900, early.number)


@pytest.mark.parametrize("name", ["aws_turn", "aws_turn_app", "ministack_turn"])
def test_ready(name: str) -> None:
    place = Place()
    place.admit(mine, NOW - 20)
    content = json.loads(asked(place, name)["body"])
    assert set(content) == {*FIELDS, "enter", "expires_in"}
    assert (content["state"], content["enter"], content["expires_in"]) == ("ready", "enter", 880)


def test_who_comes_late_takes_a_number_and_waits_for_it() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    content = turn(place)
    assert (content["state"], content["ahead"]) == ("waiting", 0)
    row = place.row(mine)
    assert [float(row[name]["N"]) for name in ("late", "asked_at", "again")] == [1, NOW, 1]
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert turn(place, now=NOW + 60)["state"] == "waiting"
    serve(place, 1, NOW + 60)
    assert turn(place, now=NOW + 61)["state"] == "ready"
    assert pass_of(asked(place, "aws_enter", now=NOW + 61))
    assert "claimed_at" in place.row(mine)
    assert place.dynamo.counted(items.ENTERED) == 1
    assert items.given_of(place.dynamo.items[items.LATE]) == 1


def serve(place: Place, number: int, at: float) -> None:
    """Let a consumer publish that this number was served."""
    lane = pace_item.lane_attribute(Lane(number, number, (Mark(at, at, 1),)))
    pulse = place.dynamo.items.get(items.PULSE, items.key(items.PULSE))
    place.dynamo.put({**pulse, pace_item.LANE: lane, "as_of": items.number(at)})


def test_enter_of_one_who_comes_late_takes_a_number() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert place.row(mine)["late"] == items.number(1)


def test_a_number_is_nobody_elses() -> None:
    """The row has taken another number since it was read."""
    place = Place()
    place.admit(mine, NOW - 100)
    place.row(mine)["late"] = items.number(5)
    serve(place, 4, NOW)
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert "claimed_at" not in place.row(mine)
    serve(place, 5, NOW + 0.6)
    assert pass_of(asked(place, "aws_enter", now=NOW + 2))


def test_who_took_another_number_meanwhile_does_not_go_in_with_the_old_one() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    place.row(mine)["late"] = items.number(5)
    serve(place, 5, NOW)
    place.table.room(NOW)

    def another(number: int, operation: str) -> str | None:
        if place.calls.count().get("TransactWriteItems", 0) == 1:
            place.row(mine)["late"] = items.number(6)
        return None

    place.calls.faults = another
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert "claimed_at" not in place.row(mine)


def test_a_turn_does_not_end_while_its_visitor_waits_for_a_paused_line() -> None:
    place = Place(Mode.PAUSED)
    place.admit(mine, NOW - 100)
    assert turn(place)["state"] == "paused"
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert turn(place, now=NOW + 9_999)["state"] == "paused"
    place.configure(Mode.ON)
    assert turn(place, now=NOW + 10_001)["state"] == "waiting"


def test_slot_to_come() -> None:
    place = Place()
    place.admit(mine, NOW + 1.2)
    content = turn(place)
    assert (content["state"], content["retry_after"]) == ("waiting", 1.2)
    assert "enter" not in content
    assert turn(place, now=NOW + 1.2)["state"] == "ready"


def test_expired() -> None:
    place = Place()
    place.admit(mine, NOW - 900)
    assert turn(place)["state"] == "expired"


def test_paused_and_off() -> None:
    place = Place(Mode.PAUSED)
    place.a_long_line()
    paused = turn(place)
    assert (paused["state"], paused["eta_seconds"]) == ("paused", None)
    place.configure(Mode.OFF)
    assert turn(place, now=NOW + 1)["state"] == "off"


def test_message_and_rate_change_within_a_second() -> None:
    place = Place()
    turn(place)
    place.dynamo.items["room"]["message"] = {"S": 'Say "hi" & <b>'}
    assert turn(place, now=NOW + 1)["message"] == 'Say "hi" & <b>'


bad = [
    "",
    "garbage",
    signed(mine, tokens.new_key()),
    signed(mine, room="another"),
    signed(tokens.new_ticket(NOW - 15 * 86_400)),
    "{" * 2_000,
]


@pytest.mark.parametrize("token", bad, ids=range(len(bad)))
def test_bad_ticket(token: str) -> None:
    place = Place()
    response = turnstile.answer(request("aws_turn", ticket=token), place.table, NOBODY, NOW)
    assert response["statusCode"] == 401
    assert json.loads(response["body"]) == {"state": "unknown"}
    response = turnstile.answer(request("aws_enter", ticket=token), place.table, NOBODY, NOW)
    assert (response["statusCode"], response["headers"]["location"]) == (302, "join")


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_cookie_or_bearer_is_an_error_of_ours(text: str) -> None:
    place = Place()
    for path in ("/turn", "/enter", "/check"):
        headers = {"authorization": f"Bearer {text}"}
        req = Request(path, headers=headers, cookies=[f"beekeeper_ticket_sale={text}", text])
        assert turnstile.answer(req, place.table, NOBODY, NOW)["statusCode"] in {401, 302, 403}


def test_many_cookies_cost_few_signatures() -> None:
    place = Place()
    cookies = ["beekeeper_ticket_sale=x"] * 8 + [f"beekeeper_ticket_sale={signed(mine)}"]
    req = Request("/turn", cookies=cookies)
    assert turnstile.answer(req, place.table, NOBODY, NOW)["statusCode"] == 401


def test_lookup_that_fails_is_tried_again_later() -> None:
    place = Place()
    place.table.room(NOW)
    place.failing = True
    response = asked(place, "aws_turn")
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "5")


def test_table_that_never_could_be_read() -> None:
    place = Place()
    place.failing = True
    for name in ("aws_turn", "aws_enter", "aws_check"):
        assert asked(place, name)["statusCode"] == 503


def test_line_goes_on_while_the_table_is_in_trouble() -> None:
    place = Place()
    place.a_long_line()
    turn(place)
    place.failing = True
    assert turn(place, now=NOW + 10)["state"] == "waiting"
