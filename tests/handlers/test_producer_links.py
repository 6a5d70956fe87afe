"""The producer: the link's parameters, former events, and several rooms on one host."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import pytest

from beekeeper.contract import items
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from tests.support.in_memory.joining import Sends, asked, cookie_of, ticket_of
from tests.support.in_memory.recorded import (
    BROWSER,
    DESTINATION,
    NOW,
    Place,
    request,
    signed,
)

other_key = tokens.new_key()
mine = tokens.new_ticket(NOW - 60)


def visit(query: str, cookies: Sequence[str] = (), place: Place | None = None) -> Response:
    """Follow the campaign link with this query."""
    pairs = dict(parse_qsl(query))
    raw = {
        "routeKey": "ANY /",
        "rawQueryString": query,
        "queryStringParameters": pairs,
        "headers": BROWSER,
        "cookies": list(cookies),
    }
    return asked(place or Place(), Sends(), Request.from_event(raw))


def test_campaign_parameters_go_into_the_ticket_in_their_order() -> None:
    ticket = ticket_of(visit("utm_source=mail&gclid=x&to=/tickets&rejoin=1&a=2&a=%26"))
    assert (ticket.to, ticket.query) == ("/tickets", "utm_source=mail&gclid=x&a=2&a=%26")


def test_a_link_without_parameters_keeps_those_of_the_first_one() -> None:
    cookies = cookie_of(visit("utm_source=mail&to=/tickets")).split(";")[:1]
    assert visit("", cookies)["cookies"] == []
    assert visit("utm_source=mail", cookies)["cookies"] == []
    other = ticket_of(visit("utm_source=chat", cookies))
    assert (other.to, other.query) == ("/tickets", "utm_source=chat")


def test_the_language_of_the_link_is_for_the_room_and_not_for_the_destination() -> None:
    response = visit("utm_source=mail&lang=fr")
    assert response["headers"]["location"] == "room?lang=fr"
    assert ticket_of(response).query == "utm_source=mail"
    again = visit("lang=ar", cookie_of(response).split(";")[:1])
    assert (again["headers"]["location"], again["cookies"]) == ("room?lang=ar", [])
    url = visit("lang=fr", place=Place(Mode.OFF))["headers"]["location"]
    assert url.startswith(f"{DESTINATION}&beekeeper_pass=")


def test_a_room_that_is_off_hands_the_parameters_on() -> None:
    url = visit("utm_source=mail&x=evil", place=Place(Mode.OFF))["headers"]["location"]
    assert url.startswith(f"{DESTINATION}&utm_source=mail&beekeeper_pass=")


# --- more than one event, and more than one room --------------------------------------------------


@pytest.mark.parametrize("entered", [True, False])
@pytest.mark.parametrize(
    ("age", "joins"), [(60, False), (899, False), (901, True), (86_400, True), (13 * 86_400, True)]
)
def test_a_cookie_of_a_former_event_gives_way_to_a_new_place(
    age: int, joins: bool, entered: bool
) -> None:
    place, sends, old = Place(), Sends(), tokens.new_ticket(NOW - age, "/seats")
    place.admit(old, NOW - age)
    if entered:
        place.row(old)["claimed_at"] = items.number(NOW - age)
    response = asked(place, sends, request("aws_campaign_cookies", ticket=signed(old)))
    assert response["headers"]["location"] == "room"
    assert len(sends.bodies) == joins
    if joins:
        assert (ticket_of(response).id == old.id, ticket_of(response).to) == (False, "/seats")


def test_who_waits_since_yesterday_keeps_the_place() -> None:
    place, sends, old = Place(Mode.PAUSED), Sends(), tokens.new_ticket(NOW - 86_400)
    response = asked(place, sends, request("aws_campaign_cookies", ticket=signed(old)))
    assert (response["headers"]["location"], sends.bodies) == ("room", [])


def test_a_look_up_that_fails_costs_nobody_the_place() -> None:
    place, sends, old = Place(), Sends(), tokens.new_ticket(NOW - 86_400)
    place.table.room(NOW)
    place.failing = True
    response = asked(place, sends, request("aws_campaign_cookies", ticket=signed(old)))
    assert (response["headers"]["location"], sends.bodies) == ("room", [])


def test_who_waits_far_back_costs_no_look_up() -> None:
    place, sends, late = Place(), Sends(), tokens.new_ticket(NOW)
    place.a_long_line()
    response = asked(place, sends, request("aws_campaign_cookies", ticket=signed(late)), NOW + 950)
    assert (response["headers"]["location"], sends.bodies) == ("room", [])
    assert place.calls.count()["GetItem"] == 0


def test_two_rooms_on_one_host_take_nothing_from_each_other() -> None:
    sends, place = Sends(), Place()
    other = signed(mine, other_key, room="another")
    cookies = [f"beekeeper_ticket_another={other}"]
    mine_too = cookie_of(asked(place, sends, Request("/", BROWSER, cookies))).partition(";")[0]
    assert mine_too.startswith("beekeeper_ticket_sale=")  # so the browser keeps the other one
    both = [*cookies * 9, mine_too]
    assert asked(place, sends, Request("/", BROWSER, both))["cookies"] == []
    assert len(sends.bodies) == 1


def test_a_ticket_under_the_name_of_an_earlier_version_is_kept() -> None:
    sends, cookies = Sends(), [f"beekeeper_ticket={signed(mine)}"]
    assert asked(Place(), sends, Request("/", BROWSER, cookies))["cookies"] == []
    assert sends.bodies == []
