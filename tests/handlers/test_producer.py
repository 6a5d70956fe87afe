import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import EndpointConnectionError

from beekeeper.contract import items
from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, client_error
from tests.support.in_memory.joining import Sends, asked, cookie_of, ticket_of
from tests.support.in_memory.recorded import (
    BROWSER,
    DESTINATION,
    NOW,
    ORIGIN,
    PASS_KEY,
    ROOM,
    TICKET_KEY,
    Place,
    request,
    signed,
)


def pass_of(url: str) -> tokens.Pass:
    (token,) = parse_qs(urlsplit(url).query)["beekeeper_pass"]
    return tokens.read_pass(token, [PASS_KEY], ROOM, ORIGIN, NOW)


@pytest.mark.parametrize("name", ["aws_campaign_first", "ministack_campaign_first"])
def test_visitor_is_queued_and_gets_the_ticket_that_was_queued(name: str) -> None:
    place, sends = Place(), Sends()
    response = asked(place, sends, request(name))
    assert (response["statusCode"], response["headers"]["location"]) == (302, "room")
    ticket = ticket_of(response)
    assert sends.bodies == [{"id": ticket.id, "n": ticket.number}]
    assert ticket.number == int(NOW * 1000)


def test_cookie_is_secure_except_on_loopback() -> None:
    aws = cookie_of(asked(Place(), Sends(), request("aws_campaign_first")))
    local = cookie_of(asked(Place(), Sends(), request("ministack_campaign_first")))
    flags = {"Path=/", "Max-Age=1209600", "HttpOnly", "SameSite=Lax"}
    assert set(aws.split("; ")[1:]) == {*flags, "Secure"}
    assert set(local.split("; ")[1:]) == flags


@pytest.mark.parametrize(
    "error",
    [
        client_error("ServiceUnavailable", "SendMessage"),
        client_error("AccessDenied", "SendMessage"),
        EndpointConnectionError(endpoint_url="https://sqs.example"),
    ],
)
def test_queue_that_does_not_confirm_gives_no_ticket(error: Exception) -> None:
    place = Place()
    response = asked(place, Sends(error), request("aws_campaign_first"))
    assert response["statusCode"] == 503
    assert response["headers"]["retry-after"] == "5"
    assert "refresh" in response["body"]
    assert not response.get("cookies")
    assert place.calls.count()["UpdateItem"] == 0  # nobody is counted, and nobody is woken


def test_app_gets_json_when_the_queue_fails() -> None:
    response = asked(Place(), Sends(client_error("x")), request("aws_campaign_app"))
    assert response["statusCode"] == 503
    assert json.loads(response["body"])["error"] == "unavailable"


other = other_key = tokens.new_key()
mine = tokens.new_ticket(NOW - 60)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        "v1.2.3",
        "é",
        signed(mine, other),
        signed(mine, tokens.Key(TICKET_KEY.kid, other.secret)),
        signed(mine, room="another"),
        signed(tokens.new_ticket(NOW - 15 * 86_400)),
        tokens.sign_pass(mine.id, [TICKET_KEY], ROOM, ROOM, NOW),
        '"} OR 1=1; --',
    ],
    ids=range(10),
)
def test_any_other_cookie_does_not_keep_a_visitor_from_the_queue(value: str) -> None:
    sends = Sends()
    response = asked(Place(), sends, request("aws_campaign_cookies", ticket=value))
    assert len(sends.bodies) == 1
    assert ticket_of(response).id == sends.bodies[0]["id"]


def test_valid_ticket_is_kept_and_not_queued_again() -> None:
    sends = Sends()
    response = asked(Place(), sends, request("aws_campaign_cookies", ticket=signed(mine)))
    assert (response["statusCode"], response["headers"]["location"]) == (302, "room")
    assert (sends.bodies, response["cookies"]) == ([], [])


@pytest.mark.parametrize("order", [0, 1])
def test_two_ticket_cookies_of_which_one_is_good(order: int) -> None:
    pair = [signed(mine, other), signed(mine)]
    two = f"{pair[order]}; beekeeper_ticket_sale={pair[1 - order]}"
    # Browsers send cookies of another path or domain, too. MiniStack sends both in one header.
    sends = Sends()
    cookies = [f"beekeeper_ticket_sale={p}" for p in pair]
    assert asked(Place(), sends, Request(headers=BROWSER, cookies=cookies))["cookies"] == []
    raw = {
        "headers": {**BROWSER, "cookie": f"beekeeper_ticket_sale={two}"},
        "routeKey": "ANY /",
    }
    assert asked(Place(), sends, Request.from_event(raw))["cookies"] == []
    assert sends.bodies == []


def test_app_holds_its_ticket_as_bearer_token() -> None:
    sends = Sends()
    first = json.loads(asked(Place(), sends, request("aws_campaign_app"))["body"])
    assert set(first) == {"state", "ticket", "number", "room", "turn", "enter"}
    headers = {"accept": "application/json", "authorization": f"Bearer {first['ticket']}"}
    again = json.loads(asked(Place(), sends, Request(headers=headers))["body"])
    assert again["number"] == first["number"]
    assert len(sends.bodies) == 1


@pytest.mark.parametrize("to", ["/seats?block=7", "/a b"])
def test_safe_path_goes_into_the_ticket(to: str) -> None:
    response = asked(Place(), Sends(), request("aws_campaign_to", to=to))
    assert ticket_of(response).to == to.replace(" ", "%20")


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil", "\t//e"])
def test_unsafe_path_is_ignored(to: str) -> None:
    response = asked(Place(), Sends(), request("aws_campaign_to", to=to))
    assert response["statusCode"] == 302
    assert ticket_of(response).to == ""


def test_another_path_changes_the_ticket_not_the_place() -> None:
    sends = Sends()
    cookies = [f"beekeeper_ticket_sale={signed(mine)}"]
    response = asked(Place(), sends, Request("/", BROWSER, cookies, {"to": "/other"}))
    changed = ticket_of(response)
    assert (changed.id, changed.number, changed.to) == (mine.id, mine.number, "/other")
    assert changed.expires_at == mine.expires_at
    assert sends.bodies == []


def test_off_goes_straight_to_the_destination_unqueued() -> None:
    sends = Sends(error=client_error("nothing is sent"))
    response = asked(Place(Mode.OFF), sends, request("aws_campaign_to", to="/seats?block=7"))
    url = response["headers"]["location"]
    assert url.startswith(f"{ORIGIN}/seats?block=7&beekeeper_pass=")
    assert pass_of(url).expires_at == NOW + 300
    assert response["cookies"] == []
    app = json.loads(asked(Place(Mode.OFF), sends, request("aws_campaign_app"))["body"])
    assert app["state"] == "off"
    assert app["enter"].startswith(f"{DESTINATION}&beekeeper_pass=")


def test_who_waited_and_follows_the_link_of_a_room_that_is_off_is_no_ghost() -> None:
    """The ticket is still in the queue. It must take no slot when the room is on again."""
    place, waited = Place(Mode.OFF), tokens.new_ticket(NOW - 60, "/seats?block=7")
    response = asked(place, Sends(), request("aws_campaign_cookies", ticket=signed(waited)))
    url = response["headers"]["location"]
    assert url.startswith(f"{ORIGIN}/seats?block=7&beekeeper_pass=")
    assert pass_of(url).subject == waited.id
    assert float(place.row(waited)["claimed_at"]["N"]) == NOW


def test_paused_still_queues() -> None:
    sends = Sends()
    assert ticket_of(asked(Place(Mode.PAUSED), sends, request("aws_campaign_first")))
    assert len(sends.bodies) == 1


@pytest.mark.parametrize(
    ("admitted", "joins"),
    [(None, False), (NOW - 10, False), (NOW + 1, False), (NOW - 900, True), (NOW - 9_000, True)],
)
def test_rejoin_only_when_the_turn_is_over(admitted: float | None, joins: bool) -> None:
    place, sends = Place(), Sends()
    if admitted:
        place.admit(mine, admitted)
    response = asked(place, sends, request("aws_campaign_rejoin", ticket=signed(mine)))
    assert response["headers"]["location"] == "room"
    assert len(sends.bodies) == joins
    assert len(response["cookies"]) == joins
    if joins:
        assert ticket_of(response).id != mine.id


@pytest.mark.parametrize(("asked_for", "to"), [("", "/seats?block=7"), ("/other", "/other")])
def test_who_joins_again_still_wants_to_go_there(asked_for: str, to: str) -> None:
    place, old = Place(), tokens.new_ticket(NOW - 9_000, "/seats?block=7")
    place.admit(old, NOW - 9_000)
    cookies, query = [f"beekeeper_ticket_sale={signed(old)}"], {"rejoin": "1", "to": asked_for}
    again = ticket_of(asked(place, Sends(), Request("/", BROWSER, cookies, query)))
    assert (again.id == old.id, again.to) == (False, to)


def test_rejoin_that_cant_be_looked_up_costs_nobody_the_place() -> None:
    place, sends = Place(), Sends()
    place.table.room(NOW)
    place.failing = True
    response = asked(place, sends, request("aws_campaign_rejoin", ticket=signed(mine)))
    assert (response["statusCode"], sends.bodies) == (503, [])


def test_table_that_never_could_be_read() -> None:
    place, sends = Place(), Sends()
    place.failing = True
    response = asked(place, sends, request("aws_campaign_first"))
    assert (response["statusCode"], sends.bodies) == (503, [])
    assert not response.get("cookies")


def test_last_copy_serves_while_the_table_is_in_trouble() -> None:
    place, sends = Place(), Sends()
    asked(place, sends, request("aws_campaign_first"))
    place.failing = True
    response = asked(place, sends, request("aws_campaign_first"), NOW + 3_600)
    assert (response["statusCode"], len(sends.bodies)) == (302, 2)


def test_table_is_read_once_a_second() -> None:
    place, sends = Place(), Sends()
    for i in range(40):
        asked(place, sends, request("aws_campaign_first"), NOW + i / 20)
    assert place.calls.count()["BatchGetItem"] == 2
    place.failing = True  # a failure does not make it read more often
    for i in range(40):
        asked(place, sends, request("aws_campaign_first"), NOW + 5 + i / 20)
    assert place.calls.count()["BatchGetItem"] == 4


def test_mode_changes_within_a_second() -> None:
    place, sends = Place(), Sends()
    asked(place, sends, request("aws_campaign_first"))
    place.configure(Mode.OFF)
    response = asked(place, sends, request("aws_campaign_first"), NOW + 1)
    assert response["headers"]["location"].startswith(DESTINATION)


@pytest.mark.parametrize("missing", [items.ROOM, items.KEYS])
def test_room_that_is_not_wholly_deployed(missing: str) -> None:
    place, sends = Place(), Sends()
    del place.dynamo.items[missing]
    assert asked(place, sends, request("aws_campaign_first"))["statusCode"] == 503
    assert sends.bodies == []


def test_settings_that_make_no_sense() -> None:
    place, sends = Place(), Sends()
    place.dynamo.items[items.ROOM]["mode"] = {"S": "unheard-of"}
    assert asked(place, sends, request("aws_campaign_first"))["statusCode"] == 503


class WithoutPulse(FakeDynamo):
    """A table that leaves the pulse unread although it exists."""

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        (request,) = RequestItems.values()
        answer = super().batch_get_item(RequestItems={TABLE: {"Keys": request["Keys"][:2]}})
        return {**answer, "UnprocessedKeys": {TABLE: {"Keys": request["Keys"][2:]}}}


def test_read_that_was_throttled_in_part_is_no_empty_line() -> None:
    place, sends = Place(), Sends()
    dynamo = WithoutPulse()
    dynamo.items = place.dynamo.items
    place.table = VisitorTable(dynamo, TABLE, ROOM)
    assert asked(place, sends, request("aws_campaign_first"))["statusCode"] == 503


# --- campaign parameters --------------------------------------------------------------------------
