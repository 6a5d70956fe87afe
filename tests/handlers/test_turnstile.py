import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.contract.answers import ENTRY_STATES
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.recorded import NOW, ORIGIN, PASS_KEY, ROOM, Place, request, signed

mine = tokens.new_ticket(NOW - 60, "/seats?block=7")
FIELDS = {
    "still",
    "state",
    "ahead",
    "waiting",
    "rate",
    "eta_seconds",
    "retry_after",
    "message",
    "updated_at",
}


def asked(place: Place, name: str, ticket: Ticket = mine, now: float = NOW) -> Response:
    return turnstile.answer(request(name, ticket=signed(ticket)), place.table, now)


def turn(place: Place, ticket: Ticket = mine, now: float = NOW) -> dict[str, Any]:
    response = asked(place, "aws_turn", ticket, now)
    assert response["statusCode"] == 200
    assert response["headers"]["cache-control"] == "no-store"
    found: dict[str, Any] = json.loads(response["body"])
    return found


def pass_of(response: Response) -> str:
    assert response["statusCode"] == 302
    query = parse_qs(urlsplit(response["headers"]["location"]).query)
    (token,) = query["beekeeper_pass"]
    return str(token)


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


@pytest.mark.parametrize("name", ["aws_turn", "aws_turn_app", "ministack_turn"])
def test_ready(name: str) -> None:
    place = Place()
    place.admit(mine, NOW - 20)
    content = json.loads(asked(place, name)["body"])
    assert set(content) == {*FIELDS, "enter", "expires_in"}
    assert (content["state"], content["enter"], content["expires_in"]) == ("ready", "enter", 880)


def test_who_comes_late_is_given_another_slot() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    assert turn(place)["state"] == "ready"
    assert float(place.row(mine)["admitted_at"]["N"]) == NOW
    assert float(place.row(mine)["first_at"]["N"]) == NOW - 100
    assert pass_of(asked(place, "aws_enter"))


def test_who_comes_late_asks_again_while_all_slots_are_taken() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    place.dynamo.put({**items.key(items.PACE), "paced_at": items.number(NOW + 1.5)})
    assert (turn(place)["state"], turn(place)["retry_after"]) == ("waiting", 2)
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert float(place.row(mine)["admitted_at"]["N"]) == NOW - 100


def test_who_comes_late_to_a_paused_line_waits() -> None:
    place = Place(Mode.PAUSED)
    place.admit(mine, NOW - 100)
    assert turn(place)["state"] == "paused"
    assert asked(place, "aws_enter")["headers"]["location"] == "room"
    assert items.PACE not in place.dynamo.items


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
    response = turnstile.answer(request("aws_turn", ticket=token), place.table, NOW)
    assert response["statusCode"] == 401
    assert json.loads(response["body"]) == {"state": "unknown"}
    response = turnstile.answer(request("aws_enter", ticket=token), place.table, NOW)
    assert (response["statusCode"], response["headers"]["location"]) == (302, ".")


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_cookie_or_bearer_is_an_error_of_ours(text: str) -> None:
    place = Place()
    for path in ("/turn", "/enter", "/check"):
        headers = {"authorization": f"Bearer {text}"}
        req = Request(path, headers=headers, cookies=[f"beekeeper_ticket={text}", text])
        assert turnstile.answer(req, place.table, NOW)["statusCode"] in {401, 302, 403}


def test_many_cookies_cost_few_signatures() -> None:
    place = Place()
    cookies = ["beekeeper_ticket=x"] * 8 + [f"beekeeper_ticket={signed(mine)}"]
    req = Request("/turn", cookies=cookies)
    assert turnstile.answer(req, place.table, NOW)["statusCode"] == 401


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


# --- /enter ---------------------------------------------------------------------------------------


def test_enter_takes_the_admitted_to_the_destination() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    response = asked(place, "aws_enter")
    assert response["headers"]["location"].startswith(f"{ORIGIN}/seats?block=7&beekeeper_pass=")
    found = tokens.read_pass(pass_of(response), [PASS_KEY], ROOM, ORIGIN, NOW)
    assert found.subject == mine.id
    assert float(place.row(mine)["claimed_at"]["N"]) == NOW


@pytest.mark.parametrize("admitted", [None, NOW + 1])
@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_enter_is_for_the_admitted_only(admitted: float | None, mode: Mode) -> None:
    place = Place(mode)
    if admitted:
        place.admit(mine, admitted)
    response = asked(place, "aws_enter")
    assert (response["statusCode"], response["headers"]["location"]) == (302, "room")


@pytest.mark.parametrize("admitted", [NOW - 900, NOW - 9_999])
def test_whose_turn_ran_out_is_sent_to_the_end_of_the_line(admitted: float) -> None:
    """Without JavaScript the page has no button for it."""
    place = Place()
    place.admit(mine, admitted)
    response = asked(place, "aws_enter")
    assert (response["statusCode"], response["headers"]["location"]) == (302, ".?rejoin=1")


@pytest.mark.parametrize(
    ("mode", "admitted", "answer"),
    [
        (Mode.ON, NOW - 5, {"state": "ready", "enter": True}),
        (Mode.ON, None, {"state": "waiting"}),
        (Mode.ON, NOW + 1, {"state": "waiting"}),
        (Mode.PAUSED, NOW - 100, {"state": "waiting"}),
        (Mode.ON, NOW - 9_999, {"state": "expired"}),
        (Mode.OFF, None, {"state": "off", "enter": True}),
    ],
)
def test_a_script_gets_json(mode: Mode, admitted: float | None, answer: dict[str, Any]) -> None:
    place = Place(mode)
    if admitted:
        place.admit(mine, admitted)
    response = by_script(place, signed(mine))
    assert response["statusCode"] == 200
    assert response["headers"]["cache-control"] == "no-store"
    content = json.loads(response["body"])
    if url := content.get("enter"):
        assert url.startswith(f"{ORIGIN}/seats?block=7&beekeeper_pass=")
        content["enter"] = True
    assert content == answer


def by_script(place: Place, ticket: str) -> Response:
    headers = {"accept": "application/json"}
    req = Request("/enter", headers=headers, cookies=[f"beekeeper_ticket={ticket}"])
    return turnstile.answer(req, place.table, NOW)


def test_a_script_without_a_ticket_or_a_table_gets_json() -> None:
    place = Place()
    response = by_script(place, "garbage")
    assert (response["statusCode"], json.loads(response["body"])) == (401, {"state": "unknown"})
    place.admit(mine, NOW - 5)
    place.failing = True
    response = by_script(place, signed(mine))
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "5")
    assert json.loads(response["body"])["error"] == "unavailable"


def test_every_outcome_has_an_answer() -> None:
    assert {*ENTRY_STATES, Entry.TAKE_ANOTHER_SLOT} == set(Entry)


def test_nobody_gets_a_row_by_asking() -> None:
    place = Place()
    before = set(place.dynamo.items)
    asked(place, "aws_enter")
    asked(place, "aws_turn")
    assert set(place.dynamo.items) == before


def test_first_claim_counts() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    first, second = asked(place, "aws_enter"), asked(place, "aws_enter", now=NOW + 60)
    assert pass_of(first) != pass_of(second)
    assert float(place.row(mine)["claimed_at"]["N"]) == NOW


def test_claim_that_came_too_late_is_no_claim() -> None:
    place = Place()
    place.admit(mine, NOW - 900)
    asked(place, "aws_enter")
    assert "claimed_at" not in place.row(mine)


def test_off_lets_everybody_in_without_a_look() -> None:
    place = Place(Mode.OFF)
    assert pass_of(asked(place, "aws_enter"))
    assert place.calls.count() == {"BatchGetItem": 1, "TransactWriteItems": 1}
    # The ticket is still in the queue. It must take no slot when the room is on again.
    assert float(place.row(mine)["admitted_at"]["N"]) == NOW


def test_off_lets_in_who_cant_be_noted() -> None:
    place = Place(Mode.OFF)
    place.table.room(NOW)
    place.failing = True
    assert pass_of(asked(place, "aws_enter"))


def test_enter_that_cant_be_claimed_is_tried_again() -> None:
    place = Place()
    place.admit(mine, NOW - 100)
    place.table.room(NOW)
    place.failing = True
    assert asked(place, "aws_enter")["statusCode"] == 503


# --- /check ---------------------------------------------------------------------------------------


def check(token: str, now: float = NOW) -> tuple[int, dict[str, Any]]:
    response = turnstile.answer(request("aws_check", **{"pass": token}), Place().table, now)
    return response["statusCode"], json.loads(response["body"])


def test_check() -> None:
    token = tokens.sign_pass("id", [PASS_KEY], ROOM, ORIGIN, NOW)
    assert check(token) == (200, {"allow": True, "sub": "id", "exp": NOW + 300})
    status, content = check(token, NOW + 300)
    assert (status, content) == (403, {"allow": False, "reason": "expired"})


@pytest.mark.parametrize(
    "token", ["", "x", signed(mine), "a.b.c"], ids=["empty", "letter", "ticket", "garbage"]
)
def test_check_of_what_is_no_pass(token: str) -> None:
    status, content = check(token)
    assert (status, content["allow"]) == (403, False)
