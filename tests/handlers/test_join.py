"""``POST join``: how the waiting page and apps get a place. ``GET /join`` is what ``GET /`` is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from beekeeper.contract.routes import Path
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.fakes import client_error
from tests.support.in_memory.joining import Sends, asked, ticket_of
from tests.support.in_memory.recorded import BROWSER, DESTINATION, NOW, Place, signed

JSON = {"content-type": "application/json"}
# Of the page's own fetch, in a browser of today.
FETCH = {
    **JSON,
    "accept": "application/json",
    "origin": "https://d1.cloudfront.net",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
}
mine = tokens.new_ticket(NOW - 60, "/seats?block=7")


def post(
    headers: Mapping[str, str] = FETCH,
    *,
    query: str = "",
    ticket: Ticket | None = None,
    method: str = "POST",
    path: Path = Path.JOIN,
) -> Request:
    """Return the request as API Gateway hands it on."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    event = {
        "routeKey": path.route_key,
        "rawQueryString": query,
        "queryStringParameters": {name: value for name, _, value in pairs},
        "headers": dict(headers),
        "cookies": [f"beekeeper_ticket_sale={signed(ticket)}"] if ticket else [],
        "requestContext": {
            "http": {"method": method},
            "domainName": "a1b2c3d4.execute-api.eu-west-1.amazonaws.com",
        },
    }
    return Request.from_event(event)


def told(response: Response) -> dict[str, Any]:
    assert response["headers"]["cache-control"] == "no-store"
    assert not any(name.startswith("access-control") for name in response["headers"])
    found: dict[str, Any] = json.loads(response["body"])
    return found


def joined(
    request: Request, place: Place | None = None, sends: Sends | None = None
) -> tuple[Response, int]:
    """Return the answer, and how many places were taken."""
    sends = sends or Sends()
    before = len(sends.bodies)
    response = asked(place or Place(), sends, request)
    return response, len(sends.bodies) - before


def test_a_page_gets_the_place_that_was_queued_and_its_cookie() -> None:
    sends = Sends()
    response, places = joined(post(), sends=sends)
    ticket, answer = ticket_of(response), told(response)
    assert (response["statusCode"], places) == (200, 1)
    assert sends.bodies == [{"id": ticket.id, "n": ticket.number}]
    assert answer == {
        "state": "waiting",
        "ticket": answer["ticket"],
        "number": ticket.number,
        "room": "room",
        "turn": "turn",
        "enter": "enter",
    }
    assert response["cookies"][0].endswith("; HttpOnly; SameSite=Lax; Secure")


WAYS = {
    "the page": FETCH,
    "the page in a browser of 2018": {**JSON, "origin": "https://d1.cloudfront.net"},
    "a type with its charset": {**FETCH, "content-type": "Application/JSON; charset=utf-8"},
    "an app": {**JSON, "user-agent": "okhttp/4.12.0", "accept": "application/json"},
    "an app that takes any answer": {**JSON, "user-agent": "okhttp/4.12.0", "accept": "*/*"},
    "an app on Node.js, whose fetch names no site": {**JSON, "sec-fetch-mode": "cors"},
    "an extension": {**FETCH, "sec-fetch-site": "none"},
}
FORM = "application/x-www-form-urlencoded"
TYPES = {
    "a form": FORM,
    "a form with a file": "multipart/form-data; boundary=x",
    "a beacon": "text/plain;charset=UTF-8",
    "JSON as a parameter": "text/plain; application/json",
    "two types": "text/plain, application/json",
    "another JSON": "application/json-seq",
    "none": "",
}
ELSEWHERE = {
    "a fetch of another site": {**FETCH, "sec-fetch-site": "cross-site"},
    "of a site beside it": {**FETCH, "sec-fetch-site": "same-site"},
    "that can't read the answer": {
        **FETCH,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "no-cors",
    },
    "a navigation of another site": {
        **FETCH,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    },
    "of a sandboxed frame in a browser of 2018": {**JSON, "origin": "null"},
    "a prefetch": {**FETCH, "sec-purpose": "prefetch"},
    "a prerender": {**FETCH, "sec-purpose": "prefetch;prerender"},
}


@pytest.mark.parametrize("headers", WAYS.values(), ids=list(WAYS))
def test_who_may_join_by_post(headers: dict[str, str]) -> None:
    response, places = joined(post(headers))
    assert (told(response)["state"], places) == ("waiting", 1)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))
def test_a_type_that_a_page_elsewhere_can_send_is_refused(kind: str, mode: Mode) -> None:
    for headers in (FETCH, BROWSER, WAYS["an app"]):
        response, places = joined(post({**headers, "content-type": kind}), Place(mode))
        assert (response["statusCode"], places) == (415, 0)
        assert "Content-Type: application/json" in told(response)["reason"]
        assert not response["cookies"]


def test_a_preflight_allows_nothing() -> None:
    asks = {
        "origin": "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    response, places = joined(post(asks, method="OPTIONS"))
    assert (response["statusCode"], response["body"], places) == (204, "", 0)
    assert response["headers"]["allow"] == "GET, HEAD, POST, OPTIONS"
    assert not any(name.startswith("access-control") for name in response["headers"])


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_a_page_elsewhere_gets_nothing(headers: dict[str, str], mode: Mode) -> None:
    response, places = joined(post(headers), Place(mode))
    assert (response["statusCode"], places, response["cookies"]) == (403, 0, [])
    assert "beekeeper_pass" not in response["body"]
    assert told(response)["error"] == "refused"


@pytest.mark.parametrize("headers", [FETCH, {**JSON, "accept": "*/*"}], ids=["page", "program"])
def test_a_bot_that_runs_the_page_gets_the_preview(headers: dict[str, str]) -> None:
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    response, places = joined(post({**headers, "user-agent": agent}))
    assert (response["statusCode"], places) == (200, 0)
    assert "<h1>sale</h1>" in response["body"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_no_other_method_joins(method: str) -> None:
    response, places = joined(post(method=method))
    assert (response["statusCode"], places) == (405, 0)
    assert response["headers"]["allow"] == "GET, HEAD, POST, OPTIONS"


def test_only_join_takes_a_post() -> None:
    response, places = joined(post(path=Path.CAMPAIGN))
    assert (response["statusCode"], places) == (405, 0)
    assert response["headers"]["allow"] == "GET, HEAD, OPTIONS"


def test_who_has_a_ticket_keeps_the_place_however_often_the_page_is_opened() -> None:
    place, sends = Place(), Sends()
    for _ in range(3):
        response, places = joined(post(ticket=mine), place, sends)
        assert (places, response["cookies"]) == (0, [])
        assert told(response)["number"] == mine.number


def test_the_cookie_comes_only_after_the_queue_has_the_place() -> None:
    response, _ = joined(post(), sends=Sends(client_error("ServiceUnavailable")))
    assert (response["statusCode"], response["headers"]["retry-after"]) == (503, "5")
    assert told(response) == {"error": "unavailable", "retry_after": 5}
    assert not response["cookies"]


@pytest.mark.parametrize("cookies", [["beekeeper_ticket_sale="], ["beekeeper_ticket_sale=x.y.z"]])
def test_a_cookie_that_is_damaged_keeps_nobody_from_the_line(cookies: Sequence[str]) -> None:
    request = Request(Path.JOIN, FETCH, cookies, method="POST")
    response, places = joined(request)
    assert (told(response)["state"], places) == ("waiting", 1)


@pytest.mark.parametrize(
    ("admitted", "joins"), [(None, 0), (NOW - 10, 0), (NOW + 1, 0), (NOW - 900, 1), (NOW - 9e3, 1)]
)
def test_rejoin_gives_another_place_only_when_the_turn_is_over(
    admitted: float | None, joins: int
) -> None:
    place = Place()
    if admitted:
        place.admit(mine, admitted)
    response, places = joined(post(query="rejoin=1", ticket=mine), place)
    assert (places, len(response["cookies"])) == (joins, joins)
    if joins:
        assert (ticket_of(response).id == mine.id, ticket_of(response).to) == (False, mine.to)


def test_rejoin_that_cant_be_looked_up_costs_nobody_the_place() -> None:
    place = Place()
    place.table.room(NOW)
    place.failing = True
    response, places = joined(post(query="rejoin=1", ticket=mine), place)
    assert (response["statusCode"], places) == (503, 0)


def test_the_query_of_the_campaign_link_goes_into_the_ticket() -> None:
    query = "utm_source=mail&gclid=x&to=/tickets&rejoin=1"
    ticket = ticket_of(joined(post(query=query))[0])
    assert (ticket.to, ticket.query) == ("/tickets", "utm_source=mail&gclid=x")
    evil = ticket_of(joined(post(query="to=//evil.example"))[0])
    assert evil.to == ""


def test_another_wish_changes_the_ticket_and_not_the_place() -> None:
    response, places = joined(post(query="to=/other", ticket=mine))
    changed = ticket_of(response)
    assert (changed.id, changed.number, changed.to, places) == (mine.id, mine.number, "/other", 0)


def test_a_room_that_is_off_lets_in_at_once_whoever_joins_or_waits() -> None:
    place = Place(Mode.OFF)
    response, places = joined(post(), place, Sends(client_error("nothing is sent")))
    answer = told(response)
    assert (answer["state"], places, response["cookies"]) == ("off", 0, [])
    assert answer["enter"].startswith(f"{DESTINATION}&beekeeper_pass=")
    joined(post(ticket=mine), place)
    assert "claimed_at" in place.row(mine)  # so the ticket in the queue takes no slot


def test_get_join_is_what_the_campaign_link_is() -> None:
    for path in (Path.CAMPAIGN, Path.JOIN):
        response, places = joined(post(BROWSER, query="to=/seats", method="GET", path=path))
        assert (response["statusCode"], response["headers"]["location"]) == (302, "room")
        assert (ticket_of(response).to, places) == ("/seats", 1)
        response, places = joined(post(WAYS["an app"], method="GET", path=path))
        assert (told(response)["state"], places) == ("waiting", 1)


def bearer(ticket: Ticket) -> dict[str, str]:
    """Return the headers of a page that shows the ticket that it kept."""
    return {**FETCH, "authorization": f"Bearer {signed(ticket)}"}


def test_a_page_that_shows_its_ticket_keeps_the_place_and_gets_the_cookie_again() -> None:
    sends = Sends()
    response = asked(Place(), sends, post(bearer(mine)))
    assert told(response)["number"] == mine.number
    assert ticket_of(response) == mine
    assert sends.bodies == []


@pytest.mark.parametrize("newer_in_cookie", [True, False])
def test_the_newer_ticket_counts_that_of_the_page_or_that_of_the_cookie(
    newer_in_cookie: bool,
) -> None:
    """Another tab can have joined again meanwhile."""
    newer = tokens.new_ticket(NOW - 30)
    cookie, shown = (newer, mine) if newer_in_cookie else (mine, newer)
    sends = Sends()
    response = asked(Place(), sends, post(bearer(shown), ticket=cookie))
    assert (told(response)["number"], ticket_of(response)) == (newer.number, newer)
    assert sends.bodies == []
