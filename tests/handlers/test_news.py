"""``GET /news``: the same for everybody, so that the edge may give one answer to all."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from beekeeper.contract.routes import Path
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows
from beekeeper.rules.settings import Mode, Settings
from tests.support.in_memory.asking import turn
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import BROWSER, DESTINATION, NOW, ROOM, Place, signed

CROWD = Pulse(waiting=100_000, as_of=NOW, busy_at=NOW)


def asked(place: Place, now: float = NOW, **request: Any) -> Response:
    return turnstile.answer(Request(Path.NEWS, **request), place.table, NOBODY, now)


def news(place: Place, now: float = NOW) -> dict[str, Any]:
    response = asked(place, now)
    assert response["statusCode"] == 200
    found: dict[str, Any] = json.loads(response["body"])
    return found


def test_it_says_what_is_new() -> None:
    found = news(Place())
    assert found == {
        "version": found["version"],
        "mode": "on",
        "message": "Hello",
        "pace": 600.0,
        "spread_seconds": 0.0,
    }


@pytest.mark.parametrize(("news_seconds", "wait"), [(0, "3600"), (60, None)])
def test_without_an_edge_the_page_of_one_that_has_gone_is_asked_to_be_quiet(
    news_seconds: int, wait: str | None
) -> None:
    place = Place()
    known = Settings(Mode.ON, 600.0, DESTINATION, "Hello", news_seconds=news_seconds)
    place.dynamo.set_room(known)
    assert asked(place)["headers"].get("retry-after") == wait


TICKET = {"cookies": [f"beekeeper_ticket_sale={signed(tokens.new_ticket(NOW - 60))}"]}
WHO: dict[str, Mapping[str, Any]] = {
    "CloudFront": {"headers": {"user-agent": "Amazon CloudFront"}},
    "the page": {"headers": {"accept": "application/json", "sec-fetch-site": "same-origin"}},
    "a browser": {"headers": BROWSER},
    "a page elsewhere": {
        "headers": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    },
    "a prefetch": {"headers": {"sec-purpose": "prefetch", **BROWSER}},
    "a bot": {"headers": {"user-agent": "Twitterbot/1.0"}},
    "a visitor": {"headers": {}, **TICKET},
    "a query": {"query": {"to": "/x"}, "raw_query": "to=/x"},
}


@pytest.mark.parametrize("who", WHO.values(), ids=list(WHO))
def test_it_is_the_same_whoever_asks(who: Mapping[str, Any]) -> None:
    response = asked(Place(), **who)
    assert response == asked(Place())
    assert response["headers"]["cache-control"] == "public, max-age=2"
    assert not response["cookies"]
    assert not {"set-cookie", "vary"} & response["headers"].keys()


def test_it_costs_no_look_up_and_wakes_nobody() -> None:
    place = Place()
    place.a_long_line()
    for i in range(50):
        news(place, NOW + i / 100)
    assert place.calls.count() == {"BatchGetItem": 1}
    news(place, NOW + 600)  # a consumer seems to be dead
    assert place.calls.count() == {"BatchGetItem": 2}


def version(place: Place, **settings: Any) -> str:
    known = Settings(Mode.ON, 600.0, DESTINATION, "Hello")
    place.dynamo.set_room(replace(known, **settings))
    place.table = VisitorTable(place.dynamo, TABLE, ROOM)  # of another container
    return str(news(place)["version"])


def test_the_version_changes_with_mode_message_and_pace_and_with_nothing_else() -> None:
    place = Place()
    first = version(place)
    place.publish(replace(CROWD, shows=Shows(100, 60), rate=480.0))
    assert version(place) == version(place, title="X", claim_minutes=30) == first
    changed = [version(place, **one) for one in ({"mode": Mode.OFF}, {"message": ""}, {"rate": 9})]
    assert len({first, *changed}) == 4
    assert version(place) == first


def test_a_change_is_told_within_a_second() -> None:
    place = Place()
    assert news(place)["mode"] == "on"
    place.configure(Mode.PAUSED)
    assert news(place, NOW + 1)["mode"] == "paused"


def test_the_last_copy_is_told_while_the_table_cant_be_read() -> None:
    place = Place()
    first = news(place)
    place.failing = True
    assert news(place, NOW + 3_600) == first


@pytest.mark.parametrize("headers", [BROWSER, {}, {"accept": "application/json"}])
def test_without_any_copy_nothing_is_told_that_a_cache_could_keep(headers: dict[str, str]) -> None:
    place = Place()
    place.failing = True
    response = asked(place, headers=headers)
    assert (response["statusCode"], response["headers"]["cache-control"]) == (503, "no-store")
    assert json.loads(response["body"])["error"] == "unavailable"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "DELETE"])
def test_no_cache_keeps_the_answer_to_another_method(method: str) -> None:
    response = asked(Place(), method=method)
    assert (response["body"], response["headers"]["cache-control"]) == ("", "no-store")
    assert response["statusCode"] == {"HEAD": 200, "OPTIONS": 204}.get(method, 405)


def test_a_room_that_is_off_says_over_what_time_to_go() -> None:
    place, waits = Place(Mode.OFF), tokens.new_ticket(NOW - 60)
    place.a_long_line()
    assert news(place)["spread_seconds"] == 600
    assert turn(place, waits)["spread_seconds"] == 600
    # Whoever follows the interval that is told asks seldom until then.
    assert turn(place, waits)["retry_after"] == 270
    assert news(place, NOW + 400)["spread_seconds"] < 500
    later = turn(place, waits, NOW + 3_600)
    assert (later["spread_seconds"], later["retry_after"]) == (0, 2)


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_only_an_answer_that_the_room_is_off_has_a_spread(mode: Mode) -> None:
    place = Place(mode)
    place.publish(CROWD)
    assert news(place)["spread_seconds"] == 0
    assert "spread_seconds" not in turn(place)


def test_without_a_consumer_the_time_begins_when_the_room_is_seen_to_go_off() -> None:
    place = Place()
    place.publish(replace(CROWD, as_of=NOW - 7_200))
    news(place)
    place.configure(Mode.OFF)
    assert news(place, NOW + 1)["spread_seconds"] == 600
    assert news(place, NOW + 3_600)["spread_seconds"] == 0
    place.configure(Mode.ON)
    news(place, NOW + 3_602)
    place.configure(Mode.OFF)
    assert news(place, NOW + 3_604)["spread_seconds"] == 600
