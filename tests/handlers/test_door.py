"""The door: who does not come through the edge is sent there, once a deploy has closed it."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from beekeeper.contract import items
from beekeeper.contract.door import EDGE, door_attribute
from beekeeper.contract.routes import EDGE_HEADER, Path
from beekeeper.handlers import pace_requests, turnstile
from beekeeper.handlers.governor_table import GovernorTable
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.wake import Waker
from beekeeper.rules import tokens
from beekeeper.rules.edge import Door, edge_secret
from beekeeper.rules.settings import Mode
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.joining import Sends, asked
from tests.support.in_memory.recorded import (
    BROWSER,
    NOW,
    ORIGIN,
    PASS_KEY,
    ROOM,
    TICKET_KEY,
    Place,
    signed,
)

LINK = "https://queue.example.com/"
SCRIPT = {"accept": "application/json", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
POST = {**SCRIPT, "content-type": "application/json"}
THROUGH = {EDGE_HEADER: edge_secret(PASS_KEY)}
NEXT_KEY = tokens.new_key()
mine = tokens.new_ticket(NOW - 60)


class Closed:
    """A room with its door closed. It answers, and tells how many places were taken."""

    def __init__(self, mode: Mode = Mode.ON, *, door: Door | None = None) -> None:
        self.place, self.sends, self.woken = Place(mode), Sends(), list[int]()
        self.keys([PASS_KEY], door or Door(LINK, PASS_KEY.kid))

    def keys(self, ring: list[tokens.Key], door: Door | None) -> None:
        attribute = {EDGE: door_attribute(door)} if door else {}
        self.place.dynamo.put({**items.keys_item([TICKET_KEY], ring), **attribute})

    def ask(self, path: Path, headers: Mapping[str, str], **more: Any) -> Response:
        cookies = [f"beekeeper_ticket_sale={signed(mine)}"]
        now = more.pop("now", NOW)
        request = Request(path, headers, more.pop("cookies", cookies), **more)
        if path in (Path.CAMPAIGN, Path.JOIN):
            return asked(self.place, self.sends, request, now)
        if path is Path.PACE:
            token = tokens.sign_pace_request(300, 60, [PASS_KEY], ROOM, NOW)
            event = {
                "routeKey": path.route_key,
                "headers": dict(headers),
                "requestContext": {"http": {"method": "POST"}},
                "body": json.dumps({"token": token}),
            }
            table = GovernorTable(self.place.dynamo, TABLE)
            return pace_requests.answer(event, self.place.table, table, now)
        waker = Waker(self.place.dynamo, TABLE, self.woken.append)
        return turnstile.answer(request, self.place.table, waker, now)

    def untouched(self) -> bool:
        """Return whether nothing but the room was read."""
        return self.place.calls.count() == {"BatchGetItem": 1} and not self.sends.bodies


NAVIGATIONS = (Path.CAMPAIGN, Path.JOIN, Path.TURN, Path.ENTER)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("path", NAVIGATIONS)
def test_a_browser_is_sent_to_the_campaign_link(path: Path, mode: Mode) -> None:
    room = Closed(mode)
    response = room.ask(path, BROWSER)
    assert (response["statusCode"], response["headers"]["location"]) == (302, LINK)
    assert response["headers"]["cache-control"] == "no-store"
    assert not response["cookies"]
    assert room.untouched()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("path", "more"),
    [
        (Path.CAMPAIGN, {"headers": SCRIPT}),
        (Path.JOIN, {"headers": SCRIPT}),
        (Path.JOIN, {"headers": POST, "method": "POST"}),
        (Path.TURN, {"headers": SCRIPT}),
        (Path.ENTER, {"headers": SCRIPT}),
    ],
)
def test_a_script_is_told_the_campaign_link(path: Path, more: Any, mode: Mode) -> None:
    room = Closed(mode)
    room.place.admit(mine, NOW - 20)
    response = room.ask(path, **more)
    assert response["statusCode"] == 200
    assert json.loads(response["body"]) == {"state": "moved", "enter": LINK}
    assert room.untouched()
    assert room.woken == []


@pytest.mark.parametrize("path", [Path.CHECK, Path.NEWS, Path.PACE])
def test_a_program_is_refused_and_told_where_to_ask(path: Path) -> None:
    room = Closed()
    bearer = tokens.sign_pass("id", [PASS_KEY], ROOM, ORIGIN, NOW)
    response = room.ask(path, {"authorization": f"Bearer {bearer}"})
    content = json.loads(response["body"])
    assert (response["statusCode"], content["error"]) == (403, "moved")
    assert LINK in content["reason"]
    assert response["headers"]["cache-control"] == "no-store"
    assert content.get("allow", "-") == (False if path is Path.CHECK else "-")
    assert room.untouched()


@pytest.mark.parametrize("path", [Path.CAMPAIGN, Path.JOIN])
@pytest.mark.parametrize("headers", [BROWSER, SCRIPT], ids=["browser", "script"])
def test_the_campaign_links_query_goes_along(path: Path, headers: dict[str, str]) -> None:
    query = {"utm_source": "a b", "to": "/seats?block=7&x=é", "rejoin": "1", "lang": "fr"}
    response = Closed().ask(path, headers, query=query)
    where = response["headers"].get("location") or json.loads(response["body"])["enter"]
    assert where == f"{LINK}?to=/seats%3Fblock%3D7%26x%3D%25C3%25A9&utm_source=a%20b&lang=fr"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\r\nset-cookie: x", ""])
def test_no_query_leads_elsewhere(to: str) -> None:
    response = Closed().ask(Path.CAMPAIGN, BROWSER, query={"to": to})
    assert response["headers"]["location"] == LINK
    response = Closed().ask(Path.ENTER, BROWSER, query={"to": "/x"})
    assert response["headers"]["location"] == LINK


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        edge_secret(NEXT_KEY),
        edge_secret(tokens.Key(PASS_KEY.kid, NEXT_KEY.secret)),
        edge_secret(TICKET_KEY),
        f"{edge_secret(PASS_KEY)}, {edge_secret(PASS_KEY)}",
        "é\ud800",
        "x" * 100_000,
        PASS_KEY.kid,
    ],
    ids=range(10),
)
def test_a_forged_header_opens_no_door_and_is_in_no_log(
    header: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = SCRIPT if header is None else {**SCRIPT, EDGE_HEADER: header}
    response = Closed().ask(Path.TURN, headers)
    assert json.loads(response["body"])["state"] == "moved"
    assert not caplog.records


def test_through_the_edge_all_is_as_before() -> None:
    room = Closed()
    room.place.admit(mine, NOW - 20)
    assert json.loads(room.ask(Path.TURN, {**SCRIPT, **THROUGH})["body"])["state"] == "ready"
    assert "beekeeper_pass=" in room.ask(Path.ENTER, THROUGH | BROWSER)["headers"]["location"]
    assert room.ask(Path.JOIN, {**BROWSER, **THROUGH}, cookies=[])["headers"]["location"] == "room"
    joined = room.ask(Path.JOIN, {**POST, **THROUGH}, cookies=[], method="POST")
    assert json.loads(joined["body"])["state"] == "waiting"
    assert len(room.sends.bodies) == 2
    bearer = tokens.sign_pass("id", [PASS_KEY], ROOM, ORIGIN, NOW)
    check = room.ask(Path.CHECK, {**THROUGH, "authorization": f"Bearer {bearer}"})
    assert json.loads(check["body"])["allow"] is True
    assert room.ask(Path.NEWS, THROUGH)["statusCode"] == 200
    assert room.ask(Path.PACE, THROUGH)["statusCode"] == 409  # this room's governor is off


def test_the_cookie_is_secure_behind_the_edge() -> None:
    """The host is the API's there, and not that of this machine."""
    host = "a1b2c3d4.execute-api.eu-west-1.amazonaws.com"
    joined = Closed().ask(Path.JOIN, {**POST, **THROUGH}, cookies=[], method="POST", domain=host)
    assert joined["cookies"][0].endswith("; Secure")


def test_a_bot_is_sent_to_the_campaign_link_too() -> None:
    response = Closed().ask(Path.CAMPAIGN, {"user-agent": "Twitterbot/1.0"})
    assert (response["statusCode"], response["headers"]["location"]) == (302, LINK)


def test_a_preview_goes_through_the_edge_without_a_place() -> None:
    room = Closed()
    response = room.ask(Path.JOIN, {"user-agent": "Twitterbot/1.0", **THROUGH}, cookies=[])
    assert "<h1>sale</h1>" in response["body"]
    assert room.untouched()


def test_a_change_of_keys_shuts_nobody_out() -> None:
    """The door names the former key until the next deploy, and CloudFront sends its secret."""
    room, former = Closed(), {**SCRIPT, **THROUGH}
    latter = {**SCRIPT, EDGE_HEADER: edge_secret(NEXT_KEY)}

    def state(headers: Mapping[str, str], now: float) -> str:
        return str(json.loads(room.ask(Path.TURN, headers, now=now)["body"])["state"])

    assert (state(former, NOW), state(latter, NOW)) == ("waiting", "moved")
    for step, ring in enumerate(([PASS_KEY, NEXT_KEY], [NEXT_KEY, PASS_KEY]), 1):
        room.keys(ring, Door(LINK, PASS_KEY.kid))
        now = NOW + 2 * step
        assert (state(former, now), state(latter, now)) == ("waiting", "waiting")
    room.keys([NEXT_KEY], Door(LINK, NEXT_KEY.kid))
    assert (state(former, NOW + 9), state(latter, NOW + 9)) == ("moved", "waiting")


def test_the_door_closes_and_opens_within_a_second() -> None:
    room = Closed()
    assert room.ask(Path.TURN, SCRIPT)["body"].startswith('{"state":"moved"')
    room.keys([PASS_KEY], None)
    assert room.ask(Path.TURN, SCRIPT, now=NOW + 1)["body"].startswith('{"state":"waiting"')
    room.keys([PASS_KEY], Door(LINK, PASS_KEY.kid))
    assert room.ask(Path.TURN, SCRIPT, now=NOW + 2)["body"].startswith('{"state":"moved"')


def test_a_door_whose_key_is_gone_is_open() -> None:
    room = Closed()
    room.keys([NEXT_KEY], Door(LINK, PASS_KEY.kid))  # by hand: no deploy does this
    assert room.ask(Path.TURN, {**SCRIPT, **THROUGH})["body"].startswith('{"state":"waiting"')


def test_the_door_stays_as_it_is_while_the_table_cant_be_read() -> None:
    room = Closed()
    room.ask(Path.TURN, SCRIPT)
    room.place.failing = True
    assert room.ask(Path.TURN, SCRIPT, now=NOW + 60)["body"].startswith('{"state":"moved"')


def test_keys_that_are_damaged_leave_the_last_good_ones_and_the_door() -> None:
    room = Closed()
    room.ask(Path.TURN, {**SCRIPT, **THROUGH})
    room.place.dynamo.items[items.KEYS]["pass"] = {"S": "[]"}
    through = room.ask(Path.TURN, {**SCRIPT, **THROUGH}, now=NOW + 2)
    assert json.loads(through["body"])["state"] == "waiting"
    assert json.loads(room.ask(Path.TURN, SCRIPT, now=NOW + 2)["body"])["state"] == "moved"


def test_options_and_head_tell_nothing_of_the_door() -> None:
    for path in NAVIGATIONS:
        assert Closed().ask(path, BROWSER, method="OPTIONS")["statusCode"] == 204
    assert Closed().ask(Path.TURN, BROWSER, method="HEAD")["statusCode"] == 200
    assert Closed().ask(Path.CAMPAIGN, BROWSER, method="HEAD")["headers"]["location"] == LINK


def test_a_page_elsewhere_is_refused_before_the_door() -> None:
    headers = {**POST, "sec-fetch-site": "cross-site"}
    assert Closed().ask(Path.JOIN, headers, method="POST")["statusCode"] == 403
