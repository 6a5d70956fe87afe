"""``GET /enter`` and ``/check``."""

import json
from dataclasses import replace
from typing import Any

import pytest

from beekeeper.contract.answers import ENTRY_STATES
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Mode
from tests.support.in_memory.asking import asked, mine, pass_of
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import NOW, ORIGIN, PASS_KEY, ROOM, Place, request, signed

# --- /enter ---------------------------------------------------------------------------------------


def test_enter_takes_the_admitted_to_the_destination() -> None:
    place = Place()
    place.admit(mine, NOW - 20)
    response = asked(place, "aws_enter")
    assert response["headers"]["location"].startswith(f"{ORIGIN}/seats?block=7&beekeeper_pass=")
    found = tokens.read_pass(pass_of(response), [PASS_KEY], ROOM, ORIGIN, NOW)
    assert found.subject == mine.id
    assert float(place.row(mine)["claimed_at"]["N"]) == NOW


def test_the_parameters_of_the_campaign_link_arrive_at_the_destination() -> None:
    place, campaign = Place(), replace(mine, query="utm_source=mail&gclid=x")
    place.admit(campaign, NOW - 20)
    where = asked(place, "aws_enter", campaign)["headers"]["location"]
    assert where.startswith(f"{ORIGIN}/seats?block=7&utm_source=mail&gclid=x&beekeeper_pass=")


@pytest.mark.parametrize("admitted", [None, NOW + 1])
@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_enter_is_for_the_admitted_only(admitted: float | None, mode: Mode) -> None:
    place = Place(mode)
    if admitted:
        place.admit(mine, admitted)
    response = asked(place, "aws_enter")
    assert (response["statusCode"], response["headers"]["location"]) == (302, "room")


@pytest.mark.parametrize(
    ("admitted", "way_back"), [(NOW + 1, "room?lang=ar"), (NOW - 900, "join?rejoin=1&lang=ar")]
)
def test_who_can_not_go_in_keeps_the_language_of_the_address(
    admitted: float, way_back: str
) -> None:
    place = Place()
    place.admit(mine, admitted)
    asks = replace(request("aws_enter", ticket=signed(mine)), query={"lang": "ar"})
    response = turnstile.answer(asks, place.table, NOBODY, NOW)
    assert response["headers"]["location"] == way_back


@pytest.mark.parametrize("admitted", [NOW - 900, NOW - 9_999])
def test_whose_turn_ran_out_is_sent_to_the_end_of_the_line(admitted: float) -> None:
    """Without JavaScript the page has no button for it."""
    place = Place()
    place.admit(mine, admitted)
    response = asked(place, "aws_enter")
    assert (response["statusCode"], response["headers"]["location"]) == (302, "join?rejoin=1")


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
    req = Request("/enter", headers=headers, cookies=[f"beekeeper_ticket_sale={ticket}"])
    return turnstile.answer(req, place.table, NOBODY, NOW)


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
    assert {*ENTRY_STATES, *turnstile.STEPS} == set(Entry)


def test_nobody_gets_a_row_by_asking() -> None:
    place = Place()
    before = set(place.dynamo.items)
    asked(place, "aws_enter")
    asked(place, "aws_turn")
    assert set(place.dynamo.items) == before


def test_first_claim_counts() -> None:
    place = Place()
    place.admit(mine, NOW - 20)
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
    response = turnstile.answer(request("aws_check", **{"pass": token}), Place().table, NOBODY, now)
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
